#include "share/taxii.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/lang.h"
#include "parse/date.h"

/* Objects that who asks may not have are passed over: so many a page at the most. */
#define LOOKED_AT_MAX 20000
#define OBJECT_BYTES_USUAL 500

size_t
taxii_time_print(int64_t us, char out[TAXII_TIME_MAX])
{
	int64_t s = us / 1000000, rest = us % 1000000;
	char text[DATE_TEXT_MAX];
	size_t n;

	if (rest < 0) {
		rest += 1000000;
		s--;
	}
	n = date_print_z(s, text) - 1;
	return (size_t)snprintf(out, TAXII_TIME_MAX, "%.*s.%06dZ", (int)(n < 20 ? n : 20), text, (int)rest);
}

/* --- what is asked --------------------------------------------------------------- */

static bool
words_read(struct slice list, struct slice out[OBJECT_LIST_MAX], size_t *count, const char *name, struct err *e)
{
	struct slice word;

	while (list.p != NULL && slice_cut(&list, ',', &word)) {
		if (word.len == 0)
			return err_set(e, ERR_INPUT, "%s: a value is empty", name);
		if (*count == OBJECT_LIST_MAX)
			return err_set(e, ERR_INPUT, "%s: more than %d values", name, OBJECT_LIST_MAX);
		out[(*count)++] = word;
	}
	return true;
}

static bool
versions_read(struct slice list, struct taxii_query *out, struct err *e)
{
	struct slice word;

	while (list.p != NULL && slice_cut(&list, ',', &word)) {
		if (slice_eq(word, S("first")))
			out->q.first = true;
		else if (slice_eq(word, S("last")))
			out->q.last = true;
		else if (slice_eq(word, S("all")))
			out->q.all = true;
		else if (out->q.version_count == OBJECT_LIST_MAX)
			return err_set(e, ERR_INPUT, "%s: more than %d values", "match[version]", OBJECT_LIST_MAX);
		else if (!stix_time_read(word, &out->versions[out->q.version_count++], NULL))
			return err_set(e, ERR_INPUT, "match[version]: %s is none of first, last, all or a moment as 2026-01-31T12:00:00.000Z", QUOTE(word));
	}
	return true;
}

/* Section 3.4: a whole number over 0; one that fits nowhere is more than we give. */
static bool
limit_read(struct slice s, uint64_t *out)
{
	bool digits = s.len > 0;

	for (size_t i = 0; i < s.len; i++)
		digits = digits && byte_is_digit(s.p[i]);
	if (digits && !slice_u64(s, out))
		*out = TAXII_LIMIT_MAX;
	return digits && *out > 0;
}

static bool
where_read(const struct taxii_asked *a, struct taxii_query *out, struct err *e)
{
	uint64_t limit = TAXII_LIMIT_DEFAULT;
	int64_t after;

	if (a->limit.p != NULL && !limit_read(a->limit, &limit))
		return err_set(e, ERR_INPUT, "limit: expected a number over 0");
	out->limit = limit > TAXII_LIMIT_MAX ? TAXII_LIMIT_MAX : (size_t)limit;
	if (a->added_after.p != NULL) {
		if (!stix_time_read(a->added_after, &out->q.after_us, NULL))
			return err_set(e, ERR_INPUT, "added_after: %s is no moment in UTC; write it as 2026-01-31T12:00:00.000Z", QUOTE(a->added_after));
		out->q.has_after = true;
	}
	if (a->next.p != NULL) {
		if (!slice_i64(a->next, &after))
			return err_set(e, ERR_INPUT, "next: this is not what a page said");
		if (!out->q.has_after || after > out->q.after_us)
			out->q.after_us = after;
		out->q.has_after = true;
	}
	return true;
}

bool
taxii_query_read(const struct taxii_asked *a, struct taxii_query *out, struct err *e)
{
	struct slice specs[OBJECT_LIST_MAX];
	size_t spec_count = 0;

	*out = (struct taxii_query){ .limit = 0 };
	if (!where_read(a, out, e) || !words_read(a->ids, out->ids, &out->q.id_count, "match[id]", e) ||
	    !words_read(a->types, out->types, &out->q.type_count, "match[type]", e) || !versions_read(a->versions, out, e) ||
	    !words_read(a->spec_versions, specs, &spec_count, "match[spec_version]", e))
		return false;
	/* All that is kept is of 2.1. */
	out->none = spec_count > 0;
	for (size_t i = 0; i < spec_count; i++)
		out->none = out->none && !slice_eq(specs[i], S("2.1"));
	return true;
}

