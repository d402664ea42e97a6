/* exchange: what the pages about agreements, partners and objects share. */
import type { ComponentChildren } from "preact";
import { t, tn, tx } from "../lib/i18n";
import { after, dirOf, excludedName, categoryName, purposeName, type Agreement, type Clause, type Origin } from "../lib/exchange";
import { Moment, Raw } from "./text";

/* Neighbouring pages, as a line of links. */
export function Tabs({ label, items }: { label: string; items: { href: string; text: string; current: boolean }[] }) {
	return (
		<nav class="tabs" aria-label={label}>
			<ul>{items.map((i) => <li key={i.href}><a href={i.href} aria-current={i.current ? "page" : undefined}>{i.text}</a></li>)}</ul>
		</nav>
	);
}

/* A mark of TLP 2.0 in its colours, as FIRST publishes them. */
export function Tlp({ mark }: { mark: string | null | undefined }) {
	if (!mark) return <span class="none">{t("no mark")}</span>;
	return <span class={`tlp tlp-${mark.toLowerCase().replace(/[^a-z]/g, "")}`} dir="ltr">{`TLP:${mark}`}</span>;
}

export interface Step {
	key: string;
	text: string;
	at?: string | null;
	state: "done" | "now" | "later" | "off";
}

/* A way from its beginning to its end, and where on it something stands. */
export function Way({ label, steps }: { label: string; steps: Step[] }) {
	const said: Record<Step["state"], string> = { done: t("done"), now: t("now"), later: t("to come"), off: t("left out") };
	return (
		<ol class="way" aria-label={label}>
			{steps.map((s) => (
				<li key={s.key} class={`way-${s.state}`} aria-current={s.state === "now" ? "step" : undefined}>
					<span class="way-text">{s.text}<span class="hidden"> ({said[s.state]})</span></span>
					{s.at ? <span class="way-at small"><Moment at={s.at} /></span> : null}
				</li>
			))}
		</ol>
	);
}

const list = (words: string[]): string => words.join(" · ");

// What becomes of personal data, in a few words.
function personal(how: string, reduced: string): string {
	return how === "removed" ? t("left out") : how === "whole" ? t("whole") : how === "reduced" ? reduced : how;
}

/* How something was reduced: what the log has as "recipients=removed … retention=90", in words. */
export function Profile({ v }: { v: string | null }) {
	if (!v) return <>–</>;
	const of = new Map(v.split(" ").map((x) => x.split("=") as [string, string]));
	const victims = (of.get("victims") ?? "").split("/"), days = Number(of.get("retention"));
	// One that is written otherwise is shown as it is.
	if (!of.has("recipients") || !of.has("accounts") || !of.has("victims") || !Number.isFinite(days)) return <Raw v={v} mono />;
	return (
		<ul class="small">
			<li>{t("Recipients of spam: %s", personal(of.get("recipients")!, t("reduced to their domains")))}</li>
			<li>{t("Names of accounts: %s", personal(of.get("accounts")!, t("reduced to their domains")))}</li>
			<li>{t("Addresses of victims: %s", personal(victims[0]!, t("reduced to networks of /%s and /%s", victims[1] ?? "", victims[2] ?? "")))}</li>
			<li>{tn("kept for %s day", "kept for %s days", days)}</li>
		</ul>
	);
}

/* A clause as a person reads it. */
export function ClauseText({ c, reserved }: { c: Clause; reserved?: string[] }) {
	const on = c.onward === "none" ? t("It is passed on to nobody.")
		: c.onward === "same-agreement" ? t("It may be passed on within this agreement.")
		: t("It may be passed on to: %s", list(c.named));
	return (
		<li class="clause" id={`clause-${c.number}`}>
			<h3><span class="muted">{t("Clause %s", c.number)}</span> {categoryName(c.category)} <Tlp mark={c.tlp} /></h3>
			<ul class="points">
				<li>{t("It may flow %s, up to the mark TLP:%s.", list(c.purposes.map(purposeName)), c.tlp)}</li>
				<li>{t("Recipients of spam: %s", personal(c.recipients, t("reduced to their domains")))}</li>
				<li>{t("Names of accounts: %s", personal(c.accounts, t("reduced to their domains")))}</li>
				<li>{t("Addresses of victims: %s", personal(c.victims, t("reduced to networks of /%s and /%s", String(c.v4_bits), String(c.v6_bits))))}</li>
				{c.ground ? <li>{tx("Why something goes whole: %s", <Raw v={c.ground} prose />)}</li> : null}
				<li>{tn("Who receives it keeps it for at most %s day.", "Who receives it keeps it for at most %s days.", c.retention_days)}</li>
				<li>{on}</li>
				<li>{t("Excluded: %s", list(c.excluded.map(excludedName)))}</li>
				{reserved?.length ? <li class="warn">{t("Reservation, nothing flows under it: %s", list(reserved))}</li> : null}
			</ul>
		</li>
	);
}

/* From whom we have something, by which clause, and until when. */
export function OriginText({ o }: { o: Origin | null }) {
	if (!o) return <>{t("of our own, or brought in by hand")}</>;
	return <>{tx("%s, by %s, clause %s", <Raw v={o.party} />, <a href={`/agreements/${encodeURIComponent(o.agreement)}#clause-${o.clause}`}><Raw v={o.agreement} /></a>, o.clause)}</>;
}

// Since when nothing would flow if notice were given on that day.
export function leavesAt(g: Agreement, on: Date): string | null {
	return g.ours === "in-force" ? after(on, g.notice_days) : null;
}

/* A text in one of six languages, running as its language does. */
export function InLang({ lang, children }: { lang: string; children: ComponentChildren }) {
	return <div lang={lang} dir={dirOf(lang)}>{children}</div>;
}
