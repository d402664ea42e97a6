#include "desk/directory.h"

#include <stdio.h>

#include "attrib/contacts.h"
#include "desk/live.h"
#include "desk/vcard.h"
#include "store/store_testing.h"

static const struct who here = { .kind = WHO_HERE, .name = S_INIT("test") };
static const struct desk_actor kim = { .login = S_INIT("kim"), .roles = 1u << DESK_K, .country = S_INIT("") };
static const struct desk_actor kai = { .login = S_INIT("kai"), .roles = 1u << DESK_K, .country = S_INIT("") };
static int64_t now_s = INT64_C(1790000000); /* 2026-09-21 */

#define DAY INT64_C(86400)

static struct slice
go(struct store *s, struct arena *a, const struct desk_actor *x, enum desk_verb verb, const char *what, struct slice id, const char *patch)
{
	struct desk_deed d = { .verb = verb, .move = slice_of_str(what), .actor = x, .now_s = now_s + 1 };
	struct desk_record out = { .id = S("") };
	struct err e = ERR_INIT;

	now_s++;
	if (verb == DESK_NEW)
		CHECK(desk_kind_find(d.move, &d.kind));
	if (patch != NULL)
		CHECK_OK(json_parse(slice_of_str(patch), &JSON_LIMITS, a, &d.patch, &e), &e);
	CHECK_OK(desk_deed(s, id, &d, &here, a, &out, &e), &e);
	return out.id;
}

#define LETTER "{\"letter\":[{\"url\":\"https://x.example/l\",\"seen\":\"2026-09-01\"}],\"checked_by\":\"called\"}"

static struct slice
designated(struct store *s, struct arena *a, const char *country, const char *function, const char *mail)
{
	char patch[512];
	struct slice id;

	(void)snprintf(patch, sizeof(patch), "{\"country\":\"%s\",\"function\":\"%s\",\"name\":\"%s of %s\",\"mail\":\"%s\",\"from\":\"2026-01-01\",\"language\":\"fr\"}",
	    country, function, function, country, mail);
	id = go(s, a, &kim, DESK_NEW, "focal-point", SLICE_NONE, patch);
	(void)go(s, a, &kai, DESK_MOVE, "designate", id, LETTER);
	(void)go(s, a, &kim, DESK_APPROVE, "", id, NULL);
	return id;
}

/* --- cards ---------------------------------------------------------------------- */

TEST(cards)
{
	struct slice text = S("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:CSIRT\\, national\r\nitem1.EMAIL;TYPE=\"a:b\":mailto:a@x.example\r\nADR:;;;;;;Kenya\r\n"
			      "NOTE:a very lo\r\n ng one\r\nLANG:en\r\nLANG:sw\r\nCATEGORIES:csirt,x\\,y\r\nEND:VCARD\r\nBEGIN:VCARD\nFN:Two\nEND:VCARD\n"), rest = text;
	struct err e = ERR_INIT;
	size_t line = 0;
	struct vcard v;
	struct arena a;
	struct buf b;
	bool found;

	arena_init(&a, (size_t)1 << 20);
	CHECK_OK(vcard_next(&rest, &line, &a, &v, &found, &e), &e);
	CHECK(found);
	CHECK_SLICE(v.name, S("CSIRT, national"));
	CHECK_SLICE(v.mail, S("a@x.example"));
	CHECK_SLICE(v.country, S("Kenya"));
	CHECK_SLICE(v.note, S("a very long one"));
	CHECK_INT(v.lang_count, 2);
	buf_init(&b, 4096);
	v.note = S("\xd0\x9e\xd1\x82\xd0\xb2\xd0\xb5\xd1\x82 \xd0\x9e\xd1\x82\xd0\xb2\xd0\xb5\xd1\x82 \xd0\x9e\xd1\x82\xd0\xb2\xd0\xb5\xd1\x82 \xd0\x9e\xd1\x82\xd0\xb2\xd0\xb5\xd1\x82 \xd0\x9e\xd1\x82\xd0\xb2\xd0\xb5\xd1\x82 \xd0\x9e\xd1\x82\xd0\xb2\xd0\xb5\xd1\x82 \xd0\x9e\xd1\x82\xd0\xb2\xd0\xb5\xd1\x82");
	vcard_put(&v, &b);
	{
		struct slice lines = buf_view(&b), one;
		struct vcard back;
		size_t n = 0;

		while (slice_line(&lines, &one))
			CHECK(one.len <= 75 && slice_utf8_ok(one));
		lines = buf_view(&b);
		CHECK_OK(vcard_next(&lines, &n, &a, &back, &found, &e), &e);
		CHECK_SLICE(back.note, v.note);
		CHECK_SLICE(back.name, v.name);
		CHECK_INT(back.category_count, 2);
	}
	CHECK_OK(vcard_next(&rest, &line, &a, &v, &found, &e), &e);
	CHECK(found && slice_eq(v.name, S("Two")));
	CHECK_OK(vcard_next(&rest, &line, &a, &v, &found, &e), &e);
	CHECK(!found);
	rest = S("BEGIN:VCARD\nFN:x\nBAD\nEND:VCARD\n");
	line = 0;
	CHECK(!vcard_next(&rest, &line, &a, &v, &found, &e));
	CHECK_STR(e.text, "line 3: expected NAME:VALUE, found \"BAD\"");
	buf_fini(&b);
	arena_fini(&a);
}

