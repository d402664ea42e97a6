/*
 * api_accounts: everybody's accounts, the partners' certificates and the audit
 * log, for who keeps or audits the node.
 */
#include "base/file.h"
#include "server/api_rooms.h"
#include "server/auth_room.h"
#include "server/certificate.h"

#define PAGE 100
/* Of the log, at a time: the keeper does other work too. */
#define VERIFY_ROWS 5000

static struct store *
store_of(struct api_call *c)
{
	return c->api->node->store;
}

static void
account_put_json(struct api_call *c, struct json_out *j, const struct account *x)
{
	json_out_key_int(j, S("id"), x->id);
	json_out_key_text(j, S("name"), x->name);
	json_out_key_text(j, S("display"), x->display);
	api_put_text(j, S("mail"), x->mail);
	api_put_text(j, S("lang"), x->lang_known ? slice_of_str(lang_tag(x->lang)) : SLICE_NONE);
	api_put_text(j, S("country"), x->country);
	api_put_roles(j, S("roles"), x->roles);
	json_out_key(j, S("locked"));
	json_out_bool(j, x->locked);
	json_out_key(j, S("must_change"));
	json_out_bool(j, x->must_change);
	json_out_key(j, S("second_factor"));
	json_out_bool(j, x->second_factor);
	json_out_key(j, S("second_factor_due"));
	json_out_bool(j, auth_factor_due(&c->api->node->conf, x));
	api_put_moment(j, S("created"), x->created_s);
	api_put_moment(j, S("changed"), x->changed_s);
	api_put_moment(j, S("signed_in"), x->signed_s);
}

static bool
account_row(void *cookie, const struct account *x, struct err *e)
{
	struct api_call *c = cookie;

	(void)e;
	json_out_object(&c->json);
	account_put_json(c, &c->json, x);
	json_out_object_end(&c->json);
	return true;
}

static bool
accounts(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);

	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!account_list(store_of(c), account_row, c, e))
		return false;
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

static bool
named(struct api_call *c, struct account *out, struct err *e)
{
	return account_get(store_of(c), api_int_of(c, "id", 0), c->a, out, e);
}

/* The account, and where it is not NONE the password that is shown once. */
static bool
show(struct api_call *c, int64_t id, struct slice password, struct err *e)
{
	struct json_out *j = api_json(c);
	struct account x;

	if (!account_get(store_of(c), id, c->a, &x, e))
		return false;
	json_out_object(j);
	account_put_json(c, j, &x);
	if (password.p != NULL)
		json_out_key_text(j, S("password"), password);
	json_out_object_end(j);
	return true;
}

static bool
account_show(struct api_call *c, struct err *e)
{
	return show(c, api_int_of(c, "id", 0), SLICE_NONE, e);
}

/* --- changing -------------------------------------------------------------------------------- */

/* What the body says of an account, over what x is; null takes a country or language off. */
static bool
body_take(struct api_call *c, struct account *x, struct err *e)
{
	const struct json *roles = json_get(c->body, S("roles")), *lang = json_get(c->body, S("lang"));
	enum who_role r;
	char *tag;

	if (api_body_text(c, "display").p != NULL)
		x->display = api_body_text(c, "display");
	if (json_get(c->body, S("mail")) != NULL)
		x->mail = api_body_text(c, "mail");
	if (json_get(c->body, S("country")) != NULL)
		x->country = api_body_text(c, "country");
	if (lang != NULL) {
		tag = json_text(lang).p == NULL ? NULL : arena_str(c->a, json_text(lang));
		x->lang_known = tag != NULL && lang_parse(tag, &x->lang);
		if (!x->lang_known && json_text(lang).p != NULL)
			return api_fault(c, "lang"), err_set(e, ERR_INPUT, "%s is none of ar, zh, en, fr, ru, es", QUOTE(json_text(lang)));
	}
	if (roles != NULL)
		x->roles = 0;
	JSON_EACH(item, roles) {
		if (!who_role_find(json_text(item), &r))
			return api_fault(c, "roles"), err_set(e, ERR_INPUT, "%s is none of administrator, analyst, focal-point, coordinator, expert, donor, auditor, viewer", QUOTE(json_text(item)));
		x->roles |= 1u << r;
	}
	return account_clean(x, c->a, &c->field, e);
}

