#include "intake/intake.h"

#include <stdio.h>

#include "base/hash.h"
#include "model/protect.h"
#include "model/reduce.h"

#define HEAD_BYTES ((size_t)64 << 10)
#define TICK_BYTES ((uint64_t)4 << 20)
#define PATH_MAX_BYTES 240 /* of a part: what the store keeps whole */
#define RATIO_FROM ((uint64_t)64 << 20)

const struct intake_limits INTAKE_LIMITS = {
	/* A mail with attachments; a JSON document's tree needs some ten times as much. */
	.document_bytes = (size_t)64 << 20,
	.record_bytes = (size_t)1 << 20,
	/* Shadowserver's largest national reports unpack to some 2 GiB. */
	.unpacked_bytes = (uint64_t)4 << 30,
	/* deflate cannot give more than 1,032; honest CSV packs to a tenth. */
	.unpack_ratio = 1000,
	.depth = 8,
	.parts = 10000,
	.bad_max = 1000,
};

void
intake_init(struct intake *in)
{
	*in = (struct intake){ .limits = INTAKE_LIMITS };
	/* A record's fields, cleaned and base64'd: a few times the record. */
	arena_init(&in->record, 16 * INTAKE_LIMITS.record_bytes);
	arena_init(&in->document, 8 * INTAKE_LIMITS.document_bytes);
	event_clear(&in->ev);
}

void
intake_fini(struct intake *in)
{
	arena_fini(&in->record);
	arena_fini(&in->document);
}

struct slice
intake_option(const struct intake *in, struct slice key)
{
	return intake_option_of(in->options, key);
}

struct slice
intake_option_of(struct slice options, struct slice key)
{
	struct slice line;

	while (slice_line(&options, &line)) {
		size_t eq = slice_find_byte(line, '=');

		if (eq != SIZE_MAX && slice_eq(slice_trim(slice_sub(line, 0, eq)), key))
			return slice_trim(slice_from(line, eq + 1));
	}
	return SLICE_NONE;
}

/* Count a bad record by its column and code; the table's last row takes the rest. */
static void
tally(struct intake *in, struct slice column, const struct err *why)
{
	struct intake_tally *t;
	size_t i;

	if (column.len >= sizeof(t->column))
		column.len = sizeof(t->column) - 1;
	for (i = 0; i < in->tally_count; i++) {
		t = &in->tallies[i];
		if (t->code == why->code && strlen(t->column) == column.len &&
		    (column.len == 0 || memcmp(t->column, column.p, column.len) == 0))
			break;
	}
	if (i == INTAKE_TALLIES_MAX) {
		i--;
	} else if (i == in->tally_count) {
		t = &in->tallies[in->tally_count++];
		*t = (struct intake_tally){ .code = why->code };
		for (size_t k = 0; k < column.len; k++)
			t->column[k] = column.p[k] == '\0' ? '?' : (char)column.p[k];
		(void)snprintf(t->sample, sizeof(t->sample), "%.*s", (int)sizeof(t->sample) - 1, why->text);
	}
	in->tallies[i].count++;
}

bool
intake_put(struct intake *in, enum field f, struct slice value, const char *key, struct err *e)
{
	struct err not_said = ERR_INIT;

	if (slice_trim(value).len == 0 || event_has(&in->ev, f) ||
	    event_set(&in->ev, f, value, &in->record, &not_said))
		return true;
	return event_extra(&in->ev, slice_of_str(key), value, EXTRA_TEXT, e);
}

void
intake_look(struct intake *in, struct slice record)
{
	in->guarded = in->guarded || text_is_protected(record);
}

bool
intake_bad(struct intake *in, const struct place *place, struct slice column,
    const struct err *why, struct err *e)
{
	struct place p = *place;
	struct err said = *why;
	bool ok = true;

	in->bad++;
	/* The class alone: the other fields may be of a record that is gone. */
	if (slice_eq(in->ev.v[FIELD_CLASSIFICATION_TYPE], class_type(CLASS_VIOLENCE)))
		in->guarded = true;
	reduce_reason(&said, in->guarded);
	tally(in, column, &said);
	p.part = in->part;
	/* Every place is handed on, so that each can be retried. */
	if (in->sink.bad != NULL)
		ok = in->sink.bad(in->sink.cookie, &p, column, slice_of_str(said.text), e);
	if (!ok)
		in->stopped = true;
	arena_reset(&in->record);
	return ok;
}

void
intake_nothing(struct intake *in, const struct err *why)
{
	if (in->nothing[0] == '\0')
		(void)snprintf(in->nothing, sizeof(in->nothing), "%.*s", (int)sizeof(in->nothing) - 1, why->text);
}

