/*
 * account: the rows. An account's number is counted in a setting, so that a
 * number in the audit log means one person for ever.
 */
#include "store/account.h"

#include "parse/domain.h"
#include "store/store_room.h"

#define COLUMNS \
	"id, name, display, mail, lang, country, roles, locked, must_change," \
	" totp IS NOT NULL, created_s, changed_s, signed_s"
#define LAST_KEY S("account.last")

bool
account_name_clean(struct slice name, struct arena *a, struct slice *out, struct err *e)
{
	uint8_t *p;

	name = slice_trim(name);
	if (name.len < 2 || name.len > ACCOUNT_NAME_MAX)
		return err_set(e, ERR_INPUT, "an account's name has from 2 to %d characters", ACCOUNT_NAME_MAX);
	p = arena_bytes(a, name.len);
	if (p == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = byte_lower(name.p[i]);
		bool plain = byte_is_alpha(c) || byte_is_digit(c);

		if (!plain && (i == 0 || (c != '.' && c != '_' && c != '-' && c != '@')))
			return err_set(e, ERR_INPUT, "%s: an account's name is of letters a to z, digits, and behind the first of them . _ - @", QUOTE(name));
		p[i] = c;
	}
	*out = slice_of(p, name.len);
	return true;
}

static bool
country_clean(struct account *x, struct arena *a, struct err *e)
{
	uint8_t *cc;

	if (x->country.len == 0) {
		x->country = S("");
		return true;
	}
	if (x->country.len != 2 || !byte_is_alpha(x->country.p[0]) || !byte_is_alpha(x->country.p[1]))
		return err_set(e, ERR_INPUT, "%s is not a country (two letters of ISO 3166)", QUOTE(x->country));
	cc = arena_bytes(a, 2);
	if (cc == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	cc[0] = x->country.p[0] & 0xdf;
	cc[1] = x->country.p[1] & 0xdf;
	x->country = slice_of(cc, 2);
	return true;
}

static bool
display_clean(struct account *x, struct err *e)
{
	x->display = slice_trim(x->display);
	if (x->display.len == 0)
		x->display = x->name;
	if (x->display.len > 128)
		return err_set(e, ERR_INPUT, "a name of more than %d bytes", 128);
	if (!slice_utf8_ok(x->display))
		return err_set(e, ERR_INPUT, "%s is not UTF-8", QUOTE(x->display));
	for (size_t i = 0; i < x->display.len; i++) {
		if (x->display.p[i] < 0x20 || x->display.p[i] == 0x7f)
			return err_set(e, ERR_INPUT, "%s holds control characters", QUOTE(x->display));
	}
	return true;
}

static bool
mail_clean(struct account *x, struct err *e)
{
	x->mail = slice_trim(x->mail);
	if (x->mail.len == 0) {
		x->mail = S("");
		return true;
	}
	return (x->mail.len <= 254 && mailbox_ok(x->mail)) ||
	    err_set(e, ERR_INPUT, "%s is not a mail address", QUOTE(x->mail));
}

bool
account_clean(struct account *x, struct arena *a, const char **field_out, struct err *e)
{
	const char *none = NULL, **field = field_out == NULL ? &none : field_out;

	*field = "name";
	if (!account_name_clean(x->name, a, &x->name, e))
		return false;
	*field = "display";
	if (!display_clean(x, e))
		return false;
	*field = "mail";
	if (!mail_clean(x, e))
		return false;
	*field = "country";
	if (!country_clean(x, a, e))
		return false;
	*field = "roles";
	return (x->roles != 0 && x->roles >> WHO_ROLE_COUNT == 0) ||
	    err_set(e, ERR_INPUT, "an account has at least one role");
}

/* Texts are copied into a; with NULL they live until the statement's next step. */
static bool
row_read(struct stmt *q, struct arena *a, struct account *x, struct err *e)
{
	struct slice *texts[] = { &x->name, &x->display, &x->mail, &x->country };
	static const int columns[] = { 1, 2, 3, 5 };
	struct slice lang = stmt_col(q, 4);
	char tag[8] = "";

	*x = (struct account){
		.id = stmt_col_i64(q, 0),
		.roles = (uint32_t)stmt_col_i64(q, 6) & ((1u << WHO_ROLE_COUNT) - 1),
		.locked = stmt_col_i64(q, 7) != 0,
		.must_change = stmt_col_i64(q, 8) != 0,
		.second_factor = stmt_col_i64(q, 9) != 0,
		.created_s = stmt_col_i64(q, 10),
		.changed_s = stmt_col_i64(q, 11),
		.signed_s = stmt_col_i64(q, 12),
	};
	if (lang.len > 0 && lang.len < sizeof(tag)) {
		memcpy(tag, lang.p, lang.len);
		x->lang_known = lang_parse(tag, &x->lang);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i] = stmt_col(q, columns[i]);
		if (a != NULL)
			*texts[i] = arena_copy(a, *texts[i]);
	}
	return a == NULL || !a->failed ||
	    err_set(e, ERR_LIMIT, "an account's row is too large");
}