/* What changed, for the log: roles are what it is asked about later. */
static struct slice
roles_text(struct api_call *c, uint32_t before, uint32_t after)
{
	struct slice text;
	struct buf b;

	buf_init(&b, 1024);
	buf_str(&b, "roles: ");
	who_roles_print(before, &b);
	if (before != after) {
		buf_str(&b, " -> ");
		who_roles_print(after, &b);
	}
	text = arena_copy(c->a, buf_view(&b));
	buf_fini(&b);
	return text;
}

static bool
changed(struct api_call *c, int64_t id)
{
	auth_head_keep(c->api);
	api_changed(c, "account", id);
	return true;
}

static bool
account_make(struct api_call *c, struct err *e)
{
	struct account x = { .name = api_body_text(c, "name"), .display = S(""), .mail = S(""), .country = S(""), .must_change = true };
	char password[PASSWORD_MADE_BYTES], hash[PASSWORD_HASH_MAX];
	struct auth *auth = auth_of(c->api);
	struct auth_change change;
	bool ok;

	password_make(password);
	if (!body_take(c, &x, e) || !password_hash(slice_of_str(password), hash, e) ||
	    !auth_change_begin(&change, store_of(c), e))
		return false;
	ok = auth_account_add(store_of(c), auth->secret, &x, hash, c->r->now_s, &x.id, e);
	return auth_change_end(&change, ok, c->who, "account.add", auth_object(&x, c->a), roles_text(c, x.roles, x.roles), c->r->now_s, e) &&
	    changed(c, x.id) && show(c, x.id, slice_of_str(password), e);
}

/* The row as x says, with its line. */
static bool
account_write(struct api_call *c, const struct account *x, const char *act, struct slice detail, struct err *e)
{
	struct auth_change change;
	bool ok;

	if (!auth_change_begin(&change, store_of(c), e))
		return false;
	ok = account_put(store_of(c), x, c->r->now_s, e);
	return auth_change_end(&change, ok, c->who, act, auth_object(x, c->a), detail, c->r->now_s, e) &&
	    changed(c, x->id) && show(c, x->id, SLICE_NONE, e);
}

static bool
account_change(struct api_call *c, struct err *e)
{
	struct account x;
	uint32_t before;

	if (!named(c, &x, e))
		return false;
	before = x.roles;
	return body_take(c, &x, e) && account_write(c, &x, "account.change", roles_text(c, before, x.roles), e);
}

static bool
account_lock(struct api_call *c, struct err *e)
{
	struct account x;

	if (!named(c, &x, e))
		return false;
	if (x.id == c->who->account)
		return err_set(e, ERR_CONFLICT, "nobody locks their own account");
	x.locked = true;
	return account_write(c, &x, "account.lock", S(""), e);
}

static bool
account_unlock(struct api_call *c, struct err *e)
{
	struct account x;

	if (!named(c, &x, e))
		return false;
	x.locked = false;
	return account_write(c, &x, "account.unlock", S(""), e);
}

static bool
account_delete(struct api_call *c, struct err *e)
{
	struct auth_change change;
	struct account x;
	bool ok;

	if (!named(c, &x, e))
		return false;
	if (x.id == c->who->account)
		return err_set(e, ERR_CONFLICT, "nobody removes their own account");
	if (!auth_change_begin(&change, store_of(c), e))
		return false;
	ok = account_remove(store_of(c), x.id, e);
	return auth_change_end(&change, ok, c->who, "account.remove", auth_object(&x, c->a), roles_text(c, x.roles, x.roles), c->r->now_s, e) &&
	    changed(c, x.id);
}