/* --- out and in -------------------------------------------------------------------- */

struct seen { size_t added, known, bad; char why[640]; };
static void
seen(void *cookie, const struct directory_row *row)
{
	struct seen *x = cookie;

	x->added += row->why == NULL && !row->known;
	x->known += row->known;
	x->bad += row->why != NULL;
	if (row->why != NULL)
		(void)snprintf(x->why, sizeof(x->why), "%zu: %s", row->line, row->why->text);
}

TEST(out_and_in)
{
	struct store *s = open_new("out.db"), *t = open_new("in.db");
	struct directory_query q = { .now_s = now_s };
	struct directory_result r;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	arena_init(&a, (size_t)64 << 20);
	buf_init(&b, DIRECTORY_BYTES_MAX);
	(void)designated(s, &a, "KE", "lead", "lead@ke.example");
	(void)designated(s, &a, "KE", "csirt", "csirt@ke.example");
	(void)go(s, &a, &kim, DESK_NEW, "entity", SLICE_NONE, "{\"name\":\"=Labs, the\",\"sort\":\"expert\",\"mail\":\"l@x.example\"}");
	for (int f = 0; f < DIRECTORY_FORM_COUNT; f++) {
		struct seen x = { 0 };

		test_case("form %d", f);
		buf_clear(&b);
		q.all = true;
		CHECK_OK(directory_export(s, (enum directory_form)f, &q, &b, &e), &e);
		CHECK_OK(directory_import(t, (enum directory_form)f, buf_view(&b), &kim, &here, ++now_s, true, seen, &x, &r, &e), &e);
		CHECK_INT(x.bad, 0);
		CHECK_INT(r.added, f == 0 ? 3 : f == 1 ? 1 : 0);
		CHECK_OK(directory_import(t, (enum directory_form)f, buf_view(&b), &kim, &here, ++now_s, false, NULL, NULL, &r, &e), &e);
		CHECK_OK(directory_import(t, (enum directory_form)f, buf_view(&b), &kim, &here, ++now_s, false, NULL, NULL, &r, &e), &e);
		CHECK_INT(r.known, 3);
	}
	q.all = false;
	buf_clear(&b);
	CHECK_OK(directory_export(t, DIRECTORY_CSV, &q, &b, &e), &e);
	CHECK(slice_find(buf_view(&b), S("focal-point,")) == SIZE_MAX); /* what was imported is not designated by that */
	{
		struct seen x = { 0 };

		CHECK_OK(directory_import(t, DIRECTORY_CSV, S("kind,function,country,name,mail\nfocal-point,lead,XX,A,a@x.example\nnothing,,,B,\nentity,expert,,C,c@x.example\n"),
		    &kim, &here, ++now_s, false, seen, &x, &r, &e), &e);
		CHECK(x.bad == 2 && x.added == 1);
		CHECK_STR(x.why, "3: kind: it is neither focal-point nor entity");
		CHECK(!directory_import(t, DIRECTORY_CSV, S("a,b\n1,2\n"), &kim, &here, now_s, false, NULL, NULL, &r, &e));
		CHECK(!directory_import(t, DIRECTORY_JSON, S("{}"), &kim, &here, now_s, false, NULL, NULL, &r, &e));
	}
	buf_fini(&b);
	arena_fini(&a);
	store_close(&t);
	store_close(&s);
}

