/* partners: nodes and systems that sign in by their client's certificate; a part of the page of accounts. */
import { useState } from "preact/hooks";
import { del, get, post } from "../lib/api";
import { t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { Page, Partner } from "../lib/types";
import { RIGHT_NAMES, rightName } from "../lib/words";
import { Card, Dialog, Failure, Field, Load, Table } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

/* What is a person's alone is not given to a machine. */
const SCOPES = RIGHT_NAMES.filter((r) => r !== "accounts");
/* A certificate has a few kilobytes: what is larger is another file. */
const BYTES_MAX = 65536;

function NewPartner({ close, done }: { close: () => void; done: () => void }) {
	const work = useWork();
	const [name, setName] = useState("");
	const [certificate, setCertificate] = useState("");
	const [scopes, setScopes] = useState<string[]>([]);
	const wrong = (f: string) => (work.error?.field === f ? work.error.message : undefined);
	return (
		<Dialog title={t("New partner")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					await post("/partners", { name, certificate, scopes });
					done();
				});
			}}>
				{work.error && !wrong("name") && !wrong("certificate") ? <Failure problem={work.error} /> : null}
				<Field label={t("Name")} error={wrong("name")} hint={t("Which organisation it is.")}>
					{(p) => <input {...p} required dir="auto" maxLength={128} value={name} onInput={(e) => setName(e.currentTarget.value)} />}
				</Field>
				<Field label={t("Its certificate, PEM")} error={wrong("certificate")} hint={t("The text from BEGIN CERTIFICATE to END CERTIFICATE; never its key.")}>
					{(p) => <textarea {...p} required rows={6} dir="ltr" class="mono" spellcheck={false} maxLength={BYTES_MAX} value={certificate} onInput={(e) => setCertificate(e.currentTarget.value)} />}
				</Field>
				<fieldset>
					<legend>{t("It may")}</legend>
					{SCOPES.map((r) => (
						<label key={r} class="check">
							<input type="checkbox" checked={scopes.includes(r)} onChange={(e) => setScopes(e.currentTarget.checked ? [...scopes, r] : scopes.filter((x) => x !== r))} />
							<span>{rightName(r)}</span>
						</label>
					))}
				</fieldset>
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy || !scopes.length}>{t("Add")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

export function Partners() {
	const { may, say } = useSession();
	const load = useLoad("partners", (signal) => get<Page<Partner>>("/partners", {}, signal));
	useLive(["account"], load.reload);
	const work = useWork();
	const [making, setMaking] = useState(false);
	const [ask, setAsk] = useState<Partner>();
	const close = () => {
		setAsk(undefined);
		work.clear();
	};
	const dismiss = () => void work.run(async () => {
		if (!ask) return;
		await del(`/partners/${ask.id}`);
		say(t("The certificate is no longer known here."));
		setAsk(undefined);
		load.reload();
	});
	return (
		<Card title={t("Partners by certificate")} wide>
			<Load of={load}>
				{(data) => data.items.length ? (
					<Table caption={t("Partners by certificate")} rows={data.items} keyOf={(p) => String(p.id)} columns={[
						{ name: "name", head: t("Name"), wide: true, cell: (p) => <><strong><Raw v={p.name} /></strong><br /><span class="muted small"><Raw v={`SHA-256 ${p.sha256.slice(0, 16)}…`} mono /></span></> },
						{ name: "scopes", head: t("It may"), cell: (p) => p.scopes.map(rightName).join(" · ") },
						{ name: "expires", head: t("Good until"), cell: (p) => <Moment at={p.expires} /> },
						...(may("accounts") ? [{ name: "act", head: t("Change"), cell: (p: Partner) => <button type="button" class="quiet small" onClick={() => setAsk(p)}>{t("Dismiss")}<span class="hidden"> {p.name}</span></button> }] : []),
					]} />
				) : <p class="muted">{t("None. A partner's node signs in with a certificate, and may what is given to it here.")}</p>}
			</Load>
			{may("accounts") ? <p class="buttons"><button type="button" onClick={() => setMaking(true)}>{t("New partner")}</button></p> : null}
			{making ? <NewPartner close={() => setMaking(false)} done={() => {
				setMaking(false);
				load.reload();
				say(t("The partner was added."));
			}} /> : null}
			{ask ? (
				<Dialog title={t("Dismiss %s?", ask.name)} close={close}>
					{work.error ? <Failure problem={work.error} /> : null}
					<p>{t("Its certificate opens nothing any more, at once.")}</p>
					<p class="buttons">
						<button type="button" class="danger" disabled={work.busy} onClick={dismiss}>{t("Dismiss")}</button>
						<button type="button" onClick={close}>{t("Cancel")}</button>
					</p>
				</Dialog>
			) : null}
		</Card>
	);
}
