#include <stdlib.h>

#include "desk/annual.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
text(void *cookie, struct slice s, bool small)
{
	(void)small;
	buf_put(cookie, s);
}

static void
part(void *cookie, int n, const char *title)
{
	(void)n;
	buf_str(cookie, title);
}

static void
section(void *cookie, const char *name, const char *title, const struct annual_view *v)
{
	(void)v;
	buf_str(cookie, name);
	buf_str(cookie, title);
}

static void
table(void *cookie, const struct annual_view *v)
{
	JSON_EACH(row, v->rows) {
		size_t c = 0;

		JSON_EACH(cell, row) {
			double n;

			annual_cell(v->table, c++, cell, v->lang, cookie);
			(void)annual_value(cell, &n);
		}
	}
}

/* A snapshot as somebody hands it over: what is taken can be shown in each language. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct annual_sink to = { .part = part, .section = section, .text = text, .chart = table, .table = table };
	struct err e = ERR_INIT;
	struct annual x;
	struct arena a;
	struct buf b;

	arena_init(&a, (size_t)64 << 20);
	buf_init(&b, (size_t)16 << 20);
	to.cookie = &b;
	if (annual_read(slice_of(data, size), &a, &x, &e)) {
		for (int l = 0; l < LANG_COUNT; l++) {
			buf_clear(&b);
			annual_walk(&x, (enum lang)l, &to);
		}
		for (size_t t = 0; t < ANNUAL_TABLES; t++)
			annual_csv(&x, (enum annual_id)t, &b);
	}
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
