/*
 * desk: the cooperation desk. Verbs lie in the files beside this one; here is what
 * they share. Works beside a running server.
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/desk.h"
#include "server/auth_room.h"
#include "store/audit.h"

/* --- what verbs share ----------------------------------------------------------- */

bool
desk_change(struct desk_work *w, bool (*change)(struct desk_work *w, void *cookie, struct err *e), void *cookie, struct err *e)
{
	struct err said = ERR_INIT;
	struct auth_change x;

	if (!auth_change_begin(&x, w->node.store, e) || !auth_change_close(&x, change(w, cookie, e), e))
		return false;
	if (!audit_head_keep(w->node.store, node_path(&w->node, "audit.head"), &said))
		cli_tell(said.text);
	return true;
}

bool
desk_arg_record(struct desk_work *w, int n, struct desk_record *out, struct err *e)
{
	bool found = false;
	struct slice id;

	return desk_id_find(w->node.store, desk_arg(w, n), &w->a, &id, e) && desk_load(w->node.store, id, 0, &w->a, out, &found, e) &&
	    (found || err_set(e, ERR_ABSENT, "there is no %s", QUOTE(id)));
}

bool
desk_file_read(struct desk_work *w, const char *path, size_t max, struct slice *out, struct err *e)
{
	struct buf b;
	bool ok;

	buf_init(&b, max);
	ok = strcmp(path, "-") == 0 ? fd_read_all(STDIN_FILENO, &b, e) : file_read(path, &b, e);
	if (ok) {
		*out = arena_copy(&w->a, buf_view(&b));
		ok = out->p != NULL || b.len == 0 || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", w->a.max);
	}
	buf_fini(&b);
	return ok;
}

bool
desk_put_out(struct desk_work *w, struct slice text, struct err *e)
{
	const char *out = cli_opt(w->c, "out");

	if (out != NULL)
		return file_write(out, text, e);
	return ((text.len == 0 || fwrite(text.p, 1, text.len, stdout) == text.len) && fflush(stdout) == 0) || err_sys(e, "standard output");
}

/* --- the command ------------------------------------------------------------------- */

