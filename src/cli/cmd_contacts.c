#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "attrib/contacts.h"
#include "attrib/contacts_import.h"
#include "attrib/unpack.h"
#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "intake/intake.h"
#include "node.h"

static const struct table_column columns[] = {
	{ "id", N_("Number"), true, 0 },
	{ "scope", N_("Scope"), false, 0 },
	{ "value", N_("Value"), false, 40 },
	{ "email", N_("Mail"), false, 40 },
	{ "name", N_("Name"), false, 32 | TABLE_DROP(4) },
	{ "language", N_("Language"), false, TABLE_DROP(2) },
	{ "format", N_("Format"), false, TABLE_DROP(5) },
	{ "interval", N_("Interval (s)"), true, TABLE_DROP(8) },
	{ "layer", N_("Layer"), false, TABLE_DROP(1) },
	{ "source", N_("Source"), false, 20 | TABLE_DROP(3) },
	{ "checked", N_("Last true"), false, TABLE_DAY | TABLE_DROP(6) },
	{ "expires", N_("Until"), false, TABLE_DAY | TABLE_DROP(7) },
	{ "openpgp", "OpenPGP", false, 20 | TABLE_DROP(9) },
	{ "url", N_("Found at"), false, 40 | TABLE_DROP(8) },
};

static const char *const layer_words[] = { N_("imported"), N_("by hand") };

static bool
list_row(void *cookie, const struct contact *x, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_int(t, x->id);
	table_str(t, contact_scope_name(x->scope));
	table_text(t, x->value);
	table_text(t, x->email);
	table_text(t, x->name.len == 0 ? SLICE_NONE : x->name);
	table_text(t, x->lang_known ? slice_of_str(lang_tag(x->lang)) : SLICE_NONE);
	table_text(t, x->format);
	if (x->interval_s == 0)
		table_none(t);
	else
		table_int(t, x->interval_s);
	table_str(t, t->json ? layer_words[x->layer] : T(layer_words[x->layer]));
	table_text(t, x->source.len == 0 ? SLICE_NONE : x->source);
	table_date(t, x->checked_s);
	table_date(t, x->expires_s);
	table_text(t, x->openpgp.len == 0 ? SLICE_NONE : x->openpgp);
	table_text(t, x->url.len == 0 ? SLICE_NONE : x->url);
	return true;
}

static bool
off_row(void *cookie, const struct contact_off *o, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_int(t, o->id);
	table_text(t, o->has_scope ? slice_of_str(contact_scope_name(o->scope)) : SLICE_NONE);
	table_text(t, o->value.len == 0 ? SLICE_NONE : o->value);
	table_text(t, o->class_type.len == 0 ? SLICE_NONE : o->class_type);
	table_text(t, o->feed.len == 0 ? SLICE_NONE : o->feed);
	table_date(t, o->until_s);
	table_text(t, o->reason);
	return true;
}

static bool
off_list(struct cli *c, struct store *s, struct err *e)
{
	static const struct table_column cols[] = { { "id", N_("Number"), true, 0 }, { "scope", N_("Scope"), false, 0 },
		{ "value", N_("Value"), false, 40 }, { "class", N_("Class"), false, 0 }, { "feed", N_("Feed"), false, 24 },
		{ "until", N_("Until"), false, 0 }, { "reason", N_("Reason"), false, 60 } };
	struct table t;

	table_begin(&t, cols, 7, c->json);
	return table_finish(&t, contact_off_list(s, off_row, &t, e), e);
}

/* --scope and --value, for whatever needs them. */
static bool
about_read(struct cli *c, struct contact *x, bool *has, struct err *e)
{
	*has = cli_has(c, "scope");
	if (!*has)
		return true;
	if (!contact_scope_find(slice_of_str(cli_opt(c, "scope")), &x->scope))
		return err_set(e, ERR_USAGE, "--scope: \"%s\" is none of prefix, domain, asn, country", cli_opt(c, "scope"));
	if (!cli_has(c, "value"))
		return err_set(e, ERR_USAGE, "--scope needs --value");
	x->value = slice_of_str(cli_opt(c, "value"));
	return true;
}

/* text: translated, with one %lld. For programs the number alone. */
static void
entered(struct cli *c, const char *text, int64_t id)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (c->json)
		printf("{\"id\":%lld}", (long long)id);
	else if (!c->quiet)
		printf(text, (long long)id);
#pragma GCC diagnostic pop
	if (c->json || !c->quiet)
		putchar('\n');
}

