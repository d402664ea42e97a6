/*
 * DMARC aggregate reports: XML as RFC 7489 appendix C has it, and as RFC 9990,
 * which adds a namespace, <generator>, <np>, <testing>, <discovery_method> and
 * the disposition "pass", and drops <pct>. Names are taken without namespace
 * and order is not looked at: senders never kept to it.
 *
 *	feedback
 *	├── report_metadata    who reports, which report, which days
 *	├── policy_published   the domain whose name was used
 *	└── record *           one address and how its mails did
 *
 * A row whose mails neither SPF nor DKIM vouched for, aligned with the From
 * line's domain, tells of a host that sends under another's name: class
 * masquerade, at that host. A row that passed is how it should be, and so is
 * one that the reporter knows as forwarded or as a mailing list: they are no
 * events. The archive keeps them.
 */
#include <stdlib.h>

#include "base/lang.h"
#include "intake/formats.h"
#include "model/taxonomy.h"
#include "parse/date.h"
#include "parse/xml.h"

#define TEXT_MAX 512 /* of one element; more is cut */
#define PATH_MAX_DEPTH 8

/* Elements that we look at, by their path behind <feedback>. */
enum part {
	ORG, EMAIL, ID, BEGIN, END, GENERATOR, DOMAIN, POLICY, TESTING, SOURCE,
	COUNT, DISPOSITION, DKIM, SPF, REASON, HEADER_FROM, ENVELOPE_FROM,
	ENVELOPE_TO, DKIM_DOMAIN, DKIM_RESULT, DKIM_SELECTOR, SPF_DOMAIN, SPF_RESULT,
	PART_COUNT
};

static const struct { struct slice path; bool of_row; } parts[PART_COUNT] = {
	[ORG] = { S_INIT("report_metadata/org_name"), false },
	[EMAIL] = { S_INIT("report_metadata/email"), false },
	[ID] = { S_INIT("report_metadata/report_id"), false },
	[BEGIN] = { S_INIT("report_metadata/date_range/begin"), false },
	[END] = { S_INIT("report_metadata/date_range/end"), false },
	[GENERATOR] = { S_INIT("report_metadata/generator"), false },
	[DOMAIN] = { S_INIT("policy_published/domain"), false },
	[POLICY] = { S_INIT("policy_published/p"), false },
	[TESTING] = { S_INIT("policy_published/testing"), false },
	[SOURCE] = { S_INIT("record/row/source_ip"), true },
	[COUNT] = { S_INIT("record/row/count"), true },
	[DISPOSITION] = { S_INIT("record/row/policy_evaluated/disposition"), true },
	[DKIM] = { S_INIT("record/row/policy_evaluated/dkim"), true },
	[SPF] = { S_INIT("record/row/policy_evaluated/spf"), true },
	[REASON] = { S_INIT("record/row/policy_evaluated/reason/type"), true },
	[HEADER_FROM] = { S_INIT("record/identifiers/header_from"), true },
	[ENVELOPE_FROM] = { S_INIT("record/identifiers/envelope_from"), true },
	[ENVELOPE_TO] = { S_INIT("record/identifiers/envelope_to"), true },
	[DKIM_DOMAIN] = { S_INIT("record/auth_results/dkim/domain"), true },
	[DKIM_RESULT] = { S_INIT("record/auth_results/dkim/result"), true },
	[DKIM_SELECTOR] = { S_INIT("record/auth_results/dkim/selector"), true },
	[SPF_DOMAIN] = { S_INIT("record/auth_results/spf/domain"), true },
	[SPF_RESULT] = { S_INIT("record/auth_results/spf/result"), true },
};

struct report {
	struct intake *in;
	char text[PART_COUNT][TEXT_MAX];
	size_t len[PART_COUNT];
	char path[128]; /* below the root, parts joined by '/' */
	size_t path_len[PATH_MAX_DEPTH + 1]; /* its length at each depth */
	enum part at; /* the element that we are in, or PART_COUNT */
	bool forwarded; /* one of the row's reasons says so */
	unsigned outer; /* elements around <feedback>: some senders put their report into <schema> */
	struct place row; /* of the record at hand */
	uint64_t rows;
};

static struct slice
value(const struct report *r, enum part p)
{
	return slice_trim(slice_of(r->text[p], r->len[p]));
}

static enum part
part_find(struct slice path)
{
	for (unsigned p = 0; p < PART_COUNT; p++) {
		if (slice_eq(path, parts[p].path))
			return (enum part)p;
	}
	return PART_COUNT;
}

