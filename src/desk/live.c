#include "desk/live.h"

#include <sys/random.h>

#include "attrib/contact_text.h"
#include "base/log.h"
#include "parse/date.h"

/* --- who is asked -------------------------------------------------------------------- */

/* A 24/7 contact is asked at an hour that nobody knows before, within two weeks of its day. */
#define PING_HOURS (14 * 24)

static bool
is_duty(const struct desk_record *r)
{
	return r->kind == DESK_FOCAL && slice_eq(desk_text(r, "function"), S("duty"));
}

static enum desk_step
step_of(const struct desk_record *r, const struct desk_life *l, int64_t now_s)
{
	int months = desk_live_months(r->kind);
	enum desk_step step = desk_live_step(l, months, now_s);
	int64_t due;

	if (step != STEP_FIRST || !is_duty(r) || l->answered_s == 0)
		return step;
	due = desk_months(l->answered_s, months) + (int64_t)(hash64(r->id, (uint64_t)l->answered_s) % PING_HOURS) * 3600;
	return now_s >= due ? step : STEP_NONE;
}

static bool
token_make(char out[DESK_TOKEN_TEXT + 1], struct err *e)
{
	uint8_t chance[16];

	if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		return err_sys(e, "no random bytes");
	desk_token_print(chance, out);
	return true;
}

static bool
question_of(const struct desk_record *r, enum desk_step step, struct live_question *q, struct err *e)
{
	struct slice lang = desk_text(r, "language");
	char tag[3] = "";

	*q = (struct live_question){ .record = r->id, .to = desk_text(r, "mail"), .name = desk_text(r, "name"),
		.function = desk_text(r, r->kind == DESK_FOCAL ? "function" : "sort"), .lang = LANG_EN,
		.way = is_duty(r) ? WAY_PING : WAY_MAIL, .step = step };
	if (lang.len == 2) {
		memcpy(tag, lang.p, 2);
		(void)lang_parse(tag, &q->lang);
	}
	return token_make(q->token, e);
}

/* --- by itself ------------------------------------------------------------------------- */

struct due {
	struct store *s;
	struct arena *a;
	int64_t now_s;
	size_t max;
	struct slice *ids;
	enum desk_step *steps;
	size_t count;
	struct live_result *out;
};

static bool
due_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct due *x = cookie;
	struct desk_life l;
	enum desk_step step;

	if (!desk_in(r, r->kind == DESK_FOCAL ? "designated" : "recognised") || desk_text(r, "mail").p == NULL)
		return true;
	if (!desk_life_of(x->s, r->id, &l, e))
		return false;
	x->out->dead += desk_live_at(&l, desk_live_months(r->kind), x->now_s) == LIVE_DEAD;
	step = step_of(r, &l, x->now_s);
	x->out->by_hand += step == STEP_DEPUTY || step == STEP_AUTHORITY;
	if (step == STEP_NONE || step >= STEP_DEPUTY || x->count == x->max)
		return true;
	x->ids[x->count] = arena_copy(x->a, r->id);
	x->steps[x->count++] = step;
	return true;
}

static bool
ask_one(struct store *s, struct slice id, enum desk_step step, int64_t now_s, live_send_fn send, void *cookie, struct live_result *out, struct err *e)
{
	struct err why = ERR_INIT;
	struct live_question q;
	struct desk_record r;
	struct arena a;
	bool found, ok;

	arena_init(&a, (size_t)4 << 20);
	ok = desk_load(s, id, 0, &a, &r, &found, e) && question_of(&r, step, &q, e);
	if (ok && !send(cookie, &q, &why)) {
		log_warn("desk.ask", "record=%s reason=%s", QUOTE(id), LOG_TEXT(why.text));
		out->failed++;
	} else if (ok) {
		ok = desk_check_sent(s, id, q.way, step, slice_of_str(q.token), S("node"), now_s, NULL, e);
		out->sent += ok;
	}
	arena_fini(&a);
	return ok;
}

