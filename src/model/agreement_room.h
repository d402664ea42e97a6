/*
 * agreement_room: how the documents of agreements are read. For the files of
 * this room alone. Every member is named, wanted and of one form: what an older
 * program would pass over in silence could be what the parties agreed on.
 */
#ifndef MODEL_AGREEMENT_ROOM_H
#define MODEL_AGREEMENT_ROOM_H

#include "base/lang.h"
#include "model/agreement.h"
#include "parse/json_canon.h"

/* j is an object that has no other members than these; names ends with NULL. */
bool doc_object(const struct json *j, const char *const *names, struct err *e) MUST_USE;
/* A text of 1 (or 0, where empty is set) to max bytes without control characters. */
bool doc_text(const struct json *j, const char *name, size_t max, bool empty, struct slice *out, struct err *e) MUST_USE;
bool doc_number(const struct json *j, const char *name, uint32_t min, uint32_t max, uint32_t *out, struct err *e) MUST_USE;
bool doc_id(const struct json *j, const char *name, struct slice *out, struct err *e) MUST_USE;
bool doc_sha(const struct json *j, const char *name, struct sha256 *out, struct err *e) MUST_USE;
bool doc_date(const struct json *j, const char *name, int64_t *out, struct err *e) MUST_USE;
/* One of n words. */
bool doc_word(const struct json *j, const char *name, const char *(*word)(int), int n, int *out, struct err *e) MUST_USE;
/* Words in a list, each once, in any order, as bits. */
bool doc_words(const struct json *j, const char *name, const char *(*word)(int), int n, uint32_t *out, struct err *e) MUST_USE;
/* A party: id, name, country, key; with_role: role too. */
bool doc_party(const struct json *j, bool with_role, struct agreement_party *out, struct err *e) MUST_USE;

void doc_party_put(struct json_out *o, const struct agreement_party *p, bool with_role);

extern const struct json_limits agreement_text_limits, agreement_line_limits;

/* The round that counts on a date, or NULL: as agreement_adhesion_at(), to be changed. */
struct adhesion *agreement_round(const struct agreement *g, uint32_t party, int64_t date_s);
/* ACT_KEY_CHANGED, its signature seen: may it be done, and do it. */
bool agreement_key_do(struct agreement *g, const struct agreement_act *x, int64_t at_s, struct err *e) MUST_USE;
/* Did the party sign it with a key that it has laid down? */
bool agreement_signed_before(const struct agreement *g, const struct agreement_act *x);

#define ACT_PURPOSE "entente agreement act 1"
#define KEY_PURPOSE "entente agreement key 1"
#define RECEIPT_PURPOSE "entente agreement receipt 1"

#endif
