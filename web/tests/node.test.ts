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
import { launch, settled, visit } from "./browser";

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
	const server = spawn(ENTENTE, ["serve", "--node", at("n")], { stdio: ["ignore", "pipe", fs.openSync(at("serve.log"), "w")] });
	await until("the server", 60, async () => {
		if (server.exitCode !== null) throw new Error(fs.readFileSync(at("serve.log"), "utf8").slice(-2000));
		return (await new Promise<boolean>((done) => {
			const s = net.connect(port, "127.0.0.1", () => {
				s.destroy();
				done(true);
			}).once("error", () => done(false));
		})) || undefined;
	});
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
