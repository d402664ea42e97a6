/* size: what a first visit loads, compressed: the page must work on a slow line. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { DIST } from "./browser";

const LIMIT = 150_000;

interface Manifest {
	assets: Record<string, string>;
	pages: Record<string, { file: string; needs: string[] }>;
}

const packed = (file: string) => fs.statSync(path.join(DIST, `${file.replace(/^\//, "")}.br`)).size;

function weigh(m: Manifest, pages: string[], lang: string, map: boolean): number {
	const files = new Set(["index.html", m.assets.boot!, m.assets.style!, m.assets.icon!, m.assets[`countries.${lang}`]!]);
	const add = (file: string, needs: string[]) => {
		files.add(file);
		needs.forEach((n) => files.add(n));
	};
	for (const p of ["src/main.tsx", ...pages]) {
		const found = m.pages[p];
		assert.ok(found, `no ${p} in the build`);
		add(found.file, found.needs);
	}
	if (lang !== "en") files.add(m.assets[`messages.${lang}`]!);
	if (map) files.add(m.assets.world!);
	return [...files].reduce((sum, f) => sum + packed(f), 0);
}

test("the first load with the first page, in every language, is at most 150 kB", () => {
	const m = JSON.parse(fs.readFileSync(path.join(DIST, "manifest.json"), "utf8")) as Manifest;
	for (const lang of ["ar", "zh", "en", "fr", "ru", "es"]) {
		const first = weigh(m, ["src/page/signin.tsx", "src/page/overview.tsx", "src/ui/map.tsx"], lang, true);
		console.log(`# ${lang}: ${first} bytes with sign-in, overview, map and names of countries`);
		assert.ok(first <= LIMIT, `${lang}: ${first} bytes`);
	}
});

test("nothing is inline, and nothing comes from elsewhere", () => {
	const html = fs.readFileSync(path.join(DIST, "index.html"), "utf8");
	assert.ok(!/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/.test(html), html);
	for (const [, url] of html.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(url!, /^\/assets\/[\w.-]+$/);
});

test("every file lies there packed, too, under a name that holds its hash", () => {
	for (const f of fs.readdirSync(path.join(DIST, "assets"))) {
		if (/\.(br|gz)$/.test(f)) continue;
		assert.match(f, /-[\w]{8,10}\.(js|css|json|svg)$/);
		for (const ext of ["br", "gz"]) assert.ok(fs.existsSync(path.join(DIST, "assets", `${f}.${ext}`)), `${f}.${ext}`);
	}
});
