/*
 * The keeper's side, and the nursery between it and its readers.
 */
#include "intake/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/lang.h"
#include "base/pass.h"
#include "intake/reader_wire.h"

const struct reader_limits READER_LIMITS = {
	/* A document of 64 MiB with its tree. */
	.memory_bytes = (size_t)512 << 20,
	/* A reader tells of itself each 4 MiB: a tenth of a second at its slowest. */
	.stall_ms = 60 * 1000,
	.job_ms = 3600 * 1000,
};

#define TABLES_MAX 1024
/* So many stalls without work are a hang, too: it waits for what will not come. */
#define READER_BLOCKED 10

struct table {
	struct slice name, bytes; /* ours */
};

struct readers {
	struct reader_limits limits;
	int control; /* to the nursery */
	pid_t nursery;
	struct intake_tables *tables; /* to try newer ones on */
	struct table added[TABLES_MAX];
	size_t added_count;
};

struct reader {
	struct readers *rs;
	int sock; /* -1: no process */
	pid_t pid;
	int64_t worked_ms; /* before the job */
	size_t tables; /* how many of rs->added it has */
	struct buf in, out;
	struct event ev;
};

/* --- the nursery ---------------------------------------------------------- */

struct request {
	uint32_t what; /* 'N': a new reader; 'W': how did pid end */
	uint32_t pid;
};

static void
nursery_new(int control, struct intake_tables *tables,
    const struct reader_limits *limits)
{
	struct request reply = { 'N', 0 };
	struct err e = ERR_INIT;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		(void)!wire_send(control, slice_of(&reply, sizeof(reply)), -1, &e);
		return;
	}
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)signal(SIGINT, SIG_IGN);
		/* Its last words may go to a file, which its limits forbid. */
		(void)signal(SIGXFSZ, SIG_IGN);
		if (dup2(pair[1], 3) != 3)
			_exit(3);
		(void)close_range(4, ~0u, 0);
		reader_main(3, tables, limits);
	}
	(void)close(pair[1]);
	reply.pid = pid < 0 ? 0 : (uint32_t)pid;
	(void)!wire_send(control, slice_of(&reply, sizeof(reply)), pid < 0 ? -1 : pair[0], &e);
	(void)close(pair[0]);
}

static void
nursery_wait(int control, uint32_t pid)
{
	struct request reply = { 'W', 0 };
	struct err e = ERR_INIT;
	int status = 0;

	while (waitpid((pid_t)pid, &status, 0) < 0 && errno == EINTR)
		;
	reply.pid = (uint32_t)status;
	(void)!wire_send(control, slice_of(&reply, sizeof(reply)), -1, &e);
}

static _Noreturn void
nursery_main(int control, const struct reader_limits *limits)
{
	struct intake_tables *tables = intake_tables_new();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	if (null >= 0) {
		(void)dup2(null, 0);
		(void)dup2(null, 1);
	}
	tzset();
	intake_warmup();
	for (;;) {
		struct request r;
		ssize_t n = read(control, &r, sizeof(r));

		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(r))
			_exit(0);
		if (r.what == 'N')
			nursery_new(control, tables, limits);
		else
			nursery_wait(control, r.pid);
	}
}

bool
readers_open(const struct reader_limits *limits, struct readers **out,
    struct err *e)
{
	struct readers *rs = xalloc(sizeof(*rs));
	int pair[2];

	*out = NULL;
	memset(rs, 0, sizeof(*rs));
	rs->limits = *limits;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		free(rs);
		return err_sys(e, "the readers' processes cannot be started");
	}
	rs->nursery = fork();
	if (rs->nursery == 0) {
		(void)close(pair[0]);
		nursery_main(pair[1], limits);
	}
	(void)close(pair[1]);
	rs->control = pair[0];
	if (rs->nursery < 0) {
		(void)close(pair[0]);
		free(rs);
		return err_sys(e, "the readers' processes cannot be started");
	}
	rs->tables = intake_tables_new();
	*out = rs;
	return true;
}

pid_t
readers_nursery(const struct readers *rs)
{
	return rs->nursery;
}

