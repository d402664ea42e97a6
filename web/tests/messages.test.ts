/*
 * messages: the catalogues hear of every text of the page, and the page finds
 * what they say: plural forms included.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const root = process.env.ENTENTE_WEB ?? process.cwd();
const locale = path.join(root, "..", "locale");

interface Message { id: string; plural?: string }
interface Po { count: number; rule: string; entries: Map<string, { msgid: string; plural?: string; forms: string[] }> }
interface Tools {
	messages(): Message[];
	readPo(file: string): Po;
	forms(lang: string, po: { rule: string; count: number }): Record<string, number>;
	catalogue(lang: string, wanted?: Message[], folder?: string): { forms: Record<string, number>; texts: Record<string, string | string[]> };
}
const tools = (await import(pathToFileURL(path.join(root, "tools/messages.mjs")).href)) as Tools;
const LANGS = ["ar", "zh", "fr", "ru", "es"];

test("xgettext finds every text that TypeScript's parser finds", () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "entente-pot-"));
	const pot = path.join(folder, "a.pot");
	execFileSync("sh", [path.join(locale, "messages.sh"), path.join(root, ".."), pot]);
	// A template has no plural rule; give it one to be read by.
	const text = fs.readFileSync(pot, "utf8").replace(/"Plural-Forms:[^"]*"\n/, "").replace("msgstr \"\"\n\"", "msgstr \"\"\n\"Plural-Forms: nplurals=2; plural=n;\\n\"\n\"");
	fs.writeFileSync(pot, text);
	const { entries } = tools.readPo(pot);
	fs.rmSync(folder, { recursive: true });
	const lost = tools.messages().filter((m) => !entries.has(m.id) || (m.plural !== undefined && entries.get(m.id)!.plural !== m.plural));
	assert.deepEqual(lost, []);
	assert.ok(tools.messages().length > 400, `${tools.messages().length} messages`);
});

test("a text takes %s and nothing else, and no two of them in a row without numbers that cannot be told apart", () => {
	for (const m of tools.messages()) {
		for (const text of [m.id, m.plural ?? ""]) assert.ok(!/%(?!s|%|\d+\$s)/.test(text), `"${text}" has a placeholder that the page does not know`);
	}
});

test("CLDR's categories fall onto each catalogue's forms", () => {
	const want: Record<string, Record<string, number>> = {
		ar: { zero: 0, one: 1, two: 2, few: 3, many: 4, other: 5 }, zh: { other: 0 }, fr: { one: 0, many: 1, other: 1 }, ru: { one: 0, few: 1, many: 2 }, es: { one: 0, many: 1, other: 1 },
	};
	for (const lang of LANGS) assert.deepEqual(tools.forms(lang, tools.readPo(path.join(locale, `${lang}.po`))), want[lang], lang);
	assert.throws(() => tools.forms("ru", { rule: "n != 1", count: 2 }), /not form/);
	assert.throws(() => tools.forms("ru", { rule: "process.exit(1)", count: 2 }), /not a plural rule/);
});

test("a catalogue holds what is translated, and leaves the rest to English", () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "entente-po-"));
	fs.writeFileSync(path.join(folder, "ru.po"), [
		"msgid \"\"", "msgstr \"\"", "\"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n\"", "",
		"msgid \"Findings\"", "msgstr \"A \\\"B\\\"\"", "",
		"msgid \"Not done\"", "msgstr \"\"", "",
		"msgid \"%s finding\"", "msgid_plural \"%s findings\"", "msgstr[0] \"%s one\"", "msgstr[1] \"%s few\"", "msgstr[2] \"%s many\"", "",
	].join("\n"));
	const c = tools.catalogue("ru", [{ id: "Findings" }, { id: "Not done" }, { id: "%s finding", plural: "%s findings" }, { id: "No such" }], folder);
	fs.rmSync(folder, { recursive: true });
	assert.deepEqual(c.texts, { "Findings": "A \"B\"", "%s finding": ["%s one", "%s few", "%s many"] });
});
