/*
 * partners: the nodes and systems of others, their keys, and our own name and key
 * as a party to agreements. Works beside a running server.
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "cli/agreements.h"
#include "cli/commands.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "server/auth_room.h"

/* --- what both commands need ------------------------------------------------------- */

static const struct agreements_verb *
verb_find(const char *name, const struct agreements_verb *verbs, size_t n, struct err *e)
{
	char all[512] = "";

	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
		(void)strncat(all, i == 0 ? "" : ", ", sizeof(all) - strlen(all) - 1);
		(void)strncat(all, verbs[i].name, sizeof(all) - strlen(all) - 1);
	}
	(void)err_set(e, ERR_USAGE, "\"%s\" is none of %s", name, all);
	return NULL;
}

bool
agreements_run(struct cli *c, const struct agreements_verb *verbs, size_t n, struct err *e)
{
	const struct agreements_verb *v = verb_find(c->arg_count == 0 ? "list" : c->args[0], verbs, n, e);
	const struct passwd *p = getpwuid(getuid());
	struct agreements_work w = { .c = c, .node = NODE_NONE, .keys = AGREE_KEYS_NONE, .now_s = clock_now_s(), .by = { .kind = WHO_HERE } };
	int args = c->arg_count == 0 ? 0 : c->arg_count - 1;
	bool ok;

	if (v == NULL)
		return false;
	if (args < v->args_min || (v->args_max >= 0 && args > v->args_max))
		return err_set(e, ERR_USAGE, "expected: entente %s %s %s", c->command->name, v->name, v->args);
	if (!node_open(c->node, v->writes ? NODE_BESIDE : NODE_READ, &w.node, e))
		return false;
	w.now_s = clock_now_s(); /* the node's own, where it stands still */
	w.date_s = w.now_s;
	arena_init(&w.a, (size_t)64 << 20);
	w.by.name = arena_copy(&w.a, p == NULL ? S("") : slice_of_str(p->pw_name));
	ok = cli_opt_date(c, "date", &w.date_s, e) &&
	    (!v->signs || agree_keys_open(&w.node, false, &w.keys, e)) && v->run(&w, e);
	agree_keys_close(&w.keys);
	arena_fini(&w.a);
	node_close(&w.node);
	return ok;
}

bool
agreements_change(struct agreements_work *w, bool (*change)(struct agreements_work *w, void *cookie, struct err *e),
    void *cookie, const char *act, struct slice object, struct slice detail, struct err *e)
{
	struct auth_change x;
	struct err said = ERR_INIT;

	if (!auth_change_begin(&x, w->node.store, e) ||
	    !auth_change_end(&x, change(w, cookie, e), &w->by, act, object, detail, w->now_s, e))
		return false;
	if (!audit_head_keep(w->node.store, node_path(&w->node, "audit.head"), &said))
		cli_tell(said.text);
	return true;
}

/* --- partners ------------------------------------------------------------------------ */

static const struct table_column columns[] = {
	{ "id", N_("Name"), false, 32 },
	{ "name", N_("Title"), false, 40 | TABLE_DROP(3) },
	{ "country", N_("Country"), false, TABLE_DROP(4) },
	{ "kind", N_("Kind"), false, TABLE_DROP(2) },
	{ "fingerprint", N_("Fingerprint of its key"), false, 0 },
	{ "key", "", false, TABLE_JSON },
	{ "url", N_("Address"), false, 40 | TABLE_DROP(5) },
	{ "certificate", N_("Certificate"), true, TABLE_DROP(6) },
};

static bool
list_row(void *cookie, const struct partner *p, struct err *e)
{
	char mark[ED25519_FINGERPRINT_TEXT], key[ED25519_KEY_HEX + 1];
	struct table *t = cookie;
	struct buf b;

	(void)e;
	ed25519_fingerprint_print(&p->key, mark);
	ed25519_key_print(&p->key, key);
	table_text(t, p->id);
	table_text(t, p->name);
	table_text(t, p->country.len == 0 ? SLICE_NONE : p->country);
	table_text(t, p->kind);
	table_text(t, p->has_key ? slice_of_str(mark) : SLICE_NONE);
	buf_init(&b, 128);
	if (p->has_key)
		json_quote(&b, slice_of_str(key));
	else
		buf_str(&b, "null");
	table_raw(t, buf_view(&b));
	buf_fini(&b);
	table_text(t, p->url.len == 0 ? SLICE_NONE : p->url);
	if (p->cert == 0)
		table_none(t);
	else
		table_int(t, p->cert);
	return true;
}

static bool
list(struct agreements_work *w, struct err *e)
{
	struct table t;

	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), w->c->json);
	return table_finish(&t, partner_list(w->node.store, list_row, &t, e), e);
}

static bool
put(struct agreements_work *w, void *cookie, struct err *e)
{
	return partner_put(w->node.store, cookie, cli_has(w->c, "replace"), w->now_s, e);
}

