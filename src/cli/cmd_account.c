/*
 * account: who may do what in this node. The first administrator is made here;
 * whoever lost everything gets in again from here. Works beside a running
 * server, which sees at once what was changed.
 */
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "node.h"
#include "server/auth_room.h"
#include "server/certificate.h"

struct work {
	struct cli *c;
	struct node node;
	struct secret *secret;
	struct arena a;
	struct who by;
	int64_t now_s;
};

/* --- passwords ------------------------------------------------------------------------------- */

/* A line from the terminal, not shown while it is typed. */
static bool
line_hidden(const char *prompt, char *out, size_t max, struct err *e)
{
	struct termios before, quiet;
	bool ok;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return err_sys(e, "the terminal does not answer");
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	/* What was typed before is dropped; so first this, then the prompt. */
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	fprintf(stderr, "%s ", prompt);
	ok = fgets(out, (int)max, stdin) != NULL;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	fputc('\n', stderr);
	out[strcspn(out, "\n")] = '\0';
	return ok || err_set(e, ERR_USAGE, "no password was typed");
}

static bool
asked(char *out, size_t max, struct err *e)
{
	char again[PASSWORD_BYTES_MAX + 2];
	bool same;

	if (!line_hidden(T("Password (empty: one is made):"), out, max, e))
		return false;
	if (out[0] == '\0')
		return true;
	if (!line_hidden(T("The same again:"), again, sizeof(again), e))
		return false;
	same = strcmp(out, again) == 0;
	sodium_memzero(again, sizeof(again));
	return same || err_set(e, ERR_USAGE, "the two are not the same");
}

/* The first line of a file, or of standard input. */
static bool
from_file(const char *path, char *out, size_t max, struct err *e)
{
	struct slice rest, line;
	struct buf b;
	bool ok;

	buf_init(&b, 4096);
	ok = strcmp(path, "-") == 0 ? fd_read_all(STDIN_FILENO, &b, e) : file_read(path, &b, e);
	rest = buf_view(&b);
	if (ok && (!slice_line(&rest, &line) || line.len >= max))
		ok = err_set(e, ERR_USAGE, "%s: the first line is the password; it has at most %d bytes", path, PASSWORD_BYTES_MAX);
	if (ok) {
		memcpy(out, line.p, line.len);
		out[line.len] = '\0';
	}
	if (b.p != NULL)
		sodium_memzero(b.p, b.cap);
	buf_fini(&b);
	return ok;
}

/* From a file, by the terminal, or made; *made_out: it is to be shown, and changed at its first use. */
static bool
password_get(struct work *w, const struct account *x, char out[PASSWORD_BYTES_MAX + 2], bool *made_out, struct err *e)
{
	const char *file = cli_opt(w->c, "password-file");

	out[0] = '\0';
	*made_out = false;
	if (file != NULL ? !from_file(file, out, PASSWORD_BYTES_MAX + 1, e) :
		isatty(STDIN_FILENO) == 1 && !w->c->json && !asked(out, PASSWORD_BYTES_MAX + 2, e))
		return false;
	if (out[0] == '\0' && file == NULL) {
		*made_out = true;
		password_make(out);
		return true;
	}
	return password_check(slice_of_str(out), x->name, x->mail, e);
}

/* --- finding and showing ------------------------------------------------------------------------ */

static bool
name_arg(struct work *w, struct slice *out, struct err *e)
{
	if (w->c->arg_count < 2)
		return err_set(e, ERR_USAGE, "name the account; see: entente account --help");
	return account_name_clean(slice_of_str(w->c->args[1]), &w->a, out, e);
}

static bool
account_arg(struct work *w, struct account *out, struct err *e)
{
	struct slice name = SLICE_NONE;
	bool found;

	return name_arg(w, &name, e) && account_find(w->node.store, name, &w->a, out, &found, e) &&
	    (found || err_set(e, ERR_ABSENT, "there is no account %s", QUOTE(name)));
}

static bool
number_arg(struct work *w, int64_t *out, struct err *e)
{
	return (w->c->arg_count == 2 && slice_i64(slice_of_str(w->c->args[1]), out) && *out > 0) ||
	    err_set(e, ERR_USAGE, "say which, by the number that the list shows");
}

