/*
 * contacts_store: the rows of contacts and of the conditions that switch them off.
 */
#include <stdio.h>

#include "attrib/contacts.h"
#include "base/clock.h"
#include "parse/domain.h"

#define MAILBOXES_BYTES_MAX ((size_t)2048)

static bool
prefix_canonical(struct slice v, struct arena *a, struct slice *out, struct err *e)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix p;

	if (!prefix_parse(v, &p, e))
		return false;
	*out = arena_copy(a, slice_of(text, prefix_print(&p, text)));
	return out->p != NULL || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
}

static bool
value_clean(enum contact_scope scope, struct slice v, struct arena *a,
    struct slice *out, struct err *e)
{
	uint64_t asn;
	uint8_t *cc;

	v = slice_trim(v);
	switch (scope) {
	case SCOPE_PREFIX:
		return prefix_canonical(v, a, out, e);
	case SCOPE_DOMAIN:
		if (slice_starts(v, S("*.")))
			v = slice_from(v, 2);
		return fqdn_read(v, a, out) ||
		    err_set(e, ERR_INPUT, "%s is not a domain", QUOTE(v));
	case SCOPE_ASN:
		if (slice_starts_nocase(v, S("AS")))
			v = slice_from(v, 2);
		if (!slice_u64(v, &asn) || asn == 0 || asn > UINT32_MAX)
			return err_set(e, ERR_INPUT, "%s is not an AS number", QUOTE(v));
		*out = arena_printf(a, "%llu", (unsigned long long)asn);
		return true;
	case SCOPE_COUNTRY:
		if (v.len != 2 || !byte_is_alpha(v.p[0]) || !byte_is_alpha(v.p[1]))
			return err_set(e, ERR_INPUT, "%s is not a country (two letters of ISO 3166)", QUOTE(v));
		cc = arena_bytes(a, 2);
		if (cc == NULL)
			break;
		cc[0] = v.p[0] & 0xdf;
		cc[1] = v.p[1] & 0xdf;
		*out = slice_of(cc, 2);
		return true;
	case SCOPE_COUNT:
		break;
	}
	return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
}

bool
contact_mailbox(struct slice *rest, struct slice *out)
{
	while (rest->len > 0) {
		bool quoted = false;
		size_t i = 0;

		while (i < rest->len && (quoted || (rest->p[i] != ',' && rest->p[i] != ';'))) {
			if (quoted && rest->p[i] == '\\' && i + 1 < rest->len)
				i++;
			else if (rest->p[i] == '"')
				quoted = !quoted;
			i++;
		}
		*out = slice_trim(slice_sub(*rest, 0, i));
		*rest = slice_from(*rest, i + 1);
		if (out->len > 0)
			return true;
	}
	return false;
}

static bool
list_has(struct slice list, struct slice mailbox)
{
	struct slice x;

	while (contact_mailbox(&list, &x)) {
		if (slice_eq(x, mailbox))
			return true;
	}
	return false;
}

/* In lower case, each once: who writes the same in two ways means one mailbox. */
static bool
mailboxes_clean(struct slice *email, struct arena *a, struct err *e)
{
	struct slice rest = *email, one;
	struct buf b;
	bool ok = true;

	buf_init(&b, MAILBOXES_BYTES_MAX);
	while (ok && contact_mailbox(&rest, &one)) {
		char lower[256];

		if (!mailbox_ok(one)) {
			ok = err_set(e, ERR_INPUT, "%s is not a mail address", QUOTE(one));
			break;
		}
		for (size_t i = 0; i < one.len; i++)
			lower[i] = (char)byte_lower(one.p[i]);
		one = slice_of(lower, one.len);
		if (list_has(buf_view(&b), one))
			continue;
		if (b.len > 0)
			buf_byte(&b, ',');
		buf_put(&b, one);
	}
	if (ok && b.len == 0)
		ok = err_set(e, ERR_INPUT, "%s is not a mail address", QUOTE(*email));
	*email = ok ? arena_copy(a, buf_view(&b)) : *email;
	if (ok && (!buf_ok(&b) || email->p == NULL))
		ok = err_set(e, ERR_LIMIT, "more mail addresses than fit into %zu bytes", MAILBOXES_BYTES_MAX);
	buf_fini(&b);
	return ok;
}

