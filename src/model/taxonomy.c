#include "model/taxonomy.h"

#include "base/lang.h"

static const struct {
	struct slice type, taxonomy;
	bool port;
	unsigned silence_d;
} rows[CLASS_COUNT] = {
#define X(id, type, taxonomy, port, silence_d) \
	[CLASS_##id] = { S_INIT(type), S_INIT(taxonomy), port, silence_d },
#include "model/class_list.h"
#undef X
};

/* RSIT's own titles. */
static const char *const titles[CLASS_COUNT] = {
	[CLASS_SPAM] = N_("Spam"),
	[CLASS_HARMFUL_SPEECH] = N_("Harmful speech"),
	[CLASS_VIOLENCE] = N_("Child sexual exploitation, sexual or violent content"),
	[CLASS_INFECTED_SYSTEM] = N_("Infected system"),
	[CLASS_C2_SERVER] = N_("Command and control server"),
	[CLASS_MALWARE_DISTRIBUTION] = N_("Malware distribution"),
	[CLASS_MALWARE_CONFIGURATION] = N_("Malware configuration"),
	[CLASS_SCANNER] = N_("Scanning"),
	[CLASS_SNIFFING] = N_("Sniffing"),
	[CLASS_SOCIAL_ENGINEERING] = N_("Social engineering"),
	[CLASS_IDS_ALERT] = N_("Exploitation of known vulnerabilities"),
	[CLASS_BRUTE_FORCE] = N_("Login attempts"),
	[CLASS_EXPLOIT] = N_("New attack signature"),
	[CLASS_PRIVILEGED_ACCOUNT_COMPROMISE] = N_("Privileged account compromise"),
	[CLASS_UNPRIVILEGED_ACCOUNT_COMPROMISE] = N_("Unprivileged account compromise"),
	[CLASS_APPLICATION_COMPROMISE] = N_("Application compromise"),
	[CLASS_SYSTEM_COMPROMISE] = N_("System compromise"),
	[CLASS_BURGLARY] = N_("Burglary"),
	[CLASS_DOS] = N_("Denial of service"),
	[CLASS_DDOS] = N_("Distributed denial of service"),
	[CLASS_MISCONFIGURATION] = N_("Misconfiguration"),
	[CLASS_SABOTAGE] = N_("Sabotage"),
	[CLASS_OUTAGE] = N_("Outage"),
	[CLASS_UNAUTHORISED_INFORMATION_ACCESS] = N_("Unauthorised access to information"),
	[CLASS_UNAUTHORISED_INFORMATION_MODIFICATION] = N_("Unauthorised modification of information"),
	[CLASS_DATA_LOSS] = N_("Data loss"),
	[CLASS_DATA_LEAK] = N_("Leak of confidential information"),
	[CLASS_UNAUTHORISED_USE_OF_RESOURCES] = N_("Unauthorised use of resources"),
	[CLASS_COPYRIGHT] = N_("Copyright"),
	[CLASS_MASQUERADE] = N_("Masquerade"),
	[CLASS_PHISHING] = N_("Phishing"),
	[CLASS_WEAK_CRYPTO] = N_("Weak cryptography"),
	[CLASS_DDOS_AMPLIFIER] = N_("DDoS amplifier"),
	[CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE] = N_("Potentially unwanted accessible service"),
	[CLASS_INFORMATION_DISCLOSURE] = N_("Information disclosure"),
	[CLASS_VULNERABLE_SYSTEM] = N_("Vulnerable system"),
	[CLASS_BLACKLIST] = N_("On a block list"),
	[CLASS_DGA_DOMAIN] = N_("Domain made by an algorithm"),
	[CLASS_OTHER] = N_("Uncategorised"),
	[CLASS_MALWARE] = N_("Malware"),
	[CLASS_PROXY] = N_("Proxy"),
	[CLASS_TOR] = N_("Tor node"),
	[CLASS_UNDETERMINED] = N_("Undetermined"),
	[CLASS_TEST] = N_("Test"),
};

/* Names that older tools still write, with today's; spaces count as hyphens. */
static const struct { struct slice old, now; } old_names[] = {
	{ S_INIT("backdoor"), S_INIT("system-compromise") },
	{ S_INIT("botnet-drone"), S_INIT("infected-system") },
	{ S_INIT("child-abuse"), S_INIT("violence") },
	{ S_INIT("child-exploitation"), S_INIT("violence") },
	{ S_INIT("child-porn"), S_INIT("violence") },
	{ S_INIT("child-pornography"), S_INIT("violence") },
	{ S_INIT("child-sexual-abuse"), S_INIT("violence") },
	{ S_INIT("child-sexual-abuse-material"), S_INIT("violence") },
	{ S_INIT("child-sexual-exploitation"), S_INIT("violence") },
	{ S_INIT("child-sexual-exploitation-material"), S_INIT("violence") },
	{ S_INIT("child-sexual-violence"), S_INIT("violence") },
	{ S_INIT("child/sexual/violence"), S_INIT("violence") },
	{ S_INIT("childabuse"), S_INIT("violence") },
	{ S_INIT("csam"), S_INIT("violence") },
	{ S_INIT("csea"), S_INIT("violence") },
	{ S_INIT("csem"), S_INIT("violence") },
	{ S_INIT("c&c"), S_INIT("c2-server") },
	{ S_INIT("c&c-server"), S_INIT("c2-server") },
	{ S_INIT("c2server"), S_INIT("c2-server") },
	{ S_INIT("compromised"), S_INIT("system-compromise") },
	{ S_INIT("ddos-amplification"), S_INIT("ddos-amplifier") },
	{ S_INIT("defacement"), S_INIT("unauthorised-information-modification") },
	{ S_INIT("dropzone"), S_INIT("other") },
	{ S_INIT("leak"), S_INIT("data-leak") },
	{ S_INIT("ransomware"), S_INIT("infected-system") },
	{ S_INIT("unauthorized-command"), S_INIT("system-compromise") },
	{ S_INIT("unauthorized-login"), S_INIT("system-compromise") },
	{ S_INIT("unauthorized-use-of-resources"), S_INIT("unauthorised-use-of-resources") },
	{ S_INIT("unauthorized-information-access"), S_INIT("unauthorised-information-access") },
	{ S_INIT("unauthorized-information-modification"), S_INIT("unauthorised-information-modification") },
	{ S_INIT("unknown"), S_INIT("undetermined") },
	{ S_INIT("vulnerable-client"), S_INIT("vulnerable-system") },
	{ S_INIT("vulnerable-service"), S_INIT("vulnerable-system") },
};

struct slice
class_type(enum class c)
{
	return c < CLASS_COUNT ? rows[c].type : SLICE_NONE;
}

struct slice
class_taxonomy(enum class c)
{
	return c < CLASS_COUNT ? rows[c].taxonomy : SLICE_NONE;
}

enum class
class_find(struct slice type)
{
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		if (slice_eq(rows[i].type, type))
			return (enum class)i;
	}
	return CLASS_NONE;
}

