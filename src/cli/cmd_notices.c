#include <stdio.h>
#include <string.h>

#include "attrib/contacts.h"
#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/notices.h"
#include "cli/run.h"
#include "cli/silence.h"
#include "cli/table.h"
#include "parse/mime.h"

static bool
options_of(const struct node *n, struct notices_options *o, struct err *e)
{
	*o = (struct notices_options){ .name = n->conf.name, .mail = n->conf.mail, .url = n->conf.url,
		.lang = n->conf.lang, .interval_s = n->conf.interval_s, .sign = n->conf.sign, .reply_to = n->conf.reply_to, .now_s = clock_now_s() };
	return (tlp_find(n->conf.tlp, &o->tlp) && o->tlp != TLP_RED) ||
	    err_set(e, ERR_INPUT, "entente.conf: tlp: %s is none of CLEAR, GREEN, AMBER, AMBER+STRICT", QUOTE(n->conf.tlp));
}

static const char *const states[] = { N_("draft"), N_("queued"), N_("sending"), N_("sent"), N_("failed"), N_("refused"), N_("uncertain"), N_("withdrawn") };

/* As it is for programs, as a word for people. */
static void
state_put(struct table *t, struct slice state)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!t->json && slice_eq(state, slice_of_str(states[i]))) {
			table_str(t, T(states[i]));
			return;
		}
	}
	table_text(t, state);
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
		number(T("findings taken out of notices, as they are not to be told any more"), s->taken_out);
		number(T("notices withdrawn, as nothing of them is to be told any more"), s->withdrawn);
		if (send) {
			number(T("sent"), s->sent);
			number(T("to be tried again later"), s->later);
			number(T("refused by the other side"), s->never);
			number(T("uncertain: may have arrived; see entente notices --state uncertain"), s->uncertain);
			if (s->sent + s->later + s->never + s->uncertain + s->withdrawn == 0)
				puts(T("Nothing was due to be sent."));
		} else if (s->notices == 0) {
			puts(T("No notice is due."));
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
	json_out_key_int(&j, S("taken_out"), (int64_t)s->taken_out);
	json_out_key_int(&j, S("withdrawn"), (int64_t)s->withdrawn);
	json_out_key_int(&j, S("sent"), (int64_t)s->sent);
	json_out_key_int(&j, S("later"), (int64_t)s->later);
	json_out_key_int(&j, S("refused"), (int64_t)s->never);
	json_out_key_int(&j, S("uncertain"), (int64_t)s->uncertain);
	json_out_object_end(&j);
	puts(buf_cstr(&b));
	buf_fini(&b);
}

static bool
way_of(const struct node *n, const struct way **way, struct way_options *wo, struct err *e)
{
	*wo = (struct way_options){ .outbox = node_path(n, "outbox"), .url = n->conf.smtp_url, .user = n->conf.smtp_user,
		.password_file = n->conf.smtp_password_file, .tls = n->conf.smtp_tls, .ca = n->conf.smtp_ca };
	*way = way_find(n->conf.way);
	return *way != NULL || err_set(e, ERR_INPUT, "entente.conf: way: %s is none of outbox, smtp", QUOTE(n->conf.way));
}

static bool
finish(struct cli *c, const struct notices_summary *s, bool send)
{
	summary_print(c, s, send);
	c->partial = c->partial || s->later + s->never + s->uncertain > 0;
	return true;
}

bool
notices_run(struct cli *c, struct node *n, bool send, bool silence, struct err *e)
{
	const struct way *way;
	struct way_options wo;
	struct notices_summary s = { 0 };
	struct notices_options o;
	struct contacts *contacts = NULL;
	bool ok = way_of(n, &way, &wo, e) && options_of(n, &o, e);

	/* Swept here and said; o.silence is for a dry run, which writes nothing. */
	ok = ok && (!silence || silence_sweep(c, n->store, e)) &&
	    contacts_load(n->store, &contacts, e) && notices_prepare(n->store, contacts, &o, &s, e) &&
	    (!send || notices_send(n->store, contacts, way, &wo, &o, run_stop_on_signals(), &s, e));
	contacts_free(&contacts);
	return ok && finish(c, &s, send);
}

