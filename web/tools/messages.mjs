/*
 * messages: which texts the page says, and what the catalogues of the program
 * (locale/LANG.po) say for them. One small file a language goes to the page.
 *   node tools/messages.mjs      prints the page's messages, as JSON
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "..");
const SINGLE = new Set(["t", "tx", "N_"]);

export function sources(dir = path.join(root, "src")) {
	return fs.readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
		const at = path.join(dir, e.name);
		return e.isDirectory() ? sources(at) : /\.tsx?$/.test(e.name) ? [at] : [];
	}).sort();
}

// [{ id, plural? }] of all sources. A message that is no plain literal is an error: no catalogue could have it.
export function messages() {
	const found = new Map();
	for (const file of sources()) {
		const tree = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
		const look = (node) => {
			if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
				const name = node.expression.text;
				const own = file.endsWith("i18n.ts");
				const literal = (i) => {
					const a = node.arguments[i];
					if (a && ts.isStringLiteral(a)) return a.text;
					// t(m.text) shows what N_("…") marked.
					if (own || ((name === "t") && a && !ts.isStringLiteralLike(a) && !ts.isBinaryExpression(a) && !ts.isTemplateExpression(a))) return undefined;
					const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
					throw new Error(`${file}:${line + 1}: ${name}() takes a text in double quotes`);
				};
				if (SINGLE.has(name)) {
					const id = literal(0);
					if (id !== undefined && !found.has(id)) found.set(id, { id });
				} else if (name === "tn") {
					const id = literal(0), plural = literal(1);
					if (id !== undefined) found.set(id, { id, plural });
				}
			}
			ts.forEachChild(node, look);
		};
		look(tree);
	}
	return [...found.values()];
}

const unescape = (s) => s.replace(/\\(.)/g, (_, c) => ({ n: "\n", t: "\t" })[c] ?? c);

// A catalogue: its plural rule and { id: text or forms }.
export function readPo(file) {
	const texts = new Map();
	let now, field;
	for (const line of fs.readFileSync(file, "utf8").split("\n")) {
		if (line.startsWith("#")) continue;
		const m = /^(msgid_plural|msgid|msgstr)(?:\[(\d+)\])? /.exec(line);
		if (m) {
			if (m[1] === "msgid") texts.set((now = { msgid: "", plural: undefined, forms: [] }), now);
			field = m[1];
			if (field === "msgstr") now.forms.push("");
			else if (field === "msgid_plural") now.plural = "";
		}
		const q = /"((?:[^"\\]|\\.)*)"\s*$/.exec(line);
		if (!q || !now) continue;
		const text = unescape(q[1]);
		if (field === "msgstr") now.forms[now.forms.length - 1] += text;
		else if (field === "msgid_plural") now.plural += text;
		else now.msgid += text;
	}
	const all = new Map([...texts.keys()].map((e) => [e.msgid, e]));
	const rule = /Plural-Forms:\s*nplurals=(\d+);\s*plural=([^;]+);/.exec(all.get("")?.forms[0] ?? "");
	if (!rule) throw new Error(`${file}: no Plural-Forms`);
	return { count: Number(rule[1]), rule: rule[2], entries: all };
}

/*
 * CLDR's category of a number (what a browser tells) to gettext's form, found
 * by trying numbers: where one category would need two forms, the two do not
 * agree and the catalogue's rule is wrong.
 */
export function forms(lang, { rule, count }) {
	if (!/^[\sn0-9%()?:=!<>&|]+$/.test(rule)) throw new Error(`${lang}: not a plural rule: ${rule}`);
	const index = new Function("n", `return Number(${rule})`);
	const cldr = new Intl.PluralRules(lang);
	const out = {};
	const numbers = [...Array(1000).keys(), 1e3, 1001, 1011, 1e4, 1e5, 1e6, 2e6, 1e7];
	for (const n of numbers) {
		const category = cldr.select(n), form = index(n);
		if (form >= count) throw new Error(`${lang}: form ${form} of ${count}`);
		if (out[category] === undefined) out[category] = form;
		else if (out[category] !== form) throw new Error(`${lang}: ${n} is "${category}", but not form ${out[category]}`);
	}
	return out;
}

// What the page of a language loads. A text that is missing is shown in English.
export function catalogue(lang, wanted = messages(), folder = path.join(root, "..", "locale")) {
	const po = readPo(path.join(folder, `${lang}.po`));
	const texts = {};
	for (const { id, plural } of wanted) {
		const e = po.entries.get(id);
		if (!e || e.forms.some((f) => !f)) continue;
		if (plural === undefined) texts[id] = e.forms[0];
		else if (e.plural === plural && e.forms.length === po.count) texts[id] = e.forms;
	}
	return { forms: forms(lang, po), texts };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(messages(), null, 1));
