#include "store/batch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "store/findings.h"
#include "test.h"

#define DAY 86400
#define T0 1767225600 /* 2026-01-01 */

/* What is seen, however it is read: of few hosts, at few moments, from many cells. */
struct seen {
	unsigned host;
	int64_t time_s;
	uint32_t asn;
	unsigned country, feed; /* in the tables below */
};

static const char countries[][3] = { "", "ES", "FR", "TG" };
/* Not in the order of their numbers in a store, which is that of reading. */
static const char *const feeds[] = { "", "delta", "alpha", "charlie", "bravo" };

struct order_case {
	const char *name;
	unsigned n, hosts;
	unsigned step_s; /* moments are multiples of it, so that some are equal */
	unsigned reports, flush_mod; /* flush 1 in so many; 0: never */
};

static uint64_t
random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1du;
}

static void
seen_make(struct seen *v, const struct order_case *c)
{
	uint64_t state = 42 + c->n + c->step_s;

	for (unsigned i = 0; i < c->n; i++) {
		uint64_t r = random_next(&state);

		v[i] = (struct seen){
			.host = (unsigned)(r % c->hosts),
			.time_s = T0 + (int64_t)((r >> 8) % (20 * DAY)) / c->step_s * c->step_s,
			.asn = (uint32_t)(r >> 40) % 4,
			.country = (unsigned)(r >> 44) % 4,
			.feed = (unsigned)(r >> 48) % 5,
		};
	}
}

static struct observation
observation_of(const struct seen *v)
{
	struct observation o = {
		.key = { .class = v->host % 3 == 0 ? CLASS_DDOS_AMPLIFIER : CLASS_INFECTED_SYSTEM,
		    .kind = PLACE_IP, .ip = ip_of_v4(0xc0000200 + v->host) },
		.time_s = v->time_s,
		.asn = v->asn,
		.feed = slice_of_str(feeds[v->feed]),
	};

	memcpy(o.country, countries[v->country], 2);
	o.key.id = (int64_t)((uint64_t)ip_v4(o.key.ip) << 31 | 7);
	return o;
}

static int64_t
report_make(struct store *s, unsigned i)
{
	struct err e = ERR_INIT;
	struct report r = { .received_s = T0 + 60 * DAY, .name = slice_of(&i, sizeof(i)) };
	int64_t id = 0;
	bool known;

	r.sha = sha256_of(r.name);
	r.name = S("made");
	CHECK_OK(report_add(s, &r, &id, &known, &e), &e);
	return id;
}

/* So many at once as there are before the next cut, or one. */
static unsigned
observe_some(struct store *s, const struct seen *v, unsigned n, uint64_t *state)
{
	struct observation o[100];
	struct err e = ERR_INIT;
	unsigned count = 1 + (unsigned)random_next(state) % 100;

	count = count < n ? count : n;
	for (unsigned i = 0; i < count; i++)
		o[i] = observation_of(&v[i]);
	if (count == 1)
		CHECK_OK(store_observe(s, &o[0], &e), &e);
	else
		CHECK_OK(store_observe_many(s, o, count, &e), &e);
	return count;
}

/* Read them in this order, in so many reports, cut here and there. */
static struct store *
read_all(const char *name, const struct seen *v, const struct order_case *c,
    uint64_t *state)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;
	char path[512];
	unsigned done = 0;

	(void)snprintf(path, sizeof(path), "%s/%s.db", test_dir(), name);
	CHECK_OK(store_open(path, &(struct db_options){ 0 }, &s, &e), &e);
	for (unsigned i = 0; i < c->reports; i++) {
		unsigned end = i + 1 == c->reports ? c->n :
			done + (unsigned)random_next(state) % (c->n - done + 1);

		CHECK_OK(store_batch_begin(s, report_make(s, i), NULL, &e), &e);
		while (done < end) {
			unsigned most = c->flush_mod == 1 ? 1 : end - done;

			done += observe_some(s, v + done, most, state);
			if (c->flush_mod != 0 && random_next(state) % c->flush_mod == 0)
				CHECK_OK(store_batch_flush(s, &e), &e);
		}
		CHECK_OK(store_batch_done(s, S("f"), &e), &e);
	}
	return s;
}

