/* partners: nodes and systems of others: their names and keys as parties, and the certificates that they sign in with. */
import { useEffect, useState } from "preact/hooks";
import { del, get, post, put } from "../lib/api";
import { countryName } from "../lib/country";
import { choices, fingerprintOf, isSha256, PARTNER_KINDS, partnerKind, type Parties, type Party } from "../lib/exchange";
import { t, tx } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { Page, Partner } from "../lib/types";
import { RIGHT_NAMES, rightName } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, CountrySelect, Dialog, Empty, Facts, Failure, Field, Load, Table, Title } from "../ui/parts";
import { Moment, Raw, visible } from "../ui/text";

/* What is a person's alone is not given to a machine. */
const SCOPES = RIGHT_NAMES.filter((r) => r !== "accounts");
/* A certificate has a few kilobytes: what is larger is another file. */
const BYTES_MAX = 65536;

function NewCertificate({ close, done }: { close: () => void; done: () => void }) {
	const work = useWork();
	const [name, setName] = useState("");
	const [certificate, setCertificate] = useState("");
	const [scopes, setScopes] = useState<string[]>([]);
	const wrong = (f: string) => (work.error?.field === f ? work.error.message : undefined);
	return (
		<Dialog title={t("New certificate")} close={close}>
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

function Certificates() {
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
						{ name: "id", head: t("Number"), num: true, cell: (p) => String(p.id) },
						{ name: "name", head: t("Name"), wide: true, cell: (p) => <><strong><Raw v={p.name} /></strong><br /><span class="muted small"><Raw v={`SHA-256 ${p.sha256.slice(0, 16)}…`} mono /></span></> },
						{ name: "scopes", head: t("It may"), cell: (p) => p.scopes.map(rightName).join(" · ") },
						{ name: "expires", head: t("Good until"), cell: (p) => <Moment at={p.expires} /> },
						...(may("accounts") ? [{ name: "act", head: t("Change"), cell: (p: Partner) => <button type="button" class="quiet small" onClick={() => setAsk(p)}>{t("Dismiss")}<span class="hidden"> {visible(p.name)}</span></button> }] : []),
					]} />
				) : <p class="muted">{t("None. A partner's node signs in with a certificate, and may what is given to it here.")}</p>}
			</Load>
			{may("accounts") ? <p class="buttons"><button type="button" onClick={() => setMaking(true)}>{t("New certificate")}</button></p> : null}
			{making ? <NewCertificate close={() => setMaking(false)} done={() => {
				setMaking(false);
				load.reload();
				say(t("The certificate was added."));
			}} /> : null}
			{ask ? (
				<Dialog title={t("Dismiss %s?", visible(ask.name))} close={close}>
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

/* --- as parties to agreements ------------------------------------------------------- */

function Edit({ of, close, done }: { of?: Party; close: () => void; done: () => void }) {
	const { may } = useSession();
	const work = useWork();
	const [v, setV] = useState({ id: of?.id ?? "", name: of?.name ?? "", country: of?.country ?? "", kind: of?.kind ?? "node", url: of?.url ?? "", key: of?.key ?? "", certificate: String(of?.certificate ?? "") });
	const [mark, setMark] = useState<string>();
	const [compared, setCompared] = useState(false);
	const certificates = useLoad(may("accounts.read") ? "partners" : null, (signal) => get<Page<Partner>>("/partners", {}, signal));
	const set = (k: keyof typeof v) => (e: { currentTarget: { value: string } }) => setV((old) => ({ ...old, [k]: e.currentTarget.value }));
	const wrong = (f: string) => (work.error?.field === f ? work.error.message : undefined);
	const key = v.key.trim().toLowerCase(), other = key !== (of?.key ?? "");
	useEffect(() => {
		setCompared(false);
		void fingerprintOf(key).then(setMark);
	}, [key]);
	return (
		<Dialog title={of ? t("Change a partner") : t("New partner")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					await put(`/parties/${encodeURIComponent(v.id)}`, {
						name: v.name || v.id, country: v.country || null, kind: v.kind, url: v.url || null, certificate: Number(v.certificate || 0),
						...(key && other ? { key, replace: !!of?.key } : {}),
					});
					done();
				});
			}}>
				{work.error && !wrong(work.error.field ?? "") ? <Failure problem={work.error} /> : null}
				<Field label={t("Name in agreements")} error={wrong("id")} hint={t("a-z, 0-9 and -, such as fr-cert: the name that it gave to itself.")}>
					{(p) => <input {...p} required dir="ltr" pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?" maxLength={64} readOnly={!!of} value={v.id} onInput={set("id")} />}
				</Field>
				<Field label={t("Title")} error={wrong("name")} hint={t("Which organisation it is.")}>
					{(p) => <input {...p} dir="auto" maxLength={200} value={v.name} onInput={set("name")} />}
				</Field>
				<Field label={t("Country")} error={wrong("country")}>{(p) => <CountrySelect ids={p} value={v.country} set={(country) => setV({ ...v, country })} none={t("none")} />}</Field>
				<Field label={t("What it runs")}>{(p) => <select {...p} value={v.kind} onChange={set("kind")}>{choices(PARTNER_KINDS).map(([k, name]) => <option key={k} value={k}>{name}</option>)}</select>}</Field>
				<Field label={t("Address")} error={wrong("url")}>{(p) => <input {...p} type="url" dir="ltr" placeholder="https://" value={v.url} onInput={set("url")} />}</Field>
				<Field label={t("Its client certificate")} error={wrong("certificate")} hint={certificates.data ? undefined : t("Its number, as those who look after accounts see it.")}>
					{(p) => certificates.data ? (
						<select {...p} value={v.certificate} onChange={set("certificate")}>
							<option value="">{t("none")}</option>
							{certificates.data.items.map((c) => <option key={c.id} value={c.id}>{`${c.id}: ${visible(c.name)}`}</option>)}
						</select>
					) : <input {...p} type="number" min={0} value={v.certificate} onInput={set("certificate")} />}
				</Field>
				<Field label={t("Its key (Ed25519)")} error={wrong("key") ?? (key && !isSha256(key) ? t("64 digits of 0-9 and a-f are expected.") : undefined)} hint={t("As its own node shows it: on this page there, or by “entente partners key”.")}>
					{(p) => <textarea {...p} rows={2} dir="ltr" class="mono" spellcheck={false} maxLength={64} value={v.key} onInput={set("key")} />}
				</Field>
				{key && other ? (
					<div class="note warn">
						<p>{t("Compare this fingerprint by another way than the one that the key came by: a call, a meeting. Whoever enters a false key lets a stranger sign.")}</p>
						{mark ? <p class="secret mono" dir="ltr">{mark}</p> : null}
						{of?.key ? <p><strong>{t("It had another key: what is signed with that one is another party's from now on.")}</strong></p> : null}
						<label class="check"><input type="checkbox" required checked={compared} onChange={(e) => setCompared(e.currentTarget.checked)} /><span>{t("I compared it, and it is the same")}</span></label>
					</div>
				) : null}
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy || (!!key && other && (!compared || !isSha256(key)))}>{of ? t("Save") : t("Add")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

function Self({ self }: { self: Parties["self"] }) {
	const { say } = useSession();
	return (
		<Card title={t("This node as a party")} wide>
			{self ? (
				<>
					<Facts rows={[[t("Name in agreements"), <Raw v={self.id} mono />], [t("Key"), <Raw v={self.key} mono />], [t("Its fingerprint"), <Raw v={self.fingerprint} mono />]]} />
					<p class="hint">{t("Others enter this key, and compare the fingerprint with us by another way.")}</p>
					<p class="buttons"><button type="button" onClick={() => void navigator.clipboard?.writeText(self.key).then(() => say(t("Copied.")))}>{t("Copy the key")}</button></p>
				</>
			) : <p class="note warn">{tx("This node has no name and key as a party yet: %s gives them.", <code dir="ltr">entente partners self NAME</code>)}</p>}
		</Card>
	);
}

function PartiesList() {
	const { may, say } = useSession();
	const load = useLoad("parties", (signal) => get<Parties>("/parties", {}, signal));
	useLive(["agreement"], load.reload);
	const work = useWork();
	const [editing, setEditing] = useState<Party | "new">();
	const [removing, setRemoving] = useState<Party>();
	return (
		<Load of={load}>
			{(data) => (
				<>
					<Self self={data.self} />
					<Card title={t("Partners")} wide>
						{data.items.length ? (
							<Table caption={t("Partners")} rows={data.items} keyOf={(p) => p.id} columns={[
								{ name: "name", head: t("Partner"), wide: true, cell: (p) => <><strong><Raw v={p.name} brief /></strong><br /><span class="muted small"><Raw v={p.id} mono /></span></> },
								{ name: "country", head: t("Country"), cell: (p) => (p.country ? countryName(p.country) : "–") },
								{ name: "kind", head: t("Kind"), cell: (p) => partnerKind(p.kind) },
								{ name: "key", head: t("Fingerprint of its key"), cell: (p) => (p.fingerprint ? <Raw v={p.fingerprint} mono /> : <span class="warn">{t("no key: nothing can be agreed")}</span>) },
								{ name: "url", head: t("Address"), cell: (p) => (p.url ? <Raw v={p.url} mono /> : "–") },
								{ name: "cert", head: t("Certificate"), num: true, cell: (p) => (p.certificate ? String(p.certificate) : "–") },
								{ name: "act", head: t("More"), cell: (p) => (
									<span class="buttons">
										<a class="button quiet small" href={`/transfers/ask?partner=${encodeURIComponent(p.id)}`}>{t("What would it get?")}<span class="hidden"> {p.id}</span></a>
										{may("agreements.change") ? (
											<>
												<button type="button" class="quiet small" onClick={() => setEditing(p)}>{t("Edit")}<span class="hidden"> {p.id}</span></button>
												<button type="button" class="quiet small" onClick={() => setRemoving(p)}>{t("Remove")}<span class="hidden"> {p.id}</span></button>
											</>
										) : null}
									</span>
								) },
							]} />
						) : <Empty title={t("There is no partner yet.")}><p class="muted">{t("A partner is a node or system of others that we have agreements with.")}</p></Empty>}
						{may("agreements.change") ? <p class="buttons"><button type="button" class="primary" onClick={() => setEditing("new")}>{t("New partner")}</button></p> : null}
					</Card>
					{editing ? <Edit of={editing === "new" ? undefined : editing} close={() => setEditing(undefined)} done={() => {
						setEditing(undefined);
						say(t("The partner was saved."));
						load.reload();
					}} /> : null}
					{removing ? (
						<Dialog title={t("Remove this partner?")} close={() => { setRemoving(undefined); work.clear(); }}>
							{work.error ? <Failure problem={work.error} /> : null}
							<p><Raw v={removing.name} /></p>
							<p>{t("Nothing flows to it any more, at once. Agreements and what was done stay as they are.")}</p>
							<p class="buttons">
								<button type="button" class="danger" disabled={work.busy} onClick={() => void work.run(async () => {
									await del(`/parties/${encodeURIComponent(removing.id)}`);
									say(t("The partner was removed."));
									setRemoving(undefined);
									load.reload();
								})}>{t("Remove")}</button>
								<button type="button" onClick={() => { setRemoving(undefined); work.clear(); }}>{t("Cancel")}</button>
							</p>
						</Dialog>
					) : null}
				</>
			)}
		</Load>
	);
}

export default function PartnersPage(_: PageProps) {
	const { may } = useSession();
	return (
		<>
			<Title text={t("Partners")} />
			<div class="stack">
				{may("agreements.read") ? <PartiesList /> : null}
				{may("accounts.read") ? <Certificates /> : null}
			</div>
		</>
	);
}
