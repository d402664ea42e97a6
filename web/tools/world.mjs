/*
 * world: the map's shapes, projected once, when the page is built. Borders are
 * those of Natural Earth (npm world-atlas, public domain), at 1:110 million;
 * what is too small to be drawn there is a dot at its middle at 1:50 million.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import { geoArea, geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const atlas = (name) => {
	const file = require.resolve(`world-atlas/${name}.json`);
	const topology = JSON.parse(fs.readFileSync(file, "utf8"));
	return feature(topology, topology.objects.countries).features;
};

export function world(countries) {
	const code = new Map(countries.map((c) => [c.m49, c.iso2]));
	const w = 960, h = 440;
	const coarse = atlas("countries-110m").filter((f) => f.id !== "010"); // Antarctica takes a fifth of the map
	const land = { type: "FeatureCollection", features: coarse };
	const projection = geoEqualEarth().fitSize([w, h], land);
	const path = geoPath(projection).digits(1);
	const shapes = {};
	let rest = "";
	for (const f of coarse) {
		const iso = code.get(f.id);
		if (iso && !shapes[iso]) shapes[iso] = path(f);
		else rest += path(f) ?? "";
	}
	const dots = {};
	for (const f of atlas("countries-50m")) {
		const iso = code.get(f.id);
		if (!iso || shapes[iso] || iso === "AQ") continue;
		// The middle of its largest island.
		const parts = f.geometry.type === "MultiPolygon"
			? f.geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates })) : [f.geometry];
		parts.sort((a, b) => geoArea(b) - geoArea(a));
		const [x, y] = path.centroid(parts[0]);
		if (Number.isFinite(x) && Number.isFinite(y)) dots[iso] = [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
	}
	return { w, h, shapes, dots, rest };
}
