/*
 * route: the address bar is the page's state: what is shown, and with which
 * filters, can be sent to a colleague and survives a reload.
 */
import { useEffect, useState } from "preact/hooks";

export interface Place {
	path: string;
	query: URLSearchParams;
}

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((f) => f());

export function go(to: string, how: "push" | "replace" = "push"): void {
	if (to === location.pathname + location.search) return;
	history[how === "push" ? "pushState" : "replaceState"](null, "", to);
	tell();
}

// Set or (with "") drop parameters of the query; the path stays.
export function withQuery(query: URLSearchParams, set: Record<string, string | undefined>): string {
	const next = new URLSearchParams(query);
	for (const [k, v] of Object.entries(set)) {
		if (v) next.set(k, v);
		else next.delete(k);
	}
	const text = next.toString();
	return location.pathname + (text ? `?${text}` : "");
}

export function usePlace(): Place {
	const [place, set] = useState(here);
	useEffect(() => {
		const changed = () => set(here());
		listeners.add(changed);
		return () => void listeners.delete(changed);
	}, []);
	return place;
}

// One listener for all links: those of our own pages change the address, no more.
export function routeClicks(): void {
	addEventListener("popstate", tell);
	document.addEventListener("click", (e) => {
		if (e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
		const a = (e.target as Element | null)?.closest?.("a[href]");
		if (!(a instanceof HTMLAnchorElement) || a.target || a.hasAttribute("download")) return;
		if (a.origin !== location.origin || /^\/(api|assets|\.well-known)\//.test(a.pathname)) return;
		if (a.hash && a.pathname === location.pathname && a.search === location.search) return;
		e.preventDefault();
		go(a.pathname + a.search);
	});
}