static bool
count_print(struct buf *out, int64_t day, int64_t class, struct slice country,
    int64_t asn, struct slice feed, int64_t events, int64_t new)
{
	buf_printf(out, "%lld %lld %.*s %lld %.*s: %lld %lld\n", (long long)day,
	    (long long)class, SLICE_ARG(country), (long long)asn, SLICE_ARG(feed),
	    (long long)events, (long long)new);
	return buf_ok(out);
}

static void
counts_of(struct store *s, struct buf *out)
{
	struct err e = ERR_INIT;
	struct stmt *q = NULL;

	buf_clear(out);
	CHECK_OK(db_prepare(store_db(s),
		"SELECT day, class, country, asn, coalesce(text, '') AS name, events,"
		" findings_new FROM count_day LEFT JOIN term ON term.id = feed"
		" ORDER BY day, class, country, asn, name", &q, &e), &e);
	while (stmt_step(q, &e) == STEP_ITEM)
		CHECK(count_print(out, stmt_col_i64(q, 0), stmt_col_i64(q, 1),
		    stmt_col(q, 2), stmt_col_i64(q, 3), stmt_col(q, 4),
		    stmt_col_i64(q, 5), stmt_col_i64(q, 6)));
	stmt_free(&q);
}

static int
cell_cmp(const struct seen *a, const struct seen *b)
{
	int by;

	if ((by = strcmp(countries[a->country], countries[b->country])) != 0)
		return by;
	if (a->asn != b->asn)
		return a->asn < b->asn ? -1 : 1;
	return strcmp(feeds[a->feed], feeds[b->feed]);
}

static int
class_of(const struct seen *v)
{
	return (int)observation_of(v).key.class;
}

/* By day and cell; of one cell in any order. */
static int
by_cell(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->time_s / DAY != y->time_s / DAY)
		return x->time_s < y->time_s ? -1 : 1;
	if (class_of(x) != class_of(y))
		return class_of(x) < class_of(y) ? -1 : 1;
	return cell_cmp(x, y);
}

/* Is it what its finding counts as new for? One of several that are all alike does. */
static bool
is_first(const struct seen *v, size_t n, size_t i)
{
	for (size_t k = 0; k < n; k++) {
		int by = v[k].time_s < v[i].time_s ? -1 :
			v[k].time_s > v[i].time_s  ? 1 :
						     cell_cmp(&v[k], &v[i]);

		if (v[k].host == v[i].host && (by < 0 || (by == 0 && k < i)))
			return false;
	}
	return true;
}

/* The counts by their definition, without a store. */
static void
counts_expected(const struct seen *given, const struct order_case *c, struct buf *out)
{
	struct seen *v = xarray(c->n, sizeof(*v));
	int64_t events = 0, new = 0;

	memcpy(v, given, c->n * sizeof(*v));
	qsort(v, c->n, sizeof(*v), by_cell);
	buf_clear(out);
	for (size_t i = 0; i < c->n; i++) {
		events++;
		new += is_first(v, c->n, i);
		if (i + 1 < c->n && by_cell(&v[i], &v[i + 1]) == 0)
			continue;
		CHECK(count_print(out, v[i].time_s / DAY, class_of(&v[i]),
		    slice_of_str(countries[v[i].country]), v[i].asn,
		    slice_of_str(feeds[v[i].feed]), events, new));
		events = new = 0;
	}
	free(v);
}

/* Of the findings, what hangs on no order; where no two moments are equal, the latest's cell too. */
static void
findings_of(struct store *s, bool cells, struct buf *out)
{
	struct err e = ERR_INIT;
	struct finding_walk *w = NULL;
	struct finding_row r;

	buf_clear(out);
	CHECK_OK(finding_open(s, &(struct finding_query){ 0 }, &w, &e), &e);
	while (finding_next(w, &r, &e) == STEP_ITEM) {
		buf_printf(out, "%lld %lld %lld %llu", (long long)r.id,
		    (long long)r.first_s, (long long)r.last_s, (unsigned long long)r.count);
		if (cells)
			buf_printf(out, " %.*s %u %.*s", SLICE_ARG(r.country), r.asn,
			    SLICE_ARG(r.feed));
		buf_byte(out, '\n');
	}
	finding_close(&w);
}

