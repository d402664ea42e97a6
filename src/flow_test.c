/* Whoever waits is answered while reports are read, and nothing comes out otherwise for it. */
#include "flow.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/findings.h"
#include "test.h"

#define LARGE_ROWS 8000 /* over what shares a transaction */
#define SMALL 30

struct rig {
	char dir[3000];
	struct flow *flow;
	volatile bool stop;
	unsigned idles, in_transaction, stop_at;
	bool busy; /* somebody waits always */
	bool asked; /* the report that comes within was received */
	uint64_t events; /* of a report that was asked for within */
};

static void
rows(struct buf *b, unsigned from, unsigned count)
{
	buf_str(b, "timestamp,src_ip,src_port,infection,tag,family,protocol,src_asn,src_geo\n");
	for (unsigned i = from; i < from + count; i++)
		buf_printf(b, "2026-06-17 0%u:00:%02u,198.51.%u.%u,%u,bot-%u,,,tcp,64500,FR\n", i % 9, i % 60, i / 200 % 200, i % 200, 1024 + i, i % 7);
	/* One that cannot be read. */
	buf_str(b, "yesterday,198.51.100.1,1,bot,,,tcp,64500,FR\n");
}

static void
receive(struct rig *r, unsigned number, unsigned from, unsigned count)
{
	struct err e = ERR_INIT;
	struct source src;
	struct buf b;
	char name[80];
	int n = snprintf(name, sizeof(name), "2026-06-17-event4_sinkhole_http-%u.csv", number);

	buf_init(&b, (size_t)16 << 20);
	rows(&b, from, count);
	source_of_slice(&src, buf_view(&b));
	CHECK_OK(flow_receive(r->flow, &src, &(struct receipt){ .name = slice_of(name, (size_t)n), .feed = S(""), .format = S(""), .options = S("") }, &e), &e);
	source_fini(&src);
	buf_fini(&b);
}

static void
commit(struct rig *r)
{
	struct flow_taken taken;
	struct err e = ERR_INIT;

	CHECK_OK(flow_commit(r->flow, &taken, &e), &e);
}

static bool
waiting(void *cookie)
{
	struct rig *r = cookie;

	return r->busy;
}

static bool
one_event(void *cookie, const struct event *ev, struct err *e)
{
	struct rig *r = cookie;

	(void)ev, (void)e;
	r->events++;
	return true;
}

/* What a server does: take another report, tell one to be read again, look into one. */
static bool
idle(void *cookie, struct err *e)
{
	struct rig *r = cookie;
	struct node *n = flow_node(r->flow);
	const int64_t first = 1;
	struct report report;
	struct arena a;
	bool ok = true;

	r->idles++;
	r->in_transaction += db_in_transaction(store_db(n->store));
	if (r->stop_at != 0 && r->idles >= r->stop_at)
		r->stop = true;
	if (r->asked || r->idles < 10)
		return true;
	r->asked = true;
	receive(r, 99, 20000, 5);
	commit(r);
	arena_init(&a, 1 << 20);
	ok = flow_retry(r->flow, &first, 1, e) && report_get(n->store, first, &a, &report, e) &&
	    flow_events(r->flow, &report, one_event, r, e) && flow_work(r->flow, e);
	arena_fini(&a);
	return ok;
}

static void
begin(struct rig *r, const char *name, bool fresh)
{
	struct flow_options o = { .stop = &r->stop, .waiting = waiting, .idle = idle, .cookie = r };
	struct err e = ERR_INIT;

	(void)snprintf(r->dir, sizeof(r->dir), "%s/%s", test_dir(), name);
	if (fresh)
		CHECK_OK(node_init(r->dir, NULL, &e), &e);
	CHECK_OK(flow_open(r->dir, &o, &r->flow, &e), &e);
}

static void
receive_all(struct rig *r)
{
	for (unsigned i = 0; i < SMALL; i++)
		receive(r, i, i * 50, 40);
	receive(r, SMALL, 3000, LARGE_ROWS);
	commit(r);
}