/* 64 digits, or a file whose first line they are. */
static bool
key_take(struct agreements_work *w, struct partner *p, struct err *e)
{
	const char *key = cli_opt(w->c, "key");
	struct slice text = slice_of_str(key), line;
	struct buf b;
	bool ok = true;

	if (key == NULL)
		return true;
	buf_init(&b, 4096);
	if (text.len != ED25519_KEY_HEX || file_exists(key)) {
		ok = file_read(key, &b, e);
		text = buf_view(&b);
		text = slice_line(&text, &line) ? slice_trim(line) : S("");
	}
	ok = ok && (ed25519_key_parse(text, &p->key) ||
		err_set(e, ERR_USAGE, "--key: expected 64 digits of 0-9 and a-f, or a file whose first line they are"));
	p->has_key = ok;
	buf_fini(&b);
	return ok;
}

static bool
options_take(struct agreements_work *w, struct partner *p, struct err *e)
{
	struct cli *c = w->c;
	uint64_t cert = (uint64_t)p->cert;

	if (cli_has(c, "name"))
		p->name = slice_of_str(cli_opt(c, "name"));
	if (cli_has(c, "country"))
		p->country = slice_of_str(cli_opt(c, "country"));
	if (cli_has(c, "kind"))
		p->kind = slice_of_str(cli_opt(c, "kind"));
	if (cli_has(c, "url"))
		p->url = slice_of_str(cli_opt(c, "url"));
	if (!cli_opt_u64(c, "certificate", 0, INT64_MAX, &cert, e))
		return false;
	p->cert = (int64_t)cert;
	return key_take(w, p, e);
}

/* One that is there keeps what is not said anew. */
static bool
add(struct agreements_work *w, struct err *e)
{
	struct slice id = agreements_arg(w, 1);
	struct partner p = { .id = id, .name = id, .country = S(""), .kind = S("node"), .url = S("") }, there;
	bool found;

	if (!partner_get(w->node.store, id, &w->a, &there, &found, e))
		return false;
	if (found)
		p = there;
	return options_take(w, &p, e) && agreements_change(w, put, &p, "partner.put", id, SLICE_NONE, e);
}

