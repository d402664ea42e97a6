#include "share/original.h"

#include <unistd.h>

#include "model/protect.h"
#include "store/findings.h"

#define WINDOW ((size_t)1 << 20)
#define OVERLAP ((size_t)4096)

bool
original_closed(int64_t report, struct err *e)
{
	return err_set(e, ERR_DENIED, "report %lld concerns the sexual exploitation of children: its content is not shown; it lies in the archive for the authority in charge",
	    (long long)report);
}

/*
 * An older program did not note it with the report, and one that was not read
 * yet is not known: so the text is looked through too, in windows that overlap.
 */
static bool
tells_nothing(struct source *src, int64_t report, struct err *e)
{
	for (;;) {
		if (!source_want(src, WINDOW / 2, e))
			return false;
		if (text_is_protected(src->window))
			return original_closed(report, e);
		if (src->eof || src->window.len <= OVERLAP)
			return true;
		source_advance(src, src->window.len - OVERLAP);
	}
}

static bool
may_show(struct store *s, const struct report *r, struct err *e)
{
	struct finding_query q = { .report = r->id, .class_type = class_type(CLASS_VIOLENCE) };
	uint64_t n = 0;

	if (r->protected)
		return original_closed(r->id, e);
	if (!finding_count(s, &q, &n, e))
		return false;
	return n == 0 || original_closed(r->id, e);
}

bool
original_fd(struct store *s, struct archive *a, const struct report *r, int *fd_out,
    struct err *e)
{
	return may_show(s, r, e) && archive_fd(a, &r->sha, fd_out, e);
}

bool
original_open(struct store *s, struct archive *a, const struct report *r,
    uint64_t offset, struct original *out, struct err *e)
{
	bool ok;

	*out = (struct original)ORIGINAL_NONE;
	if (!original_fd(s, a, r, &out->fd, e))
		return false;
	ok = archive_source_open(out->fd, WINDOW, &out->source, e) &&
	    tells_nothing(archive_source_get(out->source), r->id, e);
	archive_source_fini(&out->source);
	if (ok && lseek(out->fd, 0, SEEK_SET) == 0 && archive_source_open(out->fd, WINDOW, &out->source, e) &&
	    (offset == 0 || archive_source_seek(out->source, offset, e)))
		return true;
	original_close(out);
	return false;
}

void
original_close(struct original *o)
{
	archive_source_fini(&o->source);
	if (o->fd >= 0)
		(void)close(o->fd);
	o->fd = -1;
}