unsigned
contact_formats(struct slice format)
{
	unsigned out = 0;
	struct slice word;

	while (slice_cut(&format, ',', &word)) {
		word = slice_trim(word);
		if (slice_eq_nocase(word, S("csv")))
			out |= CONTACT_CSV;
		else if (slice_eq_nocase(word, S("xarf")) || slice_eq_nocase(word, S("x-arf")))
			out |= CONTACT_XARF;
		else if (slice_eq_nocase(word, S("both")))
			out |= CONTACT_CSV | CONTACT_XARF;
	}
	return out;
}

struct slice
contact_formats_name(unsigned formats)
{
	if ((formats & CONTACT_XARF) == 0)
		return S("csv");
	return (formats & CONTACT_CSV) == 0 ? S("xarf") : S("csv,xarf");
}

void
contact_about(const struct contact *c, struct buf *out)
{
	if (c->scope == SCOPE_ASN)
		buf_str(out, "AS");
	buf_put(out, c->value);
}

bool
contact_clean(struct contact *c, struct arena *a, struct err *e)
{
	unsigned formats = contact_formats(c->format);

	if (!value_clean(c->scope, c->value, a, &c->value, e) || !mailboxes_clean(&c->email, a, e))
		return false;
	if (c->format.len > 0 && formats == 0)
		return err_set(e, ERR_INPUT, "the format %s is none of csv, xarf, both", QUOTE(c->format));
	c->format = contact_formats_name(formats);
	return true;
}

/* The bounds of a prefix as 16 bytes each, so that SQL can compare them. */
static void
bind_bounds(struct stmt *st, int i, bool has, struct slice value, uint8_t lo[16], uint8_t hi[16])
{
	struct prefix p;

	if (!has || !prefix_read_loose(value, &p)) {
		stmt_null(st, i);
		stmt_null(st, i + 1);
		return;
	}
	ip_to_bytes(p.ip, lo);
	ip_to_bytes(prefix_last(&p), hi);
	stmt_blob(st, i, slice_of(lo, 16));
	stmt_blob(st, i + 1, slice_of(hi, 16));
}

static bool
next_id(struct store *s, const char *sql, int64_t *out, struct err *e)
{
	struct stmt *st = NULL;
	bool ok = db_prepare(store_db(s), sql, &st, e) && stmt_step(st, e) == STEP_ITEM;

	if (ok)
		*out = stmt_col_i64(st, 0) + 1;
	stmt_free(&st);
	return ok;
}

/* NOT NULL columns: nothing is the empty text. */
static void
bind_text(struct stmt *st, int i, struct slice s)
{
	stmt_text(st, i, s.p == NULL ? S("") : s);
}

/* Is there one by hand for the same, that holds? */
static bool
twice(struct store *s, const struct contact *c, struct err *e)
{
	struct stmt *st = NULL;
	enum step step;

	if (!db_prepare(store_db(s), "SELECT id, email FROM contact WHERE layer = ?1 AND scope = ?2 AND value = ?3"
	    " AND (expires_s = 0 OR expires_s > ?4)", &st, e))
		return true;
	stmt_i64(st, 1, LAYER_MANUAL);
	stmt_i64(st, 2, c->scope);
	stmt_text(st, 3, c->value);
	stmt_i64(st, 4, clock_now_s());
	step = stmt_step(st, e);
	if (step == STEP_ITEM)
		(void)err_set(e, ERR_CONFLICT, "contact %lld (%s) was entered by hand for the same; take it out first: entente contacts --remove %lld",
		    (long long)stmt_col_i64(st, 0), QUOTE(stmt_col(st, 1)), (long long)stmt_col_i64(st, 0));
	stmt_free(&st);
	return step != STEP_END;
}

