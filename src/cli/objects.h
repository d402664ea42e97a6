/*
 * objects: what the files of "entente objects" share.
 */
#ifndef CLI_OBJECTS_H
#define CLI_OBJECTS_H

#include "cli/cli.h"
#include "node.h"
#include "store/object.h"

/* --collection, else the one where objects go without. */
struct slice cli_objects_collection(struct cli *c);
/* ERR_ABSENT: there is none of this name. */
bool cli_objects_from(struct cli *c, struct node *n, struct arena *a, struct collection *out, struct err *e) MUST_USE;
/* cmd_objects_in.c */
bool cli_objects_validate(struct cli *c, struct err *e) MUST_USE;
bool cli_objects_import(struct cli *c, struct err *e) MUST_USE;
/* cmd_objects_one.c */
bool cli_objects_about(struct cli *c, struct node *n, struct arena *a, struct err *e) MUST_USE;
bool cli_objects_change(struct cli *c, struct err *e) MUST_USE; /* delete, collection-add */

#endif
