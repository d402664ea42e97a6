/* Patterns over several events: cases by hand, and against an evaluator that goes through everything there is. */
#include "model/indicator_series.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static struct series *
series_of(const char *text, struct pattern **tree, struct arena *a)
{
	struct err e = ERR_INIT;
	struct series *s = NULL;

	if (CHECK_OK(pattern_parse(slice_of_str(text), a, tree, &e), &e))
		(void)series_new(*tree, a, &s);
	return s;
}

#define A "[ipv4-addr:value = '198.51.100.1']"
#define B "[ipv4-addr:value = '198.51.100.2']"
#define C "[ipv4-addr:value = '198.51.100.3']"

/* Moments as "10a 12b 12ab": which leaves were met when; what: a mark for each that completes the pattern. */
static const struct { const char *pattern, *series, *what; } cases[] = {
	{ A " AND " B, "10a 11a 12b 13a", "..!!" },
	/* one event is not two */
	{ A " AND " B, "10ab", "." },
	{ A " AND " B, "10ab 10ab", ".!" },
	{ A " FOLLOWEDBY " B, "10b 11a 12b", "..!" },
	{ A " FOLLOWEDBY " B, "10a 10b", ".!" },
	/* what came later may have been earlier */
	{ A " FOLLOWEDBY " B, "20b 10a 5b", ".!." },
	{ A " FOLLOWEDBY " B " WITHIN 5 SECONDS", "10a 16b", ".!" },
	{ "(" A " FOLLOWEDBY " B ") WITHIN 5 SECONDS", "10a 16b 14b", "..!" },
	{ "(" A " FOLLOWEDBY " B ") WITHIN 5.9 SECONDS", "10a 15b 16b", ".!." },
	{ A " REPEATS 3 TIMES", "10a 11a 12a 13a", "..!!" },
	{ A " REPEATS 3 TIMES WITHIN 10 SECONDS", "10a 15a 21a 24a 25a", "...!!" },
	{ A " REPEATS 2 TIMES START t'1970-01-01T00:00:10Z' STOP t'1970-01-01T00:00:20Z'", "9a 10a 19a 20a", "..!." },
	{ A " FOLLOWEDBY " B " FOLLOWEDBY " C, "10a 10c 10b 11c", "..!!" },
	{ "(" A " AND " B ") REPEATS 2 TIMES", "10a 10b 11a 11b", "...!" },
	{ "(" A " AND " B ") WITHIN 1 SECONDS REPEATS 2 TIMES", "10a 11b 100a 101b", "...!" },
	{ "(" A " AND " B ") REPEATS 2 TIMES WITHIN 1 SECONDS", "10a 11b 100a 101b", "...." },
	{ "(" A " OR " B ") REPEATS 3 TIMES", "10a 11b 12a 13b", "..!!" },
	{ "(" A " OR (" B " AND " C ")) REPEATS 2 TIMES", "10a 11b 12c 13c", "..!!" },
	{ "(" A " FOLLOWEDBY " B ") OR " C, "10c 11b 12a 13b", "!..!" },
	/* an event that can be either must be the one that is missing */
	{ A " REPEATS 2 TIMES AND " B, "10ab 10ab 11a", "..!" },
	{ A " REPEATS 2 TIMES AND " B " REPEATS 2 TIMES", "10ab 10a 11ab 11b", "...!" },
	{ "(" A " FOLLOWEDBY " B ") FOLLOWEDBY " C, "10a 12b 11c 12c", "...!" },
	{ "(" A " AND " C ") FOLLOWEDBY " B, "10a 13c 14b 15c", "...!" },
};

static struct series_moment
moment_read(struct slice word)
{
	struct series_moment m = { 0 };

	for (size_t i = 0; i < word.len; i++) {
		if (byte_is_digit(word.p[i]))
			m.at_s = m.at_s * 10 + (uint32_t)(word.p[i] - '0');
		else
			m.leaves |= (uint16_t)(1u << (word.p[i] - 'a'));
	}
	return m;
}

