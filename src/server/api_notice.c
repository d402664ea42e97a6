/*
 * api_notice: notices: what waits, what was told, a second person's word; and
 * the answers of those who were told, who need no account.
 */
#include "server/api_cache.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"
#include "share/notices_node.h"

#include "parse/mime.h"

#define PAGE_ROWS 100
#define MESSAGE_MAX ((size_t)64 << 20)
#define FINDINGS_SHOWN 100
#define CURSOR_MAX 64

static struct slice
bound(const struct api_call *c)
{
	return who_is_bound(c->who) ? slice_of(c->who->country, 2) : SLICE_NONE;
}

/* --- a row ------------------------------------------------------------------------------------ */

static void
notice_put(struct json_out *j, const struct notice_row *n)
{
	json_out_key_text(j, S("id"), n->id);
	json_out_key_text(j, S("email"), n->email);
	json_out_key_text(j, S("language"), n->lang);
	json_out_key_text(j, S("format"), n->format);
	json_out_key_text(j, S("state"), n->state);
	api_put_moment(j, S("state_since"), n->state_s);
	api_put_moment_always(j, S("created"), n->created_s);
	json_out_key_int(j, S("findings"), n->findings);
	json_out_key_int(j, S("attempts"), n->attempts);
	api_put_moment(j, S("next_try"), n->next_s);
	api_put_text(j, S("reply"), n->reply);
	api_put_text(j, S("prepared_by"), n->prepared_by);
	api_put_text(j, S("approved_by"), n->approved_by);
	api_put_moment(j, S("approved"), n->approved_s);
	json_out_key_int(j, S("answers"), n->replies);
}

#define NOTICE_MEMBERS \
	{ "id", &api_text, API_REQUIRED, NULL }, \
	{ "email", &api_text, API_REQUIRED, NULL }, \
	{ "language", &api_text, API_REQUIRED, NULL }, \
	{ "format", &api_text, API_REQUIRED, "csv, xarf, or both" }, \
	{ "state", &api_text, API_REQUIRED, "draft, queued, sending, sent, failed, refused, uncertain, withdrawn" }, \
	{ "state_since", &api_moment, API_REQUIRED | API_NULL, NULL }, \
	{ "created", &api_moment, API_REQUIRED, NULL }, \
	{ "findings", &api_count, API_REQUIRED, NULL }, \
	{ "attempts", &api_count, API_REQUIRED, NULL }, \
	{ "next_try", &api_moment, API_REQUIRED | API_NULL, NULL }, \
	{ "reply", &api_text, API_REQUIRED | API_NULL, "What the mail server said, or the file in the outbox" }, \
	{ "prepared_by", &api_text, API_REQUIRED | API_NULL, "null: the clock" }, \
	{ "approved_by", &api_text, API_REQUIRED | API_NULL, NULL }, \
	{ "approved", &api_moment, API_REQUIRED | API_NULL, NULL }, \
	{ "answers", &api_count, API_REQUIRED, "By its recipient" }

/* --- the list ------------------------------------------------------------------------------------ */

struct page {
	struct json_out *j;
	size_t shown, limit;
	struct arena *a;
	struct slice last;
};

static bool
row_put(void *cookie, const struct notice_row *n, struct err *e)
{
	struct page *p = cookie;

	(void)e;
	if (p->shown++ == p->limit)
		return true;
	json_out_object(p->j);
	notice_put(p->j, n);
	json_out_object_end(p->j);
	if (p->shown == p->limit)
		p->last = arena_printf(p->a, "%lld.%.*s", (long long)n->created_s, SLICE_ARG(n->id));
	return true;
}

static bool
list(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct page p = { .j = j, .limit = (size_t)api_int_of(c, "limit", PAGE_ROWS), .a = c->a };
	struct slice cursor = api_text_of(c, "cursor"), moment;
	struct notice_query q = { .state = api_text_of(c, "state"), .email = api_text_of(c, "email"), .country = bound(c),
		.limit = p.limit + 1 };

	if (cursor.p != NULL && (!slice_cut(&cursor, '.', &moment) || !slice_i64(moment, &q.before_s) || cursor.p == NULL))
		return api_fault(c, "cursor"), err_set(e, ERR_INPUT, "the cursor is not of this list");
	q.before_id = cursor;
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!notices_list(c->api->node->store, &q, row_put, &p, e))
		return false;
	json_out_array_end(j);
	api_put_text(j, S("next"), p.shown > p.limit ? p.last : SLICE_NONE);
	json_out_object_end(j);
	return true;
}