#define VERSION_KEY S("contacts.version")

bool
contacts_version(struct store *s, int64_t *out, struct err *e)
{
	struct slice text;
	struct arena a;
	bool ok;

	*out = 0;
	arena_init(&a, 4096);
	ok = store_setting(s, VERSION_KEY, &a, &text, e);
	(void)slice_i64(text, out);
	arena_fini(&a);
	return ok;
}

/* Something about contacts is another from now on: who keeps them in memory reads them again. */
static bool
touch(struct store *s, struct err *e)
{
	char text[24];

	return store_setting_put(s, VERSION_KEY,
	    slice_of(text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)clock_order_ns())), e);
}

bool
contact_put(struct store *s, const struct contact *c, int64_t *id_out,
    struct err *e)
{
	static const char sql[] = "INSERT INTO contact (id, layer, source, scope, value, lo, hi, name, email, lang, medium, interval_s, format, openpgp, url, checked_s, expires_s)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
	    " ON CONFLICT (id) DO UPDATE SET layer = excluded.layer, source = excluded.source, scope = excluded.scope, value = excluded.value,"
	    " lo = excluded.lo, hi = excluded.hi, name = excluded.name, email = excluded.email, lang = excluded.lang, medium = excluded.medium,"
	    " interval_s = excluded.interval_s, format = excluded.format, openpgp = excluded.openpgp, url = excluded.url,"
	    " checked_s = excluded.checked_s, expires_s = excluded.expires_s, disputed_s = 0";
	struct stmt *st = NULL;
	int64_t id = c->id;
	uint8_t lo[16], hi[16];
	bool ok;

	if (id == 0 && c->layer == LAYER_MANUAL && twice(s, c, e))
		return false;
	if (id == 0 && !next_id(s, "SELECT COALESCE(MAX(id), 0) FROM contact", &id, e))
		return false;
	if (!db_prepare(store_db(s), sql, &st, e))
		return false;
	stmt_i64(st, 1, id);
	stmt_i64(st, 2, c->layer);
	bind_text(st, 3, c->source);
	stmt_i64(st, 4, c->scope);
	bind_text(st, 5, c->value);
	bind_bounds(st, 6, c->scope == SCOPE_PREFIX, c->value, lo, hi);
	bind_text(st, 8, c->name);
	bind_text(st, 9, c->email);
	stmt_text(st, 10, c->lang_known ? slice_of_str(lang_tag(c->lang)) : S(""));
	stmt_text(st, 11, c->medium.len == 0 ? S("mail") : c->medium);
	stmt_i64(st, 12, c->interval_s);
	stmt_text(st, 13, c->format.len == 0 ? S("csv") : c->format);
	bind_text(st, 14, c->openpgp);
	bind_text(st, 15, c->url);
	stmt_i64(st, 16, c->checked_s);
	stmt_i64(st, 17, c->expires_s);
	ok = stmt_run(st, NULL, e) && touch(s, e);
	stmt_free(&st);
	if (ok && id_out != NULL)
		*id_out = id;
	return ok;
}

static bool
remove_row(struct store *s, const char *sql, int64_t id, struct err *e)
{
	struct stmt *st = NULL;
	int64_t changed = 0;
	bool ok = db_prepare(store_db(s), sql, &st, e);

	if (ok) {
		stmt_i64(st, 1, id);
		ok = stmt_run(st, &changed, e);
	}
	stmt_free(&st);
	if (ok && changed == 0)
		return err_set(e, ERR_ABSENT, "there is no number %lld", (long long)id);
	return ok && touch(s, e);
}

bool
contact_remove(struct store *s, int64_t id, struct err *e)
{
	return remove_row(s, "DELETE FROM contact WHERE id = ?1", id, e);
}