bool
intake_event(struct intake *in, struct event *ev, struct err *e)
{
	bool ok;

	ev->place.part = in->part;
	if (!event_finish(ev, &in->record, e)) {
		struct err why = *e;

		return intake_bad(in, &ev->place, S(""), &why, e);
	}
	/* The one place that every event of every format passes. */
	if (event_is_protected(ev)) {
		in->guarded = true;
		if (!event_protect(ev, &in->record)) {
			struct err why = ERR_INIT;

			(void)err_set(&why, ERR_LIMIT, "a record of more than %zu bytes", in->record.max);
			return intake_bad(in, &ev->place, S(""), &why, e);
		}
	} else {
		event_reduce(ev, in->sink.wanted, &in->record);
	}
	if (!event_has(ev, FIELD_FEED_NAME) && in->feed.len > 0)
		event_put(ev, FIELD_FEED_NAME, in->feed);
	in->events++;
	ok = in->sink.event == NULL || in->sink.event(in->sink.cookie, ev, e);
	if (!ok)
		in->stopped = true;
	arena_reset(&in->record);
	return ok;
}

bool
intake_unpacked(struct intake *in, uint64_t packed, uint64_t unpacked,
    struct err *e)
{
	uint64_t before = in->unpacked;

	in->unpacked += unpacked;
	/* Much may come out of little, and nothing of that: we are alive all the same. */
	if (in->tick != NULL && before / TICK_BYTES != in->unpacked / TICK_BYTES && !in->tick(in->sink.cookie, e)) {
		in->stopped = true;
		return false;
	}
	if (in->unpacked > in->limits.unpacked_bytes) {
		in->stopped = true;
		return err_set(e, ERR_LIMIT, "what is packed in the report has more than %llu MiB",
		    (unsigned long long)(in->limits.unpacked_bytes >> 20));
	}
	if (packed == 0)
		packed = 1;
	if (in->unpacked >= RATIO_FROM && in->unpacked / in->limits.unpack_ratio > packed) {
		in->stopped = true;
		return err_set(e, ERR_LIMIT, "it unpacks to more than %llu times its size, as a zip bomb does",
		    (unsigned long long)in->limits.unpack_ratio);
	}
	return true;
}

static const struct intake_format *
choose(const struct intake *in, const struct intake_head *head, struct err *e)
{
	const struct intake_format *f;

	/* A named format is the inner one's: what wraps it is still unpacked. */
	if (in->format_named.len > 0) {
		f = intake_recognise(head, in);
		if (f != NULL && f->wrapper && !slice_eq(f->name, in->format_named))
			return f;
		f = intake_format_find(in->format_named);
		if (f == NULL)
			(void)err_set(e, ERR_INPUT, "there is no format called %s", QUOTE(in->format_named));
		return f;
	}
	f = intake_recognise(head, in);
	if (f == NULL && (slice_starts(head->bytes, S("\xff\xfe")) || slice_starts(head->bytes, S("\xfe\xff"))))
		(void)err_set(e, ERR_INPUT, "it is UTF-16; save it as UTF-8");
	else if (f == NULL && head->bytes.len == 0)
		(void)err_set(e, ERR_INPUT, "it is empty");
	else if (f == NULL)
		(void)err_set(e, ERR_INPUT, "its format is not one that we know; it begins with %s. Name the format, or the feed's mapping file",
		    QUOTE(slice_sub(head->bytes, 0, 40)));
	return f;
}

#define EXCERPT_WINDOW ((size_t)512 << 10)
#define EXCERPT_OVERLAP ((size_t)4096)

/* Of the window what belongs to the place and is not kept yet. */
static void
excerpt_keep(const struct place *p, uint64_t first, const struct source *src, struct buf *kept)
{
	uint64_t next = first + kept->len, end = src->offset + src->window.len;
	uint64_t last = p->length == 0 ? end : p->offset + p->length;

	if (last > end)
		last = end;
	if (next >= src->offset && next < last)
		buf_put(kept, slice_sub(src->window, (size_t)(next - src->offset), (size_t)(last - next)));
}

/*
 * The place's bytes, when all of its part was looked through: an older program
 * did not note what is protected. Ends the reading.
 */
static bool
excerpt(struct intake *in, struct source *src, struct err *e)
{
	const struct place *p = in->excerpt;
	/* A mark of UTF-8 at the begin is passed over. */
	uint64_t first = p->offset < src->offset ? src->offset : p->offset;
	struct buf kept;
	bool ok = true, end = false;

	in->stopped = true;
	buf_init(&kept, in->limits.document_bytes + 1);
	while (ok && !end) {
		ok = source_want(src, EXCERPT_WINDOW, e);
		if (ok && text_is_protected(src->window))
			ok = err_set(e, ERR_DENIED, "its content is not shown");
		excerpt_keep(p, first, src, &kept);
		end = src->eof;
		if (!end)
			source_advance(src, src->window.len - EXCERPT_OVERLAP);
	}
	if (ok && !buf_ok(&kept))
		ok = err_set(e, ERR_LIMIT, "more than %zu MiB; the whole report comes with --raw", in->limits.document_bytes >> 20);
	if (ok && (kept.len == 0 || kept.len < p->length))
		ok = err_set(e, ERR_ABSENT, "the report has only %llu bytes", (unsigned long long)src->offset + src->window.len);
	in->excerpt_given = ok && in->sink.bytes(in->sink.cookie, buf_view(&kept), e);
	buf_fini(&kept);
	return false;
}

