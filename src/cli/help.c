/*
 * help: --help and man pages, both from the table of commands.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "cli/cli.h"
#include "cli/table.h"

/* One "  -f, --feed NAME   text" line. */
static void
option_line(const struct cli_option *o)
{
	char left[64];
	size_t width;
	char letter[8] = "      ";

	if (o->letter != 0)
		(void)snprintf(letter, sizeof(letter), "  -%c, ", o->letter);
	(void)snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name,
	    o->arg == NULL ? "" : " ", o->arg == NULL ? "" : T(o->arg));
	width = text_width(slice_of_str(left));
	printf("%s%*s  %s\n", left, width < 26 ? (int)(26 - width) : 0, "", T(o->help));
}

static void
help_program(void)
{
	printf("%s\n\n%s\n\n%s\n", T("entente: work together against cyber threats and spam"),
	    T("Usage: entente COMMAND [OPTION...] [ARGUMENT...]"), T("Commands:"));
	for (size_t i = 0; i < cli_command_count; i++)
		printf("  %-12s %s\n", cli_commands[i]->name, T(cli_commands[i]->summary));
	printf("\n%s\n", T("To begin: entente init, then entente ingest FILE..., then entente query."));
	printf("%s\n", T("Help on a command: entente COMMAND --help"));
}

void
cli_help(const struct cli_command *command)
{
	if (command == NULL) {
		help_program();
		return;
	}
	printf(T("Usage: entente %s [%s]%s%s"), command->name,
	    T("OPTION..."), command->args[0] == '\0' ? "" : " ", T(command->args));
	printf("\n\n%s\n", T(command->summary));
	if (command->details != NULL)
		printf("\n%s\n", T(command->details));
	printf("\n%s\n", T("Options:"));
	for (const struct cli_option *o = command->options; o != NULL && o->name != NULL; o++)
		option_line(o);
	for (const struct cli_option *o = cli_common; o->name != NULL; o++)
		option_line(o);
	if (command->examples != NULL)
		printf("\n%s\n%s\n", T("Examples:"), command->examples);
	printf("\n%s\n", T("Exit status: 0 done; 1 done, but something was set aside; 64 wrong usage; 65 wrong input; 66 not there; 70 our mistake; 74 disk or network; 75 in use; 77 not allowed."));
}

/*
 * Text for troff: backslashes, hyphens and dots at a line's begin are its own,
 * and it prints but one end of an isolate (U+2066 to U+2069), so none.
 */
static void
troff(const char *s)
{
	bool begin = true;

	for (; *s != '\0'; s++) {
		if (begin && (*s == '.' || *s == '\''))
			(void)fputs("\\&", stdout);
		if (strncmp(s, "\u2066", 2) == 0 && (unsigned char)s[2] >= 0xa6 && (unsigned char)s[2] <= 0xa9) {
			s += 2;
			continue;
		}
		if (*s == '\\')
			(void)fputs("\\e", stdout);
		else if (*s == '-')
			(void)fputs("\\-", stdout);
		else
			(void)fputc(*s, stdout);
		begin = *s == '\n';
	}
}

static void
troff_options(const struct cli_option *o)
{
	for (; o != NULL && o->name != NULL; o++) {
		(void)fputs(".TP\n", stdout);
		if (o->letter != 0)
			printf("\\fB\\-%c\\fR, ", o->letter);
		(void)fputs("\\fB\\-\\-", stdout);
		troff(o->name);
		printf("\\fR");
		if (o->arg != NULL)
			printf(" \\fI%s\\fR", T(o->arg));
		(void)fputc('\n', stdout);
		troff(T(o->help));
		(void)fputc('\n', stdout);
	}
}

static void
manual_command(const struct cli_command *command)
{
	printf(".TH ENTENTE\\-%s 1 \"%s\" \"entente %s\" \"Entente\"\n.SH %s\nentente\\-%s \\- ",
	    command->name, ENTENTE_DATE, ENTENTE_VERSION, T("NAME"), command->name);
	troff(T(command->summary));
	printf("\n.SH %s\n\\fBentente %s\\fR [\\fI%s\\fR] ", T("SYNOPSIS"),
	    command->name, T("OPTION..."));
	troff(T(command->args));
	printf("\n.SH %s\n", T("DESCRIPTION"));
	troff(command->details == NULL ? T(command->summary) : T(command->details));
	printf("\n.SH %s\n", T("OPTIONS"));
	troff_options(command->options);
	troff_options(cli_common);
	if (command->examples != NULL) {
		printf(".SH %s\n.nf\n", T("EXAMPLES"));
		troff(command->examples);
		(void)fputs("\n.fi\n", stdout);
	}
	printf(".SH %s\n\\fBentente\\fR(1)\n", T("SEE ALSO"));
}

static void
manual_program(void)
{
	printf(".TH ENTENTE 1 \"%s\" \"entente %s\" \"Entente\"\n.SH %s\nentente \\- ",
	    ENTENTE_DATE, ENTENTE_VERSION, T("NAME"));
	troff(T("work together against cyber threats and spam"));
	printf("\n.SH %s\n\\fBentente\\fR \\fI%s\\fR ...\n.SH %s\n", T("SYNOPSIS"),
	    T("COMMAND"), T("COMMANDS"));
	for (size_t i = 0; i < cli_command_count; i++) {
		printf(".TP\n\\fBentente\\-%s\\fR(1)\n", cli_commands[i]->name);
		troff(T(cli_commands[i]->summary));
		(void)fputc('\n', stdout);
	}
	printf(".SH %s\n", T("OPTIONS"));
	troff_options(cli_common);
}

bool
cli_manual(const char *name, struct err *e)
{
	if (name == NULL || strcmp(name, "entente") == 0) {
		manual_program();
		return true;
	}
	for (size_t i = 0; i < cli_command_count; i++) {
		if (strcmp(cli_commands[i]->name, name) == 0) {
			manual_command(cli_commands[i]);
			return true;
		}
	}
	return err_set(e, ERR_USAGE, "there is no command \"%s\"; see: entente --help", name);
}
