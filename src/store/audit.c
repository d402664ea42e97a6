#include "store/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/file.h"
#include "store/store_room.h"

#define COLUMNS "id, at_s, kind, account, who, act, object, detail, ip, salt, ip_hash, hash"
#define SALT_BYTES 16

/* --- the chain -------------------------------------------------------------------- */

static void
text_put(struct buf *b, struct slice s)
{
	buf_be32(b, (uint32_t)s.len);
	buf_put(b, s);
}

/* Of texts that were cut when they were added; somebody else's longer ones fit no hash anyway. */
#define ROW_BYTES_MAX ((size_t)1 << 20)

static struct sha256
row_hash(const struct audit_row *r, const struct sha256 *before, const struct sha256 *ip_hash)
{
	struct sha256 out;
	struct buf b;

	buf_init(&b, ROW_BYTES_MAX);
	buf_put(&b, S("entente audit 1\n"));
	buf_put(&b, slice_of(before->b, SHA256_BYTES));
	buf_be64(&b, (uint64_t)r->id);
	buf_be64(&b, (uint64_t)r->at_s);
	buf_be64(&b, (uint64_t)r->kind);
	buf_be64(&b, (uint64_t)r->account);
	text_put(&b, r->who);
	text_put(&b, r->act);
	text_put(&b, r->object);
	text_put(&b, r->detail);
	buf_put(&b, slice_of(ip_hash->b, SHA256_BYTES));
	if (!buf_ok(&b))
		buf_clear(&b);
	out = sha256_of(buf_view(&b));
	buf_fini(&b);
	return out;
}

static struct sha256
address_hash(struct slice salt, struct slice ip)
{
	struct sha256 out;
	struct buf b;

	buf_init(&b, ROW_BYTES_MAX);
	buf_put(&b, salt);
	buf_put(&b, ip);
	out = sha256_of(buf_view(&b));
	buf_fini(&b);
	return out;
}

static bool
hash_col(struct stmt *q, int i, struct sha256 *out)
{
	struct slice h = stmt_col(q, i);

	if (h.len != SHA256_BYTES)
		return false;
	memcpy(out->b, h.p, SHA256_BYTES);
	return true;
}

/* --- heads ------------------------------------------------------------------------ */

void
audit_head_print(const struct audit_head *h, char out[AUDIT_HEAD_TEXT_MAX])
{
	char hex[SHA256_HEX + 1];

	sha256_hex(&h->hash, hex);
	(void)snprintf(out, AUDIT_HEAD_TEXT_MAX, "%lld:%s", (long long)h->id, hex);
}

bool
audit_head_read(struct slice text, struct audit_head *out)
{
	struct slice rest = slice_trim(text), id;
	uint64_t n;

	if (!slice_cut(&rest, ':', &id) || !slice_u64(id, &n) || n > INT64_MAX)
		return false;
	out->id = (int64_t)n;
	return sha256_parse(rest, &out->hash);
}