TEST(by_hand)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct series_state st = { .n = 0 };
		struct slice rest = slice_of_str(cases[i].series), word;
		struct pattern *tree;
		struct series *s;
		struct arena a;
		char got[64] = "";
		size_t n = 0;

		test_case("%s | %s", cases[i].pattern, cases[i].series);
		arena_init(&a, 1 << 20);
		s = series_of(cases[i].pattern, &tree, &a);
		while (CHECK(s != NULL) && slice_cut(&rest, ' ', &word))
			got[n++] = series_add(s, &st, moment_read(word)) ? '!' : '.';
		CHECK_STR(got, cases[i].what);
		arena_fini(&a);
	}
}

static const struct { const char *text; bool fits; } sizes[] = {
	{ A " REPEATS 256 TIMES", true }, { A " REPEATS 257 TIMES", false }, { A " REPEATS 9223372036854775807 TIMES", false },
	{ "(" A " REPEATS 16 TIMES) REPEATS 16 TIMES", true }, { "(" A " REPEATS 17 TIMES) REPEATS 16 TIMES", false },
	{ "(" A " FOLLOWEDBY " B ") REPEATS 15 TIMES", true }, { "(" A " FOLLOWEDBY " B ") REPEATS 16 TIMES", false },
	{ "(" A " REPEATS 2 TIMES OR " B " REPEATS 3 TIMES) REPEATS 15 TIMES", true },
	{ "(" A " REPEATS 2 TIMES OR " B " REPEATS 3 TIMES) REPEATS 16 TIMES", false },
	{ "((((" A " AND " B ") REPEATS 9 TIMES) REPEATS 9 TIMES) REPEATS 9 TIMES) REPEATS 9 TIMES", false },
};

TEST(how_large)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pattern *tree;
		struct arena a;

		test_case("%s", sizes[i].text);
		arena_init(&a, 4 << 20);
		CHECK_INT(series_of(sizes[i].text, &tree, &a) != NULL, sizes[i].fits);
		arena_fini(&a);
	}
}

/* --- the slow one -------------------------------------------------------------- */

#define EVENTS 8
/* Ways to take events: for each set of events, whether one takes just these (its first and last follow from it). */
struct takes { bool set[1 << EVENTS]; };

static struct series_moment events[EVENTS];

static uint32_t
first_of(unsigned set, bool last)
{
	uint32_t t = last ? 0 : UINT32_MAX;

	for (unsigned i = 0; i < EVENTS; i++) {
		if ((set >> i & 1) != 0)
			t = last == (events[i].at_s > t) ? events[i].at_s : t;
	}
	return t;
}

static void
both(const struct takes *x, const struct takes *y, bool order, struct takes *out)
{
	*out = (struct takes){ { false } };
	for (unsigned a = 1; a < 1 << EVENTS; a++) {
		for (unsigned b = 1; x->set[a] && b < 1 << EVENTS; b++) {
			if (y->set[b] && (a & b) == 0 && (!order || first_of(a, true) <= first_of(b, false)))
				out->set[a | b] = true;
		}
	}
}

static void
within(struct takes *x, double seconds)
{
	for (unsigned a = 1; a < 1 << EVENTS; a++) {
		if (x->set[a] && (double)(first_of(a, true) - first_of(a, false)) > seconds)
			x->set[a] = false;
	}
}

