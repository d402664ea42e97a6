/* findings: filters in the address, a page at a time, and work on many at once. */
import { useEffect, useState } from "preact/hooks";
import { get, path, post } from "../lib/api";
import { countryList, countryName } from "../lib/country";
import { num, t, tn } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { go, withQuery } from "../lib/route";
import { useSession } from "../lib/session";
import type { Act, Finding, Page } from "../lib/types";
import { className, classGroups, STATE_NAMES, stateName, taxonomyName } from "../lib/words";
import type { PageProps } from "../pages";
import { Dialog, Empty, Failure, Field, Load, Pager, Stale, StateChip, Table, Title } from "../ui/parts";
import { Moment, Network, Raw } from "../ui/text";

// What a filter may hold; the names are the API's own.
const FILTERS = ["state", "class", "taxonomy", "country", "asn", "prefix", "feed", "text", "since", "until", "report"] as const;

// What the API is asked: the filters of the address.
export function asked(query: URLSearchParams): URLSearchParams {
	const q = new URLSearchParams();
	const given = sorted(Object.fromEntries(FILTERS.map((f) => [f, query.get(f) ?? ""])));
	for (const f of FILTERS) if (given[f]) q.set(f, given[f]);
	return q;
}

/*
 * What is typed into the field for text and is an address, a network, the
 * beginning of one ("192.0.2.") or an AS is looked for as what it is: the API
 * looks for a text in places, identifiers and descriptions alone.
 */
export function readSearch(typed: string): { prefix?: string; asn?: string } {
	const s = typed.trim();
	if (/^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*)(\/\d{1,3})?$/i.test(s)) return { prefix: s };
	const begun = /^(\d{1,3}(?:\.\d{1,3}){0,2})\.\*?$/.exec(s)?.[1]?.split(".");
	if (begun) return { prefix: `${[...begun, "0", "0", "0"].slice(0, 4).join(".")}/${begun.length * 8}` };
	const asn = /^AS ?(\d{1,10})$/i.exec(s)?.[1];
	return asn ? { asn } : {};
}

function sorted(f: Record<string, string>): Record<string, string> {
	const { prefix, asn } = readSearch(f.text ?? "");
	if (prefix && !f.prefix) return { ...f, prefix, text: "" };
	if (asn && !f.asn) return { ...f, asn, text: "" };
	return f;
}

// The same for a change of all that a filter finds.
function asBody(q: URLSearchParams): Record<string, string | number> {
	const out: Record<string, string | number> = {};
	for (const [k, v] of q) out[k] = k === "asn" || k === "report" ? Number(v) : v;
	return out;
}

function Filters({ query }: { query: URLSearchParams }) {
	const read = asked(query);
	const given = Object.fromEntries(FILTERS.map((f) => [f, read.get(f) ?? ""]));
	const [f, setF] = useState(given);
	const text = query.toString();
	useEffect(() => setF(given), [text]);
	const set = (name: string, value: string) => setF((old) => ({ ...old, [name]: value }));
	// A choice counts at once, what is typed when it is sent.
	const choose = (name: string, value: string) => {
		set(name, value);
		go(withQuery(query, { ...f, [name]: value, cursor: "" }));
	};
	const select = (name: string, label: string, options: preact.ComponentChildren) => (
		<Field label={label}>
			{(p) => <select {...p} value={f[name]} onChange={(e) => choose(name, e.currentTarget.value)}>{options}</select>}
		</Field>
	);
	const input = (name: string, label: string, more: Record<string, unknown> = {}) => (
		<Field label={label}>
			{(p) => <input {...p} dir="auto" value={f[name]} {...more} onInput={(e) => set(name, e.currentTarget.value)} />}
		</Field>
	);
	const active = FILTERS.filter((n) => given[n]).length;
	return (
		<details class="filters" open={matchMedia("(min-width: 60rem)").matches || undefined}>
			<summary>{active ? tn("%s filter", "%s filters", active) : t("Filters")}</summary>
			<form onSubmit={(e) => { e.preventDefault(); go(withQuery(query, { ...sorted(f), cursor: "" })); }}>
				<div class="fields">
					{input("text", t("Text"), { type: "search", dir: f.text ? "auto" : undefined, placeholder: t("Address, network, AS, name or label") })}
					{select("state", t("State"), [
						<option key="" value="">{t("any")}</option>,
						<option key="open" value="open">{t("open (all but resolved)")}</option>,
						...STATE_NAMES.map((s) => <option key={s} value={s}>{stateName(s)}</option>),
					])}
					{select("class", t("Class"), [
						<option key="" value="">{t("any")}</option>,
						...classGroups().map((g) => (
							<optgroup key={g.taxonomy} label={taxonomyName(g.taxonomy)}>
								{g.classes.map((c) => <option key={c} value={c}>{className(c)}</option>)}
							</optgroup>
						)),
					])}
					{select("country", t("Country"), [
						<option key="" value="">{t("any")}</option>,
						<option key="-" value="-">{t("unknown")}</option>,
						...(f.country && f.country !== "-" && !countryList().some(([c]) => c === f.country)
							? [<option key={f.country} value={f.country}>{countryName(f.country)}</option>] : []),
						...countryList().map(([c, n]) => <option key={c} value={c}>{n}</option>),
					])}
					{input("asn", t("AS number"), { inputMode: "numeric", pattern: "[0-9]{1,10}", dir: "ltr" })}
					{input("prefix", t("Network"), { dir: "ltr", placeholder: "192.0.2.0/24" })}
					{input("feed", t("Feed"))}
					{input("since", t("Last seen from"), { type: "date" })}
					{input("until", t("Last seen before"), { type: "date" })}
					{given.report ? input("report", t("Report"), { inputMode: "numeric", dir: "ltr" }) : null}
				</div>
				<p class="buttons">
					<button type="submit" class="primary">{t("Filter")}</button>
					{active ? <a class="button" href="/findings">{t("Without filters")}</a> : null}
				</p>
			</form>
		</details>
	);
}

