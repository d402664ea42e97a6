#include "store/sync.h"

#include "base/lang.h"
#include "parse/domain.h"
#include "store/store_room.h"

/* While it runs it is not due; what asks for it meanwhile puts a moment here. */
#define RUNS INT64_MAX

#define COLUMNS "id, partner, url, remote, local, direction, purpose, paused, every_s, auth, user_name, ca, pin, created_s," \
	" after_us, next, terms, received, known, refused, sent, begun_s, last_try_s, last_ok_s, next_try_s, failures, error, last_us"

static const char *const directions[] = { "poll", "push" };
static const char *const auths[] = { "none", "certificate", "token", "basic" };

const char *
sync_direction_name(enum sync_direction d)
{
	return directions[d];
}

bool
sync_direction_find(struct slice name, enum sync_direction *out)
{
	*out = slice_eq(name, S("push")) ? SYNC_PUSH : SYNC_POLL;
	return slice_eq(name, slice_of_str(directions[*out]));
}

const char *
sync_auth_name(enum sync_auth a)
{
	return auths[a];
}

bool
sync_auth_find(struct slice name, enum sync_auth *out)
{
	for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
		if (slice_eq(name, slice_of_str(auths[i]))) {
			*out = (enum sync_auth)i;
			return true;
		}
	}
	return false;
}

const char *
sync_state_name(const struct sync *x)
{
	return x->begun_s != 0 ? "running" : x->paused ? "paused" : x->failures > 0 ? "failing" : "waiting";
}

/* --- what may be one ----------------------------------------------------------------- */

static bool
plain(struct slice s, size_t max)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] <= 0x20 || s.p[i] == 0x7f)
			return false;
	}
	return s.len > 0 && s.len <= max && slice_utf8_ok(s);
}

/* Without TLS within this machine alone. */
static bool
url_ok(struct slice s, struct err *e)
{
	struct url u;

	if (!plain(s, SYNC_URL_MAX) || !url_split(s, &u) || u.host.len == 0 || u.userinfo.p != NULL || u.query.p != NULL || u.fragment.p != NULL)
		return err_set(e, ERR_INPUT, "%s: expected the address of a TAXII API root, such as https://node.example/taxii2/entente/", QUOTE(s));
	if (slice_eq_nocase(u.scheme, S("https")))
		return true;
	if (slice_eq_nocase(u.scheme, S("http")) && (slice_eq(u.host, S("127.0.0.1")) || slice_eq(u.host, S("::1")) || slice_eq(u.host, S("localhost"))))
		return true;
	return err_set(e, ERR_INPUT, "%s: expected https://; without TLS only an address of this machine is asked", QUOTE(s));
}

static bool
pin_ok(struct slice s)
{
	return s.len == 0 || (slice_starts(s, S("sha256//")) && s.len == 8 + 44 && plain(s, 100) && s.p[s.len - 1] == '=');
}

/* Of a path's part: a name with '/' or '?' would be another address. */
static bool
remote_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) && (i == 0 || strchr("-_.~", s.p[i]) == NULL || s.p[i] == 0))
			return false;
	}
	return s.len > 0 && s.len <= SYNC_NAME_MAX;
}

bool
sync_check(const struct sync *x, const char **field_out, struct err *e)
{
	*field_out = "url";
	if (!url_ok(x->url, e))
		return false;
	*field_out = remote_ok(x->remote) ? "local" : "remote";
	if (!remote_ok(x->remote) || !remote_ok(x->local))
		return err_set(e, ERR_INPUT, "%s: expected a collection's id or name, of letters, digits, and - _ . ~",
		    QUOTE(remote_ok(x->remote) ? x->local : x->remote));
	*field_out = "every";
	if (x->every_s < SYNC_EVERY_MIN_S || x->every_s > SYNC_EVERY_MAX_S)
		return err_set(e, ERR_INPUT, "how often: from %d to %d seconds", SYNC_EVERY_MIN_S, SYNC_EVERY_MAX_S);
	*field_out = "pin";
	if (!pin_ok(x->pin))
		return err_set(e, ERR_INPUT, "%s: expected a key's hash as sha256// and 44 characters of base64", QUOTE(x->pin));
	*field_out = "ca";
	if (x->ca.len > SYNC_PEM_MAX || (x->ca.len > 0 && slice_find(x->ca, S("-----BEGIN CERTIFICATE-----")) == SIZE_MAX))
		return err_set(e, ERR_INPUT, "this is no certificate in PEM");
	*field_out = "user";
	return x->auth != SYNC_AUTH_BASIC || plain(x->user, 200) || err_set(e, ERR_INPUT, "say which user: a name without spaces");
}

