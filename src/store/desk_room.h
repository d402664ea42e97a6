/*
 * desk_room: what the desk's files in this room share. For them alone.
 */
#ifndef STORE_DESK_ROOM_H
#define STORE_DESK_ROOM_H

#include "store/desk.h"
#include "store/store_room.h"

/* The next version of a record, into all its tables; within a transaction. ERR_CONFLICT: it is not the next. */
bool desk_version_add(struct store *s, const struct desk_record *r, struct err *e) MUST_USE;

/* The line that tells of a version in the audit log: "desk.need.submit", "need:...", "version 3 sha256:...". */
#define DESK_ACT "desk."
void desk_log_detail(const struct desk_record *r, struct buf *out);

#endif
