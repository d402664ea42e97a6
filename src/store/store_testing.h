/* store_testing: for the tests of this room. */
#ifndef STORE_STORE_TESTING_H
#define STORE_STORE_TESTING_H

#include <stdio.h>

#include "store/store.h"
#include "test.h"

#define T0 1767225600 /* 2026-01-01 */

/* A new, empty store of this name in the test's folder. */
static inline struct store *
open_new(const char *name)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
	CHECK_OK(store_open(path, &(struct db_options){ 0 }, &s, &e), &e);
	return s;
}

#endif
