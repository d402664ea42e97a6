/*
 * node: the page against the real program, from signing in to a recipient's
 * answer, in English and in Arabic. Needs $ENTENTE (the program), which Meson
 * gives; else there is nothing to test here.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { launch, settled, visit, walk } from "./browser";

const ENTENTE = process.env.ENTENTE ?? "";
const SOURCE = process.env.ENTENTE_SOURCE ?? path.join(process.env.ENTENTE_WEB ?? ".", "..");
const PASSWORD = "correct horse battery 9";

// RFC 6238, with the digits that authenticators show.
function totp(secret: string, step: number): string {
	const bits = [...secret.replace(/[\s=]/g, "").toUpperCase()].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => parseInt(b, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const mac = createHmac("sha1", key).update(counter).digest();
	const at = mac[mac.length - 1]! & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
const stepNow = () => Math.floor(Date.now() / 30_000);

const freePort = () => new Promise<number>((done, fail) => {
	const s = net.createServer().once("error", fail).listen(0, "127.0.0.1", () => {
		const { port } = s.address() as net.AddressInfo;
		s.close(() => done(port));
	});
});

async function until<T>(what: string, seconds: number, f: () => T | undefined | Promise<T | undefined>): Promise<T> {
	const end = Date.now() + seconds * 1000;
	for (;;) {
		const r = await f();
		if (r !== undefined) return r;
		if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
		await new Promise((done) => setTimeout(done, 100));
	}
}

interface Node {
	dir: string;
	url: string;
	mails: () => { recipients: string[]; text: string }[];
	stop: () => Promise<void>;
}

async function ended(p: ChildProcess): Promise<void> {
	if (p.exitCode === null && p.signalCode === null) await new Promise((done) => p.once("exit", done));
}

async function serverStart(dir: string, port: number): Promise<ChildProcess> {
	const log = path.join(dir, "serve.log");
	const server = spawn(ENTENTE, ["serve", "--node", path.join(dir, "n")], { stdio: ["ignore", "pipe", fs.openSync(log, "w")] });
	await until("the server", 60, async () => {
		if (server.exitCode !== null) throw new Error(fs.readFileSync(log, "utf8").slice(-2000));
		return (await new Promise<boolean>((done) => {
			const s = net.connect(port, "127.0.0.1", () => {
				s.destroy();
				done(true);
			}).once("error", () => done(false));
		})) || undefined;
	});
	return server;
}

async function nodeStart(): Promise<Node> {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), "entente-web-"));
	const at = (...p: string[]) => path.join(dir, ...p);
	const run = (args: string[], input?: string) => execFileSync(ENTENTE, [...args, "--node", at("n"), "-q"], { input, stdio: ["pipe", "pipe", "inherit"] });
	const log = at("mails.jsonl");
	const smtp = spawn("python3", [path.join(SOURCE, "tests/e2e/smtp_server.py"), at("port"), log], { stdio: ["ignore", "ignore", "inherit"] });
	const smtpPort = await until("the mail sink", 30, () => (fs.existsSync(at("port")) ? fs.readFileSync(at("port"), "utf8").trim() || undefined : undefined));
	run(["init", "--name", "CSIRT of Exampleland", "--country", "ES", "--mail", "abuse@csirt.example"]);
	const port = await freePort();
	const url = `https://127.0.0.1:${port}`;
	const conf = at("n", "entente.conf");
	const set = (text: string, section: string, key: string, value: string) => {
		const i = text.indexOf(`[${section}]`);
		return text.slice(0, i) + text.slice(i).replace(new RegExp(`^${key} =.*$`, "m"), `${key} = ${value}`);
	};
	let text = fs.readFileSync(conf, "utf8");
	for (const [section, key, value] of [["server", "listen", `127.0.0.1:${port}`], ["server", "url", `${url}/`], ["notices", "way", "smtp"], ["notices", "two_people", "yes"],
		["smtp", "url", `smtp://127.0.0.1:${smtpPort}`], ["smtp", "tls", "off"]] as const) text = set(text, section, key, value);
	fs.writeFileSync(conf, text);
	fs.writeFileSync(at("asn.csv"), fs.readFileSync(path.join(SOURCE, "data/demo/asn.csv")));
	run(["networks", "--asn", path.join(SOURCE, "data/demo/asn.csv"), "--country", path.join(SOURCE, "data/demo/country.csv")]);
	run(["contacts", path.join(SOURCE, "data/demo/contacts.csv"), "--apply"]);
	for (const name of ["ana", "bo"]) run(["account", "add", name, "--role", "administrator,analyst", "--password-file", "-"], `${PASSWORD}\n`);
	const server = await serverStart(dir, port);
	const decode = "import email,json,sys\nfor l in open(sys.argv[1]):\n d=json.loads(l)\n m=email.message_from_string(d['message'])\n print(json.dumps({'recipients':d['to'],'text':'\\n'.join(p.get_payload(decode=True).decode('utf-8','replace') for p in m.walk() if p.get_content_type()=='text/plain')}))";
	return {
		dir, url,
		mails: () => (fs.existsSync(log) ? execFileSync("python3", ["-c", decode, log], { encoding: "utf8" }).split("\n").filter(Boolean).map((l) => JSON.parse(l) as { recipients: string[]; text: string }) : []),
		stop: async () => {
			server.kill("SIGTERM");
			await ended(server);
			smtp.kill();
			await ended(smtp);
			fs.rmSync(dir, { recursive: true, force: true });
		},
	};
}

async function password(page: Page, name: string): Promise<void> {
	await page.locator("input[autocomplete=username]").fill(name);
	await page.locator("input[type=password]").fill(PASSWORD);
	await page.locator("form button[type=submit].primary").click();
}

// What stands under "open" on the overview. Digits are the same in all languages.
async function openCount(page: Page, url: string): Promise<number> {
	await page.goto(url);
	await settled(page);
	return Number((await page.locator(".figure .value").first().innerText()).replace(/\D/g, ""));
}

const filterBy = (page: Page, option: string) => page.locator("select", { has: page.locator(`option[value="${option}"]`) }).first();

for (const lang of (process.env.LANGS ?? "en,ar").split(",")) {
	test(`a day's work on a real node, ${lang}`, { skip: ENTENTE ? false : "no $ENTENTE", timeout: 600_000 }, async () => {
		const node = await nodeStart();
		const browser = await launch();
		try {
			const v = await visit(browser, { lang, origin: node.url });
			const { page } = v;
			v.context.setDefaultTimeout(Number(process.env.STEP_MS ?? 60_000));

			// Sign in, put a second factor on, sign in with it.
			await page.goto(`${node.url}/me`);
			await password(page, "ana");
			await page.locator("#second-factor input[type=password]").fill(PASSWORD);
			await page.locator("#second-factor button[type=submit]").click();
			await page.locator("svg.qr path").waitFor();
			const secret = await page.locator(".secret").innerText();
			const first = stepNow();
			await page.locator("#second-factor input[autocomplete=one-time-code]").fill(totp(secret, first));
			await page.locator("#second-factor button.primary").click();
			await page.locator(".codes li").first().waitFor();
			await page.locator(".top-end button").click();
			await page.locator("input[autocomplete=username]").waitFor();
			await password(page, "ana");
			await page.locator("input[autocomplete=one-time-code]").waitFor();
			// The code of the confirmation is used up: the next one is good already.
			await page.locator("input[autocomplete=one-time-code]").fill(totp(secret, Math.max(stepNow(), first + 1)));
			await page.locator("form button[type=submit].primary").click();
			await page.locator(".who").waitFor({ state: "attached" });
			assert.equal(await page.evaluate(() => document.documentElement.dir), lang === "ar" ? "rtl" : "ltr");

			// An empty node says where to begin.
			await page.goto(node.url);
			await page.locator(".empty a[href='/reports']").click();

			// A report in Shadowserver's form, of yesterday.
			const day = new Date(Date.now() - 86400_000).toISOString().slice(0, 10);
			const name = `${day}-scan_rdp-demo.csv`;
			const report = fs.readFileSync(path.join(SOURCE, "data/demo/2026-06-17-scan_rdp-demo.csv"), "utf8").replaceAll("2026-06-17", day);
			await page.locator(".drop-zone input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(report) });
			await page.locator(".uploads li.taken a").click();
			await page.locator(".chip.s-r-done").waitFor();
			const rows = report.trim().split("\n").length - 1;

			// Found, filtered, opened; its evidence is the report's own row.
			await page.goto(`${node.url}/findings`);
			await settled(page);
			const all = Number((await page.locator(".bar-line [role=status]").innerText()).replace(/\D/g, ""));
			assert.ok(all > 0 && all <= rows, `${all} findings of ${rows} rows`);
			await filterBy(page, "vulnerable-system").selectOption("vulnerable-system");
			await page.waitForURL(/class=vulnerable-system/);
			await page.locator(".filters input[type=search]").fill("192.0.2.138");
			await page.locator(".filters button[type=submit]").click();
			await page.waitForURL(/prefix=192/);
			await page.locator("tbody tr").nth(0).waitFor();
			await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
			await page.locator("tbody td a").first().click();
			await page.locator("section.wide button").click();
			await page.locator("details.event .facts dd", { hasText: "192.0.2.138" }).first().waitFor();

			// Its state changes, and the counts with it.
			const before = await openCount(page, node.url);
			assert.equal(before, all);
			await page.goto(`${node.url}/findings?prefix=192.0.2.138`);
			await settled(page);
			await page.locator("tbody input[type=checkbox]").first().check();
			await page.locator(".bulk .buttons button").nth(1).click();
			await page.locator("dialog textarea").fill(lang === "ar" ? "أُصلح" : "patched");
			await page.locator("dialog button.primary").click();
			await page.locator("tbody .chip.s-resolved").waitFor();
			assert.equal(await openCount(page, node.url), before - 1);

			// Prepared by one, approved by another, sent to the sink.
			await page.goto(`${node.url}/notices`);
			await settled(page);
			await page.locator(".title .actions button").first().click();
			await page.locator("dialog tbody tr").first().waitFor();
			await page.locator("dialog button.primary").click();
			await page.locator("tbody tr", { hasText: "abuse@telecom.example" }).waitFor();
			const other = await visit(browser, { lang, origin: node.url });
			other.context.setDefaultTimeout(Number(process.env.STEP_MS ?? 60_000));
			await other.page.goto(`${node.url}/notices`);
			await password(other.page, "bo");
			await settled(other.page);
			await other.page.locator("tbody tr", { hasText: "abuse@telecom.example" }).locator("a").click();
			await other.page.locator(".letter").waitFor();
			await other.page.locator(".title .actions button.primary").click();
			await other.page.locator("dialog button.primary").click();
			await other.page.locator("dialog").waitFor({ state: "detached" });
			await other.page.goto(`${node.url}/notices`);
			await settled(other.page);
			await other.page.locator(".title .actions button.primary").click();
			await other.page.locator("dialog button.primary").click();
			const mail = await until("the notice's mail", 60, () => node.mails().find((m) => m.recipients.join().includes("abuse@telecom.example")));
			const link = /https:\/\/127\.0\.0\.1:\d+\/reply\/\S+/.exec(mail.text)?.[0];
			assert.ok(link, mail.text);

			// Its recipient answers by the link, without an account; the findings follow.
			await page.goto(`${node.url}/findings?state=notified`);
			await settled(page);
			const told = await page.locator("tbody tr").count();
			assert.ok(told > 0);
			await openCount(page, node.url);
			const counted = (state: string) => page.evaluate((s) => Number(document.querySelector(`tr:has(.chip.s-${s}) td.num`)?.textContent?.replace(/\D/g, "")), state);
			assert.deepEqual([await counted("notified"), await counted("acknowledged")], [told, 0]);
			const stranger = await visit(browser, { lang, origin: node.url });
			stranger.context.setDefaultTimeout(Number(process.env.STEP_MS ?? 60_000));
			await stranger.page.goto(link);
			await stranger.page.locator("input[type=radio]").first().check();
			await stranger.page.locator("textarea").fill("<b>done</b>");
			await stranger.page.locator("form button.primary").click();
			await stranger.page.locator(".note.good").first().waitFor();
			// The overview shows it by itself. An answer is a claim, no proof: silence resolves what is said to be fixed (0095).
			await until("the counts", 60, async () => ((await counted("acknowledged")) === told && (await counted("notified")) === 0 ? true : undefined));
			await page.goto(`${node.url}/notices`);
			await page.locator("section.card tbody tr", { hasText: "<b>done</b>" }).waitFor();
			for (const f of [v, other, stranger]) assert.deepEqual(f.faults, []);
		} finally {
			await browser.close();
			await node.stop();
		}
	});
}

/*
 * Two nodes: ours, by the page alone, keeps the register of a cooperation agreement;
 * the partner's, by the command line, gets the register and sends its act.
 */
