/*
 * node_room: what the files of the node share. For them alone.
 */
#ifndef NODE_ROOM_H
#define NODE_ROOM_H

#include "node.h"

/* A setting of [watch]: out is not used, as they belong to the folder before them. */
bool conf_watch_folder(struct node *n, struct slice v, void *out, struct err *e) MUST_USE;
bool conf_watch_feed(struct node *n, struct slice v, void *out, struct err *e) MUST_USE;
bool conf_watch_format(struct node *n, struct slice v, void *out, struct err *e) MUST_USE;
bool conf_watch_mail(struct node *n, struct slice v, void *out, struct err *e) MUST_USE;
bool conf_watch_trusted(struct node *n, struct slice v, void *out, struct err *e) MUST_USE;
bool conf_watch_mapping(struct node *n, struct slice v, void *out, struct err *e) MUST_USE;
void conf_watch_print(struct buf *b, const struct node_conf *c);

#endif
