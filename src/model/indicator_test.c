/* Indicators against events: what meets what, that the index finds what a plain look finds, and limits. */
#include "model/indicator.h"

#include <stdio.h>
#include <string.h>

#include "model/indicator_eval.h"
#include "test.h"

/* An event of "field=value" words; its texts lie in a. */
static void
event_of(struct event *ev, const char *text, struct arena *a)
{
	struct slice rest = slice_of_str(text), word;
	struct err e = ERR_INIT;

	event_clear(ev);
	while (slice_cut(&rest, ' ', &word)) {
		size_t eq = slice_find_byte(word, '=');

		CHECK_OK(event_set_named(ev, slice_sub(word, 0, eq), slice_from(word, eq + 1), EXTRA_TEXT, a, &e), &e);
	}
}

static bool
add(struct indicators *x, int64_t id, const char *pattern, struct indicator_plan *plan, struct arena *a)
{
	struct err e = ERR_INIT;
	struct pattern *p;
	struct indicator_entry entry = { .id = id };

	if (!CHECK_OK(pattern_parse(slice_of_str(pattern), a, &p, &e), &e))
		return false;
	indicator_plan(p, a, plan);
	if (plan->watch == INDICATOR_NOT_WATCHED)
		return false;
	entry.watch = plan->watch;
	entry.key = plan->key;
	entry.text = plan->watch == INDICATOR_VALUE ? plan->value : slice_of_str(pattern);
	return CHECK_OK(indicators_add(x, &entry, &e), &e);
}

#define IP "source.ip=198.51.100.7"

