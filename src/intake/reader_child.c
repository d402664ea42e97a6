/*
 * The reader's side: wait for a job, read it, send what comes of it.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/cursor.h"
#include "intake/reader.h"
#include "intake/reader_wire.h"
#include "store/archive.h"

/* A sign of life each so many bytes of the report. */
#define ALIVE_BYTES ((uint64_t)4 << 20)

void (*reader_fault)(struct slice report, uint64_t events);

struct job {
	int sock; /* -1: reader_run_here() */
	struct intake in;
	struct buf block; /* a frame of events and bad records */
	struct field_set wanted;
	bool all;
	struct place excerpt; /* asked for instead */
	/* the document's bytes, counted on their way */
	struct source *packed;
	uint64_t bytes, told;
	const struct intake_sink *sink; /* of reader_run_here() */
};

static bool
block_send(struct job *j, struct err *e)
{
	bool ok;

	if (j->block.len <= FRAME_HEAD)
		return true;
	frame_end(&j->block);
	ok = wire_send(j->sock, buf_view(&j->block), -1, e);
	frame_begin(&j->block, FRAME_BLOCK);
	return ok;
}

static bool
on_event(void *cookie, const struct event *ev, struct err *e)
{
	struct job *j = cookie;

	if (reader_fault != NULL)
		reader_fault(j->in.name, j->in.events);
	buf_byte(&j->block, ITEM_EVENT);
	event_encode(ev, j->all ? NULL : &j->wanted, &j->block);
	if (!buf_ok(&j->block))
		return err_set(e, ERR_LIMIT, "an event of more than %zu MiB", FRAME_MAX >> 20);
	return j->block.len < BLOCK_BYTES || block_send(j, e);
}

static bool
on_bad(void *cookie, const struct place *place, struct slice column,
    struct slice reason, struct err *e)
{
	struct job *j = cookie;

	buf_byte(&j->block, ITEM_BAD);
	buf_varint(&j->block, place->offset);
	buf_varint(&j->block, place->length);
	buf_varint(&j->block, place->line);
	wire_text(&j->block, place->part);
	wire_text(&j->block, slice_sub(column, 0, 256));
	wire_text(&j->block, reason);
	if (!buf_ok(&j->block))
		return err_set(e, ERR_LIMIT, "an event of more than %zu MiB", FRAME_MAX >> 20);
	return j->block.len < BLOCK_BYTES || block_send(j, e);
}

/* In blocks, so that the keeper need not hold much at once. */
static bool
on_bytes(void *cookie, struct slice s, struct err *e)
{
	struct job *j = cookie;
	bool ok = block_send(j, e);

	for (; ok && s.len > 0; s = slice_from(s, BLOCK_BYTES)) {
		frame_begin(&j->block, FRAME_BYTES);
		buf_put(&j->block, slice_sub(s, 0, BLOCK_BYTES));
		frame_end(&j->block);
		ok = wire_send(j->sock, buf_view(&j->block), -1, e);
	}
	frame_begin(&j->block, FRAME_BLOCK);
	return ok;
}

static bool
alive(struct job *j, struct err *e)
{
	static const uint8_t frame[FRAME_HEAD] = { 0, 0, 0, 0, FRAME_ALIVE };

	j->told = j->bytes;
	return wire_send(j->sock, slice_of(frame, sizeof(frame)), -1, e);
}

static bool
on_tick(void *cookie, struct err *e)
{
	struct job *j = cookie;

	/* What was gathered goes first: then its sending is sign enough. */
	return j->block.len > FRAME_HEAD ? block_send(j, e) : alive(j, e);
}

/* From the archived file's source to the format's, counting. */
static bool
pull(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct job *j = cookie;
	struct source *s = j->packed;

	if (s->window.len == 0 && !s->eof && !source_more(s, e))
		return false;
	*n_out = s->window.len < cap ? s->window.len : cap;
	memcpy(p, s->window.p == NULL ? (const uint8_t *)"" : s->window.p, *n_out);
	source_advance(s, *n_out);
	j->bytes += *n_out;
	if (j->sock >= 0 && j->bytes - j->told >= ALIVE_BYTES)
		return alive(j, e);
	return true;
}

static bool
read_archived(struct job *j, int fd, struct err *e)
{
	struct archive_source *packed = NULL;
	struct source src;
	bool ok;

	/* The place in the file is shared with whoever read it before. */
	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(e, "the archived report cannot be read");
	if (!archive_source_open(fd, (size_t)4 << 20, &packed, e))
		return false;
	j->packed = archive_source_get(packed);
	source_of_pull(&src, pull, j, j->in.limits.document_bytes + ((size_t)1 << 20));
	ok = intake_read(&j->in, &src, e);
	source_fini(&src);
	archive_source_fini(&packed);
	return ok;
}

static void
end_put(struct buf *b, const struct job *j, bool ok, const struct err *why)
{
	const struct intake *in = &j->in;

	frame_begin(b, FRAME_END);
	buf_byte(b, ok);
	buf_byte(b, ok ? 0 : (uint8_t)why->code);
	wire_text(b, ok ? S("") : slice_of_str(why->text));
	wire_text(b, ok ? S("") : slice_of_str(why->cause));
	wire_text(b, in->outer == NULL ? S("") : in->outer->name);
	wire_text(b, slice_of_str(in->nothing));
	buf_varint(b, in->events);
	buf_varint(b, in->bad);
	buf_varint(b, j->bytes);
	buf_varint(b, in->tally_count);
	for (size_t i = 0; i < in->tally_count; i++) {
		wire_text(b, slice_of_str(in->tallies[i].column));
		wire_text(b, slice_of_str(in->tallies[i].sample));
		buf_byte(b, (uint8_t)in->tallies[i].code);
		buf_varint(b, in->tallies[i].count);
	}
	buf_byte(b, in->guarded);
	frame_end(b);
}

