/*
 * clock: what the keeper does by time. Each thing is short, or is cut by the
 * keeper's turns; what fails is told and tried again, and only a store that
 * fails ends the keeper.
 */
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/auth.h"
#include "server/keeper.h"
#include "store/findings.h"

#define SECOND_NS INT64_C(1000000000)
/* Contacts have their own intervals; so often it is looked whose has passed. */
#define NOTICES_EVERY_S 900

static bool
due(int64_t *last_ns, int64_t every_s)
{
	int64_t now = clock_mono_ns();

	if (*last_ns != 0 && now - *last_ns < every_s * SECOND_NS)
		return false;
	*last_ns = now;
	return true;
}

/* A table that was built again is used from now on. */
static void
networks_look(struct keeper *k)
{
	struct err e = ERR_INIT;
	struct stat st;
	int64_t date;

	if (stat(node_path(k->node, "networks.tbl"), &st) != 0)
		return;
	date = (int64_t)st.st_mtim.tv_sec * SECOND_NS + st.st_mtim.tv_nsec;
	if (k->networks_ns == 0 && k->node->networks != NULL) {
		/* The one that was there when the node was opened. */
		k->networks_ns = date;
		return;
	}
	if (date == k->networks_ns)
		return;
	k->networks_ns = date;
	if (flow_networks_reload(k->flow, &e))
		log_info("networks.loaded", "path=networks.tbl");
	else
		log_error("networks.refused", "reason=%s", LOG_TEXT(e.text));
}

static bool
silence(struct keeper *k, struct err *e)
{
	uint64_t n = 0;

	if (!store_silence(k->node->store, clock_now_s(), &n, e))
		return false;
	if (n > 0) {
		log_info("findings.silent", "count=%llu", (unsigned long long)n);
		keeper_changed(k, "finding", 0);
	}
	return true;
}

int
clock_wait_ms(const struct keeper *k)
{
	return k->notices_due || k->sends.len > 0 ? 0 : 1000;
}

bool
clock_run(struct keeper *k, struct err *e)
{
	bool prepare;

	if (due(&k->tick_ns, 1) && !auth_tick(&k->api, e))
		return false;
	if (due(&k->second_ns, 5)) {
		board_memory(&k->board->keeper.memory, k->statm_fd);
		networks_look(k);
	}
	if (due(&k->sweep_ns, 300) && !auth_sweep(&k->api, clock_now_s(), e))
		return false;
	if (due(&k->hour_ns, 3600) && !silence(k, e))
		return false;
	prepare = due(&k->notices_ns, NOTICES_EVERY_S);
	if (prepare || k->notices_due)
		clock_notices(k, prepare);
	if (k->sends.len > 0)
		clock_sends(k);
	return true;
}
