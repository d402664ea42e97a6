/*
 * api: the way of a request. Route, person, right, form, handler; and whatever
 * goes wrong on it is one problem document (RFC 9457).
 */
#include "server/api.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/lang.h"
#include "base/log.h"
#include "parse/date.h"
#include "server/api_route.h"
#include "share/taxii.h"

/* --- problems ---------------------------------------------------------------------- */

static const struct { int status; const char *title; } titles[] = {
	{ 400, N_("The request is not understood") },
	{ 401, N_("Sign in first") },
	{ 403, N_("You may not do this") },
	{ 404, N_("Not found") },
	{ 405, N_("This cannot be done here") },
	{ 406, N_("This form is not given here") },
	{ 409, N_("It is in another state") },
	{ 412, N_("It was changed meanwhile") },
	{ 413, N_("Too large") },
	{ 415, N_("This kind of content is not taken here") },
	{ 422, N_("The content cannot be worked on") },
	{ 429, N_("Too many requests") },
	{ 500, N_("Something went wrong here") },
	{ 503, N_("Not now") },
};

static const char *
title_of(int status)
{
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		if (titles[i].status == status)
			return T(titles[i].title);
	}
	return T(status >= 500 ? "Something went wrong here" : "The request is not understood");
}

static int
status_of(enum err_code code)
{
	switch (code) {
	case ERR_INPUT:
	case ERR_USAGE:
	case ERR_LIMIT:
		return 400;
	case ERR_DENIED:
		return 403;
	case ERR_ABSENT:
		return 404;
	case ERR_CONFLICT:
		return 409;
	case ERR_SYSTEM:
	case ERR_INTERNAL:
	case ERR_NONE:
		break;
	}
	return 500;
}

/* What failed in the machine is for its log: paths and databases are no stranger's affair. */
static const char *
detail_of(const struct api_call *c, int status, const struct err *e)
{
	if (status < 500)
		return e->text;
	log_error("api.failed", "method=%s path=%s reason=%s cause=%s", api_method_name(c->r->method),
	    LOG_TEXT(QUOTE(c->r->path)), LOG_TEXT(e->text), LOG_TEXT(e->cause));
	return T("The node could not do this; its log says why.");
}

static void
problem(struct api_call *c, const struct err *e)
{
	struct api_response *out = c->out;
	int status = c->status >= 400 ? c->status : status_of(e->code);
	struct json_out j;

	if (out->more_free != NULL)
		out->more_free(out->more_cookie);
	out->more = NULL;
	out->more_free = NULL;
	buf_clear(&out->body);
	out->status = status;
	out->type = "application/problem+json; charset=utf-8";
	out->no_store = true;
	if (c->retry_s > 0)
		buf_printf(&out->headers, "Retry-After: %lld\r\n", (long long)c->retry_s);
	buf_printf(&out->headers, "Content-Language: %s\r\n", lang_tag(lang_get()));
	if (slice_starts(c->r->path, S("/taxii2/"))) {
		/* For clients that are no browsers: a page that asks would make one show its own question. */
		if (status == 401)
			buf_str(&out->headers, "WWW-Authenticate: Basic realm=\"TAXII\", charset=\"UTF-8\"\r\nWWW-Authenticate: Bearer\r\n");
		/* TAXII has a form of its own for what went wrong. */
		out->type = TAXII_TYPE;
		taxii_error(&out->body, status, slice_of_str(title_of(status)), slice_of_str(detail_of(c, status, e)));
		return;
	}
	json_out_init(&j, &out->body, false);
	json_out_object(&j);
	json_out_key_text(&j, S("type"), S("about:blank"));
	json_out_key_text(&j, S("title"), slice_of_str(title_of(status)));
	json_out_key_int(&j, S("status"), status);
	json_out_key_text(&j, S("detail"), slice_of_str(detail_of(c, status, e)));
	if (c->field != NULL)
		json_out_key_text(&j, S("field"), slice_of_str(c->field));
	if (c->flag != NULL) {
		json_out_key(&j, slice_of_str(c->flag));
		json_out_bool(&j, true);
	}
	json_out_object_end(&j);
}

/* --- what a handler uses ---------------------------------------------------------------- */

struct json_out *
api_json(struct api_call *c)
{
	json_out_init(&c->json, &c->out->body, false);
	return &c->json;
}

bool
api_fault(struct api_call *c, const char *field)
{
	c->field = field;
	return false;
}

bool
api_status(struct api_call *c, int status)
{
	c->status = status;
	return false;
}

void
api_changed(struct api_call *c, const char *kind, int64_t id)
{
	if (c->api->changed != NULL)
		c->api->changed(c->api->cookie, kind, id);
}

void
api_put_moment_always(struct json_out *j, struct slice key, int64_t s)
{
	char text[DATE_TEXT_MAX];

	json_out_key_text(j, key, slice_of(text, date_print_z(s, text)));
}

