/*
 * api_public: what people without an account see: who we are (RFC 2350,
 * security.txt), how to report something, and why one's own address is here.
 * And the stream of changes, for those who have one.
 */
#include <stdio.h>

#include "base/clock.h"
#include "parse/date.h"
#include "parse/domain.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"
#include "share/compose.h"

#define DAY_S 86400
#define LISTED_MAX 100
#define MAIL_MAX ((int64_t)512 << 10)
#define TEXT_MAX ((int64_t)20000)

static bool
open_to_all(const struct api_call *c, struct err *e)
{
	return c->api->node->conf.public_pages || err_set(e, ERR_ABSENT, "this node has no public pages");
}

/* --- who we are ------------------------------------------------------------------------------------- */

static bool
about(struct api_call *c, struct err *e)
{
	const struct node_conf *conf = &c->api->node->conf;
	struct json_out *j = api_json(c);

	if (!open_to_all(c, e))
		return false;
	json_out_object(j);
	json_out_key_text(j, S("name"), conf->name);
	api_put_text(j, S("country"), conf->country);
	api_put_text(j, S("mail"), conf->mail);
	api_put_text(j, S("url"), conf->url);
	api_put_text(j, S("reports_url"), conf->server_url);
	api_put_text(j, S("openpgp"), conf->sign);
	json_out_key_text(j, S("language"), slice_of_str(lang_tag(conf->lang)));
	json_out_key(j, S("languages"));
	json_out_array(j);
	for (unsigned l = 0; l < LANG_COUNT; l++)
		json_out_text(j, slice_of_str(lang_tag((enum lang)l)));
	json_out_array_end(j);
	json_out_key(j, S("services"));
	json_out_array(j);
	json_out_text(j, slice_of_str(T("We take in reports of trouble on the Internet, find out whose it is, and tell those who can repair it.")));
	json_out_text(j, slice_of_str(T("We answer to the owners of networks and to people who ask why they were told.")));
	json_out_array_end(j);
	json_out_key(j, S("policies"));
	json_out_array(j);
	json_out_text(j, slice_of_str(T("What we are told is handled as its TLP marking says (first.org/tlp), and kept from whoever it does not concern.")));
	json_out_text(j, slice_of_str(T("What concerns the sexual exploitation of children goes to the designated authority alone, as a fact without its content.")));
	json_out_array_end(j);
	json_out_key_text(j, S("tlp"), conf->tlp);
	json_out_object_end(j);
	return true;
}

/* RFC 9116. It ends within a year, and is made anew at each asking. */
static bool
security_txt(struct api_call *c, struct err *e)
{
	const struct node_conf *conf = &c->api->node->conf;
	struct buf *b = &c->out->body;
	char date[DATE_TEXT_MAX];

	if (!open_to_all(c, e))
		return false;
	if (conf->mail.len == 0 && conf->url.len == 0)
		return err_set(e, ERR_ABSENT, "this node says nobody to write to");
	if (conf->mail.len > 0)
		buf_printf(b, "Contact: mailto:%.*s\n", SLICE_ARG(conf->mail));
	if (conf->url.len > 0)
		buf_printf(b, "Contact: %.*s\n", SLICE_ARG(conf->url));
	(void)date_print_z((c->r->now_s / DAY_S + 180) * DAY_S, date);
	buf_printf(b, "Expires: %s\nPreferred-Languages: %s", date, lang_tag(conf->lang));
	for (unsigned l = 0; l < LANG_COUNT; l++) {
		if ((enum lang)l != conf->lang)
			buf_printf(b, ", %s", lang_tag((enum lang)l));
	}
	buf_byte(b, '\n');
	if (conf->server_url.len > 0)
		buf_printf(b, "Canonical: %.*s%s.well-known/security.txt\n", SLICE_ARG(conf->server_url),
		    slice_ends(conf->server_url, S("/")) ? "" : "/");
	return true;
}

/* --- a report by a form ------------------------------------------------------------------------------- */

