/*
 * What is done at the desk: records entered, changed, moved on, approved.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/desk.h"
#include "desk/directory.h"
#include "parse/date.h"

/* --- fields ---------------------------------------------------------------------- */

/* "@letter.pdf": kept, and an entry of evidence with today's date; further ones with commas. */
static bool
files_put(struct desk_work *w, struct slice text, struct buf *b, struct err *e)
{
	struct slice rest = text, one;
	char hex[SHA256_HEX + 1], day[DATE_TEXT_MAX];
	size_t n = 0;

	buf_byte(b, '[');
	(void)date_print_day(w->now_s, day);
	while (rest.len > 0 && slice_cut(&rest, ',', &one)) {
		struct slice bytes, name;
		struct sha256 sha;
		const char *path;
		size_t slash;

		one = slice_trim(one);
		if (one.len < 2 || one.p[0] != '@')
			return err_set(e, ERR_INPUT, "a file of evidence is written @FILE");
		path = arena_str(&w->a, slice_from(one, 1));
		slash = slice_rfind_byte(one, '/');
		name = slice_from(one, slash == SIZE_MAX ? 1 : slash + 1);
		if (path == NULL || !desk_file_read(w, path, DESK_FILE_BYTES_MAX, &bytes, e) ||
		    !desk_file_put(w->node.store, name, bytes, w->actor.login, w->now_s, &sha, e))
			return false;
		sha256_hex(&sha, hex);
		buf_printf(b, "%s{\"sha256\":\"%s\",\"seen\":\"%s\",\"kind\":\"document\"}", n++ == 0 ? "" : ",", hex, day);
	}
	buf_byte(b, ']');
	return true;
}

static bool
value_put(struct desk_work *w, const struct desk_field *f, struct slice text, struct buf *b, struct err *e)
{
	struct slice token;

	if (slice_trim(text).len == 0) {
		buf_str(b, "null");
		return true;
	}
	if (f->type == DESK_EVIDENCE && text.p[0] == '@')
		return files_put(w, text, b, e);
	if ((f->flags & DESK_PERSONAL) != 0) {
		if (!desk_private_put(w->node.store, slice_trim(text), SLICE_NONE, &w->a, &token, e))
			return false;
		text = token;
	}
	return desk_value_type(f, text, b, e);
}

static bool
field_put(struct desk_work *w, const struct desk_type_of *t, struct slice arg, size_t n, struct buf *b, struct err *e)
{
	const struct desk_field *f;
	struct slice name;

	if (slice_find_byte(arg, '=') == SIZE_MAX || !slice_cut(&arg, '=', &name))
		return err_set(e, ERR_USAGE, "%s: expected FIELD=VALUE", QUOTE(arg));
	f = desk_field_find(t, name);
	if (f == NULL)
		return err_set(e, ERR_USAGE, "%s is no field of this kind: %s (entente desk kinds %s)", QUOTE(name), t->name, t->name);
	if (n > 0)
		buf_byte(b, ',');
	json_quote(b, name);
	buf_byte(b, ':');
	return value_put(w, f, arg, b, e) || err_within(e, "%s", f->name);
}

/* Of --fields: what is personal is put beside. */
static bool
file_fields(struct desk_work *w, const struct desk_type_of *t, size_t *n, struct buf *b, struct err *e)
{
	const char *path = cli_opt(w->c, "fields");
	const struct json *j;
	struct slice text;

	if (path == NULL)
		return true;
	if (!desk_file_read(w, path, DESK_DOC_BYTES_MAX, &text, e) || !json_parse(text, &JSON_LIMITS, &w->a, &j, e))
		return err_within(e, "%s", path);
	if (!json_is(j, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "%s: expected an object of fields", path);
	JSON_EACH(v, j) {
		const struct desk_field *f = desk_field_find(t, v->key);

		if (f == NULL)
			return err_set(e, ERR_INPUT, "%s is no field of this kind: %s", QUOTE(v->key), t->name);
		if (*n > 0)
			buf_byte(b, ',');
		json_quote(b, v->key);
		buf_byte(b, ':');
		if ((f->flags & DESK_PERSONAL) != 0 && v->kind == JSON_STRING) {
			if (!value_put(w, f, v->text, b, e))
				return err_within(e, "%s", f->name);
		} else {
			buf_put(b, v->raw);
		}
		(*n)++;
	}
	return true;
}

bool
desk_fields(struct desk_work *w, const struct desk_type_of *t, int n, const struct json **out, struct err *e)
{
	size_t count = 0;
	struct buf b;
	bool ok;

	*out = NULL;
	buf_init(&b, 2 * DESK_DOC_BYTES_MAX);
	buf_byte(&b, '{');
	ok = file_fields(w, t, &count, &b, e);
	for (; ok && n < w->c->arg_count; n++)
		ok = field_put(w, t, desk_arg(w, n), count++, &b, e);
	buf_byte(&b, '}');
	if (ok && count > 0) {
		struct slice kept = arena_copy(&w->a, buf_view(&b));

		ok = (buf_ok(&b) && kept.p != NULL) || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", DESK_DOC_BYTES_MAX);
		ok = ok && json_parse(kept, &JSON_LIMITS, &w->a, out, e);
	}
	buf_fini(&b);
	return ok;
}

/* --- deeds ----------------------------------------------------------------------------- */

struct deed {
	struct slice id;
	struct desk_deed d;
	const struct desk_type_of *t;
	int fields_from; /* arguments from here on are fields; 0: none */
	struct desk_record out;
};

static bool
deed_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct deed *x = cookie;

	if (x->fields_from > 0 && !desk_fields(w, x->t, x->fields_from, &x->d.patch, e))
		return false;
	return desk_deed(w->node.store, x->id, &x->d, &w->by, &w->a, &x->out, e) &&
	    (x->out.kind != DESK_FOCAL || directory_contacts(w->node.store, w->now_s, e));
}

