/*
 * original: a report's own bytes, where they may be shown. What concerns the
 * sexual exploitation of children is kept and never shown: a report that told
 * of it stays closed, to the command line and to the API alike.
 */
#ifndef SHARE_ORIGINAL_H
#define SHARE_ORIGINAL_H

#include "store/archive.h"
#include "store/store.h"

struct original {
	int fd;
	struct archive_source *source;
};
#define ORIGINAL_NONE { -1, NULL }

/*
 * Look the whole of it through, then open it at its begin (or at offset).
 * ERR_DENIED: it is closed. The caller gives it to original_close().
 */
bool original_open(struct store *s, struct archive *a, const struct report *r,
    uint64_t offset, struct original *out, struct err *e) MUST_USE;
void original_close(struct original *o);
/* Its packed bytes alone, for a reader, which looks through what it shows; the caller closes *fd_out. */
bool original_fd(struct store *s, struct archive *a, const struct report *r, int *fd_out,
    struct err *e) MUST_USE;
/* ERR_DENIED, as a sentence: what the report says is not shown. Returns false. */
bool original_closed(int64_t report, struct err *e);

#endif
