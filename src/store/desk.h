/*
 * desk: the records of the cooperation desk (model/desk.h) in the store: every
 * version, who speaks of whom, files that prove something. Nothing is deleted.
 * Each deed is one transaction with all that follows from it and a line in the
 * audit log for each version, which names the version's hash: so the chain of
 * that log, whose head is kept outside, holds the desk's histories too.
 */
#ifndef STORE_DESK_H
#define STORE_DESK_H

#include "model/desk.h"
#include "model/who.h"
#include "store/account.h"
#include "store/store.h"

/* --- deeds -------------------------------------------------------------------- */

/* What an account is at the desk: its roles, its country, the entities it acts for. Texts lie in a. */
bool desk_actor_of(struct store *s, const struct account *x, struct arena *a, struct desk_actor *out, struct err *e) MUST_USE;

/*
 * Do it, with what follows. d->id may be empty for a new record without a natural
 * id: it gets one. by: whose line in the audit log it is. In the caller's
 * transaction where one is open; on failure nothing is changed (the caller's
 * transaction, where it is one, is then to be rolled back).
 */
bool desk_deed(struct store *s, struct slice id, const struct desk_deed *d, const struct who *by,
    struct arena *a, struct desk_record *out, struct err *e) MUST_USE;
/* The records as they are, for who only asks; out looks into x, which is the caller's. */
struct desk_reader {
	struct store *s;
	const struct who *by; /* of deeds */
	int64_t now_s;
};
void desk_world_of(struct desk_reader *x, struct store *s, struct desk_world *out);

/*
 * Clocks that have struck by now_s: moves are done, up to max of them; *done_out
 * says how many. What cannot be done is told in the log and left.
 */
bool desk_tick(struct store *s, const struct who *by, int64_t now_s, size_t max, size_t *done_out, struct err *e) MUST_USE;

/* --- reading -------------------------------------------------------------------- */

/* version 0: the last. Its JSON lies in a. *found_out false: there is none. */
bool desk_load(struct store *s, struct slice id, uint32_t version, struct arena *a, struct desk_record *out,
    bool *found_out, struct err *e) MUST_USE;
/*
 * The id that a person means: whole, or the last characters (four at least) of
 * one alone. ERR_ABSENT; ERR_INPUT: several end so.
 */
bool desk_id_find(struct store *s, struct slice text, struct arena *a, struct slice *out, struct err *e) MUST_USE;

struct desk_query {
	bool has_kind;
	enum desk_kind kind;
	struct slice state, country; /* NONE: any */
	struct slice of; /* that speak of this record, country or account; NONE: any */
	struct slice text; /* within titles and names; ASCII case does not matter; NONE: any */
	int64_t due_s; /* whose clock strikes before; 0: any */
	bool pending; /* that wait for a second person */
	int64_t before_s; /* the last row of the page before: when it was changed, and its id */
	struct slice before_id;
	size_t limit; /* 0: all */
};
/* Newest change first, by due: what is due first. r and its texts live until the next row. */
bool desk_list(struct store *s, const struct desk_query *q,
    bool (*each)(void *cookie, const struct desk_record *r, struct err *e), void *cookie, struct err *e) MUST_USE;
bool desk_count(struct store *s, const struct desk_query *q, uint64_t *out, struct err *e) MUST_USE;
/* Records by kind and state. */
bool desk_sums(struct store *s, struct slice country,
    bool (*each)(void *cookie, enum desk_kind kind, struct slice state, uint64_t count, struct err *e), void *cookie, struct err *e) MUST_USE;
/* Its versions, the first one first. */
bool desk_history(struct store *s, struct slice id,
    bool (*each)(void *cookie, const struct desk_record *r, struct err *e), void *cookie, struct err *e) MUST_USE;

enum desk_fault { DESK_WHOLE, DESK_VERSION_CHANGED, DESK_VERSION_MISSING, DESK_LIST_OTHER, DESK_UNLOGGED, DESK_LOG_OTHER };
struct desk_verdict {
	enum desk_fault fault;
	struct slice record; /* the first bad one; in a */
	uint32_t version;
	uint64_t records, versions;
};
/*
 * Every version against its hash, its chain, the list and the audit log. False: it
 * could not be read; that something is wrong is in *out.
 */
bool desk_verify(struct store *s, struct arena *a, struct desk_verdict *out, struct err *e) MUST_USE;
const char *desk_fault_text(enum desk_fault f); /* catalogue key, of a version: "it is not what was written" */

/* --- files and names -------------------------------------------------------------- */

#define DESK_FILE_BYTES_MAX ((size_t)32 << 20)
/* Keep a file under its hash; one that is there stays as it is. */
bool desk_file_put(struct store *s, struct slice name, struct slice bytes, struct slice by, int64_t now_s,
    struct sha256 *sha_out, struct err *e) MUST_USE;
bool desk_file_get(struct store *s, const struct sha256 *sha, struct buf *out, bool *found_out, struct err *e) MUST_USE;
bool desk_file_there(struct store *s, const struct sha256 *sha, bool *out, struct err *e) MUST_USE;

/* A person's name, kept beside the records: *token_out ("sha256:...") is what a record holds. record: whose it is, may be empty until it has an id. */
bool desk_private_put(struct store *s, struct slice text, struct slice record, struct arena *a, struct slice *token_out, struct err *e) MUST_USE;
/* NONE: it was forgotten. */
bool desk_private_get(struct store *s, struct slice token, struct arena *a, struct slice *out, struct err *e) MUST_USE;
/* Names of focal points whose time ended so long ago are forgotten; that the role was held stays. */
bool desk_private_forget(struct store *s, int64_t before_s, int64_t *count_out, struct err *e) MUST_USE;

#endif