export function actTitle(act: Act): string {
	return act === "acknowledge" ? t("Acknowledge") : act === "resolve" ? t("Mark as resolved") : t("Open again");
}

/* Why, in words: what is done to many at once is what others will ask about later. */
function Bulk({ act, count, close, run }: { act: Act; count: number; close: () => void; run: (comment: string) => Promise<void> }) {
	const [comment, setComment] = useState("");
	const work = useWork();
	return (
		<Dialog title={actTitle(act)} close={close}>
			<form onSubmit={(e) => { e.preventDefault(); void work.run(() => run(comment)).then((ok) => ok && close()); }}>
				<p>{tn("This changes %s finding.", "This changes %s findings.", count)}</p>
				{work.error ? <Failure problem={work.error} /> : null}
				<Field label={t("Comment")} hint={t("Stays with each finding; others read why.")}>
					{(p) => <textarea {...p} dir="auto" rows={3} maxLength={2000} value={comment} onInput={(e) => setComment(e.currentTarget.value)} />}
				</Field>
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy}>{actTitle(act)}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

interface Done {
	done: number;
	refused: { id: string; reason: string }[];
}

export default function Findings({ place }: PageProps) {
	const { may, say } = useSession();
	const q = asked(place.query);
	const order = place.query.get("order") ?? "last";
	const cursor = place.query.get("cursor") ?? "";
	const ask = new URLSearchParams(q);
	ask.set("order", order);
	ask.set("limit", "50");
	if (cursor) ask.set("cursor", cursor);
	const load = useLoad(ask.toString(), (signal) => get<Page<Finding>>("/findings", ask, signal));
	const count = useLoad(q.toString(), (signal) => get<{ count: number; exact: boolean }>("/findings/count", q, signal));
	const [stale, setStale] = useState(false);
	const [chosen, setChosen] = useState<Set<string>>(new Set());
	const [everything, setEverything] = useState(false);
	const [act, setAct] = useState<Act>();
	const [refused, setRefused] = useState<Done["refused"]>([]);
	useLive(["finding"], () => setStale(true));
	useEffect(() => {
		setChosen(new Set());
		setEverything(false);
		setStale(false);
	}, [ask.toString()]);
	const reload = () => {
		setStale(false);
		load.reload();
		count.reload();
	};
	const run = async (comment: string) => {
		const to = everything ? { filter: asBody(q) } : { ids: [...chosen] };
		const r = await post<Done>("/findings/acts", { act, comment, ...to });
		setRefused(r.refused);
		say(tn("%s finding changed.", "%s findings changed.", r.done));
		setChosen(new Set());
		setEverything(false);
		reload();
	};
	const many = everything ? (count.data?.count ?? 0) : chosen.size;
	const exports: [string, string][] = [["csv", "CSV"], ["jsonl", "JSON"], ["intelmq.jsonl", "IntelMQ"], ["stix.json", "STIX 2.1"],
		["iodef.xml", "IODEF"], ["misp.json", "MISP"], ["nft", "nftables"], ["rules", "Suricata"]];
	return (
		<>
			<Title text={t("Findings")}>
				<details class="drop">
					<summary class="button">{t("Export")}</summary>
					<ul>{exports.map(([ext, name]) => <li key={ext}><a download href={path(`/export/findings.${ext}`, q)}><bdi>{name}</bdi></a></li>)}</ul>
				</details>
			</Title>
			<Filters query={place.query} />
			<div class="bar-line">
				<p role="status">
					{count.data ? (count.data.exact
						? tn("%s finding", "%s findings", count.data.count)
						: tn("more than %s finding", "more than %s findings", count.data.count)) : " "}
				</p>
				<label class="pick">
					<span>{t("Order")}</span>
					<select value={order} onChange={(e) => go(withQuery(place.query, { order: e.currentTarget.value, cursor: "" }))}>
						<option value="last">{t("last seen first")}</option>
						<option value="first">{t("newest first")}</option>
						<option value="count">{t("most events first")}</option>
						<option value="id">{t("by address")}</option>
					</select>
				</label>
			</div>
			<Stale on={stale} show={reload} />
			{refused.length ? (
				<div class="note bad" role="alert">
					<p>{tn("%s finding was not changed:", "%s findings were not changed:", refused.length)}</p>
					<ul>{refused.slice(0, 20).map((r) => <li key={r.id}><a href={`/findings/${r.id}`}><bdi dir="ltr">{r.id}</bdi></a>: <span dir="auto">{r.reason}</span></li>)}</ul>
				</div>
			) : null}
			<Load of={load}>
				{(data) => data.items.length ? (
					<>
						<Table caption={t("Findings")} rows={data.items} keyOf={(f) => f.id}
							select={may("findings.act") ? {
								chosen,
								toggle: (id, on) => { setEverything(false); setChosen((old) => { const s = new Set(old); if (on) s.add(id); else s.delete(id); return s; }); },
								all: (on) => { setEverything(false); setChosen(on ? new Set(data.items.map((f) => f.id)) : new Set()); },
								label: (f) => t("Choose %s", f.place ?? f.name),
							} : undefined}
							columns={[
								{ name: "place", head: t("Place"), wide: true, cell: (f) => (
									<a href={`/findings/${f.id}`}><bdi dir="ltr"><Raw v={f.place ?? f.name} mono />{f.port ? <span class="muted">{` :${f.port}`}</span> : null}</bdi></a>
								) },
								{ name: "class", head: t("Class"), cell: (f) => <>{className(f.class)}{f.label ? <span class="muted small clamp"><Raw v={f.label} brief /></span> : null}</> },
								{ name: "state", head: t("State"), cell: (f) => <StateChip state={f.state} /> },
								{ name: "network", head: t("Network"), cell: (f) => <Network asn={f.asn} name={f.as_name} /> },
								{ name: "country", head: t("Country"), cell: (f) => countryName(f.country) },
								{ name: "last", head: t("Last seen"), cell: (f) => <Moment at={f.last_seen} /> },
								{ name: "count", head: t("Events"), num: true, cell: (f) => num(f.count) },
							]} />
						<Pager first={cursor ? withQuery(place.query, { cursor: "" }) : undefined}
							next={data.next ? withQuery(place.query, { cursor: data.next }) : undefined} />
					</>
				) : (
					<Empty title={q.size ? t("No finding fits these filters.") : t("There are no findings yet.")}>
						{q.size ? <p><a href="/findings">{t("Without filters")}</a></p>
							: may("reports.add") ? <p><a href="/reports">{t("Hand in a report")}</a></p> : null}
					</Empty>
				)}
			</Load>
			{chosen.size ? (
				<div class="bulk" role="region" aria-label={t("Work on the chosen findings")}>
					<p>
						{tn("%s chosen", "%s chosen", many)}
						{!everything && count.data && count.data.exact && count.data.count > chosen.size && load.data?.items.length === chosen.size ? (
							<> <button type="button" class="link" onClick={() => setEverything(true)}>{tn("choose all %s", "choose all %s", count.data.count)}</button></>
						) : null}
					</p>
					<p class="buttons">
						{(["acknowledge", "resolve", "reopen"] as Act[]).map((a) => <button key={a} type="button" onClick={() => setAct(a)}>{actTitle(a)}</button>)}
						<button type="button" class="quiet" onClick={() => { setChosen(new Set()); setEverything(false); }}>{t("None")}</button>
					</p>
				</div>
			) : null}
			{act ? <Bulk act={act} count={many} close={() => setAct(undefined)} run={run} /> : null}
		</>
	);
}