static const struct { const char *pattern, *event; enum indicator_watch watch; bool meets; } cases[] = {
	{ "[ipv4-addr:value = '198.51.100.7']", IP, INDICATOR_VALUE, true },
	{ "[ipv4-addr:value = '198.51.100.7']", "destination.ip=198.51.100.7", INDICATOR_VALUE, true },
	{ "[ipv4-addr:value = '198.51.100.7']", "source.ip=198.51.100.8", INDICATOR_VALUE, false },
	{ "([ipv4-addr:value = '198.51.100.7']) WITHIN 5 SECONDS", IP, INDICATOR_VALUE, true },
	{ "[ipv4-addr:value = '198.51.100.7'] REPEATS 1 TIMES", IP, INDICATOR_VALUE, true },
	{ "[ipv4-addr:value IN ('198.51.100.7')]", IP, INDICATOR_VALUE, true },
	{ "[ipv4-addr:value IN ('198.51.100.6', '198.51.100.7')]", IP, INDICATOR_PATTERN, true },
	{ "[ipv4-addr:value NOT IN ('198.51.100.6', '198.51.100.7')]", IP, INDICATOR_PATTERN, false },
	{ "[ipv4-addr:value NOT = '198.51.100.6']", IP, INDICATOR_PATTERN, true },
	{ "[ipv4-addr:value != '198.51.100.7']", IP, INDICATOR_PATTERN, false },
	{ "[ipv4-addr:value = '198.51.100.7' OR ipv4-addr:value = '198.51.100.8']", IP, INDICATOR_PATTERN, true },
	{ "[ipv4-addr:value = '198.51.100.7' AND network-traffic:src_port = 80]", IP " source.port=80", INDICATOR_PATTERN, true },
	{ "[ipv4-addr:value = '198.51.100.7' AND network-traffic:src_port = 80]", IP " source.port=81", INDICATOR_PATTERN, false },
	{ "[ipv4-addr:value = '198.51.100.7' AND network-traffic:src_port = 80]", IP, INDICATOR_PATTERN, false },
	{ "[ipv4-addr:value = '198.51.100.7'] OR [url:value = 'http://x.example/']", IP, INDICATOR_PATTERN, true },
	{ "[ipv4-addr:value = '198.51.100.7'] OR [url:value = 'http://x.example/']", "source.url=http://x.example/", INDICATOR_PATTERN, true },
	{ "[ipv4-addr:value = '198.51.100.7'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'", IP, INDICATOR_PATTERN, false },
	{ "[ipv4-addr:value = '198.51.100.7'] START t'2001-01-01T00:00:00Z' STOP t'2002-02-01T00:00:00Z'", IP, INDICATOR_PATTERN, true },
	{ "[ipv6-addr:value = '198.51.100.7']", IP, INDICATOR_PATTERN, false },
	{ "[ipv6-addr:value = '2001:DB8:0:0::1']", "source.ip=2001:db8::1", INDICATOR_VALUE, true },
	{ "[ipv4-addr:value ISSUBSET '198.51.100.0/24']", IP, INDICATOR_VALUE, true },
	{ "[ipv4-addr:value ISSUBSET '198.51.101.0/24']", IP, INDICATOR_VALUE, false },
	{ "[ipv4-addr:value ISSUBSET '0.0.0.0/0']", IP, INDICATOR_VALUE, true },
	{ "[ipv4-addr:value ISSUBSET '198.51.100.7/32']", IP, INDICATOR_VALUE, true },
	{ "[ipv4-addr:value ISSUBSET '198.51.100.0/24']", "source.network=198.51.100.0/25", INDICATOR_VALUE, true },
	{ "[ipv4-addr:value ISSUBSET '198.51.100.0/24']", "source.network=198.51.0.0/16", INDICATOR_VALUE, false },
	{ "[ipv4-addr:value NOT ISSUBSET '198.51.100.0/24']", IP, INDICATOR_PATTERN, false },
	{ "[ipv4-addr:value NOT ISSUBSET '203.0.113.0/24']", IP, INDICATOR_PATTERN, true },
	{ "[ipv4-addr:value ISSUPERSET '198.51.100.128/25']", "source.network=198.51.100.0/24", INDICATOR_PATTERN, true },
	{ "[ipv4-addr:value ISSUPERSET '198.51.0.0/16']", "source.network=198.51.100.0/24", INDICATOR_PATTERN, false },
	{ "[ipv4-addr:value = '198.51.100.0/24']", IP, INDICATOR_PATTERN, false },
	{ "[ipv4-addr:value = '198.51.100.0/24']", "source.network=198.51.100.0/24", INDICATOR_PATTERN, true },
	{ "[ipv6-addr:value ISSUBSET '2001:db8::/32']", "destination.ip=2001:db8:1::5", INDICATOR_VALUE, true },
	{ "[ipv6-addr:value ISSUBSET '::/0']", IP, INDICATOR_VALUE, false },
	{ "[domain-name:value = 'EVIL.Example.']", "source.fqdn=evil.example", INDICATOR_VALUE, true },
	{ "[domain-name:value = 'evil.example']", "destination.fqdn=evil.example", INDICATOR_VALUE, true },
	{ "[domain-name:value = 'evil.example']", "source.fqdn=www.evil.example", INDICATOR_VALUE, false },
	{ "[domain-name:value LIKE '%.evil.example']", "source.fqdn=www.evil.example", INDICATOR_PATTERN, true },
	{ "[domain-name:value LIKE '%.evil.example']", "source.fqdn=evil.example", INDICATOR_PATTERN, false },
	{ "[domain-name:value LIKE 'e_il.%']", "source.fqdn=evil.example", INDICATOR_PATTERN, true },
	{ "[domain-name:value LIKE '%a%a%b']", "source.fqdn=aaaaaaaaaa.aa", INDICATOR_PATTERN, false },
	{ "[domain-name:value NOT LIKE '%.evil.example']", "source.fqdn=good.example", INDICATOR_PATTERN, true },
	{ "[domain-name:value MATCHES '^w+\\\\.']", "source.fqdn=www.evil.example", INDICATOR_PATTERN, true },
	{ "[domain-name:value MATCHES '^x']", "source.fqdn=www.evil.example", INDICATOR_PATTERN, false },
	{ "[url:value = 'http://evil.example/a?b=c']", "source.url=http://evil.example/a?b=c", INDICATOR_VALUE, true },
	{ "[url:value = 'http://evil.example/a']", "source.url=http://evil.example/A", INDICATOR_VALUE, false },
	{ "[file:hashes.MD5 = '79054025255FB1A26E4BC422AEF54EB4']", "malware.hash.md5=79054025255fb1a26e4bc422aef54eb4", INDICATOR_VALUE, true },
	{ "[file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']", "malware.hash.sha1=DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", INDICATOR_VALUE, true },
	{ "[file:hashes.'SHA-256' = '7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730']", "malware.hash.sha256=7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730", INDICATOR_VALUE, true },
	{ "[file:hashes.sha256 = '7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730']", "malware.hash.sha256=7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730", INDICATOR_VALUE, true },
	{ "[file:hashes.MD5 = 'a' OR file:hashes.'SHA-1' = 'b']", "malware.hash.sha1=b", INDICATOR_PATTERN, true },
	{ "[email-addr:value = 'A@Example.org']", "source.account=a@example.org", INDICATOR_VALUE, true },
	{ "[email-addr:value LIKE '%']", "source.account=nobody", INDICATOR_PATTERN, false },
	{ "[user-account:account_login = 'root']", "source.account=root", INDICATOR_VALUE, true },
	{ "[user-account:user_id = 'Root']", "source.account=root", INDICATOR_VALUE, false },
	{ "[autonomous-system:number = 64500]", "source.asn=64500", INDICATOR_VALUE, true },
	{ "[autonomous-system:number > 64000]", "source.asn=64500", INDICATOR_PATTERN, true },
	{ "[autonomous-system:number IN (1, 64500)]", "source.asn=64500", INDICATOR_PATTERN, true },
	{ "[autonomous-system:number = '64500']", "source.asn=64500", INDICATOR_VALUE, true },
	{ "[network-traffic:dst_ref.value = '198.51.100.7']", "destination.ip=198.51.100.7", INDICATOR_PATTERN, true },
	{ "[network-traffic:dst_ref.value = '198.51.100.7']", IP, INDICATOR_PATTERN, false },
	{ "[network-traffic:dst_port IN (22, 23) AND network-traffic:protocols[*] = 'tcp']", "destination.port=23 protocol.transport=tcp", INDICATOR_PATTERN, true },
	{ "[network-traffic:dst_port IN (22, 23) AND network-traffic:protocols[*] = 'udp']", "destination.port=23 protocol.transport=tcp", INDICATOR_PATTERN, false },
	{ "[EXISTS url:value]", "source.url=http://x.example/", INDICATOR_PATTERN, true },
	{ "[EXISTS url:value]", IP, INDICATOR_PATTERN, false },
	{ "[software:vendor = 'Acme' AND software:version LIKE '1.%']", "product.vendor=Acme product.version=1.5", INDICATOR_PATTERN, true },
	/* several events: a part of it is met */
	{ "[ipv4-addr:value = '198.51.100.7'] AND [url:value = 'http://x.example/']", IP, INDICATOR_SERIES, true },
	{ "[ipv4-addr:value = '198.51.100.7'] FOLLOWEDBY [url:value = 'http://x.example/']", "source.url=http://x.example/", INDICATOR_SERIES, true },
	{ "[ipv4-addr:value = '198.51.100.7'] FOLLOWEDBY [url:value = 'http://x.example/']", "source.url=http://y.example/", INDICATOR_SERIES, false },
	{ "[ipv4-addr:value = '198.51.100.7'] REPEATS 2 TIMES", IP, INDICATOR_SERIES, true },
	{ "[ipv4-addr:value = '198.51.100.7'] OR ([url:value LIKE 'x'] AND [windows-registry-key:key = 'x'])", IP, INDICATOR_SERIES, true },
	{ "[ipv4-addr:value LIKE '198.51.100.%'] AND [domain-name:value MATCHES '^w+']", "source.fqdn=www.example", INDICATOR_SERIES, true },
	/* not watched */
	{ "[ipv4-addr:value = '198.51.100.7'] REPEATS 1000 TIMES", IP, INDICATOR_NOT_WATCHED, false },
	{ "[ipv4-addr:value = '198.51.100.7'] FOLLOWEDBY [windows-registry-key:key = 'x']", IP, INDICATOR_NOT_WATCHED, false },
	{ "[windows-registry-key:key = 'x']", IP, INDICATOR_NOT_WATCHED, false },
	{ "[ipv4-addr:value = '198.51.100.7' AND windows-registry-key:key = 'x']", IP, INDICATOR_NOT_WATCHED, false },
	{ "[ipv4-addr:value = '198.51.100.7' OR windows-registry-key:key = 'x']", IP, INDICATOR_PATTERN, true },
};

