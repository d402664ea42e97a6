/*
 * clock: what the keeper does by time. Each thing is short, or is cut by the
 * keeper's turns. What fails is told and tried again, and nothing else waits for
 * it: a store that fails ends the keeper where reports are read.
 */
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/auth.h"
#include "server/keeper.h"
#include "store/findings.h"

#define SECOND_NS INT64_C(1000000000)
/* What failed is tried again so soon, where its own turn would be later. */
#define AGAIN_S 60
/* Below so many findings the database answers as fast as columns. */
#define COLUMNS_FROM 20000

/* A table that was built again is used from now on. */
static bool
networks_look(struct keeper *k, struct err *e)
{
	struct stat st;
	int64_t date;

	if (stat(node_path(k->node, "networks.tbl"), &st) != 0)
		return true;
	date = (int64_t)st.st_mtim.tv_sec * SECOND_NS + st.st_mtim.tv_nsec;
	if (k->networks_ns == 0 && k->node->networks != NULL) {
		/* The one that was there when the node was opened. */
		k->networks_ns = date;
		return true;
	}
	if (date == k->networks_ns)
		return true;
	k->networks_ns = date;
	if (!flow_networks_reload(k->flow, e))
		return false;
	log_info("networks.loaded", "path=networks.tbl");
	return true;
}

static bool
look(struct keeper *k, struct err *e)
{
	board_memory(&k->board->keeper.memory, k->statm_fd);
	return networks_look(k, e);
}

static bool
refusals(struct keeper *k, struct err *e)
{
	return auth_tick(&k->api, e);
}

static bool
sweep(struct keeper *k, struct err *e)
{
	return auth_sweep(&k->api, clock_now_s(), e);
}

static bool
silence(struct keeper *k, struct err *e)
{
	struct silence_slice s = { .now_s = clock_now_s() };

	while (!s.end && !child_stopping) {
		if (!store_silence_slice(k->node->store, &s, e) || !keeper_pause(k, e))
			return false;
	}
	if (s.count > 0) {
		log_info("findings.silent", "count=%llu", (unsigned long long)s.count);
		keeper_changed(k, "finding", 0);
	}
	return true;
}

/* A slice at a time: reports and requests go on between two of them. */
static bool
columns(struct keeper *k, struct err *e)
{
	if (!store_columns_work(k->node->store, COLUMNS_FROM, &k->columns_due, e))
		return false;
	if (k->columns_due)
		k->next_ns[CLOCK_COLUMNS] = 0;
	return true;
}

static const struct task {
	const char *name;
	int64_t every_s; /* 0: the settings say */
	bool (*run)(struct keeper *k, struct err *e);
} tasks[CLOCK_TASKS] = {
	{ "refusals", 1, refusals },
	{ "look", 5, look },
	{ "sweep", 300, sweep },
	{ "silence", 3600, silence },
	{ "notices", 0, clock_notices },
	{ "watch", 5, clock_watch },
	{ "columns", 2, columns },
	{ "sightings", 3600, clock_sightings },
	{ "retention", 3600, clock_retention },
	{ "sync", 5, clock_sync },
};

int
clock_wait_ms(const struct keeper *k)
{
	int64_t next = k->next_ns[CLOCK_WATCH] - clock_mono_ns();

	/* The others may come a second late. */
	return k->columns_due || k->objects_due || next <= 0 ? 0 : next < SECOND_NS ? (int)(next / 1000000) + 1 : 1000;
}

static void
run(struct keeper *k, const struct task *t, int64_t *next_ns, int64_t now)
{
	int64_t every_s = t->every_s != 0 ? t->every_s : clock_notices_every_s(k);
	struct err e = ERR_INIT;

	/* Before it runs: within it the clock may come here again. */
	*next_ns = now + every_s * SECOND_NS;
	if (t->run(k, &e))
		return;
	log_error("clock.failed", "task=%s reason=%s cause=%s", t->name, LOG_TEXT(e.text), LOG_TEXT(e.cause));
	/* Not more often than that: the log is read by people. */
	*next_ns = clock_mono_ns() + (every_s < AGAIN_S && every_s > 1 ? every_s : AGAIN_S) * SECOND_NS;
}

void
clock_run(struct keeper *k)
{
	/* Set again by what has more to do. */
	k->objects_due = false;
	for (size_t i = 0; i < CLOCK_TASKS && !child_stopping; i++) {
		int64_t now = clock_mono_ns();

		if (now >= k->next_ns[i])
			run(k, &tasks[i], &k->next_ns[i], now);
	}
}
