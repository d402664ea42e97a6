/*
 * iati_read: the activities of an IATI document (2.01 to 2.03), one after the other,
 * as far as the desk looks at them.
 */
#ifndef DESK_IATI_READ_H
#define DESK_IATI_READ_H

#include "base/arena.h"
#include "base/err.h"

#define IATI_TRANSACTIONS_MAX 500
#define IATI_NAMES_MAX 16

struct iati_money {
	/* codes of TransactionType; days as they stand there; ref: of the transaction; org_*: who provides */
	struct slice type, day, amount, currency, value_day, org_ref, org_name, ref;
};

/* Texts lie in a until take() returns; NONE where it says nothing. */
struct iati_activity {
	struct arena *a;
	struct slice identifier, org, org_ref, url; /* org: who reports */
	struct { char lang[3]; struct slice text; } titles[IATI_NAMES_MAX]; /* of the six languages */
	size_t title_count;
	struct slice countries[IATI_NAMES_MAX], topics[IATI_NAMES_MAX], others[IATI_NAMES_MAX]; /* others: further identifiers */
	size_t country_count, topic_count, other_count;
	struct iati_money *money;
	size_t money_count;
	bool too_many; /* transactions, or bytes: it is not whole */
};

/* ERR_INPUT: no IATI, or not well-formed; what came before was taken. */
bool iati_read(struct slice text, bool (*take)(void *cookie, struct iati_activity *x, struct err *e), void *cookie, struct err *e) MUST_USE;

#endif
