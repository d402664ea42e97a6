/* shell: what stands around every page: the node's name, the menu, language and colours. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { del } from "../lib/api";
import { LANG_NAMES, LANGS, t, type Lang } from "../lib/i18n";
import { go, type Place } from "../lib/route";
import { useSession } from "../lib/session";
import { keep, kept } from "../lib/store";
import type { Me } from "../lib/types";
import { mayAny, MENU, PUBLIC_MENU } from "../pages";
import { Raw } from "./text";

function Theme() {
	const [theme, setTheme] = useState(kept("theme") ?? "");
	const choose = (to: string) => {
		setTheme(to);
		keep("theme", to || null);
		if (to) document.documentElement.dataset.theme = to;
		else delete document.documentElement.dataset.theme;
	};
	return (
		<label class="pick">
			<span class="hidden">{t("Colours")}</span>
			<select value={theme} onChange={(e) => choose(e.currentTarget.value)}>
				<option value="">{t("As the system")}</option>
				<option value="light">{t("Light")}</option>
				<option value="dark">{t("Dark")}</option>
			</select>
		</label>
	);
}

function Language() {
	const { lang, chooseLang } = useSession();
	return (
		<label class="pick">
			<span class="hidden">{t("Language")}</span>
			<select value={lang} onChange={(e) => chooseLang(e.currentTarget.value as Lang)}>
				{LANGS.map((l) => <option key={l} value={l} lang={l}>{LANG_NAMES[l]}</option>)}
			</select>
		</label>
	);
}

function Search() {
	const [q, setQ] = useState("");
	return (
		<form class="search" role="search" onSubmit={(e) => {
			e.preventDefault();
			if (q.trim()) go(`/lookup?q=${encodeURIComponent(q.trim())}`);
		}}>
			<input type="search" dir={q ? "auto" : undefined} value={q} onInput={(e) => setQ(e.currentTarget.value)}
				aria-label={t("Look up an address, network, domain or URL")} placeholder={t("Address, domain, URL, AS …")} />
		</form>
	);
}

function Account() {
	const { me, refresh } = useSession();
	if (me.kind === "nobody") return <a class="button" href="/sign-in">{t("Sign in")}</a>;
	const out = async () => {
		await del<Me>("/session").catch(() => undefined);
		await refresh();
		go("/sign-in");
	};
	return (
		<>
			<a class="who" href="/me" title={t("Your account")}><Raw v={me.display || me.name} /></a>
			<button type="button" class="quiet" onClick={() => void out()}>{t("Sign out")}</button>
		</>
	);
}

export function Shell({ place, said, children }: { place: Place; said: string; children: ComponentChildren }) {
	const { me, may } = useSession();
	const [open, setOpen] = useState(false);
	const signed = me.kind !== "nobody";
	useEffect(() => setOpen(false), [place.path]);
	useEffect(() => {
		if (!open) return;
		const close = (e: KeyboardEvent) => e.key === "Escape" && setOpen(false);
		addEventListener("keydown", close);
		return () => removeEventListener("keydown", close);
	}, [open]);
	const under = (path: string) => place.path === path || (path !== "/" && place.path.startsWith(`${path}/`));
	const current = (path: string, also: string[] = []) => ([path, ...also].some(under) ? "page" : undefined);
	const groups = signed ? MENU.map((g) => ({ ...g, items: g.items.filter((m) => mayAny(may, m.right)) })).filter((g) => g.items.length) : [];
	return (
		<>
			<a class="skip" href="#main" onClick={(e) => {
				e.preventDefault();
				document.getElementById("main")?.focus();
			}}>{t("Skip to the content")}</a>
			<header class="top">
				<button type="button" class="menu-button" aria-expanded={open} aria-controls="menu" onClick={() => setOpen(!open)}>
					<svg viewBox="0 0 16 12" aria-hidden="true"><path d="M0 1h16M0 6h16M0 11h16" /></svg>
					<span>{t("Menu")}</span>
				</button>
				<a class="brand" href={signed ? "/" : "/about"}><Raw v={me.node.name || "Entente"} /></a>
				{signed && may("findings.read") ? <Search /> : <span class="gap" />}
				<div class="top-end"><Account /></div>
			</header>
			<div class="frame">
				<nav id="menu" class={open ? "menu open" : "menu"} aria-label={t("Main menu")}>
					{groups.map((g) => (
						<div key={g.head} class="menu-group" role="group" aria-label={g.head ? t(g.head) : t("Main menu")}>
							{g.head ? <p class="menu-head" aria-hidden="true">{t(g.head)}</p> : null}
							<ul>{g.items.map((m) => <li key={m.path}><a href={m.path} aria-current={current(m.path, m.also)}>{t(m.text)}</a></li>)}</ul>
						</div>
					))}
					{groups.length ? <p class="menu-head">{t("For the public")}</p> : null}
					<ul>{PUBLIC_MENU.map((m) => <li key={m.path}><a href={m.path} aria-current={current(m.path)}>{t(m.text)}</a></li>)}</ul>
					<div class="picks"><Language /><Theme /></div>
				</nav>
				<main id="main" tabIndex={-1}>{children}</main>
			</div>
			<div class="said" role="status" aria-live="polite">{said ? <p>{said}</p> : null}</div>
			<footer class="foot"><bdi>{`Entente ${me.node.version}`}</bdi></footer>
		</>
	);
}
