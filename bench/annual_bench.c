/*
 * annual_bench STORE COUNTRIES NEEDS: fills a node's store with a year's work, for
 * bench/run and for looking at every page of a report.
 */
#include <stdlib.h>

#include "desk/annual_testing.h"

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;

	if (argc != 4 || !store_open(argv[1], &(struct db_options){ 0 }, &s, &e) || !fill(s, (unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]), &e)) {
		fprintf(stderr, "%s\n%s\n", argc == 4 ? e.text : "usage: annual_bench STORE COUNTRIES NEEDS", e.cause);
		return 1;
	}
	store_close(&s);
	return 0;
}
