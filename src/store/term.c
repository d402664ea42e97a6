#include "store/term.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/store_room.h"

#define SLOTS ((size_t)131072) /* a power of two, twice TERMS_MAX */
#define TEXT_MAX ((size_t)4 << 20)

void
terms_init(struct terms *t)
{
	*t = (struct terms){ 0 };
	buf_init(&t->text, TEXT_MAX);
	t->slots = xarray(SLOTS, sizeof(*t->slots));
	t->cap = 256;
	t->v = xarray(t->cap, sizeof(*t->v));
	terms_clear(t);
}

void
terms_fini(struct terms *t)
{
	buf_fini(&t->text);
	free(t->slots);
	free(t->v);
	*t = (struct terms){ 0 };
}

void
terms_clear(struct terms *t)
{
	memset(t->slots, 0, SLOTS * sizeof(*t->slots));
	buf_clear(&t->text);
	t->v[0] = (struct term){ 0 };
	t->count = t->stored = 1;
}

void
terms_unstore(struct terms *t)
{
	for (size_t i = 1; i < t->count; i++)
		t->v[i].id = 0;
	t->stored = 1;
}

bool
terms_full(const struct terms *t)
{
	return t->count > TERMS_MAX - 4096 ||
	    t->text.len > TEXT_MAX - ((size_t)1 << 20);
}

struct slice
term_view(const struct terms *t, uint16_t index)
{
	return slice_of(t->text.p == NULL ? (const uint8_t *)"" :
					    t->text.p + t->v[index].at,
	    t->v[index].len);
}

bool /* NOLINTNEXTLINE(misc-no-recursion): once, with what is clean */
term_of(struct terms *t, struct slice text, uint16_t *out)
{
	uint8_t clean[TERM_BYTES_MAX];
	size_t slot;

	*out = 0;
	if (text.len == 0)
		return true;
	text = text_cut(text, TERM_BYTES_MAX);
	slot = (size_t)hash64(text, 0) & (SLOTS - 1);
	for (; t->slots[slot] != 0; slot = (slot + 1) & (SLOTS - 1)) {
		if (slice_eq(term_view(t, t->slots[slot]), text)) {
			*out = t->slots[slot];
			return true;
		}
	}
	if (!slice_utf8_ok(text) || slice_find_byte(text, 0) != SIZE_MAX) {
		/* Rare; the clean form is ASCII where it was not text. */
		for (size_t i = 0; i < text.len; i++)
			clean[i] = text.p[i] == 0 || text.p[i] >= 0x80 ? '?' : text.p[i];
		return term_of(t, slice_of(clean, text.len), out);
	}
	if (t->count >= TERMS_MAX || text.len > TEXT_MAX - t->text.len)
		return false;
	if (t->count == t->cap) {
		t->cap *= 2;
		t->v = xrealloc(t->v, t->cap * sizeof(*t->v));
	}
	t->v[t->count] = (struct term){ 0, (uint32_t)t->text.len,
		(uint32_t)text.len };
	buf_put(&t->text, text);
	*out = t->slots[slot] = (uint16_t)t->count++;
	return buf_ok(&t->text);
}

static bool
store_one(struct store *s, struct term *t, struct slice text, struct err *e)
{
	struct stmt *find, *max, *add;
	bool found = false;
	int64_t last = 0;

	if (!store_query(s, Q_TERM_FIND, "SELECT id FROM term WHERE text = ?1",
		&find, e))
		return false;
	stmt_text(find, 1, text);
	if (!stmt_number(find, &t->id, &found, e))
		return false;
	if (found)
		return true;
	if (!store_query(s, Q_TERM_MAX, "SELECT max(id) FROM term", &max, e) ||
	    !stmt_number(max, &last, NULL, e) ||
	    !store_query(s, Q_TERM_ADD,
		"INSERT INTO term (id, text) VALUES (?1, ?2)", &add, e))
		return false;
	t->id = last + 1;
	stmt_i64(add, 1, t->id);
	stmt_text(add, 2, text);
	return stmt_run(add, NULL, e);
}

bool
terms_store(struct store *s, struct err *e)
{
	struct terms *t = &s->terms;

	for (; t->stored < t->count; t->stored++) {
		if (!store_one(s, &t->v[t->stored],
			term_view(t, (uint16_t)t->stored), e))
			return false;
	}
	return true;
}

bool
term_text(struct store *s, int64_t id, struct arena *a, struct slice *out,
    struct err *e)
{
	struct stmt *q;
	enum step step;

	*out = SLICE_NONE;
	if (id == 0)
		return true;
	if (!store_query(s, Q_TERM_TEXT, "SELECT text FROM term WHERE id = ?1",
		&q, e))
		return false;
	stmt_i64(q, 1, id);
	step = stmt_step(q, e);
	if (step == STEP_ITEM)
		*out = arena_copy(a, stmt_col(q, 0));
	stmt_reset(q);
	return step != STEP_FAIL;
}
