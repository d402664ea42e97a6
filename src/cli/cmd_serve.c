#include <stdio.h>

#include "base/lang.h"
#include "base/log.h"
#include "cli/commands.h"
#include "server/serve.h"

static void
listening(void *cookie, const char *url)
{
	struct cli *c = cookie;

	if (c->quiet)
		return;
	printf(T("Serving at %s"), url);
	putchar('\n');
	(void)fflush(stdout);
}

static bool
serve(struct cli *c, struct err *e)
{
	struct serve_options o = { .dir = c->node, .user = cli_opt(c, "user"), .check = cli_has(c, "check"),
		.argv = c->argv, .listening = listening, .cookie = c };

	if (!c->quiet)
		log_level_set(LOG_LEVEL_INFO);
	if (!serve_run(&o, e))
		return false;
	if (o.check && !c->quiet)
		puts(T("The settings of the server are in order."));
	return true;
}

static const struct cli_option options[] = {
	{ "user", 'u', N_("USER"), N_("started as root, run as this user once the addresses are taken") },
	{ "check", 0, NULL, N_("only look whether the settings and certificates are in order") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_serve = {
	.name = "serve",
	.args = "",
	.summary = N_("run the node as a server: web page, API and the clock"),
	.details = N_("Where it listens, and with which certificate, stands in the node's entente.conf under [server]; \"entente init\" makes a certificate that is signed by itself. The first administrator is made by: entente account add NAME --role administrator.\n\nSIGTERM stops it when what was asked is answered; SIGHUP reads settings and certificates again, SIGUSR2 starts the program anew after an update, both without losing a request. What it does is logged to standard error, or to systemd's journal where that is there."),
	.examples = "  entente serve --node /var/lib/entente\n  entente serve --node /var/lib/entente --user entente\n  kill -HUP \"$(systemctl show -P MainPID entente)\"",
	.options = options,
	.run = serve,
};
