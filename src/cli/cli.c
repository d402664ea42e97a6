#include "cli/cli.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "cli/table.h"
#include "node.h"
#include "parse/date.h"

const struct cli_option cli_common[] = {
	{ "node", 'n', N_("FOLDER"), N_("the node's folder (default: $ENTENTE_NODE, else ./node)") },
	{ "json", 'j', NULL, N_("print JSON for programs instead of tables") },
	{ "lang", 'l', N_("LANG"), N_("language of messages: ar, zh, en, fr, ru, es") },
	{ "quiet", 'q', NULL, N_("no progress, no summary and no warnings") },
	{ "verbose", 'v', NULL, N_("log what is done to standard error") },
	{ "help", 'h', NULL, N_("show this help") },
	{ NULL, 0, NULL, NULL },
};

#define COMMON_COUNT (sizeof(cli_common) / sizeof(cli_common[0]) - 1)

static size_t
option_count(const struct cli_command *command)
{
	size_t n = 0;

	while (command->options != NULL && command->options[n].name != NULL)
		n++;
	return n;
}

const char *
cli_opt(const struct cli *c, const char *name)
{
	size_t n = option_count(c->command);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(c->command->options[i].name, name) == 0)
			return c->values[i];
	}
	return NULL;
}

const char *
cli_opt_nth(const struct cli *c, const char *name, size_t n)
{
	for (size_t i = 0; i < c->many_count; i++) {
		const struct cli_option *o = &c->command->options[c->many[i].option];

		if (strcmp(o->name, name) == 0 && n-- == 0)
			return c->many[i].value;
	}
	return NULL;
}

static bool
option_set(struct cli *c, size_t i, const char *value, struct err *e)
{
	const struct cli_option *o = &c->command->options[i];

	c->values[i] = value == NULL ? "" : value;
	if (value == NULL || !slice_ends(slice_of_str(o->arg), S("...")))
		return true;
	if (c->many_count == CLI_MANY_MAX)
		return err_set(e, ERR_USAGE, "--%s: more than %d of them", o->name, CLI_MANY_MAX);
	c->many[c->many_count].option = i;
	c->many[c->many_count++].value = c->values[i];
	return true;
}

bool
cli_opt_u64(const struct cli *c, const char *name, uint64_t min, uint64_t max,
    uint64_t *out, struct err *e)
{
	const char *text = cli_opt(c, name);
	uint64_t v;

	if (text == NULL)
		return true;
	if ((!slice_u64(slice_of_str(text), &v) || v < min) && max >= INT64_MAX)
		return err_set(e, ERR_USAGE, "--%s: expected a number from %llu on, found \"%s\"",
		    name, (unsigned long long)min, text);
	if (!slice_u64(slice_of_str(text), &v) || v < min || v > max)
		return err_set(e, ERR_USAGE, "--%s: expected a number from %llu to %llu, found \"%s\"",
		    name, (unsigned long long)min, (unsigned long long)max, text);
	*out = v;
	return true;
}

bool
cli_opt_date(const struct cli *c, const char *name, int64_t *out, struct err *e)
{
	struct slice text = slice_of_str(cli_opt(c, name));
	struct date d;
	uint64_t n;

	if (text.p == NULL)
		return true;
	if (text.len > 1 && slice_u64(slice_sub(text, 0, text.len - 1), &n) &&
	    n < 100000) {
		int64_t unit = text.p[text.len - 1] == 'd' ? 86400 :
		    text.p[text.len - 1] == 'h' ? 3600 : 0;

		if (unit != 0) {
			*out = clock_now_s() - (int64_t)n * unit;
			return true;
		}
	}
	if (!date_read(text, &d))
		return err_set(e, ERR_USAGE, "--%s: expected a date (2026-01-31) or a time back from now (7d, 12h), found \"%s\"",
		    name, (const char *)text.p);
	*out = d.s;
	return true;
}

static const struct cli_command *
command_find(const char *name)
{
	for (size_t i = 0; i < cli_command_count; i++) {
		if (strcmp(cli_commands[i]->name, name) == 0)
			return cli_commands[i];
	}
	return NULL;
}

static bool
common_set(struct cli *c, size_t i, const char *arg, struct err *e)
{
	enum lang lang;

	switch (cli_common[i].letter) {
	case 'n':
		c->node = arg;
		break;
	case 'j':
		c->json = true;
		break;
	case 'l':
		if (!lang_parse(arg, &lang))
			return err_set(e, ERR_USAGE, "--lang: \"%s\" is none of ar, zh, en, fr, ru, es", arg);
		lang_set(lang);
		break;
	case 'q':
		c->quiet = true;
		log_level_set(LOG_LEVEL_ERROR);
		break;
	case 'v':
		log_level_set(LOG_LEVEL_INFO);
		break;
	}
	return true;
}

