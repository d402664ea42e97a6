/*
 * finding_query: one walk over findings. The statement is put together from
 * fixed pieces, a piece a filter; values are bound.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "store/findings.h"
#include "store/store_room.h"

#define ROW_ARENA ((size_t)64 << 10)

struct finding_walk {
	struct store *s;
	struct stmt *q;
	struct arena a; /* of one row */
	struct buf pattern;
	uint8_t lo[16], hi[16];
	int64_t now_s;
	struct buf at_lo, at_hi;
	/* Of a walk by the columns: */
	struct finding_query asked;
	struct picks picks;
	size_t next;
	int64_t last_id, last_value; /* of the row that was given last */
	struct finding_walk *rest; /* it goes on by the database */
};

#define COLUMNS \
	"id, class, kind, ip, place," \
	" (SELECT text FROM term WHERE id = f.identifier), port," \
	" (SELECT text FROM term WHERE id = f.transport), asn, country," \
	" first_s, last_s, count, state, state_s, silent_s, notified_s," \
	" (SELECT text FROM term WHERE id = f.feed)," \
	" (SELECT text FROM term WHERE id = f.label), first_at, last_at, tlp"

/* Placeholders of the filters, the same in every statement. */
enum place_of_value {
	V_ID = 1,
	V_CLASS,
	V_COUNTRY,
	V_ASN,
	V_ID_LO,
	V_ID_HI,
	V_IP_LO,
	V_IP_HI,
	V_SINCE,
	V_UNTIL,
	V_NEW_SINCE,
	V_FEED,
	V_TEXT,
	V_AFTER_VALUE,
	V_AFTER_ID,
	V_LIMIT,
	V_NOW,
	V_AT_LO,
	V_AT_HI
};

static void
classes_where(struct buf *sql, struct slice taxonomy)
{
	bool first = true;

	buf_str(sql, " AND class IN (");
	for (int c = 0; c < CLASS_COUNT; c++) {
		if (!slice_eq(class_taxonomy((enum class)c), taxonomy))
			continue;
		buf_printf(sql, "%s%d", first ? "" : ", ", c);
		first = false;
	}
	buf_str(sql, ")");
}

static void
states_where(struct buf *sql, unsigned states)
{
	bool first = true;

	buf_str(sql, " AND ");
	state_now_sql(sql, "?17");
	buf_str(sql, " IN (");
	for (unsigned i = 0; i < FINDING_STATE_COUNT; i++) {
		if ((states >> i & 1) == 0)
			continue;
		buf_printf(sql, "%s%u", first ? "" : ", ", i);
		first = false;
	}
	buf_str(sql, ")");
}

static void
where(struct buf *sql, const struct finding_query *q)
{
	buf_str(sql, " WHERE 1 = 1");
	if (q->id != 0)
		buf_str(sql, " AND id = ?1");
	if (q->class_type.p != NULL)
		buf_str(sql, " AND class = ?2");
	if (q->taxonomy.p != NULL)
		classes_where(sql, q->taxonomy);
	if (q->country.p != NULL)
		buf_str(sql, slice_eq(q->country, S("-")) ?
			" AND country IS NULL" : " AND country = ?3");
	if (q->has_asn)
		buf_str(sql, " AND asn = ?4");
	/*
	 * Addresses of IPv4 findings are in their ids; the range is theirs
	 * alone once the kind is looked at.
	 */
	if (q->has_prefix && q->hosts)
		buf_str(sql, " AND kind = 0 AND ip IS NULL AND id BETWEEN ?5 AND ?6");
	else if (q->has_prefix && prefix_is_v4(&q->prefix))
		buf_str(sql, " AND ((kind = 0 AND ip IS NULL AND id BETWEEN ?5 AND ?6) OR ip BETWEEN ?7 AND ?8)");
	else if (q->has_prefix)
		buf_str(sql, " AND ip BETWEEN ?7 AND ?8");
	if (q->due) {
		buf_str(sql, " AND silent_s IS NULL AND state <> 3 AND ");
		silence_moment_sql(sql);
		buf_str(sql, " <= ?17");
	}
	if (q->states != 0)
		states_where(sql, q->states);
	if (q->since_s != 0)
		buf_str(sql, " AND last_s >= ?9");
	if (q->until_s != 0)
		buf_str(sql, " AND last_s < ?10");
	if (q->new_since_s != 0)
		buf_str(sql, " AND first_s >= ?11");
	if (q->feed.p != NULL)
		buf_str(sql, " AND feed = (SELECT id FROM term WHERE text = ?12)");
	if (q->no_feed)
		buf_str(sql, " AND coalesce(feed, 0) = 0");
	if (q->report != 0)
		buf_str(sql, " AND (first_at BETWEEN ?18 AND ?19 OR last_at BETWEEN ?18 AND ?19)");
	if (q->text.p != NULL)
		buf_str(sql,
		    " AND (place LIKE ?13 ESCAPE '\\'"
		    " OR label IN (SELECT id FROM term WHERE text LIKE ?13 ESCAPE '\\')"
		    " OR identifier IN (SELECT id FROM term WHERE text LIKE ?13 ESCAPE '\\'))");
}