bool
live_run(struct store *s, int64_t now_s, size_t max, live_send_fn send, void *cookie, struct live_result *out, struct err *e)
{
	struct due x = { .s = s, .now_s = now_s, .max = max, .out = out };
	struct arena a;
	bool ok;

	*out = (struct live_result){ 0 };
	arena_init(&a, (size_t)32 << 20);
	x.a = &a;
	x.ids = arena_array(&a, max, sizeof(struct slice));
	x.steps = arena_array(&a, max, sizeof(enum desk_step));
	ok = ((x.ids != NULL && x.steps != NULL) || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a.max)) &&
	    desk_list(s, &(struct desk_query){ .has_kind = true, .kind = DESK_FOCAL, .state = S("designated") }, due_take, &x, e) &&
	    desk_list(s, &(struct desk_query){ .has_kind = true, .kind = DESK_ENTITY, .state = S("recognised") }, due_take, &x, e);
	for (size_t i = 0; ok && i < x.count; i++)
		ok = ask_one(s, x.ids[i], x.steps[i], now_s, send, cookie, out, e);
	arena_fini(&a);
	return ok;
}

/* --- by hand ----------------------------------------------------------------------------- */

struct other {
	struct arena *a;
	struct slice function, mail;
};

static bool
other_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct other *o = cookie;

	(void)e;
	if (o->mail.p == NULL && desk_in(r, "designated") && slice_eq(desk_text(r, "function"), o->function))
		o->mail = arena_copy(o->a, desk_text(r, "mail"));
	return true;
}

/* The mailbox beside: the deputy's, then the lead's. The deputy's own way round is the lead. */
static bool
other_mailbox(struct store *s, const struct desk_record *r, enum desk_step step, struct arena *a, struct slice *to, struct err *e)
{
	bool is_deputy = slice_eq(desk_text(r, "function"), S("deputy"));
	struct other o = { a, step == STEP_DEPUTY && !is_deputy ? S("deputy") : S("lead"), SLICE_NONE };
	struct desk_query q = { .has_kind = true, .kind = DESK_FOCAL, .country = r->country };

	if (r->country.len != 2)
		return true;
	if (!desk_list(s, &q, other_take, &o, e))
		return false;
	if (o.mail.p != NULL)
		*to = o.mail;
	return true;
}

bool
live_ask(struct store *s, struct slice record, struct slice by, int64_t now_s, live_send_fn send, void *cookie,
    struct arena *a, struct slice *to_out, struct err *e)
{
	struct live_question q;
	struct desk_record r;
	struct desk_life l;
	enum desk_step step;
	bool found;

	if (!desk_load(s, record, 0, a, &r, &found, e) || !desk_life_of(s, record, &l, e))
		return false;
	if (!found || (r.kind != DESK_FOCAL && r.kind != DESK_ENTITY))
		return err_set(e, ERR_INPUT, "%s is neither a focal point nor an entity", QUOTE(record));
	step = desk_live_step(&l, desk_live_months(r.kind), now_s);
	if (step == STEP_NONE || step == STEP_GIVEN_UP)
		step = STEP_FIRST;
	if (!question_of(&r, step, &q, e) || (step >= STEP_DEPUTY && !other_mailbox(s, &r, step, a, &q.to, e)))
		return false;
	*to_out = arena_copy(a, q.to);
	if (q.to.len == 0)
		return err_set(e, ERR_INPUT, "%s has no mailbox", QUOTE(record));
	return send(cookie, &q, e) && desk_check_sent(s, record, q.way, step, slice_of_str(q.token), by, now_s, NULL, e);
}

/* --- answers ---------------------------------------------------------------------------------- */

/*
 * A machine's answer: a bounce, an absence. It quotes the question with its word,
 * and says nothing of a person being there (RFC 3834 section 5, RFC 3464).
 */
