/*
 * flow_retry: reports that are read again, as they were or as they are told now.
 *
 * What a report counted lies in sums (a finding's count and dates, the counts by
 * day) and cannot be taken out of them again. So only a report that gave no
 * event is simply read anew under other options; for one that did, all that is
 * derived is made again from the archive. What was told goes into the archive
 * first: a store that is lost comes back with it.
 */
#include <stdlib.h>

#include "flow_room.h"
#include "store/findings.h"

static bool
whole(enum report_state s)
{
	return s == REPORT_ASIDE || s == REPORT_NOTHING;
}

/* Those to be read whole are "received" again; of those that are done, the bad records are read later. */
static bool
mark(struct flow *f, const int64_t *ids, size_t count, struct err *e)
{
	struct store *s = f->node.store;
	size_t before = f->later.count;
	struct arena a;
	bool ok = db_begin(store_db(s), e);

	arena_init(&a, (size_t)1 << 20);
	for (size_t i = 0; ok && i < count; i++) {
		struct report r;

		arena_reset(&a);
		ok = report_get(s, ids[i], &a, &r, e) && (!whole(r.state) || report_again(s, ids[i], e));
		if (ok && r.state == REPORT_DONE)
			ids_add(&f->later, ids[i]);
	}
	arena_fini(&a);
	if (ok && db_commit(store_db(s), e))
		return true;
	store_rollback(s);
	f->later.count = before;
	return false;
}

/* The bad records of f->report, which is done. */
static bool
bad_records(struct flow *f, struct err *e)
{
	struct store *s = f->node.store;
	int64_t id = f->report.id;
	struct flow_read read;
	bool more = true;

	while (more) {
		if (!store_batch_retry(s, id, &more, e))
			return false;
		if (!flow_read_into_batch(f, &read, e)) {
			bool kept = f->given_up && store_batch_flush(s, e);

			store_batch_drop(s);
			if (f->given_up)
				return kept;
			return read.aside && report_aside(s, id, slice_of_str(e->text), e) && flow_tell_done(f, id, e);
		}
		if (!store_batch_end(s, &(struct batch_end){ .nothing = more ? S("") : read.nothing }, e))
			return false;
	}
	return flow_tell_done(f, id, e);
}

bool
flow_retry(struct flow *f, const int64_t *ids, size_t count, struct err *e)
{
	return mark(f, ids, count, e) && flow_work(f, e);
}

bool
flow_retry_bad(struct flow *f, struct err *e)
{
	size_t at = 0;
	bool ok = true;

	/* More may be added meanwhile. */
	for (; ok && at < f->later.count && !flow_stopped(f); at++) {
		arena_reset(&f->arena);
		ok = report_get(f->node.store, f->later.v[at], &f->arena, &f->report, e) && flow_together(f, e) && bad_records(f, e);
	}
	f->later.count -= at;
	if (at > 0)
		memmove(f->later.v, f->later.v + at, f->later.count * sizeof(*f->later.v));
	return ok && flow_together_end(f, e);
}

/* --- told otherwise -------------------------------------------------------------- */

/* Lines of old whose keys are not told, then those told; "key=" is left out. */
static void
options_merge(struct slice old, struct slice told, struct buf *out)
{
	struct slice rest = old, line;

	while (slice_line(&rest, &line)) {
		size_t eq = slice_find_byte(line, '=');

		if (eq != SIZE_MAX && intake_option_of(told, slice_trim(slice_sub(line, 0, eq))).p == NULL) {
			buf_put(out, line);
			buf_byte(out, '\n');
		}
	}
	while (slice_line(&told, &line)) {
		size_t eq = slice_find_byte(line, '=');

		if (eq != SIZE_MAX && eq + 1 < line.len) {
			buf_put(out, line);
			buf_byte(out, '\n');
		}
	}
}

/* A report's row as it is told now, and its note for the archive. */
static bool
told(struct flow *f, int64_t id, const struct flow_told *t, struct report *r,
    struct buf *note, struct err *e)
{
	struct arena *a = &f->arena;
	struct report noted;
	struct buf options;
	int64_t order;

	arena_reset(a);
	if (!report_get(f->node.store, id, a, r, e))
		return false;
	if (r->events > 0 && !t->replay)
		return err_set(e, ERR_CONFLICT, "report %lld gave %llu events, which are counted; to read it otherwise, everything is counted again: add --replay",
		    (long long)id, (unsigned long long)r->events);
	flow_note(&f->node, &r->sha, report_day(r), a, &noted, &order);
	buf_init(&options, ARCHIVE_NOTE_MAX);
	options_merge(r->options, t->options.p == NULL ? S("") : t->options, &options);
	r->options = arena_copy(a, buf_view(&options));
	buf_fini(&options);
	r->name = t->name.p == NULL ? r->name : t->name;
	r->feed = t->feed.p == NULL ? r->feed : t->feed;
	/* The row has what was recognised; what was asked for is in the note alone. */
	r->format = t->format.p == NULL ? noted.format : t->format;
	buf_clear(note);
	report_note_print(r, order, note);
	return (buf_ok(note) && !a->failed) ||
	    err_set(e, ERR_LIMIT, "the name or the options of a report are too long");
}

static bool
note_all(struct flow *f, const int64_t *ids, size_t count, const struct flow_told *t,
    struct buf *note, struct err *e)
{
	struct report r;

	/* All are looked at before one is changed. */
	for (size_t i = 0; i < count; i++) {
		if (!told(f, ids[i], t, &r, note, e))
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!told(f, ids[i], t, &r, note, e) ||
		    !archive_note_add(f->node.archive, &r.sha, report_day(&r), buf_view(note), e))
			return false;
	}
	return archive_commit(f->node.archive, e);
}

static bool
retell_all(struct flow *f, const int64_t *ids, size_t count, const struct flow_told *t,
    struct buf *note, struct err *e)
{
	struct db *db = store_db(f->node.store);
	struct err ignored = ERR_INIT;
	struct report r;
	bool ok;

	ok = db_durable(db, true, e) && db_begin(db, e);
	for (size_t i = 0; ok && i < count; i++)
		ok = told(f, ids[i], t, &r, note, e) && report_retell(f->node.store, &r, e);
	ok = ok && (!t->replay || store_forget_derived(f->node.store, e)) && db_commit(db, e);
	if (!ok)
		store_rollback(f->node.store);
	return db_durable(db, false, ok ? e : &ignored) && ok;
}

bool
flow_retell(struct flow *f, const int64_t *ids, size_t count,
    const struct flow_told *t, struct err *e)
{
	struct buf note;
	bool ok;

	if (!flow_idle_only(f, e))
		return false;
	buf_init(&note, ARCHIVE_NOTE_MAX);
	ok = note_all(f, ids, count, t, &note, e) && retell_all(f, ids, count, t, &note, e);
	buf_fini(&note);
	f->acts_later = f->acts_later || (ok && t->replay);
	return ok && flow_work(f, e);
}