static const struct table_column columns[] = {
	{ "id", N_("Number"), true, 0 },
	{ "name", N_("Account"), false, 32 },
	{ "display", N_("Display name"), false, 32 | TABLE_DROP(3) },
	{ "roles", N_("Roles"), false, 48 },
	{ "country", N_("Country"), false, TABLE_DROP(5) },
	{ "state", N_("State"), false, 0 },
	{ "second_factor", N_("Second factor"), false, TABLE_DROP(2) },
	{ "second_factor_due", "", false, TABLE_JSON },
	{ "mail", N_("Mail"), false, 40 | TABLE_DROP(4) },
	{ "signed_in", N_("Last sign-in"), false, TABLE_DROP(1) },
};

/* Due: the node asks it of a role of theirs, and there is none. */
static const char *
factor_word(const struct work *w, const struct account *x)
{
	return x->second_factor ? N_("yes") : auth_factor_due(&w->node.conf, x) ? N_("no, to be set up first") : N_("no");
}

static const char *
state_word(const struct account *x)
{
	return x->locked ? N_("locked") : x->must_change ? N_("new password given out") : N_("open");
}

struct list {
	const struct work *w;
	struct table t;
};

static bool
list_row(void *cookie, const struct account *x, struct err *e)
{
	struct list *l = cookie;
	struct table *t = &l->t;
	struct buf b;

	(void)e;
	buf_init(&b, 512);
	who_roles_print(x->roles, &b);
	table_int(t, x->id);
	table_text(t, x->name);
	table_text(t, x->display);
	table_text(t, buf_view(&b));
	table_text(t, x->country.len == 0 ? SLICE_NONE : x->country);
	table_str(t, t->json ? (x->locked ? "locked" : x->must_change ? "must_change" : "open") : T(state_word(x)));
	table_str(t, t->json ? (x->second_factor ? "yes" : "no") : T(factor_word(l->w, x)));
	table_str(t, auth_factor_due(&l->w->node.conf, x) ? "yes" : "no");
	table_text(t, x->mail.len == 0 ? SLICE_NONE : x->mail);
	table_date(t, x->signed_s);
	buf_fini(&b);
	return true;
}

static bool
list(struct work *w, struct err *e)
{
	struct list l = { .w = w };

	table_begin(&l.t, columns, sizeof(columns) / sizeof(columns[0]), w->c->json);
	return table_finish(&l.t, account_list(w->node.store, list_row, &l, e), e);
}

static bool
session_item(void *cookie, const struct session *x, struct err *e)
{
	struct sheet *s = cookie;

	(void)e;
	sheet_item(s);
	sheet_int(s, "id", N_("Number"), x->id);
	sheet_date(s, "created", N_("Signed in at"), x->created_s);
	sheet_date(s, "seen", N_("Last request"), x->seen_s);
	sheet_text(s, "address", N_("Address"), x->ip.len == 0 ? SLICE_NONE : x->ip);
	sheet_item_end(s);
	return true;
}

static bool
show(struct work *w, struct err *e)
{
	struct account x;
	struct sheet s;
	struct buf b;
	int64_t codes;
	bool ok;

	if (!account_arg(w, &x, e) || !account_codes_left(w->node.store, x.id, &codes, e))
		return false;
	buf_init(&b, 512);
	who_roles_print(x.roles, &b);
	sheet_begin(&s, w->c->json);
	sheet_int(&s, "id", N_("Number"), x.id);
	sheet_text(&s, "name", N_("Account"), x.name);
	sheet_text(&s, "display", N_("Display name"), x.display);
	sheet_text(&s, "mail", N_("Mail"), x.mail.len == 0 ? SLICE_NONE : x.mail);
	sheet_text(&s, "roles", N_("Roles"), buf_view(&b));
	sheet_text(&s, "country", N_("Country"), x.country.len == 0 ? SLICE_NONE : x.country);
	sheet_word(&s, "state", N_("State"), state_word(&x));
	sheet_word(&s, "second_factor", N_("Second factor"), s.json ? (x.second_factor ? "yes" : "no") : factor_word(w, &x));
	if (s.json)
		sheet_word(&s, "second_factor_due", "", auth_factor_due(&w->node.conf, &x) ? "yes" : "no");
	sheet_int(&s, "recovery_codes", N_("Recovery codes left"), codes);
	sheet_date(&s, "created", N_("Made"), x.created_s);
	sheet_date(&s, "changed", N_("Changed"), x.changed_s);
	sheet_date(&s, "signed_in", N_("Last sign-in"), x.signed_s);
	sheet_list(&s, "sessions", N_("Where it is signed in"));
	ok = session_list(w->node.store, x.id, w->now_s, session_item, &s, e);
	sheet_list_end(&s);
	buf_fini(&b);
	return sheet_finish(&s, ok, e);
}

