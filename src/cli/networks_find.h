/*
 * networks_find: the files that a path given on the command line stands for.
 */
#ifndef CLI_NETWORKS_FIND_H
#define CLI_NETWORKS_FIND_H

#include <glob.h>

#include "attrib/networks.h"
#include "base/err.h"

/* Append path's files to out (room for 64); their names lie in g. */
bool cli_networks_sources(const char *path, enum networks_kind kind, glob_t *g,
    struct networks_source *out, size_t *count, struct err *e) MUST_USE;

#endif
