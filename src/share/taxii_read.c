#include "share/taxii_read.h"

#include <stdio.h>

#include "model/stix.h"
#include "parse/date.h"

/* --- heads --------------------------------------------------------------------------- */

static void
text_keep(char *out, size_t max, struct slice s)
{
	size_t n = s.len < max ? s.len : max - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = s.p[i] < 0x20 || s.p[i] >= 0x7f ? '?' : (char)s.p[i];
	out[n] = '\0';
}

/* RFC 9110 section 10.2.3: seconds, or a date. */
static int64_t
retry_read(struct slice s, int64_t now_s)
{
	struct date at;
	uint64_t n;
	int64_t left = 0;

	if (slice_u64(s, &n))
		left = n > TAXII_RETRY_MAX_S ? TAXII_RETRY_MAX_S : (int64_t)n;
	else if (date_read_mail(s, &at))
		left = at.s - now_s;
	return left < 0 ? 0 : left > TAXII_RETRY_MAX_S ? TAXII_RETRY_MAX_S : left;
}

bool
taxii_head_line(struct taxii_head *h, struct slice line, int64_t now_s, struct err *e)
{
	size_t colon = slice_find_byte(line, ':');
	struct slice name = slice_trim(slice_sub(line, 0, colon == SIZE_MAX ? 0 : colon));
	struct slice value = slice_trim(slice_from(line, colon == SIZE_MAX ? line.len : colon + 1));

	/* An interim answer (100, 103) has a head of its own before it; the bytes are counted all the same. */
	if (slice_starts(line, S("HTTP/")))
		*h = (struct taxii_head){ .bytes = h->bytes, .lines = h->lines };
	h->bytes += line.len;
	if (line.len > TAXII_HEAD_LINE_MAX || h->bytes > TAXII_HEAD_BYTES_MAX || ++h->lines > TAXII_HEAD_LINES_MAX)
		return err_set(e, ERR_LIMIT, "the head of its answer is larger than any has to be");
	if (slice_eq_nocase(name, S("Content-Type")))
		text_keep(h->type, sizeof(h->type), value);
	else if (slice_eq_nocase(name, S("Location")))
		text_keep(h->location, sizeof(h->location), value);
	else if (slice_eq_nocase(name, S("Retry-After")))
		h->retry_s = retry_read(value, now_s);
	else if (slice_eq_nocase(name, S("X-TAXII-Date-Added-First")))
		h->has_first = stix_time_read(value, &h->first_us, NULL);
	else if (slice_eq_nocase(name, S("X-TAXII-Date-Added-Last")))
		h->has_last = stix_time_read(value, &h->last_us, NULL);
	return true;
}

bool
taxii_head_is_taxii(const struct taxii_head *h)
{
	struct slice rest = slice_of_str(h->type), part;

	if (!slice_cut(&rest, ';', &part) || !slice_eq_nocase(slice_trim(part), S("application/taxii+json")))
		return false;
	while (slice_cut(&rest, ';', &part)) {
		part = slice_trim(part);
		if (!slice_starts_nocase(part, S("version=")))
			continue;
		part = slice_from(part, 8);
		if (slice_starts(part, S("\"")))
			part = slice_from(part, 1);
		return slice_starts(part, S("2.1"));
	}
	return true;
}

/* --- envelopes ------------------------------------------------------------------------- */

static const struct json_limits small = { .bytes = (size_t)64 << 10, .depth = 16, .nodes = 10000 };

static struct slice
white_skip(struct slice s)
{
	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\n' || s.p[0] == '\r'))
		s = slice_from(s, 1);
	return s;
}

static const bool marks[256] = { ['"'] = true, ['['] = true, [']'] = true };

/* Behind the quote that closes a text; its opening one stands before i. The end, where none does. */
static size_t
text_end(struct slice s, size_t i)
{
	for (;;) {
		size_t quote = slice_find_byte(slice_from(s, i), '"'), n = 0;

		if (quote == SIZE_MAX)
			return s.len;
		while (n < quote && s.p[i + quote - 1 - n] == '\\')
			n++;
		i += quote + 1;
		/* Two backslashes are one; an odd one makes the quote a part of the text. */
		if (n % 2 == 0)
			return i;
	}
}

/* How long the list is that s begins with, by its brackets; 0: it does not end. */
static size_t
list_length(struct slice s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!marks[s.p[i]])
			continue;
		if (s.p[i] == '[') {
			depth++;
		} else if (s.p[i] == ']') {
			if (--depth == 0)
				return i + 1;
		} else {
			i = text_end(s, i + 1) - 1;
		}
	}
	return 0;
}

struct reading {
	struct slice rest;
	struct arena *a;
	bool has_more, has_next;
};

static bool
value_read(struct reading *r, const struct json **out, struct err *e)
{
	size_t used;

	/* Of a long text no more is looked at than a value may have. */
	if (!json_parse_prefix(slice_sub(r->rest, 0, small.bytes), &small, r->a, out, &used, e))
		return false;
	r->rest = white_skip(slice_from(r->rest, used));
	return true;
}

static bool
twice(struct slice key, struct err *e)
{
	return err_set(e, ERR_INPUT, "its answer is no TAXII envelope: %s stands twice in it", QUOTE(key));
}