static bool
add(struct cli *c, struct store *s, struct err *e)
{
	struct contact x = { .layer = LAYER_MANUAL, .checked_s = clock_now_s() };
	struct arena a;
	uint64_t interval = 0;
	int64_t id = 0;
	bool has, ok;

	arena_init(&a, 1 << 16);
	ok = cli_opt_u64(c, "interval", 1, 31536000, &interval, e) && about_read(c, &x, &has, e) && (has || err_set(e, ERR_USAGE, "say what the contact answers for: --scope asn --value 64496"));
	x.email = slice_of_str(cli_opt(c, "add"));
	x.interval_s = (uint32_t)interval;
	x.name = slice_of_str(cli_opt(c, "name"));
	x.format = slice_of_str(cli_opt(c, "notice-format"));
	x.openpgp = slice_of_str(cli_opt(c, "openpgp"));
	if (ok && cli_has(c, "language"))
		x.lang_known = ok = lang_parse(cli_opt(c, "language"), &x.lang) ||
		    err_set(e, ERR_USAGE, "--%s: \"%s\" is none of ar, zh, en, fr, ru, es", "language", cli_opt(c, "language"));
	ok = ok && cli_opt_date(c, "until", &x.expires_s, e) && contact_clean(&x, &a, e) && contact_put(s, &x, &id, e);
	if (ok)
		entered(c, T("Contact %lld is entered."), id);
	arena_fini(&a);
	return ok;
}

static bool
switch_off(struct cli *c, struct store *s, struct err *e)
{
	struct contact x = { .email = S("nobody@example.org") };
	struct contact_off o = { .reason = slice_of_str(cli_opt(c, "off")), .class_type = slice_of_str(cli_opt(c, "class")),
		.feed = slice_of_str(cli_opt(c, "feed")), .by = slice_of_str(getlogin()) };
	struct arena a;
	int64_t id = 0;
	bool ok;

	arena_init(&a, 1 << 16);
	ok = about_read(c, &x, &o.has_scope, e) && (!o.has_scope || contact_clean(&x, &a, e));
	o.scope = x.scope;
	o.value = o.has_scope ? x.value : SLICE_NONE;
	ok = ok && cli_opt_date(c, "until", &o.until_s, e) && contact_off_put(s, &o, &id, e);
	if (ok)
		entered(c, T("Condition %lld is entered; entente contacts --on takes it out."), id);
	arena_fini(&a);
	return ok;
}

static bool
diff_show(struct cli *c, const struct contacts_diff *d, struct err *e)
{
	static const struct table_column cols[] = { { "change", N_("Change"), false, 0 }, { "scope", N_("Scope"), false, 0 },
		{ "value", N_("Value"), false, 40 }, { "email", N_("Mail"), false, 40 }, { "name", N_("Name"), false, 40 } };
	static const char *const words[] = { N_("added"), N_("changed"), N_("removed") };
	struct table t;

	table_begin(&t, cols, 5, c->json);
	for (size_t i = 0; i < d->change_count && (c->json || i < 200); i++) {
		const struct contact *x = &d->changes[i].contact;

		table_str(&t, c->json ? words[d->changes[i].change] : T(words[d->changes[i].change]));
		table_str(&t, contact_scope_name(x->scope));
		table_text(&t, x->value);
		table_text(&t, x->email);
		table_text(&t, x->name.len == 0 ? SLICE_NONE : x->name);
	}
	if (!table_end(&t))
		return err_sys(e, "standard output");
	for (size_t i = 0; i < d->bad_count && i < 20; i++) {
		struct buf b;

		buf_init(&b, 1 << 16);
		text_clean_put(&b, d->bad[i].reason, 0);
		fprintf(stderr, T("line %llu: %.*s\n"), (unsigned long long)d->bad[i].line, SLICE_ARG(buf_view(&b)));
		buf_fini(&b);
	}
	if (!c->json && !c->quiet) {
		printf(T("%zu changes, %zu as before, %zu could not be used."), d->change_count, d->same, d->bad_total);
		putchar('\n');
	}
	return true;
}

/* A dump is the same source whether it came packed or not. */
static struct slice
source_name(const char *path)
{
	static const struct slice endings[] = { S_INIT(".gz"), S_INIT(".zst"), S_INIT(".bz2"), S_INIT(".xz") };
	const char *slash = strrchr(path, '/');
	struct slice name = slice_of_str(slash == NULL ? path : slash + 1);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (name.len > endings[i].len && slice_ends(name, endings[i]))
			return slice_sub(name, 0, name.len - endings[i].len);
	}
	return name;
}

static bool
import(struct cli *c, struct store *s, struct err *e)
{
	const char *path = c->args[0];
	struct slice name = cli_has(c, "source") ? slice_of_str(cli_opt(c, "source")) : source_name(path);
	struct unpack *packed = NULL;
	struct contact about = { .layer = LAYER_IMPORTED };
	struct contacts_diff d = { 0 };
	struct source src;
	enum contacts_kind kind;
	bool has, ok = false;
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "%s", path), e->code = ERR_ABSENT, false;
	if (!unpack_open(fd, (size_t)1 << 24, &src, &packed, e) || !source_want(&src, 4096, e)) {
		(void)err_within(e, "%s", path);
		goto out;
	}
	if (!about_read(c, &about, &has, e))
		goto out;
	kind = contacts_kind_guess(slice_sub(src.window, 0, 65536));
	if (cli_has(c, "format") && !contacts_kind_find(slice_of_str(cli_opt(c, "format")), &kind)) {
		(void)err_set(e, ERR_USAGE, "--format: \"%s\" is none of csv, rpsl, security.txt, rfc2350", cli_opt(c, "format"));
		goto out;
	}
	if (!contacts_import(s, kind, name, has ? &about : NULL, &src, &d, e) || !diff_show(c, &d, e)) {
		(void)err_within(e, "%s", path);
		goto out;
	}
	c->partial = d.bad_total > 0;
	ok = true;
	if (!cli_has(c, "apply")) {
		if (d.change_count > 0 && !c->quiet && !c->json)
			puts(T("Nothing is changed yet: the same command with --apply makes it so."));
	} else {
		ok = contacts_import_apply(s, name, &d, e);
	}
