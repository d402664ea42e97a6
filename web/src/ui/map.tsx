/*
 * map: countries by number of findings. Shapes are projected when the page is
 * built (tools/world.mjs), so nothing but paths is loaded, and only when a map
 * is shown. It adds nothing that the table beside it does not say.
 */
import { useEffect, useState } from "preact/hooks";
import { countryName } from "../lib/country";
import { asset, num, t } from "../lib/i18n";
import { go } from "../lib/route";

interface World {
	w: number;
	h: number;
	shapes: Record<string, string>; // ISO code to path
	dots: Record<string, [number, number]>; // countries too small to be drawn
	rest: string; // land without a code
}

let world: Promise<World> | undefined;

const load = (): Promise<World> =>
	(world ??= fetch(asset("world") ?? "").then((a) => {
		if (!a.ok) throw new Error(String(a.status));
		return a.json() as Promise<World>;
	}));

// Five steps by powers: 1, 10, 100 … of what is there.
export function steps(values: number[]): number[] {
	const max = Math.max(0, ...values);
	if (max <= 5) return [1, 2, 3, 4, 5].slice(0, Math.max(1, max));
	const root = max ** (1 / 5);
	return [...new Set([1, 2, 3, 4, 5].map((n) => (n === 1 ? 1 : Math.ceil(root ** (n - 1)))))];
}

export function WorldMap({ values, href }: { values: Map<string, number>; href: (code: string) => string }) {
	const [w, setWorld] = useState<World>();
	const [failed, setFailed] = useState(false);
	useEffect(() => {
		let gone = false;
		load().then((d) => gone || setWorld(d), () => {
			world = undefined;
			if (!gone) setFailed(true);
		});
		return () => void (gone = true);
	}, []);
	if (failed) return <p class="muted">{t("The map could not be loaded; the table has the same figures.")}</p>;
	if (!w) return <div class="map" aria-hidden="true" />;
	const at = steps([...values.values()]);
	const step = (code: string) => {
		const v = values.get(code) ?? 0;
		return v ? at.filter((s) => v >= s).length : 0;
	};
	const name = (code: string) => `${countryName(code)}: ${num(values.get(code) ?? 0)}`;
	const open = (code: string) => (values.get(code) ? () => go(href(code)) : undefined);
	return (
		<figure class="map">
			<svg viewBox={`0 0 ${w.w} ${w.h}`} aria-hidden="true" focusable="false">
				<path class="land" d={w.rest} />
				{Object.entries(w.shapes).map(([code, d]) => (
					<path key={code} class={`land q${step(code)}`} d={d} onClick={open(code)}><title>{name(code)}</title></path>
				))}
				{Object.entries(w.dots).map(([code, [x, y]]) => (
					<circle key={code} class={`land q${step(code)}`} cx={x} cy={y} r={values.get(code) ? 3.5 : 1.8} onClick={open(code)}><title>{name(code)}</title></circle>
				))}
			</svg>
			<div class="scale" aria-hidden="true">
				<span><i class="q0" />{t("none known")}</span>
				{at.map((s, i) => <span key={s}><i class={`q${i + 1}`} />{t("from %s", s)}</span>)}
			</div>
			<figcaption class="hint">
				{t("Boundaries and names on this map express no opinion on the legal status of any country or territory.")}
			</figcaption>
		</figure>
	);
}
