/* report: what came of one, and which of its records could not be read, and why. */
import { get, path, post } from "../lib/api";
import { bytes, num, t, tn } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { Bad, Report } from "../lib/types";
import { reportState } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Facts, Failure, Load, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

function Errors({ bad }: { bad: Bad }) {
	if (!bad.summary.length) return <p class="muted">{t("Every record could be read.")}</p>;
	return (
		<>
			<Table caption={t("Errors by kind")} rows={bad.summary} keyOf={(b) => `${b.column} ${b.reason}`} columns={[
				{ name: "reason", head: t("Reason"), wide: true, cell: (b) => (b.reason ? <Raw v={b.reason} /> : t("further ones")) },
				{ name: "column", head: t("Column"), cell: (b) => (b.column ? <Raw v={b.column} mono /> : t("the record")) },
				{ name: "count", head: t("Records"), num: true, cell: (b) => num(b.count) },
			]} />
			{bad.examples.length ? (
				<>
					<h3>{t("Examples")}</h3>
					<Table caption={t("Examples")} rows={bad.examples} keyOf={(e) => `${e.part} ${e.offset}`} columns={[
						{ name: "line", head: t("Line"), num: true, cell: (e) => (e.line ? num(e.line) : t("unknown")) },
						{ name: "column", head: t("Column"), cell: (e) => (e.column ? <Raw v={e.column} mono /> : t("the record")) },
						{ name: "reason", head: t("Reason"), wide: true, cell: (e) => <Raw v={e.reason} /> },
						{ name: "part", head: t("Part"), cell: (e) => (e.part ? <Raw v={e.part} mono /> : "–") },
					]} />
				</>
			) : null}
		</>
	);
}

export default function ReportPage({ id = "" }: PageProps) {
	const { may, say } = useSession();
	const at = encodeURIComponent(id);
	const load = useLoad(id, (signal) => get<Report>(`/reports/${at}`, {}, signal));
	const bad = useLoad(`${id} bad`, (signal) => get<Bad>(`/reports/${at}/bad`, {}, signal));
	const work = useWork();
	const again = () => {
		load.reload();
		bad.reload();
	};
	useLive(["report"], again, id);
	const r = load.data;
	const retry = () => void work.run(async () => {
		await post(`/reports/${at}/retry`);
		say(t("The report is read again."));
		again();
	});
	return (
		<>
			<p class="back"><a href="/reports">{t("Reports")}</a></p>
			<Title text={t("Report %s", id)}>
				{r && may("reports.raw") ? <a class="button" download href={path(`/reports/${at}/raw`)}>{t("Download the original")}</a> : null}
				{r && may("reports.add") ? <button type="button" disabled={work.busy} onClick={retry}>{t("Read it again")}</button> : null}
			</Title>
			{work.error ? <Failure problem={work.error} /> : null}
			<Load of={load}>
				{(row) => (
					<Card>
						{row.reason ? <div class="note bad"><Raw v={row.reason} /></div> : null}
						<Facts rows={[
							[t("State"), <StateChip state={`r-${row.state}`} word={reportState(row.state)} />],
							[t("Name"), <Raw v={row.name} />],
							[t("Feed"), <Raw v={row.feed} />],
							[t("Format"), <Raw v={row.format} mono />],
							[t("Received"), <Moment at={row.received} />],
							[t("Size"), bytes(row.bytes)],
							[t("Events"), row.events === null ? t("unknown") : num(row.events)],
							[t("Errors"), row.bad === null ? t("unknown") : tn("%s record", "%s records", row.bad)],
							["SHA-256", <Raw v={row.sha256} mono />],
						]} />
						{may("findings.read") && row.events ? <p><a href={`/findings?report=${at}`}>{t("Findings first or last seen in it")}</a></p> : null}
					</Card>
				)}
			</Load>
			<Card title={t("Records that could not be read")}>
				<p class="muted">{t("They are kept, and are read again with the report: after a newer schema or mapping was put in place, for instance.")}</p>
				<Load of={bad}>{(b) => <Errors bad={b} />}</Load>
			</Card>
		</>
	);
}
