/*
 * sync: what is exchanged with partners by TAXII: entered, looked at, let go, and
 * done here where no server runs that does it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "cli/agreements.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "share/sync_run.h"

#define WAIT_MS 500

/* For programs its name, for people in their language. */
static const char *
state_word(bool json, const struct sync *x)
{
	static const struct { const char *name, *title; } words[] = { { "waiting", N_("waiting") }, { "running", N_("running") },
		{ "failing", N_("failing") }, { "paused", N_("paused") } };
	const char *name = sync_state_name(x);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].name, name) == 0)
			return json ? name : T(words[i].title);
	}
	return name;
}

static const struct table_column columns[] = {
	{ "id", N_("No."), true, 0 },
	{ "partner", N_("Partner"), false, 32 },
	{ "direction", N_("Direction"), false, 0 },
	{ "state", N_("State"), false, 0 },
	{ "remote", N_("Their collection"), false, 40 | TABLE_DROP(4) },
	{ "local", N_("Ours"), false, 32 | TABLE_DROP(5) },
	{ "purpose", N_("Purpose"), false, TABLE_DROP(8) },
	{ "received", N_("Received"), true, 0 },
	{ "known", N_("Known"), true, TABLE_DROP(6) },
	{ "refused", N_("Refused"), true, 0 },
	{ "sent", N_("Sent"), true, 0 },
	{ "last_try", N_("Last try"), false, TABLE_DROP(7) },
	{ "last_ok", N_("Last success"), false, TABLE_DROP(3) },
	{ "next_try", N_("Next try"), false, TABLE_DROP(9) },
	{ "failures", N_("Failures"), true, TABLE_DROP(10) },
	{ "error", N_("Error"), false, TABLE_DROP(1) },
	{ "url", N_("API root"), false, TABLE_DROP(2) },
};

static bool
list_row(void *cookie, const struct sync *x, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_int(t, x->id);
	table_text(t, x->partner);
	table_str(t, sync_direction_name(x->direction));
	table_str(t, state_word(t->json, x));
	table_text(t, x->remote);
	table_text(t, x->local);
	table_str(t, policy_purpose_name(x->purpose));
	table_int(t, (int64_t)x->received);
	table_int(t, (int64_t)x->known);
	table_int(t, (int64_t)x->refused);
	table_int(t, (int64_t)x->sent);
	table_date(t, x->last_try_s);
	table_date(t, x->last_ok_s);
	table_date(t, x->paused ? 0 : x->next_try_s);
	table_int(t, (int64_t)x->failures);
	table_text(t, x->error.len == 0 ? SLICE_NONE : x->error);
	table_text(t, x->url);
	return true;
}

static bool
list_show(struct cli *c, struct node *n, struct err *e)
{
	struct table t;

	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
	return table_finish(&t, sync_list(n->store, list_row, &t, e), e);
}

static bool
list(struct agreements_work *w, struct err *e)
{
	return list_show(w->c, &w->node, e);
}

static bool
id_take(const struct agreements_work *w, int n, int64_t *out, struct err *e)
{
	struct slice text = agreements_arg(w, n);

	return (slice_i64(text, out) && *out > 0) || err_set(e, ERR_USAGE, "%s is no number of an exchange; \"entente sync\" lists them", QUOTE(text));
}

