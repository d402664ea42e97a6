#include <stdio.h>

#include "attrib/contacts.h"
#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/notices.h"
#include "cli/run.h"
#include "cli/table.h"

static bool
options_of(const struct node *n, struct notices_options *o, struct err *e)
{
	*o = (struct notices_options){ .name = n->conf.name, .mail = n->conf.mail, .url = n->conf.url,
		.lang = n->conf.lang, .interval_s = n->conf.interval_s, .sign = n->conf.sign, .now_s = clock_now_s() };
	return (tlp_find(n->conf.tlp, &o->tlp) && o->tlp != TLP_RED) ||
	    err_set(e, ERR_INPUT, "entente.conf: tlp: %s is none of CLEAR, GREEN, AMBER, AMBER+STRICT", QUOTE(n->conf.tlp));
}

static void
number(const char *text, uint64_t n)
{
	if (n == 0)
		return;
	printf("%8llu  %s\n", (unsigned long long)n, text);
}

static void
summary_print(struct cli *c, const struct notices_summary *s, bool send)
{
	struct json_out j;
	struct buf b;

	if (!c->json) {
		if (c->quiet)
			return;
		number(T("findings looked at"), s->findings);
		number(T("times a contact was to be told of a finding"), s->told);
		number(T("refused by the policy"), s->refused);
		number(T("findings without a contact"), s->nobody);
		number(T("findings switched off by a condition"), s->off);
		number(T("contacts whose interval has not passed"), s->waiting);
		number(T("notices made"), s->notices);
		if (send) {
			number(T("sent"), s->sent);
			number(T("to be tried again later"), s->later);
			number(T("refused by the other side"), s->never);
			number(T("uncertain: cut off at the end; see entente notices --state uncertain"), s->uncertain);
		}
		return;
	}
	buf_init(&b, 4096);
	json_out_init(&j, &b, false);
	json_out_object(&j);
	json_out_key_int(&j, S("findings"), (int64_t)s->findings);
	json_out_key_int(&j, S("told"), (int64_t)s->told);
	json_out_key_int(&j, S("refused_by_policy"), (int64_t)s->refused);
	json_out_key_int(&j, S("without_contact"), (int64_t)s->nobody);
	json_out_key_int(&j, S("switched_off"), (int64_t)s->off);
	json_out_key_int(&j, S("waiting"), (int64_t)s->waiting);
	json_out_key_int(&j, S("notices"), (int64_t)s->notices);
	json_out_key_int(&j, S("sent"), (int64_t)s->sent);
	json_out_key_int(&j, S("later"), (int64_t)s->later);
	json_out_key_int(&j, S("refused"), (int64_t)s->never);
	json_out_key_int(&j, S("uncertain"), (int64_t)s->uncertain);
	json_out_object_end(&j);
	puts(buf_cstr(&b));
	buf_fini(&b);
}

bool
notices_run(struct cli *c, struct node *n, bool send, bool silence, struct err *e)
{
	struct way_options wo = { .outbox = node_path(n, "outbox"), .url = n->conf.smtp_url, .user = n->conf.smtp_user,
		.password_file = n->conf.smtp_password_file, .tls = n->conf.smtp_tls };
	const struct way *way = way_find(n->conf.way);
	struct notices_summary s = { 0 };
	struct notices_options o;
	struct contacts *contacts = NULL;
	uint64_t silent;
	bool ok;

	if (way == NULL)
		return err_set(e, ERR_INPUT, "entente.conf: way: %s is none of outbox, smtp", QUOTE(n->conf.way));
	ok = options_of(n, &o, e) && (!silence || store_silence(n->store, o.now_s, &silent, e)) &&
	    contacts_load(n->store, &contacts, e) && notices_prepare(n->store, contacts, &o, &s, e) &&
	    (!send || notices_send(n->store, way, &wo, &o, run_stop_on_signals(), &s, e));
	contacts_free(&contacts);
	if (ok)
		summary_print(c, &s, send);
	c->partial = c->partial || s.later + s.never + s.uncertain > 0;
	return ok;
}

static bool
row(void *cookie, const struct notice_row *n, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_text(t, n->id);
	table_date(t, n->created_s);
	table_text(t, n->email);
	table_text(t, n->lang);
	table_int(t, n->findings);
	table_text(t, n->state);
	table_text(t, n->reply);
	return true;
}

static bool
list(struct cli *c, struct node *n, struct err *e)
{
	static const struct table_column cols[] = { { "id", N_("Notice"), false, 0 }, { "created", N_("Made"), false, 0 },
		{ "email", N_("To"), false, 40 }, { "language", N_("Language"), false, 0 }, { "findings", N_("Findings"), true, 0 },
		{ "state", N_("State"), false, 0 }, { "reply", N_("Answer"), false, 60 } };
	uint64_t limit = 50;
	struct table t;

	if (!cli_opt_u64(c, "limit", 0, SIZE_MAX, &limit, e))
		return false;
	table_begin(&t, cols, 7, c->json);
	return notices_list(n->store, slice_of_str(cli_opt(c, "state")), (size_t)limit, row, &t, e) &&
	    (table_end(&t) || err_sys(e, "standard output"));
}

static bool
show(struct node *n, struct slice id, struct err *e)
{
	struct buf b;
	bool ok;

	buf_init(&b, (size_t)64 << 20);
	ok = notice_message(n->store, id, &b, e) &&
	    (fwrite(b.p, 1, b.len, stdout) == b.len || err_sys(e, "standard output"));
	buf_fini(&b);
	return ok;
}

static bool
notices(struct cli *c, struct err *e)
{
	bool write = cli_has(c, "prepare") || cli_has(c, "send") || cli_has(c, "again");
	struct node n;
	bool ok;

	if (!node_open(c->node, write ? NODE_WRITE : NODE_READ, &n, e))
		return false;
	if (cli_has(c, "again"))
		ok = notice_again(n.store, slice_of_str(cli_opt(c, "again")), clock_now_s(), e);
	else if (write)
		ok = notices_run(c, &n, cli_has(c, "send"), true, e);
	else if (c->arg_count == 1)
		ok = show(&n, slice_of_str(c->args[0]), e);
	else
		ok = list(c, &n, e);
	node_close(&n);
	return ok;
}

static const struct cli_option options[] = {
	{ "prepare", 'p', NULL, N_("make the notices that are due, without sending them") },
	{ "send", 's', NULL, N_("make the notices that are due, and send them") },
	{ "again", 0, N_("NOTICE"), N_("send one again that is uncertain or was refused (with the next --send)") },
	{ "state", 0, N_("STATE"), N_("list only draft, sent, failed, refused or uncertain ones") },
	{ "limit", 0, N_("N"), N_("how many at the most (default 50; 0: all)") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_notices = {
	.name = "notices",
	.args = N_("[NOTICE]"),
	.summary = N_("tell contacts of their findings; list notices or show one"),
	.details = N_("One digest a contact and interval, in the contact's language, with CSV and X-ARF attached. Each finding passes the policy first, and its answer is logged. The way out (outbox or SMTP) is set in entente.conf."),
	.examples = "  entente notices --prepare\n  entente notices N0123456789abcdef\n  entente notices --send",
	.options = options,
	.args_max = 1,
	.run = notices,
};
