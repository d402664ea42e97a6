/*
 * register: an agreement's texts, acts and wordings as a file that its lead
 * publishes and everybody verifies. Lines of canonical JSON:
 *
 *	{"form":"entente register 1","id":"mou-2026"}
 *	{"text":{...}}                      versions, in order
 *	{"act":{...},"receipt":{...},"signature":"..."}   acts, in order
 *	{"base64":"...","wording":"<SHA-256>"}  the wordings that the texts name
 *
 * The file proves itself but for one thing, whose key the lead's is: that must
 * have been entered as a partner's before.
 */
#ifndef SHARE_REGISTER_H
#define SHARE_REGISTER_H

#include "store/agreements.h"

#define REGISTER_BYTES_MAX ((size_t)128 << 20)

/* Append the register of an agreement that was opened. */
bool register_export(struct store *s, struct slice id, int64_t now_s, struct buf *out, struct err *e) MUST_USE;

/*
 * Go through a register: every line, every signature, every guard. The error
 * names the line, or the act by its number, and what is wrong. The caller frees
 * *out. wording() is given each wording that a text names; NULL: not wanted.
 */
bool register_verify(struct slice file, int64_t now_s, struct agreement **out,
    bool (*wording)(void *cookie, struct slice bytes, struct err *e), void *cookie, struct err *e) MUST_USE;

struct register_result {
	struct slice id; /* lies in what was imported, which *out keeps */
	uint32_t acts, acts_new, texts_new;
};
/*
 * Verify a register and take what is new of it. ERR_DENIED: the lead is not known
 * here, or under another key. ERR_CONFLICT: an act or text differs from the one
 * that we hold. Where it fails, nothing is taken.
 */
bool register_import(struct store *s, struct slice file, int64_t now_s, struct agreement **out,
    struct register_result *result, struct err *e) MUST_USE;

#endif
