#include <stdio.h>

#include "base/lang.h"
#include "cli/commands.h"
#include "node.h"
#include "parse/domain.h"
#include "server/certificate.h"

/* So that a server can begin at once; another takes its place by entente.conf. */
static bool
certificate(struct cli *c, struct err *e)
{
	struct node n = NODE_NONE;
	bool ok = node_conf_read(&n, c->node, e) && certificate_make(&n, e);

	arena_fini(&n.memory);
	return ok;
}

static bool
init(struct cli *c, struct err *e)
{
	struct node_conf conf;
	const char *lang = cli_opt(c, "language");

	node_conf_defaults(&conf);
	conf.lang = lang_get();
	if (cli_has(c, "name"))
		conf.name = slice_of_str(cli_opt(c, "name"));
	if (cli_has(c, "mail"))
		conf.mail = slice_of_str(cli_opt(c, "mail"));
	if (cli_has(c, "country"))
		conf.country = slice_of_str(cli_opt(c, "country"));
	if (cli_has(c, "trusted"))
		conf.trusted = slice_of_str(cli_opt(c, "trusted"));
	if (lang != NULL && !lang_parse(lang, &conf.lang))
		return err_set(e, ERR_USAGE, "--%s: \"%s\" is none of ar, zh, en, fr, ru, es", "language", lang);
	if (conf.mail.len > 0 && !mailbox_ok(conf.mail))
		return err_set(e, ERR_USAGE, "--%s: %s is not a mail address", "mail", QUOTE(conf.mail));
	if (conf.country.len > 0 && (conf.country.len != 2 || !byte_is_alpha(conf.country.p[0]) || !byte_is_alpha(conf.country.p[1])))
		return err_set(e, ERR_USAGE, "--%s: expected two letters (ISO 3166), found %s", "country", QUOTE(conf.country));
	if (!node_init(c->node, &conf, e))
		return false;
	if (!certificate(c, e))
		return false;
	if (!c->quiet) {
		printf(T("The node is in %s; its settings are in %s/entente.conf."), c->node, c->node);
		printf("\n%s\n", T("Next: entente networks (whose an address is), entente contacts (who answers), entente ingest FILE."));
		puts(T("As a server: entente account add NAME --role administrator, then entente serve."));
	}
	return true;
}

static const struct cli_option options[] = {
	{ "name", 0, N_("NAME"), N_("who we are, as it stands in notices") },
	{ "mail", 'm', N_("ADDRESS"), N_("where answers to notices go") },
	{ "country", 'c', "CC", N_("our country, ISO 3166") },
	{ "language", 0, N_("LANG"), N_("the node's language: ar, zh, en, fr, ru, es") },
	{ "trusted", 0, N_("LIST"), N_("mail hops that are our own: 192.0.2.0/24,mx.example.org") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_init = {
	.name = "init",
	.args = "",
	.summary = N_("make a node: a folder with settings, archive and store"),
	.examples = "  entente init --node /var/lib/entente --name \"CSIRT of Exampleland\" --country ES --mail abuse@csirt.example",
	.options = options,
	.run = init,
};
