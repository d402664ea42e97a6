/*
 * The columns against the database: every order and filter, while the store
 * changes in every way it does, by one process and by two, through kills and
 * damage. What the database finds is right.
 */
#include "store/columns.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "store/store_room.h"
#include "store/store_testing.h"
#include "test.h"

#define DAY 86400
/* Under the sanitizers each costs five times as much. */
#if defined(__SANITIZE_ADDRESS__)
#define TURNS 20
#define ROUNDS 8u
#else
#define TURNS 60
#define ROUNDS 24u
#endif

static uint64_t
rnd(uint64_t n)
{
	return test_random() % n;
}

static const char *const countries[] = { "ES", "FR", "MA", "" };
static const char *const feeds[] = { "alpha", "beta", "", "gamma" };
static const char *const labels[] = { "Necurs", "50%_off", "", "andromeda" };

/* One of some thousand findings, seen on some day: the same number gives the same finding. */
static struct observation
some(unsigned number, int64_t at_s, char place[64])
{
	struct observation o = { .time_s = at_s, .asn = 64496 + number % 7, .offset = number };

	o.feed = slice_of_str(feeds[rnd(4)]);
	o.label = slice_of_str(labels[number % 4]);
	memcpy(o.country, countries[number / 3 % 4], countries[number / 3 % 4][0] == '\0' ? 0 : 2);
	o.key.class = number % 3 == 0 ? CLASS_INFECTED_SYSTEM : number % 3 == 1 ? CLASS_DDOS_AMPLIFIER : CLASS_PHISHING;
	o.key.identifier = slice_of_str(number % 5 == 0 ? "open-dns" : "x");
	if (number % 4 != 0) {
		o.key.kind = PLACE_IP;
		o.key.ip = ip_of_v4(0x64000000u + number * 977u % 0x200000u);
		o.key.id = (int64_t)((uint64_t)ip_v4(o.key.ip) << 31 | number);
	} else if (number % 8 == 0) {
		o.key.kind = PLACE_IP;
		o.key.ip = (struct ip){ 0x20010db800000000u | number % 5, number };
		o.key.id = (int64_t)(0x3000000000000000u | number);
	} else {
		(void)snprintf(place, 64, "http://Host%u.example/%c%u", number, number % 24 == 4 ? 'Q' : 'p', number);
		o.key.kind = PLACE_URL;
		o.key.place = slice_of_str(place);
		o.key.id = (int64_t)(0x2000000000000000u | number);
		if (number % 24 == 12)
			o.key.ip = ip_of_v4(0x64000000u + number);
	}
	return o;
}

static int64_t
report_begin_new(struct store *s)
{
	static unsigned count;
	struct report r = { .received_s = T0 + 900 * (int64_t)DAY };
	struct err e = ERR_INIT;
	char name[64];
	int64_t id = 0;
	bool known;

	(void)snprintf(name, sizeof(name), "%d-%u-%llu", (int)getpid(), count++, (unsigned long long)test_random());
	r.name = slice_of_str(name);
	r.sha = sha256_of(r.name);
	CHECK_OK(report_add(s, &r, &id, &known, &e), &e);
	return id;
}

/* A report of n events of findings below `range`, about day `day`. */
static void
report_of(struct store *s, unsigned n, unsigned from, unsigned range, int day)
{
	struct err e = ERR_INIT;
	int64_t same = T0 + day * (int64_t)DAY;

	CHECK_OK(store_batch_begin(s, report_begin_new(s), NULL, &e), &e);
	for (unsigned i = 0; i < n; i++) {
		char place[64];
		struct observation o = some(from + (n == range ? i : (unsigned)rnd(range)), rnd(2) == 0 ? same : same + (int64_t)rnd(3 * DAY) - DAY, place);

		CHECK_OK(store_observe(s, &o, &e), &e);
	}
	CHECK_OK(store_batch_done(s, S("f"), &e), &e);
}

static int64_t
some_id(void)
{
	char place[64];

	return some((unsigned)rnd(3000), T0, place).key.id;
}

static void many_same(struct store *s, unsigned times, bool sums);

/* What somebody says of a finding; where it means nothing in its state, nothing happens. */
static void
act(struct store *s, int day)
{
	static const enum finding_act acts[] = { FINDING_TELL, FINDING_ACKNOWLEDGE, FINDING_RESOLVE, FINDING_REOPEN };
	struct err e = ERR_INIT;
	bool ok = finding_act_apply(s, some_id(), acts[rnd(4)], S("me"), S(""), T0 + day * (int64_t)DAY, &e);

	CHECK(ok || e.code == ERR_CONFLICT || e.code == ERR_ABSENT);
}

