/* parts: what all pages are made of. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Problem } from "../lib/api";
import { countryList, countryName } from "../lib/country";
import { num, t } from "../lib/i18n";
import type { Loaded } from "../lib/load";
import { stateName } from "../lib/words";

/* A page's heading; it takes the focus when the page was come to, so that it is read out. */
export function Title({ text, children }: { text: string; children?: ComponentChildren }) {
	const ref = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		document.title = text;
	}, [text]);
	return (
		<header class="title">
			<h1 tabIndex={-1} ref={ref} id="title">{text}</h1>
			{children ? <div class="actions">{children}</div> : null}
		</header>
	);
}

export function Failure({ problem, retry }: { problem: Problem; retry?: () => void }) {
	return (
		<div class="note bad" role="alert">
			<p><strong>{problem.title}</strong></p>
			{problem.detail && problem.detail !== problem.title ? <p dir="auto">{problem.detail}</p> : null}
			{retry ? <p><button type="button" onClick={retry}>{t("Try again")}</button></p> : null}
		</div>
	);
}

const SLOW_MS = 8000;

/* On its way; and what to do when it does not come. */
export function Busy() {
	const [slow, setSlow] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => setSlow(true), SLOW_MS);
		return () => clearTimeout(timer);
	}, []);
	return (
		<div class="busy" role="status">
			<p>{t("Loading …")}</p>
			{slow ? (
				<>
					<p>{t("This takes longer than it should. It comes by itself if the node is only busy; else load the page again.")}</p>
					<p><button type="button" onClick={() => location.reload()}>{t("Load the page again")}</button></p>
				</>
			) : null}
		</div>
	);
}

/* Nothing to show: why, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
	return (
		<div class="empty">
			<p><strong>{title}</strong></p>
			{children}
		</div>
	);
}

/* The three states of what is loaded. */
export function Load<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
	if (of.data === undefined) return of.error ? <Failure problem={of.error} retry={of.reload} /> : <Busy />;
	return (
		<div class={of.busy ? "loaded again" : "loaded"} aria-busy={of.busy}>
			{of.error ? <Failure problem={of.error} retry={of.reload} /> : null}
			{children(of.data)}
		</div>
	);
}

export function Card({ title, children, wide, id }: { title?: string; children: ComponentChildren; wide?: boolean; id?: string }) {
	return (
		<section class={wide ? "card wide" : "card"} id={id}>
			{title ? <h2>{title}</h2> : null}
			{children}
		</section>
	);
}

export function StateChip({ state, word }: { state: string; word?: string }) {
	return <span class={`chip s-${state.replace(/[^a-z-]/g, "")}`}>{word ?? stateName(state)}</span>;
}

interface FieldProps {
	label: string;
	hint?: string;
	error?: string;
	children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean }) => ComponentChildren;
}

export function Field({ label, hint, error, children }: FieldProps) {
	const id = useId();
	const about = [hint ? `${id}-h` : "", error ? `${id}-e` : ""].filter(Boolean).join(" ");
	return (
		<div class="field">
			<label for={id}>{label}</label>
			{children({ id, "aria-describedby": about || undefined, "aria-invalid": error ? true : undefined })}
			{hint ? <p class="hint" id={`${id}-h`}>{hint}</p> : null}
			{error ? <p class="hint bad" id={`${id}-e`}>{error}</p> : null}
		</div>
	);
}

