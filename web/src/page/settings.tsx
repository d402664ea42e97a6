/* settings: what stands in entente.conf, as the node understands it. */
import { useState } from "preact/hooks";
import { get, patch } from "../lib/api";
import { t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { PageProps } from "../pages";
import { Card, Empty, Failure, Field, Load, Title } from "../ui/parts";

type Value = string | number | boolean | null | string[];

interface Setting {
	name: string;
	section: string;
	value: Value;
	about: string | null;
	changeable: boolean;
	choices: string[] | null;
}

// A list of settings, or an object of sections: both come to rows.
export function settingRows(data: unknown): Setting[] {
	if (typeof data !== "object" || !data) return [];
	const items = (data as { items?: unknown }).items;
	const row = (section: string, name: string, v: unknown): Setting => {
		const o = typeof v === "object" && v && !Array.isArray(v) && "value" in v ? (v as Partial<Setting>) : { value: v as Value };
		return {
			section: o.section ?? section, name: o.name ?? name, value: o.value ?? null, about: o.about ?? null,
			changeable: o.changeable ?? true, choices: o.choices ?? null,
		};
	};
	if (Array.isArray(items)) return items.map((i) => row("", "", i));
	return Object.entries(data).flatMap(([section, v]) =>
		typeof v === "object" && v && !Array.isArray(v) && !("value" in v)
			? Object.entries(v).map(([name, inner]) => row(section, name, inner))
			: [row("", section, v)]);
}

const text = (v: Value): string => (v === null ? "" : Array.isArray(v) ? v.join("\n") : String(v));

// What was typed, as the kind of value that it was.
function valueOf(typed: string, was: Value): Value {
	if (typeof was === "number") return Number(typed);
	if (Array.isArray(was)) return typed.split("\n").map((l) => l.trim()).filter(Boolean);
	if (was === null) return typed || null;
	return typed;
}

function Row({ s, done }: { s: Setting; done: () => void }) {
	const { may, say } = useSession();
	const [typed, setTyped] = useState(text(s.value));
	const work = useWork();
	const may_change = s.changeable && may("settings.change");
	const save = (value: Value) => void work.run(async () => {
		await patch("/settings", s.section ? { [s.section]: { [s.name]: value } } : { [s.name]: value });
		say(t("The setting was saved."));
		done();
	});
	const label = s.name.replace(/_/g, " ");
	if (typeof s.value === "boolean") {
		return (
			<div class="field">
				<label class="check">
					<input type="checkbox" checked={s.value} disabled={!may_change || work.busy} onChange={(e) => save(e.currentTarget.checked)} />
					<span><bdi>{label}</bdi></span>
				</label>
				{s.about ? <p class="hint" dir="auto">{s.about}</p> : null}
				{work.error ? <Failure problem={work.error} /> : null}
			</div>
		);
	}
	const list = Array.isArray(s.value);
	return (
		<form class="setting" onSubmit={(e) => { e.preventDefault(); save(valueOf(typed, s.value)); }}>
			<Field label={label} hint={s.about ?? undefined} error={work.error?.message}>
				{(p) => s.choices
					? <select {...p} disabled={!may_change} value={typed} onChange={(e) => setTyped(e.currentTarget.value)}>{s.choices.map((c) => <option key={c} value={c}>{c}</option>)}</select>
					: list
						? <textarea {...p} readOnly={!may_change} dir="auto" rows={Math.min(6, (s.value as string[]).length + 1)} value={typed} onInput={(e) => setTyped(e.currentTarget.value)} />
						: <input {...p} readOnly={!may_change} dir="auto" inputMode={typeof s.value === "number" ? "numeric" : undefined} value={typed} onInput={(e) => setTyped(e.currentTarget.value)} />}
			</Field>
			{may_change && typed !== text(s.value) ? <p class="buttons"><button type="submit" class="primary" disabled={work.busy}>{t("Save")}</button></p> : null}
		</form>
	);
}

export default function Settings(_: PageProps) {
	const load = useLoad("settings", (signal) => get<unknown>("/settings", {}, signal));
	useLive(["setting"], load.reload);
	return (
		<>
			<Title text={t("Settings")} />
			<Load of={load}>
				{(data) => {
					const rows = settingRows(data);
					const sections = [...new Set(rows.map((r) => r.section))];
					return rows.length ? (
						<div class="grid">
							{sections.map((section) => (
								<Card key={section} title={section || t("This node")}>
									{rows.filter((r) => r.section === section).map((s) => <Row key={`${s.name} ${text(s.value)}`} s={s} done={load.reload} />)}
								</Card>
							))}
						</div>
					) : <Empty title={t("There is nothing to set.")} />;
				}}
			</Load>
			<p class="hint">{t("All settings stand in entente.conf in the node's folder, each with a comment.")}</p>
		</>
	);
}