/* The secret half stays in the node's folder; this is for others to enter. */
static bool
self_show(struct agreements_work *w, struct err *e)
{
	char mark[ED25519_FINGERPRINT_TEXT], key[ED25519_KEY_HEX + 1];
	struct agreement_party us;
	struct sheet s;
	bool found;

	if (!party_self(w->node.store, &w->a, &us, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "this node has no name as a party yet; give it one: entente partners self NAME");
	ed25519_fingerprint_print(&us.key, mark);
	ed25519_key_print(&us.key, key);
	sheet_begin(&s, w->c->json);
	sheet_text(&s, "id", N_("Name"), us.id);
	sheet_text(&s, "key", N_("Key"), slice_of_str(key));
	sheet_text(&s, "fingerprint", N_("Its fingerprint"), slice_of_str(mark));
	return sheet_finish(&s, true, e);
}

static bool
self_put(struct agreements_work *w, void *cookie, struct err *e)
{
	return party_self_put(w->node.store, *(struct slice *)cookie, ed25519_public(w->keys.now), e);
}

static bool
self(struct agreements_work *w, struct err *e)
{
	struct slice id = agreements_arg(w, 1);

	if (id.p != NULL && !agreements_change(w, self_put, &id, "party.self", id, SLICE_NONE, e))
		return false;
	return (id.p != NULL && w->c->quiet) || self_show(w, e);
}

static bool
key(struct agreements_work *w, struct err *e)
{
	if (w->c->arg_count < 2)
		return self_show(w, e);
	if (!cli_has(w->c, "key"))
		return err_set(e, ERR_USAGE, "say which key: --key HEX, or --key FILE");
	return add(w, e);
}

/* --- another key ------------------------------------------------------------------------ */

static void
key_put(struct sheet *s, const char *name, const char *title, const struct ed25519_key *k)
{
	char hex[ED25519_KEY_HEX + 1], mark[ED25519_FINGERPRINT_TEXT];

	ed25519_key_print(k, hex);
	ed25519_fingerprint_print(k, mark);
	sheet_text(s, name, title, slice_of_str(hex));
	sheet_text(s, "fingerprint", N_("Its fingerprint"), slice_of_str(mark));
}

static bool
partner_rekey(struct agreements_work *w, void *cookie, struct err *e)
{
	return agree_rekey_partner(w->node.store, agreements_arg(w, 1), slice_of_str(cli_opt(w->c, "fingerprint")), w->now_s, &w->a, cookie, e);
}

static bool
rekey_done(struct agreements_work *w, void *cookie, struct err *e)
{
	(void)cookie;
	return agree_keys_done(&w->node, &w->keys, w->now_s, e);
}

/* Ours: the next key is made, or takes the first one's place. */
static bool
rekey_self(struct agreements_work *w, struct err *e)
{
	struct agreement_party us;
	struct sheet s;
	bool found;

	if (!party_self(w->node.store, &w->a, &us, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "this node has no name as a party yet; give it one: entente partners self NAME");
	if (cli_has(w->c, "done"))
		return agreements_change(w, rekey_done, NULL, "party.rekey", us.id, SLICE_NONE, e) && (w->c->quiet || self_show(w, e));
	agree_keys_close(&w->keys);
	if (!agree_keys_open(&w->node, true, &w->keys, e))
		return false;
	if (w->keys.next == NULL) /* it was taken, but for the file's name */
		return err_set(e, ERR_CONFLICT, "the next key was taken already; finish with --done");
	sheet_begin(&s, w->c->json);
	sheet_text(&s, "id", N_("Name"), us.id);
	key_put(&s, "next", N_("Its next key"), ed25519_public(w->keys.next));
	return sheet_finish(&s, true, e);
}

static bool
rekey(struct agreements_work *w, struct err *e)
{
	struct partner p;
	struct sheet s;

	if (w->c->arg_count < 2)
		return rekey_self(w, e);
	if (!cli_has(w->c, "fingerprint"))
		return err_set(e, ERR_USAGE, "say which key, as its holder told you by another way: --fingerprint \"0a1b 2c3d ...\"");
	if (!agreements_change(w, partner_rekey, &p, "partner.rekey", agreements_arg(w, 1), slice_of_str(cli_opt(w->c, "fingerprint")), e))
		return false;
	if (w->c->quiet)
		return true;
	sheet_begin(&s, w->c->json);
	sheet_text(&s, "id", N_("Name"), p.id);
	key_put(&s, "key", N_("Key"), &p.key);
	return sheet_finish(&s, true, e);
}

static bool
remove_it(struct agreements_work *w, void *cookie, struct err *e)
{
	return partner_remove(w->node.store, *(struct slice *)cookie, e);
}

static bool
take_out(struct agreements_work *w, struct err *e)
{
	struct slice id = agreements_arg(w, 1);

	return agreements_change(w, remove_it, &id, "partner.remove", id, SLICE_NONE, e);
}

static const struct agreements_verb verbs[] = {
	{ "list", false, false, 0, 0, "", list },
	{ "add", true, false, 1, 1, "NAME", add },
	{ "key", true, false, 0, 1, "[NAME --key HEX|FILE]", key },
	{ "self", true, true, 0, 1, "[NAME]", self },
	{ "rekey", true, true, 0, 1, "[--done] | NAME --fingerprint MARK", rekey },
	{ "remove", true, false, 1, 1, "NAME", take_out },
};

static bool
partners(struct cli *c, struct err *e)
{
	return agreements_run(c, verbs, sizeof(verbs) / sizeof(verbs[0]), e);
}

static const struct cli_option options[] = {
	{ "name", 0, N_("NAME"), N_("who it is, for people") },
	{ "country", 'c', "CC", N_("its country, ISO 3166") },
	{ "kind", 0, N_("KIND"), N_("what it runs: node (default), taxii, misp, other") },
	{ "url", 0, "URL", N_("where it answers, https://") },
	{ "key", 0, N_("HEX|FILE"), N_("its Ed25519 key, as its own \"entente partners key\" prints it") },
	{ "replace", 0, NULL, N_("take another key in the place of the one that was entered") },
	{ "done", 0, NULL, N_("rekey: all agreements know the next key, so it takes the place of the old one") },
	{ "fingerprint", 0, N_("MARK"), N_("rekey: of a partner's new key, as it was compared with a person of the partner") },
	{ "certificate", 0, N_("NUMBER"), N_("its client certificate, by the number of entente account partners") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_partners = {
	.name = "partners",
	.args = N_("[list|add|key|self|rekey|remove] [NAME]"),
	.summary = N_("enter the nodes of others, their keys, and our own name and key"),
	.details = N_("A partner is a node or system of others that we have agreements with. Its name is the one that it has in the texts of agreements: a-z, 0-9 and \"-\". Its key is what its acts are signed with. Compare the key's fingerprint by another way than the one that the key came by, such as a call, before it is entered: whoever enters a false key lets a stranger sign. self gives this node its name and makes its key, which lies in party.key in its folder; keep a copy, as another key is another party. key without a name shows ours, for others to enter. rekey makes our next key, which each agreement comes to know by entente agreements rekey; --done puts it in the place of the old one, which is no longer of use then. rekey with a partner's name enters the new key that an agreement knows it by, once its fingerprint was compared."),
	.examples = "  entente partners self es-cert\n  entente partners key\n  entente partners add fr-cert --name \"CERT-FR\" --country FR --key fr-cert.key\n  entente partners rekey\n  entente partners rekey fr-cert --fingerprint \"5e1f 02c9 77ab 10d4 ...\"\n  entente partners key fr-cert --key 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29 --replace",
	.options = options,
	.args_max = 2,
	.run = partners,
};
