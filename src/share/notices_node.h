/*
 * notices_node: what a node's settings say of its notices, for whoever
 * prepares, shows or sends them: command line, API and clock alike.
 */
#ifndef SHARE_NOTICES_NODE_H
#define SHARE_NOTICES_NODE_H

#include "node.h"
#include "share/notices.h"

/* Who we are and how we write. A node that is open for writing gets its key for reply links at the first call. */
bool notices_of_node(struct node *n, int64_t now_s, struct notices_options *o, struct err *e) MUST_USE;
/* The way out. */
bool notices_way(struct node *n, const struct way **way, struct way_options *wo, struct err *e) MUST_USE;

#endif
