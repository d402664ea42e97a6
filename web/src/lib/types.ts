/*
 * types: what the API answers (its OpenAPI description is the truth). null is
 * "not known" everywhere. Findings' ids are text, as they exceed 2^53.
 */
export interface Me {
	kind: "nobody" | "person" | "token" | "partner" | "here";
	name: string | null;
	display: string | null;
	mail: string | null;
	account: number | null;
	lang: string | null;
	country: string | null;
	roles: string[];
	rights: string[];
	second_factor: boolean; // the account has one
	must_change: boolean; // the password was given out: nothing but changing it is possible
	second_factor_due: boolean; // a role needs one here: nothing but setting it up is possible
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
	layer?: string;
	source?: string | null;
	scope: string;
	value: string;
	name: string | null;
	email: string;
	language?: string | null;
	format?: string;
	interval?: number | null; // seconds
	checked?: string | null;
	expires?: string | null;
	disputed?: string | null;
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
	key: string; // "": unknown
	number: number;
	as_name?: string | null;
	events: number;
	findings: number | null; // null: fewer than ten, for who sees no findings
}

export interface Median {
	median_s: number | null;
	count: number;
}

export interface Overview {
	reports: { received: number; reading: number; done: number; aside: number; nothing: number; events: number; bad: number; bytes: number; last: string | null };
	open: number;
	by_state: Record<State, number>;
	days: StatRow[];
	classes: StatRow[];
	countries: StatRow[];
	networks: StatRow[];
	times: { notify: Median; fix: Median };
	period_days: number;
}

export interface Notice {
	id: string;
	email: string;
	language: string;
	format: string;
	state: string;
	state_since: string | null;
	created: string;
	findings: number;
	attempts: number;
	next_try: string | null;
	reply: string | null; // what the mail server said
	prepared_by: string | null;
	approved_by: string | null;
	approved: string | null;
	answers: number;
}

export interface Given {
	answer: string;
	at: string;
	comment: string | null;
}

export interface NoticeFull extends Notice {
	subject: string | null;
	text: string | null;
	attachments: { name: string | null; type: string; bytes: number }[];
	rows: Finding[];
	answers_given: Given[];
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
	id: number;
	name: string;
	display: string;
	mail: string | null;
	lang: string | null;
	country: string | null;
	roles: string[];
	locked: boolean;
	must_change: boolean;
	second_factor: boolean;
	second_factor_due: boolean;
	created: string;
	changed: string;
	signed_in: string | null;
}

export interface Token {
	id: number;
	name: string;
	prefix: string;
	account: string;
	scopes: string[];
	created: string;
	expires: string;
	seen: string | null;
}

export interface Partner {
	id: number;
	name: string;
	sha256: string;
	scopes: string[];
	created: string | null;
	expires: string | null;
}

export interface SessionRow {
	id: number;
	created: string;
	seen: string;
	address: string | null;
	second_factor: boolean;
	this: boolean;
}

export interface Audited {
	id: number;
	at: string;
	kind: string;
	account: number | null;
	who: string | null;
	act: string;
	object: string | null;
	detail: string | null;
	address: string | null;
}

export interface About {
	name: string;
	country: string | null;
	mail: string | null;
	url: string | null;
	reports_url: string | null;
	openpgp: string | null;
	language: string;
	languages: string[];
	services: string[];
	policies: string[];
	tlp: string;
}
