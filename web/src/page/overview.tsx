/* overview: what came in, what is open, where, and how long it takes until somebody is told and it is fixed. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ComponentType } from "preact";
import { get } from "../lib/api";
import { countryName } from "../lib/country";
import { ago, bytes, num, percent, span, t, tn, tx } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad } from "../lib/load";
import { useSession } from "../lib/session";
import type { Overview as Data, StatRow } from "../lib/types";
import { className, STATE_NAMES, stateName } from "../lib/words";
import type { PageProps } from "../pages";
import { Bar, Trend } from "../ui/chart";
import { Card, Empty, Figure, Load, StateChip, Title } from "../ui/parts";
import { Moment, Network } from "../ui/text";

type MapProps = { values: Map<string, number>; href: (code: string) => string };

/* Fetched after the rest is shown: most of its weight is shapes. */
function LazyMap(props: MapProps) {
	const [Found, setFound] = useState<ComponentType<MapProps>>();
	useEffect(() => {
		let gone = false;
		void import("../ui/map").then((m) => gone || setFound(() => m.WorldMap), () => undefined);
		return () => void (gone = true);
	}, []);
	return Found ? <Found {...props} /> : <div class="map" aria-hidden="true" />;
}

function Ranking({ caption, head, rows, name, href }: { caption: string; head: string; rows: StatRow[]; name: (r: StatRow) => ComponentChildren; href: (r: StatRow) => string | undefined }) {
	const max = Math.max(0, ...rows.map((r) => r.findings ?? 0));
	// The node's order is that of events; bars say findings.
	const sorted = [...rows].sort((a, b) => (b.findings ?? 0) - (a.findings ?? 0) || b.events - a.events);
	if (!rows.length) return <p class="muted">{t("Nothing in these days.")}</p>;
	return (
		<table class="plain rank">
			<caption class="hidden">{caption}</caption>
			<thead>
				<tr>
					<th scope="col">{head}</th>
					<th scope="col" class="num">{t("Findings")}</th>
					<th scope="col" class="num">{t("Events")}</th>
				</tr>
			</thead>
			<tbody>
				{sorted.map((r) => {
					const to = href(r);
					return (
						<tr key={`${r.key} ${r.number}`}>
							<th scope="row">{to ? <a href={to}>{name(r)}</a> : name(r)}<Bar value={r.findings ?? 0} max={max} /></th>
							<td class="num">{r.findings === null ? t("under %s", 10) : num(r.findings)}</td>
							<td class="num">{num(r.events)}</td>
						</tr>
					);
				})}
			</tbody>
		</table>
	);
}

function byState(data: Data): [string, number][] {
	const of = new Map<string, number>(Object.entries(data.by_state));
	return STATE_NAMES.map((s) => [s, of.get(s) ?? 0]);
}

const medianOf = (n: number): string => (n ? tn("median of %s finding", "median of %s findings", n) : t("nothing to measure yet"));

const dayOf = (r: StatRow): string => r.key;

/* What a new node needs, in the order in which it is of use. */
function FirstSteps() {
	const { may } = useSession();
	return (
		<Empty title={t("This node has not taken in any report yet.")}>
			<ol class="steps">
				<li>{tx("Whose an address is: a table of networks, made on the command line by %s", <code dir="ltr">{t("entente networks --asn FILE --country FILE")}</code>)}</li>
				<li>{tx("Who is told: %s, by hand or imported", may("contacts.read") ? <a href="/contacts">{t("contacts")}</a> : t("contacts"))}</li>
				<li>{t("Reports: handed in here, by the command line, by mail, from watched folders or by programs with a token")}</li>
			</ol>
			{may("reports.add") ? <p><a class="button primary" href="/reports">{t("Hand in the first report")}</a></p> : null}
		</Empty>
	);
}

/* How long ago the last report came, which grows while nothing comes. */
function LastReport({ at, href }: { at: string | null; href?: string }) {
	const [, again] = useState(0);
	useEffect(() => {
		const timer = setInterval(() => again((n) => n + 1), 60_000);
		return () => clearInterval(timer);
	}, []);
	return <Figure label={t("Last report")} value={at ? ago(at) : t("never")} href={href} sub={at ? <Moment at={at} /> : undefined} />;
}