bool
contact_off_remove(struct store *s, int64_t id, struct err *e)
{
	return remove_row(s, "DELETE FROM contact_off WHERE id = ?1", id, e);
}

#define CONTACT_COLUMNS "id, layer, source, scope, value, name, email, lang, medium, interval_s, format, openpgp, url, checked_s, expires_s, disputed_s"

static void
contact_read(struct stmt *st, struct contact *out)
{
	int64_t layer = stmt_col_i64(st, 1), scope = stmt_col_i64(st, 3);
	struct slice lang = stmt_col(st, 7);
	char tag[8];

	*out = (struct contact){
		.id = stmt_col_i64(st, 0), .layer = layer == LAYER_MANUAL ? LAYER_MANUAL : LAYER_IMPORTED,
		.source = stmt_col(st, 2), .scope = scope >= 0 && scope < SCOPE_COUNT ? (enum contact_scope)scope : SCOPE_COUNTRY,
		.value = stmt_col(st, 4), .name = stmt_col(st, 5), .email = stmt_col(st, 6),
		.medium = stmt_col(st, 8), .interval_s = (uint32_t)stmt_col_i64(st, 9),
		.format = stmt_col(st, 10), .openpgp = stmt_col(st, 11), .url = stmt_col(st, 12),
		.checked_s = stmt_col_i64(st, 13), .expires_s = stmt_col_i64(st, 14), .disputed_s = stmt_col_i64(st, 15),
	};
	(void)snprintf(tag, sizeof(tag), "%.*s", SLICE_ARG(lang));
	out->lang_known = lang_parse(tag, &out->lang);
}

static bool
contact_walk(struct stmt *st, const bool *enough, bool (*each)(void *cookie, const struct contact *c, struct err *e), void *cookie, struct err *e)
{
	enum step step = STEP_FAIL;
	struct contact c;
	bool ok = true;

	while (ok && (step = stmt_step(st, e)) == STEP_ITEM) {
		contact_read(st, &c);
		ok = each(cookie, &c, e);
		if (ok && enough != NULL && *enough)
			return true;
	}
	return ok && step == STEP_END;
}

