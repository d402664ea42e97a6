/*
 * chart: trend lines and bars, drawn here as SVG. Each has its figures as a
 * table beside it, for those who do not see it and those who want the number.
 */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { day, getLang, num, short, t } from "../lib/i18n";

export interface Series {
	name: string;
	values: number[];
}

const H = 180, PAD = { l: 44, r: 8, t: 10, b: 24 };

// A round number not below max: 1, 2, 5, 10, 20, 50, ...
function roundUp(max: number): number {
	if (max <= 5) return Math.max(1, Math.ceil(max));
	const ten = 10 ** Math.floor(Math.log10(max));
	for (const m of [1, 2, 2.5, 5, 10]) if (max <= m * ten) return m * ten;
	return max;
}

// The chart runs from left to right, its words as their language does.
const words = (text: string): string => (getLang() === "ar" ? `\u2067${text}\u2069` : text);

/* Days from left to right in every language: time runs like the digits. */
export function Trend({ days, series, label }: { days: string[]; series: Series[]; label: string }) {
	const id = useId();
	// As wide as its place, so that its words are as large as all others.
	const [w, setW] = useState(480);
	const svg = useRef<SVGSVGElement>(null);
	useEffect(() => {
		const watch = new ResizeObserver(([e]) => e && setW(Math.max(200, Math.round(e.contentRect.width))));
		if (svg.current) watch.observe(svg.current);
		return () => watch.disconnect();
	}, []);
	const top = roundUp(Math.max(1, ...series.flatMap((s) => s.values)));
	const x = (i: number) => PAD.l + (days.length > 1 ? (i * (w - PAD.l - PAD.r)) / (days.length - 1) : 0);
	const y = (v: number) => H - PAD.b - (v * (H - PAD.t - PAD.b)) / top;
	const line = (v: number[]) => v.map((n, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(n).toFixed(1)}`).join("");
	const ticks = days.length > 1 ? [0, Math.floor((days.length - 1) / 2), days.length - 1] : [0];
	return (
		<figure class="trend" aria-labelledby={id}>
			<figcaption id={id}>
				{label}
				<span class="legend" aria-hidden="true">
					{series.map((s, n) => <span key={s.name} class={`l${n}`}>{s.name}</span>)}
				</span>
			</figcaption>
			<svg ref={svg} viewBox={`0 0 ${w} ${H}`} aria-hidden="true" focusable="false">
				{[0, top / 2, top].map((v) => (
					<g key={v}>
						<line class="grid" x1={PAD.l} x2={w - PAD.r} y1={y(v)} y2={y(v)} />
						<text class="tick" x={PAD.l - 6} y={y(v) + 4} text-anchor="end">{words(short(v))}</text>
					</g>
				))}
				{ticks.map((i, n) => (
					<text key={i} class="tick" x={x(i)} y={H - 6} text-anchor={n === 0 ? "start" : n === ticks.length - 1 ? "end" : "middle"}>
						{words(day(days[i] ?? ""))}
					</text>
				))}
				{series.map((s, n) => (
					<g key={s.name} class={`l${n}`}>
						{n === 0 ? <path class="area" d={`${line(s.values)}L${x(days.length - 1).toFixed(1)} ${y(0)}L${x(0)} ${y(0)}Z`} /> : null}
						<path class="line" d={line(s.values)} />
						{days.length === 1 ? <circle class="dot" cx={x(0)} cy={y(s.values[0] ?? 0)} r="3" /> : null}
					</g>
				))}
			</svg>
			<details>
				<summary>{t("The figures as a table")}</summary>
				<div class="scroll short" tabIndex={0} role="region" aria-label={label}>
					<table class="plain">
						<thead><tr><th scope="col">{t("Day (UTC)")}</th>{series.map((s) => <th key={s.name} scope="col" class="num">{s.name}</th>)}</tr></thead>
						<tbody>
							{days.map((d, i) => (
								<tr key={d}>
									<th scope="row">{day(d)}</th>
									{series.map((s) => <td key={s.name} class="num">{num(s.values[i] ?? 0)}</td>)}
								</tr>
							))}
						</tbody>
					</table>
				</div>
			</details>
		</figure>
	);
}

/* A bar behind a number in a table: its length says the share at a glance. */
export function Bar({ value, max }: { value: number; max: number }) {
	return (
		<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
			<rect class="fill" x="0" y="0" width={max ? Math.max(value ? 1 : 0, (100 * value) / max) : 0} height="8" rx="1" />
		</svg>
	);
}