/* --- alive -------------------------------------------------------------------------- */

struct sent { int n; char to[64], token[64]; enum lang lang; enum desk_step step; enum desk_way way; bool fails; };
static bool
send(void *cookie, const struct live_question *q, struct err *e)
{
	struct sent *x = cookie;

	if (x->fails)
		return err_set(e, ERR_SYSTEM, "no way out");
	x->n++;
	x->lang = q->lang;
	x->step = q->step;
	x->way = q->way;
	(void)snprintf(x->to, sizeof(x->to), "%.*s", SLICE_ARG(q->to));
	(void)snprintf(x->token, sizeof(x->token), "%s", q->token);
	return true;
}

/* The mailbox that is told for a country. */
static void
told(struct store *s, int64_t at, const char *country, const char *want)
{
	struct contact_query q = { .country = slice_of_str(country) };
	struct contact_answer answer;
	struct contacts *c = NULL;
	struct err e = ERR_INIT;

	CHECK_OK(directory_contacts(s, at, &e), &e);
	CHECK_OK(contacts_load(s, &c, &e), &e);
	contacts_find(c, &q, &answer);
	if (want == NULL)
		CHECK(answer.focal_point == NULL);
	else if (CHECK(answer.focal_point != NULL))
		CHECK_SLICE(answer.focal_point->email, slice_of_str(want));
	contacts_free(&c);
}

static enum desk_live
life(struct store *s, struct slice id, int64_t at)
{
	struct desk_life l;
	struct err e = ERR_INIT;

	CHECK_OK(desk_life_of(s, id, &l, &e), &e);
	return desk_live_at(&l, 4, at);
}