/* --- pages -------------------------------------------------------------------------- */

static void
row_put(const struct object_row *r, enum taxii_kind kind, struct buf *out)
{
	char text[TAXII_TIME_MAX], version[STIX_TIME_TEXT_MAX];

	if (kind == TAXII_OBJECTS) {
		buf_put(out, r->bytes);
		return;
	}
	/* Ids and moments have nothing in them that would have to be quoted. */
	if (kind == TAXII_MANIFEST) {
		buf_str(out, "{\"id\":\"");
		buf_str(out, r->id);
		buf_str(out, "\",\"date_added\":\"");
		buf_put(out, slice_of(text, taxii_time_print(r->added_us, text)));
		buf_str(out, "\",\"version\":");
	}
	buf_byte(out, '"');
	buf_put(out, slice_of(version, stix_time_print(r->version_us, version)));
	buf_byte(out, '"');
	if (kind == TAXII_MANIFEST)
		buf_str(out, ",\"media_type\":\"" TAXII_OBJECT_TYPE "\"}");
}

/* The rows of a page; what is left is that there are more, and where they begin. */
static enum step
rows_put(struct object_walk *w, const struct taxii_query *q, enum taxii_kind kind, bool (*may)(void *cookie, const struct object_row *r),
    void *cookie, struct buf *out, struct taxii_page *page, int64_t *next_us, struct err *e)
{
	size_t looked = 0, begin = out->len;
	struct object_row row;
	enum step step;

	while ((step = object_next(w, &row, e)) == STEP_ITEM) {
		if (page->count == q->limit || looked == LOOKED_AT_MAX || (page->count > 0 && out->len - begin + row.bytes.len > TAXII_PAGE_BYTES)) {
			page->more = true;
			break;
		}
		looked++;
		*next_us = row.added_us;
		if (may != NULL && !may(cookie, &row))
			continue;
		buf_str(out, page->count > 0 ? "," : kind == TAXII_VERSIONS ? "\"versions\":[" : "\"objects\":[");
		row_put(&row, kind, out);
		if (page->count++ == 0)
			page->first_us = row.added_us;
		page->last_us = row.added_us;
	}
	return step;
}

bool
taxii_page(struct store *s, const struct taxii_query *query, enum taxii_kind kind, bool (*may)(void *cookie, const struct object_row *r),
    void *cookie, struct buf *out, struct taxii_page *page, struct err *e)
{
	struct object_query q = query->q;
	struct object_walk *w = NULL;
	int64_t next_us = 0;
	enum step step = STEP_END;

	*page = (struct taxii_page){ 0 };
	/* The lists lie in what was read, wherever that was copied to. */
	q.types = query->types;
	q.ids = query->ids;
	q.versions_us = query->versions;
	q.parts = may != NULL ? OBJECT_WHOLE : kind == TAXII_OBJECTS ? OBJECT_BYTES : OBJECT_NAMED;
	q.limit = may == NULL ? query->limit + 1 : LOOKED_AT_MAX + 1;
	/* Room for objects as most are, so that the page is not copied as it grows. */
	if (q.parts != OBJECT_WHOLE && q.parts != OBJECT_NAMED && !query->none)
		(void)buf_room(out, (query->limit < 256 ? query->limit : 256) * OBJECT_BYTES_USUAL);
	buf_byte(out, '{');
	if (!query->none) {
		if (!object_open(s, &q, &w, e))
			return false;
		step = rows_put(w, query, kind, may, cookie, out, page, &next_us, e);
	}
	object_close(&w);
	if (step == STEP_FAIL)
		return false;
	/* An empty envelope has no list (section 3.7). */
	if (page->count > 0)
		buf_byte(out, ']');
	if (page->more)
		buf_printf(out, "%s\"more\":true,\"next\":\"%lld\"", page->count > 0 ? "," : "", (long long)next_us);
	buf_byte(out, '}');
	return buf_ok(out) || err_set(e, ERR_LIMIT, "the answer is too large; ask for less at once");
}

