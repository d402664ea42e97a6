/*
 * generic: feeds that are rows, objects or lines, by a mapping that is named
 * with the report (option mapping=NAME): a shipped one or DIR/feeds/NAME.conf.
 */
#include "base/lang.h"
#include "intake/formats.h"
#include "intake/mapping.h"
#include "intake/tables.h"
#include "parse/csv.h"
#include "parse/json.h"

static const struct json_limits RECORD_LIMITS = {
	.bytes = (size_t)1 << 20, .depth = 32, .nodes = 20000,
};

/* One value into the event; *column_out: what a bad record is counted under. */
static bool
put(struct intake *in, struct slice field, struct slice value, enum extra_kind kind,
    struct slice *column_out, struct err *why)
{
	*column_out = field;
	return value.len == 0 || event_set_named(&in->ev, field, value, kind, &in->record, why);
}

static bool
constants(struct intake *in, const struct mapping *m, struct slice *column, struct err *why)
{
	event_clear(&in->ev);
	if (m->feed.len > 0 && in->feed.len == 0)
		event_put(&in->ev, FIELD_FEED_NAME, m->feed);
	for (size_t i = 0; i < m->constant_count; i++) {
		if (!put(in, m->constants[i].field, m->constants[i].from, EXTRA_TEXT, column, why))
			return false;
	}
	return true;
}

static bool
hand_on(struct intake *in, bool ok, const struct place *place, struct slice column,
    const struct err *why, struct err *e)
{
	in->ev.place = *place;
	return ok ? intake_event(in, &in->ev, e) : intake_bad(in, place, column, why, e);
}

/* --- rows and lines ------------------------------------------------------------- */

/* Columns by number, once a report: SIZE_MAX: not there. */
static bool
columns_find(const struct mapping *m, const struct csv_row *head, size_t at[MAPPING_ROWS_MAX], struct err *e)
{
	bool any = false;

	for (size_t i = 0; i < m->field_count; i++) {
		uint64_t n;

		at[i] = SIZE_MAX;
		for (size_t k = 0; head != NULL && k < head->count; k++) {
			struct slice name = slice_trim(head->v[k]);

			while (name.len > 0 && (name.p[0] == '#' || name.p[0] == ' '))
				name = slice_from(name, 1);
			if (slice_eq_nocase(name, m->fields[i].from))
				at[i] = k;
		}
		if (at[i] == SIZE_MAX && slice_u64(m->fields[i].from, &n) && n >= 1 && n <= 2048)
			at[i] = (size_t)n - 1;
		any = any || at[i] != SIZE_MAX;
	}
	return any || err_set(e, ERR_INPUT, "none of the columns that mapping %.*s names is in this file", SLICE_ARG(m->name));
}

static bool
row_read(struct intake *in, const struct mapping *m, const struct csv_row *row,
    const size_t at[MAPPING_ROWS_MAX], struct slice *column, struct err *why)
{
	if (!constants(in, m, column, why))
		return false;
	for (size_t i = 0; i < m->field_count; i++) {
		if (at[i] < row->count &&
		    !put(in, m->fields[i].field, slice_trim(row->v[at[i]]), EXTRA_TEXT, column, why))
			return false;
	}
	return true;
}

static bool
is_comment(const struct mapping *m, const struct csv_row *row)
{
	return m->comment.len > 0 && row->count > 0 && slice_starts(slice_trim(row->v[0]), m->comment);
}

static bool
read_rows(struct intake *in, const struct mapping *m, struct source *src, struct err *e)
{
	size_t at[MAPPING_ROWS_MAX];
	struct err why = ERR_INIT;
	struct csv_reader r;
	struct csv_row row;
	bool head = m->header && m->format == MAPPING_CSV, ok = false;
	enum step step;

	csv_init(&r, src);
	/* A list is rows of one column, whatever they hold. */
	r.delimiter = m->format == MAPPING_LIST ? '\n' : m->delimiter;
	r.quote = m->format == MAPPING_LIST ? 0 : r.quote;
	if (!head && !columns_find(m, NULL, at, e))
		goto out;
	while ((step = csv_next(&r, &row, &why)) == STEP_ITEM || step == STEP_BAD) {
		struct place place = { row.offset, row.length, (uint32_t)row.line, S("") };
		struct slice column = S("");
		bool good;

		if (step == STEP_ITEM && head) {
			/* "# first_seen,dst_ip": a header may stand in a comment. */
			if (is_comment(m, &row) && row.count < 2)
				continue;
			if (!columns_find(m, &row, at, e))
				goto out;
			head = false;
			continue;
		}
		if (step == STEP_ITEM && is_comment(m, &row))
			continue;
		good = step == STEP_ITEM && row_read(in, m, &row, at, &column, &why);
		if (!hand_on(in, good, &place, column, &why, e))
			goto out;
	}
	ok = step == STEP_END;
	if (!ok)
		*e = why;
out:
	csv_fini(&r);
	return ok;
}

