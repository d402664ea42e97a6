/*
 * ids: a list of numbers of rows (findings, reports) that grows. Set it to { 0 };
 * the caller gives it to ids_fini().
 */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ids {
	int64_t *v;
	size_t count, cap;
};

void ids_add(struct ids *ids, int64_t id);
bool ids_has(const struct ids *ids, int64_t id);
/* Take it out, where it is; the others keep their order. */
void ids_drop(struct ids *ids, int64_t id);
/* Empty it; one that is empty is left as it is. */
void ids_fini(struct ids *ids);

#endif