/* A new password, given out once; with it the second factor goes where that is asked for. */
static bool
account_reset(struct api_call *c, struct err *e)
{
	bool factor_off = api_body_bool(c, "second_factor_off", false), ok;
	char password[PASSWORD_MADE_BYTES], hash[PASSWORD_HASH_MAX];
	struct auth_change change;
	struct account x;

	password_make(password);
	if (!named(c, &x, e) || !password_hash(slice_of_str(password), hash, e) ||
	    !auth_change_begin(&change, store_of(c), e))
		return false;
	ok = auth_password_put(store_of(c), auth_of(c->api)->secret, x.id, hash, true, 0, c->r->now_s, e) &&
	    (!factor_off || account_totp_put(store_of(c), x.id, SLICE_NONE, 0, c->r->now_s, e));
	return auth_change_end(&change, ok, c->who, "account.reset", auth_object(&x, c->a),
	    factor_off ? S("second factor off") : S(""), c->r->now_s, e) &&
	    changed(c, x.id) && show(c, x.id, slice_of_str(password), e);
}

/* --- partners ------------------------------------------------------------------------------------ */

static bool
partner_row(void *cookie, const struct partner_cert *x, struct err *e)
{
	struct api_call *c = cookie;
	struct json_out *j = &c->json;
	char hex[SHA256_HEX + 1];

	(void)e;
	sha256_hex(&x->sha, hex);
	json_out_object(j);
	json_out_key_int(j, S("id"), x->id);
	json_out_key_text(j, S("name"), x->name);
	json_out_key_text(j, S("sha256"), slice_of_str(hex));
	api_put_rights(j, S("scopes"), x->scopes);
	api_put_moment(j, S("created"), x->created_s);
	api_put_moment(j, S("expires"), x->expires_s);
	json_out_object_end(j);
	return true;
}

static bool
partners(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);

	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!partner_cert_list(store_of(c), partner_row, c, e))
		return false;
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

struct partner_find {
	int64_t id;
	struct api_call *c; /* it is written to its answer where that is not NULL */
	struct slice name; /* NONE: it is not there */
	struct arena *a;
};

static bool
partner_find_row(void *cookie, const struct partner_cert *x, struct err *e)
{
	struct partner_find *f = cookie;

	if (x->id != f->id)
		return true;
	f->name = arena_copy(f->a, x->name);
	return f->c == NULL || partner_row(f->c, x, e);
}

static bool
partner_take(struct api_call *c, struct partner_cert *x, struct err *e)
{
	enum who_right r;

	x->name = slice_trim(api_body_text(c, "name"));
	if (x->name.len == 0 || x->name.len > 128 || !slice_utf8_ok(x->name))
		return api_fault(c, "name"), err_set(e, ERR_INPUT, "a partner's name has from 1 to %d bytes", 128);
	for (size_t i = 0; i < x->name.len; i++) {
		if (x->name.p[i] < 0x20 || x->name.p[i] == 0x7f)
			return api_fault(c, "name"), err_set(e, ERR_INPUT, "%s holds control characters", QUOTE(x->name));
	}
	JSON_EACH(item, json_get(c->body, S("scopes"))) {
		if (!who_right_find(json_text(item), &r))
			return api_fault(c, "scopes"), err_set(e, ERR_INPUT, "%s is no right; one is \"findings.read\"", QUOTE(json_text(item)));
		x->scopes |= 1u << r;
	}
	if ((x->scopes & who_scopes()) != x->scopes || x->scopes == 0)
		return api_fault(c, "scopes"), err_set(e, ERR_INPUT, "a partner needs at least one right, and only such as may be given to it");
	return certificate_of(api_body_text(c, "certificate"), c->r->now_s, &x->sha, &x->expires_s, e) || api_fault(c, "certificate");
}

static bool
partner_changed(struct api_call *c, int64_t id)
{
	api_changed(c, "account", id);
	return true;
}