static bool
go(struct desk_work *w, struct deed *x, struct err *e)
{
	x->d.actor = &w->actor;
	x->d.now_s = w->now_s;
	x->d.reason = slice_of_str(cli_opt(w->c, "reason"));
	return desk_change(w, deed_do, x, e) && desk_told(w, &x->out, e);
}

bool
desk_told(struct desk_work *w, const struct desk_record *r, struct err *e)
{
	const struct desk_state *s = &desk_kind_of(r->kind)->flow->states[r->state];

	if (w->c->quiet)
		return true;
	if (w->c->json) {
		printf("%.*s\n", SLICE_ARG(r->json));
		return fflush(stdout) == 0 || err_sys(e, "standard output");
	}
	printf("%.*s  ", SLICE_ARG(r->id));
	if (r->pending.move.p != NULL)
		printf(T("%s; \"%.*s\" waits for a second person"), T(s->title), SLICE_ARG(r->pending.move));
	else
		fputs(T(s->title), stdout);
	putchar('\n');
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}

bool
cli_desk_new(struct desk_work *w, struct err *e)
{
	struct deed x = { .d = { .verb = DESK_NEW }, .fields_from = 2 };

	if (!desk_kind_find(desk_arg(w, 1), &x.d.kind))
		return err_set(e, ERR_USAGE, "%s is no kind of record; see: entente desk kinds", QUOTE(desk_arg(w, 1)));
	x.t = desk_kind_of(x.d.kind);
	return go(w, &x, e);
}

bool
cli_desk_edit(struct desk_work *w, struct err *e)
{
	struct deed x = { .d = { .verb = DESK_EDIT }, .fields_from = 2 };
	struct desk_record r;

	if (!desk_arg_record(w, 1, &r, e))
		return false;
	x.id = r.id;
	x.t = desk_kind_of(r.kind);
	return go(w, &x, e);
}

bool
cli_desk_do(struct desk_work *w, struct err *e)
{
	struct deed x = { .d = { .verb = DESK_MOVE, .move = desk_arg(w, 1) }, .fields_from = 3 };
	struct desk_record r;

	if (!desk_arg_record(w, 2, &r, e))
		return false;
	x.id = r.id;
	x.t = desk_kind_of(r.kind);
	return go(w, &x, e);
}

bool
cli_desk_approve(struct desk_work *w, struct err *e)
{
	for (int i = 1; i < w->c->arg_count; i++) {
		struct deed x = { .d = { .verb = DESK_APPROVE } };
		struct desk_record r;

		if (!desk_arg_record(w, i, &r, e))
			return false;
		x.id = r.id;
		if (!go(w, &x, e))
			return false;
	}
	return true;
}

bool
cli_desk_refuse(struct desk_work *w, struct err *e)
{
	struct deed x = { .d = { .verb = DESK_REFUSE } };
	struct desk_record r;

	if (!desk_arg_record(w, 1, &r, e))
		return false;
	x.id = r.id;
	return go(w, &x, e);
}

/* --- files, time ----------------------------------------------------------------------- */

struct keep {
	struct slice name, bytes;
	struct sha256 sha;
};

static bool
keep_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct keep *k = cookie;

	return desk_file_put(w->node.store, k->name, k->bytes, w->by.name, w->now_s, &k->sha, e);
}

bool
cli_desk_file(struct desk_work *w, struct err *e)
{
	struct slice arg = desk_arg(w, 1);
	size_t slash = slice_rfind_byte(arg, '/');
	struct keep k = { .name = slice_from(arg, slash == SIZE_MAX ? 0 : slash + 1) };
	char hex[SHA256_HEX + 1];
	bool found, ok;
	struct buf b;

	if (slice_starts(arg, S("sha256:")))
		arg = slice_from(arg, 7);
	if (sha256_parse(arg, &k.sha)) {
		buf_init(&b, DESK_FILE_BYTES_MAX);
		ok = desk_file_get(w->node.store, &k.sha, &b, &found, e) &&
		    (found || err_set(e, ERR_ABSENT, "there is no %s", QUOTE(arg))) && desk_put_out(w, buf_view(&b), e);
		buf_fini(&b);
		return ok;
	}
	if (!desk_file_read(w, w->c->args[1], DESK_FILE_BYTES_MAX, &k.bytes, e) || !desk_change(w, keep_do, &k, e))
		return false;
	sha256_hex(&k.sha, hex);
	printf("sha256:%s\n", hex);
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}

#define TICK_MAX 10000
static bool
tick_do(struct desk_work *w, void *cookie, struct err *e)
{
	int64_t forgotten;

	/* Names of people are kept for 12 months after their role ended. */
	return desk_tick(w->node.store, &w->by, w->now_s, TICK_MAX, cookie, e) &&
	    desk_private_forget(w->node.store, desk_months(w->now_s, -12), &forgotten, e) && directory_contacts(w->node.store, w->now_s, e);
}

bool
cli_desk_tick(struct desk_work *w, struct err *e)
{
	size_t done = 0;

	if (!desk_change(w, tick_do, &done, e))
		return false;
	if (!w->c->quiet) {
		printf(TN("%lu record moved on by itself.", "%lu records moved on by themselves.", done), (unsigned long)done);
		putchar('\n');
	}
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}
