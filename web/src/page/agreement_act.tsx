/* agreement_act: what this node does about an agreement: each act is asked for once more, with what follows from it. */
import { useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { agreementState, canHash, isSha256, partyRole, ROLES, sha256, type Agreement, type Parties, type Signed } from "../lib/exchange";
import { N_, moment, t, tn, tx } from "../lib/i18n";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import { leavesAt } from "../ui/exchange";
import { Dialog, Failure, Field } from "../ui/parts";
import { Raw, visible } from "../ui/text";

// The heading, and the button; both say what is done.
const WORDS: Record<string, string> = {
	"opened": N_("Open for signature"),
	"invited": N_("Invite a party"),
	"signed": N_("Sign"),
	"deposited": N_("Deposit"),
	"accepted": N_("Accept the amended text"),
	"reserved": N_("Make a reservation"),
	"reservation-withdrawn": N_("Withdraw a reservation"),
	"withdrawal-notified": N_("Leave"),
	"amended": N_("Put the amended text in force"),
	"ended": N_("End the agreement"),
	"key-changed": N_("Tell of our new key"),
	"key-lost": N_("Enter a party's new key"),
};
export const actWord = (kind: string): string => (Object.hasOwn(WORDS, kind) ? t(WORDS[kind]!) : kind);
const DANGER = ["withdrawal-notified", "ended"];

/* What an act brings about, in the words of whoever does it. */
function follows(kind: string, g: Agreement, isLead: boolean): string[] {
	const out: string[] = [];
	const deposits = g.kind === "memorandum";
	if (kind === "opened") out.push(t("The register begins. From now on the text is as it is: it is changed by an amendment alone."), t("Who is named in it may sign."));
	if (kind === "invited") out.push(t("The party may sign from then on; it is in when it has done so."));
	if (kind === "signed") out.push(deposits ? t("We say that we mean to be bound. It binds us when we deposit.") : t("It binds us."));
	if (kind === "deposited") out.push(t("It binds us."));
	if (kind === "accepted") out.push(t("Between us and those who accept it as well the amended text holds; with the others the older one."));
	if ((kind === "signed" && !deposits) || kind === "deposited") {
		out.push(tn("The agreement comes into force when %s party has done so, and %s days later.", "The agreement comes into force when %s parties have done so, and %s days later.", g.force_count, g.force_delay_days));
	}
	if (kind === "reserved") out.push(t("From then on nothing flows under this clause, neither to us nor from us."));
	if (kind === "reservation-withdrawn") out.push(t("From then on the clause holds for us again."));
	if (kind === "amended") out.push(t("It binds whoever accepts it; between all others the older text holds on."));
	if (kind === "key-changed") out.push(t("From then on our old key signs nothing here; what it signed stays."), t("The new key was made before, on this node's machine: “entente partners rekey”."));
	if (kind === "key-lost") out.push(t("For a party whose old key is lost or stolen, on a paper of theirs. Compare the new key's fingerprint by another way before."), t("Nothing flows to and from it until people at each partner have compared the new fingerprint, too."));
	if (kind === "ended") out.push(t("It ends for all parties, at once. Nothing flows under it any more."));
	if (kind === "withdrawal-notified") {
		const at = leavesAt(g, new Date());
		out.push(!at ? t("It is not in force for us: we leave at once.")
			: deposits && !isLead ? tn("The notice runs for %s day from the day on which the depositary receives it. Were that today, nothing would flow any more from %s on.", "The notice runs for %s days from the day on which the depositary receives it. Were that today, nothing would flow any more from %s on.", g.notice_days, moment(at))
			: tn("The notice runs for %s day: nothing flows any more from %s on.", "The notice runs for %s days: nothing flows any more from %s on.", g.notice_days, moment(at)));
		out.push(t("Until then all goes on as it was. Coming back needs a new invitation."));
	}
	return out;
}

/* The hash of the paper that an act is written on; the file itself stays here. */
export function Paper({ value, set, error }: { value: string; set: (sha: string) => void; error?: string }) {
	const [name, setName] = useState("");
	return (
		<>
			{canHash() ? (
				<Field label={t("The paper that it is written on")} hint={name ? t("%s: its hash is below.", name) : t("A signed letter or decision. Only its hash is taken; the file stays on this computer.")}>
					{(p) => <input {...p} type="file" onChange={(e) => {
						const file = e.currentTarget.files?.[0];
						setName(file?.name ?? "");
						if (file) void file.arrayBuffer().then(sha256).then(set);
					}} />}
				</Field>
			) : null}
			<Field label={t("SHA-256 of the paper")} error={error ?? (value && !isSha256(value) ? t("64 digits of 0-9 and a-f are expected.") : undefined)}>
				{(p) => <input {...p} required dir="ltr" class="mono" spellcheck={false} maxLength={64} value={value} onInput={(e) => set(e.currentTarget.value.trim().toLowerCase())} />}
			</Field>
		</>
	);
}

/* A line that is to go to who keeps the register. */
export function Line({ line, lead, close }: { line: string; lead: string; close: () => void }) {
	const { say } = useSession();
	const file = `data:application/json;charset=utf-8,${encodeURIComponent(line)}`;
	return (
		<Dialog title={t("It is signed, and is to be sent")} close={close}>
			<p>{tx("This line is our act, signed with this node's key. It counts when %s has taken it; then the new register is imported here.", <Raw v={lead} />)}</p>
			<Field label={t("The signed line")}>{(p) => <textarea {...p} readOnly rows={6} dir="ltr" class="mono" value={line} />}</Field>
			<p class="buttons">
				<a class="button primary" download="act.json" href={file}>{t("Save it as a file")}</a>
				<button type="button" onClick={() => void navigator.clipboard?.writeText(line).then(() => say(t("Copied.")))}>{t("Copy")}</button>
				<button type="button" onClick={close}>{t("Done")}</button>
			</p>
		</Dialog>
	);
}

function Invited({ g, party, set, role, setRole }: { g: Agreement; party: string; set: (id: string) => void; role: string; setRole: (r: string) => void }) {
	const load = useLoad("parties", (signal) => get<Parties>("/parties", {}, signal));
	const there = (load.data?.items ?? []).filter((p) => p.key && !g.parties.some((x) => x.id === p.id && x.state !== "left"));
	return (
		<>
			<Field label={t("Partner")} hint={there.length ? undefined : t("There is no further partner whose key is known; partners are entered first.")}>
				{(p) => <select {...p} required value={party} onChange={(e) => set(e.currentTarget.value)}>
					<option value="">{t("Choose")}</option>
					{there.map((x) => <option key={x.id} value={x.id}>{visible(x.name)}</option>)}
				</select>}
			</Field>
			<Field label={t("As")}>
				{(p) => <select {...p} value={role} onChange={(e) => setRole(e.currentTarget.value)}>{Object.keys(ROLES).map((r) => <option key={r} value={r}>{partyRole(r)}</option>)}</select>}
			</Field>
		</>
	);
}

export function ActDialog({ g, kind, us, two, close, done }: { g: Agreement; kind: string; us: string; two: boolean; close: () => void; done: (proposed: boolean) => void }) {
	const work = useWork();
	const [paper, setPaper] = useState("");
	const [date, setDate] = useState("");
	const [clause, setClause] = useState("");
	const [party, setParty] = useState("");
	const [role, setRole] = useState("member");
	const [request, setRequest] = useState("");
	const [sure, setSure] = useState(false);
	const [line, setLine] = useState<string>();
	const isLead = g.lead === us;
	const mine = g.parties.find((p) => p.id === us);
	const clauses = g.clauses.filter((c) => (mine?.reserved.includes(c.number) ?? false) === (kind === "reservation-withdrawn"));
	const wrong = (f: string) => (work.error?.field === f ? work.error.message : undefined);
	if (line) return <Line line={line} lead={g.lead} close={() => done(false)} />;
	return (
		<Dialog title={actWord(kind)} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					const act = kind === "accepted" ? (g.kind === "memorandum" ? "deposited" : "signed") : kind === "key-lost" ? "key-changed" : kind;
					const r = await post<Signed>(`/agreements/${encodeURIComponent(g.id)}/acts`, {
						act, paper, ...(date ? { date } : {}), ...(clause ? { clause: Number(clause) } : {}), ...(kind === "invited" ? { party, role } : {}), ...(kind === "key-lost" ? { request: request.trim() } : {}),
					});
					if (r.kept || !r.line) done(!!r.proposal);
					else setLine(r.line);
				});
			}}>
				{work.error && !wrong("paper") && !wrong("request") ? <Failure problem={work.error} /> : null}
				<p><Raw v={g.title} brief /> <span class="muted">({agreementState(g.state)})</span></p>
				<div class={DANGER.includes(kind) ? "note warn" : "note"}>
					<p><strong>{t("What follows from it")}</strong></p>
					<ul>{[...(two ? [t("First another person confirms it; until then nothing is signed.")] : []), ...follows(kind, g, isLead)].map((s) => <li key={s}>{s}</li>)}</ul>
				</div>
				{kind === "reserved" || kind === "reservation-withdrawn" ? (
					<Field label={t("Clause")} error={wrong("clause")}>
						{(p) => <select {...p} required value={clause} onChange={(e) => setClause(e.currentTarget.value)}>
							<option value="">{t("Choose")}</option>
							{clauses.map((c) => <option key={c.number} value={c.number}>{t("Clause %s", c.number)}</option>)}
						</select>}
					</Field>
				) : null}
				{kind === "invited" ? <Invited g={g} party={party} set={setParty} role={role} setRole={setRole} /> : null}
				{kind === "key-lost" ? (
					<>
						<Field label={t("The party's request")} error={wrong("request")} hint={t("As “entente agreements rekey --lost” makes it there.")}>
							{(p) => <textarea {...p} required rows={4} dir="ltr" class="mono" spellcheck={false} value={request} onInput={(e) => setRequest(e.currentTarget.value)} />}
						</Field>
						<Field label={t("or its file")}>{(p) => <input {...p} type="file" onChange={(e) => void e.currentTarget.files?.[0]?.text().then(setRequest)} />}</Field>
					</>
				) : null}
				<Paper value={paper} set={setPaper} error={wrong("paper")} />
				<Field label={t("Done on")} hint={t("Empty: now.")} error={wrong("date")}>
					{(p) => <input {...p} type="date" value={date} onInput={(e) => setDate(e.currentTarget.value)} />}
				</Field>
				<label class="check">
					<input type="checkbox" required checked={sure} onChange={(e) => setSure(e.currentTarget.checked)} />
					<span>{two ? t("I may do this for our organisation, and have seen the paper.") : t("I may do this for our organisation. It is signed with this node's key, and cannot be taken back.")}</span>
				</label>
				<p class="buttons">
					<button type="submit" class={DANGER.includes(kind) ? "danger" : "primary"} disabled={work.busy || !sure || !isSha256(paper)}>{actWord(kind)}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

/* Who keeps the register takes what a party sent. */
export function TakeAct({ close, done }: { close: () => void; done: (proposed: boolean) => void }) {
	const work = useWork();
	const [line, setLine] = useState("");
	return (
		<Dialog title={t("Take a party's act")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					const r = await post<Signed>("/agreements/receipts", { line: line.trim() });
					done(!!r.proposal);
				});
			}}>
				{work.error ? <Failure problem={work.error} /> : null}
				<p>{t("Its signature and whether it may be done now are looked at. In a memorandum it gets our receipt, dated now: that date counts.")}</p>
				<Field label={t("The signed line")}>
					{(p) => <textarea {...p} required rows={6} dir="ltr" class="mono" spellcheck={false} value={line} onInput={(e) => setLine(e.currentTarget.value)} />}
				</Field>
				<Field label={t("or its file")}>
					{(p) => <input {...p} type="file" onChange={(e) => void e.currentTarget.files?.[0]?.text().then(setLine)} />}
				</Field>
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy || !line.trim()}>{t("Verify and take it")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}