static void
order(struct buf *sql, const struct finding_query *q)
{
	static const char *const by[] = {
		[FINDING_BY_ID] = "id",
		[FINDING_BY_LAST] = "last_s",
		[FINDING_BY_FIRST] = "first_s",
		[FINDING_BY_COUNT] = "count",
	};

	if (q->order == FINDING_BY_ID) {
		if (q->after_id != 0)
			buf_str(sql, " AND id > ?15");
		buf_str(sql, " ORDER BY id");
	} else {
		if (q->after_id != 0)
			buf_printf(sql, " AND (%s < ?14 OR (%s = ?14 AND id > ?15))",
			    by[q->order], by[q->order]);
		buf_printf(sql, " ORDER BY %s DESC, id", by[q->order]);
	}
}

enum asked { ASK_ROWS, ASK_COUNT, ASK_COUNT_UP_TO, ASK_SUM };

static void
statement(struct buf *sql, const struct finding_query *q, enum asked asked)
{
	switch (asked) {
	case ASK_ROWS:
		buf_str(sql, "SELECT " COLUMNS " FROM finding f");
		break;
	case ASK_COUNT:
		buf_str(sql, "SELECT count(*) FROM finding f");
		break;
	case ASK_COUNT_UP_TO:
		buf_str(sql, "SELECT count(*) FROM (SELECT 1 FROM finding f");
		break;
	case ASK_SUM:
		buf_str(sql, "SELECT ");
		state_now_sql(sql, "?17");
		buf_str(sql, ", count(*), sum(count), max(last_s) FROM finding f");
		break;
	}
	where(sql, q);
	if (asked == ASK_ROWS)
		order(sql, q);
	if (asked == ASK_SUM)
		buf_str(sql, " GROUP BY 1");
	if ((asked == ASK_ROWS || asked == ASK_COUNT_UP_TO) && q->limit != 0)
		buf_str(sql, " LIMIT ?16");
	if (asked == ASK_COUNT_UP_TO)
		buf_str(sql, ") AS x");
}

static void
bind_prefix(struct finding_walk *w, const struct prefix *p, bool hosts)
{
	int64_t first, last;

	ip_to_bytes(p->ip, w->lo);
	ip_to_bytes(prefix_last(p), w->hi);
	if (!hosts) {
		stmt_blob(w->q, V_IP_LO, slice_of(w->lo, 16));
		stmt_blob(w->q, V_IP_HI, slice_of(w->hi, 16));
	}
	if (!prefix_is_v4(p))
		return;
	finding_hosts_range(p, &first, &last);
	stmt_i64(w->q, V_ID_LO, first);
	stmt_i64(w->q, V_ID_HI, last);
}

