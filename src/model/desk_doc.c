/*
 * desk_doc: a version of a record as one canonical document, and back; what is
 * in its body.
 */
#include "model/desk_room.h"

#include "parse/json_canon.h"

static const struct json_limits limits = { DESK_DOC_BYTES_MAX, 16, 20000 };

static bool
full(const struct arena *a, struct err *e)
{
	return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
}

bool
desk_tree(struct slice text, struct arena *a, const struct json **out, struct err *e)
{
	struct slice kept = arena_copy(a, text);

	return (kept.p != NULL || full(a, e)) && json_parse(kept, &limits, a, out, e);
}

/* --- written --------------------------------------------------------------------- */

static void
pending_put(struct json_out *j, const struct desk_pending *p)
{
	json_out_key(j, S("pending"));
	json_out_object(j);
	json_out_key_int(j, S("at"), p->at_s);
	json_out_key_text(j, S("by"), p->by);
	json_out_key_text(j, S("move"), p->move);
	if (p->patch != NULL) {
		json_out_key(j, S("patch"));
		json_out_raw(j, p->patch->raw);
	}
	if (p->reason.len > 0)
		json_out_key_text(j, S("reason"), p->reason);
	json_out_object_end(j);
}

static void
doc_put(const struct desk_record *r, struct buf *b)
{
	const struct desk_type_of *t = desk_kind_of(r->kind);
	char before[SHA256_HEX + 1];
	struct json_out j;

	sha256_hex(&r->before, before);
	json_out_init(&j, b, false);
	json_out_object(&j);
	json_out_key(&j, S("acts"));
	json_out_raw(&j, r->acts == NULL ? S("{}") : r->acts->raw);
	json_out_key_text(&j, S("before"), slice_of_str(before));
	json_out_key(&j, S("body"));
	json_out_raw(&j, r->body->raw);
	json_out_key_text(&j, S("by"), r->by);
	json_out_key_int(&j, S("changed"), r->changed_s);
	json_out_key_text(&j, S("country"), r->country);
	json_out_key_int(&j, S("created"), r->created_s);
	json_out_key_text(&j, S("id"), r->id);
	json_out_key_text(&j, S("kind"), slice_of_str(t->name));
	json_out_key_text(&j, S("move"), r->move);
	if (r->pending.move.p != NULL)
		pending_put(&j, &r->pending);
	if (r->reason.len > 0)
		json_out_key_text(&j, S("reason"), r->reason);
	json_out_key_text(&j, S("state"), slice_of_str(t->flow->states[r->state].name));
	json_out_key_int(&j, S("state_since"), r->state_s);
	json_out_key_int(&j, S("version"), r->version);
	json_out_object_end(&j);
}

