/*
 * mock_exchange: agreements, partners, transfers, objects and syncs of the mock, some
 * of them hostile. It keeps what is done, far enough for the page to show it.
 */
import type { Agreement, Clause, Collection, Indicator, ObjectHead, Party, Sync, Transfer } from "../src/lib/exchange";
import { HOSTILE } from "./mock_data";

type Answer = [status: number, body: unknown];
type Problem = (status: number, title: string, detail: string, more?: object) => Answer;

export const LONG_TITLE = `${"A very long title indeed. ".repeat(400)}`;
const KEY = (n: number) => n.toString(16).padStart(64, "a");
const SHA = (n: number) => n.toString(16).padStart(64, "0");
const MARK = (n: number) => `e3b0 c442 98fc 1c14 9afb f4c8 996f b924 27ae ${String(n).padStart(4, "0")}`;

const clause = (number: number, more: Partial<Clause> = {}): Clause => ({
	number, category: "abuse-report", purposes: ["notify", "protect"], tlp: "AMBER", recipients: "removed", accounts: "removed", victims: "reduced", v4_bits: 24, v6_bits: 48,
	ground: null, retention_days: 90, onward: "none", named: [], excluded: ["expression", "children"], ...more,
});

export function exchange(now: number) {
	const iso = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000", "");
	const before = (days: number) => iso(now - days * 86400_000);
	const party = (id: string, name: string, country: string | null, state: string, more: object = {}) => ({
		id, name, country, role: "member", key: KEY(id.length), fingerprint: MARK(id.length), state, in_force: state === "in-force" ? before(100) : null, leaves: null, version: state === "in-force" ? 1 : 0, reserved: [] as number[], ...more,
	});
	const agreement = (id: string, title: string, more: Partial<Agreement>): Agreement => ({
		id, title, kind: "memorandum", state: "in-force", ours: "in-force", lead: "desk-cert", version: 1, opened: before(140), in_force: before(100), ends: before(-900), sha256: SHA(7),
		wordings: ["ar", "zh", "en", "fr", "ru", "es"], authentic: ["ar", "en", "es"], force_count: 2, force_delay_days: 30, term_days: 1000, renewals: 1, notice_days: 90,
		parties: [party("es-cert", "CSIRT of Exampleland", "ES", more.ours ?? "in-force"), party("fr-cert", "CERT-FR", "FR", "in-force", { reserved: [2] }), party("xx-cert", HOSTILE.bidi, null, "withdrawal-notified", { in_force: before(90), leaves: before(-40) })],
		clauses: [clause(1), clause(2, { category: "indicator", tlp: "GREEN", onward: "same-agreement" }), clause(3, { category: "case-file", tlp: "AMBER+STRICT", accounts: "whole", ground: HOSTILE.html, onward: "named", named: ["fr-cert"], excluded: ["expression", "children", "commerce"] })], ...more,
	});
	const agreements: Agreement[] = [
		agreement("mou-2026", "On spam and cyber threats", {}),
		agreement("hostile", LONG_TITLE, { kind: "project", state: "amended", ours: "withdrawal-notified", lead: "fr-cert" }),
		agreement("tc-2026", HOSTILE.html, { kind: "technical-cooperation", state: "open", ours: "invited", lead: "es-cert", in_force: null, ends: null, force_count: 2 }),
	];
	const act = (number: number, what: string, by: string, days: number, more: object = {}) => ({ number, act: what, party: by, at: before(days), date: before(days), receipt: null as string | null, clause: null as number | null, invited: null as string | null, paper: SHA(number), sha256: SHA(number * 7), ...more });
	const acts: Record<string, ReturnType<typeof act>[]> = {
		"mou-2026": [act(1, "opened", "desk-cert", 140), act(2, "signed", "es-cert", 135, { receipt: before(134) }), act(3, "signed", "fr-cert", 134, { receipt: before(134) }), act(4, "deposited", "es-cert", 131, { receipt: before(130) }), act(5, "deposited", "fr-cert", 131, { receipt: before(130) }), act(6, "reserved", "fr-cert", 90, { clause: 2, receipt: before(90) }), act(7, "key-changed", "fr-cert", 80)],
		"hostile": [act(1, "opened", "fr-cert", 140), act(2, "withdrawal-notified", "es-cert", 3)],
		"tc-2026": [act(1, "opened", "es-cert", 2), act(2, "invited", "es-cert", 1, { invited: "xx-cert" })],
	};
	const wordings: Record<string, string> = {
		en: `The parties fight spam together.\n\n${HOSTILE.html}`, es: "Las partes luchan juntas contra el spam.", fr: "Les parties luttent ensemble contre le spam.",
		ar: "يكافح الأطراف البريد المزعج معًا.", zh: "各方共同打击垃圾邮件。", ru: "Стороны вместе борются со спамом.",
	};
	const texts: Record<string, { titles: Record<string, string>; wordings: Record<string, string>; json: string }> = {};
	const self = { id: "es-cert", key: KEY(1), fingerprint: MARK(1) };
	const parties: Party[] = [
		{ id: "fr-cert", name: "CERT-FR", country: "FR", kind: "node", key: KEY(2), fingerprint: MARK(2), url: "https://fr.example/", certificate: 1 },
		{ id: "desk-cert", name: "Desk", country: null, kind: "node", key: KEY(3), fingerprint: MARK(3), url: null, certificate: null },
		{ id: "xx-cert", name: HOSTILE.bidi, country: null, kind: "taxii", key: KEY(4), fingerprint: MARK(4), url: HOSTILE.url, certificate: null },
		{ id: "feed", name: HOSTILE.html, country: null, kind: "misp", key: null, fingerprint: null, url: null, certificate: null },
	];
	const transfers: Transfer[] = Array.from({ length: 60 }, (_, i): Transfer => ({
		id: 60 - i, at: before(i / 5), partner: i % 3 ? "fr-cert" : "xx-cert", record: i % 2 ? `indicator--8e2e2d2b-17d4-4cbf-938f-${String(i).padStart(12, "0")}` : `F6000${14 + i}`, purpose: "protect", allowed: i % 4 !== 3, rule: i % 4 === 3 ? "tlp" : "agreement",
		agreement: "mou-2026", clause: i % 4 === 3 ? 2 : 1, profile: i % 4 === 3 ? null : "recipients=removed accounts=removed victims=reduced/24/48 retention=90", reason: i % 4 === 3 ? "its mark (TLP) is above what the clause lets pass" : "an agreement in force lets it go, by the clause that is named",
	}));
	const collections: Collection[] = [
		{ id: "ab293ae7-89ba-4e20-8582-d83d4df4f4a5", alias: "local", title: "local", description: null, objects: 120, created: before(300) },
		{ id: "ca8e4fd4-42c3-499a-8d5e-887c34d024ce", alias: "shared", title: HOSTILE.html, description: HOSTILE.bidi, objects: 3, created: before(30) },
	];
	const uuid = (i: number) => `8e2e2d2b-17d4-4cbf-938f-${String(i).padStart(12, "0")}`;
	let objects: (ObjectHead & { json: string })[] = Array.from({ length: 120 }, (_, i) => {
		const type = ["indicator", "malware", "tool", "relationship"][i % 4]!, name = i === 1 ? HOSTILE.html : i === 2 ? HOSTILE.bidi : i === 4 ? LONG_TITLE : `Object ${i}`;
		return { id: `${type}--${uuid(i)}`, type, name, version: before(i), added: before(i / 2), revoked: i % 9 === 5, tlp: [null, "GREEN", "AMBER", "CLEAR", "AMBER+STRICT", "RED"][i % 6] ?? null,
			json: `{"type":"${type}", "id":"${type}--${uuid(i)}","name":${JSON.stringify(name)},"x_big":123456789012345678901234567890.50,"x_list":[],"created":"${before(i)}"}` };
	});
	const values = ["192.0.2.7", "c2.example", HOSTILE.url, `[file:name = '${HOSTILE.html}']`, "a".repeat(64), `[url:value = 'x'] FOLLOWEDBY [url:value = '${HOSTILE.bidi}']`];
	const indicator = (i: number): Indicator => ({
		id: `indicator--${uuid(i * 4)}`, name: i % 3 ? `Indicator ${i}` : HOSTILE.control, kind: ["ip", "fqdn", "url", "", "sha256", ""][i % 6]!, watched: values[i % 6]!, state: i % 6 === 5 ? "not-watched" : i % 7 === 6 ? "revoked" : "watched", why: i % 6 === 5 ? "it joins several observations" : null,
		from: before(200), until: i % 2 ? before(-100) : null, sightings: i % 4 ? 0 : 7 * i + 1, first_seen: i % 4 ? null : before(20), last_seen: i % 4 ? null : before(i / 10), find: i % 6 === 0 ? { prefix: "192.0.2.7" } : i % 6 === 1 ? { text: "c2.example" } : null,
		tlp: i % 5 ? "GREEN" : null, origin: i % 3 ? { party: "fr-cert", agreement: "mou-2026", version: 1, clause: 2, received: before(10), until: before(-80) } : null,
	});
	const indicators = Array.from({ length: 70 }, (_, i) => indicator(i));
	const sync = (id: number, more: Partial<Sync>): Sync => ({
		id, partner: "fr-cert", url: "https://fr.example/taxii2/entente/", direction: "poll", remote: "shared", local: "local", purpose: "protect", state: "waiting", last_try: before(0.01), last_ok: before(0.01), next_try: before(-0.04),
		failures: 0, error: null, received: 1234567, known: 12, refused: 3, sent: 0, ...more,
	});
	let syncs: Sync[] = [
		sync(1, {}), sync(2, { direction: "push", remote: "local", local: "shared", state: "running", sent: 4021 }),
		sync(3, { partner: "xx-cert", url: HOSTILE.url, state: "failing", failures: 4, last_ok: null, error: `the server answered 503: ${HOSTILE.html}${HOSTILE.bidi}` }), sync(4, { state: "paused", remote: HOSTILE.bidi }),
	];

	const page = <T>(rows: T[], q: URLSearchParams, keyed = true) => {
		const at = Number(q.get("cursor") ?? 0), limit = Number(q.get("limit") ?? 50), next = at + limit < rows.length ? at + limit : null;
		return { items: rows.slice(at, at + limit), next: next === null ? null : keyed ? String(next) : next };
	};
	const jsonOf = (g: Agreement): string => JSON.stringify({
		form: "entente agreement 1", id: g.id, kind: g.kind, version: g.version, titles: { en: g.title }, authentic: g.authentic, lead: { id: g.lead, name: g.lead, country: "", key: KEY(3) },
		parties: g.parties.map((p) => ({ id: p.id, name: p.name, country: p.country ?? "", key: KEY(p.id.length), role: p.role })), in_force: { count: g.force_count, delay_days: g.force_delay_days }, term: { days: g.term_days, renewals: g.renewals }, notice_days: g.notice_days,
		clauses: g.clauses.map((c) => ({ number: c.number, category: c.category, purposes: c.purposes, tlp: c.tlp, personal: { recipients: c.recipients, accounts: c.accounts, victims: c.victims, v4_bits: c.v4_bits, v6_bits: c.v6_bits, ground: c.ground ?? "" }, retention_days: c.retention_days, onward: c.onward === "named" ? c.named : c.onward, excluded: c.excluded })),
	});

	// A draft as the form sends it, kept so that it can be shown and opened.
	function drafted(body: Record<string, unknown>): Agreement {
		const x = body.text as { id: string; kind: string; version: number; titles: Record<string, string>; authentic: string[]; lead: { id: string }; parties: { id: string; name: string; role: string }[]; in_force: { count: number; delay_days: number }; term: { days: number; renewals: number }; notice_days: number; clauses: { number: number; category: string; purposes: string[]; tlp: string; personal: Record<string, string | number>; retention_days: number; onward: string | string[]; excluded: string[] }[] };
		const words = (body.wordings ?? {}) as Record<string, string>;
		const g = agreement(x.id, Object.values(x.titles)[0]!, {
			kind: x.kind, state: "draft", ours: "none", lead: x.lead.id, opened: null, in_force: null, ends: null, wordings: Object.keys(words), authentic: x.authentic, force_count: x.in_force.count, force_delay_days: x.in_force.delay_days, term_days: x.term.days, renewals: x.term.renewals, notice_days: x.notice_days, parties: [],
			clauses: x.clauses.map((c): Clause => clause(c.number, { category: c.category, purposes: c.purposes, tlp: c.tlp, retention_days: c.retention_days, onward: typeof c.onward === "string" ? c.onward : "named", named: typeof c.onward === "string" ? [] : c.onward, excluded: c.excluded })),
		});
		texts[x.id] = { titles: x.titles, wordings: words, json: JSON.stringify(x) };
		agreements.splice(0, agreements.length, ...agreements.filter((old) => old.id !== x.id), g);
		acts[x.id] = [];
		return g;
	}

	function done(g: Agreement, body: Record<string, unknown>): void {
		const kind = String(body.act), all = (acts[g.id] ??= []);
		all.push(act(all.length + 1, kind, self.id, 0, { paper: body.paper, clause: (body.clause as number | undefined) ?? null, invited: (body.party as string | undefined) ?? null }));
		const mine = g.parties.find((p) => p.id === self.id);
		if (kind === "opened") {
			const named = (JSON.parse(texts[g.id]?.json ?? "{}") as { parties?: { id: string; name: string; role: string }[] }).parties ?? [];
			Object.assign(g, { state: "open", ours: "invited", opened: iso(now), parties: named.map((p) => party(p.id, p.name, null, "invited", { role: p.role })) });
		}
		if (kind === "signed" || kind === "deposited") {
			const state = kind === "deposited" || g.kind !== "memorandum" ? (g.force_count <= 1 ? "in-force" : "deposited") : "signed";
			g.ours = state;
			if (mine) Object.assign(mine, { state, version: 1, in_force: state === "in-force" ? iso(now) : null });
			if (state === "in-force") Object.assign(g, { state: "in-force", in_force: iso(now) });
		}
		if (kind === "reserved" && mine) mine.reserved.push(Number(body.clause));
		if (kind === "reservation-withdrawn" && mine) mine.reserved = mine.reserved.filter((n) => n !== Number(body.clause));
		if (kind === "withdrawal-notified") {
			g.ours = "withdrawal-notified";
			if (mine) Object.assign(mine, { state: "withdrawal-notified", leaves: iso(now + g.notice_days * 86400_000) });
		}
		if (kind === "ended") Object.assign(g, { state: "ended", ends: iso(now) });
	}

	// One that somebody else proposed; acts by "two" are proposed and not done.
	const proposals = [{ number: 1, agreement: "tc-2026", act: "signed", receipt: false, party: null as string | null, clause: null as number | null, date: before(1), paper: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", key: null, fingerprint: null, by: HOSTILE.bidi, at: before(0.2), own: false, state: "open", decided_by: null, decided: null }];
	proposals.push({ ...proposals[0]!, number: 2, act: "deposited", receipt: true, party: "xx-cert" });
	let two = false;

	return function handle(method: string, at: string, q: URLSearchParams, body: Record<string, unknown>, empty: boolean, no: Problem): Answer | undefined {
		const m = (pattern: string) => `${method} ${at}` === pattern;
		const id = (pattern: RegExp) => { const x = pattern.exec(`${method} ${at}`)?.[1]; return x === undefined ? undefined : decodeURIComponent(x); };
		if (m("GET /agreements/proposals")) return [200, { two_people: two, items: empty ? [] : proposals }];
		const decided = /^(POST|DELETE) \/agreements\/proposals\/(\d+)(?:\/confirm)?$/.exec(`${method} ${at}`);
		if (decided) {
			const p = proposals.find((x) => String(x.number) === decided[2]);
			if (!p || p.state !== "open") return no(404, "There is nothing here", "there is no such proposal");
			if (decided[1] === "POST" && p.own) return no(403, "You may not do this", "nobody confirms what they proposed themselves");
			p.state = decided[1] === "POST" ? "done" : "refused";
			return decided[1] === "POST" ? [200, { kept: true, line: "{}", proposal: null }] : [204, undefined];
		}
		const model = id(/^GET \/agreements\/models\/([^/]+)$/);
		if (model) return [200, { text: { form: "entente agreement 1", id: q.get("id"), kind: model, version: 1, titles: { en: "Model", ar: "نموذج" }, authentic: ["ar", "en"], lead: { id: "es-cert", name: "x", country: "", key: KEY(1) }, parties: [], in_force: { count: 3, delay_days: 10 }, term: { days: 100, renewals: 0 }, notice_days: 60, clauses: [{ number: 1, category: "indicator", purposes: ["protect"], tlp: "GREEN", personal: { recipients: "removed", accounts: "removed", victims: "removed", v4_bits: 0, v6_bits: 0, ground: "" }, retention_days: 30, onward: "none", excluded: ["expression", "children"] }] }, wordings: { en: "The model's words.", ar: "كلمات النموذج." } }];
		if (m("GET /agreements")) return [200, { items: empty ? [] : agreements, refused: empty ? 0 : 1 }];
		if (m("POST /agreements")) return (body.text as { titles: object }).titles && (body.text as { id: string }).id !== "refused" ? [201, drafted(body)] : no(400, "This cannot be read", "agreement: clause 1: purposes: at least one", { field: "text" });
		if (m("POST /agreements/registers")) return String(body.register).startsWith("{\"form\"") ? [200, { id: "mou-2026", acts: 7, new: 2 }] : no(400, "This cannot be read", "act 3: its signature is not one of \"es-cert\"", { field: "register" });
		if (m("POST /agreements/receipts")) return String(body.line).includes("signature") ? [201, { kept: true, line: String(body.line), proposal: null }] : no(403, "You may not do this", "its signature is not one of \"xx-cert\"", { field: "line" });
		const one = /^(GET|POST|DELETE) \/agreements\/([^/]+)(?:\/(text|acts))?$/.exec(`${method} ${at}`);
		if (one) {
			const g = agreements.find((x) => x.id === decodeURIComponent(one[2]!));
			if (!g) return no(404, "There is nothing here", "there is no such agreement");
			if (one[1] === "DELETE") {
				agreements.splice(agreements.indexOf(g), 1);
				return [204, undefined];
			}
			if (one[1] === "POST") {
				if (body.act === "ended" && g.lead !== self.id) return no(409, "This is not possible now", "this is for \"fr-cert\" alone to do");
				if (two) {
					proposals.push({ ...proposals[0]!, number: proposals.length + 1, agreement: g.id, act: String(body.act), receipt: false, party: null, clause: (body.clause as number | undefined) ?? null, paper: String(body.paper), by: "ana", own: true, state: "open" });
					return [201, { kept: false, line: null, proposal: proposals.length }];
				}
				const kept = g.lead === self.id;
				if (kept) done(g, body);
				return [201, { kept, proposal: null, line: `{"act":{"act":"${String(body.act)}"},"signature":"${"ab".repeat(64)}"}` }];
			}
			if (one[3] === "acts") return [200, { items: acts[g.id] ?? [] }];
			if (one[3] === "text") {
				const own = texts[g.id], words = own?.wordings ?? wordings, there = Object.keys(words), lang = there.includes(q.get("lang") ?? "") ? q.get("lang")! : there[0] ?? null;
				return [200, { version: g.version, versions: g.version, waits: false, titles: own?.titles ?? { en: g.title, ar: "عن البريد المزعج", es: "Sobre el spam" }, wordings: there.map((l) => ({ lang: l, authentic: g.authentic.includes(l), sha256: SHA(1) })), lang, wording: lang ? words[lang] : null, json: own?.json ?? jsonOf(g) }];
			}
			return [200, g];
		}
		if (m("GET /parties")) return [200, { self, items: empty ? [] : parties }];
		const put = id(/^PUT \/parties\/([^/]+)$/);
		if (put) {
			const there = parties.find((p) => p.id === put), key = (body.key as string | undefined) ?? there?.key ?? null;
			if (there?.key && key !== there.key && !body.replace) return no(409, "This has changed in the meantime", "it has another key", { field: "key" });
			const row: Party = { id: put, name: String(body.name), country: (body.country as string | null) ?? null, kind: String(body.kind), key, fingerprint: key ? MARK(9) : null, url: (body.url as string | null) ?? null, certificate: Number(body.certificate) || null };
			if (there) Object.assign(there, row);
			else parties.push(row);
			return [200, row];
		}
		const gone = id(/^DELETE \/parties\/([^/]+)$/);
		if (gone) {
			parties.splice(parties.findIndex((p) => p.id === gone), 1);
			return [204, undefined];
		}
		if (m("GET /transfers/ask")) {
			if (q.get("date")) return [200, { items: [{ allowed: false, findings: 230, rule: "left", agreement: "mou-2026", clause: null, profile: null, example: "9007199254741005", reason: "one of us had left the agreement by that date" }], findings: 230, all: true }];
			return [200, { items: [
				{ allowed: true, findings: 140, rule: "agreement", agreement: "mou-2026", clause: 1, profile: "recipients=removed accounts=removed victims=reduced/24/48 retention=90", example: "9007199254741005", reason: "an agreement in force lets it go, by the clause that is named" },
				{ allowed: false, findings: 80, rule: "tlp", agreement: "mou-2026", clause: 2, profile: null, example: "9007199254741006", reason: "its mark (TLP) is above what the clause lets pass" },
				{ allowed: false, findings: 10, rule: "no-agreement", agreement: null, clause: null, profile: null, example: "9007199254741007", reason: "there is no agreement between us and this partner" },
			], findings: 230, all: false }];
		}
		if (m("GET /transfers")) return [200, page((empty ? [] : transfers).filter((x) => (!q.get("partner") || x.partner === q.get("partner")) && (!q.get("allowed") || String(x.allowed) === q.get("allowed"))), q, false)];
		if (m("GET /collections")) return [200, { items: empty ? [] : collections }];
		// For tests alone: two people from now on.
		if (m("POST /two")) {
			two = body.on === true;
			return [200, {}];
		}
		if (m("POST /collections")) {
			if (collections.some((c) => c.alias === body.alias)) return no(409, "This name is taken", "there is a collection of this name already", { field: "alias" });
			collections.push({ id: uuid(collections.length), alias: String(body.alias), title: String(body.title ?? body.alias), description: null, objects: 0, created: iso(now) });
			return [201, collections.at(-1)];
		}
		if (m("GET /objects")) return [200, page((empty ? [] : objects).filter((o) => (!q.get("type") || o.type === q.get("type")) && (!q.get("collection") || q.get("collection") === "local") && (!q.get("q") || `${o.id} ${o.name}`.toLowerCase().includes(q.get("q")!.toLowerCase()))), q)];
		if (m("POST /objects")) return [201, { collection: q.get("collection"), objects: 3, added: 1, known: 1, other: 0, wrong: 1, refused: [{ item: 2, id: HOSTILE.html, reason: `external_references[0].url: "${HOSTILE.bidi}" is no URL` }] }];
		const object = /^(GET|DELETE) \/objects\/([^/]+)$/.exec(`${method} ${at}`);
		if (object) {
			const o = objects.find((x) => x.id === decodeURIComponent(object[2]!));
			if (!o) return no(404, "There is nothing here", "there is no such object");
			if (object[1] === "DELETE") {
				objects = objects.filter((x) => x !== o);
				return [204, undefined];
			}
			const i = indicators.find((x) => x.id === o.id);
			return [200, { ...o, collections: ["local", "shared"], versions: [{ version: o.version, added: o.added, revoked: o.revoked }, { version: before(200), added: before(199), revoked: false }], origin: i?.origin ?? null, watched: i ? [i] : [] }];
		}
		if (m("GET /indicators") || m("GET /sightings")) return [200, page((empty ? [] : indicators).filter((r) => (at === "/indicators" || r.sightings > 0) && (!q.get("q") || r.watched.includes(q.get("q")!))), q)];
		if (m("GET /sync")) return [200, { items: empty ? [] : syncs }];
		if (m("POST /sync")) {
			if (!String(body.url).startsWith("https://")) return no(400, "This cannot be used", "url: expected https://", { field: "url" });
			syncs.push(sync(syncs.length + 1, { ...(body as Partial<Sync>), last_try: null, last_ok: null, next_try: null, received: 0, known: 0, refused: 0 }));
			return [201, syncs.at(-1)];
		}
		const of = /^(PATCH|POST|DELETE) \/sync\/(\d+)(\/now)?$/.exec(`${method} ${at}`);
		if (of) {
			const s = syncs.find((x) => String(x.id) === of[2]);
			if (!s) return no(404, "There is nothing here", "");
			if (of[1] === "DELETE") {
				syncs = syncs.filter((x) => x !== s);
				return [204, undefined];
			}
			s.state = of[3] ? "running" : body.paused ? "paused" : "waiting";
			return of[3] ? [202, s] : [200, s];
		}
		return undefined;
	};
}
