/* noscript: said where scripts are switched off; the build writes it into the page in all languages. */
import { N_ } from "./lib/i18n";

export const NOSCRIPT = N_("This page needs JavaScript. Everything it does can also be done with the node's HTTP API and on its command line.");