void
readers_close(struct readers **rs)
{
	if (*rs == NULL)
		return;
	(void)close((*rs)->control);
	while (waitpid((*rs)->nursery, NULL, 0) < 0 && errno == EINTR)
		;
	intake_tables_free(&(*rs)->tables);
	for (size_t i = 0; i < (*rs)->added_count; i++) {
		free((void *)(uintptr_t)(*rs)->added[i].name.p);
		free((void *)(uintptr_t)(*rs)->added[i].bytes.p);
	}
	free(*rs);
	*rs = NULL;
}

static struct slice
copy(struct slice s)
{
	uint8_t *p = xalloc(s.len + 1);

	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return slice_of(p, s.len);
}

bool
readers_table(struct readers *rs, struct slice name, struct slice bytes,
    struct err *e)
{
	if (rs->added_count == TABLES_MAX)
		return err_set(e, ERR_LIMIT, "more than %d tables were loaded; start the program again", TABLES_MAX);
	if (bytes.len > FRAME_MAX / 2)
		return err_set(e, ERR_LIMIT, "a table of more than %zu MiB", FRAME_MAX >> 21);
	if (!intake_tables_add(rs->tables, name, bytes, e))
		return false;
	rs->added[rs->added_count++] = (struct table){ copy(name), copy(bytes) };
	return true;
}

/* --- a reader's process ------------------------------------------------------ */

struct reader *
reader_new(struct readers *rs)
{
	struct reader *r = xalloc(sizeof(*r));

	memset(r, 0, sizeof(*r));
	r->rs = rs;
	r->sock = -1;
	buf_init(&r->in, FRAME_MAX + FRAME_HEAD + 1);
	buf_init(&r->out, FRAME_MAX + FRAME_HEAD);
	return r;
}

