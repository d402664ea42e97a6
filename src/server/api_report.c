/*
 * api_report: reports: taking them in, what became of them, their own bytes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "flow.h"
#include "intake/intake.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"
#include "share/original.h"
#include "store/findings.h"

#define PAGE_ROWS 100
#define WINDOW ((size_t)1 << 20)
#define CHUNK ((size_t)64 << 10)
/* The whole is looked through before the first byte goes out. */
#define RAW_BYTES_MAX ((uint64_t)128 << 20)
#define NAME_MAX_BYTES 200
#define EXAMPLES_MAX 100

/* --- as it is shown ------------------------------------------------------------------------ */

static void
report_put(struct json_out *j, const struct report *r)
{
	char hex[SHA256_HEX + 1];

	sha256_hex(&r->sha, hex);
	json_out_key_int(j, S("id"), r->id);
	api_put_moment_always(j, S("received"), r->received_s);
	json_out_key_text(j, S("name"), r->name);
	api_put_text(j, S("feed"), r->feed);
	api_put_text(j, S("format"), r->format);
	json_out_key_text(j, S("state"), slice_of_str(report_state_name(r->state)));
	api_put_text(j, S("reason"), r->reason);
	json_out_key_int(j, S("bytes"), (int64_t)r->bytes);
	json_out_key_int(j, S("events"), (int64_t)r->events);
	json_out_key_int(j, S("bad"), (int64_t)r->bad);
	json_out_key_text(j, S("sha256"), slice_of_str(hex));
}

#define REPORT_MEMBERS \
	{ "id", &api_count, API_REQUIRED, NULL }, \
	{ "received", &api_moment, API_REQUIRED, NULL }, \
	{ "name", &api_text, API_REQUIRED, "The file's own name" }, \
	{ "feed", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "format", &api_text, API_REQUIRED | API_NULL, "As which it was read" }, \
	{ "state", &api_text, API_REQUIRED, "received, reading, done, aside, nothing" }, \
	{ "reason", &api_text, API_REQUIRED | API_NULL, "Why it was set aside, or had nothing to report" }, \
	{ "bytes", &api_count, API_REQUIRED, NULL }, \
	{ "events", &api_count, API_REQUIRED, NULL }, \
	{ "bad", &api_count, API_REQUIRED, "Records set aside" }, \
	{ "sha256", &api_text, API_REQUIRED, NULL }

/* --- the list -------------------------------------------------------------------------------- */

struct page {
	struct json_out *j;
	size_t shown, limit;
	int64_t last;
};

static bool
row_put(void *cookie, const struct report *r, struct err *e)
{
	struct page *p = cookie;

	(void)e;
	if (p->shown++ == p->limit)
		return true;
	json_out_object(p->j);
	report_put(p->j, r);
	json_out_object_end(p->j);
	p->last = r->id;
	return true;
}

static enum report_state
state_of(struct slice s)
{
	unsigned i = 0;

	while (i + 1 < REPORT_STATE_COUNT && !slice_eq(s, slice_of_str(report_state_name((enum report_state)i))))
		i++;
	return (enum report_state)i;
}

static bool
list(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct page p = { .j = j, .limit = (size_t)api_int_of(c, "limit", PAGE_ROWS) };
	struct report_query q = { .has_state = api_given(c, "state"), .with_bad = api_int_of(c, "bad", 0) != 0,
		.feed = api_text_of(c, "feed"), .format = api_text_of(c, "format"),
		.since_s = api_int_of(c, "since", 0), .until_s = api_int_of(c, "until", 0),
		.before_id = api_int_of(c, "cursor", 0), .limit = p.limit + 1 };
	char text[24];

	if (q.has_state)
		q.state = state_of(api_text_of(c, "state"));
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!report_list(c->api->node->store, &q, row_put, &p, e))
		return false;
	json_out_array_end(j);
	(void)snprintf(text, sizeof(text), "%lld", (long long)p.last);
	api_put_text(j, S("next"), p.shown > p.limit ? slice_of_str(text) : SLICE_NONE);
	json_out_object_end(j);
	return true;
}

/* --- taking in --------------------------------------------------------------------------------- */

/* The last part of a path, in whatever alphabet, without what could steer a terminal or a header. */
static struct slice
name_clean(struct api_call *c)
{
	struct slice s = c->r->filename;
	uint8_t *p;
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '/' || s.p[i] == '\\')
			s = slice_from(s, i + 1), i = SIZE_MAX;
	}
	s = slice_sub(s, 0, NAME_MAX_BYTES);
	p = arena_bytes(c->a, s.len + 1);
	for (size_t i = 0; p != NULL && i < s.len;) {
		size_t step = slice_utf8_step(slice_from(s, i));

		if (step > 0 && s.p[i] >= 0x20 && s.p[i] != 0x7f) {
			memcpy(p + n, s.p + i, step);
			n += step;
		}
		i += step == 0 ? 1 : step;
	}
	return n == 0 || slice_eq(slice_of(p, n), S(".")) || slice_eq(slice_of(p, n), S("..")) ? S("upload") : slice_of(p, n);
}