static bool
partner_make(struct api_call *c, struct err *e)
{
	struct partner_find f = { .c = c, .a = c->a };
	struct partner_cert x = { 0 };
	struct auth_change change;
	struct buf scopes;
	bool ok;

	if (!partner_take(c, &x, e) || !auth_change_begin(&change, store_of(c), e))
		return false;
	buf_init(&scopes, 1024);
	who_rights_print(x.scopes, &scopes);
	ok = partner_cert_add(store_of(c), &x, c->r->now_s, &f.id, e);
	ok = auth_change_end(&change, ok, c->who, "partner.add", x.name, buf_view(&scopes), c->r->now_s, e);
	buf_fini(&scopes);
	(void)api_json(c);
	return ok && partner_changed(c, f.id) && partner_cert_list(store_of(c), partner_find_row, &f, e);
}

static bool
partner_delete(struct api_call *c, struct err *e)
{
	struct partner_find f = { .id = api_int_of(c, "id", 0), .a = c->a };
	struct auth_change change;
	bool ok;

	if (!partner_cert_list(store_of(c), partner_find_row, &f, e) || !auth_change_begin(&change, store_of(c), e))
		return false;
	ok = partner_cert_remove(store_of(c), f.id, e);
	return auth_change_end(&change, ok, c->who, "partner.remove", f.name, S(""), c->r->now_s, e) && partner_changed(c, f.id);
}

/* --- audit ------------------------------------------------------------------------------------------ */

struct page {
	struct api_call *c;
	size_t shown, limit;
	int64_t last;
};

static bool
audit_row(void *cookie, const struct audit_row *r, struct err *e)
{
	struct page *p = cookie;
	struct json_out *j = &p->c->json;

	(void)e;
	if (p->shown++ == p->limit)
		return true;
	p->last = r->id;
	json_out_object(j);
	json_out_key_int(j, S("id"), r->id);
	api_put_moment(j, S("at"), r->at_s);
	json_out_key_text(j, S("kind"), slice_of_str(who_kind_name(r->kind)));
	api_put_number(j, S("account"), r->account);
	api_put_text(j, S("who"), r->who);
	json_out_key_text(j, S("act"), r->act);
	api_put_text(j, S("object"), r->object);
	api_put_text(j, S("detail"), r->detail);
	api_put_text(j, S("address"), r->ip);
	json_out_object_end(j);
	return true;
}

static bool
audit(struct api_call *c, struct err *e)
{
	struct page p = { .c = c, .limit = (size_t)api_int_of(c, "limit", PAGE) };
	struct audit_query q = { .before_id = api_int_of(c, "cursor", 0), .account = api_int_of(c, "account", 0),
		.act = api_text_of(c, "act"), .object = api_text_of(c, "object"), .since_s = api_int_of(c, "since", 0),
		.until_s = api_int_of(c, "until", 0), .limit = p.limit + 1 };
	struct json_out *j = api_json(c);

	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!audit_list(store_of(c), &q, audit_row, &p, e))
		return false;
	json_out_array_end(j);
	api_put_number(j, S("next"), p.shown > p.limit ? p.last : 0);
	json_out_object_end(j);
	return true;
}

/* The head that was kept in the node's folder, where this process may read it. */
static size_t
head_kept(struct api_call *c, struct audit_head *out)
{
	struct err e = ERR_INIT;
	struct buf b;
	bool ok;

	buf_init(&b, 4096);
	ok = file_read(node_path(c->api->node, "audit.head"), &b, &e) && audit_head_read(buf_view(&b), out);
	buf_fini(&b);
	return ok;
}

static const char *const state_words[] = { [AUDIT_WHOLE] = "whole", [AUDIT_ROW_CHANGED] = "changed",
	[AUDIT_ROW_MISSING] = "missing", [AUDIT_CUT] = "cut", [AUDIT_OTHER] = "other" };

