/* ask: what would a partner get of our findings, and why not the rest? Nothing is sent by asking. */
import { get } from "../lib/api";
import { choices, PURPOSES, type Asked, type Parties } from "../lib/exchange";
import { num, t, tn } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { go, withQuery } from "../lib/route";
import type { PageProps } from "../pages";
import { Bar } from "../ui/chart";
import { Profile } from "../ui/exchange";
import { Empty, Field, Load, StateChip, Table, Title } from "../ui/parts";
import { Raw, visible } from "../ui/text";
import { transferTabs } from "./transfers";

export default function Ask({ place }: PageProps) {
	const query = place.query, partner = query.get("partner") ?? "", purpose = query.get("purpose") ?? "protect", date = query.get("date") ?? "";
	const parties = useLoad("parties", (signal) => get<Parties>("/parties", {}, signal));
	const load = useLoad(partner ? `${partner} ${purpose} ${date}` : null, (signal) => get<Asked>("/transfers/ask", { partner, purpose, date }, signal));
	const set = (name: string) => (e: { currentTarget: { value: string } }) => go(withQuery(query, { [name]: e.currentTarget.value }));
	return (
		<>
			<Title text={t("What would a partner get, and why not the rest?")} />
			{transferTabs("ask")}
			<form class="fields line" onSubmit={(e) => e.preventDefault()}>
				<Field label={t("Partner")}>
					{(p) => <select {...p} value={partner} onChange={set("partner")}>
						<option value="">{t("Choose")}</option>
						{parties.data?.items.map((x) => <option key={x.id} value={x.id}>{visible(x.name)}</option>)}
					</select>}
				</Field>
				<Field label={t("Purpose")}>
					{(p) => <select {...p} value={purpose} onChange={set("purpose")}>{choices(PURPOSES).map(([v, name]) => <option key={v} value={v}>{name}</option>)}</select>}
				</Field>
				<Field label={t("If it asked on")}>{(p) => <input {...p} type="date" value={date} onChange={set("date")} />}</Field>
			</form>
			{partner ? (
				<Load of={load}>
					{(data) => {
						const goes = data.items.filter((x) => x.allowed).reduce((sum, x) => sum + x.findings, 0);
						return data.items.length ? (
							<>
								<p role="status"><strong>{tn("%s finding was looked at; %s would go.", "%s findings were looked at; %s would go.", data.findings, goes)}</strong>{data.all ? null : <> <span class="muted">{t("These are the latest; there are more.")}</span></>}</p>
								<Table caption={t("Answers")} rows={data.items} keyOf={(x) => `${x.rule} ${x.agreement} ${x.clause} ${x.reason}`} columns={[
									{ name: "allowed", head: t("Answer"), cell: (x) => <StateChip state={x.allowed ? "t-went" : "t-refused"} word={x.allowed ? t("would go") : t("stays here")} /> },
									{ name: "findings", head: t("Findings"), num: true, cell: (x) => <>{num(x.findings)}<Bar value={x.findings} max={data.findings} /></> },
									{ name: "reason", head: t("Reason"), wide: true, cell: (x) => <span dir="auto">{x.reason}</span> },
									{ name: "agreement", head: t("Agreement"), cell: (x) => (x.agreement ? <a href={`/agreements/${encodeURIComponent(x.agreement)}${x.clause ? `#clause-${x.clause}` : ""}`}><Raw v={x.agreement} />{x.clause ? <> · {t("Clause %s", x.clause)}</> : null}</a> : "–") },
									{ name: "profile", head: t("Reduced to"), cell: (x) => <Profile v={x.profile} /> },
									{ name: "example", head: t("Such as"), cell: (x) => <a href={`/findings/${encodeURIComponent(x.example)}`}>{t("a finding")}<span class="hidden"> ({x.reason})</span></a> },
								]} />
							</>
						) : <Empty title={t("There are no findings yet.")} />;
					}}
				</Load>
			) : <Empty title={t("Choose a partner to ask for.")}><p class="muted">{t("Nothing is sent, and nothing is written down, by asking.")}</p></Empty>}
			<p class="hint">{t("Where no clause lets it go, the reason is that of the clause that came nearest.")}</p>
		</>
	);
}
