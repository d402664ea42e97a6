#include "flow_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "intake/reader.h"
#include "intake/tables.h"

#define TABLE_BYTES_MAX ((size_t)64 << 20)
#define LOOK_EVERY_NS INT64_C(1000000000)

struct flow_reader {
	struct readers *readers;
	struct reader *reader;
	struct reader *second; /* for a report that is asked for while another is read */
	bool running;
	char dir[3072]; /* the node's */
	/* what of the node's own tables was loaded, to see when it changes */
	int64_t loaded_ns; /* when the newest file came */
	int64_t looked_ns;
};

bool
flow_reader_table(struct flow_reader *r, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct file_map map;
	bool ok;

	if (!file_map(path, TABLE_BYTES_MAX, &map, e))
		return false;
	ok = readers_table(r->readers, slice_of_str(slash == NULL ? path : slash + 1), map.view, e);
	file_unmap(&map);
	return ok || err_within(e, "%s", path);
}

/*
 * When the file came to lie there: a schema that was fetched or copied with its
 * own date is older by that than what was loaded before it.
 */
static int64_t
changed_ns(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return 0;
	return (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
}

/* One that is wrong costs itself alone: it is told, and left until it changes. */
static void
table_load(struct flow_reader *r, const char *path, int64_t *newest)
{
	int64_t at = changed_ns(path);
	struct err why = ERR_INIT;

	if (at > r->loaded_ns && !flow_reader_table(r, path, &why))
		log_warn("tables.refused", "reason=%s", LOG_TEXT(why.text));
	*newest = at > *newest ? at : *newest;
}

/* Load of the node's own tables those that are newer than what we have. */
static void
node_tables(struct flow_reader *r)
{
	char path[4096];
	struct dir_list l = { NULL, 0 };
	struct err why = ERR_INIT;
	int64_t newest = r->loaded_ns;

	(void)path_join(path, r->dir, "shadowserver.json");
	table_load(r, path, &newest);
	(void)path_join(path, r->dir, "feeds");
	if (file_exists(path) && !dir_list(path, false, &l, &why))
		log_warn("tables.refused", "reason=%s", LOG_TEXT(why.text));
	for (size_t i = 0; i < l.count; i++) {
		if (!slice_ends(slice_of_str(l.names[i]), S(".conf")))
			continue;
		(void)snprintf(path, sizeof(path), "%s/feeds/%s", r->dir, l.names[i]);
		table_load(r, path, &newest);
	}
	dir_list_free(&l);
	r->loaded_ns = newest;
}

static void
table_check(struct intake_tables *t, const char *path, const char *name,
    void (*each)(void *cookie, const char *path, const struct err *why), void *cookie)
{
	struct err why = ERR_INIT;
	struct file_map map = FILE_MAP_NONE;
	bool ok = file_map(path, TABLE_BYTES_MAX, &map, &why) &&
	    intake_tables_add(t, slice_of_str(name), map.view, &why);

	file_unmap(&map);
	each(cookie, path, ok ? NULL : &why);
}

void
flow_tables_check(const char *dir, void (*each)(void *cookie, const char *path,
    const struct err *why), void *cookie)
{
	struct intake_tables *t = intake_tables_new();
	struct dir_list l = { NULL, 0 };
	char path[4096], feeds[4096];
	struct err why = ERR_INIT;

	(void)path_join(path, dir, "shadowserver.json");
	if (file_exists(path))
		table_check(t, path, "shadowserver.json", each, cookie);
	(void)path_join(feeds, dir, "feeds");
	if (file_exists(feeds) && !dir_list(feeds, false, &l, &why))
		each(cookie, feeds, &why);
	for (size_t i = 0; i < l.count; i++) {
		if (!slice_ends(slice_of_str(l.names[i]), S(".conf")))
			continue;
		(void)path_join(path, feeds, l.names[i]);
		table_check(t, path, l.names[i], each, cookie);
	}
	dir_list_free(&l);
	intake_tables_free(&t);
}

bool
flow_reader_start(const struct node *conf, struct flow_reader **out, struct err *e)
{
	struct flow_reader *r = xalloc(sizeof(*r));
	struct reader_limits limits = READER_LIMITS;

	limits.memory_bytes = (size_t)conf->conf.reader_bytes_max;
	limits.job_ms = conf->conf.reader_seconds > INT32_MAX / 1000 ? INT32_MAX :
	    (int)(conf->conf.reader_seconds * 1000);
	(void)snprintf(r->dir, sizeof(r->dir), "%s", conf->dir);
	if (!readers_open(&limits, &r->readers, e)) {
		flow_reader_stop(&r);
		return false;
	}
	node_tables(r);
	r->reader = reader_new(r->readers);
	*out = r;
	return true;
}

bool
flow_reader_at(const char *dir, struct flow_reader **out, struct err *e)
{
	struct node conf = NODE_NONE;
	bool ok;

	*out = NULL;
	ok = node_conf_read(&conf, dir, e) && flow_reader_start(&conf, out, e);
	arena_fini(&conf.memory);
	return ok;
}

void
flow_reader_stop(struct flow_reader **r)
{
	if (*r == NULL)
		return;
	reader_free(&(*r)->reader);
	reader_free(&(*r)->second);
	readers_close(&(*r)->readers);
	free(*r);
	*r = NULL;
}

/* Whose fault a failure is: a sink that failed is ours, all else the report's. */
struct guard {
	const struct intake_sink *sink;
	bool ours;
};

static bool
guard_event(void *cookie, const struct event *ev, struct err *e)
{
	struct guard *g = cookie;

	if (g->sink->event(g->sink->cookie, ev, e))
		return true;
	g->ours = true;
	return false;
}

static bool
guard_bad(void *cookie, const struct place *place, struct slice column,
    struct slice reason, struct err *e)
{
	struct guard *g = cookie;

	if (g->sink->bad == NULL || g->sink->bad(g->sink->cookie, place, column, reason, e))
		return true;
	g->ours = true;
	return false;
}

static bool
guard_settle(void *cookie, struct err *e)
{
	struct guard *g = cookie;

	if (g->sink->settle(g->sink->cookie, e))
		return true;
	g->ours = true;
	return false;
}

static bool
guard_pause(void *cookie, struct err *e)
{
	struct guard *g = cookie;

	if (g->sink->pause(g->sink->cookie, e))
		return true;
	g->ours = true;
	return false;
}

/* The reader that is free; only one report is read within another's pause. */
static struct reader *
reader_free_one(struct flow_reader *r)
{
	if (!r->running)
		return r->reader;
	if (r->second == NULL)
		r->second = reader_new(r->readers);
	return r->second;
}

bool
flow_reader_run(struct flow_reader *r, int fd, const struct report *report,
    const struct intake_sink *sink, struct flow_read *out, struct arena *a, struct err *e)
{
	struct guard guard = { sink, false };
	struct intake_sink guarded = { .cookie = &guard, .event = guard_event, .bad = guard_bad,
		.pause = sink->pause == NULL ? NULL : guard_pause,
		.settle = sink->settle == NULL ? NULL : guard_settle, .wanted = sink->wanted };
	struct reader_job job = { .fd = fd, .name = report->name, .feed = report->feed,
		.options = report->options, .format = report->format,
		.received_s = report->received_s, .wanted = sink->wanted };
	struct reader_summary summary;
	struct reader *reader = reader_free_one(r);
	int64_t now = clock_mono_ns();
	bool ok, nested = r->running;

	/* A newer schema in the node's folder counts from the next report on. */
	if (now - r->looked_ns > LOOK_EVERY_NS) {
		r->looked_ns = now;
		node_tables(r);
	}
	r->running = true;
	ok = reader_run(reader, &job, &guarded, &summary, e);
	r->running = nested;
	*out = (struct flow_read){ .protected = summary.protected, .aside = !ok && !guard.ours && !summary.no_reader,
		.format = arena_copy(a, slice_of_str(summary.format)),
		.nothing = arena_copy(a, slice_of_str(summary.nothing)) };
	return ok;
}

bool
flow_reader_excerpt(struct flow_reader *r, int fd, const struct report *report,
    const struct place *place, bool (*bytes)(void *cookie, struct slice s, struct err *e),
    void *cookie, struct err *e)
{
	struct intake_sink sink = { .cookie = cookie, .bytes = bytes };
	struct reader_job job = { .fd = fd, .name = report->name, .feed = report->feed,
		.options = report->options, .format = report->format,
		.received_s = report->received_s, .excerpt = place };
	struct reader_summary summary;

	return reader_run(reader_free_one(r), &job, &sink, &summary, e);
}