static void
say(void *cookie, const char *text)
{
	(void)cookie;
	fprintf(stderr, "check: %s\n", text);
}

static const struct order_case order_cases[] = {
	{ "one report, one batch", 400, 30, 1, 1, 0 },
	{ "one report, one batch, equal moments", 400, 30, 7200, 1, 0 },
	{ "one report, many batches", 400, 30, 1, 1, 3 },
	{ "many reports", 400, 30, 1, 20, 0 },
	{ "many reports, many batches", 400, 30, 7200, 20, 5 },
	{ "each by itself", 400, 30, 7200, 1, 1 },
	{ "whole days", 400, 30, DAY, 20, 10 },
	{ "many hosts", 9000, 6000, DAY, 9, 700 },
};

/* The same observations, whatever the order in which they are read. */
TEST(the_order_of_reading_makes_no_difference)
{
	struct buf want, got, first, rows;

	buf_init(&want, 1 << 20);
	buf_init(&got, 1 << 20);
	buf_init(&first, 1 << 20);
	buf_init(&rows, 1 << 20);
	for (size_t i = 0; i < sizeof(order_cases) / sizeof(order_cases[0]); i++) {
		const struct order_case *c = &order_cases[i];
		struct seen *v = xarray(c->n, sizeof(*v));
		uint64_t state = 7 + i;

		seen_make(v, c);
		counts_expected(v, c, &want);
		CHECK(want.len > 1000);
		for (unsigned turn = 0; turn < 6; turn++) {
			struct err e = ERR_INIT;
			struct store *s;
			char name[32];

			test_case("%s, turn %u", c->name, turn);
			(void)snprintf(name, sizeof(name), "order-%zu-%u", i, turn);
			s = read_all(name, v, c, &state);
			CHECK_OK(store_check(s, say, NULL, &e), &e);
			counts_of(s, &got);
			CHECK(slice_eq(buf_view(&got), buf_view(&want)));
			findings_of(s, c->step_s == 1, turn == 0 ? &first : &rows);
			CHECK(turn == 0 || slice_eq(buf_view(&rows), buf_view(&first)));
			store_close(&s);
			for (unsigned k = c->n - 1; k > 0; k--) {
				unsigned other = (unsigned)(random_next(&state) % (k + 1));
				struct seen t = v[k];

				v[k] = v[other];
				v[other] = t;
			}
		}
		free(v);
	}
	buf_fini(&want);
	buf_fini(&got);
	buf_fini(&first);
	buf_fini(&rows);
}

/* An older program kept no first cell: the sums hold, and a replay gives the rest. */
TEST(findings_of_an_older_store_stay_counted_once)
{
	static const struct seen v[] = {
		{ 1, T0 + 9 * DAY, 64496, 1, 1 }, { 1, T0 + 10 * DAY, 64497, 2, 2 },
		{ 2, T0 + 9 * DAY, 64496, 1, 1 }, { 1, T0 + 3 * DAY, 64498, 3, 3 },
	};
	struct order_case c = { "", 3, 1, 1, 1, 1 };
	struct err e = ERR_INIT;
	uint64_t state = 1;
	struct store *s = read_all("older", v, &c, &state);
	struct observation o = observation_of(&v[3]);

	CHECK_OK(db_exec(store_db(s), "UPDATE finding SET first_cell = NULL", &e), &e);
	CHECK_OK(store_batch_begin(s, report_make(s, 99), NULL, &e), &e);
	CHECK_OK(store_observe(s, &o, &e), &e);
	CHECK_OK(store_batch_done(s, S("f"), &e), &e);
	CHECK_OK(store_check(s, say, NULL, &e), &e);
	store_close(&s);
}

int
main(void)
{
	RUN(the_order_of_reading_makes_no_difference);
	RUN(findings_of_an_older_store_stay_counted_once);
	return test_end();
}
