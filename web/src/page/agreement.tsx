/* agreement: one, as it stands on a date: its way, its parties, its clauses, its text in up to six languages, its register. */
import { useState } from "preact/hooks";
import { del, get, path } from "../lib/api";
import { countryName } from "../lib/country";
import { adhesionState, agreementState, dirOf, kindName, langOf, langsFrom, partyAct, partyRole, type Act, type Agreement, type AgreementText, type Parties } from "../lib/exchange";
import { getLang, LANG_NAMES, num, t, tn, tx, type Lang } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { go } from "../lib/route";
import { useSession } from "../lib/session";
import type { PageProps } from "../pages";
import { ClauseText, Way, type Step } from "../ui/exchange";
import { Card, Dialog, Facts, Failure, Field, Load, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw, visible } from "../ui/text";
import { ActDialog, actWord, TakeAct } from "./agreement_act";
import { ProposalList, useProposals } from "./proposals";

/* The way that we go, from the draft to the end; dates of what was done are the register's. */
function wayOf(g: Agreement, acts: Act[], us: string): Step[] {
	const done = (kind: string) => acts.filter((a) => a.party === us && a.act === kind).at(-1)?.at ?? null;
	const mine = g.parties.find((p) => p.id === us);
	const bare: (Omit<Step, "state"> & { when: boolean })[] = [
		{ key: "draft", text: t("Draft"), when: true },
		{ key: "open", text: t("Open for signature"), at: g.opened, when: g.state !== "draft" },
	];
	if (mine) {
		bare.push({ key: "signed", text: t("Signed by us"), at: done("signed"), when: g.ours !== "none" && g.ours !== "invited" });
		if (g.kind === "memorandum") bare.push({ key: "deposited", text: t("Deposited"), at: done("deposited"), when: ["deposited", "in-force", "withdrawal-notified"].includes(g.ours) || (g.ours === "left" && !!done("deposited")) });
	}
	bare.push({ key: "force", text: mine ? t("In force for us") : t("In force"), at: mine ? mine.in_force : g.in_force,
		when: mine ? ["in-force", "withdrawal-notified"].includes(g.ours) || (g.ours === "left" && !!mine.in_force) : g.state === "in-force" || g.state === "amended" || (g.state === "ended" && !!g.in_force) });
	if (mine && done("withdrawal-notified")) bare.push({ key: "notice", text: t("Notice given"), at: done("withdrawal-notified"), when: true });
	const left = mine && (g.ours === "left" || mine.leaves);
	const over = g.state === "ended" || g.ours === "left";
	bare.push({ key: "end", text: left ? t("Left") : t("Ended"), at: left ? mine?.leaves : g.ends, when: over });
	const last = bare.reduce((at, s, i) => (s.when ? i : at), 0);
	return bare.map((s, i): Step => ({ key: s.key, text: s.text, at: s.at, state: i === last ? "now" : s.when ? "done" : over || i < last ? "off" : "later" }));
}

/* What may be done about it by us, in the order in which it is usually done. */
function actsFor(g: Agreement, us: string | undefined, waits: boolean): string[] {
	if (!us) return [];
	const isLead = g.lead === us, mine = g.parties.find((p) => p.id === us), open = g.state !== "draft" && g.state !== "ended";
	const out: string[] = [];
	if (isLead && g.state === "draft") out.push("opened");
	if (open && mine) {
		if (g.ours === "invited") out.push("signed");
		if (g.ours === "signed" && g.kind === "memorandum") out.push("deposited");
		if (["in-force", "deposited"].includes(g.ours) && mine.version > 0 && mine.version < g.version) out.push("accepted");
		if (["signed", "deposited", "in-force"].includes(g.ours)) {
			if (mine.reserved.length < g.clauses.length) out.push("reserved");
			if (mine.reserved.length) out.push("reservation-withdrawn");
		}
	}
	if (open && isLead) {
		out.push("invited");
		if (waits && g.state !== "open") out.push("amended");
	}
	if (open && (isLead || (mine && g.ours !== "left"))) out.push("key-changed");
	if (open && isLead) out.push("key-lost");
	if (open && mine && ["signed", "deposited", "in-force"].includes(g.ours)) out.push("withdrawal-notified");
	if (open && isLead) out.push("ended");
	return out;
}

