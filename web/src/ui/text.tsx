/*
 * text: values that came from outside. Always text nodes; isolated, so that
 * their direction does not reorder what stands beside them; and what cannot be
 * seen (control characters, direction marks, zero-width ones) is made visible.
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ago, exact, moment, t } from "../lib/i18n";

// Control, format, surrogate, private use, separators; marks piled up on a letter.
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029\u115f\u1160\u3164\uffa0]|\p{M}{5,}/gu;
// In words of people these join letters; in an identifier they hide.
const joiners = /^[\u200c\u200d]$/;

const code = (text: string): string => [...text].map((c) => `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`).join(" ");

function pieces(value: string, prose: boolean): ComponentChildren[] {
	const out: ComponentChildren[] = [];
	let from = 0;
	for (const m of value.matchAll(unseen)) {
		if (prose && (joiners.test(m[0]) || m[0] === "\n" || m[0] === "\t" || m[0] === "\r")) continue;
		if (m.index > from) out.push(value.slice(from, m.index));
		out.push(<span class="unseen">{`⟨${code(m[0].slice(0, 8))}⟩`}</span>);
		from = m.index + m[0].length;
	}
	if (from < value.length) out.push(value.slice(from));
	return out;
}

/* The same where only a text may stand: in a choice, in a sentence. */
export const visible = (value: string, max = 120): string =>
	`${value.slice(0, max).replace(unseen, (m) => `⟨${code(m.slice(0, 8))}⟩`)}${value.length > max ? "…" : ""}`;

const LONG = 400;

/* A value from a report: an address, a label, a file's name. prose: a person's words. brief: the whole stands elsewhere; whole: never cut. */
export function Raw({ v, mono, prose, brief, whole }: { v: string | number | null | undefined; mono?: boolean; prose?: boolean; brief?: boolean; whole?: boolean }) {
	const [all, setAll] = useState(false);
	if (v === null || v === undefined || v === "") return <span class="none">{t("unknown")}</span>;
	const value = String(v);
	const cut = !all && !whole && value.length > LONG;
	return (
		<>
			<bdi dir={mono ? "ltr" : "auto"} class={mono ? "raw mono" : prose ? "raw prose" : "raw"}>
				{pieces(cut ? value.slice(0, brief ? 120 : LONG) : value, prose === true)}
				{cut && brief ? "…" : null}
			</bdi>
			{cut && !brief && (
				<button type="button" class="link small" onClick={() => setAll(true)}>
					{t("… show all")}
				</button>
			)}
		</>
	);
}

export function Moment({ at, relative }: { at: string | null | undefined; relative?: boolean }) {
	if (!at) return <span class="none">{t("never")}</span>;
	return (
		<time dateTime={at} title={exact(at)}>
			{relative ? ago(at) : moment(at)}
		</time>
	);
}

/* An autonomous system: its number, and its name where we know it. */
export function Network({ asn, name }: { asn: number | null | undefined; name?: string | null }) {
	if (!asn) return <span class="none">{t("unknown")}</span>;
	return (
		<>
			<bdi class="nowrap" dir="ltr">{`AS${asn}`}</bdi>
			{name ? <> <span class="muted"><Raw v={name} /></span></> : null}
		</>
	);
}