bool
desk_doc_write(struct desk_record *r, struct arena *a, struct err *e)
{
	struct buf b, canonical;
	struct arena work;
	bool ok;

	buf_init(&b, DESK_DOC_BYTES_MAX);
	buf_init(&canonical, DESK_DOC_BYTES_MAX);
	arena_init(&work, (size_t)8 << 20);
	doc_put(r, &b);
	ok = (buf_ok(&b) || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", DESK_DOC_BYTES_MAX)) &&
	    json_canon(buf_view(&b), &limits, &work, &canonical, e);
	if (ok) {
		struct slice kept = arena_copy(a, buf_view(&canonical));

		ok = (kept.p != NULL || full(a, e)) && desk_doc_read(kept, a, r, e);
	}
	arena_fini(&work);
	buf_fini(&canonical);
	buf_fini(&b);
	return ok;
}

/* --- read ------------------------------------------------------------------------ */

static bool
bad(const char *what, struct err *e)
{
	return err_set(e, ERR_INPUT, "it is no record of the desk: %s", what);
}

static bool
number(const struct json *j, const char *name, int64_t min, int64_t *out, struct err *e)
{
	return (json_int(json_get(j, slice_of_str(name)), out) && *out >= min) || bad(name, e);
}

static bool
pending_read(const struct json *p, struct desk_record *r, struct err *e)
{
	if (p == NULL)
		return true;
	r->pending = (struct desk_pending){ json_text(json_get(p, S("move"))), json_text(json_get(p, S("by"))),
		json_text(json_get(p, S("reason"))), 0, json_get(p, S("patch")) };
	return (r->pending.move.len > 0 && r->pending.by.len > 0 &&
		   (r->pending.patch == NULL || json_is(r->pending.patch, JSON_OBJECT)) && number(p, "at", 0, &r->pending.at_s, e)) ||
	    bad("pending", e);
}

/* Every field is one that we know, with a value as it should be. */
static bool
body_check(const struct desk_record *r, struct err *e)
{
	const struct desk_type_of *t = desk_kind_of(r->kind);
	struct buf b;
	bool ok = true;

	buf_init(&b, DESK_DOC_BYTES_MAX);
	JSON_EACH(v, r->body) {
		const struct desk_field *f = desk_field_find(t, v->key);

		buf_clear(&b);
		if (f == NULL)
			ok = err_set(e, ERR_INPUT, "%s is no field of this kind: %s", QUOTE(v->key), t->name);
		else if (!desk_value_put(f, v, &b, e))
			ok = err_within(e, "%s", f->name);
		if (!ok)
			break;
	}
	buf_fini(&b);
	return ok;
}

bool
desk_doc_read(struct slice json, struct arena *a, struct desk_record *out, struct err *e)
{
	struct desk_record r = { .json = json };
	const struct desk_type_of *t;
	const struct json *j;
	struct slice kind;
	enum desk_kind k;
	int64_t version;

	if (!json_canon_check(json, &limits, a, &j, e))
		return false;
	if (!json_is(j, JSON_OBJECT))
		return bad("no object", e);
	r.id = json_text(json_get(j, S("id")));
	kind = json_text(json_get(j, S("kind")));
	if (!desk_kind_find(kind, &r.kind) || !desk_id_kind(r.id, &k) || k != r.kind)
		return bad("id", e);
	t = desk_kind_of(r.kind);
	if (!desk_state_find(t, json_text(json_get(j, S("state"))), &r.state))
		return bad("state", e);
	r.body = json_get(j, S("body"));
	r.acts = json_get(j, S("acts"));
	r.by = json_text(json_get(j, S("by")));
	r.move = json_text(json_get(j, S("move")));
	r.reason = json_text(json_get(j, S("reason")));
	r.country = json_text(json_get(j, S("country")));
	if (!json_is(r.body, JSON_OBJECT) || !json_is(r.acts, JSON_OBJECT) || r.by.len == 0 || r.move.len == 0 || r.country.p == NULL)
		return bad("a member is missing", e);
	if (!number(j, "created", 0, &r.created_s, e) || !number(j, "changed", 0, &r.changed_s, e) ||
	    !number(j, "state_since", 0, &r.state_s, e) || !number(j, "version", 1, &version, e) || version > UINT32_MAX)
		return bad("a number is missing", e);
	r.version = (uint32_t)version;
	if (!sha256_parse(json_text(json_get(j, S("before"))), &r.before) || !pending_read(json_get(j, S("pending")), &r, e) || !body_check(&r, e))
		return e->text[0] == '\0' ? bad("before", e) : false;
	r.sha = sha256_of(json);
	*out = r;
	return true;
}

/* --- its body ----------------------------------------------------------------------- */

const struct json *
desk_get(const struct desk_record *r, const char *field)
{
	return json_get(r->body, slice_of_str(field));
}

struct slice
desk_text(const struct desk_record *r, const char *field)
{
	return json_text(desk_get(r, field));
}

struct slice
desk_said(const struct desk_record *r, const char *field, const char *lang)
{
	const struct json *v = desk_get(r, field), *t;

	if (json_is(v, JSON_STRING))
		return v->text;
	t = json_get(v, slice_of_str(lang));
	if (t == NULL)
		t = json_get(v, S("en"));
	if (t == NULL && json_is(v, JSON_OBJECT))
		t = v->first;
	return json_text(t);
}

bool
desk_day(const struct desk_record *r, const char *field, int64_t *s_out)
{
	struct slice text = desk_text(r, field);

	return text.p != NULL && desk_day_read(text, s_out);
}

bool
desk_true(const struct desk_record *r, const char *field)
{
	return json_is(desk_get(r, field), JSON_TRUE);
}

struct slice
desk_title(const struct desk_record *r, const char *lang)
{
	static const char *const names[] = { "title", "name", "indicator", "value", "purpose", "what", "country" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct slice s = desk_said(r, names[i], lang);

		if (s.len > 0)
			return s;
	}
	return S("");
}

struct slice
desk_done_by(const struct desk_record *r, const char *move)
{
	return json_text(json_get(json_get(r->acts, slice_of_str(move)), S("by")));
}

int64_t
desk_done_s(const struct desk_record *r, const char *move)
{
	int64_t at;

	return json_int(json_get(json_get(r->acts, slice_of_str(move)), S("at")), &at) ? at : 0;
}

bool
desk_filled(const struct desk_record *r, const char *field)
{
	const struct json *v = desk_get(r, field);

	if (v == NULL)
		return false;
	switch (v->kind) {
	case JSON_ARRAY:
	case JSON_OBJECT:
		return v->count > 0;
	case JSON_STRING:
		return v->text.len > 0;
	case JSON_NULL:
		return false;
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_NUMBER:
		break;
	}
	return true;
}

bool
desk_needs(const char *names, const struct desk_record *r, struct err *e)
{
	struct slice rest = slice_of_str(names), name;

	while (rest.len > 0 && slice_cut(&rest, ' ', &name)) {
		const struct desk_field *f = desk_field_find(desk_kind_of(r->kind), name);

		if (!desk_filled(r, f->name))
			return err_set(e, ERR_INPUT, "%s is missing; it is needed for this", f->name);
	}
	return true;
}

bool
desk_refs(const struct desk_record *r, bool (*each)(void *cookie, struct slice id, struct err *e), void *cookie, struct err *e)
{
	const struct desk_type_of *t = desk_kind_of(r->kind);
	char text[16];

	if (r->country.len == 2) {
		(void)snprintf(text, sizeof(text), "country:%.*s", SLICE_ARG(r->country));
		if (!each(cookie, slice_of_str(text), e))
			return false;
	}
	for (size_t i = 0; i < t->field_count; i++) {
		const struct desk_field *f = &t->fields[i];
		bool account = strcmp(f->name, "account") == 0 || strcmp(f->name, "accounts") == 0;
		bool login = account && (f->type == DESK_LINE || f->type == DESK_LINES);
		const struct json *v = desk_get(r, f->name);

		if (v == NULL || (f->type != DESK_REF && f->type != DESK_REFS && !login))
			continue;
		for (const struct json *one = v->kind == JSON_ARRAY ? v->first : v; one != NULL; one = v->kind == JSON_ARRAY ? one->next : NULL) {
			char name[512];

			(void)snprintf(name, sizeof(name), "account:%.*s", SLICE_ARG(json_text(one)));
			if (!each(cookie, login ? slice_of_str(name) : json_text(one), e))
				return false;
		}
	}
	return true;
}

/* --- changed ---------------------------------------------------------------------------- */

static bool
member_put(const struct desk_field *f, const struct json *v, size_t n, struct buf *b, struct err *e)
{
	if (n > 0)
		buf_byte(b, ',');
	json_quote(b, slice_of_str(f->name));
	buf_byte(b, ':');
	return desk_value_put(f, v, b, e) || err_within(e, "%s", f->name);
}

static bool
patch_check(const struct desk_type_of *t, const struct json *patch, bool fresh, bool ours, struct err *e)
{
	if (patch != NULL && !json_is(patch, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "expected an object of fields");
	JSON_EACH(v, patch) {
		const struct desk_field *f = desk_field_find(t, v->key);

		if (f == NULL)
			return err_set(e, ERR_INPUT, "%s is no field of this kind: %s", QUOTE(v->key), t->name);
		if ((f->flags & DESK_FIXED) != 0 && !fresh)
			return err_set(e, ERR_CONFLICT, "%s stays as it was entered", f->name);
		if ((f->flags & DESK_OURS) != 0 && !ours)
			return err_set(e, ERR_INPUT, "%s is not entered; it comes of what is done", f->name);
		for (const struct json *before = patch->first; before != v; before = before->next) {
			if (slice_eq(before->key, v->key))
				return err_set(e, ERR_INPUT, "%s is in it twice", QUOTE(v->key));
		}
	}
	return true;
}

bool
desk_body(const struct desk_type_of *t, const struct json *was, const struct json *patch, bool fresh, bool ours,
    struct arena *a, const struct json **out, struct err *e)
{
	struct buf b;
	size_t n = 0;
	bool ok;

	buf_init(&b, DESK_DOC_BYTES_MAX);
	buf_byte(&b, '{');
	ok = patch_check(t, patch, fresh, ours, e);
	for (size_t i = 0; ok && i < t->field_count; i++) {
		const struct desk_field *f = &t->fields[i];
		const struct json *v = json_get(patch, slice_of_str(f->name));

		if (v == NULL)
			v = json_get(was, slice_of_str(f->name));
		if (v != NULL && v->kind != JSON_NULL)
			ok = member_put(f, v, n++, &b, e);
		else if ((f->flags & DESK_NEEDED) != 0)
			ok = err_set(e, ERR_INPUT, "%s is missing", f->name);
	}
	buf_byte(&b, '}');
	ok = ok && (buf_ok(&b) || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", DESK_DOC_BYTES_MAX)) &&
	    desk_tree(buf_view(&b), a, out, e);
	buf_fini(&b);
	return ok;
}