TEST(alive_and_dead)
{
	struct store *s = open_new("live.db");
	int64_t t0 = now_s + DAY;
	struct live_result r;
	struct sent x = { 0 };
	struct err e = ERR_INIT;
	struct slice lead, deputy, to, result;
	struct arena a;
	uint64_t found;
	char text[256];
	bool good;

	arena_init(&a, (size_t)64 << 20);
	lead = designated(s, &a, "KE", "lead", "lead@ke.example");
	CHECK_INT(life(s, lead, t0), LIVE_UNVERIFIED);
	told(s, t0, "KE", "lead@ke.example");
	x.fails = true;
	CHECK_OK(live_run(s, t0, 10, send, &x, &r, &e), &e);
	CHECK(r.sent == 0 && r.failed == 1);
	x.fails = false;
	CHECK_OK(live_run(s, t0, 10, send, &x, &r, &e), &e);
	CHECK(r.sent == 1 && x.lang == LANG_FR && x.step == STEP_FIRST && x.way == WAY_MAIL);
	CHECK_OK(live_run(s, t0 + DAY, 10, send, &x, &r, &e), &e);
	CHECK_INT(r.sent, 0);
	/* The answer quotes it; a bounce does, too, and is none. */
	(void)snprintf(text, sizeof(text), "From: x\r\nAuto-Submitted: auto-replied\r\n\r\n> %s", x.token);
	CHECK(!live_take(s, slice_of_str(text), S("kim"), t0 + DAY, NULL, NULL, &found, &e));
	(void)snprintf(text, sizeof(text), "From: x\r\n\r\nENTENTE-AAAAAAAAAAAAAAAAAAAAAAAAAA ENTENTE- > (%s)", x.token);
	CHECK_OK(live_take(s, slice_of_str(text), S("kim"), t0 + 2 * DAY, NULL, NULL, &found, &e), &e);
	CHECK_INT(found, 1);
	CHECK_INT(life(s, lead, t0 + 2 * DAY), LIVE_ALIVE);
	CHECK_INT(life(s, lead, t0 + 150 * DAY), LIVE_DUE);
	/* Four months later nobody answers. */
	for (int day = 150; day <= 230; day++) {
		CHECK_OK(live_run(s, t0 + day * DAY, 10, send, &x, &r, &e), &e);
		if (day == 150 || day == 157 || day == 164)
			CHECK_INT(r.sent, 1);
		else
			CHECK_INT(r.sent, 0);
		CHECK_INT(r.by_hand, day >= 171);
		CHECK_INT(r.dead, day >= 210);
	}
	CHECK_INT(life(s, lead, t0 + 171 * DAY), LIVE_LATE);
	CHECK_INT(life(s, lead, t0 + 210 * DAY), LIVE_DEAD);
	/* A person asks the deputy, and the stream's notices go there. */
	deputy = designated(s, &a, "KE", "deputy", "deputy@ke.example");
	told(s, t0 + 5 * DAY, "KE", "lead@ke.example");
	told(s, t0 + 210 * DAY, "KE", "deputy@ke.example");
	CHECK_OK(live_ask(s, lead, S("kim"), t0 + 211 * DAY, send, &x, &a, &to, &e), &e);
	CHECK_SLICE(to, S("deputy@ke.example"));
	CHECK_INT(x.step, STEP_DEPUTY);
	/* A call counts once another person has confirmed it. */
	{
		int64_t call;

		CHECK_OK(desk_check_sent(s, lead, WAY_CALL, STEP_NONE, SLICE_NONE, S("kim"), t0 + 212 * DAY, &call, &e), &e);
		CHECK_INT(life(s, lead, t0 + 212 * DAY), LIVE_DEAD);
		CHECK(!desk_check_confirm(s, call, S("kim"), t0 + 212 * DAY, &e) && e.code == ERR_DENIED);
		CHECK_OK(desk_check_confirm(s, call, S("kai"), t0 + 212 * DAY, &e), &e);
		CHECK_INT(life(s, lead, t0 + 212 * DAY), LIVE_ALIVE);
		CHECK(!desk_check_confirm(s, call, S("kai"), t0 + 212 * DAY, &e) && e.code == ERR_ABSENT);
	}
	/* Its page. */
	CHECK_OK(live_page(s, deputy, S("Contact: mailto:deputy@ke.example\nExpires: 2030-01-01T00:00:00Z\n"), S("kim"), t0, &a, &good, &result, &e), &e);
	CHECK(good && life(s, deputy, t0) == LIVE_ALIVE);
	CHECK_OK(live_page(s, deputy, S("Contact: mailto:other@ke.example\nExpires: 2030-01-01T00:00:00Z\n"), S("kim"), t0, &a, &good, &result, &e), &e);
	CHECK(!good && slice_find(result, S("other@ke.example")) != SIZE_MAX);
	CHECK_OK(live_page(s, deputy, S("Contact: mailto:deputy@ke.example\nExpires: 2020-01-01T00:00:00Z\n"), S("kim"), t0, &a, &good, &result, &e), &e);
	CHECK(!good);
	CHECK_OK(live_page(s, deputy, S("<html>"), S("kim"), t0, &a, &good, &result, &e), &e);
	CHECK(!good);
	arena_fini(&a);
	store_close(&s);
}

int
main(void)
{
	RUN(cards);
	RUN(out_and_in);
	RUN(alive_and_dead);
	return test_end();
}
