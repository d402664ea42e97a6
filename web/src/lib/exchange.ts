/*
 * exchange: what the API answers of agreements, partners, transfers, objects and
 * syncs, and what its stable names are called on the page.
 */
import { isLang, LANGS, N_, t, type Lang } from "./i18n";

export interface AgreementHead {
	id: string;
	title: string;
	kind: string;
	state: string;
	ours: string;
	lead: string;
	version: number;
	opened: string | null;
	in_force: string | null;
	ends: string | null;
}

export interface AgreementParty {
	id: string;
	name: string;
	country: string | null;
	role: string;
	fingerprint: string;
	state: string;
	in_force: string | null;
	leaves: string | null;
	version: number;
	reserved: number[];
}

export interface Clause {
	number: number;
	category: string;
	purposes: string[];
	tlp: string;
	recipients: string;
	accounts: string;
	victims: string;
	v4_bits: number;
	v6_bits: number;
	ground: string | null;
	retention_days: number;
	onward: string;
	named: string[];
	excluded: string[];
}

export interface Agreement extends AgreementHead {
	sha256: string;
	wordings: string[];
	authentic: string[];
	force_count: number;
	force_delay_days: number;
	term_days: number;
	renewals: number;
	notice_days: number;
	parties: AgreementParty[];
	clauses: Clause[];
}

export interface AgreementText {
	version: number;
	versions: number;
	waits: boolean;
	titles: Record<string, string>;
	wordings: { lang: string; authentic: boolean; sha256: string }[];
	lang: string | null;
	wording: string | null;
	json: string;
}

export interface Act {
	number: number;
	act: string;
	party: string;
	at: string;
	date: string;
	receipt: string | null;
	clause: number | null;
	invited: string | null;
	paper: string;
	sha256: string;
}

export interface Proposal {
	number: number;
	agreement: string;
	act: string;
	receipt: boolean;
	party: string | null;
	clause: number | null;
	date: string | null;
	paper: string;
	fingerprint: string | null;
	by: string;
	at: string;
	own: boolean;
	state: string;
	decided_by: string | null;
	decided: string | null;
}

export interface Proposals {
	two_people: boolean;
	items: Proposal[];
}

// What came of an act: in the register, a line that is to be sent, or a proposal that waits.
export interface Signed {
	kept: boolean;
	line: string | null;
	proposal: number | null;
}

export interface Party {
	id: string;
	name: string;
	country: string | null;
	kind: string;
	key: string | null;
	fingerprint: string | null;
	url: string | null;
	certificate: number | null;
}

export interface Parties {
	self: { id: string; key: string; fingerprint: string } | null;
	items: Party[];
}

export interface Transfer {
	id: number;
	at: string;
	partner: string;
	record: string;
	purpose: string;
	allowed: boolean;
	rule: string;
	agreement: string | null;
	clause: number | null;
	profile: string | null;
	reason: string;
}

export interface Asked {
	items: { allowed: boolean; findings: number; rule: string; agreement: string | null; clause: number | null; profile: string | null; example: string; reason: string }[];
	findings: number;
	all: boolean;
}

export interface Origin {
	party: string;
	agreement: string;
	version: number;
	clause: number;
	received: string;
	until: string;
}

export interface ObjectHead {
	id: string;
	type: string;
	name: string | null;
	version: string;
	added: string;
	revoked: boolean;
	tlp: string | null;
}

export interface Indicator {
	id: string;
	name: string | null;
	kind: string;
	watched: string;
	state: string;
	why: string | null;
	from: string | null;
	until: string | null;
	sightings: number;
	first_seen: string | null;
	last_seen: string | null;
	find: Record<string, string> | null;
	tlp: string | null;
	origin: Origin | null;
}

export interface ObjectFull extends ObjectHead {
	collections: string[];
	versions: { version: string; added: string; revoked: boolean }[];
	origin: Origin | null;
	watched: Indicator[];
	json: string;
}

export interface Collection {
	id: string;
	alias: string;
	title: string;
	description: string | null;
	objects: number;
	created: string;
}

export interface Sync {
	id: number;
	partner: string;
	url: string;
	direction: "poll" | "push";
	remote: string;
	local: string;
	purpose: string;
	state: "waiting" | "running" | "failing" | "paused";
	last_try: string | null;
	last_ok: string | null;
	next_try: string | null;
	failures: number;
	error: string | null;
	received: number;
	known: number;
	refused: number;
	sent: number;
}

// --- words -----------------------------------------------------------------------