TEST(meets)
{
	static struct event ev;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct indicators *x = indicators_new();
		struct indicator_met ids[INDICATORS_MATCHES_MAX];
		struct indicator_plan plan = { 0 };
		struct arena a;
		size_t n;

		test_case("%s | %s", cases[i].pattern, cases[i].event);
		arena_init(&a, 1 << 20);
		event_of(&ev, cases[i].event, &a);
		(void)add(x, 7, cases[i].pattern, &plan, &a);
		CHECK_INT(plan.watch, cases[i].watch);
		CHECK((plan.why != NULL) == (plan.watch == INDICATOR_NOT_WATCHED));
		/* 2001-06 */
		n = indicators_match(x, &ev, 992000000, ids);
		CHECK_INT(n, cases[i].meets);
		CHECK(n == 0 || ids[0].id == 7);
		arena_fini(&a);
		indicators_free(&x);
	}
}

TEST(valid_times_and_versions)
{
	struct indicators *x = indicators_new();
	struct indicator_entry entry = { .id = 1, .from_s = 1000, .until_s = 2000, .watch = INDICATOR_VALUE, .key = INDICATOR_KEY_IP, .text = S("198.51.100.7") };
	struct indicator_met ids[INDICATORS_MATCHES_MAX];
	static struct event ev;
	struct err e = ERR_INIT;
	struct arena a;

	arena_init(&a, 1 << 20);
	event_of(&ev, IP, &a);
	CHECK_OK(indicators_add(x, &entry, &e), &e);
	CHECK_INT(indicators_match(x, &ev, 999, ids), 0);
	CHECK_INT(indicators_match(x, &ev, 1000, ids), 1);
	CHECK_INT(indicators_match(x, &ev, 1999, ids), 1);
	CHECK_INT(indicators_match(x, &ev, 2000, ids), 0);
	/* another version of it says another address */
	entry.text = S("198.51.100.8");
	CHECK_OK(indicators_add(x, &entry, &e), &e);
	CHECK_INT(indicators_count(x), 1);
	CHECK_INT(indicators_match(x, &ev, 1500, ids), 0);
	entry = (struct indicator_entry){ .id = 2, .watch = INDICATOR_VALUE, .key = INDICATOR_KEY_IP, .text = S("198.51.100.7") };
	CHECK_OK(indicators_add(x, &entry, &e), &e);
	CHECK_INT(indicators_match(x, &ev, 1500, ids), 1);
	indicators_drop(x, 2);
	indicators_drop(x, 99);
	CHECK_INT(indicators_match(x, &ev, 1500, ids), 0);
	CHECK_INT(indicators_count(x), 1);
	/* a pattern that is none is no entry */
	entry = (struct indicator_entry){ .id = 3, .watch = INDICATOR_PATTERN, .text = S("[no]") };
	CHECK(!indicators_add(x, &entry, &e));
	CHECK_INT(indicators_count(x), 1);
	arena_fini(&a);
	indicators_free(&x);
}

