/*
 * agree: what a node does about agreements: drafts, acts of its own, and, where it
 * keeps the register, the acts that others send it. The rules are
 * model/agreement.h's; here they meet the store and our key.
 */
#ifndef SHARE_AGREE_H
#define SHARE_AGREE_H

#include "share/agree_keys.h"
#include "share/gate_partner.h"
#include "store/agreements.h"

struct agree_wording {
	enum lang lang;
	struct slice bytes;
};

/*
 * Keep a draft, or the amended text of an agreement in force, with its wordings.
 * Their hashes are put into a draft that has no "wordings"; of one that has, they
 * must be these. *out lies in a.
 */
bool agree_draft(struct store *s, struct slice json, const struct agree_wording *w, size_t n,
    struct arena *a, struct agreement_text *out, struct err *e) MUST_USE;

/*
 * An act of ours; d->party is filled in, and of our own ACT_KEY_CHANGED (d->holder
 * is ours or NONE) what it says of the next key. Who keeps the register has done it by
 * this (*kept_out); all others send the line to who does. ERR_CONFLICT: it may not
 * be done now; the text says why.
 */
bool agree_do(struct store *s, struct slice id, struct agreement_deed *d, const struct agree_keys *keys,
    int64_t now_s, struct arena *a, struct slice *line_out, bool *kept_out, struct err *e) MUST_USE;

/*
 * We keep the register, and a party sent this line: it gets our receipt, dated now,
 * where the agreement has a depositary, and becomes the next act. ERR_CONFLICT:
 * another came before it, or it may not be done; nothing is kept then.
 */
bool agree_take(struct store *s, struct slice line, const struct agree_keys *keys, int64_t now_s,
    struct arena *a, struct agreement_act *out, struct err *e) MUST_USE;

/*
 * Would agree_do(), or agree_take(), do it? Nothing is signed for others or kept.
 * *text_out: the text that holds.
 */
bool agree_try(struct store *s, struct slice id, struct agreement_deed *d, const struct agree_keys *keys, int64_t now_s,
    struct arena *a, struct sha256 *text_out, struct err *e) MUST_USE;
bool agree_take_try(struct store *s, struct slice line, const struct agree_keys *keys, int64_t now_s, struct arena *a,
    struct sha256 *text_out, struct err *e) MUST_USE;

/*
 * The wording in a language, or where there is none, or its bytes are not here, in
 * an authentic one; *lang_out says which. Bytes lie in a. ERR_ABSENT: none is here.
 */
bool agree_wording_find(struct store *s, const struct agreement_text *t, enum lang asked, struct arena *a,
    struct slice *out, enum lang *lang_out, struct err *e) MUST_USE;

/* --- what would a partner get, and why not the rest? ------------------------------- */

struct agree_answer {
	struct policy_answer answer; /* lives as long as the gate */
	uint64_t findings;
	int64_t example; /* the first of them */
};
#define AGREE_ANSWERS_MAX 256
/*
 * Findings by the answer that they would get; one row an answer, the most frequent
 * first. each, where it is not NULL, is told of every finding. The caller frees
 * *out. q's order and limit hold.
 */
bool agree_ask(struct gate_partner *g, struct store *s, const struct finding_query *q,
    enum policy_purpose purpose, int64_t date_s,
    bool (*each)(void *cookie, const struct finding_row *row, const struct policy_answer *a, struct err *e),
    void *cookie, struct agree_answer **out, size_t *count_out, struct err *e) MUST_USE;

#endif
