/*
 * conf_change: entente.conf changed from afar, whose change and whose line in
 * the audit log are one, though one is a file and the other a row:
 *
 *	entente.conf.next is written          nothing has happened yet
 *	the row says which text follows which,
 *	in the transaction of the line         now it has
 *	entente.conf.next takes the old place  or the next keeper sees to it
 */
#ifndef SERVER_CONF_CHANGE_H
#define SERVER_CONF_CHANGE_H

#include "node.h"

/*
 * after takes the place of before, which is what the file holds; line() writes
 * the log's line in the transaction. On disk when it returns true; false:
 * nothing changed.
 */
bool conf_change(const struct node *n, struct slice before, struct slice after,
    bool (*line)(void *cookie, struct err *e), void *cookie, struct err *e) MUST_USE;

/*
 * What a kill left half done is done, or taken back; *did_out: the file is
 * another now. Who changed the file by hand meanwhile has the last word.
 */
bool conf_change_finish(const struct node *n, bool *did_out, struct err *e) MUST_USE;

#endif
