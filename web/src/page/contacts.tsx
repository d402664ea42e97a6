/* contacts: whose an address is, who answers for it, and who is not to be told. */
import { useState } from "preact/hooks";
import { del, get, post } from "../lib/api";
import { countryName } from "../lib/country";
import { isLang, LANG_NAMES, LANGS, span, t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { go, withQuery } from "../lib/route";
import { useSession } from "../lib/session";
import type { Contact, Page } from "../lib/types";
import { className, classGroups, scopeName } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, CountrySelect, Dialog, Empty, Facts, Failure, Field, Load, Pager, Table, Title } from "../ui/parts";
import { Moment, Network, Raw } from "../ui/text";

interface Net {
	first?: string; // of an address: the range that it lies in
	last?: string;
	asn: number | null;
	as_name: string | null;
	country?: string | null;
}

function Networks() {
	const [q, setQ] = useState("");
	const [asked, setAsked] = useState<string | null>(null);
	const load = useLoad(asked, (signal) => {
		const asn = /^(?:AS)?(\d{1,10})$/i.exec(asked ?? "");
		return get<{ items: Net[] }>("/networks", asn ? { asn: asn[1] } : { ip: asked }, signal);
	});
	return (
		<Card title={t("Whose is an address?")}>
			<form class="fields line" onSubmit={(e) => { e.preventDefault(); setAsked(q.trim() || null); }}>
				<Field label={t("Address or AS number")}>
					{(p) => <input {...p} type="search" dir="ltr" required value={q} placeholder="192.0.2.1, AS64496" onInput={(e) => setQ(e.currentTarget.value)} />}
				</Field>
				<p class="buttons"><button type="submit">{t("Look up")}</button></p>
			</form>
			{asked ? (
				<Load of={load}>
					{(data) => {
						const items = data.items;
						return items.length ? (
							<Table caption={t("Networks")} rows={items} keyOf={(n) => `${n.first} ${n.asn}`} columns={[
								...(items.some((n) => n.first) ? [{ name: "range", head: t("Network"), cell: (n: Net) => <Raw v={`${n.first ?? ""} – ${n.last ?? ""}`} mono /> }] : []),
								{ name: "asn", head: t("AS"), cell: (n) => <Network asn={n.asn} name={n.as_name} /> },
								{ name: "country", head: t("Country"), cell: (n) => n.country === undefined ? "–" : countryName(n.country) },
							]} />
						) : <Empty title={t("The node's table of networks does not have it.")}><p class="muted">{t("An administrator brings the table up to date with “entente networks”.")}</p></Empty>;
					}}
				</Load>
			) : null}
		</Card>
	);
}

function Scopes() {
	return (
		<>
			<option value="asn">{t("an autonomous system")}</option>
			<option value="prefix">{t("a network")}</option>
			<option value="domain">{t("a domain")}</option>
			<option value="country">{t("a country")}</option>
		</>
	);
}

