/*
 * agree_keys: our own key as a party, and how it becomes another. While it is
 * being changed there are two: party.key, which we are known by, and
 * party.key.next, which each agreement comes to know by an act of its own. When
 * all know it, it takes the first one's place.
 */
#ifndef SHARE_AGREE_KEYS_H
#define SHARE_AGREE_KEYS_H

#include "node.h"
#include "store/agreements.h"

struct agree_keys {
	struct ed25519 *now; /* the one that party_self() names */
	struct ed25519 *next; /* NULL: none is being taken */
};
#define AGREE_KEYS_NONE { NULL, NULL }

/* party.key is made where it is not there; party.key.next where `renew` is set. */
bool agree_keys_open(struct node *n, bool renew, struct agree_keys *out, struct err *e) MUST_USE;
void agree_keys_close(struct agree_keys *k);
/* Which of them the register knows as this one; NULL: neither. */
const struct ed25519 *agree_keys_of(const struct agree_keys *k, const struct ed25519_key *known);

/*
 * The next key takes the place of the first. ERR_CONFLICT names an agreement that
 * we are in and that knows us under the old one alone.
 */
bool agree_keys_done(struct node *n, const struct agree_keys *k, int64_t now_s, struct err *e) MUST_USE;

/*
 * What a party whose old key is lost or stolen sends to who keeps the register, with
 * a paper: {"agreement":...,"form":"entente new key 1","holder":...,"key":...,"proof":...}
 */
bool agree_rekey_request(const struct agreement *g, struct slice holder, const struct ed25519 *next, struct arena *a,
    struct slice *out, struct err *e) MUST_USE;
/* Its holder, key and proof as a deed of the lead; texts lie in a. ERR_INPUT: it is none, or of another agreement. */
bool agree_rekey_read(struct slice request, struct slice agreement, struct arena *a, struct agreement_deed *out, struct err *e) MUST_USE;

/*
 * A person has compared the fingerprint of a partner's new key by another way than
 * the register: the key that agreements here know it by, and whose fingerprint this
 * is, is entered. mark: hexadecimal, spaces between. ERR_ABSENT: no agreement knows
 * such a key. *out: the partner as it was, with the new key.
 */
bool agree_rekey_partner(struct store *s, struct slice id, struct slice mark, int64_t now_s, struct arena *a,
    struct partner *out, struct err *e) MUST_USE;

#endif