void
api_put_moment(struct json_out *j, struct slice key, int64_t s)
{
	if (s != 0) {
		api_put_moment_always(j, key, s);
		return;
	}
	json_out_key(j, key);
	json_out_null(j);
}

void
api_put_finding_id(struct json_out *j, struct slice key, int64_t id)
{
	char text[24];

	json_out_key_text(j, key, slice_of(text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)id)));
}

void
api_put_text(struct json_out *j, struct slice key, struct slice s)
{
	json_out_key(j, key);
	if (s.len == 0)
		json_out_null(j);
	else
		json_out_text(j, s);
}

void
api_put_number(struct json_out *j, struct slice key, int64_t n)
{
	json_out_key(j, key);
	if (n == 0)
		json_out_null(j);
	else
		json_out_int(j, n);
}

static void
names_put(struct json_out *j, struct slice key, uint32_t set, void (*print)(uint32_t, struct buf *))
{
	struct slice rest, name;
	struct buf b;

	buf_init(&b, 4096);
	print(set, &b);
	rest = buf_view(&b);
	json_out_key(j, key);
	json_out_array(j);
	while (slice_cut(&rest, ' ', &name))
		json_out_text(j, name);
	json_out_array_end(j);
	buf_fini(&b);
}

void
api_put_roles(struct json_out *j, struct slice key, uint32_t roles)
{
	names_put(j, key, roles, who_roles_print);
}

void
api_put_rights(struct json_out *j, struct slice key, uint32_t rights)
{
	names_put(j, key, rights, who_rights_print);
}

/* --- the way -------------------------------------------------------------------------------- */

enum api_place
api_place(const struct api_request *r)
{
	unsigned allow;
	const struct api_route *route = api_route_find(r, &allow);

	unsigned keeper = API_CHANGES | API_READS_KEEPER | (r->client_cert.len > 0 ? (unsigned)API_PARTNER_KEEPER : 0);

	return route != NULL && (route->flags & keeper) != 0 ? API_KEEPER : API_HERE;
}

bool
api_is_long(const struct api_request *r)
{
	unsigned allow;
	const struct api_route *route = api_route_find(r, &allow);

	return route != NULL && (route->flags & API_LONG) != 0;
}

uint64_t
api_upload_max(const struct api *a, const struct api_request *r)
{
	unsigned allow;
	const struct api_route *route = api_route_find(r, &allow);

	if (route == NULL || (route->flags & API_UPLOAD) == 0)
		return 0;
	/* A stranger's is a mail or a few lines. */
	return route->right == RIGHT_PUBLIC ? API_BODY_MAX : a->node->conf.report_bytes_max;
}

static bool
route_get(struct api_call *c, struct err *e)
{
	struct buf names;
	unsigned allow;

	c->route = api_route_find(c->r, &allow);
	if (c->route != NULL)
		return true;
	if (allow == 0)
		return api_status(c, 404), err_set(e, ERR_ABSENT, "there is nothing at this address");
	buf_init(&names, 128);
	for (int m = 0; m < API_METHOD_COUNT; m++) {
		if ((allow >> m & 1) != 0)
			buf_printf(&names, "%s%s", names.len == 0 ? "" : ", ", m == API_GET ? "GET, HEAD" : api_method_name((enum api_method)m));
	}
	buf_printf(&c->out->headers, "Allow: %s\r\n", buf_cstr(&names));
	buf_fini(&names);
	return api_status(c, 405), err_set(e, ERR_INPUT, "%s is not possible here", api_method_name(c->r->method));
}

static bool
who_get(struct api_call *c, struct who *mem, struct err *e)
{
	c->who = c->r->who;
	if (c->who != NULL)
		return true;
	*mem = (struct who){ .kind = WHO_NOBODY, .from = c->r->from };
	if (c->api->who != NULL && !c->api->who(c->api, c->r, c->a, mem, e))
		return c->status != 0 ? false : api_status(c, e->code == ERR_DENIED ? 403 : e->code == ERR_SYSTEM ? 500 : 401);
	c->r->who = c->who = mem;
	return true;
}

/* What has to be done before anything else: a password that others know is changed, then the second factor is set up. */
static bool
first_done(struct api_call *c, struct err *e)
{
	const struct api_route *route = c->route;

	if (route->right == RIGHT_PUBLIC)
		return true;
	if (c->who->must_change)
		return (route->flags & API_FIRST_PASSWORD) != 0 || err_set(e, ERR_DENIED, "change the password that was given to you first");
	if (!c->who->must_factor || (route->flags & API_FIRST_FACTOR) != 0)
		return true;
	c->flag = "second_factor_due";
	return err_set(e, ERR_DENIED, "your role needs a second factor here; set it up first, then all the rest is there");
}

