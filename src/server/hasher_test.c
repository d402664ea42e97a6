#include "server/hasher.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "server/secret.h"
#include "test.h"

/* Wait for the next cookie; NULL after ten seconds. */
static void *
wait_one(struct hasher *h)
{
	struct pollfd p = { .fd = hasher_fd(h), .events = POLLIN };
	void *cookie;

	while ((cookie = hasher_done(h)) == NULL && poll(&p, 1, 10000) > 0)
		;
	return cookie;
}

TEST(asked_ahead)
{
	char hash[PASSWORD_HASH_MAX], made[PASSWORD_HASH_MAX];
	struct err e = ERR_INIT;
	struct hasher *h = NULL;
	int one, two, three;

	CHECK_OK(password_hash(S("right"), hash, &e), &e);
	CHECK_OK(hasher_open(&h, &e), &e);
	CHECK(hasher_done(h) == NULL);
	CHECK(hasher_ask(h, &(struct hash_ask){ .verify = hash, .password = S("right"), .hash = S("next") }, false, &one));
	CHECK(hasher_ask(h, &(struct hash_ask){ .verify = hash, .password = S("wrong"), .hash = S("other") }, false, &two));
	CHECK(hasher_ask(h, &(struct hash_ask){ .hash = S("alone") }, true, &three));
	CHECK(wait_one(h) == &one);
	CHECK(wait_one(h) == &two);
	CHECK(wait_one(h) == &three);
	CHECK(hasher_verify(h, hash, S("right")));
	CHECK(!hasher_verify(h, hash, S("wrong")));
	CHECK_OK(hasher_hash(h, S("next"), made, &e), &e);
	CHECK(password_verify(made, S("next")));
	CHECK_OK(hasher_hash(h, S("alone"), made, &e), &e);
	CHECK(password_verify(made, S("alone")));
	/* each answer once; without one it is worked out on the spot */
	CHECK(hasher_verify(h, hash, S("right")));
	CHECK(!hasher_verify(h, hash, S("nobody asked")));
	hasher_close(&h);
}

/* Real parameters: what was asked ahead is answered at once. */
TEST(the_caller_does_not_wait)
{
	char hash[PASSWORD_HASH_MAX];
	struct err e = ERR_INIT;
	struct hasher *h = NULL;
	int64_t begun, took;
	int one;

	password_cheap_for_tests(false);
	CHECK_OK(password_hash(S("right"), hash, &e), &e);
	CHECK_OK(hasher_open(&h, &e), &e);
	begun = clock_mono_ns();
	CHECK(hasher_ask(h, &(struct hash_ask){ .verify = hash, .password = S("right") }, false, &one));
	took = clock_mono_ns() - begun;
	CHECK(took < 20000000);
	CHECK(wait_one(h) == &one);
	printf("one hash: %lld ms\n", (long long)((clock_mono_ns() - begun) / 1000000));
	begun = clock_mono_ns();
	CHECK(hasher_verify(h, hash, S("right")));
	CHECK(clock_mono_ns() - begun < 20000000);
	hasher_close(&h);
	password_cheap_for_tests(true);
}

TEST(the_queue_is_bounded)
{
	char hash[PASSWORD_HASH_MAX];
	static char cookies[200];
	struct err e = ERR_INIT;
	struct hasher *h = NULL;
	unsigned strangers = 0, known = 0, back = 0;

	password_cheap_for_tests(false);
	CHECK_OK(password_hash(S("right"), hash, &e), &e);
	CHECK_OK(hasher_open(&h, &e), &e);
	for (int i = 0; i < 100; i++)
		strangers += hasher_ask(h, &(struct hash_ask){ .verify = hash, .password = S("x") }, true, &cookies[i]);
	CHECK_INT(strangers, HASHER_STRANGERS_MAX);
	for (int i = 100; i < 200; i++)
		known += hasher_ask(h, &(struct hash_ask){ .verify = hash, .password = S("y") }, false, &cookies[i]);
	CHECK_INT(known, HASHER_QUEUE_MAX - HASHER_STRANGERS_MAX);
	/* Who is known comes first, but for the one that runs already. */
	for (void *c; back < 3 && (c = wait_one(h)) != NULL; back++)
		CHECK(back == 0 || (char *)c >= &cookies[100]);
	/* Who went away is not given back. */
	for (int i = 0; i < 200; i++)
		hasher_forget(h, &cookies[i]);
	CHECK(hasher_done(h) == NULL);
	/* a password of no size that we hash, and a hash that is none */
	CHECK(!hasher_ask(h, &(struct hash_ask){ .verify = hash, .password = slice_of(cookies, PASSWORD_BYTES_MAX + 1) }, false, h));
	hasher_close(&h);
	password_cheap_for_tests(true);
}

TEST(sealing)
{
	struct secret *s = NULL, *other = NULL;
	struct slice sealed, again, plain;
	struct err e = ERR_INIT;
	char path[512], path2[512];
	struct stat st;
	struct arena a;

	(void)snprintf(path, sizeof(path), "%s/secret.key", test_dir());
	(void)snprintf(path2, sizeof(path2), "%s/other.key", test_dir());
	arena_init(&a, 1 << 16);
	CHECK_OK(secret_open(path, &s, &e), &e);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600 && st.st_size == 32);
	CHECK_OK(secret_seal(s, SECRET_PASSWORD, 3, S("$argon2id$"), &a, &sealed, &e), &e);
	CHECK_OK(secret_seal(s, SECRET_PASSWORD, 3, S("$argon2id$"), &a, &again, &e), &e);
	CHECK(!slice_eq(sealed, again));
	secret_close(&s);
	CHECK_OK(secret_open(path, &s, &e), &e);
	CHECK(secret_unseal(s, SECRET_PASSWORD, 3, sealed, &a, &plain) && slice_eq(plain, S("$argon2id$")));
	test_case("in another's row, for another use, changed, cut");
	CHECK(!secret_unseal(s, SECRET_PASSWORD, 4, sealed, &a, &plain));
	CHECK(!secret_unseal(s, SECRET_TOTP, 3, sealed, &a, &plain));
	CHECK(!secret_unseal(s, SECRET_PASSWORD, 3, slice_sub(sealed, 0, sealed.len - 1), &a, &plain));
	CHECK(!secret_unseal(s, SECRET_PASSWORD, 3, S(""), &a, &plain));
	for (size_t i = 0; i < sealed.len; i++) {
		uint8_t copy[128];

		memcpy(copy, sealed.p, sealed.len);
		copy[i] ^= 1;
		CHECK(!secret_unseal(s, SECRET_PASSWORD, 3, slice_of(copy, sealed.len), &a, &plain));
	}
	test_case("another key");
	CHECK_OK(secret_open(path2, &other, &e), &e);
	CHECK(!secret_unseal(other, SECRET_PASSWORD, 3, sealed, &a, &plain));
	test_case("open to others");
	secret_close(&other);
	CHECK(chmod(path2, 0640) == 0);
	CHECK(!secret_open(path2, &other, &e));
	CHECK_INT(e.code, ERR_DENIED);
	CHECK(chmod(path2, 0600) == 0 && truncate(path2, 16) == 0);
	CHECK(!secret_open(path2, &other, &e));
	CHECK_INT(e.code, ERR_INPUT);
	secret_close(&s);
	arena_fini(&a);
}

int
main(void)
{
	password_cheap_for_tests(true);
	RUN(asked_ahead);
	RUN(the_caller_does_not_wait);
	RUN(the_queue_is_bounded);
	RUN(sealing);
	return test_end();
}
