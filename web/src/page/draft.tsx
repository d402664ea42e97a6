/*
 * draft: an agreement is written: a new one (/draft), a draft once more (?of=), or
 * the amended text of one in force (?amend=). The node checks the text and brings
 * it to canonical form; what it would get is shown beside.
 */
import { useMemo, useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { choices, dirOf, KINDS, langsFrom, partyRole, ROLES, type Agreement, type AgreementText, type Parties } from "../lib/exchange";
import { getLang, LANG_NAMES, LANGS, t, type Lang } from "../lib/i18n";
import { useLoad, useWork } from "../lib/load";
import { go } from "../lib/route";
import { useSession } from "../lib/session";
import type { PageProps } from "../pages";
import { Card, Empty, Failure, Field, Load, Title } from "../ui/parts";
import { Raw, visible } from "../ui/text";
import { CLAUSE, ClauseForm, type DraftClause } from "./draft_clause";

interface PartyText { id: string; name: string; country: string; key: string; role?: string }

/* The text as docs/agreements.md has it. */
interface Text {
	form: string; id: string; kind: string; version: number; titles: Record<string, string>; authentic: string[];
	lead: PartyText; parties: PartyText[]; in_force: { count: number; delay_days: number }; term: { days: number; renewals: number }; notice_days: number;
	clauses: { category: string; purposes: string[]; tlp: string; personal: { recipients: string; accounts: string; victims: string; v4_bits: number; v6_bits: number; ground: string }; retention_days: number; onward: string | string[]; excluded: string[] }[];
}

interface Form {
	id: string; kind: string; version: number; lead: string; roles: Record<string, string>; // of parties, by their ids
	titles: Record<string, string>; wordings: Record<string, string>; authentic: string[];
	count: number; delay: number; term: number; renewals: number; notice: number; clauses: DraftClause[];
}

const EMPTY: Form = {
	id: "", kind: "memorandum", version: 1, lead: "", roles: {}, titles: {}, wordings: {}, authentic: [],
	count: 2, delay: 30, term: 1095, renewals: 1, notice: 90, clauses: [CLAUSE],
};

function formOf(x: Text, wordings: Record<string, string>, amend: boolean): Form {
	return {
		id: x.id, kind: x.kind, version: amend ? x.version + 1 : x.version, lead: x.lead.id, roles: Object.fromEntries(x.parties.map((p) => [p.id, p.role ?? "member"])),
		titles: x.titles, wordings, authentic: x.authentic, count: x.in_force.count, delay: x.in_force.delay_days, term: x.term.days, renewals: x.term.renewals, notice: x.notice_days,
		clauses: x.clauses.map((c) => ({ category: c.category, purposes: c.purposes, tlp: c.tlp, ...c.personal, retention_days: c.retention_days,
			onward: typeof c.onward === "string" ? c.onward : "named", named: typeof c.onward === "string" ? [] : c.onward, excluded: c.excluded })),
	};
}

function textOf(f: Form, known: Map<string, PartyText>): Text {
	const party = (id: string): PartyText => known.get(id) ?? { id, name: id, country: "", key: "" };
	return {
		form: "entente agreement 1", id: f.id, kind: f.kind, version: f.version,
		titles: Object.fromEntries(LANGS.filter((l) => f.titles[l]?.trim()).map((l) => [l, f.titles[l]!.trim()])),
		authentic: LANGS.filter((l) => f.authentic.includes(l) && f.wordings[l]),
		lead: { id: party(f.lead).id, name: party(f.lead).name, country: party(f.lead).country, key: party(f.lead).key },
		parties: f.version > 1 ? [] : Object.entries(f.roles).map(([id, role]) => ({ id, name: party(id).name, country: party(id).country, key: party(id).key, role })),
		in_force: { count: f.count, delay_days: f.delay }, term: { days: f.term, renewals: f.renewals }, notice_days: f.notice,
		clauses: f.clauses.map((c, i) => ({
			number: i + 1, category: c.category, purposes: c.purposes, tlp: c.tlp,
			personal: { recipients: c.recipients, accounts: c.accounts, victims: c.victims, v4_bits: c.v4_bits, v6_bits: c.v6_bits, ground: c.ground },
			retention_days: c.retention_days, onward: c.onward === "named" ? c.named : c.onward, excluded: c.excluded,
		})),
	};
}

/* Titles and wordings, the reader's language first. */
function Languages({ f, set }: { f: Form; set: (part: Partial<Form>) => void }) {
	const own = getLang();
	return (
		<Card title={t("Titles and wordings")} wide>
			<p class="hint">{t("Each language has a title and a wording; those that are authentic all hold alike, the others are translations. One wording at least is authentic.")}</p>
			{langsFrom(own).map((l: Lang) => (
				<details key={l} class="lang-part" open={l === own || !!f.titles[l] || !!f.wordings[l]}>
					<summary lang={l}>{LANG_NAMES[l]}</summary>
					<Field label={t("Title")}>
						{(p) => <input {...p} lang={l} dir={dirOf(l)} maxLength={300} required={l === own && !LANGS.some((x) => x !== own && f.titles[x])} value={f.titles[l] ?? ""} onInput={(e) => set({ titles: { ...f.titles, [l]: e.currentTarget.value } })} />}
					</Field>
					<Field label={t("Wording")}>
						{(p) => <textarea {...p} lang={l} dir={dirOf(l)} rows={6} value={f.wordings[l] ?? ""} onInput={(e) => {
							const v = e.currentTarget.value, first = v && !f.wordings[l] && !f.authentic.includes(l);
							set({ wordings: { ...f.wordings, [l]: v }, ...(first ? { authentic: [...f.authentic, l] } : {}) });
						}} />}
					</Field>
					<label class="check">
						<input type="checkbox" checked={f.authentic.includes(l)} disabled={!f.wordings[l]} onChange={(e) => set({ authentic: e.currentTarget.checked ? [...f.authentic, l] : f.authentic.filter((x) => x !== l) })} />
						<span>{t("This wording is authentic")}</span>
					</label>
				</details>
			))}
		</Card>
	);
}

function Who({ f, set, known }: { f: Form; set: (part: Partial<Form>) => void; known: PartyText[] }) {
	return (
		<Card title={t("Parties")}>
			<Field label={t("Who keeps the register")} hint={f.kind === "memorandum" ? t("The depositary: its receipt gives each act its date.") : t("The coordinator of the agreement.")}>
				{(p) => <select {...p} required disabled={f.version > 1} value={f.lead} onChange={(e) => set({ lead: e.currentTarget.value })}>
					<option value="">{t("Choose")}</option>
					{known.map((x) => <option key={x.id} value={x.id}>{visible(x.name)}</option>)}
				</select>}
			</Field>
			{f.version > 1 ? <p class="hint">{t("An amended text names no parties: those that are in it stay, further ones are invited.")}</p> : (
				<fieldset>
					<legend>{t("Named in the text")}</legend>
					{known.map((x) => (
						<div key={x.id} class="party-line">
							<label class="check">
								<input type="checkbox" checked={x.id in f.roles} onChange={(e) => {
									const roles = { ...f.roles };
									if (e.currentTarget.checked) roles[x.id] = "member";
									else delete roles[x.id];
									set({ roles });
								}} />
								<span><Raw v={x.name} /> <span class="muted small"><Raw v={x.id} mono /></span></span>
							</label>
							{x.id in f.roles ? <select aria-label={t("%s: as", visible(x.name))} value={f.roles[x.id]} onChange={(e) => set({ roles: { ...f.roles, [x.id]: e.currentTarget.value } })}>{Object.keys(ROLES).map((r) => <option key={r} value={r}>{partyRole(r)}</option>)}</select> : null}
						</div>
					))}
					<p class="hint">{t("Partners whose key is known. Who is not named may be invited later.")} <a href="/partners">{t("Partners")}</a></p>
				</fieldset>
			)}
		</Card>
	);
}

function Rules({ f, set }: { f: Form; set: (part: Partial<Form>) => void }) {
	const number = (label: string, key: "count" | "delay" | "term" | "renewals" | "notice", min: number, max: number, hint?: string) => (
		<Field label={label} hint={hint}>{(p) => <input {...p} type="number" required min={min} max={max} value={f[key]} onInput={(e) => set({ [key]: Number(e.currentTarget.value) })} />}</Field>
	);
	return (
		<Card title={t("When it holds")}>
			{number(t("In force after so many deposits or signatures"), "count", 1, 512)}
			{number(t("and so many days later"), "delay", 0, 36525)}
			{number(t("Term (days)"), "term", 0, 36525, t("0: without end."))}
			{number(t("Renewed by itself (times)"), "renewals", 0, 100)}
			{number(t("Notice of leaving (days)"), "notice", 0, 36525, t("So long everything flows on after a party gave notice."))}
		</Card>
	);
}

/* Our own model texts in six languages: a beginning that is filled in and changed, no legal advice. */
function Model({ f, take }: { f: Form; take: (f: Form) => void }) {
	const work = useWork();
	return (
		<div class="note">
			<p>{t("There is a model text of this kind in six languages, with clauses; it is a beginning, and no legal advice. What is written below gives way to it.")}</p>
			{work.error ? <Failure problem={work.error} /> : null}
			<p class="buttons"><button type="button" disabled={work.busy || !f.id} onClick={() => void work.run(async () => {
				const m = await get<{ text: Text; wordings: Record<string, string> }>(`/agreements/models/${f.kind}`, { id: f.id, parties: Object.keys(f.roles).join(","), lead: f.lead });
				take({ ...formOf(m.text, m.wordings, false), roles: f.roles });
			})}>{t("Fill in the model text")}</button> {f.id ? null : <span class="muted small">{t("after it has a name")}</span>}</p>
		</div>
	);
}

function Write({ first, known, amend }: { first: Form; known: PartyText[]; amend: boolean }) {
	const { say } = useSession();
	const work = useWork();
	const [f, setForm] = useState(first);
	const set = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));
	const byId = useMemo(() => new Map(known.map((p) => [p.id, p])), [known]);
	const text = textOf(f, byId);
	const wordings = Object.fromEntries(LANGS.filter((l) => f.wordings[l]).map((l) => [l, f.wordings[l]!]));
	const missing = [
		!text.authentic.length ? t("A wording that is authentic") : "", !Object.keys(text.titles).length ? t("A title") : "", !f.lead ? t("Who keeps the register") : "",
		f.clauses.some((c) => !c.purposes.length) ? t("A purpose for each clause") : "", f.clauses.some((c) => c.onward === "named" && !c.named.length) ? t("To whom a clause lets data go on") : "",
	].filter(Boolean);
	return (
		<form onSubmit={(e) => {
			e.preventDefault();
			void work.run(async () => {
				const made = await post<Agreement>("/agreements", { text, wordings });
				say(amend ? t("The amended text is kept; it waits to be put in force.") : t("The draft is kept."));
				go(`/agreements/${encodeURIComponent(made.id)}`);
			});
		}}>
			<div class="grid">
				<div class="stack">
					<Card title={t("What it is")}>
						<Field label={t("Kind")}>
							{(p) => <select {...p} disabled={f.version > 1} value={f.kind} onChange={(e) => set({ kind: e.currentTarget.value })}>{choices(KINDS).map(([v, name]) => <option key={v} value={v}>{name}</option>)}</select>}
						</Field>
						<Field label={t("Name")} hint={t("Short, for registers and links: a-z, 0-9 and -. It does not change any more.")}>
							{(p) => <input {...p} required dir="ltr" pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?" maxLength={64} readOnly={f.version > 1 || !!first.id} value={f.id} onInput={(e) => set({ id: e.currentTarget.value })} />}
						</Field>
						{f.version === 1 ? <Model f={f} take={setForm} /> : null}
						<p class="hint">{f.kind === "memorandum" ? t("Parties sign and deposit; the depositary gives each act a receipt, whose date counts.") : t("Parties sign, and are bound by that; nothing is deposited.")}</p>
					</Card>
					<Who f={f} set={set} known={known} />
				</div>
				<Rules f={f} set={set} />
				<Languages f={f} set={set} />
				<Card title={t("What may flow")} wide>
					<p class="hint">{t("What no clause names does not flow. Of several clauses that let something go, the narrowest is used.")}</p>
					{f.clauses.map((c, i) => (
						<ClauseForm key={i} c={c} number={i + 1} parties={known.filter((p) => p.id in f.roles || f.version > 1)} set={(x) => set({ clauses: f.clauses.map((old, k) => (k === i ? x : old)) })}
							remove={f.clauses.length > 1 ? () => set({ clauses: f.clauses.filter((_, k) => k !== i) }) : undefined} />
					))}
					<p class="buttons"><button type="button" disabled={f.clauses.length >= 64} onClick={() => set({ clauses: [...f.clauses, CLAUSE] })}>{t("Add a clause")}</button></p>
				</Card>
				<Card title={t("What the node gets")} wide>
					<details>
						<summary>{t("The text as JSON")}</summary>
						<pre class="code" tabIndex={0} dir="ltr"><Raw v={JSON.stringify(text, null, 2)} prose whole /></pre>
					</details>
					{missing.length ? <div class="note warn below"><p>{t("Still missing:")}</p><ul>{missing.map((m) => <li key={m}>{m}</li>)}</ul></div> : null}
					{work.error ? <Failure problem={work.error} /> : null}
					<p class="buttons">
						<button type="submit" class="primary" disabled={work.busy || missing.length > 0}>{amend ? t("Keep the amended text") : t("Keep the draft")}</button>
						<a class="button" href={first.id ? `/agreements/${encodeURIComponent(first.id)}` : "/agreements"}>{t("Cancel")}</a>
					</p>
					<p class="hint">{t("Nobody is bound by a draft. It can be changed until it is opened for signature.")}</p>
				</Card>
			</div>
		</form>
	);
}

