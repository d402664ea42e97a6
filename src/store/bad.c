/*
 * bad: records that were set aside.
 *
 * Where each one lies is kept, however many they are, so that a retry takes
 * these and no others: table bad_place holds runs of places of one part as
 * LEB128 pairs: the step from the offset before (zigzag), then
 * ordinal << 1 | mixed. The ordinal counts the items, good and bad, that came
 * from one place; mixed says that there were good ones among them: a retry
 * takes all items of an unmixed place and only the same ordinal of a mixed one.
 *
 * Why they were bad is kept as counts by column and kind of reason (the
 * reason without what it quotes), and 1,000 examples a report in full.
 *
 * A retry goes in passes of up to PASS_PLACES. Its rows are those with
 * seq <= retry_last; retry_end is the last row there was when the retry began,
 * since what is bad again is put behind it. retry_seen counts what the pass has
 * stored: after a kill so many are passed over, as with the first reading.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "store/batch.h"

#define COLUMN_MAX 128
#define REASON_MAX 400

void
bads_init(struct bads *b)
{
	*b = (struct bads){ 0 };
	buf_init(&b->places, BAD_BYTES);
	buf_init(&b->text, BAD_BYTES);
	b->runs = xarray(BAD_RUNS, sizeof(*b->runs));
	b->kinds = xarray(BAD_KINDS, sizeof(*b->kinds));
	b->kind_slots = xarray(BAD_KIND_SLOTS, sizeof(*b->kind_slots));
	memset(b->kind_slots, 0, BAD_KIND_SLOTS * sizeof(*b->kind_slots));
	b->examples = xarray(BAD_EXAMPLES, sizeof(*b->examples));
}

void
bads_fini(struct bads *b)
{
	buf_fini(&b->places);
	buf_fini(&b->text);
	free(b->runs);
	free(b->kinds);
	free(b->kind_slots);
	free(b->examples);
	*b = (struct bads){ 0 };
}

void
bads_clear(struct bads *b)
{
	if (b->kind_count > 0)
		memset(b->kind_slots, 0, BAD_KIND_SLOTS * sizeof(*b->kind_slots));
	buf_clear(&b->places);
	buf_clear(&b->text);
	b->run_count = b->example_count = b->kind_count = 0;
	b->run_open = false;
	b->pending_count = 0;
}

bool
bads_full(const struct bads *b)
{
	return b->run_count >= BAD_RUNS - 2 ||
	    b->places.len > BAD_BYTES - ((size_t)16 << 10) ||
	    b->text.len > BAD_BYTES - ((size_t)16 << 10) ||
	    b->kind_count >= BAD_KINDS - 1;
}

static void
place_put(struct bads *b, uint16_t part, uint64_t offset, uint64_t item)
{
	struct bad_run *run = b->runs;
	uint64_t step;

	if (b->run_count > 0)
		run = &b->runs[b->run_count - 1];
	if (b->run_count == 0 || !b->run_open || run->part != part || run->len > BAD_RUN_BYTES) {
		run = &b->runs[b->run_count++];
		*run = (struct bad_run){ .part = part, .at = b->places.len };
		b->run_open = true;
		b->last_offset = 0;
	}
	step = offset - b->last_offset;
	buf_varint(&b->places, step >> 63 != 0 ? ~(step << 1) : step << 1);
	buf_varint(&b->places, item);
	run->len = b->places.len - run->at;
	run->n++;
	b->last_offset = offset;
}

void
bads_close_place(struct batch *batch, bool mixed)
{
	struct bads *b = &batch->bads;

	for (uint32_t i = 0; i < b->pending_count; i++)
		place_put(b, batch->at_part, batch->at_offset,
		    b->pending[i] << 1 | mixed);
	b->pending_count = 0;
}

/* Is the place decided already, because too much came from it? */
static void
pending_add(struct batch *batch, uint64_t ordinal)
{
	if (batch->bads.pending_count == BAD_PENDING) {
		bads_close_place(batch, true);
		batch->at_cut = true;
	}
	batch->bads.pending[batch->bads.pending_count++] = ordinal;
}

/*
 * A reason without what it quotes and where in the record it is: "..." stands
 * for "10.0.0.300", # for a number before a comma or colon ("column 8: ...").
 */
