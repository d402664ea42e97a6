#include "attrib/contacts_import.h"

#include <stdlib.h>

#include "attrib/contact_text.h"
#include "attrib/rpsl.h"
#include "base/clock.h"
#include "base/lang.h"
#include "parse/csv.h"
#include "parse/date.h"

#define IMPORT_BYTES_MAX ((size_t)4 << 30)
#define BAD_KEPT 1000
#define ITEMS_MAX ((size_t)50000000)

static void *
grown(void *v, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return v;
	*cap = *cap == 0 ? 64 : *cap * 2;
	return xrealloc(v, *cap * size);
}

static bool
keep(struct contacts_diff *d, struct slice *s)
{
	*s = s->p == NULL ? S("") : arena_copy(&d->memory, *s);
	return s->p != NULL;
}

bool
contacts_diff_add(struct contacts_diff *d, const struct contact *c, struct err *e)
{
	struct contact *x;

	if (d->count >= ITEMS_MAX)
		return err_set(e, ERR_LIMIT, "more than %zu contacts", ITEMS_MAX);
	d->contacts = grown(d->contacts, d->count, &d->cap, sizeof(*d->contacts));
	x = &d->contacts[d->count];
	*x = *c;
	if (!keep(d, &x->source) || !keep(d, &x->value) || !keep(d, &x->name) || !keep(d, &x->email) ||
	    !keep(d, &x->medium) || !keep(d, &x->format) || !keep(d, &x->openpgp) || !keep(d, &x->url))
		return err_set(e, ERR_LIMIT, "more contacts than fit into %zu bytes", IMPORT_BYTES_MAX);
	d->count++;
	return true;
}

void
contacts_diff_bad(struct contacts_diff *d, uint64_t line, const struct err *why)
{
	d->bad_total++;
	if (d->bad_count >= BAD_KEPT)
		return;
	d->bad = grown(d->bad, d->bad_count, &d->bad_cap, sizeof(*d->bad));
	d->bad[d->bad_count].line = line;
	d->bad[d->bad_count].reason = arena_copy(&d->memory, slice_of_str(why->text));
	d->bad_count++;
}

enum column { COL_SCOPE, COL_VALUE, COL_PREFIX, COL_DOMAIN, COL_ASN, COL_COUNTRY,
	COL_NAME, COL_EMAIL, COL_LANGUAGE, COL_INTERVAL, COL_FORMAT, COL_OPENPGP, COL_URL,
	COL_CHECKED, COL_EXPIRES, COL_COUNT };

/* What the columns are called, here and in the tools that people come from. */
static const struct { struct slice name; enum column column; } column_names[] = {
	{ S_INIT("scope"), COL_SCOPE }, { S_INIT("value"), COL_VALUE },
	{ S_INIT("prefix"), COL_PREFIX }, { S_INIT("network"), COL_PREFIX }, { S_INIT("cidr"), COL_PREFIX },
	{ S_INIT("inetnum"), COL_PREFIX }, { S_INIT("source.network"), COL_PREFIX },
	{ S_INIT("domain"), COL_DOMAIN }, { S_INIT("fqdn"), COL_DOMAIN }, { S_INIT("source.fqdn"), COL_DOMAIN },
	{ S_INIT("asn"), COL_ASN }, { S_INIT("source.asn"), COL_ASN }, { S_INIT("aut-num"), COL_ASN },
	{ S_INIT("country"), COL_COUNTRY }, { S_INIT("cc"), COL_COUNTRY }, { S_INIT("source.geolocation.cc"), COL_COUNTRY },
	{ S_INIT("name"), COL_NAME }, { S_INIT("organisation"), COL_NAME }, { S_INIT("organization"), COL_NAME },
	{ S_INIT("org"), COL_NAME }, { S_INIT("email"), COL_EMAIL }, { S_INIT("e-mail"), COL_EMAIL },
	{ S_INIT("mail"), COL_EMAIL }, { S_INIT("contact"), COL_EMAIL }, { S_INIT("abuse-mailbox"), COL_EMAIL },
	{ S_INIT("source.abuse_contact"), COL_EMAIL }, { S_INIT("abuse_contact"), COL_EMAIL },
	{ S_INIT("language"), COL_LANGUAGE }, { S_INIT("lang"), COL_LANGUAGE },
	{ S_INIT("interval"), COL_INTERVAL }, { S_INIT("format"), COL_FORMAT },
	{ S_INIT("openpgp"), COL_OPENPGP }, { S_INIT("pgp"), COL_OPENPGP }, { S_INIT("key"), COL_OPENPGP },
	{ S_INIT("url"), COL_URL }, { S_INIT("checked"), COL_CHECKED }, { S_INIT("expires"), COL_EXPIRES },
};

