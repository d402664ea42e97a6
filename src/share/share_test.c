/* From findings to mails: who is told what, in which language, once. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "intake/xarf_rules.h"
#include "parse/base64.h"
#include "share/compose.h"
#include "share/share_testing.h"
#include "test.h"

TEST(who_is_told)
{
	struct store *s = filled("who");
	struct notices_summary sum = prepare(s);

	CHECK_INT(sum.findings, 6);
	CHECK_INT(sum.nobody, 1); /* AS 64499 */
	/* abuse@a: 2; focal@es: 2; abuse@b: spam; focal@fr: spam, and the fact of CLASS_VIOLENCE */
	CHECK_INT(sum.told, 7);
	CHECK_INT(sum.notices, 4);
	/* RED to both; CLASS_VIOLENCE to the network */
	CHECK_INT(sum.refused, 3);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM transfer WHERE allowed = 0 AND rule = 'tlp'"), 2);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM transfer WHERE allowed = 0 AND rule = 'child-protection'"), 1);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM transfer WHERE allowed = 1"), 7);
	/* Nothing goes into a notice that the policy did not allow. */
	CHECK_INT(number(s, "SELECT COUNT(*) FROM notice_finding nf WHERE NOT EXISTS (SELECT 1 FROM transfer t WHERE t.notice = nf.notice AND t.finding = nf.finding AND t.allowed = 1)"), 0);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM notice_message WHERE message LIKE '%secret%'"), 0);
	sum = prepare(s);
	CHECK_INT(sum.notices, 0);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM transfer WHERE allowed = 0"), 3); /* said once */
	store_close(&s);
}

static size_t
files_in(const char *dir)
{
	struct dir_list l;
	struct err e = ERR_INIT;
	size_t n = 0;

	if (dir_list(dir, true, &l, &e)) {
		n = l.count;
		dir_list_free(&l);
	}
	return n;
}

/* As a crash leaves it: who marked, and what stands there. */
static void
crashed(struct store *s, const char *batch, const char *state)
{
	char sql[200];
	struct err e = ERR_INIT;

	(void)snprintf(sql, sizeof(sql), "INSERT INTO setting (key, value) VALUES ('notices.batch', '%s') ON CONFLICT (key) DO UPDATE SET value = excluded.value", batch);
	CHECK_OK(db_exec(store_db(s), sql, &e), &e);
	(void)snprintf(sql, sizeof(sql), "UPDATE notice SET state = '%s', next_s = 0, attempts = 0", state);
	CHECK_OK(db_exec(store_db(s), sql, &e), &e);
}

/* The batch's mark of this very run of the machine. */
static const char *
this_boot(const char *way)
{
	static char out[96];
	char boot[64] = "";
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");

	if (f != NULL && fscanf(f, "%63s", boot) != 1)
		boot[0] = '\0';
	if (f != NULL)
		(void)fclose(f);
	(void)snprintf(out, sizeof(out), "%s %s", way, boot);
	return out;
}

