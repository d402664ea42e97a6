#include <string.h>

#include "base/lang.h"
#include "store/agreements.h"
#include "store/store_room.h"

#define COLUMNS "id, name, country, kind, key, url, cert, created_s"

static const char *const kinds[] = { "node", "taxii", "misp", "other" };

static bool
partner_ok(const struct partner *p, struct err *e)
{
	bool kind = false;

	if (!agreement_id_ok(p->id))
		return err_set(e, ERR_INPUT, "%s: expected a short name of a-z, 0-9 and \"-\", at most %d", QUOTE(p->id), AGREEMENT_ID_MAX);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		kind = kind || slice_eq(p->kind, slice_of_str(kinds[i]));
	if (!kind)
		return err_set(e, ERR_INPUT, "%s is none of node, taxii, misp, other", QUOTE(p->kind));
	if (p->country.len != 0 && (p->country.len != 2 || p->country.p[0] < 'A' || p->country.p[0] > 'Z' || p->country.p[1] < 'A' || p->country.p[1] > 'Z'))
		return err_set(e, ERR_INPUT, "%s is not a country (two letters of ISO 3166)", QUOTE(p->country));
	if (p->name.len > 200 || p->url.len > 2000 || !slice_utf8_ok(p->name) || !slice_utf8_ok(p->url))
		return err_set(e, ERR_INPUT, "a name of at most 200 bytes, an address of at most 2,000, in UTF-8");
	return p->url.len == 0 || slice_starts(p->url, S("https://")) ||
	    err_set(e, ERR_INPUT, "%s: expected an address that begins with https://", QUOTE(p->url));
}

static bool
row_read(struct stmt *q, struct partner *p, struct err *e)
{
	struct slice key = stmt_col(q, 4);

	*p = (struct partner){ .id = stmt_col(q, 0), .name = stmt_col(q, 1), .country = stmt_col(q, 2), .kind = stmt_col(q, 3),
		.has_key = key.p != NULL, .url = stmt_col(q, 5), .cert = stmt_col_i64(q, 6), .created_s = stmt_col_i64(q, 7) };
	if (p->has_key && key.len != ED25519_KEY_BYTES)
		return err_set(e, ERR_SYSTEM, "the database is damaged: a partner's row makes no sense");
	if (p->has_key)
		memcpy(p->key.b, key.p, ED25519_KEY_BYTES);
	return true;
}

static bool
one(struct stmt *q, struct arena *a, struct partner *out, bool *found_out, struct err *e)
{
	enum step step = stmt_step(q, e);
	bool ok = step != STEP_FAIL;

	*found_out = step == STEP_ITEM;
	if (step == STEP_ITEM) {
		struct slice *texts[] = { &out->id, &out->name, &out->country, &out->kind, &out->url };

		ok = row_read(q, out, e);
		for (size_t i = 0; ok && i < sizeof(texts) / sizeof(texts[0]); i++)
			*texts[i] = arena_copy(a, *texts[i]);
		ok = ok && (!a->failed || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max));
	}
	return ok;
}

bool
partner_get(struct store *s, struct slice id, struct arena *a, struct partner *out, bool *found_out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "SELECT " COLUMNS " FROM partner WHERE id = ?1", &q, e);

	if (ok) {
		stmt_text(q, 1, id);
		ok = one(q, a, out, found_out, e);
	}
	stmt_free(&q);
	return ok;
}

bool
partner_of_cert(struct store *s, int64_t cert, struct arena *a, struct partner *out, bool *found_out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "SELECT " COLUMNS " FROM partner WHERE cert = ?1 AND cert <> 0", &q, e);

	if (ok) {
		stmt_i64(q, 1, cert);
		ok = one(q, a, out, found_out, e);
	}
	stmt_free(&q);
	return ok;
}

/* Is the key another's? Is it not the one that was entered? */
static bool
key_free(struct store *s, const struct partner *p, bool rekey, struct err *e)
{
	struct stmt *q = NULL;
	bool ok;

	if (!p->has_key)
		return true;
	ok = db_prepare(s->db, "SELECT id, key FROM partner WHERE key = ?1 OR id = ?2", &q, e);
	if (ok) {
		enum step step;

		stmt_blob(q, 1, slice_of(p->key.b, sizeof(p->key.b)));
		stmt_text(q, 2, p->id);
		while (ok && (step = stmt_step(q, e)) != STEP_END) {
			struct slice id = stmt_col(q, 0), key = stmt_col(q, 1);

			if (step == STEP_FAIL)
				ok = false;
			else if (!slice_eq(id, p->id))
				ok = err_set(e, ERR_CONFLICT, "this is the key of %s", QUOTE(id));
			else if (key.p != NULL && !slice_eq(key, slice_of(p->key.b, sizeof(p->key.b))) && !rekey)
				ok = err_set(e, ERR_CONFLICT, "%s has another key; its old acts were signed with that", QUOTE(id));
		}
	}
	stmt_free(&q);
	return ok;
}