/* depth counts from the root's children: 1. */
static void
path_push(struct report *r, unsigned depth, struct slice name)
{
	size_t at;

	r->at = PART_COUNT;
	if (depth == 0 || depth > PATH_MAX_DEPTH)
		return;
	at = depth == 1 ? 0 : r->path_len[depth - 1];
	if ((depth > 1 && at == 0) || name.len + 1 > sizeof(r->path) - at) {
		r->path_len[depth] = 0;
		return;
	}
	if (at > 0)
		r->path[at++] = '/';
	memcpy(r->path + at, name.p, name.len);
	r->path_len[depth] = at + name.len;
	r->at = part_find(slice_of(r->path, at + name.len));
}

static bool
passed(struct slice result)
{
	return slice_eq_nocase(result, S("pass"));
}

static bool
put_day(struct report *r, enum part p, enum field f, const char *key, struct err *why)
{
	char text[DATE_TEXT_MAX];
	struct date d = { 0, 0 };
	struct slice s;

	/* Both RFCs: seconds since 1970; some senders write a fraction. */
	if (value(r, p).len == 0 || !date_read(value(r, p), &d))
		return true;
	s = arena_copy(&r->in->record, slice_of(text, date_print(&d, text)));
	if (f == FIELD_NONE)
		return event_extra(&r->in->ev, slice_of_str(key), s, EXTRA_TEXT, why);
	event_put(&r->in->ev, f, s);
	return true;
}

static bool
put_extras(struct report *r, struct err *why)
{
	static const struct { enum part part; const char *key; } extras[] = {
		{ ID, "report_id" }, { DOMAIN, "policy_domain" }, { POLICY, "policy" },
		{ TESTING, "policy_testing" }, { DISPOSITION, "disposition" },
		{ DKIM, "dkim_aligned" }, { SPF, "spf_aligned" }, { REASON, "reason" },
		{ HEADER_FROM, "header_from" }, { ENVELOPE_FROM, "envelope_from" },
		{ ENVELOPE_TO, "envelope_to" }, { DKIM_DOMAIN, "dkim_domain" },
		{ DKIM_RESULT, "dkim_result" }, { DKIM_SELECTOR, "dkim_selector" },
		{ SPF_DOMAIN, "spf_domain" }, { SPF_RESULT, "spf_result" },
		{ ORG, "reporter" }, { GENERATOR, "generator" },
	};

	for (size_t i = 0; i < sizeof(extras) / sizeof(extras[0]); i++) {
		struct slice v = value(r, extras[i].part);

		if (v.len > 0 && !event_extra(&r->in->ev, slice_of_str(extras[i].key), v, EXTRA_TEXT, why))
			return false;
	}
	return true;
}

static bool
build(struct report *r, struct err *why)
{
	struct intake *in = r->in;
	struct slice name = value(r, HEADER_FROM);
	struct err not_said = ERR_INIT;
	uint64_t count;

	if (value(r, SOURCE).len == 0)
		return err_set(why, ERR_INPUT, "a record without source_ip");
	if (!slice_u64(value(r, COUNT), &count))
		return err_set(why, ERR_INPUT, "its count %s is no number", QUOTE(value(r, COUNT)));
	if (!event_set(&in->ev, FIELD_SOURCE_IP, value(r, SOURCE), &in->record, why))
		return false;
	event_put(&in->ev, FIELD_CLASSIFICATION_TYPE, class_type(CLASS_MASQUERADE));
	event_put(&in->ev, FIELD_CLASSIFICATION_IDENTIFIER, S("dmarc-failure"));
	event_put(&in->ev, FIELD_PROTOCOL_APPLICATION, S("smtp"));
	event_put(&in->ev, FIELD_PROTOCOL_TRANSPORT, S("tcp"));
	if (name.len == 0)
		name = value(r, DOMAIN);
	/* Whose name it was; a strange one stays under extra.header_from. */
	if (!event_set(&in->ev, FIELD_EVENT_DESCRIPTION_TARGET, name, &in->record, &not_said))
		in->ev.v[FIELD_EVENT_DESCRIPTION_TARGET] = SLICE_NONE;
	return event_extra(&in->ev, S("messages"), arena_printf(&in->record, "%llu",
	    (unsigned long long)count), EXTRA_NUMBER, why) &&
	    put_day(r, BEGIN, FIELD_TIME_SOURCE, "", why) &&
	    put_day(r, END, FIELD_NONE, "last_day_ends", why) && put_extras(r, why);
}

