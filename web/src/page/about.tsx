/* about: who runs this node, for anybody (RFC 2350), and how to reach them. */
import { get } from "../lib/api";
import { countryName } from "../lib/country";
import { isLang, LANG_NAMES, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { useSession } from "../lib/session";
import type { About as Data } from "../lib/types";
import type { PageProps } from "../pages";
import { Card, Facts, Load, Title } from "../ui/parts";
import { Raw } from "../ui/text";

export default function About(_: PageProps) {
	const { me } = useSession();
	const load = useLoad("about", (signal) => get<Data>("/public/about", {}, signal));
	return (
		<div class="read">
			<Title text={t("About %s", me.node.name || "Entente")} />
			<Load of={load}>
				{(a) => (
					<>
						<Card>
							<Facts rows={[
								[t("Name"), <Raw v={a.name} />],
								[t("Country"), countryName(a.country)],
								...(a.mail ? [[t("Mail address"), <Raw v={a.mail} mono />] as [string, preact.ComponentChildren]] : []),
								...(a.url ? [[t("Web page"), <Raw v={a.url} mono />] as [string, preact.ComponentChildren]] : []),
								[t("Languages"), a.languages.map((l) => (isLang(l) ? LANG_NAMES[l] : l)).join(" · ")],
								...(a.openpgp ? [[t("OpenPGP key"), <Raw v={a.openpgp} mono />] as [string, preact.ComponentChildren]] : []),
								[t("Marking of our notices"), <bdi dir="ltr">{`TLP:${a.tlp.replace(/^tlp:/i, "").toUpperCase()}`}</bdi>],
							]} />
						</Card>
						{a.services.length ? <Card title={t("What we do")}><ul class="points">{a.services.map((x) => <li key={x}><Raw v={x} prose /></li>)}</ul></Card> : null}
						{a.policies.length ? <Card title={t("What we keep to")}><ul class="points">{a.policies.map((x) => <li key={x}><Raw v={x} prose /></li>)}</ul></Card> : null}
						<Card title={t("How to report to us")}>
							<p>{t("Attacks, infected or abused systems, phishing and spam: use the form, or send a mail with the evidence attached.")}</p>
							<p class="buttons"><a class="button primary" href="/report-incident">{t("Report an incident")}</a> <a class="button" href="/listed">{t("Why is my address listed?")}</a></p>
							<p class="hint">{t("For programs and for those who found a weakness of ours:")} <a href="/.well-known/security.txt"><bdi>security.txt</bdi></a> (RFC 9116)</p>
						</Card>
					</>
				)}
			</Load>
		</div>
	);
}