static bool
header_read(const struct csv_row *row, int at[COL_COUNT], struct err *e)
{
	bool place = false;

	for (int i = 0; i < COL_COUNT; i++)
		at[i] = -1;
	for (size_t i = 0; i < row->count; i++) {
		struct slice name = slice_trim(row->v[i]);

		if (slice_starts(name, S("\xef\xbb\xbf")))
			name = slice_from(name, 3);
		for (size_t k = 0; k < sizeof(column_names) / sizeof(column_names[0]); k++) {
			if (slice_eq_nocase(name, column_names[k].name) && at[column_names[k].column] < 0)
				at[column_names[k].column] = (int)i;
		}
	}
	for (int i = COL_PREFIX; i <= COL_COUNTRY; i++)
		place = place || at[i] >= 0;
	if (at[COL_EMAIL] < 0 || (!place && (at[COL_SCOPE] < 0 || at[COL_VALUE] < 0)))
		return err_set(e, ERR_INPUT, "the first line must name the columns: email, and scope and value, or one of prefix, domain, asn, country");
	return true;
}

static struct slice
cell(const struct csv_row *row, const int at[COL_COUNT], enum column c)
{
	return at[c] < 0 || (size_t)at[c] >= row->count ? S("") : slice_trim(row->v[at[c]]);
}

static bool
date_cell(struct slice s, int64_t *out, struct err *e)
{
	struct date d;

	if (s.len == 0)
		return true;
	if (!date_parse(s, &d, e))
		return false;
	*out = d.s;
	return true;
}

static bool
csv_contact(const struct csv_row *row, const int at[COL_COUNT], struct contact *c,
    struct arena *a, struct err *e)
{
	static const enum contact_scope scopes[] = { SCOPE_PREFIX, SCOPE_DOMAIN, SCOPE_ASN, SCOPE_COUNTRY };
	struct slice text;
	uint64_t interval;
	bool found = false;
	char tag[16];

	*c = (struct contact){ .layer = LAYER_IMPORTED };
	text = cell(row, at, COL_SCOPE);
	if (text.len > 0) {
		if (!contact_scope_find(text, &c->scope))
			return err_set(e, ERR_INPUT, "scope: %s is none of prefix, domain, asn, country", QUOTE(text));
		c->value = cell(row, at, COL_VALUE);
		found = true;
	}
	for (int i = 0; i < 4 && !found; i++) {
		c->scope = scopes[i];
		c->value = cell(row, at, (enum column)(COL_PREFIX + i));
		found = c->value.len > 0;
	}
	if (!found)
		return err_set(e, ERR_INPUT, "nothing says what this contact answers for");
	if (!mailboxes_find(cell(row, at, COL_EMAIL), a, &c->email))
		return err_set(e, ERR_INPUT, "email: %s is not a mail address", QUOTE(cell(row, at, COL_EMAIL)));
	c->name = cell(row, at, COL_NAME);
	c->format = cell(row, at, COL_FORMAT);
	if (contact_formats(c->format) == 0)
		c->format = S(""); /* another tool's word */
	c->openpgp = cell(row, at, COL_OPENPGP);
	c->url = cell(row, at, COL_URL);
	text = cell(row, at, COL_LANGUAGE);
	if (text.len > 0 && text.len < sizeof(tag)) {
		memcpy(tag, text.p, text.len);
		tag[text.len] = '\0';
		c->lang_known = lang_parse(tag, &c->lang);
	}
	text = cell(row, at, COL_INTERVAL);
	if (text.len > 0) {
		if (!slice_u64(text, &interval) || interval > 31536000)
			return err_set(e, ERR_INPUT, "interval: %s is not a number of seconds up to a year", QUOTE(text));
		c->interval_s = (uint32_t)interval;
	}
	return date_cell(cell(row, at, COL_CHECKED), &c->checked_s, e) &&
	    date_cell(cell(row, at, COL_EXPIRES), &c->expires_s, e) && contact_clean(c, a, e);
}

