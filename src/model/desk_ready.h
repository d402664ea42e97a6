/*
 * desk_ready: the readiness model (data/readiness), and how answers count by it:
 *
 *	a level without accepted evidence counts as 1 at most
 *	after its months an answer is expired, and counts for no minimum
 *	the minimum is met when every indicator that has one holds its level
 *	a domain's value is the mean of its counted levels as a percentage of 4;
 *	there is no total, and countries are not ranked
 */
#ifndef MODEL_DESK_READY_H
#define MODEL_DESK_READY_H

#include "base/lang.h"
#include "model/desk.h"

#define READY_LEVELS 5

struct ready_text { const char *t[LANG_COUNT]; };
struct ready_domain {
	char id[3]; /* "LS" */
	struct ready_text name;
};
struct ready_indicator {
	const char *id, *domain; /* "LS-1" */
	const char *topics; /* "1 b" */
	const char *area; /* of the minimum: "legislation"; "" none */
	int minimum; /* its level; 0: none */
	int valid_months;
	const char *metric; /* what measures it; "" */
	const char *references; /* a line each: "Budapest Convention Art. 2" */
	struct ready_text question, evidence; /* evidence: a line each */
	struct ready_text levels[READY_LEVELS];
};
extern const char *const ready_version;
extern const struct ready_domain ready_domains[];
extern const size_t ready_domain_count;
extern const struct ready_text ready_scale[READY_LEVELS];
extern const struct ready_indicator ready_indicators[]; /* those of a domain side by side */
extern const size_t ready_count;

/* By its id; NULL. */
const struct ready_indicator *ready_find(struct slice id);

/* How an answer counts on a date. */
struct ready_answer {
	bool there; /* somebody answered */
	bool open; /* an answer waits for its review, or is a draft */
	bool accepted, expired, not_applicable, proof;
	int proposed, level; /* level: accepted; -1: none */
	int64_t accepted_s, until_s; /* 0: none */
};
/* r: the answer's version of that date, or NULL. */
void ready_judge(const struct desk_record *r, int64_t date_s, struct ready_answer *out);
/* Accepted and not expired: its level, capped where there is no proof; -1: it does not count. */
int ready_counted(const struct ready_answer *a);
/* Holds the indicator's minimum, or does not apply (by two persons). */
bool ready_holds(const struct ready_indicator *i, const struct ready_answer *a);

#endif
