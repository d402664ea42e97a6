/* accounts: the people of this node and what they may do. A password is shown once, to whoever made it. */
import { useState } from "preact/hooks";
import { get, patch, post } from "../lib/api";
import { countryName } from "../lib/country";
import { t, tx } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { Account, Page } from "../lib/types";
import { ROLE_NAMES, roleDoes, roleName } from "../lib/words";
import type { PageProps } from "../pages";
import { CountrySelect, Dialog, Empty, Failure, Field, Load, StateChip, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

function Roles({ roles, set }: { roles: string[]; set: (roles: string[]) => void }) {
	return (
		<fieldset>
			<legend>{t("Roles")}</legend>
			{ROLE_NAMES.map((r) => (
				<label key={r} class="check">
					<input type="checkbox" checked={roles.includes(r)}
						onChange={(e) => set(e.currentTarget.checked ? [...roles, r] : roles.filter((x) => x !== r))} />
					<span><strong>{roleName(r)}</strong> <span class="muted">{roleDoes(r)}</span></span>
				</label>
			))}
		</fieldset>
	);
}

function Secret({ name, password, close }: { name: string; password: string; close: () => void }) {
	return (
		<Dialog title={t("A password for %s", name)} close={close}>
			<p>{t("Hand it over in person or by telephone. It is shown only now; at the first sign-in it is to be changed.")}</p>
			<p class="secret mono" dir="ltr">{password}</p>
			<p class="buttons"><button type="button" class="primary" onClick={close}>{t("Done")}</button></p>
		</Dialog>
	);
}

interface Made {
	password?: string;
}

function Edit({ of, close, done }: { of?: Account; close: () => void; done: (password?: string, name?: string) => void }) {
	const work = useWork();
	const [name, setName] = useState(of?.name ?? "");
	const [mail, setMail] = useState(of?.mail ?? "");
	const [display, setDisplay] = useState(of?.display ?? "");
	const [country, setCountry] = useState(of?.country ?? "");
	const [roles, setRoles] = useState<string[]>(of?.roles ?? ["analyst"]);
	const wrong = (f: string) => (work.error?.field === f ? work.error.message : undefined);
	const body = () => ({ display: display || name, mail: mail || null, country: country || null, roles });
	return (
		<Dialog title={of ? t("Change an account") : t("New account")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					if (of) {
						await patch(`/accounts/${encodeURIComponent(String(of.id))}`, body());
						done();
					} else {
						const r = await post<Made>("/accounts", { name, ...body() });
						done(r.password, name);
					}
				});
			}}>
				{work.error && !wrong(work.error.field ?? "") ? <Failure problem={work.error} /> : null}
				<Field label={t("Account name")} error={wrong("name")}>
					{(p) => <input {...p} required dir="auto" autocapitalize="none" spellcheck={false} readOnly={!!of} value={name} onInput={(e) => setName(e.currentTarget.value)} />}
				</Field>
				<Field label={t("Name that others see")} error={wrong("display")}>
					{(p) => <input {...p} dir="auto" maxLength={128} value={display} onInput={(e) => setDisplay(e.currentTarget.value)} />}
				</Field>
				<Field label={t("Mail address")} error={wrong("mail")}>
					{(p) => <input {...p} type="email" dir="ltr" value={mail} onInput={(e) => setMail(e.currentTarget.value)} />}
				</Field>
				<Roles roles={roles} set={setRoles} />
				{roles.includes("focal-point") || country ? (
					<Field label={t("Country")} error={wrong("country")} hint={t("A focal point with a country sees what concerns it, and nothing else.")}>
						{(p) => <CountrySelect ids={p} value={country} set={setCountry} none={t("none")} />}
					</Field>
				) : null}
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy || !roles.length}>{of ? t("Save") : t("Add")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

export default function Accounts(_: PageProps) {
	const { me, may, say } = useSession();
	const load = useLoad("accounts", (signal) => get<Page<Account>>("/accounts", {}, signal));
	useLive(["account"], load.reload);
	const work = useWork();
	const [editing, setEditing] = useState<Account | "new">();
	const [ask, setAsk] = useState<{ what: "reset" | "lock"; of: Account }>();
	const [factorOff, setFactorOff] = useState(false);
	const [secret, setSecret] = useState<{ name: string; password: string }>();
	const close = () => {
		setAsk(undefined);
		work.clear();
	};
	const run = () => void work.run(async () => {
		if (!ask) return;
		const { what, of } = ask;
		const at = `/accounts/${of.id}`;
		const r = what === "reset"
			? await post<Made>(`${at}/reset`, { second_factor_off: factorOff })
			: await post<Made>(`${at}/${of.locked ? "unlock" : "lock"}`);
		if (what === "reset" && r?.password) setSecret({ name: of.name, password: r.password });
		else say(of.locked ? t("The account was unlocked.") : t("The account was locked and signed out everywhere."));
		setAsk(undefined);
		load.reload();
	});
	return (
		<>
			<Title text={t("Accounts")}>
				{may("accounts") ? <button type="button" class="primary" onClick={() => setEditing("new")}>{t("New account")}</button> : null}
			</Title>
			<Load of={load}>
				{(data) => data.items.length ? (
					<Table caption={t("Accounts")} rows={data.items} keyOf={(a) => String(a.id)} columns={[
						{ name: "name", head: t("Account"), wide: true, cell: (a) => <><strong><Raw v={a.name} /></strong>{a.display && a.display !== a.name ? <> <Raw v={a.display} /></> : null}{a.mail ? <><br /><span class="muted small"><Raw v={a.mail} mono /></span></> : null}</> },
						{ name: "roles", head: t("Roles"), cell: (a) => <>{a.roles.map(roleName).join(" · ")}{a.country ? <> (<bdi>{countryName(a.country)}</bdi>)</> : null}</> },
						{ name: "factor", head: t("Second factor"), cell: (a) => (a.second_factor ? t("yes") : <span class="warn">{a.second_factor_due ? t("no, to be set up first") : t("no")}</span>) },
						{ name: "state", head: t("State"), cell: (a) => a.locked ? <StateChip state="locked" word={t("locked")} /> : <StateChip state="active" word={t("active")} /> },
						{ name: "last", head: t("Last sign-in"), cell: (a) => <Moment at={a.signed_in} /> },
						...(may("accounts") ? [{ name: "act", head: t("Change"), cell: (a: Account) => (
							<span class="buttons">
								<button type="button" class="quiet small" onClick={() => setEditing(a)}>{t("Edit")}<span class="hidden"> {a.name}</span></button>
								<button type="button" class="quiet small" onClick={() => setAsk({ what: "reset", of: a })}>{t("New password")}<span class="hidden"> {a.name}</span></button>
								{String(a.id) !== String(me.account) ? (
									<button type="button" class="quiet small" onClick={() => setAsk({ what: "lock", of: a })}>{a.locked ? t("Unlock") : t("Lock")}<span class="hidden"> {a.name}</span></button>
								) : null}
							</span>
						) }] : []),
					]} />
				) : <Empty title={t("There are no accounts yet.")} />}
			</Load>
			<p class="hint">{tx("Nodes of others sign in by certificates: see %s.", <a href="/partners">{t("Partners")}</a>)}</p>
			{editing ? (
				<Edit of={editing === "new" ? undefined : editing} close={() => setEditing(undefined)} done={(password, name) => {
					setEditing(undefined);
					load.reload();
					if (password && name) setSecret({ name, password });
					else say(t("The account was saved."));
				}} />
			) : null}
			{ask ? (
				<Dialog title={ask.what === "reset" ? t("A new password for %s?", ask.of.name) : ask.of.locked ? t("Unlock %s?", ask.of.name) : t("Lock %s?", ask.of.name)} close={close}>
					{work.error ? <Failure problem={work.error} /> : null}
					<p>{ask.what === "reset"
						? t("The old password ends, and so do all sessions of this account.")
						: ask.of.locked ? t("The account can be used again.") : t("Nobody can sign in with it until it is unlocked; all its sessions end.")}</p>
					{ask.what === "reset" && ask.of.second_factor ? (
						<label class="check"><input type="checkbox" checked={factorOff} onChange={(e) => setFactorOff(e.currentTarget.checked)} /><span>{t("Take the second factor off as well: the device is lost")}</span></label>
					) : null}
					<p class="buttons">
						<button type="button" class="danger" disabled={work.busy} onClick={run}>{ask.what === "reset" ? t("Make a new password") : ask.of.locked ? t("Unlock") : t("Lock")}</button>
						<button type="button" onClick={close}>{t("Cancel")}</button>
					</p>
				</Dialog>
			) : null}
			{secret ? <Secret {...secret} close={() => setSecret(undefined)} /> : null}
		</>
	);
}