static bool
free_and_known(struct store *s, const struct sync *x, struct err *e)
{
	struct stmt *q = NULL;
	int64_t n = 0, same = 0, partners = 0;
	bool ok = db_number(s->db, "SELECT count(*) FROM sync", &n, e) &&
	    db_prepare(s->db, "SELECT count(*) FROM sync WHERE partner = ?1 AND remote = ?2 AND local = ?3 AND direction = ?4 AND url = ?5", &q, e);

	if (ok) {
		stmt_text(q, 1, x->partner);
		stmt_text(q, 2, x->remote);
		stmt_text(q, 3, x->local);
		stmt_i64(q, 4, x->direction);
		stmt_text(q, 5, x->url);
		ok = stmt_number(q, &same, NULL, e);
	}
	stmt_free(&q);
	if (!ok || !db_prepare(s->db, "SELECT count(*) FROM partner WHERE id = ?1", &q, e))
		return false;
	stmt_text(q, 1, x->partner);
	ok = stmt_number(q, &partners, NULL, e);
	stmt_free(&q);
	if (!ok)
		return false;
	if (partners == 0)
		return err_set(e, ERR_ABSENT, "there is no partner %s; enter it: entente partners add", QUOTE(x->partner));
	if (same > 0)
		return err_set(e, ERR_CONFLICT, "there is an exchange of these collections with %s already", QUOTE(x->partner));
	return n < SYNC_MAX || err_set(e, ERR_LIMIT, "more than %d exchanges", SYNC_MAX);
}

/* --- writing ---------------------------------------------------------------------------- */

static struct slice
text_or_empty(struct slice s)
{
	return s.p == NULL ? S("") : s;
}