test("an agreement from its draft to the notice, between two nodes by their registers", { skip: ENTENTE ? false : "no $ENTENTE", timeout: 300_000 }, async () => {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), "entente-agree-"));
	const at = (...p: string[]) => path.join(dir, ...p);
	const cli = (node: string, args: string[], input?: string) => execFileSync(ENTENTE, [...args, "--node", at(node)], { input, encoding: "utf8", stdio: ["pipe", "pipe", "inherit"] });
	const keyOf = (node: string) => (JSON.parse(cli(node, ["partners", "key", "--json"])) as { key: string; fingerprint: string });
	for (const [n, name, country] of [["n", "CERT-ES", "ES"], ["fr", "CERT-FR", "FR"]] as const) cli(n, ["init", "--name", name, "--country", country, "--mail", "abuse@csirt.example", "-q"]);
	for (const [n, name] of [["n", "es-cert"], ["fr", "fr-cert"]] as const) cli(n, ["partners", "self", name]);
	const es = keyOf("n"), fr = keyOf("fr");
	cli("fr", ["partners", "add", "es-cert", "--name", "CERT-ES", "--key", es.key]);
	cli("n", ["account", "add", "ana", "--role", "analyst,coordinator", "--password-file", "-", "-q"], `${PASSWORD}\n`);
	const bundle = { type: "bundle", id: "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", objects: [{ type: "tool", spec_version: "2.1", id: "tool--11111111-1111-4111-8111-111111111111", created: "2026-01-01T00:00:00.000Z", modified: "2026-01-01T00:00:00.000Z", name: "<b>Emotet</b>" }, { type: "tool" }] };
	const port = await freePort(), url = `https://127.0.0.1:${port}`;
	fs.writeFileSync(at("n", "entente.conf"), fs.readFileSync(at("n", "entente.conf"), "utf8").replace(/^listen =.*$/m, `listen = 127.0.0.1:${port}`));
	const server = await serverStart(dir, port);
	const browser = await launch();
	try {
		const v = await visit(browser, { origin: url });
		const { page } = v, dialog = page.locator("dialog");
		v.context.setDefaultTimeout(Number(process.env.STEP_MS ?? 60_000));
		const act = async (name: string, first?: () => Promise<unknown>) => {
			await page.getByRole("button", { name, exact: true }).click();
			await first?.();
			await dialog.locator("input[type=file]").setInputFiles({ name: "paper.pdf", mimeType: "application/pdf", buffer: Buffer.from("signed") });
			await page.waitForFunction(() => [...document.querySelectorAll("dialog input")].some((i) => /^[0-9a-f]{64}$/.test((i as HTMLInputElement).value)));
			await dialog.getByLabel("I may do this").check();
			await dialog.getByRole("button", { name, exact: true }).click();
			await dialog.waitFor({ state: "detached" });
		};
		const stands = (text: string) => page.locator(".way [aria-current=step]", { hasText: text }).waitFor();
		await page.goto(`${url}/partners`);
		await password(page, "ana");

		// The partner's key: the page's own fingerprint is the one that its node shows.
		await page.getByRole("button", { name: "New partner" }).click();
		await dialog.getByLabel("Name in agreements").fill("fr-cert");
		await dialog.getByLabel("Title").fill("CERT-FR");
		await dialog.getByLabel("Its key").fill(fr.key);
		await dialog.locator(".secret", { hasText: fr.fingerprint }).waitFor();
		await dialog.getByLabel("I compared it").check();
		await dialog.getByRole("button", { name: "Add" }).click();
		await page.locator("tr", { hasText: fr.fingerprint }).waitFor();

		await walk(page, "/draft");
		await page.getByLabel("Kind").selectOption("technical-cooperation");
		await page.getByLabel("Name", { exact: true }).fill("tc-2026");
		await page.getByLabel("CERT-FR").check();
		for (const [label, n] of [["and so many days later", "0"], ["Notice of leaving (days)", "30"]] as const) await page.getByLabel(label).fill(n);
		for (const [lang, title, text] of [["English", "On phishing", "The parties agree."], ["français", "De l'hameçonnage", "Les parties conviennent."]] as const) {
			const part = page.locator(".lang-part", { has: page.locator("summary", { hasText: lang }) });
			if (!(await part.evaluate((e) => (e as HTMLDetailsElement).open))) await part.locator("summary").click();
			await part.getByLabel("Title").fill(title);
			await part.locator("textarea").fill(text);
		}
		await page.getByRole("button", { name: "Keep the draft" }).click();
		await stands("Draft");
		await page.getByRole("button", { name: "français", exact: true }).click();
		await page.locator(".letter", { hasText: "Les parties conviennent." }).waitFor();
		// Edited once more, from what the node has.
		await page.getByRole("link", { name: "Edit the draft" }).click();
		await page.getByLabel("Kept for at most (days)").fill("60");
		await page.getByRole("button", { name: "Keep the draft" }).click();
		await page.getByText("keeps it for at most 60 days").waitFor();
		await act("Open for signature");
		await stands("Open for signature");
		await act("Sign");
		await stands("Signed by us");

		// The partner's node takes the register, signs, and sends its line, which is taken here.
		const register = async () => {
			fs.writeFileSync(at("register.jsonl"), await page.evaluate(async () => (await fetch("/api/v1/agreements/tc-2026/register")).text()));
			cli("fr", ["agreements", "import", at("register.jsonl"), "-q"]);
			return JSON.parse(cli("fr", ["agreements", "show", "tc-2026", "--json"])) as { state: string; parties: { id: string; state: string }[] };
		};
		assert.equal((await register()).state, "open");
		fs.writeFileSync(at("paper.txt"), "signed");
		cli("fr", ["agreements", "sign", "tc-2026", "--paper", at("paper.txt"), "--out", at("act.json"), "-q"]);
		await page.getByRole("button", { name: "Take a party's act" }).click();
		await dialog.locator("input[type=file]").setInputFiles(at("act.json"));
		await page.waitForFunction(() => (document.querySelector("dialog textarea") as HTMLTextAreaElement | null)?.value.includes("signature"));
		await dialog.getByRole("button", { name: "Verify and take it" }).click();
		await dialog.waitFor({ state: "detached" });
		await stands("In force for us");
		assert.equal((await register()).state, "in-force");

		// What it would get: nothing is there to go, and that is said; what is kept as STIX.
		await walk(page, "/transfers/ask?partner=fr-cert");
		await page.getByText("There are no findings yet.").waitFor();
		await walk(page, "/objects");
		await page.getByRole("button", { name: "Bring objects in" }).click();
		await dialog.locator("input[type=file]").setInputFiles({ name: "b.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(bundle)) });
		await dialog.getByRole("button", { name: "Bring it in" }).click();
		await dialog.getByText("2 objects were read: 1 added, 0 known, 1 wrong.").waitFor();
		await dialog.getByRole("button", { name: "Done" }).click();
		await page.locator("tbody a", { hasText: "<b>Emotet</b>" }).click();
		await page.locator("pre.code", { hasText: "\"name\": \"<b>Emotet</b>\"" }).waitFor();

		// Notice: until it has run out all goes on; then the partner's node says so, too.
		await walk(page, "/agreements/tc-2026");
		await act("Leave", async () => {
			const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" }).format(new Date(Date.now() + 30 * 86400_000));
			await dialog.locator(".note.warn", { hasText: day }).waitFor();
		});
		await stands("Notice given");
		assert.deepEqual((await register()).parties.map((p) => `${p.id} ${p.state}`).sort(), ["es-cert withdrawal-notified", "fr-cert in-force"]);
		const then = new Date(Date.now() + 31 * 86400_000).toISOString().slice(0, 10);
		await page.getByLabel("As it stands on").fill(then);
		await page.locator(".way [aria-current=step]", { hasText: "Left" }).waitFor();
		assert.deepEqual(v.faults, []);
	} finally {
		await browser.close();
		server.kill("SIGTERM");
		await ended(server);
		fs.rmSync(dir, { recursive: true, force: true });
	}
});