static bool
read_csv(struct source *src, struct contacts_diff *d, struct err *e)
{
	struct err why = ERR_INIT;
	struct csv_reader reader;
	struct csv_row row;
	struct contact c;
	struct arena a;
	int at[COL_COUNT];
	enum step step;
	bool ok = false;

	arena_init(&a, 1 << 20);
	csv_init(&reader, src);
	step = csv_next(&reader, &row, e);
	if (step != STEP_ITEM || !header_read(&row, at, e)) {
		if (step == STEP_END)
			(void)err_set(e, ERR_INPUT, "the file is empty");
		goto out;
	}
	while ((step = csv_next(&reader, &row, &why)) == STEP_ITEM || step == STEP_BAD) {
		arena_reset(&a);
		if (step == STEP_BAD || !csv_contact(&row, at, &c, &a, &why))
			contacts_diff_bad(d, row.line, &why);
		else if (!contacts_diff_add(d, &c, e))
			goto out;
	}
	ok = step == STEP_END;
	if (!ok)
		*e = why;
out:
	csv_fini(&reader);
	arena_fini(&a);
	return ok;
}

static bool
read_text(enum contacts_kind kind, struct source *src, const struct contact *about,
    struct contacts_diff *d, struct err *e)
{
	struct security_txt txt;
	struct rfc2350 team;
	struct contact c;
	struct slice text;
	char tag[16] = "";

	if (about == NULL || about->value.len == 0)
		return err_set(e, ERR_USAGE, "say what the contact answers for: --scope domain --value example.org");
	c = *about;
	if (!source_all(src, 1 << 20, &text, e))
		return false;
	if (kind == CONTACTS_SECURITY_TXT) {
		if (!security_txt_read(text, &d->memory, &txt, e))
			return false;
		if (txt.email.p == NULL)
			return err_set(e, ERR_INPUT, "no Contact is a mail address");
		c.email = txt.email;
		c.expires_s = txt.expires_s;
		c.url = txt.canonical;
		c.openpgp = SLICE_NONE;
		if (txt.languages.len >= 2)
			memcpy(tag, txt.languages.p, 2);
		c.lang_known = lang_parse(tag, &c.lang);
	} else {
		if (!rfc2350_read(text, &d->memory, &team, e))
			return false;
		c.email = team.email;
		c.name = slice_sub(team.name, 0, slice_find_byte(team.name, '\n'));
		c.url = slice_sub(team.url, 0, slice_find_byte(team.url, '\n'));
	}
	c.checked_s = clock_now_s();
	return contact_clean(&c, &d->memory, e) && contacts_diff_add(d, &c, e);
}

static int
contact_cmp(const void *a, const void *b)
{
	const struct contact *x = a, *y = b;
	int c;

	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	c = slice_cmp(x->value, y->value);
	return c != 0 ? c : slice_cmp(x->email, y->email);
}

static bool
contact_same(const struct contact *x, const struct contact *y)
{
	return slice_eq(x->name, y->name) && x->lang_known == y->lang_known &&
	    (!x->lang_known || x->lang == y->lang) && x->interval_s == y->interval_s &&
	    slice_eq(x->format.len == 0 ? S("csv") : x->format, y->format.len == 0 ? S("csv") : y->format) &&
	    slice_eq(x->openpgp, y->openpgp) && slice_eq(x->url, y->url) && x->expires_s == y->expires_s;
}

static void
change(struct contacts_diff *d, enum contact_change kind, const struct contact *c)
{
	d->changes = grown(d->changes, d->change_count, &d->change_cap, sizeof(*d->changes));
	d->changes[d->change_count].change = kind;
	d->changes[d->change_count++].contact = *c;
}

static bool
take_former(void *cookie, const struct contact *c, struct err *e)
{
	return contacts_diff_add(cookie, c, e);
}

static bool
compare(struct store *s, struct slice source_name, struct contacts_diff *d, struct err *e)
{
	struct contacts_diff former = { 0 };
	size_t i = 0, k = 0, kept = 0;

	arena_init(&former.memory, IMPORT_BYTES_MAX);
	if (!contact_list(s, source_name, take_former, &former, e)) {
		contacts_diff_free(&former);
		return false;
	}
	if (d->count > 0)
		qsort(d->contacts, d->count, sizeof(*d->contacts), contact_cmp);
	if (former.count > 0)
		qsort(former.contacts, former.count, sizeof(*former.contacts), contact_cmp);
	/* The same place and address twice is one contact. */
	for (size_t n = 0; n < d->count; n++) {
		if (kept == 0 || contact_cmp(&d->contacts[kept - 1], &d->contacts[n]) != 0)
			d->contacts[kept++] = d->contacts[n];
	}
	d->count = kept;
	while (i < d->count || k < former.count) {
		int c = i == d->count ? 1 : k == former.count ? -1 : contact_cmp(&d->contacts[i], &former.contacts[k]);

		if (c < 0) {
			change(d, CONTACT_ADDED, &d->contacts[i++]);
		} else if (c > 0) {
			struct contact gone = former.contacts[k++];

			(void)(keep(d, &gone.value) && keep(d, &gone.email) && keep(d, &gone.name));
			gone.source = gone.medium = gone.format = gone.openpgp = gone.url = S("");
			change(d, CONTACT_REMOVED, &gone);
		} else {
			d->contacts[i].id = former.contacts[k].id;
			if (contact_same(&d->contacts[i], &former.contacts[k]))
				d->same++;
			else
				change(d, CONTACT_CHANGED, &d->contacts[i]);
			i++;
			k++;
		}
	}
	contacts_diff_free(&former);
	return true;
}