TEST(outbox)
{
	struct store *s = filled("outbox");
	char dir[PATH_TEXT_MAX], sub[PATH_TEXT_MAX], from[PATH_TEXT_MAX], to[PATH_TEXT_MAX];
	struct way_options wo = { .outbox = path_join(dir, test_dir(), "box") };
	struct notices_summary sum = prepare(s);
	struct err e = ERR_INIT;
	struct dir_list l;

	CHECK_OK(send_all(s, &way_outbox, &wo, &sum, &e), &e);
	CHECK_INT(sum.sent, 4);
	CHECK_INT(files_in(path_join(sub, dir, "new")), 4);
	CHECK_INT(files_in(path_join(sub, dir, "tmp")), 0);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM finding_now WHERE state_now = 1"), 4);
	/* Power fails between the renames and their record; by then one was read, one did not reach the disk. */
	crashed(s, "outbox another-boot", "sending");
	if (CHECK_OK(dir_list(path_join(sub, dir, "new"), true, &l, &e), &e)) {
		CHECK(unlink(path_join(from, sub, l.names[0])) == 0);
		(void)path_join(from, path_join(sub, dir, "new"), l.names[1]);
		(void)path_join(to, path_join(sub, dir, "tmp"), l.names[1]);
		CHECK(rename(from, to) == 0);
		dir_list_free(&l);
	}
	sum = (struct notices_summary){ 0 };
	CHECK_OK(send_all(s, &way_outbox, &wo, &sum, &e), &e);
	CHECK_INT(sum.sent, 4);
	CHECK_INT(files_in(path_join(sub, dir, "new")), 3); /* what was read is not there again */
	CHECK_INT(files_in(path_join(sub, dir, "tmp")), 0);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE state = 'sent'"), 4);
	/* Staged and not marked: still drafts, written anew. */
	crashed(s, "outbox another-boot", "draft");
	sum = (struct notices_summary){ 0 };
	CHECK_OK(send_all(s, &way_outbox, &wo, &sum, &e), &e);
	CHECK_INT(files_in(path_join(sub, dir, "new")), 4);
	/* It cannot be written: an error with the path, and nothing is lost. */
	crashed(s, "outbox another-boot", "draft");
	CHECK_OK(db_exec(store_db(s), "UPDATE notice SET id = 'a/b' WHERE id = (SELECT MIN(id) FROM notice)", &e), &e);
	CHECK_OK(db_exec(store_db(s), "INSERT INTO notice_message VALUES ('a/b', 'x')", &e), &e);
	CHECK(!send_all(s, &way_outbox, &wo, &sum, &e));
	CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE state = 'draft'"), 4);
	store_close(&s);
}

