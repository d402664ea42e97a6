/* main: the program's begin; the command line lies in src/cli/. */
#include <stdio.h>

int
main(void)
{
	puts("entente");
	return 0;
}
