/* indicators: what is watched for in reports (/indicators), and what was met (/sightings). */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { watchedState, type Indicator } from "../lib/exchange";
import { num, t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { searched, useLoad } from "../lib/load";
import { go, withQuery } from "../lib/route";
import { useSession } from "../lib/session";
import type { PageProps } from "../pages";
import { OriginText, Tabs, Tlp } from "../ui/exchange";
import { Empty, Field, Load, Pager, StateChip, Stale, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

export const objectTabs = (current: string) => (
	<Tabs label={t("Indicators and objects")} items={[
		{ href: "/indicators", text: t("Indicators"), current: current === "indicators" },
		{ href: "/sightings", text: t("Sightings"), current: current === "sightings" },
		{ href: "/objects", text: t("Objects"), current: current === "objects" },
	]} />
);

export const objectAt = (id: string): string => `/objects/${encodeURIComponent(id)}`;

// The findings that it speaks of, where findings can be asked so.
const findingsOf = (r: Indicator): string | undefined => (r.find ? `/findings?${new URLSearchParams(r.find).toString()}` : undefined);

export function Met({ r }: { r: Indicator }) {
	const to = findingsOf(r);
	return to && r.sightings ? <a href={to}>{num(r.sightings)}</a> : <>{num(r.sightings)}</>;
}

export default function Indicators({ place }: PageProps) {
	const { me } = useSession();
	const seen = place.path.startsWith("/sightings"), query = place.query;
	const [q, setQ] = useState(query.get("q") ?? "");
	const [changed, setChanged] = useState(false);
	const ask = new URLSearchParams({ limit: "50" });
	for (const f of ["q", "cursor"]) if (query.get(f)) ask.set(f, query.get(f)!);
	const load = useLoad(`${seen} ${ask}`, (signal) => searched<Indicator>(seen ? "/sightings" : "/indicators", ask, signal));
	useEffect(() => setChanged(false), [load.data]);
	useLive(seen ? ["object", "report"] : ["object"], () => setChanged(true));
	const empty = query.get("q") || query.get("cursor");
	return (
		<>
			<Title text={seen ? t("Sightings") : t("Indicators")} />
			{objectTabs(seen ? "sightings" : "indicators")}
			<form class="fields line" role="search" onSubmit={(e) => { e.preventDefault(); go(withQuery(query, { q: q.trim(), cursor: "" })); }}>
				<Field label={t("Value or pattern holds")}>
					{(p) => <input {...p} type="search" dir={q ? "auto" : undefined} maxLength={300} value={q} onInput={(e) => setQ(e.currentTarget.value)} />}
				</Field>
				<p class="buttons"><button type="submit" class="primary">{t("Search")}</button></p>
			</form>
			<Stale on={changed} show={load.reload} />
			<Load of={load}>
				{(data) => (
					<>
						{data.items.length ? (
							<Table caption={seen ? t("Sightings") : t("Indicators")} rows={data.items} keyOf={(r) => r.id} columns={[
								{ name: "watched", head: t("Watched for"), wide: true, cell: (r) => <><a href={objectAt(r.id)}><Raw v={r.watched} mono brief /></a>{r.name ? <><br /><span class="small"><Raw v={r.name} brief /></span></> : null}</> },
								{ name: "tlp", head: t("Mark"), cell: (r) => <Tlp mark={r.tlp} /> },
								{ name: "state", head: t("State"), cell: (r) => <><StateChip state={`i-${r.state}`} word={watchedState(r.state)} />{r.why ? <><br /><span class="muted small">{r.why}</span></> : null}</> },
								{ name: "met", head: t("Sightings"), num: true, cell: (r) => <Met r={r} /> },
								...(seen ? [{ name: "first", head: t("First seen"), cell: (r: Indicator) => <Moment at={r.first_seen} /> }] : []),
								{ name: "last", head: t("Last seen"), cell: (r) => <Moment at={r.last_seen} /> },
								...(seen ? [] : [{ name: "valid", head: t("Valid"), cell: (r: Indicator) => <><Moment at={r.from} /> – {r.until ? <Moment at={r.until} /> : t("further notice")}</> }]),
								{ name: "origin", head: t("Came from"), cell: (r) => (r.origin ? <Raw v={r.origin.party} /> : t("us")) },
							]} />
						) : (
							<Empty title={data.next ? t("Nothing among those looked through so far.") : empty ? t("No indicator holds this.") : seen ? t("No indicator was met yet.") : me.country ? t("There is nothing here for who answers for one country.") : t("There are no indicators yet.")}>
								{data.next ? <p><a class="button" href={withQuery(query, { cursor: data.next })}>{t("Search on")}</a></p>
									: seen || empty ? null : <p><a href="/objects">{t("They come in as STIX objects, from partners or by hand.")}</a></p>}
							</Empty>
						)}
						<Pager first={query.get("cursor") ? withQuery(query, { cursor: "" }) : undefined} next={data.next && data.items.length ? withQuery(query, { cursor: data.next }) : undefined} />
					</>
				)}
			</Load>
			<p class="hint">{seen ? t("One sighting is one event of a report that met the indicator. The number leads to the findings.") : t("Every event of every report is held against all that are valid and not revoked.")}</p>
		</>
	);
}

export function watchedFacts(r: Indicator): [string, ComponentChildren][] {
	return [
		[t("Watched for"), <Raw v={r.watched} mono />],
		[t("State"), <><StateChip state={`i-${r.state}`} word={watchedState(r.state)} /> {r.why}</>],
		[t("Valid"), <><Moment at={r.from} /> – {r.until ? <Moment at={r.until} /> : t("further notice")}</>],
		[t("Sightings"), <Met r={r} />],
		[t("First seen"), <Moment at={r.first_seen} />],
		[t("Last seen"), <Moment at={r.last_seen} />],
		[t("Came from"), <OriginText o={r.origin} />],
	];
}
