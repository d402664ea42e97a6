/*
 * annual: counts of what left, and of what came back, for the annual report.
 */
#ifndef STORE_ANNUAL_H
#define STORE_ANNUAL_H

#include "store/store.h"

/* Moments: since <= at < until. */
struct annual_flow { int64_t sent, answered; }; /* notices made and sent in the time; of these answered */
bool annual_notices(struct store *s, int64_t since_s, int64_t until_s, struct annual_flow *out, struct err *e) MUST_USE;
/* Reports that told of the sexual exploitation of children, received in the time. */
bool annual_protected(struct store *s, int64_t since_s, int64_t until_s, int64_t *out, struct err *e) MUST_USE;
/* What the policy was asked in the time, by agreement (or rule, where no agreement was it), in the order of their names. */
bool annual_transfers(struct store *s, int64_t since_s, int64_t until_s,
    bool (*each)(void *cookie, struct slice agreement, int64_t allowed, int64_t refused, struct err *e), void *cookie, struct err *e) MUST_USE;

#endif