static void
slow(const struct pattern_watch *w, unsigned n, unsigned *leaf, struct takes *out)
{
	*out = (struct takes){ { false } };
	if (w->expr != NULL) {
		for (unsigned i = 0; i < n; i++)
			out->set[1u << i] = (events[i].leaves >> *leaf & 1) != 0;
		(*leaf)++;
	}
	for (const struct pattern_watch *i = w->first; i != NULL; i = i->next) {
		struct takes one, sum;

		slow(i, n, leaf, &one);
		if (i == w->first) {
			*out = one;
		} else if (w->join == PATTERN_OR) {
			for (unsigned a = 0; a < 1 << EVENTS; a++)
				out->set[a] = out->set[a] || one.set[a];
		} else {
			both(out, &one, w->join == PATTERN_FOLLOWEDBY, &sum);
			*out = sum;
		}
	}
	if (w->within_each)
		within(out, w->within_s);
	if (w->repeats > 1) {
		struct takes one = *out, sum;

		for (int64_t i = 1; i < w->repeats; i++) {
			both(out, &one, false, &sum);
			*out = sum;
		}
	}
	if (w->within_s > 0 && !w->within_each)
		within(out, w->within_s);
	for (unsigned a = 1; w->bounded && a < 1 << EVENTS; a++) {
		if (out->set[a] && ((int64_t)first_of(a, false) * 1000000 < w->start_us || (int64_t)first_of(a, true) * 1000000 >= w->stop_us))
			out->set[a] = false;
	}
}

/* FOLLOWEDBY of three is the first before the second and the second before the third: `both` of what came so far does that. */
static bool
slow_completes(const struct pattern *p, unsigned n)
{
	struct takes t;
	unsigned leaf = 0;

	slow(p->root, n, &leaf, &t);
	for (unsigned a = 1; a < 1u << n; a++) {
		if (t.set[a] && (a >> (n - 1) & 1) != 0)
			return true;
	}
	return false;
}

/* --- patterns at random ------------------------------------------------------------ */

static uint64_t seed;

static unsigned
random_below(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void
random_qualifiers(struct buf *b)
{
	bool repeats = random_below(5) == 0, within = random_below(4) == 0, first = random_below(2) == 0;

	if (within && first)
		buf_printf(b, " WITHIN %u SECONDS", 1 + random_below(5));
	if (repeats)
		buf_printf(b, " REPEATS %u TIMES", 2 + random_below(2));
	if (within && !first)
		buf_printf(b, " WITHIN %u.5 SECONDS", 1 + random_below(5));
	if (random_below(8) == 0)
		buf_printf(b, " START t'1970-01-01T00:00:0%u.%03uZ' STOP t'1970-01-01T00:00:0%uZ'", random_below(4), random_below(2) * 500, 5 + random_below(4));
}

static void
random_watch(struct buf *b, unsigned depth, unsigned *leaves)
{
	static const char *const words[] = { " AND ", " OR ", " FOLLOWEDBY " };
	unsigned n = 2 + random_below(2);

	if (depth == 0 || random_below(3) == 0 || *leaves > 4) {
		buf_printf(b, "[ipv4-addr:value = '198.51.100.%u']", (*leaves)++);
		random_qualifiers(b);
		return;
	}
	buf_byte(b, '(');
	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			buf_str(b, words[random_below(3)]);
		random_watch(b, depth - 1, leaves);
	}
	buf_byte(b, ')');
	random_qualifiers(b);
}

TEST(as_the_slow_one)
{
	unsigned completed = 0, asked = 0, large = 0;

	seed = 20261129;
	for (unsigned round = 0; round < 1500; round++) {
		struct series_state st = { .n = 0 };
		struct pattern *tree = NULL;
		struct series *s;
		unsigned leaves = 0, span = 1 + random_below(10);
		struct arena a;
		struct buf b;

		buf_init(&b, 65536);
		arena_init(&a, 8 << 20);
		random_watch(&b, 2, &leaves);
		test_case("seed 20261129, round %u: %s", round, buf_cstr(&b));
		s = series_of(buf_cstr(&b), &tree, &a);
		large += s == NULL;
		for (unsigned i = 0; s != NULL && i < EVENTS; i++) {
			bool fast, want;

			events[i] = (struct series_moment){ random_below(span), 0 };
			while (events[i].leaves == 0)
				events[i].leaves = (uint16_t)(random_below(1u << leaves) & (random_below(3) == 0 ? ~0u : random_below(1u << leaves)));
			want = slow_completes(tree, i + 1);
			fast = series_add(s, &st, events[i]);
			asked++;
			completed += want;
			if (!CHECK_INT(fast, want))
				break;
		}
		arena_fini(&a);
		buf_fini(&b);
	}
	test_case("%u asked, %u complete, %u too large", asked, completed, large);
	CHECK(completed * 20 > asked);
	CHECK(large < 150);
}

