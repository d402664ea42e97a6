#include "server/limits.h"

#include <sys/wait.h>
#include <unistd.h>

#include <stdio.h>

#include "test.h"

#define T0 1767225600

static struct attempt
from(uint32_t v4, struct slice account)
{
	return (struct attempt){ .account = account, .from = ip_of_v4(v4) };
}

TEST(one_address_one_account)
{
	struct attempt t = from(0xc0000201, S("ana"));
	struct limits *l = limits_new();
	int64_t retry;

	for (uint32_t i = 0; i < LIMITS_SOURCE_ACCOUNT.burst; i++)
		CHECK_INT(limits_take(l, &t, T0, &retry), ATTEMPT_STRANGER);
	CHECK(limits_would_refuse(l, &t, T0));
	CHECK_INT(limits_take(l, &t, T0, &retry), ATTEMPT_REFUSED);
	CHECK_INT(retry, LIMITS_SOURCE_ACCOUNT.period_s);
	/* refused ones take nothing: it is free when it was said to be */
	for (int i = 0; i < 1000; i++)
		CHECK_INT(limits_take(l, &t, T0 + 1, &retry), ATTEMPT_REFUSED);
	CHECK_INT(limits_take(l, &t, T0 + LIMITS_SOURCE_ACCOUNT.period_s - 1, &retry), ATTEMPT_REFUSED);
	CHECK_INT(limits_take(l, &t, T0 + LIMITS_SOURCE_ACCOUNT.period_s, &retry), ATTEMPT_STRANGER);
	/* another account from there, and this one from elsewhere */
	t.account = S("bo");
	CHECK_INT(limits_take(l, &t, T0, &retry), ATTEMPT_STRANGER);
	t = from(0xc0000202, S("ana"));
	CHECK_INT(limits_take(l, &t, T0, &retry), ATTEMPT_STRANGER);
	limits_free(&l);
}

TEST(one_address_many_accounts)
{
	struct limits *l = limits_new();
	int64_t retry;
	unsigned taken = 0;

	for (int i = 0; i < 1000; i++) {
		char name[16];
		struct attempt t = from(0xc0000201, SLICE_NONE);

		t.account = slice_of(name, (size_t)snprintf(name, sizeof(name), "user%d", i));
		taken += limits_take(l, &t, T0, &retry) != ATTEMPT_REFUSED;
	}
	CHECK_INT(taken, LIMITS_SOURCE.burst);
	limits_free(&l);
}

/* One /64 is one network; its addresses are as many as one likes. */
TEST(ipv6_counts_by_64)
{
	struct limits *l = limits_new();
	unsigned taken = 0;
	int64_t retry;

	for (uint64_t i = 0; i < 1000; i++) {
		struct attempt t = { .account = S("ana"), .from = { 0x20010db800000001, i } };

		taken += limits_take(l, &t, T0, &retry) != ATTEMPT_REFUSED;
	}
	CHECK_INT(taken, LIMITS_SOURCE_ACCOUNT.burst);
	limits_free(&l);
}

/*
 * A day of 100,000 addresses guessing at one account, as fast as they may; in
 * the middle of it the owner signs in from a browser that is known, from an
 * address that is known, and once by a browser that mistypes first.
 */
TEST(the_owner_gets_in)
{
	struct attempt device = { .account = S("ana"), .from = ip_of_v4(0xcb007101), .device = S("nonce") },
		       place = { .account = S("ana"), .from = ip_of_v4(0xcb007102) };
	struct limits *l = limits_new();
	unsigned long guesses = 0, asked = 0;
	int64_t retry;

	limits_know(l, &place, T0);
	for (int64_t now = T0; now < T0 + 86400; now += 10) {
		for (int i = 0; i < 40; i++) {
			struct attempt t = from(0x0a000000 + (uint32_t)(test_random() % 100000), S("ana"));

			guesses += limits_take(l, &t, now, &retry) != ATTEMPT_REFUSED;
			asked++;
		}
		if (now % 3600 != 0)
			continue;
		CHECK_INT(limits_take(l, &device, now, &retry), ATTEMPT_DEVICE);
		CHECK_INT(limits_take(l, &device, now, &retry), ATTEMPT_DEVICE);
		limits_give_back(l, &device, ATTEMPT_DEVICE);
		CHECK_INT(limits_take(l, &place, now, &retry), ATTEMPT_PLACE);
		limits_give_back(l, &place, ATTEMPT_PLACE);
	}
	printf("%lu tries asked for, %lu let through in a day\n", asked, guesses);
	/* the burst, and one in each period */
	CHECK(guesses <= LIMITS_ACCOUNT.burst + 86400 / LIMITS_ACCOUNT.period_s + 1);
	CHECK(guesses > 2000); /* the attack was one */
	limits_free(&l);
}

/* Accounts beside the attacked one do not feel it, from any address. */
TEST(others_are_not_touched)
{
	struct limits *l = limits_new();
	int64_t retry;

	for (uint32_t i = 0; i < 200000; i++) {
		struct attempt t = from(0x0a000000 + i, S("ana"));

		(void)limits_take(l, &t, T0 + i / 1000, &retry);
	}
	for (uint32_t i = 0; i < 100; i++) {
		char name[16];
		struct attempt t = from(0xcb007100 + i, SLICE_NONE);

		t.account = slice_of(name, (size_t)snprintf(name, sizeof(name), "user%u", i));
		CHECK_INT(limits_take(l, &t, T0 + 200, &retry), ATTEMPT_STRANGER);
	}
	limits_free(&l);
}

