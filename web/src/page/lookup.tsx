/* lookup: what does this node know of an address, a network, a domain, a URL, an AS? One, or many. */
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { countryName } from "../lib/country";
import { num, t, tn } from "../lib/i18n";
import { useLoad, useWork } from "../lib/load";
import { go } from "../lib/route";
import { useSession } from "../lib/session";
import type { Known, Page } from "../lib/types";
import { scopeName } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Empty, Facts, Failure, Field, Load, Table, Title } from "../ui/parts";
import { Moment, Network, Raw } from "../ui/text";

// Where the findings of what was asked for stand.
function findingsOf(k: Known): string {
	const q = new URLSearchParams();
	if (k.kind === "asn") q.set("asn", String(k.asn ?? k.q.replace(/\D/g, "")));
	else if (k.kind === "prefix" || k.kind === "ip") q.set("prefix", k.q);
	else q.set("text", k.q);
	return `/findings?${q.toString()}`;
}

function One({ k }: { k: Known }) {
	return (
		<Card>
			<Facts rows={[
				[t("Asked for"), <Raw v={k.q} mono />],
				[t("Findings"), k.findings.total
					? <a href={findingsOf(k)}>{t("%s open, %s in all", k.findings.open, k.findings.total)}</a>
					: t("none known")],
				[t("Last seen"), <Moment at={k.findings.last_seen} />],
				[t("Network"), <>{k.prefix ? <><Raw v={k.prefix} mono /> · </> : null}<Network asn={k.asn} name={k.as_name} /></>],
				[t("Country"), countryName(k.country)],
				[t("Contacts"), k.contacts.length
					? <ul class="list">{k.contacts.map((c, i) => <li key={i}><Raw v={c.email} mono /> {c.scope ? <span class="muted"><Raw v={scopeName(c.scope, c.value)} /></span> : null}</li>)}</ul>
					: t("none known")],
			]} />
		</Card>
	);
}

function Many() {
	const [text, setText] = useState("");
	const [items, setItems] = useState<Known[]>();
	const work = useWork();
	const asked = [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
	return (
		<Card title={t("Many at once")}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					const r = await post<Page<Known> | Known[]>("/lookup", { q: asked });
					setItems(Array.isArray(r) ? r : r.items);
				});
			}}>
				{work.error ? <Failure problem={work.error} /> : null}
				<Field label={t("Addresses, networks, domains, URLs, AS numbers")} hint={t("One a line, or with commas.")}>
					{(p) => <textarea {...p} dir="ltr" class="mono" rows={4} value={text} onInput={(e) => setText(e.currentTarget.value)} />}
				</Field>
				<p class="buttons"><button type="submit" disabled={work.busy || !asked.length}>{asked.length ? tn("Look up %s", "Look up %s", asked.length) : t("Look up")}</button></p>
			</form>
			{items ? (
				<Table caption={t("What is known")} rows={items} keyOf={(k) => k.q} columns={[
					{ name: "q", head: t("Asked for"), wide: true, cell: (k) => <a href={`/lookup?q=${encodeURIComponent(k.q)}`}><Raw v={k.q} mono /></a> },
					{ name: "open", head: t("Open"), num: true, cell: (k) => num(k.findings.open) },
					{ name: "total", head: t("Findings"), num: true, cell: (k) => (k.findings.total ? <a href={findingsOf(k)}>{num(k.findings.total)}</a> : num(0)) },
					{ name: "last", head: t("Last seen"), cell: (k) => <Moment at={k.findings.last_seen} /> },
					{ name: "network", head: t("Network"), cell: (k) => <Network asn={k.asn} name={k.as_name} /> },
					{ name: "country", head: t("Country"), cell: (k) => countryName(k.country) },
					{ name: "contact", head: t("Contact"), cell: (k) => (k.contacts[0] ? <Raw v={k.contacts[0].email} mono /> : t("unknown")) },
				]} />
			) : null}
		</Card>
	);
}

export default function Lookup({ place }: PageProps) {
	const { me } = useSession();
	const q = place.query.get("q") ?? "";
	const [typed, setTyped] = useState(q);
	useEffect(() => setTyped(q), [q]);
	const load = useLoad(q || null, (signal) => get<Known>("/lookup", { q }, signal));
	return (
		<>
			<Title text={t("Look-up")} />
			<p class="muted">{t("What does %s know of an address, a network, a domain, a URL or an autonomous system?", me.node.name || "Entente")}</p>
			<form class="fields line" onSubmit={(e) => { e.preventDefault(); go(typed.trim() ? `/lookup?q=${encodeURIComponent(typed.trim())}` : "/lookup"); }}>
				<Field label={t("Look up")}>
					{(p) => <input {...p} type="search" dir="ltr" required value={typed} placeholder="192.0.2.1 · 2001:db8::/32 · example.org · AS64496" onInput={(e) => setTyped(e.currentTarget.value)} />}
				</Field>
				<p class="buttons"><button type="submit" class="primary">{t("Look up")}</button></p>
			</form>
			<div class="stack">
				{q ? <Load of={load}>{(k) => (k ? <One k={k} /> : <Empty title={t("Nothing is known of it.")} />)}</Load> : null}
				<Many />
			</div>
		</>
	);
}
