/* finding: one condition, the evidence it rests on, and what was done about it. */
import { useState } from "preact/hooks";
import { get, path, post } from "../lib/api";
import { countryName } from "../lib/country";
import { num, t, tn } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { Act, Finding as Row, FindingFull, Where } from "../lib/types";
import { actName, className, noticeState, scopeName, stateName, taxonomyName } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Empty, Facts, Failure, Field, Load, StateChip, Title } from "../ui/parts";
import { Moment, Network, Raw } from "../ui/text";
import { actTitle } from "./findings";

const POSSIBLE: Record<Row["state"], Act[]> = {
	new: ["acknowledge", "resolve"],
	notified: ["acknowledge", "resolve"],
	acknowledged: ["resolve"],
	returned: ["acknowledge", "resolve"],
	resolved: ["reopen"],
};

function Acts({ f, done }: { f: FindingFull; done: () => void }) {
	const { say } = useSession();
	const [comment, setComment] = useState("");
	const work = useWork();
	const run = (act: Act) => void work.run(async () => {
		const r = await post<{ done: number; refused: { reason: string }[] }>("/findings/acts", { act, ids: [f.id], comment });
		say(r.refused[0]?.reason ?? t("The state was changed."));
		setComment("");
		done();
	});
	return (
		<Card title={t("What to do")}>
			{work.error ? <Failure problem={work.error} /> : null}
			<Field label={t("Comment")} hint={t("Stays with the finding; others read why.")}>
				{(p) => <textarea {...p} dir="auto" rows={2} maxLength={2000} value={comment} onInput={(e) => setComment(e.currentTarget.value)} />}
			</Field>
			<p class="buttons">
				{(POSSIBLE[f.state] ?? []).map((a) => (
					<button key={a} type="button" class={a === "resolve" ? "primary" : undefined} disabled={work.busy} onClick={() => run(a)}>{actTitle(a)}</button>
				))}
			</p>
		</Card>
	);
}

function Place({ at, name }: { at: Where | null; name: string }) {
	const { may } = useSession();
	if (!at) return <span class="none">{t("unknown")}</span>;
	const report = t("report %s", String(at.report));
	return (
		<span title={at.file ?? name}>
			{may("reports.read") ? <a href={`/reports/${at.report}`}>{report}</a> : report}{" "}
			<span class="muted">{t("from byte %s, %s bytes", at.offset, at.length)}</span>
		</span>
	);
}

// An event's fields, whatever they are: flat names, or objects in objects.
function flat(value: unknown, name = ""): [string, string][] {
	if (value === null || typeof value !== "object") return [[name, String(value)]];
	return Object.entries(value).flatMap(([k, v]) => flat(v, name ? `${name}.${k}` : k));
}

function Evidence({ id }: { id: string }) {
	const [asked, setAsked] = useState(false);
	const load = useLoad(asked ? id : null, (signal) => get<{ items: unknown[]; more: boolean }>(`/findings/${encodeURIComponent(id)}/events`, {}, signal));
	if (!asked) {
		return (
			<>
				<p class="muted">{t("The events are read again from the kept reports.")}</p>
				<p><button type="button" onClick={() => setAsked(true)}>{t("Show the events")}</button></p>
			</>
		);
	}
	return (
		<Load of={load}>
			{(data) => {
				const events = data.items;
				return events.length ? (
					<>
						<p class="muted">{tn("%s event", "%s events", events.length)}{data.more ? <> · {t("the reports hold further ones")}</> : null}</p>
						{events.map((e, i) => (
							<details key={i} class="event" open={i === 0}>
								<summary>{t("Event %s", i + 1)}</summary>
								<Facts rows={flat(e).filter(([, v]) => v !== "null").map(([k, v]) => [k, <Raw key={k} v={v} mono />])} />
							</details>
						))}
					</>
				) : <Empty title={t("The reports of these events are not kept any more.")} />;
			}}
		</Load>
	);
}