static struct slice
kind_of(struct slice reason, uint8_t out[REASON_MAX])
{
	size_t n = 0;
	bool quoted = false;

	for (size_t i = 0; i < reason.len && n < REASON_MAX - 3; i++) {
		uint8_t c = reason.p[i];

		if (c == '\\' && quoted) {
			i++;
			continue;
		}
		if (c == '"') {
			if (quoted && n <= REASON_MAX - 3) {
				memcpy(out + n, "...", 3);
				n += 3;
			}
			quoted = !quoted;
		}
		if (!quoted && (c == ',' || c == ':')) {
			size_t digits = 0;

			while (digits < n && byte_is_digit(out[n - digits - 1]))
				digits++;
			if (digits > 0 && digits < n && out[n - digits - 1] == ' ') {
				n -= digits;
				out[n++] = '#';
			}
		}
		if (c == '"' || !quoted)
			out[n++] = c;
		if (n >= REASON_MAX - 3)
			break;
	}
	return slice_of(out, n);
}

static void
kind_count(struct bads *b, struct slice column, struct slice kind)
{
	size_t at = (size_t)hash64(kind, hash64(column, 1)) &
	    (BAD_KIND_SLOTS - 1);

	for (; b->kind_slots[at] != 0; at = (at + 1) & (BAD_KIND_SLOTS - 1)) {
		struct bad_kind *k = &b->kinds[b->kind_slots[at] - 1];
		const uint8_t *p = b->text.p + k->at;

		if (slice_eq(slice_of(p, k->col_len), column) &&
		    slice_eq(slice_of(p + k->col_len, k->kind_len), kind)) {
			k->n++;
			return;
		}
	}
	b->kinds[b->kind_count++] = (struct bad_kind){
		.at = (uint32_t)b->text.len,
		.col_len = (uint32_t)column.len,
		.kind_len = (uint32_t)kind.len,
		.n = 1,
	};
	b->kind_slots[at] = (uint16_t)b->kind_count;
	buf_put(&b->text, column);
	buf_put(&b->text, kind);
}

static void
example_add(struct bads *b, uint64_t offset, uint32_t length, uint32_t line,
    uint16_t part, struct slice column, struct slice reason)
{
	if (b->examples_stored + b->example_count >= BAD_EXAMPLES)
		return;
	b->examples[b->example_count++] = (struct bad_example){
		.offset = offset,
		.length = length,
		.line = line,
		.part = part,
		.at = (uint32_t)b->text.len,
		.col_len = (uint32_t)column.len,
		.reason_len = (uint32_t)reason.len,
	};
	buf_put(&b->text, column);
	buf_put(&b->text, reason);
}

bool
store_bad(struct store *s, uint64_t offset, uint32_t length, uint32_t line,
    struct slice part, struct slice column, struct slice reason, struct err *e)
{
	struct batch *b = s->batch;
	uint8_t kind[REASON_MAX];
	struct arena a;
	bool take;

	if (!batch_enter(s, part, offset, &take, e))
		return false;
	if (!take)
		return true;
	arena_init(&a, (size_t)16 << 10);
	column = text_clean(column, COLUMN_MAX, &a);
	reason = text_clean(reason, REASON_MAX, &a);
	kind_count(&b->bads, column, kind_of(reason, kind));
	example_add(&b->bads, offset, length, line, b->at_part, column, reason);
	arena_fini(&a);
	pending_add(b, b->at_items - 1);
	b->bad++;
	b->bad_total++;
	b->taken++;
	return true;
}

static bool
store_runs(struct store *s, struct batch *b, struct err *e)
{
	struct stmt *seq_q, *q;
	int64_t seq = 0;

	if (!store_query(s, Q_BAD_SEQ,
		"SELECT max(seq) FROM bad_place WHERE report = ?1", &seq_q, e) ||
	    !store_query(s, Q_BAD_PLACE_ADD,
		"INSERT INTO bad_place (report, seq, part, n, places) VALUES (?1, ?2, ?3, ?4, ?5)",
		&q, e))
		return false;
	stmt_i64(seq_q, 1, b->report);
	if (!stmt_number(seq_q, &seq, NULL, e))
		return false;
	/* Behind what a retry has yet to take. */
	if (b->retry.on && seq < b->retry.end)
		seq = b->retry.end;
	for (uint32_t i = 0; i < b->bads.run_count; i++) {
		const struct bad_run *run = &b->bads.runs[i];

		stmt_i64(q, 1, b->report);
		stmt_i64(q, 2, ++seq);
		stmt_i64(q, 3, term_id(&s->terms, run->part));
		stmt_i64(q, 4, run->n);
		stmt_blob(q, 5, slice_of(b->bads.places.p + run->at, run->len));
		if (!stmt_run(q, NULL, e))
			return false;
	}
	return true;
}

