/*
 * teller: counts what the store holds, for /metrics. A process of its own that
 * only reads and is in no hurry: with millions of findings a count takes
 * seconds, which neither the keeper nor a web process has.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "node.h"
#include "server/control.h"
#include "server/sandbox.h"
#include "store/findings.h"

#define EVERY_MS 15000
/* It works a small part of the time, however long a count takes. */
#define REST_TIMES 20

static bool
findings(void *cookie, const struct stats_row *row, struct err *e)
{
	uint64_t *counts = cookie;

	(void)e;
	if (row->number >= 0 && row->number < FINDING_STATE_COUNT)
		counts[row->number] = row->findings;
	return true;
}

static bool
notices(struct board *b, struct store *s, struct err *e)
{
	uint64_t counts[8] = { 0 };
	struct stmt *st = NULL;
	enum step step;

	if (!db_prepare(store_db(s), "SELECT state, COUNT(*) FROM notice GROUP BY state", &st, e))
		return false;
	while ((step = stmt_step(st, e)) == STEP_ITEM) {
		for (size_t i = 0; i < 8; i++) {
			if (slice_eq(stmt_col(st, 0), slice_of_str(board_notice_states[i])))
				counts[i] = (uint64_t)stmt_col_i64(st, 1);
		}
	}
	stmt_free(&st);
	for (size_t i = 0; i < 8; i++)
		board_put(&b->store.notices[i], counts[i]);
	return step == STEP_END;
}

static bool
count(struct board *b, struct store *s, struct err *e)
{
	struct stats_query q = { .by = STATS_STATE, .now_s = clock_now_s() };
	uint64_t counts[FINDING_STATE_COUNT] = { 0 };
	struct report_totals t;

	if (!report_totals(s, &t, e))
		return false;
	for (size_t i = 0; i < REPORT_STATE_COUNT; i++)
		board_put(&b->store.reports[i], t.reports[i]);
	board_put(&b->store.events, t.events);
	board_put(&b->store.bad, t.bad);
	board_put(&b->store.bytes, t.bytes);
	if (!store_stats(s, &q, findings, counts, e))
		return false;
	for (size_t i = 0; i < FINDING_STATE_COUNT; i++)
		board_put(&b->store.findings[i], counts[i]);
	return notices(b, s, e);
}

void
teller_main(const struct child_start *start)
{
	struct node n = NODE_NONE;
	struct err e = ERR_INIT;
	const char *read[] = { NULL, NULL };
	char spool[PATH_TEXT_MAX];

	child_signals();
	(void)setpriority(PRIO_PROCESS, 0, 19);
	(void)path_join(spool, start->dir, "spool");
	(void)setenv("SQLITE_TMPDIR", spool, 1);
	if (!node_open(start->dir, NODE_READ, &n, &e))
		child_fail("teller", &e);
	read[0] = node_path(&n, "store.db");
	if (!dir_make(spool, &e) || !sandbox_web(&(struct sandbox_paths){ read, spool }, &e))
		child_fail("teller", &e);
	(void)control_send(start->control, CONTROL_READY, 0, -1);
	while (!child_stopping) {
		int64_t begun = clock_mono_ns(), took_ms;

		if (!count(start->board, n.store, &e))
			child_fail("teller", &e);
		took_ms = (clock_mono_ns() - begun) / 1000000;
		board_put(&start->board->store.took_ms, (uint64_t)took_ms);
		board_put(&start->board->store.at_s, (uint64_t)clock_now_s());
		(void)poll(NULL, 0, (int)(took_ms * REST_TIMES > EVERY_MS ? took_ms * REST_TIMES : EVERY_MS));
	}
	node_close(&n);
	_exit(0);
}