function Wording({ id, versions }: { id: string; versions: number }) {
	const [lang, setLang] = useState<Lang>(getLang());
	const [version, setVersion] = useState<number>();
	const load = useLoad(`${id} ${lang} ${version}`, (signal) => get<AgreementText>(`/agreements/${encodeURIComponent(id)}/text`, { lang, version }, signal));
	return (
		<Card title={t("The text")}>
			<Load of={load}>
				{(x) => {
					const there = langsFrom(getLang(), x.wordings.map((w) => w.lang));
					const shown = langOf(x.lang);
					return (
						<>
							<div class="bar-line">
								<ul class="langs" aria-label={t("Languages")}>
									{there.map((l) => (
										<li key={l}><button type="button" lang={l} aria-pressed={l === shown} class={l === shown ? "small primary" : "small"} onClick={() => setLang(l)}>{LANG_NAMES[l]}</button></li>
									))}
								</ul>
								{versions > 1 ? (
									<label class="pick">{t("Version")} <select value={x.version} onChange={(e) => setVersion(Number(e.currentTarget.value))}>{Array.from({ length: versions }, (_, i) => <option key={i} value={i + 1}>{num(i + 1)}</option>)}</select></label>
								) : null}
							</div>
							{x.waits ? <p class="note warn">{t("This version waits: it was not put in force yet.")}</p> : null}
							{shown ? (
								<>
									<h3 lang={shown} dir={dirOf(shown)}><Raw v={x.titles[shown] ?? Object.values(x.titles)[0]} /></h3>
									<p class="muted small">{x.wordings.find((w) => w.lang === shown)?.authentic ? t("This wording is authentic.") : t("A translation: where it differs, the authentic wordings hold.")}{" "}
										<a download={`${id}-${shown}.txt`} href={path(`/agreements/${encodeURIComponent(id)}/wordings/${shown}`, { version: x.version })}>{t("Download")}</a></p>
									{x.wording ? <div class="letter prose" lang={shown} dir={dirOf(shown)} tabIndex={0} role="region" aria-label={t("The text")}><Raw v={x.wording} prose whole /></div>
										: <p class="muted">{t("This wording is no text that can be shown here; it can be downloaded.")}</p>}
								</>
							) : <p class="muted">{t("There is no wording in any language.")}</p>}
							<details>
								<summary>{t("The text that the program keeps to, as JSON")}</summary>
								<pre class="code" tabIndex={0} dir="ltr"><Raw v={x.json} whole /></pre>
							</details>
						</>
					);
				}}
			</Load>
		</Card>
	);
}

function Register({ acts }: { acts: Act[] }) {
	if (!acts.length) return <p class="muted">{t("Nothing was done yet: the register begins when the agreement is opened.")}</p>;
	return (
		<>
			<p class="note good">{t("Verified: every act's signature, every receipt, their order and every rule, from the first to the last.")}</p>
			<Table caption={t("Register")} rows={acts} keyOf={(a) => String(a.number)} columns={[
				{ name: "number", head: t("Number"), num: true, cell: (a) => num(a.number) },
				{ name: "at", head: t("Counts from"), cell: (a) => <Moment at={a.at} /> },
				{ name: "party", head: t("Who"), cell: (a) => <Raw v={a.party} /> },
				{ name: "act", head: t("What was done"), wide: true, cell: (a) => <>{partyAct(a.act)}{a.clause ? <> · {t("Clause %s", a.clause)}</> : null}{a.invited ? <> · <Raw v={a.invited} /></> : null}</> },
				{ name: "receipt", head: t("Receipt"), cell: (a) => (a.receipt ? <Moment at={a.receipt} /> : "–") },
				{ name: "paper", head: t("Paper"), cell: (a) => <span title={a.paper}><Raw v={`${a.paper.slice(0, 12)}…`} mono /></span> },
			]} />
		</>
	);
}