bool
contact_list(struct store *s, struct slice source,
    bool (*each)(void *cookie, const struct contact *c, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *st = NULL;
	bool ok = db_prepare(store_db(s), "SELECT " CONTACT_COLUMNS " FROM contact WHERE ?1 IS NULL OR source = ?1 ORDER BY scope, value, id", &st, e);

	if (ok) {
		stmt_text(st, 1, source);
		ok = contact_walk(st, NULL, each, cookie, e);
	}
	stmt_free(&st);
	return ok;
}

/* What a page asks for, of both its statements. */
static void
page_where(struct buf *sql, const struct contact_page *p)
{
	buf_str(sql, " FROM contact WHERE 1 = 1");
	if (p->of_places)
		buf_printf(sql, " AND scope <> %d", SCOPE_ASN);
	if (p->source.p != NULL)
		buf_str(sql, " AND source = ?1");
	if (p->text.p != NULL)
		buf_str(sql, " AND (value LIKE ?2 ESCAPE '\\' OR name LIKE ?2 ESCAPE '\\' OR email LIKE ?2 ESCAPE '\\' OR source LIKE ?2 ESCAPE '\\')");
}

static bool
page_prepare(struct store *s, const char *columns, const char *order, const struct contact_page *p, struct slice like, struct stmt **out, struct err *e)
{
	struct buf sql;
	bool ok;

	buf_init(&sql, 4096);
	buf_str(&sql, columns);
	page_where(&sql, p);
	buf_str(&sql, order);
	ok = db_prepare(store_db(s), buf_cstr(&sql), out, e);
	buf_fini(&sql);
	if (ok && p->source.p != NULL)
		stmt_text(*out, 1, p->source);
	if (ok && p->text.p != NULL)
		stmt_text(*out, 2, like);
	return ok;
}

bool
contact_page(struct store *s, const struct contact_page *p, uint64_t *total_out,
    bool (*each)(void *cookie, const struct contact *c, struct err *e), void *cookie, struct err *e)
{
	struct stmt *count = NULL, *rows = NULL;
	struct buf like;
	int64_t total = 0;
	bool ok;

	buf_init(&like, 4096);
	db_like(&like, p->text);
	ok = (total_out == NULL || (page_prepare(s, "SELECT count(*)", "", p, buf_view(&like), &count, e) && stmt_number(count, &total, NULL, e))) &&
	    page_prepare(s, "SELECT " CONTACT_COLUMNS, " ORDER BY scope, value, id LIMIT ?3 OFFSET ?4", p, buf_view(&like), &rows, e);
	if (total_out != NULL)
		*total_out = total < 0 ? 0 : (uint64_t)total;
	if (ok) {
		stmt_i64(rows, 3, (int64_t)p->limit);
		stmt_i64(rows, 4, (int64_t)p->skip);
		ok = contact_walk(rows, p->enough, each, cookie, e);
	}
	stmt_free(&count);
	stmt_free(&rows);
	buf_fini(&like);
	return ok;
}

bool
contact_off_put(struct store *s, const struct contact_off *o, int64_t *id_out,
    struct err *e)
{
	struct stmt *st = NULL;
	int64_t id = o->id;
	uint8_t lo[16], hi[16];
	bool ok;

	if (!o->has_scope && o->class_type.len == 0 && o->feed.len == 0)
		return err_set(e, ERR_INPUT, "a condition needs a scope, a class or a feed: else nobody would ever be told");
	if (id == 0 && !next_id(s, "SELECT COALESCE(MAX(id), 0) FROM contact_off", &id, e))
		return false;
	if (!db_prepare(store_db(s), "INSERT INTO contact_off (id, scope, value, lo, hi, class, feed, reason, from_s, until_s, by_whom, created_s)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", &st, e))
		return false;
	stmt_i64(st, 1, id);
	if (o->has_scope)
		stmt_i64(st, 2, o->scope);
	else
		stmt_null(st, 2);
	bind_text(st, 3, o->value);
	bind_bounds(st, 4, o->has_scope && o->scope == SCOPE_PREFIX, o->value, lo, hi);
	bind_text(st, 6, o->class_type);
	bind_text(st, 7, o->feed);
	bind_text(st, 8, o->reason);
	stmt_i64(st, 9, o->from_s);
	stmt_i64(st, 10, o->until_s);
	bind_text(st, 11, o->by);
	stmt_i64(st, 12, clock_now_s());
	ok = stmt_run(st, NULL, e) && touch(s, e);
	stmt_free(&st);
	if (ok && id_out != NULL)
		*id_out = id;
	return ok;
}

bool
contact_off_list(struct store *s,
    bool (*each)(void *cookie, const struct contact_off *o, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *st = NULL;
	enum step step = STEP_FAIL;

	if (!db_prepare(store_db(s), "SELECT id, scope, value, class, feed, reason, by_whom, from_s, until_s FROM contact_off ORDER BY id", &st, e))
		return false;
	while ((step = stmt_step(st, e)) == STEP_ITEM) {
		int64_t scope = stmt_col_i64(st, 1);
		struct contact_off o = {
			.id = stmt_col_i64(st, 0),
			.has_scope = !stmt_col_null(st, 1) && scope >= 0 && scope < SCOPE_COUNT,
			.scope = (enum contact_scope)(scope & 3), .value = stmt_col(st, 2),
			.class_type = stmt_col(st, 3), .feed = stmt_col(st, 4), .reason = stmt_col(st, 5),
			.by = stmt_col(st, 6), .from_s = stmt_col_i64(st, 7), .until_s = stmt_col_i64(st, 8),
		};

		if (!each(cookie, &o, e)) {
			step = STEP_FAIL;
			break;
		}
	}
	stmt_free(&st);
	return step == STEP_END;
}