static bool
is_machine(struct slice text)
{
	struct slice rest = text, line;

	while (slice_line(&rest, &line) && line.len > 0) {
		if (slice_starts_nocase(line, S("Auto-Submitted:")))
			return !slice_eq_nocase(slice_trim(slice_from(line, 15)), S("no"));
		if (slice_starts_nocase(line, S("X-Autoreply:")) || slice_starts_nocase(line, S("Return-Path: <>")) ||
		    slice_starts_nocase(line, S("Content-Type: multipart/report")))
			return true;
	}
	return false;
}

#define TOKENS_MAX 100
bool
live_take(struct store *s, struct slice text, struct slice by, int64_t now_s,
    bool (*each)(void *cookie, struct slice record, bool again, struct err *e), void *cookie, uint64_t *found_out, struct err *e)
{
	struct slice rest = text, token;
	struct arena a;
	bool ok = true;

	*found_out = 0;
	if (is_machine(text))
		return err_set(e, ERR_INPUT, "a machine answered (a bounce, or an absence); that is no answer");
	arena_init(&a, (size_t)1 << 20);
	for (int n = 0; ok && n < TOKENS_MAX && desk_token_next(&rest, &token); n++) {
		struct err why = ERR_INIT;
		struct slice record;
		bool again;

		if (!desk_check_answered(s, token, by, now_s, &a, &record, &again, &why)) {
			/* A word that somebody made up is no answer, and no failure of the rest. */
			ok = why.code == ERR_ABSENT;
			if (!ok)
				*e = why;
			continue;
		}
		(*found_out)++;
		ok = each == NULL || each(cookie, record, again, e);
	}
	arena_fini(&a);
	return ok;
}

/* --- pages ------------------------------------------------------------------------------------ */

static bool
page_judge(const struct desk_record *r, struct slice text, int64_t now_s, struct arena *a, struct slice *result)
{
	struct slice mail = desk_text(r, "mail"), said = SLICE_NONE;
	struct security_txt t;
	struct rfc2350 d;
	struct err e = ERR_INIT, other = ERR_INIT;
	char day[DATE_TEXT_MAX];

	if (security_txt_read(text, a, &t, &e)) {
		(void)date_print_day(t.expires_s, day);
		if (t.expires_s <= now_s) {
			*result = arena_printf(a, "security.txt expired on %s", day);
			return false;
		}
		said = t.email;
		*result = arena_printf(a, "security.txt, valid until %s", day);
		for (size_t i = 0; i < t.contact_count; i++) {
			if (slice_eq_nocase(t.contacts[i], mail) || (slice_starts_nocase(t.contacts[i], S("mailto:")) && slice_eq_nocase(slice_from(t.contacts[i], 7), mail)))
				said = mail;
		}
	} else if (rfc2350_read(text, a, &d, &other)) {
		said = d.email;
		*result = S("RFC 2350");
		if (d.updated_s > 0)
			*result = arena_printf(a, "RFC 2350, of %.10s", (date_print_day(d.updated_s, day), day));
	} else {
		*result = arena_printf(a, "neither security.txt nor RFC 2350: %s", e.text);
		return false;
	}
	if (mail.len > 0 && !slice_eq_nocase(said, mail)) {
		*result = arena_printf(a, "%.*s; it names %.*s and not %.*s", SLICE_ARG(*result), SLICE_ARG(said), SLICE_ARG(mail));
		return false;
	}
	return true;
}

bool
live_page(struct store *s, struct slice record, struct slice text, struct slice by, int64_t now_s,
    struct arena *a, bool *good_out, struct slice *result_out, struct err *e)
{
	struct desk_record r;
	bool found;

	if (!desk_load(s, record, 0, a, &r, &found, e))
		return false;
	if (!found || (r.kind != DESK_FOCAL && r.kind != DESK_ENTITY))
		return err_set(e, ERR_INPUT, "%s is neither a focal point nor an entity", QUOTE(record));
	*good_out = page_judge(&r, text, now_s, a, result_out);
	return desk_check_page(s, record, *good_out, *result_out, by, now_s, e);
}
