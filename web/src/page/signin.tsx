/* signin: name and password, then the code where the account asks for one. */
import { useEffect, useRef, useState } from "preact/hooks";
import { post, Problem } from "../lib/api";
import { t, tx } from "../lib/i18n";
import { useWork } from "../lib/load";
import { go } from "../lib/route";
import { useSession } from "../lib/session";
import type { Me } from "../lib/types";
import type { PageProps } from "../pages";
import { Card, Failure, Field, Title } from "../ui/parts";
import { Raw } from "../ui/text";

export default function SignIn({ place }: PageProps) {
	const { me, setMe } = useSession();
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [asksCode, setAsksCode] = useState(false);
	const work = useWork();
	const codeInput = useRef<HTMLInputElement>(null);
	useEffect(() => codeInput.current?.focus(), [asksCode]);
	useEffect(() => {
		if (me.kind !== "nobody" && place.path === "/sign-in") go("/", "replace");
	}, [me.kind]);

	const submit = (e: Event) => {
		e.preventDefault();
		void work.run(async () => {
			try {
				setMe(await post<Me>("/session", { name, password, ...(asksCode ? { code: code.replace(/\s/g, "") } : {}) }));
			} catch (p) {
				if (p instanceof Problem && p.extra.code_required === true && !asksCode) {
					setAsksCode(true);
					return;
				}
				setCode("");
				throw p;
			}
		});
	};
	return (
		<div class="narrow">
			<Title text={t("Sign in")} />
			<Card>
				{place.path !== "/sign-in" ? <p class="muted">{t("Sign in to see this page.")}</p> : null}
				<form onSubmit={submit}>
					{work.error ? <Failure problem={work.error} /> : null}
					<Field label={t("Account name")}>
						{(p) => <input {...p} required autocomplete="username" autocapitalize="none" spellcheck={false} dir="auto" value={name}
							readOnly={asksCode} onInput={(e) => setName(e.currentTarget.value)} />}
					</Field>
					<Field label={t("Password")}>
						{(p) => <input {...p} required type="password" autocomplete="current-password" dir="auto" value={password}
							readOnly={asksCode} onInput={(e) => setPassword(e.currentTarget.value)} />}
					</Field>
					{asksCode ? (
						<Field label={t("Code")} hint={t("The six digits that your authenticator shows now, or one of your recovery codes.")}>
							{(p) => <input {...p} ref={codeInput} required autocomplete="one-time-code" dir="ltr" class="mono"
								spellcheck={false} value={code} onInput={(e) => setCode(e.currentTarget.value)} />}
						</Field>
					) : null}
					<p class="buttons">
						<button type="submit" class="primary" disabled={work.busy}>{work.busy ? t("Signing in …") : t("Sign in")}</button>
						{asksCode ? <button type="button" onClick={() => { setAsksCode(false); setPassword(""); work.clear(); }}>{t("Another account")}</button> : null}
					</p>
				</form>
				<p class="hint">{t("Forgotten your password? An administrator of this node can give you a new one.")}</p>
			</Card>
			<p class="muted">{tx("You have no account? You can still %s, or see %s.",
				<a href="/report-incident">{t("report an incident")}</a>,
				<a href="/about">{tx("who %s is", <Raw v={me.node.name} />)}</a>)}</p>
		</div>
	);
}