/* Empty is not absent, also where nothing was ever put. */
static struct slice
text_at(const struct bads *b, size_t at, size_t len)
{
	return len == 0 ? S("") : slice_of(b->text.p + at, len);
}

static bool
kind_add(struct stmt *q, int64_t report, struct slice col, struct slice kind,
    int64_t n, int64_t *changed, struct err *e)
{
	stmt_i64(q, 1, report);
	stmt_text(q, 2, col);
	stmt_text(q, 3, kind);
	stmt_i64(q, 4, n);
	return stmt_run(q, changed, e);
}

/*
 * The first 1,000 kinds of a report in their order have their names, the rest
 * is counted under none: the same however the report was cut into batches.
 */
static bool
store_kinds(struct store *s, struct batch *b, struct err *e)
{
	struct stmt *seen, *add, *all;
	int64_t kinds = 0, others = 0;

	if (!store_query(s, Q_BAD_KINDS,
		"SELECT count(*) FROM bad_count WHERE report = ?1 AND kind <> ''",
		&all, e) ||
	    !store_query(s, Q_BAD_COUNT_SEEN,
		"UPDATE bad_count SET n = n + ?4"
		" WHERE report = ?1 AND col = ?2 AND kind = ?3", &seen, e) ||
	    !store_query(s, Q_BAD_COUNT_ADD,
		"INSERT INTO bad_count (report, col, kind, n) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (report, col, kind) DO UPDATE SET"
		" n = bad_count.n + excluded.n", &add, e))
		return false;
	stmt_i64(all, 1, b->report);
	if (!stmt_number(all, &kinds, NULL, e))
		return false;
	for (uint32_t i = 0; i < b->bads.kind_count; i++) {
		const struct bad_kind *k = &b->bads.kinds[i];
		struct slice col = text_at(&b->bads, k->at, k->col_len);
		struct slice kind = text_at(&b->bads, k->at + k->col_len, k->kind_len);
		int64_t changed = 0;

		if (!kind_add(seen, b->report, col, kind, k->n, &changed, e))
			return false;
		if (changed == 1)
			continue;
		if (kinds >= BAD_KINDS_NAMED || kind.len == 0)
			others += k->n;
		else if (!kind_add(add, b->report, col, kind, k->n, NULL, e))
			return false;
		else
			kinds++;
	}
	return others == 0 ||
	    kind_add(add, b->report, S(""), S(""), others, NULL, e);
}

static bool
store_examples(struct store *s, struct batch *b, struct err *e)
{
	struct stmt *count_q, *q;
	int64_t n = 0;

	if (b->bads.example_count == 0)
		return true;
	if (!store_query(s, Q_BAD_EXAMPLES,
		"SELECT count(*) FROM bad_example WHERE report = ?1", &count_q,
		e) ||
	    !store_query(s, Q_BAD_EXAMPLE_ADD,
		"INSERT INTO bad_example (report, n, part, at_byte, length, line,"
		" col, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", &q, e))
		return false;
	stmt_i64(count_q, 1, b->report);
	if (!stmt_number(count_q, &n, NULL, e))
		return false;
	for (uint32_t i = 0; i < b->bads.example_count; i++) {
		const struct bad_example *x = &b->bads.examples[i];

		stmt_i64(q, 1, b->report);
		stmt_i64(q, 2, ++n);
		stmt_i64(q, 3, term_id(&s->terms, x->part));
		stmt_i64(q, 4, (int64_t)x->offset);
		stmt_i64(q, 5, x->length);
		stmt_i64(q, 6, x->line);
		stmt_text(q, 7, text_at(&b->bads, x->at, x->col_len));
		stmt_text(q, 8, text_at(&b->bads, x->at + x->col_len, x->reason_len));
		if (!stmt_run(q, NULL, e))
			return false;
	}
	return true;
}

bool
bads_store(struct store *s, struct batch *b, struct err *e)
{
	return b->bad == 0 ||
	    (store_runs(s, b, e) && store_kinds(s, b, e) &&
		store_examples(s, b, e));
}