/* A person's words as the mail that they would have written. */
static void
incident_mail(struct api_call *c, struct buf *b)
{
	struct slice mail = api_body_text(c, "email"), text = api_body_text(c, "text"), line;
	char date[DATE_TEXT_MAX];

	(void)date_print_mail(c->r->now_s, date);
	buf_str(b, "From: ");
	if (api_body_text(c, "name").len > 0) {
		compose_word(b, api_body_text(c, "name"));
		buf_byte(b, ' ');
	}
	buf_printf(b, "<%.*s>\r\nTo: <%.*s>\r\nSubject: Incident reported by the form\r\nDate: %s\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
	    mail.len > 0 ? (int)mail.len : 17, mail.len > 0 ? (const char *)mail.p : "nobody@localhost.",
	    SLICE_ARG(c->api->node->conf.mail), date);
	while (slice_line(&text, &line)) {
		buf_put(b, line);
		buf_str(b, "\r\n");
	}
	if (api_body_text(c, "url").len > 0)
		buf_printf(b, "\r\n%.*s\r\n", SLICE_ARG(api_body_text(c, "url")));
}

/* A name in a header has one line, and is no end of an address. */
static bool
words_ok(struct api_call *c, struct err *e)
{
	static const char *const names[] = { "name", "email", "url" };
	struct slice mail = api_body_text(c, "email");

	for (size_t i = 0; i < 3; i++) {
		struct slice s = api_body_text(c, names[i]);

		for (size_t k = 0; k < s.len; k++) {
			if (s.p[k] < 0x20 || s.p[k] == 0x7f || (i == 0 && memchr("<>\"()", s.p[k], 5) != NULL))
				return api_fault(c, names[i]), err_set(e, ERR_INPUT, "%s holds what a line of text cannot", QUOTE(s));
		}
	}
	return mail.len == 0 || mailbox_ok(mail) || (api_fault(c, "email"), err_set(e, ERR_INPUT, "%s is not a mail address", QUOTE(mail)));
}

static bool
report(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct slice mail = api_body_text(c, "mail");
	struct receipt r = { .name = S("form-incident.eml"), .feed = S("public-form"), .format = SLICE_NONE };
	struct flow_taken taken;
	struct buf b;
	bool ok;

	c->audit = S("public form");
	if (!open_to_all(c, e) || !words_ok(c, e))
		return false;
	if (mail.len == 0 && api_body_text(c, "text").len == 0)
		return api_fault(c, "text"), err_set(e, ERR_INPUT, "say what happened, or give the mail as it came");
	buf_init(&b, API_BODY_MAX);
	if (mail.len > 0) {
		buf_put(&b, mail);
		r.name = S("form-mail.eml");
	} else {
		incident_mail(c, &b);
	}
	c->r->body = buf_view(&b);
	c->r->body_bytes = b.len;
	ok = api_report_take(c, &r, &taken, e);
	buf_fini(&b);
	c->r->body = S("");
	if (!ok)
		return false;
	json_out_object(j);
	json_out_key_text(j, S("number"), arena_printf(c->a, "%lld", (long long)taken.id));
	json_out_object_end(j);
	return true;
}

/* --- why is my address here? ------------------------------------------------------------------------------ */

static bool
listed_row(struct api_call *c, struct json_out *j, const struct finding_row *row)
{
	const char *text = compose_advice(row->class);

	if (row->class == CLASS_VIOLENCE || row->tlp > TLP_AMBER || row->state == FINDING_RESOLVED)
		return false;
	(void)c;
	json_out_object(j);
	json_out_key_text(j, S("class"), class_type(row->class));
	json_out_key_text(j, S("title"), slice_of_str(T(class_title(row->class))));
	api_put_moment_always(j, S("first_seen"), row->first_s);
	api_put_moment_always(j, S("last_seen"), row->last_s);
	json_out_key_int(j, S("count"), (int64_t)row->count);
	api_put_number(j, S("port"), row->port);
	api_put_text(j, S("advice"), text == NULL ? SLICE_NONE : slice_of_str(T(text)));
	json_out_object_end(j);
	return true;
}

