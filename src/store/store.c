#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lang.h"
#include "store/schema.h"
#include "store/store_room.h"

bool
store_query(struct store *s, enum query q, const char *sql, struct stmt **out,
    struct err *e)
{
	if (s->q[q] == NULL && !db_prepare(s->db, sql, &s->q[q], e))
		return false;
	*out = s->q[q];
	return true;
}

bool
store_begin(struct store *s, bool *mine_out, struct err *e)
{
	*mine_out = !db_in_transaction(s->db);
	return !*mine_out || db_begin(s->db, e);
}

bool
store_end(struct store *s, bool mine, bool ok, struct err *e)
{
	if (!mine)
		return ok;
	if (ok && db_commit(s->db, e))
		return true;
	store_rollback(s);
	return false;
}

void
store_rollback(struct store *s)
{
	db_rollback(s->db);
	terms_unstore(&s->terms);
	object_keys_forget(s);
}

bool
store_open(const char *path, const struct db_options *options,
    struct store **out, struct err *e)
{
	struct store *s;
	struct db *db;

	*out = NULL;
	if (!db_open(path, options, &db, e))
		return false;
	if (options->read_only ? !schema_check(db, e) : !schema_migrate(db, e)) {
		db_close(&db);
		return err_within(e, "%s", path);
	}
	s = xalloc(sizeof(*s));
	*s = (struct store){ .db = db };
	terms_init(&s->terms);
	changes_init(s);
	*out = s;
	return true;
}

void
store_close(struct store **sp)
{
	struct store *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	batch_free(&s->batch);
	changes_fini(s);
	for (size_t i = 0; i < QUERY_COUNT; i++)
		stmt_free(&s->q[i]);
	terms_fini(&s->terms);
	object_keys_fini(s);
	db_close(&s->db);
	free(s);
}

struct db *
store_db(struct store *s)
{
	return s->db;
}

bool
store_setting(struct store *s, struct slice key, struct arena *a,
    struct slice *value_out, struct err *e)
{
	struct stmt *q;
	enum step step;

	*value_out = SLICE_NONE;
	if (!store_query(s, Q_SETTING_GET,
		"SELECT value FROM setting WHERE key = ?1", &q, e))
		return false;
	stmt_text(q, 1, key);
	step = stmt_step(q, e);
	if (step == STEP_ITEM)
		*value_out = arena_copy(a, stmt_col(q, 0));
	stmt_reset(q);
	return step != STEP_FAIL;
}

bool
store_setting_put(struct store *s, struct slice key, struct slice value,
    struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_SETTING_PUT,
		"INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		&q, e))
		return false;
	stmt_text(q, 1, key);
	stmt_text(q, 2, value);
	return stmt_run(q, NULL, e);
}

/* Two numbers that are kept apart and must be one. */
struct sum {
	const char *what; /* catalogue key with two %lld */
	const char *left, *right;
};

static const struct sum sums[] = {
	{ N_("events of reports: %lld, of findings: %lld"),
	    "SELECT sum(events) FROM report", "SELECT sum(count) FROM finding" },
	{ N_("events of reports: %lld, of days: %lld"),
	    "SELECT sum(events) FROM report", "SELECT sum(events) FROM count_day" },
	{ N_("findings: %lld, counted as new by day: %lld"),
	    "SELECT count(*) FROM finding",
	    "SELECT sum(findings_new) FROM count_day" },
	{ N_("findings: %lld, counted by state: %lld"),
	    "SELECT count(*) FROM finding", "SELECT sum(findings) FROM finding_tally" },
	{ N_("findings that are open: %lld, counted by state: %lld"),
	    "SELECT count(*) FROM finding WHERE silent_s IS NULL AND state <> 3",
	    "SELECT sum(findings) FROM finding_tally WHERE state <> 3" },
	{ N_("bad records of reports: %lld, places of bad records: %lld"),
	    "SELECT sum(bad) FROM report", "SELECT sum(n) FROM bad_place" },
};

bool
store_check(struct store *s, void (*say)(void *, const char *), void *cookie,
    struct err *e)
{
	bool fine = true;

	if (!db_check(s->db, say, cookie, e))
		return false;
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		int64_t left, right;
		char text[256];

		if (!db_number(s->db, sums[i].left, &left, e) ||
		    !db_number(s->db, sums[i].right, &right, e))
			return false;
		if (left == right)
			continue;
		fine = false;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(text, sizeof(text), T(sums[i].what), (long long)left, (long long)right);
#pragma GCC diagnostic pop
		say(cookie, text);
	}
	return fine ||
	    err_set(e, ERR_SYSTEM,
		"the counters do not add up; make them again from the archive with \"entente replay\"");
}

struct slice
text_cut(struct slice s, size_t max)
{
	if (s.len <= max)
		return s;
	/* Not within a character: its later bytes are 10xxxxxx. */
	while (max > 0 && (s.p[max] & 0xc0) == 0x80)
		max--;
	return slice_of(s.p, max);
}

struct slice
text_clean(struct slice s, size_t max, struct arena *a)
{
	uint8_t *p;

	s = text_cut(s, max);
	if (slice_utf8_ok(s) && slice_find_byte(s, 0) == SIZE_MAX)
		return s;
	p = arena_bytes(a, s.len);
	if (p == NULL)
		return S("?");
	for (size_t i = 0; i < s.len; i++)
		p[i] = s.p[i] == 0 || s.p[i] >= 0x80 ? '?' : s.p[i];
	return slice_of(p, s.len);
}
