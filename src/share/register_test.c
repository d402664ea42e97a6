#include "share/register.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "parse/json_canon.h"
#include "share/register_testing.h"

TEST(there_and_back)
{
	struct store *from = made("from.db", BOTH), *to = open_new("to.db");
	struct register_result r;
	struct err e = ERR_INIT;
	struct buf file, again;
	struct agreement *g;
	const char *dir = getenv("REGISTER_OUT");

	buf_init(&file, REGISTER_BYTES_MAX);
	buf_init(&again, REGISTER_BYTES_MAX);
	exported(from, &file);
	if (dir != NULL)
		CHECK_OK(file_write(dir, buf_view(&file), &e), &e);
	test_case("whose key it is, the file cannot say");
	CHECK(!import(to, buf_view(&file), &r, &e));
	CHECK_INT(e.code, ERR_DENIED);
	CHECK(strstr(e.text, "not known here") != NULL);
	lead_enter(to, "x");
	CHECK(!import(to, buf_view(&file), &r, &e));
	CHECK_INT(e.code, ERR_DENIED);
	CHECK(strstr(e.text, "another key") != NULL);
	CHECK(!agreement_load(to, S("mou"), NOW, &g, &e));
	test_case("taken");
	lead_enter(to, "lead");
	CHECK_OK(import(to, buf_view(&file), &r, &e), &e);
	CHECK_INT(r.acts, 5);
	CHECK_INT(r.acts_new, 5);
	CHECK_INT(r.texts_new, 1);
	exported(to, &again);
	CHECK(slice_eq(buf_view(&file), buf_view(&again)));
	test_case("once more");
	CHECK_OK(import(to, buf_view(&file), &r, &e), &e);
	CHECK_INT(r.acts_new, 0);
	CHECK_INT(r.texts_new, 0);
	store_close(&from);
	test_case("longer");
	from = made("longer.db", BOTH "; reserve a 5 1; leave b 6");
	exported(from, &file);
	CHECK_OK(import(to, buf_view(&file), &r, &e), &e);
	CHECK_INT(r.acts_new, 2);
	test_case("an older copy changes nothing");
	CHECK_OK(import(to, buf_view(&again), &r, &e), &e);
	CHECK_INT(r.acts_new, 0);
	exported(to, &again);
	CHECK(slice_eq(buf_view(&file), buf_view(&again)));
	store_close(&from);
	test_case("two stories, both signed");
	from = made("fork.db", "open 0; sign a 1; sign b 2; deposit b 3; deposit a 4");
	exported(from, &file);
	CHECK(!import(to, buf_view(&file), &r, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	CHECK(strstr(e.text, "act 4") != NULL);
	exported(to, &file);
	CHECK(slice_eq(buf_view(&file), buf_view(&again)));
	store_close(&from);
	store_close(&to);
	buf_fini(&file);
	buf_fini(&again);
}

/* What was changed in a register, and the sentence that says so. */
static const struct { const char *name, *from, *to, *says; } changes[] = {
	{ "a date in an act", "\"date\":\"2026-01-03T00:00:00Z\",\"form\"", "\"date\":\"2026-01-02T00:00:00Z\",\"form\"", "act 3: its signature is not one of \"b\"" },
	{ "a receipt's date", "\"receipt\":{\"date\":\"2026-01-04", "\"receipt\":{\"date\":\"2026-01-05", "act 4: its receipt is not signed by the depositary" },
	{ "a clause of the text", "\"tlp\":\"AMBER\"", "\"tlp\":\"GREEN\"", "act 1: it is about another text" },
	{ "an act's number", "\"number\":4,", "\"number\":9,", "act 4: it says that it is number 9" },
	{ "a party's key in the text", "\"parties\":[{\"country\":\"ES\",\"id\":\"a\"", "\"parties\":[{\"country\":\"FR\",\"id\":\"a\"", "act 1: it is about another text" },
	{ "the wording", "\"base64\":\"VGhl", "\"base64\":\"QGhl", "line 8: the wording is not what its SHA-256 says" },
	{ "the head", "entente register 1", "entente register 2", "line 1: this is no register" },
	{ "the head's name", "\"id\":\"mou\"}\n", "\"id\":\"mo\"}\n", "line 2: the text is of the agreement \"mou\"" },
	{ "a space", "{\"act\":", "{ \"act\":", "line 3: it is not in canonical form" },
	{ "its end", "\"wording\":\"", "\"wording\":\"0", "line 8" },
	{ "an empty line", "}\n{\"act\"", "}\n\n{\"act\"", "line 3: JSON" },
};

TEST(changed)
{
	struct store *s = made("changed.db", BOTH);
	struct err e = ERR_INIT;
	struct buf file, b;
	struct agreement *g;

	buf_init(&file, REGISTER_BYTES_MAX);
	buf_init(&b, REGISTER_BYTES_MAX);
	exported(s, &file);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		size_t at = slice_find(buf_view(&file), slice_of_str(changes[i].from));

		test_case("%s", changes[i].name);
		if (!CHECK(at != SIZE_MAX))
			continue;
		buf_clear(&b);
		buf_put(&b, slice_sub(buf_view(&file), 0, at));
		buf_str(&b, changes[i].to);
		buf_put(&b, slice_from(buf_view(&file), at + strlen(changes[i].from)));
		if (CHECK(!register_verify(buf_view(&b), NOW, &g, NULL, NULL, &e)) && !CHECK(strstr(e.text, changes[i].says) != NULL))
			printf("\t%s\n", e.text);
	}
	test_case("each line left out");
	for (size_t line = 0; line < 7; line++) {
		struct slice rest = buf_view(&file), x;
		size_t n = 0;

		buf_clear(&b);
		while (slice_cut(&rest, '\n', &x) && rest.p != NULL) {
			if (n++ == line)
				continue;
			buf_put(&b, x);
			buf_byte(&b, '\n');
		}
		if (line == 6) /* the last act: a shorter register, which is one */
			CHECK_OK(register_verify(buf_view(&b), NOW, &g, NULL, NULL, &e), &e);
		else
			CHECK(!register_verify(buf_view(&b), NOW, &g, NULL, NULL, &e));
		agreement_free(&g);
	}
	test_case("each beginning");
	for (size_t n = 0; n < file.len; n += 97) {
		if (register_verify(slice_sub(buf_view(&file), 0, n), NOW, &g, NULL, NULL, &e) && !CHECK(file.p[n - 1] == '\n'))
			break;
		agreement_free(&g);
	}
	test_case("before it happened");
	CHECK(!register_verify(buf_view(&file), KIT_DAY(2), &g, NULL, NULL, &e));
	CHECK(strstr(e.text, "act 4: its date lies in the future") != NULL);
	buf_fini(&file);
	buf_fini(&b);
	store_close(&s);
}

/* A draft of one's own gives way to what was opened under its name. */
TEST(draft_gives_way)
{
	struct store *from = made("opened.db", "open 0"), *to = made("draft.db", "open 0");
	struct register_result r;
	struct err e = ERR_INIT;
	struct agreement_text t;
	struct arena a;
	struct buf file, b;

	arena_init(&a, 4 << 20);
	buf_init(&file, REGISTER_BYTES_MAX);
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	lead_enter(to, "lead");
	CHECK_OK(db_exec(store_db(to), "DELETE FROM agreement_act; DELETE FROM agreement_text", &e), &e);
	kit_text_put(&(struct kit_text){ .kind = MOU, .notice = 1 }, true, &b);
	CHECK_OK(agreement_text_read(buf_view(&b), &a, &t, &e), &e);
	CHECK_OK(agreement_text_put(to, &t, &e), &e);
	CHECK(!register_export(to, S("mou"), NOW, &file, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	exported(from, &file);
	CHECK_OK(import(to, buf_view(&file), &r, &e), &e);
	CHECK_INT(r.acts_new, 1);
	buf_fini(&file);
	buf_fini(&b);
	arena_fini(&a);
	store_close(&from);
	store_close(&to);
}

int
main(void)
{
	RUN(there_and_back);
	RUN(changed);
	RUN(draft_gives_way);
	return test_end();
}