function Add({ close, done }: { close: () => void; done: () => void }) {
	const { say } = useSession();
	const work = useWork();
	const [v, setV] = useState({ email: "", scope: "asn", value: "", name: "", language: "" });
	const set = (k: keyof typeof v) => (e: { currentTarget: { value: string } }) => setV((old) => ({ ...old, [k]: e.currentTarget.value }));
	const wrong = (f: string) => (work.error?.field === f ? work.error.message : undefined);
	const hints: Record<string, string> = {
		asn: "64496", prefix: "192.0.2.0/24", domain: "example.org",
	};
	return (
		<Dialog title={t("New contact")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					await post("/contacts", { ...v, language: v.language || null, name: v.name || null });
					say(t("The contact was added."));
				}).then((ok) => {
					if (!ok) return;
					done();
					close();
				});
			}}>
				{work.error && !work.error.field ? <Failure problem={work.error} /> : null}
				<Field label={t("Answers for")}>
					{(p) => (
						<select {...p} value={v.scope} onChange={(e) => setV({ ...v, scope: e.currentTarget.value, value: "" })}>
							<Scopes />
						</select>
					)}
				</Field>
				<Field label={t("Which")} error={wrong("value")} hint={hints[v.scope] ? t("For example %s", hints[v.scope]!) : undefined}>
					{(p) => v.scope === "country" ? <CountrySelect ids={{ ...p, required: true }} value={v.value} set={(value) => setV({ ...v, value })} none="" />
						: <input {...p} required dir="ltr" value={v.value} onInput={set("value")} />}
				</Field>
				<Field label={t("Mail address")} error={wrong("email")}>
					{(p) => <input {...p} required type="email" dir="ltr" value={v.email} onInput={set("email")} />}
				</Field>
				<Field label={t("Name")} error={wrong("name")}>
					{(p) => <input {...p} dir="auto" value={v.name} onInput={set("name")} />}
				</Field>
				<Field label={t("Language of notices")}>
					{(p) => (
						<select {...p} value={v.language} onChange={set("language")}>
							<option value="">{t("the node's")}</option>
							{LANGS.map((l) => <option key={l} value={l} lang={l}>{LANG_NAMES[l]}</option>)}
						</select>
					)}
				</Field>
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy}>{t("Add")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

const scopeText = (c: Contact): string => scopeName(c.scope, c.value);

function List({ place }: PageProps) {
	const { may, say } = useSession();
	const query = place.query;
	const cursor = query.get("cursor") ?? "";
	const text = query.get("text") ?? "";
	const [typed, setTyped] = useState(text);
	const [adding, setAdding] = useState(false);
	const [removing, setRemoving] = useState<Contact>();
	const load = useLoad(`contacts ${cursor} ${text}`, (signal) => get<Page<Contact>>("/contacts", { cursor, text, limit: 50 }, signal));
	const work = useWork();
	useLive(["contact"], load.reload);
	return (
		<Card title={t("Who answers")}>
			<form class="fields line" onSubmit={(e) => { e.preventDefault(); go(withQuery(query, { text: typed, cursor: "" })); }}>
				<Field label={t("Text")}>
					{(p) => <input {...p} type="search" dir="auto" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} />}
				</Field>
				<p class="buttons">
					<button type="submit">{t("Search")}</button>
					{may("contacts.change") ? <button type="button" class="primary" onClick={() => setAdding(true)}>{t("New contact")}</button> : null}
				</p>
			</form>
			<Load of={load}>
				{(data) => data.items.length ? (
					<>
						<Table caption={t("Contacts")} rows={data.items} keyOf={(c) => String(c.id)} columns={[
							{ name: "scope", head: t("Answers for"), cell: (c) => <Raw v={scopeText(c)} /> },
							{ name: "email", head: t("Mail address"), wide: true, cell: (c) => <><Raw v={c.email} mono />{c.disputed ? <><br /><span class="warn small">{t("answered that something was not theirs:")} <Moment at={c.disputed} /></span></> : null}</> },
							{ name: "name", head: t("Name"), cell: (c) => (c.name ? <Raw v={c.name} /> : "–") },
							{ name: "lang", head: t("Language"), cell: (c) => (c.language && isLang(c.language) ? LANG_NAMES[c.language] : t("unknown")) },
							{ name: "interval", head: t("At most every"), cell: (c) => (c.interval ? span(c.interval) : "–") },
							{ name: "source", head: t("Source"), cell: (c) => (c.layer === "manual" ? t("entered here") : <Raw v={c.source} />) },
							{ name: "checked", head: t("As of"), cell: (c) => (c.checked ? <Moment at={c.checked} /> : t("unknown")) },
							...(may("contacts.change") ? [{ name: "act", head: t("Change"), cell: (c: Contact) => (
								<button type="button" class="quiet small" onClick={() => setRemoving(c)}>{t("Remove")}<span class="hidden"> {c.email}</span></button>
							) }] : []),
						]} />
						<Pager first={cursor ? withQuery(query, { cursor: "" }) : undefined} next={data.next ? withQuery(query, { cursor: data.next }) : undefined} />
					</>
				) : (
					<Empty title={text ? t("No contact has this text.") : t("No contacts are known yet.")}>
						<p class="muted">{t("Without contacts nobody can be told. They are entered here, or read from a registry's data with “entente contacts”.")}</p>
					</Empty>
				)}
			</Load>
			{adding ? <Add close={() => setAdding(false)} done={load.reload} /> : null}
			{removing ? (
				<Dialog title={t("Remove this contact?")} close={() => setRemoving(undefined)}>
					{work.error ? <Failure problem={work.error} /> : null}
					<Facts rows={[[t("Answers for"), <Raw v={scopeText(removing)} />], [t("Mail address"), <Raw v={removing.email} mono />]]} />
					<p class="buttons">
						<button type="button" class="danger" disabled={work.busy} onClick={() => void work.run(async () => {
							await del(`/contacts/${encodeURIComponent(String(removing.id))}`);
							say(t("The contact was removed."));
							setRemoving(undefined);
							load.reload();
						})}>{t("Remove")}</button>
						<button type="button" onClick={() => setRemoving(undefined)}>{t("Cancel")}</button>
					</p>
				</Dialog>
			) : null}
		</Card>
	);
}

interface Off {
	id: number;
	scope: string | null;
	value: string | null;
	class: string | null;
	feed: string | null;
	reason: string | null;
	by: string | null;
	from: string | null;
	until: string | null;
}

