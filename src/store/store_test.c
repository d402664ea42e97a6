#include "store/store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "store/findings.h"
#include "test.h"

#define DAY 86400
#define T0 1767225600 /* 2026-01-01 */

static const struct db_options defaults = { 0 };

static const char *
in_dir(const char *name)
{
	static char path[4][512];
	static unsigned turn;
	char *p = path[turn++ & 3];

	(void)snprintf(p, sizeof(path[0]), "%s/%s", test_dir(), name);
	return p;
}

/* Item i of a made report: an event, or a bad record (every seventh). */
struct made {
	uint64_t seed;
	uint32_t items;
	uint32_t hosts;
	uint32_t bad_mod; /* 0: none bad */
};

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdu;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53u;
	return x ^ x >> 33;
}

static void
observation_of(const struct made *m, uint32_t i, struct observation *o,
    char text[64])
{
	static const struct slice feeds[] = { S_INIT("alpha"), S_INIT("beta"), S_INIT("") };
	uint64_t r = mix(m->seed + i);
	uint32_t host = (uint32_t)(r % m->hosts);
	int n;

	*o = (struct observation){
		.key = { .class = host % 3 == 0 ? CLASS_DDOS_AMPLIFIER : CLASS_INFECTED_SYSTEM,
		    .kind = host % 5 == 4 ? PLACE_FQDN : PLACE_IP,
		    .identifier = host % 2 == 0 ? S("mirai") : S(""),
		    .port = host % 3 == 0 ? 53 : 0,
		    .transport = host % 3 == 0 ? S("udp") : S("") },
		.time_s = T0 + (int64_t)(r >> 32) % (40 * DAY),
		.asn = host % 7 == 0 ? 0 : 64500 + (uint32_t)(r >> 20) % 3,
		.feed = feeds[(r >> 8) % 3],
		.label = (r >> 16) % 2 == 0 ? S("label one") : S("label two"),
		.offset = (uint64_t)i / 2 * 390,
		.length = 380,
		.part = i > m->items / 2 ? S("2/report.csv") : S(""),
	};
	if ((r >> 24) % 4 != 0)
		memcpy(o->country, (r >> 25) % 2 == 0 ? "ES" : "FR", 2);
	if (o->key.kind == PLACE_FQDN) {
		n = snprintf(text, 64, "host%u.example.org", host);
		o->key.place = slice_of(text, (size_t)n);
		o->key.id = (int64_t)(mix(host) >> 1);
	} else if (host % 5 == 3) {
		o->key.ip = (struct ip){ 0x20010db800000000u, host };
		o->key.id = (int64_t)(mix(host) >> 1);
	} else {
		o->key.ip = ip_of_v4(0xc0000200 + host);
		o->key.id = (int64_t)((uint64_t)ip_v4(o->key.ip) << 31 | (mix(host) & 0x7fffffff));
	}
}

static bool
item_put(struct store *s, const struct made *m, uint32_t i, struct err *e)
{
	struct observation o;
	char text[64];

	observation_of(m, i, &o, text);
	if (m->bad_mod != 0 && mix(m->seed ^ i) % m->bad_mod == 0) {
		/* Some kinds, and more than are kept by name. */
		int n = snprintf(text, sizeof(text), "\"10.0.0.%u\" is not an IP address %u", i,
		    m->items > 10000 ? i : i % 50);

		return store_bad(s, o.offset, o.length, i + 2, o.part,
		    i % 2 == 0 ? S("src_ip") : S("time"), slice_of(text, (size_t)n), e);
	}
	return store_observe(s, &o, e);
}

static int64_t
report_make(struct store *s, const char *name)
{
	struct err e = ERR_INIT;
	struct report r = { .received_s = T0 + 60 * DAY, .name = slice_of_str(name),
		.bytes = 1000, .feed = S("alpha") };
	int64_t id = 0;
	bool known;

	r.sha = sha256_of(r.name);
	CHECK_OK(report_add(s, &r, &id, &known, &e), &e);
	return id;
}

