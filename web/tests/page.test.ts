/* page: what a person does on it, in a real browser. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { DIST, launch, settled, signIn, visit, walk } from "./browser";
import { mockStart, type Mock } from "./mock";
import { HOSTILE } from "./mock_data";

let browser: Browser, mock: Mock;
before(async () => {
	mock = await mockStart(DIST);
	browser = await launch();
});
after(async () => {
	await browser?.close();
	await mock?.close();
});

const LONG = { timeout: 120_000 };

test("signing in asks for the second factor where the account has one, and comes back to what was asked for", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await page.goto(`${mock.url}/findings?state=resolved`);
	await page.locator("input[autocomplete=username]").fill("tess");
	await page.locator("input[type=password]").fill("wrong");
	await page.locator("button.primary").click();
	await page.locator("[role=alert]", { hasText: "the name or the password is wrong" }).waitFor();
	await page.locator("input[type=password]").fill("correct horse battery");
	await page.locator("button.primary").click();
	await page.locator("input[autocomplete=one-time-code]").fill("123 456");
	await page.locator("button.primary").click();
	await page.locator("h1", { hasText: "Findings" }).waitFor();
	assert.equal(new URL(page.url()).search, "?state=resolved");
	await page.locator(".top-end button").click();
	await page.locator("h1", { hasText: "Sign in" }).waitFor();
	assert.deepEqual(faults, []);
	await context.close();
});

test("filters stand in the address, pages follow a cursor, and Back goes back", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/findings`);
	await settled(page);
	await page.locator("select").nth(await indexOfSelect(page, "new")).selectOption("open");
	await page.waitForURL(/state=open/);
	await page.getByText("165 findings").waitFor();
	await page.locator("input[type=search]").nth(1).fill("2001:db8:38::8");
	await page.getByRole("button", { name: "Filter", exact: true }).click();
	// An address is looked for as one, be it in the field for text.
	await page.waitForURL(/prefix=2001%3Adb8%3A38%3A%3A8$/);
	await page.goBack();
	await page.waitForURL((u) => !u.search.includes("prefix="));
	await page.locator("input[type=search]").nth(1).fill(".2.1");
	await page.getByRole("button", { name: "Filter", exact: true }).click();
	await page.waitForURL(/text=\.2\.1/);
	await page.locator("a[rel=next]").click();
	await page.waitForURL(/cursor=50/);
	await page.goBack();
	await page.waitForURL((u) => !u.search.includes("cursor"));
	await page.goBack();
	await page.waitForURL((u) => !u.search.includes("text="));
	await page.getByText("165 findings").waitFor();
	assert.ok(mock.requests.some((r) => r.startsWith("GET /api/v1/findings?state=open&text=.2.1&order=last&limit=50&cursor=50")), mock.requests.filter((r) => r.includes("cursor")).join());
	assert.deepEqual(faults, []);
	await context.close();
});

test("what is typed into the field for text is looked for as what it is", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/findings`);
	await settled(page);
	const type = async (text: string) => {
		await page.locator(".filters input[type=search]").fill(text);
		await page.getByRole("button", { name: "Filter", exact: true }).click();
	};
	await type(" as64497 ");
	await page.waitForURL((u) => u.search === "?asn=64497");
	assert.equal(await page.getByLabel("AS number").inputValue(), "64497");
	await page.getByRole("link", { name: "Without filters" }).click();
	await page.waitForURL((u) => u.search === "");
	await type("192.0.2.");
	await page.waitForURL((u) => u.searchParams.get("prefix") === "192.0.2.0/24" && u.searchParams.size === 1);
	await page.goto(`${mock.url}/findings`);
	await settled(page);
	await type("andromeda 2.4");
	await page.waitForURL((u) => u.searchParams.get("text") === "andromeda 2.4");
	// The same where the address brings it, from a colleague or another program.
	await page.goto(`${mock.url}/findings?text=192.0.2.7`);
	await settled(page);
	assert.equal(await page.getByLabel("Network", { exact: true }).inputValue(), "192.0.2.7");
	assert.ok(await page.locator("tbody a", { hasText: "192.0.2.7" }).count(), "found");
	assert.ok(mock.requests.some((r) => r.startsWith("GET /api/v1/findings?prefix=192.0.2.7&order")), mock.requests.slice(-4).join());
	assert.deepEqual(faults, []);
	await context.close();
});

test("countries have the names that the United Nations give them, in each language, and they come with it", LONG, async () => {
	const expected: Record<string, [string, string]> = {
		en: ["United States of America", "Switzerland"], fr: ["États-Unis d'Amérique", "Suisse"], es: ["Estados Unidos de América", "Suiza"],
		ru: ["Соединенные Штаты Америки", "Швейцария"], zh: ["美利坚合众国", "瑞士"], ar: ["الولايات المتحدة الأمريكية", "سويسرا"],
	};
	const { context, page, faults } = await visit(browser, { lang: "en", origin: mock.url });
	let asked: string[] = [];
	page.on("request", (r) => void (/\/countries\.(\w+)-/.test(r.url()) && asked.push(/\/countries\.(\w+)-/.exec(r.url())![1]!)));
	await signIn(page, mock.url);
	for (const [lang, [us, ch]] of Object.entries(expected)) {
		// The first one comes with the browser, the others are chosen.
		if (lang !== "en") {
			asked = [];
			await page.locator(".picks select").first().selectOption(lang);
			await page.waitForFunction((l) => document.documentElement.lang === l, lang);
		}
		await walk(page, "/");
		await page.locator(".rank th", { hasText: ch }).first().waitFor();
		await walk(page, "/findings?country=US");
		const cells = await page.locator("tbody tr td:nth-child(6)").allInnerTexts();
		assert.ok(cells.length > 3 && cells.every((c) => c.trim().replace(/\u2019/g, "'") === us), `${lang}: ${cells[0]}`);
		assert.equal((await page.locator("option[value=US]").innerText()).replace(/\u2019/g, "'"), us);
		assert.ok(asked.length && asked.every((l) => l === lang), asked.join());
	}
	assert.deepEqual(faults, []);
	await context.close();
});

test("the overview says when the last report came", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await settled(page);
	const figure = page.locator(".figure", { hasText: "Last report" });
	assert.match(await figure.locator(".value").innerText(), /^1 (hr|h)\.? ago$/);
	assert.ok(await figure.locator("time").getAttribute("datetime"));
	await figure.locator("a").click();
	await page.waitForURL(/\/reports$/);
	assert.deepEqual(faults, []);
	await context.close();
});

async function indexOfSelect(page: import("playwright-core").Page, value: string): Promise<number> {
	return page.locator("select").evaluateAll((all, v) => all.findIndex((s) => [...(s as HTMLSelectElement).options].some((o) => o.value === v)), value);
}

test("many findings are changed at once, with a comment, all that a filter finds included", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/findings?class=phishing&state=open`);
	await settled(page);
	const before = Number((await page.locator(".bar-line [role=status]").innerText()).replace(/\D/g, ""));
	assert.ok(before > 10);
	await page.locator("tbody input[type=checkbox]").first().check();
	await page.locator(".bulk").getByRole("button", { name: "Mark as resolved" }).click();
	await page.locator("dialog textarea").fill("patched");
	await page.locator("dialog button.primary").click();
	await page.getByText("1 finding changed.").waitFor();
	await page.locator(".bar-line [role=status]", { hasText: `${before - 1} findings` }).waitFor();
	await page.locator("thead input[type=checkbox]").check();
	await page.locator(".bulk").getByRole("button", { name: "Mark as resolved" }).click();
	await page.locator("dialog button.primary").click();
	await page.locator("dialog").waitFor({ state: "detached" });
	await page.getByText("No finding fits these filters.").waitFor();
	assert.deepEqual(faults, []);
	await context.close();
});

test("a finding's id beyond 2^53 is kept whole; its state changes and its history shows who and why", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/findings?order=id`);
	await settled(page);
	await page.locator("tbody a[href='/findings/9007199254740993']").click();
	await page.locator("h1", { hasText: "Finding:" }).waitFor();
	await page.locator("textarea").fill("we look at it");
	await page.getByRole("button", { name: "Acknowledge" }).click();
	await page.locator(".history .quote", { hasText: "we look at it" }).waitFor();
	assert.equal(await page.locator(".facts .chip").first().innerText(), "acknowledged");
	assert.deepEqual(faults, []);
	await context.close();
});

test("what a report holds is text: no script runs, no address is a link, no sign hides", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	for (const at of ["/findings", "/findings/9007199254740998", "/findings/9007199254740997", "/reports", "/reports/3", "/notices", "/notices/N4Q1-1", "/contacts", "/audit", `/lookup?q=${encodeURIComponent(HOSTILE.html)}`]) {
		await walk(page, at);
		const more = page.getByRole("button", { name: "Show the events" });
		if (await more.count()) {
			await more.click();
			await page.locator("details.event").first().waitFor();
		}
		const seen = await page.evaluate(() => ({
			title: document.title, images: document.querySelectorAll("main img").length, scripts: document.querySelectorAll("body script").length,
			links: [...document.querySelectorAll<HTMLAnchorElement>("a[href]")].filter((a) => a.origin !== location.origin).map((a) => a.href),
			hidden: [...document.querySelectorAll("main *")].some((e) => [...e.childNodes].some((n) => n.nodeType === 3 && /[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008\u001b]/.test(n.nodeValue ?? ""))),
		}));
		assert.deepEqual({ ...seen, title: seen.title.includes("owned") }, { title: false, images: 0, scripts: 0, links: [], hidden: false }, at);
	}
	await page.goto(`${mock.url}/reports`);
	await settled(page);
	assert.ok(await page.locator(".unseen", { hasText: "U+202E" }).count(), "the override is shown by its name");
	assert.deepEqual(faults, []);
	await context.close();
});

test("a file dropped on the page is taken in, known files say so, a refused one says why", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/reports`);
	await settled(page);
	const drop = async (name: string, text: string) => page.evaluate(([n, s]) => {
		const data = new DataTransfer();
		data.items.add(new File([s!], n!));
		for (const type of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
	}, [name, text]);
	await drop("تقرير-2026.csv", "ip,time\n192.0.2.1,2026-11-28\n");
	await page.locator(".uploads li.taken").waitFor();
	await drop("تقرير-2026.csv", "ip,time\n192.0.2.1,2026-11-28\n");
	await page.locator(".uploads li.known").waitFor();
	await drop("nothing.csv", "");
	await page.locator(".uploads li.failed", { hasText: "there is nothing in it" }).waitFor();
	// The list shows it by itself, first being read, then done.
	const row = page.locator("tbody tr", { hasText: "تقرير-2026.csv" });
	await row.locator(".chip", { hasText: "done" }).waitFor();
	assert.deepEqual(faults, []);
	await context.close();
});

test("what changes on the node is told: the overview by itself, a list when it is asked for", LONG, async () => {
	const { context, page } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/findings`);
	await settled(page);
	await page.waitForTimeout(300);
	mock.push("finding", "0");
	await page.getByRole("button", { name: "Show the changes" }).click();
	await page.getByRole("button", { name: "Show the changes" }).waitFor({ state: "detached" });
	await page.goto(mock.url);
	await settled(page);
	const asked = () => mock.requests.filter((r) => r === "GET /api/v1/overview").length;
	const n = asked();
	await page.waitForTimeout(300);
	mock.push("report", "7");
	for (let i = 0; i < 100 && asked() === n; i++) await page.waitForTimeout(100);
	assert.equal(asked(), n + 1);
	await context.close();
});

test("a failure says what it is and what to do; trying again works; an empty node says where to begin", LONG, async () => {
	const { context, page } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	mock.fail("/overview", 500);
	await page.goto(mock.url);
	await page.locator("[role=alert]", { hasText: "the store could not be read" }).waitFor();
	mock.fail("/overview", "cut");
	await page.getByRole("button", { name: "Try again" }).click();
	await page.locator("[role=alert]", { hasText: "Check the network connection" }).waitFor();
	mock.fail("/overview", null);
	mock.empty = true;
	await page.getByRole("button", { name: "Try again" }).click();
	await page.getByRole("link", { name: "Hand in the first report" }).waitFor();
	assert.match(await page.locator(".empty").innerText(), /entente networks --asn FILE --country FILE[\s\S]*contacts[\s\S]*Reports/);
	await page.goto(`${mock.url}/findings`);
	await page.getByText("There are no findings yet.").waitFor();
	mock.empty = false;
	await context.close();
});

test("an answer that does not come says so after a while, and is shown when it comes", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	mock.fail("/audit", "wait");
	await page.goto(`${mock.url}/audit`);
	await page.getByText("Loading …").waitFor();
	assert.equal(await page.getByRole("button", { name: "Load the page again" }).count(), 0);
	await page.getByRole("button", { name: "Load the page again" }).waitFor();
	mock.fail("/audit", null);
	await page.locator("tbody tr").first().waitFor();
	assert.equal(await page.locator(".busy").count(), 0);
	assert.deepEqual(faults, []);
	await context.close();
});

test("a chart's words are as large on a phone as on a desk, and blocks do not touch", LONG, async () => {
	for (const width of [390, 1280]) {
		const { context, page, faults } = await visit(browser, { width, origin: mock.url });
		await signIn(page, mock.url);
		await settled(page);
		await page.waitForFunction(() => {
			const svg = document.querySelector<SVGSVGElement>(".trend svg");
			return !!svg && Math.abs(svg.viewBox.baseVal.width - svg.clientWidth) <= 1;
		});
		// 12 pixels high letters: a box of some 14.
		const high = await page.locator(".trend text").first().evaluate((e) => e.getBoundingClientRect().height);
		assert.ok(high > 11, `${width}: ${high}`);
		for (const at of ["/about", "/reports/3", "/reply/good-token", "/lookup?q=192.0.2.7", "/notices/N4Q1-1"]) {
			await walk(page, at);
			const near = await page.evaluate(() => [...document.querySelectorAll("main .card, main .scroll, main form.fields")].flatMap((e) => {
				const before = e.previousElementSibling;
				if (!before || getComputedStyle(e).display === "none") return [];
				const a = before.getBoundingClientRect(), b = e.getBoundingClientRect();
				return b.top - a.bottom < 5 && b.left < a.right && a.left < b.right ? [`${before.className || before.tagName} and ${e.className}`] : [];
			}));
			assert.deepEqual(near, [], `${at} at ${width}`);
		}
		assert.deepEqual(faults, []);
		await context.close();
	}
});

test("the widest language fits a phone, and no button of a table is out of sight on a desk", LONG, async () => {
	for (const width of [390, 1280]) {
		const { context, page, faults } = await visit(browser, { lang: "ru", width, origin: mock.url });
		await signIn(page, mock.url);
		for (const at of ["/", "/findings", "/contacts", "/accounts", "/notices", "/me", "/agreements/mou-2026", "/partners", "/transfers", "/sync"]) {
			await walk(page, at);
			const out = await page.evaluate(() => [...document.querySelectorAll("main button, main select, main .chip, main td.num")].filter((e) => {
				const r = e.getBoundingClientRect(), s = e.closest(".scroll")?.getBoundingClientRect();
				return r.width > 0 && (r.right > innerWidth + 1 || (s && r.right > s.right + 1));
			}).map((e) => e.outerHTML.slice(0, 80)));
			assert.deepEqual(out, [], `${at} at ${width}`);
		}
		assert.deepEqual(faults, []);
		await context.close();
	}
});

test("who answers is said in the reader's words; a message runs as its own language does", LONG, async () => {
	const { context, page, faults } = await visit(browser, { lang: "ar", origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/contacts`);
	await settled(page);
	const who = await page.locator("section.card").nth(1).locator("tbody td:first-child").allInnerTexts();
	assert.deepEqual(who.map((s) => s.trim()), ["AS64496", "198.51.100.0/24", "سويسرا"]);
	await page.goto(`${mock.url}/notices/N4Q1-1`);
	await settled(page);
	assert.equal(await page.locator(".letter").evaluate((e) => getComputedStyle(e).direction), "ltr");
	// What stands in an empty field runs as the page does, what is typed as it is written.
	const search = page.locator(".top input[type=search]");
	assert.equal(await search.evaluate((e) => getComputedStyle(e).direction), "rtl");
	await search.fill("example.org");
	assert.equal(await search.evaluate((e) => getComputedStyle(e).direction), "ltr");
	assert.deepEqual(faults, []);
	await context.close();
});

test("nobody approves what they prepared: the page shows the node's no", LONG, async () => {
	const { context, page } = await visit(browser, { origin: mock.url });
	await page.goto(`${mock.url}/sign-in`);
	await page.locator("input[autocomplete=username]").fill("tess");
	await page.locator("input[type=password]").fill("correct horse battery");
	await page.locator("button.primary").click();
	await page.locator("input[autocomplete=one-time-code]").fill("123456");
	await page.locator("button.primary").click();
	await page.locator(".who").waitFor();
	await page.goto(`${mock.url}/notices/N4Q1-1`);
	await settled(page);
	await page.getByRole("button", { name: "Approve" }).click();
	await page.locator("dialog button.primary").click();
	await page.locator("dialog [role=alert]", { hasText: "nobody approves what they prepared themselves" }).waitFor();
	await context.close();
	// Another person does, and it is sent.
	const other = await visit(browser, { origin: mock.url });
	await signIn(other.page, mock.url);
	await other.page.goto(`${mock.url}/notices/N4Q1-1`);
	await settled(other.page);
	await other.page.getByRole("button", { name: "Approve" }).click();
	await other.page.locator("dialog button.primary").click();
	await other.page.locator(".facts .chip", { hasText: "queued" }).waitFor();
	await other.page.goto(`${mock.url}/notices`);
	await other.page.getByRole("button", { name: "Send what is due" }).click();
	await other.page.locator("dialog button.primary").click();
	await other.page.getByText("They are on their way").waitFor();
	await other.page.locator("dialog button.primary").click();
	await other.page.getByRole("button", { name: "Prepare notices" }).click();
	await other.page.locator("dialog tbody tr", { hasText: "soc@bank.example" }).waitFor();
	await other.page.locator("dialog").getByRole("button", { name: "Prepare", exact: true }).click();
	await other.page.getByText("1 notice was prepared.").waitFor();
	await other.context.close();
});

test("by keyboard alone: skip link, menu, filter, dialog and back", LONG, async () => {
	const { context, page } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/findings`);
	await settled(page);
	await page.keyboard.press("Tab");
	assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
	await page.keyboard.press("Enter");
	assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
	await page.locator("tbody input[type=checkbox]").first().focus();
	await page.keyboard.press("Space");
	await page.locator(".bulk button", { hasText: "Acknowledge" }).focus();
	await page.keyboard.press("Enter");
	await page.locator("dialog[open]").waitFor();
	assert.ok(await page.evaluate(() => document.querySelector("dialog")?.contains(document.activeElement)));
	await page.keyboard.press("Escape");
	await page.locator("dialog").waitFor({ state: "detached" });
	assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Acknowledge");
	// What has the focus is seen.
	const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineWidth);
	assert.equal(outline, "3px");
	await context.close();
});

test("without an account: report an incident, ask why an address is listed, answer a notice", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await page.goto(`${mock.url}/report-incident`);
	await page.locator("textarea").fill("Somebody sends mail in our name since Monday.");
	await page.locator("button.primary").click();
	await page.getByText("R2026-000042").waitFor();
	await page.goto(`${mock.url}/listed`);
	await page.getByText("Nothing is known against 127.0.0.1.").waitFor();
	await page.locator("input[type=search]").fill("192.0.2.9");
	await page.keyboard.press("Enter");
	await page.getByText("Of 192.0.2.9 only whoever uses it is told.").waitFor();
	await page.goto(`${mock.url}/reply/bad-token`);
	await page.locator("[role=alert]", { hasText: "it has expired" }).waitFor();
	await page.goto(`${mock.url}/reply/good-token`);
	await page.getByText("3 findings; the message has the details.").waitFor();
	assert.ok(!mock.requests.some((r) => r.startsWith("POST /api/v1/reply/good-token")), "looking is no answer");
	await page.getByText("Fixed", { exact: true }).click();
	await page.getByRole("button", { name: "Send the answer" }).click();
	await page.getByText("Your answer was taken in.").waitFor();
	assert.deepEqual(faults, []);
	await context.close();
});

test("the language and the colours are chosen, kept, and Arabic runs from right to left", LONG, async () => {
	const { context, page, faults } = await visit(browser, { lang: "fr-CA", origin: mock.url });
	await page.goto(`${mock.url}/about`);
	await settled(page);
	assert.equal(await page.evaluate(() => document.documentElement.lang), "fr");
	await page.locator(".picks select").first().selectOption("ar");
	await page.waitForFunction(() => document.documentElement.dir === "rtl");
	await page.locator(".picks select").last().selectOption("dark");
	await page.reload();
	await settled(page);
	const now = await page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir, theme: document.documentElement.dataset.theme, menu: document.querySelector(".menu")!.getBoundingClientRect().left > 640 }));
	assert.deepEqual(now, { lang: "ar", dir: "rtl", theme: "dark", menu: true });
	assert.deepEqual(faults, []);
	await context.close();
});

test("the dark colours are the same, whoever chose them: the reader or the system", LONG, async () => {
	const colours = async (dark: boolean, theme: string) => {
		const { context, page } = await visit(browser, { dark, origin: mock.url });
		await page.goto(`${mock.url}/about`);
		await settled(page);
		await page.locator(".picks select").last().selectOption(theme);
		const got = await page.evaluate(() => {
			const names = [...document.styleSheets].flatMap((s) => [...s.cssRules]).flatMap((r) => (r instanceof CSSStyleRule && r.selectorText === ":root" ? [...r.style].filter((n) => n.startsWith("--")) : []));
			const s = getComputedStyle(document.documentElement);
			return { scheme: s.colorScheme, colours: names.map((n) => `${n}:${s.getPropertyValue(n)}`) };
		});
		await context.close();
		return got;
	};
	const dark = await colours(true, "");
	assert.equal(dark.scheme, "dark");
	assert.ok(dark.colours.length > 25);
	assert.deepEqual(await colours(false, "dark"), dark);
	const light = await colours(true, "light");
	assert.equal(light.scheme, "light");
	assert.notDeepEqual(light.colours, dark.colours);
	assert.deepEqual(await colours(false, ""), light);
});

test("the second factor's QR code is drawn here, and a token is shown once", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url, "mina");
	await page.goto(`${mock.url}/me`);
	await settled(page);
	await page.locator("#second-factor input[type=password]").fill("correct horse battery");
	await page.getByRole("button", { name: "Set it up" }).click();
	await page.locator("svg.qr path").waitFor();
	assert.ok((await page.locator("svg.qr path").getAttribute("d"))!.length > 2000);
	await page.locator("input[autocomplete=one-time-code]").fill("123456");
	await page.getByRole("button", { name: "Switch it on" }).click();
	await page.getByText("4f7k-92mm").waitFor();
	await page.getByRole("button", { name: "New token" }).click();
	await page.locator("dialog input").first().fill("siem");
	await page.locator("dialog .check").first().click();
	await page.locator("dialog button.primary").click();
	await page.getByText("ente_MOCKMOCKMOCKMOCKMOCK").waitFor();
	assert.deepEqual(faults, []);
	await context.close();
});

test("a password that was given out is changed before anything else", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await page.goto(`${mock.url}/findings`);
	await page.locator("input[autocomplete=username]").fill("fresh");
	await page.locator("input[type=password]").fill("given out once");
	await page.locator("button.primary").click();
	await page.locator("h1", { hasText: "Choose a password" }).waitFor();
	await page.locator("input[autocomplete=current-password]").fill("given out once");
	for (const n of [0, 1]) await page.locator("input[autocomplete=new-password]").nth(n).fill("my own long words");
	await page.locator("button.primary").click();
	await page.locator("h1", { hasText: "Findings" }).waitFor();
	assert.deepEqual(faults, []);
	await context.close();
});

test("a role that needs a second factor: it is set up before anything else, and the recovery codes are seen", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await page.goto(`${mock.url}/findings?state=open`);
	await page.locator("input[autocomplete=username]").fill("dora");
	await page.locator("input[type=password]").fill("correct horse battery");
	await page.locator("button.primary").click();
	await page.locator("h1", { hasText: "Set up a second factor" }).waitFor();
	assert.equal(await page.locator(".menu a[href='/findings']").count(), 0);
	assert.ok(!mock.requests.slice(-3).some((r) => r.includes("/live")), "what would be refused is not asked for");
	await page.goto(`${mock.url}/accounts`);
	await page.locator("h1", { hasText: "Set up a second factor" }).waitFor();
	await page.goto(`${mock.url}/findings?state=open`);
	await page.locator("input[autocomplete=current-password]").fill("correct horse battery");
	await page.getByRole("button", { name: "Set it up" }).click();
	await page.locator("svg.qr path").waitFor();
	await page.locator("input[autocomplete=one-time-code]").fill("123456");
	await page.getByRole("button", { name: "Switch it on" }).click();
	await page.getByText("4f7k-92mm").waitFor();
	const live = mock.requests.filter((r) => r.includes("/live")).length;
	await page.getByRole("button", { name: "They are kept: go on" }).click();
	await page.locator("h1", { hasText: "Findings" }).waitFor();
	for (let i = 0; i < 50 && mock.requests.filter((r) => r.includes("/live")).length === live; i++) await page.waitForTimeout(100);
	assert.equal(mock.requests.filter((r) => r.includes("/live")).length, live + 1, "it listens from now on");
	assert.deepEqual(faults, []);
	await context.close();
});

test("what an account may not do is not offered, and said where it is asked for", LONG, async () => {
	const { context, page } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url, "fresh", "my own long words");
	assert.deepEqual(await page.locator(".menu-group a").allInnerTexts(), ["Overview", "Findings", "Look-up", "Indicators and objects"]);
	await page.goto(`${mock.url}/accounts`);
	await page.locator("h1", { hasText: "Your account may not see this page" }).waitFor();
	await page.goto(`${mock.url}/findings`);
	await settled(page);
	assert.equal(await page.locator("tbody input[type=checkbox]").count(), 0);
	await context.close();
});

test("a partner's certificate is added and dismissed", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/partners`);
	await settled(page);
	const row = page.locator("tr", { hasText: "CERT-EX" });
	await page.getByRole("button", { name: "New certificate" }).click();
	await page.locator("dialog input").first().fill("CERT-EX");
	await page.locator("dialog textarea").fill("a key, say");
	await page.locator("dialog .check", { hasText: "bring reports in" }).locator("input").check();
	assert.equal(await page.locator("dialog .check", { hasText: "make and change accounts" }).count(), 0);
	await page.locator("dialog button[type=submit]").click();
	await page.getByText("this is no certificate in PEM").waitFor();
	await page.locator("dialog textarea").fill("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
	await page.locator("dialog button[type=submit]").click();
	await row.getByText("bring reports in").waitFor();
	await row.getByRole("button", { name: "Dismiss" }).click();
	await page.locator("dialog button.danger").click();
	await row.waitFor({ state: "detached" });
	assert.deepEqual(faults, []);
	await context.close();
});

test("a setting is changed, one that belongs to the machine is not", LONG, async () => {
	const { context, page, faults } = await visit(browser, { origin: mock.url });
	await signIn(page, mock.url);
	await page.goto(`${mock.url}/settings`);
	await settled(page);
	await page.getByLabel("Name of this node").fill("CERT of Exampleland");
	await page.getByRole("button", { name: "Save" }).click();
	await page.getByText("The setting was saved.").waitFor();
	// A few words are chosen, not typed; so are roles.
	await page.getByLabel("Two people for a notice").selectOption("no");
	await page.locator("form.setting", { has: page.getByLabel("Two people for a notice") }).getByRole("button", { name: "Save" }).click();
	await page.locator("fieldset .check", { hasText: "Administrator" }).locator("input").check();
	await page.locator("fieldset .check", { hasText: "Auditor" }).locator("input").check();
	await page.locator("form.setting", { has: page.locator("fieldset") }).getByRole("button", { name: "Save" }).click();
	await page.locator("form.setting", { has: page.locator("fieldset") }).getByRole("button", { name: "Save" }).waitFor({ state: "detached" });
	const now = await page.evaluate(async () => ((await (await fetch("/api/v1/settings")).json()) as { items: { name: string; value: string }[] }).items);
	assert.equal(now.find((s) => s.name === "server.second_factor")?.value, "administrator auditor");
	assert.equal(now.find((s) => s.name === "notices.two_people")?.value, "no");
	assert.ok(await page.getByLabel("listen").evaluate((e) => (e as HTMLInputElement).readOnly));
	await page.goto(`${mock.url}/audit`);
	await settled(page);
	await page.getByRole("button", { name: "Check the chain" }).click();
	await page.getByText("1,234 entries, none of them changed or missing.").waitFor();
	assert.deepEqual(faults, []);
	await context.close();
});
