/*
 * readiness: a country's answers by the model (model/desk_ready.h): by domain, what
 * is missing of the minimum, its laws against the Budapest Convention, and what
 * changed between two dates. No total, and no country beside another.
 */
#ifndef DESK_READINESS_H
#define DESK_READINESS_H

#include "model/desk_ready.h"
#include "store/desk.h"

struct readiness {
	struct ready_answer *v; /* ready_count of them, in the model's order */
	int64_t date_s;
};
/* As it stood on a date, which may be long ago. v lies in a. */
bool readiness_of(struct store *s, struct slice country, int64_t date_s, struct arena *a, struct readiness *out, struct err *e) MUST_USE;

struct readiness_domain {
	size_t indicators, answered, accepted, proof, expired;
	size_t counted; /* accepted, in time, applicable */
	int value; /* percent; -1: nothing counts, which is not zero */
	size_t minimum, met; /* indicators that have a minimum; that hold it */
};
void readiness_sum(const struct readiness *r, const char *domain, struct readiness_domain *out);

/*
 * A need for each domain in which the minimum is not met, entered as a draft by a
 * focal point: with the indicators that no open need of the country names yet.
 */
bool readiness_propose(struct store *s, struct slice country, const struct desk_actor *actor, const struct who *by, int64_t now_s,
    bool (*each)(void *cookie, const struct desk_record *r, struct err *e), void *cookie, size_t *count_out, struct err *e) MUST_USE;

/* Articles of the Budapest Convention that indicators name, in their order. */
bool readiness_articles(const struct readiness *r,
    bool (*each)(void *cookie, unsigned article, const struct ready_indicator *i, const struct ready_answer *a, struct err *e),
    void *cookie, struct err *e) MUST_USE;

#endif