/* Read the whole report; flush_mod 0: only where the batch is full. */
static bool
report_run(struct store *s, int64_t id, const struct made *m,
    uint32_t flush_mod, struct err *e)
{
	if (!report_begin(s, id, e) || !store_batch_begin(s, id, NULL, e))
		return false;
	for (uint32_t i = 0; i < m->items; i++) {
		if (!item_put(s, m, i, e))
			return false;
		if (flush_mod != 0 && mix(i) % flush_mod == 0 &&
		    !store_batch_flush(s, e))
			return false;
	}
	return store_batch_done(s, S("csv"), e);
}

static void
dump(struct store *s, struct buf *out)
{
	struct err e = ERR_INIT;
	int fd = memfd_create("dump", MFD_CLOEXEC);

	buf_clear(out);
	CHECK_OK(store_dump(s, fd, &e), &e);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK_OK(fd_read_all(fd, out, &e), &e);
	(void)close(fd);
}

static void
say(void *cookie, const char *text)
{
	(void)cookie;
	fprintf(stderr, "check: %s\n", text);
}

static const struct made made = { 1, 5000, 400, 7 };

/* What comes out when all is read in one go. */
static void
expected(struct buf *out, const struct made *m)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;
	char name[64];

	(void)snprintf(name, sizeof(name), "expected-%llu-%u.db",
	    (unsigned long long)m->seed, m->items);
	if (!CHECK_OK(store_open(in_dir(name), &defaults, &s, &e), &e))
		return;
	CHECK_OK(report_run(s, report_make(s, "one"), m, 0, &e), &e);
	CHECK_OK(report_run(s, report_make(s, "two"),
		     &(struct made){ m->seed + 77, m->items, m->hosts, 0 }, 0, &e), &e);
	CHECK_OK(store_check(s, say, NULL, &e), &e);
	dump(s, out);
	store_close(&s);
}

static void
cuts(const struct made *m, uint32_t mod_first)
{
	struct buf want, got;

	buf_init(&want, (size_t)16 << 20);
	buf_init(&got, (size_t)16 << 20);
	expected(&want, m);
	CHECK(want.len > 10000);
	for (uint32_t mod = mod_first; mod <= 5 * m->items / 8; mod *= 5) {
		struct err e = ERR_INIT;
		struct store *s = NULL;
		char name[32];

		test_case("flush 1 in %u", mod);
		(void)snprintf(name, sizeof(name), "cut%u-%u.db", m->items, mod);
		if (!CHECK_OK(store_open(in_dir(name), &defaults, &s, &e), &e))
			break;
		CHECK_OK(report_run(s, report_make(s, "one"), m, mod, &e), &e);
		CHECK_OK(report_run(s, report_make(s, "two"),
			     &(struct made){ m->seed + 77, m->items, m->hosts, 0 },
			     mod, &e), &e);
		CHECK_OK(store_check(s, say, NULL, &e), &e);
		dump(s, &got);
		CHECK(slice_eq(buf_view(&want), buf_view(&got)));
		store_close(&s);
	}
	buf_fini(&want);
	buf_fini(&got);
}

TEST(cuts_make_no_difference)
{
	cuts(&made, 1);
	cuts(&(struct made){ 5, 12000, 3000, 3 }, 100);
}

/* In a child that is killed at any moment: read on until the report is done. */
static void
child(const char *path)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;
	int64_t one, two;
	struct report r;
	struct arena a;

	if (!store_open(path, &defaults, &s, &e))
		_exit(3);
	arena_init(&a, 1 << 16);
	one = report_make(s, "one");
	two = report_make(s, "two");
	if (!report_get(s, one, &a, &r, &e))
		_exit(4);
	if (r.state != REPORT_DONE && !report_run(s, one, &made, 40, &e))
		_exit(5);
	if (!report_get(s, two, &a, &r, &e))
		_exit(4);
	if (r.state != REPORT_DONE &&
	    !report_run(s, two, &(struct made){ made.seed + 77, made.items, made.hosts, 0 }, 40, &e))
		_exit(6);
	_exit(0);
}