static bool
member_read(struct reading *r, struct slice key, struct taxii_envelope *out, struct err *e)
{
	const struct json *v;

	if (slice_eq(key, S("objects"))) {
		size_t n = r->rest.len > 0 && r->rest.p[0] == '[' ? list_length(r->rest) : 0;

		if (out->objects.p != NULL)
			return twice(key, e);
		if (n == 0)
			return err_set(e, ERR_INPUT, "its answer is no TAXII envelope: \"objects\" is no list that ends");
		out->objects = slice_sub(r->rest, 0, n);
		r->rest = white_skip(slice_from(r->rest, n));
		return true;
	}
	if (!value_read(r, &v, e))
		return false;
	if (slice_eq(key, S("more"))) {
		if (r->has_more)
			return twice(key, e);
		r->has_more = true;
		out->more = json_is(v, JSON_TRUE);
		return out->more || json_is(v, JSON_FALSE) || err_set(e, ERR_INPUT, "its answer is no TAXII envelope: \"more\" is neither true nor false");
	}
	if (slice_eq(key, S("next"))) {
		if (r->has_next)
			return twice(key, e);
		r->has_next = true;
		out->next = json_is(v, JSON_STRING) && v->text.len > 0 ? v->text : SLICE_NONE;
		return json_is(v, JSON_STRING) || err_set(e, ERR_INPUT, "its answer is no TAXII envelope: \"next\" is no text");
	}
	return true;
}

static bool
byte_take(struct reading *r, uint8_t c)
{
	if (r->rest.len == 0 || r->rest.p[0] != c)
		return false;
	r->rest = white_skip(slice_from(r->rest, 1));
	return true;
}

static bool
members_read(struct reading *r, struct taxii_envelope *out, struct err *e)
{
	const struct json *key;
	unsigned count = 0;

	do {
		if (r->rest.len == 0 || r->rest.p[0] != '"' || ++count > 100)
			return err_set(e, ERR_INPUT, "its answer is no TAXII envelope: a member has no name");
		if (!value_read(r, &key, e))
			return false;
		if (!byte_take(r, ':'))
			return err_set(e, ERR_INPUT, "its answer is no TAXII envelope: a member has no value");
		if (!member_read(r, key->text, out, e))
			return false;
	} while (byte_take(r, ','));
	return true;
}

bool
taxii_envelope_read(struct slice text, struct arena *a, struct taxii_envelope *out, struct err *e)
{
	struct reading r = { .rest = white_skip(text), .a = a };

	*out = (struct taxii_envelope){ .objects = SLICE_NONE, .next = SLICE_NONE };
	if (!byte_take(&r, '{'))
		return err_set(e, ERR_INPUT, "its answer is no TAXII envelope: it is no JSON object");
	if (byte_take(&r, '}'))
		return r.rest.len == 0 || err_set(e, ERR_INPUT, "its answer is no TAXII envelope: something follows it");
	if (!members_read(&r, out, e))
		return false;
	if (!byte_take(&r, '}'))
		return err_set(e, ERR_INPUT, "its answer is no TAXII envelope: it does not end");
	return r.rest.len == 0 || err_set(e, ERR_INPUT, "its answer is no TAXII envelope: something follows it");
}

/* --- the others --------------------------------------------------------------------------- */

bool
taxii_tree_read(struct slice text, struct arena *a, const struct json **out, struct err *e)
{
	static const struct json_limits limits = { .bytes = (size_t)8 << 20, .depth = 16, .nodes = 200000 };

	return json_parse(text, &limits, a, out, e) && (json_is(*out, JSON_OBJECT) || err_set(e, ERR_INPUT, "its answer is no JSON object"));
}

bool
taxii_collection_read(const struct json *j, struct taxii_collection *out, struct err *e)
{
	*out = (struct taxii_collection){ .id = json_text(json_get(j, S("id"))), .alias = json_text(json_get(j, S("alias"))),
		.title = json_text(json_get(j, S("title"))), .description = json_text(json_get(j, S("description"))),
		.can_read = json_is(json_get(j, S("can_read")), JSON_TRUE), .can_write = json_is(json_get(j, S("can_write")), JSON_TRUE) };
	return out->id.len > 0 || err_set(e, ERR_INPUT, "its answer is no TAXII collection: it has no id");
}

uint64_t
taxii_root_max(const struct json *j)
{
	int64_t n;

	return json_int(json_get(j, S("max_content_length")), &n) && n > 0 ? (uint64_t)n : 0;
}

static uint64_t
count_of(const struct json *j, struct slice key)
{
	int64_t n;

	return json_int(json_get(j, key), &n) && n > 0 ? (uint64_t)n : 0;
}

bool
taxii_status_read(const struct json *j, uint64_t sent, struct taxii_status *out, struct err *e)
{
	struct slice status = json_text(json_get(j, S("status")));

	*out = (struct taxii_status){ .id = json_text(json_get(j, S("id"))), .complete = slice_eq(status, S("complete")),
		.success = count_of(j, S("success_count")), .failure = count_of(j, S("failure_count")), .pending = count_of(j, S("pending_count")),
		.failures = json_get(j, S("failures")) };
	if (!out->complete && !slice_eq(status, S("pending")))
		return err_set(e, ERR_INPUT, "its answer is no TAXII status: %s is neither complete nor pending", QUOTE(status));
	if (out->success > sent || out->failure > sent - out->success)
		return err_set(e, ERR_INPUT, "its status tells of more objects than were sent");
	return true;
}

struct slice
taxii_error_read(struct slice text, struct arena *a)
{
	const struct json *j = NULL;
	struct err none = ERR_INIT;
	struct slice title, about;

	if (!json_parse(text, &small, a, &j, &none))
		return SLICE_NONE;
	title = json_text(json_get(j, S("title")));
	about = json_text(json_get(j, S("description")));
	if (about.len == 0)
		about = json_text(json_get(j, S("detail")));
	return title.len == 0 ? about : about.len == 0 ? title : arena_printf(a, "%.*s: %.*s", SLICE_ARG(title), SLICE_ARG(about));
}