/* See job_send() in reader.c for the payload. */
static bool
job_take(struct job *j, struct slice payload, struct err *e)
{
	struct cursor c = cursor_of(payload);

	j->in.name = wire_text_take(&c);
	j->in.feed = wire_text_take(&c);
	j->in.options = wire_text_take(&c);
	j->in.format_named = wire_text_take(&c);
	j->in.received_s = (int64_t)cur_be64(&c);
	j->all = cur_u8(&c) != 0;
	j->wanted.bits[0] = cur_be64(&c);
	j->wanted.bits[1] = cur_be64(&c);
	j->wanted.extras = cur_u8(&c) != 0;
	if (cur_u8(&c) != 0) {
		j->excerpt.part = wire_text_take(&c);
		j->excerpt.offset = cur_be64(&c);
		j->excerpt.length = cur_be32(&c);
		j->in.excerpt = &j->excerpt;
	}
	return cur_ok(&c) || err_set(e, ERR_INTERNAL, "a damaged message between our own processes");
}

static bool
job_do(int sock, struct intake_tables *tables, struct slice payload, int fd,
    struct buf *block, struct err *e)
{
	struct job *j = xalloc(sizeof(*j));
	struct err why = ERR_INIT;
	bool ok, sent;

	memset(j, 0, sizeof(*j));
	j->sock = sock;
	intake_init(&j->in);
	j->in.tables = tables;
	j->block = *block;
	frame_begin(&j->block, FRAME_BLOCK);
	ok = job_take(j, payload, &why);
	if (j->in.excerpt != NULL)
		j->in.sink = (struct intake_sink){ .cookie = j, .bytes = on_bytes };
	else
		j->in.sink = (struct intake_sink){ .cookie = j, .event = on_event, .bad = on_bad, .wanted = j->all ? NULL : &j->wanted };
	j->in.tick = on_tick;
	ok = ok && fd >= 0 && read_archived(j, fd, &why);
	sent = block_send(j, e);
	if (sent) {
		end_put(&j->block, j, ok, &why);
		sent = wire_send(sock, buf_view(&j->block), -1, e);
	}
	*block = j->block;
	intake_fini(&j->in);
	free(j);
	return sent;
}

_Noreturn void
reader_main(int sock, struct intake_tables *tables,
    const struct reader_limits *limits)
{
	struct buf in, out;
	struct err e = ERR_INIT;

	buf_init(&in, FRAME_MAX + 1);
	buf_init(&out, FRAME_MAX + FRAME_HEAD);
	if (!reader_sandbox_enter(limits->memory_bytes, &e))
		_exit(3);
	for (;;) {
		struct err ignored = ERR_INIT;
		uint8_t kind = 0;
		bool end;
		int fd;

		if (!wire_receive(sock, &in, &kind, &fd, &end, &e) || end)
			_exit(end ? 0 : 4);
		if (kind == FRAME_TABLE) {
			struct cursor c = cursor_of(buf_view(&in));
			struct slice name = wire_text_take(&c), bytes = wire_text_take(&c);

			/* The keeper has tried it: what fails here is memory. */
			if (!cur_ok(&c) || !intake_tables_add(tables, name, bytes, &ignored))
				_exit(5);
		} else if (kind == FRAME_JOB) {
			if (!job_do(sock, tables, buf_view(&in), fd, &out, &e))
				_exit(4);
		} else {
			_exit(5);
		}
		if (fd >= 0)
			(void)close(fd);
		/* One large report must not keep its memory for the small ones behind it. */
		if (in.cap > ((size_t)1 << 20)) {
			buf_fini(&in);
			buf_init(&in, FRAME_MAX + 1);
		}
	}
}

static bool
here_event(void *cookie, const struct event *ev, struct err *e)
{
	struct job *j = cookie;

	return j->sink->event == NULL || j->sink->event(j->sink->cookie, ev, e);
}

static bool
here_bad(void *cookie, const struct place *place, struct slice column,
    struct slice reason, struct err *e)
{
	struct job *j = cookie;

	return j->sink->bad == NULL || j->sink->bad(j->sink->cookie, place, column, reason, e);
}

bool
reader_run_here(const struct intake_tables *tables, const struct reader_job *job,
    const struct intake_sink *sink, struct reader_summary *out, struct err *e)
{
	struct job *j = xalloc(sizeof(*j));
	bool ok;

	intake_warmup();
	memset(j, 0, sizeof(*j));
	j->sock = -1;
	intake_init(&j->in);
	j->sink = sink;
	j->in.name = job->name;
	j->in.feed = job->feed;
	j->in.options = job->options;
	j->in.format_named = job->format;
	j->in.received_s = job->received_s;
	j->in.tables = tables;
	j->in.sink = (struct intake_sink){ .cookie = j, .event = here_event, .bad = here_bad, .wanted = job->wanted };
	ok = read_archived(j, job->fd, e);
	*out = (struct reader_summary){ .events = j->in.events, .bad = j->in.bad,
		.bytes = j->bytes, .tally_count = j->in.tally_count,
		.protected = j->in.guarded };
	memcpy(out->tallies, j->in.tallies, sizeof(out->tallies));
	memcpy(out->nothing, j->in.nothing, sizeof(out->nothing));
	if (j->in.outer != NULL && j->in.outer->name.len < sizeof(out->format))
		memcpy(out->format, j->in.outer->name.p, j->in.outer->name.len);
	intake_fini(&j->in);
	free(j);
	return ok;
}
