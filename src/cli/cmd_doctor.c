#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "flow.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "flow_reader.h"
#include "intake/reader.h"
#include "node.h"
#include "parse/date.h"
#include "store/agreements.h"
#include "store/findings.h"
#include "store/object.h"

struct doctor {
	struct cli *cli;
	struct table table;
	struct node *node;
	struct progress progress;
	uint64_t checked, damaged;
	bool bad;
};

enum verdict { GOOD, WARN, BAD };

static void
say(struct doctor *d, const char *what, enum verdict v, const char *text)
{
	static const char *const words[] = { N_("good"), N_("look"), N_("BAD") };

	table_str(&d->table, what);
	table_str(&d->table, d->cli->json ? words[v] : T(words[v]));
	table_str(&d->table, text);
	d->bad = d->bad || v == BAD;
}

static void
store_trouble(void *cookie, const char *text)
{
	say(cookie, T("store"), BAD, text);
}

static bool
report_check(void *cookie, const struct sha256 *sha, struct err *e)
{
	struct doctor *d = cookie;
	struct err why = ERR_INIT;
	struct report r;
	struct arena a;
	char text[1024];
	bool known, ok;

	d->checked++;
	if (archive_verify(d->node->archive, sha, &why) || d->damaged++ >= 10)
		return true;
	/* Whose bytes are lost, so that they can be asked for again. */
	arena_init(&a, (size_t)1 << 20);
	ok = report_find(d->node->store, sha, &a, &r, &known, e);
	if (ok && known)
		(void)snprintf(text, sizeof(text), T("report %lld, %s: %s"), (long long)r.id, QUOTE(slice_sub(r.name, 0, 200)), why.text);
	else
		(void)snprintf(text, sizeof(text), "%s", why.text);
	if (ok)
		say(d, T("archive"), BAD, text);
	arena_fini(&a);
	return ok;
}

struct missing {
	struct doctor *d;
	uint64_t count;
};

static bool
report_there(void *cookie, const struct report *r, struct err *e)
{
	struct missing *m = cookie;

	(void)e;
	m->count += !archive_has(m->d->node->archive, &r->sha);
	return true;
}

static bool
report_listed(void *cookie, const struct sha256 *sha, struct err *e)
{
	struct missing *m = cookie;
	struct report r;
	struct arena a;
	bool found, ok;

	arena_init(&a, 1 << 16);
	ok = report_find(m->d->node->store, sha, &a, &r, &found, e);
	m->count += ok && !found;
	arena_fini(&a);
	return ok;
}

/* A later reception, of which only the archive knows. */
static bool
note_listed(void *cookie, const struct sha256 *sha, uint32_t day, struct err *e)
{
	struct missing *m = cookie;
	struct report first;
	struct arena a;
	int64_t order;
	bool found, ok;

	ok = report_on_day(m->d->node->store, sha, day, &found, e);
	if (!ok || found)
		return ok;
	arena_init(&a, 1 << 20);
	flow_note(m->d->node, sha, 0, &a, &first, &order);
	m->count += report_day(&first) != day;
	arena_fini(&a);
	return true;
}

static void
sandbox(struct doctor *d)
{
	struct reader_sandbox s;
	char text[256];

	reader_sandbox_probe(&s);
	(void)snprintf(text, sizeof(text), T("seccomp: %s, Landlock: %s, rlimits: %s"), s.seccomp ? T("yes") : T("no"),
	    s.landlock ? T("yes") : T("no"), s.limits ? T("yes") : T("no"));
	say(d, T("readers' sandbox"), !s.seccomp ? BAD : s.landlock && s.limits ? GOOD : WARN, text);
}

static void
disk(struct doctor *d)
{
	struct statvfs v;
	char text[128];
	double free_gib;

	if (statvfs(d->node->dir, &v) != 0)
		return;
	free_gib = (double)v.f_bavail * (double)v.f_frsize / 1073741824;
	(void)snprintf(text, sizeof(text), T("%.1f GiB free"), free_gib);
	say(d, T("disk"), free_gib < 1 ? BAD : free_gib < 10 ? WARN : GOOD, text);
}

static void
networks(struct doctor *d)
{
	if (d->node->networks_bad)
		say(d, T("networks"), BAD, T("networks.tbl cannot be used, findings get no network from it; make it again: entente networks --asn FILE --country FILE, then entente replay"));
	else if (d->node->networks == NULL)
		say(d, T("networks"), WARN, T("no table yet: entente networks --asn FILE --country FILE"));
	else
		say(d, T("networks"), GOOD, T("the table is there and whole"));
}

static void
table_said(void *cookie, const char *path, const struct err *why)
{
	struct doctor *d = cookie;
	char text[1024];

	if (why == NULL) {
		say(d, T("own table"), GOOD, path);
		return;
	}
	(void)snprintf(text, sizeof(text), T("%s: %s. It is left out until it is mended or taken away"), path, why->text);
	say(d, T("own table"), BAD, text);
}

