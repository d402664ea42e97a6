/* browser: Debian's Chromium, driven by playwright-core; one for all tests of a file. */
import fs from "node:fs";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const DIST = process.env.ENTENTE_WEB_DIST ?? "";

export async function launch(): Promise<Browser> {
	if (!fs.existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is not there: apt-get install chromium`);
	// A container's root may not use Chromium's sandbox; only pages of this machine are opened.
	return chromium.launch({ executablePath: CHROMIUM, headless: true, chromiumSandbox: false, args: ["--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"] });
}

export interface Visit {
	context: BrowserContext;
	page: Page;
	// What went wrong in the page: script errors, refused content, requests to elsewhere.
	faults: string[];
}

interface Options {
	lang?: string;
	width?: number;
	height?: number;
	dark?: boolean;
	origin: string;
}

export async function visit(browser: Browser, o: Options): Promise<Visit> {
	const context = await browser.newContext({
		locale: o.lang ?? "en", viewport: { width: o.width ?? 1280, height: o.height ?? 900 }, colorScheme: o.dark ? "dark" : "light",
		timezoneId: "UTC", reducedMotion: "reduce", ignoreHTTPSErrors: true,
	});
	context.setDefaultTimeout(20_000);
	const page = await context.newPage();
	const faults: string[] = [];
	page.on("pageerror", (e) => faults.push(`script: ${e.message}`));
	page.on("console", (m) => {
		// A refused request is the test's own affair; a refused script or style is the page's fault.
		if (m.type() === "error" && !/Failed to load resource/.test(m.text())) faults.push(`console: ${m.text()}`);
	});
	page.on("request", (r) => {
		if (!r.url().startsWith(o.origin)) faults.push(`request to elsewhere: ${r.url()}`);
	});
	return { context, page, faults };
}

export async function signIn(page: Page, origin: string, name = "ana", password = "correct horse battery"): Promise<void> {
	await page.goto(`${origin}/sign-in`);
	await page.locator("input[autocomplete=username]").fill(name);
	await page.locator("input[type=password]").fill(password);
	await page.locator("form button[type=submit].primary").click();
	await page.locator(".who").waitFor({ state: "attached" });
}

// To another page by the page's own means: nothing is loaded again but what it shows.
export async function walk(page: Page, to: string): Promise<void> {
	await page.evaluate((path) => new Promise<void>((done) => {
		history.pushState(null, "", path);
		dispatchEvent(new PopStateEvent("popstate"));
		requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));
	}), to);
	await settled(page);
}

// The page is there, and nothing of it is still on its way.
export async function settled(page: Page): Promise<void> {
	await page.locator("main h1").waitFor();
	await page.waitForFunction(() => !document.querySelector(".busy, [aria-busy=true]"));
	// The map comes last.
	await page.waitForFunction(() => !document.querySelector("div.map"));
}
