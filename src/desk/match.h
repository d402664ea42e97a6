/*
 * match: who could meet a need, and why: entities and offers side by side with what
 * speaks for and against each. The order is a help; the country chooses.
 */
#ifndef DESK_MATCH_H
#define DESK_MATCH_H

#include "store/desk.h"

struct match {
	struct slice id, entity, name; /* id: of the offer, or of the entity that made none */
	bool offer;
	unsigned topics, topics_of; /* shared, of those that the need has */
	unsigned languages; /* shared */
	bool languages_known; /* both say which */
	bool region; /* it works in the country */
	unsigned done, running; /* projects of the entity */
	bool sells; /* in the country: an interest, declared */
	bool cost_known, within; /* the cost; within the need's budget, of the same currency */
	struct desk_money cost;
	int points; /* of 100 */
};

/*
 * Recognised entities and open offers for a need, the best first. Points: topics
 * 40, languages 15, the region 15, projects that it finished 15 (5 each), a cost
 * within the budget 15. An interest takes no point away; it is shown. Texts lie in a.
 */
bool match_need(struct store *s, const struct desk_record *need, struct arena *a, struct match **out, size_t *count_out, struct err *e) MUST_USE;

/* Projects under way that share a topic, in the country, or in its part of the world (near). */
bool match_similar(struct store *s, const struct desk_record *r,
    bool (*each)(void *cookie, const struct desk_record *project, unsigned topics, bool same_country, struct err *e), void *cookie, struct err *e) MUST_USE;

/* Money of a project, or of all (NONE), in one currency. */
struct match_money {
	char currency[4];
	int64_t pledged, committed, paid, spent, in_kind; /* in thousandths; in_kind is in none of the others */
	uint64_t contributions;
};
#define MATCH_CURRENCIES_MAX 64
bool match_money(struct store *s, struct slice project, struct match_money out[MATCH_CURRENCIES_MAX], size_t *count_out, struct err *e) MUST_USE;

#endif