/* What was made or given out: for people a sentence, and a password once. */
static bool
told(struct work *w, const struct account *x, const char *sentence, const char *password, struct err *e)
{
	struct sheet s;

	if (w->c->json) {
		sheet_begin(&s, true);
		sheet_int(&s, "id", "", x->id);
		sheet_text(&s, "name", "", x->name);
		sheet_text(&s, "password", "", slice_of_str(password));
		return sheet_finish(&s, true, e);
	}
	if (!w->c->quiet) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		printf(sentence, SLICE_ARG(x->name));
#pragma GCC diagnostic pop
		putchar('\n');
	}
	if (password != NULL && !w->c->quiet)
		puts(T("Its password, shown this once, to be changed when it is first used:"));
	if (password != NULL)
		puts(password);
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}

/* --- changing -------------------------------------------------------------------------------------- */

static void
head_keep(struct work *w)
{
	struct err e = ERR_INIT;

	/* A log that does not fit its head is for a person to look at, and no reason to lock them out. */
	if (!audit_head_keep(w->node.store, node_path(&w->node, "audit.head"), &e))
		cli_tell(e.text);
}

static bool
end(struct work *w, struct auth_change *change, bool ok, const char *act, const struct account *x, struct slice detail, struct err *e)
{
	if (!auth_change_end(change, ok, &w->by, act, x == NULL ? S("") : auth_object(x, &w->a), detail, w->now_s, e))
		return false;
	head_keep(w);
	return true;
}

static bool
options_take(struct work *w, struct account *x, struct err *e)
{
	struct cli *c = w->c;

	if (cli_has(c, "role") && !who_roles_parse(slice_of_str(cli_opt(c, "role")), &x->roles, e))
		return false;
	if (cli_has(c, "mail"))
		x->mail = slice_of_str(cli_opt(c, "mail"));
	if (cli_has(c, "name"))
		x->display = slice_of_str(cli_opt(c, "name"));
	if (cli_has(c, "country"))
		x->country = slice_of_str(cli_opt(c, "country"));
	if (cli_has(c, "language")) {
		x->lang_known = lang_parse(cli_opt(c, "language"), &x->lang);
		if (!x->lang_known)
			return err_set(e, ERR_USAGE, "--%s: \"%s\" is none of ar, zh, en, fr, ru, es", "language", cli_opt(c, "language"));
	}
	return account_clean(x, &w->a, NULL, e);
}

static struct slice
roles_text(struct work *w, uint32_t roles)
{
	struct slice text;
	struct buf b;

	buf_init(&b, 512);
	buf_str(&b, "roles: ");
	who_roles_print(roles, &b);
	text = arena_copy(&w->a, buf_view(&b));
	buf_fini(&b);
	return text;
}

static bool
add(struct work *w, struct err *e)
{
	struct account x = { .display = S(""), .mail = S(""), .country = S("") };
	char password[PASSWORD_BYTES_MAX + 2], hash[PASSWORD_HASH_MAX];
	struct auth_change change;
	bool ok;

	if (!cli_has(w->c, "role"))
		return err_set(e, ERR_USAGE, "say what the account is: --role analyst");
	if (!name_arg(w, &x.name, e) || !options_take(w, &x, e) || !password_get(w, &x, password, &x.must_change, e))
		return false;
	ok = password_hash(slice_of_str(password), hash, e) && auth_change_begin(&change, w->node.store, e);
	if (ok) {
		ok = auth_account_add(w->node.store, w->secret, &x, hash, w->now_s, &x.id, e);
		ok = end(w, &change, ok, "account.add", &x, roles_text(w, x.roles), e);
	}
	ok = ok && told(w, &x, T("Account %.*s is made."), x.must_change ? password : NULL, e);
	sodium_memzero(password, sizeof(password));
	return ok;
}

static bool
put(struct work *w, const struct account *x, const char *act, struct slice detail, const char *sentence, struct err *e)
{
	struct auth_change change;
	bool ok;

	if (!auth_change_begin(&change, w->node.store, e))
		return false;
	ok = account_put(w->node.store, x, w->now_s, e);
	return end(w, &change, ok, act, x, detail, e) && told(w, x, sentence, NULL, e);
}

