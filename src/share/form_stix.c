/* form_stix: findings as a bundle of STIX 2.1 (share/stix_out.h). */
#include "base/lang.h"
#include "share/form.h"
#include "share/stix_kinds.h"

static struct stix_out
who(const struct form_run *r)
{
	return (struct stix_out){ .name = r->who->name, .mail = r->who->mail, .warnings = r->warnings, .observed_only = r->observed_only };
}

static void
head(struct form_run *r, struct buf *b)
{
	struct stix_out x = who(r);
	struct buf of;

	/* A bundle is what was asked, when: it has no name that lasts. */
	buf_init(&of, (size_t)128 << 10);
	buf_put(&of, r->question);
	buf_i64(&of, r->who->now_s);
	stix_out_begin(&x, buf_view(&of), false, b);
	buf_fini(&of);
}

static bool
row(struct form_run *r, const struct finding_row *f, struct buf *b)
{
	struct stix_out x = who(r);

	buf_byte(b, ',');
	if (stix_out_finding(&x, f, b))
		return true;
	/* Taken back where there is nothing to observe. */
	b->len--;
	return false;
}

static void
tail(struct form_run *r, struct buf *b)
{
	(void)r;
	stix_out_end(b);
}

const struct form form_stix = { .name = "stix", .summary = N_("STIX 2.1: observed data, indicators of what does harm, our sightings"),
	.type = "application/stix+json;version=2.1", .file = "findings.stix.json", .marks = true, .head = head, .row = row, .tail = tail };
