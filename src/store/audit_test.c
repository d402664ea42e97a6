#include "store/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "store/store_testing.h"
#include "test.h"

static void
rows_add(struct store *s, int n)
{
	struct ip nowhere = { 0, 0 };
	struct err e = ERR_INIT;

	for (int i = 0; i < n; i++) {
		struct who w = { .kind = WHO_PERSON, .account = 1 + i % 2, .name = i % 2 == 0 ? S("ana") : S("bo"),
			.from = i % 3 == 0 ? nowhere : ip_of_v4(0xc0000200 + (uint32_t)i) };

		CHECK_OK(audit_add(s, &w, i % 2 == 0 ? S("finding.resolve") : S("account.lock"), S("account:3"),
		    S("because"), T0 + i * 60, &e), &e);
	}
}

struct tamper {
	const char *name;
	const char *sql;
	enum audit_state state;
	int at;
	bool head; /* found only by a head that was kept elsewhere */
};

/* Ten rows, and one hand in the database. */
static const struct tamper tampers[] = {
	{ "nothing", "", AUDIT_WHOLE, 0, false },
	{ "another name", "UPDATE audit SET who = 'eve' WHERE id = 4", AUDIT_ROW_CHANGED, 4, false },
	{ "another act", "UPDATE audit SET act = 'x' WHERE id = 1", AUDIT_ROW_CHANGED, 1, false },
	{ "another object", "UPDATE audit SET object = 'account:4' WHERE id = 10", AUDIT_ROW_CHANGED, 10, false },
	{ "another reason", "UPDATE audit SET detail = '' WHERE id = 5", AUDIT_ROW_CHANGED, 5, false },
	{ "text moved from one column to the next", "UPDATE audit SET object = 'account:', detail = '3because' WHERE id = 5", AUDIT_ROW_CHANGED, 5, false },
	{ "another second", "UPDATE audit SET at_s = at_s + 1 WHERE id = 7", AUDIT_ROW_CHANGED, 7, false },
	{ "another account", "UPDATE audit SET account = 9 WHERE id = 7", AUDIT_ROW_CHANGED, 7, false },
	{ "another kind", "UPDATE audit SET kind = 4 WHERE id = 7", AUDIT_ROW_CHANGED, 7, false },
	{ "a kind that is none", "UPDATE audit SET kind = 99 WHERE id = 7", AUDIT_ROW_CHANGED, 7, false },
	{ "another address", "UPDATE audit SET ip = '198.51.100.1' WHERE id = 2", AUDIT_ROW_CHANGED, 2, false },
	{ "an address where none was", "UPDATE audit SET ip = '198.51.100.1', salt = x'00' WHERE id = 1", AUDIT_ROW_CHANGED, 1, false },
	{ "another hash of the address", "UPDATE audit SET ip = NULL, ip_hash = zeroblob(32) WHERE id = 2", AUDIT_ROW_CHANGED, 2, false },
	{ "a hash too short", "UPDATE audit SET hash = x'00' WHERE id = 3", AUDIT_ROW_CHANGED, 3, false },
	{ "two changed: the first is named", "UPDATE audit SET who = 'eve' WHERE id IN (8, 3)", AUDIT_ROW_CHANGED, 3, false },
	{ "one taken out", "DELETE FROM audit WHERE id = 6", AUDIT_ROW_MISSING, 6, false },
	{ "the first taken out", "DELETE FROM audit WHERE id = 1", AUDIT_ROW_MISSING, 1, false },
	{ "one taken out, the rest moved up", "DELETE FROM audit WHERE id = 6; UPDATE audit SET id = id - 1 WHERE id > 6", AUDIT_ROW_CHANGED, 6, false },
	{ "one put in between", "UPDATE audit SET id = -id WHERE id > 4; UPDATE audit SET id = 1 - id WHERE id < 0;"
	    "INSERT INTO audit SELECT 5, at_s, kind, account, who, act, object, detail, ip, salt, ip_hash, hash FROM audit WHERE id = 4", AUDIT_ROW_CHANGED, 5, false },
	{ "one before the first", "INSERT INTO audit SELECT 0, at_s, kind, account, who, act, object, detail, ip, salt, ip_hash, hash FROM audit WHERE id = 1", AUDIT_ROW_CHANGED, 0, false },
	{ "two swapped", "UPDATE audit SET id = 99 WHERE id = 3; UPDATE audit SET id = 3 WHERE id = 4; UPDATE audit SET id = 4 WHERE id = 99", AUDIT_ROW_CHANGED, 3, false },
	{ "a row of its own behind the last", "INSERT INTO audit SELECT 11, at_s, kind, account, who, act, object, detail, ip, salt, ip_hash, hash FROM audit WHERE id = 10", AUDIT_ROW_CHANGED, 11, false },
	{ "the end cut", "DELETE FROM audit WHERE id > 8", AUDIT_CUT, 9, true },
	{ "all gone", "DELETE FROM audit", AUDIT_CUT, 1, true },
};