static bool
audit_check(struct api_call *c, struct err *e)
{
	struct audit_head from = { 0 }, kept;
	char text[AUDIT_HEAD_TEXT_MAX];
	struct audit_result r;
	struct json_out *j;
	bool end;

	if (api_given(c, "after") && !audit_head_read(api_text_of(c, "after"), &from))
		return api_fault(c, "after"), err_set(e, ERR_INPUT, "%s is no head of the audit log", QUOTE(api_text_of(c, "after")));
	if (!audit_verify_part(store_of(c), &from, VERIFY_ROWS, &kept, head_kept(c, &kept), &r, &end, e))
		return false;
	audit_head_print(&r.head, text);
	j = api_json(c);
	json_out_object(j);
	json_out_key_text(j, S("state"), slice_of_str(state_words[r.state]));
	json_out_key_int(j, S("rows"), r.head.id);
	api_put_number(j, S("bad"), r.state == AUDIT_WHOLE ? 0 : r.at);
	json_out_key_text(j, S("head"), slice_of_str(text));
	api_put_text(j, S("next"), end ? SLICE_NONE : slice_of_str(text));
	json_out_object_end(j);
	return true;
}

/* --- the table ------------------------------------------------------------------------------------------ */

#define END { NULL, NULL, 0, NULL }

static const struct api_value name_value = { .type = API_TEXT, .min = 2, .max = ACCOUNT_NAME_MAX };
static const struct api_value display_value = { .type = API_TEXT, .max = 128 };
static const struct api_value mail_value = { .type = API_TEXT, .max = 254, .format = "email" };
static const struct api_value country_value = { .type = API_TEXT, .max = 2 };
static const struct api_value id_value = { .type = API_INT, .min = 1, .max = INT64_MAX };
static const struct api_value limit_value = { .type = API_INT, .min = 1, .max = 1000 };
static const struct api_value roles_value = { .type = API_ARRAY, .items = &api_text, .max = WHO_ROLE_COUNT };
static const struct api_value words_value = { .type = API_ARRAY, .items = &api_text };

#define ACCOUNT_MEMBERS \
	{ "id", &api_count, API_REQUIRED, NULL }, \
	{ "name", &api_text, API_REQUIRED, "As one signs in" }, \
	{ "display", &api_text, API_REQUIRED, NULL }, \
	{ "mail", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "lang", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "country", &api_text, API_REQUIRED | API_NULL, "Of a focal point: all that it sees" }, \
	{ "roles", &words_value, API_REQUIRED, NULL }, \
	{ "locked", &api_bool, API_REQUIRED, NULL }, \
	{ "must_change", &api_bool, API_REQUIRED, "The password was given out" }, \
	{ "second_factor", &api_bool, API_REQUIRED, NULL }, \
	{ "second_factor_due", &api_bool, API_REQUIRED, "A role needs one here; until it is set up nothing else is possible" }, \
	{ "created", &api_moment, API_REQUIRED, NULL }, \
	{ "changed", &api_moment, API_REQUIRED, NULL }, \
	{ "signed_in", &api_moment, API_REQUIRED | API_NULL, "Last" }

static const struct api_member account_members[] = { ACCOUNT_MEMBERS, END };
static const struct api_value account_value = { .type = API_OBJECT, .members = account_members, .name = "Account" };
static const struct api_value account_items = { .type = API_ARRAY, .items = &account_value };
static const struct api_member accounts_members[] = { { "items", &account_items, API_REQUIRED, NULL }, END };
static const struct api_value accounts_value = { .type = API_OBJECT, .members = accounts_members };
static const struct api_member given_members[] = {
	ACCOUNT_MEMBERS,
	{ "password", &api_text, API_REQUIRED, "It is not shown again, and must be changed when it is used first" },
	END,
};
static const struct api_value given_value = { .type = API_OBJECT, .members = given_members };

