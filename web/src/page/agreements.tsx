/* agreements: those that we have with partners, as they stand, and registers of others that are brought in. */
import { useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { adhesionState, agreementState, kindName, type AgreementHead } from "../lib/exchange";
import { t, tn } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { go } from "../lib/route";
import { useSession } from "../lib/session";
import type { PageProps } from "../pages";
import { Dialog, Empty, Failure, Field, Load, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";
import { ProposalList, useProposals } from "./proposals";

interface All {
	items: AgreementHead[];
	refused: number;
}

/* The API takes a register as a text of this size; a larger one goes in on the command line. */
const REGISTER_MAX = 1_000_000;

function Import({ close, done }: { close: () => void; done: (id: string, acts: number) => void }) {
	const work = useWork();
	const [text, setText] = useState("");
	const [name, setName] = useState("");
	const [large, setLarge] = useState(false);
	return (
		<Dialog title={t("Import a register")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					const r = await post<{ id: string; acts: number; new: number }>("/agreements/registers", { register: text });
					done(r.id, r.new);
				});
			}}>
				{work.error ? <Failure problem={work.error} /> : null}
				<p>{t("Every line, every signature and every rule is verified before anything of it is kept. Who keeps the register must have been entered as a partner, with its key.")}</p>
				<Field label={t("The register's file")} error={large ? t("This file is too large here; “entente agreements import” takes it.") : undefined} hint={name || undefined}>
					{(p) => <input {...p} type="file" required onChange={(e) => {
						const file = e.currentTarget.files?.[0];
						setLarge(!!file && file.size > REGISTER_MAX);
						setName(file?.name ?? "");
						if (file && file.size <= REGISTER_MAX) void file.text().then(setText);
						else setText("");
					}} />}
				</Field>
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy || !text}>{t("Verify and take it")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

export default function Agreements({ place }: PageProps) {
	const { may, say } = useSession();
	const date = place.query.get("date") ?? "";
	const load = useLoad(`agreements ${date}`, (signal) => get<All>("/agreements", { date }, signal));
	useLive(["agreement"], load.reload);
	const [importing, setImporting] = useState(false);
	const proposals = useProposals();
	return (
		<>
			<Title text={t("Agreements")}>
				{may("agreements.change") ? (
					<>
						<button type="button" onClick={() => setImporting(true)}>{t("Import a register")}</button>
						<a class="button primary" href="/draft">{t("Draft an agreement")}</a>
					</>
				) : null}
			</Title>
			<ProposalList load={proposals} lead={(id) => load.data?.items.find((g) => g.id === id)?.lead} done={load.reload} />
			<form class="fields line below" onSubmit={(e) => e.preventDefault()}>
				<Field label={t("As it stands on")}>
					{(p) => <input {...p} type="date" value={date} onChange={(e) => go(e.currentTarget.value ? `/agreements?date=${e.currentTarget.value}` : "/agreements")} />}
				</Field>
			</form>
			<Load of={load}>
				{(data) => (
					<>
						{data.refused ? <div class="note bad" role="alert"><p>{tn("%s agreement could not be verified, and lets nothing flow. The node's log says why.", "%s agreements could not be verified, and let nothing flow. The node's log says why.", data.refused)}</p></div> : null}
						{data.items.length ? (
							<Table caption={t("Agreements")} rows={data.items} keyOf={(g) => g.id} columns={[
								{ name: "title", head: t("Title"), wide: true, cell: (g) => <><a href={`/agreements/${encodeURIComponent(g.id)}${date ? `?date=${date}` : ""}`}><Raw v={g.title} brief /></a><br /><span class="muted small"><Raw v={g.id} mono /></span></> },
								{ name: "kind", head: t("Kind"), cell: (g) => kindName(g.kind) },
								{ name: "state", head: t("State"), cell: (g) => <StateChip state={`g-${g.state}`} word={agreementState(g.state)} /> },
								{ name: "ours", head: t("We"), cell: (g) => <StateChip state={`p-${g.ours}`} word={adhesionState(g.ours)} /> },
								{ name: "lead", head: t("Register kept by"), cell: (g) => <Raw v={g.lead} /> },
								{ name: "in_force", head: t("In force since"), cell: (g) => (g.in_force ? <Moment at={g.in_force} /> : "–") },
								{ name: "ends", head: t("Ends"), cell: (g) => (g.ends ? <Moment at={g.ends} /> : t("further notice")) },
							]} />
						) : (
							<Empty title={t("There is no agreement yet.")}>
								<p class="muted">{t("Without an agreement nothing flows to a partner.")}</p>
								{may("agreements.change") ? <p><a href="/partners">{t("Enter the partners first, with their keys.")}</a></p> : null}
							</Empty>
						)}
					</>
				)}
			</Load>
			{importing ? <Import close={() => setImporting(false)} done={(id, acts) => {
				setImporting(false);
				say(tn("Verified; %s act was new.", "Verified; %s acts were new.", acts));
				go(`/agreements/${encodeURIComponent(id)}`);
			}} /> : null}
		</>
	);
}
