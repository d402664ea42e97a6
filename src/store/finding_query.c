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
	if (q->has_prefix && ip_is_v4(q->prefix.ip) && q->prefix.bits >= 96)
		buf_str(sql, " AND ((kind = 0 AND ip IS NULL AND id BETWEEN ?5 AND ?6) OR ip BETWEEN ?7 AND ?8)");
	else if (q->has_prefix)
		buf_str(sql, " AND ip BETWEEN ?7 AND ?8");
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

enum asked { ASK_ROWS, ASK_COUNT, ASK_COUNT_UP_TO };

static void
statement(struct buf *sql, const struct finding_query *q, enum asked asked)
{
	buf_str(sql, asked == ASK_ROWS ? "SELECT " COLUMNS " FROM finding f" :
		asked == ASK_COUNT ? "SELECT count(*) FROM finding f" :
		"SELECT count(*) FROM (SELECT 1 FROM finding f");
	where(sql, q);
	if (asked == ASK_ROWS)
		order(sql, q);
	if (asked != ASK_COUNT && q->limit != 0)
		buf_str(sql, " LIMIT ?16");
	if (asked == ASK_COUNT_UP_TO)
		buf_str(sql, ") AS x");
}

/* LIKE's own characters are taken as they are. */
static void
pattern(struct buf *b, struct slice text)
{
	buf_byte(b, '%');
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '%' || text.p[i] == '_' || text.p[i] == '\\')
			buf_byte(b, '\\');
		buf_byte(b, text.p[i]);
	}
	buf_byte(b, '%');
}

static void
bind_prefix(struct finding_walk *w, const struct prefix *p)
{
	struct ip last = prefix_last(p);

	ip_to_bytes(p->ip, w->lo);
	ip_to_bytes(last, w->hi);
	stmt_blob(w->q, V_IP_LO, slice_of(w->lo, 16));
	stmt_blob(w->q, V_IP_HI, slice_of(w->hi, 16));
	if (!ip_is_v4(p->ip) || p->bits < 96)
		return;
	stmt_i64(w->q, V_ID_LO, (int64_t)((uint64_t)ip_v4(p->ip) << 31));
	stmt_i64(w->q, V_ID_HI,
	    (int64_t)((uint64_t)ip_v4(last) << 31 | 0x7fffffff));
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
		bind_prefix(w, &q->prefix);
	if (q->report != 0)
		bind_report(w, q->report);
	if (q->states != 0)
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
		pattern(&w->pattern, q->text);
		stmt_text(w->q, V_TEXT, buf_view(&w->pattern));
	}
	if (q->limit != 0 && asked != ASK_COUNT)
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

bool
finding_open(struct store *s, const struct finding_query *q,
    struct finding_walk **out, struct err *e)
{
	return walk_open(s, q, ASK_ROWS, out, e);
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

bool
finding_count(struct store *s, const struct finding_query *q, uint64_t *out,
    struct err *e)
{
	return number(s, q, ASK_COUNT, out, e);
}

bool
finding_count_up_to(struct store *s, const struct finding_query *q,
    uint64_t *out, struct err *e)
{
	return number(s, q, ASK_COUNT_UP_TO, out, e);
}

void
finding_seek(struct finding_walk *w, int64_t id)
{
	stmt_reset(w->q);
	stmt_i64(w->q, V_ID, id);
}

void
finding_close(struct finding_walk **wp)
{
	struct finding_walk *w = *wp;

	*wp = NULL;
	if (w == NULL)
		return;
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

enum step
finding_next(struct finding_walk *w, struct finding_row *row, struct err *e)
{
	enum step step;

	arena_reset(&w->a);
	step = stmt_step(w->q, e);
	if (step == STEP_ITEM && !row_read(w, row, e))
		step = STEP_FAIL;
	return step;
}