static const struct api_member make_members[] = {
	{ "name", &name_value, API_REQUIRED, NULL },
	{ "display", &display_value, 0, NULL },
	{ "mail", &mail_value, API_NULL, NULL },
	{ "lang", &api_text, API_NULL, NULL },
	{ "country", &country_value, API_NULL, NULL },
	{ "roles", &roles_value, API_REQUIRED, NULL },
	END,
};
static const struct api_value make_value = { .type = API_OBJECT, .members = make_members };
static const struct api_member change_members[] = {
	{ "display", &display_value, 0, NULL },
	{ "mail", &mail_value, API_NULL, NULL },
	{ "lang", &api_text, API_NULL, NULL },
	{ "country", &country_value, API_NULL, NULL },
	{ "roles", &roles_value, 0, NULL },
	END,
};
static const struct api_value change_value = { .type = API_OBJECT, .members = change_members };
static const struct api_member reset_members[] = {
	{ "second_factor_off", &api_bool, 0, "Where the device is lost" },
	END,
};
static const struct api_value reset_value = { .type = API_OBJECT, .members = reset_members };

static const struct api_member partner_members[] = {
	{ "id", &api_count, API_REQUIRED, NULL },
	{ "name", &api_text, API_REQUIRED, NULL },
	{ "sha256", &api_text, API_REQUIRED, "Of the certificate" },
	{ "scopes", &words_value, API_REQUIRED, NULL },
	{ "created", &api_moment, API_REQUIRED, NULL },
	{ "expires", &api_moment, API_REQUIRED | API_NULL, NULL },
	END,
};
static const struct api_value partner_value = { .type = API_OBJECT, .members = partner_members, .name = "PartnerCertificate" };
static const struct api_value pem_value = { .type = API_TEXT, .min = 1, .max = 65536 };
static const struct api_value partner_name_value = { .type = API_TEXT, .min = 1, .max = 128 };
static const struct api_value scopes_value = { .type = API_ARRAY, .items = &api_text, .min = 1, .max = RIGHT_COUNT };
static const struct api_member partner_make_members[] = {
	{ "name", &partner_name_value, API_REQUIRED, NULL },
	{ "certificate", &pem_value, API_REQUIRED, "Its client's certificate, PEM" },
	{ "scopes", &scopes_value, API_REQUIRED, "Rights: reports.add, findings.read, ..." },
	END,
};
static const struct api_value partner_make_value = { .type = API_OBJECT, .members = partner_make_members };
static const struct api_value partner_items = { .type = API_ARRAY, .items = &partner_value };
static const struct api_member partners_members[] = { { "items", &partner_items, API_REQUIRED, NULL }, END };
static const struct api_value partners_value = { .type = API_OBJECT, .members = partners_members };

static const struct api_member line_members[] = {
	{ "id", &api_count, API_REQUIRED, NULL },
	{ "at", &api_moment, API_REQUIRED, NULL },
	{ "kind", &api_text, API_REQUIRED, "nobody, person, token, partner, here" },
	{ "account", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "who", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "act", &api_text, API_REQUIRED, NULL },
	{ "object", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "detail", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "address", &api_text, API_REQUIRED | API_NULL, "Forgotten after 90 days" },
	END,
};
static const struct api_value line_value = { .type = API_OBJECT, .members = line_members, .name = "AuditLine" };
static const struct api_value line_items = { .type = API_ARRAY, .items = &line_value };
static const struct api_member lines_members[] = {
	{ "items", &line_items, API_REQUIRED, NULL },
	{ "next", &api_count, API_REQUIRED | API_NULL, "Cursor of the next page" },
	END,
};
static const struct api_value lines_value = { .type = API_OBJECT, .members = lines_members };
static const struct api_member check_members[] = {
	{ "state", &api_text, API_REQUIRED, "whole, changed, missing, cut, other" },
	{ "rows", &api_count, API_REQUIRED, "Good ones so far" },
	{ "bad", &api_count, API_REQUIRED | API_NULL, "The first bad row" },
	{ "head", &api_text, API_REQUIRED, "To be kept elsewhere" },
	{ "next", &api_text, API_REQUIRED | API_NULL, "There is more: ask again with it as after" },
	END,
};
static const struct api_value check_value = { .type = API_OBJECT, .members = check_members };