bool
audit_head(struct store *s, struct audit_head *out, struct err *e)
{
	struct stmt *q;
	enum step step;
	bool ok = true;

	*out = (struct audit_head){ 0 };
	if (!store_query(s, Q_AUDIT_HEAD, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1", &q, e))
		return false;
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		out->id = stmt_col_i64(q, 0);
		ok = hash_col(q, 1, &out->hash) ||
		    err_set(e, ERR_SYSTEM, "the database is damaged: a row of the audit log makes no sense");
	}
	stmt_reset(q);
	return ok && step != STEP_FAIL;
}

/* Is the head part of the log? */
static bool
head_holds(struct store *s, const struct audit_head *h, bool *out, struct err *e)
{
	struct stmt *q = NULL;
	struct sha256 there;
	enum step step;

	*out = h->id == 0;
	if (h->id == 0)
		return true;
	if (!db_prepare(s->db, "SELECT hash FROM audit WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, h->id);
	step = stmt_step(q, e);
	*out = step == STEP_ITEM && hash_col(q, 0, &there) &&
	    memcmp(there.b, h->hash.b, SHA256_BYTES) == 0;
	stmt_free(&q);
	return step != STEP_FAIL;
}

bool
audit_head_keep(struct store *s, const char *path, struct err *e)
{
	char text[AUDIT_HEAD_TEXT_MAX];
	struct audit_head kept = { 0 }, now;
	struct buf b;
	bool ok, holds;

	if (!audit_head(s, &now, e))
		return false;
	buf_init(&b, 4096);
	ok = !file_exists(path) || file_read(path, &b, e);
	if (ok && b.len > 0 && !audit_head_read(buf_view(&b), &kept))
		ok = err_set(e, ERR_CONFLICT, "%s is no head of the audit log; look at it, run \"entente audit verify\", then move it away", path);
	if (ok && kept.id == now.id && memcmp(kept.hash.b, now.hash.b, SHA256_BYTES) == 0) {
		buf_fini(&b);
		return true;
	}
	ok = ok && head_holds(s, &kept, &holds, e) &&
	    (holds || err_set(e, ERR_CONFLICT, "the audit log does not hold the row that %s tells of: it was changed or cut; see: entente audit verify", path));
	buf_clear(&b);
	audit_head_print(&now, text);
	buf_str(&b, text);
	buf_byte(&b, '\n');
	ok = ok && file_write(path, buf_view(&b), e);
	buf_fini(&b);
	return ok;
}

/* --- adding ----------------------------------------------------------------------- */

static bool
insert(struct store *s, const struct audit_row *r, struct slice salt,
    const struct sha256 *ip_hash, struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_AUDIT_ADD, "INSERT INTO audit (" COLUMNS ") VALUES"
		" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", &q, e))
		return false;
	stmt_i64(q, 1, r->id);
	stmt_i64(q, 2, r->at_s);
	stmt_i64(q, 3, r->kind);
	stmt_i64(q, 4, r->account);
	stmt_text(q, 5, r->who);
	stmt_text(q, 6, r->act);
	stmt_text(q, 7, r->object);
	stmt_text(q, 8, r->detail);
	stmt_text(q, 9, r->ip);
	if (r->ip.p == NULL)
		stmt_null(q, 10);
	else
		stmt_blob(q, 10, salt);
	stmt_blob(q, 11, slice_of(ip_hash->b, SHA256_BYTES));
	stmt_blob(q, 12, slice_of(r->hash.b, SHA256_BYTES));
	return stmt_run(q, NULL, e);
}

/* NONE and what no text column takes become texts. */
static struct slice
text(struct slice t, size_t max, struct arena *a)
{
	return t.p == NULL ? S("") : text_clean(t, max, a);
}

static bool
add(struct store *s, const struct who *w, struct slice act, struct slice object,
    struct slice detail, int64_t now_s, struct arena *a, struct err *e)
{
	struct audit_row r = { .at_s = now_s, .kind = w->kind, .account = w->account };
	struct sha256 ip_hash = { { 0 } };
	struct audit_head head;
	uint8_t salt[SALT_BYTES];
	char ip[IP_TEXT_MAX];

	if (!audit_head(s, &head, e))
		return false;
	r.id = head.id + 1;
	r.who = text(w->name, 160, a);
	r.act = text(act, 64, a);
	r.object = text(object, 400, a);
	r.detail = text(detail, AUDIT_DETAIL_MAX, a);
	if (w->from.hi != 0 || w->from.lo != 0) {
		if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
			return err_sys(e, "no random bytes");
		r.ip = slice_of(ip, ip_print(w->from, ip));
		ip_hash = address_hash(slice_of(salt, sizeof(salt)), r.ip);
	}
	r.hash = row_hash(&r, &head.hash, &ip_hash);
	return insert(s, &r, slice_of(salt, sizeof(salt)), &ip_hash, e);
}

bool
audit_add(struct store *s, const struct who *w, struct slice act,
    struct slice object, struct slice detail, int64_t now_s, struct err *e)
{
	struct arena a;
	bool mine, ok;

	if (!store_begin(s, &mine, e))
		return false;
	arena_init(&a, (size_t)64 << 10);
	ok = store_end(s, mine, add(s, w, act, object, detail, now_s, &a, e), e);
	arena_fini(&a);
	return ok;
}

/* --- reading ---------------------------------------------------------------------- */

static bool
row_read(struct stmt *q, struct audit_row *r, struct sha256 *ip_hash)
{
	int64_t kind = stmt_col_i64(q, 2);

	*r = (struct audit_row){
		.id = stmt_col_i64(q, 0),
		.at_s = stmt_col_i64(q, 1),
		.kind = (enum who_kind)kind,
		.account = stmt_col_i64(q, 3),
		.who = stmt_col(q, 4),
		.act = stmt_col(q, 5),
		.object = stmt_col(q, 6),
		.detail = stmt_col(q, 7),
		.ip = stmt_col(q, 8),
	};
	return kind >= 0 && kind < WHO_KIND_COUNT && hash_col(q, 10, ip_hash) &&
	    hash_col(q, 11, &r->hash);
}

/* Texts that begin with one: from it to it with the last byte that UTF-8 never has. */
static void
beginning_bind(struct stmt *q, int at, struct slice s, struct buf *b)
{
	buf_put(b, s);
	buf_str(b, "\xf4\x8f\xbf\xbf");
	stmt_i64(q, at, s.p != NULL);
	stmt_text(q, at + 1, s.p == NULL ? S("") : s);
	stmt_text(q, at + 2, buf_view(b));
}

bool
audit_list(struct store *s, const struct audit_query *query,
    bool (*each)(void *cookie, const struct audit_row *r, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct sha256 ip_hash;
	struct buf act, object;
	struct audit_row r;
	bool ok = true;

	if (!db_prepare(s->db, "SELECT " COLUMNS " FROM audit WHERE id < ?1"
		" AND (?2 = 0 OR account = ?2) AND at_s >= ?3 AND at_s < ?4"
		" AND (?5 = 0 OR (act >= ?6 AND act < ?7))"
		" AND (?8 = 0 OR (object >= ?9 AND object < ?10))"
		" ORDER BY id DESC LIMIT ?11", &q, e))
		return false;
	buf_init(&act, 4096);
	buf_init(&object, 4096);
	stmt_i64(q, 1, query->before_id > 0 ? query->before_id : INT64_MAX);
	stmt_i64(q, 2, query->account);
	stmt_i64(q, 3, query->since_s);
	stmt_i64(q, 4, query->until_s > 0 ? query->until_s : INT64_MAX);
	beginning_bind(q, 5, query->act, &act);
	beginning_bind(q, 8, query->object, &object);
	stmt_i64(q, 11, query->limit > 0 && query->limit < INT64_MAX ? (int64_t)query->limit : INT64_MAX);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		(void)row_read(q, &r, &ip_hash); /* shown as it is; verifying is another matter */
		ok = each(cookie, &r, e);
	}
	stmt_free(&q);
	buf_fini(&act);
	buf_fini(&object);
	return ok && step == STEP_END;
}

/* --- verifying -------------------------------------------------------------------- */

static bool
row_good(struct stmt *q, const struct sha256 *before, struct audit_row *r)
{
	struct sha256 ip_hash, want;

	if (!row_read(q, r, &ip_hash))
		return false;
	if (r->ip.p != NULL) {
		want = address_hash(stmt_col(q, 9), r->ip);
		if (memcmp(want.b, ip_hash.b, SHA256_BYTES) != 0)
			return false;
	}
	want = row_hash(r, before, &ip_hash);
	return memcmp(want.b, r->hash.b, SHA256_BYTES) == 0;
}

/* The first of the heads that this row should be and is not. */
static bool
heads_agree(const struct audit_row *r, const struct audit_head *heads, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (heads[i].id == r->id && memcmp(heads[i].hash.b, r->hash.b, SHA256_BYTES) != 0)
			return false;
	}
	return true;
}

