/*
 * pages: the address decides the page, and the rights whether it is shown. A
 * page's code is loaded when it is first come to.
 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { N_, t } from "./lib/i18n";
import type { Place } from "./lib/route";
import { useSession } from "./lib/session";
import { Busy, Empty, Failure, Title } from "./ui/parts";
import { Problem } from "./lib/api";

export interface PageProps {
	place: Place;
	id?: string;
}

type Loader = () => Promise<{ default: ComponentType<PageProps> }>;

interface Row {
	path: string; // "/findings/:id"
	right: string; // "": everybody; "a|b": who has one of them
	load: Loader;
}

const ROWS: Row[] = [
	{ path: "/", right: "stats.read", load: () => import("./page/overview") },
	{ path: "/findings", right: "findings.read", load: () => import("./page/findings") },
	{ path: "/findings/:id", right: "findings.read", load: () => import("./page/finding") },
	{ path: "/reports", right: "reports.read", load: () => import("./page/reports") },
	{ path: "/reports/:id", right: "reports.read", load: () => import("./page/report") },
	{ path: "/contacts", right: "contacts.read", load: () => import("./page/contacts") },
	{ path: "/notices", right: "notices.read", load: () => import("./page/notices") },
	{ path: "/notices/:id", right: "notices.read", load: () => import("./page/notice") },
	{ path: "/agreements", right: "agreements.read", load: () => import("./page/agreements") },
	{ path: "/agreements/:id", right: "agreements.read", load: () => import("./page/agreement") },
	{ path: "/draft", right: "agreements.change", load: () => import("./page/draft") },
	{ path: "/partners", right: "agreements.read|accounts.read", load: () => import("./page/partners") },
	{ path: "/transfers", right: "agreements.read", load: () => import("./page/transfers") },
	{ path: "/transfers/ask", right: "agreements.read", load: () => import("./page/ask") },
	{ path: "/sync", right: "agreements.read", load: () => import("./page/sync") },
	{ path: "/indicators", right: "findings.read", load: () => import("./page/indicators") },
	{ path: "/sightings", right: "findings.read", load: () => import("./page/indicators") },
	{ path: "/objects", right: "findings.read", load: () => import("./page/objects") },
	{ path: "/objects/:id", right: "findings.read", load: () => import("./page/object") },
	{ path: "/lookup", right: "findings.read", load: () => import("./page/lookup") },
	{ path: "/accounts", right: "accounts.read", load: () => import("./page/accounts") },
	{ path: "/audit", right: "audit.read", load: () => import("./page/audit") },
	{ path: "/settings", right: "settings.read", load: () => import("./page/settings") },
	{ path: "/me", right: "self", load: () => import("./page/me") },
	{ path: "/sign-in", right: "", load: () => import("./page/signin") },
	{ path: "/about", right: "", load: () => import("./page/about") },
	{ path: "/report-incident", right: "", load: () => import("./page/incident") },
	{ path: "/listed", right: "", load: () => import("./page/listed") },
	{ path: "/reply/:id", right: "", load: () => import("./page/reply") },
];

interface Item {
	path: string;
	right: string;
	text: string;
	also?: string[]; // neighbours that the same entry stands for
}

// The places of the menu, in its order, under headings.
export const MENU: { head: string; items: Item[] }[] = [
	{ head: "", items: [{ path: "/", right: "stats.read", text: N_("Overview") }] },
	{
		head: N_("Incidents"), items: [
			{ path: "/findings", right: "findings.read", text: N_("Findings") },
			{ path: "/reports", right: "reports.read", text: N_("Reports") },
			{ path: "/notices", right: "notices.read", text: N_("Notices") },
			{ path: "/contacts", right: "contacts.read", text: N_("Networks and contacts") },
			{ path: "/lookup", right: "findings.read", text: N_("Look-up") },
		],
	},
	{
		head: N_("Exchange"), items: [
			{ path: "/agreements", right: "agreements.read", text: N_("Agreements"), also: ["/draft"] },
			{ path: "/partners", right: "agreements.read|accounts.read", text: N_("Partners") },
			{ path: "/transfers", right: "agreements.read", text: N_("Transfers") },
			{ path: "/sync", right: "agreements.read", text: N_("Synchronisation") },
			{ path: "/indicators", right: "findings.read", text: N_("Indicators and objects"), also: ["/sightings", "/objects"] },
		],
	},
	{
		head: N_("This node"), items: [
			{ path: "/accounts", right: "accounts.read", text: N_("Accounts") },
			{ path: "/audit", right: "audit.read", text: N_("Audit log") },
			{ path: "/settings", right: "settings.read", text: N_("Settings") },
		],
	},
];

// Has somebody one of these rights?
export const mayAny = (may: (right: string) => boolean, rights: string): boolean => rights.split("|").some(may);

export const PUBLIC_MENU: { path: string; text: string }[] = [
	{ path: "/about", text: N_("About us") },
	{ path: "/report-incident", text: N_("Report an incident") },
	{ path: "/listed", text: N_("Why is my address listed?") },
];

function find(path: string): { row: Row; id?: string } | undefined {
	const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
	for (const row of ROWS) {
		if (row.path === clean) return { row };
		if (!row.path.endsWith("/:id")) continue;
		const base = row.path.slice(0, -3);
		const rest = clean.startsWith(base) ? clean.slice(base.length) : "";
		if (!rest || rest.includes("/")) continue;
		try {
			return { row, id: decodeURIComponent(rest) };
		} catch {
			return undefined;
		}
	}
	return undefined;
}

const loaded = new Map<Row, ComponentType<PageProps>>();

function Lazy({ row, place, id }: { row: Row; place: Place; id?: string }) {
	const [, again] = useState(0);
	const [failed, setFailed] = useState(false);
	const Found = loaded.get(row);
	useEffect(() => {
		if (Found) return;
		let gone = false;
		row.load().then(
			(m) => {
				loaded.set(row, m.default);
				if (!gone) again((n) => n + 1);
			},
			() => gone || setFailed(true),
		);
		return () => void (gone = true);
	}, [row]);
	// Neighbours that share their code are pages of their own.
	if (Found) return <Found key={`${row.path} ${id ?? ""}`} place={place} id={id} />;
	// After an update of the node the old page's parts are gone: the new page has its own.
	if (failed) return <Failure problem={new Problem(0, t("This page could not be loaded"), t("The node may have been updated. Load the page again."))} retry={() => location.reload()} />;
	return <Busy />;
}

const ME = ROWS.find((r) => r.path === "/me")!;
const SIGN_IN = ROWS.find((r) => r.path === "/sign-in")!;

export function Pages({ place }: { place: Place }) {
	const { me, may } = useSession();
	const found = find(place.path);
	if (!found) {
		return (
			<>
				<Title text={t("There is no such page")} />
				<Empty title={t("The address may be misspelt, or the page was moved.")}>
					<p><a href="/">{t("To the overview")}</a></p>
				</Empty>
			</>
		);
	}
	const { row, id } = found;
	if ((me.must_change || me.second_factor_due) && row.right) return <Lazy row={ME} place={place} />;
	if (!row.right || mayAny(may, row.right)) return <Lazy row={row} place={place} id={id} />;
	// Sign in right here, then what was asked for is shown.
	if (me.kind === "nobody") return <Lazy row={SIGN_IN} place={place} />;
	const other = MENU.flatMap((g) => g.items).filter((m) => mayAny(may, m.right));
	return (
		<>
			<Title text={t("Your account may not see this page")} />
			<Empty title={t("An administrator of this node can change what your account may do.")}>
				{other.length ? <p>{t("You may see:")}</p> : null}
				<ul>{other.map((m) => <li key={m.path}><a href={m.path}>{t(m.text)}</a></li>)}</ul>
			</Empty>
		</>
	);
}
