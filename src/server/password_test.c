#include "server/password.h"

#include <sodium.h>
#include <string.h>

#include "test.h"

struct password_case {
	const char *text;
	const char *name, *mail;
	bool ok;
};

static const struct password_case cases[] = {
	{ "correct horse battery", "ana", "", true },
	{ "only small letters here", "ana", "", true },
	{ "пароль из нескольких слов", "ana", "", true },
	{ "一二三四五六七八九十百千", "ana", "", true },
	{ "k7mq-2xhw-9ncv-p4ze-abcd", "ana", "", true },
	{ "eleven char", "ana", "", false },
	{ "一二三四五六七八九十百", "ana", "", false },
	{ "", "ana", "", false },
	{ "password1234", "ana", "", false },
	{ "Password!2026", "ana", "", false },
	{ "passwordpassword", "ana", "", false },
	{ "123456789012", "ana", "", false },
	{ "210987654321", "ana", "", false },
	{ "abcdefghijklm", "ana", "", false },
	{ "aaaaaaaaaaaaaaaaaaaa", "ana", "", false },
	{ "abababababababab", "ana", "", false },
	{ "qwertyuiop123", "ana", "", false },
	{ "Welcome12345!", "ana", "", false },
	{ "admin-admin-admin", "ana", "", false },
	{ "entente2026!!", "ana", "", false },
	{ "maria.lopez.2026", "maria.lopez", "", false },
	{ "MariaLopez!!1", "x2", "marialopez@example.org", false },
	{ "marialopez and the red door", "x2", "marialopez@example.org", true },
	/* twelve characters that are eleven once they are composed */
	{ "cafe\xcc\x81 noir kl", "ana", "", true },
	{ "cafe\xcc\x81 noir k", "ana", "", false },
	{ "two\twords and a tab", "ana", "", false },
	{ "nothing \xe2\x80\x8bto be seen", "ana", "", false },
	{ "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4", "ana", "", false },
};

TEST(what_may_be_one)
{
	static char long_text[PASSWORD_BYTES_MAX + 2];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = ERR_INIT;

		test_case("%s", cases[i].text);
		CHECK_INT(password_check(slice_of_str(cases[i].text), slice_of_str(cases[i].name), slice_of_str(cases[i].mail), &e), cases[i].ok);
		CHECK(cases[i].ok || e.code == ERR_INPUT);
	}
	for (size_t i = 0; i < sizeof(long_text) - 1; i++)
		long_text[i] = (char)('a' + i * 7 % 26);
	{
		struct err e = ERR_INIT;

		CHECK(!password_check(slice_of(long_text, PASSWORD_BYTES_MAX + 1), S("ana"), S(""), &e));
		CHECK_OK(password_check(slice_of(long_text, PASSWORD_BYTES_MAX), S("ana"), S(""), &e), &e);
	}
}

TEST(made_ones_may_be_used)
{
	char last[PASSWORD_MADE_BYTES] = "";

	for (int i = 0; i < 200; i++) {
		char made[PASSWORD_MADE_BYTES];
		struct err e = ERR_INIT;

		password_make(made);
		CHECK_INT(strlen(made), PASSWORD_MADE_BYTES - 1);
		CHECK(strcmp(made, last) != 0);
		CHECK_OK(password_check(slice_of_str(made), S("ana"), S(""), &e), &e);
		memcpy(last, made, sizeof(last));
	}
}

TEST(hashing)
{
	char one[PASSWORD_HASH_MAX], two[PASSWORD_HASH_MAX], cheap[PASSWORD_HASH_MAX];
	struct err e = ERR_INIT;

	CHECK_OK(password_hash(S("correct horse battery"), one, &e), &e);
	CHECK(strncmp(one, "$argon2id$v=19$m=65536,t=3,p=1$", 31) == 0);
	CHECK_OK(password_hash(S("correct horse battery"), two, &e), &e);
	CHECK(strcmp(one, two) != 0);
	CHECK(password_verify(one, S("correct horse battery")));
	CHECK(!password_verify(one, S("correct horse batterz")));
	CHECK(!password_verify(one, S("correct horse battery ")));
	CHECK(!password_verify(one, S("")));
	CHECK(!password_verify("", S("correct horse battery")));
	CHECK(!password_verify("$argon2id$v=19$m=65536,t=3,p=1$", S("x")));
	/* a NUL within counts */
	CHECK(!password_verify(one, S("correct horse battery\0")));
	password_cheap_for_tests(true);
	CHECK_OK(password_hash(S("correct horse battery"), cheap, &e), &e);
	password_cheap_for_tests(false);
	CHECK(password_verify(cheap, S("correct horse battery")));
	CHECK(password_is_old(cheap));
	CHECK(!password_is_old(one));
}

/* Composed or not, with whichever space: it is one password; of ASCII nothing is changed. */
TEST(one_password_by_every_keyboard)
{
	static const char composed[] = "caf\xc3\xa9 noir et cr\xc3\xa8me", apart[] = "cafe\xcc\x81\xc2\xa0noir et cre\xcc\x80me";
	char hash[PASSWORD_HASH_MAX], plain[crypto_pwhash_STRBYTES];
	struct err e = ERR_INIT;

	password_cheap_for_tests(true);
	CHECK_OK(password_hash(slice_of_str(composed), hash, &e), &e);
	CHECK(password_verify(hash, slice_of_str(apart)));
	CHECK(password_verify(hash, slice_of_str(composed)));
	CHECK(!password_verify(hash, S("caf\xc3\xa9 noir et creme")));
	CHECK_OK(password_hash(slice_of_str(apart), hash, &e), &e);
	CHECK(password_verify(hash, slice_of_str(composed)));
	CHECK(password_same(slice_of_str(composed), slice_of_str(apart)));
	CHECK(!password_same(slice_of_str(composed), S("caf\xc3\xa9 noir")));
	test_case("what was hashed before there was any preparing");
	CHECK_INT(crypto_pwhash_str_alg(plain, "correct horse battery", 21, crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_ALG_ARGON2ID13), 0);
	CHECK(password_verify(plain, S("correct horse battery")));
	test_case("and what the RFC would not take");
	CHECK_INT(crypto_pwhash_str_alg(plain, "with a\ttab", 10, crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_ALG_ARGON2ID13), 0);
	CHECK(password_verify(plain, S("with a\ttab")));
	password_cheap_for_tests(false);
}

int
main(void)
{
	RUN(what_may_be_one);
	RUN(made_ones_may_be_used);
	RUN(hashing);
	RUN(one_password_by_every_keyboard);
	return test_end();
}