TEST(tampering)
{
	for (size_t i = 0; i < sizeof(tampers) / sizeof(tampers[0]); i++) {
		const struct tamper *c = &tampers[i];
		struct err e = ERR_INIT;
		struct audit_result r;
		struct audit_head head;
		struct store *s;
		char name[32];

		test_case("%s", c->name);
		(void)snprintf(name, sizeof(name), "tamper%zu.db", i);
		s = open_new(name);
		rows_add(s, 10);
		CHECK_OK(audit_head(s, &head, &e), &e);
		CHECK_INT(head.id, 10);
		CHECK_OK(c->sql[0] == '\0' || db_exec(store_db(s), c->sql, &e), &e);
		CHECK_OK(audit_verify(s, NULL, 0, &r, &e), &e);
		CHECK_INT(r.state, c->head ? AUDIT_WHOLE : c->state);
		CHECK_OK(audit_verify(s, &head, 1, &r, &e), &e);
		CHECK_INT(r.state, c->state);
		CHECK_INT(r.at, c->at);
		if (c->state == AUDIT_WHOLE)
			CHECK_INT(r.rows, 10);
		store_close(&s);
	}
}

/* Who can write the database makes a chain of their own: only a head tells. */
TEST(made_anew)
{
	struct store *s = open_new("anew.db"), *t = open_new("anew2.db");
	struct audit_head early, late;
	struct err e = ERR_INIT;
	struct audit_result r;

	rows_add(s, 4);
	CHECK_OK(audit_head(s, &early, &e), &e);
	rows_add(s, 2);
	CHECK_OK(audit_head(s, &late, &e), &e);
	rows_add(t, 6);
	CHECK_OK(audit_verify(s, &early, 1, &r, &e), &e);
	CHECK_INT(r.state, AUDIT_WHOLE);
	CHECK_INT(r.rows, 6);
	/* The salts differ, so that no two logs are the same. */
	CHECK_OK(audit_verify(t, NULL, 0, &r, &e), &e);
	CHECK_INT(r.state, AUDIT_WHOLE);
	CHECK_OK(audit_verify(t, (struct audit_head[]){ late, early }, 2, &r, &e), &e);
	CHECK_INT(r.state, AUDIT_OTHER);
	CHECK_INT(r.at, 4);
	store_close(&s);
	store_close(&t);
}