interface Loaded {
	first: Form;
	known: PartyText[];
}

async function load(of: string, amend: boolean, name: string, country: string | null, signal: AbortSignal): Promise<Loaded> {
	const parties = await get<Parties>("/parties", {}, signal);
	const known: PartyText[] = parties.self ? [{ id: parties.self.id, name, country: country ?? "", key: parties.self.key }] : [];
	for (const p of parties.items) if (p.key) known.push({ id: p.id, name: p.name, country: p.country ?? "", key: p.key });
	if (!of) return { known, first: { ...EMPTY, lead: parties.self?.id ?? "", roles: parties.self ? { [parties.self.id]: "member" } : {}, authentic: [] } };
	const at = `/agreements/${encodeURIComponent(of)}/text`;
	const last = await get<AgreementText>(at, {}, signal);
	// An amendment that waits is gone on with.
	const version = amend ? last.versions : last.version;
	const text = await get<AgreementText>(at, { version }, signal);
	const wordings: Record<string, string> = {};
	for (const w of text.wordings) {
		const one = await get<AgreementText>(at, { version, lang: w.lang }, signal);
		if (one.wording) wordings[w.lang] = one.wording;
	}
	const x = JSON.parse(text.json) as Text;
	// Those of the text under the names and keys that it has.
	for (const p of [x.lead, ...x.parties]) if (!known.some((k) => k.id === p.id)) known.push(p);
	return { known: known.map((k) => [x.lead, ...x.parties].find((p) => p.id === k.id) ?? k), first: formOf(x, wordings, amend && !text.waits) };
}

export default function DraftPage({ place }: PageProps) {
	const { me } = useSession();
	const amend = place.query.get("amend"), of = amend ?? place.query.get("of") ?? "";
	const data = useLoad(`draft ${of} ${amend}`, (signal) => load(of, !!amend, me.node.name, me.node.country, signal));
	return (
		<>
			<p class="back"><a href={of ? `/agreements/${encodeURIComponent(of)}` : "/agreements"}>{of ? t("The agreement") : t("Agreements")}</a></p>
			<Title text={amend ? t("Draft an amendment") : of ? t("Edit the draft") : t("Draft an agreement")} />
			<Load of={data}>
				{(d) => d.known.length ? <Write key={of} first={d.first} known={d.known} amend={!!amend} /> : (
					<Empty title={t("There is nobody to agree with yet.")}>
						<p class="muted">{t("This node needs a name and a key as a party, and its partners theirs.")}</p>
						<p><a href="/partners">{t("Partners")}</a></p>
					</Empty>
				)}
			</Load>
		</>
	);
}