/* --- one ------------------------------------------------------------------------------------------- */

static bool
mine_row(void *cookie, const struct notice_row *n, struct err *e)
{
	struct page *p = cookie;

	(void)e;
	p->shown++;
	if (p->j != NULL)
		notice_put(p->j, n);
	return true;
}

/* It is there, and the asker's to see; its members go to j where that is not NULL. */
static bool
find_id(struct api_call *c, struct slice id, struct json_out *j, struct err *e)
{
	struct page p = { .j = j };
	struct notice_query q = { .id = id, .country = bound(c) };

	if (!notices_list(c->api->node->store, &q, mine_row, &p, e))
		return false;
	return p.shown > 0 || err_set(e, ERR_ABSENT, "there is no notice %s", QUOTE(q.id));
}

static bool
find(struct api_call *c, struct json_out *j, struct err *e)
{
	return find_id(c, api_text_of(c, "id"), j, e);
}

static bool
message_put(struct json_out *j, struct slice bytes, struct arena *a, struct err *e)
{
	struct mime m = MIME_NONE;
	struct slice text = SLICE_NONE, first = SLICE_NONE;

	mime_warmup();
	if (!mime_open(&m, bytes, &MIME_LIMITS, a, e))
		return false;
	api_put_text(j, S("subject"), mime_header_text(mime_header_find(m.head, S("Subject")), 1000, a));
	json_out_key(j, S("attachments"));
	json_out_array(j);
	for (size_t i = 0; i < m.count; i++) {
		const struct mime_part *p = &m.parts[i];

		if (p->kind == MIME_MULTIPART || !mime_text(&m, p, &text))
			continue;
		if (mime_is(p, "text", "plain") && !p->attachment && first.p == NULL) {
			first = text;
			continue;
		}
		json_out_object(j);
		api_put_text(j, S("name"), mime_name(p));
		json_out_key_text(j, S("type"), arena_printf(a, "%s/%s", p->type, p->subtype));
		json_out_key_int(j, S("bytes"), (int64_t)text.len);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	api_put_text(j, S("text"), first);
	mime_close(&m);
	return true;
}

static bool
rows_put(struct api_call *c, struct json_out *j, struct err *e)
{
	struct store *s = c->api->node->store;
	struct finding_query q = { .id = 1, .now_s = c->r->now_s };
	struct finding_walk *w = NULL;
	struct finding_row row;
	struct stmt *ids = NULL;
	enum step step = STEP_FAIL;

	if (!finding_open(s, &q, &w, e) || !db_prepare(store_db(s), "SELECT finding FROM notice_finding WHERE notice = ?1 ORDER BY finding LIMIT ?2", &ids, e)) {
		finding_close(&w);
		return false;
	}
	stmt_text(ids, 1, api_text_of(c, "id"));
	stmt_i64(ids, 2, FINDINGS_SHOWN);
	json_out_key(j, S("rows"));
	json_out_array(j);
	while ((step = stmt_step(ids, e)) == STEP_ITEM) {
		enum step there;

		finding_seek(w, stmt_col_i64(ids, 0));
		there = finding_next(w, &row, e);
		if (there == STEP_FAIL)
			break;
		if (there != STEP_ITEM)
			continue;
		api_finding_reduce(c, &row);
		json_out_object(j);
		api_finding_put(c, j, &row);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	stmt_free(&ids);
	finding_close(&w);
	return step == STEP_END;
}

static void
answer_put(struct json_out *j, const struct reply_row *r, bool notice)
{
	json_out_object(j);
	if (notice) {
		json_out_key_text(j, S("notice"), r->notice);
		json_out_key_text(j, S("email"), r->email);
	}
	json_out_key_text(j, S("answer"), slice_of_str(reply_answer_name(r->answer)));
	api_put_moment_always(j, S("at"), r->at_s);
	api_put_text(j, S("comment"), r->comment);
	json_out_object_end(j);
}

static bool
answer_row(void *cookie, const struct reply_row *r, struct err *e)
{
	(void)e;
	answer_put(cookie, r, false);
	return true;
}

static bool
answers_put(struct api_call *c, struct json_out *j, struct slice id, struct err *e)
{
	bool ok;

	json_out_key(j, S("answers_given"));
	json_out_array(j);
	ok = reply_list(c->api->node->store, id, 0, 0, answer_row, j, e);
	json_out_array_end(j);
	return ok;
}

static bool
one(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct arena a;
	struct buf b;
	bool ok;

	json_out_object(j);
	if (!find(c, j, e))
		return false;
	buf_init(&b, MESSAGE_MAX);
	arena_init(&a, 4 * MESSAGE_MAX);
	ok = notice_message(c->api->node->store, api_text_of(c, "id"), &b, e) && message_put(j, buf_view(&b), &a, e) &&
	    rows_put(c, j, e) && answers_put(c, j, api_text_of(c, "id"), e);
	arena_fini(&a);
	buf_fini(&b);
	json_out_object_end(j);
	return ok;
}

/* --- making and sending ------------------------------------------------------------------------------ */

static bool
plan_put(void *cookie, const struct notice_plan *p, struct err *e)
{
	struct json_out *j = cookie;

	(void)e;
	json_out_object(j);
	json_out_key_text(j, S("email"), p->email);
	json_out_key_text(j, S("language"), slice_of_str(lang_tag(p->lang)));
	json_out_key_text(j, S("format"), p->format);
	json_out_key_int(j, S("findings"), (int64_t)p->findings);
	json_out_key_int(j, S("interval"), p->interval_s);
	api_put_moment(j, S("due"), p->next_s);
	json_out_object_end(j);
	return true;
}

static void
summary_put(struct json_out *j, const struct notices_summary *s)
{
	const struct { struct slice key; uint64_t n; } rows[] = { { S("looked_at"), s->findings }, { S("told"), s->told },
		{ S("policy_refused"), s->refused }, { S("nobody"), s->nobody }, { S("off"), s->off }, { S("waiting"), s->waiting },
		{ S("notices"), s->notices }, { S("taken_out"), s->taken_out }, { S("withdrawn"), s->withdrawn },
		{ S("sent"), s->sent }, { S("later"), s->later }, { S("refused"), s->never }, { S("uncertain"), s->uncertain } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_out_key_int(j, rows[i].key, (int64_t)rows[i].n);
}

/* No notice without its line: it is written with the first, what a kill leaves of the others is behind it. */
static bool
prepare_line(void *cookie, struct err *e)
{
	struct api_call *c = cookie;

	c->audited = api_audit(c, e);
	return c->audited;
}

static bool
prepare(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct notices_summary s = { 0 };
	struct notices_options o;
	struct contacts *contacts = NULL;
	bool dry = api_body_bool(c, "dry_run", false), ok;

	/* Of its own: others are answered meanwhile, who may change those that are kept. */
	if (!notices_of_node(c->api->node, c->r->now_s, &o, e) || !contacts_load(c->api->node->store, &contacts, e))
		return false;
	o.pause = c->api->pause;
	o.pause_cookie = c->api->cookie;
	o.by = c->who->name;
	o.silence = true;
	o.first = prepare_line;
	o.first_cookie = c;
	json_out_object(j);
	json_out_key(j, S("plan"));
	json_out_array(j);
	if (dry) {
		o.plan = plan_put;
		o.cookie = j;
	}
	ok = notices_prepare(c->api->node->store, contacts, &o, &s, e);
	contacts_free(&contacts);
	c->audited = ok && c->audited;
	json_out_array_end(j);
	summary_put(j, &s);
	json_out_object_end(j);
	if (ok && !dry)
		api_changed(c, "notice", 0);
	return ok;
}

static bool
done(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);

	api_changed(c, "notice", 0);
	json_out_object(j);
	if (!find(c, j, e))
		return false;
	json_out_object_end(j);
	return true;
}

static bool
approve(struct api_call *c, struct err *e)
{
	return find(c, NULL, e) && notice_approve(c->api->node->store, api_text_of(c, "id"), c->who->name,
	    c->api->node->conf.two_people, c->r->now_s, e) && done(c, e);
}

static bool
withdraw(struct api_call *c, struct err *e)
{
	return find(c, NULL, e) && notice_say(c->api->node->store, api_text_of(c, "id"), NOTICE_WITHDRAW, c->r->now_s, e) && done(c, e);
}

/* Of what is uncertain or was refused: once more, or it did arrive. */
static bool
again(struct api_call *c, struct err *e)
{
	return find(c, NULL, e) && notice_say(c->api->node->store, api_text_of(c, "id"), NOTICE_AGAIN, c->r->now_s, e) && done(c, e);
}

static bool
arrived(struct api_call *c, struct err *e)
{
	return find(c, NULL, e) && notice_say(c->api->node->store, api_text_of(c, "id"), NOTICE_ARRIVED, c->r->now_s, e) && done(c, e);
}

static bool
send_now(struct api_call *c, struct notices_summary *s, struct err *e)
{
	const struct contacts *contacts;
	const struct way *way;
	struct way_options wo;
	struct notices_options o;

	if (!notices_of_node(c->api->node, c->r->now_s, &o, e) || !notices_way(c->api->node, &way, &wo, e) ||
	    !api_contacts(c->api, &contacts, e))
		return false;
	o.only = api_body_text(c, "id");
	return notices_send(c->api->node->store, contacts, way, &wo, &o, NULL, s, e);
}

static bool
send(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct notices_summary s = { 0 };
	struct slice id = api_body_text(c, "id");

	if (who_is_bound(c->who) && id.p == NULL)
		return api_fault(c, "id"), err_set(e, ERR_DENIED, "you see what concerns your own country");
	if (id.p != NULL && !find_id(c, id, NULL, e))
		return false;
	/* A mail server that is slow must not make everybody wait. */
	if (c->api->send != NULL)
		c->api->send(c->api->cookie, id);
	else if (!send_now(c, &s, e))
		return false;
	api_changed(c, "notice", 0);
	json_out_object(j);
	json_out_key(j, S("queued"));
	json_out_bool(j, c->api->send != NULL);
	summary_put(j, &s);
	json_out_object_end(j);
	return true;
}

/* --- answers of recipients -------------------------------------------------------------------------- */

static bool
answers_row(void *cookie, const struct reply_row *r, struct err *e)
{
	(void)e;
	answer_put(cookie, r, true);
	return true;
}

static bool
answers(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	bool ok;

	if (who_is_bound(c->who))
		return err_set(e, ERR_DENIED, "you see what concerns your own country");
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	ok = reply_list(c->api->node->store, SLICE_NONE, api_int_of(c, "until", 0), (size_t)api_int_of(c, "limit", PAGE_ROWS), answers_row, j, e);
	json_out_array_end(j);
	json_out_object_end(j);
	return ok;
}

static bool
token(struct api_call *c, struct reply_notice *n, struct err *e)
{
	struct store *s = c->api->node->store;
	struct reply_key key;

	return reply_key_get(s, false, &key, e) && reply_token_read(s, &key, api_text_of(c, "token"), c->r->now_s, c->a, n, e);
}

static bool
classes_put(struct api_call *c, struct json_out *j, struct slice id, struct err *e)
{
	struct stmt *q = NULL;
	enum step step;

	if (!db_prepare(store_db(c->api->node->store), "SELECT class, count(*) FROM notice_finding JOIN finding ON id = finding WHERE notice = ?1 GROUP BY class ORDER BY 2 DESC, 1", &q, e))
		return false;
	stmt_text(q, 1, id);
	json_out_key(j, S("classes"));
	json_out_array(j);
	while ((step = stmt_step(q, e)) == STEP_ITEM) {
		int64_t class = stmt_col_i64(q, 0);

		if (class < 0 || class >= CLASS_COUNT)
			continue;
		json_out_object(j);
		json_out_key_text(j, S("class"), class_type((enum class)class));
		json_out_key_text(j, S("title"), slice_of_str(T(class_title((enum class)class))));
		json_out_key_int(j, S("findings"), stmt_col_i64(q, 1));
		json_out_object_end(j);
	}
	json_out_array_end(j);
	stmt_free(&q);
	return step == STEP_END;
}

/* Whoever has the link has the mail, or it went astray: places are not shown here. */
static bool
reply_put(struct api_call *c, const struct reply_notice *n, struct err *e)
{
	struct json_out *j = api_json(c);
	bool ok;

	json_out_object(j);
	json_out_key_text(j, S("notice"), n->id);
	json_out_key_text(j, S("from"), c->api->node->conf.name);
	api_put_moment_always(j, S("created"), n->created_s);
	api_put_moment_always(j, S("expires"), n->expires_s);
	json_out_key_int(j, S("findings"), (int64_t)n->findings);
	ok = classes_put(c, j, n->id, e) && answers_put(c, j, n->id, e);
	json_out_object_end(j);
	return ok;
}

static bool
reply_get(struct api_call *c, struct err *e)
{
	struct reply_notice n;

	return token(c, &n, e) && reply_put(c, &n, e);
}

static bool
reply_post(struct api_call *c, struct err *e)
{
	enum reply_answer answer = REPLY_NEED_HELP;
	struct reply_notice n;
	bool known;

	c->audit = S("reply"); /* not the path: the link is as good as a key */
	(void)reply_answer_find(api_body_text(c, "answer"), &answer);
	if (!token(c, &n, e) || !reply_take(c->api->node->store, &n, answer, api_body_text(c, "comment"), c->r->now_s, &known, e))
		return false;
	c->audit = arena_printf(c->a, "%.*s %s%s", SLICE_ARG(n.id), reply_answer_name(answer), known ? " (known)" : "");
	if (!known) {
		api_changed(c, "notice", 0);
		api_changed(c, "finding", 0);
	}
	return reply_put(c, &n, e);
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static const char *const state_words[] = { "draft", "queued", "sending", "sent", "failed", "refused", "uncertain", "withdrawn", NULL };
static const struct api_value state_value = { .type = API_WORD, .words = state_words };
static const struct api_value id_value = { .type = API_TEXT, .min = 1, .max = 40 };

static const struct api_member notice_members[] = { NOTICE_MEMBERS, { NULL, NULL, 0, NULL } };
static const struct api_value notice_value = { .type = API_OBJECT, .members = notice_members, .name = "Notice" };
static const struct api_value notice_items = { .type = API_ARRAY, .items = &notice_value };
static const struct api_member list_members[] = {
	{ "items", &notice_items, API_REQUIRED, NULL },
	{ "next", &api_text, API_REQUIRED | API_NULL, "Cursor of the next page; null: that was all" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value list_value = { .type = API_OBJECT, .members = list_members, .name = "NoticeList" };

static const struct api_member attachment_members[] = {
	{ "name", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "type", &api_text, API_REQUIRED, NULL },
	{ "bytes", &api_count, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value attachment_value = { .type = API_OBJECT, .members = attachment_members };
static const struct api_value attachment_list = { .type = API_ARRAY, .items = &attachment_value };
static const struct api_value row_list = { .type = API_ARRAY, .items = &api_finding };
static const struct api_member given_members[] = {
	{ "answer", &api_text, API_REQUIRED, "fixed, not-ours, need-help" },
	{ "at", &api_moment, API_REQUIRED, NULL },
	{ "comment", &api_text, API_REQUIRED | API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value given_value = { .type = API_OBJECT, .members = given_members, .name = "Answer" };
static const struct api_value given_list = { .type = API_ARRAY, .items = &given_value };
static const struct api_member one_members[] = {
	NOTICE_MEMBERS,
	{ "subject", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "text", &api_text, API_REQUIRED | API_NULL, "As it is, or was, sent" },
	{ "attachments", &attachment_list, API_REQUIRED, NULL },
	{ "rows", &row_list, API_REQUIRED, "Its findings; 100 at most" },
	{ "answers_given", &given_list, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value one_value = { .type = API_OBJECT, .members = one_members, .name = "NoticeDetail" };

#define SUMMARY_MEMBERS \
	{ "looked_at", &api_count, API_REQUIRED, NULL }, { "told", &api_count, API_REQUIRED, NULL }, \
	{ "policy_refused", &api_count, API_REQUIRED, NULL }, { "nobody", &api_count, API_REQUIRED, "Findings without a contact" }, \
	{ "off", &api_count, API_REQUIRED, NULL }, { "waiting", &api_count, API_REQUIRED, "Recipients whose interval has not passed" }, \
	{ "notices", &api_count, API_REQUIRED, NULL }, { "taken_out", &api_count, API_REQUIRED, NULL }, \
	{ "withdrawn", &api_count, API_REQUIRED, NULL }, { "sent", &api_count, API_REQUIRED, NULL }, \
	{ "later", &api_count, API_REQUIRED, NULL }, { "refused", &api_count, API_REQUIRED, NULL }, \
	{ "uncertain", &api_count, API_REQUIRED, NULL }
static const struct api_member plan_members[] = {
	{ "email", &api_text, API_REQUIRED, NULL },
	{ "language", &api_text, API_REQUIRED, NULL },
	{ "format", &api_text, API_REQUIRED, NULL },
	{ "findings", &api_count, API_REQUIRED, NULL },
	{ "interval", &api_count, API_REQUIRED, "Seconds" },
	{ "due", &api_moment, API_REQUIRED | API_NULL, "null: now" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value plan_value = { .type = API_OBJECT, .members = plan_members };
static const struct api_value plan_list = { .type = API_ARRAY, .items = &plan_value, .max = INT64_MAX };
static const struct api_member prepared_members[] = { { "plan", &plan_list, API_REQUIRED, "Of a dry run" }, SUMMARY_MEMBERS, { NULL, NULL, 0, NULL } };
static const struct api_value prepared_value = { .type = API_OBJECT, .members = prepared_members };
static const struct api_member sent_members[] = { { "queued", &api_bool, API_REQUIRED, "It is sent in a moment; the list tells how it went" }, SUMMARY_MEMBERS, { NULL, NULL, 0, NULL } };
static const struct api_value sent_value = { .type = API_OBJECT, .members = sent_members };
static const struct api_member prepare_members[] = { { "dry_run", &api_bool, 0, "Only say what would be made" }, { NULL, NULL, 0, NULL } };
static const struct api_value prepare_body = { .type = API_OBJECT, .members = prepare_members };
static const struct api_member send_members[] = { { "id", &id_value, API_NULL, "This one alone" }, { NULL, NULL, 0, NULL } };
static const struct api_value send_body = { .type = API_OBJECT, .members = send_members };

static const struct api_member answers_members[] = {
	{ "notice", &api_text, API_REQUIRED, NULL },
	{ "email", &api_text, API_REQUIRED, NULL },
	{ "answer", &api_text, API_REQUIRED, "fixed, not-ours, need-help" },
	{ "at", &api_moment, API_REQUIRED, NULL },
	{ "comment", &api_text, API_REQUIRED | API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value answers_item = { .type = API_OBJECT, .members = answers_members };
static const struct api_value answers_items = { .type = API_ARRAY, .items = &answers_item };
static const struct api_member answers_list_members[] = { { "items", &answers_items, API_REQUIRED, NULL }, { NULL, NULL, 0, NULL } };
static const struct api_value answers_value = { .type = API_OBJECT, .members = answers_list_members };

static const struct api_member class_members[] = {
	{ "class", &api_text, API_REQUIRED, NULL },
	{ "title", &api_text, API_REQUIRED, "In the asker's language" },
	{ "findings", &api_count, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value class_value = { .type = API_OBJECT, .members = class_members };
static const struct api_value class_list = { .type = API_ARRAY, .items = &class_value };
static const struct api_member reply_members[] = {
	{ "notice", &api_text, API_REQUIRED, NULL },
	{ "from", &api_text, API_REQUIRED, "Who told" },
	{ "created", &api_moment, API_REQUIRED, NULL },
	{ "expires", &api_moment, API_REQUIRED, NULL },
	{ "findings", &api_count, API_REQUIRED, NULL },
	{ "classes", &class_list, API_REQUIRED, NULL },
	{ "answers_given", &given_list, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value reply_value = { .type = API_OBJECT, .members = reply_members };
static const char *const answer_words[] = { "fixed", "not-ours", "need-help", NULL };
static const struct api_value answer_word = { .type = API_WORD, .words = answer_words };
static const struct api_value comment_value = { .type = API_TEXT, .max = REPLY_COMMENT_MAX };
static const struct api_member reply_body_members[] = {
	{ "answer", &answer_word, API_REQUIRED, NULL },
	{ "comment", &comment_value, API_NULL, "Plain text" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value reply_body = { .type = API_OBJECT, .members = reply_body_members };
static const struct api_value token_value = { .type = API_TEXT, .min = 1, .max = REPLY_TOKEN_MAX };
static const struct api_value cursor_value = { .type = API_TEXT, .min = 1, .max = CURSOR_MAX };

static const struct api_param list_params[] = {
	{ "state", API_QUERY, &state_value, false, NULL },
	{ "email", API_QUERY, &api_short, false, "Within the address" },
	{ "limit", API_QUERY, &api_limit, false, "Rows of a page; 100" },
	{ "cursor", API_QUERY, &cursor_value, false, "The page behind" },
	{ NULL, API_QUERY, NULL, false, NULL },
};
static const struct api_param id_params[] = { { "id", API_PATH, &id_value, true, NULL }, { NULL, API_QUERY, NULL, false, NULL } };
static const struct api_param token_params[] = { { "token", API_PATH, &token_value, true, "Of the link in the notice" }, { NULL, API_QUERY, NULL, false, NULL } };
static const struct api_param answers_params[] = {
	{ "until", API_QUERY, &api_moment, false, "Given before" },
	{ "limit", API_QUERY, &api_limit, false, NULL },
	{ NULL, API_QUERY, NULL, false, NULL },
};

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/notices", .right = RIGHT_NOTICES_READ, .run = list,
	    .summary = "Notices, newest first", .params = list_params, .answer = &list_value },
	{ .method = API_POST, .path = "/api/v1/notices/prepare", .right = RIGHT_NOTICES_MAKE, .flags = API_CHANGES | API_LONG, .run = prepare,
	    .summary = "Make the notices that are due, without sending them", .body = &prepare_body, .answer = &prepared_value },
	{ .method = API_POST, .path = "/api/v1/notices/send", .right = RIGHT_NOTICES_SEND, .flags = API_CHANGES, .run = send,
	    .summary = "Send the notices that wait, or one of them", .body = &send_body, .answer = &sent_value, .status = 202 },
	{ .method = API_GET, .path = "/api/v1/notices/answers", .right = RIGHT_NOTICES_READ, .run = answers,
	    .summary = "What recipients answered, newest first", .params = answers_params, .answer = &answers_value },
	{ .method = API_GET, .path = "/api/v1/notices/{id}", .right = RIGHT_NOTICES_READ, .run = one,
	    .summary = "One notice as it is sent", .params = id_params, .answer = &one_value },
	{ .method = API_POST, .path = "/api/v1/notices/{id}/approve", .right = RIGHT_NOTICES_SEND, .flags = API_CHANGES, .run = approve,
	    .summary = "It may be sent; never by who prepared it, where two are asked for", .params = id_params, .answer = &notice_value },
	{ .method = API_POST, .path = "/api/v1/notices/{id}/withdraw", .right = RIGHT_NOTICES_MAKE, .flags = API_CHANGES, .run = withdraw,
	    .summary = "Do not send it", .params = id_params, .answer = &notice_value },
	{ .method = API_POST, .path = "/api/v1/notices/{id}/again", .right = RIGHT_NOTICES_SEND, .flags = API_CHANGES, .run = again,
	    .summary = "Send it once more", .params = id_params, .answer = &notice_value },
	{ .method = API_POST, .path = "/api/v1/notices/{id}/arrived", .right = RIGHT_NOTICES_SEND, .flags = API_CHANGES, .run = arrived,
	    .summary = "An uncertain one did arrive", .params = id_params, .answer = &notice_value },
	{ .method = API_GET, .path = "/api/v1/reply/{token}", .right = RIGHT_PUBLIC, .rate = API_RATE_LOOK, .run = reply_get,
	    .summary = "What a link in a notice is about", .params = token_params, .answer = &reply_value },
	{ .method = API_POST, .path = "/api/v1/reply/{token}", .right = RIGHT_PUBLIC, .flags = API_CHANGES, .rate = API_RATE_WRITE, .run = reply_post,
	    .summary = "Answer a notice; the same answer again changes nothing", .params = token_params, .body = &reply_body, .answer = &reply_value },
};

const struct api_room api_notice_room = { "notices", routes, sizeof(routes) / sizeof(routes[0]) };
