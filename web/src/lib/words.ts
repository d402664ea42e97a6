/*
 * words: what the node's stable names are called on the page. A name that is
 * not here (a newer node's) is shown as it is.
 */
import { countryName } from "./country";
import { N_, t } from "./i18n";

const CLASSES: Record<string, [taxonomy: string, title: string]> = {
	"spam": ["abusive-content", N_("Spam")],
	"harmful-speech": ["abusive-content", N_("Harmful speech")],
	"violence": ["abusive-content", N_("Child sexual exploitation, sexual or violent content")],
	"infected-system": ["malicious-code", N_("Infected system")],
	"c2-server": ["malicious-code", N_("Command and control server")],
	"malware-distribution": ["malicious-code", N_("Malware distribution")],
	"malware-configuration": ["malicious-code", N_("Malware configuration")],
	"scanner": ["information-gathering", N_("Scanning")],
	"sniffing": ["information-gathering", N_("Sniffing")],
	"social-engineering": ["information-gathering", N_("Social engineering")],
	"ids-alert": ["intrusion-attempts", N_("Exploitation of known vulnerabilities")],
	"brute-force": ["intrusion-attempts", N_("Login attempts")],
	"exploit": ["intrusion-attempts", N_("New attack signature")],
	"privileged-account-compromise": ["intrusions", N_("Privileged account compromise")],
	"unprivileged-account-compromise": ["intrusions", N_("Unprivileged account compromise")],
	"application-compromise": ["intrusions", N_("Application compromise")],
	"system-compromise": ["intrusions", N_("System compromise")],
	"burglary": ["intrusions", N_("Burglary")],
	"dos": ["availability", N_("Denial of service")],
	"ddos": ["availability", N_("Distributed denial of service")],
	"misconfiguration": ["availability", N_("Misconfiguration")],
	"sabotage": ["availability", N_("Sabotage")],
	"outage": ["availability", N_("Outage")],
	"unauthorised-information-access": ["information-content-security", N_("Unauthorised access to information")],
	"unauthorised-information-modification": ["information-content-security", N_("Unauthorised modification of information")],
	"data-loss": ["information-content-security", N_("Data loss")],
	"data-leak": ["information-content-security", N_("Leak of confidential information")],
	"unauthorised-use-of-resources": ["fraud", N_("Unauthorised use of resources")],
	"copyright": ["fraud", N_("Copyright")],
	"masquerade": ["fraud", N_("Masquerade")],
	"phishing": ["fraud", N_("Phishing")],
	"weak-crypto": ["vulnerable", N_("Weak cryptography")],
	"ddos-amplifier": ["vulnerable", N_("Amplifier for denial of service")],
	"potentially-unwanted-accessible": ["vulnerable", N_("Potentially unwanted accessible service")],
	"information-disclosure": ["vulnerable", N_("Information disclosure")],
	"vulnerable-system": ["vulnerable", N_("Vulnerable system")],
	"blacklist": ["other", N_("On a blocklist")],
	"dga-domain": ["other", N_("Generated domain name")],
	"other": ["other", N_("Other")],
	"malware": ["other", N_("Malware")],
	"proxy": ["other", N_("Open proxy")],
	"tor": ["other", N_("Tor node")],
	"undetermined": ["other", N_("Undetermined")],
	"test": ["test", N_("Test")],
};

const TAXONOMIES: Record<string, string> = {
	"abusive-content": N_("Abusive content"),
	"malicious-code": N_("Malicious code"),
	"information-gathering": N_("Information gathering"),
	"intrusion-attempts": N_("Intrusion attempts"),
	"intrusions": N_("Intrusions"),
	"availability": N_("Availability"),
	"information-content-security": N_("Information content security"),
	"fraud": N_("Fraud"),
	"vulnerable": N_("Vulnerable"),
	"other": N_("Other"),
	"test": N_("Test"),
};

const STATES: Record<string, string> = {
	new: N_("new"),
	notified: N_("notified"),
	acknowledged: N_("acknowledged"),
	resolved: N_("resolved"),
	returned: N_("returned"),
};

const REPORT_STATES: Record<string, string> = {
	received: N_("received"),
	reading: N_("reading"),
	done: N_("done"),
	aside: N_("set aside"),
	nothing: N_("nothing to report"),
};

const NOTICE_STATES: Record<string, string> = {
	draft: N_("draft"),
	queued: N_("queued"),
	sending: N_("being sent"),
	sent: N_("sent"),
	failed: N_("failed, will be tried again"),
	refused: N_("refused"),
	uncertain: N_("uncertain whether it arrived"),
	withdrawn: N_("withdrawn"),
};

