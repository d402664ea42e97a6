/* notices: what contacts are told: prepared, looked at, approved by another person, sent. */
import { useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { isLang, LANG_NAMES, num, t, tn } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { go, withQuery } from "../lib/route";
import { useSession } from "../lib/session";
import type { Notice, Page } from "../lib/types";
import { answerName, NOTICE_STATE_NAMES, noticeState } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Dialog, Empty, Facts, Failure, Field, Load, Pager, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

interface Summary {
	[count: string]: unknown;
	plan?: { email: string; language: string; findings: number; due: string | null }[];
	queued?: boolean;
}

/* What preparing came to, or would come to, in the order in which it is looked at. */
function Outcome({ s }: { s: Summary }) {
	const words: [string, string][] = [
		["notices", t("Notices")],
		["looked_at", t("Findings looked at")],
		["told", t("Findings put into notices")],
		["nobody", t("Findings without a contact")],
		["off", t("Findings of which nobody is to be told")],
		["policy_refused", t("Refused by the policy")],
		["waiting", t("Recipients whose interval has not passed")],
		["sent", t("Sent")],
		["later", t("To be tried again")],
		["refused", t("Refused by the recipient")],
		["uncertain", t("Uncertain whether they arrived")],
		["taken_out", t("Findings taken out, as they may not be told any more")],
		["withdrawn", t("Withdrawn")],
	];
	const count = (k: string) => (typeof s[k] === "number" ? (s[k] as number) : 0);
	return <Facts rows={words.filter(([k]) => count(k) > 0 || k === "notices").map(([k, w]) => [w, num(count(k))])} />;
}

/* First what would be made, then making it. */
function Prepare({ close, done }: { close: () => void; done: () => void }) {
	const work = useWork();
	const { say } = useSession();
	const dry = useLoad("dry", () => post<Summary>("/notices/prepare", { dry_run: true }));
	return (
		<Dialog title={t("Prepare notices")} close={close}>
			{work.error ? <Failure problem={work.error} /> : null}
			<p>{t("Open findings are put into one message for each contact. Nothing is sent yet.")}</p>
			<Load of={dry}>
				{(s) => (
					<>
						{s.plan?.length ? (
							<Table caption={t("Who would be told")} rows={s.plan} keyOf={(p) => `${p.email} ${p.language}`} columns={[
								{ name: "email", head: t("Recipient"), wide: true, cell: (p) => <Raw v={p.email} mono /> },
								{ name: "findings", head: t("Findings"), num: true, cell: (p) => num(p.findings) },
								{ name: "due", head: t("Due"), cell: (p) => (p.due ? <Moment at={p.due} /> : t("now")) },
							]} />
						) : <p class="note">{t("Nobody is to be told of anything new.")}</p>}
						<details><summary>{t("In figures")}</summary><Outcome s={s} /></details>
						<p class="buttons">
							{s.plan?.length ? (
								<button type="button" class="primary" disabled={work.busy} onClick={() => void work.run(async () => {
									const made = await post<Summary>("/notices/prepare", {});
									say(tn("%s notice was prepared.", "%s notices were prepared.", Number(made.notices ?? 0)));
									done();
									close();
								})}>{work.busy ? t("Working …") : t("Prepare")}</button>
							) : null}
							<button type="button" onClick={close}>{t("Cancel")}</button>
						</p>
					</>
				)}
			</Load>
		</Dialog>
	);
}

function Send({ close, done }: { close: () => void; done: () => void }) {
	const work = useWork();
	const [came, setCame] = useState<Summary>();
	return (
		<Dialog title={t("Send what is due")} close={close}>
			{work.error ? <Failure problem={work.error} /> : null}
			{came ? (
				<>
					{came.queued ? <p class="note good">{t("They are on their way; the list says how it went.")}</p> : <Outcome s={came} />}
					<p class="buttons"><button type="button" class="primary" onClick={close}>{t("Close")}</button></p>
				</>
			) : (
				<>
					<p>{t("Notices that may leave do so now. Before each one leaves, it is checked again what its recipient may be told.")}</p>
					<p class="buttons">
						<button type="button" class="primary" disabled={work.busy} onClick={() => void work.run(async () => {
							setCame(await post<Summary>("/notices/send", {}));
							done();
						})}>{work.busy ? t("Working …") : t("Send")}</button>
						<button type="button" onClick={close}>{t("Cancel")}</button>
					</p>
				</>
			)}
		</Dialog>
	);
}

function Steps({ done }: { done: () => void }) {
	const { may } = useSession();
	const [ask, setAsk] = useState<"prepare" | "send">();
	const close = () => setAsk(undefined);
	return (
		<>
			{may("notices.make") ? <button type="button" onClick={() => setAsk("prepare")}>{t("Prepare notices")}</button> : null}
			{may("notices.send") ? <button type="button" class="primary" onClick={() => setAsk("send")}>{t("Send what is due")}</button> : null}
			{ask === "prepare" ? <Prepare close={close} done={done} /> : ask === "send" ? <Send close={close} done={done} /> : null}
		</>
	);
}

interface Answered {
	notice: string;
	email: string;
	answer: string;
	at: string;
	comment: string | null;
}

/* What recipients said by the links in their notices. */
function Answers() {
	const load = useLoad("answers", (signal) => get<{ items: Answered[] }>("/notices/answers", { limit: 20 }, signal));
	useLive(["notice", "finding"], load.reload);
	return (
		<Card title={t("Latest answers")}>
			<Load of={load}>
				{(data) => data.items.length ? (
					<Table caption={t("Latest answers")} rows={data.items} keyOf={(a) => `${a.notice} ${a.at}`} columns={[
						{ name: "email", head: t("Recipient"), wide: true, cell: (a) => <a href={`/notices/${encodeURIComponent(a.notice)}`}><Raw v={a.email} mono /></a> },
						{ name: "answer", head: t("Answer"), cell: (a) => answerName(a.answer) },
						{ name: "at", head: t("When"), cell: (a) => <Moment at={a.at} /> },
						{ name: "comment", head: t("Comment"), wide: true, cell: (a) => (a.comment ? <Raw v={a.comment} prose /> : "–") },
					]} />
				) : <p class="muted">{t("Nobody has answered a notice by its link yet.")}</p>}
			</Load>
		</Card>
	);
}

export default function Notices({ place }: PageProps) {
	const query = place.query;
	const [email, setEmail] = useState(query.get("email") ?? "");
	const ask = new URLSearchParams();
	for (const f of ["state", "email", "cursor"]) {
		const v = query.get(f);
		if (v) ask.set(f, v);
	}
	ask.set("limit", "50");
	const load = useLoad(ask.toString(), (signal) => get<Page<Notice>>("/notices", ask, signal));
	useLive(["notice"], load.reload);
	const filtered = query.get("state") || query.get("email");
	return (
		<>
			<Title text={t("Notices")}><Steps done={load.reload} /></Title>
			<form class="fields line" onSubmit={(e) => { e.preventDefault(); go(withQuery(query, { email, cursor: "" })); }}>
				<Field label={t("State")}>
					{(p) => (
						<select {...p} value={query.get("state") ?? ""} onChange={(e) => go(withQuery(query, { state: e.currentTarget.value, cursor: "" }))}>
							<option value="">{t("any")}</option>
							{NOTICE_STATE_NAMES.map((s) => <option key={s} value={s}>{noticeState(s)}</option>)}
						</select>
					)}
				</Field>
				<Field label={t("Recipient")}>
					{(p) => <input {...p} type="search" dir="ltr" value={email} onInput={(e) => setEmail(e.currentTarget.value)} />}
				</Field>
			</form>
			<Load of={load}>
				{(data) => data.items.length ? (
					<>
						<Table caption={t("Notices")} rows={data.items} keyOf={(n) => n.id} columns={[
							{ name: "email", head: t("Recipient"), wide: true, cell: (n) => <a href={`/notices/${encodeURIComponent(n.id)}`}><Raw v={n.email} mono /></a> },
							{ name: "state", head: t("State"), cell: (n) => <StateChip state={`n-${n.state}`} word={noticeState(n.state)} /> },
							{ name: "findings", head: t("Findings"), num: true, cell: (n) => num(n.findings) },
							{ name: "lang", head: t("Language"), cell: (n) => (isLang(n.language) ? LANG_NAMES[n.language] : t("unknown")) },
							{ name: "created", head: t("Prepared"), cell: (n) => <Moment at={n.created} /> },
							{ name: "since", head: t("State since"), cell: (n) => <Moment at={n.state_since} /> },
							{ name: "tries", head: t("Tries"), num: true, cell: (n) => num(n.attempts) },
						]} />
						<Pager first={query.get("cursor") ? withQuery(query, { cursor: "" }) : undefined}
							next={data.next ? withQuery(query, { cursor: data.next }) : undefined} />
					</>
				) : (
					<Empty title={filtered ? t("No notice fits these filters.") : t("There are no notices yet.")}>
						{filtered ? <p><a href="/notices">{t("Without filters")}</a></p>
							: <p class="muted">{t("“Prepare notices” puts the open findings into one message for each contact.")}</p>}
					</Empty>
				)}
			</Load>
			<div class="below"><Answers /></div>
		</>
	);
}
