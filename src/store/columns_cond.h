/*
 * columns_cond: a question of findings as it is put to the columns: which slots
 * of a block does it choose? Each filter takes slots out of a mask, with one
 * comparison for each of them.
 */
#ifndef STORE_COLUMNS_COND_H
#define STORE_COLUMNS_COND_H

#include "store/columns.h"

#define BLOCK COLUMNS_BLOCK

struct bits {
	uint64_t *v; /* NULL: not asked for */
	uint64_t count;
};

/* A question, as it is put to slots. */
struct cond {
	const struct finding_query *q;
	bool by_class, by_country, by_feed, by_prefix;
	uint8_t class_ok[256];
	uint16_t country;
	uint32_t feed, report, now_s;
	int64_t id_lo, id_hi; /* hosts of the prefix: lo > hi: none */
	struct bits in_prefix, in_text; /* places that are no hosts, by slot */
	uint8_t *terms; /* by id of a term: its text holds what is looked for */
	uint64_t term_count;
	bool none; /* nothing can be chosen */
};

/* q must live as long. cond_fini() also after a failure. */
bool cond_make(struct store *s, const struct finding_query *q, struct cond *k, struct err *e) MUST_USE;
void cond_fini(struct cond *k);
/* So many slots there are to look at. */
uint64_t columns_rows(const struct columns *c);
/* Which of the n slots from `at` on are chosen. */
void cond_mask(const struct columns *c, const struct cond *k, uint64_t at, uint32_t n, uint8_t m[BLOCK]);
/* Of a mask, the slots in it, from the begin of the block. */
uint32_t cond_chosen(const uint8_t m[BLOCK], uint16_t v[BLOCK]);

/* Always a whole block, which the compiler makes wide steps of: a column's room is whole blocks. */
#define NARROW(test) \
	for (uint32_t i = 0; i < BLOCK; i++) \
		m[i] = (uint8_t)(m[i] & (test))

#endif