/* A hundred indicators of one address: 64 are told, and once each though source and destination are the same. */
TEST(many_of_one_value)
{
	struct indicators *x = indicators_new();
	struct indicator_met ids[INDICATORS_MATCHES_MAX];
	static struct event ev;
	struct err e = ERR_INIT;
	struct arena a;

	arena_init(&a, 1 << 20);
	event_of(&ev, IP " destination.ip=198.51.100.7", &a);
	for (int64_t i = 0; i < 40; i++) {
		struct indicator_entry entry = { .id = i, .watch = INDICATOR_VALUE, .key = INDICATOR_KEY_IP, .text = S("198.51.100.7") };

		CHECK_OK(indicators_add(x, &entry, &e), &e);
	}
	CHECK_INT(indicators_match(x, &ev, 1500, ids), 40);
	for (int64_t i = 40; i < 100; i++) {
		struct indicator_entry entry = { .id = i, .watch = INDICATOR_VALUE, .key = INDICATOR_KEY_IP, .text = S("198.51.100.7") };

		CHECK_OK(indicators_add(x, &entry, &e), &e);
	}
	CHECK_INT(indicators_match(x, &ev, 1500, ids), INDICATORS_MATCHES_MAX);
	arena_fini(&a);
	indicators_free(&x);
}

static void
random_test(struct buf *b)
{
	uint64_t r = test_random();
	unsigned x = (unsigned)(r >> 8 & 3);

	switch (r % 9) {
	case 0: buf_printf(b, "ipv4-addr:value = '198.51.100.%u'", x); break;
	case 1: buf_printf(b, "ipv4-addr:value ISSUBSET '198.51.100.%u/31'", x & 2); break;
	case 2: buf_printf(b, "domain-name:value = 'd%u.example'", x); break;
	case 3: buf_printf(b, "domain-name:value LIKE 'd%u%%'", x); break;
	case 4: buf_printf(b, "network-traffic:src_port > %u", x); break;
	case 5: buf_printf(b, "autonomous-system:number NOT IN (%u, 7)", x + 1); break;
	case 6: buf_printf(b, "url:value IN ('http://d%u.example/', 'http://d9.example/')", x); break;
	case 7: buf_printf(b, "network-traffic:src_ref.value != '198.51.100.%u'", x); break;
	default: buf_str(b, "x:own = 1"); break;
	}
}