/* A place begins with its report's number, and no number begins with another. */
static void
bind_report(struct finding_walk *w, int64_t report)
{
	buf_varint(&w->at_lo, (uint64_t)report);
	buf_varint(&w->at_hi, (uint64_t)report);
	for (int i = 0; i < 40; i++)
		buf_byte(&w->at_hi, 0xff);
	stmt_blob(w->q, V_AT_LO, buf_view(&w->at_lo));
	stmt_blob(w->q, V_AT_HI, buf_view(&w->at_hi));
}

static void
bind(struct finding_walk *w, const struct finding_query *q, enum asked asked)
{
	if (q->id != 0)
		stmt_i64(w->q, V_ID, q->id);
	if (q->class_type.p != NULL)
		stmt_i64(w->q, V_CLASS, class_find(q->class_type));
	if (q->country.p != NULL && !slice_eq(q->country, S("-")))
		stmt_text(w->q, V_COUNTRY, q->country);
	if (q->has_asn)
		stmt_i64(w->q, V_ASN, q->asn);
	if (q->has_prefix)
		bind_prefix(w, &q->prefix, q->hosts);
	if (q->report != 0)
		bind_report(w, q->report);
	if (q->states != 0 || q->due || asked == ASK_SUM)
		stmt_i64(w->q, V_NOW, q->now_s);
	if (q->since_s != 0)
		stmt_i64(w->q, V_SINCE, q->since_s);
	if (q->until_s != 0)
		stmt_i64(w->q, V_UNTIL, q->until_s);
	if (q->new_since_s != 0)
		stmt_i64(w->q, V_NEW_SINCE, q->new_since_s);
	if (q->feed.p != NULL)
		stmt_text(w->q, V_FEED, q->feed);
	if (q->text.p != NULL) {
		db_like(&w->pattern, q->text);
		stmt_text(w->q, V_TEXT, buf_view(&w->pattern));
	}
	if (q->limit != 0 && (asked == ASK_ROWS || asked == ASK_COUNT_UP_TO))
		stmt_i64(w->q, V_LIMIT, (int64_t)q->limit);
	if (asked == ASK_ROWS && q->after_id != 0) {
		stmt_i64(w->q, V_AFTER_ID, q->after_id);
		if (q->order != FINDING_BY_ID)
			stmt_i64(w->q, V_AFTER_VALUE, q->after_value);
	}
}

static bool
query_ok(const struct finding_query *q, struct err *e)
{
	if (q->class_type.p != NULL && class_find(q->class_type) == CLASS_NONE)
		return err_set(e, ERR_INPUT,
		    "%s is not a class of RSIT",
		    QUOTE(q->class_type));
	if (q->taxonomy.p != NULL && !taxonomy_ok(q->taxonomy))
		return err_set(e, ERR_INPUT, "%s is not a taxonomy of RSIT",
		    QUOTE(q->taxonomy));
	return true;
}

static bool
walk_open(struct store *s, const struct finding_query *q, enum asked asked,
    struct finding_walk **out, struct err *e)
{
	struct finding_walk *w;
	struct buf sql;
	bool ok;

	*out = NULL;
	if (!query_ok(q, e))
		return false;
	w = xalloc(sizeof(*w));
	*w = (struct finding_walk){ .s = s, .now_s = q->now_s };
	arena_init(&w->a, ROW_ARENA);
	buf_init(&w->pattern, 4096);
	buf_init(&w->at_lo, 64);
	buf_init(&w->at_hi, 64);
	buf_init(&sql, 8192);
	statement(&sql, q, asked);
	ok = db_prepare(s->db, buf_cstr(&sql), &w->q, e);
	buf_fini(&sql);
	if (ok) {
		bind(w, q, asked);
		if (!buf_ok(&w->pattern))
			ok = err_set(e, ERR_LIMIT, "the text to look for is too long");
	}
	if (!ok)
		finding_close(&w);
	*out = w;
	return ok;
}

