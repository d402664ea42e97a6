/*
 * limits: how often somebody may try. In the memory of one process, of fixed
 * size, forgotten with it.
 *
 * What is guessed at is an account; who guesses is told by the address. Three
 * budgets hold for a stranger: of its address, of its address at this account,
 * and of all strangers together at this account. The last one bounds what a
 * thousand addresses can try, and by itself would let them lock the owner out.
 * So it is not asked of whoever is known at the account: a browser that signed
 * in before (a device cookie), and an address from which somebody did. Each of
 * those has a budget of its own (decision 0091).
 */
#ifndef SERVER_LIMITS_H
#define SERVER_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "parse/ip.h"

struct limits;
struct limits *limits_new(void);
void limits_free(struct limits **l);

/*
 * Rates of strangers are counted for all processes of a server together: in
 * memory that they share, made by whoever forks them. Many may count at once,
 * without a lock. A process that was taken over could write there: it decides
 * how often strangers may ask, and nothing about signing in.
 */
struct limits_shared;
struct limits_shared *limits_shared_make(void); /* NULL: no memory */
/* limits_rate() counts there from now on; s must live longer. */
void limits_share(struct limits *l, struct limits_shared *s);

/* n at once, then one in every period; the same rule for all of them. */
struct limits_rule {
	uint32_t burst;
	uint32_t period_s;
};
extern const struct limits_rule LIMITS_SOURCE, LIMITS_SOURCE_ACCOUNT, LIMITS_ACCOUNT, LIMITS_KNOWN;

/* Of an address (an IPv6 one: its /64): one more of `kind`. False: *retry_s_out says when again. */
bool limits_rate(struct limits *l, unsigned kind, const struct limits_rule *rule, struct ip from,
    int64_t now_s, int64_t *retry_s_out);

struct attempt {
	struct slice account; /* the name that was given, as an account's is kept; whether it is there or not */
	struct ip from;
	struct slice device; /* what a good device cookie of this account holds; NONE: there is none */
};
enum attempt_class {
	ATTEMPT_REFUSED,
	ATTEMPT_STRANGER,
	ATTEMPT_PLACE, /* from a known address */
	ATTEMPT_DEVICE /* by a known browser */
};
/*
 * Take one try from the budgets, before the password is looked at: so that many
 * at once are no way around. REFUSED: nothing was taken.
 */
enum attempt_class limits_take(struct limits *l, const struct attempt *t, int64_t now_s,
    int64_t *retry_s_out);
/* Would it be REFUSED? Takes nothing. */
bool limits_would_refuse(struct limits *l, const struct attempt *t, int64_t now_s);
/* The password was right: the try is given back. */
void limits_give_back(struct limits *l, const struct attempt *t, enum attempt_class c);
/* A code of the second factor was wrong: that counts for more, as there are few codes. */
void limits_more(struct limits *l, const struct attempt *t, enum attempt_class c, int64_t now_s, unsigned tries);
/* Signed in: the address is known at this account from now on. */
void limits_know(struct limits *l, const struct attempt *t, int64_t now_s);

#endif