TEST(addresses_are_forgotten)
{
	struct store *s = open_new("forget.db");
	struct audit_head before, after;
	struct err e = ERR_INIT;
	struct audit_result r;
	int64_t n = 0;

	rows_add(s, 9);
	CHECK_OK(audit_head(s, &before, &e), &e);
	CHECK_OK(audit_forget(s, T0 + 5 * 60, &n, &e), &e);
	CHECK_INT(n, 3); /* of rows 1 to 5 the 1st and the 4th had none */
	CHECK_OK(audit_forget(s, T0 + 5 * 60, &n, &e), &e);
	CHECK_INT(n, 0);
	CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM audit WHERE ip IS NOT NULL OR salt IS NOT NULL", &n, &e), &e);
	CHECK_INT(n, 3);
	CHECK_OK(audit_verify(s, &before, 1, &r, &e), &e);
	CHECK_INT(r.state, AUDIT_WHOLE);
	CHECK_OK(audit_head(s, &after, &e), &e);
	CHECK(memcmp(&before, &after, sizeof(before)) == 0);
	/* and what is left of an address still cannot be another one's */
	CHECK_OK(db_exec(store_db(s), "UPDATE audit SET ip_hash = zeroblob(32) WHERE id = 2", &e), &e);
	CHECK_OK(audit_verify(s, NULL, 0, &r, &e), &e);
	CHECK_INT(r.at, 2);
	store_close(&s);
}

