/*
 * desk_check: questions to contacts and their answers (model/desk_live.h).
 */
#ifndef STORE_DESK_CHECK_H
#define STORE_DESK_CHECK_H

#include "model/desk_live.h"
#include "store/desk.h"

struct desk_check {
	int64_t id;
	struct slice record;
	enum desk_way way;
	enum desk_step step;
	int64_t sent_s, answered_s; /* answered_s 0: not yet */
	struct slice result; /* for people: what a page said, what went wrong */
	struct slice first, second; /* of calls: who made it, who confirms it */
};

/* A question was sent; token: the word that comes back, kept as a hash; NONE: of a way without one. */
bool desk_check_sent(struct store *s, struct slice record, enum desk_way way, enum desk_step step, struct slice token,
    struct slice first, int64_t now_s, int64_t *id_out, struct err *e) MUST_USE;
/* Its word came back. ERR_ABSENT: of no question. One that was answered stays so: *again_out. */
bool desk_check_answered(struct store *s, struct slice token, struct slice by, int64_t now_s, struct arena *a, struct slice *record_out, bool *again_out, struct err *e) MUST_USE;
/* A page was looked at: good, or why not. */
bool desk_check_page(struct store *s, struct slice record, bool good, struct slice result, struct slice by, int64_t now_s, struct err *e) MUST_USE;
/*
 * A call that somebody made is confirmed by another, who spoke to them too, or
 * called back: then it counts as an answer, of the day of the first. ERR_DENIED:
 * the same person; ERR_ABSENT: there is no open call of this number.
 */
bool desk_check_confirm(struct store *s, int64_t id, struct slice second, int64_t now_s, struct err *e) MUST_USE;

bool desk_life_of(struct store *s, struct slice record, struct desk_life *out, struct err *e) MUST_USE;
/* Of one record, or all (NONE), newest first. */
bool desk_check_list(struct store *s, struct slice record, size_t limit,
    bool (*each)(void *cookie, const struct desk_check *c, struct err *e), void *cookie, struct err *e) MUST_USE;

#endif