function Rules({ g }: { g: Agreement }) {
	return (
		<Facts rows={[
			[t("Name"), <Raw v={g.id} mono />],
			[t("Kind"), kindName(g.kind)],
			[t("State"), <StateChip state={`g-${g.state}`} word={agreementState(g.state)} />],
			[t("We"), <StateChip state={`p-${g.ours}`} word={adhesionState(g.ours)} />],
			[t("Register kept by"), <Raw v={g.lead} />],
			[t("Comes into force"), tn("when %s party has deposited or signed, %s days later", "when %s parties have deposited or signed, %s days later", g.force_count, g.force_delay_days)],
			[t("Term"), g.term_days ? <>{tn("%s day", "%s days", g.term_days)}{g.renewals ? <>, {tn("renewed by itself %s time", "renewed by itself %s times", g.renewals)}</> : null}</> : t("without end")],
			[t("Notice of leaving"), g.notice_days ? tn("%s day", "%s days", g.notice_days) : t("none: who leaves is out at once")],
			[t("Ends"), g.ends ? <Moment at={g.ends} /> : t("further notice")],
			[t("Version"), num(g.version)],
			["SHA-256", <Raw v={g.sha256} mono />],
		]} />
	);
}

function PartiesTable({ g }: { g: Agreement }) {
	return (
		<Table caption={t("Parties")} rows={g.parties} keyOf={(p) => p.id} columns={[
			{ name: "name", head: t("Party"), wide: true, cell: (p) => <><Raw v={p.name} /> <span class="muted small"><Raw v={p.id} mono /></span>{p.country ? <><br /><span class="muted small">{countryName(p.country)}</span></> : null}</> },
			{ name: "role", head: t("As"), cell: (p) => partyRole(p.role) },
			{ name: "state", head: t("State"), cell: (p) => <StateChip state={`p-${p.state}`} word={adhesionState(p.state)} /> },
			{ name: "force", head: t("In force since"), cell: (p) => (p.in_force ? <Moment at={p.in_force} /> : "–") },
			{ name: "leaves", head: t("Leaves"), cell: (p) => (p.leaves ? <Moment at={p.leaves} /> : "–") },
			{ name: "reserved", head: t("Reservations"), cell: (p) => (p.reserved.length ? p.reserved.map((n) => t("Clause %s", n)).join(" · ") : "–") },
			{ name: "key", head: t("Fingerprint of its key"), cell: (p) => <Raw v={p.fingerprint} mono /> },
		]} />
	);
}

function Discard({ id, close }: { id: string; close: () => void }) {
	const { say } = useSession();
	const work = useWork();
	return (
		<Dialog title={t("Throw this draft away?")} close={close}>
			{work.error ? <Failure problem={work.error} /> : null}
			<p>{t("It was shown to nobody else; its text and wordings are gone.")}</p>
			<p class="buttons">
				<button type="button" class="danger" disabled={work.busy} onClick={() => void work.run(async () => {
					await del(`/agreements/${encodeURIComponent(id)}`);
					say(t("The draft was thrown away."));
					go("/agreements");
				})}>{t("Throw it away")}</button>
				<button type="button" onClick={close}>{t("Cancel")}</button>
			</p>
		</Dialog>
	);
}

