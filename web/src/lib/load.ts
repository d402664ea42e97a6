/* load: what a page shows comes from the node; this keeps its three states. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get, Problem } from "./api";
import type { Page } from "./types";

export interface Loaded<T> {
	data: T | undefined;
	error: Problem | undefined;
	busy: boolean;
	reload: () => void;
	set: (data: T) => void;
}

const problem = (e: unknown): Problem => (e instanceof Problem ? e : new Problem(0, String(e), ""));

// f is called again when key changes; what was shown before stays until then.
export function useLoad<T>(key: string | null, f: (signal: AbortSignal) => Promise<T>): Loaded<T> {
	const [state, setState] = useState<{ key: string | null; data?: T; error?: Problem; busy: boolean }>({ key, busy: key !== null });
	const [turn, setTurn] = useState(0);
	const latest = useRef(f);
	latest.current = f;
	useEffect(() => {
		if (key === null) return;
		const stop = new AbortController();
		setState((s) => ({ ...s, busy: true }));
		latest.current(stop.signal).then(
			(data) => {
				if (!stop.signal.aborted) setState({ key, data, busy: false });
			},
			(e: unknown) => {
				if (!stop.signal.aborted) setState((s) => ({ key, data: s.key === key ? s.data : undefined, error: problem(e), busy: false }));
			},
		);
		return () => stop.abort();
	}, [key, turn]);
	const reload = useCallback(() => setTurn((n) => n + 1), []);
	const set = useCallback((data: T) => setState({ key, data, busy: false }), [key]);
	return { data: state.data, error: state.error, busy: state.busy, reload, set };
}

// A search that found nothing among those looked through goes on by itself for a while (decision 0106).
const TURNS = 20;
export async function searched<T>(at: string, ask: URLSearchParams, signal: AbortSignal): Promise<Page<T>> {
	let found = await get<Page<T>>(at, ask, signal);
	for (let i = 1; i < TURNS && !found.items.length && found.next; i++) {
		const on = new URLSearchParams(ask);
		on.set("cursor", found.next);
		found = await get<Page<T>>(at, on, signal);
	}
	return found;
}

export interface Work {
	busy: boolean;
	error: Problem | undefined;
	run: (f: () => Promise<void>) => Promise<boolean>;
	clear: () => void;
}

// A button's work: one at a time, its failure kept to be shown.
export function useWork(): Work {
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Problem>();
	const running = useRef(false);
	const run = useCallback(async (f: () => Promise<void>) => {
		if (running.current) return false;
		running.current = true;
		setBusy(true);
		setError(undefined);
		try {
			await f();
			return true;
		} catch (e) {
			setError(problem(e));
			return false;
		} finally {
			running.current = false;
			setBusy(false);
		}
	}, []);
	return { busy, error, run, clear: () => setError(undefined) };
}
