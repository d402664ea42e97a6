/* pages_list: every page there is, and how to come to what it can show. */
import type { Page } from "playwright-core";

export interface Shown {
	name: string;
	path: string;
	signed: boolean;
	then?: (page: Page) => Promise<void>;
}

const ID = "9007199254741005"; // beyond 2^53: a double would lose it

export const PAGES: Shown[] = [
	{ name: "signin", path: "/sign-in", signed: false },
	{ name: "about", path: "/about", signed: false },
	{ name: "incident", path: "/report-incident", signed: false },
	{ name: "listed", path: "/listed?ip=192.0.2.7", signed: false },
	{ name: "reply", path: "/reply/good-token", signed: false },
	{ name: "overview", path: "/", signed: true },
	{ name: "findings", path: "/findings?state=open", signed: true },
	{
		name: "bulk", path: "/findings", signed: true, then: async (page) => {
			await page.locator("tbody input[type=checkbox]").nth(1).check();
			await page.locator("tbody input[type=checkbox]").nth(2).check();
			await page.locator(".bulk button").nth(1).click();
			await page.locator("dialog").waitFor();
		},
	},
	{
		name: "finding", path: `/findings/${ID}`, signed: true, then: async (page) => {
			await page.locator("section.wide button").click();
			await page.locator("details.event").waitFor();
		},
	},
	{ name: "reports", path: "/reports", signed: true },
	{ name: "report", path: "/reports/3", signed: true },
	{ name: "contacts", path: "/contacts", signed: true },
	{ name: "notices", path: "/notices", signed: true },
	{ name: "notice", path: "/notices/N4Q1-1", signed: true },
	{ name: "lookup", path: "/lookup?q=192.0.2.7", signed: true },
	{ name: "agreements", path: "/agreements", signed: true },
	{ name: "agreement", path: "/agreements/mou-2026", signed: true },
	{ name: "agreement-hostile", path: "/agreements/hostile", signed: true },
	{
		name: "leave", path: "/agreements/mou-2026", signed: true, then: async (page) => {
			await page.locator(".buttons[role=group] button").last().click();
			await page.locator("dialog").waitFor();
		},
	},
	{ name: "draft", path: "/draft", signed: true },
	{ name: "partners", path: "/partners", signed: true },
	{ name: "transfers", path: "/transfers", signed: true },
	{ name: "ask", path: "/transfers/ask?partner=fr-cert", signed: true },
	{ name: "indicators", path: "/indicators", signed: true },
	{ name: "sightings", path: "/sightings", signed: true },
	{ name: "objects", path: "/objects", signed: true },
	{ name: "object", path: "/objects/indicator--8e2e2d2b-17d4-4cbf-938f-000000000004", signed: true },
	{ name: "sync", path: "/sync", signed: true },
	{ name: "accounts", path: "/accounts", signed: true },
	{ name: "audit", path: "/audit", signed: true },
	{ name: "settings", path: "/settings", signed: true },
	{
		name: "me", path: "/me", signed: true, then: async (page) => {
			await page.locator("#second-factor input[type=password]").fill("correct horse battery");
			await page.locator("#second-factor button[type=submit]").click();
			await page.locator("svg.qr").waitFor();
		},
	},
	{ name: "missing", path: "/no-such-page", signed: true },
];