/* What is said of a batch after a crash, by where it stood and whether the machine went down. */
TEST(after_a_crash)
{
	static const struct {
		const char *name, *way, *boot, *state, *comes;
	} cases[] = {
		{ "killed before its dialogue", "smtp", "same", "queued", "failed" },
		{ "killed in its dialogue", "smtp", "same", "sending", "uncertain" },
		{ "power cut, its dialogue perhaps begun", "smtp", "other", "queued", "uncertain" },
		{ "power cut in its dialogue", "smtp", "other", "sending", "uncertain" },
		{ "by another way, which would know", "outbox", "same", "sending", "uncertain" },
		{ "the machine does not say", "smtp", "", "queued", "uncertain" },
	};
	struct store *s = filled("crash");
	struct way_options wo = { .url = S("smtp://127.0.0.1:1"), .tls = S("off") };
	struct notices_summary sum = prepare(s);
	struct err e = ERR_INIT;
	char batch[128], sql[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%s", cases[i].name);
		(void)snprintf(batch, sizeof(batch), "%s %s", cases[i].way, cases[i].boot);
		crashed(s, strcmp(cases[i].boot, "same") == 0 ? this_boot(cases[i].way) : batch, cases[i].state);
		sum = (struct notices_summary){ 0 };
		CHECK_OK(send_all(s, &way_smtp, &wo, &sum, &e), &e);
		CHECK_INT(sum.sent, 0);
		/* The server is away: one attempt says it for all that are to be sent. */
		(void)snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM notice WHERE state = '%s'", cases[i].comes);
		CHECK_INT(number(s, sql), strcmp(cases[i].comes, "failed") == 0 ? 1 : 4);
		CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE state IN ('queued', 'sending', 'sent')"), 0);
		CHECK_INT(sum.uncertain, strcmp(cases[i].comes, "failed") == 0 ? 0 : 4);
	}
	/* Four were marked, and the batch did not come to its end. */
	for (int boot = 0; boot < 2; boot++) {
		test_case("marks, %s", boot == 0 ? "killed" : "power cut");
		crashed(s, boot == 0 ? this_boot("smtp") : "smtp another", "queued");
		CHECK_OK(db_exec(store_db(s), "UPDATE finding SET state = 0; DELETE FROM finding_act;"
		    " INSERT INTO setting (key, value) SELECT 'notices.mark.' || printf('%03d', rowid), id || substr(' sent 250 taken', 1, CASE WHEN rowid % 2 THEN 99 ELSE 0 END) FROM notice WHERE rowid <= 2;"
		    " INSERT INTO setting (key, value) SELECT 'notices.mark.003', id || ' later 451 come back' FROM notice WHERE rowid = 3;"
		    " INSERT INTO setting (key, value) VALUES ('notices.mark.063', ''), ('notices.mark.062', 'Nowhere sent')", &e), &e);
		sum = (struct notices_summary){ 0 };
		CHECK_OK(send_all(s, &way_smtp, &wo, &sum, &e), &e);
		CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE rowid = 1 AND state = 'sent' AND reply = '250 taken' AND attempts = 1"), 1);
		CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE rowid = 2 AND state = 'uncertain' AND attempts = 1"), 1);
		CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE rowid = 3 AND state = 'failed' AND reply = '451 come back' AND attempts = 1"), 1);
		/* The one that was only queued: tried again after a kill, in doubt after a power cut. */
		CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE rowid = 4 AND state = 'failed' AND attempts = 0"), boot == 0);
		CHECK_INT(sum.uncertain, boot == 0 ? 1 : 2);
		CHECK_INT(sum.sent, 1);
		CHECK_INT(number(s, "SELECT COUNT(*) FROM finding_act WHERE act = 1 AND comment = (SELECT id FROM notice WHERE rowid = 1)"),
		    number(s, "SELECT COUNT(*) FROM notice_finding WHERE notice = (SELECT id FROM notice WHERE rowid = 1)"));
		CHECK_INT(number(s, "SELECT COUNT(*) FROM setting WHERE key LIKE 'notices.mark.%'"), 0);
	}
	test_case("a person's word");
	{
		struct slice id = S("N1");

		crashed(s, "smtp x", "uncertain");
		CHECK_OK(db_exec(store_db(s), "UPDATE notice SET id = 'N1' WHERE id = (SELECT MIN(id) FROM notice)", &e), &e);
		CHECK_OK(notice_say(s, id, NOTICE_ARRIVED, NOW, &e), &e);
		CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE id = 'N1' AND state = 'sent'"), 1);
		CHECK(!notice_say(s, id, NOTICE_WITHDRAW, NOW, &e) && e.code == ERR_CONFLICT);
		CHECK_OK(notice_say(s, id, NOTICE_AGAIN, NOW, &e), &e);
		CHECK_OK(notice_say(s, id, NOTICE_WITHDRAW, NOW, &e), &e);
		CHECK(!notice_say(s, id, NOTICE_ARRIVED, NOW, &e) && e.code == ERR_CONFLICT);
		CHECK(!notice_say(s, S("N2"), NOTICE_AGAIN, NOW, &e) && e.code == ERR_ABSENT);
		crashed(s, "smtp x", "sending");
		CHECK(!notice_say(s, id, NOTICE_AGAIN, NOW, &e) && e.code == ERR_CONFLICT);
	}
	wo.tls = S("sometimes");
	CHECK(!send_all(s, &way_smtp, &wo, &sum, &e));
	wo.tls = S("try");
	wo.user = S("u");
	CHECK(!send_all(s, &way_smtp, &wo, &sum, &e));
	store_close(&s);
}

/*
 * A way that keeps what it is given, and at the first message copies the
 * database as it then lies on the disk: what is left after a power cut.
 */
struct tally {
	char ids[64][40];
	size_t count;
	const char *from, *to; /* of the database; NULL: no copy */
};

static struct tally tally;

static bool
tally_open(const struct way_options *o, void **state_out, struct err *e)
{
	(void)o;
	(void)e;
	*state_out = &tally;
	return true;
}

static void
tally_close(void **state)
{
	*state = NULL;
}

