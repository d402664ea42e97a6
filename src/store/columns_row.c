/*
 * columns_row: findings into their slots: rows of the database, and what a
 * transaction is known to have changed.
 */
#include "base/cursor.h"
#include "store/columns.h"
#include "store/store_room.h"

#define DAY_S 86400

/* --- one row ---------------------------------------------------------------------- */

static uint32_t
u32_of(int64_t v)
{
	return v < 0 ? 0 : v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static uint32_t
report_of(struct slice at)
{
	struct cursor c = cursor_of(at);

	return u32_of((int64_t)(cur_varint(&c) & INT64_MAX));
}

static uint32_t
quiet_of(uint32_t since_s, unsigned class)
{
	return u32_of((int64_t)since_s + (int64_t)class_silence_d((enum class)class) * DAY_S);
}

/* The slot of an id, made if it has none; *new_out says so. Where the room ends, more is made. */
static bool
slot_get(struct columns *c, int64_t id, uint32_t *slot, bool *new_out, struct err *e)
{
	*slot = columns_find(c, id);
	*new_out = *slot == UINT32_MAX;
	if (!*new_out || columns_add(c, id, slot))
		return true;
	return columns_grow(c, c->cap + c->cap / 2 + COLUMNS_SPARE, c->text_cap, e) &&
	    (columns_add(c, id, slot) || err_set(e, ERR_SYSTEM, "there is no room on the disk for columns of %llu findings", (unsigned long long)c->cap));
}

static bool
name_put(struct columns *c, uint32_t slot, struct slice ip, struct slice place, struct err *e)
{
	struct ip at = { 0, 0 };
	bool has_ip = ip.len == 16;

	if (has_ip)
		at = ip_from_bytes(ip.p);
	if (columns_name_add(c, slot, has_ip, at, place))
		return true;
	return columns_grow(c, c->cap, c->text_cap * 2 + place.len, e) &&
	    (columns_name_add(c, slot, has_ip, at, place) || err_set(e, ERR_SYSTEM, "there is no room on the disk for columns of %llu findings", (unsigned long long)c->cap));
}

static void
count_put(struct columns *c, uint32_t slot, uint64_t count)
{
	if (count >= UINT32_MAX)
		atomic_store(&c->h->saturated, 1);
	col_u32(c, COL_COUNT)[slot] = count >= UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

static uint8_t
state_byte(int64_t state, bool host)
{
	return (uint8_t)((unsigned)(state & STATE_BITS) | (host ? STATE_HOST : 0));
}

bool
columns_row_put(struct columns *c, struct stmt *q, struct err *e)
{
	int64_t class = stmt_col_i64(q, 1), state = stmt_col_i64(q, 10), last_s = stmt_col_i64(q, 8), state_s = stmt_col_i64(q, 11);
	struct slice ip = stmt_col(q, 3), place = stmt_col(q, 4), country = stmt_col(q, 6), last_at = stmt_col(q, 17);
	bool host = stmt_col_i64(q, 2) == PLACE_IP && ip.p == NULL, new = false;
	uint32_t at;

	if (class < 0 || class >= CLASS_COUNT || state < 0 || state >= FINDING_STATE_COUNT)
		return err_set(e, ERR_SYSTEM, "the database is damaged: a finding's row makes no sense");
	if (!slot_get(c, stmt_col_i64(q, 0), &at, &new, e) || (new && !host && !name_put(c, at, ip, place, e)))
		return false;
	col_u32(c, COL_LAST)[at] = u32_of(last_s);
	col_u32(c, COL_FIRST)[at] = u32_of(stmt_col_i64(q, 7));
	count_put(c, at, (uint64_t)stmt_col_i64(q, 9));
	col_u32(c, COL_QUIET)[at] = u32_of(silence_moment((enum finding_state)state, state_s, last_s, (enum class)class));
	col_u32(c, COL_ASN)[at] = u32_of(stmt_col_i64(q, 5));
	col_u32(c, COL_IDENTIFIER)[at] = u32_of(stmt_col_i64(q, 13));
	col_u32(c, COL_FEED)[at] = u32_of(stmt_col_i64(q, 14));
	col_u32(c, COL_LABEL)[at] = u32_of(stmt_col_i64(q, 15));
	col_u32(c, COL_FIRST_AT)[at] = report_of(stmt_col(q, 16));
	col_u32(c, COL_LAST_AT)[at] = report_of(last_at.p == NULL ? stmt_col(q, 16) : last_at);
	col_u16(c, COL_COUNTRY)[at] = (uint16_t)(country.len == 2 ? country.p[0] << 8 | country.p[1] : 0);
	c->at[COL_CLASS][at] = (uint8_t)class;
	/* The state last: before it the slot of a new one counts as empty. */
	c->at[COL_STATE][at] = state_byte(stmt_col_null(q, 12) ? state : FINDING_RESOLVED, host);
	return true;
}

/* As it is in the database now: it may be gone. */
static bool
row_read(struct store *s, int64_t id, struct err *e)
{
	struct columns *c = s->columns;
	struct stmt *q;
	enum step step;
	bool ok = true;

	if (!store_query(s, Q_COLUMNS_ROW, COLUMNS_ROW " WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	step = stmt_step(q, e);
	if (step == STEP_ITEM)
		ok = columns_row_put(c, q, e);
	stmt_reset(q);
	if (step == STEP_END && columns_find(c, id) != UINT32_MAX)
		c->at[COL_STATE][columns_find(c, id)] = STATE_DEAD;
	return ok && step != STEP_FAIL;
}

/* --- what a transaction changed ---------------------------------------------------- */

static bool
apply_new(struct columns *c, const struct change *x, uint32_t at, struct err *e)
{
	bool new;

	if (at == UINT32_MAX && !slot_get(c, x->id, &at, &new, e))
		return false;
	col_u32(c, COL_LAST)[at] = x->last_s;
	col_u32(c, COL_FIRST)[at] = x->first_s;
	count_put(c, at, x->count);
	col_u32(c, COL_QUIET)[at] = quiet_of(x->state_s > x->last_s ? x->state_s : x->last_s, x->class);
	col_u32(c, COL_ASN)[at] = x->asn;
	col_u32(c, COL_IDENTIFIER)[at] = x->identifier;
	col_u32(c, COL_FEED)[at] = x->feed;
	col_u32(c, COL_LABEL)[at] = x->label;
	col_u32(c, COL_FIRST_AT)[at] = col_u32(c, COL_LAST_AT)[at] = x->report;
	col_u16(c, COL_COUNTRY)[at] = x->country;
	c->at[COL_CLASS][at] = x->class;
	c->at[COL_STATE][at] = state_byte(x->state, true);
	return true;
}

/* As quiet_sql in batch_flush.c has it. */
static void
apply_seen(struct columns *c, const struct change *x, uint32_t at)
{
	uint32_t *last_s = &col_u32(c, COL_LAST)[at], *quiet_s = &col_u32(c, COL_QUIET)[at];
	/* It was quiet from the later of its last event and its reopening; so it is now. */
	uint32_t quiet = quiet_of(x->last_s, c->at[COL_CLASS][at] < CLASS_COUNT ? c->at[COL_CLASS][at] : 0);

	count_put(c, at, (uint64_t)col_u32(c, COL_COUNT)[at] + x->count);
	*quiet_s = quiet > *quiet_s ? quiet : *quiet_s;
	if (x->last_s < *last_s)
		return;
	*last_s = x->last_s;
	col_u32(c, COL_ASN)[at] = x->asn;
	col_u32(c, COL_FEED)[at] = x->feed;
	col_u32(c, COL_LABEL)[at] = x->label;
	col_u32(c, COL_LAST_AT)[at] = x->report;
}

/* What is known goes first: what is read afterwards is the last word. */
bool
columns_apply(struct store *s, struct err *e)
{
	struct changes *ch = &s->changes;
	struct columns *c = s->columns;
	size_t read = 0;
	bool ok = true;

	for (size_t i = 0; i < ch->count && ok; i++) {
		struct change *x = &ch->v[i];
		uint32_t at;

		if (i + 12 < ch->count)
			__builtin_prefetch(columns_hint(c, ch->v[i + 12].id));
		if (x->kind == CHANGE_READ) {
			read++;
			continue;
		}
		at = columns_find(c, x->id);
		if (x->kind == CHANGE_ADD) {
			ok = apply_new(c, x, at, e);
		} else if (at != UINT32_MAX) {
			apply_seen(c, x, at);
		} else {
			x->kind = CHANGE_READ;
			read++;
		}
	}
	for (size_t i = 0; i < ch->count && read > 0 && ok; i++) {
		if (ch->v[i].kind == CHANGE_READ)
			ok = row_read(s, ch->v[i].id, e);
	}
	return ok;
}