/* Something that changes findings. */
static void
change(struct store *s, int day, bool look)
{
	struct err e = ERR_INIT;
	uint64_t n;

	switch (rnd(9)) {
	case 0:
		CHECK_OK(store_silence(s, T0 + day * (int64_t)DAY, &n, &e), &e);
		break;
	case 1: /* Several small reports and an act in one transaction. */
		CHECK_OK(db_begin(s->db, &e), &e);
		report_of(s, 40, 0, 3000, day);
		report_of(s, 60, 0, 3000, day);
		act(s, day);
		report_of(s, 20, 0, 3000, day);
		/* Who changes them sees them as they will be. */
		many_same(s, look ? 3 : 0, true);
		if (rnd(3) == 0)
			store_rollback(s);
		else
			CHECK_OK(db_commit(s->db, &e), &e);
		break;
	case 2:
	case 3:
	case 4:
		for (unsigned i = 0; i < 5; i++)
			act(s, day);
		break;
	case 5: /* An old report that comes late. */
		report_of(s, 100, 0, 3000, day / 2);
		break;
	default:
		report_of(s, 1 + (unsigned)rnd(400), 0, 3000, day);
	}
}

static struct finding_query
some_query(struct prefix prefixes[5])
{
	static const char *const texts[] = { "necurs", "EXAMPLE/q", "0%_o", "nothing", "host1", "open-d", "p" };
	struct finding_query q = { .order = (enum finding_order)rnd(4), .limit = 1 + rnd(rnd(2) == 0 ? 60 : 3000) };

	if (rnd(3) == 0)
		q.country = slice_of_str(rnd(4) == 0 ? "-" : countries[rnd(3)]);
	if (rnd(4) == 0)
		q.has_asn = true, q.asn = 64496 + (uint32_t)rnd(8);
	if (rnd(3) == 0)
		q.states = 1 + (unsigned)rnd(31);
	if (rnd(2) == 0)
		q.now_s = T0 + (int64_t)rnd(700) * DAY;
	if (q.now_s != 0 && rnd(6) == 0)
		q.due = true;
	if (rnd(10) == 0)
		q.limit = 0;
	if (rnd(4) == 0)
		q.class_type = slice_of_str(rnd(2) == 0 ? "phishing" : "ddos-amplifier");
	if (rnd(5) == 0)
		q.taxonomy = S("malicious-code");
	if (rnd(5) == 0)
		q.since_s = T0 + (int64_t)rnd(400) * DAY;
	if (rnd(5) == 0)
		q.until_s = T0 + (int64_t)rnd(400) * DAY;
	if (rnd(6) == 0)
		q.new_since_s = T0 + (int64_t)rnd(300) * DAY;
	if (rnd(5) == 0)
		q.feed = slice_of_str(feeds[rnd(2)]);
	else if (rnd(9) == 0)
		q.no_feed = true;
	if (rnd(4) == 0)
		q.text = slice_of_str(texts[rnd(7)]);
	if (rnd(5) == 0)
		q.has_prefix = true, q.prefix = prefixes[rnd(5)], q.hosts = ip_is_v4(q.prefix.ip) && rnd(3) == 0;
	if (rnd(8) == 0)
		q.report = 1 + (int64_t)rnd(40);
	if (rnd(3) == 0) {
		q.after_id = some_id();
		q.after_value = q.order == FINDING_BY_COUNT ? 1 + (int64_t)rnd(5) : T0 + (int64_t)rnd(400) * DAY;
	}
	return q;
}

struct given {
	int64_t id, value;
};

static size_t
walk_read(struct store *s, const struct finding_query *q, struct finding_walk **w, struct given v[3001])
{
	struct err e = ERR_INIT;
	struct finding_row row;
	enum step step = STEP_FAIL;
	size_t n = 0;

	if (!CHECK_OK(finding_open(s, q, w, &e), &e))
		return 0;
	while ((step = finding_next(*w, &row, &e)) == STEP_ITEM && n < 3001)
		v[n++] = (struct given){ row.id, finding_order_value(q->order, &row) };
	CHECK_OK(step == STEP_END || n == 3001, &e);
	return n;
}