/* argv[0] is the command's name. */
static bool
options_read(struct cli *c, int argc, char **argv, bool *help_out, struct err *e)
{
	struct option longs[CLI_OPTIONS_MAX + COMMON_COUNT + 1] = { 0 };
	char shorts[2 * (CLI_OPTIONS_MAX + COMMON_COUNT) + 3] = ":";
	size_t own = option_count(c->command), at = 1;
	int got;

	for (size_t i = 0; i < own + COMMON_COUNT; i++) {
		const struct cli_option *o = i < own ? &c->command->options[i] :
		    &cli_common[i - own];

		longs[i] = (struct option){ o->name,
			o->arg == NULL ? no_argument : required_argument, NULL,
			1000 + (int)i };
		if (o->letter == 0)
			continue;
		shorts[at++] = o->letter;
		if (o->arg != NULL)
			shorts[at++] = ':';
	}
	opterr = 0;
	optind = 1;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		size_t i = got >= 1000 ? (size_t)got - 1000 : SIZE_MAX;

		for (size_t k = 0; got < 1000 && k < own + COMMON_COUNT; k++) {
			char letter = k < own ? c->command->options[k].letter :
			    cli_common[k - own].letter;

			if (letter != 0 && letter == got)
				i = k;
		}
		if (got == ':')
			return err_set(e, ERR_USAGE, "%s needs a value", argv[optind - 1]);
		if (got == '?' || i == SIZE_MAX)
			return err_set(e, ERR_USAGE, "unknown option %s; see: entente %s --help",
			    argv[optind - 1], c->command->name);
		if (i < own && !option_set(c, i, optarg, e))
			return false;
		if (i < own)
			continue;
		if (cli_common[i - own].letter == 'h')
			*help_out = true;
		else if (!common_set(c, i - own, optarg, e))
			return false;
	}
	c->args = argv + optind;
	c->arg_count = argc - optind;
	return true;
}

void
cli_tell(const char *text)
{
	bool rtl = lang_is_rtl(lang_get());

	/* An isolate keeps a sentence from the right whole behind the name (UAX 9). */
	fprintf(stderr, "entente: %s", rtl ? "\u2067" : "");
	/* A name from outside must not command the terminal. */
	text_show(stderr, slice_of_str(text));
	fprintf(stderr, "%s\n", rtl ? "\u2069" : "");
}

static int
failed(const struct err *e)
{
	cli_tell(e->text);
	if (e->cause[0] != '\0')
		log_info("cli.failed", "cause=%s", LOG_TEXT(e->cause));
	return err_exit_status(e->code);
}

/*
 * Before options are read as dates: a node of old reports has its own time.
 * What is wrong with its settings is told by the command.
 */
static void
node_look(const char *dir)
{
	struct node n = NODE_NONE;
	struct err ignored = ERR_INIT;

	if (node_conf_read(&n, dir, &ignored))
		arena_fini(&n.memory);
}

static bool
command_run(struct cli *c, int argc, char **argv, struct err *e)
{
	bool help = false;

	if (!options_read(c, argc, argv, &help, e))
		return false;
	if (help) {
		cli_help(c->command);
		return true;
	}
	if (c->arg_count < c->command->args_min)
		return err_set(e, ERR_USAGE, "expected %s; see: entente %s --help",
		    T(c->command->args), c->command->name);
	if (c->command->args_max >= 0 && c->arg_count > c->command->args_max)
		return err_set(e, ERR_USAGE, "too many arguments, the first is \"%s\"; see: entente %s --help",
		    c->args[c->command->args_max], c->command->name);
	node_look(c->node);
	return c->command->run(c, e);
}

static int
commanded(int argc, char **argv)
{
	const char *node = getenv("ENTENTE_NODE");
	struct cli c = { .node = node == NULL || node[0] == '\0' ? "node" : node };
	struct err e = ERR_INIT;
	int at = 1;

	/* A limit on the size of files is an error to be told, not our end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	clock_init();
	lang_init();
	/* --lang and --node may stand before the command, too. */
	while (at + 1 < argc && (strcmp(argv[at], "--lang") == 0 ||
	    strcmp(argv[at], "--node") == 0)) {
		if (!common_set(&c, argv[at][2] == 'l' ? 2 : 0, argv[at + 1], &e))
			return failed(&e);
		at += 2;
	}
	if (at >= argc) {
		cli_help(NULL);
		return err_exit_status(ERR_USAGE);
	}
	if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0 ||
	    strcmp(argv[at], "help") == 0) {
		cli_help(at + 1 < argc ? command_find(argv[at + 1]) : NULL);
		return 0;
	}
	if (strcmp(argv[at], "--version") == 0 || strcmp(argv[at], "version") == 0) {
		puts("entente " ENTENTE_VERSION);
		return 0;
	}
	c.command = command_find(argv[at]);
	if (c.command == NULL) {
		(void)err_set(&e, ERR_USAGE, "there is no command \"%s\"; see: entente --help",
		    argv[at]);
		return failed(&e);
	}
	if (!command_run(&c, argc - at, argv + at, &e))
		return failed(&e);
	return !c.partial ? 0 : c.status != 0 ? c.status : 1;
}

int
cli_main(int argc, char **argv)
{
	int status = commanded(argc, argv);
	struct err e = ERR_INIT;

	/* What was printed is in a buffer: that nothing of it is lost shows now. */
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return status;
	(void)err_sys(&e, "standard output");
	return status != 0 ? status : failed(&e);
}