void
taxii_error(struct buf *out, int status, struct slice title, struct slice description)
{
	struct json_out j;
	char text[16];

	json_out_init(&j, out, false);
	json_out_object(&j);
	json_out_key_text(&j, S("title"), title);
	json_out_key_text(&j, S("description"), description);
	json_out_key_text(&j, S("http_status"), slice_of(text, (size_t)snprintf(text, sizeof(text), "%d", status)));
	json_out_object_end(&j);
}

/* --- adding -------------------------------------------------------------------------- */

struct adding {
	struct buf good, bad; /* the two lists */
	uint64_t good_count, bad_count;
};

static void
detail_put(struct buf *b, struct slice id, struct slice version, const char *message)
{
	struct json_out j;

	if (b->len > 0)
		buf_byte(b, ',');
	json_out_init(&j, b, false);
	json_out_object(&j);
	json_out_key_text(&j, S("id"), id);
	json_out_key_text(&j, S("version"), version);
	if (message != NULL)
		json_out_key_text(&j, S("message"), slice_of_str(message));
	json_out_object_end(&j);
}

/* What has no id is told by its place; a version is asked for, and it may have none. */
static void
bad_in(void *cookie, uint64_t item, struct slice id, const struct err *why)
{
	struct adding *x = cookie;
	char place[64];

	x->bad_count++;
	(void)snprintf(place, sizeof(place), "object %llu", (unsigned long long)item);
	detail_put(&x->bad, id.len > 0 && id.len < STIX_ID_MAX ? id : slice_of_str(place), S("1970-01-01T00:00:00.000Z"), why->text);
}

static void
done_in(void *cookie, const struct stix_object *o, enum object_put what)
{
	struct adding *x = cookie;
	char version[STIX_TIME_TEXT_MAX];
	int64_t us = o->has_modified ? o->modified_us : o->has_created ? o->created_us : clock_now_s() * 1000000;
	struct slice v = slice_of(version, stix_time_print(us, version));

	if (what == OBJECT_OTHER) {
		x->bad_count++;
		detail_put(&x->bad, o->id, v, T("this version is there with other bytes; what came first stays"));
		return;
	}
	x->good_count++;
	detail_put(&x->good, o->id, v, NULL);
}

static void
status_put(const struct adding *x, const char *id, struct buf *b)
{
	char now[TAXII_TIME_MAX];

	(void)taxii_time_print(clock_now_s() * 1000000, now);
	buf_printf(b, "{\"id\":\"%s\",\"status\":\"complete\",\"request_timestamp\":\"%s\",\"total_count\":%llu,\"success_count\":%llu", id, now,
	    (unsigned long long)(x->good_count + x->bad_count), (unsigned long long)x->good_count);
	if (x->good_count > 0) {
		buf_str(b, ",\"successes\":[");
		buf_put(b, buf_view(&x->good));
		buf_byte(b, ']');
	}
	buf_printf(b, ",\"failure_count\":%llu", (unsigned long long)x->bad_count);
	if (x->bad_count > 0) {
		buf_str(b, ",\"failures\":[");
		buf_put(b, buf_view(&x->bad));
		buf_byte(b, ']');
	}
	buf_str(b, ",\"pending_count\":0}");
}

bool
taxii_add(struct store *s, int64_t collection, struct slice body, bool (*may)(void *cookie, const struct stix_object *o, struct err *why),
    void *cookie, struct buf *status, char id_out[UUID_TEXT + 1], struct err *e)
{
	struct adding x = { .good_count = 0 };
	struct stix_in in = { .store = s, .collection = collection, .envelope = true, .now_s = clock_now_s(), .may = may, .may_cookie = cookie, .bad = bad_in, .done = done_in, .cookie = &x };
	struct source src;
	bool ok, mine;

	if (!uuid_random(id_out, e) || !store_begin(s, &mine, e))
		return false;
	buf_init(&x.good, (size_t)64 << 20);
	buf_init(&x.bad, (size_t)64 << 20);
	source_of_slice(&src, body);
	ok = stix_in(&in, &src, e);
	if (ok)
		status_put(&x, id_out, status);
	ok = ok && ((buf_ok(status) && buf_ok(&x.good) && buf_ok(&x.bad)) || err_set(e, ERR_LIMIT, "the answer is too large; ask for less at once"));
	buf_fini(&x.good);
	buf_fini(&x.bad);
	return store_end(s, mine, ok, e);
}
