/* me: one's own account: password, second factor (its QR code is drawn here, so the secret goes nowhere else), tokens. */
import { useEffect, useState } from "preact/hooks";
import { del, get, patch, post } from "../lib/api";
import { countryName } from "../lib/country";
import { t } from "../lib/i18n";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { SessionRow, Token } from "../lib/types";
import { RIGHT_NAMES, rightName, roleName } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Dialog, Facts, Failure, Field, Load, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

const MIN = 12;

function Password() {
	const { say, refresh } = useSession();
	const work = useWork();
	const [v, setV] = useState({ old: "", fresh: "", again: "" });
	const differ = v.again !== "" && v.fresh !== v.again;
	return (
		<Card title={t("Password")}>
			<form onSubmit={(e) => {
				e.preventDefault();
				if (v.fresh !== v.again) return;
				void work.run(async () => {
					await post("/me/password", { current: v.old, password: v.fresh });
					setV({ old: "", fresh: "", again: "" });
					say(t("Your password was changed. Your other sessions have ended."));
					await refresh();
				});
			}}>
				{work.error ? <Failure problem={work.error} /> : null}
				<Field label={t("Password until now")}>
					{(p) => <input {...p} required type="password" autocomplete="current-password" dir="auto" value={v.old} onInput={(e) => setV({ ...v, old: e.currentTarget.value })} />}
				</Field>
				<Field label={t("New password")} hint={t("At least %s characters; some words in a row are good.", MIN)}>
					{(p) => <input {...p} required minLength={MIN} type="password" autocomplete="new-password" dir="auto" value={v.fresh} onInput={(e) => setV({ ...v, fresh: e.currentTarget.value })} />}
				</Field>
				<Field label={t("New password again")} error={differ ? t("The two differ.") : undefined}>
					{(p) => <input {...p} required type="password" autocomplete="new-password" dir="auto" value={v.again} onInput={(e) => setV({ ...v, again: e.currentTarget.value })} />}
				</Field>
				<p class="buttons"><button type="submit" class="primary" disabled={work.busy || differ}>{t("Change the password")}</button></p>
			</form>
		</Card>
	);
}

/* Drawn as one path; black on white in both colours, as cameras expect it. */
function Qr({ text }: { text: string }) {
	const [path, setPath] = useState<{ d: string; n: number }>();
	useEffect(() => {
		let gone = false;
		void import("qrcode-generator").then(({ default: qrcode }) => {
			const code = qrcode(0, "M");
			code.addData(text);
			code.make();
			const n = code.getModuleCount();
			let d = "";
			for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) if (code.isDark(y, x)) d += `M${x + 4} ${y + 4}h1v1h-1z`;
			if (!gone) setPath({ d, n: n + 8 });
		}, () => undefined);
		return () => void (gone = true);
	}, [text]);
	if (!path) return null;
	return (
		<svg class="qr" viewBox={`0 0 ${path.n} ${path.n}`} role="img" aria-label={t("QR code with the secret, to be read by an authenticator")}>
			<rect class="paper" width={path.n} height={path.n} />
			<path class="ink" d={path.d} />
		</svg>
	);
}

interface Begun {
	secret: string;
	uri: string;
}

