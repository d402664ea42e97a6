/*
 * mock: a node to look at the page with: the API's shapes over made-up data,
 * some of it hostile. It keeps what is changed, so that a test sees it.
 */
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { CLASSES, findings, HOSTILE, reports } from "./mock_data";
import { exchange } from "./mock_exchange";

export interface Mock {
	url: string;
	requests: string[];
	push: (kind: string, id: string) => void;
	// Fail the next answers of a path that begins so.
	fail: (prefix: string, status: number | "cut" | "wait" | null) => void;
	// A node in which nothing has happened yet.
	empty: boolean;
	close: () => Promise<void>;
}

const RIGHTS: Record<string, string[]> = {
	administrator: ["stats.read", "settings.read", "settings.change", "accounts.read", "accounts", "audit.read", "self"],
	analyst: ["stats.read", "findings.read", "findings.act", "reports.read", "reports.raw", "reports.add", "contacts.read", "contacts.change", "notices.read", "notices.make", "notices.send", "agreements.read", "self"],
	coordinator: ["stats.read", "findings.read", "contacts.read", "contacts.change", "notices.read", "agreements.read", "agreements.change", "self"],
	viewer: ["stats.read", "findings.read", "self"],
};

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const TYPES: Record<string, string> = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", json: "application/json", svg: "image/svg+xml" };

const NOW = Date.now();
const iso = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000", "");
const before = (h: number) => iso(NOW - h * 3600_000);

interface Account { id: number; name: string; password: string; totp: boolean; roles: string[]; locked: boolean; mail: string | null; must_change?: boolean; due?: boolean }

