/* incident: anybody reports an incident or hands over a spam mail, without an account. */
import { useState } from "preact/hooks";
import { post } from "../lib/api";
import { bytes, t } from "../lib/i18n";
import { useWork } from "../lib/load";
import { useSession } from "../lib/session";
import type { PageProps } from "../pages";
import { Card, Failure, Field, Title } from "../ui/parts";
import { Raw } from "../ui/text";

const MAX_BYTES = 512 * 1024;

export default function Incident(_: PageProps) {
	const { me } = useSession();
	const work = useWork();
	const [v, setV] = useState({ kind: "incident", text: "", url: "", name: "", email: "" });
	const [message, setMessage] = useState("");
	const [tooLarge, setTooLarge] = useState("");
	const [taken, setTaken] = useState<{ number: string }>();
	const set = (k: keyof typeof v) => (e: { currentTarget: { value: string } }) => setV((old) => ({ ...old, [k]: e.currentTarget.value }));
	const wrong = (f: string) => (work.error?.field === f ? work.error.message : undefined);
	const spam = v.kind === "spam";
	const read = async (file: File | undefined) => {
		setTooLarge("");
		if (!file) return;
		if (file.size > MAX_BYTES) setTooLarge(t("This file has %s; at most %s can be handed in here.", bytes(file.size), bytes(MAX_BYTES)));
		else setMessage(await file.text());
	};
	if (taken) {
		return (
			<div class="read">
				<Title text={t("Thank you")} />
				<Card>
					<p class="note good">{t("Your report was taken in.")}</p>
					<p>{t("Its number:")} <strong><Raw v={taken.number} mono /></strong></p>
					<p>{t("We look at every report. You hear from us if you gave an address and we have a question.")}</p>
					<p class="buttons"><button type="button" onClick={() => { setTaken(undefined); setMessage(""); setV({ kind: "incident", text: "", url: "", name: "", email: "" }); }}>{t("Report something else")}</button></p>
				</Card>
			</div>
		);
	}
	return (
		<div class="read">
			<Title text={t("Report an incident")} />
			<p class="muted">{t("Your report goes to %s. You need no account.", me.node.name || "Entente")}</p>
			<Card>
				<form onSubmit={(e) => {
					e.preventDefault();
					void work.run(async () => setTaken(await post("/public/report", {
						kind: v.kind, ...(spam ? { mail: message } : { text: v.text, url: v.url || null }), name: v.name || null, email: v.email || null,
					})));
				}}>
					{work.error && !wrong(work.error.field ?? "") ? <Failure problem={work.error} /> : null}
					<fieldset class="line">
						<legend>{t("What is it?")}</legend>
						<label class="check"><input type="radio" name="kind" checked={!spam} onChange={() => setV({ ...v, kind: "incident" })} /><span>{t("An incident: an attack, a fraud, an infected or abused system")}</span></label>
						<label class="check"><input type="radio" name="kind" checked={spam} onChange={() => setV({ ...v, kind: "spam" })} /><span>{t("A spam or phishing mail")}</span></label>
					</fieldset>
					{spam ? (
						<>
							<Field label={t("The mail as a file")} error={tooLarge} hint={t("Save it in your mail program (as .eml), so that its headers come along.")}>
								{(p) => <input {...p} type="file" accept=".eml,message/rfc822" onChange={(e) => void read(e.currentTarget.files?.[0])} />}
							</Field>
							<Field label={t("or its source text")} error={wrong("mail")}>
								{(p) => <textarea {...p} required dir="auto" class="mono" rows={8} value={message} onInput={(e) => setMessage(e.currentTarget.value)} />}
							</Field>
						</>
					) : (
						<>
							<Field label={t("What happened?")} error={wrong("text")} hint={t("When, what was seen, and lines of a log if you have any. No passwords, please.")}>
								{(p) => <textarea {...p} required minLength={10} maxLength={20000} dir="auto" rows={8} value={v.text} onInput={set("text")} />}
							</Field>
							<Field label={t("Where?")} error={wrong("url")} hint={t("The address, domain or page it is about, if you know it.")}>
								{(p) => <input {...p} dir="ltr" value={v.url} onInput={set("url")} />}
							</Field>
						</>
					)}
					<Field label={t("Your name")} error={wrong("name")}>
						{(p) => <input {...p} autocomplete="name" maxLength={100} dir="auto" value={v.name} onInput={set("name")} />}
					</Field>
					<Field label={t("Your mail address")} error={wrong("email")} hint={t("Only if you want an answer. It is used for nothing else.")}>
						{(p) => <input {...p} type="email" autocomplete="email" dir="ltr" value={v.email} onInput={set("email")} />}
					</Field>
					<p class="buttons"><button type="submit" class="primary" disabled={work.busy}>{work.busy ? t("Being sent …") : t("Send the report")}</button></p>
				</form>
			</Card>
		</div>
	);
}
