/*
 * query: the command line's filters as a question to the store.
 */
#ifndef CLI_QUERY_H
#define CLI_QUERY_H

#include "base/lang.h"
#include "cli/cli.h"
#include "store/findings.h"

/* What a question's texts lie in. */
struct query_memory {
	char country[2];
};

/*
 * The filters among c's options, and arg (or NULL): an id, an address or
 * network, an AS, a country, or text. It counts as asked now.
 */
bool query_read(struct cli *c, const char *arg, struct query_memory *m,
    struct finding_query *q, struct err *e) MUST_USE;

/* Single options, as other commands have them: NONE where they are not given. */
bool query_class(struct cli *c, struct slice *out, struct err *e) MUST_USE;
bool query_country(struct cli *c, char mem[2], struct slice *out, struct err *e) MUST_USE;

/* The rows of these options, the same wherever findings are chosen. */
#define QUERY_OPTIONS \
	{ "class", 'c', N_("CLASS"), N_("RSIT class: infected-system, spam, phishing, ...") }, \
	{ "taxonomy", 0, N_("NAME"), N_("RSIT taxonomy: malicious-code, vulnerable, ...") }, \
	{ "country", 0, "CC", N_("country of the address; - for unknown") }, \
	{ "asn", 'a', N_("NUMBER"), N_("AS of the address") }, \
	{ "net", 0, N_("PREFIX"), N_("addresses in this network") }, \
	{ "feed", 'f', N_("NAME"), N_("feed of the latest event") }, \
	{ "state", 's', N_("LIST"), N_("one or more, with commas, of new, notified, acknowledged, resolved, returned, open (all but resolved)") }, \
	{ "since", 0, N_("DATE"), N_("last seen from this date on (2026-01-31, 7d, 12h)") }, \
	{ "until", 0, N_("DATE"), N_("last seen before this date") }, \
	{ "text", 0, N_("TEXT"), N_("text in place, name or description") }

#endif
