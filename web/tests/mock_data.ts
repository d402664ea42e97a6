/* mock_data: findings and reports, the same at every run; among them what an attacker would send. */
import type { FindingFull, Report, State } from "../src/lib/types";

const code = (...points: number[]) => String.fromCodePoint(...points);

export const HOSTILE = {
	html: "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
	url: "javascript:document.title='owned'//http://phish.example/login?next=<b>",
	// A right-to-left override in a file's name: "invoice_" + RLO + "fdp.exe".
	bidi: `invoice_${code(0x202e)}fdp.exe${code(0x202c)}`,
	mail: `abuse@${"x".repeat(60)}.example`,
	control: `line${code(0x1b)}[31mred${code(0)} zero${code(0x200b)}width`,
	long: "A".repeat(3000),
	zalgo: `z${"\u0300\u0301\u0302\u0303".repeat(12)}a`,
};

export const CLASSES: [string, string, string | null, number | null][] = [
	["infected-system", "malicious-code", "andromeda", null], ["potentially-unwanted-accessible", "vulnerable", "rdp", 3389],
	["phishing", "fraud", HOSTILE.url, 443], ["brute-force", "intrusion-attempts", "ssh", 22], ["ddos-amplifier", "vulnerable", "ntp", 123],
	["c2-server", "malicious-code", HOSTILE.html, 8080], ["spam", "abusive-content", HOSTILE.bidi, null], ["vulnerable-system", "vulnerable", HOSTILE.control, 80],
];

const COUNTRIES = ["CH", "FR", "BR", "EG", "CN", "RU", "US", "ES", "SG", "MT", "KE", "IN", "FR", "CH", null];
const STATES: State[] = ["new", "notified", "acknowledged", "resolved", "returned", "new", "resolved"];

export function findings(count: number, now: number): FindingFull[] {
	const iso = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000", "");
	return Array.from({ length: count }, (_, i): FindingFull => {
		const [cls, taxonomy, label, port] = CLASSES[i % CLASSES.length]!;
		const ip = i % 9 === 8 ? `2001:db8:${(i * 7).toString(16)}::${i.toString(16)}` : `192.0.2.${i % 256}`;
		const state = STATES[i % STATES.length]!;
		return {
			id: String(9007199254740993n + BigInt(i)), name: `F${(600014 + i).toString(36).toUpperCase()}`, class: cls, taxonomy,
			place: i === 5 ? null : i % 11 === 4 ? HOSTILE.url : ip, ip, port, transport: port ? "tcp" : null, identifier: i % 5 ? null : "CVE-2026-0001",
			label: i === 12 ? HOSTILE.long : i === 14 ? HOSTILE.zalgo : label, asn: i % 13 === 12 ? null : 64496 + (i % 6), as_name: i % 4 ? `Example Network ${i % 6}` : null,
			country: COUNTRIES[i % COUNTRIES.length] ?? null, first_seen: iso(now - (i + 40) * 3600_000 * 3), last_seen: iso(now - i * 3600_000), count: 1 + ((i * 7919) % 4000),
			state, state_since: state === "new" ? null : iso(now - i * 1800_000), notified: state === "new" ? null : iso(now - i * 2400_000), feed: ["shadowserver", "honeypot", "mail"][i % 3]!, tlp: "AMBER",
			acts: state === "new" ? [] : [{ at: iso(now - i * 2400_000), act: "told", to: "notified", by: "notices", comment: null }, { at: iso(now - i * 1800_000), act: "acknowledge", to: "acknowledged", by: "ana", comment: i % 2 ? HOSTILE.html : "they are working on it" }],
			notices: [], first: null, last: null, contacts: [],
		};
	});
}

export function reports(now: number): Report[] {
	const iso = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000", "");
	const row = (i: number, name: string, state: string, more: Partial<Report> = {}) => ({
		id: i, name, feed: i % 2 ? "shadowserver" : null, format: "shadowserver", state, reason: null, received: iso(now - i * 5400_000), bytes: 1500 * i * i, events: 40 * i, bad: 0, sha256: i.toString(16).padStart(64, "0"), ...more,
	});
	return [
		row(1, "2026-06-17-scan_rdp-es.csv", "done"), row(2, HOSTILE.bidi, "aside", { reason: "an archive with more than 10,000 files", events: 0 }),
		row(3, "mails.mbox", "done", { bad: 14 }), row(4, HOSTILE.html, "nothing", { reason: "a mail that is no report", events: 0 }), row(5, "report.zip", "reading", { events: 3 }),
		...Array.from({ length: 60 }, (_, i) => row(i + 6, `2026-06-${String(1 + (i % 28)).padStart(2, "0")}-event4_sinkhole_http-es.csv`, "done")),
	];
}