int64_t
finding_order_value(enum finding_order order, const struct finding_row *row)
{
	switch (order) {
	case FINDING_BY_LAST:
		return row->last_s;
	case FINDING_BY_FIRST:
		return row->first_s;
	case FINDING_BY_COUNT:
		return (int64_t)row->count;
	case FINDING_BY_ID:
		break;
	}
	return 0;
}

static enum step walk_step(struct finding_walk *w, struct finding_row *row, struct err *e);

/* One finding under the filters of a walk that was opened by one_open(). */
static enum step
look(void *cookie, int64_t id, struct finding_row *row, struct err *e)
{
	struct finding_walk *w = cookie;
	enum step step;

	finding_seek(w, id);
	step = walk_step(w, row, e);
	stmt_reset(w->q);
	return step;
}

/* A walk of one finding at a time, by id, under q's filters. */
static bool
one_open(struct store *s, const struct finding_query *q, struct finding_walk **out, struct err *e)
{
	struct finding_query one = *q;

	one.id = 1;
	one.order = FINDING_BY_ID;
	one.limit = 0;
	one.after_id = 0;
	return walk_open(s, &one, ASK_ROWS, out, e);
}

/*
 * By the columns, where they are better: *out stays NULL where not. All of a
 * choice are picked at once, where they are few.
 */
static bool
picked_open(struct store *s, const struct finding_query *q, struct finding_walk **out, struct err *e)
{
	struct finding_query few = *q;
	bool used = false, ok;

	*out = NULL;
	few.limit = q->limit == 0 ? COLUMNS_PICKS : q->limit;
	if (!columns_fit(s, q))
		return true;
	ok = one_open(s, q, out, e) && columns_pick(s, &few, look, *out, &(*out)->picks, &used, e);
	if (ok && used && q->limit == 0 && (*out)->picks.count == COLUMNS_PICKS)
		used = false;
	if (*out != NULL)
		(*out)->asked = *q;
	if (!ok || !used)
		finding_close(out);
	return ok;
}

bool
finding_few(struct store *s, const struct finding_query *q, int64_t **ids_out, size_t *n_out, struct err *e)
{
	struct finding_walk *w = NULL;

	*ids_out = NULL;
	*n_out = 0;
	if (!picked_open(s, q, &w, e))
		return false;
	if (w != NULL) {
		*n_out = w->picks.count;
		*ids_out = xarray(*n_out + 1, sizeof(**ids_out));
		for (size_t i = 0; i < *n_out; i++)
			(*ids_out)[i] = w->picks.v[i].id;
	}
	finding_close(&w);
	return true;
}

bool
finding_open(struct store *s, const struct finding_query *q,
    struct finding_walk **out, struct err *e)
{
	return picked_open(s, q, out, e) && (*out != NULL || walk_open(s, q, ASK_ROWS, out, e));
}

static bool
number(struct store *s, const struct finding_query *q, enum asked asked, uint64_t *out, struct err *e)
{
	struct finding_walk *w;
	int64_t n = 0;
	bool ok = walk_open(s, q, asked, &w, e) && stmt_number(w->q, &n, NULL, e);

	finding_close(&w);
	*out = (uint64_t)n;
	return ok;
}

/* By the columns, where they are better. */
static bool
summed(struct store *s, const struct finding_query *q, size_t limit, struct finding_sum *out, bool *used_out, struct err *e)
{
	struct finding_walk *w = NULL;
	bool ok;

	*used_out = false;
	if (!columns_fit(s, q))
		return true;
	ok = one_open(s, q, &w, e) && columns_sum(s, q, limit, look, w, out, used_out, e);
	finding_close(&w);
	return ok;
}

bool
finding_count(struct store *s, const struct finding_query *q, uint64_t *out,
    struct err *e)
{
	struct finding_sum sum = { 0 };
	bool used;

	if (!summed(s, q, 0, &sum, &used, e))
		return false;
	*out = sum.total;
	return used || number(s, q, ASK_COUNT, out, e);
}

