/*
 * flow_recover: reports that lie in the archive and in no list: of a store that
 * was lost, or of a kill between the archive's commit and the list's.
 */
#include <stdlib.h>

#include "base/log.h"
#include "flow.h"

/* Small, as an archive may hold millions. */
struct found {
	struct sha256 sha;
	int64_t order;
};

struct recover {
	struct node *node;
	struct found *v;
	size_t count, cap;
};

/* A note that cannot be read leaves the report without a name, not out. */
static void
note_of(struct node *n, const struct sha256 *sha, struct arena *a, struct report *out, int64_t *order)
{
	struct slice note = S("");
	struct err e = ERR_INIT;
	uint64_t bytes = 0;

	if (!archive_note(n->archive, sha, a, &note, &bytes, &e))
		log_warn("archive.note", "why=\"%s\"", e.text);
	(void)report_note_read(note, a, out, order);
	out->sha = *sha;
	out->bytes = bytes;
}

static bool
look_at(void *cookie, const struct sha256 *sha, struct err *e)
{
	struct recover *r = cookie;
	struct report report;
	struct arena a;
	bool known, ok;

	arena_init(&a, (size_t)1 << 20);
	ok = report_find(r->node->store, sha, &a, &report, &known, e);
	if (ok && !known) {
		struct found f = { .sha = *sha };

		note_of(r->node, sha, &a, &report, &f.order);
		if (r->count == r->cap) {
			r->cap = r->cap == 0 ? 256 : r->cap * 2;
			r->v = xrealloc(r->v, r->cap * sizeof(*r->v));
		}
		r->v[r->count++] = f;
	}
	arena_fini(&a);
	return ok;
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
	note_of(r->node, &f->sha, &a, &report, &order);
	ok = report_add(r->node->store, &report, &id, &known, e);
	arena_fini(&a);
	return ok;
}

bool
flow_recover(struct flow *f, uint64_t *count_out, struct err *e)
{
	struct recover r = { .node = flow_node(f) };
	struct db *db = store_db(r.node->store);
	bool ok = archive_each(r.node->archive, look_at, &r, e);

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
