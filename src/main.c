/* main: the program's begin; the command line lies in src/cli/. */
#include <locale.h>
#include <signal.h>

#include "cli/cli.h"

int
main(int argc, char **argv)
{
	/* For the width of characters; texts and numbers do not depend on it. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	/* A reader or a pipe that goes away is an error of write(), not our end. */
	(void)signal(SIGPIPE, SIG_IGN);
	return cli_main(argc, argv);
}
