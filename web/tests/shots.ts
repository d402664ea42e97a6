/*
 * shots: every page as a picture, in two languages and two widths, to be looked at:
 *   node tools/test.mjs --shots FOLDER
 */
import fs from "node:fs";
import path from "node:path";
import { DIST, launch, settled, signIn, visit } from "./browser";
import { mockStart } from "./mock";
import { PAGES } from "./pages_list";

const out = process.env.SHOTS ?? "shots";
const only = process.env.ONLY?.split(",");
fs.mkdirSync(out, { recursive: true });
const mock = await mockStart(DIST);
const browser = await launch();
for (const lang of (process.env.SHOT_LANGS ?? "en,ar").split(",")) {
	for (const width of (process.env.SHOT_WIDTHS ?? "1280,360").split(",").map(Number)) {
		const v = await visit(browser, { lang, width, height: width < 500 ? 780 : 900, dark: process.env.DARK === "1", origin: mock.url });
		let signed = false;
		for (const p of PAGES) {
			if (only && !only.includes(p.name)) continue;
			if (p.signed && !signed) {
				await signIn(v.page, mock.url);
				signed = true;
			}
			await v.page.goto(mock.url + p.path);
			await settled(v.page);
			await p.then?.(v.page);
			// As it is come to: from its top, with no pointer over it.
			await v.page.mouse.move(0, 0);
			await v.page.evaluate(() => scrollTo(0, 0));
			await v.page.screenshot({ path: path.join(out, `${p.name}-${lang}-${width}.png`), fullPage: width > 500 || process.env.FULL === "1" });
		}
		if (v.faults.length) console.log(lang, width, v.faults);
		await v.context.close();
	}
}
await browser.close();
await mock.close();
