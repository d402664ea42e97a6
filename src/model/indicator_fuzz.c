/*
 * indicator: a pattern in the first line, then moments of three bytes each: it is
 * planned, put into an index, and where it is over several events, they come. What
 * is kept is read back as it was, and each decision ends.
 */
#include <assert.h>
#include <string.h>

#include "model/indicator.h"
#include "model/indicator_series.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
series_run(const struct series *s, struct slice moments)
{
	struct series_state st = { .n = 0 }, back;
	struct buf b;

	for (size_t i = 0; i + 3 <= moments.len && i < 300; i += 3) {
		struct series_moment m = { (uint32_t)(moments.p[i] << 8 | moments.p[i + 1]), moments.p[i + 2] };

		if (m.leaves != 0)
			(void)series_add(s, &st, m);
	}
	assert(st.n <= SERIES_KEPT_MAX);
	buf_init(&b, 65536);
	series_state_print(&st, &b);
	assert(series_state_read(buf_view(&b), &back));
	assert(back.n == st.n && memcmp(back.v, st.v, st.n * sizeof(st.v[0])) == 0);
	buf_fini(&b);
	(void)series_state_read(moments, &back);
}

static void
index_run(const struct indicator_plan *plan, struct slice text)
{
	struct indicator_entry entry = { .id = 1, .watch = plan->watch, .key = plan->key, .text = plan->watch == INDICATOR_VALUE ? plan->value : text };
	struct indicator_met met[INDICATORS_MATCHES_MAX];
	struct indicators *x = indicators_new();
	static struct event ev;
	struct err e = ERR_INIT;

	event_clear(&ev);
	event_put(&ev, FIELD_SOURCE_IP, S("198.51.100.7"));
	event_put(&ev, FIELD_SOURCE_FQDN, S("www.evil.example"));
	event_put(&ev, FIELD_SOURCE_URL, S("http://evil.example/"));
	if (indicators_add(x, &entry, &e))
		assert(indicators_match(x, &ev, 1000, met) <= 1);
	indicators_free(&x);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), text;
	struct indicator_plan plan;
	struct err e = ERR_INIT;
	struct pattern *tree;
	struct series *s;
	struct arena a;

	arena_init(&a, (size_t)16 << 20);
	if (size > 0 && slice_cut(&rest, '\n', &text) && pattern_parse(text, &a, &tree, &e)) {
		indicator_plan(tree, &a, &plan);
		assert((plan.watch == INDICATOR_NOT_WATCHED) == (plan.why != NULL));
		if (plan.watch != INDICATOR_NOT_WATCHED)
			index_run(&plan, text);
		if (rest.p != NULL && series_new(tree, &a, &s))
			series_run(s, rest);
	}
	arena_fini(&a);
	return 0;
}