static enum way_result
tally_send(void *state, const struct message *m, char reply[WAY_REPLY_MAX])
{
	struct tally *t = state;
	char command[3 * PATH_TEXT_MAX];

	(void)reply;
	if (t->from != NULL) {
		(void)snprintf(command, sizeof(command), "cp %s %s && cp %s-wal %s-wal", t->from, t->to, t->from, t->to);
		/* NOLINTNEXTLINE(cert-env33-c): names of our own */
		CHECK(system(command) == 0);
		t->from = NULL;
	}
	CHECK(m->committing(m->cookie));
	(void)snprintf(t->ids[t->count++ % 64], 40, "%.*s", SLICE_ARG(m->id));
	return WAY_SENT;
}

static const struct way way_tally = { .name = "tally", .batch_max = 64, .open = tally_open, .close = tally_close, .send = tally_send };

TEST(power_cut)
{
	char from[PATH_TEXT_MAX], to[PATH_TEXT_MAX];
	struct way_options wo = { .url = S("") };
	struct notices_summary sum = { 0 };
	struct err e = ERR_INIT;
	struct store *s = filled("cut");

	/* 20 drafts: more than the first batch. */
	(void)prepare(s);
	CHECK_OK(db_exec(store_db(s), "DELETE FROM notice; DELETE FROM notice_finding; DELETE FROM notice_message", &e), &e);
	for (int i = 0; i < 20; i++) {
		char sql[400];

		(void)snprintf(sql, sizeof(sql), "INSERT INTO notice (id, contact, email, medium, lang, format, created_s, state, state_s, attempts, next_s, reply, findings)"
		    " VALUES ('N%02d', 1, 'a@b.example', 'mail', 'en', 'csv', 0, 'draft', 0, 0, 0, '', 0); INSERT INTO notice_message VALUES ('N%02d', 'x')", i, i);
		CHECK_OK(db_exec(store_db(s), sql, &e), &e);
	}
	tally = (struct tally){ .from = path_join(from, test_dir(), "cut.db"), .to = path_join(to, test_dir(), "left.db") };
	CHECK_OK(send_all(s, &way_tally, &wo, &sum, &e), &e);
	CHECK_INT(tally.count, 20);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE state = 'sent'"), 20);
	store_close(&s);
	/* All 20 went; the disk knows of the first batch's mark alone. */
	CHECK_OK(store_open(to, &(struct db_options){ 0 }, &s, &e), &e);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE state = 'queued'"), 8);
	CHECK_OK(db_exec(store_db(s), "UPDATE setting SET value = 'tally another' WHERE key = 'notices.batch'", &e), &e);
	tally.count = 0;
	sum = (struct notices_summary){ 0 };
	CHECK_OK(send_all(s, &way_tally, &wo, &sum, &e), &e);
	CHECK_INT(sum.uncertain, 8);
	CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE state = 'uncertain' AND attempts = 1"), 8);
	/* The copy is of before the second batch: those 12 stand for ones that had not begun. */
	CHECK_INT(tally.count, 12);
	for (size_t i = 0; i < tally.count; i++)
		CHECK(strcmp(tally.ids[i], "N08") >= 0);
	store_close(&s);
}

/*
 * What came between preparing and sending, and what goes out then. Of the four
 * notices abuse@a and focal@es hold two findings, abuse@b one, focal@fr two.
 */