static bool
insert(struct store *s, const struct sync *x, int64_t now_s, int64_t *id_out, struct err *e)
{
	struct stmt *q = NULL;
	const char *field;
	bool ok = sync_check(x, &field, e) && free_and_known(s, x, e) &&
	    db_number(s->db, "SELECT coalesce(max(id), 0) + 1 FROM sync", id_out, e) &&
	    db_prepare(s->db, "INSERT INTO sync (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
		" 0, '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0)", &q, e);

	if (ok) {
		stmt_i64(q, 1, *id_out);
		stmt_text(q, 2, x->partner);
		stmt_text(q, 3, x->url);
		stmt_text(q, 4, x->remote);
		stmt_text(q, 5, x->local);
		stmt_i64(q, 6, x->direction);
		stmt_i64(q, 7, x->purpose);
		stmt_i64(q, 8, x->paused);
		stmt_i64(q, 9, x->every_s);
		stmt_i64(q, 10, x->auth);
		stmt_text(q, 11, text_or_empty(x->user));
		stmt_text(q, 12, text_or_empty(x->ca));
		stmt_text(q, 13, text_or_empty(x->pin));
		stmt_i64(q, 14, now_s);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

bool
sync_add(struct store *s, const struct sync *x, int64_t now_s, int64_t *id_out, struct err *e)
{
	struct sync y = *x;
	struct arena a;
	bool mine, ok;

	arena_init(&a, 2 * SYNC_URL_MAX);
	if (y.url.len > 0 && y.url.len < SYNC_URL_MAX && y.url.p[y.url.len - 1] != '/')
		y.url = arena_printf(&a, "%.*s/", SLICE_ARG(y.url));
	ok = store_begin(s, &mine, e) && store_end(s, mine, insert(s, &y, now_s, id_out, e), e);
	arena_fini(&a);
	return ok;
}

/* One row, by numbers; ERR_ABSENT where it is not there. ?1: its id. */
static bool
change(struct store *s, const char *sql, const int64_t *values, size_t n, struct err *e)
{
	int64_t changed = 0;

	return db_run(s->db, sql, values, n, &changed, e) &&
	    (changed > 0 || err_set(e, ERR_ABSENT, "there is no exchange %lld", (long long)values[0]));
}

bool
sync_pause(struct store *s, int64_t id, bool paused, int64_t now_s, struct err *e)
{
	const int64_t values[] = { id, paused, now_s };

	/* Who goes on does so now. */
	return change(s, "UPDATE sync SET paused = ?2, next_try_s = CASE WHEN ?2 = 0 AND begun_s = 0 THEN ?3 ELSE next_try_s END WHERE id = ?1", values, 3, e);
}

bool
sync_remove(struct store *s, int64_t id, struct err *e)
{
	return change(s, "DELETE FROM sync WHERE id = ?1", &id, 1, e);
}

bool
sync_now(struct store *s, int64_t id, int64_t now_s, struct err *e)
{
	const int64_t values[] = { id, now_s };
	int64_t paused = 0;
	struct stmt *q = NULL;
	bool found = false, ok = db_prepare(s->db, "SELECT paused FROM sync WHERE id = ?1", &q, e);

	if (ok) {
		stmt_i64(q, 1, id);
		ok = stmt_number(q, &paused, &found, e);
	}
	stmt_free(&q);
	if (!ok)
		return false;
	if (found && paused != 0)
		return err_set(e, ERR_CONFLICT, "exchange %lld is paused; let it go on first", (long long)id);
	return change(s, "UPDATE sync SET next_try_s = ?2 WHERE id = ?1", values, 2, e);
}

bool
sync_none_runs(struct store *s, struct err *e)
{
	return db_exec(s->db, "UPDATE sync SET begun_s = 0, next_try_s = 0 WHERE begun_s <> 0", e);
}

bool
sync_begin(struct store *s, int64_t id, int64_t now_s, struct err *e)
{
	const int64_t values[] = { id, now_s, RUNS };

	return change(s, "UPDATE sync SET begun_s = ?2, last_try_s = ?2, next_try_s = ?3 WHERE id = ?1", values, 3, e);
}

bool
sync_end(struct store *s, int64_t id, struct slice error, int64_t now_s, int64_t next_s, struct err *e)
{
	struct stmt *q = NULL;
	struct arena a;
	bool ok = db_prepare(s->db, "UPDATE sync SET begun_s = 0, error = ?2, failures = CASE WHEN ?2 = '' THEN 0 ELSE failures + 1 END,"
	    " last_ok_s = CASE WHEN ?2 = '' THEN ?3 ELSE last_ok_s END,"
	    /* Who asked while it ran meant what came since. */
	    " next_try_s = CASE WHEN next_try_s < ?5 THEN next_try_s ELSE ?4 END WHERE id = ?1", &q, e);

	arena_init(&a, 4096);
	if (ok) {
		stmt_i64(q, 1, id);
		stmt_text(q, 2, text_clean(text_or_empty(error), SYNC_ERROR_MAX, &a));
		stmt_i64(q, 3, now_s);
		stmt_i64(q, 4, next_s);
		stmt_i64(q, 5, RUNS);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	arena_fini(&a);
	return ok;
}

bool
sync_again(struct store *s, int64_t id, struct slice terms, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "UPDATE sync SET after_us = 0, last_us = 0, next = '', terms = ?2 WHERE id = ?1", &q, e);

	if (ok) {
		stmt_i64(q, 1, id);
		stmt_text(q, 2, terms);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

bool
sync_stopped(struct store *s, int64_t id, bool *out, struct err *e)
{
	struct stmt *q;
	int64_t paused = 1;

	if (!store_query(s, Q_SYNC_STOPPED, "SELECT paused FROM sync WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	if (!stmt_number(q, &paused, NULL, e))
		return false;
	*out = paused != 0;
	return true;
}

bool
sync_move(struct store *s, int64_t id, const struct sync_move *m, struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_SYNC_MOVE, "UPDATE sync SET after_us = ?2, next = ?3, received = received + ?4, known = known + ?5,"
		" refused = refused + ?6, sent = sent + ?7, last_us = ?8 WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	stmt_i64(q, 2, m->after_us);
	stmt_text(q, 3, text_or_empty(m->next));
	stmt_i64(q, 4, (int64_t)m->received);
	stmt_i64(q, 5, (int64_t)m->known);
	stmt_i64(q, 6, (int64_t)m->refused);
	stmt_i64(q, 7, (int64_t)m->sent);
	stmt_i64(q, 8, m->last_us);
	return stmt_run(q, NULL, e);
}

/* --- reading ----------------------------------------------------------------------------- */

static void
row_read(struct stmt *q, struct sync *x)
{
	*x = (struct sync){ .id = stmt_col_i64(q, 0), .partner = stmt_col(q, 1), .url = stmt_col(q, 2), .remote = stmt_col(q, 3), .local = stmt_col(q, 4),
		.direction = stmt_col_i64(q, 5) == SYNC_PUSH ? SYNC_PUSH : SYNC_POLL, .paused = stmt_col_i64(q, 7) != 0, .every_s = stmt_col_i64(q, 8),
		.user = stmt_col(q, 10), .ca = stmt_col(q, 11), .pin = stmt_col(q, 12), .created_s = stmt_col_i64(q, 13),
		.after_us = stmt_col_i64(q, 14), .next = stmt_col(q, 15), .terms = stmt_col(q, 16),
		.received = (uint64_t)stmt_col_i64(q, 17), .known = (uint64_t)stmt_col_i64(q, 18), .refused = (uint64_t)stmt_col_i64(q, 19),
		.sent = (uint64_t)stmt_col_i64(q, 20), .begun_s = stmt_col_i64(q, 21), .last_try_s = stmt_col_i64(q, 22), .last_ok_s = stmt_col_i64(q, 23),
		.next_try_s = stmt_col_i64(q, 24), .failures = (uint64_t)stmt_col_i64(q, 25), .error = stmt_col(q, 26), .last_us = stmt_col_i64(q, 27) };
	/* What makes no sense in a damaged row asks for the least. */
	x->purpose = (uint64_t)stmt_col_i64(q, 6) < PURPOSE_COUNT ? (enum policy_purpose)stmt_col_i64(q, 6) : PURPOSE_STATISTICS;
	x->auth = (uint64_t)stmt_col_i64(q, 9) <= SYNC_AUTH_BASIC ? (enum sync_auth)stmt_col_i64(q, 9) : SYNC_AUTH_NONE;
	if (x->next_try_s == RUNS)
		x->next_try_s = 0;
}

bool
sync_get(struct store *s, int64_t id, struct arena *a, struct sync *out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	if (db_prepare(s->db, "SELECT " COLUMNS " FROM sync WHERE id = ?1", &q, e)) {
		stmt_i64(q, 1, id);
		step = stmt_step(q, e);
	}
	if (step == STEP_ITEM) {
		struct slice *texts[] = { &out->partner, &out->url, &out->remote, &out->local, &out->user, &out->ca, &out->pin, &out->next, &out->terms, &out->error };

		row_read(q, out);
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			*texts[i] = arena_copy(a, *texts[i]);
		if (a->failed) {
			(void)err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
			step = STEP_FAIL;
		}
	} else if (step == STEP_END) {
		(void)err_set(e, ERR_ABSENT, "there is no exchange %lld", (long long)id);
	}
	stmt_free(&q);
	return step == STEP_ITEM;
}

bool
sync_list(struct store *s, bool (*each)(void *cookie, const struct sync *x, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct sync x;
	bool ok = true;

	if (!db_prepare(s->db, "SELECT " COLUMNS " FROM sync ORDER BY id", &q, e))
		return false;
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		row_read(q, &x);
		ok = each(cookie, &x, e);
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
sync_due(struct store *s, bool all, int64_t now_s, struct ids *out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	if (db_prepare(s->db, "SELECT id FROM sync WHERE paused = 0 AND (?1 = 1 OR next_try_s <= ?2) ORDER BY next_try_s, id", &q, e)) {
		stmt_i64(q, 1, all);
		stmt_i64(q, 2, now_s);
		while ((step = stmt_step(q, e)) == STEP_ITEM)
			ids_add(out, stmt_col_i64(q, 0));
	}
	stmt_free(&q);
	return step == STEP_END;
}
