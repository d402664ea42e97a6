/* session: who is signed in here, and what they may do. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Lang } from "./i18n";
import type { Me } from "./types";

export interface Session {
	me: Me;
	may: (right: string) => boolean;
	setMe: (me: Me) => void;
	refresh: () => Promise<void>;
	lang: Lang;
	chooseLang: (lang: Lang) => void;
	// A short word that something was done; also read out.
	say: (text: string) => void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
	const s = useContext(SessionContext);
	if (!s) throw new Error("no session around this");
	return s;
}