static const struct desk_command verbs[] = {
	{ "summary", false, false, 0, 1, "[COUNTRY]", cli_desk_summary },
	{ "kinds", false, false, 0, 1, "[KIND]", cli_desk_kinds },
	{ "list", false, false, 0, 1, "[KIND]", cli_desk_list },
	{ "show", false, false, 1, 1, "ID", cli_desk_show },
	{ "history", false, false, 1, 1, "ID", cli_desk_history },
	{ "todo", false, false, 0, 0, "", cli_desk_todo },
	{ "new", true, false, 1, -1, "KIND FIELD=VALUE...", cli_desk_new },
	{ "edit", true, false, 1, -1, "ID FIELD=VALUE...", cli_desk_edit },
	{ "do", true, false, 2, -1, "MOVE ID [FIELD=VALUE...]", cli_desk_do },
	{ "approve", true, false, 1, -1, "ID...", cli_desk_approve },
	{ "refuse", true, false, 1, 1, "ID", cli_desk_refuse },
	{ "file", false, true, 1, 1, "FILE|SHA256", cli_desk_file },
	{ "tick", false, true, 0, 0, "", cli_desk_tick },
	{ "directory", false, false, 0, 0, "", cli_desk_export },
	{ "import", true, false, 1, 1, "FILE", cli_desk_import },
	{ "check", false, true, 0, 3, "[list|run|ask|answer|call|confirm|page] [ID|NUMBER|WORD] [FILE]", cli_desk_check },
	{ "readiness", false, true, 0, 2, "[model|show|gaps|propose|laws|change] [COUNTRY|INDICATOR]", cli_desk_ready },
	{ "rank", false, false, 1, 1, "NEED", cli_desk_rank },
	{ "similar", false, false, 1, 1, "NEED|PROJECT", cli_desk_similar },
	{ "money", false, false, 0, 1, "[PROJECT|ENTITY]", cli_desk_money },
	{ "measure", false, true, 0, 1, "[INDICATOR]", cli_desk_measure },
	{ "iati", false, true, 0, 2, "[export [PROJECT]|import FILE]", cli_desk_iati },
	{ "verify", false, false, 0, 0, "", cli_desk_verify },
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct desk_command *
verb_find(const char *name, struct err *e)
{
	char all[1024] = "";

	for (size_t i = 0; i < VERBS; i++) {
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
		(void)strncat(all, i == 0 ? "" : ", ", sizeof(all) - strlen(all) - 1);
		(void)strncat(all, verbs[i].name, sizeof(all) - strlen(all) - 1);
	}
	(void)err_set(e, ERR_USAGE, "\"%s\" is none of %s", name, all);
	return NULL;
}

/* As whom: an account of this node. Whoever is on its machine may say so, and the log has both names. */
bool
desk_actor_take(struct desk_work *w, bool needed, struct err *e)
{
	const struct passwd *p = getpwuid(getuid());
	const char *login = cli_opt(w->c, "as"), *here = p == NULL ? "" : p->pw_name;
	bool found = false;

	w->by = (struct who){ .kind = WHO_HERE, .name = arena_copy(&w->a, slice_of_str(here)) };
	if (login == NULL)
		return !needed || err_set(e, ERR_USAGE, "say as whom: --as ACCOUNT (entente account list)");
	if (!account_find(w->node.store, slice_of_str(login), &w->a, &w->account, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "there is no account \"%s\"", login);
	if (w->account.locked)
		return err_set(e, ERR_DENIED, "the account \"%s\" is locked", login);
	w->by.account = w->account.id;
	w->by.name = arena_printf(&w->a, "%s as %s", here, login);
	return desk_actor_of(w->node.store, &w->account, &w->a, &w->actor, e);
}

static bool
desk(struct cli *c, struct err *e)
{
	const struct desk_command *v = verb_find(c->arg_count == 0 ? "summary" : c->args[0], e);
	struct desk_work w = { .c = c, .node = NODE_NONE, .lang = lang_tag(lang_get()) };
	int args = c->arg_count == 0 ? 0 : c->arg_count - 1;
	bool ok;

	if (v == NULL)
		return false;
	if (args < v->args_min || (v->args_max >= 0 && args > v->args_max))
		return err_set(e, ERR_USAGE, "expected: entente %s %s %s", c->command->name, v->name, v->args);
	if (!node_open(c->node, v->writes || v->serves ? NODE_BESIDE : NODE_READ, &w.node, e))
		return false;
	w.now_s = clock_now_s(); /* the node's own, where it stands still */
	arena_init(&w.a, (size_t)256 << 20);
	ok = desk_actor_take(&w, v->writes, e) && v->run(&w, e);
	arena_fini(&w.a);
	node_close(&w.node);
	return ok;
}

static const struct cli_option options[] = {
	{ "as", 0, N_("ACCOUNT"), N_("as whom something is done; of todo: for whom") },
	{ "reason", 'r', N_("TEXT"), N_("why: of refusals, and of moves that ask for it") },
	{ "fields", 0, N_("FILE"), N_("fields as a JSON object, beside those on the command line (- for standard input)") },
	{ "state", 's', N_("STATE"), N_("list: in this state") },
	{ "country", 'c', "CC", N_("list: of this country, ISO 3166") },
	{ "of", 0, N_("ID"), N_("list: that speak of this record (offers of a need, indicators of a project)") },
	{ "text", 't', N_("TEXT"), N_("list: with this within a title or name") },
	{ "due", 0, N_("DATE"), N_("list: whose time has come by this date") },
	{ "pending", 0, NULL, N_("list: that wait for a second person") },
	{ "limit", 0, N_("NUMBER"), N_("list: at most so many (0: all; default: 100)") },
	{ "format", 'f', N_("FORMAT"), N_("directory, import: vcard, csv (default), json") },
	{ "all", 0, NULL, N_("directory: those proposed, and those whose time is over, too") },
	{ "dry-run", 0, NULL, N_("import: only say what would be entered; measure: note nothing") },
	{ "ping", 0, NULL, N_("check call: it was an unannounced exercise") },
	{ "near", 0, NULL, N_("check page: also from addresses of one's own network, and by http") },
	{ "date", 'd', N_("DATE"), N_("readiness show: as it stood then; change: since then") },
	{ "months", 0, N_("NUMBER"), N_("measure: of so many months (default: 3)") },
	{ "org", 0, N_("IDENTIFIER"), N_("iati export: who reports, by its identifier as an organisation (XM-DAC-41114)") },
	{ "version", 0, N_("NUMBER"), N_("show: as it was in this version") },
	{ "out", 'o', N_("FILE"), N_("write there instead of to standard output") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_desk = {
	.name = "desk",
	.args = N_("[VERB] [ARGUMENT...]"),
	.summary = N_("the cooperation desk: directory, readiness, needs, offers, projects, results"),
	.details = N_("Records and what can be done with them: kinds lists the kinds of records, kinds KIND its fields, states and moves. new enters one, edit changes its fields, do moves it on. What takes two persons waits after the first: todo --as shows what waits for somebody, approve and refuse answer it. Each is done as an account of this node (--as), whose roles say what it may: a focal point for its country, an expert or donor for the entities that name its account. list, show and history read; summary counts. An id may be shortened to its last characters. A field is FIELD=VALUE: lists with commas; an amount \"1000 USD 2026-11-29\"; a figure \"12.5 2026-11-29\"; a text in a language \"es: Texto | en: Text\"; evidence \"https://... 2026-11-29\" or \"@FILE\", which is kept under its hash; FIELD= takes it out. file keeps a file, or writes the one of a hash. tick does what time does: expiries, terms that end. directory writes who answers for whom, import enters what others wrote, as proposals. check asks contacts whether they are there: run sends what is due (every 4 months, 6 for entities, again after 7 and 14 days) and says who is to be asked by a person, which ask does; answer takes a word that came back, or a mail with it; call notes a call, which counts once another person confirms it; page looks at a contact's security.txt or RFC 2350 document. readiness shows the model and how a country stands by it: by domain, what is missing of the minimum (gaps), its laws against the Budapest Convention, what changed since a date; propose drafts needs from the gaps. There is no total, and no country beside another. rank puts entities and offers for a need side by side, with what speaks for and against each; the country chooses. similar finds projects that run on the same topics, in the country or near it. money sums contributions, by currency. measure counts what indicators of projects say that the node measures (measure=open-findings, findings, hours-to-close, contacts-alive), and notes it with the question that was asked. iati writes projects as IATI 2.03, and reads activities of others: as initiatives, or, of a project of ours, their pledges and commitments as contributions in draft. verify holds every version against its hash, its chain and the audit log: exit status 1 where one is not what was written."),
	.examples = "  entente desk kinds need\n  entente desk new need --as dan country=KE title=\"A CSIRT\" problem=\"Nobody answers\" topics=c,m\n  entente desk do submit need:01K... --as dan\n  entente desk do accept need:01K... --as kim\n  entente desk todo --as kim\n  entente desk list need --country KE --state accepted\n  entente desk verify",
	.options = options,
	.args_max = -1,
	.run = desk,
};
