/*
 * cli: the command line. A subcommand is one file and one row of the table in
 * commands.c; its help, its man page and the shell's completion are all made
 * from that row.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/slice.h"

#define CLI_OPTIONS_MAX 32
#define CLI_MANY_MAX 64

struct cli_option {
	const char *name; /* "feed": --feed */
	char letter; /* 'f': -f; 0: none */
	const char *arg; /* "NAME"; "NAME...": may be given several times; NULL: a switch */
	const char *help; /* catalogue key */
};

struct cli;

struct cli_command {
	const char *name;
	const char *args; /* "[FILE...]": what stands behind the options */
	const char *summary; /* one line, catalogue key */
	const char *details; /* paragraphs, catalogue key */
	const char *examples; /* lines, as typed */
	const struct cli_option *options; /* ends with a NULL name */
	int args_min, args_max; /* -1: any number */
	bool (*run)(struct cli *c, struct err *e);
};

struct cli {
	const struct cli_command *command;
	const char *values[CLI_OPTIONS_MAX]; /* of command->options, "" for a switch that is set */
	/* of options that may be given several times, as they came */
	struct {
		size_t option;
		const char *value;
	} many[CLI_MANY_MAX];
	size_t many_count;
	char **args;
	int arg_count;
	/* what every command knows */
	const char *node; /* the node's folder */
	bool json;
	bool quiet;
	/* true when the work is done but something in it needs a look: exit status 1 */
	bool partial;
	int status; /* instead of 1, where partial is set; 0: 1 */
};

extern const struct cli_command *const cli_commands[];
extern const size_t cli_command_count;
/* --node, --json, --quiet, --verbose, --lang, --help: every command has them. */
extern const struct cli_option cli_common[];

/* A sentence for whoever runs the command, to standard error. */
void cli_tell(const char *text);

/* The whole program: parse argv, run, print an error. Returns the exit status. */
int cli_main(int argc, char **argv);

/* The value of an option, "" for a switch that is set, NULL when not given. */
const char *cli_opt(const struct cli *c, const char *name);
/* The n-th value, from 0, of an option that may be given several times; NULL behind the last. */
const char *cli_opt_nth(const struct cli *c, const char *name, size_t n);
static inline bool
cli_has(const struct cli *c, const char *name)
{
	return cli_opt(c, name) != NULL;
}
/* Numbers with a range; absent: *out stays as it is. */
bool cli_opt_u64(const struct cli *c, const char *name, uint64_t min,
    uint64_t max, uint64_t *out, struct err *e) MUST_USE;
/* A date or "7d", "12h" before now, to seconds. */
bool cli_opt_date(const struct cli *c, const char *name, int64_t *out,
    struct err *e) MUST_USE;

/* Help of one command, or of the program (NULL), to standard output. */
void cli_help(const struct cli_command *command);
/* troff (man(7)) and completion scripts from the table. */
bool cli_manual(const char *name, struct err *e) MUST_USE;
bool cli_completion(const char *shell, struct err *e) MUST_USE;

#endif
