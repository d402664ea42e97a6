/* notice: one message as it will be or was sent, and what may be done with it. */
import { useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { isLang, LANG_NAMES, num, t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { NoticeFull } from "../lib/types";
import { noticeState } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Dialog, Facts, Failure, Load, StateChip, Table, Title, type Column } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

const WAITS = ["draft", "approved", "queued", "failed", "uncertain"];

function Decide({ n, done }: { n: NoticeFull; done: () => void }) {
	const { may, say } = useSession();
	const work = useWork();
	const [ask, setAsk] = useState<"approve" | "withdraw">();
	const approve = may("notices.send") && (n.state === "draft" || n.state === "uncertain" || n.state === "failed");
	const withdraw = may("notices.make") && WAITS.includes(n.state);
	if (!approve && !withdraw) return null;
	const run = (what: "approve" | "withdraw") => void work.run(async () => {
		await post(`/notices/${encodeURIComponent(n.id)}/${what}`);
		say(what === "approve" ? t("Approved: it leaves with the next sending.") : t("Withdrawn: it will not be sent."));
		setAsk(undefined);
		done();
	});
	return (
		<>
			{approve ? <button type="button" class="primary" onClick={() => setAsk("approve")}>{t("Approve")}</button> : null}
			{withdraw ? <button type="button" onClick={() => setAsk("withdraw")}>{t("Withdraw")}</button> : null}
			{ask ? (
				<Dialog title={ask === "approve" ? t("Approve this notice?") : t("Withdraw this notice?")} close={() => { setAsk(undefined); work.clear(); }}>
					{work.error ? <Failure problem={work.error} /> : null}
					<p>{ask === "approve" ? t("You say that it may go to its recipient as it is shown here.") : t("It will not be sent, and is not made again by itself.")}</p>
					<p class="buttons">
						<button type="button" class={ask === "approve" ? "primary" : "danger"} disabled={work.busy} onClick={() => run(ask)}>
							{ask === "approve" ? t("Approve") : t("Withdraw")}
						</button>
						<button type="button" onClick={() => { setAsk(undefined); work.clear(); }}>{t("Cancel")}</button>
					</p>
				</Dialog>
			) : null}
		</>
	);
}

// The rows of the message's attachment: their columns are what the recipient may know.
function Rows({ rows }: { rows: Record<string, unknown>[] }) {
	const names = [...new Set(rows.flatMap((r) => Object.keys(r)))].filter((n) => rows.some((r) => r[n] !== null && r[n] !== ""));
	const columns: Column<Record<string, unknown>>[] = names.map((name) => ({
		name, head: name, cell: (r) => {
			const v = r[name];
			return v === null || v === undefined || v === "" ? "–" : <Raw v={String(v)} mono />;
		},
	}));
	return <Table caption={t("Its findings")} rows={rows} keyOf={(r) => JSON.stringify(r)} columns={columns} />;
}

export default function NoticePage({ id = "" }: PageProps) {
	const load = useLoad(id, (signal) => get<NoticeFull>(`/notices/${encodeURIComponent(id)}`, {}, signal));
	useLive(["notice"], load.reload);
	return (
		<>
			<p class="back"><a href="/notices">{t("Notices")}</a></p>
			<Title text={t("Notice")}>{load.data ? <Decide n={load.data} done={load.reload} /> : null}</Title>
			<Load of={load}>
				{(n) => (
					<div class="stack">
						<Card>
							<Facts rows={[
								[t("State"), <><StateChip state={`n-${n.state}`} word={noticeState(n.state)} /> {n.state_since ? <span class="muted">{t("since")} <Moment at={n.state_since} /></span> : null}</>],
								[t("Recipients"), <>{(n.recipients?.length ? n.recipients : [n.email]).map((r) => <span key={r} class="item"><Raw v={r} mono /></span>)}</>],
								[t("Language"), n.lang && isLang(n.lang) ? LANG_NAMES[n.lang] : t("unknown")],
								[t("Findings"), num(n.findings)],
								[t("Prepared"), <Moment at={n.created} />],
								...(n.prepared_by ? [[t("Prepared by"), <Raw v={n.prepared_by} />] as [string, preact.ComponentChildren]] : []),
								...(n.approved_by ? [[t("Approved by"), <Raw v={n.approved_by} />] as [string, preact.ComponentChildren]] : []),
								...(n.next ? [[t("Next try"), <Moment at={n.next} />] as [string, preact.ComponentChildren]] : []),
								...(n.reply ? [[t("The mail server said"), <Raw v={n.reply} prose />] as [string, preact.ComponentChildren]] : []),
							]} />
						</Card>
						<Card title={t("The message")}>
							<p><strong><Raw v={n.subject} prose /></strong></p>
							<div class="letter" lang={n.lang ?? undefined} tabIndex={0} role="region" aria-label={t("The message")}><Raw v={n.text} prose /></div>
						</Card>
						{n.rows?.length ? <Card title={t("Its findings")}><Rows rows={n.rows} /></Card> : null}
					</div>
				)}
			</Load>
		</>
	);
}