bool
contacts_import(struct store *s, enum contacts_kind kind, struct slice source_name,
    const struct contact *about, struct source *src, struct contacts_diff *out,
    struct err *e)
{
	bool ok = false;

	*out = (struct contacts_diff){ 0 };
	arena_init(&out->memory, IMPORT_BYTES_MAX);
	switch (kind) {
	case CONTACTS_CSV:
		ok = read_csv(src, out, e);
		break;
	case CONTACTS_RPSL:
		ok = contacts_rpsl_read(src, out, e);
		break;
	case CONTACTS_SECURITY_TXT:
	case CONTACTS_RFC2350:
		ok = read_text(kind, src, about, out, e);
		break;
	}
	return ok && compare(s, source_name, out, e);
}

bool
contacts_import_apply(struct store *s, struct slice source_name,
    const struct contacts_diff *d, struct err *e)
{
	struct db *db = store_db(s);

	if (!db_begin(db, e))
		return false;
	for (size_t i = 0; i < d->change_count; i++) {
		struct contact c = d->changes[i].contact;
		struct stmt *st = NULL;
		bool ok;

		if (d->changes[i].change != CONTACT_REMOVED) {
			c.source = source_name;
			c.layer = LAYER_IMPORTED;
			if (!contact_put(s, &c, NULL, e))
				goto fail;
			continue;
		}
		ok = db_prepare(db, "DELETE FROM contact WHERE source = ?1 AND scope = ?2 AND value = ?3 AND email = ?4 AND layer = 0", &st, e);
		if (ok) {
			stmt_text(st, 1, source_name);
			stmt_i64(st, 2, c.scope);
			stmt_text(st, 3, c.value);
			stmt_text(st, 4, c.email);
			ok = stmt_run(st, NULL, e);
		}
		stmt_free(&st);
		if (!ok)
			goto fail;
	}
	if (db_commit(db, e))
		return true;
fail:
	store_rollback(s);
	return false;
}

void
contacts_diff_free(struct contacts_diff *d)
{
	arena_fini(&d->memory);
	free(d->contacts);
	free(d->changes);
	free(d->bad);
	*d = (struct contacts_diff){ 0 };
}

static const char *const kind_names[] = { "csv", "rpsl", "security.txt", "rfc2350" };

bool
contacts_kind_find(struct slice name, enum contacts_kind *out)
{
	for (unsigned i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
		if (slice_eq_nocase(name, slice_of_str(kind_names[i]))) {
			*out = (enum contacts_kind)i;
			return true;
		}
	}
	return false;
}

/* "1. Document Information" */
static bool
heading_like(struct slice line)
{
	line = slice_trim(line);
	return line.len > 4 && line.p[0] == '1' && (line.p[1] == '.' || line.p[1] == ' ') &&
	    slice_find_byte(line, ',') == SIZE_MAX && byte_is_alpha(line.p[line.len - 1]);
}

enum contacts_kind
contacts_kind_guess(struct slice head)
{
	static const struct slice classes[] = { S_INIT("role:"), S_INIT("person:"), S_INIT("organisation:"),
		S_INIT("aut-num:"), S_INIT("inetnum:"), S_INIT("inet6num:"), S_INIT("route:"), S_INIT("route6:"),
		S_INIT("irt:"), S_INIT("mntner:") };
	struct slice line;

	while (slice_line(&head, &line)) {
		for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
			if (slice_starts_nocase(line, classes[i]))
				return CONTACTS_RPSL;
		}
		if (slice_starts_nocase(line, S("Contact:")) || slice_starts_nocase(line, S("Expires:")))
			return CONTACTS_SECURITY_TXT;
		if (heading_like(line))
			return CONTACTS_RFC2350;
	}
	return CONTACTS_CSV;
}