export const KINDS: Record<string, string> = {
	"memorandum": N_("Memorandum of understanding"),
	"technical-cooperation": N_("Technical-cooperation agreement"),
	"project": N_("Project"),
};
const STATES: Record<string, string> = {
	"draft": N_("being drafted"),
	"open": N_("open for signature"),
	"in-force": N_("in force"),
	"amended": N_("in force, amended"),
	"ended": N_("ended"),
};
const ADHESIONS: Record<string, string> = {
	"none": N_("no party"),
	"invited": N_("invited"),
	"signed": N_("signed"),
	"deposited": N_("deposited"),
	"in-force": N_("in force"),
	"withdrawal-notified": N_("leaving"),
	"left": N_("left"),
};
const ACTS: Record<string, string> = {
	"opened": N_("opened"),
	"invited": N_("invited"),
	"signed": N_("signed"),
	"deposited": N_("deposited"),
	"reserved": N_("made a reservation"),
	"reservation-withdrawn": N_("withdrew a reservation"),
	"withdrawal-notified": N_("gave notice of leaving"),
	"amended": N_("amended"),
	"ended": N_("ended"),
	"key-changed": N_("changed its key"),
};
export const ROLES: Record<string, string> = { member: N_("member"), expert: N_("expert"), donor: N_("donor") };
export const CATEGORIES: Record<string, string> = {
	"contact": N_("contacts"),
	"statistics": N_("aggregate statistics"),
	"abuse-report": N_("abuse reports"),
	"indicator": N_("indicators"),
	"spam-sample": N_("spam samples without content"),
	"spam-content": N_("spam samples with content"),
	"case-file": N_("case files"),
};
export const PURPOSES: Record<string, string> = {
	notify: N_("to have it repaired"),
	statistics: N_("for statistics"),
	protect: N_("to protect systems"),
};
export const PERSONAL: Record<string, string> = { removed: N_("left out"), reduced: N_("reduced"), whole: N_("whole") };
export const EXCLUDED: Record<string, string> = {
	expression: N_("never against the expression of opinions"),
	children: N_("data on children for their protection alone"),
	commerce: N_("not for commerce"),
	profiling: N_("not to make profiles of persons"),
};
// What no clause leaves out.
export const ALWAYS_EXCLUDED = ["expression", "children"];
export const PARTNER_KINDS: Record<string, string> = {
	node: N_("Entente node"), taxii: N_("TAXII server"), misp: N_("MISP"), other: N_("other system"),
};
const WATCHED: Record<string, string> = { "watched": N_("watched"), "not-watched": N_("not watched"), "revoked": N_("revoked") };
const SYNCS: Record<string, string> = { waiting: N_("waiting"), running: N_("running"), failing: N_("failing"), paused: N_("paused") };
// RED goes to nobody by itself: no clause may name it.
export const MARKS = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT"];

const word = (table: Record<string, string>, name: string | null | undefined): string =>
	name ? (Object.hasOwn(table, name) ? t(table[name]!) : name) : t("unknown");

export const kindName = (name: string): string => word(KINDS, name);
export const agreementState = (name: string): string => word(STATES, name);
export const adhesionState = (name: string): string => word(ADHESIONS, name);
export const partyAct = (name: string): string => word(ACTS, name);
export const partyRole = (name: string): string => word(ROLES, name);
export const categoryName = (name: string): string => word(CATEGORIES, name);
export const purposeName = (name: string): string => word(PURPOSES, name);
export const excludedName = (name: string): string => word(EXCLUDED, name);
export const partnerKind = (name: string): string => word(PARTNER_KINDS, name);
export const watchedState = (name: string): string => word(WATCHED, name);
export const syncState = (name: string): string => word(SYNCS, name);
export const choices = (table: Record<string, string>): [name: string, text: string][] => Object.entries(table).map(([k, v]) => [k, t(v)]);

// --- small things -----------------------------------------------------------------

// The reader's language first, the others in their usual order.
export const langsFrom = (first: Lang, there: readonly string[] = LANGS): Lang[] => {
	const all = LANGS.filter((l) => there.includes(l));
	return all.includes(first) ? [first, ...all.filter((l) => l !== first)] : all;
};
export const dirOf = (lang: string): "rtl" | "ltr" => (lang === "ar" ? "rtl" : "ltr");
export const langOf = (tag: string | null | undefined): Lang | undefined => (tag && isLang(tag) ? tag : undefined);

export const after = (from: Date, days: number): string => new Date(from.getTime() + days * 86_400_000).toISOString();

const hex = (bytes: ArrayBuffer): string => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");
// Browsers hash for pages that came by a secure connection alone.
export const canHash = (): boolean => typeof crypto !== "undefined" && !!crypto.subtle;
export const sha256 = async (bytes: BufferSource): Promise<string> => hex(await crypto.subtle.digest("SHA-256", bytes));
export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

// As the node shows a key's fingerprint: ten groups of four digits of its SHA-256.
export async function fingerprintOf(key: string): Promise<string | undefined> {
	if (!isSha256(key) || !canHash()) return undefined;
	const bytes = new Uint8Array((key.match(/../g) ?? []).map((b) => parseInt(b, 16)));
	return ((await sha256(bytes)).slice(0, 40).match(/.{4}/g) ?? []).join(" ");
}

// JSON in lines, every byte between its tokens as it came: numbers and order stay what they are.
export function indented(json: string): string {
	const out: string[] = [];
	let depth = 0;
	for (const m of json.matchAll(/\x22(?:[^\x22\\]|\\.)*\x22|[{}[\],:]|[^\s{}[\],:\x22]+|\x22/g)) {
		const token = m[0];
		if (token === "{" || token === "[") out.push(token, `\n${"  ".repeat(Math.min(++depth, 40))}`);
		else if (token === "}" || token === "]") out.push(`\n${"  ".repeat(Math.min((depth = Math.max(0, depth - 1)), 40))}`, token);
		else if (token === ",") out.push(`,\n${"  ".repeat(Math.min(depth, 40))}`);
		else out.push(token === ":" ? ": " : token);
	}
	return out.join("").replace(/([{[])\n *\n *([}\]])/g, "$1$2");
}

// What is on the page of a record: a finding by its name, an object by its id.
export const recordLink = (record: string): string | undefined =>
	/^F[0-9A-Z]{6,}$/.test(record) ? `/findings/${record}` : /^[a-z0-9-]+--[0-9a-f-]{36}$/i.test(record) ? `/objects/${encodeURIComponent(record)}` : undefined;
