/*
 * pictures: those of the README, of the program itself with made-up reports of
 * the last four weeks (documentation addresses, drawn by a fixed seed):
 *   ENTENTE=build/entente node tools/test.mjs --pictures FOLDER
 * Then: pngquant, or cwebp, as docs/images/README.md says.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { launch, settled, visit } from "./browser";

const ENTENTE = process.env.ENTENTE ?? "";
const SOURCE = path.join(process.env.ENTENTE_WEB ?? ".", "..");
const PASSWORD = "correct horse battery 9";
const out = process.env.SHOTS ?? "pictures";
if (!ENTENTE) throw new Error("$ENTENTE names the program");

// The same numbers at every run.
let seed = 20261129;
const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % n;

const COUNTRIES: [string, string][] = [["ES", "Example Telecom"], ["FR", "Exemple Réseaux"], ["KE", "Mfano Networks"], ["BR", "Rede Exemplo"], ["EG", "Example Misr"], ["IN", "Udaharan Broadband"], ["CN", "Example Unicom"], ["US", "Example Hosting"]];
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "entente-pictures-"));
const at = (...p: string[]) => path.join(dir, ...p);
// 1 is: done, but something was set aside, as some rows of the demo's reports are on purpose.
function run(args: string[], input?: string): void {
	const r = spawnSync(ENTENTE, [...args, "--node", at("n"), "-q"], { input, stdio: ["pipe", "ignore", "inherit"] });
	if (r.status === null || r.status > 1) throw new Error(`entente ${args.join(" ")}: ${r.status}`);
}

// Each /27 of the three networks for documentation is a country's.
const blocks = ["192.0.2", "198.51.100", "203.0.113"].flatMap((net24, i) => Array.from({ length: 8 }, (_, k) => ({ first: `${net24}.${k * 32}`, last: `${net24}.${k * 32 + 31}`, of: (i * 3 + k) % COUNTRIES.length })));
fs.writeFileSync(at("country.csv"), blocks.map((b) => `${b.first},${b.last},${COUNTRIES[b.of]![0]}\n`).join(""));
fs.writeFileSync(at("asn.csv"), blocks.map((b) => `${b.first},${b.last},${64496 + b.of},${COUNTRIES[b.of]![1]}\n`).join(""));
fs.writeFileSync(at("contacts.csv"), `scope,value,name,email,language,format\n${COUNTRIES.map(([, name], i) => `asn,${64496 + i},${name},abuse@as${64496 + i}.example,en,csv\n`).join("")}`);
run(["init", "--name", "CSIRT of Exampleland", "--country", "ES", "--mail", "abuse@csirt.example"]);
run(["networks", "--asn", at("asn.csv"), "--country", at("country.csv")]);
run(["contacts", at("contacts.csv"), "--apply"]);
run(["account", "add", "ana", "--role", "administrator,analyst", "--name", "Ana Pérez", "--password-file", "-"], `${PASSWORD}\n`);

const templates = fs.readdirSync(path.join(SOURCE, "data/demo")).filter((f) => /^2026-06-17-.*\.csv$/.test(f)).map((f) => ({ name: f.slice(11), lines: fs.readFileSync(path.join(SOURCE, "data/demo", f), "utf8").trim().split("\n") }));
fs.mkdirSync(at("in"));
for (let back = 27; back >= 0; back--) {
	const day = new Date(Date.now() - back * 86400_000).toISOString().slice(0, 10);
	for (const { name, lines } of templates) {
		const rows = Array.from({ length: 6 + random(18) + Math.round(8 * Math.sin(back / 4) + 8) }, () => {
			const line = lines[1 + random(lines.length - 1)]!;
			// Today's have happened already.
			const time = back ? `${String(random(24)).padStart(2, "0")}:${String(10 + random(49))}:07` : "00:05:07";
			return line.replace(/2026-06-17 [\d:]+/, `${day} ${time}`).replace(/(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+/, () => `${["192.0.2", "198.51.100", "203.0.113"][random(3)]}.${1 + random(240)}`);
		});
		fs.writeFileSync(at("in", `${day}-${name}`), `${lines[0]}\n${rows.join("\n")}\n`);
	}
}
const files = fs.readdirSync(at("in")).sort().map((f) => at("in", f));
for (let i = 0; i < files.length; i += 20) run(["ingest", ...files.slice(i, i + 20)]);
run(["notices", "--send"]);

const port = await new Promise<number>((done) => {
	const s = net.createServer().listen(0, "127.0.0.1", () => {
		const { port: free } = s.address() as net.AddressInfo;
		s.close(() => done(free));
	});
});
const conf = at("n", "entente.conf");
fs.writeFileSync(conf, fs.readFileSync(conf, "utf8").replace(/^listen =.*$/m, `listen = 127.0.0.1:${port}`));
const server = spawn(ENTENTE, ["serve", "--node", at("n")], { stdio: "ignore" });
const url = `https://127.0.0.1:${port}`;
const browser = await launch();
try {
	for (let i = 0; i < 100; i++) {
		if (await new Promise<boolean>((done) => {
			const s = net.connect(port, "127.0.0.1", () => { s.destroy(); done(true); }).once("error", () => done(false));
		})) break;
		await new Promise((done) => setTimeout(done, 100));
	}
	fs.mkdirSync(out, { recursive: true });
	const PICTURES: [name: string, lang: string, width: number, height: number, path: string, dark?: boolean][] = [
		["overview-en", "en", 1280, 1430, "/"], ["finding-en", "en", 1280, 900, "/findings?class=infected-system"], ["findings-ar", "ar", 1280, 900, "/findings?state=open"],
		["overview-zh-phone", "zh", 390, 844, "/"], ["overview-ru-phone", "ru", 390, 844, "/"], ["overview-en-dark", "en", 1280, 1000, "/", true], ["findings-ar-dark", "ar", 1280, 900, "/findings?state=open", true],
	];
	for (const [name, lang, width, height, where, dark] of PICTURES) {
		const v = await visit(browser, { lang, width, height, dark, origin: url });
		await v.page.goto(`${url}${where}`);
		await v.page.locator("input[autocomplete=username]").fill("ana");
		await v.page.locator("input[type=password]").fill(PASSWORD);
		await v.page.locator("form button[type=submit].primary").click();
		await v.page.locator(".who").waitFor({ state: "attached" });
		await settled(v.page);
		if (name === PICTURES[0]![0]) {
			// What the desk did: by a person, so that the history names one.
			await v.page.evaluate(async () => {
				const { csrf } = (await (await fetch("/api/v1/me")).json()) as { csrf: string };
				const act = (body: object) => fetch("/api/v1/findings/acts", { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body) });
				await act({ act: "acknowledge", filter: { asn: 64496 }, comment: "the operator is looking for it" });
				await act({ act: "resolve", filter: { asn: 64499 }, comment: "repaired by the operator" });
			});
			await v.page.reload();
			await settled(v.page);
		}
		if (name.startsWith("finding-")) {
			await v.page.locator("tbody td a").first().click();
			await v.page.locator("section.wide button").click();
			await v.page.locator("details.event").first().waitFor();
		}
		await v.page.mouse.move(0, 0);
		await v.page.evaluate(() => scrollTo(0, 0));
		await v.page.screenshot({ path: path.join(out, `${name}.png`), fullPage: process.env.FULL === "1" });
		if (v.faults.length) console.log(name, v.faults);
		await v.context.close();
	}
} finally {
	await browser.close();
	server.kill("SIGTERM");
	await new Promise((done) => (server.exitCode === null ? server.once("exit", done) : done(undefined)));
	fs.rmSync(dir, { recursive: true, force: true });
}
