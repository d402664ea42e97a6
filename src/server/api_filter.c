#include "server/api_filter.h"

#include <stdio.h>

#include "attrib/networks.h"
#include "model/protect.h"
#include "share/known.h"

const char *const api_class_words[] = {
#define X(id, type, taxonomy, port, silence_d) type,
#include "model/class_list.h"
#undef X
	NULL
};

const char *const api_taxonomy_words[] = { "abusive-content", "malicious-code", "information-gathering", "intrusion-attempts",
	"intrusions", "availability", "information-content-security", "fraud", "vulnerable", "other", "test", NULL };

const char *const api_state_words[] = { "new", "notified", "acknowledged", "resolved", "returned", "open", NULL };

#define CURSOR_MAX 64
#define CURSOR_LETTERS "ilfc" /* by enum finding_order */

const struct api_value api_class = { .type = API_WORD, .words = api_class_words };
const struct api_value api_taxonomy = { .type = API_WORD, .words = api_taxonomy_words };
const struct api_value api_states = { .type = API_WORDS, .words = api_state_words };
const struct api_value api_country = { .type = API_TEXT, .min = 1, .max = 2 };
const struct api_value api_asn = { .type = API_INT, .min = 0, .max = UINT32_MAX };
const struct api_value api_short = { .type = API_TEXT, .min = 1, .max = 255 };
const struct api_value api_report_id = { .type = API_INT, .min = 1, .max = INT64_MAX };
const struct api_value api_limit = { .type = API_INT, .min = 1, .max = 1000 };
const struct api_value api_cursor = { .type = API_TEXT, .min = 1, .max = CURSOR_MAX, .about = "next of the page before" };

static const struct api_member filter_members[] = {
	{ "class", &api_class, 0, NULL },
	{ "taxonomy", &api_taxonomy, 0, NULL },
	{ "country", &api_country, 0, NULL },
	{ "asn", &api_asn, 0, NULL },
	{ "prefix", &api_short, 0, NULL },
	{ "state", &api_states, 0, NULL },
	{ "feed", &api_short, 0, NULL },
	{ "text", &api_short, 0, NULL },
	{ "since", &api_moment, 0, NULL },
	{ "until", &api_moment, 0, NULL },
	{ "new_since", &api_moment, 0, NULL },
	{ "report", &api_report_id, 0, NULL },
	{ NULL, NULL, 0, NULL },
};
const struct api_value api_filter = { .type = API_OBJECT, .members = filter_members, .name = "Filter" };

static const struct api_member finding_members[] = { API_FINDING_MEMBERS, { NULL, NULL, 0, NULL } };
const struct api_value api_finding = { .type = API_OBJECT, .members = finding_members, .name = "Finding" };

static struct slice
text_of(const struct api_call *c, const struct json *filter, const char *name)
{
	return filter != NULL ? json_text(json_get(filter, slice_of_str(name))) : api_text_of(c, name);
}

static int64_t
int_of(const struct api_call *c, const struct json *filter, const char *name, int64_t otherwise)
{
	return filter != NULL ? api_member_int(&api_filter, filter, name, otherwise) : api_int_of(c, name, otherwise);
}

static bool
country_read(struct api_call *c, struct slice s, struct finding_query *q, struct err *e)
{
	uint8_t *mem = arena_bytes(c->a, 2);

	if (mem == NULL)
		return err_set(e, ERR_LIMIT, "the request is too large");
	if (slice_eq(s, S("-"))) {
		q->country = S("-");
	} else if (s.p != NULL) {
		if (s.len != 2 || !byte_is_alpha(s.p[0]) || !byte_is_alpha(s.p[1]))
			return api_fault(c, "country"), err_set(e, ERR_INPUT, "expected two letters (ISO 3166), found %s", QUOTE(s));
		mem[0] = s.p[0] & 0xdf;
		mem[1] = s.p[1] & 0xdf;
		q->country = slice_of(mem, 2);
	}
	if (!who_is_bound(c->who))
		return true;
	if (q->country.p != NULL && !api_may_see(c, q->country))
		return api_fault(c, "country"), err_set(e, ERR_DENIED, "you see what concerns your own country");
	q->country = slice_of(c->who->country, 2);
	return true;
}

static void
states_read(struct slice s, struct finding_query *q)
{
	struct slice word;
	enum finding_state state;

	while (s.p != NULL && slice_cut(&s, ',', &word)) {
		if (slice_eq(word, S("open")))
			q->states |= 1u << FINDING_NEW | 1u << FINDING_NOTIFIED | 1u << FINDING_ACKNOWLEDGED | 1u << FINDING_RETURNED;
		else if (finding_state_find(word, &state))
			q->states |= 1u << state;
	}
}