export async function mockStart(dist: string): Promise<Mock> {
	const all = findings(230, NOW);
	const allReports = reports(NOW);
	const others = exchange(NOW);
	const accounts: Account[] = [
		{ id: 1, name: "ana", password: "correct horse battery", totp: false, roles: ["administrator", "analyst", "coordinator"], locked: false, mail: "ana@csirt.example" },
		{ id: 2, name: "tess", password: "correct horse battery", totp: true, roles: ["analyst"], locked: false, mail: null },
		{ id: 4, name: "fresh", password: "given out once", totp: false, roles: ["viewer"], locked: false, mail: null, must_change: true },
		{ id: 5, name: "mina", password: "correct horse battery", totp: false, roles: ["administrator", "analyst"], locked: false, mail: null },
		{ id: 6, name: "dora", password: "correct horse battery", totp: false, roles: ["administrator", "analyst"], locked: false, mail: null, due: true },
		{ id: 7, name: "deem", password: "correct horse battery", totp: false, roles: ["administrator", "analyst"], locked: false, mail: null, due: true },
		{ id: 8, name: "reader", password: "correct horse battery", totp: false, roles: ["analyst"], locked: false, mail: null },
		{ id: 3, name: "viewer", password: "correct horse battery", totp: false, roles: ["viewer"], locked: true, mail: "v@csirt.example" },
	];
	const notices = [
		{ id: "N4Q1-1", email: "abuse@isp.example", state: "draft", findings: 12, language: "en", created: before(3), state_since: before(3), attempts: 0, reply: null as string | null },
		{ id: "N4Q1-2", email: "soc@bank.example", state: "sent", findings: 3, language: "fr", created: before(30), state_since: before(28), attempts: 1, reply: "250 2.0.0 Ok: queued" },
		{ id: "N4Q1-3", email: HOSTILE.mail, state: "failed", findings: 1, language: "ar", created: before(50), state_since: before(2), attempts: 4, reply: "451 4.7.1 Greylisting in action, please come back later" },
		{ id: "N4Q1-4", email: "noc@carrier.example", state: "uncertain", findings: 7, language: "ru", created: before(70), state_since: before(60), attempts: 1, reply: null },
	].map((n) => ({ format: "csv", next_try: n.state === "failed" ? before(-1) : null, prepared_by: "tess", approved_by: n.state === "sent" ? "ana" : null, approved: n.state === "sent" ? before(29) : null, answers: n.state === "sent" ? 1 : 0, ...n }));
	let contacts = [
		{ id: 1, layer: "manual", scope: "asn", value: "64496", email: "abuse@isp.example", name: "Example ISP", language: "en", format: "csv", interval: 86400, source: null, openpgp: null, url: null, checked: before(900), expires: null, disputed: null },
		{ id: 2, layer: "imported", scope: "prefix", value: "198.51.100.0/24", email: "soc@bank.example", name: HOSTILE.bidi, language: "fr", format: "csv", interval: 604800, source: "ripe", openpgp: null, url: null, checked: before(90), expires: null, disputed: before(9) },
		{ id: 3, layer: "imported", scope: "country", value: "CH", email: "cert@cert.example", name: null, language: null, format: "csv", interval: null, source: "first", openpgp: null, url: null, checked: null, expires: null, disputed: null },
	] as Record<string, unknown>[];
	let off = [{ id: 1, scope: "prefix", value: "203.0.113.0/24", class: null, feed: null, until: null, reason: "they asked to be left out", by: "ana", from: before(100) }] as Record<string, unknown>[];
	const tokens: Record<string, unknown>[] = [{ id: 1, name: "ci", prefix: "ente_4f7k", account: "ana", scopes: ["findings.read"], created: before(500), expires: before(-900), seen: before(4) }];
	const partners: Record<string, unknown>[] = [{ id: 1, name: "CERT-XY \u202e<b>", sha256: "66b39e537beb8938e8bc8d922788b51706093195bc884f9d3a503f83988cc709", scopes: ["reports.add"], created: before(700), expires: before(-9000) }];
	const settings = [["node.name", "CSIRT of Exampleland", true], ["node.country", "CH", true], ["node.mail", "csirt@csirt.example", true], ["notices.interval", "1 day", true], ["notices.two_people", "yes", true], ["server.listen", "[::]:8443", false], ["server.public", "yes", true], ["server.second_factor", "", true]].map(([name, value, changeable]) => ({ name: String(name), value: String(value), changeable: changeable === true }));
	const answers: { answer: string; at: string; comment: string | null }[] = [];
	const sessions = new Map<string, Account>();
	const live = new Set<http.ServerResponse>();
	const failing = new Map<string, number | "cut" | "wait">();
	const mock: Mock = { url: "", requests: [], empty: false, push: () => {}, fail: () => {}, close: async () => {} };
	mock.push = (kind, id) => live.forEach((r) => r.write(`event: ${kind}\ndata: {"id":"${id}"}\n\n`));
	mock.fail = (prefix, status) => void (status === null ? failing.delete(prefix) : failing.set(prefix, status));

	const due = (a?: Account) => !!a?.due && !a.totp;
	const meOf = (a?: Account) => ({
		kind: a ? "person" : "nobody", name: a?.name ?? null, display: a ? `${a.name} of the desk` : null, mail: a?.mail ?? null, country: null, must_change: a?.must_change ?? false, account: a?.id ?? null, lang: null, roles: a?.roles ?? [],
		rights: a ? due(a) ? ["self"] : [...new Set(a.roles.flatMap((r) => RIGHTS[r] ?? []))] : [], second_factor: a?.totp ?? false, second_factor_due: due(a), csrf: a ? "csrf-of-the-mock" : null,
		node: { name: "CSIRT of Exampleland", country: "CH", version: "0.1.0" },
	});

	const matching = (q: URLSearchParams) => (mock.empty ? [] : all).filter((f) => {
		const states = q.get("state")?.split(",").flatMap((s) => (s === "open" ? ["new", "notified", "acknowledged", "returned"] : [s]));
		return (!states || states.includes(f.state)) && (!q.get("class") || f.class === q.get("class")) && (!q.get("taxonomy") || f.taxonomy === q.get("taxonomy"))
			&& (!q.get("country") || (f.country ?? "-") === q.get("country")) && (!q.get("asn") || String(f.asn ?? 0) === q.get("asn"))
			&& (!q.get("prefix") || (f.ip ?? "").startsWith(q.get("prefix")!.replace(/(\.0)+\/\d+$/, ".").replace(/\/\d+$/, ""))) && (!q.get("feed") || f.feed === q.get("feed")) && (!q.get("text") || `${f.place} ${f.label}`.toLowerCase().includes(q.get("text")!.toLowerCase()));
	});

	const page = <T>(rows: T[], q: URLSearchParams) => {
		const at = Number(q.get("cursor") ?? 0), limit = Number(q.get("limit") ?? 50);
		return { items: rows.slice(at, at + limit), next: at + limit < rows.length ? String(at + limit) : null };
	};

	const top = (key: (f: (typeof all)[number]) => string | number | null, n = 12) => {
		const by = new Map<string | number | null, { events: number; findings: number }>();
		for (const f of mock.empty ? [] : all) {
			const k = key(f), row = by.get(k) ?? { events: 0, findings: 0 };
			row.events += f.count;
			row.findings++;
			by.set(k, row);
		}
		return [...by].map(([k, v]) => ({ key: typeof k === "number" ? `AS${k}` : (k ?? ""), number: typeof k === "number" ? k : 0, ...v })).sort((a, b) => b.findings - a.findings).slice(0, n);
	};

	type Answer = [status: number, body: unknown];
	const no = (status: number, title: string, detail: string, more: object = {}): Answer => [status, { type: "about:blank", title, status, detail, ...more }];

	function api(method: string, at: string, q: URLSearchParams, body: Record<string, unknown>, who: Account | undefined, set: (cookie: string) => void): Answer {
		const m = (pattern: string) => `${method} ${at}` === pattern;
		const id = (pattern: RegExp) => pattern.exec(`${method} ${at}`)?.[1];
		const need = (right: string) => meOf(who).rights.includes(right);
		if (m("GET /me")) return [200, meOf(who)];
		if (m("POST /session")) {
			const a = accounts.find((x) => x.name === body.name && x.password === body.password);
			if (!a) return no(401, "That did not work", "the name or the password is wrong");
			if (a.totp && !body.code) return no(401, "A code is needed", "this account asks for a code as well", { code_required: true });
			if (a.totp && body.code !== "123456") return no(401, "That did not work", "the code is wrong");
			const s = `s${Math.random().toString(36).slice(2)}`;
			sessions.set(s, a);
			set(s);
			return [201, meOf(a)];
		}
		if (m("DELETE /session")) return [204, undefined];
		if (m("GET /public/about")) return [200, { name: "CSIRT of Exampleland", country: "CH", mail: "csirt@csirt.example", url: "https://csirt.example/", reports_url: null, openpgp: "AAAA BBBB CCCC DDDD EEEE FFFF 0000 1111 2222 3333", language: "en", languages: ["en", "fr", "ar"], services: ["Takes in reports of incidents and tells those who can repair them"], policies: ["What you tell us goes to those who need it to repair the damage, and to nobody else"], tlp: "AMBER" }];
		if (m("POST /public/report")) return String(body.text ?? body.mail ?? "").includes("refuse") ? no(400, "This cannot be read", "it is no mail", { field: "text" }) : [202, { number: "R2026-000042" }];
		if (m("GET /public/listed")) {
			const ip = q.get("ip") || "127.0.0.1";
			if (!/^[0-9a-f.:]+$/i.test(ip)) return no(400, "This is no address", `"${ip}" is not an IP address`, { field: "ip" });
			const own = !!who || ip === "127.0.0.1";
			return [200, { ip, own, listed: own ? ip.startsWith("192.0.2.") : null, contact: "csirt@csirt.example", items: own && ip.startsWith("192.0.2.") ? [{ class: "infected-system", title: "Infected system", count: 7, port: null, first_seen: before(400), last_seen: before(20), advice: "Cut the system from the network, look for the malware named in the notice, set it up anew, and change the passwords that were used on it." }] : [] }];
		}
		const token = id(/^(?:GET|POST) \/reply\/(.+)$/);
		if (token) {
			if (token !== "good-token") return no(404, "This link does not work", "it has expired, or is not whole");
			if (method === "POST") {
				answers.push({ answer: String(body.answer), at: iso(Date.now()), comment: (body.comment as string | null) ?? null });
				return [200, {}];
			}
			return [200, { notice: "N4Q1-2", from: "CSIRT of Exampleland", created: before(28), expires: before(-2000), findings: 3, classes: [{ class: "infected-system", title: "Infected system", findings: 2 }, { class: "phishing", title: "Phishing", findings: 1 }], answers_given: answers }];
		}
		if (!who) return no(401, "Please sign in", "");
		if (due(who) && !m("POST /me/totp") && !m("POST /me/totp/confirm") && !m("DELETE /session")) return no(403, "You may not do this", "your role needs a second factor here", { second_factor_due: true });
		if (m("GET /overview")) {
			if (mock.empty) return [200, { reports: { received: 0, reading: 0, done: 0, aside: 0, nothing: 0, events: 0, bad: 0, bytes: 0, last: null }, period_days: 30, open: 0, by_state: { new: 0, notified: 0, acknowledged: 0, resolved: 0, returned: 0 }, days: [], classes: [], countries: [], networks: [], times: { notify: { median_s: null, count: 0 }, fix: { median_s: null, count: 0 } } }];
			const by_state: Record<string, number> = {};
			for (const f of all) by_state[f.state] = (by_state[f.state] ?? 0) + 1;
			return [200, {
				reports: { received: 1, reading: 1, done: 61, aside: 1, nothing: 1, events: 81230, bad: 14, bytes: 91_200_000, last: before(1.5) }, period_days: 30, open: all.filter((f) => f.state !== "resolved").length, by_state,
				days: Array.from({ length: 30 }, (_, i) => ({ key: iso(NOW - (29 - i) * 86400_000).slice(0, 10), number: 0, events: Math.round(900 + 700 * Math.sin(i / 3) + ((i * 7919) % 300)), findings: 3 + ((i * 31) % 17) })),
				classes: top((f) => f.class), countries: top((f) => f.country, 60), networks: top((f) => f.asn).map((r) => ({ ...r, as_name: r.number ? `Network ${r.number}` : null })),
				times: { notify: { median_s: 5520, count: 143 }, fix: { median_s: 389_000, count: 58 } },
			}];
		}
		if (m("GET /findings")) return need("findings.read") ? [200, page(matching(q), q)] : no(403, "Your account may not do this", "");
		if (m("GET /findings/count")) return [200, { count: matching(q).length, exact: true }];
		if (m("POST /findings/acts")) {
			const to = { acknowledge: "acknowledged", resolve: "resolved", reopen: "new" }[String(body.act)]!;
			const filter = body.filter as Record<string, string> | undefined;
			const ids = (body.ids as string[] | undefined) ?? matching(new URLSearchParams(Object.entries(filter ?? {}).map(([k, v]) => [k, String(v)]))).map((f) => f.id);
			const refused: { id: string; reason: string }[] = [];
			let done = 0;
			for (const i of ids) {
				const f = all.find((x) => x.id === i);
				if (!f || f.state === to) refused.push({ id: i, reason: "this means nothing in its state" });
				else {
					f.state = to as typeof f.state;
					f.state_since = iso(Date.now());
					f.acts.push({ at: iso(Date.now()), act: String(body.act), to, by: who.name, comment: String(body.comment ?? "") || null });
					done++;
				}
			}
			return [200, { done, refused }];
		}
		const events = id(/^GET \/findings\/([^/]+)\/events$/);
		if (events) {
			const f = all.find((x) => x.id === events);
			return [200, { items: f ? [{ "time.source": f.last_seen, "source.ip": f.ip, "classification.type": f.class, "malware.name": f.label, "source.url": HOSTILE.url, "extra": { user_agent: HOSTILE.html, "tag": HOSTILE.bidi } }] : [], more: true }];
		}
		const one = id(/^GET \/findings\/([^/]+)$/);
		if (one) {
			const f = all.find((x) => x.id === one);
			if (!f) return no(404, "There is nothing here", "no such finding");
			const where = { report: 3, file: allReports[2]!.name, part: "", offset: 4096, length: 220 };
			return [200, { ...f, first: where, last: where, notices: [{ id: "N4Q1-2", email: "abuse@isp.example", state: "sent", at: before(28) }], contacts: [{ as: "contact", id: 1, scope: "asn", value: "64496", name: "Example ISP", email: "abuse@isp.example" }] }];
		}
		if (m("GET /reports")) return [200, page((mock.empty ? [] : allReports).filter((r) => (!q.get("state") || r.state === q.get("state")) && (!q.get("bad") || r.bad)), q)];
		const bad = id(/^GET \/reports\/([^/]+)\/bad$/);
		if (bad) {
			const r = allReports.find((x) => String(x.id) === bad);
			return [200, r?.bad ? { bad: r.bad, summary: [{ column: "ip", reason: "is not an IP address", count: r.bad - 1 }, { column: null, reason: HOSTILE.html, count: 1 }], examples: [{ part: "", line: 14, offset: 1033, length: 71, column: "ip", reason: `column "ip": "${HOSTILE.bidi}" is not an IP address` }] } : { bad: 0, summary: [], examples: [] }];
		}
		const retry = id(/^POST \/reports\/([^/]+)\/retry$/);
		if (retry) return [202, { id: Number(retry) }];
		const report = id(/^GET \/reports\/([^/]+)$/);
		if (report) {
			const r = allReports.find((x) => String(x.id) === report);
			return r ? [200, { ...r, options: null, reads: 1 }] : no(404, "There is nothing here", "no such report");
		}
		if (m("GET /networks")) return [200, { items: q.get("ip")?.startsWith("192.0.2.") || q.get("asn") ? [{ first: "192.0.2.0", last: "192.0.2.255", asn: 64496, as_name: HOSTILE.html, country: "CH" }] : [] }];
		if (m("GET /contacts")) return [200, page(contacts.filter((c) => !q.get("text") || JSON.stringify(c).includes(q.get("text")!)), q)];
		if (m("POST /contacts")) {
			if (!/^[\w./:-]+$/.test(String(body.value))) return no(400, "This cannot be read", `"${String(body.value)}" is not a network`, { field: "value" });
			contacts.push({ id: contacts.length + 10, layer: "manual", ...body, source: null, checked: iso(Date.now()), interval: null, disputed: null });
			return [201, contacts.at(-1)];
		}
		if (m("GET /contacts/off")) return [200, { items: off }];
		if (m("POST /contacts/off")) {
			off.push({ id: off.length + 1, scope: null, value: null, class: null, feed: null, until: null, by: who.name, from: iso(Date.now()), ...body });
			return [201, off.at(-1)];
		}
		const back = id(/^DELETE \/contacts\/off\/(\d+)$/);
		if (back) {
			off = off.filter((o) => String(o.id) !== back);
			return [204, undefined];
		}
		const gone = id(/^DELETE \/contacts\/(\d+)$/);
		if (gone) {
			contacts = contacts.filter((c) => String(c.id) !== gone);
			return [204, undefined];
		}
		if (m("GET /notices")) return [200, page((mock.empty ? [] : notices).filter((n) => !q.get("state") || n.state === q.get("state")), q)];
		const summary = { looked_at: 230, told: 0, policy_refused: 3, nobody: 12, off: 1, waiting: 0, notices: 0, taken_out: 0, withdrawn: 0, sent: 0, later: 0, refused: 0, uncertain: 0 };
		if (m("POST /notices/prepare")) {
			if (body.dry_run) return [200, { ...summary, told: 17, notices: 2, plan: [{ email: "abuse@isp.example", language: "en", format: "csv", findings: 12, interval: 86400, due: null }, { email: "soc@bank.example", language: "fr", format: "csv", findings: 5, interval: 86400, due: before(-5) }] }];
			notices.unshift({ ...notices[0]!, id: "N4Q1-9", state: "draft", approved_by: null, prepared_by: who.name });
			return [200, { ...summary, told: 12, notices: 1, plan: [] }];
		}
		if (m("POST /notices/send")) {
			for (const n of notices) if (n.state === "queued") n.state = "sent";
			return [200, { ...summary, queued: true }];
		}
		if (m("GET /notices/answers")) return [200, { items: [{ notice: "N4Q1-2", email: "soc@bank.example", answer: "fixed", at: before(1), comment: HOSTILE.html }] }];
		const decide = /^POST \/notices\/([^/]+)\/(approve|withdraw|again|arrived)$/.exec(`${method} ${at}`);
		if (decide) {
			const n = notices.find((x) => x.id === decide[1]);
			if (!n) return no(404, "There is nothing here", "");
			if (decide[2] === "approve" && n.prepared_by === who.name) return no(403, "Somebody else must approve it", "nobody approves what they prepared themselves");
			n.state = { approve: "queued", withdraw: "withdrawn", again: "queued", arrived: "sent" }[decide[2]!]!;
			n.approved_by = decide[2] === "approve" ? who.name : null;
			return [200, n];
		}
		const notice = id(/^GET \/notices\/([^/]+)$/);
		if (notice) {
			const n = notices.find((x) => x.id === notice);
			if (!n) return no(404, "There is nothing here", "no such notice");
			return [200, { ...n, subject: "Systems in your network: 12 findings", text: `Dear colleague,\n\nwe were told of systems in your network that need attention.\nThey are in the attached table.\n\n${HOSTILE.html}\n\nCSIRT of Exampleland`, attachments: [{ name: "findings.csv", type: "text/csv", bytes: 4120 }], rows: all.slice(0, n.findings), answers_given: n.answers ? [{ answer: "need-help", at: before(5), comment: HOSTILE.bidi }] : [] }];
		}
		const known = (text: string) => {
			const hits = all.filter((f) => f.place?.includes(text) || `AS${f.asn}` === text);
			return { q: text, kind: /^AS\d+$/.test(text) ? "asn" : text.includes("/") ? "prefix" : /[a-z]/.test(text) ? "domain" : "ip", asn: 64496, as_name: "Example ISP", country: "CH", prefix: "192.0.2.0/24", contacts: contacts.slice(0, 1), findings: { open: hits.filter((f) => f.state !== "resolved").length, total: hits.length, last_seen: hits[0]?.last_seen ?? null } };
		};
		if (m("GET /lookup")) return [200, known(q.get("q") ?? "")];
		if (m("POST /lookup")) return [200, { items: (body.q as string[]).map(known) }];
		const accountOf = (a: Account) => ({ id: a.id, name: a.name, display: `${a.name} of the desk`, mail: a.mail, lang: null, country: null, roles: a.roles, locked: a.locked, must_change: a.must_change ?? false, second_factor: a.totp, second_factor_due: due(a), created: before(5000), changed: before(50), signed_in: a.locked ? null : before(a.id) });
		if (m("GET /accounts")) return [200, { items: accounts.map(accountOf) }];
		if (m("POST /accounts")) {
			if (accounts.some((a) => a.name === body.name)) return no(409, "This name is taken", "there is such an account", { field: "name" });
			accounts.push({ id: accounts.length + 1, name: String(body.name), password: "x", totp: false, roles: body.roles as string[], locked: false, mail: null });
			return [201, { ...accountOf(accounts.at(-1)!), password: "plum-anchor-silver-moss" }];
		}
		if (m("GET /partners")) return [200, { items: partners }];
		if (m("POST /partners")) {
			if (!String(body.certificate).includes("BEGIN CERTIFICATE")) return no(400, "This cannot be used", "this is no certificate in PEM", { field: "certificate" });
			partners.push({ id: partners.length + 1, name: body.name, sha256: "0".repeat(64), scopes: body.scopes, created: iso(Date.now()), expires: before(-9000) });
			return [201, partners.at(-1)];
		}
		const dismissed = /^DELETE \/partners\/(\d+)$/.exec(`${method} ${at}`);
		if (dismissed) {
			partners.splice(partners.findIndex((x) => String(x.id) === dismissed[1]), 1);
			return [204, undefined];
		}
		const account = /^(PATCH|POST) \/accounts\/(\d+)(?:\/(reset|lock|unlock))?$/.exec(`${method} ${at}`);
		if (account) {
			const a = accounts.find((x) => String(x.id) === account[2]);
			if (!a) return no(404, "There is nothing here", "");
			if (account[3] === "lock" || account[3] === "unlock") a.locked = account[3] === "lock";
			if (account[1] === "PATCH") a.roles = body.roles as string[];
			return [200, account[3] === "reset" ? { ...accountOf(a), password: "tin-orchard-velvet-nine" } : accountOf(a)];
		}
		if (m("GET /audit/verify")) return [200, { state: "whole", rows: q.get("after") ? 1234 : 1000, bad: null, head: "ab", next: q.get("after") ? null : "1000" }];
		if (m("GET /audit")) {
			const p = page(Array.from({ length: 130 }, (_, i) => ({ id: 1234 - i, at: before(i), kind: "person", account: 1, who: i % 7 ? "ana" : HOSTILE.bidi, address: "192.0.2.7", act: ["session.begin", "finding.act", "notice.approve", "setting.change"][i % 4]!, object: i % 4 ? `${i}` : null, detail: i % 5 ? null : HOSTILE.html })), q);
			return [200, { ...p, next: p.next === null ? null : Number(p.next) }];
		}
		if (m("GET /settings")) return [200, { items: settings }];
		if (m("PATCH /settings")) {
			for (const { name, value } of body.set as { name: string; value: string }[]) {
				const found = settings.find((x) => x.name === name);
				if (!found?.changeable) return no(403, "This is not changed from here", name, { field: "name" });
				found.value = value;
			}
			return [200, { items: settings }];
		}
		if (m("PATCH /me")) return [204, undefined];
		if (m("GET /me/sessions")) return [200, { items: [{ id: 1, created: before(1), seen: before(0), address: "192.0.2.7", second_factor: who.totp, this: true }, { id: 2, created: before(80), seen: before(20), address: "2001:db8::7", second_factor: who.totp, this: false }] }];
		if (m("DELETE /me/sessions")) return [204, undefined];
		if (m("GET /tokens")) return [200, { items: tokens }];
		if (m("POST /tokens")) {
			const made = { id: tokens.length + 1, name: body.name, scopes: body.scopes, prefix: "ente_MOCK", account: who.name, created: iso(Date.now()), expires: before(-24 * Number(body.days)), seen: null };
			tokens.push(made);
			return [201, { ...made, token: "ente_MOCKMOCKMOCKMOCKMOCK" }];
		}
		const ended = id(/^DELETE \/tokens\/(\d+)$/);
		if (ended) {
			tokens.splice(tokens.findIndex((k) => String(k.id) === ended), 1);
			return [204, undefined];
		}
		if (m("POST /me/password")) {
			if (body.current !== who.password) return no(403, "That did not work", "the password is wrong", { field: "current" });
			who.password = String(body.password);
			who.must_change = false;
			return [204, undefined];
		}
		if (m("POST /me/totp")) return body.current === who.password
			? [200, { secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", uri: "otpauth://totp/CSIRT%20of%20Exampleland:ana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=CSIRT%20of%20Exampleland" }]
			: no(403, "That did not work", "the password is wrong", { field: "current" });
		if (m("POST /me/totp/confirm")) {
			if (body.code !== "123456") return no(400, "That did not work", "the code is wrong", { field: "code" });
			who.totp = true;
			return [200, { recovery_codes: ["4f7k-92mm", "a8q2-11zp", "k3k3-77xy"] }];
		}
		return others(method, at, q, body, mock.empty, no) ?? no(404, "There is nothing here", "");
	}

	function file(at: string, res: http.ServerResponse, accept: string) {
		const assetPath = path.join(dist, at);
		const isAsset = /^\/assets\/[\w.-]+$/.test(at) && fs.existsSync(assetPath);
		if (at.startsWith("/assets/") && !isAsset) return void res.writeHead(404).end();
		const real = isAsset ? assetPath : path.join(dist, "index.html");
		const packed = accept.includes("br");
		res.writeHead(200, {
			"Content-Type": TYPES[real.split(".").at(-1)!] ?? "application/octet-stream", "Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff",
			"Cache-Control": isAsset ? "public, max-age=31536000, immutable" : "no-cache", ...(packed ? { "Content-Encoding": "br" } : {}),
		});
		res.end(fs.readFileSync(packed ? `${real}.br` : real));
	}

	const server = http.createServer(async (req, res) => {
		const u = new URL(req.url ?? "/", "http://mock");
		mock.requests.push(`${req.method} ${u.pathname}${u.search}`);
		if (!u.pathname.startsWith("/api/v1")) return file(u.pathname, res, String(req.headers["accept-encoding"] ?? ""));
		const at = u.pathname.slice(7);
		for (const [prefix, status] of failing) {
			if (!at.startsWith(prefix)) continue;
			if (status === "wait") {
				while (failing.get(prefix) === "wait") await new Promise((done) => setTimeout(done, 50));
				continue;
			}
			if (status === "cut") return void req.socket.destroy();
			res.writeHead(status, { "Content-Type": "application/problem+json" });
			return void res.end(JSON.stringify({ title: "The node had a fault", status, detail: "the store could not be read" }));
		}
		const cookie = /__Host-entente=(\w+)/.exec(req.headers.cookie ?? "")?.[1] ?? /mock=(\w+)/.exec(req.headers.cookie ?? "")?.[1];
		const who = cookie ? sessions.get(cookie) : undefined;
		if (at === "/live") {
			if (!who) return void res.writeHead(401).end();
			res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
			res.write(": hello\n\n");
			live.add(res);
			return void req.on("close", () => live.delete(res));
		}
		const chunks: Buffer[] = [];
		req.on("data", (c: Buffer) => chunks.push(c));
		req.on("end", () => {
			const raw = Buffer.concat(chunks);
			const headers: Record<string, string> = { "Content-Type": "application/json", "Cache-Control": "no-store" };
			if (req.method !== "GET" && who && req.headers["x-csrf-token"] !== "csrf-of-the-mock") {
				res.writeHead(403, headers);
				return void res.end(JSON.stringify({ title: "no CSRF token" }));
			}
			let answer: Answer;
			if (req.method === "POST" && at === "/reports") {
				const name = decodeURIComponent(String(req.headers["x-filename"] ?? "").replace("UTF-8''", ""));
				const known = allReports.some((r) => r.name === name);
				if (!known) allReports.unshift({ id: allReports.length + 1, name, feed: u.searchParams.get("feed"), format: null, state: "reading", reason: null, received: iso(Date.now()), bytes: raw.length, events: 0, bad: 0, sha256: "a".repeat(64) });
				answer = raw.length ? [202, { id: allReports.find((r) => r.name === name)!.id, sha256: "a".repeat(64), known }] : no(400, "This file is empty", "there is nothing in it");
				setTimeout(() => {
					const r = allReports.find((x) => x.name === name);
					if (r && r.state === "reading") Object.assign(r, { state: "done", events: 120 });
					mock.push("report", "0");
				}, 300);
			} else {
				let body: Record<string, unknown> = {};
				try {
					body = raw.length ? (JSON.parse(raw.toString()) as Record<string, unknown>) : {};
				} catch {
					body = {};
				}
				answer = api(req.method ?? "GET", at, u.searchParams, body, who, (s) => (headers["Set-Cookie"] = `mock=${s}; HttpOnly; SameSite=Strict; Path=/`));
				if (req.method === "DELETE" && at === "/session" && cookie) sessions.delete(cookie);
				if (req.method !== "GET" && answer[0] < 300) {
					if (at.startsWith("/findings")) mock.push("finding", "0");
					if (at.startsWith("/notices")) mock.push("notice", "0");
					if (/^\/(agreements|parties)/.test(at)) mock.push("agreement", "0");
					if (/^\/(objects|collections)/.test(at)) mock.push("object", "0");
					if (at.startsWith("/sync")) mock.push("sync", "0");
				}
			}
			if (answer[0] >= 400) headers["Content-Type"] = "application/problem+json";
			res.writeHead(answer[0], headers);
			res.end(answer[1] === undefined ? undefined : JSON.stringify(answer[1]));
		});
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const address = server.address();
	mock.url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
	mock.close = () => new Promise((done) => {
		live.forEach((r) => r.end());
		server.closeAllConnections();
		server.close(() => done());
	});
	if (!CLASSES.length) throw new Error("no classes");
	return mock;
}