/* One question both ways, of one state: the first walk stays open meanwhile. */
static bool
same(struct store *s, const struct finding_query *q)
{
	static struct given mine[3001], right[3001];
	struct finding_walk *w = NULL, *v = NULL;
	struct columns *c = s->columns;
	uint64_t answered = c->answered;
	size_t n = walk_read(s, q, &w, mine), m;
	bool ok;

	/* The database itself answered: a walk that came to its end holds no state for another. */
	if (c->answered == answered) {
		finding_close(&w);
		return true;
	}
	s->columns = NULL;
	m = walk_read(s, q, &v, right);
	s->columns = c;
	ok = CHECK_INT(n, m) && CHECK(memcmp(mine, right, n * sizeof(mine[0])) == 0);
	finding_close(&w);
	finding_close(&v);
	return ok;
}

static bool
same_sum(struct store *s, const struct finding_query *q)
{
	struct finding_sum mine = { 0 }, right = { 0 };
	struct columns *c = s->columns;
	struct finding_query up_to = *q;
	struct err e = ERR_INIT;
	uint64_t n = 0, m = 0;

	up_to.limit = 200;
	CHECK_OK(finding_sum(s, q, &mine, &e), &e);
	CHECK_OK(finding_count_up_to(s, &up_to, &n, &e), &e);
	s->columns = NULL;
	CHECK_OK(finding_sum(s, q, &right, &e), &e);
	CHECK_OK(finding_count_up_to(s, &up_to, &m, &e), &e);
	s->columns = c;
	return CHECK_INT(n, m) && CHECK(memcmp(&mine, &right, sizeof(mine)) == 0);
}

static void
prefixes_make(struct prefix p[5])
{
	static const char *const texts[] = { "100.0.0.0/8", "100.0.0.0/12", "2001:db8::/32", "2001:db8:0:3::/64", "0.0.0.0/0" };

	for (unsigned i = 0; i < 5; i++)
		CHECK(prefix_read_loose(slice_of_str(texts[i]), &p[i]));
}

static void
many_same(struct store *s, unsigned times, bool sums)
{
	struct prefix prefixes[5];

	prefixes_make(prefixes);
	for (unsigned i = 0; i < times; i++) {
		struct finding_query q = some_query(prefixes);
		bool ok = same(s, &q);

		ok = (!sums || same_sum(s, &q)) && ok;
		if (!ok)
			return;
	}
}

static void
columns_dir(const char *name, char dir[512], char db[512])
{
	(void)snprintf(dir, 512, "%s/%s.columns", test_dir(), name);
	(void)snprintf(db, 512, "%s/%s.db", test_dir(), name);
	(void)mkdir(dir, 0700);
}

static struct store *
opened(const char *name, bool read_only)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;
	char dir[512], db[512];

	columns_dir(name, dir, db);
	CHECK_OK(store_open(db, &(struct db_options){ .read_only = read_only }, &s, &e), &e);
	store_columns_open(s, dir);
	return s;
}

static struct store *
keep(const char *name)
{
	struct err e = ERR_INIT;
	struct store *s = opened(name, false);
	bool more = true;

	CHECK_OK(store_columns_keep(s, &e), &e);
	while (more && CHECK_OK(store_columns_work(s, 1, &more, &e), &e))
		continue;
	return s;
}

static struct store *
look_on(const char *name)
{
	return opened(name, true);
}

/* Changes of all kinds, and after each the same answers both ways, where they are kept and elsewhere. */
TEST(columns_answer_as_the_database)
{
	struct store *s = open_new("same.db"), *r;
	struct err e = ERR_INIT;
	uint64_t answered;
	bool more;

	report_of(s, 3000, 0, 3000, 100);
	store_close(&s);
	s = keep("same");
	r = look_on("same");
	CHECK(store_columns_good(r));
	for (int i = 0; i < TURNS; i++) {
		change(s, 100 + i * 3, true);
		/* Lost at times, and then made again, which the other is to notice. */
		if (i % 20 == 19) {
			CHECK_OK(store_acts_again(s, &e), &e);
			CHECK(!store_columns_good(s));
			many_same(r, 2, true);
			for (more = true; more && CHECK_OK(store_columns_work(s, 1, &more, &e), &e);)
				continue;
		}
		CHECK(store_columns_good(r));
		many_same(s, 4, true);
		many_same(r, 8, true);
	}
	answered = r->columns->answered;
	test_case("answered by the columns: %llu", (unsigned long long)answered);
	CHECK(answered > TURNS * 8);
	store_close(&r);
	store_close(&s);
	/* Closed in order and opened again: nothing has to be made. */
	s = opened("same", false);
	CHECK_OK(store_columns_keep(s, &e), &e);
	CHECK(store_columns_good(s));
	many_same(s, 50, true);
	store_close(&s);
}

