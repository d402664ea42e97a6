/*
 * country: names of countries in the wording of the United Nations, read when
 * first needed; until then, and for what the list lacks, the browser's own.
 */
import { useEffect, useState } from "preact/hooks";
import { asset, getLang, locale, t } from "./i18n";

let names: Record<string, string> = {};
let of = "";
let loading: Promise<void> | undefined;

async function load(lang: string): Promise<void> {
	const path = asset(`countries.${lang}`);
	const answer = path ? await fetch(path) : undefined;
	names = answer?.ok ? ((await answer.json()) as Record<string, string>) : {};
	of = lang;
}

// Shows the component again when the names are there.
export function useCountries(): void {
	const [, again] = useState(0);
	const lang = getLang();
	useEffect(() => {
		if (of === lang) return;
		let gone = false;
		loading ??= load(lang).catch(() => undefined).finally(() => (loading = undefined));
		void loading.then(() => gone || again((n) => n + 1));
		return () => void (gone = true);
	}, [lang]);
}

export function countryName(code: string | null | undefined): string {
	if (!code || code === "-") return t("unknown");
	const own = of === getLang() ? names[code] : undefined;
	if (own) return own;
	if (!/^[A-Z]{2}$/.test(code)) return code;
	try {
		return new Intl.DisplayNames(locale(), { type: "region" }).of(code) ?? code;
	} catch {
		return code;
	}
}

// [code, name] in the order of the reader's alphabet.
export function countryList(): [string, string][] {
	const sort = new Intl.Collator(locale());
	return Object.entries(of === getLang() ? names : {}).sort((a, b) => sort.compare(a[1], b[1]));
}
