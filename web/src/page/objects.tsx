/* objects: what is kept as STIX, in collections: looked through, searched, brought in. */
import { useEffect, useState } from "preact/hooks";
import { get, post, Problem, upload } from "../lib/api";
import type { Collection, ObjectHead } from "../lib/exchange";
import { num, percent, t, tn } from "../lib/i18n";
import { useLive } from "../lib/live";
import { searched, useLoad, useWork } from "../lib/load";
import { go, withQuery } from "../lib/route";
import { useSession } from "../lib/session";
import type { PageProps } from "../pages";
import { Tlp } from "../ui/exchange";
import { Card, Dialog, Empty, Failure, Field, Load, Pager, Stale, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";
import { objectAt, objectTabs } from "./indicators";

const TYPES = ["attack-pattern", "campaign", "course-of-action", "domain-name", "email-addr", "file", "grouping", "identity", "incident", "indicator", "infrastructure", "intrusion-set", "ipv4-addr", "ipv6-addr",
	"malware", "malware-analysis", "marking-definition", "note", "observed-data", "opinion", "relationship", "report", "sighting", "threat-actor", "tool", "url", "vulnerability"];

interface Added {
	collection: string;
	objects: number;
	added: number;
	known: number;
	other: number;
	wrong: number;
	refused: { item: number; id: string | null; reason: string }[];
}

/* The node takes so much at once; what is larger goes in on the command line. */
const BYTES_MAX = 64 * 1024 * 1024;

function BringIn({ collections, close, done }: { collections: Collection[]; close: () => void; done: () => void }) {
	const [file, setFile] = useState<File>();
	const [to, setTo] = useState("local");
	const [part, setPart] = useState<number>();
	const [added, setAdded] = useState<Added>();
	const [failed, setFailed] = useState<Problem>();
	const large = !!file && file.size > BYTES_MAX;
	const names = [...new Set(["local", ...collections.map((c) => c.alias)])];
	if (added) return (
		<Dialog title={t("Brought in")} close={done}>
			<p role="status">{tn("%s object was read: %s added, %s known, %s wrong.", "%s objects were read: %s added, %s known, %s wrong.", added.objects, added.added, added.known, added.wrong)}</p>
			{added.other ? <p class="note warn">{tn("%s was known with other bytes, and left out.", "%s were known with other bytes, and left out.", added.other)}</p> : null}
			{added.refused.length ? (
				<Table caption={t("Left out")} rows={added.refused} keyOf={(r) => String(r.item)} columns={[
					{ name: "item", head: t("Place"), num: true, cell: (r) => num(r.item) },
					{ name: "id", head: t("Object"), cell: (r) => (r.id ? <Raw v={r.id} mono brief /> : "–") },
					{ name: "reason", head: t("Reason"), wide: true, cell: (r) => <Raw v={r.reason} /> },
				]} />
			) : null}
			<p class="buttons"><button type="button" class="primary" onClick={done}>{t("Done")}</button></p>
		</Dialog>
	);
	return (
		<Dialog title={t("Bring objects in")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				if (!file || part !== undefined) return;
				setPart(0);
				setFailed(undefined);
				upload<Added>(file, file.name, { collection: to }, setPart, "/objects").promise
					.then(setAdded, (p: unknown) => setFailed(p instanceof Problem ? p : new Problem(0, String(p), "")))
					.finally(() => setPart(undefined));
			}}>
				{failed ? <Failure problem={failed} /> : null}
				<p>{t("A bundle, an envelope of TAXII, an array or JSON lines. Each object is checked; one that is wrong is named and left out, the others are kept.")}</p>
				<Field label={t("File")} error={large ? t("This file is too large here; “entente objects import” takes it.") : undefined}>
					{(p) => <input {...p} type="file" required onChange={(e) => setFile(e.currentTarget.files?.[0])} />}
				</Field>
				<Field label={t("Into the collection")}>
					{(p) => <select {...p} value={to} onChange={(e) => setTo(e.currentTarget.value)}>{names.map((n) => <option key={n} value={n}>{n}</option>)}</select>}
				</Field>
				{part !== undefined ? <p role="status">{part < 1 ? percent(part, 1) : t("being kept")}</p> : null}
				<p class="buttons">
					<button type="submit" class="primary" disabled={!file || large || part !== undefined}>{t("Bring it in")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

function NewCollection({ close, done }: { close: () => void; done: () => void }) {
	const work = useWork();
	const [v, setV] = useState({ alias: "", title: "", description: "" });
	const set = (k: keyof typeof v) => (e: { currentTarget: { value: string } }) => setV((old) => ({ ...old, [k]: e.currentTarget.value }));
	return (
		<Dialog title={t("New collection")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					await post("/collections", { alias: v.alias, title: v.title || null, description: v.description || null });
					done();
				});
			}}>
				{work.error && work.error.field !== "alias" ? <Failure problem={work.error} /> : null}
				<Field label={t("Name")} error={work.error?.field === "alias" ? work.error.message : undefined} hint={t("a-z, 0-9, and behind the first of them . _ -: TAXII clients ask for it by this.")}>
					{(p) => <input {...p} required dir="ltr" maxLength={100} pattern="[a-z0-9][a-z0-9._\-]*" value={v.alias} onInput={set("alias")} />}
				</Field>
				<Field label={t("Title")}>{(p) => <input {...p} dir="auto" maxLength={300} value={v.title} onInput={set("title")} />}</Field>
				<Field label={t("Description")}>{(p) => <textarea {...p} dir="auto" rows={3} maxLength={1000} value={v.description} onInput={set("description")} />}</Field>
				<p class="buttons">
					<button type="submit" class="primary" disabled={work.busy}>{t("Add")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

export default function Objects({ place }: PageProps) {
	const { may, say } = useSession();
	const query = place.query;
	const [q, setQ] = useState(query.get("q") ?? "");
	const [changed, setChanged] = useState(false);
	const [asking, setAsking] = useState<"in" | "collection">();
	const ask = new URLSearchParams({ limit: "50" });
	for (const f of ["collection", "type", "q", "cursor"]) if (query.get(f)) ask.set(f, query.get(f)!);
	const load = useLoad(ask.toString(), (signal) => searched<ObjectHead>("/objects", ask, signal));
	const collections = useLoad("collections", (signal) => get<{ items: Collection[] }>("/collections", {}, signal));
	useEffect(() => setChanged(false), [load.data]);
	useLive(["object"], () => setChanged(true));
	const again = () => {
		setAsking(undefined);
		load.reload();
		collections.reload();
	};
	const filtered = ["collection", "type", "q"].some((f) => query.get(f)), type = query.get("type") ?? "";
	return (
		<>
			<Title text={t("Objects")}>
				{may("reports.add") ? <button type="button" class="primary" onClick={() => setAsking("in")}>{t("Bring objects in")}</button> : null}
			</Title>
			{objectTabs("objects")}
			<form class="fields line" role="search" onSubmit={(e) => { e.preventDefault(); go(withQuery(query, { q: q.trim(), cursor: "" })); }}>
				<Field label={t("Collection")}>
					{(p) => <select {...p} value={query.get("collection") ?? ""} onChange={(e) => go(withQuery(query, { collection: e.currentTarget.value, cursor: "" }))}>
						<option value="">{t("all")}</option>
						{collections.data?.items.map((c) => <option key={c.alias} value={c.alias}>{c.alias}</option>)}
					</select>}
				</Field>
				<Field label={t("Type")}>
					{(p) => <select {...p} value={type} onChange={(e) => go(withQuery(query, { type: e.currentTarget.value, cursor: "" }))}>
						<option value="">{t("any")}</option>
						{type && !TYPES.includes(type) ? <option value={type}>{type}</option> : null}
						{TYPES.map((x) => <option key={x} value={x}>{x}</option>)}
					</select>}
				</Field>
				<Field label={t("Name or id")}>
					{(p) => <input {...p} type="search" dir={q ? "auto" : undefined} maxLength={300} value={q} onInput={(e) => setQ(e.currentTarget.value)} />}
				</Field>
				<p class="buttons"><button type="submit" class="primary">{t("Search")}</button></p>
			</form>
			<Stale on={changed} show={again} />
			<Load of={load}>
				{(data) => (
					<>
						{data.items.length ? (
							<Table caption={t("Objects")} rows={data.items} keyOf={(o) => o.id} columns={[
								{ name: "name", head: t("Object"), wide: true, cell: (o) => <><a href={objectAt(o.id)}>{o.name ? <Raw v={o.name} brief /> : <Raw v={o.id} mono />}</a>{o.name ? <><br /><span class="muted small"><Raw v={o.id} mono /></span></> : null}</> },
								{ name: "type", head: t("Type"), cell: (o) => <Raw v={o.type} mono /> },
								{ name: "tlp", head: t("Mark"), cell: (o) => <Tlp mark={o.tlp} /> },
								{ name: "version", head: t("Version"), cell: (o) => <Moment at={o.version} /> },
								{ name: "added", head: t("Added"), cell: (o) => <Moment at={o.added} /> },
								{ name: "revoked", head: t("Revoked"), cell: (o) => (o.revoked ? <span class="warn">{t("yes")}</span> : t("no")) },
							]} />
						) : (
							<Empty title={data.next ? t("Nothing among those looked through so far.") : filtered ? t("No object fits.") : t("There are no objects yet.")}>
								{data.next ? <p><a class="button" href={withQuery(query, { cursor: data.next })}>{t("Search on")}</a></p>
									: filtered ? <p><a href="/objects">{t("Without filters")}</a></p> : null}
							</Empty>
						)}
						<Pager first={query.get("cursor") ? withQuery(query, { cursor: "" }) : undefined} next={data.next && data.items.length ? withQuery(query, { cursor: data.next }) : undefined} />
					</>
				)}
			</Load>
			<div class="below">
				<Card title={t("Collections")} wide>
					<Load of={collections}>
						{(data) => data.items.length ? (
							<Table caption={t("Collections")} rows={data.items} keyOf={(c) => c.id} columns={[
								{ name: "alias", head: t("Name"), cell: (c) => <a href={`/objects?collection=${encodeURIComponent(c.alias)}`}><Raw v={c.alias} mono /></a> },
								{ name: "title", head: t("Title"), wide: true, cell: (c) => <><Raw v={c.title} brief />{c.description ? <><br /><span class="muted small"><Raw v={c.description} prose brief /></span></> : null}</> },
								{ name: "objects", head: t("Objects"), num: true, cell: (c) => num(c.objects) },
								{ name: "created", head: t("Since"), cell: (c) => <Moment at={c.created} /> },
								{ name: "id", head: t("Number"), cell: (c) => <Raw v={c.id} mono /> },
							]} />
						) : <p class="muted">{t("None yet. Objects that come without the name of one go into “local”.")}</p>}
					</Load>
					{may("reports.add") ? <p class="buttons"><button type="button" onClick={() => setAsking("collection")}>{t("New collection")}</button></p> : null}
				</Card>
			</div>
			{asking === "in" ? <BringIn collections={collections.data?.items ?? []} close={() => setAsking(undefined)} done={again} />
				: asking ? <NewCollection close={() => setAsking(undefined)} done={() => {
					say(t("The collection was made."));
					again();
				}} /> : null}
		</>
	);
}
