/* notices: what contacts are told: prepared, looked at, approved by another person, sent. */
import { useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { isLang, LANG_NAMES, num, t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { go, withQuery } from "../lib/route";
import { useSession } from "../lib/session";
import type { Notice, Page } from "../lib/types";
import { NOTICE_STATE_NAMES, noticeState } from "../lib/words";
import type { PageProps } from "../pages";
import { Dialog, Empty, Facts, Failure, Field, Load, Pager, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

type Summary = Record<string, number>;

/* What preparing or sending came to, in the order in which it is looked at. */
function Outcome({ s }: { s: Summary }) {
	const words: [string, string][] = [
		["notices", t("Notices made")],
		["findings", t("Findings looked at")],
		["told", t("Findings put into notices")],
		["nobody", t("Findings without a contact")],
		["off", t("Findings of which nobody is to be told")],
		["refused", t("Refused by the policy")],
		["waiting", t("Recipients whose interval has not passed")],
		["sent", t("Sent")],
		["later", t("To be tried again")],
		["never", t("Refused by the recipient")],
		["uncertain", t("Uncertain whether they arrived")],
		["taken_out", t("Findings taken out, as they may not be told any more")],
		["withdrawn", t("Withdrawn")],
	];
	const rows = words.filter(([k]) => typeof s[k] === "number" && (s[k] > 0 || k === "notices" || k === "sent"));
	return <Facts rows={rows.map(([k, w]) => [w, num(s[k] ?? 0)])} />;
}

function Steps({ done }: { done: () => void }) {
	const { may } = useSession();
	const work = useWork();
	const [ask, setAsk] = useState<"prepare" | "send">();
	const [came, setCame] = useState<Summary>();
	const run = (to: "prepare" | "send") => void work.run(async () => {
		setCame(await post<Summary>(`/notices/${to}`));
		done();
	});
	const close = () => {
		setAsk(undefined);
		setCame(undefined);
		work.clear();
	};
	return (
		<>
			{may("notices.make") ? <button type="button" onClick={() => setAsk("prepare")}>{t("Prepare notices")}</button> : null}
			{may("notices.send") ? <button type="button" class="primary" onClick={() => setAsk("send")}>{t("Send what is due")}</button> : null}
			{ask ? (
				<Dialog title={ask === "prepare" ? t("Prepare notices") : t("Send what is due")} close={close}>
					{work.error ? <Failure problem={work.error} /> : null}
					{came ? (
						<>
							<Outcome s={came} />
							<p class="buttons"><button type="button" class="primary" onClick={close}>{t("Close")}</button></p>
						</>
					) : (
						<>
							<p>{ask === "prepare"
								? t("Open findings are put into one message for each contact. Nothing is sent yet.")
								: t("Approved notices leave now. Before each one leaves, it is checked again what its recipient may be told.")}</p>
							<p class="buttons">
								<button type="button" class="primary" disabled={work.busy} onClick={() => run(ask)}>
									{work.busy ? t("Working …") : ask === "prepare" ? t("Prepare") : t("Send")}
								</button>
								<button type="button" onClick={close}>{t("Cancel")}</button>
							</p>
						</>
					)}
				</Dialog>
			) : null}
		</>
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
							{ name: "lang", head: t("Language"), cell: (n) => (n.lang && isLang(n.lang) ? LANG_NAMES[n.lang] : t("unknown")) },
							{ name: "created", head: t("Prepared"), cell: (n) => <Moment at={n.created} /> },
							{ name: "since", head: t("State since"), cell: (n) => <Moment at={n.state_since} /> },
							{ name: "tries", head: t("Tries"), num: true, cell: (n) => num(n.attempts ?? 0) },
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
		</>
	);
}
