/*
 * types: what the API answers (its OpenAPI description is the truth). null is
 * "not known" everywhere. Findings' ids are text, as they exceed 2^53.
 */
export interface Me {
	kind: "nobody" | "person" | "token" | "partner" | "here";
	name: string;
	account: number | string | null;
	lang?: string | null;
	roles: string[];
	rights: string[];
	second_factor: boolean;
	csrf: string | null;
	node: { name: string; country: string | null; version: string };
}

export type State = "new" | "notified" | "acknowledged" | "resolved" | "returned";
export type Act = "acknowledge" | "resolve" | "reopen";

export interface Finding {
	id: string;
	name: string; // the same id, as people write it: "F600014VPVQPHC"
	class: string;
	taxonomy: string;
	place: string | null; // null: may not be shown
	ip: string | null;
	port: number | null;
	transport: string | null;
	identifier: string | null;
	label: string | null;
	asn: number | null;
	as_name: string | null;
	country: string | null;
	first_seen: string;
	last_seen: string;
	count: number;
	state: State;
	state_since: string | null;
	notified: string | null;
	feed: string | null;
	tlp: string | null;
}

export interface Where {
	report: number | string;
	file: string | null;
	offset: number;
	length: number;
	part: string;
}

export interface Contact {
	id: number | string;
	name?: string | null;
	email: string;
	scope?: string | null;
	value?: string | null;
	lang?: string | null;
	medium?: string | null;
	format?: string | null;
	interval_s?: number | null;
	source?: string | null;
	asserted?: string | null;
	valid_until?: string | null;
	[more: string]: unknown;
}

export interface FindingFull extends Finding {
	acts: { at: string; act: string; to: string; by: string; comment: string | null }[];
	notices?: { id: string; email: string; state: string; at: string | null }[];
	first: Where | null;
	last: Where | null;
	contacts?: Contact[];
	off?: string | null;
}

export interface Page<T> {
	items: T[];
	next: string | null;
}

export interface Report {
	id: number | string;
	name: string | null;
	feed: string | null;
	format: string | null;
	state: string;
	received: string;
	bytes: number;
	events: number | null;
	bad: number | null;
	sha256: string;
	reason: string | null;
}

export interface Bad {
	summary: { column: string | null; reason: string | null; count: number }[];
	examples: { line: number | null; offset: number; length: number; part: string | null; column: string | null; reason: string }[];
}

export interface StatRow {
	key: string | null;
	number: number | null;
	name?: string | null;
	events: number;
	findings: number;
}

export interface Median {
	median_s: number | null;
	count: number;
}

export interface Overview {
	reports: { total?: number; today?: number; week?: number; aside?: number; waiting?: number; bad?: number; last?: string | null; [more: string]: unknown };
	open: number;
	by_state: { [state: string]: number } | StatRow[];
	days: StatRow[];
	classes: StatRow[];
	countries: StatRow[];
	networks: StatRow[];
	times: { notify: Median; fix: Median };
}

export interface Notice {
	id: string;
	email: string;
	medium: string | null;
	lang: string | null;
	format: string | null;
	state: string;
	reply: string | null;
	created: string;
	state_since: string | null;
	next: string | null;
	findings: number;
	attempts: number | null;
	prepared_by?: string | null;
	approved_by?: string | null;
}

export interface NoticeFull extends Notice {
	subject: string | null;
	text: string | null;
	recipients: string[];
	rows: Record<string, unknown>[];
}

export interface Known {
	q: string;
	kind: string;
	asn: number | null;
	as_name: string | null;
	country: string | null;
	prefix: string | null;
	contacts: Contact[];
	findings: { open: number; total: number; last_seen: string | null };
}

export interface Account {
	id: number | string;
	name: string;
	mail?: string | null;
	lang?: string | null;
	roles: string[];
	locked: boolean;
	second_factor: boolean;
	created: string | null;
	last_seen: string | null;
}

export interface Token {
	id: number | string;
	name: string;
	scopes: string[];
	created: string | null;
	expires: string | null;
	last_used: string | null;
}

export interface Audited {
	id: number | string;
	at: string;
	who: string;
	from: string | null;
	act: string;
	what: string | null;
	detail: string | null;
	ok?: boolean | null;
}

export interface About {
	name: string;
	country: string | null;
	fields: { name: string; value: string }[];
	mail?: string | null;
	languages?: string[];
}
