/* listed: why is my address listed? The facts about an address and what to do; nothing of anybody else. */
import { useState } from "preact/hooks";
import { get } from "../lib/api";
import { num, t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import { go } from "../lib/route";
import { className } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Empty, Facts, Field, Load, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

interface Listed {
	ip: string;
	own: boolean; // it is the asker's own; of others nothing is said
	listed: boolean | null;
	items: { class: string; title: string; first_seen: string; last_seen: string; count: number; port: number | null; advice: string | null }[];
	contact: string | null;
}

export default function ListedPage({ place }: PageProps) {
	const ip = place.query.get("ip") ?? "";
	const [typed, setTyped] = useState(ip);
	const load = useLoad(`listed ${ip}`, (signal) => get<Listed>("/public/listed", { ip }, signal));
	return (
		<div class="read">
			<Title text={t("Why is my address listed?")} />
			<p>{t("If a system at your address was seen to attack others, to be infected or to be open to abuse, here is what was seen and what helps.")}</p>
			<form class="fields line" onSubmit={(e) => { e.preventDefault(); go(`/listed?ip=${encodeURIComponent(typed.trim())}`); }}>
				<Field label={t("IP address")}>
					{(p) => <input {...p} type="search" dir="ltr" required value={typed} placeholder="192.0.2.1" onInput={(e) => setTyped(e.currentTarget.value)} />}
				</Field>
				<p class="buttons"><button type="submit" class="primary">{t("Look up")}</button></p>
			</form>
			<Load of={load}>
				{(data) => data.items.length ? (
					<>
						<h2>{t("What was seen at %s", data.ip)}</h2>
						{data.items.map((l, i) => (
							<Card key={i} title={l.title || className(l.class)}>
								<Facts rows={[
									[t("First seen"), <Moment at={l.first_seen} />], [t("Last seen"), <Moment at={l.last_seen} />], [t("Events"), num(l.count)],
									...(l.port ? [[t("Port"), <bdi dir="ltr">{String(l.port)}</bdi>] as [string, preact.ComponentChildren]] : []),
								]} />
								{l.advice ? <><h3>{t("What to do")}</h3><p><Raw v={l.advice} prose /></p></> : null}
							</Card>
						))}
						<p class="muted">{t("Repaired, or not your system? Answer the notice that your network's operator was sent, or write to us.")} {data.contact ? <Raw v={data.contact} mono /> : null} <a href="/about">{t("How to reach us")}</a></p>
					</>
				) : data.own ? (
					<Empty title={t("Nothing is known against %s.", data.ip)}><p class="muted">{t("What somebody else lists, this node does not know. It forgets what has been quiet for some time.")}</p></Empty>
				) : (
					<Empty title={t("Of %s only whoever uses it is told.", data.ip)}><p class="muted">{t("Open this page from a system at that address; or, if you answer for its network, write to us.")} {data.contact ? <Raw v={data.contact} mono /> : null}</p></Empty>
				)}
			</Load>
		</div>
	);
}