out:
	contacts_diff_free(&d);
	unpack_close(&packed, &src);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	return ok;
}

static bool
contacts(struct cli *c, struct err *e)
{
	bool write = c->arg_count > 0 || cli_has(c, "add") || cli_has(c, "remove") || cli_has(c, "off") || cli_has(c, "on");
	uint64_t id = 0;
	struct node node;
	struct table t;
	bool ok;

	if (!cli_opt_u64(c, "remove", 1, INT64_MAX, &id, e) || !cli_opt_u64(c, "on", 1, INT64_MAX, &id, e) ||
	    !node_open(c->node, write ? NODE_WRITE : NODE_READ, &node, e))
		return false;
	if (c->arg_count > 0) {
		ok = import(c, node.store, e);
	} else if (cli_has(c, "add")) {
		ok = add(c, node.store, e);
	} else if (cli_has(c, "off")) {
		ok = switch_off(c, node.store, e);
	} else if (cli_has(c, "remove")) {
		ok = contact_remove(node.store, (int64_t)id, e);
	} else if (cli_has(c, "on")) {
		ok = contact_off_remove(node.store, (int64_t)id, e);
	} else if (cli_has(c, "conditions")) {
		ok = off_list(c, node.store, e);
	} else {
		table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
		ok = table_finish(&t, contact_list(node.store, slice_of_str(cli_opt(c, "source")), list_row, &t, e), e);
	}
	node_close(&node);
	return ok;
}

static const struct cli_option options[] = {
	{ "apply", 0, NULL, N_("make an import take effect (without: only show what would change)") },
	{ "source", 0, N_("NAME"), N_("name of an import: the next one of that name replaces it (default: the file's)") },
	{ "format", 't', "csv|rpsl|security.txt|rfc2350", N_("the file's format, where it is not to be recognised") },
	{ "add", 0, N_("ADDRESS"), N_("enter a contact by hand, with --scope and --value; it wins over imported ones; several: A,B") },
	{ "scope", 0, "prefix|domain|asn|country", N_("what a contact or condition is about") },
	{ "value", 0, N_("VALUE"), N_("the network, domain, AS number or country") },
	{ "name", 0, N_("NAME"), N_("the organisation or function") },
	{ "language", 0, N_("LANG"), N_("the contact's language: ar, zh, en, fr, ru, es") },
	{ "notice-format", 0, "csv|xarf|both", N_("what is attached to notices") },
	{ "interval", 0, N_("SECONDS"), N_("how often it is written to at most (default: the node's)") },
	{ "openpgp", 0, N_("FINGERPRINT"), N_("the contact's key") },
	{ "remove", 0, N_("NUMBER"), N_("take a contact out") },
	{ "off", 0, N_("REASON"), N_("tell nobody where --scope and --value, --class or --feed hold") },
	{ "class", 'c', N_("CLASS"), N_("with --off: this class") },
	{ "feed", 'f', N_("NAME"), N_("with --off: this feed") },
	{ "until", 0, N_("DATE"), N_("with --add and --off: valid until") },
	{ "conditions", 0, NULL, N_("list the conditions under which nobody is told") },
	{ "on", 0, N_("NUMBER"), N_("take a condition out") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_contacts = {
	.name = "contacts",
	.args = N_("[FILE]"),
	.summary = N_("list, import or enter who answers for networks, domains and countries"),
	.details = N_("An import is shown as a difference first and takes effect with --apply. Who is told of a finding, in this order: (1) where a condition holds, nobody; (2) the contact entered by hand for the longest network, else the domain, else the AS; (3) the imported one for the longest network, else the domain, else the AS; (4) else the country's focal point, which is told beside 2 and 3 as well. By hand there is one contact for one thing; a second is refused. Expired ones are none. A CSV's first line names its columns, in any order: scope (prefix, domain, asn or country), value and email are needed; name, language (ar, zh, en, fr, ru, es), format (csv, xarf or both), interval (seconds between notices), openpgp (fingerprint), url, checked and expires (dates) may follow."),
	.examples = "  entente contacts contacts.csv --apply\n  entente contacts --source ripe ripe.db.role.gz --apply\n  entente contacts --add abuse@isp.example --scope asn --value 64496 --language es\n  entente contacts --off \"asked us not to\" --scope prefix --value 192.0.2.0/24 --until 2027-01-01",
	.options = options,
	.args_max = 1,
	.run = contacts,
};