/* A country by its name. none: what it means that there is none. */
export function CountrySelect({ ids, value, set, none, disabled }: { ids: object; value: string; set: (code: string) => void; none: string; disabled?: boolean }) {
	const all = countryList();
	return (
		<select {...ids} disabled={disabled} value={value} onChange={(e) => set(e.currentTarget.value)}>
			<option value="">{none}</option>
			{value && !all.some(([code]) => code === value) ? <option value={value}>{countryName(value)}</option> : null}
			{all.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
		</select>
	);
}

/* A question in the middle of the page; the browser keeps the focus in it. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	useEffect(() => {
		const before = document.activeElement;
		const d = ref.current;
		if (d && !d.open) d.showModal();
		return () => {
			d?.close();
			if (before instanceof HTMLElement) before.focus();
		};
	}, []);
	return (
		<dialog ref={ref} aria-labelledby={id} onCancel={(e) => { e.preventDefault(); close(); }}>
			<header class="title">
				<h2 id={id}>{title}</h2>
				<button type="button" class="icon" aria-label={t("Close")} onClick={close}>×</button>
			</header>
			{children}
		</dialog>
	);
}

export interface Column<T> {
	name: string;
	head: string;
	cell: (row: T) => ComponentChildren;
	num?: boolean;
	wide?: boolean;
}

interface TableProps<T> {
	caption: string;
	columns: Column<T>[];
	rows: T[];
	keyOf: (row: T) => string;
	select?: { chosen: Set<string>; toggle: (id: string, on: boolean) => void; all: (on: boolean) => void; label: (row: T) => string };
}

/* Rows on a desk, cards on a phone: there each value carries its column's name. */
export function Table<T>({ caption, columns, rows, keyOf, select }: TableProps<T>) {
	const all = select ? rows.length > 0 && rows.every((r) => select.chosen.has(keyOf(r))) : false;
	return (
		<div class="scroll" tabIndex={0} role="region" aria-label={caption}>
			<table class="rows">
				<caption class="hidden">{caption}</caption>
				<thead>
					<tr>
						{select ? (
							<th class="tick" scope="col">
								<input type="checkbox" aria-label={t("All rows on this page")} checked={all}
									onChange={(e) => select.all(e.currentTarget.checked)} />
							</th>
						) : null}
						{columns.map((c) => <th key={c.name} scope="col" class={c.num ? "num" : undefined}>{c.head}</th>)}
					</tr>
				</thead>
				<tbody>
					{rows.map((r) => {
						const key = keyOf(r);
						return (
							<tr key={key} class={select?.chosen.has(key) ? "chosen" : undefined}>
								{select ? (
									<td class="tick">
										<input type="checkbox" aria-label={select.label(r)} checked={select.chosen.has(key)}
											onChange={(e) => select.toggle(key, e.currentTarget.checked)} />
									</td>
								) : null}
								{columns.map((c) => (
									<td key={c.name} data-label={c.head} class={`${c.num ? "num" : ""}${c.wide ? " wide" : ""}`}>
										<div>{c.cell(r)}</div>
									</td>
								))}
							</tr>
						);
					})}
				</tbody>
			</table>
		</div>
	);
}

/* The two ends of a cursor's page. */
export function Pager({ first, next }: { first?: string; next?: string }) {
	if (!first && !next) return null;
	return (
		<nav class="pager" aria-label={t("Pages")}>
			{first ? <a class="button" href={first}>{t("First page")}</a> : null}
			{next ? <a class="button" href={next} rel="next">{t("Next page")}</a> : null}
		</nav>
	);
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
	return (
		<dl class="facts">
			{rows.map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}
		</dl>
	);
}

export function Figure({ label, value, href, sub }: { label: string; value: number | string | null | undefined; href?: string; sub?: ComponentChildren }) {
	const shown = value === null || value === undefined ? t("unknown") : typeof value === "number" ? num(value) : value;
	return (
		<div class="figure">
			<span class="label">{label}</span>
			<span class="value">{href ? <a href={href}>{shown}</a> : shown}</span>
			{sub ? <span class="sub">{sub}</span> : null}
		</div>
	);
}

/* What changed on the node meanwhile is shown when the reader asks for it, so that nothing moves under their hand. */
export function Stale({ on, show }: { on: boolean; show: () => void }) {
	return (
		<div role="status" class="stale-room">
			{on ? (
				<p class="note stale">
					{t("This list has changed.")} <button type="button" class="link" onClick={show}>{t("Show the changes")}</button>
				</p>
			) : null}
		</div>
	);
}
