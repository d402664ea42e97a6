/* proposals: what one person proposed to sign for this node, and another says yes or no to. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { del, get, post } from "../lib/api";
import { isSha256, partyAct, type Proposal, type Proposals, type Signed } from "../lib/exchange";
import { t, tx } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork, type Loaded } from "../lib/load";
import { useSession } from "../lib/session";
import { Card, Dialog, Facts, Failure, Table } from "../ui/parts";
import { Moment, Raw } from "../ui/text";
import { Line, Paper } from "./agreement_act";

export function useProposals(): Loaded<Proposals> {
	const load = useLoad("proposals", (signal) => get<Proposals>("/agreements/proposals", {}, signal));
	useLive(["agreement"], load.reload);
	return load;
}

const what = (p: Proposal) => <>{p.receipt ? <>{t("take a party's act")}: </> : null}{partyAct(p.act)}{p.clause ? <> · {t("Clause %s", p.clause)}</> : null}{p.party ? <> · <Raw v={p.party} /></> : null}</>;

/* The second person has the paper before them, and says so by its hash. */
function Confirm({ p, lead, close, done }: { p: Proposal; lead?: string; close: () => void; done: () => void }) {
	const work = useWork();
	const [paper, setPaper] = useState("");
	const [sure, setSure] = useState(false);
	const [line, setLine] = useState<string>();
	if (line) return <Line line={line} lead={lead ?? ""} close={done} />;
	const other = isSha256(paper) && paper !== p.paper;
	return (
		<Dialog title={t("Confirm and sign")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					const r = await post<Signed>(`/agreements/proposals/${p.number}/confirm`);
					if (r.kept || !r.line) done();
					else setLine(r.line);
				});
			}}>
				{work.error ? <Failure problem={work.error} /> : null}
				<Facts rows={[[t("Agreement"), <Raw v={p.agreement} mono />], [t("What is to be done"), what(p)], [t("Proposed by"), <Raw v={p.by} />], [t("When"), <Moment at={p.at} />], [t("Paper"), <Raw v={p.paper} mono />],
					...(p.fingerprint ? [[t("Fingerprint of the key"), <Raw v={p.fingerprint} mono />] as [string, ComponentChildren]] : [])]} />
				<p class="note">{t("It is signed with this node's key, dated now, and cannot be taken back.")}</p>
				{/* A party's paper lies with the party; ours is before both of us. */}
				{p.receipt ? <label class="check"><input type="checkbox" required checked={sure} onChange={(e) => setSure(e.currentTarget.checked)} /><span>{t("I have looked at what the party did, and it may be taken")}</span></label>
					: <Paper value={paper} set={setPaper} error={other ? t("This is another paper than the one that was proposed.") : undefined} />}
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy || (p.receipt ? !sure : paper !== p.paper)}>{t("Confirm and sign")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

function Refuse({ p, close, done }: { p: Proposal; close: () => void; done: () => void }) {
	const work = useWork();
	return (
		<Dialog title={p.own ? t("Take this proposal back?") : t("Refuse this proposal?")} close={close}>
			{work.error ? <Failure problem={work.error} /> : null}
			<p><Raw v={p.agreement} mono /> · {what(p)}</p>
			<p>{t("Nothing is signed. It can be proposed again.")}</p>
			<p class="buttons">
				<button type="button" class="danger" disabled={work.busy} onClick={() => void work.run(async () => {
					await del(`/agreements/proposals/${p.number}`);
					done();
				})}>{p.own ? t("Take it back") : t("Refuse")}</button>
				<button type="button" onClick={close}>{t("Cancel")}</button>
			</p>
		</Dialog>
	);
}

/* of: those of one agreement; lead: who keeps the register of one. */
export function ProposalList({ load, of, lead, done }: { load: Loaded<Proposals>; of?: string; lead: (agreement: string) => string | undefined; done: () => void }) {
	const { may, say } = useSession();
	const [asking, setAsking] = useState<{ what: "confirm" | "refuse"; p: Proposal }>();
	const items = (load.data?.items ?? []).filter((p) => p.state === "open" && (!of || p.agreement === of));
	const finished = (word: string) => () => {
		setAsking(undefined);
		say(word);
		load.reload();
		done();
	};
	if (!items.length) return null;
	return (
		<Card title={t("Waiting for a second person")} wide>
			<p class="hint">{t("What this node signs is proposed by one person and confirmed by another. Nothing has been signed yet.")}</p>
			<Table caption={t("Waiting for a second person")} rows={items} keyOf={(p) => String(p.number)} columns={[
				...(of ? [] : [{ name: "agreement", head: t("Agreement"), cell: (p: Proposal) => <a href={`/agreements/${encodeURIComponent(p.agreement)}`}><Raw v={p.agreement} mono /></a> }]),
				{ name: "what", head: t("What is to be done"), wide: true, cell: what },
				{ name: "by", head: t("Proposed by"), cell: (p) => <Raw v={p.by} /> },
				{ name: "at", head: t("When"), cell: (p) => <Moment at={p.at} /> },
				{ name: "paper", head: t("Paper"), cell: (p) => <span title={p.paper}><Raw v={`${p.paper.slice(0, 12)}…`} mono /></span> },
				...(may("agreements.change") ? [{ name: "act", head: t("Decide"), cell: (p: Proposal) => (
					<span class="buttons">
						{p.own ? null : <button type="button" class="primary small" onClick={() => setAsking({ what: "confirm", p })}>{t("Confirm and sign")}<span class="hidden"> {p.number}</span></button>}
						<button type="button" class="quiet small" onClick={() => setAsking({ what: "refuse", p })}>{p.own ? t("Take it back") : t("Refuse")}<span class="hidden"> {p.number}</span></button>
					</span>
				) }] : []),
			]} />
			{items.some((p) => p.own) && may("agreements.change") ? <p class="hint">{tx("What you proposed yourself is for %s to confirm.", <strong>{t("another person")}</strong>)}</p> : null}
			{asking?.what === "confirm" ? <Confirm p={asking.p} lead={lead(asking.p.agreement)} close={() => setAsking(undefined)} done={finished(t("Signed, and written down."))} />
				: asking ? <Refuse p={asking.p} close={() => setAsking(undefined)} done={finished(asking.p.own ? t("The proposal was taken back.") : t("The proposal was refused."))} /> : null}
		</Card>
	);
}