/* Equal where s may have upper case and spaces or underscores for hyphens. */
static bool
same_name(struct slice s, struct slice name)
{
	if (s.len != name.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = byte_lower(s.p[i]);

		if (c == ' ' || c == '_')
			c = '-';
		if (c != name.p[i])
			return false;
	}
	return true;
}

struct slice
class_modern(struct slice old)
{
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		if (same_name(old, rows[i].type))
			return rows[i].type;
	}
	for (size_t i = 0; i < sizeof(old_names) / sizeof(old_names[0]); i++) {
		if (same_name(old, old_names[i].old))
			return old_names[i].now;
	}
	return SLICE_NONE;
}

bool
taxonomy_ok(struct slice taxonomy)
{
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		if (slice_eq(rows[i].taxonomy, taxonomy))
			return true;
	}
	return false;
}

struct slice
taxonomy_modern(struct slice old)
{
	static const struct { struct slice old, now; } renamed[] = {
		{ S_INIT("information-content"), S_INIT("information-content-security") },
		{ S_INIT("intrusion"), S_INIT("intrusions") },
		{ S_INIT("vulnerability"), S_INIT("vulnerable") },
	};

	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		if (same_name(old, rows[i].taxonomy))
			return rows[i].taxonomy;
	}
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++) {
		if (same_name(old, renamed[i].old))
			return renamed[i].now;
	}
	return SLICE_NONE;
}

bool
class_port_matters(enum class c)
{
	return c < CLASS_COUNT && rows[c].port;
}

unsigned
class_silence_d(enum class c)
{
	return c < CLASS_COUNT ? rows[c].silence_d : 14;
}

const char *
class_title(enum class c)
{
	return c < CLASS_COUNT ? titles[c] : titles[CLASS_UNDETERMINED];
}
