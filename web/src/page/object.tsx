/* object: one of STIX, byte for byte as text, with its versions, where it lies and where it came from. */
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { del, get } from "../lib/api";
import { indented, type ObjectFull } from "../lib/exchange";
import { t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { go, withQuery } from "../lib/route";
import { useSession } from "../lib/session";
import type { PageProps } from "../pages";
import { OriginText, Tlp } from "../ui/exchange";
import { Card, Dialog, Facts, Failure, Field, Load, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";
import { watchedFacts } from "./indicators";

/* Some are files of megabytes: of these the beginning, until somebody asks for more. */
const SHOWN = 20_000;

function Json({ text }: { text: string }) {
	const [raw, setRaw] = useState(false);
	const [all, setAll] = useState(false);
	const shown = useMemo(() => (raw ? text : indented(all ? text : text.slice(0, SHOWN))), [text, raw, all]);
	const cut = !all && text.length > SHOWN;
	return (
		<>
			<label class="check"><input type="checkbox" checked={raw} onChange={(e) => setRaw(e.currentTarget.checked)} /><span>{t("exactly as it came")}</span></label>
			<pre class="code" tabIndex={0} dir="ltr"><Raw v={cut ? shown.slice(0, 2 * SHOWN) : shown} prose whole /></pre>
			{cut ? <p><button type="button" onClick={() => setAll(true)}>{t("Show all of it")}</button></p> : null}
		</>
	);
}

function TakeOut({ o, close }: { o: ObjectFull; close: () => void }) {
	const { say } = useSession();
	const work = useWork();
	const [reason, setReason] = useState("");
	const [from, setFrom] = useState("");
	return (
		<Dialog title={t("Take this object out?")} close={close}>
			<form onSubmit={(e) => {
				e.preventDefault();
				void work.run(async () => {
					await del(`/objects/${encodeURIComponent(o.id)}`, undefined, { reason, collection: from });
					say(t("The object was taken out."));
					go("/objects");
				});
			}}>
				{work.error ? <Failure problem={work.error} /> : null}
				<p>{t("All its versions go. Nothing tells partners that have it already; to take a statement back, revoke it.")}</p>
				<Field label={t("Of which collection")}>
					{(p) => <select {...p} value={from} onChange={(e) => setFrom(e.currentTarget.value)}>
						<option value="">{t("all")}</option>
						{o.collections.map((c) => <option key={c} value={c}>{c}</option>)}
					</select>}
				</Field>
				<Field label={t("Reason")} hint={t("It stands in the audit log.")}>{(p) => <input {...p} required dir="auto" maxLength={150} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />}</Field>
				<p class="buttons">
					<button type="submit" class="danger" disabled={work.busy || !reason.trim()}>{t("Take it out")}</button>
					<button type="button" onClick={close}>{t("Cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}

export default function ObjectPage({ place, id = "" }: PageProps) {
	const { may } = useSession();
	const version = place.query.get("version") ?? "";
	const load = useLoad(`${id} ${version}`, (signal) => get<ObjectFull>(`/objects/${encodeURIComponent(id)}`, { version }, signal));
	useLive(["object"], load.reload, undefined, 3000);
	const [asking, setAsking] = useState(false);
	return (
		<>
			<p class="back"><a href="/objects">{t("Objects")}</a></p>
			<Title text={t("Object")}>
				{load.data && may("reports.add") ? <button type="button" onClick={() => setAsking(true)}>{t("Take it out")}</button> : null}
			</Title>
			<Load of={load}>
				{(o) => (
					<>
						<div class="grid">
							<Card title={t("In short")}>
								<Facts rows={[
									[t("Name"), <Raw v={o.name} />],
									[t("Type"), <Raw v={o.type} mono />],
									["id", <Raw v={o.id} mono />],
									[t("Mark"), <Tlp mark={o.tlp} />],
									[t("Version"), <Moment at={o.version} />],
									[t("Added"), <Moment at={o.added} />],
									[t("Revoked"), o.revoked ? <span class="warn">{t("yes")}</span> : t("no")],
									[t("Collections"), o.collections.length ? o.collections.map((c, i) => <span key={c}>{i ? " · " : ""}<a href={`/objects?collection=${encodeURIComponent(c)}`}><Raw v={c} /></a></span>) : "–"],
									[t("Came from"), <OriginText o={o.origin} />],
									...(o.origin ? [[t("Received"), <Moment at={o.origin.received} />], [t("May be kept until"), <Moment at={o.origin.until} />]] as [string, ComponentChildren][] : []),
								]} />
							</Card>
							{o.watched[0] ? <Card title={t("As an indicator")}><Facts rows={watchedFacts(o.watched[0])} /></Card> : null}
							<Card title={t("Versions")}>
								<Table caption={t("Versions")} rows={o.versions} keyOf={(v) => v.version} columns={[
									{ name: "version", head: t("Version"), wide: true, cell: (v) => (v.version === o.version ? <strong><Moment at={v.version} /></strong> : <a href={withQuery(place.query, { version: v.version })}><Moment at={v.version} /></a>) },
									{ name: "added", head: t("Added"), cell: (v) => <Moment at={v.added} /> },
									{ name: "revoked", head: t("Revoked"), cell: (v) => (v.revoked ? t("yes") : t("no")) },
								]} />
							</Card>
							<Card title={t("The object")} wide><Json text={o.json} /></Card>
						</div>
						{asking ? <TakeOut o={o} close={() => setAsking(false)} /> : null}
					</>
				)}
			</Load>
		</>
	);
}
