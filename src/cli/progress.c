#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/buf.h"
#include "cli/table.h"

#define SHOW_EVERY_NS 100000000

void
progress_begin(struct progress *p, const char *what, uint64_t total, bool quiet)
{
	*p = (struct progress){
		.what = what,
		.total = total,
		.begun_ns = clock_mono_ns(),
		.on = !quiet && isatty(STDERR_FILENO) == 1,
	};
}

void
progress_at(struct progress *p, uint64_t done, const char *note)
{
	int64_t now = clock_mono_ns();
	double s = (double)(now - p->begun_ns) / 1e9;
	struct buf b;

	p->done = done;
	if (!p->on || now - p->shown_ns < SHOW_EVERY_NS)
		return;
	p->shown_ns = now;
	fprintf(stderr, "\r\033[K%" PRIu64, done);
	if (p->total > 0)
		fprintf(stderr, "/%" PRIu64 " (%d %%)", p->total,
		    (int)(100 * done / p->total));
	fprintf(stderr, " %s", p->what);
	if (s > 1)
		fprintf(stderr, ", %.0f/s", (double)done / s);
	if (p->total > done && done > 0 && s > 2)
		fprintf(stderr, ", %.0f s", s * (double)(p->total - done) / (double)done);
	if (note == NULL)
		return;
	buf_init(&b, 4096);
	text_clean_put(&b, slice_of_str(note), 40);
	fprintf(stderr, "  %s", buf_cstr(&b));
	buf_fini(&b);
}

void
progress_end(struct progress *p)
{
	if (p->on)
		fprintf(stderr, "\r\033[K");
	p->on = false;
}
