/* axe: every page, signed in and out, in English and Arabic, light and dark, on a desk and a phone. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { DIST, launch, settled, signIn, visit, walk } from "./browser";
import { mockStart, type Mock } from "./mock";
import { PAGES } from "./pages_list";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

interface Result {
	violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}

let browser: Browser, mock: Mock;
before(async () => {
	mock = await mockStart(DIST);
	browser = await launch();
});
after(async () => {
	await browser?.close();
	await mock?.close();
});

// All four sides of each choice, without every mixture of them.
const LOOKS = [
	{ lang: "en", width: 1280, dark: false, due: "dora" },
	{ lang: "ar", width: 360, dark: true, due: "deem" },
];

for (const look of LOOKS) {
	test(`every page keeps WCAG 2.2 AA: ${look.lang}, ${look.width} px, ${look.dark ? "dark" : "light"}`, { timeout: 400_000 }, async () => {
		const v = await visit(browser, { ...look, origin: mock.url });
		let signed = false;
		const wrong: string[] = [];
		const check = async (page: Page, name: string) => {
			// The page's own policy lets no foreign script in; the driver's evaluation stands above it.
			if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
			const r = (await page.evaluate((tags) => (window as unknown as { axe: { run(c: Document, o: object): Promise<unknown> } }).axe.run(document, { runOnly: { type: "tag", values: tags } }), TAGS)) as Result;
			for (const x of r.violations) wrong.push(`${name}: ${x.id}: ${x.help}\n    ${x.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)}\n      ${n.failureSummary?.replace(/\n\s*/g, " ")}`).join("\n    ")}`);
			// No page is wider than its window: nothing to be moved sideways on a phone (1.4.10).
			const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
			if (wide > 1) wrong.push(`${name}: ${wide} px wider than the window`);
		};
		for (const p of PAGES) {
			if (p.signed && !signed) {
				await signIn(v.page, mock.url);
				signed = true;
			}
			// Signed in, from page to page by its own means, as a person goes: nothing is loaded again.
			if (signed) await walk(v.page, p.path);
			else await v.page.goto(mock.url + p.path);
			await settled(v.page);
			await p.then?.(v.page);
			await check(v.page, p.name);
		}
		await v.context.close();
		// What stands before all else for who has to set up a second factor first, step by step.
		const due = await visit(browser, { ...look, origin: mock.url });
		await due.page.goto(`${mock.url}/sign-in`);
		await due.page.locator("input[autocomplete=username]").fill(look.due);
		await due.page.locator("input[type=password]").fill("correct horse battery");
		await due.page.locator("button.primary").click();
		await due.page.locator("#second-factor input[type=password]").waitFor();
		await check(due.page, "set-up, the password");
		await due.page.locator("#second-factor input[type=password]").fill("correct horse battery");
		await due.page.locator("#second-factor button[type=submit]").click();
		await due.page.locator("svg.qr path").waitFor();
		await check(due.page, "set-up, the code");
		await due.page.locator("input[autocomplete=one-time-code]").fill("123456");
		await due.page.locator("#second-factor button[type=submit]").click();
		await due.page.getByText("4f7k-92mm").waitFor();
		await check(due.page, "set-up, the recovery codes");
		await due.context.close();
		assert.equal(wrong.join("\n"), "");
		assert.deepEqual([...v.faults, ...due.faults], []);
	});
}
