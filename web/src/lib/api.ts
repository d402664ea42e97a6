/*
 * api: the node's HTTP API. Every failure is a Problem with a sentence for a
 * person: the node's own (RFC 9457, in the reader's language) where it gave
 * one, ours where it could not be asked.
 */
import { getLang, t } from "./i18n";

export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly title: string,
		readonly detail: string,
		readonly field?: string,
		readonly extra: Record<string, unknown> = {},
	) {
		super(detail || title);
	}
}

let csrf = "";
let signedOut: () => void = () => {};
export const setCsrf = (token: string | null | undefined): void => void (csrf = token ?? "");
// Called when the node no longer knows the session.
export const onSignedOut = (f: () => void): void => void (signedOut = f);

export type Params = Record<string, string | number | boolean | null | undefined>;

export function path(to: string, params: Params | URLSearchParams = {}): string {
	const q = params instanceof URLSearchParams ? params : new URLSearchParams();
	if (!(params instanceof URLSearchParams)) {
		for (const [k, v] of Object.entries(params)) if (v !== undefined && v !== null && v !== "") q.set(k, String(v));
	}
	const text = q.toString();
	return `/api/v1${to}${text ? `?${text}` : ""}`;
}

function problemOf(status: number, body: unknown, retry: string | null = null): Problem {
	const b = (typeof body === "object" && body ? body : {}) as Record<string, unknown>;
	const text = (v: unknown) => (typeof v === "string" ? v : "");
	const titles: Record<number, string> = {
		401: t("Please sign in"),
		403: t("Your account may not do this"),
		404: t("There is nothing here"),
		409: t("This has changed in the meantime"),
		413: t("This is too large"),
		429: t("Too many tries"),
	};
	const title = text(b.title) || titles[status] || t("The node could not do this");
	const wait = status === 429 && retry && /^\d+$/.test(retry) ? t("Please try again in %s seconds.", Number(retry)) : "";
	const detail = text(b.detail) || wait || (status >= 500 ? t("The node had a fault. Try again; if it stays so, its log says more.") : "");
	return new Problem(status, title, detail, text(b.field) || undefined, b);
}

const unreachable = (): Problem =>
	new Problem(0, t("The node cannot be reached"), t("Check the network connection, then try again."));

async function call<T>(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<T> {
	const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": getLang() };
	if (method !== "GET") headers["X-CSRF-Token"] = csrf;
	if (body !== undefined) headers["Content-Type"] = "application/json";
	let answer: Response;
	try {
		answer = await fetch(url, {
			method, headers, signal, credentials: "same-origin", cache: "no-store",
			body: body === undefined ? undefined : JSON.stringify(body),
		});
	} catch (e) {
		if (e instanceof DOMException && e.name === "AbortError") throw e;
		throw unreachable();
	}
	let read: unknown;
	try {
		const text = await answer.text();
		read = text ? JSON.parse(text) : undefined;
	} catch {
		read = undefined;
	}
	if (!answer.ok) {
		const p = problemOf(answer.status, read, answer.headers.get("Retry-After"));
		// Not where a password is being asked for: there it says that it was wrong.
		if (answer.status === 401 && !url.startsWith("/api/v1/session") && !url.startsWith("/api/v1/me/")) signedOut();
		throw p;
	}
	return read as T;
}

export const get = <T>(to: string, params?: Params | URLSearchParams, signal?: AbortSignal): Promise<T> =>
	call<T>("GET", path(to, params), undefined, signal);
export const post = <T>(to: string, body?: unknown): Promise<T> => call<T>("POST", path(to), body);
export const put = <T>(to: string, body: unknown): Promise<T> => call<T>("PUT", path(to), body);
export const patch = <T>(to: string, body: unknown): Promise<T> => call<T>("PATCH", path(to), body);
export const del = <T>(to: string, body?: unknown, params: Params = {}): Promise<T> => call<T>("DELETE", path(to, params), body);

// RFC 8187: a file's name may hold anything.
const headerName = (name: string): string =>
	`UTF-8\x27\x27${encodeURIComponent(name).replace(/[\x27()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;

export interface Taken {
	id: string | number;
	sha256: string;
	known: boolean;
}

export interface Upload<T = Taken> {
	promise: Promise<T>;
	abort: () => void;
}

// XMLHttpRequest, as fetch tells nothing of how far an upload is.
export function upload<T = Taken>(file: Blob, name: string, params: Params, progress: (part: number) => void, to = "/reports"): Upload<T> {
	const x = new XMLHttpRequest();
	const promise = new Promise<T>((done, fail) => {
		x.open("POST", path(to, params));
		x.setRequestHeader("Content-Type", "application/octet-stream");
		x.setRequestHeader("X-CSRF-Token", csrf);
		x.setRequestHeader("Accept-Language", getLang());
		x.setRequestHeader("X-Filename", headerName(name));
		x.upload.onprogress = (e) => {
			if (e.lengthComputable) progress(e.total ? e.loaded / e.total : 1);
		};
		x.onerror = () => fail(unreachable());
		x.onabort = () => fail(new Problem(0, t("Stopped"), ""));
		x.onload = () => {
			let read: unknown;
			try {
				read = JSON.parse(x.responseText);
			} catch {
				read = undefined;
			}
			if (x.status >= 200 && x.status < 300) done(read as T);
			else fail(problemOf(x.status, read, x.getResponseHeader("Retry-After")));
		};
		x.send(file);
	});
	return { promise, abort: () => x.abort() };
}
