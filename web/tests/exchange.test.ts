/*
 * exchange: agreements from their draft to the notice, partners, transfers, objects
 * and syncs, as a person does it. One browser, one sign-in, few loads.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { fingerprintOf, indented, recordLink } from "../src/lib/exchange";
import { DIST, launch, settled, signIn, visit, walk, type Visit } from "./browser";
import { mockStart, type Mock } from "./mock";

let browser: Browser, mock: Mock, v: Visit, page: Page;
before(async () => {
	mock = await mockStart(DIST);
	browser = await launch();
	v = await visit(browser, { origin: mock.url });
	page = v.page;
	await signIn(page, mock.url);
});
after(async () => {
	await browser?.close();
	await mock?.close();
});

const LONG = { timeout: 120_000 };
const PAPER = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const dialog = () => page.locator("dialog");
const button = (name: string) => page.getByRole("button", { name, exact: true });

// An act: its button, what is asked, its own name once more.
async function act(name: string, first?: () => Promise<unknown>): Promise<void> {
	await button(name).click();
	await dialog().waitFor();
	await first?.();
	await dialog().getByLabel("SHA-256 of the paper").fill(PAPER);
	assert.ok(await dialog().getByRole("button", { name, exact: true }).isDisabled(), "not without being sure");
	await dialog().getByLabel("I may do this").check();
	await dialog().getByRole("button", { name, exact: true }).click();
	await dialog().waitFor({ state: "detached" });
}
const now = () => page.locator(".way [aria-current=step] .way-text").innerText();

test("an agreement is drafted, opened, signed, reserved against, and left: its way shows it", LONG, async () => {
	await walk(page, "/draft");
	await page.getByLabel("Kind").selectOption("project");
	await page.getByLabel("Name", { exact: true }).fill("p-2026");
	await page.getByLabel("CERT-FR").check();
	// A model text is a beginning; what is filled in gives way to what is written then.
	await button("Fill in the model text").click();
	await page.waitForFunction(() => [...document.querySelectorAll("textarea")].some((x) => x.value === "The model's words."));
	assert.equal(await page.getByLabel("Notice of leaving (days)").inputValue(), "60");
	await page.getByLabel("Notice of leaving (days)").fill("90");
	await page.getByLabel("Category of data").selectOption("abuse-report");
	await page.getByLabel("In force after so many").fill("1");
	const own = page.locator(".lang-part", { hasText: "English" });
	await own.getByLabel("Title").fill("A project on botnets");
	await own.locator("textarea").fill("");
	await page.locator(".lang-part", { hasText: "العربية" }).locator("textarea").fill("");
	assert.ok(await button("Keep the draft").isDisabled(), "no wording is authentic any more");
	await own.locator("textarea").fill("The parties agree.");
	assert.ok(await own.getByLabel("This wording is authentic").isChecked());
	const arabic = page.locator(".lang-part", { hasText: "العربية" }).locator("textarea");
	await arabic.fill("يتفق الأطراف.");
	assert.equal(await arabic.evaluate((e) => getComputedStyle(e).direction), "rtl");
	// A clause's choices: what is always excluded cannot be taken out; whole asks for a reason.
	assert.ok(await page.getByLabel("never against the expression of opinions").isDisabled());
	await page.getByLabel("Names of accounts").selectOption("whole");
	await page.getByLabel("Why it goes whole").fill("they have to be told");
	await button("Add a clause").click();
	await page.getByLabel("Category of data").nth(1).selectOption("indicator");
	await page.getByText("The text as JSON").click();
	const text = JSON.parse(await page.locator("pre.code").innerText()) as { form: string; parties: { id: string }[]; clauses: { category: string; personal: { ground: string } }[]; authentic: string[] };
	assert.equal(text.form, "entente agreement 1");
	assert.deepEqual([text.parties.map((p) => p.id), text.authentic, text.clauses.map((c) => c.category), text.clauses[0]!.personal.ground], [["es-cert", "fr-cert"], ["ar", "en"], ["abuse-report", "indicator"], "they have to be told"]);
	await button("Keep the draft").click();
	await page.locator("h1", { hasText: "Agreement p-2026" }).waitFor();
	assert.match(await now(), /^Draft\s+\(now\)$/);
	// The text in the language that is chosen, running as it does.
	await page.locator(".letter", { hasText: "The parties agree." }).waitFor();
	await button("العربية").click();
	await page.locator(".letter[dir=rtl]", { hasText: "يتفق" }).waitFor();
	await act("Open for signature");
	await page.locator(".way [aria-current=step]", { hasText: "Open for signature" }).waitFor();
	await act("Sign");
	await page.locator(".way [aria-current=step]", { hasText: "In force for us" }).waitFor();
	await act("Make a reservation", () => dialog().getByLabel("Clause").selectOption("2"));
	await page.locator(".clause", { hasText: "Reservation, nothing flows under it: CSIRT of Exampleland" }).waitFor();
	await act("Withdraw a reservation", () => dialog().getByLabel("Clause").selectOption("2"));
	// What follows is said before, with its date: the notice's days from today.
	await act("Leave", async () => {
		const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" }).format(new Date(Date.now() + 90 * 86400_000));
		await dialog().locator(".note.warn", { hasText: `nothing flows any more from ${day}` }).waitFor();
	});
	await page.locator(".way [aria-current=step]", { hasText: "Notice given" }).waitFor();
	await page.locator(".way li", { hasText: "Left" }).locator("time").waitFor();
	assert.equal(await page.getByRole("group", { name: "What we may do now" }).getByRole("button", { name: "Leave" }).count(), 0);
	assert.deepEqual(await page.locator("tbody td[data-label='What was done']").allInnerTexts(), ["opened", "signed", "made a reservation · Clause 2", "withdrew a reservation · Clause 2", "gave notice of leaving"]);
	await page.getByText("Verified: every act's signature").waitFor();
});

test("where others keep the register, an act is a line to be sent; registers and lines of others are taken, false ones refused", LONG, async () => {
	await walk(page, "/agreements/mou-2026");
	await button("Make a reservation").click();
	await dialog().getByLabel("Clause").selectOption("1");
	await dialog().getByLabel("SHA-256 of the paper").fill("abc");
	await dialog().getByText("64 digits of 0-9 and a-f are expected.").waitFor();
	// The paper's hash is made here: the file is not sent.
	await dialog().locator("input[type=file]").setInputFiles({ name: "note.pdf", mimeType: "application/pdf", buffer: Buffer.from("") });
	await page.waitForFunction((sha) => [...document.querySelectorAll("dialog input")].some((i) => (i as HTMLInputElement).value === sha), PAPER);
	await dialog().getByLabel("I may do this").check();
	await dialog().getByRole("button", { name: "Make a reservation" }).click();
	await dialog().getByText("It counts when").waitFor();
	assert.match(await dialog().locator("textarea").inputValue(), /^\{"act":\{"act":"reserved"\}/);
	assert.equal(await dialog().locator("a[download]").getAttribute("download"), "act.json");
	await dialog().getByRole("button", { name: "Done" }).click();
	// On another date: nothing can be done there.
	await page.getByLabel("As it stands on").fill("2027-01-01");
	await page.getByText("As it stands, by what is known today").waitFor();
	assert.equal(await page.getByRole("group", { name: "What we may do now" }).count(), 0);
	await walk(page, "/agreements");
	await page.getByText("1 agreement could not be verified").waitFor();
	await button("Import a register").click();
	await dialog().locator("input[type=file]").setInputFiles({ name: "r.jsonl", mimeType: "application/jsonl", buffer: Buffer.from("changed") });
	await dialog().getByRole("button", { name: "Verify and take it" }).click();
	await dialog().getByText("its signature is not one of").waitFor();
	await dialog().locator("input[type=file]").setInputFiles({ name: "r.jsonl", mimeType: "application/jsonl", buffer: Buffer.from("{\"form\":\"entente register 1\"}\n") });
	await dialog().getByRole("button", { name: "Verify and take it" }).click();
	await page.getByText("Verified; 2 acts were new.").waitFor();
	await walk(page, "/agreements/tc-2026");
	await button("Take a party's act").click();
	await dialog().locator("textarea").fill("{\"act\":{}}");
	await dialog().getByRole("button", { name: "Verify and take it" }).click();
	await dialog().getByText("its signature is not one of").waitFor();
	await dialog().locator("textarea").fill("{\"act\":{},\"signature\":\"ab\"}");
	await dialog().getByRole("button", { name: "Verify and take it" }).click();
	await dialog().waitFor({ state: "detached" });
});

test("what one person proposed, another confirms who has seen the same paper; one's own is taken back", LONG, async () => {
	await walk(page, "/agreements/tc-2026");
	await page.getByRole("button", { name: "Confirm and sign 1" }).click();
	await dialog().getByLabel("SHA-256 of the paper").fill("0".repeat(64));
	await dialog().getByText("This is another paper").waitFor();
	assert.ok(await dialog().getByRole("button", { name: "Confirm and sign" }).isDisabled());
	await dialog().getByLabel("SHA-256 of the paper").fill(PAPER);
	await dialog().getByRole("button", { name: "Confirm and sign" }).click();
	await page.getByText("Signed, and written down.").waitFor();
	// A party's paper lies with the party.
	await page.getByRole("button", { name: "Confirm and sign 2" }).click();
	await dialog().getByLabel("I have looked at what the party did").check();
	await dialog().getByRole("button", { name: "Confirm and sign" }).click();
	await page.getByText("Waiting for a second person").first().waitFor({ state: "detached" });
	const two = (on: boolean) => page.evaluate(async (o) => {
		await fetch("/api/v1/two", { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": "csrf-of-the-mock" }, body: JSON.stringify({ on: o }) });
	}, on);
	await two(true);
	await walk(page, "/agreements/mou-2026");
	await act("Make a reservation", async () => {
		await dialog().getByText("First another person confirms it").waitFor();
		await dialog().getByLabel("Clause").selectOption("1");
	});
	await page.getByText("Proposed: another person confirms it.").waitFor();
	assert.equal(await page.getByRole("button", { name: "Confirm and sign" }).count(), 0, "not one's own");
	await page.getByRole("button", { name: "Take it back" }).click();
	await dialog().getByRole("button", { name: "Take it back" }).click();
	await page.getByText("The proposal was taken back.").waitFor();
	await two(false);
});

test("a partner's key is entered when its fingerprint was compared, and changes by intent alone", LONG, async () => {
	await walk(page, "/partners");
	await button("New partner").click();
	await dialog().getByLabel("Name in agreements").fill("it-cert");
	await dialog().getByLabel("Title").fill("CERT IT");
	const key = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";
	await dialog().getByLabel("Its key").fill(key);
	await dialog().locator(".secret", { hasText: (await fingerprintOf(key))! }).waitFor();
	assert.ok(await dialog().getByRole("button", { name: "Add" }).isDisabled());
	await dialog().getByLabel("I compared it").check();
	await dialog().getByRole("button", { name: "Add" }).click();
	await page.locator("tr", { hasText: "CERT IT" }).waitFor();
	await button("Edit it-cert").click();
	assert.equal(await dialog().locator(".note.warn").count(), 0);
	await dialog().getByLabel("Its key").fill("4".repeat(64));
	await dialog().getByText("It had another key").waitFor();
	await dialog().getByLabel("I compared it").check();
	await dialog().getByRole("button", { name: "Save" }).click();
	await dialog().waitFor({ state: "detached" });
	await button("Remove it-cert").click();
	await dialog().getByRole("button", { name: "Remove" }).click();
	await page.locator("tr", { hasText: "CERT IT" }).waitFor({ state: "detached" });
	// The certificates of the same partners stand beside, for who looks after accounts.
	await page.getByRole("heading", { name: "Partners by certificate" }).waitFor();
});

test("what went and why not; what a partner would get on a day", LONG, async () => {
	await walk(page, "/transfers");
	await page.getByLabel("Answer").selectOption("false");
	await page.waitForURL(/allowed=false/);
	await settled(page);
	assert.deepEqual([...new Set(await page.locator("tbody .chip").allInnerTexts())], ["refused"]);
	await page.getByLabel("Partner").selectOption("fr-cert");
	await page.waitForURL(/partner=fr-cert/);
	await page.getByLabel("Answer").selectOption("");
	await page.waitForURL((u) => !u.search.includes("allowed"));
	await settled(page);
	assert.equal(await page.locator("a[rel=next]").count(), 0);
	assert.equal(await page.locator("tbody a", { hasText: "Clause 1" }).first().getAttribute("href"), "/agreements/mou-2026#clause-1");
	await page.locator(".tabs a", { hasText: "What would a partner get?" }).click();
	await page.getByText("Choose a partner to ask for.").waitFor();
	await page.getByLabel("Partner").selectOption("fr-cert");
	await page.getByText("230 findings were looked at; 140 would go.").waitFor();
	await page.getByLabel("If it asked on").fill("2027-12-01");
	await page.getByText("one of us had left the agreement by that date").first().waitFor();
	assert.ok(mock.requests.some((r) => r === "GET /api/v1/transfers/ask?partner=fr-cert&purpose=protect&date=2027-12-01"));
});

test("indicators are searched, sightings lead to findings, objects are brought in and taken out", LONG, async () => {
	await walk(page, "/indicators");
	await page.getByLabel("Value or pattern holds").fill("c2.example");
	await button("Search").click();
	await page.waitForURL(/q=c2\.example/);
	await settled(page);
	assert.ok((await page.locator("tbody tr").count()) > 5);
	await page.locator(".tabs a", { hasText: "Sightings" }).click();
	await page.waitForURL(/\/sightings$/);
	await settled(page);
	assert.equal(await page.locator("tbody td[data-label=Sightings] a").first().getAttribute("href"), "/findings?prefix=192.0.2.7");
	await page.locator(".tabs a", { hasText: "Objects" }).click();
	await settled(page);
	await button("Bring objects in").click();
	await dialog().locator("input[type=file]").setInputFiles({ name: "b.json", mimeType: "application/json", buffer: Buffer.from("{}") });
	await dialog().getByRole("button", { name: "Bring it in" }).click();
	await dialog().getByText("3 objects were read: 1 added, 1 known, 1 wrong.").waitFor();
	await dialog().getByText("is no URL").waitFor();
	await dialog().getByRole("button", { name: "Done" }).click();
	await button("New collection").click();
	await dialog().getByLabel("Name").fill("local");
	await dialog().getByRole("button", { name: "Add" }).click();
	await dialog().getByText("there is a collection of this name already").waitFor();
	await dialog().getByLabel("Name").fill("for-fr");
	await dialog().getByRole("button", { name: "Add" }).click();
	await page.locator("tr", { hasText: "for-fr" }).waitFor();
	await page.getByLabel("Name or id").fill("Object 3");
	await button("Search").click();
	await page.waitForURL(/q=Object\+3/);
	await settled(page);
	await page.locator("tbody a", { hasText: "Object 3" }).first().click();
	// Digits that a number would lose are there.
	await page.locator("pre.code", { hasText: "123456789012345678901234567890.50" }).waitFor();
	await page.getByLabel("exactly as it came").check();
	assert.match(await page.locator("pre.code").innerText(), /"x_list":\[\],"created"/);
	await button("Take it out").click();
	await dialog().getByLabel("Reason").fill("by mistake");
	await dialog().getByRole("button", { name: "Take it out" }).click();
	await page.waitForURL(/\/objects$/);
	assert.ok(mock.requests.some((r) => /^DELETE \/api\/v1\/objects\/relationship--[0-9a-f-]+\?reason=by\+mistake$/.test(r)));
});

test("syncs: their state, now, pause, a new one, and away with it", LONG, async () => {
	await walk(page, "/sync");
	const first = page.locator("tbody tr").first();
	await first.getByRole("button", { name: "Pause" }).click();
	await first.locator(".chip", { hasText: "paused" }).waitFor();
	await first.getByRole("button", { name: "Go on" }).click();
	await first.locator(".chip", { hasText: "waiting" }).waitFor();
	await first.getByRole("button", { name: "Now" }).click();
	await first.locator(".chip", { hasText: "running" }).waitFor();
	await button("New synchronisation").click();
	await dialog().getByLabel("Partner").selectOption("fr-cert");
	assert.equal(await dialog().getByLabel("Its API root").inputValue(), "https://fr.example/taxii2/entente/");
	await dialog().getByLabel("Its collection").fill("theirs");
	await dialog().getByRole("button", { name: "Add" }).click();
	const made = page.locator("tbody tr", { hasText: "theirs" });
	await made.getByRole("button", { name: "Remove" }).click();
	await dialog().getByRole("button", { name: "Remove" }).click();
	await made.waitFor({ state: "detached" });
});

test("what partners and objects say is text, on every page of theirs; an empty node says what to do", LONG, async () => {
	for (const at of ["/agreements", "/agreements/hostile", "/agreements/tc-2026", "/agreements/mou-2026", "/draft?of=hostile", "/partners", "/indicators", "/sightings", "/objects", "/objects/malware--8e2e2d2b-17d4-4cbf-938f-000000000001", "/objects/tool--8e2e2d2b-17d4-4cbf-938f-000000000002", "/sync", "/transfers"]) {
		await walk(page, at);
		const seen = await page.evaluate(() => ({
			title: document.title, images: document.querySelectorAll("main img").length, scripts: document.querySelectorAll("body script").length,
			links: [...document.querySelectorAll<HTMLAnchorElement>("a[href]")].filter((a) => a.origin !== location.origin).map((a) => a.href),
			hidden: [...document.querySelectorAll("main *")].some((e) => [...e.childNodes].some((n) => n.nodeType === 3 && /[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008\u001b]/.test(n.nodeValue ?? ""))),
		}));
		assert.deepEqual({ ...seen, title: seen.title.includes("owned") }, { title: false, images: 0, scripts: 0, links: [], hidden: false }, at);
	}
	mock.empty = true;
	for (const [at, text] of [["/agreements", "Without an agreement nothing flows"], ["/partners", "There is no partner yet."], ["/transfers", "Nothing has gone to a partner yet"], ["/indicators", "There are no indicators yet."], ["/objects", "There are no objects yet."], ["/sync", "Nothing is exchanged by itself yet."]] as const) {
		await walk(page, at);
		await page.getByText(text).waitFor();
	}
	mock.empty = false;
	assert.deepEqual(v.faults, []);
});

test("by keyboard: an act's question holds the focus, and gives it back", LONG, async () => {
	await walk(page, "/agreements/mou-2026");
	await button("Leave").focus();
	await page.keyboard.press("Enter");
	await dialog().waitFor();
	for (let i = 0; i < 12; i++) {
		await page.keyboard.press("Tab");
		// The browser's own frame is between the last and the first.
		assert.ok(await page.evaluate(() => document.activeElement === document.body || document.querySelector("dialog")?.contains(document.activeElement)));
	}
	await page.keyboard.press("Escape");
	await dialog().waitFor({ state: "detached" });
	assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Leave");
});

test("who may only read is offered nothing to do; who may not see agreements does not see their menu", LONG, async () => {
	const other = await visit(browser, { origin: mock.url });
	await signIn(other.page, mock.url, "reader");
	await walk(other.page, "/agreements/mou-2026");
	assert.equal(await other.page.getByRole("group", { name: "What we may do now" }).count(), 0);
	await walk(other.page, "/agreements");
	assert.equal(await other.page.locator(".title .actions *").count(), 0);
	await walk(other.page, "/partners");
	assert.equal(await other.page.getByRole("button", { name: "New partner" }).count(), 0);
	assert.equal(await other.page.getByRole("heading", { name: "Partners by certificate" }).count(), 0);
	await walk(other.page, "/sync");
	assert.equal(await other.page.locator("main button").count(), 0);
	await walk(other.page, "/draft");
	await other.page.locator("h1", { hasText: "Your account may not see this page" }).waitFor();
	await other.context.close();
});

test("JSON in lines loses nothing; records lead to their pages", () => {
	const json = "{\"a\":[],\"b\":{\"c\":1.50,\"d\":\"x \\\"{[,:]}\\\" y\"},\"e\":[1,2]}";
	assert.equal(indented(json).replace(/\n */g, "").replace(/": /g, "\":"), json);
	assert.equal(indented("{\"a\":[],\"b\":{}}"), "{\n  \"a\": [],\n  \"b\": {}\n}");
	assert.equal(recordLink("F600014VPVQPHC"), "/findings/F600014VPVQPHC");
	assert.equal(recordLink("tool--8e2e2d2b-17d4-4cbf-938f-000000000002"), "/objects/tool--8e2e2d2b-17d4-4cbf-938f-000000000002");
	assert.equal(recordLink("javascript:alert(1)//--8e2e2d2b-17d4-4cbf-938f-000000000002"), undefined);
});