static bool
row(struct report *r, struct err *e)
{
	struct intake *in = r->in;
	struct err why = ERR_INIT;

	r->rows++;
	if (passed(value(r, DKIM)) || passed(value(r, SPF)) || r->forwarded)
		return true;
	event_clear(&in->ev);
	in->ev.place = r->row;
	if (!build(r, &why))
		return intake_bad(in, &r->row, S("record"), &why, e);
	return intake_event(in, &in->ev, e);
}

static void
row_begin(struct report *r, const struct xml_item *item)
{
	for (unsigned p = 0; p < PART_COUNT; p++) {
		if (parts[p].of_row)
			r->len[p] = 0;
	}
	r->forwarded = false;
	r->row = (struct place){ .offset = item->at, .line = item->line > UINT32_MAX ? UINT32_MAX : (uint32_t)item->line };
}

/* A row may have several of DKIM results and reasons: the first one is shown. */
static void
take_text(struct report *r, const struct xml_item *item)
{
	size_t *len = &r->len[r->at], room = TEXT_MAX - *len;
	size_t n = item->text.len < room ? item->text.len : room;

	if (n > 0)
		memcpy(r->text[r->at] + *len, item->text.p, n);
	*len += n;
}

static bool
element_begin(struct report *r, const struct xml_item *item, unsigned depth, struct err *e)
{
	if (depth == 1 && r->outer == 0 && slice_eq(item->name, S("schema"))) {
		r->outer = 1;
		return true;
	}
	if (depth == 1 && !slice_eq(item->name, S("feedback")))
		return err_set(e, ERR_INPUT, "its root is <%.*s>, a DMARC report's is <feedback>",
		    SLICE_ARG(slice_sub(item->name, 0, 40)));
	path_push(r, depth - 1, item->name);
	if (depth == 2 && slice_eq(item->name, S("record")))
		row_begin(r, item);
	else if (r->at == REASON)
		r->len[REASON] = 0;
	else if (r->at != PART_COUNT && r->len[r->at] > 0)
		r->at = PART_COUNT;
	return true;
}

static bool
take(void *cookie, struct xml_reader *xml, const struct xml_item *item, struct err *e)
{
	struct report *r = cookie;
	unsigned depth = item->depth - r->outer;

	(void)xml;
	switch (item->kind) {
	case XML_ITEM_START:
		return element_begin(r, item, depth, e);
	case XML_ITEM_TEXT:
		if (r->at != PART_COUNT)
			take_text(r, item);
		return true;
	case XML_ITEM_END:
		if (r->at == REASON)
			r->forwarded = r->forwarded ||
			    slice_eq_nocase(value(r, REASON), S("forwarded")) ||
			    slice_eq_nocase(value(r, REASON), S("mailing_list")) ||
			    slice_eq_nocase(value(r, REASON), S("trusted_forwarder"));
		r->at = PART_COUNT;
		if (depth == 2 && slice_eq(item->name, S("record"))) {
			xml_place(item, &r->row.offset, &r->row.length);
			return row(r, e);
		}
		return true;
	}
	return true;
}

static bool
read(struct intake *in, struct source *src, struct err *e)
{
	struct report *r = xalloc(sizeof(*r));
	bool ok;

	*r = (struct report){ .in = in, .at = PART_COUNT };
	ok = xml_each(src, &XML_LIMITS, take, r, e);
	if (ok && r->rows == 0)
		ok = err_set(e, ERR_INPUT, "a DMARC report without a single record");
	free(r);
	return ok;
}

static int
recognise(const struct intake_head *head, const struct intake *in)
{
	struct slice s = slice_sub(slice_trim(head->bytes), 0, 4096);

	(void)in;
	if (s.len == 0 || s.p[0] != '<')
		return 0;
	if (slice_find(s, S("<feedback")) == SIZE_MAX && slice_find(s, S(":feedback")) == SIZE_MAX)
		return 0;
	return slice_find(s, S("report_metadata")) != SIZE_MAX ||
	    slice_find(s, S("dmarc")) != SIZE_MAX ? 95 : 60;
}

const struct intake_format intake_dmarc = {
	.name = S_INIT("dmarc"),
	.summary = N_("DMARC aggregate reports (XML, RFC 7489 and RFC 9990)"),
	.recognise = recognise,
	.read = read,
};