/* --- objects --------------------------------------------------------------------- */

static enum extra_kind
kind_of(const struct json *j)
{
	switch (j->kind) {
	case JSON_NUMBER:
		return EXTRA_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return EXTRA_BOOL;
	case JSON_STRING:
		return EXTRA_TEXT;
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return EXTRA_JSON;
}

static bool
object_read(struct intake *in, const struct mapping *m, const struct json *j,
    struct slice *column, struct err *why)
{
	if (!json_is(j, JSON_OBJECT))
		return err_set(why, ERR_INPUT, "expected an object");
	if (!constants(in, m, column, why))
		return false;
	for (size_t i = 0; i < m->field_count; i++) {
		const struct json *v = json_path(j, m->fields[i].from);

		if (v == NULL || v->kind == JSON_NULL)
			continue;
		if (!put(in, m->fields[i].field, v->kind == JSON_STRING ? v->text : v->raw, kind_of(v), column, why))
			return false;
	}
	return true;
}

static bool
read_array(struct intake *in, const struct mapping *m, struct source *src, struct err *e)
{
	const struct json *root, *list;
	struct slice text;

	if (!source_all(src, in->limits.document_bytes, &text, e) ||
	    !json_parse(text, &JSON_LIMITS, &in->document, &root, e))
		return false;
	list = m->array.len > 0 ? json_path(root, m->array) : root;
	if (!json_is(list, JSON_ARRAY))
		return err_set(e, ERR_INPUT, "there is no array at %s, as mapping %.*s says", QUOTE(m->array), SLICE_ARG(m->name));
	JSON_EACH (j, list) {
		struct place place = { (uint64_t)(j->raw.p - text.p), (uint32_t)j->raw.len, 0, S("") };
		struct slice column = S("");
		struct err why = ERR_INIT;
		bool good = object_read(in, m, j, &column, &why);

		if (!hand_on(in, good, &place, column, &why, e))
			return false;
	}
	return true;
}

static bool
read_lines(struct intake *in, const struct mapping *m, struct source *src, struct err *e)
{
	struct place place = { 0 };
	struct err why = ERR_INIT;
	struct slice line;
	enum step step;

	while ((step = source_line(src, in->limits.record_bytes, &line, &place.offset, &why)) == STEP_ITEM ||
	    step == STEP_BAD) {
		struct slice column = S("");
		const struct json *j;
		bool good;

		place.line++;
		place.length = (uint32_t)line.len;
		if (step == STEP_ITEM && slice_trim(line).len == 0)
			continue;
		good = step == STEP_ITEM && json_parse(line, &RECORD_LIMITS, &in->record, &j, &why) &&
		    object_read(in, m, j, &column, &why);
		if (!hand_on(in, good, &place, column, &why, e))
			return false;
	}
	if (step == STEP_FAIL)
		*e = why;
	return step == STEP_END;
}

static bool
document_read(struct intake *in, struct source *src, struct err *e)
{
	struct slice name = intake_option(in, S("mapping"));
	const struct mapping *m = intake_tables_mapping(in->tables, name);
	struct slice head;

	if (m == NULL)
		return err_set(e, ERR_INPUT, "there is no mapping %s; put it into the node's folder as feeds/NAME.conf", QUOTE(name));
	if (m->format != MAPPING_JSON)
		return read_rows(in, m, src, e);
	head = slice_trim(src->window);
	if (m->array.len > 0 || (head.len > 0 && head.p[0] == '['))
		return read_array(in, m, src, e);
	return read_lines(in, m, src, e);
}

/* Only where a mapping was named: the document itself does not tell. */
static int
recognise(const struct intake_head *head, const struct intake *in)
{
	(void)head;
	return intake_option(in, S("mapping")).len > 0 ? 95 : 0;
}

const struct intake_format intake_generic = {
	.name = S_INIT("generic"),
	.summary = N_("rows, objects or lines of any feed, by a mapping (--mapping NAME)"),
	.recognise = recognise,
	.read = document_read,
};