/* NOLINTBEGIN(misc-no-recursion): three deep */
static void
random_expr(struct buf *b, unsigned depth)
{
	uint64_t r = test_random();

	if (depth == 0 || r % 3 == 0) {
		random_test(b);
		return;
	}
	buf_byte(b, '(');
	random_expr(b, depth - 1);
	buf_str(b, r % 3 == 1 ? " AND " : " OR ");
	random_expr(b, depth - 1);
	buf_byte(b, ')');
}
/* NOLINTEND(misc-no-recursion) */

static void
random_event(struct event *ev, struct arena *a)
{
	uint64_t r = test_random();
	struct slice text = arena_printf(a, "source.ip=198.51.100.%u source.port=%u source.asn=%u source.fqdn=d%u.example source.url=http://d%u.example/",
	    (unsigned)(r & 3), (unsigned)(r >> 2 & 3), (unsigned)(r >> 4 & 3) + 1, (unsigned)(r >> 6 & 3), (unsigned)(r >> 8 & 3));

	/* The event points into it. */
	event_of(ev, arena_str(a, text), a);
}

/* The index finds exactly what a look at every pattern finds. */
TEST(index_agrees_with_the_plain_look)
{
	struct pattern *p[200] = { NULL };
	struct indicators *x = indicators_new();
	struct indicator_plan plan = { 0 };
	static struct event ev;
	struct arena a, scratch;
	struct buf b;
	size_t met = 0;

	arena_init(&a, (size_t)64 << 20);
	arena_init(&scratch, (size_t)1 << 20);
	buf_init(&b, 65536);
	for (size_t i = 0; i < 200; i++) {
		struct err e = ERR_INIT;
		char *text;

		buf_clear(&b);
		buf_byte(&b, '[');
		random_expr(&b, 3);
		buf_byte(&b, ']');
		text = arena_str(&a, buf_view(&b));
		CHECK_OK(pattern_parse(slice_of_str(text), &a, &p[i], &e), &e);
		(void)add(x, (int64_t)i, text, &plan, &a);
		if (plan.watch == INDICATOR_NOT_WATCHED)
			continue;
	}
	for (size_t k = 0; k < 300; k++) {
		struct indicator_met ids[INDICATORS_MATCHES_MAX];
		size_t n, plain = 0;

		arena_reset(&scratch);
		random_event(&ev, &scratch);
		n = indicators_match(x, &ev, 1000, ids);
		for (size_t i = 0; i < 200; i++)
			plain += indicator_meets(p[i]->root, &ev, 1000, &scratch);
		met += n;
		CHECK_INT(n, plain < INDICATORS_MATCHES_MAX ? plain : INDICATORS_MATCHES_MAX);
		for (size_t i = 0; i < n; i++)
			CHECK(indicator_meets(p[ids[i].id]->root, &ev, 1000, &scratch));
	}
	CHECK(met > 300);
	buf_fini(&b);
	arena_fini(&scratch);
	arena_fini(&a);
	indicators_free(&x);
}

/* An expression that would take for ever is none that is met, and is soon done with. */
TEST(slow_expressions)
{
	struct indicators *x = indicators_new();
	struct indicator_met ids[INDICATORS_MATCHES_MAX];
	struct indicator_plan plan;
	static struct event ev;
	struct arena a;

	arena_init(&a, 1 << 20);
	event_of(&ev, "source.url=http://x.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", &a);
	CHECK(add(x, 1, "[url:value MATCHES '/(a+)+$']", &plan, &a));
	CHECK_INT(indicators_match(x, &ev, 1000, ids), 0);
	arena_fini(&a);
	indicators_free(&x);
}

int
main(void)
{
	RUN(meets);
	RUN(valid_times_and_versions);
	RUN(many_of_one_value);
	RUN(index_agrees_with_the_plain_look);
	RUN(slow_expressions);
	return test_end();
}