static bool
show(struct agreements_work *w, struct err *e)
{
	struct sync x;
	struct sheet s;
	int64_t id;

	if (!id_take(w, 1, &id, e) || !sync_get(w->node.store, id, &w->a, &x, e))
		return false;
	sheet_begin(&s, w->c->json);
	sheet_int(&s, "id", N_("No."), x.id);
	sheet_text(&s, "partner", N_("Partner"), x.partner);
	sheet_text(&s, "url", N_("API root"), x.url);
	sheet_word(&s, "direction", N_("Direction"), sync_direction_name(x.direction));
	sheet_text(&s, "remote", N_("Their collection"), x.remote);
	sheet_text(&s, "local", N_("Ours"), x.local);
	sheet_word(&s, "purpose", N_("Purpose"), policy_purpose_name(x.purpose));
	sheet_text(&s, "state", N_("State"), slice_of_str(state_word(w->c->json, &x)));
	sheet_int(&s, "every_s", N_("Every (seconds)"), x.every_s);
	sheet_word(&s, "auth", N_("We say who we are by"), sync_auth_name(x.auth));
	sheet_text(&s, "user", N_("User"), x.user.len == 0 ? SLICE_NONE : x.user);
	sheet_text(&s, "pin", N_("Its key"), x.pin.len == 0 ? SLICE_NONE : x.pin);
	sheet_int(&s, "received", N_("Received"), (int64_t)x.received);
	sheet_int(&s, "known", N_("Known"), (int64_t)x.known);
	sheet_int(&s, "refused", N_("Refused"), (int64_t)x.refused);
	sheet_int(&s, "sent", N_("Sent"), (int64_t)x.sent);
	sheet_date(&s, "last_try", N_("Last try"), x.last_try_s);
	sheet_date(&s, "last_ok", N_("Last success"), x.last_ok_s);
	sheet_date(&s, "next_try", N_("Next try"), x.paused ? 0 : x.next_try_s);
	sheet_int(&s, "failures", N_("Failures in a row"), (int64_t)x.failures);
	sheet_text(&s, "error", N_("Error"), x.error.len == 0 ? SLICE_NONE : x.error);
	return sheet_finish(&s, true, e);
}

/* --- adding ---------------------------------------------------------------------------- */

/* The first line of a file, or of standard input. */
static bool
file_text(const char *path, size_t max, struct arena *a, struct slice *out, struct err *e)
{
	struct buf b;
	bool ok;

	buf_init(&b, max);
	ok = strcmp(path, "-") == 0 ? fd_read_all(STDIN_FILENO, &b, e) : file_read(path, &b, e);
	if (ok)
		*out = arena_copy(a, slice_trim(buf_view(&b)));
	if (b.p != NULL)
		explicit_bzero(b.p, b.cap);
	buf_fini(&b);
	return ok;
}

/* How it is met: by what is said, else as its kind is usually met. */
static bool
access_take(struct agreements_work *w, struct sync *x, bool node, struct err *e)
{
	struct cli *c = w->c;

	x->auth = node ? SYNC_AUTH_CERTIFICATE : SYNC_AUTH_NONE;
	if (cli_has(c, "secret-file"))
		x->auth = cli_has(c, "user") ? SYNC_AUTH_BASIC : SYNC_AUTH_TOKEN;
	if (cli_has(c, "auth") && !sync_auth_find(slice_of_str(cli_opt(c, "auth")), &x->auth))
		return err_set(e, ERR_USAGE, "--auth: \"%s\" is none of certificate, token, basic, none", cli_opt(c, "auth"));
	if ((x->auth == SYNC_AUTH_TOKEN || x->auth == SYNC_AUTH_BASIC) != cli_has(c, "secret-file"))
		return err_set(e, ERR_USAGE, "--secret-file FILE goes with --auth token, and with --auth basic --user NAME");
	x->user = cli_has(c, "user") ? slice_of_str(cli_opt(c, "user")) : S("");
	x->pin = cli_has(c, "pin") ? slice_of_str(cli_opt(c, "pin")) : S("");
	x->ca = S("");
	return !cli_has(c, "ca") || file_text(cli_opt(c, "ca"), SYNC_PEM_MAX, &w->a, &x->ca, e) || err_within(e, "--ca");
}

