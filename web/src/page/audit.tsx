/* audit: who did what. The entries are chained by hashes; whether none was changed can be asked. */
import { useState } from "preact/hooks";
import { get } from "../lib/api";
import { num, t, tn } from "../lib/i18n";
import { useLoad, useWork } from "../lib/load";
import { withQuery } from "../lib/route";
import type { Audited, Page } from "../lib/types";
import type { PageProps } from "../pages";
import { Empty, Failure, Load, Pager, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

interface Verified {
	ok: boolean;
	entries?: number;
	count?: number;
	broken_at?: number | string | null;
	reason?: string | null;
}

export default function Audit({ place }: PageProps) {
	const cursor = place.query.get("cursor") ?? "";
	const load = useLoad(`audit ${cursor}`, (signal) => get<Page<Audited>>("/audit", { cursor, limit: 100 }, signal));
	const work = useWork();
	const [verified, setVerified] = useState<Verified>();
	return (
		<>
			<Title text={t("Audit log")}>
				<button type="button" disabled={work.busy} onClick={() => void work.run(async () => setVerified(await get<Verified>("/audit/verify")))}>
					{work.busy ? t("Checking …") : t("Check the chain")}
				</button>
			</Title>
			{work.error ? <Failure problem={work.error} /> : null}
			<div role="status">
				{verified ? verified.ok
					? <p class="note good">{tn("%s entry, none of them changed or missing.", "%s entries, none of them changed or missing.", verified.entries ?? verified.count ?? 0)}</p>
					: <p class="note bad">{t("The chain is broken at entry %s: from there on entries were changed or are missing.", String(verified.broken_at ?? "?"))}</p> : null}
			</div>
			<Load of={load}>
				{(data) => data.items.length ? (
					<>
						<Table caption={t("Audit log")} rows={data.items} keyOf={(a) => String(a.id)} columns={[
							{ name: "id", head: t("Number"), num: true, cell: (a) => (typeof a.id === "number" ? num(a.id) : a.id) },
							{ name: "at", head: t("When"), cell: (a) => <Moment at={a.at} /> },
							{ name: "who", head: t("Who"), cell: (a) => <Raw v={a.who} /> },
							{ name: "from", head: t("From"), cell: (a) => (a.from ? <Raw v={a.from} mono /> : "–") },
							{ name: "act", head: t("What"), cell: (a) => <Raw v={a.act} mono /> },
							{ name: "what", head: t("On what"), wide: true, cell: (a) => {
								const text = [a.what, a.detail].filter(Boolean).join(" ");
								return text ? <Raw v={text} prose /> : "–";
							} },
						]} />
						<Pager first={cursor ? withQuery(place.query, { cursor: "" }) : undefined} next={data.next ? withQuery(place.query, { cursor: data.next }) : undefined} />
					</>
				) : <Empty title={t("Nothing has been done yet.")} />}
			</Load>
		</>
	);
}
