/*
 * boot: runs before the page is painted, so that it does not appear in the
 * wrong direction or colours first. Small, and apart: no script stands in the
 * page itself.
 */
const root = document.documentElement;
const known = ["ar", "zh", "en", "fr", "ru", "es"];
const stored = (key: string): string | null => {
	try {
		return localStorage.getItem(key);
	} catch {
		return null; // storage switched off: the browser's wish counts
	}
};
const wish = [stored("lang") ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
const lang = wish.find((tag) => known.includes(tag)) ?? "en";
root.lang = lang;
root.dir = lang === "ar" ? "rtl" : "ltr";
const theme = stored("theme");
if (theme === "light" || theme === "dark") root.dataset.theme = theme;

export {};