/* "key=value;key=value" as the flow takes it: a line each. */
static struct slice
options_of(struct api_call *c)
{
	struct slice s = api_text_of(c, "options");
	uint8_t *p = s.p == NULL ? NULL : arena_bytes(c->a, s.len + 1);

	if (p == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < s.len; i++)
		p[i] = s.p[i] == ';' ? '\n' : s.p[i];
	p[s.len] = '\n';
	return slice_of(p, s.len + 1);
}

static void
taken_put(struct api_call *c, const struct flow_taken *t)
{
	struct json_out *j = api_json(c);
	char hex[SHA256_HEX + 1];

	sha256_hex(&t->sha, hex);
	json_out_object(j);
	json_out_key_int(j, S("id"), t->id);
	json_out_key_text(j, S("sha256"), slice_of_str(hex));
	json_out_key(j, S("known"));
	json_out_bool(j, t->known > 0);
	json_out_object_end(j);
}

/* In the transaction that lists it: what is taken is in the audit log. */
static bool
taken_audit(void *cookie, const struct flow_taken *t, struct err *e)
{
	struct api_call *c = cookie;

	if (c->audit.p == NULL)
		c->audit = arena_printf(c->a, "report %lld", (long long)t->id);
	return api_audit(c, e);
}

bool
api_report_take(struct api_call *c, const struct receipt *r, struct flow_taken *taken, struct err *e)
{
	struct flow *f = c->api->flow;
	struct source src;
	bool ok;

	if (c->r->body_bytes == 0)
		return err_set(e, ERR_INPUT, "the report is empty");
	if (c->r->body_fd >= 0)
		source_of_fd(&src, c->r->body_fd, WINDOW);
	else
		source_of_slice(&src, c->r->body);
	ok = flow_receive(f, &src, r, e) && flow_commit_also(f, taken_audit, c, taken, e);
	c->audited = ok;
	source_fini(&src);
	if (!ok && e->code == ERR_LIMIT)
		return api_status(c, 413);
	if (ok)
		api_changed(c, "report", taken->id);
	return ok;
}

static bool
upload(struct api_call *c, struct err *e)
{
	struct receipt r = { .name = name_clean(c), .feed = api_text_of(c, "feed"), .format = api_text_of(c, "format"),
		.options = options_of(c) };
	struct flow_taken taken = { 0 };

	if (r.format.p != NULL && intake_format_find(r.format) == NULL)
		return api_fault(c, "format"), err_set(e, ERR_INPUT, "there is no format %s", QUOTE(r.format));
	if (!api_report_take(c, &r, &taken, e))
		return false;
	taken_put(c, &taken);
	return true;
}

/* --- one ----------------------------------------------------------------------------------------- */

static bool
get(struct api_call *c, struct report *r, struct err *e)
{
	return report_get(c->api->node->store, api_int_of(c, "id", 0), c->a, r, e);
}

static bool
one(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct report r;

	if (!get(c, &r, e))
		return false;
	json_out_object(j);
	report_put(j, &r);
	api_put_text(j, S("options"), slice_trim(r.options));
	json_out_key_int(j, S("reads"), r.reads);
	json_out_object_end(j);
	return true;
}

static bool
summary_put(void *cookie, const struct bad_summary *b, struct err *e)
{
	struct json_out *j = cookie;

	(void)e;
	json_out_object(j);
	api_put_text(j, S("column"), b->column);
	api_put_text(j, S("reason"), b->kind);
	json_out_key_int(j, S("count"), (int64_t)b->count);
	json_out_object_end(j);
	return true;
}

static bool
example_put(void *cookie, const struct bad_row *b, struct err *e)
{
	struct json_out *j = cookie;

	(void)e;
	json_out_object(j);
	json_out_key_text(j, S("part"), b->part);
	api_put_number(j, S("line"), b->line);
	json_out_key_int(j, S("offset"), (int64_t)b->offset);
	json_out_key_int(j, S("length"), b->length);
	api_put_text(j, S("column"), b->column);
	json_out_key_text(j, S("reason"), b->reason);
	json_out_object_end(j);
	return true;
}