function OffAdd({ close, done }: { close: () => void; done: () => void }) {
	const { say } = useSession();
	const work = useWork();
	const [v, setV] = useState({ scope: "prefix", value: "", class: "", reason: "", until: "" });
	const set = (k: keyof typeof v) => (e: { currentTarget: { value: string } }) => setV((old) => ({ ...old, [k]: e.currentTarget.value }));
	const wrong = (f: string) => (work.error?.field === f ? work.error.message : undefined);
	return (
		<Dialog title={t("Tell nobody of")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					await post("/contacts/off", { reason: v.reason, ...(v.value ? { scope: v.scope, value: v.value } : {}), ...(v.class ? { class: v.class } : {}), ...(v.until ? { until: v.until } : {}) });
					say(t("Saved: nobody is told of it from now on."));
				}).then((ok) => {
					if (!ok) return;
					done();
					close();
				});
			}}>
				{work.error && !wrong(work.error.field ?? "") ? <Failure problem={work.error} /> : null}
				<Field label={t("Of what")}>{(p) => <select {...p} value={v.scope} onChange={(e) => setV({ ...v, scope: e.currentTarget.value, value: "" })}><Scopes /></select>}</Field>
				<Field label={t("Which")} error={wrong("value")}>
					{(p) => v.scope === "country" ? <CountrySelect ids={p} value={v.value} set={(value) => setV({ ...v, value })} none={t("any")} />
						: <input {...p} dir="ltr" value={v.value} onInput={set("value")} />}
				</Field>
				<Field label={t("Class")} error={wrong("class")}>
					{(p) => (
						<select {...p} value={v.class} onChange={set("class")}>
							<option value="">{t("any")}</option>
							{classGroups().flatMap((g) => g.classes).map((c) => <option key={c} value={c}>{className(c)}</option>)}
						</select>
					)}
				</Field>
				<Field label={t("Reason")} error={wrong("reason")}>{(p) => <input {...p} required dir="auto" value={v.reason} onInput={set("reason")} />}</Field>
				<Field label={t("Until")} error={wrong("until")}>{(p) => <input {...p} type="date" value={v.until} onInput={set("until")} />}</Field>
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy || (!v.value && !v.class)}>{t("Save")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

function NotToldList() {
	const { may, say } = useSession();
	const load = useLoad("off", (signal) => get<{ items: Off[] }>("/contacts/off", {}, signal));
	const work = useWork();
	const [adding, setAdding] = useState(false);
	useLive(["contact"], load.reload);
	const end = (o: Off) => void work.run(async () => {
		await del(`/contacts/off/${o.id}`);
		say(t("Whoever answers for it is told again."));
		load.reload();
	});
	return (
		<Card title={t("Not to be told")}>
			{work.error ? <Failure problem={work.error} /> : null}
			<Load of={load}>
				{(data) => data.items.length ? (
					<Table caption={t("Not to be told")} rows={data.items} keyOf={(o) => String(o.id)} columns={[
						{ name: "scope", head: t("Of what"), wide: true, cell: (o) => <Raw v={[scopeName(o.scope, o.value), o.class ? className(o.class) : "", o.feed].filter(Boolean).join(" · ")} /> },
						{ name: "reason", head: t("Reason"), cell: (o) => (o.reason ? <Raw v={o.reason} prose /> : "–") },
						{ name: "by", head: t("Who"), cell: (o) => (o.by ? <Raw v={o.by} /> : "–") },
						{ name: "until", head: t("Until"), cell: (o) => (o.until ? <Moment at={o.until} /> : t("further notice")) },
						...(may("contacts.change") ? [{ name: "act", head: t("Change"), cell: (o: Off) => (
							<button type="button" class="quiet small" disabled={work.busy} onClick={() => end(o)}>{t("Remove")}<span class="hidden"> {String(o.value ?? o.class ?? o.feed)}</span></button>
						) }] : []),
					]} />
				) : <p class="muted">{t("Nothing is left out: whoever answers is told.")}</p>}
			</Load>
			{may("contacts.change") ? <p class="buttons"><button type="button" onClick={() => setAdding(true)}>{t("Leave something out")}</button></p> : null}
			{adding ? <OffAdd close={() => setAdding(false)} done={load.reload} /> : null}
		</Card>
	);
}

export default function Contacts({ place }: PageProps) {
	const { may } = useSession();
	return (
		<>
			<Title text={t("Networks and contacts")} />
			<div class="stack">
				{may("findings.read") ? <Networks /> : null}
				<List place={place} />
				<NotToldList />
			</div>
		</>
	);
}
