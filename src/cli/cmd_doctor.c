#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "flow.h"
#include "cli/table.h"
#include "intake/reader.h"
#include "node.h"
#include "store/findings.h"

struct doctor {
	struct cli *cli;
	struct table table;
	struct node *node;
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
	say(d, T("networks"), d->node->networks == NULL ? WARN : GOOD, d->node->networks == NULL ?
	    T("no table yet: entente networks --asn FILE --country FILE") : T("the table is there and whole"));
	(void)snprintf(text, sizeof(text), "%.*s", (int)(d->node->conf.mail.len > 200 ? 200 : d->node->conf.mail.len), (const char *)d->node->conf.mail.p);
	say(d, T("sender"), d->node->conf.mail.len == 0 ? WARN : GOOD, d->node->conf.mail.len == 0 ?
	    T("no mail address in entente.conf: notices would have no sender") : text);
	disk(d);
	sandbox(d);
	return true;
}

/* Whoever writes brings an older database to today's form; who only looks is sent here. */
static bool
open_node(const char *dir, struct node *n, struct err *e)
{
	struct err why = ERR_INIT;

	if (node_open(dir, NODE_READ, n, e))
		return true;
	if (e->code != ERR_CONFLICT || !node_open(dir, NODE_WRITE, n, &why))
		return false;
	node_close(n);
	*e = (struct err)ERR_INIT;
	return node_open(dir, NODE_READ, n, e);
}

static bool
doctor(struct cli *c, struct err *e)
{
	static const struct table_column cols[] = { { "what", N_("Looked at"), false, 0 }, { "verdict", N_("Verdict"), false, 0 }, { "text", N_("Remark"), false, 120 } };
	struct doctor d = { .cli = c };
	struct node node;
	bool ok;

	if (!open_node(c->node, &node, e))
		return false;
	d.node = &node;
	if (cli_has(c, "dump")) {
		ok = store_dump(node.store, STDOUT_FILENO, e);
		node_close(&node);
		return ok;
	}
	table_begin(&d.table, cols, 3, c->json);
	ok = checks(&d, e);
	ok = (table_end(&d.table) || err_sys(e, "standard output")) && ok;
	node_close(&node);
	c->partial = d.bad;
	return ok;
}

static const struct cli_option options[] = {
	{ "full", 0, NULL, N_("unpack every archived report and compare it with its name") },
	{ "dump", 0, NULL, N_("print findings and counts as text, to compare two nodes") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_doctor = {
	.name = "doctor",
	.args = "",
	.summary = N_("look the node over: store, archive, networks, sandbox, disk"),
	.options = options,
	.run = doctor,
};