TEST(head_in_a_file)
{
	struct store *s = open_new("head.db");
	struct audit_head h;
	struct err e = ERR_INIT;
	char path[512];
	struct buf b;

	(void)snprintf(path, sizeof(path), "%s/audit.head", test_dir());
	buf_init(&b, 4096);
	rows_add(s, 3);
	CHECK_OK(audit_head_keep(s, path, &e), &e);
	rows_add(s, 2);
	CHECK_OK(audit_head_keep(s, path, &e), &e);
	CHECK_OK(file_read(path, &b, &e), &e);
	CHECK(audit_head_read(buf_view(&b), &h));
	CHECK_INT(h.id, 5);
	/* Cut, the file stays what it was, whatever comes after. */
	CHECK_OK(db_exec(store_db(s), "DELETE FROM audit WHERE id > 4", &e), &e);
	CHECK(!audit_head_keep(s, path, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	rows_add(s, 6);
	CHECK(!audit_head_keep(s, path, &e));
	buf_clear(&b);
	CHECK_OK(file_read(path, &b, &e), &e);
	CHECK(audit_head_read(buf_view(&b), &h));
	CHECK_INT(h.id, 5);
	CHECK_OK(file_write(path, S("no head\n"), &e), &e);
	CHECK(!audit_head_keep(s, path, &e));
	buf_fini(&b);
	store_close(&s);
}

TEST(heads_read)
{
	static const struct { struct slice text; bool ok; } rows[] = {
		{ S_INIT("0:0000000000000000000000000000000000000000000000000000000000000000"), true },
		{ S_INIT(" 12:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"), true },
		{ S_INIT("12:9f86"), false },
		{ S_INIT("12"), false },
		{ S_INIT("-1:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), false },
		{ S_INIT("18446744073709551615:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), false },
		{ S_INIT(""), false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[AUDIT_HEAD_TEXT_MAX];
		struct audit_head h;

		test_case("%zu", i);
		CHECK_INT(audit_head_read(rows[i].text, &h), rows[i].ok);
		if (rows[i].ok) {
			audit_head_print(&h, text);
			CHECK_SLICE(slice_of_str(text), slice_trim(rows[i].text));
		}
	}
}

/* In pieces of any size the same is found. */
TEST(in_pieces)
{
	struct store *s = open_new("pieces.db");
	struct err e = ERR_INIT;
	struct audit_head head;

	rows_add(s, 10);
	CHECK_OK(audit_head(s, &head, &e), &e);
	for (size_t max = 1; max <= 12; max++) {
		struct audit_head from = { 0 };
		struct audit_result r;
		int64_t rows = 0;
		bool end = false;
		int n = 0;

		test_case("%zu", max);
		while (!end && n++ < 20) {
			CHECK_OK(audit_verify_part(s, &from, max, &head, 1, &r, &end, &e), &e);
			CHECK_INT(r.state, AUDIT_WHOLE);
			rows += r.rows;
			from = r.head;
		}
		CHECK_INT(rows, 10);
		CHECK(memcmp(&from, &head, sizeof(head)) == 0);
	}
	CHECK_OK(db_exec(store_db(s), "UPDATE audit SET who = 'eve' WHERE id = 7", &e), &e);
	{
		struct audit_head from = { 0 };
		struct audit_result r = { 0 };
		bool end = false;

		while (!end && audit_verify_part(s, &from, 3, NULL, 0, &r, &end, &e))
			from = r.head;
		CHECK_INT(r.state, AUDIT_ROW_CHANGED);
		CHECK_INT(r.at, 7);
	}
	store_close(&s);
}

struct seen {
	int count;
	int64_t first, last;
};

static bool
see(void *cookie, const struct audit_row *r, struct err *e)
{
	struct seen *n = cookie;

	(void)e;
	if (n->count++ == 0)
		n->first = r->id;
	n->last = r->id;
	return true;
}

TEST(listing)
{
	static const struct { const char *name; struct audit_query q; int count; int first, last; } rows[] = {
		{ "all", { 0 }, 10, 10, 1 },
		{ "a page", { .limit = 3 }, 3, 10, 8 },
		{ "the next", { .limit = 3, .before_id = 8 }, 3, 7, 5 },
		{ "one person's", { .account = 2 }, 5, 10, 2 },
		{ "of one beginning", { .act = S_INIT("account.") }, 5, 10, 2 },
		{ "of none", { .act = S_INIT("accounts") }, 0, 0, 0 },
		{ "of an object", { .object = S_INIT("account:3") }, 10, 10, 1 },
		{ "since", { .since_s = T0 + 8 * 60 }, 2, 10, 9 },
		{ "until", { .until_s = T0 + 2 * 60 }, 2, 2, 1 },
	};
	struct store *s = open_new("list.db");

	rows_add(s, 10);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = ERR_INIT;
		struct seen n = { 0 };

		test_case("%s", rows[i].name);
		CHECK_OK(audit_list(s, &rows[i].q, see, &n, &e), &e);
		CHECK_INT(n.count, rows[i].count);
		CHECK_INT(n.first, rows[i].first);
		CHECK_INT(n.last, rows[i].last);
	}
	store_close(&s);
}

/* What an attacker puts into a name or a reason is data; the log says it and still holds. */
TEST(hostile_texts)
{
	static const char long_text[5000] = { 'x' };
	struct store *s = open_new("hostile.db");
	struct who w = { .kind = WHO_NOBODY, .name = S("'); DROP TABLE audit; --") };
	struct err e = ERR_INIT;
	struct audit_result r;
	struct seen n = { 0 };

	CHECK_OK(audit_add(s, &w, S("session.refused"), S("\xff\xfe\0x"), slice_of(long_text, sizeof(long_text)), T0, &e), &e);
	CHECK_OK(audit_add(s, &w, SLICE_NONE, SLICE_NONE, SLICE_NONE, T0, &e), &e);
	CHECK_OK(audit_verify(s, NULL, 0, &r, &e), &e);
	CHECK_INT(r.state, AUDIT_WHOLE);
	CHECK_INT(r.rows, 2);
	CHECK_OK(audit_list(s, &(struct audit_query){ 0 }, see, &n, &e), &e);
	CHECK_INT(n.count, 2);
	store_close(&s);
}

/* A change that is given up takes its line with it. */
TEST(with_the_change)
{
	struct store *s = open_new("with.db");
	struct err e = ERR_INIT;
	struct audit_head h;

	rows_add(s, 1);
	CHECK_OK(db_begin(store_db(s), &e), &e);
	rows_add(s, 2);
	store_rollback(s);
	CHECK_OK(audit_head(s, &h, &e), &e);
	CHECK_INT(h.id, 1);
	store_close(&s);
}

int
main(void)
{
	RUN(tampering);
	RUN(made_anew);
	RUN(addresses_are_forgotten);
	RUN(head_in_a_file);
	RUN(heads_read);
	RUN(in_pieces);
	RUN(listing);
	RUN(hostile_texts);
	RUN(with_the_change);
	return test_end();
}
