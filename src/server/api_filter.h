/*
 * api_filter: which findings are asked for, the same in lists, counts, exports
 * and bulk acts, and a finding as the API shows it.
 */
#ifndef SERVER_API_FILTER_H
#define SERVER_API_FILTER_H

#include "server/api_route.h"
#include "store/findings.h"

extern const char *const api_class_words[], *const api_taxonomy_words[], *const api_state_words[];
extern const struct api_value api_class, api_taxonomy, api_states, api_country, api_asn, api_short, api_report_id, api_limit, api_cursor;
extern const struct api_value api_filter; /* as an object in a body */
extern const struct api_value api_finding; /* as it is answered */

/* The filters as rows of parameters. */
#define API_FILTER_PARAMS \
	{ "class", API_QUERY, &api_class, false, "RSIT class" }, \
	{ "taxonomy", API_QUERY, &api_taxonomy, false, "RSIT taxonomy" }, \
	{ "country", API_QUERY, &api_country, false, "Of the address: two letters; - for unknown" }, \
	{ "asn", API_QUERY, &api_asn, false, "AS of the address; 0 for unknown" }, \
	{ "prefix", API_QUERY, &api_short, false, "Addresses in this network" }, \
	{ "state", API_QUERY, &api_states, false, "One or more, with commas; open: all but resolved" }, \
	{ "feed", API_QUERY, &api_short, false, "Feed of the latest event" }, \
	{ "text", API_QUERY, &api_short, false, "Within place, identifier or description. Findings of an address are found by prefix, those of an AS by asn" }, \
	{ "since", API_QUERY, &api_moment, false, "Last seen from then on" }, \
	{ "until", API_QUERY, &api_moment, false, "Last seen before" }, \
	{ "new_since", API_QUERY, &api_moment, false, "First seen from then on" }, \
	{ "report", API_QUERY, &api_report_id, false, "First or last seen in this report" }

/*
 * The question, from the parameters or, where filter is not NULL, from an
 * object of a body. Who is held to a country asks for that country, whatever
 * they say. Texts live as long as the call.
 */
bool api_filter_read(struct api_call *c, const struct json *filter, struct finding_query *q, struct err *e) MUST_USE;
/* May the asker see what lies in this country? */
bool api_may_see(const struct api_call *c, struct slice country);
/* What a row may show: of protected findings the fact alone. */
void api_finding_reduce(struct api_call *c, struct finding_row *row);
/* The members of a finding, within an object that is open. */
void api_finding_put(struct api_call *c, struct json_out *j, const struct finding_row *row);
#define API_FINDING_MEMBERS \
	{ "id", &api_finding_id, API_REQUIRED, "A number that does not fit a double: a text" }, \
	{ "name", &api_text, API_REQUIRED, "The same, as people write it" }, \
	{ "class", &api_text, API_REQUIRED, NULL }, \
	{ "taxonomy", &api_text, API_REQUIRED, NULL }, \
	{ "kind", &api_text, API_REQUIRED, "What the place is: ip, network, fqdn, url, asn, account, hash, target" }, \
	{ "place", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "ip", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "port", &api_count, API_REQUIRED | API_NULL, NULL }, \
	{ "transport", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "identifier", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "label", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "asn", &api_count, API_REQUIRED | API_NULL, NULL }, \
	{ "as_name", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "country", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "first_seen", &api_moment, API_REQUIRED, NULL }, \
	{ "last_seen", &api_moment, API_REQUIRED, NULL }, \
	{ "count", &api_count, API_REQUIRED, "Events" }, \
	{ "tlp", &api_text, API_REQUIRED, NULL }, \
	{ "state", &api_text, API_REQUIRED, NULL }, \
	{ "state_since", &api_moment, API_REQUIRED | API_NULL, NULL }, \
	{ "notified", &api_moment, API_REQUIRED | API_NULL, NULL }, \
	{ "feed", &api_text, API_REQUIRED | API_NULL, NULL }

/* The cursor behind a row, and back. */
void api_cursor_put(struct json_out *j, enum finding_order order, const struct finding_row *row);
bool api_cursor_read(struct api_call *c, struct finding_query *q, struct err *e) MUST_USE;

#endif
