/*
 * generic: feeds that are rows, objects, lines or tables, by a mapping that is
 * named with the report (option mapping=NAME) or that knows the document: a
 * shipped one or DIR/feeds/NAME.conf.
 */
#include "intake/generic.h"

#include <stdlib.h>

#include "base/lang.h"
#include "intake/formats.h"
#include "intake/tables.h"

bool
generic_comment(const struct mapping *m, struct slice line)
{
	line = slice_trim(line);
	for (size_t i = 0; i < m->comments.n; i++) {
		if (slice_starts(line, m->comments.v[i]))
			return true;
	}
	return false;
}

static bool
shape_read(struct mapping_run *r, struct source *src, struct err *e)
{
	switch (r->m->format) {
	case MAPPING_CSV:
	case MAPPING_LIST:
		return generic_rows(r, src, e);
	case MAPPING_PAIRS:
	case MAPPING_TEXT:
		return generic_lines(r, src, e);
	case MAPPING_JSON:
		return generic_json(r, src, e);
	case MAPPING_HTML:
		return generic_html(r, src, e);
	case MAPPING_XML:
		return generic_xml(r, src, e);
	}
	return false;
}

static struct slice
file_name(const struct intake *in)
{
	size_t slash = slice_rfind_byte(in->part, '/');

	return in->part.len == 0 ? in->name : slash == SIZE_MAX ? in->part : slice_from(in->part, slash + 1);
}

static bool
document_read(struct intake *in, struct source *src, struct err *e)
{
	struct slice name = intake_option(in, S("mapping"));
	const struct mapping *m;
	struct mapping_run *r;
	int sure;
	bool ok;

	m = name.len > 0 ? intake_tables_mapping(in->tables, name) :
	    intake_tables_known(in->tables, file_name(in), src->window, &sure);
	if (m == NULL && name.len == 0)
		return err_set(e, ERR_INPUT, "no mapping knows this document; name the feed's");
	if (m == NULL)
		return err_set(e, ERR_INPUT, "there is no mapping %s; put it into the node's folder as feeds/NAME.conf", QUOTE(name));
	r = xalloc(sizeof(*r));
	mapping_run_init(r, in, m);
	ok = shape_read(r, src, e);
	mapping_run_fini(r);
	free(r);
	return ok;
}

/* Where a mapping was named, that is the word; else some know their documents. */
static int
recognise(const struct intake_head *head, const struct intake *in)
{
	int sure = 0;

	if (intake_option(in, S("mapping")).len > 0)
		return 95;
	(void)intake_tables_known(in->tables, in->part.len == 0 ? head->name : file_name(in), head->bytes, &sure);
	return sure;
}

static const struct intake_option_row options[] = {
	{ S_INIT("mapping"), NULL },
	/* What the report's bringer knows of its feed: see mapping_run.c. */
	{ S_INIT("feed.accuracy"), NULL },
	{ S_INIT("feed.code"), NULL },
	{ S_INIT("feed.documentation"), NULL },
	{ S_INIT("feed.name"), NULL },
	{ S_INIT("feed.provider"), NULL },
	{ S_INIT("feed.url"), NULL },
	{ S_INIT(""), NULL },
};

const struct intake_format intake_generic = {
	.name = S_INIT("generic"),
	.summary = N_("rows, objects or lines of any feed, by a mapping (--mapping NAME)"),
	.recognise = recognise,
	.read = document_read,
	.unless = 79,
	.options = options,
	.lists = true,
};
