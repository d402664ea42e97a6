#include <stdlib.h>

#include "model/agreement.h"
#include "parse/json_canon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Lines of a register: the first a text, the others acts. Signatures do not hold
 * in what a fuzzer makes, so the reading is tried by itself, too.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), line;
	struct agreement *g = NULL;
	struct agreement_text t;
	struct agreement_act x;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf canonical;

	if (size > (size_t)64 << 10)
		return 0;
	arena_init(&a, (size_t)16 << 20);
	buf_init(&canonical, AGREEMENT_TEXT_BYTES_MAX);
	while (slice_line(&rest, &line)) {
		if (g == NULL && !agreement_new(line, &g, &e))
			g = NULL;
		if (agreement_draft_read(line, &a, &t, &canonical, &e)) {
			if (!slice_eq(t.json, buf_view(&canonical)) || t.clause_count == 0)
				abort();
			for (uint32_t i = 0; i < t.clause_count; i++) {
				if (t.clauses[i].tlp >= TLP_RED || t.clauses[i].purposes == 0)
					abort();
			}
		}
		buf_clear(&canonical);
		if (agreement_act_read(line, &a, &x, &e) && (x.number == 0 || !agreement_id_ok(x.party)))
			abort();
		if (g != NULL && agreement_act_add(g, line, INT64_MAX / 2, &e))
			(void)agreement_state_at(g, x.date_s);
		arena_reset(&a);
	}
	agreement_free(&g);
	buf_fini(&canonical);
	arena_fini(&a);
	return 0;
}
