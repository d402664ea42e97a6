/*
 * desk_live: is a contact alive? From what was asked and answered, by dates alone:
 * nothing is ever "verified", it was last answered on a day, by some way.
 *
 *	unverified -> alive -> due -> late -> dead -> alive
 *
 * Focal points are asked every 4 months, as Trusted Introducer does, entities every
 * 6. Who does not answer is asked again after 7 and 14 days; after 21 a person asks
 * through the deputy, after 35 the authority that designated it, after 60 all
 * members see that nobody answers.
 */
#ifndef MODEL_DESK_LIVE_H
#define MODEL_DESK_LIVE_H

#include "model/desk.h"

enum desk_live { LIVE_UNVERIFIED, LIVE_ALIVE, LIVE_DUE, LIVE_LATE, LIVE_DEAD, LIVE_COUNT };
const char *desk_live_name(enum desk_live l);
const char *desk_live_title(enum desk_live l); /* catalogue key */

enum desk_way { WAY_MAIL, WAY_PAGE, WAY_CALL, WAY_PING, WAY_COUNT };
const char *desk_way_name(enum desk_way w); /* "mail" */
const char *desk_way_title(enum desk_way w); /* catalogue key */
bool desk_way_find(struct slice name, enum desk_way *out);

/* Of one contact. */
struct desk_life {
	int64_t answered_s; /* the last answer; 0: none yet */
	enum desk_way way; /* by which it came */
	int64_t asked_s; /* the first question since then without an answer; 0: none is open */
	int steps; /* so many were sent since then */
};

/* What is asked next; each step is sent once. */
enum desk_step { STEP_NONE, STEP_FIRST, STEP_AGAIN, STEP_ONCE_MORE, STEP_DEPUTY, STEP_AUTHORITY, STEP_GIVEN_UP };

/* Months between questions: of a focal point or an entity. */
int desk_live_months(enum desk_kind k);
enum desk_live desk_live_at(const struct desk_life *l, int months, int64_t now_s);
/* What is due now. FIRST to ONCE_MORE go by themselves, DEPUTY and AUTHORITY are for a person, GIVEN_UP is none to send. */
enum desk_step desk_live_step(const struct desk_life *l, int months, int64_t now_s);

/*
 * A question's word, which comes back with the answer: "ENTENTE-" and 26 of
 * Crockford's digits. Made of 16 random bytes; found in any text, however it
 * is quoted or wrapped.
 */
#define DESK_TOKEN_TEXT 34
void desk_token_print(const uint8_t chance[16], char out[DESK_TOKEN_TEXT + 1]);
/* The next one in *rest, which begins behind it then. False: no more. */
bool desk_token_next(struct slice *rest, struct slice *out);

#endif
