#include "intake/shadowserver_which.h"

#include "base/lang.h"
#include "intake/tables.h"

static const struct shadow_report *
named_in(const struct shadow_schema *s, const struct intake *in, struct slice name)
{
	struct slice type = intake_option(in, S("type"));
	const struct shadow_report *r;

	if (type.len > 0)
		return shadow_find(s, type);
	r = shadow_find_file(s, name);
	if (r == NULL)
		r = shadow_find_file(s, in->name);
	return r != NULL ? r : shadow_find(s, in->feed);
}

static const struct shadow_report *
report_named(const struct intake *in, struct slice name)
{
	const struct shadow_report *r = named_in(intake_tables_shadow(in->tables), in, name);

	return r != NULL ? r : named_in(intake_tables_shadow_legacy(in->tables), in, name);
}

/* By the schema of today; by those no longer sent where that one is not sure. */
static const struct shadow_report *
report_by_columns(const struct intake *in, const struct slice *columns, size_t count, bool *sure_out)
{
	const struct shadow_report *r = shadow_find_columns(intake_tables_shadow(in->tables), columns, count, sure_out), *old;
	bool sure;

	if (*sure_out)
		return r;
	old = shadow_find_columns(intake_tables_shadow_legacy(in->tables), columns, count, &sure);
	*sure_out = sure;
	return sure || r == NULL ? old : r;
}

/* "2019-01-01-phish_url-test.csv": names a type, and it is not in the schema. */
static bool
type_unknown(struct slice name)
{
	struct slice word = slice_sub(name, 11, slice_find_byte(slice_from(name, 11), '-'));

	if (name.len < 16 || name.p[4] != '-' || name.p[7] != '-' || name.p[10] != '-' ||
	    !byte_is_digit(name.p[0]) || !slice_ends_nocase(name, S(".csv")))
		return false;
	return slice_find_byte(word, '_') != SIZE_MAX;
}

bool
shadow_report_choose(const struct intake *in, const struct slice *columns, size_t count,
    const struct shadow_report **out, struct err *e)
{
	struct slice type = intake_option(in, S("type"));
	bool sure = false;
	struct slice name = in->part.len > 0 ? in->part : in->name;
	size_t slash = slice_rfind_byte(name, '/');

	if (slash != SIZE_MAX)
		name = slice_from(name, slash + 1);
	*out = report_named(in, name);
	if (*out != NULL)
		return true;
	if (type.len > 0)
		return err_set(e, ERR_INPUT, "type=%.*s: the schema of %.*s has no such Shadowserver report; load a newer schema",
		    SLICE_ARG(slice_sub(type, 0, 100)), SLICE_ARG(slice_sub(intake_tables_shadow(in->tables)->date, 0, 10)));
	if (type_unknown(name))
		return err_set(e, ERR_INPUT, "%s names a report that the schema of %.*s does not have; load a newer schema",
		    QUOTE(name), SLICE_ARG(slice_sub(intake_tables_shadow(in->tables)->date, 0, 10)));
	*out = report_by_columns(in, columns, count, &sure);
	if (*out == NULL)
		return err_set(e, ERR_INPUT, "neither its name nor its columns say which Shadowserver report it is; say type=... (\"scan_http\")");
	/* To name a report that it is not would accuse its hosts of something else. */
	return sure || err_set(e, ERR_INPUT, "its columns do not say for certain which Shadowserver report it is; %.*s comes nearest: say type=... (\"%.*s\")",
	    SLICE_ARG((*out)->file_name), SLICE_ARG((*out)->file_name));
}

int
shadow_recognise(const struct intake_head *head, const struct intake *in)
{
	struct slice rest = head->bytes, line, columns[512];
	size_t count = 0, time = 0;
	bool sure;

	/* A quiet day's file is empty: its name alone says what it is. */
	if (head->bytes.len == 0)
		return slice_ends_nocase(head->name, S(".csv")) && report_named(in, head->name) != NULL ? 95 : 0;
	if (!slice_line(&rest, &line) || slice_find_byte(line, ',') == SIZE_MAX)
		return 0;
	while (count < 512 && slice_cut(&line, ',', &columns[count])) {
		struct slice *c = &columns[count++];

		*c = slice_trim(*c);
		if (c->len >= 2 && c->p[0] == '"' && c->p[c->len - 1] == '"')
			*c = slice_sub(*c, 1, c->len - 2);
	}
	while (time < count && !slice_eq(columns[time], S("timestamp")))
		time++;
	/* In every report it is the first column; a name that says which one bears with others before it. */
	if (time < count && report_named(in, head->name) != NULL)
		return 95;
	if (time > 0)
		return 0;
	return report_by_columns(in, columns, count, &sure) != NULL ? 80 : 0;
}