bool
account_find(struct store *s, struct slice name, struct arena *a,
    struct account *out, bool *found_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step;
	bool ok;

	*found_out = false;
	if (!db_prepare(s->db, "SELECT " COLUMNS " FROM account WHERE name = ?1", &q, e))
		return false;
	stmt_text(q, 1, name);
	step = stmt_step(q, e);
	*found_out = step == STEP_ITEM;
	ok = step == STEP_END || (step == STEP_ITEM && row_read(q, a, out, e));
	stmt_free(&q);
	return ok;
}

static bool
absent(int64_t id, struct err *e)
{
	return err_set(e, ERR_ABSENT, "there is no account %lld", (long long)id);
}

bool
account_get(struct store *s, int64_t id, struct arena *a, struct account *out,
    struct err *e)
{
	struct stmt *q = NULL;
	enum step step;
	bool ok;

	if (!db_prepare(s->db, "SELECT " COLUMNS " FROM account WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	step = stmt_step(q, e);
	ok = step == STEP_ITEM ? row_read(q, a, out, e) : step == STEP_END && absent(id, e);
	stmt_free(&q);
	return ok;
}

bool
account_list(struct store *s,
    bool (*each)(void *cookie, const struct account *x, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct account x;
	bool ok = true;

	if (!db_prepare(s->db, "SELECT " COLUMNS " FROM account ORDER BY name", &q, e))
		return false;
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
		ok = row_read(q, NULL, &x, e) && each(cookie, &x, e);
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
account_count(struct store *s, int64_t *out, struct err *e)
{
	return db_number(s->db, "SELECT count(*) FROM account", out, e);
}

/* The next number, from the setting. */
static bool
id_next(struct store *s, int64_t *out, struct err *e)
{
	struct slice text;
	struct arena a;
	struct buf b;
	int64_t last = 0;
	bool ok;

	arena_init(&a, 4096);
	buf_init(&b, 32);
	ok = store_setting(s, LAST_KEY, &a, &text, e) &&
	    (text.p == NULL || slice_i64(text, &last) ||
		err_set(e, ERR_SYSTEM, "the database is damaged: a setting makes no sense"));
	*out = last + 1;
	buf_i64(&b, *out);
	ok = ok && store_setting_put(s, LAST_KEY, buf_view(&b), e);
	buf_fini(&b);
	arena_fini(&a);
	return ok;
}

static void
add_bind(struct stmt *q, int64_t id, const struct account *x, struct slice password, int64_t now_s)
{
	stmt_i64(q, 1, id);
	stmt_text(q, 2, x->name);
	stmt_text(q, 3, x->display);
	stmt_text(q, 4, x->mail);
	stmt_text(q, 5, x->lang_known ? slice_of_str(lang_tag(x->lang)) : S(""));
	stmt_text(q, 6, x->country);
	stmt_i64(q, 7, x->roles);
	stmt_i64(q, 8, x->locked);
	stmt_i64(q, 9, x->must_change);
	stmt_blob(q, 10, password);
	stmt_i64(q, 11, now_s);
}

static bool
add(struct store *s, const struct account *x, struct slice password,
    int64_t now_s, int64_t *id_out, struct err *e)
{
	struct stmt *q = NULL;
	struct account there;
	struct arena a;
	int64_t count;
	bool ok, found;

	arena_init(&a, 1 << 16);
	ok = account_find(s, x->name, &a, &there, &found, e) &&
	    (!found || err_set(e, ERR_CONFLICT, "there is an account %s already", QUOTE(x->name))) &&
	    account_count(s, &count, e) &&
	    (count < ACCOUNTS_MAX || err_set(e, ERR_LIMIT, "a node has at most %d accounts", ACCOUNTS_MAX)) &&
	    id_next(s, id_out, e) &&
	    db_prepare(s->db,
		"INSERT INTO account (id, name, display, mail, lang, country, roles,"
		" locked, must_change, password, totp, totp_step, created_s, changed_s,"
		" signed_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL, 0,"
		" ?11, ?11, 0)", &q, e);
	if (ok) {
		add_bind(q, *id_out, x, password, now_s);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	arena_fini(&a);
	return ok;
}

bool
account_add(struct store *s, const struct account *x, struct slice password,
    int64_t now_s, int64_t *id_out, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) &&
	    store_end(s, mine, add(s, x, password, now_s, id_out, e), e);
}

/*
 * Within the change: is somebody left who could undo it? Asked only where this
 * account could have. An odd number of roles holds the administrator's.
 */
static bool
administrator_left(struct store *s, const struct account *before, struct err *e)
{
	int64_t left = 0;

	if (before->locked || (before->roles >> WHO_ADMINISTRATOR & 1) == 0)
		return true;
	if (!db_number(s->db, "SELECT count(*) FROM account WHERE locked = 0 AND roles % 2 = 1", &left, e))
		return false;
	return left > 0 || err_set(e, ERR_CONFLICT, "this is the last administrator who can sign in; make another one first");
}

static void
put_bind(struct stmt *q, const struct account *x, int64_t now_s)
{
	stmt_i64(q, 1, x->id);
	stmt_text(q, 2, x->display);
	stmt_text(q, 3, x->mail);
	stmt_text(q, 4, x->lang_known ? slice_of_str(lang_tag(x->lang)) : S(""));
	stmt_text(q, 5, x->country);
	stmt_i64(q, 6, x->roles);
	stmt_i64(q, 7, x->locked);
	stmt_i64(q, 8, now_s);
}

static bool
put(struct store *s, const struct account *x, int64_t now_s, struct err *e)
{
	struct account before = { .id = 0 };
	struct stmt *q = NULL;
	struct arena a;
	bool ok;

	arena_init(&a, 1 << 16);
	ok = account_get(s, x->id, &a, &before, e) &&
	    db_prepare(s->db,
		"UPDATE account SET display = ?2, mail = ?3, lang = ?4, country = ?5,"
		" roles = ?6, locked = ?7, changed_s = ?8 WHERE id = ?1", &q, e);
	if (ok) {
		put_bind(q, x, now_s);
		ok = stmt_run(q, NULL, e) &&
		    (!x->locked || db_run(s->db, "DELETE FROM account_session WHERE account = ?1", &x->id, 1, NULL, e)) &&
		    administrator_left(s, &before, e);
	}
	stmt_free(&q);
	arena_fini(&a);
	return ok;
}

bool
account_put(struct store *s, const struct account *x, int64_t now_s, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, put(s, x, now_s, e), e);
}

static bool
take_out(struct store *s, int64_t id, struct err *e)
{
	static const char *const steps[] = {
		"DELETE FROM account_session WHERE account = ?1",
		"DELETE FROM account_token WHERE account = ?1",
		"DELETE FROM account_code WHERE account = ?1",
		"DELETE FROM account WHERE id = ?1",
	};
	struct account before;
	struct arena a;
	bool ok;

	arena_init(&a, 1 << 16);
	ok = account_get(s, id, &a, &before, e);
	for (size_t i = 0; ok && i < sizeof(steps) / sizeof(steps[0]); i++)
		ok = db_run(s->db, steps[i], &id, 1, NULL, e);
	ok = ok && administrator_left(s, &before, e);
	arena_fini(&a);
	return ok;
}

bool
account_remove(struct store *s, int64_t id, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, take_out(s, id, e), e);
}

bool
account_signed(struct store *s, int64_t id, int64_t now_s, struct err *e)
{
	return db_run(s->db, "UPDATE account SET signed_s = ?2 WHERE id = ?1", (const int64_t[]){ id, now_s }, 2, NULL, e);
}