static bool
send_one(struct cli *c, struct node *n, struct slice id, struct err *e)
{
	const struct way *way;
	struct way_options wo;
	struct notices_summary s = { 0 };
	struct notices_options o;
	struct contacts *contacts = NULL;
	bool ok;

	if (!way_of(n, &way, &wo, e) || !options_of(n, &o, e) || !contacts_load(n->store, &contacts, e))
		return false;
	o.only = id;
	ok = notices_send(n->store, contacts, way, &wo, &o, run_stop_on_signals(), &s, e) && finish(c, &s, true);
	contacts_free(&contacts);
	return ok;
}

/* --- what would be made ------------------------------------------------------ */

static bool
plan_row(void *cookie, const struct notice_plan *p, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_text(t, p->email);
	table_str(t, lang_tag(p->lang));
	table_int(t, (int64_t)p->findings);
	table_text(t, p->format);
	table_int(t, p->interval_s);
	if (p->next_s == 0)
		table_str(t, t->json ? "now" : T("now"));
	else
		table_date(t, p->next_s);
	return true;
}

static bool
dry_run(struct cli *c, struct node *n, struct err *e)
{
	static const struct table_column cols[] = { { "email", N_("To"), false, 40 }, { "language", N_("Language"), false, 0 },
		{ "findings", N_("Findings"), true, 0 }, { "format", N_("Format"), false, 0 },
		{ "interval", N_("Interval (s)"), true, 0 }, { "due", N_("Due"), false, 0 } };
	struct notices_summary s = { 0 };
	struct notices_options o;
	struct contacts *contacts = NULL;
	struct table t;
	bool ok = options_of(n, &o, e) && contacts_load(n->store, &contacts, e);

	table_begin(&t, cols, 6, c->json);
	o.silence = true;
	o.plan = plan_row;
	o.cookie = &t;
	ok = ok && notices_prepare(n->store, contacts, &o, &s, e);
	contacts_free(&contacts);
	ok = (table_end(&t) || err_sys(e, "standard output")) && ok;
	if (ok && !c->json)
		summary_print(c, &s, false);
	if (ok && !c->json && !c->quiet)
		puts(T("Nothing is made yet: the same command without --dry-run makes it so."));
	return ok;
}

/* --- why ------------------------------------------------------------------ */

static bool
why_row(void *cookie, const struct transfer_row *w, struct err *e)
{
	struct table *t = cookie;
	char reason[256];

	(void)e;
	(void)snprintf(reason, sizeof(reason), "%.*s", (int)(w->reason.len > 250 ? 250 : w->reason.len), (const char *)w->reason.p);
	if (w->at_s == 0)
		table_str(t, t->json ? "next" : T("next time"));
	else
		table_date(t, w->at_s);
	table_text(t, w->recipient);
	table_str(t, t->json ? (w->allowed ? "yes" : "no") : w->allowed ? T("yes") : T("no"));
	table_text(t, w->rule);
	table_str(t, t->json ? reason : T(reason));
	table_text(t, w->notice);
	state_put(t, w->state);
	table_date(t, w->state_s);
	return true;
}

static bool
why(struct cli *c, struct node *n, struct slice finding, struct err *e)
{
	static const struct table_column cols[] = { { "at", N_("Date"), false, 0 }, { "recipient", N_("To"), false, 40 },
		{ "told", N_("Told"), false, 0 }, { "rule", N_("Rule"), false, 0 }, { "reason", N_("Reason"), false, 0 },
		{ "notice", N_("Notice"), false, 0 }, { "state", N_("State"), false, 0 }, { "since", N_("Since"), false, 0 } };
	struct notices_options o;
	struct contacts *contacts = NULL;
	struct table t;
	int64_t id;
	bool ok;

	if (!finding_id_parse(finding, &id))
		return err_set(e, ERR_USAGE, "--why: %s is not the number of a finding; see entente query", QUOTE(finding));
	if (!options_of(n, &o, e) || !contacts_load(n->store, &contacts, e))
		return false;
	table_begin(&t, cols, 8, c->json);
	ok = notices_why(n->store, contacts, &o, id, why_row, &t, e);
	contacts_free(&contacts);
	return (table_end(&t) || err_sys(e, "standard output")) && ok;
}

/* --- a list, one of them ------------------------------------------------------ */