bool
api_filter_read(struct api_call *c, const struct json *filter, struct finding_query *q, struct err *e)
{
	struct slice prefix = text_of(c, filter, "prefix");

	*q = (struct finding_query){ .class_type = text_of(c, filter, "class"), .taxonomy = text_of(c, filter, "taxonomy"),
		.feed = text_of(c, filter, "feed"), .text = text_of(c, filter, "text"),
		.since_s = int_of(c, filter, "since", 0), .until_s = int_of(c, filter, "until", 0),
		.new_since_s = int_of(c, filter, "new_since", 0), .report = int_of(c, filter, "report", 0),
		.now_s = c->r->now_s };
	int64_t asn = int_of(c, filter, "asn", -1);

	q->has_asn = asn >= 0;
	q->asn = asn >= 0 ? (uint32_t)asn : 0;
	q->has_prefix = prefix.p != NULL;
	if (q->has_prefix && !prefix_read_loose(prefix, &q->prefix))
		return api_fault(c, "prefix"), err_set(e, ERR_INPUT, "%s is not a network (192.0.2.0/24, 2001:db8::/32)", QUOTE(prefix));
	states_read(text_of(c, filter, "state"), q);
	return country_read(c, text_of(c, filter, "country"), q, e);
}

bool
api_may_see(const struct api_call *c, struct slice country)
{
	return !who_is_bound(c->who) || slice_eq(country, slice_of(c->who->country, 2));
}

/* The operator's own people see what the store holds; a protected finding is the fact alone for everybody. */
void
api_finding_reduce(struct api_call *c, struct finding_row *row)
{
	if (class_protected(row->class))
		known_row(row, ROLE_OTHER, c->a);
}

void
api_finding_put(struct api_call *c, struct json_out *j, const struct finding_row *row)
{
	char text[FINDING_ID_TEXT_MAX], ip[IP_TEXT_MAX];

	finding_id_print(row->id, text);
	api_put_finding_id(j, S("id"), row->id);
	json_out_key_text(j, S("name"), slice_of_str(text));
	json_out_key_text(j, S("class"), class_type(row->class));
	json_out_key_text(j, S("taxonomy"), class_taxonomy(row->class));
	json_out_key_text(j, S("kind"), slice_of_str(place_kind_name(row->kind)));
	api_put_text(j, S("place"), row->place);
	api_put_text(j, S("ip"), row->has_ip ? slice_of(ip, ip_print(row->ip, ip)) : SLICE_NONE);
	api_put_number(j, S("port"), row->port);
	api_put_text(j, S("transport"), row->transport);
	api_put_text(j, S("identifier"), row->identifier);
	api_put_text(j, S("label"), row->label);
	api_put_number(j, S("asn"), row->asn);
	api_put_text(j, S("as_name"), networks_as_name(c->api->node->networks, row->asn));
	api_put_text(j, S("country"), row->country);
	api_put_moment_always(j, S("first_seen"), row->first_s);
	api_put_moment_always(j, S("last_seen"), row->last_s);
	json_out_key_int(j, S("count"), (int64_t)row->count);
	json_out_key_text(j, S("tlp"), slice_of_str(tlp_name(row->tlp)));
	json_out_key_text(j, S("state"), slice_of_str(finding_state_name(row->state)));
	api_put_moment(j, S("state_since"), row->state_s);
	api_put_moment(j, S("notified"), row->notified_s);
	api_put_text(j, S("feed"), row->feed);
}

/* What the order looks at, and the id: rows that come or go between two pages move no other row. */
void
api_cursor_put(struct json_out *j, enum finding_order order, const struct finding_row *row)
{
	char text[CURSOR_MAX];

	(void)snprintf(text, sizeof(text), "%c%lld.%lld", CURSOR_LETTERS[order], (long long)finding_order_value(order, row), (long long)row->id);
	json_out_text(j, slice_of_str(text));
}

bool
api_cursor_read(struct api_call *c, struct finding_query *q, struct err *e)
{
	struct slice s = api_text_of(c, "cursor"), value, id;

	if (s.p == NULL)
		return true;
	id = slice_from(s, 1);
	if (s.p[0] == CURSOR_LETTERS[q->order] && slice_cut(&id, '.', &value) && slice_i64(value, &q->after_value) &&
	    slice_i64(id, &q->after_id) && q->after_id > 0)
		return true;
	return api_fault(c, "cursor"), err_set(e, ERR_INPUT, "the cursor is not of this list");
}
