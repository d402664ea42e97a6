/*
 * country: names of countries in the wording of the United Nations; they come
 * with the language. What the list lacks (a code that is none) is shown as it is.
 */
import { countryNames, locale, t } from "./i18n";

export const countryName = (code: string | null | undefined): string =>
	!code || code === "-" ? t("unknown") : Object.hasOwn(countryNames(), code) ? countryNames()[code]! : code;

// [code, name] in the order of the reader's alphabet.
export function countryList(): [string, string][] {
	const sort = new Intl.Collator(locale());
	return Object.entries(countryNames()).sort((a, b) => sort.compare(a[1], b[1]));
}