static bool
row(void *cookie, const struct notice_row *n, struct err *e)
{
	struct table *t = cookie;
	char reply[WAY_REPLY_MAX];

	(void)e;
	(void)snprintf(reply, sizeof(reply), "%.*s", (int)(n->reply.len > 190 ? 190 : n->reply.len), (const char *)n->reply.p);
	table_text(t, n->id);
	table_date(t, n->created_s);
	table_text(t, n->email);
	table_text(t, n->lang);
	table_int(t, n->findings);
	state_put(t, n->state);
	table_int(t, n->attempts);
	table_date(t, n->next_s);
	table_str(t, t->json ? reply : T(reply));
	return true;
}

static bool
state_check(const char *state, struct err *e)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]) && state != NULL; i++) {
		if (strcmp(state, states[i]) == 0)
			return true;
	}
	return state == NULL || err_set(e, ERR_USAGE, "--state: \"%s\" is none of draft, queued, sending, sent, failed, refused, uncertain, withdrawn", state);
}

static void
hint(struct cli *c, struct node *n)
{
	struct err ignored = ERR_INIT;
	int64_t count = 0;

	if (c->json || c->quiet || !db_number(store_db(n->store), "SELECT COUNT(*) FROM notice WHERE state = 'uncertain'", &count, &ignored) || count == 0)
		return;
	puts(T("Uncertain: it may have arrived. Look for its Message-ID in the mail server's log, then say --arrived NOTICE, or --again NOTICE to send it once more, or --withdraw NOTICE."));
}

static bool
list(struct cli *c, struct node *n, struct err *e)
{
	static const struct table_column cols[] = { { "id", N_("Notice"), false, 0 }, { "created", N_("Made"), false, 0 },
		{ "email", N_("To"), false, 40 }, { "language", N_("Language"), false, 0 }, { "findings", N_("Findings"), true, 0 },
		{ "state", N_("State"), false, 0 }, { "attempts", N_("Attempts"), true, 0 }, { "next", N_("Next try"), false, 0 },
		{ "reply", N_("Answer or file"), false, 60 } };
	struct notice_query q = { .state = slice_of_str(cli_opt(c, "state")), .email = slice_of_str(cli_opt(c, "contact")) };
	uint64_t limit = 50;
	struct table t;
	bool ok;

	if (!cli_opt_u64(c, "limit", 0, SIZE_MAX, &limit, e) || !state_check(cli_opt(c, "state"), e))
		return false;
	q.limit = (size_t)limit;
	table_begin(&t, cols, 9, c->json);
	ok = notices_list(n->store, &q, row, &t, e);
	ok = (table_end(&t) || err_sys(e, "standard output")) && ok;
	if (ok)
		hint(c, n);
	return ok;
}

/* The headers that people look at, decoded. */
static void
headers_print(const struct mime *m, struct arena *a)
{
	static const char *const names[] = { "From", "Reply-To", "To", "Subject", "Date", "Message-ID" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct slice v = mime_header_find(m->head, slice_of_str(names[i]));

		if (v.p == NULL)
			continue;
		v = mime_header_text(v, 1000, a);
		printf("%s: ", names[i]);
		text_show(stdout, v);
		putchar('\n');
	}
	putchar('\n');
}

static bool
message_print(struct slice bytes, struct err *e)
{
	struct mime m = MIME_NONE;
	struct arena a;
	struct slice text;
	bool ok;

	mime_warmup();
	arena_init(&a, (size_t)256 << 20);
	ok = mime_open(&m, bytes, &MIME_LIMITS, &a, e);
	if (ok)
		headers_print(&m, &a);
	for (size_t i = 0; ok && i < m.count; i++) {
		const struct mime_part *p = &m.parts[i];
		struct slice name = mime_name(p);

		if (p->kind == MIME_MULTIPART)
			continue;
		ok = mime_text(&m, p, &text) || err_set(e, ERR_LIMIT, "a notice of more than %zu bytes", a.max);
		if (ok && mime_is(p, "text", "plain") && !p->attachment)
			printf("%.*s\n", (int)text.len, (const char *)text.p);
		else if (ok)
			printf("[%s: %.*s %s/%s, %zu]\n", T("attached"), SLICE_ARG(name), p->type, p->subtype, text.len);
	}
	mime_close(&m);
	arena_fini(&a);
	return ok && (fflush(stdout) == 0 || err_sys(e, "standard output"));
}