/* Filling the table with budgets of other names does not free the one under attack. */
TEST(crowding_out)
{
	struct limits *l = limits_new();
	unsigned long through = 0;
	int64_t retry;

	for (uint32_t i = 0; i < 300000; i++) {
		char name[16];
		struct attempt t = from(0x0a000000 + i, S("ana"));

		through += limits_take(l, &t, T0, &retry) != ATTEMPT_REFUSED;
		t.account = slice_of(name, (size_t)snprintf(name, sizeof(name), "x%u", i));
		(void)limits_take(l, &t, T0, &retry);
	}
	CHECK_INT(through, LIMITS_ACCOUNT.burst);
	limits_free(&l);
}

/* A copied cookie that is tried too often is a stranger's. */
TEST(a_device_used_up)
{
	struct attempt t = { .account = S("ana"), .from = ip_of_v4(0xcb007101), .device = S("nonce") };
	struct limits *l = limits_new();
	int64_t retry;

	for (uint32_t i = 0; i < LIMITS_KNOWN.burst; i++)
		CHECK_INT(limits_take(l, &t, T0, &retry), ATTEMPT_DEVICE);
	for (uint32_t i = 0; i < LIMITS_SOURCE_ACCOUNT.burst; i++)
		CHECK_INT(limits_take(l, &t, T0, &retry), ATTEMPT_STRANGER);
	CHECK_INT(limits_take(l, &t, T0, &retry), ATTEMPT_REFUSED);
	CHECK_INT(limits_take(l, &t, T0 + LIMITS_KNOWN.period_s, &retry), ATTEMPT_DEVICE);
	limits_free(&l);
}

TEST(right_ones_cost_nothing)
{
	struct attempt t = from(0xc0000201, S("ana"));
	struct limits *l = limits_new();
	int64_t retry;

	for (int i = 0; i < 1000; i++) {
		enum attempt_class c = limits_take(l, &t, T0, &retry);

		CHECK_INT(c, ATTEMPT_STRANGER);
		limits_give_back(l, &t, c);
	}
	/* a wrong code counts for more */
	(void)limits_take(l, &t, T0, &retry);
	limits_more(l, &t, ATTEMPT_STRANGER, T0, 4);
	CHECK_INT(limits_take(l, &t, T0, &retry), ATTEMPT_REFUSED);
	limits_free(&l);
}

TEST(rates)
{
	static const struct limits_rule rule = { 3, 10 };
	struct limits *l = limits_new();
	struct ip a = ip_of_v4(1), b = ip_of_v4(2);
	int64_t retry;

	for (int i = 0; i < 3; i++)
		CHECK(limits_rate(l, 1, &rule, a, T0, &retry));
	CHECK(!limits_rate(l, 1, &rule, a, T0, &retry));
	CHECK_INT(retry, 10);
	CHECK(limits_rate(l, 2, &rule, a, T0, &retry));
	CHECK(limits_rate(l, 1, &rule, b, T0, &retry));
	CHECK(limits_rate(l, 1, &rule, a, T0 + 10, &retry));
	CHECK(!limits_rate(l, 1, &rule, a, T0 + 10, &retry));
	limits_free(&l);
}

/* Eight processes ask for one address at the same time: together they get what one would. */
TEST(rates_of_many_processes)
{
	static const struct limits_rule rule = { 60, 3600 };
	struct limits_shared *shared = limits_shared_make();
	struct limits *l = limits_new();
	int64_t retry;
	int granted = 0;

	CHECK(shared != NULL);
	limits_share(l, shared);
	for (int i = 0; i < 8; i++) {
		if (fork() == 0) {
			int n = 0;

			for (int k = 0; k < 50; k++)
				n += limits_rate(l, 1, &rule, ip_of_v4(1), T0, &retry);
			_exit(n);
		}
	}
	for (int i = 0; i < 8; i++) {
		int status;

		CHECK(wait(&status) > 0 && WIFEXITED(status));
		granted += WEXITSTATUS(status);
	}
	CHECK_INT(granted, 60);
	CHECK(limits_rate(l, 1, &rule, ip_of_v4(2), T0, &retry));
	CHECK(!limits_rate(l, 1, &rule, ip_of_v4(1), T0 + 3599, &retry));
	CHECK_INT(retry, 1);
	/* A clock that is set back locks nobody out for longer than a burst lasts. */
	CHECK(!limits_rate(l, 1, &rule, ip_of_v4(1), T0 - 1000000, &retry));
	CHECK_INT(retry, 3600);
	limits_free(&l);
}

int
main(void)
{
	RUN(one_address_one_account);
	RUN(one_address_many_accounts);
	RUN(ipv6_counts_by_64);
	RUN(the_owner_gets_in);
	RUN(others_are_not_touched);
	RUN(crowding_out);
	RUN(a_device_used_up);
	RUN(right_ones_cost_nothing);
	RUN(rates);
	RUN(rates_of_many_processes);
	return test_end();
}