static const struct again_case {
	const char *name;
	enum tlp set; /* the setting when it was prepared */
	const char *between; /* SQL */
	uint64_t taken_out, withdrawn, sent;
	const char *rule; /* in the log, as often as taken_out */
	const char *gone; /* from every message; NULL: look at nothing */
} agains[] = {
	{ "nothing", TLP_AMBER, "SELECT 1", 0, 0, 4, "", NULL },
	{ "a condition", TLP_AMBER, "INSERT INTO contact_off (id, value, class, feed, reason, by_whom, from_s, until_s, created_s) VALUES (1, '', 'infected-system', '', 'asked us', 'x', 0, 0, 0)", 2, 0, 4, "off", "necurs" },
	{ "a condition that has ended", TLP_AMBER, "INSERT INTO contact_off (id, value, class, feed, reason, by_whom, from_s, until_s, created_s) VALUES (1, '', 'infected-system', '', 'asked us', 'x', 0, 5, 0)", 0, 0, 4, "off", NULL },
	{ "a contact is gone", TLP_AMBER, "DELETE FROM contact WHERE email = 'abuse@b.example'", 1, 1, 3, "no-contact", NULL },
	{ "a contact has another mailbox", TLP_AMBER, "UPDATE contact SET email = 'new@b.example' WHERE email = 'abuse@b.example'", 1, 1, 3, "no-contact", NULL },
	{ "a contact has one mailbox more", TLP_AMBER, "UPDATE contact SET email = 'new@b.example,abuse@b.example' WHERE email = 'abuse@b.example'", 0, 0, 4, "", NULL },
	{ "a contact has ended", TLP_AMBER, "UPDATE contact SET expires_s = 1 WHERE email = 'focal@es.example'", 2, 1, 3, "no-contact", NULL },
	{ "a finding became RED", TLP_AMBER, "UPDATE finding SET tlp = 4 WHERE id >> 31 = 3221225985", 2, 0, 4, "tlp", "necurs" },
	{ "a finding became stricter", TLP_CLEAR, "UPDATE finding SET tlp = 2 WHERE id >> 31 = 3221225985", 0, 0, 4, "", NULL },
	{ "a finding is resolved", TLP_AMBER, "UPDATE finding SET state = 3 WHERE id >> 31 = 3221225985", 2, 0, 4, "state", "necurs" },
	{ "a finding is acknowledged", TLP_AMBER, "UPDATE finding SET state = 2 WHERE id >> 31 = 3221225985", 2, 0, 4, "state", "necurs" },
	{ "a finding is of another network", TLP_AMBER, "UPDATE finding SET asn = 1, country = 'IT' WHERE id >> 31 = 3221225985", 2, 0, 4, "no-contact", "necurs" },
	{ "all of it", TLP_AMBER, "DELETE FROM contact", 7, 4, 0, "no-contact", NULL },
	{ "tried before", TLP_AMBER, "UPDATE notice SET state = 'failed', attempts = 3, next_s = 1; DELETE FROM contact WHERE email = 'abuse@b.example'", 1, 1, 3, "no-contact", NULL },
};

/* What every message holds as one text, attachments decoded. */
static void
all_text(struct store *s, struct buf *out, size_t *marked)
{
	struct stmt *q = NULL;
	struct err e = ERR_INIT;

	*marked = 0;
	if (!CHECK_OK(db_prepare(store_db(s), "SELECT m.message FROM notice_message m JOIN notice n ON n.id = m.notice WHERE n.state = 'sent'", &q, &e), &e))
		return;
	while (stmt_step(q, &e) == STEP_ITEM) {
		struct slice rest = stmt_col(q, 0), line, decoded;
		enum tlp tlp = TLP_CLEAR;
		struct arena a;

		arena_init(&a, 1 << 20);

		*marked += compose_marked(rest, &tlp) && tlp == TLP_AMBER;
		while (slice_cut(&rest, '\n', &line) && rest.p != NULL) {
			buf_put(out, line);
			if (base64_read(slice_trim(line), &a, &decoded))
				buf_put(out, decoded);
		}
		arena_fini(&a);
	}
	stmt_free(&q);
}