static bool
bad(struct api_call *c, struct err *e)
{
	struct store *s = c->api->node->store;
	struct json_out *j = api_json(c);
	struct report r;
	bool ok;

	if (!get(c, &r, e))
		return false;
	json_out_object(j);
	json_out_key_int(j, S("bad"), (int64_t)r.bad);
	json_out_key(j, S("summary"));
	json_out_array(j);
	ok = bad_summary(s, r.id, EXAMPLES_MAX, summary_put, j, e);
	json_out_array_end(j);
	json_out_key(j, S("examples"));
	json_out_array(j);
	ok = ok && bad_examples(s, r.id, EXAMPLES_MAX, example_put, j, e);
	json_out_array_end(j);
	json_out_object_end(j);
	return ok;
}

static bool
raw_more(void *cookie, struct buf *out, bool *end_out, struct err *e)
{
	struct source *src = archive_source_get(((struct original *)cookie)->source);
	size_t n;

	if (!source_want(src, CHUNK, e))
		return false;
	n = src->window.len < CHUNK ? src->window.len : CHUNK;
	buf_put(out, slice_sub(src->window, 0, n));
	source_advance(src, n);
	*end_out = n == 0 || (src->eof && src->window.len == 0);
	return buf_ok(out) || err_set(e, ERR_LIMIT, "the answer is too large; ask for less at once");
}

static void
raw_free(void *cookie)
{
	original_close(cookie);
	free(cookie);
}

/* RFC 6266 with RFC 8187: what a name holds beside letters and digits is in percent signs. */
static void
disposition(struct api_response *out, struct slice name)
{
	buf_str(&out->headers, "Content-Disposition: attachment; filename*=UTF-8''");
	for (size_t i = 0; i < name.len; i++) {
		uint8_t b = name.p[i];

		if (byte_is_alpha(b) || byte_is_digit(b) || b == '.' || b == '-' || b == '_')
			buf_byte(&out->headers, b);
		else
			buf_printf(&out->headers, "%%%02X", b);
	}
	buf_str(&out->headers, "\r\n");
}

static bool
raw(struct api_call *c, struct err *e)
{
	struct node *n = c->api->node;
	struct original o;
	struct report r;

	if (!get(c, &r, e))
		return false;
	if (r.bytes > RAW_BYTES_MAX)
		return api_status(c, 413), err_set(e, ERR_LIMIT, "report %lld has %llu bytes: the command line gives it: entente reports %lld --raw",
		    (long long)r.id, (unsigned long long)r.bytes, (long long)r.id);
	if (!original_open(n->store, n->archive, &r, 0, &o, e))
		return false;
	c->out->more_cookie = xalloc(sizeof(o));
	memcpy(c->out->more_cookie, &o, sizeof(o));
	c->out->more = raw_more;
	c->out->more_free = raw_free;
	disposition(c->out, r.name.len > 0 ? r.name : S("report"));
	return true;
}

static bool
retry(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct report r;

	if (!get(c, &r, e))
		return false;
	if (r.state == REPORT_RECEIVED || r.state == REPORT_READING)
		return err_set(e, ERR_CONFLICT, "report %lld is being read already", (long long)r.id);
	if (r.state == REPORT_DONE && r.bad == 0)
		return err_set(e, ERR_CONFLICT, "report %lld was read whole; there is nothing to read again", (long long)r.id);
	if (c->api->retry != NULL)
		c->api->retry(c->api->cookie, r.id);
	else if (!flow_retry(c->api->flow, &r.id, 1, e))
		return false;
	api_changed(c, "report", r.id);
	json_out_object(j);
	json_out_key_int(j, S("id"), r.id);
	json_out_object_end(j);
	return true;
}

/* --- rows ------------------------------------------------------------------------------------------ */

static const char *const state_words[] = { "received", "reading", "done", "aside", "nothing", NULL };
static const struct api_value state_value = { .type = API_WORD, .words = state_words };
static const struct api_value options_value = { .type = API_TEXT, .min = 1, .max = 2000 };

