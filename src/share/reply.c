#include "share/reply.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>

#include "store/findings.h"

#define KEY_NAME S("reply.key")
#define MAC_BYTES 16 /* of the 32: enough against guessing, and a link stays short */
#define IDS_AT_ONCE 256

static const char *const names[] = { [REPLY_FIXED] = "fixed", [REPLY_NOT_OURS] = "not-ours", [REPLY_NEED_HELP] = "need-help" };

const char *
reply_answer_name(enum reply_answer r)
{
	return names[r];
}

bool
reply_answer_find(struct slice name, enum reply_answer *out)
{
	for (unsigned i = 0; i < REPLY_COUNT; i++) {
		if (slice_eq(name, slice_of_str(names[i]))) {
			*out = (enum reply_answer)i;
			return true;
		}
	}
	return false;
}

/* --- tokens ------------------------------------------------------------------------------- */

static bool
hex_read(struct slice s, uint8_t *out, size_t n)
{
	if (s.len != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = byte_hex(s.p[2 * i]), lo = byte_hex(s.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

static bool
key_make(struct store *s, struct reply_key *out, struct err *e)
{
	struct buf hex;
	bool ok;

	if (RAND_bytes(out->b, sizeof(out->b)) != 1)
		return err_set(e, ERR_SYSTEM, "the system gives no random bytes");
	buf_init(&hex, 128);
	buf_hex(&hex, slice_of(out->b, sizeof(out->b)));
	ok = store_setting_put(s, KEY_NAME, buf_view(&hex), e);
	OPENSSL_cleanse(hex.p, hex.len);
	buf_fini(&hex);
	out->there = ok;
	return ok;
}

bool
reply_key_get(struct store *s, bool make, struct reply_key *out, struct err *e)
{
	struct slice hex;
	struct arena a;
	bool ok;

	*out = (struct reply_key){ .there = false };
	arena_init(&a, 4096);
	ok = store_setting(s, KEY_NAME, &a, &hex, e);
	out->there = ok && hex_read(hex, out->b, sizeof(out->b));
	arena_fini(&a);
	return ok && (out->there || !make || key_make(s, out, e));
}

/* No part can run into the next: a notice's name and a number hold no NUL. */
static void
mac(const struct reply_key *k, struct slice notice, struct slice email, int64_t expires_s, uint8_t out[32])
{
	struct buf b;
	unsigned len = 32;

	buf_init(&b, 8192);
	buf_str(&b, "entente reply 1");
	buf_byte(&b, 0);
	buf_put(&b, notice);
	buf_byte(&b, 0);
	buf_i64(&b, expires_s);
	buf_byte(&b, 0);
	buf_put(&b, email);
	(void)HMAC(EVP_sha256(), k->b, sizeof(k->b), b.p, b.len, out, &len);
	buf_fini(&b);
}

void
reply_token_print(const struct reply_key *k, struct slice notice, struct slice email, int64_t expires_s,
    char out[REPLY_TOKEN_MAX])
{
	uint8_t tag[32];
	struct buf b;

	mac(k, notice, email, expires_s, tag);
	buf_init(&b, REPLY_TOKEN_MAX);
	buf_put(&b, notice);
	buf_printf(&b, "-%llx-", (unsigned long long)expires_s);
	buf_hex(&b, slice_of(tag, MAC_BYTES));
	(void)snprintf(out, REPLY_TOKEN_MAX, "%s", buf_cstr(&b));
	buf_fini(&b);
}

static bool
notice_get(struct store *s, struct slice id, struct arena *a, struct reply_notice *out, bool *found, struct err *e)
{
	struct stmt *q = NULL;
	enum step step;

	*found = false;
	if (!db_prepare(store_db(s), "SELECT id, email, state, created_s, coalesce(contact, 0), findings FROM notice WHERE id = ?1", &q, e))
		return false;
	stmt_text(q, 1, id);
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		*found = true;
		out->id = arena_copy(a, stmt_col(q, 0));
		out->email = arena_copy(a, stmt_col(q, 1));
		out->state = arena_copy(a, stmt_col(q, 2));
		out->created_s = stmt_col_i64(q, 3);
		out->contact = stmt_col_i64(q, 4);
		out->findings = (uint64_t)stmt_col_i64(q, 5);
	}
	stmt_free(&q);
	return step != STEP_FAIL;
}

static bool
number_read(struct slice s, int64_t *out)
{
	uint64_t v = 0;

	if (s.len == 0 || s.len > 15)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (byte_hex(s.p[i]) < 0)
			return false;
		v = v << 4 | (uint64_t)byte_hex(s.p[i]);
	}
	*out = (int64_t)v;
	return true;
}

bool
reply_token_read(struct store *s, const struct reply_key *k, struct slice token, int64_t now_s,
    struct arena *a, struct reply_notice *out, struct err *e)
{
	struct slice rest = token, id, until;
	uint8_t given[MAC_BYTES], want[32];
	bool found;

	*out = (struct reply_notice){ 0 };
	if (!k->there || token.len >= REPLY_TOKEN_MAX || !slice_cut(&rest, '-', &id) || !slice_cut(&rest, '-', &until) ||
	    !number_read(until, &out->expires_s) || !hex_read(rest, given, MAC_BYTES))
		goto none;
	if (!notice_get(s, id, a, out, &found, e))
		return false;
	mac(k, id, out->email, out->expires_s, want);
	if (!found || CRYPTO_memcmp(given, want, MAC_BYTES) != 0)
		goto none;
	return now_s < out->expires_s || err_set(e, ERR_DENIED, "this link held for some weeks, which are over; please answer by mail");
none:
	return err_set(e, ERR_ABSENT, "this link is not one of ours, or it was cut off; please answer by mail");
}

/* --- answers -------------------------------------------------------------------------------- */

static bool
answer_add(struct store *s, const struct reply_notice *n, enum reply_answer answer, struct slice comment,
    int64_t now_s, bool *known_out, struct err *e)
{
	struct stmt *q = NULL;
	int64_t changed = 0;
	bool ok = db_prepare(store_db(s), "INSERT INTO notice_reply (notice, answer, at_s, comment) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (notice, answer) DO NOTHING", &q, e);

	if (ok) {
		stmt_text(q, 1, n->id);
		stmt_i64(q, 2, answer);
		stmt_i64(q, 3, now_s);
		stmt_text(q, 4, comment.p == NULL ? S("") : comment);
		ok = stmt_run(q, &changed, e);
	}
	stmt_free(&q);
	*known_out = changed == 0;
	return ok;
}

static bool
contact_dispute(struct store *s, int64_t contact, int64_t now_s, struct err *e)
{
	return db_run(store_db(s), "UPDATE contact SET disputed_s = ?2 WHERE id = ?1",
	    (const int64_t[]){ contact, now_s }, 2, NULL, e);
}

/* What does not apply (it is resolved meanwhile, it is gone) stays as it is. */
static bool
act(struct store *s, int64_t id, const struct reply_notice *n, enum reply_answer answer, struct slice comment,
    int64_t now_s, struct err *e)
{
	enum finding_act what = answer == REPLY_NOT_OURS ? FINDING_REOPEN : FINDING_ACKNOWLEDGE;
	struct err why = ERR_INIT;
	struct buf b;
	bool ok;

	buf_init(&b, 8192);
	buf_printf(&b, "%.*s: %s", SLICE_ARG(n->id), names[answer]);
	if (comment.len > 0) {
		buf_str(&b, ": ");
		buf_put(&b, comment);
	}
	ok = finding_act_apply(s, id, what, n->email, buf_view(&b), now_s, &why) || why.code == ERR_CONFLICT || why.code == ERR_ABSENT;
	if (!ok)
		*e = why;
	buf_fini(&b);
	return ok;
}

/* A finding that was resolved stays so: that it is not theirs says nothing against it. */
static bool
acts(struct store *s, const struct reply_notice *n, enum reply_answer answer, struct slice comment,
    int64_t now_s, struct err *e)
{
	int64_t ids[IDS_AT_ONCE], after = INT64_MIN;
	struct stmt *q = NULL;
	enum step step = STEP_ITEM;
	bool ok = db_prepare(store_db(s), "SELECT finding FROM notice_finding JOIN finding_now ON id = finding"
	    " WHERE notice = ?1 AND finding > ?2 AND state_now <> 3 ORDER BY finding LIMIT 256", &q, e);

	while (ok && step == STEP_ITEM) {
		size_t n_ids = 0;

		stmt_text(q, 1, n->id);
		stmt_i64(q, 2, after);
		while (n_ids < IDS_AT_ONCE && (step = stmt_step(q, e)) == STEP_ITEM)
			ids[n_ids++] = stmt_col_i64(q, 0);
		stmt_reset(q);
		ok = step != STEP_FAIL;
		for (size_t i = 0; i < n_ids && ok; i++)
			ok = act(s, ids[i], n, answer, comment, now_s, e);
		after = n_ids == 0 ? after : ids[n_ids - 1];
	}
	stmt_free(&q);
	return ok;
}

bool
reply_take(struct store *s, const struct reply_notice *n, enum reply_answer answer, struct slice comment,
    int64_t now_s, bool *known_out, struct err *e)
{
	bool ok, mine;

	if (comment.len > REPLY_COMMENT_MAX)
		return err_set(e, ERR_LIMIT, "it has %zu bytes; at most %zu are taken", comment.len, (size_t)REPLY_COMMENT_MAX);
	if (!store_begin(s, &mine, e))
		return false;
	ok = answer_add(s, n, answer, comment, now_s, known_out, e) &&
	    (*known_out || (acts(s, n, answer, comment, now_s, e) &&
		(answer != REPLY_NOT_OURS || contact_dispute(s, n->contact, now_s, e))));
	return store_end(s, mine, ok, e);
}

bool
reply_list(struct store *s, struct slice notice, int64_t before_s, size_t limit,
    bool (*each)(void *cookie, const struct reply_row *r, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = true;

	if (!db_prepare(store_db(s), "SELECT r.notice, n.email, r.comment, r.answer, r.at_s FROM notice_reply r JOIN notice n ON n.id = r.notice"
	    " WHERE (?1 IS NULL OR r.notice = ?1) AND r.at_s < ?2 ORDER BY r.at_s DESC, r.notice, r.answer LIMIT ?3", &q, e))
		return false;
	stmt_text(q, 1, notice);
	stmt_i64(q, 2, before_s == 0 ? INT64_MAX : before_s);
	stmt_i64(q, 3, limit == 0 ? INT64_MAX : (int64_t)limit);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		int64_t answer = stmt_col_i64(q, 3);

		if (answer >= 0 && answer < REPLY_COUNT)
			ok = each(cookie, &(struct reply_row){ stmt_col(q, 0), stmt_col(q, 1), stmt_col(q, 2),
				(enum reply_answer)answer, stmt_col_i64(q, 4) }, e);
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}