/* A process that does not keep them changes findings: nobody believes them then. */
TEST(columns_of_another_state_are_not_used)
{
	struct store *s = open_new("stale.db"), *r;
	struct err e = ERR_INIT;

	report_of(s, 500, 0, 3000, 100);
	store_close(&s);
	s = keep("stale");
	store_close(&s);
	r = look_on("stale");
	CHECK(store_columns_good(r));
	{
		char dir[512], db[512];

		columns_dir("stale", dir, db);
		CHECK_OK(store_open(db, &(struct db_options){ 0 }, &s, &e), &e);
		report_of(s, 50, 0, 3000, 101);
		store_close(&s);
	}
	CHECK(!store_columns_good(r));
	many_same(r, 10, true);
	CHECK_INT(r->columns->answered, 0);
	s = keep("stale");
	CHECK(store_columns_good(r));
	many_same(r, 50, true);
	CHECK(r->columns->answered > 0);
	store_close(&r);
	store_close(&s);
}

/* Some acts, of which one does something. */
static void
acts_on(struct store *s, unsigned turn)
{
	struct err e = ERR_INIT;
	int64_t before = 0, now = 0;

	CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM finding_act", &before, &e), &e);
	while (now <= before) {
		act(s, 100 + (int)turn);
		if (!CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM finding_act", &now, &e), &e))
			return;
	}
}

static struct store *
beside(const char *name)
{
	struct store *s = opened(name, false);

	store_columns_beside(s);
	return s;
}

/* What a process beside the keeper changes: the columns wait until the keeper has seen it, and lose nothing. */
TEST(columns_follow_who_writes_beside)
{
	struct store *s = open_new("beside.db"), *r, *b;
	struct err e = ERR_INIT;
	uint64_t answered;
	int64_t left = -1;
	bool more;

	report_of(s, 2000, 0, 3000, 100);
	store_close(&s);
	s = keep("beside");
	r = look_on("beside");
	b = beside("beside");
	for (unsigned turn = 0; turn < 12; turn++) {
		test_case("turn %u", turn);
		acts_on(b, turn);
		CHECK(!store_columns_good(r));
		answered = r->columns->answered;
		many_same(r, 3, true);
		CHECK_INT(r->columns->answered, answered);
		/* By the keeper's own change, by its clock, or when it is started again. */
		if (turn % 3 == 0)
			acts_on(s, turn + 100);
		else if (turn % 3 == 1)
			CHECK_OK(store_columns_work(s, 1, &more, &e), &e);
		else
			store_close(&s), s = keep("beside");
		CHECK(store_columns_good(r));
		CHECK(db_number(store_db(s), "SELECT count(*) FROM finding_beside", &left, &e) && CHECK_INT(left, 0));
		answered = r->columns->answered;
		many_same(r, 20, true);
		CHECK(r->columns->answered > answered);
	}
	/* More than are named; and a keeper that has no columns leaves no list behind. */
	CHECK_OK(db_begin(store_db(b), &e), &e);
	store_changes_all(b);
	CHECK_OK(db_commit(store_db(b), &e), &e);
	acts_on(s, 7);
	CHECK(!store_columns_good(r));
	more = true;
	while (more && CHECK_OK(store_columns_work(s, 1, &more, &e), &e))
		continue;
	CHECK(store_columns_good(r));
	many_same(r, 20, true);
	store_close(&b);
	store_close(&r);
	store_close(&s);
}

/* It grows past its room, in findings and in names, and while it is being made. */
TEST(columns_outgrow_their_room)
{
	struct store *s = open_new("grow.db"), *r;
	uint64_t cap, text;

	report_of(s, 3000, 0, 3000, 100);
	store_close(&s);
	s = keep("grow");
	r = look_on("grow");
	many_same(r, 5, true);
	cap = s->columns->cap;
	text = s->columns->text_cap;
	report_of(s, 100000, 3000, 100000, 101);
	CHECK(s->columns->cap > cap);
	CHECK(s->columns->h != NULL && s->columns->text_cap == text);
	CHECK(store_columns_good(r));
	many_same(r, 3, true);
	report_of(s, 200000, 103000, 200000, 102);
	CHECK(s->columns->text_cap > text);
	CHECK(store_columns_good(s) && store_columns_good(r));
	many_same(r, 3, true);
	many_same(s, 3, true);
	store_close(&r);
	store_close(&s);
}

/* Another process writes as fast as it can; each answer is that of one state. */
static void
writer(const char *name, bool large)
{
	struct store *s = keep(name);
	unsigned at = 3000;

	for (int i = 0;; i++) {
		change(s, 100 + i % 500, false);
		if (large && i % 20 == 0) {
			report_of(s, 20000, at, 20000, 100 + i % 500);
			at += 10000;
		}
	}
}

TEST(columns_while_another_writes)
{
	struct store *s = open_new("two.db"), *r;
	int64_t until = clock_mono_ns() + INT64_C(2000000000);
	unsigned asked = 0;
	pid_t child;

	report_of(s, 3000, 0, 3000, 100);
	store_close(&s);
	s = keep("two");
	store_close(&s);
	child = fork();
	if (child == 0) {
		writer("two", true);
		_exit(0);
	}
	r = look_on("two");
	while (clock_mono_ns() < until) {
		many_same(r, 5, false);
		asked += 5;
	}
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	test_case("asked %u, answered by the columns %llu", asked, (unsigned long long)r->columns->answered);
	CHECK(r->columns->answered > asked / 4);
	store_close(&r);
}

/* Killed anywhere: what is believed afterwards is right. */
TEST(columns_after_kills)
{
	struct store *s = open_new("kill.db");
	unsigned rounds = ROUNDS, kept = 0;
	struct err e = ERR_INIT;

	report_of(s, 3000, 0, 3000, 100);
	store_close(&s);
	for (unsigned i = 0; i < rounds; i++) {
		pid_t child = fork();

		if (child == 0) {
			writer("kill", i % 4 == 0);
			_exit(0);
		}
		(void)usleep((useconds_t)(20000 + rnd(120000)));
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
		s = opened("kill", false);
		CHECK_OK(store_columns_keep(s, &e), &e);
		kept += store_columns_good(s);
		many_same(s, 12, true);
		/* As a power failure leaves it: of another boot, and not closed. */
		if (i % 8 == 7 && s->columns->h != NULL) {
			struct store *r;

			s->columns->h->boot[3] ^= 1;
			r = look_on("kill");
			CHECK(!store_columns_good(r));
			store_close(&r);
			columns_unmap(s->columns);
		}
		store_close(&s);
	}
	test_case("of %u kills %u left columns that are used", rounds, kept);
	CHECK(kept > 0);
}

/* Any bytes: no crash, and no row that is not in the store. */
TEST(columns_damaged)
{
	struct store *s = open_new("damage.db"), *r;
	char dir[512], db[512], path[600];
	struct prefix prefixes[5];
	off_t bytes;
	int fd;

	prefixes_make(prefixes);
	columns_dir("damage", dir, db);
	(void)snprintf(path, sizeof(path), "%s/findings", dir);
	report_of(s, 3000, 0, 3000, 100);
	store_close(&s);
	for (int i = 0; i < 40; i++) {
		s = keep("damage");
		report_of(s, 100, 0, 3000, 110);
		store_close(&s);
		fd = open(path, O_RDWR | O_CLOEXEC);
		CHECK(fd >= 0);
		bytes = lseek(fd, 0, SEEK_END);
		for (int k = 0; k < 4000; k++) {
			uint8_t byte = (uint8_t)rnd(256);
			off_t at = i % 2 == 0 ? (off_t)rnd((uint64_t)bytes) : (off_t)(40 + rnd(600000));

			CHECK(pwrite(fd, &byte, 1, at < 40 ? 40 : at) == 1);
		}
		if (i % 10 == 9)
			CHECK(ftruncate(fd, (off_t)rnd((uint64_t)bytes)) == 0);
		(void)close(fd);
		r = look_on("damage");
		for (int k = 0; k < 30; k++) {
			static struct given v[3001];
			struct finding_query q = some_query(prefixes);
			struct finding_walk *w = NULL;
			struct finding_sum sum;
			struct err e = ERR_INIT;

			(void)walk_read(r, &q, &w, v);
			finding_close(&w);
			CHECK_OK(finding_sum(r, &q, &sum, &e), &e);
		}
		store_close(&r);
		/* Who keeps it goes on with it as it is, if its header still stands. */
		s = keep("damage");
		change(s, 120, false);
		store_close(&s);
		(void)unlink(path);
	}
}

int
main(void)
{
	RUN(columns_answer_as_the_database);
	RUN(columns_of_another_state_are_not_used);
	RUN(columns_follow_who_writes_beside);
	RUN(columns_outgrow_their_room);
	RUN(columns_while_another_writes);
	RUN(columns_after_kills);
	RUN(columns_damaged);
	return test_end();
}