static const struct api_member report_members[] = { REPORT_MEMBERS, { NULL, NULL, 0, NULL } };
static const struct api_value report_value = { .type = API_OBJECT, .members = report_members, .name = "Report" };
static const struct api_value report_items = { .type = API_ARRAY, .items = &report_value };
static const struct api_member list_members[] = {
	{ "items", &report_items, API_REQUIRED, NULL },
	{ "next", &api_text, API_REQUIRED | API_NULL, "Cursor of the next page; null: that was all" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value list_value = { .type = API_OBJECT, .members = list_members, .name = "ReportList" };

static const struct api_member one_members[] = {
	REPORT_MEMBERS,
	{ "options", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "reads", &api_count, API_REQUIRED, "Times a reader began on it" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value one_value = { .type = API_OBJECT, .members = one_members, .name = "ReportDetail" };

static const struct api_member taken_members[] = {
	{ "id", &api_count, API_REQUIRED, NULL },
	{ "sha256", &api_text, API_REQUIRED, NULL },
	{ "known", &api_bool, API_REQUIRED, "These bytes were here before; id is the report that they were" },
	{ NULL, NULL, 0, NULL },
};
const struct api_value api_taken = { .type = API_OBJECT, .members = taken_members, .name = "Taken" };

static const struct api_member summary_members[] = {
	{ "column", &api_text, API_REQUIRED | API_NULL, "null: the record itself" },
	{ "reason", &api_text, API_REQUIRED | API_NULL, "null: further ones" },
	{ "count", &api_count, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value summary_value = { .type = API_OBJECT, .members = summary_members };
static const struct api_value summary_list = { .type = API_ARRAY, .items = &summary_value };
static const struct api_member example_members[] = {
	{ "part", &api_text, API_REQUIRED, NULL },
	{ "line", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "offset", &api_count, API_REQUIRED, NULL },
	{ "length", &api_count, API_REQUIRED, NULL },
	{ "column", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "reason", &api_text, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value example_value = { .type = API_OBJECT, .members = example_members };
static const struct api_value example_list = { .type = API_ARRAY, .items = &example_value };
static const struct api_member bad_members[] = {
	{ "bad", &api_count, API_REQUIRED, "All of them" },
	{ "summary", &summary_list, API_REQUIRED, "By column and reason, most frequent first" },
	{ "examples", &example_list, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value bad_value = { .type = API_OBJECT, .members = bad_members };
static const struct api_member retry_members[] = { { "id", &api_count, API_REQUIRED, NULL }, { NULL, NULL, 0, NULL } };
static const struct api_value retry_value = { .type = API_OBJECT, .members = retry_members };

static const struct api_param list_params[] = {
	{ "state", API_QUERY, &state_value, false, NULL },
	{ "feed", API_QUERY, &api_short, false, NULL },
	{ "format", API_QUERY, &api_short, false, NULL },
	{ "bad", API_QUERY, &api_bool, false, "true: only those with records set aside" },
	{ "since", API_QUERY, &api_moment, false, "Received from then on" },
	{ "until", API_QUERY, &api_moment, false, "Received before" },
	{ "limit", API_QUERY, &api_limit, false, "Rows of a page; 100" },
	{ "cursor", API_QUERY, &api_report_id, false, "The page behind" },
	{ NULL, API_QUERY, NULL, false, NULL },
};
static const struct api_param upload_params[] = {
	{ "feed", API_QUERY, &api_short, false, "Name of the feed it came by" },
	{ "format", API_QUERY, &api_short, false, "Its format; otherwise it is recognised" },
	{ "options", API_QUERY, &options_value, false, "What its reader is told: key=value;key=value" },
	{ "X-Filename", API_HEADER, &api_text, false, "The file's own name (RFC 8187)" },
	{ NULL, API_QUERY, NULL, false, NULL },
};
static const struct api_param id_params[] = { { "id", API_PATH, &api_report_id, true, NULL }, { NULL, API_QUERY, NULL, false, NULL } };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/reports", .right = RIGHT_REPORTS_READ, .run = list,
	    .summary = "Reports, newest first", .params = list_params, .answer = &list_value },
	{ .method = API_POST, .path = "/api/v1/reports", .right = RIGHT_REPORTS_ADD, .flags = API_CHANGES | API_UPLOAD | API_LONG | API_PARTNER, .run = upload,
	    .summary = "Take in a report: its bytes are the body. It is on disk when the answer comes", .params = upload_params,
	    .answer = &api_taken, .status = 202 },
	{ .method = API_GET, .path = "/api/v1/reports/{id}", .right = RIGHT_REPORTS_READ, .run = one,
	    .summary = "One report", .params = id_params, .answer = &one_value },
	{ .method = API_GET, .path = "/api/v1/reports/{id}/bad", .right = RIGHT_REPORTS_READ, .run = bad,
	    .summary = "Its records that were set aside", .params = id_params, .answer = &bad_value },
	{ .method = API_GET, .path = "/api/v1/reports/{id}/raw", .right = RIGHT_REPORTS_RAW, .run = raw,
	    .summary = "Its bytes as they came", .params = id_params, .type = "application/octet-stream" },
	{ .method = API_POST, .path = "/api/v1/reports/{id}/retry", .right = RIGHT_REPORTS_ADD, .flags = API_CHANGES, .run = retry,
	    .summary = "Read it again", .params = id_params, .answer = &retry_value, .status = 202 },
};

const struct api_room api_report_room = { "reports", routes, sizeof(routes) / sizeof(routes[0]) };