/* Those of the node's own; what ships is good. */
static void
warning_lists(struct doctor *d)
{
	struct warnings *w = warnings_new();

	warnings_add_folder(w, node_path(d->node, "warnings"), table_said, d);
	warnings_free(&w);
}

static void
sender(struct doctor *d)
{
	struct slice mail = d->node->conf.mail;
	char text[256];

	(void)snprintf(text, sizeof(text), "%.*s", (int)(mail.len > 200 ? 200 : mail.len), (const char *)mail.p);
	say(d, T("sender"), mail.len == 0 ? WARN : GOOD, mail.len == 0 ?
	    T("no mail address in entente.conf: notices would have no sender") : text);
}

/* A secret in a file: there, and its owner's alone. */
static enum verdict
password(const struct node_conf *c, char *text, size_t size)
{
	char path[4096];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%.*s", SLICE_ARG(c->smtp_password_file));
	if (access(path, R_OK) != 0 || stat(path, &st) != 0)
		(void)snprintf(text, size, T("password_file: %s cannot be read"), path);
	else if ((st.st_mode & 077) != 0)
		(void)snprintf(text, size, T("password_file: others may read %s: chmod 600"), path);
	else
		return GOOD;
	return BAD;
}

/* The way out of notices, as far as it can be seen without sending any. */
static void
way(struct doctor *d)
{
	const struct node_conf *c = &d->node->conf;
	char text[4400];
	enum verdict v = GOOD;

	if (!slice_eq(c->way, S("smtp"))) {
		say(d, T("way out"), GOOD, T("outbox: notices lie in the node's folder, and something else sends them"));
		return;
	}
	(void)snprintf(text, sizeof(text), "%.*s", SLICE_ARG(c->smtp_url));
	if (c->smtp_url.len == 0) {
		v = BAD;
		(void)snprintf(text, sizeof(text), "%s", T("way = smtp needs url in [smtp] of entente.conf"));
	} else if (c->smtp_user.len > 0 && c->smtp_password_file.len == 0) {
		v = BAD;
		(void)snprintf(text, sizeof(text), "%s", T("user in [smtp] needs password_file"));
	} else if (c->smtp_password_file.len > 0) {
		v = password(c, text, sizeof(text));
	}
	if (v == GOOD && slice_eq(c->smtp_tls, S("off"))) {
		v = WARN;
		(void)snprintf(text, sizeof(text), "%s", T("tls = off: notices go out in plain text"));
	}
	say(d, T("way out"), v, text);
}

/* Made before the rights were narrow, or widened since. */
static void
rights(struct doctor *d)
{
	static const char *const names[] = { ".", "entente.conf", "store.db", "archive", "outbox" };
	const char *who = d->node->conf.group ? "g-w,o-rwx" : "go-rwx";
	mode_t mask = d->node->conf.group ? 027 : 077;
	char text[4400];
	struct stat st;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (stat(node_path(d->node, names[i]), &st) != 0 || (st.st_mode & mask) == 0)
			continue;
		(void)snprintf(text, sizeof(text), T("others on this machine may read or change what is kept: chmod -R %s %s"), who, d->node->dir);
		say(d, T("rights"), BAD, text);
		return;
	}
	say(d, T("rights"), GOOD, d->node->conf.group ? T("its owner's, and its group's to read") : T("its owner's alone"));
}

/* One that does not verify lets nothing flow, and that is for a person to look at. */
static bool
agreements(struct doctor *d, struct err *e)
{
	struct agreements all;
	char text[256];

	if (!agreements_load(d->node->store, clock_now_s(), &all, e))
		return false;
	if (all.n + all.refused > 0) {
		(void)snprintf(text, sizeof(text), T("%llu verified, %llu that cannot be and count as none"), (unsigned long long)all.n, (unsigned long long)all.refused);
		say(d, T("agreements"), all.refused > 0 ? BAD : GOOD, text);
	}
	agreements_fini(&all);
	return true;
}

static void
object_trouble(void *cookie, const char *text)
{
	say(cookie, T("objects"), BAD, text);
}

static void
object_progress(void *cookie, uint64_t objects)
{
	struct doctor *d = cookie;

	progress_at(&d->progress, objects, NULL);
}

/* What to do where they are not whole: what is left of them can be taken to a new node. */
static bool
objects(struct doctor *d, struct err *e)
{
	struct objects_check x = { .each = cli_has(d->cli, "full"), .say = object_trouble, .progress = object_progress, .cookie = d };
	char text[256];
	bool ok;

	progress_begin(&d->progress, T("objects"), 0, d->cli->quiet || !x.each);
	ok = objects_check(d->node->store, &x, e);
	progress_end(&d->progress);
	if (!ok)
		return false;
	if (x.bad > OBJECTS_BAD_SHOWN) {
		(void)snprintf(text, sizeof(text), T("%llu objects are wrong in all"), (unsigned long long)x.bad);
		say(d, T("objects"), BAD, text);
	}
	if (x.troubles > 0) {
		say(d, T("objects"), WARN, T("put a copy of the node's folder back, or take what is whole to a new one: entente objects export -c NAME, for each of entente objects collections"));
	} else if (x.objects > 0) {
		(void)snprintf(text, sizeof(text), x.each ? T("%llu objects read and compared with their rows") : T("%llu objects, their lists add up (--full reads each)"),
		    (unsigned long long)x.objects);
		say(d, T("objects"), GOOD, text);
	}
	return true;
}