/* By the ids alone: a stranger's question must not walk over all findings. */
static bool
listed_rows(struct api_call *c, struct json_out *j, struct ip ip, size_t *n, struct err *e)
{
	struct finding_query q = { .now_s = c->r->now_s, .id = 1 };
	struct finding_walk *w = NULL;
	struct finding_row row;
	char text[IP_TEXT_MAX];
	struct stmt *ids = NULL;
	int64_t first, last;
	enum step step = STEP_FAIL;

	finding_place_range(slice_of(text, ip_print(ip, text)), &first, &last);
	if (!finding_open(c->api->node->store, &q, &w, e) ||
	    !db_prepare(store_db(c->api->node->store), "SELECT id FROM finding WHERE id BETWEEN ?1 AND ?2 AND kind = 0 LIMIT ?3", &ids, e)) {
		finding_close(&w);
		return false;
	}
	stmt_i64(ids, 1, first);
	stmt_i64(ids, 2, last);
	stmt_i64(ids, 3, LISTED_MAX);
	while ((step = stmt_step(ids, e)) == STEP_ITEM) {
		enum step there;

		finding_seek(w, stmt_col_i64(ids, 0));
		there = finding_next(w, &row, e);
		if (there == STEP_FAIL) {
			step = STEP_FAIL;
			break;
		}
		if (there == STEP_ITEM && ip_cmp(row.ip, ip) == 0)
			*n += listed_row(c, j, &row);
	}
	stmt_free(&ids);
	finding_close(&w);
	return step == STEP_END;
}

/*
 * The owner of an address is who asks from it. Of another one nothing is said,
 * not even whether there is something: a list of weak hosts is what an
 * attacker would ask for.
 */
static bool
listed(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct slice text = api_text_of(c, "ip");
	struct ip ip = c->r->from;
	char shown[IP_TEXT_MAX];
	size_t n = 0;
	bool own;

	if (!open_to_all(c, e))
		return false;
	if (text.p != NULL && !ip_parse(text, &ip, e))
		return api_fault(c, "ip");
	own = ip_cmp(ip, c->r->from) == 0 || (who_may(c->who, RIGHT_FINDINGS_READ) && !who_is_bound(c->who));
	json_out_object(j);
	json_out_key_text(j, S("ip"), slice_of(shown, ip_print(ip, shown)));
	json_out_key(j, S("own"));
	json_out_bool(j, own);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (own && !listed_rows(c, j, ip, &n, e))
		return false;
	json_out_array_end(j);
	json_out_key(j, S("listed"));
	if (own)
		json_out_bool(j, n > 0);
	else
		json_out_null(j);
	api_put_text(j, S("contact"), c->api->node->conf.mail);
	json_out_object_end(j);
	return true;
}

/* --- changes as they come ------------------------------------------------------------------------------------ */

/*
 * The transport makes a stream of it (out->events); what it tells are kinds and
 * ids, never contents. A finding's id tells its address, and the stream is one
 * for all: who is held to a country asks anew instead.
 */
static bool
live(struct api_call *c, struct err *e)
{
	if (who_is_bound(c->who))
		return err_set(e, ERR_DENIED, "you see what concerns your own country");
	c->out->no_store = true;
	return true;
}

/* --- rows ------------------------------------------------------------------------------------------------------ */