static bool
show(struct cli *c, struct node *n, struct slice id, struct err *e)
{
	struct buf b;
	bool ok;

	buf_init(&b, (size_t)64 << 20);
	ok = notice_message(n->store, id, &b, e);
	if (ok && cli_has(c, "raw"))
		ok = fwrite(b.p, 1, b.len, stdout) == b.len || err_sys(e, "standard output");
	else
		ok = ok && message_print(buf_view(&b), e);
	buf_fini(&b);
	return ok;
}

/* --- the command ------------------------------------------------------------ */

static const struct { const char *option; enum notice_word word; } words[] = {
	{ "again", NOTICE_AGAIN }, { "arrived", NOTICE_ARRIVED }, { "withdraw", NOTICE_WITHDRAW },
};

/* What a person says about one; with --send the one that is to go again goes at once. */
static bool
say(struct cli *c, struct node *n, bool *said, struct err *e)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *id = cli_opt(c, words[i].option);

		if (id == NULL)
			continue;
		*said = true;
		return notice_say(n->store, slice_of_str(id), words[i].word, clock_now_s(), e) &&
		    (words[i].word != NOTICE_AGAIN || !cli_has(c, "send") || send_one(c, n, slice_of_str(id), e));
	}
	return true;
}

static bool
write_command(struct cli *c, struct node *n, struct err *e)
{
	bool said = false;

	if (!say(c, n, &said, e) || said)
		return said && e->code == ERR_NONE;
	if (cli_has(c, "dry-run"))
		return dry_run(c, n, e);
	if (c->arg_count == 1)
		return send_one(c, n, slice_of_str(c->args[0]), e);
	return notices_run(c, n, cli_has(c, "send"), true, e);
}

static bool
notices(struct cli *c, struct err *e)
{
	bool write = cli_has(c, "prepare") || cli_has(c, "send") || cli_has(c, "again") || cli_has(c, "arrived") ||
	    cli_has(c, "withdraw") || cli_has(c, "dry-run");
	struct node n;
	bool ok;

	if (c->arg_count == 1 && cli_has(c, "prepare"))
		return err_set(e, ERR_USAGE, "--prepare makes all notices that are due: name none");
	if (!node_open(c->node, write ? NODE_WRITE : NODE_READ, &n, e))
		return false;
	if (write)
		ok = write_command(c, &n, e);
	else if (cli_has(c, "why"))
		ok = why(c, &n, slice_of_str(cli_opt(c, "why")), e);
	else if (c->arg_count == 1)
		ok = show(c, &n, slice_of_str(c->args[0]), e);
	else
		ok = list(c, &n, e);
	node_close(&n);
	return ok;
}

static const struct cli_option options[] = {
	{ "prepare", 'p', NULL, N_("make the notices that are due, without sending them") },
	{ "dry-run", 0, NULL, N_("only show what would be made and for whom") },
	{ "send", 's', NULL, N_("make the notices that are due, and send them; with NOTICE: send that one now") },
	{ "again", 0, N_("NOTICE"), N_("send one once more (with the next --send, or at once together with it)") },
	{ "arrived", 0, N_("NOTICE"), N_("an uncertain one did arrive: it counts as sent") },
	{ "withdraw", 0, N_("NOTICE"), N_("do not send this one, and do not make it again") },
	{ "why", 0, N_("FINDING"), N_("who was told of a finding and who was not, why, and what comes next") },
	{ "raw", 0, NULL, N_("with NOTICE: the message as it is sent") },
	{ "state", 0, N_("STATE"), N_("list only draft, sent, failed, refused, uncertain or withdrawn ones") },
	{ "contact", 0, N_("ADDRESS"), N_("list only those to this address, or to addresses that hold this text") },
	{ "limit", 0, N_("N"), N_("how many at the most (default 50; 0: all)") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_notices = {
	.name = "notices",
	.args = N_("[NOTICE]"),
	.summary = N_("tell contacts of their findings; list notices or show one"),
	.details = N_("One digest a mailbox, language and interval, with CSV and X-ARF attached. Each finding passes the policy first, and its answer is logged. The way out (outbox or SMTP) is set in entente.conf. A notice that failed is tried again by itself, later each time; one that is uncertain may have arrived, and a person decides."),
	.examples = "  entente notices --prepare --dry-run\n  entente notices --prepare\n  entente notices N0123456789abcdef\n  entente notices --send\n  entente notices --state uncertain\n  entente notices --again N0123456789abcdef --send\n  entente notices --why F600014VPVQPHC",
	.options = options,
	.args_max = 1,
	.run = notices,
};
