/* listed: why is my address listed? The facts about an address and what to do; nothing of anybody else. */
import { useState } from "preact/hooks";
import { get } from "../lib/api";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { go } from "../lib/route";
import { className } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Empty, Facts, Field, Load, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

interface Listed {
	ip: string;
	items: { class: string; first_seen: string; last_seen: string; what_to_do: string | null; count?: number }[];
}

export default function ListedPage({ place }: PageProps) {
	const ip = place.query.get("ip") ?? "";
	const [typed, setTyped] = useState(ip);
	const load = useLoad(ip || null, (signal) => get<Listed>("/public/listed", { ip }, signal));
	return (
		<div class="read">
			<Title text={t("Why is my address listed?")} />
			<p>{t("If a system at an address was seen to attack others, to be infected or to be open to abuse, here is what was seen and what helps.")}</p>
			<form class="fields line" onSubmit={(e) => { e.preventDefault(); go(`/listed?ip=${encodeURIComponent(typed.trim())}`); }}>
				<Field label={t("IP address")}>
					{(p) => <input {...p} type="search" dir="ltr" required value={typed} placeholder="192.0.2.1" onInput={(e) => setTyped(e.currentTarget.value)} />}
				</Field>
				<p class="buttons"><button type="submit" class="primary">{t("Look up")}</button></p>
			</form>
			{ip ? (
				<Load of={load}>
					{(data) => data.items.length ? (
						<>
							<h2>{t("What was seen at %s", ip)}</h2>
							{data.items.map((l, i) => (
								<Card key={i} title={className(l.class)}>
									<Facts rows={[[t("First seen"), <Moment at={l.first_seen} />], [t("Last seen"), <Moment at={l.last_seen} />]]} />
									{l.what_to_do ? <><h3>{t("What to do")}</h3><p><Raw v={l.what_to_do} prose /></p></> : null}
								</Card>
							))}
							<p class="muted">{t("Repaired, or not your system? Answer the notice that your network's operator was sent, or write to us.")} <a href="/about">{t("How to reach us")}</a></p>
						</>
					) : <Empty title={t("Nothing is known against %s.", ip)}><p class="muted">{t("What somebody else lists, this node does not know. It forgets what has been quiet for some time.")}</p></Empty>}
				</Load>
			) : null}
		</div>
	);
}