/* first: it has to be set up before anything else; then what comes next waits until the recovery codes were kept. */
function SecondFactor({ first }: { first?: boolean }) {
	const { me, say, refresh } = useSession();
	const work = useWork();
	const [begun, setBegun] = useState<Begun>();
	const [code, setCode] = useState("");
	const [current, setCurrent] = useState("");
	const [recovery, setRecovery] = useState<string[]>();
	const begin = () => void work.run(async () => {
		setBegun(await post<Begun>("/me/totp", { current }));
		setCurrent("");
	});
	const off = () => void work.run(async () => {
		await post("/me/totp/off", { current });
		setCurrent("");
		say(t("The second factor is off."));
		await refresh();
	});
	const confirm = () => void work.run(async () => {
		const r = await post<{ recovery_codes: string[] }>("/me/totp/confirm", { code: code.replace(/\s/g, "") });
		setBegun(undefined);
		setCode("");
		setRecovery(r.recovery_codes);
		say(t("The second factor is on."));
		if (!first) await refresh();
	});
	return (
		<Card title={t("Second factor")} id="second-factor">
			{work.error ? <Failure problem={work.error} /> : null}
			{me.second_factor || recovery ? <p class="note good">{t("Signing in asks for a code as well.")}</p>
				: first ? null : <p class="note warn">{t("Without a second factor, whoever knows your password can sign in.")}</p>}
			{recovery?.length ? (
				<>
					<p>{t("Recovery codes: each works once, when you have lost your authenticator. Keep them on paper; they are shown only now.")}</p>
					<ul class="codes mono" dir="ltr">{recovery.map((c) => <li key={c}>{c}</li>)}</ul>
					{first ? <p class="buttons"><button type="button" class="primary" onClick={() => void refresh()}>{t("They are kept: go on")}</button></p> : null}
				</>
			) : null}
			{first && recovery ? null : begun ? (
				<form onSubmit={(e) => { e.preventDefault(); confirm(); }}>
					<p>{t("Read this with an authenticator, or type the secret into it; then enter the code that it shows.")}</p>
					<Qr text={begun.uri} />
					<p class="secret mono" dir="ltr">{begun.secret.replace(/(.{4})(?=.)/g, "$1 ")}</p>
					<Field label={t("Code")}>
						{(p) => <input {...p} required inputMode="numeric" autocomplete="one-time-code" dir="ltr" class="mono" value={code} onInput={(e) => setCode(e.currentTarget.value)} />}
					</Field>
					<p class="buttons">
						<button type="submit" class="primary" disabled={work.busy}>{t("Switch it on")}</button>
						<button type="button" onClick={() => setBegun(undefined)}>{t("Cancel")}</button>
					</p>
				</form>
			) : (
				<form onSubmit={(e) => { e.preventDefault(); begin(); }}>
					<Field label={t("Password")} hint={t("Asked for again, in case you left your desk.")}>
						{(p) => <input {...p} required type="password" autocomplete="current-password" dir="auto" value={current} onInput={(e) => setCurrent(e.currentTarget.value)} />}
					</Field>
					<p class="buttons">
						<button type="submit" disabled={work.busy}>{me.second_factor ? t("Use another authenticator") : t("Set it up")}</button>
						{me.second_factor ? <button type="button" disabled={work.busy || !current} onClick={off}>{t("Switch it off")}</button> : null}
					</p>
				</form>
			)}
		</Card>
	);
}

function Sessions() {
	const { say } = useSession();
	const load = useLoad("sessions", (signal) => get<{ items: SessionRow[] }>("/me/sessions", {}, signal));
	const work = useWork();
	return (
		<Card title={t("Where you are signed in")} wide>
			{work.error ? <Failure problem={work.error} /> : null}
			<Load of={load}>
				{(data) => (
					<>
						<Table caption={t("Where you are signed in")} rows={data.items} keyOf={(s) => String(s.id)} columns={[
							{ name: "address", head: t("Address"), wide: true, cell: (s) => <><Raw v={s.address} mono /> {s.this ? <span class="muted">{t("(here)")}</span> : null}</> },
							{ name: "created", head: t("Signed in at"), cell: (s) => <Moment at={s.created} /> },
							{ name: "seen", head: t("Last request"), cell: (s) => <Moment at={s.seen} /> },
							{ name: "factor", head: t("Second factor"), cell: (s) => (s.second_factor ? t("yes") : t("no")) },
						]} />
						{data.items.length > 1 ? (
							<p class="buttons"><button type="button" disabled={work.busy} onClick={() => void work.run(async () => {
								await del("/me/sessions");
								say(t("You are signed out everywhere else."));
								load.reload();
							})}>{t("Sign out everywhere else")}</button></p>
						) : null}
					</>
				)}
			</Load>
		</Card>
	);
}