static bool
ask(struct readers *rs, struct request *r, int *fd_out, struct err *e)
{
	union pass_room room;
	struct iovec iov = { r, sizeof(*r) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	*fd_out = -1;
	if (!wire_send(rs->control, slice_of(r, sizeof(*r)), -1, e))
		return false;
	do {
		pass_expect(&m, &room);
		n = recvmsg(rs->control, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*r))
		return err_set(e, ERR_SYSTEM, "the process that starts readers has ended; run this command again, nothing that was accepted is lost");
	*fd_out = pass_take(&m);
	return true;
}

static bool
start(struct reader *r, struct err *e)
{
	struct request q = { 'N', 0 };

	if (r->sock >= 0)
		return true;
	if (!ask(r->rs, &q, &r->sock, e))
		return false;
	if (r->sock < 0 || q.pid == 0)
		return err_set(e, ERR_SYSTEM, "a reader's process cannot be started");
	r->pid = (pid_t)q.pid;
	r->tables = 0;
	return true;
}

/*
 * End the process, and its wait status. One that is ending by itself keeps its
 * own; one that closed its socket and goes on must not keep us waiting.
 */
static bool
stop(struct reader *r, int *status_out, struct err *e)
{
	struct request q = { 'W', (uint32_t)r->pid };
	int fd;

	*status_out = 0;
	if (r->sock < 0)
		return true;
	(void)close(r->sock);
	r->sock = -1;
	(void)kill(r->pid, SIGKILL);
	if (!ask(r->rs, &q, &fd, e))
		return false;
	*status_out = (int)q.pid;
	return true;
}

static void
stop_now(struct reader *r)
{
	struct err ignored = ERR_INIT;
	int status;

	(void)!stop(r, &status, &ignored);
}

void
reader_free(struct reader **r)
{
	if (*r == NULL)
		return;
	stop_now(*r);
	buf_fini(&(*r)->in);
	buf_fini(&(*r)->out);
	free(*r);
	*r = NULL;
}

/* --- a job --------------------------------------------------------------------- */

static bool
tables_send(struct reader *r, struct err *e)
{
	for (; r->tables < r->rs->added_count; r->tables++) {
		const struct table *t = &r->rs->added[r->tables];

		frame_begin(&r->out, FRAME_TABLE);
		wire_text(&r->out, t->name);
		wire_text(&r->out, t->bytes);
		frame_end(&r->out);
		if (!wire_send(r->sock, buf_view(&r->out), -1, e))
			return false;
	}
	return true;
}

static bool
job_send(struct reader *r, const struct reader_job *job, struct err *e)
{
	const struct field_set *w = job->wanted;
	struct buf *b = &r->out;

	if (!tables_send(r, e))
		return false;
	frame_begin(b, FRAME_JOB);
	wire_text(b, job->name);
	wire_text(b, job->feed);
	wire_text(b, job->options);
	wire_text(b, job->format);
	buf_be64(b, (uint64_t)job->received_s);
	buf_byte(b, w == NULL);
	buf_be64(b, w == NULL ? 0 : w->bits[0]);
	buf_be64(b, w == NULL ? 0 : w->bits[1]);
	buf_byte(b, w != NULL && w->extras);
	buf_byte(b, job->excerpt != NULL);
	if (job->excerpt != NULL) {
		wire_text(b, job->excerpt->part);
		buf_be64(b, job->excerpt->offset);
		buf_be32(b, job->excerpt->length);
	}
	frame_end(b);
	return wire_send(r->sock, buf_view(b), job->fd, e);
}

static bool
damaged(struct err *e)
{
	return err_set(e, ERR_INPUT, "the reader sent what cannot be read");
}

bool
reader_block_read(struct slice payload, struct event *ev,
    const struct intake_sink *sink, struct reader_summary *out, struct err *e)
{
	struct cursor c = cursor_of(payload);

	while (c.rest.len > 0) {
		uint8_t kind = cur_u8(&c);

		if (kind == ITEM_EVENT) {
			if (!event_decode(&c, ev, e))
				return false;
			out->events++;
			if (sink->event != NULL && !sink->event(sink->cookie, ev, e))
				return false;
		} else if (kind == ITEM_BAD) {
			struct place p = { .offset = cur_varint(&c) };
			uint64_t length = cur_varint(&c), line = cur_varint(&c);
			struct slice column, reason;

			p.length = (uint32_t)(length > UINT32_MAX ? UINT32_MAX : length);
			p.line = (uint32_t)(line > UINT32_MAX ? 0 : line);
			p.part = wire_text_take(&c);
			column = wire_text_take(&c);
			reason = wire_text_take(&c);
			if (!cur_ok(&c))
				return damaged(e);
			out->bad++;
			if (sink->bad != NULL && !sink->bad(sink->cookie, &p, column, reason, e))
				return false;
		} else {
			return damaged(e);
		}
	}
	return sink->settle == NULL || sink->settle(sink->cookie, e);
}

/* A text into an array, cut between two characters; what may not be shown becomes '?'. */
static void
text_into(char *out, size_t cap, struct slice s)
{
	size_t n = 0, step;

	for (; s.len > 0; s = slice_from(s, step)) {
		bool never = slice_shown(s, &step) == SHOWN_NEVER;

		if ((never ? 1 : step) > cap - 1 - n)
			break;
		if (never)
			out[n++] = '?';
		else
			memcpy(out + n, s.p, step);
		n += never ? 0 : step;
	}
	out[n] = '\0';
}

bool
reader_end_read(struct slice payload, struct reader_summary *out,
    bool *ok_out, struct err *why, struct err *e)
{
	struct cursor c = cursor_of(payload);
	uint64_t count;
	uint8_t code;

	*ok_out = cur_u8(&c) == 1;
	code = cur_u8(&c);
	why->code = code > ERR_INTERNAL || code == ERR_NONE ? ERR_INPUT : (enum err_code)code;
	text_into(why->text, sizeof(why->text), wire_text_take(&c));
	text_into(why->cause, sizeof(why->cause), wire_text_take(&c));
	text_into(out->format, sizeof(out->format), wire_text_take(&c));
	text_into(out->nothing, sizeof(out->nothing), wire_text_take(&c));
	(void)cur_varint(&c);
	out->bad = cur_varint(&c);
	out->bytes = cur_varint(&c);
	count = cur_varint(&c);
	if (!cur_ok(&c) || count > INTAKE_TALLIES_MAX)
		return damaged(e);
	for (out->tally_count = 0; out->tally_count < count; out->tally_count++) {
		struct intake_tally *t = &out->tallies[out->tally_count];

		text_into(t->column, sizeof(t->column), wire_text_take(&c));
		text_into(t->sample, sizeof(t->sample), wire_text_take(&c));
		code = cur_u8(&c);
		t->code = code > ERR_INTERNAL ? ERR_INPUT : (enum err_code)code;
		t->count = cur_varint(&c);
	}
	out->protected = cur_u8(&c) != 0;
	return cur_ok(&c) || damaged(e);
}

/* Of the reader's process, what it has worked. */
static int64_t
worked_ms(const struct reader *r)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(r->pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* How long others wait for an answer while a reader works. */
#define PAUSE_MS 10

enum heard { HEARD_FRAME, HEARD_PAUSE, HEARD_END, HEARD_STALL, HEARD_LATE, HEARD_WRONG };

/* How long a job was waited for, and since its last frame. */
struct waited {
	bool pauses; /* the wait is cut, so that others can be answered */
	int64_t ns, silent_ns;
	int64_t worked_ms; /* of the reader's process, when the last frame came */
};

/* A whole frame into r->in; what follows it stays there behind *used. */
static enum heard
hear(struct reader *r, size_t *used, struct slice *payload, uint8_t *kind, struct waited *w)
{
	const struct reader_limits *limits = &r->rs->limits;
	int64_t begin = clock_mono_ns();
	struct buf *b = &r->in;

	/* One that always has something to say never keeps us waiting. */
	if (w->worked_ms - r->worked_ms > limits->job_ms)
		return HEARD_LATE;
	for (;;) {
		struct pollfd p = { .fd = r->sock, .events = POLLIN };
		uint8_t *room;
		ssize_t n;
		int ready;

		if (b->len - *used >= FRAME_HEAD) {
			struct cursor c = cursor_of(slice_from(buf_view(b), *used));
			uint32_t len = cur_be32(&c);

			*kind = cur_u8(&c);
			if (len > FRAME_MAX)
				return HEARD_WRONG;
			if (c.rest.len >= len) {
				*payload = cur_take(&c, len);
				*used += FRAME_HEAD + len;
				return HEARD_FRAME;
			}
		}
		if (*used > 0) {
			memmove(b->p, b->p + *used, b->len - *used);
			b->len -= *used;
			*used = 0;
		}
		/* The whole job's limit may be the nearer one. */
		ready = poll(&p, 1, w->pauses ? PAUSE_MS : w->ns / 1000000 + limits->stall_ms <= limits->job_ms ?
			limits->stall_ms : (int)(limits->job_ms - w->ns / 1000000) + 1);
		w->silent_ns += clock_mono_ns() - begin;
		w->ns += clock_mono_ns() - begin;
		begin = clock_mono_ns();
		if (ready == 0 && w->ns / 1000000 > limits->job_ms)
			return HEARD_LATE;
		/* A busy machine or a slow disk is no hang: what counts is its own work. */
		if (ready == 0 && (worked_ms(r) - w->worked_ms >= limits->stall_ms ||
		    w->silent_ns / 1000000 >= (int64_t)READER_BLOCKED * limits->stall_ms))
			return HEARD_STALL;
		if (ready == 0 && w->pauses)
			return HEARD_PAUSE;
		if (ready == 0)
			continue;
		if (w->ns / 1000000 > limits->job_ms)
			return HEARD_LATE;
		if (ready < 0)
			continue;
		room = buf_room(b, 2 * BLOCK_BYTES);
		if (room == NULL)
			return HEARD_WRONG;
		n = read(r->sock, room, 2 * BLOCK_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return HEARD_END;
		b->len += (size_t)n;
	}
}

/* Its process has ended within a job: the reason, for people. */
static bool
ended(struct reader *r, struct reader_summary *s, struct err *e)
{
	const char *name;
	int status, sig;

	/* Who starts readers has ended, and it with him. */
	if (!stop(r, &status, e)) {
		s->no_reader = true;
		return false;
	}
	sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	name = sig == 0 ? NULL : sigabbrev_np(sig);
	if (sig == SIGABRT)
		return err_set(e, ERR_LIMIT, "the reader gave up after %llu events, offset %llu: it needed more than %zu MiB of memory or met a state that cannot be",
		    (unsigned long long)s->events, (unsigned long long)r->ev.place.offset,
		    r->rs->limits.memory_bytes >> 20);
	if (sig != 0)
		return err_set(e, ERR_INTERNAL, "the reader crashed (SIG%s) after %llu events, offset %llu",
		    name == NULL ? "?" : name, (unsigned long long)s->events,
		    (unsigned long long)r->ev.place.offset);
	return err_set(e, ERR_INTERNAL, "the reader ended (status %d) after %llu events, offset %llu",
	    WEXITSTATUS(status), (unsigned long long)s->events, (unsigned long long)r->ev.place.offset);
}

static bool
too_slow(struct reader *r, const struct reader_summary *s, int ms, struct err *e)
{
	stop_now(r);
	return err_set(e, ERR_LIMIT, "the reader took more than %d s after %llu events, offset %llu, and was stopped",
	    ms / 1000, (unsigned long long)s->events, (unsigned long long)r->ev.place.offset);
}

/* No more than was asked for, and only where it was. */
static bool
bytes_take(const struct reader_job *job, const struct intake_sink *sink, struct slice payload,
    uint64_t *taken, struct err *e)
{
	uint64_t max = job->excerpt == NULL ? 0 :
	    job->excerpt->length > 0 ? job->excerpt->length : INTAKE_LIMITS.document_bytes + 1;

	if (payload.len > max - *taken)
		return damaged(e);
	*taken += payload.len;
	return sink->bytes(sink->cookie, payload, e);
}

bool
reader_run(struct reader *r, const struct reader_job *job,
    const struct intake_sink *sink, struct reader_summary *out, struct err *e)
{
	struct err why = ERR_INIT;
	struct slice payload;
	struct waited w = { .pauses = sink->pause != NULL };
	size_t used = 0;
	uint64_t bytes = 0;
	uint8_t kind;
	bool ok;

	*out = (struct reader_summary){ 0 };
	buf_clear(&r->in);
	event_clear(&r->ev);
	/* It may have died since its last job: once more with a new one. */
	for (int tries = 0;; tries++) {
		if (start(r, e) && job_send(r, job, e))
			break;
		stop_now(r);
		if (tries == 1) {
			out->no_reader = true;
			return false;
		}
	}
	r->worked_ms = w.worked_ms = worked_ms(r);
	for (;;) {
		switch (hear(r, &used, &payload, &kind, &w)) {
		case HEARD_FRAME:
			w.silent_ns = 0;
			w.worked_ms = worked_ms(r);
			break;
		case HEARD_PAUSE:
			if (sink->pause(sink->cookie, e))
				continue;
			stop_now(r);
			return false;
		case HEARD_END:
			return ended(r, out, e);
		case HEARD_STALL:
			return too_slow(r, out, r->rs->limits.stall_ms, e);
		case HEARD_LATE:
			return too_slow(r, out, r->rs->limits.job_ms, e);
		case HEARD_WRONG:
			stop_now(r);
			return damaged(e);
		}
		if (kind == FRAME_ALIVE)
			continue;
		if (kind == FRAME_BYTES && bytes_take(job, sink, payload, &bytes, e))
			continue;
		if (kind == FRAME_BLOCK && reader_block_read(payload, &r->ev, sink, out, e))
			continue;
		if (kind == FRAME_END && reader_end_read(payload, out, &ok, &why, e)) {
			if (!ok)
				*e = why;
			return ok;
		}
		if (kind != FRAME_BLOCK && kind != FRAME_END && kind != FRAME_BYTES)
			(void)damaged(e);
		stop_now(r);
		return false;
	}
}