function Shown({ f, reload }: { f: FindingFull; reload: () => void }) {
	const { may } = useSession();
	return (
		<div class="grid">
			<Card title={t("The finding")}>
				<Facts rows={[
					[t("State"), <><StateChip state={f.state} /> {f.state_since ? <span class="muted">{t("since")} <Moment at={f.state_since} /></span> : null}</>],
					[t("Class"), `${className(f.class)} (${taxonomyName(f.taxonomy)})`],
					[t("Place"), f.place === null ? t("not shown") : <Raw v={f.place} mono />],
					[t("Finding"), <Raw v={f.name} mono />],
					...(f.ip && f.ip !== f.place ? [[t("Address"), <Raw v={f.ip} mono />] as [string, preact.ComponentChildren]] : []),
					...(f.port ? [[t("Port"), <bdi dir="ltr">{`${f.port}${f.transport ? `/${f.transport}` : ""}`}</bdi>] as [string, preact.ComponentChildren]] : []),
					...(f.identifier ? [[t("Identifier"), <Raw v={f.identifier} mono />] as [string, preact.ComponentChildren]] : []),
					...(f.label ? [[t("Label"), <Raw v={f.label} />] as [string, preact.ComponentChildren]] : []),
					[t("Network"), <Network asn={f.asn} name={f.as_name} />],
					[t("Country"), countryName(f.country)],
					[t("Events"), num(f.count)],
					[t("First seen"), <Moment at={f.first_seen} />],
					[t("Last seen"), <Moment at={f.last_seen} />],
					[t("Notified"), <Moment at={f.notified} />],
					[t("Feed"), <Raw v={f.feed} />],
					[t("Sharing"), f.tlp ? <bdi dir="ltr">{`TLP:${f.tlp.replace(/^tlp:/i, "").toUpperCase()}`}</bdi> : t("unknown")],
				]} />
			</Card>
			<div class="stack">
				{may("findings.act") ? <Acts f={f} done={reload} /> : null}
				<Card title={t("History")}>
					{f.acts.length ? (
						<ol class="history">
							{f.acts.map((a, i) => (
								<li key={i}>
									<p><strong>{actName(a.act)}</strong> <span class="muted">{t("now %s", stateName(a.to))}</span></p>
									<p class="muted small"><Moment at={a.at} /> · <Raw v={a.by} /></p>
									{a.comment ? <p class="quote"><Raw v={a.comment} prose /></p> : null}
								</li>
							))}
						</ol>
					) : <p class="muted">{t("Nobody has done anything about it yet.")}</p>}
				</Card>
				<Card title={t("Who is told")}>
					{f.off ? <p class="note warn"><Raw v={f.off} prose /></p> : null}
					{f.contacts === undefined ? null : f.contacts.length ? (
						<ul class="list">{f.contacts.map((c, i) => <li key={i}><Raw v={c.email} mono /> <span class="muted">{c.name ? <><Raw v={c.name} /> · </> : null}<Raw v={scopeName(c.scope, c.value)} /></span></li>)}</ul>
					) : <p class="muted">{t("No contact is known for this place.")}{may("contacts.change") ? <> <a href="/contacts">{t("Add one")}</a></> : null}</p>}
					{f.notices?.length ? (
						<>
							<h3>{t("Notices")}</h3>
							<ul class="list">{f.notices.map((n) => (
								<li key={n.id}>
									{may("notices.read") ? <a href={`/notices/${encodeURIComponent(n.id)}`}><Raw v={n.email} mono /></a> : <Raw v={n.email} mono />}{" "}
									<StateChip state={`n-${n.state}`} word={noticeState(n.state)} /> <span class="muted small"><Moment at={n.at} /></span>
								</li>
							))}</ul>
						</>
					) : null}
				</Card>
			</div>
			<Card title={t("Evidence")} wide>
				<Facts rows={[[t("First event"), <Place at={f.first} name={t("First event")} />], [t("Last event"), <Place at={f.last} name={t("Last event")} />]]} />
				<Evidence id={f.id} />
			</Card>
		</div>
	);
}

export default function FindingPage({ id = "" }: PageProps) {
	const load = useLoad(id, (signal) => get<FindingFull>(`/findings/${encodeURIComponent(id)}`, {}, signal));
	useLive(["finding", "notice"], load.reload);
	const f = load.data;
	return (
		<>
			<p class="back"><a href="/findings">{t("Findings")}</a></p>
			<Title text={f ? t("Finding: %s", className(f.class)) : t("Finding")}>
				{f ? <a class="button" download href={path("/export/findings.stix.json", { id: f.id })}><bdi>STIX 2.1</bdi></a> : null}
			</Title>
			<Load of={load}>{(data) => <Shown f={data} reload={load.reload} />}</Load>
		</>
	);
}
