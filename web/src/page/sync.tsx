/* sync: what is exchanged with whom by itself over TAXII, and how it stands. */
import { useState } from "preact/hooks";
import { del, get, patch, post } from "../lib/api";
import { choices, PURPOSES, purposeName, syncState, type Collection, type Parties, type Sync } from "../lib/exchange";
import { t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { PageProps } from "../pages";
import { Dialog, Empty, Failure, Field, Load, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw, visible } from "../ui/text";

const directionName = (d: string): string => (d === "poll" ? t("fetch from it") : d === "push" ? t("send to it") : d);

function New({ close, done }: { close: () => void; done: () => void }) {
	const work = useWork();
	const parties = useLoad("parties", (signal) => get<Parties>("/parties", {}, signal));
	const collections = useLoad("collections", (signal) => get<{ items: Collection[] }>("/collections", {}, signal));
	const [v, setV] = useState({ partner: "", url: "", direction: "poll", remote: "", local: "local", purpose: "protect", every: "5", auth: "", user: "", secret: "", ca: "", pin: "" });
	const set = (k: keyof typeof v) => (e: { currentTarget: { value: string } }) => setV((old) => ({ ...old, [k]: e.currentTarget.value }));
	const wrong = (f: string) => (work.error?.field === f ? work.error.message : undefined);
	const names = [...new Set(["local", ...(collections.data?.items ?? []).map((c) => c.alias)])];
	return (
		<Dialog title={t("New synchronisation")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					await post("/sync", {
						partner: v.partner, url: v.url, direction: v.direction, remote: v.remote, local: v.local, purpose: v.purpose, every: Number(v.every) * 60,
						...Object.fromEntries((["auth", "user", "secret", "ca", "pin"] as const).filter((k) => v[k]).map((k) => [k, v[k]])),
					});
					done();
				});
			}}>
				{work.error && !wrong(work.error.field ?? "") ? <Failure problem={work.error} /> : null}
				<Field label={t("Partner")} error={wrong("partner")} hint={t("Only what an agreement in force lets pass goes out, and only what one covers is kept.")}>
					{(p) => <select {...p} required value={v.partner} onChange={(e) => {
						const partner = e.currentTarget.value, url = parties.data?.items.find((x) => x.id === partner)?.url;
						setV({ ...v, partner, url: v.url || (url ? `${url.replace(/\/+$/, "")}/taxii2/entente/` : "") });
					}}>
						<option value="">{t("Choose")}</option>
						{parties.data?.items.map((x) => <option key={x.id} value={x.id}>{visible(x.name)}</option>)}
					</select>}
				</Field>
				<Field label={t("Direction")}>
					{(p) => <select {...p} value={v.direction} onChange={set("direction")}>
						<option value="poll">{t("fetch from it")}</option>
						<option value="push">{t("send to it")}</option>
					</select>}
				</Field>
				<Field label={t("Its API root")} error={wrong("url")}>{(p) => <input {...p} type="url" required dir="ltr" placeholder="https://" value={v.url} onInput={set("url")} />}</Field>
				<Field label={t("Its collection")} error={wrong("remote")} hint={t("By its id or its name.")}>{(p) => <input {...p} required dir="ltr" maxLength={100} value={v.remote} onInput={set("remote")} />}</Field>
				<Field label={t("Our collection")} error={wrong("local")}>{(p) => <select {...p} value={v.local} onChange={set("local")}>{names.map((n) => <option key={n} value={n}>{n}</option>)}</select>}</Field>
				<Field label={t("Purpose")}>{(p) => <select {...p} value={v.purpose} onChange={set("purpose")}>{choices(PURPOSES).map(([k, name]) => <option key={k} value={k}>{name}</option>)}</select>}</Field>
				<Field label={t("Every (minutes)")} error={wrong("every")}>{(p) => <input {...p} type="number" required min={1} max={10080} value={v.every} onInput={set("every")} />}</Field>
				<details>
					<summary>{t("How it knows us, and we it")}</summary>
					<Field label={t("We sign in by")} error={wrong("auth")} hint={t("To Entente nodes our certificate; other servers may ask for a token or a password.")}>
						{(p) => <select {...p} value={v.auth} onChange={set("auth")}>
							<option value="">{t("as is usual for it")}</option>
							<option value="certificate">{t("our certificate")}</option>
							<option value="token">{t("a token")}</option>
							<option value="basic">{t("name and password")}</option>
							<option value="none">{t("nothing")}</option>
						</select>}
					</Field>
					{v.auth === "basic" ? <Field label={t("Name")} error={wrong("user")}>{(p) => <input {...p} dir="ltr" autocomplete="off" value={v.user} onInput={set("user")} />}</Field> : null}
					{v.auth === "basic" || v.auth === "token" ? <Field label={v.auth === "token" ? t("Token") : t("Password")} error={wrong("secret")} hint={t("It is kept for the node alone, and not shown again.")}>{(p) => <input {...p} type="password" autocomplete="off" value={v.secret} onInput={set("secret")} />}</Field> : null}
					<Field label={t("Its certificate or authority, PEM")} error={wrong("ca")} hint={t("Where no public authority vouches for it.")}>{(p) => <textarea {...p} rows={3} dir="ltr" class="mono" spellcheck={false} value={v.ca} onInput={set("ca")} />}</Field>
					<Field label={t("Pin of its key")} error={wrong("pin")}>{(p) => <input {...p} dir="ltr" class="mono" placeholder="sha256//" value={v.pin} onInput={set("pin")} />}</Field>
				</details>
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy}>{t("Add")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

export default function SyncPage(_: PageProps) {
	const { may, say } = useSession();
	const load = useLoad("sync", (signal) => get<{ items: Sync[] }>("/sync", {}, signal));
	// What is under way is seen as it goes.
	useLive(["sync"], load.reload, undefined, 1000);
	const work = useWork();
	const [adding, setAdding] = useState(false);
	const [removing, setRemoving] = useState<Sync>();
	const change = (f: () => Promise<unknown>, word: string) => void work.run(async () => {
		await f();
		say(word);
		load.reload();
	});
	const name = (s: Sync) => <span class="hidden"> {visible(s.partner)} {visible(s.remote)}</span>;
	return (
		<>
			<Title text={t("Synchronisation")}>
				{may("agreements.change") ? <button type="button" class="primary" onClick={() => setAdding(true)}>{t("New synchronisation")}</button> : null}
			</Title>
			{work.error && !removing ? <Failure problem={work.error} /> : null}
			<Load of={load}>
				{(data) => data.items.length ? (
					<Table caption={t("Synchronisation")} rows={data.items} keyOf={(s) => String(s.id)} columns={[
						{ name: "partner", head: t("Partner"), wide: true, cell: (s) => <><strong><Raw v={s.partner} /></strong><br /><span class="muted small"><Raw v={s.url} mono brief /></span></> },
						{ name: "what", head: t("What"), cell: (s) => <>{directionName(s.direction)}<br /><span class="muted small" dir="ltr">{s.direction === "poll" ? <><Raw v={s.remote} mono /> → <Raw v={s.local} mono /></> : <><Raw v={s.local} mono /> → <Raw v={s.remote} mono /></>}</span><br /><span class="muted small">{purposeName(s.purpose)}</span></> },
						{ name: "state", head: t("State"), cell: (s) => <><StateChip state={`y-${s.state}`} word={syncState(s.state)} />{s.error ? <><br /><span class="small warn"><Raw v={s.error} brief /></span></> : null}</> },
						{ name: "ok", head: t("Last success"), cell: (s) => <Moment at={s.last_ok} relative /> },
						{ name: "next", head: t("Next try"), cell: (s) => (s.state === "paused" ? "–" : s.next_try ? <Moment at={s.next_try} relative /> : t("now")) },
						{ name: "counts", head: t("Objects"), cell: (s) => <ul class="small">{(s.direction === "poll" ? [t("%s received", s.received), t("%s known", s.known), t("%s refused", s.refused)] : [t("%s sent", s.sent), t("%s refused", s.refused)]).map((x) => <li key={x}>{x}</li>)}</ul> },
						...(may("agreements.change") ? [{ name: "act", head: t("Change"), cell: (s: Sync) => (
							<span class="buttons">
								<button type="button" class="quiet small" disabled={work.busy || s.state === "running"} onClick={() => change(() => post(`/sync/${s.id}/now`), t("It is begun."))}>{t("Now")}{name(s)}</button>
								<button type="button" class="quiet small" disabled={work.busy} onClick={() => change(() => patch(`/sync/${s.id}`, { paused: s.state !== "paused" }), s.state === "paused" ? t("It goes on.") : t("It is paused."))}>{s.state === "paused" ? t("Go on") : t("Pause")}{name(s)}</button>
								<button type="button" class="quiet small" disabled={work.busy} onClick={() => setRemoving(s)}>{t("Remove")}{name(s)}</button>
							</span>
						) }] : []),
					]} />
				) : (
					<Empty title={t("Nothing is exchanged by itself yet.")}>
						<p class="muted">{t("A synchronisation fetches a partner's collection, or sends one of ours, as an agreement in force allows.")}</p>
					</Empty>
				)}
			</Load>
			{adding ? <New close={() => setAdding(false)} done={() => {
				setAdding(false);
				say(t("It was added."));
				load.reload();
			}} /> : null}
			{removing ? (
				<Dialog title={t("Remove this synchronisation?")} close={() => { setRemoving(undefined); work.clear(); }}>
					{work.error ? <Failure problem={work.error} /> : null}
					<p><Raw v={removing.partner} /> · <Raw v={removing.remote} mono /></p>
					<p>{t("What came by it stays; how far it had come is forgotten.")}</p>
					<p class="buttons">
						<button type="button" class="danger" disabled={work.busy} onClick={() => change(async () => { await del(`/sync/${removing.id}`); setRemoving(undefined); }, t("It was removed."))}>{t("Remove")}</button>
						<button type="button" onClick={() => { setRemoving(undefined); work.clear(); }}>{t("Cancel")}</button>
					</p>
				</Dialog>
			) : null}
		</>
	);
}