static const struct api_param id_params[] = {
	{ "id", API_PATH, &id_value, true, NULL },
	{ NULL, API_QUERY, NULL, false, NULL },
};
static const struct api_param audit_params[] = {
	{ "cursor", API_QUERY, &id_value, false, NULL },
	{ "limit", API_QUERY, &limit_value, false, NULL },
	{ "account", API_QUERY, &id_value, false, NULL },
	{ "act", API_QUERY, &api_text, false, "How it begins" },
	{ "object", API_QUERY, &api_text, false, "How it begins" },
	{ "since", API_QUERY, &api_moment, false, NULL },
	{ "until", API_QUERY, &api_moment, false, NULL },
	{ NULL, API_QUERY, NULL, false, NULL },
};
static const struct api_param check_params[] = {
	{ "after", API_QUERY, &api_text, false, "What the answer before gave as next" },
	{ NULL, API_QUERY, NULL, false, NULL },
};

#define WRITES (API_CHANGES | API_AUDITS_ITSELF)
#define ONE "/api/v1/accounts/{id}"

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/accounts", .right = RIGHT_ACCOUNTS_READ, .run = accounts,
	    .summary = "Who has an account", .answer = &accounts_value },
	{ .method = API_POST, .path = "/api/v1/accounts", .right = RIGHT_ACCOUNTS, .flags = WRITES, .run = account_make,
	    .summary = "Make an account", .body = &make_value, .answer = &given_value, .status = 201 },
	{ .method = API_GET, .path = ONE, .right = RIGHT_ACCOUNTS_READ, .run = account_show,
	    .summary = "One account", .params = id_params, .answer = &account_value },
	{ .method = API_PATCH, .path = ONE, .right = RIGHT_ACCOUNTS, .flags = WRITES, .run = account_change,
	    .summary = "Change an account", .params = id_params, .body = &change_value, .answer = &account_value },
	{ .method = API_DELETE, .path = ONE, .right = RIGHT_ACCOUNTS, .flags = WRITES, .run = account_delete,
	    .summary = "Remove an account; what it did stays in the log", .params = id_params, .status = 204 },
	{ .method = API_POST, .path = ONE "/reset", .right = RIGHT_ACCOUNTS, .flags = WRITES, .run = account_reset,
	    .summary = "Give a new password out", .params = id_params, .body = &reset_value, .answer = &given_value },
	{ .method = API_POST, .path = ONE "/lock", .right = RIGHT_ACCOUNTS, .flags = WRITES, .run = account_lock,
	    .summary = "Lock an account; its sessions end and its tokens sleep", .params = id_params, .answer = &account_value },
	{ .method = API_POST, .path = ONE "/unlock", .right = RIGHT_ACCOUNTS, .flags = WRITES, .run = account_unlock,
	    .summary = "Unlock an account", .params = id_params, .answer = &account_value },
	{ .method = API_GET, .path = "/api/v1/partners", .right = RIGHT_ACCOUNTS_READ, .run = partners,
	    .summary = "Certificates by which partners are known", .answer = &partners_value },
	{ .method = API_POST, .path = "/api/v1/partners", .right = RIGHT_ACCOUNTS, .flags = WRITES, .run = partner_make,
	    .summary = "Make the owner of a certificate known as a partner", .body = &partner_make_value, .answer = &partner_value, .status = 201 },
	{ .method = API_DELETE, .path = "/api/v1/partners/{id}", .right = RIGHT_ACCOUNTS, .flags = WRITES, .run = partner_delete,
	    .summary = "The certificate is no longer known", .params = id_params, .status = 204 },
	{ .method = API_GET, .path = "/api/v1/audit", .right = RIGHT_AUDIT_READ, .run = audit,
	    .summary = "What was done, newest first", .params = audit_params, .answer = &lines_value },
	{ .method = API_GET, .path = "/api/v1/audit/verify", .right = RIGHT_AUDIT_READ, .flags = API_READS_KEEPER, .run = audit_check,
	    .summary = "Is the log what was written? In pieces", .params = check_params, .answer = &check_value },
};

const struct api_room api_accounts_room = { "accounts", routes, sizeof(routes) / sizeof(routes[0]) };