bool
finding_count_up_to(struct store *s, const struct finding_query *q,
    uint64_t *out, struct err *e)
{
	struct finding_sum sum = { 0 };
	bool used;

	if (!summed(s, q, q->limit, &sum, &used, e))
		return false;
	*out = sum.total;
	return used || number(s, q, ASK_COUNT_UP_TO, out, e);
}

static bool
sum_rows(struct finding_walk *w, struct finding_sum *out, struct err *e)
{
	enum step step;

	while ((step = stmt_step(w->q, e)) == STEP_ITEM) {
		int64_t state = stmt_col_i64(w->q, 0), n = stmt_col_i64(w->q, 1), last_s = stmt_col_i64(w->q, 3);

		if (state < 0 || state >= FINDING_STATE_COUNT)
			continue;
		out->total += (uint64_t)n;
		out->findings[state] = (uint64_t)n;
		out->events[state] = (uint64_t)stmt_col_i64(w->q, 2);
		out->last_s = last_s > out->last_s ? last_s : out->last_s;
	}
	return step == STEP_END;
}

bool
finding_sum(struct store *s, const struct finding_query *q, struct finding_sum *out, struct err *e)
{
	struct finding_walk *w = NULL;
	bool used, ok;

	*out = (struct finding_sum){ 0 };
	if (!query_ok(q, e) || !summed(s, q, 0, out, &used, e))
		return false;
	if (used)
		return true;
	*out = (struct finding_sum){ 0 };
	ok = walk_open(s, q, ASK_SUM, &w, e) && sum_rows(w, out, e);
	finding_close(&w);
	return ok;
}

void
finding_seek(struct finding_walk *w, int64_t id)
{
	stmt_reset(w->q);
	stmt_i64(w->q, V_ID, id);
}

void
finding_close(struct finding_walk **wp) /* NOLINT(misc-no-recursion): once, of the rest */
{
	struct finding_walk *w = *wp;

	*wp = NULL;
	if (w == NULL)
		return;
	finding_close(&w->rest);
	picks_fini(&w->picks);
	stmt_free(&w->q);
	arena_fini(&w->a);
	buf_fini(&w->pattern);
	buf_fini(&w->at_lo);
	buf_fini(&w->at_hi);
	free(w);
}

static bool
at_read(struct finding_walk *w, struct slice packed, struct finding_at *at,
    struct err *e)
{
	struct cursor c = cursor_of(packed);
	int64_t part;

	at->report = (int64_t)cur_varint(&c);
	at->offset = cur_varint(&c);
	at->length = (uint32_t)cur_varint(&c);
	part = (int64_t)cur_varint(&c);
	at->part = S("");
	if (!cur_ok(&c))
		return err_set(e, ERR_SYSTEM,
		    "the database is damaged: a finding's row makes no sense");
	if (part == 0)
		return true;
	return term_text(w->s, part, &w->a, &at->part, e);
}

static struct slice
or_empty(struct slice s)
{
	return s.p == NULL ? S("") : s;
}

static struct slice
place_text(struct finding_walk *w, const struct finding_row *r)
{
	char text[IP_TEXT_MAX];
	size_t n;

	if (r->kind != PLACE_IP)
		return or_empty(stmt_col(w->q, 4));
	n = ip_print(r->ip, text);
	return arena_copy(&w->a, slice_of(text, n));
}

/* Silence that no sweep has written down yet. */
static void
silence_look(const struct finding_walk *w, struct finding_row *r)
{
	int64_t moment = silence_moment(r->state, r->state_s, r->last_s, r->class);

	if (w->now_s == 0 || r->state == FINDING_RESOLVED || moment > w->now_s)
		return;
	r->state = FINDING_RESOLVED;
	r->state_s = moment;
}