function Shown({ data }: { data: Data }) {
	const { may } = useSession();
	const states = byState(data);
	const all = states.reduce((sum, [, n]) => sum + n, 0);
	const values = new Map(data.countries.filter((r) => r.key && r.key !== "-").map((r) => [r.key, r.findings ?? 0]));
	const reports = data.reports;
	const list = (q: string) => (may("findings.read") ? `/findings?${q}` : undefined);
	const reportsAt = (q = "") => (may("reports.read") ? `/reports${q}` : undefined);
	const received = reports.received + reports.reading + reports.done + reports.aside + reports.nothing;
	const waiting = reports.received + reports.reading;
	if (!received && !all) return <FirstSteps />;
	return (
		<div class="grid">
			<section class="figures wide" aria-label={t("In short")}>
				<Figure label={t("Open findings")} value={data.open} href={list("state=open")} sub={t("%s of all", percent(data.open, all))} />
				<Figure label={t("Reports")} value={received} href={reportsAt()}
					sub={waiting ? tn("%s is being read", "%s are being read", waiting) : bytes(reports.bytes)} />
				<LastReport at={reports.last} href={reportsAt()} />
				<Figure label={t("Set aside")} value={reports.aside} href={reportsAt("?state=aside")} sub={t("reports that could not be read")} />
				<Figure label={t("Time to notify")} value={data.times.notify.median_s === null ? null : span(data.times.notify.median_s)}
					sub={medianOf(data.times.notify.count)} />
				<Figure label={t("Time to fix")} value={data.times.fix.median_s === null ? null : span(data.times.fix.median_s)}
					sub={medianOf(data.times.fix.count)} />
			</section>
			<p class="muted wide">{tn("Of the last %s day: tables, lines and times. What is open counts whenever it began.", "Of the last %s days: tables, lines and times. What is open counts whenever it began.", data.period_days)}</p>
			<Card title={t("By state")}>
				<table class="plain rank">
					<caption class="hidden">{t("Findings by state")}</caption>
					<thead><tr><th scope="col">{t("State")}</th><th scope="col" class="num">{t("Findings")}</th></tr></thead>
					<tbody>
						{states.map(([s, n]) => {
							const to = list(`state=${s}`);
							return (
								<tr key={s}>
									<th scope="row">{to ? <a href={to} class="plain-link"><StateChip state={s} /></a> : <StateChip state={s} />}
										<Bar value={n} max={Math.max(...states.map(([, k]) => k))} /></th>
									<td class="num" aria-label={`${stateName(s)}: ${num(n)}`}>{num(n)}</td>
								</tr>
							);
						})}
					</tbody>
				</table>
			</Card>
			<Card title={t("Day by day")}>
				{data.days.length ? (
					<>
						<Trend label={t("Events")} days={data.days.map(dayOf)} series={[{ name: t("Events"), values: data.days.map((d) => d.events) }]} />
						<Trend label={t("New findings")} days={data.days.map(dayOf)} series={[{ name: t("New findings"), values: data.days.map((d) => d.findings ?? 0) }]} />
					</>
				) : <p class="muted">{t("Nothing in these days.")}</p>}
			</Card>
			<Card title={t("By country")} wide>
				<div class="map-row">
					<LazyMap values={values} href={(code) => `/findings?country=${code}`} />
					<Ranking caption={t("Findings by country")} head={t("Country")} rows={data.countries.slice(0, 10)}
						name={(r) => countryName(r.key)} href={(r) => list(`country=${encodeURIComponent(r.key || "-")}`)} />
				</div>
			</Card>
			<Card title={t("By class")}>
				<Ranking caption={t("Findings by class")} head={t("Class")} rows={data.classes.slice(0, 12)}
					name={(r) => className(r.key)} href={(r) => list(`class=${encodeURIComponent(r.key)}`)} />
			</Card>
			<Card title={t("By network")}>
				<Ranking caption={t("Findings by network")} head={t("Network")} rows={data.networks.slice(0, 12)}
					name={(r) => <Network asn={r.number} name={r.as_name} />} href={(r) => list(`asn=${r.number}`)} />
			</Card>
		</div>
	);
}

export default function Overview(_: PageProps) {
	const load = useLoad("overview", (signal) => get<Data>("/overview", {}, signal));
	// New figures change nothing under the reader's hand.
	useLive(["finding", "report", "notice"], load.reload, undefined, 2000);
	return (
		<>
			<Title text={t("Overview")} />
			<Load of={load}>{(data) => <Shown data={data} />}</Load>
		</>
	);
}
