#include "intake/intake.h"

#include <stdio.h>

#define HEAD_BYTES ((size_t)64 << 10)
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
	struct slice rest = in->options, line;

	while (slice_line(&rest, &line)) {
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
intake_bad(struct intake *in, const struct place *place, struct slice column,
    const struct err *why, struct err *e)
{
	struct place p = *place;
	bool ok = true;

	in->bad++;
	tally(in, column, why);
	p.part = in->part;
	/* Every place is handed on, so that each can be retried. */
	if (in->sink.bad != NULL)
		ok = in->sink.bad(in->sink.cookie, &p, column, slice_of_str(why->text), e);
	if (!ok)
		in->stopped = true;
	arena_reset(&in->record);
	return ok;
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
	in->unpacked += unpacked;
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
	if (f == NULL && head->bytes.len == 0)
		(void)err_set(e, ERR_INPUT, "it is empty");
	else if (f == NULL)
		(void)err_set(e, ERR_INPUT, "its format is not one that we know; it begins with %s. Name the format, or the feed's mapping file",
		    QUOTE(slice_sub(head->bytes, 0, 40)));
	return f;
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
	return document(in, in->name, S(""), src, e);
}

bool
intake_child(struct intake *in, struct slice part, struct slice name,
    struct slice type, struct source *src, struct err *e)
{
	struct slice part_before = in->part;
	const struct intake_format *format_before = in->format;
	struct arena document_before = in->document;
	struct err why = ERR_INIT;
	char path[512];
	int n;
	bool ok;

	if (in->depth >= in->limits.depth) {
		(void)err_set(&why, ERR_LIMIT, "more than %u documents one in the other", in->limits.depth);
		return intake_bad(in, &(struct place){ 0 }, S(""), &why, e);
	}
	if (++in->parts > in->limits.parts) {
		in->stopped = true;
		return err_set(e, ERR_LIMIT, "more than %u parts in one report", in->limits.parts);
	}
	/* The path is a name for people and the store: cut rather than refused. */
	n = snprintf(path, sizeof(path), "%.*s%s%.*s", (int)(part_before.len > 200 ? 200 : part_before.len),
	    part_before.len == 0 ? "" : (const char *)part_before.p, part_before.len == 0 ? "" : "/",
	    (int)(part.len > 200 ? 200 : part.len), part.len == 0 ? "" : (const char *)part.p);
	in->part = slice_of(path, n < 0 ? 0 : (size_t)n);
	arena_init(&in->document, document_before.max);
	in->depth++;
	ok = document(in, name, type, src, &why);
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