TEST(kills_count_nothing_twice)
{
	const char *path = in_dir("kill.db");
	struct err e = ERR_INIT;
	struct store *s = NULL;
	struct buf want, got;
	int status = -1, kills = 0;

	buf_init(&want, (size_t)16 << 20);
	buf_init(&got, (size_t)16 << 20);
	expected(&want, &made);
	for (int round = 0; round < 400; round++) {
		pid_t pid = fork();

		if (pid == 0)
			child(path);
		/* Later rounds live longer, so that there is an end. */
		(void)usleep((useconds_t)(test_random() % (uint64_t)(2000 + round * 400)));
		if (round < 399) /* the last one is let end, however slow the machine */
			(void)kill(pid, SIGKILL);
		CHECK(waitpid(pid, &status, 0) == pid);
		if (WIFEXITED(status))
			break;
		kills++;
	}
	if (!WIFEXITED(status)) {
		/* On a busy machine no round lived long enough: this one is let end. */
		pid_t pid = fork();

		if (pid == 0)
			child(path);
		CHECK(waitpid(pid, &status, 0) == pid);
	}
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(kills > 3);
	if (CHECK_OK(store_open(path, &defaults, &s, &e), &e)) {
		CHECK_OK(store_check(s, say, NULL, &e), &e);
		dump(s, &got);
		CHECK(slice_eq(buf_view(&want), buf_view(&got)));
	}
	store_close(&s);
	buf_fini(&want);
	buf_fini(&got);
}

