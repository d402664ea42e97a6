/*
 * live: what changes on the node, as it changes, by server-sent events. One
 * connection a page; the browser opens it again by itself when it breaks.
 */
import { useEffect, useRef } from "preact/hooks";

export const KINDS = ["finding", "report", "notice", "contact", "account", "setting", "agreement", "object", "sync"] as const;
export type Kind = (typeof KINDS)[number];

const listeners = new Set<(kind: Kind, id: string) => void>();
let source: EventSource | undefined;

export function liveStart(): void {
	if (source || typeof EventSource === "undefined") return;
	source = new EventSource("/api/v1/live");
	for (const kind of KINDS) {
		source.addEventListener(kind, (e) => {
			let id = "0";
			try {
				id = String((JSON.parse((e as MessageEvent<string>).data) as { id?: unknown }).id ?? "0");
			} catch {
				// Without an id: something of this kind changed.
			}
			listeners.forEach((f) => f(kind, id));
		});
	}
}

export function liveStop(): void {
	source?.close();
	source = undefined;
}

// Call f, at most once in wait_ms, after one of the kinds changed (id: this one alone).
export function useLive(kinds: Kind[], f: () => void, id?: string, wait_ms = 1000): void {
	const latest = useRef(f);
	latest.current = f;
	const what = kinds.join(" ");
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const heard = (kind: Kind, which: string) => {
			if (!what.split(" ").includes(kind) || (id && which !== "0" && which !== id) || timer) return;
			timer = setTimeout(() => {
				timer = undefined;
				latest.current();
			}, wait_ms);
		};
		listeners.add(heard);
		return () => {
			listeners.delete(heard);
			clearTimeout(timer);
		};
	}, [what, id, wait_ms]);
}
