/* reports: what was taken in, what could not be read, and the place to hand in more. */
import { useState } from "preact/hooks";
import { get } from "../lib/api";
import { bytes, num, t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad } from "../lib/load";
import { go, withQuery } from "../lib/route";
import { useSession } from "../lib/session";
import type { Page, Report } from "../lib/types";
import { REPORT_STATE_NAMES, reportState } from "../lib/words";
import type { PageProps } from "../pages";
import { DropReports } from "../ui/drop";
import { Empty, Field, Load, Pager, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

export default function Reports({ place }: PageProps) {
	const { may } = useSession();
	const query = place.query;
	const [feed, setFeed] = useState(query.get("feed") ?? "");
	const ask = new URLSearchParams();
	for (const f of ["state", "feed", "bad", "cursor"]) {
		const v = query.get(f);
		if (v) ask.set(f, v);
	}
	ask.set("limit", "50");
	const load = useLoad(ask.toString(), (signal) => get<Page<Report>>("/reports", ask, signal));
	useLive(["report"], load.reload);
	const filtered = ["state", "feed", "bad"].some((f) => query.get(f));
	return (
		<>
			<Title text={t("Reports")} />
			{may("reports.add") ? <DropReports done={load.reload} /> : null}
			<form class="fields line" onSubmit={(e) => { e.preventDefault(); go(withQuery(query, { feed, cursor: "" })); }}>
				<Field label={t("State")}>
					{(p) => (
						<select {...p} value={query.get("state") ?? ""} onChange={(e) => go(withQuery(query, { state: e.currentTarget.value, cursor: "" }))}>
							<option value="">{t("any")}</option>
							{REPORT_STATE_NAMES.map((s) => <option key={s} value={s}>{reportState(s)}</option>)}
						</select>
					)}
				</Field>
				<Field label={t("Feed")}>
					{(p) => <input {...p} type="search" dir="auto" value={feed} onInput={(e) => setFeed(e.currentTarget.value)} />}
				</Field>
				<label class="check">
					<input type="checkbox" checked={query.get("bad") === "true"} onChange={(e) => go(withQuery(query, { bad: e.currentTarget.checked ? "true" : "", cursor: "" }))} />
					{t("only with errors")}
				</label>
			</form>
			<Load of={load}>
				{(data) => data.items.length ? (
					<>
						<Table caption={t("Reports")} rows={data.items} keyOf={(r) => String(r.id)} columns={[
							{ name: "name", head: t("Report"), wide: true, cell: (r) => <a href={`/reports/${r.id}`}><Raw v={r.name ?? t("report %s", String(r.id))} /></a> },
							{ name: "state", head: t("State"), cell: (r) => <StateChip state={`r-${r.state}`} word={reportState(r.state)} /> },
							{ name: "feed", head: t("Feed"), cell: (r) => <Raw v={r.feed} /> },
							{ name: "received", head: t("Received"), cell: (r) => <Moment at={r.received} /> },
							{ name: "events", head: t("Events"), num: true, cell: (r) => (r.events === null ? t("unknown") : num(r.events)) },
							{ name: "bad", head: t("Errors"), num: true, cell: (r) => r.bad ? <a href={`/reports/${r.id}`} class="warn">{num(r.bad)}</a> : r.bad === null ? t("unknown") : num(0) },
							{ name: "bytes", head: t("Size"), num: true, cell: (r) => bytes(r.bytes) },
						]} />
						<Pager first={query.get("cursor") ? withQuery(query, { cursor: "" }) : undefined}
							next={data.next ? withQuery(query, { cursor: data.next }) : undefined} />
					</>
				) : (
					<Empty title={filtered ? t("No report fits these filters.") : t("No report has been taken in yet.")}>
						{filtered ? <p><a href="/reports">{t("Without filters")}</a></p>
							: may("reports.add") ? <p>{t("Drop a file on this page to take it in.")}</p> : null}
					</Empty>
				)}
			</Load>
		</>
	);
}
