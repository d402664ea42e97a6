/*
 * flow_recover: reports that lie in the archive and in no list: of a store that
 * was lost, or of a kill between the archive's commit and the list's.
 */
#include <stdlib.h>

#include "base/log.h"
#include "flow_room.h"

/* Small, as an archive may hold millions. */
struct found {
	struct sha256 sha;
	int64_t order;
	uint32_t day; /* of a later reception; 0: of the first */
};

struct recover {
	struct node *node;
	struct found *v;
	size_t count, cap;
};

static struct slice
note_on(struct node *n, const struct sha256 *sha, uint32_t day, struct arena *a)
{
	struct slice note = S("");
	struct err e = ERR_INIT;

	if (!archive_note_on(n->archive, sha, day, a, &note, &e))
		log_warn("archive.note", "why=%s", LOG_TEXT(e.text));
	return note;
}

void
flow_note(struct node *n, const struct sha256 *sha, uint32_t day, struct arena *a,
    struct report *out, int64_t *order_out)
{
	struct slice note = S("");
	struct report later;
	struct err e = ERR_INIT;
	uint64_t bytes = 0;
	int64_t order;

	if (!archive_note(n->archive, sha, a, &note, &bytes, &e))
		log_warn("archive.note", "why=%s", LOG_TEXT(e.text));
	(void)report_note_read(note, a, out, order_out);
	/* What was told of that reception later stands beside it. */
	note = note_on(n, sha, day == 0 ? report_day(out) : day, a);
	/* One that is damaged says nothing: what was said before holds. */
	if (note.len > 0 && report_note_read(note, a, &later, &order)) {
		*out = later;
		*order_out = order;
	}
	out->sha = *sha;
	out->bytes = bytes;
}

struct slice
flow_format_asked(struct node *n, const struct report *r, struct arena *a)
{
	struct report noted;
	int64_t order;

	/* Nothing was asked for, nor recognised yet: as every report comes first. */
	if (r->format.len == 0)
		return r->format;
	flow_note(n, &r->sha, report_day(r), a, &noted, &order);
	return noted.format;
}

static void
put(struct recover *r, const struct found *f)
{
	if (r->count == r->cap) {
		r->cap = r->cap == 0 ? 256 : r->cap * 2;
		r->v = xrealloc(r->v, r->cap * sizeof(*r->v));
	}
	r->v[r->count++] = *f;
}

static bool
look_at(void *cookie, const struct sha256 *sha, struct err *e)
{
	struct recover *r = cookie;
	struct found f = { .sha = *sha };
	struct report report;
	struct arena a;
	bool known, ok;

	arena_init(&a, (size_t)1 << 20);
	ok = report_find(r->node->store, sha, &a, &report, &known, e);
	if (ok && !known) {
		flow_note(r->node, sha, 0, &a, &report, &f.order);
		put(r, &f);
	}
	arena_fini(&a);
	return ok;
}

/* A note beside a report: of a later reception, or only of other options. */
static bool
look_at_note(void *cookie, const struct sha256 *sha, uint32_t day, struct err *e)
{
	struct recover *r = cookie;
	struct found f = { .sha = *sha, .day = day };
	struct report report;
	struct arena a;
	int64_t order;
	bool known, ok;

	ok = report_on_day(r->node->store, sha, day, &known, e);
	if (!ok || known)
		return ok;
	arena_init(&a, (size_t)1 << 20);
	flow_note(r->node, sha, 0, &a, &report, &order);
	if (report_day(&report) != day) {
		flow_note(r->node, sha, day, &a, &report, &f.order);
		put(r, &f);
	}
	arena_fini(&a);
	return true;
}

static int
found_cmp(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return memcmp(&x->sha, &y->sha, sizeof(x->sha));
}

static bool
enter(struct recover *r, const struct found *f, struct err *e)
{
	struct report report;
	struct arena a;
	int64_t order, id;
	bool known, ok;

	arena_init(&a, (size_t)1 << 20);
	flow_note(r->node, &f->sha, f->day, &a, &report, &order);
	/* The file's name says the day; a damaged note says another or none. */
	if (f->day != 0 && report_day(&report) != f->day)
		report.received_s = (int64_t)f->day * 86400;
	ok = f->day == 0 ? report_add(r->node->store, &report, &id, &known, e) :
			   report_add_again(r->node->store, &report, &id, &known, e);
	arena_fini(&a);
	return ok;
}

bool
flow_recover(struct flow *f, uint64_t *count_out, struct err *e)
{
	struct recover r = { .node = flow_node(f) };
	struct db *db = store_db(r.node->store);
	bool ok = archive_each(r.node->archive, look_at, &r, e) &&
	    archive_each_note(r.node->archive, look_at_note, &r, e);

	*count_out = 0;
	if (ok && r.count > 0) {
		qsort(r.v, r.count, sizeof(*r.v), found_cmp);
		ok = db_begin(db, e);
		for (size_t i = 0; i < r.count && ok; i++)
			ok = enter(&r, &r.v[i], e);
		ok = ok && db_commit(db, e);
		if (!ok)
			store_rollback(r.node->store);
		*count_out = r.count;
	}
	free(r.v);
	return ok;
}
