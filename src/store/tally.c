#include "store/tally.h"

#include "store/store_room.h"

#define DAY_S 86400
#define EIGHTHS 8 /* of an octave */

/*
 * Durations in classes: each octave has eight, so that a class is at most an
 * eighth wide, and its middle is within a sixteenth of all in it.
 */
unsigned
time_bucket(int64_t seconds)
{
	uint64_t v = seconds < 0 ? 0 : (uint64_t)seconds;
	unsigned octave = 0;

	if (v < EIGHTHS)
		return (unsigned)v;
	while (v >> octave >= 2 * EIGHTHS)
		octave++;
	return (octave + 1) * EIGHTHS + (unsigned)(v >> octave) - EIGHTHS;
}

int64_t
time_middle(unsigned bucket)
{
	unsigned octave;

	if (bucket < EIGHTHS)
		return bucket;
	octave = bucket / EIGHTHS - 1;
	if (octave > 58)
		octave = 58;
	return ((int64_t)(EIGHTHS + bucket % EIGHTHS) << octave) + (((int64_t)1 << octave) - 1) / 2;
}

bool
tally_states(struct store *s, struct slice country, uint64_t out[FINDING_STATE_COUNT],
    struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	for (unsigned i = 0; i < FINDING_STATE_COUNT; i++)
		out[i] = 0;
	if (!db_prepare(s->db, "SELECT state, sum(findings) FROM finding_tally WHERE ?1 IS NULL OR country = ?1 GROUP BY state", &q, e))
		return false;
	stmt_text(q, 1, slice_eq(country, S("-")) ? S("") : country);
	while ((step = stmt_step(q, e)) == STEP_ITEM) {
		int64_t state = stmt_col_i64(q, 0), n = stmt_col_i64(q, 1);

		if (state >= 0 && state < FINDING_STATE_COUNT && n > 0)
			out[state] = (uint64_t)n;
	}
	stmt_free(&q);
	return step == STEP_END;
}

bool
time_note(struct store *s, enum time_kind kind, int64_t at_s, int64_t seconds, uint64_t n,
    struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_TIME_NOTE,
		"INSERT INTO time_day (day, kind, bucket, n) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (day, kind, bucket) DO UPDATE SET n = time_day.n + excluded.n", &q, e))
		return false;
	stmt_i64(q, 1, at_s / DAY_S);
	stmt_i64(q, 2, kind);
	stmt_i64(q, 3, time_bucket(seconds));
	stmt_i64(q, 4, (int64_t)n);
	return stmt_run(q, NULL, e);
}

#define BUCKETS ((size_t)61 * EIGHTHS)

bool
times_get(struct store *s, unsigned kinds, int64_t since_s, struct times *out, struct err *e)
{
	uint64_t n[BUCKETS] = { 0 }, seen = 0;
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	*out = (struct times){ 0 };
	if (!db_prepare(s->db, "SELECT kind, bucket, sum(n) FROM time_day WHERE day >= ?1 GROUP BY kind, bucket", &q, e))
		return false;
	stmt_i64(q, 1, since_s / DAY_S);
	while ((step = stmt_step(q, e)) == STEP_ITEM) {
		int64_t kind = stmt_col_i64(q, 0), bucket = stmt_col_i64(q, 1), count = stmt_col_i64(q, 2);

		if (kind < 0 || kind >= TIME_KIND_COUNT || (kinds >> kind & 1) == 0 || bucket < 0 || bucket >= (int64_t)BUCKETS || count <= 0)
			continue;
		n[bucket] += (uint64_t)count;
		out->count += (uint64_t)count;
	}
	stmt_free(&q);
	for (unsigned i = 0; i < BUCKETS && out->count > 0; i++) {
		seen += n[i];
		if (seen * 2 >= out->count) {
			out->median_s = time_middle(i);
			break;
		}
	}
	return step == STEP_END;
}