const ACTS: Record<string, string> = {
	seen: N_("Seen"),
	told: N_("Contact notified"),
	acknowledge: N_("Acknowledged"),
	resolve: N_("Marked as resolved"),
	reopen: N_("Opened again"),
	silence: N_("Not seen any more"),
};

const ANSWERS: Record<string, string> = {
	"fixed": N_("Fixed"),
	"not-ours": N_("Not ours"),
	"need-help": N_("Need help"),
};

const ROLES: Record<string, [title: string, does: string]> = {
	"administrator": [N_("Administrator"), N_("Accounts and settings")],
	"analyst": [N_("Analyst"), N_("Takes in reports, works on findings, prepares notices")],
	"focal-point": [N_("Focal point"), N_("Answers for a country: findings, contacts, approval of notices")],
	"coordinator": [N_("Coordinator"), N_("Partners and agreements")],
	"expert": [N_("Expert"), N_("Reads what is shared with experts")],
	"donor": [N_("Donor"), N_("Reads statistics and results")],
	"auditor": [N_("Auditor"), N_("Reads all that was done, changes nothing")],
	"viewer": [N_("Viewer"), N_("Reads findings and statistics")],
};

const RIGHTS: Record<string, string> = {
	"stats.read": N_("see statistics"),
	"findings.read": N_("see findings and their events"),
	"findings.act": N_("change the state of findings"),
	"reports.read": N_("see which reports came"),
	"reports.raw": N_("get reports as they were received"),
	"reports.add": N_("bring reports in"),
	"contacts.read": N_("see contacts and networks"),
	"contacts.change": N_("change contacts"),
	"notices.read": N_("see notices"),
	"notices.make": N_("prepare notices"),
	"notices.send": N_("approve and send notices"),
	"settings.read": N_("see settings"),
	"settings.change": N_("change settings"),
	"accounts.read": N_("see who has an account"),
	"accounts": N_("make and change accounts"),
	"audit.read": N_("read the audit log"),
	"metrics": N_("read the server's figures"),
	"agreements.read": N_("see agreements, partners and transfers"),
	"agreements.change": N_("sign for the node, and enter partners"),
};

export const ROLE_NAMES = Object.keys(ROLES);
export const RIGHT_NAMES = Object.keys(RIGHTS);
export const STATE_NAMES = Object.keys(STATES);
export const REPORT_STATE_NAMES = Object.keys(REPORT_STATES);
export const NOTICE_STATE_NAMES = Object.keys(NOTICE_STATES);
export const TAXONOMY_NAMES = Object.keys(TAXONOMIES);

const word = (table: Record<string, string>, name: string | null | undefined): string =>
	name ? (Object.hasOwn(table, name) ? t(table[name]!) : name) : t("unknown");

export const className = (name: string | null | undefined): string =>
	name ? (Object.hasOwn(CLASSES, name) ? t(CLASSES[name]![1]) : name) : t("unknown");
export const taxonomyName = (name: string | null | undefined): string => word(TAXONOMIES, name);
export const stateName = (name: string | null | undefined): string => word(STATES, name);
export const reportState = (name: string | null | undefined): string => word(REPORT_STATES, name);
export const noticeState = (name: string | null | undefined): string => word(NOTICE_STATES, name);
export const actName = (name: string | null | undefined): string => word(ACTS, name);
export const answerName = (name: string | null | undefined): string => word(ANSWERS, name);
export const rightName = (name: string): string => word(RIGHTS, name);
export const roleName = (name: string): string => (Object.hasOwn(ROLES, name) ? t(ROLES[name]![0]) : name);
export const roleDoes = (name: string): string => (Object.hasOwn(ROLES, name) ? t(ROLES[name]![1]) : "");

// What somebody answers for, or what is left out: "AS64496", "192.0.2.0/24", a country by its name.
export const scopeName = (scope: string | null | undefined, value: string | null | undefined): string =>
	!value ? "" : scope === "asn" ? `AS${value.replace(/^AS/i, "")}` : scope === "country" ? countryName(value) : value;

// For a choice: the classes by taxonomy.
export const classGroups = (): { taxonomy: string; classes: string[] }[] =>
	TAXONOMY_NAMES.map((taxonomy) => ({ taxonomy, classes: Object.keys(CLASSES).filter((c) => CLASSES[c]![0] === taxonomy) }));
