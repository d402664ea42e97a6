/*
 * watch: folders and Maildirs of which every file is taken in, once nobody
 * writes to it any more, and put away: into done/ or refused/ beside it, a mail
 * into cur/. Links, pipes and folders in them are left where they are, and what
 * is put away goes nowhere that a stranger chose (decision 0076).
 */
#ifndef WATCH_H
#define WATCH_H

#include "flow.h"

#define WATCH_FOLDERS_MAX 256
#define WATCH_SETTLE_MS 200 /* files come in crowds: take them together */
#define WATCH_IDLE_MS 5000 /* so often it is looked without being told: inotify may lose something */

struct watch;

/* flow and stop must live longer. The caller gives it to watch_free(). */
bool watch_new(struct flow *flow, const volatile bool *stop, struct watch **out, struct err *e) MUST_USE;
void watch_free(struct watch **w);
/* All files of this one come with feed, format and options of said. Fails where it is not there. */
bool watch_add(struct watch *w, const char *path, const struct receipt *said, struct err *e) MUST_USE;

/* Readable: something came. */
int watch_fd(const struct watch *w);
/*
 * Take what lies there, make it durable, put it away; for slice_ns at the most
 * (0: to the end), then the next call goes on. *took_out: files that were taken
 * or refused. *end_out: all folders were looked through. False: the node has failed.
 */
bool watch_round(struct watch *w, int64_t slice_ns, uint64_t *took_out, bool *end_out, struct err *e) MUST_USE;
/* Not one of the folders can be read any more. */
bool watch_all_gone(const struct watch *w);

#endif