static void
stopped_clock(struct doctor *d)
{
	char text[256], at[DATE_TEXT_MAX];

	if (d->node->conf.clock_s == 0)
		return;
	(void)date_print_z(d->node->conf.clock_s, at);
	(void)snprintf(text, sizeof(text), T("it stands at %s (clock in entente.conf): right for a node of old reports alone"), at);
	say(d, T("clock"), WARN, text);
}

static bool
checks(struct doctor *d, struct err *e)
{
	struct missing missing = { d, 0 }, unlisted = { d, 0 };
	struct report_totals totals;
	char text[256];

	if (store_check(d->node->store, store_trouble, d, e))
		say(d, T("store"), GOOD, T("whole, and its counters add up"));
	else
		say(d, T("store"), BAD, e->text);
	if (!report_list(d->node->store, &(struct report_query){ 0 }, report_there, &missing, e) ||
	    !archive_each(d->node->archive, report_listed, &unlisted, e) ||
	    !archive_each_note(d->node->archive, note_listed, &unlisted, e) ||
	    !report_totals(d->node->store, &totals, e))
		return false;
	if (missing.count > 0) {
		(void)snprintf(text, sizeof(text), T("%llu reports of the list are not in the archive"), (unsigned long long)missing.count);
		say(d, T("archive"), BAD, text);
	}
	if (unlisted.count > 0) {
		(void)snprintf(text, sizeof(text), T("%llu reports are in no list; \"entente replay\" enters them again"), (unsigned long long)unlisted.count);
		say(d, T("archive"), BAD, text);
	}
	if (cli_has(d->cli, "full")) {
		if (!archive_each(d->node->archive, report_check, d, e))
			return false;
		(void)snprintf(text, sizeof(text), T("%llu reports unpacked and compared with their names, %llu damaged"),
		    (unsigned long long)d->checked, (unsigned long long)d->damaged);
		say(d, T("archive"), d->damaged > 0 ? BAD : GOOD, text);
	} else if (missing.count == 0) {
		say(d, T("archive"), GOOD, T("every report of the list is there (--full unpacks and compares them)"));
	}
	(void)snprintf(text, sizeof(text), T("%llu done, %llu set aside, %llu waiting"), (unsigned long long)(totals.reports[REPORT_DONE] + totals.reports[REPORT_NOTHING]),
	    (unsigned long long)totals.reports[REPORT_ASIDE], (unsigned long long)(totals.reports[REPORT_RECEIVED] + totals.reports[REPORT_READING]));
	say(d, T("reports"), totals.reports[REPORT_ASIDE] > 0 ? WARN : GOOD, text);
	networks(d);
	flow_tables_check(d->node->dir, table_said, d);
	warning_lists(d);
	sender(d);
	way(d);
	rights(d);
	if (!agreements(d, e) || !objects(d, e))
		return false;
	stopped_clock(d);
	disk(d);
	sandbox(d);
	return true;
}

static bool
doctor(struct cli *c, struct err *e)
{
	static const struct table_column cols[] = { { "what", N_("Looked at"), false, TABLE_WHOLE }, { "verdict", N_("Verdict"), false, TABLE_WHOLE }, { "text", N_("Remark"), false, TABLE_WHOLE } };
	struct doctor d = { .cli = c };
	struct node node;
	bool ok;

	if (c->json && cli_has(c, "dump"))
		return err_set(e, ERR_USAGE, "--dump is lines of text, not JSON");
	if (!node_open(c->node, NODE_READ, &node, e))
		return false;
	d.node = &node;
	if (cli_has(c, "dump")) {
		ok = store_dump(node.store, STDOUT_FILENO, e);
		node_close(&node);
		return ok;
	}
	table_begin(&d.table, cols, 3, c->json);
	ok = table_finish(&d.table, checks(&d, e), e);
	node_close(&node);
	c->partial = d.bad;
	return ok;
}

static const struct cli_option options[] = {
	{ "full", 0, NULL, N_("unpack every archived report and compare it with its name; read every object again") },
	{ "dump", 0, NULL, N_("print findings and counts as text, to compare two nodes") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_doctor = {
	.name = "doctor",
	.args = "",
	.summary = N_("look the node over: store, archive, objects, networks, sandbox, disk"),
	.options = options,
	.run = doctor,
};