TEST(reports_move)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;
	struct report r = { .received_s = T0, .bytes = 5, .name = S("a\xff.csv"),
		.options = S("key=value\n"), .format = S("csv") };
	struct report got;
	struct arena a;
	int64_t id, again;
	bool known, found;

	arena_init(&a, 1 << 16);
	if (!CHECK_OK(store_open(in_dir("reports.db"), &defaults, &s, &e), &e))
		return;
	r.sha = sha256_of(S("x"));
	CHECK_OK(report_add(s, &r, &id, &known, &e), &e);
	CHECK(!known);
	CHECK_OK(report_add(s, &r, &again, &known, &e), &e);
	CHECK(known && again == id);
	CHECK(!db_is_durable(store_db(s)));
	/* The same bytes on another day, where that counts; once a day. */
	r.received_s += 86400;
	CHECK_OK(report_on_day(s, &r.sha, report_day(&r), &found, &e), &e);
	CHECK(!found);
	CHECK_OK(report_add(s, &r, &again, &known, &e), &e);
	CHECK(known && again == id);
	CHECK_OK(report_add_again(s, &r, &again, &known, &e), &e);
	CHECK(!known && again == id + 1);
	r.received_s += 1;
	CHECK_OK(report_add_again(s, &r, &again, &known, &e), &e);
	CHECK(known && again == id + 1);
	CHECK_OK(report_on_day(s, &r.sha, report_day(&r), &found, &e), &e);
	CHECK(found);
	CHECK_OK(report_find(s, &r.sha, &a, &got, &found, &e), &e);
	CHECK(found && got.id == id);
	CHECK_OK(report_get(s, id + 1, &a, &got, &e), &e);
	got.format = S("generic");
	got.options = S("mapping=x\n");
	CHECK_OK(report_aside(s, id + 1, S("it was not what was said"), &e), &e);
	CHECK_OK(report_retell(s, &got, &e), &e);
	CHECK_OK(report_get(s, id + 1, &a, &got, &e), &e);
	CHECK_INT(got.state, REPORT_RECEIVED);
	CHECK_SLICE(got.format, S("generic"));
	CHECK_SLICE(got.options, S("mapping=x\n"));
	CHECK_SLICE(got.reason, S(""));
	CHECK(report_begin(s, id + 1, &e) && store_batch_begin(s, id + 1, NULL, &e));
	CHECK_OK(store_batch_end(s, &(struct batch_end){
		.format = S("mail"), .nothing = S("it is no report"), .undated = true }, &e), &e);
	CHECK_OK(report_get(s, id + 1, &a, &got, &e), &e);
	CHECK_INT(got.state, REPORT_NOTHING);
	CHECK_SLICE(got.reason, S("it is no report"));
	CHECK_SLICE(got.format, S("mail"));
	CHECK(got.undated);
	CHECK_OK(report_next(s, REPORT_RECEIVED, 0, &a, &got, &found, &e), &e);
	CHECK(found && got.id == id);
	CHECK_SLICE(got.name, S("a?.csv"));
	CHECK_SLICE(got.options, S("key=value\n"));
	CHECK(memcmp(&got.sha, &r.sha, sizeof(r.sha)) == 0);
	CHECK_OK(report_next(s, REPORT_RECEIVED, id, &a, &got, &found, &e), &e);
	CHECK(!found);
	CHECK_OK(report_begin(s, id, &e), &e);
	CHECK_OK(report_protect(s, id, &e), &e);
	CHECK(!report_protect(s, 99, &e));
	CHECK_OK(report_aside(s, id, S("the reader crashed"), &e), &e);
	CHECK_OK(report_find(s, &r.sha, &a, &got, &found, &e), &e);
	CHECK(found && got.state == REPORT_ASIDE && got.reads == 1);
	CHECK_SLICE(got.reason, S("the reader crashed"));
	CHECK_OK(report_again(s, id, &e), &e);
	CHECK_OK(report_get(s, id, &a, &got, &e), &e);
	CHECK_INT(got.state, REPORT_RECEIVED);
	/* Until it was read to its end without finding such a thing. */
	CHECK_OK(store_forget_derived(s, &e), &e);
	CHECK_OK(report_get(s, id, &a, &got, &e), &e);
	CHECK(got.protected);
	CHECK(report_begin(s, id, &e) && store_batch_begin(s, id, NULL, &e));
	CHECK_OK(store_batch_end(s, &(struct batch_end){ .format = S("csv") }, &e), &e);
	CHECK_OK(report_get(s, id, &a, &got, &e), &e);
	CHECK(!got.protected);
	CHECK(!report_get(s, 99, &a, &got, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	CHECK(!report_begin(s, 99, &e));
	CHECK(!store_batch_begin(s, 99, NULL, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	arena_fini(&a);
	store_close(&s);
}

TEST(many_open_a_new_one)
{
	const char *path = in_dir("race.db");
	int status;

	for (int i = 0; i < 6; i++) {
		if (fork() == 0) {
			struct err e = ERR_INIT;
			struct store *s = NULL;
			bool ok = store_open(path, &defaults, &s, &e) &&
			    store_setting_put(s, S("a"), S("b"), &e);

			if (!ok)
				fprintf(stderr, "%s (%s)\n", e.text, e.cause);
			store_close(&s);
			_exit(ok ? 0 : 1);
		}
	}
	for (int i = 0; i < 6; i++) {
		CHECK(wait(&status) > 0);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
}

/* One finding, moments in days; what state is it in after all of them? */
struct fold_case {
	const char *name;
	int days[6]; /* ends with 0 */
	enum finding_state state;
	int state_day, first, last;
};

static const struct fold_case folds[] = {
	{ "one", { 1 }, FINDING_NEW, 0, 1, 1 },
	{ "within the silence", { 1, 5, 10 }, FINDING_NEW, 0, 1, 10 },
	{ "gone and back", { 1, 20 }, FINDING_RETURNED, 20, 1, 20 },
	{ "back twice", { 1, 10, 11, 30 }, FINDING_RETURNED, 30, 1, 30 },
	{ "back, then more", { 1, 10, 11, 15 }, FINDING_RETURNED, 10, 1, 15 },
	{ "late old event", { 20, 1 }, FINDING_NEW, 0, 1, 20 },
	{ "late old event between", { 1, 20, 9 }, FINDING_RETURNED, 20, 1, 20 },
};

static void
observe_at(struct store *s, int day, uint64_t offset)
{
	struct err e = ERR_INIT;
	struct observation o = {
		.key = { .id = 5, .class = CLASS_INFECTED_SYSTEM, .kind = PLACE_IP,
		    .ip = ip_of_v4(0) },
		.time_s = T0 + (int64_t)day * DAY,
		.offset = offset,
	};

	CHECK_OK(store_observe(s, &o, &e), &e);
}

static bool
one_finding(struct store *s, struct finding_row *row)
{
	struct err e = ERR_INIT;
	struct finding_walk *w;
	bool ok;

	ok = CHECK_OK(finding_open(s, &(struct finding_query){ .id = 5 }, &w, &e), &e) &&
	    CHECK(finding_next(w, row, &e) == STEP_ITEM);
	finding_close(&w);
	return ok;
}

TEST(silence_ends_and_returns)
{
	for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
		const struct fold_case *c = &folds[i];

		/* Each case cut in every way into batches. */
		for (unsigned cuts = 0; cuts < 16; cuts++) {
			struct err e = ERR_INIT;
			struct store *s = NULL;
			struct finding_row row;
			char name[64];
			int64_t id;

			test_case("%s, cuts %x", c->name, cuts);
			(void)snprintf(name, sizeof(name), "fold-%zu-%u.db", i, cuts);
			if (!CHECK_OK(store_open(in_dir(name), &defaults, &s, &e), &e))
				return;
			id = report_make(s, "r");
			CHECK_OK(store_batch_begin(s, id, NULL, &e), &e);
			for (unsigned k = 0; c->days[k] != 0; k++) {
				observe_at(s, c->days[k], k * 10);
				if ((cuts >> k & 1) != 0)
					CHECK_OK(store_batch_flush(s, &e), &e);
			}
			CHECK_OK(store_batch_done(s, S(""), &e), &e);
			if (one_finding(s, &row)) {
				CHECK_INT(row.state, c->state);
				CHECK_INT(row.state_s, c->state_day == 0 ? 0 : T0 + c->state_day * DAY);
				CHECK_INT(row.first_s, T0 + c->first * DAY);
				CHECK_INT(row.last_s, T0 + c->last * DAY);
			}
			store_close(&s);
		}
	}
}

/* Bad records are taken again, and only they. */
struct retry_case {
	const char *name;
	uint32_t fixed_mod; /* of the bad ones, those not divided by it are good now; 0: all bad still */
	bool interrupted;
};

static bool
retry_put(struct store *s, uint32_t i, uint32_t fixed_mod, struct err *e)
{
	bool bad = mix(made.seed ^ i) % made.bad_mod == 0;
	struct observation o;
	char text[64];

	if (!bad || fixed_mod == 0 || i % fixed_mod == 0)
		return item_put(s, &made, i, e);
	observation_of(&made, i, &o, text);
	return store_observe(s, &o, e);
}

TEST(retry_takes_what_was_bad)
{
	static const struct retry_case cases[] = {
		{ "all mended", UINT32_MAX, false },
		{ "half mended", 2, false },
		{ "none mended", 0, false },
		{ "half mended, interrupted", 2, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = ERR_INIT;
		struct store *s = NULL;
		struct report r;
		struct arena a;
		char name[64];
		uint64_t bad = 0, still = 0;
		int64_t id;
		bool more;

		test_case("%s", cases[i].name);
		arena_init(&a, 1 << 16);
		for (uint32_t k = 0; k < made.items; k++) {
			bool is = mix(made.seed ^ k) % made.bad_mod == 0;

			bad += is;
			still += is && (cases[i].fixed_mod == 0 || k % cases[i].fixed_mod == 0);
		}
		(void)snprintf(name, sizeof(name), "retry%zu.db", i);
		if (!CHECK_OK(store_open(in_dir(name), &defaults, &s, &e), &e))
			return;
		id = report_make(s, "one");
		CHECK_OK(report_run(s, id, &made, 0, &e), &e);
		CHECK_OK(report_get(s, id, &a, &r, &e), &e);
		CHECK_INT(r.bad, bad);
		CHECK_INT(r.events, made.items - bad);
		if (cases[i].interrupted) {
			CHECK_OK(store_batch_retry(s, id, &more, &e), &e);
			for (uint32_t k = 0; k < made.items / 3; k++)
				CHECK_OK(retry_put(s, k, cases[i].fixed_mod, &e), &e);
			CHECK_OK(store_batch_flush(s, &e), &e);
			store_close(&s);
			CHECK_OK(store_open(in_dir(name), &defaults, &s, &e), &e);
		}
		CHECK_OK(store_batch_retry(s, id, &more, &e), &e);
		CHECK(!more);
		for (uint32_t k = 0; k < made.items; k++)
			CHECK_OK(retry_put(s, k, cases[i].fixed_mod, &e), &e);
		CHECK_OK(store_batch_done(s, S(""), &e), &e);
		CHECK_OK(report_get(s, id, &a, &r, &e), &e);
		CHECK_INT(r.bad, still);
		CHECK_INT(r.events, made.items - still);
		CHECK_INT(r.state, REPORT_DONE);
		CHECK_OK(store_check(s, say, NULL, &e), &e);
		if (still == 0) {
			CHECK(!store_batch_retry(s, id, &more, &e));
			CHECK_INT(e.code, ERR_CONFLICT);
		}
		arena_fini(&a);
		store_close(&s);
	}
}

/* More labels, places and bad records than a batch holds. */
TEST(limits_cut_batches)
{
	enum { MANY = 140000 };
	struct err e = ERR_INIT;
	struct store *s = NULL;
	struct finding_walk *w = NULL;
	struct finding_row row;
	struct report r;
	struct arena a;
	int64_t id;
	bool more;

	arena_init(&a, 1 << 16);
	if (!CHECK_OK(store_open(in_dir("limits.db"), &defaults, &s, &e), &e))
		return;
	id = report_make(s, "many");
	for (int pass = 0; pass < 2; pass++) {
		/* The second time it is a retry, and all is well. */
		if (pass == 0)
			CHECK_OK(store_batch_begin(s, id, NULL, &e), &e);
		else
			CHECK_OK(store_batch_retry(s, id, &more, &e), &e);
		for (uint32_t i = 0; i < MANY; i++) {
			struct observation o;
			char text[64], label[64], part[64];
			int n = snprintf(label, sizeof(label), "label %u", i);
			int m = snprintf(part, sizeof(part), "%u.csv", i / 100);

			observation_of(&made, i, &o, text);
			o.key.id = i + 1;
			o.key.kind = PLACE_URL;
			o.key.place = slice_of(label, (size_t)n);
			o.label = o.key.place;
			o.offset = i;
			o.part = slice_of(part, (size_t)m);
			if (pass == 0 && i % 2 == 1)
				CHECK_OK(store_bad(s, o.offset, 9, i, o.part, S("c"), o.label, &e), &e);
			else
				CHECK_OK(store_observe(s, &o, &e), &e);
		}
		CHECK_OK(store_batch_done(s, S("csv"), &e), &e);
		CHECK_OK(store_check(s, say, NULL, &e), &e);
		CHECK_OK(report_get(s, id, &a, &r, &e), &e);
		CHECK_INT(r.events, pass == 0 ? MANY / 2 : MANY);
		CHECK_INT(r.bad, pass == 0 ? MANY / 2 : 0);
	}
	CHECK_OK(finding_open(s, &(struct finding_query){ .id = 123457 }, &w, &e), &e);
	CHECK(finding_next(w, &row, &e) == STEP_ITEM);
	CHECK_SLICE(row.label, S("label 123456"));
	CHECK_SLICE(row.place, S("label 123456"));
	CHECK_SLICE(row.first.part, S("1234.csv"));
	CHECK(row.first.offset == 123456);
	finding_close(&w);
	arena_fini(&a);
	store_close(&s);
}

int
main(void)
{
	RUN(reports_move);
	RUN(many_open_a_new_one);
	RUN(silence_ends_and_returns);
	RUN(cuts_make_no_difference);
	RUN(retry_takes_what_was_bad);
	RUN(limits_cut_batches);
	RUN(kills_count_nothing_twice);
	return test_end();
}