/* Can the part that is asked for lie in this one? A long path is cut, and then says nothing. */
static bool
excerpt_within(const struct intake *in)
{
	return in->excerpt == NULL || in->part.len >= PATH_MAX_BYTES / 2 || slice_starts(in->excerpt->part, in->part);
}

/* Recognise and read the document that begins in src. */
static bool
document(struct intake *in, struct slice name, struct slice type,
    struct source *src, struct err *e)
{
	const struct intake_format *f;
	struct intake_head head = { .name = name, .type = type };

	if (!source_want(src, HEAD_BYTES, e))
		return false;
	if (slice_starts(src->window, S("\xef\xbb\xbf")))
		source_advance(src, 3);
	head.bytes = slice_sub(src->window, 0, HEAD_BYTES);
	head.whole = src->eof && src->window.len <= HEAD_BYTES;
	f = choose(in, &head, e);
	if (in->excerpt != NULL && (f == NULL || !f->wrapper) && slice_eq(in->part, in->excerpt->part))
		return excerpt(in, src, e);
	if (f == NULL)
		return false;
	in->format = f;
	if (in->outer == NULL || in->outer->wrapper)
		in->outer = f;
	return f->read(in, src, e);
}

bool
intake_read(struct intake *in, struct source *src, struct err *e)
{
	in->part = S("");
	in->depth = 0;
	in->parts = 1;
	in->guarded = false;
	if (document(in, in->name, S(""), src, e) && in->excerpt == NULL)
		return true;
	if (in->excerpt_given)
		return true;
	if (in->excerpt != NULL && !in->stopped)
		return err_set(e, ERR_ABSENT, "the report has no part %s", QUOTE(in->excerpt->part));
	reduce_reason(e, in->guarded);
	return false;
}

/*
 * "outer/part". A part's path says where in a report an event stands, so two
 * parts never have the same: one that is too long is cut and told by its hash.
 */
static struct slice
part_path(struct slice outer, struct slice part, char out[PATH_MAX_BYTES + 24])
{
	uint64_t hash = hash64(part, hash64(outer, 0));
	size_t n = 0;

	for (size_t i = 0; i < outer.len && n < PATH_MAX_BYTES; i++)
		out[n++] = (char)outer.p[i];
	if (outer.len > 0 && part.len > 0 && n < PATH_MAX_BYTES)
		out[n++] = '/';
	/* Broken UTF-8 is not kept as it is, and then might look the same. */
	if (part.len <= PATH_MAX_BYTES - n && slice_utf8_ok(part)) {
		if (part.len > 0)
			memcpy(out + n, part.p, part.len);
		return slice_of(out, n + part.len);
	}
	if (n > PATH_MAX_BYTES / 2 + 20)
		n = PATH_MAX_BYTES / 2 + 20;
	for (size_t i = 0; i < part.len && n < PATH_MAX_BYTES - 20; i++)
		out[n++] = (char)part.p[i];
	while (n > 0 && (out[n - 1] & 0xc0) == 0x80)
		n--;
	return slice_of(out, n + (size_t)snprintf(out + n, 20, "~%016llx", (unsigned long long)hash));
}

bool
intake_child(struct intake *in, struct slice part, struct slice name,
    struct slice type, struct source *src, struct err *e)
{
	struct slice part_before = in->part;
	const struct intake_format *format_before = in->format;
	struct arena document_before = in->document;
	struct err why = ERR_INIT;
	char path[PATH_MAX_BYTES + 24];
	bool ok;

	if (in->depth >= in->limits.depth) {
		(void)err_set(&why, ERR_LIMIT, "more than %u documents one in the other", in->limits.depth);
		return intake_bad(in, &(struct place){ 0 }, S(""), &why, e);
	}
	if (++in->parts > in->limits.parts) {
		in->stopped = true;
		return err_set(e, ERR_LIMIT, "more than %u parts in one report", in->limits.parts);
	}
	in->part = part_path(part_before, part, path);
	arena_init(&in->document, document_before.max);
	in->depth++;
	ok = !excerpt_within(in) || document(in, name, type, src, &why);
	in->depth--;
	arena_fini(&in->document);
	in->document = document_before;
	in->format = format_before;
	if (!ok && in->stopped)
		*e = why;
	else if (!ok)
		ok = intake_bad(in, &(struct place){ .offset = src->offset }, S(""), &why, e);
	in->part = part_before;
	return ok;
}
