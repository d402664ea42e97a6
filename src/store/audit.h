/*
 * audit: what was done, by whom, when. Rows are only ever added, in the
 * transaction of the change they tell of, and each holds a hash over itself
 * and the one before:
 *
 *	hash(n) = SHA-256("entente audit 1\n" hash(n-1) row(n)),  hash(0) = 32 zero bytes
 *	row     = id at_s kind account (8 bytes each), who act object detail
 *	          (4 bytes of length, then the text), ip_hash
 *	ip_hash = SHA-256(salt ip); zero bytes where there is no address
 *
 * So a row that was changed, taken out or put in between is found, and which
 * is the first. Who can write the database could make the whole chain anew, or
 * cut its end: against that the head (the last row's number and hash) is kept
 * in a file beside the database, and printed, to be kept elsewhere.
 *
 * An address is personal data: after some months it is deleted with its salt,
 * and the chain still holds, as it is made over their hash (decision 0093).
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "base/hash.h"
#include "model/who.h"
#include "store/store.h"

#define AUDIT_DETAIL_MAX ((size_t)2000)
#define AUDIT_IP_DAYS 90

struct audit_row {
	int64_t id; /* 1, 2, 3 ... */
	int64_t at_s;
	enum who_kind kind;
	int64_t account; /* 0: none */
	struct slice who; /* the name it had then */
	struct slice act; /* "account.add", "session.refused", "finding.resolve" */
	struct slice object; /* "account:3 ana", or empty */
	struct slice detail; /* for people; never a secret */
	struct slice ip; /* NONE: none, or forgotten */
	struct sha256 hash;
};

/* Where the log ends. id 0: it is empty. */
struct audit_head {
	int64_t id;
	struct sha256 hash;
};
#define AUDIT_HEAD_TEXT_MAX 96
/* "12:9f86d0..." */
void audit_head_print(const struct audit_head *h, char out[AUDIT_HEAD_TEXT_MAX]);
bool audit_head_read(struct slice text, struct audit_head *out);

/* In the caller's transaction where one is open. Texts are cleaned and cut. */
bool audit_add(struct store *s, const struct who *w, struct slice act,
    struct slice object, struct slice detail, int64_t now_s, struct err *e) MUST_USE;
bool audit_head(struct store *s, struct audit_head *out, struct err *e) MUST_USE;
/*
 * Write the head to a file, after the change was committed. What stands in it
 * must be part of the log: otherwise the file is left as the witness it is, and
 * this fails (ERR_CONFLICT).
 */
bool audit_head_keep(struct store *s, const char *path, struct err *e) MUST_USE;

struct audit_query {
	int64_t before_id; /* 0: from the newest */
	int64_t account; /* 0: anybody's */
	struct slice act; /* NONE: any; "account." all that begin so */
	struct slice object; /* NONE: any; its beginning */
	int64_t since_s, until_s; /* 0: open */
	size_t limit; /* 0: all */
};
/* Newest first; texts live until the next row. */
bool audit_list(struct store *s, const struct audit_query *q,
    bool (*each)(void *cookie, const struct audit_row *r, struct err *e),
    void *cookie, struct err *e) MUST_USE;

enum audit_state {
	AUDIT_WHOLE,
	AUDIT_ROW_CHANGED, /* row `at` is not what was written */
	AUDIT_ROW_MISSING, /* there is no row `at`, and later ones are */
	AUDIT_CUT, /* the log ends before `at`, which a head tells of */
	AUDIT_OTHER /* row `at` is not the one that a head tells of: all was made anew */
};
struct audit_result {
	enum audit_state state;
	int64_t at; /* the first bad row */
	int64_t rows; /* good ones before it, or all */
	struct audit_head head; /* of those */
};
/* Go through the whole log, and compare with the heads that were kept elsewhere. False: it could not be read. */
bool audit_verify(struct store *s, const struct audit_head *heads, size_t n,
    struct audit_result *out, struct err *e) MUST_USE;

/*
 * The same in pieces of at most max rows (0: all), for who may not wait: from
 * a head that was good on. *end_out: that was the last one. Heads behind it are
 * judged there.
 */
bool audit_verify_part(struct store *s, const struct audit_head *from, size_t max,
    const struct audit_head *heads, size_t n, struct audit_result *out, bool *end_out,
    struct err *e) MUST_USE;

/* Take the addresses out of rows before a moment. */
bool audit_forget(struct store *s, int64_t before_s, int64_t *count_out, struct err *e) MUST_USE;

#endif
