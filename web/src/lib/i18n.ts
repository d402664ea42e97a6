/*
 * i18n: messages, numbers and dates in the reader's language. A message's key
 * is its English text, as in the program (locale/*.po holds both); the build
 * writes one small file a language with what the page uses.
 *
 * t("…")          a text; %s and %2$s take the arguments, %% is a percent sign
 * tn("…", "…", n) with the plural form for n; the first %s is n, as written here
 * tx("…", node)   the same as t, where an argument is an element
 * N_("…")         marks a text in a table; t(text) shows it
 */
import type { ComponentChildren } from "preact";

export const LANGS = ["ar", "zh", "en", "fr", "ru", "es"] as const;
export type Lang = (typeof LANGS)[number];
export const LANG_NAMES: Record<Lang, string> = {
	ar: "العربية", zh: "中文", en: "English", fr: "français", ru: "русский", es: "español",
};

interface Catalogue {
	forms: Record<string, number>; // CLDR's category to gettext's form
	texts: Record<string, string | string[]>;
}

declare const ASSETS: Record<string, string>; // set by the build: name to path
export const asset = (name: string): string | undefined => ASSETS[name];

let lang: Lang = "en";
let catalogue: Catalogue = { forms: {}, texts: {} };
let countries: Record<string, string> = {};
let plural = new Intl.PluralRules("en");

export const getLang = (): Lang => lang;
// ISO code to name, in the wording of the United Nations (data/countries).
export const countryNames = (): Record<string, string> => countries;
export const isLang = (tag: string): tag is Lang => (LANGS as readonly string[]).includes(tag);
// Addresses, ports and counts stand side by side: one set of digits for all.
export const locale = (): string => (lang === "ar" ? "ar-u-nu-latn" : lang === "zh" ? "zh-Hans" : lang === "en" ? "en-GB" : lang);

async function fetched<T>(name: string, none: T): Promise<T> {
	const path = asset(name);
	if (!path) return none; // of English there are no messages
	const answer = await fetch(path);
	return answer.ok ? ((await answer.json()) as T) : none;
}

export async function setLang(to: Lang): Promise<void> {
	const [texts, names] = await Promise.all([
		fetched<Catalogue>(`messages.${to}`, { forms: {}, texts: {} }),
		// Without them codes stand there; the page is there all the same.
		fetched<Record<string, string>>(`countries.${to}`, {}).catch(() => ({})),
	]);
	lang = to;
	catalogue = texts;
	countries = names;
	plural = new Intl.PluralRules(to);
	formats.clear();
	document.documentElement.lang = to;
	document.documentElement.dir = to === "ar" ? "rtl" : "ltr";
}

export const N_ = (text: string): string => text;

const find = (key: string): string => {
	const found = catalogue.texts[key];
	return typeof found === "string" ? found : key;
};

const place = /%(?:(\d+)\$)?([s%])/g;

function parts<T>(text: string, args: T[]): (string | T)[] {
	const out: (string | T)[] = [];
	let from = 0, next = 0;
	for (const m of text.matchAll(place)) {
		if (m.index > from) out.push(text.slice(from, m.index));
		from = m.index + m[0].length;
		if (m[2] === "%") {
			out.push("%");
			continue;
		}
		const arg = args[m[1] ? Number(m[1]) - 1 : next++];
		if (arg !== undefined) out.push(arg);
	}
	if (from < text.length) out.push(text.slice(from));
	return out;
}

export const t = (key: string, ...args: (string | number)[]): string =>
	key.includes("%") ? parts(find(key), args.map((a) => (typeof a === "number" ? num(a) : a))).join("") : find(key);

export const tx = (key: string, ...args: ComponentChildren[]): ComponentChildren[] =>
	parts<ComponentChildren>(find(key), args.map((a) => (typeof a === "number" ? num(a) : a)));

export function tn(one: string, many: string, n: number, ...args: (string | number)[]): string {
	const found = catalogue.texts[one];
	const category = plural.select(n);
	const text = Array.isArray(found)
		? (found[catalogue.forms[category] ?? found.length - 1] ?? many)
		: category === "one" ? one : many;
	return parts(text, [n, ...args].map((a) => (typeof a === "number" ? num(a) : a))).join("");
}

// --- numbers and dates -----------------------------------------------------

const formats = new Map<string, unknown>();

function made<T>(key: string, make: () => T): T {
	let f = formats.get(key) as T | undefined;
	if (!f) formats.set(key, (f = make()));
	return f;
}

export const num = (n: number): string => made("n", () => new Intl.NumberFormat(locale())).format(n);
export const short = (n: number): string =>
	made("s", () => new Intl.NumberFormat(locale(), { notation: "compact", maximumFractionDigits: 1 })).format(n);

export const bytes = (n: number): string => {
	const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
	let i = 0;
	while (n >= 1000 && i < units.length - 1) {
		n /= 1000;
		i++;
	}
	const digits = n < 10 && i ? 1 : 0;
	return made(`b${i}${digits}`, () => new Intl.NumberFormat(locale(), {
		style: "unit", unit: units[i]!, unitDisplay: i ? "short" : "long", maximumFractionDigits: digits,
	})).format(n);
};

export const percent = (part: number, whole: number): string =>
	made("p", () => new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 })).format(whole ? part / whole : 0);

const valid = (when: string): Date | undefined => {
	const d = new Date(when);
	return Number.isNaN(d.getTime()) ? undefined : d;
};

// A moment, in the reader's time zone; UTC stands in the element's title.
export const moment = (when: string): string => {
	const d = valid(when);
	return d ? made("t", () => new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" })).format(d) : when;
};
export const exact = (when: string): string => {
	const d = valid(when);
	return d ? d.toISOString().replace("T", " ").replace(/(\.000)?Z$/, " UTC") : when;
};
// A day of the statistics: they count by UTC.
export const day = (when: string): string => {
	const d = valid(when);
	return d ? made("d", () => new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", timeZone: "UTC" })).format(d) : when;
};

export const ago = (when: string, now = Date.now()): string => {
	const d = valid(when);
	if (!d) return when;
	const f = made("r", () => new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "short" }));
	const s = (d.getTime() - now) / 1000;
	const steps: [number, Intl.RelativeTimeFormatUnit][] = [[86400 * 365, "year"], [86400 * 30, "month"], [86400, "day"], [3600, "hour"], [60, "minute"]];
	for (const [len, unit] of steps) if (Math.abs(s) >= len) return f.format(Math.trunc(s / len), unit);
	return f.format(Math.trunc(s), "second");
};

// A length of time, in its two largest units: "2 d 4 h".
export const span = (s: number): string => {
	const steps: [number, string][] = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
	const found = steps.findIndex(([len]) => s >= len);
	const at = found < 0 ? 3 : found;
	const one = (n: number, unit: string) => made(`u${unit}`, () =>
		new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "short" })).format(n);
	const [len, unit] = steps[at]!;
	const whole = Math.floor(s / len);
	const next = steps[at + 1];
	const rest = next ? Math.floor((s - whole * len) / next[0]) : 0;
	return rest && next && whole < 10 ? `${one(whole, unit)} ${one(rest, next[1])}` : one(whole, unit);
};
