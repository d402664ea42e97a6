/* transfers: what went to partners and what was refused, each with its reason. */
import { get } from "../lib/api";
import { purposeName, recordLink, type Parties, type Transfer } from "../lib/exchange";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { go, withQuery } from "../lib/route";
import type { PageProps } from "../pages";
import { Profile, Tabs } from "../ui/exchange";
import { Empty, Field, Load, Pager, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw, visible } from "../ui/text";

interface Log {
	items: Transfer[];
	next: number | null;
}

export const transferTabs = (current: string) => (
	<Tabs label={t("Transfers")} items={[
		{ href: "/transfers", text: t("What went"), current: current === "log" },
		{ href: "/transfers/ask", text: t("What would a partner get?"), current: current === "ask" },
	]} />
);

export default function Transfers({ place }: PageProps) {
	const query = place.query;
	const ask = new URLSearchParams({ limit: "50" });
	for (const f of ["partner", "allowed", "cursor"]) if (query.get(f)) ask.set(f, query.get(f)!);
	const load = useLoad(ask.toString(), (signal) => get<Log>("/transfers", ask, signal));
	const parties = useLoad("parties", (signal) => get<Parties>("/parties", {}, signal));
	return (
		<>
			<Title text={t("Transfers")} />
			{transferTabs("log")}
			<form class="fields line" onSubmit={(e) => e.preventDefault()}>
				<Field label={t("Partner")}>
					{(p) => <select {...p} value={query.get("partner") ?? ""} onChange={(e) => go(withQuery(query, { partner: e.currentTarget.value, cursor: "" }))}>
						<option value="">{t("all")}</option>
						{parties.data?.items.map((x) => <option key={x.id} value={x.id}>{visible(x.name)}</option>)}
						{query.get("partner") && !parties.data?.items.some((x) => x.id === query.get("partner")) ? <option value={query.get("partner")!}>{query.get("partner")}</option> : null}
					</select>}
				</Field>
				<Field label={t("Answer")}>
					{(p) => <select {...p} value={query.get("allowed") ?? ""} onChange={(e) => go(withQuery(query, { allowed: e.currentTarget.value, cursor: "" }))}>
						<option value="">{t("all")}</option>
						<option value="true">{t("went")}</option>
						<option value="false">{t("refused")}</option>
					</select>}
				</Field>
			</form>
			<Load of={load}>
				{(data) => data.items.length ? (
					<>
						<Table caption={t("Transfers")} rows={data.items} keyOf={(x) => String(x.id)} columns={[
							{ name: "at", head: t("When"), cell: (x) => <Moment at={x.at} /> },
							{ name: "partner", head: t("Partner"), cell: (x) => <Raw v={x.partner} /> },
							{ name: "record", head: t("Record"), wide: true, cell: (x) => { const to = recordLink(x.record); return to ? <a href={to}><Raw v={x.record} mono /></a> : <Raw v={x.record} mono />; } },
							{ name: "allowed", head: t("Answer"), cell: (x) => <StateChip state={x.allowed ? "t-went" : "t-refused"} word={x.allowed ? t("went") : t("refused")} /> },
							{ name: "agreement", head: t("Agreement"), cell: (x) => (x.agreement ? <a href={`/agreements/${encodeURIComponent(x.agreement)}${x.clause ? `#clause-${x.clause}` : ""}`}><Raw v={x.agreement} />{x.clause ? <> · {t("Clause %s", x.clause)}</> : null}</a> : "–") },
							{ name: "purpose", head: t("Purpose"), cell: (x) => purposeName(x.purpose) },
							{ name: "profile", head: t("Reduced to"), cell: (x) => <Profile v={x.profile} /> },
							{ name: "reason", head: t("Reason"), wide: true, cell: (x) => <span dir="auto">{x.reason}</span> },
						]} />
						<Pager first={query.get("cursor") ? withQuery(query, { cursor: "" }) : undefined} next={data.next ? withQuery(query, { cursor: String(data.next) }) : undefined} />
					</>
				) : <Empty title={query.get("partner") || query.get("allowed") ? t("No transfer fits these filters.") : t("Nothing has gone to a partner yet, and nothing was refused.")} />}
			</Load>
			<p class="hint">{t("Each transfer stands here with the agreement, the clause and how it was reduced; each refusal once, with its reason.")}</p>
		</>
	);
}
