/*
 * build: the page as a folder of files whose names hold a hash of what is in
 * them, so that a browser may keep them for good; index.html alone is asked for
 * anew. Beside each lie .br and .gz, packed once here and not at every request.
 *   node tools/build.mjs --out FOLDER [--stamp FILE] [--depfile FILE.d] [--dev]
 * data/embed_page.py puts the folder into the program.
 */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { catalogue, messages, readPo, sources } from "./messages.mjs";
import { world } from "./world.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const arg = (name) => {
	const i = process.argv.indexOf(`--${name}`);
	return i < 0 ? undefined : process.argv[i + 1];
};
const out = path.resolve(arg("out") ?? "dist");
const dev = process.argv.includes("--dev");
const LANGS = ["ar", "zh", "fr", "ru", "es"];
const locale = path.join(root, "..", "locale");
const countriesFile = path.join(root, "..", "data", "countries", "countries.json");

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(path.join(out, "assets"), { recursive: true });

const assets = {};
function put(name, ext, content) {
	const hash = crypto.createHash("sha256").update(content).digest("base64url").replace(/[-_]/g, "x").slice(0, 10);
	const at = `/assets/${name}-${hash}.${ext}`;
	fs.writeFileSync(path.join(out, at), content);
	return (assets[name] = at);
}

// --- texts, names, shapes ---------------------------------------------------

const wanted = messages();
for (const lang of LANGS) put(`messages.${lang}`, "json", JSON.stringify(catalogue(lang, wanted, locale)));
const countries = JSON.parse(fs.readFileSync(countriesFile, "utf8"));
for (const lang of ["en", ...LANGS]) put(`countries.${lang}`, "json", JSON.stringify(Object.fromEntries(countries.map((c) => [c.iso2, c[lang]]))));
put("world", "json", JSON.stringify(world(countries)));
const told = { ...assets };

// --- scripts and style ------------------------------------------------------

const common = { bundle: true, minify: !dev, legalComments: "none", logLevel: "warning", absWorkingDir: root, target: ["es2022", "chrome109", "firefox115", "safari16"], metafile: true };
// The dark colours stand in the source once, for who chose them; they hold too where the system is dark and nobody chose.
const css = fs.readFileSync(path.join(root, "src/style/main.css"), "utf8");
const dark = /^:root\[data-theme="dark"\] \{([^}]*)\}$/m.exec(css);
if (!dark) throw new Error("main.css: there are no dark colours");
const both = css.replace(dark[0], () => `${dark[0]}\n@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) {${dark[1]}} }`);
const style = esbuild.buildSync({ ...common, stdin: { contents: both, loader: "css", resolveDir: path.join(root, "src/style"), sourcefile: "main.css" }, write: false, outdir: out });
put("style", "css", style.outputFiles[0].contents);
const boot = esbuild.buildSync({ ...common, entryPoints: ["src/boot.ts"], write: false, format: "iife", outdir: out });
put("boot", "js", boot.outputFiles[0].contents);
put("icon", "svg", fs.readFileSync(path.join(root, "src/icon.svg")));
const built = esbuild.buildSync({
	...common, entryPoints: ["src/main.tsx"], format: "esm", splitting: true, jsx: "automatic", jsxImportSource: "preact",
	outdir: path.join(out, "assets"), entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", define: { ASSETS: JSON.stringify(told) },
});

// --- the page itself --------------------------------------------------------

const url = (file) => `/${path.relative(out, path.resolve(root, file))}`;
const [mainFile, main] = Object.entries(built.metafile.outputs).find(([, o]) => o.entryPoint === "src/main.tsx");
// What main needs at once comes along with it, not after it.
const preload = main.imports.filter((i) => i.kind === "import-statement").map((i) => `<link rel="modulepreload" href="${url(i.path)}">`);
const escaped = (s) => s.replace(/&/g, "&amp;").replace(/</g, "&lt;");
const noscript = wanted.find((m) => m.id.startsWith("This page needs JavaScript")).id;
const lines = [["en", noscript], ...LANGS.map((l) => [l, readPo(path.join(locale, `${l}.po`)).entries.get(noscript)?.forms[0] ?? ""])]
	.filter(([, text]) => text).map(([l, text]) => `<p lang="${l}" dir="${l === "ar" ? "rtl" : "ltr"}">${escaped(text)}</p>`).join("");
const html = fs.readFileSync(path.join(root, "index.html"), "utf8")
	.replace("{boot}", assets.boot).replace("{icon}", assets.icon).replace("{style}", assets.style)
	.replace("{main}", url(mainFile)).replace("{preload}", preload.join("\n")).replace("{noscript}", lines);
fs.writeFileSync(path.join(out, "index.html"), html);

// --- packed, counted, told --------------------------------------------------

const files = ["index.html", ...fs.readdirSync(path.join(out, "assets")).sort().map((f) => `assets/${f}`)];
for (const f of files) {
	const plain = fs.readFileSync(path.join(out, f));
	fs.writeFileSync(path.join(out, `${f}.gz`), zlib.gzipSync(plain, { level: 9 }));
	fs.writeFileSync(path.join(out, `${f}.br`), zlib.brotliCompressSync(plain, {
		params: { [zlib.constants.BROTLI_PARAM_QUALITY]: dev ? 5 : 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
	}));
}
// Which chunk belongs to which page: for the test of what a first load weighs.
const pages = Object.fromEntries(Object.entries(built.metafile.outputs).filter(([, o]) => o.entryPoint).map(([f, o]) =>
	[o.entryPoint, { file: url(f), needs: o.imports.filter((i) => i.kind === "import-statement").map((i) => url(i.path)) }]));
fs.writeFileSync(path.join(out, "manifest.json"), JSON.stringify({ assets, pages, messages: wanted.length }, null, 1));

if (arg("depfile")) {
	const used = new Set([...sources(), countriesFile, path.join(root, "index.html"), path.join(root, "src/icon.svg"), path.join(root, "src/style/main.css"),
		path.join(root, "package-lock.json"), ...LANGS.map((l) => path.join(locale, `${l}.po`)), ...fs.readdirSync(path.join(root, "tools")).map((f) => path.join(root, "tools", f))]);
	fs.writeFileSync(arg("depfile"), `${arg("stamp")}: ${[...used].map((f) => f.replace(/ /g, "\\ ")).join(" \\\n ")}\n`);
}
if (arg("stamp")) {
	fs.writeFileSync(arg("stamp"), `${wanted.length} messages, ${files.length} files\n`);
} else {
	const size = (f) => fs.statSync(path.join(out, `${f}.br`)).size;
	for (const f of files) console.log(String(size(f)).padStart(7), f);
}
