#include "cli/silence.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/lang.h"
#include "store/findings.h"

bool
silence_sweep(struct cli *c, struct store *s, struct err *e)
{
	uint64_t n = 0;

	if (!store_silence(s, clock_now_s(), &n, e))
		return false;
	if (n > 0 && !c->quiet)
		fprintf(stderr, TN("%lu finding was not seen for its class' period and counts as resolved.\n", "%lu findings were not seen for their class' period and count as resolved.\n", n), (unsigned long)n);
	return true;
}
