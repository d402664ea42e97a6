/* notice: one message as it will be or was sent, and what may be done with it. */
import { useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { bytes, isLang, LANG_NAMES, num, t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { NoticeFull } from "../lib/types";
import { answerName, className, noticeState } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Dialog, Facts, Failure, Load, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

type Step = "approve" | "again" | "arrived" | "withdraw";

/* What may be done with it, by its state and by what the account may do. */
function steps(n: NoticeFull, may: (right: string) => boolean): Step[] {
	const out: Step[] = [];
	if (may("notices.send")) {
		if (n.state === "draft" && !n.approved_by) out.push("approve");
		if (n.state === "failed" || n.state === "refused" || n.state === "uncertain") out.push("again");
		if (n.state === "uncertain") out.push("arrived");
	}
	if (may("notices.make") && ["draft", "queued", "failed", "uncertain"].includes(n.state)) out.push("withdraw");
	return out;
}

function words(step: Step): { button: string; ask: string; means: string; done: string } {
	switch (step) {
	case "approve": return { button: t("Approve"), ask: t("Approve this notice?"), means: t("You say that it may go to its recipient as it is shown here."), done: t("Approved: it leaves with the next sending.") };
	case "again": return { button: t("Send it again"), ask: t("Send this notice again?"), means: t("If it did arrive, its recipient has it twice."), done: t("It leaves with the next sending.") };
	case "arrived": return { button: t("It did arrive"), ask: t("Did this notice arrive?"), means: t("It counts as sent, and its findings as notified."), done: t("It counts as sent.") };
	case "withdraw": return { button: t("Withdraw"), ask: t("Withdraw this notice?"), means: t("It will not be sent, and is not made again by itself."), done: t("Withdrawn: it will not be sent.") };
	}
}

function Decide({ n, done }: { n: NoticeFull; done: () => void }) {
	const { may, say } = useSession();
	const work = useWork();
	const [ask, setAsk] = useState<Step>();
	const close = () => {
		setAsk(undefined);
		work.clear();
	};
	const run = (step: Step) => void work.run(async () => {
		await post(`/notices/${encodeURIComponent(n.id)}/${step}`);
		say(words(step).done);
		setAsk(undefined);
		done();
	});
	return (
		<>
			{steps(n, may).map((s) => <button key={s} type="button" class={s === "approve" ? "primary" : undefined} onClick={() => setAsk(s)}>{words(s).button}</button>)}
			{ask ? (
				<Dialog title={words(ask).ask} close={close}>
					{work.error ? <Failure problem={work.error} /> : null}
					<p>{words(ask).means}</p>
					<p class="buttons">
						<button type="button" class={ask === "withdraw" ? "danger" : "primary"} disabled={work.busy} onClick={() => run(ask)}>{words(ask).button}</button>
						<button type="button" onClick={close}>{t("Cancel")}</button>
					</p>
				</Dialog>
			) : null}
		</>
	);
}

// A message runs as its own language does, not the reader's.
const dirOf = (language: string) => (language === "ar" ? "rtl" : "ltr");

function Rows({ n }: { n: NoticeFull }) {
	return (
		<>
			<Table caption={t("Its findings")} rows={n.rows} keyOf={(f) => f.id} columns={[
				{ name: "place", head: t("Place"), wide: true, cell: (f) => <a href={`/findings/${f.id}`}><bdi dir="ltr"><Raw v={f.place ?? f.name} mono />{f.port ? ` :${f.port}` : ""}</bdi></a> },
				{ name: "class", head: t("Class"), cell: (f) => <>{className(f.class)}{f.label ? <span class="muted small clamp"><Raw v={f.label} brief /></span> : null}</> },
				{ name: "state", head: t("State"), cell: (f) => <StateChip state={f.state} /> },
				{ name: "last", head: t("Last seen"), cell: (f) => <Moment at={f.last_seen} /> },
			]} />
			{n.findings > n.rows.length ? <p class="hint">{t("%s of %s are shown.", n.rows.length, n.findings)}</p> : null}
		</>
	);
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
								[t("Recipients"), <>{n.email.split(",").map((r) => <span key={r} class="item"><Raw v={r.trim()} mono /></span>)}</>],
								[t("Language"), isLang(n.language) ? LANG_NAMES[n.language] : n.language],
								[t("Findings"), num(n.findings)],
								[t("Prepared"), <Moment at={n.created} />],
								[t("Prepared by"), n.prepared_by ? <Raw v={n.prepared_by} /> : t("the node's clock")],
								...(n.approved_by ? [[t("Approved by"), <Raw v={n.approved_by} />] as [string, preact.ComponentChildren]] : []),
								...(n.next_try ? [[t("Next try"), <Moment at={n.next_try} />] as [string, preact.ComponentChildren]] : []),
								...(n.reply ? [[t("The mail server said"), <Raw v={n.reply} prose />] as [string, preact.ComponentChildren]] : []),
							]} />
						</Card>
						<Card title={t("The message")}>
							<p lang={n.language} dir={dirOf(n.language)}><strong><Raw v={n.subject} prose /></strong></p>
							<div class="letter" lang={n.language} dir={dirOf(n.language)} tabIndex={0} role="region" aria-label={t("The message")}><Raw v={n.text} prose whole /></div>
							{n.attachments.length ? (
								<>
									<h3>{t("Attachments")}</h3>
									<ul class="list">{n.attachments.map((a, i) => <li key={i}><Raw v={a.name ?? a.type} mono /> <span class="muted">{bytes(a.bytes)}</span></li>)}</ul>
								</>
							) : null}
						</Card>
						{n.answers_given.length ? (
							<Card title={t("Answers")}>
								<ol class="history">{n.answers_given.map((a, i) => (
									<li key={i}>
										<p><strong>{answerName(a.answer)}</strong></p>
										<p class="muted small"><Moment at={a.at} /></p>
										{a.comment ? <p class="quote"><Raw v={a.comment} prose /></p> : null}
									</li>
								))}</ol>
							</Card>
						) : null}
						<Card title={t("Its findings")}><Rows n={n} /></Card>
					</div>
				)}
			</Load>
		</>
	);
}
