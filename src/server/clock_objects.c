/*
 * clock_objects: objects of STIX that change by time: sightings of what indicators
 * met, once an hour so that a partner is not told of each event; and what others
 * gave us for a time that is over. A slice each turn.
 */
#include "base/clock.h"
#include "base/log.h"
#include "server/keeper.h"
#include "share/retain.h"
#include "share/sight.h"

static struct stix_out
who(const struct keeper *k)
{
	return (struct stix_out){ .name = k->node->conf.name, .mail = k->node->conf.mail };
}

/* The rest comes in the next turn. */
static void
go_on(struct keeper *k, size_t task)
{
	k->next_ns[task] = 0;
	k->objects_due = true;
}

bool
clock_sightings(struct keeper *k, struct err *e)
{
	struct sight x = { .who = who(k), .now_s = clock_now_s(), .after_id = k->sighted };

	/* Who has no name says nothing; doctor tells. */
	if (x.who.name.len == 0)
		return true;
	if (!sight_slice(k->node->store, &x, e))
		return false;
	k->sighted = x.end ? 0 : x.after_id;
	if (x.made > 0) {
		log_info("sightings.made", "count=%llu", (unsigned long long)x.made);
		keeper_changed(k, "object", 0);
	}
	if (!x.end)
		go_on(k, CLOCK_SIGHTINGS);
	return true;
}

bool
clock_retention(struct keeper *k, struct err *e)
{
	struct retain x = { .who = who(k), .now_s = clock_now_s() };
	uint64_t told = 0;

	if (!retain_slice(k->node->store, &x, e) || (x.end && !object_status_sweep(k->node->store, x.now_s, &told, e)))
		return false;
	if (x.records > 0) {
		log_info("retention.over", "records=%llu objects=%llu", (unsigned long long)x.records, (unsigned long long)x.objects);
		keeper_changed(k, "object", 0);
	}
	if (!x.end)
		go_on(k, CLOCK_RETENTION);
	return true;
}