static bool
change(struct work *w, struct err *e)
{
	struct account x;

	return account_arg(w, &x, e) && options_take(w, &x, e) &&
	    put(w, &x, "account.change", roles_text(w, x.roles), T("Account %.*s is changed."), e);
}

static bool
lock(struct work *w, struct err *e)
{
	struct account x;

	if (!account_arg(w, &x, e))
		return false;
	x.locked = true;
	return put(w, &x, "account.lock", S(""), T("Account %.*s is locked; its sessions have ended."), e);
}

static bool
unlock(struct work *w, struct err *e)
{
	struct account x;

	if (!account_arg(w, &x, e))
		return false;
	x.locked = false;
	return put(w, &x, "account.unlock", S(""), T("Account %.*s can sign in again."), e);
}

static bool
reset(struct work *w, struct err *e)
{
	char password[PASSWORD_BYTES_MAX + 2], hash[PASSWORD_HASH_MAX];
	bool off = cli_has(w->c, "second-factor-off"), made, ok;
	struct auth_change change;
	struct account x;

	if (!account_arg(w, &x, e) || !password_get(w, &x, password, &made, e))
		return false;
	ok = password_hash(slice_of_str(password), hash, e) && auth_change_begin(&change, w->node.store, e);
	if (ok) {
		ok = auth_password_put(w->node.store, w->secret, x.id, hash, made, 0, w->now_s, e) &&
		    (!off || account_totp_put(w->node.store, x.id, SLICE_NONE, 0, w->now_s, e));
		ok = end(w, &change, ok, "account.reset", &x, off ? S("second factor off") : S(""), e);
	}
	ok = ok && told(w, &x, T("Account %.*s has a new password; its sessions have ended."), made ? password : NULL, e);
	sodium_memzero(password, sizeof(password));
	return ok;
}

static bool
take_out(struct work *w, struct err *e)
{
	struct auth_change change;
	struct account x;
	bool ok;

	if (!account_arg(w, &x, e) || !auth_change_begin(&change, w->node.store, e))
		return false;
	ok = account_remove(w->node.store, x.id, e);
	return end(w, &change, ok, "account.remove", &x, roles_text(w, x.roles), e) &&
	    told(w, &x, T("Account %.*s is removed; what it did stays in the audit log."), NULL, e);
}

/* --- tokens -------------------------------------------------------------------------------------------- */

static bool
token_row(void *cookie, const struct token *x, struct err *e)
{
	struct table *t = cookie;
	struct buf b;

	(void)e;
	buf_init(&b, 1024);
	who_rights_print(x->scopes, &b);
	table_int(t, x->id);
	table_text(t, x->account.name);
	table_text(t, x->name);
	table_text(t, x->prefix);
	table_text(t, buf_view(&b));
	table_date(t, x->expires_s);
	table_date(t, x->seen_s);
	buf_fini(&b);
	return true;
}

static bool
tokens(struct work *w, struct err *e)
{
	static const struct table_column cols[] = { { "id", N_("Number"), true, 0 }, { "account", N_("Account"), false, 32 },
		{ "name", N_("Token"), false, 32 }, { "prefix", N_("Begins"), false, 0 }, { "scopes", N_("Rights"), false, 60 | TABLE_DROP(1) },
		{ "expires", N_("Until"), false, TABLE_DAY }, { "seen", N_("Last used"), false, TABLE_DAY | TABLE_DROP(2) } };
	struct account x = { 0 };
	struct table t;

	if (w->c->arg_count > 1 && !account_arg(w, &x, e))
		return false;
	table_begin(&t, cols, sizeof(cols) / sizeof(cols[0]), w->c->json);
	return table_finish(&t, token_list(w->node.store, x.id, token_row, &t, e), e);
}

static bool
scopes_take(struct work *w, uint32_t may, uint32_t *out, struct err *e)
{
	if (!cli_has(w->c, "scope"))
		return err_set(e, ERR_USAGE, "say what it may: --scope reports.add,findings.read");
	if (!who_rights_parse(slice_of_str(cli_opt(w->c, "scope")), out, e))
		return false;
	return (*out & ~(may & who_scopes())) == 0 ||
	    err_set(e, ERR_DENIED, "not all of these rights can be given: see which the account has by its roles");
}