TEST(asked_again)
{
	for (size_t i = 0; i < sizeof(agains) / sizeof(agains[0]); i++) {
		const struct again_case *k = &agains[i];
		char name[32], sql[200];
		struct notices_summary sum = { 0 };
		struct err e = ERR_INIT;
		struct store *s;
		size_t marked;
		struct buf b;

		(void)snprintf(name, sizeof(name), "again%zu", i);
		s = filled(name);
		test_case("%s", k->name);
		options.tlp = k->set;
		(void)prepare(s);
		CHECK_OK(db_exec(store_db(s), "CREATE TABLE was AS SELECT * FROM notice_message", &e), &e);
		CHECK_OK(db_exec(store_db(s), k->between, &e), &e);
		tally.count = 0;
		CHECK_OK(send_all(s, &way_tally, &(struct way_options){ .url = S("") }, &sum, &e), &e);
		options.tlp = TLP_AMBER;
		CHECK_INT(sum.taken_out, k->taken_out);
		CHECK_INT(sum.withdrawn, k->withdrawn);
		CHECK_INT(sum.sent, k->sent);
		CHECK_INT(tally.count, k->sent);
		CHECK_INT(number(s, "SELECT COUNT(*) FROM notice WHERE state = 'withdrawn' AND findings = 0 AND reply <> ''"), k->withdrawn);
		(void)snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM transfer WHERE allowed = 0 AND notice IS NOT NULL AND rule = '%s'", k->rule);
		CHECK_INT(number(s, sql), k->taken_out);
		CHECK_INT(number(s, "SELECT COUNT(*) FROM notice_finding"), 7 - k->taken_out);
		CHECK_INT(number(s, "SELECT COUNT(*) FROM notice n WHERE findings <> (SELECT COUNT(*) FROM notice_finding WHERE notice = n.id)"), 0);
		/* What nothing was taken out of is the same to the byte. */
		if (k->set == TLP_AMBER)
			CHECK_INT(number(s, "SELECT COUNT(*) FROM notice_message m JOIN was w ON w.notice = m.notice AND w.message <> m.message"
			    " WHERE m.notice NOT IN (SELECT notice FROM transfer WHERE allowed = 0 AND notice IS NOT NULL)"), 0);
		buf_init(&b, 1 << 22);
		all_text(s, &b, &marked);
		CHECK(b.len > 100 || k->sent == 0);
		CHECK(k->gone == NULL || slice_find(buf_view(&b), slice_of_str(k->gone)) == SIZE_MAX);
		if (k->sent == 4)
			CHECK_INT(marked, k->set == TLP_AMBER ? 4 : 2);
		buf_fini(&b);
		store_close(&s);
	}
}

/* A person's word does not open the gate; what was taken out is told when that changes. */
TEST(asked_again_at_a_word)
{
	struct store *s = filled("word");
	struct notices_summary sum = { 0 };
	struct err e = ERR_INIT;

	(void)prepare(s);
	CHECK_OK(send_all(s, &way_tally, &(struct way_options){ .url = S("") }, &sum, &e), &e);
	CHECK_INT(sum.sent, 4);
	CHECK_OK(db_exec(store_db(s), "UPDATE notice SET id = 'N1' WHERE email = 'abuse@b.example'; UPDATE notice_message SET notice = 'N1' WHERE notice NOT IN (SELECT id FROM notice);"
	    " UPDATE notice_finding SET notice = 'N1' WHERE notice NOT IN (SELECT id FROM notice); UPDATE contact SET email = 'x@b.example' WHERE email = 'abuse@b.example'", &e), &e);
	CHECK_OK(notice_say(s, S("N1"), NOTICE_AGAIN, NOW, &e), &e);
	sum = (struct notices_summary){ 0 };
	options.only = S("N1");
	CHECK_OK(send_all(s, &way_tally, &(struct way_options){ .url = S("") }, &sum, &e), &e);
	CHECK_INT(sum.sent, 0);
	CHECK_INT(sum.withdrawn, 1);
	/* Now it is withdrawn, and not to be sent. */
	CHECK(!send_all(s, &way_tally, &(struct way_options){ .url = S("") }, &sum, &e) && e.code == ERR_CONFLICT);
	options.only = SLICE_NONE;
	CHECK_OK(db_exec(store_db(s), "UPDATE contact SET email = 'abuse@b.example' WHERE email = 'x@b.example'", &e), &e);
	sum = prepare(s);
	CHECK_INT(sum.notices, 1);
	store_close(&s);
}