export default function AgreementPage({ place, id = "" }: PageProps) {
	const { may, say } = useSession();
	const date = place.query.get("date") ?? "";
	const at = encodeURIComponent(id);
	const load = useLoad(`${id} ${date}`, (signal) => get<Agreement>(`/agreements/${at}`, { date }, signal));
	const acts = useLoad(`${id} acts`, (signal) => get<{ items: Act[] }>(`/agreements/${at}/acts`, {}, signal));
	const text = useLoad(`${id} text`, (signal) => get<AgreementText>(`/agreements/${at}/text`, {}, signal));
	const parties = useLoad("parties", (signal) => get<Parties>("/parties", {}, signal));
	const again = () => {
		load.reload();
		acts.reload();
		text.reload();
	};
	useLive(["agreement"], again);
	const [doing, setDoing] = useState<string>();
	const g = load.data, us = parties.data?.self?.id, versions = text.data?.versions ?? 1;
	// Acts are of today, whatever date is looked at.
	const can = g && !date && may("agreements.change") ? actsFor(g, us, versions > g.version) : [];
	const change = g && !date && may("agreements.change") && g.lead === us;
	const proposals = useProposals();
	const finished = (proposed: boolean) => {
		setDoing(undefined);
		say(proposed ? t("Proposed: another person confirms it.") : t("Done, and written down."));
		proposals.reload();
		again();
	};
	return (
		<>
			<p class="back"><a href="/agreements">{t("Agreements")}</a></p>
			<Title text={g ? t("Agreement %s", g.id) : t("Agreement")}>
				{g && g.state !== "draft" ? <a class="button" download={`${id}.jsonl`} href={path(`/agreements/${at}/register`)}>{t("Export the register")}</a> : null}
			</Title>
			<Load of={load}>
				{(x) => (
					<>
						{date ? <p class="note">{tx("As it stands, by what is known today, on %s.", <Moment at={`${date}T00:00:00Z`} />)} <a href={`/agreements/${at}`}>{t("As it stands today")}</a></p> : null}
						<p class="lead"><Raw v={x.title} brief /></p>
						<Way label={t("The way of this agreement")} steps={wayOf(x, acts.data?.items ?? [], us ?? "")} />
						{parties.data && !us && may("agreements.change") ? <p class="note warn">{tx("This node has no name and key as a party yet: %s gives them.", <code dir="ltr">entente partners self NAME</code>)}</p> : null}
						{can.length || change ? (
							<p class="buttons" role="group" aria-label={t("What we may do now")}>
								{can.map((k, i) => <button key={k} type="button" class={i === 0 && ["opened", "signed", "deposited", "accepted", "amended"].includes(k) ? "primary" : undefined} onClick={() => setDoing(k)}>{actWord(k)}</button>)}
								{change && x.state !== "draft" && x.state !== "ended" ? <button type="button" onClick={() => setDoing("take")}>{t("Take a party's act")}</button> : null}
								{change && x.state === "draft" ? <><a class="button" href={`/draft?of=${at}`}>{t("Edit the draft")}</a><button type="button" onClick={() => setDoing("discard")}>{t("Throw it away")}</button></> : null}
								{change && (x.state === "in-force" || x.state === "amended") ? <a class="button" href={`/draft?amend=${at}`}>{t("Draft an amendment")}</a> : null}
							</p>
						) : null}
						<ProposalList load={proposals} of={x.id} lead={() => x.lead} done={again} />
						<div class="grid">
							<div class="stack">
								<Card title={t("In short")}><Rules g={x} /></Card>
								<Wording id={id} versions={versions} />
							</div>
							<Card title={t("What may flow")}>
								<ol class="clauses">{x.clauses.map((c) => <ClauseText key={c.number} c={c} reserved={x.parties.filter((p) => p.reserved.includes(c.number)).map((p) => visible(p.name))} />)}</ol>
							</Card>
							<Card title={t("Parties")} wide><PartiesTable g={x} /></Card>
							<Card title={t("Register")} wide><Load of={acts}>{(a) => <Register acts={a.items} />}</Load></Card>
						</div>
						<form class="fields line below" onSubmit={(e) => e.preventDefault()}>
							<Field label={t("As it stands on")}>
								{(p) => <input {...p} type="date" value={date} onChange={(e) => go(`/agreements/${at}${e.currentTarget.value ? `?date=${e.currentTarget.value}` : ""}`)} />}
							</Field>
						</form>
						{doing === "take" ? <TakeAct close={() => setDoing(undefined)} done={finished} />
							: doing === "discard" ? <Discard id={id} close={() => setDoing(undefined)} />
							: doing && us ? <ActDialog g={x} kind={doing} us={us} two={proposals.data?.two_people ?? false} close={() => setDoing(undefined)} done={finished} /> : null}
					</>
				)}
			</Load>
		</>
	);
}