/* --- bounds, and the store ----------------------------------------------------------- */

TEST(rare_ones_stay)
{
	struct series_state st = { .n = 0 };
	struct pattern *tree;
	struct series *s;
	struct arena a;

	arena_init(&a, 1 << 20);
	s = series_of(A " AND " B, &tree, &a);
	CHECK(!series_add(s, &st, (struct series_moment){ 1, 2 }));
	for (uint32_t i = 0; i < 5000; i++)
		CHECK(series_add(s, &st, (struct series_moment){ 10 + i, 1 }));
	CHECK_INT(st.n, SERIES_KEPT_MAX);
	CHECK_INT(st.v[0].at_s, 1);
	CHECK_INT(st.v[1].at_s, 10 + 5000 - (SERIES_KEPT_MAX - 1));
	arena_fini(&a);
}

/* What takes too long is not met, and takes no longer than that. */
TEST(hard_ones_end)
{
	struct series_state st = { .n = 0 };
	struct pattern *tree;
	struct series *s;
	struct arena a;

	arena_init(&a, 8 << 20);
	s = series_of("((" A " FOLLOWEDBY " B ") WITHIN 100 SECONDS FOLLOWEDBY (" B " FOLLOWEDBY " A ") WITHIN 100 SECONDS FOLLOWEDBY (" A " REPEATS 40 TIMES AND " B
		      " REPEATS 40 TIMES) WITHIN 200 SECONDS FOLLOWEDBY " C ") REPEATS 2 TIMES", &tree, &a);
	if (CHECK(s != NULL)) {
		for (uint32_t i = 0; i < 600; i++)
			(void)series_add(s, &st, (struct series_moment){ i * 7 % 500, (uint16_t)(i % 3 == 0 ? 3 : i % 3) });
		CHECK_INT(st.n, SERIES_KEPT_MAX);
	}
	arena_fini(&a);
}

TEST(in_the_store)
{
	struct series_state st = { .n = 0, .tlp = 2 }, back;
	struct pattern *tree;
	struct series *s;
	struct arena a;
	struct buf b;

	arena_init(&a, 1 << 20);
	buf_init(&b, 65536);
	s = series_of(A " AND " B, &tree, &a);
	for (uint32_t i = 0; i < 600; i++)
		(void)series_add(s, &st, (struct series_moment){ UINT32_MAX - i * 77, (uint16_t)(1 + i % 3) });
	series_state_print(&st, &b);
	CHECK(series_state_read(buf_view(&b), &back));
	CHECK_INT(back.n, st.n);
	CHECK_INT(back.tlp, 2);
	CHECK(memcmp(back.v, st.v, st.n * sizeof(st.v[0])) == 0);
	/* cut, out of order, too long */
	CHECK(!series_state_read(slice_sub(buf_view(&b), 0, b.len - 1), &back));
	CHECK_INT(back.n, 0);
	CHECK(!series_state_read(S("\0\0\0\0\2\0\1\0\0\0\1\0\1"), &back));
	CHECK(!series_state_read(S(""), &back));
	buf_put(&b, S("\xff\xff\xff\xff\0\1"));
	CHECK(!series_state_read(buf_view(&b), &back));
	arena_fini(&a);
	buf_fini(&b);
}

int
main(void)
{
	RUN(by_hand);
	RUN(how_large);
	RUN(as_the_slow_one);
	RUN(rare_ones_stay);
	RUN(hard_ones_end);
	RUN(in_the_store);
	return test_end();
}