static bool
token(struct work *w, struct err *e)
{
	struct token x = { .name = cli_has(w->c, "name") ? slice_of_str(cli_opt(w->c, "name")) : S("token") };
	struct auth_change change;
	uint64_t days = 90;
	struct slice text;
	bool ok;

	if (!account_arg(w, &x.account, e) || !cli_opt_u64(w->c, "days", 1, 366, &days, e) ||
	    !scopes_take(w, who_roles_rights(x.account.roles), &x.scopes, e) ||
	    !auth_change_begin(&change, w->node.store, e))
		return false;
	ok = auth_token_add(w->node.store, &x, (int64_t)days, w->now_s, &w->a, &text, e);
	if (!end(w, &change, ok, "token.add", &x.account, x.name, e))
		return false;
	if (w->c->json)
		printf("{\"id\":%lld,\"token\":\"%.*s\"}\n", (long long)x.id, SLICE_ARG(text));
	else if (w->c->quiet)
		printf("%.*s\n", SLICE_ARG(text));
	else
		printf("%s\n%.*s\n", T("The token, shown this once:"), SLICE_ARG(text));
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}

static bool
token_revoke(struct work *w, struct err *e)
{
	struct auth_change change;
	struct token x;
	int64_t id = 0;
	bool ok;

	if (!number_arg(w, &id, e) || !token_get(w->node.store, id, 0, &w->a, &x, e) ||
	    !auth_change_begin(&change, w->node.store, e))
		return false;
	ok = token_remove(w->node.store, id, e);
	return end(w, &change, ok, "token.revoke", &x.account, x.name, e);
}

/* --- partners -------------------------------------------------------------------------------------------- */

static bool
partner_row(void *cookie, const struct partner_cert *x, struct err *e)
{
	struct table *t = cookie;
	char hex[SHA256_HEX + 1];
	struct buf b;

	(void)e;
	buf_init(&b, 1024);
	who_rights_print(x->scopes, &b);
	sha256_hex(&x->sha, hex);
	table_int(t, x->id);
	table_text(t, x->name);
	table_text(t, buf_view(&b));
	table_date(t, x->expires_s);
	table_str(t, hex);
	buf_fini(&b);
	return true;
}

static bool
partners(struct work *w, struct err *e)
{
	static const struct table_column cols[] = { { "id", N_("Number"), true, 0 }, { "name", N_("Partner"), false, 40 },
		{ "scopes", N_("Rights"), false, 60 }, { "expires", N_("Until"), false, TABLE_DAY }, { "sha256", "SHA-256", false, 24 | TABLE_DROP(1) } };
	struct table t;

	table_begin(&t, cols, sizeof(cols) / sizeof(cols[0]), w->c->json);
	return table_finish(&t, partner_cert_list(w->node.store, partner_row, &t, e), e);
}

static bool
certificate_read(const char *path, int64_t now_s, struct partner_cert *out, struct err *e)
{
	struct buf text;
	bool ok;

	buf_init(&text, 1 << 20);
	ok = file_read(path, &text, e) &&
	    (certificate_of(buf_view(&text), now_s, &out->sha, &out->expires_s, e) || err_within(e, "%s", path));
	buf_fini(&text);
	return ok;
}

static bool
partner(struct work *w, struct err *e)
{
	struct partner_cert x = { 0 };
	struct auth_change change;
	bool ok;

	if (w->c->arg_count != 2 || !cli_has(w->c, "certificate"))
		return err_set(e, ERR_USAGE, "name the partner and its certificate: entente account partner CERT-XY --certificate FILE --scope reports.add");
	x.name = slice_trim(slice_of_str(w->c->args[1]));
	if (x.name.len == 0 || x.name.len > 128 || !slice_utf8_ok(x.name))
		return err_set(e, ERR_USAGE, "a partner's name has from 1 to %d bytes", 128);
	if (!certificate_read(cli_opt(w->c, "certificate"), w->now_s, &x, e) || !scopes_take(w, who_scopes(), &x.scopes, e) ||
	    !auth_change_begin(&change, w->node.store, e))
		return false;
	ok = partner_cert_add(w->node.store, &x, w->now_s, &x.id, e);
	return end(w, &change, ok, "partner.add", NULL, x.name, e);
}

