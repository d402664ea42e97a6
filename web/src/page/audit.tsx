/* audit: who did what. The entries are chained by hashes; whether none was changed can be asked. */
import { useState } from "preact/hooks";
import { get } from "../lib/api";
import { num, t, tn } from "../lib/i18n";
import { useLoad, useWork } from "../lib/load";
import { withQuery } from "../lib/route";
import type { Audited } from "../lib/types";
import type { PageProps } from "../pages";
import { Empty, Failure, Load, Pager, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

interface Verified {
	state: string; // whole, changed, missing, cut, other
	rows: number;
	bad: number | null;
	next: string | null;
}

// A long log is checked in parts; each says where to go on.
async function verify(): Promise<Verified> {
	let r = await get<Verified>("/audit/verify");
	while (r.next && r.state === "whole") r = await get<Verified>("/audit/verify", { after: r.next });
	return r;
}

export default function Audit({ place }: PageProps) {
	const cursor = place.query.get("cursor") ?? "";
	const load = useLoad(`audit ${cursor}`, (signal) => get<{ items: Audited[]; next: number | null }>("/audit", { cursor, limit: 100 }, signal));
	const work = useWork();
	const [verified, setVerified] = useState<Verified>();
	return (
		<>
			<Title text={t("Audit log")}>
				<button type="button" disabled={work.busy} onClick={() => void work.run(async () => setVerified(await verify()))}>
					{work.busy ? t("Checking …") : t("Check the chain")}
				</button>
			</Title>
			{work.error ? <Failure problem={work.error} /> : null}
			<div role="status">
				{verified ? verified.state === "whole"
					? <p class="note good">{tn("%s entry, none of them changed or missing.", "%s entries, none of them changed or missing.", verified.rows)}</p>
					: <p class="note bad">{t("The chain is broken at entry %s: from there on entries were changed or are missing.", verified.bad === null ? t("unknown") : String(verified.bad))}</p> : null}
			</div>
			<Load of={load}>
				{(data) => data.items.length ? (
					<>
						<Table caption={t("Audit log")} rows={data.items} keyOf={(a) => String(a.id)} columns={[
							{ name: "id", head: t("Number"), num: true, cell: (a) => num(a.id) },
							{ name: "at", head: t("When"), cell: (a) => <Moment at={a.at} /> },
							{ name: "who", head: t("Who"), cell: (a) => (a.who ? <Raw v={a.who} /> : t("nobody signed in")) },
							{ name: "from", head: t("From"), cell: (a) => (a.address ? <Raw v={a.address} mono /> : "–") },
							{ name: "act", head: t("Action"), cell: (a) => <Raw v={a.act} mono /> },
							{ name: "what", head: t("On what"), wide: true, cell: (a) => {
								const text = [a.object, a.detail].filter(Boolean).join(" ");
								return text ? <Raw v={text} prose /> : "–";
							} },
						]} />
						<Pager first={cursor ? withQuery(place.query, { cursor: "" }) : undefined} next={data.next ? withQuery(place.query, { cursor: String(data.next) }) : undefined} />
					</>
				) : <Empty title={t("Nothing has been done yet.")} />}
			</Load>
		</>
	);
}
