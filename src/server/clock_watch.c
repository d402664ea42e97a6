/*
 * clock_watch: the folders of [watch], taken in by the server itself. A slice at
 * a time: between two of them, and within one that waits for the disk, others
 * are answered; while a report is read they are looked at as well.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "server/keeper.h"

#define MS INT64_C(1000000)
#define SLICE_NS (100 * MS)

/* One that is not there costs itself, and is looked for again. */
static void
folder_look(struct keeper *k, size_t i)
{
	const struct node_watch *w = &k->node->conf.watch[i];
	struct receipt said = { .feed = w->feed, .format = w->format, .options = w->options };
	char path[PATH_TEXT_MAX];
	struct err why = ERR_INIT;

	if (k->folders[i] == FOLDER_THERE)
		return;
	(void)snprintf(path, sizeof(path), "%.*s", SLICE_ARG(w->folder));
	if (watch_add(k->watch, path, &said, &why)) {
		k->folders[i] = FOLDER_THERE;
		return;
	}
	if (k->folders[i] != FOLDER_MISSED)
		log_error("watch.gone", "path=%s reason=%s cause=%s", LOG_TEXT(path), LOG_TEXT(why.text), LOG_TEXT(why.cause));
	k->folders[i] = FOLDER_MISSED;
}

bool
clock_watch(struct keeper *k, struct err *e)
{
	uint64_t took = 0;
	bool end = true, ok;

	if (k->node->conf.watch_count == 0)
		return true;
	if (k->watch == NULL && !watch_new(k->flow, &child_stopping, &k->watch, e))
		return false;
	for (size_t i = 0; i < k->node->conf.watch_count; i++)
		folder_look(k, i);
	k->busy = true;
	ok = watch_round(k->watch, SLICE_NS, &took, &end, e);
	k->busy = false;
	k->dirty = k->dirty || took > 0;
	if (took > 0)
		keeper_changed(k, "report", 0);
	if (ok && !end)
		k->next_ns[CLOCK_WATCH] = clock_mono_ns();
	return ok;
}

void
clock_watch_soon(struct keeper *k)
{
	int64_t soon = clock_mono_ns() + WATCH_SETTLE_MS * MS;

	if (k->next_ns[CLOCK_WATCH] > soon)
		k->next_ns[CLOCK_WATCH] = soon;
}

bool
clock_watch_is_soon(const struct keeper *k)
{
	return k->next_ns[CLOCK_WATCH] <= clock_mono_ns() + WATCH_SETTLE_MS * MS;
}

void
clock_watch_free(struct keeper *k)
{
	watch_free(&k->watch);
}