/* The first trouble there is. */
static void
bad(struct audit_result *out, enum audit_state state, int64_t at)
{
	out->state = state;
	out->at = at;
}

/* One row more: is it the one behind those that were good? */
static void
row_judge(struct stmt *q, const struct audit_head *heads, size_t n, struct audit_result *out)
{
	struct audit_row r;

	if (stmt_col_i64(q, 0) > out->head.id + 1)
		bad(out, AUDIT_ROW_MISSING, out->head.id + 1);
	else if (!row_good(q, &out->head.hash, &r))
		bad(out, AUDIT_ROW_CHANGED, stmt_col_i64(q, 0));
	else if (!heads_agree(&r, heads, n))
		bad(out, AUDIT_OTHER, r.id);
	else
		out->head = (struct audit_head){ r.id, r.hash }, out->rows++;
}

bool
audit_verify_part(struct store *s, const struct audit_head *from, size_t max,
    const struct audit_head *heads, size_t n, struct audit_result *out, bool *end_out,
    struct err *e)
{
	enum step step = STEP_ITEM;
	struct stmt *q = NULL;
	size_t seen = 0;

	*out = (struct audit_result){ .state = AUDIT_WHOLE, .head = *from };
	*end_out = false;
	/* From the very beginning on, also what stands before the first. */
	if (!db_prepare(s->db, "SELECT " COLUMNS " FROM audit WHERE id > ?1 ORDER BY id", &q, e))
		return false;
	stmt_i64(q, 1, from->id > 0 ? from->id : INT64_MIN);
	while (out->state == AUDIT_WHOLE && (max == 0 || seen < max) &&
	    (step = stmt_step(q, e)) == STEP_ITEM) {
		row_judge(q, heads, n, out);
		seen++;
	}
	stmt_free(&q);
	if (step == STEP_FAIL)
		return false;
	*end_out = step == STEP_END || out->state != AUDIT_WHOLE;
	for (size_t i = 0; *end_out && out->state == AUDIT_WHOLE && i < n; i++) {
		if (heads[i].id > out->head.id)
			bad(out, AUDIT_CUT, out->head.id + 1);
	}
	return true;
}

bool
audit_verify(struct store *s, const struct audit_head *heads, size_t n,
    struct audit_result *out, struct err *e)
{
	bool end;

	return audit_verify_part(s, &(struct audit_head){ 0 }, 0, heads, n, out, &end, e);
}

bool
audit_forget(struct store *s, int64_t before_s, int64_t *count_out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db,
	    "UPDATE audit SET ip = NULL, salt = NULL WHERE at_s < ?1 AND ip IS NOT NULL", &q, e);

	*count_out = 0;
	if (ok) {
		stmt_i64(q, 1, before_s);
		ok = stmt_run(q, count_out, e);
	}
	stmt_free(&q);
	return ok;
}
