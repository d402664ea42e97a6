/*
 * completion: scripts for shells, from the table of commands. After an option
 * come its values where they are a closed list, files where it takes one, and
 * nothing where it takes what only the person knows.
 */
#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "cli/cli.h"
#include "intake/intake.h"
#include "model/finding.h"
#include "model/taxonomy.h"

static void
word(struct buf *b, struct slice s)
{
	if (b->len > 0)
		buf_byte(b, ' ');
	buf_put(b, s);
}

static bool
is(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

static void
states(struct buf *b)
{
	for (int i = 0; i < FINDING_STATE_COUNT; i++)
		word(b, slice_of_str(finding_state_name((enum finding_state)i)));
	word(b, S("open"));
}

/* The closed list that an option takes its value from; empty: none. */
static void
values_of(const struct cli_option *o, struct buf *b)
{
	struct slice rest = slice_of_str(o->arg), part;

	buf_clear(b);
	if (o->arg == NULL)
		return;
	if (strchr(o->arg, '|') != NULL) {
		while (slice_cut(&rest, '|', &part))
			word(b, part);
	} else if (is(o->arg, "LANG")) {
		word(b, S("ar zh en fr ru es"));
	} else if (is(o->arg, "CLASS")) {
		for (int i = 0; i < CLASS_COUNT; i++)
			word(b, class_type((enum class)i));
	} else if (is(o->arg, "FORMAT")) {
		for (size_t i = 0; i < intake_format_count; i++)
			word(b, intake_formats[i]->name);
	} else if (is(o->name, "state") && is(o->arg, "LIST")) {
		states(b);
	}
}

static bool
takes_file(const char *arg)
{
	return arg != NULL && (strstr(arg, "FILE") != NULL || strstr(arg, "FOLDER") != NULL || strstr(arg, "PATH") != NULL);
}

/* The words that may stand first behind a command's options: "a|b [C]". */
static void
args_of(const struct cli_command *command, struct buf *b)
{
	struct slice args = slice_of_str(command->args), rest, part;

	buf_clear(b);
	if (is(command->name, "manual")) {
		for (size_t i = 0; i < cli_command_count; i++)
			word(b, slice_of_str(cli_commands[i]->name));
		return;
	}
	rest = slice_sub(args, 0, slice_find_byte(args, ' ') == SIZE_MAX ? args.len : slice_find_byte(args, ' '));
	/* Words in capitals stand for what only the person knows. */
	if (rest.len == 0 || slice_find_byte(rest, '|') == SIZE_MAX || rest.p[0] < 'a' || rest.p[0] > 'z')
		return;
	while (slice_cut(&rest, '|', &part))
		word(b, part);
}

static void
bash_option(const struct cli_command *command, const struct cli_option *o, struct buf *b)
{
	if (o->arg == NULL)
		return;
	values_of(o, b);
	printf("\t%s:--%s", command->name, o->name);
	if (o->letter != 0)
		printf("|%s:-%c", command->name, o->letter);
	printf(") %s%s%s%s ;;\n", b->len > 0 ? "words='" : takes_file(o->arg) ? "files=1" : "",
	    b->len > 0 ? buf_cstr(b) : "", b->len > 0 ? "'" : "", b->len > 0 || takes_file(o->arg) ? "" : ":");
}

static void
bash_options(const struct cli_option *o)
{
	for (; o != NULL && o->name != NULL; o++)
		printf(" --%s", o->name);
}

static void
bash_command(const struct cli_command *command, struct buf *b)
{
	args_of(command, b);
	printf("\t\t%s) words='", command->name);
	bash_options(command->options);
	bash_options(cli_common);
	printf("'; args='%s'; files=%s ;;\n", b->len == 0 ? "" : buf_cstr(b), takes_file(command->args) ? "1" : "");
}

static void
bash_function(const char *name)
{
	struct buf b;

	buf_init(&b, 65536);
	printf("%s() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= args= files=\n", name);
	puts("\tif [ \"$COMP_CWORD\" -eq 1 ]; then");
	(void)fputs("\t\twords='", stdout);
	for (size_t i = 0; i < cli_command_count; i++)
		printf("%s%s", i == 0 ? "" : " ", cli_commands[i]->name);
	puts("'\n\telse case \"${COMP_WORDS[1]}:$prev\" in");
	for (size_t i = 0; i < cli_command_count; i++) {
		for (const struct cli_option *o = cli_commands[i]->options; o != NULL && o->name != NULL; o++)
			bash_option(cli_commands[i], o, &b);
		for (const struct cli_option *o = cli_common; o->name != NULL; o++)
			bash_option(cli_commands[i], o, &b);
	}
	puts("\t*)\n\t\tcase ${COMP_WORDS[1]} in");
	for (size_t i = 0; i < cli_command_count; i++)
		bash_command(cli_commands[i], &b);
	puts("\t\tesac\n"
	    "\t\tcase $cur in -*) files= ;; *) words=$args ;; esac ;;\n"
	    "\tesac; fi\n"
	    "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	    "\t[ -z \"$files\" ] || COMPREPLY+=($(compgen -f -- \"$cur\"))\n"
	    "}");
	buf_fini(&b);
}

static void
completion_bash(void)
{
	puts("# bash completion for entente; source it, or put it into /usr/share/bash-completion/completions/entente");
	bash_function("_entente");
	puts("complete -o filenames -F _entente entente");
}

static void
completion_zsh(void)
{
	puts("#compdef entente\nautoload -U +X bashcompinit && bashcompinit");
	bash_function("_entente_words");
	puts("complete -F _entente_words entente\n"
	    "[ \"${funcstack[1]}\" != _entente ] || _bash_complete -F _entente_words");
}

/* Within fish's single quotes. */
static void
fish_text(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\'' || *s == '\\')
			(void)fputc('\\', stdout);
		(void)fputc(*s, stdout);
	}
}

static void
fish_option(const char *command, const struct cli_option *o, struct buf *b)
{
	values_of(o, b);
	printf("complete -c entente -n '__fish_seen_subcommand_from %s' -l %s", command, o->name);
	if (o->letter != 0)
		printf(" -s %c", o->letter);
	if (o->arg != NULL)
		(void)fputs(takes_file(o->arg) ? " -r -F" : " -x", stdout);
	if (b->len > 0)
		printf(" -a '%s'", buf_cstr(b));
	(void)fputs(" -d '", stdout);
	fish_text(T(o->help));
	puts("'");
}

static void
completion_fish(void)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < cli_command_count; i++) {
		const struct cli_command *c = cli_commands[i];

		printf("complete -c entente -n __fish_use_subcommand -f -a %s -d '", c->name);
		fish_text(T(c->summary));
		puts("'");
		args_of(c, &b);
		if (b.len > 0)
			printf("complete -c entente -n '__fish_seen_subcommand_from %s' -f -a '%s'\n", c->name, buf_cstr(&b));
		else if (!takes_file(c->args))
			printf("complete -c entente -n '__fish_seen_subcommand_from %s' -f\n", c->name);
		for (const struct cli_option *o = c->options; o != NULL && o->name != NULL; o++)
			fish_option(c->name, o, &b);
		for (const struct cli_option *o = cli_common; o->name != NULL; o++)
			fish_option(c->name, o, &b);
	}
	buf_fini(&b);
}

bool
cli_completion(const char *shell, struct err *e)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = { { "bash", completion_bash }, { "zsh", completion_zsh }, { "fish", completion_fish } };

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].print();
			return true;
		}
	}
	return err_set(e, ERR_USAGE, "no completion for \"%s\": bash, zsh and fish are known", shell);
}
