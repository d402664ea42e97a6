/* main: who is signed in, in which language, and which page that makes. */
import { render } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, onSignedOut, patch, Problem, setCsrf } from "./lib/api";
import { getLang, isLang, setLang, type Lang } from "./lib/i18n";
import { liveStart, liveStop } from "./lib/live";
import { go, routeClicks, usePlace } from "./lib/route";
import { SessionContext, type Session } from "./lib/session";
import { keep, kept } from "./lib/store";
import type { Me } from "./lib/types";
import { Pages } from "./pages";
import { Busy, Failure } from "./ui/parts";
import { Shell } from "./ui/shell";

function App({ first }: { first: Lang }) {
	const [me, setMeState] = useState<Me>();
	const [failed, setFailed] = useState<Problem>();
	const [lang, setLangState] = useState<Lang>(first);
	const [said, setSaid] = useState("");
	const place = usePlace();
	const shown = useRef(place.path);
	const signed = useRef(false);

	const chooseLang = useCallback((to: Lang) => {
		keep("lang", to);
		// The account remembers it too, for the other browsers; it costs nothing if it does not.
		if (signed.current) void patch("/me", { lang: to }).catch(() => undefined);
		void setLang(to).then(() => setLangState(to));
	}, []);
	const setMe = useCallback((next: Me) => {
		signed.current = next.kind === "person";
		setCsrf(next.csrf);
		setMeState(next);
		// The account's language, unless this browser was told another.
		if (next.lang && isLang(next.lang) && !kept("lang") && next.lang !== getLang()) {
			const to = next.lang;
			void setLang(to).then(() => setLangState(to));
		}
	}, []);
	const refresh = useCallback(async () => {
		try {
			setMe(await get<Me>("/me"));
			setFailed(undefined);
		} catch (e) {
			setFailed(e instanceof Problem ? e : new Problem(0, String(e), ""));
		}
	}, []);

	useEffect(() => void refresh(), []);
	useEffect(() => onSignedOut(() => void refresh()), []);
	// Not before all that comes first is done: the node would refuse it, and the browser not ask again.
	const listens = !!me && me.kind !== "nobody" && !me.must_change && !me.second_factor_due;
	useEffect(() => {
		if (listens) liveStart();
		else liveStop();
	}, [listens]);
	// A new page begins at its top, and its heading is read out.
	useEffect(() => {
		if (shown.current === place.path) return;
		shown.current = place.path;
		scrollTo(0, 0);
		const timer = setTimeout(() => document.getElementById("title")?.focus({ preventScroll: true }), 50);
		return () => clearTimeout(timer);
	}, [place.path]);
	useEffect(() => {
		if (!said) return;
		const timer = setTimeout(() => setSaid(""), 6000);
		return () => clearTimeout(timer);
	}, [said]);

	const session = useMemo<Session | null>(
		() => me ? { me, may: (right) => me.rights.includes(right), setMe, refresh, lang, chooseLang, say: setSaid } : null,
		[me, lang],
	);
	if (!session) return <main id="main">{failed ? <Failure problem={failed} retry={() => void refresh()} /> : <Busy />}</main>;
	return (
		<SessionContext.Provider value={session}>
			<Shell place={place} said={said}>
				{failed ? <Failure problem={failed} retry={() => void refresh()} /> : null}
				{/* All texts change with the language, so all is made anew. */}
				<Pages key={lang} place={place} />
			</Shell>
		</SessionContext.Provider>
	);
}

async function start(): Promise<void> {
	const tag = document.documentElement.lang;
	const lang = isLang(tag) ? tag : "en";
	// A catalogue that does not come costs the language, not the page.
	await setLang(lang).catch(() => undefined);
	routeClicks();
	// The old way of a bookmark: /#/findings.
	if (location.hash.startsWith("#/")) go(location.hash.slice(1), "replace");
	const root = document.getElementById("page");
	if (root) {
		root.textContent = "";
		render(<App first={getLang()} />, root);
	}
}

void start();