static bool
may(struct api_call *c, struct err *e)
{
	const struct api_route *route = c->route;

	if (!first_done(c, e))
		return false;
	if (!who_may(c->who, route->right)) {
		if (c->who->kind == WHO_NOBODY)
			return api_status(c, 401), err_set(e, ERR_DENIED, "this is for those who are signed in");
		return err_set(e, ERR_DENIED, "your roles do not allow this");
	}
	if (c->who->kind == WHO_PARTNER && route->right != RIGHT_PUBLIC && (route->flags & (API_PARTNER | API_PARTNER_KEEPER)) == 0)
		return err_set(e, ERR_DENIED, "partners get what agreements let them have: by TAXII, as exports, and the registers that they are named in");
	if (route->rate == API_RATE_NONE || c->api->rate == NULL || c->api->rate(c->api, (int)route->rate, c->r->from, &c->retry_s))
		return true;
	return api_status(c, 429), err_set(e, ERR_LIMIT, "too many requests from your address; try again later");
}

/* What was done is in the log also where it was refused; what cannot be logged is not answered as done. */
static bool
audit(struct api_call *c, int status, struct err *e)
{
	char what[128];

	if (c->route == NULL || c->audited || (c->route->flags & API_CHANGES) == 0 || (c->route->flags & API_AUDITS_ITSELF) != 0 ||
	    c->api->audit == NULL)
		return true;
	(void)snprintf(what, sizeof(what), "%s %s", api_method_name(c->route->method), c->route->path);
	return c->api->audit(c->api, c->who, what, c->audit.p != NULL ? c->audit : c->r->path, status, e);
}

bool
api_audit(struct api_call *c, struct err *e)
{
	return audit(c, c->status != 0 ? c->status : c->route->status != 0 ? c->route->status : 200, e);
}

static bool
run(struct api_call *c, struct err *e)
{
	const struct api_route *route = c->route;

	unsigned keeper = API_CHANGES | API_READS_KEEPER | (c->who->kind == WHO_PARTNER ? (unsigned)API_PARTNER_KEEPER : 0);

	if ((route->flags & keeper) != 0 && c->api->flow == NULL)
		return err_set(e, ERR_INTERNAL, "a changing request came to a process that only reads");
	c->out->type = route->answer != NULL ? "application/json; charset=utf-8" : route->type;
	if (!route->run(c, e))
		return false;
	c->out->status = c->status != 0 ? c->status : route->status != 0 ? route->status : 200;
	c->out->events = (route->flags & API_EVENTS) != 0;
	return buf_ok(&c->out->body) || err_set(e, ERR_LIMIT, "the answer is too large; ask for less at once");
}

/*
 * What is changed and its line in the audit log are one transaction: a crash
 * leaves both or neither. What takes its time has several, and sees to it
 * where the change itself is one (api_report.c).
 */
static bool
run_audited(struct api_call *c, struct err *e)
{
	struct store *s = c->api->node->store;
	unsigned flags = c->route->flags;
	bool mine, ok;

	if ((flags & API_CHANGES) == 0 || (flags & (API_LONG | API_AUDITS_ITSELF | API_COMMITS_ITSELF)) != 0 || c->api->audit == NULL)
		return run(c, e);
	if (!store_begin(s, &mine, e))
		return false;
	ok = run(c, e) && audit(c, c->out->status, e);
	c->audited = store_end(s, mine, ok, e);
	return c->audited;
}

static bool
way(struct api_call *c, struct who *mem, struct err *e)
{
	return who_get(c, mem, e) && may(c, e) && api_args_read(c, e) && run_audited(c, e);
}

void
api_handle(struct api *a, struct api_request *r, struct api_response *out)
{
	struct api_call c = { .api = a, .r = r, .out = out };
	struct db *db = a->node->store == NULL ? NULL : store_db(a->node->store);
	/* Who only reads answers from one state of the store. */
	bool reads = a->flow == NULL && db != NULL && !db_in_transaction(db), ok;
	enum lang before = lang_get();
	struct err e = ERR_INIT;
	struct who mem;
	struct arena memory;

	arena_init(&memory, API_MEMORY_MAX);
	c.a = &memory;
	lang_set(r->lang);
	ok = route_get(&c, &e) && (!reads || db_read_begin(db, &e));
	if (ok) {
		ok = way(&c, &mem, &e);
		if (reads)
			db_read_end(db);
	}
	if (!ok)
		problem(&c, &e);
	if (c.who != NULL && !audit(&c, out->status, &e)) {
		c.status = 500;
		problem(&c, &e);
	}
	if (a->audited != NULL && c.route != NULL && (c.route->flags & API_CHANGES) != 0)
		a->audited(a);
	if (r->who == &mem)
		r->who = NULL;
	lang_set(before);
	arena_fini(&memory);
}
