/*
 * test: bundle the tests (so that any node from 18 runs them) and run them with
 * node's own runner, against a build of the page:
 *   node tools/test.mjs [--dist FOLDER] [--work FOLDER] [--shots FOLDER | --pictures FOLDER] [NAME...]
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const args = process.argv.slice(2);
const take = (name) => {
	const i = args.indexOf(`--${name}`);
	return i < 0 ? undefined : args.splice(i, 2)[1];
};
const dist = path.resolve(take("dist") ?? path.join(root, "dist"));
const pictures = take("pictures");
const shots = pictures ?? take("shots");
// Within web/, so that the bundles find node_modules.
const work = path.resolve(take("work") ?? path.join(root, ".tests"));
// node.test.ts is about the program, and has a test of its own in tests/meson.build.
const tests = fs.readdirSync(path.join(root, "tests")).filter((f) => f.endsWith(".test.ts") && (args.length ? args.some((a) => f.includes(a)) : f !== "node.test.ts"));
const entries = shots ? [pictures ? "pictures.ts" : "shots.ts"] : tests;
if (!entries.length) throw new Error(`no test is called ${args.join(" ")}`);
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (!fs.existsSync(chromium)) {
	console.log(`skipped: the page is tested in Debian's Chromium, and there is no ${chromium}`);
	process.exit(77);
}
fs.rmSync(work, { recursive: true, force: true });
esbuild.buildSync({
	absWorkingDir: root, entryPoints: entries.map((f) => `tests/${f}`), bundle: true, platform: "node", format: "esm", target: "node18", outdir: work,
	outExtension: { ".js": ".mjs" }, packages: "external", jsx: "automatic", jsxImportSource: "preact", logLevel: "warning", define: { ASSETS: "{}" },
});
const files = entries.map((f) => path.join(work, f.replace(/\.ts$/, ".mjs")));
const env = { ...process.env, ENTENTE_WEB: root, ENTENTE_WEB_DIST: dist, ...(shots ? { SHOTS: path.resolve(shots) } : {}) };
const done = spawnSync(process.execPath, shots ? files : ["--test", "--test-reporter=spec", ...files], { stdio: "inherit", env });
process.exit(done.status ?? 1);