static bool
dismiss(struct work *w, struct err *e)
{
	struct auth_change change;
	int64_t id = 0;
	bool ok;

	if (!number_arg(w, &id, e) || !auth_change_begin(&change, w->node.store, e))
		return false;
	ok = partner_cert_remove(w->node.store, id, e);
	return end(w, &change, ok, "partner.remove", NULL, slice_of_str(w->c->args[1]), e);
}

/* --- the command ---------------------------------------------------------------------------------------------- */

static const struct verb {
	const char *name;
	bool writes;
	bool (*run)(struct work *w, struct err *e);
} verbs[] = {
	{ "list", false, list }, { "show", false, show }, { "add", true, add }, { "change", true, change },
	{ "lock", true, lock }, { "unlock", true, unlock }, { "reset", true, reset }, { "remove", true, take_out },
	{ "tokens", false, tokens }, { "token", true, token }, { "revoke", true, token_revoke },
	{ "partners", false, partners }, { "partner", true, partner }, { "dismiss", true, dismiss },
};

static const struct verb *
verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	}
	return NULL;
}

static bool
account(struct cli *c, struct err *e)
{
	const struct verb *v = verb_find(c->arg_count == 0 ? "list" : c->args[0]);
	const struct passwd *p = getpwuid(getuid());
	struct work w = { .c = c, .node = NODE_NONE, .now_s = clock_now_s(),
		.by = { .kind = WHO_HERE, .name = p == NULL ? S("") : slice_of_str(p->pw_name) } };
	bool ok;

	if (v == NULL)
		return err_set(e, ERR_USAGE, "\"%s\" is none of list, show, add, change, lock, unlock, reset, remove, tokens, token, revoke, partners, partner, dismiss", c->args[0]);
	if (!node_open(c->node, v->writes ? NODE_BESIDE : NODE_READ, &w.node, e))
		return false;
	arena_init(&w.a, (size_t)1 << 20);
	w.by.name = arena_copy(&w.a, w.by.name);
	ok = (!v->writes || secret_open(node_path(&w.node, "secret.key"), &w.secret, e)) && v->run(&w, e);
	secret_close(&w.secret);
	arena_fini(&w.a);
	node_close(&w.node);
	return ok;
}

static const struct cli_option options[] = {
	{ "role", 'r', N_("LIST"), N_("what the account is, with commas: administrator, analyst, focal-point, coordinator, expert, donor, auditor, viewer") },
	{ "mail", 'm', N_("ADDRESS"), N_("its mail address") },
	{ "name", 0, N_("NAME"), N_("as others see it; of a token: what it is for") },
	{ "language", 0, N_("LANG"), N_("its language: ar, zh, en, fr, ru, es") },
	{ "country", 0, "CC", N_("of a focal point: the country that it answers for") },
	{ "password-file", 0, N_("FILE"), N_("its password is the first line of a file (-: of standard input)") },
	{ "second-factor-off", 0, NULL, N_("with reset: the second factor goes too") },
	{ "scope", 0, N_("LIST"), N_("what a token or a partner may, with commas: findings.read, reports.add, ...") },
	{ "days", 0, N_("NUMBER"), N_("a token expires after so many days (default: 90)") },
	{ "certificate", 0, N_("FILE"), N_("of a partner: its client's certificate, PEM") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_account = {
	.name = "account",
	.args = N_("[list|show|add|change|lock|unlock|reset|remove|tokens|token|revoke|partners|partner|dismiss] [NAME|NUMBER]"),
	.summary = N_("make, change and lock the accounts of people, tokens and partners"),
	.details = N_("add asks for a password on a terminal; where none is typed, one is made and shown once, and must be changed when it is first used. reset does the same for an account that is there. lock ends its sessions and puts its tokens to sleep. An account can have several roles; an administrator sees findings only with another role beside. A second factor is set up by each person on the page; list says who still has to, where entente.conf asks it of their roles (second_factor under [server]). token makes a key for a program, which never may more than its account; revoke ends it, by its number. partner makes the owner of a certificate known, dismiss ends that. All of it works while the server runs, takes effect at once and is kept in the audit log: entente audit."),
	.examples = "  entente account add ana --role administrator --mail ana@csirt.example\n  entente account add bo --role analyst,auditor\n  entente account reset bo --second-factor-off\n  entente account token bo --name sensor --scope reports.add\n  entente account partner CERT-XY --certificate xy.pem --scope reports.add",
	.options = options,
	.args_max = 2,
	.run = account,
};