/* Findings, counts and bad records, without the numbers of reports that came in another order. */
static void
dump(struct rig *r, struct buf *b)
{
	char path[PATH_TEXT_MAX];
	struct err e = ERR_INIT;
	int fd = open(path_join(path, r->dir, "dump"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK_OK(store_dump(flow_node(r->flow)->store, fd, &e), &e);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	buf_init(b, (size_t)64 << 20);
	CHECK_OK(fd_read_all(fd, b, &e), &e);
	(void)close(fd);
}

/* As the command line does it: nobody waits. */
static void
calm(const char *name, struct buf *out)
{
	struct rig r = { .busy = false };
	struct err e = ERR_INIT;

	begin(&r, name, true);
	receive_all(&r);
	receive(&r, 99, 20000, 5);
	commit(&r);
	CHECK_OK(flow_work(r.flow, &e), &e);
	dump(&r, out);
	flow_close(&r.flow);
}

TEST(who_waits_is_answered_and_nothing_changes)
{
	struct rig r = { .busy = true };
	struct err e = ERR_INIT;
	struct buf want, got;

	calm("calm", &want);
	begin(&r, "busy", true);
	receive_all(&r);
	CHECK_OK(flow_work(r.flow, &e), &e);
	CHECK(r.asked && r.idles > SMALL + LARGE_ROWS / 512);
	CHECK_INT(r.in_transaction, 0);
	CHECK_INT(r.events, 40);
	dump(&r, &got);
	CHECK(want.len > 1000 && slice_eq(buf_view(&got), buf_view(&want)));
	flow_close(&r.flow);
	buf_fini(&want);
	buf_fini(&got);
}

/* Stopped wherever it may be: what was read stays, and the next goes on there. */
TEST(a_stop_in_the_middle_loses_and_doubles_nothing)
{
	struct buf want;

	calm("calm-too", &want);
	for (unsigned at = 12; at < 62; at += 7) {
		struct rig r = { .busy = true, .stop_at = at };
		struct err e = ERR_INIT;
		char name[32];
		struct buf got;
		unsigned starts = 1;

		test_case("stopped at call %u", at);
		(void)snprintf(name, sizeof(name), "stop-%u", at);
		begin(&r, name, true);
		receive_all(&r);
		CHECK_OK(flow_work(r.flow, &e), &e);
		CHECK(r.stop);
		for (; r.stop && starts < 100; starts++) {
			flow_close(&r.flow);
			r.stop = false;
			r.stop_at = r.idles + 20 * starts; /* passing over what is stored counts too */
			begin(&r, name, false);
			CHECK_OK(flow_work(r.flow, &e), &e);
		}
		CHECK(starts > 1 && starts < 100);
		dump(&r, &got);
		CHECK(slice_eq(buf_view(&got), buf_view(&want)));
		buf_fini(&got);
		flow_close(&r.flow);
	}
	buf_fini(&want);
}

/* For handlers, who must not wait for the work that they ask for. */
TEST(what_is_held_is_done_later)
{
	struct rig r = { .busy = false };
	struct err e = ERR_INIT;
	struct report report;
	struct arena a;

	begin(&r, "held", true);
	receive(&r, 1, 0, 10);
	commit(&r);
	arena_init(&a, 1 << 20);
	flow_hold(r.flow, true);
	CHECK_OK(flow_work(r.flow, &e), &e);
	CHECK_OK(report_get(flow_node(r.flow)->store, 1, &a, &report, &e), &e);
	CHECK_INT(report.state, REPORT_RECEIVED);
	flow_hold(r.flow, false);
	CHECK_OK(flow_work(r.flow, &e), &e);
	CHECK_OK(report_get(flow_node(r.flow)->store, 1, &a, &report, &e), &e);
	CHECK_INT(report.state, REPORT_DONE);
	arena_fini(&a);
	flow_close(&r.flow);
}

int
main(void)
{
	clock_fix(1781870400);
	RUN(who_waits_is_answered_and_nothing_changes);
	RUN(a_stop_in_the_middle_loses_and_doubles_nothing);
	RUN(what_is_held_is_done_later);
	return test_end();
}