static const struct api_value text_list = { .type = API_ARRAY, .items = &api_text };
static const struct api_member about_members[] = {
	{ "name", &api_text, API_REQUIRED, NULL },
	{ "country", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "mail", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "url", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "reports_url", &api_text, API_REQUIRED | API_NULL, "Where this page is" },
	{ "openpgp", &api_text, API_REQUIRED | API_NULL, "Key that signs our notices" },
	{ "language", &api_text, API_REQUIRED, NULL },
	{ "languages", &text_list, API_REQUIRED, NULL },
	{ "services", &text_list, API_REQUIRED, "In the asker's language" },
	{ "policies", &text_list, API_REQUIRED, "In the asker's language" },
	{ "tlp", &api_text, API_REQUIRED, "Of our notices" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value about_value = { .type = API_OBJECT, .members = about_members, .name = "About" };

static const char *const kind_words[] = { "incident", "spam", NULL };
static const struct api_value kind_value = { .type = API_WORD, .words = kind_words };
static const struct api_value name_value = { .type = API_TEXT, .max = 100 };
static const struct api_value email_value = { .type = API_TEXT, .max = 254 };
static const struct api_value url_value = { .type = API_TEXT, .max = 2048 };
static const struct api_value words_value = { .type = API_TEXT, .max = TEXT_MAX };
static const struct api_value mail_value = { .type = API_TEXT, .max = MAIL_MAX };
static const struct api_member report_members[] = {
	{ "kind", &kind_value, API_REQUIRED, NULL },
	{ "text", &words_value, API_NULL, "What happened" },
	{ "mail", &mail_value, API_NULL, "The mail as it came, with its head" },
	{ "url", &url_value, API_NULL, NULL },
	{ "name", &name_value, API_NULL, NULL },
	{ "email", &email_value, API_NULL, "Where we may answer" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value report_body = { .type = API_OBJECT, .members = report_members };
static const struct api_member number_members[] = { { "number", &api_text, API_REQUIRED, "To be named when asking about it" }, { NULL, NULL, 0, NULL } };
static const struct api_value number_value = { .type = API_OBJECT, .members = number_members };

static const struct api_member item_members[] = {
	{ "class", &api_text, API_REQUIRED, NULL },
	{ "title", &api_text, API_REQUIRED, "In the asker's language" },
	{ "first_seen", &api_moment, API_REQUIRED, NULL },
	{ "last_seen", &api_moment, API_REQUIRED, NULL },
	{ "count", &api_count, API_REQUIRED, NULL },
	{ "port", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "advice", &api_text, API_REQUIRED | API_NULL, "In the asker's language" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value item_value = { .type = API_OBJECT, .members = item_members };
static const struct api_value item_list = { .type = API_ARRAY, .items = &item_value };
static const struct api_member listed_members[] = {
	{ "ip", &api_text, API_REQUIRED, NULL },
	{ "own", &api_bool, API_REQUIRED, "It is the asker's own; of others nothing is said" },
	{ "listed", &api_bool, API_REQUIRED | API_NULL, NULL },
	{ "items", &item_list, API_REQUIRED, NULL },
	{ "contact", &api_text, API_REQUIRED | API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value listed_value = { .type = API_OBJECT, .members = listed_members };
static const struct api_param listed_params[] = { { "ip", API_QUERY, &api_short, false, "Otherwise the asker's own" }, { NULL, API_QUERY, NULL, false, NULL } };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/public/about", .right = RIGHT_PUBLIC, .rate = API_RATE_LOOK, .run = about,
	    .summary = "Who runs this node (RFC 2350)", .answer = &about_value },
	{ .method = API_POST, .path = "/api/v1/public/report", .right = RIGHT_PUBLIC, .flags = API_CHANGES | API_LONG, .rate = API_RATE_WRITE, .run = report,
	    .summary = "Report an incident or a spam mail", .body = &report_body, .answer = &number_value, .status = 202 },
	{ .method = API_GET, .path = "/api/v1/public/listed", .right = RIGHT_PUBLIC, .rate = API_RATE_LOOK, .run = listed,
	    .summary = "Why is my address listed?", .params = listed_params, .answer = &listed_value },
	{ .method = API_GET, .path = "/.well-known/security.txt", .right = RIGHT_PUBLIC, .rate = API_RATE_LOOK, .run = security_txt,
	    .summary = "RFC 9116", .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/live", .right = RIGHT_FINDINGS_READ, .flags = API_EVENTS, .run = live,
	    .summary = "Changes as they come: server-sent events of a kind and an id", .type = "text/event-stream" },
};

const struct api_room api_public_room = { "public", routes, sizeof(routes) / sizeof(routes[0]) };