/* One mailbox is the contact of the network and the focal point: each finding once, both said. */
TEST(two_roles)
{
	struct store *s = filled("roles");
	struct notices_summary sum;
	struct err e = ERR_INIT;
	struct buf b;
	size_t n;

	CHECK_OK(db_exec(store_db(s), "UPDATE contact SET email = 'both@es.example', lang = 'en' WHERE email LIKE '%a.example' OR email LIKE '%es.example'", &e), &e);
	sum = prepare(s);
	CHECK_INT(sum.notices, 3);
	CHECK_INT(number(s, "SELECT findings FROM notice WHERE email = 'both@es.example'"), 2);
	CHECK_OK(db_exec(store_db(s), "UPDATE notice SET state = CASE email WHEN 'both@es.example' THEN 'sent' ELSE 'withdrawn' END", &e), &e);
	buf_init(&b, 1 << 20);
	all_text(s, &b, &n);
	CHECK(slice_find(buf_view(&b), S("You are told as the contact of AS64496.")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&b), S("You are told as the focal point of the country Spain.")) != SIZE_MAX);
	buf_fini(&b);
	store_close(&s);
}

struct pauses { unsigned n, inside; const struct db *db; };

static bool
count_pause(void *cookie, struct err *e)
{
	struct pauses *p = cookie;

	(void)e;
	p->n++;
	p->inside += db_in_transaction(p->db);
	return true;
}

/* More than are sorted at a time, of seven mailboxes in turn: a digest each, which has all of its findings. */
TEST(many_pairs)
{
	struct store *s = filled("many");
	struct notices_options o = options;
	struct notices_summary sum = { 0 };
	struct contacts *c = NULL;
	struct err e = ERR_INIT;
	struct pauses pauses = { 0, 0, store_db(s) };

	CHECK_OK(db_begin(store_db(s), &e), &e);
	for (int64_t i = 0; i < 7; i++) {
		const int64_t v[] = { 65100 + i };

		CHECK_OK(db_run(store_db(s), "INSERT INTO contact SELECT (SELECT max(id) + 1 FROM contact), layer, source, scope, '' || ?1, lo, hi, name,"
			" 'abuse@as' || ?1 || '.example', lang, medium, interval_s, format, openpgp, url, checked_s, expires_s, disputed_s FROM contact WHERE value = '64496'", v, 1, NULL, &e), &e);
	}
	for (int64_t i = 0; i < 30000; i++) {
		const int64_t v[] = { i, 65100 + i % 7 };

		CHECK_OK(db_run(store_db(s), "INSERT INTO finding (id, class, kind, port, tlp, asn, country, first_s, last_s, count, state, state_s, first_at)"
			" SELECT id + (?1 + 1000) * 2147483648, class, kind, port, 0, ?2, 'SE', first_s, last_s, 1, state, state_s, first_at FROM finding"
			" WHERE asn = 64496 AND ip IS NULL AND class <> 12 ORDER BY id LIMIT 1", v, 2, NULL, &e), &e);
	}
	CHECK_OK(db_commit(store_db(s), &e), &e);
	CHECK_OK(contacts_load(s, &c, &e), &e);
	o.pause = count_pause;
	o.pause_cookie = &pauses;
	CHECK_OK(notices_prepare(s, c, &o, &sum, &e), &e);
	contacts_free(&c);
	/* Between rows of each digest, too, as they are large; and never within a transaction. */
	CHECK(pauses.n > 30);
	CHECK_INT(pauses.inside, 0);
	CHECK_INT(number(s, "SELECT count(*) FROM notice WHERE email LIKE 'abuse@as%'"), 7);
	CHECK_INT(number(s, "SELECT sum(findings) FROM notice WHERE email LIKE 'abuse@as%'"), 30000);
	CHECK_INT(number(s, "SELECT max(findings) - min(findings) FROM notice WHERE email LIKE 'abuse@as%'"), 1);
	store_close(&s);
}

int
main(void)
{
	RUN(who_is_told);
	RUN(many_pairs);
	RUN(outbox);
	RUN(after_a_crash);
	RUN(power_cut);
	RUN(asked_again);
	RUN(asked_again_at_a_word);
	RUN(two_roles);
	return test_end();
}