static bool
cert_there(struct store *s, int64_t cert, struct err *e)
{
	struct stmt *q = NULL;
	int64_t n = 0;
	bool ok = db_prepare(s->db, "SELECT count(*) FROM partner_cert WHERE id = ?1", &q, e);

	if (ok) {
		stmt_i64(q, 1, cert);
		ok = stmt_number(q, &n, NULL, e) && (n > 0 || err_set(e, ERR_ABSENT, "there is no certificate %lld", (long long)cert));
	}
	stmt_free(&q);
	return ok;
}

/* A certificate that is known, and one partner's. */
static bool
cert_free(struct store *s, const struct partner *p, struct err *e)
{
	struct partner there;
	struct arena a;
	bool found, ok;

	if (p->cert == 0)
		return true;
	if (!cert_there(s, p->cert, e))
		return false;
	arena_init(&a, 64 << 10);
	ok = partner_of_cert(s, p->cert, &a, &there, &found, e) &&
	    (!found || slice_eq(there.id, p->id) || err_set(e, ERR_CONFLICT, "this certificate is known as that of %s", QUOTE(there.id)));
	arena_fini(&a);
	return ok;
}

static bool
put(struct store *s, const struct partner *p, bool rekey, int64_t now_s, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = partner_ok(p, e) && key_free(s, p, rekey, e) && cert_free(s, p, e) && db_prepare(s->db,
	    "INSERT INTO partner (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
	    " ON CONFLICT (id) DO UPDATE SET name = excluded.name, country = excluded.country, kind = excluded.kind,"
	    " key = coalesce(excluded.key, partner.key), url = excluded.url, cert = excluded.cert", &q, e);

	if (ok) {
		stmt_text(q, 1, p->id);
		stmt_text(q, 2, p->name.p == NULL ? p->id : p->name);
		stmt_text(q, 3, p->country.p == NULL ? S("") : p->country);
		stmt_text(q, 4, p->kind);
		stmt_blob(q, 5, p->has_key ? slice_of(p->key.b, sizeof(p->key.b)) : SLICE_NONE);
		stmt_text(q, 6, p->url.p == NULL ? S("") : p->url);
		stmt_i64(q, 7, p->cert);
		stmt_i64(q, 8, now_s);
		ok = stmt_run(q, NULL, e) && agreements_changed(s, e);
	}
	stmt_free(&q);
	return ok;
}

bool
partner_put(struct store *s, const struct partner *p, bool rekey, int64_t now_s, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, put(s, p, rekey, now_s, e), e);
}

bool
partner_list(struct store *s, bool (*each)(void *cookie, const struct partner *p, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct partner p;
	bool ok = true;

	if (!db_prepare(s->db, "SELECT " COLUMNS " FROM partner ORDER BY id", &q, e))
		return false;
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
		ok = row_read(q, &p, e) && each(cookie, &p, e);
	stmt_free(&q);
	return ok && step == STEP_END;
}

static bool
remove_it(struct store *s, struct slice id, struct err *e)
{
	struct stmt *q = NULL;
	int64_t changed = 0;
	bool ok = db_prepare(s->db, "DELETE FROM partner WHERE id = ?1", &q, e);

	if (ok) {
		stmt_text(q, 1, id);
		ok = stmt_run(q, &changed, e) && (changed > 0 || err_set(e, ERR_ABSENT, "there is no partner %s", QUOTE(id))) &&
		    agreements_changed(s, e);
	}
	stmt_free(&q);
	return ok;
}

bool
partner_remove(struct store *s, struct slice id, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, remove_it(s, id, e), e);
}

bool
party_self(struct store *s, struct arena *a, struct agreement_party *out, bool *found_out, struct err *e)
{
	struct slice key;

	*out = (struct agreement_party){ 0 };
	if (!store_setting(s, S("agreement.party"), a, &out->id, e) || !store_setting(s, S("agreement.key"), a, &key, e))
		return false;
	*found_out = out->id.p != NULL && ed25519_key_parse(key, &out->key);
	return true;
}

static bool
self_put(struct store *s, struct slice id, const struct ed25519_key *key, struct err *e)
{
	char hex[ED25519_KEY_HEX + 1];

	ed25519_key_print(key, hex);
	return (agreement_id_ok(id) ||
	    err_set(e, ERR_INPUT, "%s: expected a short name of a-z, 0-9 and \"-\", at most %d", QUOTE(id), AGREEMENT_ID_MAX)) &&
	    store_setting_put(s, S("agreement.party"), id, e) && store_setting_put(s, S("agreement.key"), slice_of_str(hex), e) &&
	    agreements_changed(s, e);
}

bool
party_self_put(struct store *s, struct slice id, const struct ed25519_key *key, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, self_put(s, id, key, e), e);
}

bool
agreements_version(struct store *s, int64_t *out, struct err *e)
{
	struct stmt *q;

	*out = 0;
	return store_query(s, Q_AGREEMENTS_VERSION, "SELECT CAST(value AS BIGINT) FROM setting WHERE key = 'agreement.change'", &q, e) &&
	    stmt_number(q, out, NULL, e);
}

bool
agreements_changed(struct store *s, struct err *e)
{
	struct stmt *q;

	return store_query(s, Q_AGREEMENTS_CHANGED, "INSERT INTO setting (key, value) VALUES ('agreement.change', '1')"
	    " ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT)", &q, e) && stmt_run(q, NULL, e);
}