static bool
server_take(struct agreements_work *w, struct sync *x, struct err *e)
{
	struct partner p = { .kind = S("") };
	bool found;

	if (!partner_get(w->node.store, x->partner, &w->a, &p, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "there is no partner %s; enter it: entente partners add", QUOTE(x->partner));
	if (cli_has(w->c, "url"))
		x->url = slice_of_str(cli_opt(w->c, "url"));
	else if (p.url.len > 0)
		x->url = arena_printf(&w->a, "%.*s%staxii2/entente/", SLICE_ARG(p.url), p.url.p[p.url.len - 1] == '/' ? "" : "/");
	else
		return err_set(e, ERR_USAGE, "say where its TAXII API root is: --url https://node.example/taxii2/entente/");
	return access_take(w, x, slice_eq(p.kind, S("node")), e);
}

struct adding {
	struct sync x;
	struct slice secret;
	int64_t id;
};

static bool
put(struct agreements_work *w, void *cookie, struct err *e)
{
	struct adding *a = cookie;

	return sync_add(w->node.store, &a->x, w->now_s, &a->id, e) && (a->secret.p == NULL || sync_secret_put(&w->node, a->id, a->secret, e));
}

static bool
add(struct agreements_work *w, struct err *e)
{
	struct cli *c = w->c;
	struct adding a = { .x = { .partner = agreements_arg(w, 1), .remote = agreements_arg(w, 3), .purpose = PURPOSE_PROTECT, .every_s = SYNC_EVERY_S,
		.local = cli_has(c, "local") ? slice_of_str(cli_opt(c, "local")) : S("local"), .paused = cli_has(c, "paused") }, .secret = SLICE_NONE };
	uint64_t every = SYNC_EVERY_S;
	struct sheet s;

	if (!sync_direction_find(agreements_arg(w, 2), &a.x.direction))
		return err_set(e, ERR_USAGE, "%s is neither poll (what is theirs comes here) nor push (what is ours goes there)", QUOTE(agreements_arg(w, 2)));
	if (cli_has(c, "purpose") && !policy_purpose_find(slice_of_str(cli_opt(c, "purpose")), &a.x.purpose))
		return err_set(e, ERR_USAGE, "--purpose: \"%s\" is none of notify, statistics, protect", cli_opt(c, "purpose"));
	if (!cli_opt_u64(c, "every", SYNC_EVERY_MIN_S, SYNC_EVERY_MAX_S, &every, e) || !server_take(w, &a.x, e))
		return false;
	a.x.every_s = (int64_t)every;
	if (cli_has(c, "secret-file") && !file_text(cli_opt(c, "secret-file"), SYNC_SECRET_MAX, &w->a, &a.secret, e))
		return err_within(e, "--secret-file");
	if (!agreements_change(w, put, &a, "sync.add", arena_printf(&w->a, "sync %.*s %s %.*s", SLICE_ARG(a.x.partner), sync_direction_name(a.x.direction),
		SLICE_ARG(a.x.remote)), SLICE_NONE, e))
		return false;
	if (c->quiet && !c->json)
		return true;
	sheet_begin(&s, c->json);
	sheet_int(&s, "id", N_("No."), a.id);
	return sheet_finish(&s, true, e);
}

/* --- changing ------------------------------------------------------------------------------ */

struct changing { int64_t id; const char *verb; };

static bool
change(struct agreements_work *w, void *cookie, struct err *e)
{
	const struct changing *x = cookie;

	if (strcmp(x->verb, "remove") == 0)
		return sync_remove(w->node.store, x->id, e);
	return sync_pause(w->node.store, x->id, strcmp(x->verb, "pause") == 0, w->now_s, e);
}

static bool
each_changed(struct agreements_work *w, struct err *e)
{
	for (int i = 1; i < w->c->arg_count; i++) {
		struct changing x = { .verb = w->c->args[0] };
		const char *act = strcmp(x.verb, "remove") == 0 ? "sync.remove" : strcmp(x.verb, "pause") == 0 ? "sync.pause" : "sync.resume";

		if (!id_take(w, i, &x.id, e) || !agreements_change(w, change, &x, act, arena_printf(&w->a, "sync %lld", (long long)x.id), SLICE_NONE, e))
			return false;
		if (strcmp(x.verb, "remove") == 0)
			sync_secret_remove(&w->node, x.id);
	}
	return true;
}

/* --- what servers have ---------------------------------------------------------------------- */

static const struct table_column found_columns[] = {
	{ "collection", N_("Collection"), false, TABLE_WHOLE },
	{ "alias", N_("Alias"), false, 40 },
	{ "title", N_("Title"), false, 48 | TABLE_DROP(2) },
	{ "can_read", N_("Read"), false, 0 },
	{ "can_write", N_("Write"), false, 0 },
	{ "url", N_("API root"), false, TABLE_DROP(1) },
};

static const char *
yes_no(bool json, bool v)
{
	return json ? (v ? "true" : "false") : v ? T(N_("yes")) : T(N_("no"));
}

static bool
found_row(void *cookie, const struct taxii_found *f, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	if (f->collection.id.p == NULL)
		return true;
	table_text(t, f->collection.id);
	table_text(t, f->collection.alias.len == 0 ? SLICE_NONE : f->collection.alias);
	table_text(t, f->collection.title);
	table_str(t, yes_no(t->json, f->collection.can_read));
	table_str(t, yes_no(t->json, f->collection.can_write));
	table_text(t, f->root);
	return true;
}

/* Of a partner as it was entered, or of an address. */
static bool
collections(struct agreements_work *w, struct err *e)
{
	struct slice what = agreements_arg(w, 1);
	struct sync x = { .partner = what };
	struct taxii_access access = { .ca = SLICE_NONE };
	struct taxii_client *client = NULL;
	char *secret = NULL;
	struct table t;
	bool ok;

	if (slice_find(what, S("://")) != SIZE_MAX) {
		x.url = what;
		ok = access_take(w, &x, false, e);
	} else {
		ok = server_take(w, &x, e);
	}
	if (!ok)
		return false;
	if (cli_has(w->c, "secret-file")) {
		struct slice text;

		if (!file_text(cli_opt(w->c, "secret-file"), SYNC_SECRET_MAX, &w->a, &text, e))
			return err_within(e, "--secret-file");
		secret = arena_str(&w->a, text);
	}
	access = (struct taxii_access){ .ca = x.ca, .pin = x.pin, .auth = x.auth, .user = arena_str(&w->a, x.user), .secret = secret };
	access.certificate = arena_str(&w->a, slice_of_str(node_path_of(&w->node, w->node.conf.certificate)));
	access.key = arena_str(&w->a, slice_of_str(node_path_of(&w->node, w->node.conf.key)));
	table_begin(&t, found_columns, sizeof(found_columns) / sizeof(found_columns[0]), w->c->json);
	ok = taxii_client_new(&client, e) && (taxii_look(client, &access, x.url, w->now_s, found_row, &t, e) || err_within(e, "%.*s", SLICE_ARG(x.url)));
	taxii_client_free(&client);
	return table_finish(&t, ok, e);
}

static const struct agreements_verb verbs[] = {
	{ "list", false, false, 0, 0, "", list },
	{ "add", true, false, 3, 3, N_("PARTNER poll|push COLLECTION"), add },
	{ "show", false, false, 1, 1, N_("NUMBER"), show },
	{ "pause", true, false, 1, -1, N_("NUMBER..."), each_changed },
	{ "resume", true, false, 1, -1, N_("NUMBER..."), each_changed },
	{ "remove", true, false, 1, -1, N_("NUMBER..."), each_changed },
	{ "collections", false, false, 1, 1, N_("PARTNER|URL"), collections },
};

/* --- now ------------------------------------------------------------------------------------- */

struct running {
	struct cli *c;
	struct progress p;
	uint64_t objects;
};

static void
on_moved(void *cookie, const struct sync *x, uint64_t more)
{
	struct running *r = cookie;
	char note[80];

	r->objects += more;
	(void)snprintf(note, sizeof(note), "%.*s", (int)(x->partner.len > 60 ? 60 : x->partner.len), (const char *)x->partner.p);
	progress_at(&r->p, r->objects, note);
}

static void
on_done(void *cookie, const struct sync *x, bool ok)
{
	struct running *r = cookie;

	(void)x;
	r->c->partial = r->c->partial || !ok;
}

static bool
ids_take(struct cli *c, struct node *n, struct ids *out, struct err *e)
{
	int64_t id;

	if (c->arg_count < 2)
		return sync_due(n->store, true, clock_now_s(), out, e);
	for (int i = 1; i < c->arg_count; i++) {
		if (!slice_i64(slice_of_str(c->args[i]), &id) || id <= 0)
			return err_set(e, ERR_USAGE, "%s is no number of an exchange; \"entente sync\" lists them", QUOTE(slice_of_str(c->args[i])));
		/* It says whether it is there, and not paused. */
		if (!sync_now(n->store, id, clock_now_s(), e))
			return false;
		ids_add(out, id);
	}
	return true;
}

/* A server that runs does it: within seconds of being told so. */
static bool
server_told(struct cli *c, struct err *e)
{
	struct node n = NODE_NONE;
	struct ids ids = { 0 };
	bool ok;

	if (!node_open(c->node, NODE_BESIDE, &n, e))
		return false;
	ok = ids_take(c, &n, &ids, e);
	for (size_t i = 0; ok && i < ids.count; i++)
		ok = sync_now(n.store, ids.v[i], clock_now_s(), e);
	if (ok && !c->quiet)
		cli_tell(T("the node's server does it now; \"entente sync\" shows how far it is"));
	ids_fini(&ids);
	node_close(&n);
	return ok;
}

static bool
now(struct cli *c, struct err *e)
{
	struct running r = { .c = c };
	struct sync_hooks hooks = { .moved = on_moved, .done = on_done, .cookie = &r };
	struct sync_run *run = NULL;
	struct node n = NODE_NONE;
	struct ids ids = { 0 };
	bool ok;

	if (!node_open(c->node, NODE_WRITE, &n, e)) {
		if (e->code != ERR_CONFLICT)
			return false;
		*e = (struct err)ERR_INIT;
		return server_told(c, e);
	}
	progress_begin(&r.p, T("objects"), 0, c->quiet);
	ok = sync_run_new(&n, &hooks, &run, e) && ids_take(c, &n, &ids, e);
	if (ok)
		sync_run_add(run, &ids);
	while (ok && sync_run_count(run) > 0)
		sync_run_step(run, NULL, 0, WAIT_MS);
	sync_run_free(&run);
	progress_end(&r.p);
	ok = ok && (c->quiet ? !c->json || list_show(c, &n, e) : list_show(c, &n, e));
	ids_fini(&ids);
	node_close(&n);
	return ok;
}

static bool
sync_(struct cli *c, struct err *e)
{
	if (c->arg_count > 0 && strcmp(c->args[0], "now") == 0)
		return now(c, e);
	return agreements_run(c, verbs, sizeof(verbs) / sizeof(verbs[0]), e);
}

static const struct cli_option options[] = {
	{ "url", 0, "URL", N_("where its TAXII API root is (default: the partner's address and taxii2/entente/)") },
	{ "local", 0, N_("NAME"), N_("our collection (default: local)") },
	{ "purpose", 0, N_("PURPOSE"), N_("what it is for: protect (default), notify, statistics") },
	{ "every", 0, N_("SECONDS"), N_("how often it is looked for what is new (default: 300)") },
	{ "auth", 0, N_("HOW"), N_("certificate: our own (default for nodes), token, basic, or none (default for others)") },
	{ "user", 0, N_("NAME"), N_("the user of --auth basic") },
	{ "secret-file", 0, N_("FILE"), N_("the token or password; - is standard input") },
	{ "ca", 0, N_("FILE"), N_("trust this certificate, or those that it signed, and no others (PEM)") },
	{ "pin", 0, N_("HASH"), N_("trust the server that has this key, sha256//..., whoever signed its certificate") },
	{ "paused", 0, NULL, N_("enter it, and let it run later") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_sync = {
	.name = "sync",
	.args = N_("[list|add|show|now|pause|resume|remove|collections] [NUMBER...]"),
	.summary = N_("exchange objects with partners by TAXII 2.1: poll and push"),
	.details = N_("An exchange is one collection of a partner's, polled into one of ours, or one of ours, pushed to theirs. The server does it by itself, again and again, with what is new alone; now does it at once, in the server where one runs, else here. What goes and what comes passes the agreements with the partner: without one in force nothing flows. A partner of kind taxii with whom there is no agreement is a source, such as a public feed: what it has is kept, and goes on to nobody unless it is marked TLP:CLEAR. What breaks off is gone on with where it was; what fails is tried again after a minute, and later each time, after six hours at the most. collections asks a server what it has. Exit status 1: something failed, and the list says what."),
	.examples = "  entente sync collections fr-cert --ca fr.pem\n  entente sync add fr-cert poll local --ca fr.pem\n  entente sync add fr-cert push inbox --local shared --ca fr.pem\n  entente partners add feed --kind taxii --url https://feed.example/\n  entente sync add feed poll indicators --url https://feed.example/api/ --local feed --secret-file token.txt\n  entente sync now\n  entente sync pause 2",
	.options = options,
	.args_max = -1,
	.run = sync_,
};