static bool
row_read(struct finding_walk *w, struct finding_row *r, struct err *e)
{
	struct stmt *q = w->q;
	int64_t class = stmt_col_i64(q, 1), kind = stmt_col_i64(q, 2);
	int64_t state = stmt_col_i64(q, 13);
	struct slice ip = stmt_col(q, 3);
	bool silent = !stmt_col_null(q, 15);

	if (class < 0 || class >= CLASS_COUNT || kind < 0 ||
	    kind >= PLACE_KIND_COUNT || state < 0 ||
	    state >= FINDING_STATE_COUNT || (ip.p != NULL && ip.len != 16))
		return err_set(e, ERR_SYSTEM,
		    "the database is damaged: a finding's row makes no sense");
	*r = (struct finding_row){
		.id = stmt_col_i64(q, 0),
		.class = (enum class)class,
		.kind = (enum place_kind)kind,
		.has_ip = ip.p != NULL || kind == PLACE_IP,
		.identifier = or_empty(stmt_col(q, 5)),
		.port = (uint16_t)stmt_col_i64(q, 6),
		.transport = or_empty(stmt_col(q, 7)),
		.asn = (uint32_t)stmt_col_i64(q, 8),
		.country = or_empty(stmt_col(q, 9)),
		.first_s = stmt_col_i64(q, 10),
		.last_s = stmt_col_i64(q, 11),
		.count = (uint64_t)stmt_col_i64(q, 12),
		.state = silent ? FINDING_RESOLVED : (enum finding_state)state,
		.state_s = stmt_col_i64(q, silent ? 15 : 14),
		.tlp = (enum tlp)(stmt_col_i64(q, 21) & 7),
		.notified_s = stmt_col_i64(q, 16),
		.feed = or_empty(stmt_col(q, 17)),
		.label = or_empty(stmt_col(q, 18)),
	};
	silence_look(w, r);
	if (ip.p != NULL)
		r->ip = ip_from_bytes(ip.p);
	else if (kind == PLACE_IP)
		r->ip = ip_of_v4((uint32_t)((uint64_t)r->id >> 31));
	r->place = place_text(w, r);
	if (!at_read(w, stmt_col(q, 19), &r->first, e))
		return false;
	r->last = r->first;
	return stmt_col_null(q, 20) ||
	    at_read(w, stmt_col(q, 20), &r->last, e);
}

static enum step
walk_step(struct finding_walk *w, struct finding_row *row, struct err *e)
{
	enum step step;

	arena_reset(&w->a);
	step = stmt_step(w->q, e);
	if (step == STEP_ITEM && !row_read(w, row, e))
		step = STEP_FAIL;
	return step;
}

/*
 * A row is not as the columns had it: this process has changed it since, or
 * they are wrong. What is left of the page is the database's to find.
 */
static bool
rest_open(struct finding_walk *w, struct err *e)
{
	struct finding_query q = w->asked;

	if (w->next > 0) {
		q.after_id = w->last_id;
		q.after_value = w->last_value;
		q.limit -= q.limit == 0 ? 0 : w->next;
	}
	return walk_open(w->s, &q, ASK_ROWS, &w->rest, e);
}

static enum step /* NOLINTNEXTLINE(misc-no-recursion): once, into the rest */
picked_next(struct finding_walk *w, struct finding_row *row, struct err *e)
{
	const struct picked *x;
	enum step step;

	if (w->next == w->picks.count)
		return STEP_END;
	x = &w->picks.v[w->next];
	finding_seek(w, x->id);
	step = walk_step(w, row, e);
	if (step == STEP_FAIL)
		return step;
	if (step != STEP_ITEM || picked_key(w->asked.order, finding_order_value(w->asked.order, row)) != x->key)
		return rest_open(w, e) ? finding_next(w->rest, row, e) : STEP_FAIL;
	w->next++;
	w->last_id = row->id;
	w->last_value = finding_order_value(w->asked.order, row);
	return STEP_ITEM;
}

enum step
finding_next(struct finding_walk *w, struct finding_row *row, struct err *e) /* NOLINT(misc-no-recursion): once, into the rest */
{
	if (w->rest != NULL)
		return finding_next(w->rest, row, e);
	return w->picks.v != NULL ? picked_next(w, row, e) : walk_step(w, row, e);
}
