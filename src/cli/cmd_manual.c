/* The two commands that print what the table of commands says. */
#include "base/lang.h"
#include "cli/commands.h"

static bool
manual(struct cli *c, struct err *e)
{
	return cli_manual(c->arg_count == 0 ? NULL : c->args[0], e);
}

const struct cli_command cli_manual_command = {
	.name = "manual",
	.args = N_("[COMMAND]"),
	.summary = N_("print a manual page, for man -l -"),
	.examples = "  entente manual ingest | man -l -",
	.args_max = 1,
	.run = manual,
};

static bool
completion(struct cli *c, struct err *e)
{
	return cli_completion(c->args[0], e);
}

const struct cli_command cli_completion_command = {
	.name = "completion",
	.args = "bash|zsh|fish",
	.summary = N_("print what a shell needs to complete commands and options"),
	.examples = "  . <(entente completion bash)",
	.args_min = 1,
	.args_max = 1,
	.run = completion,
};