function NewToken({ close, done }: { close: () => void; done: () => void }) {
	const { me } = useSession();
	const work = useWork();
	const [name, setName] = useState("");
	const [days, setDays] = useState("90");
	const [scopes, setScopes] = useState<string[]>([]);
	const [secret, setSecret] = useState<string>();
	if (secret) {
		return (
			<Dialog title={t("The token")} close={close}>
				<p>{t("It is shown only now. Put it where the program keeps its secrets.")}</p>
				<p class="secret mono" dir="ltr">{secret}</p>
				<p class="buttons"><button type="button" class="primary" onClick={close}>{t("Done")}</button></p>
			</Dialog>
		);
	}
	return (
		<Dialog title={t("New token")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					const r = await post<{ token: string }>("/tokens", { name, scopes, days: Number(days) });
					setSecret(r.token);
					done();
				});
			}}>
				{work.error ? <Failure problem={work.error} /> : null}
				<Field label={t("Name")} hint={t("Which program uses it.")}>
					{(p) => <input {...p} required dir="auto" value={name} onInput={(e) => setName(e.currentTarget.value)} />}
				</Field>
				<Field label={t("Days until it expires")}>
					{(p) => <input {...p} required type="number" min={1} max={366} dir="ltr" value={days} onInput={(e) => setDays(e.currentTarget.value)} />}
				</Field>
				<fieldset>
					<legend>{t("It may")}</legend>
					{RIGHT_NAMES.filter((r) => me.rights.includes(r)).map((r) => (
						<label key={r} class="check">
							<input type="checkbox" checked={scopes.includes(r)} onChange={(e) => setScopes(e.currentTarget.checked ? [...scopes, r] : scopes.filter((x) => x !== r))} />
							<span>{rightName(r)}</span>
						</label>
					))}
				</fieldset>
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy || !scopes.length}>{t("Make the token")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

function Tokens() {
	const { say } = useSession();
	const load = useLoad("tokens", (signal) => get<{ items: Token[] }>("/tokens", {}, signal));
	const work = useWork();
	const [making, setMaking] = useState(false);
	const end = (k: Token) => void work.run(async () => {
		await del(`/tokens/${encodeURIComponent(String(k.id))}`);
		say(t("The token has ended."));
		load.reload();
	});
	return (
		<Card title={t("Tokens for programs")} wide>
			{work.error ? <Failure problem={work.error} /> : null}
			<Load of={load}>
				{(data) => data.items.length ? (
					<Table caption={t("Tokens for programs")} rows={data.items} keyOf={(k) => String(k.id)} columns={[
						{ name: "name", head: t("Name"), wide: true, cell: (k) => <><Raw v={k.name} /> <span class="muted small"><Raw v={`${k.prefix}…`} mono /></span></> },
						{ name: "scopes", head: t("It may"), cell: (k) => k.scopes.map(rightName).join(" · ") },
						{ name: "expires", head: t("Good until"), cell: (k) => <Moment at={k.expires} /> },
						{ name: "used", head: t("Last used"), cell: (k) => <Moment at={k.seen} /> },
						{ name: "act", head: t("Change"), cell: (k) => <button type="button" class="quiet small" disabled={work.busy} onClick={() => end(k)}>{t("End it")}<span class="hidden"> {k.name}</span></button> },
					]} />
				) : <p class="muted">{t("None. A program that works with this node for you signs in with a token of its own.")}</p>}
			</Load>
			<p class="buttons"><button type="button" onClick={() => setMaking(true)}>{t("New token")}</button></p>
			{making ? <NewToken close={() => setMaking(false)} done={load.reload} /> : null}
		</Card>
	);
}

function Profile() {
	const { me, say, refresh } = useSession();
	const work = useWork();
	const [display, setDisplay] = useState(me.display ?? "");
	const [mail, setMail] = useState(me.mail ?? "");
	return (
		<Card title={t("Who you are here")} wide>
			<Facts rows={[
				[t("Account name"), <Raw v={me.name} />],
				[t("Roles"), me.roles.map(roleName).join(" · ") || t("none")],
				...(me.country ? [[t("Country"), <bdi>{countryName(me.country)}</bdi>] as [string, preact.ComponentChildren]] : []),
			]} />
			<form class="fields line" onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					await patch("/me", { display, mail });
					say(t("Saved."));
					await refresh();
				});
			}}>
				{work.error ? <Failure problem={work.error} /> : null}
				<Field label={t("Name that others see")}>{(p) => <input {...p} maxLength={128} autocomplete="name" dir="auto" value={display} onInput={(e) => setDisplay(e.currentTarget.value)} />}</Field>
				<Field label={t("Mail address")}>{(p) => <input {...p} type="email" autocomplete="email" dir="ltr" value={mail} onInput={(e) => setMail(e.currentTarget.value)} />}</Field>
				<p class="buttons"><button type="submit" disabled={work.busy}>{t("Save")}</button></p>
			</form>
		</Card>
	);
}

export default function MePage(_: PageProps) {
	const { me } = useSession();
	// With a password that was given out nothing but changing it is possible.
	if (me.must_change) {
		return (
			<div class="narrow">
				<Title text={t("Choose a password")} />
				<p class="note warn">{t("Your password was given to you by somebody else. Choose your own; then all the rest is there.")}</p>
				<Password />
			</div>
		);
	}
	if (me.second_factor_due) {
		return (
			<div class="narrow">
				<Title text={t("Set up a second factor")} />
				<p class="note warn">{t("Your role needs a second factor on this node: a code of an application on your telephone or computer, beside the password. Then all the rest is there.")}</p>
				<SecondFactor first />
			</div>
		);
	}
	return (
		<>
			<Title text={t("Your account")} />
			<div class="grid">
				<Profile />
				<Password />
				<SecondFactor />
				<Sessions />
				<Tokens />
			</div>
		</>
	);
}
