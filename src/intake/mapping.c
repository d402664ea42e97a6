#include "intake/mapping.h"

#include <stdlib.h>

#include "base/buf.h"
#include "model/field.h"
#include "parse/conf.h"

#define MAPPING_BYTES_MAX ((size_t)1 << 20)

static bool
feed_key(struct mapping *m, const struct conf_item *i, struct err *e)
{
	if (slice_eq(i->key, S("name"))) {
		m->feed = i->value;
	} else if (slice_eq(i->key, S("array"))) {
		m->array = i->value;
	} else if (slice_eq(i->key, S("comment"))) {
		m->comment = i->value;
	} else if (slice_eq(i->key, S("header"))) {
		m->header = slice_eq(i->value, S("yes"));
	} else if (slice_eq(i->key, S("delimiter"))) {
		if (slice_eq(i->value, S("\\t")))
			m->delimiter = '\t';
		else if (i->value.len == 1)
			m->delimiter = i->value.p[0];
		else
			return err_set(e, ERR_INPUT, "line %u: delimiter: expected one character or \\t, found %s", i->line, QUOTE(i->value));
	} else if (slice_eq(i->key, S("format"))) {
		if (slice_eq(i->value, S("csv")))
			m->format = MAPPING_CSV;
		else if (slice_eq(i->value, S("json")))
			m->format = MAPPING_JSON;
		else if (slice_eq(i->value, S("list")))
			m->format = MAPPING_LIST;
		else
			return err_set(e, ERR_INPUT, "line %u: format: %s is none of csv, json, list", i->line, QUOTE(i->value));
	} else {
		return err_set(e, ERR_INPUT, "line %u: there is no setting %s in [feed]", i->line, QUOTE(i->key));
	}
	return true;
}

static bool
row_put(struct mapping_row *rows, size_t *count, const struct conf_item *i, struct err *e)
{
	if (field_find(i->key) == FIELD_NONE && !(slice_starts(i->key, S("extra.")) && i->key.len > 6))
		return err_set(e, ERR_INPUT, "line %u: there is no field %s; others go under \"extra.\"", i->line, QUOTE(i->key));
	if (*count == MAPPING_ROWS_MAX)
		return err_set(e, ERR_LIMIT, "line %u: more than %d rows", i->line, MAPPING_ROWS_MAX);
	rows[(*count)++] = (struct mapping_row){ i->key, i->value };
	return true;
}

static bool
take(struct mapping *m, const struct conf_item *i, struct err *e)
{
	if (slice_eq(i->section, S("feed")))
		return feed_key(m, i, e);
	if (slice_eq(i->section, S("constants")))
		return row_put(m->constants, &m->constant_count, i, e);
	if (slice_eq(i->section, S("fields")))
		return row_put(m->fields, &m->field_count, i, e);
	return err_set(e, ERR_INPUT, "line %u: [%.*s] is none of [feed], [constants], [fields]", i->line, SLICE_ARG(i->section));
}

bool
mapping_read(struct slice name, struct slice text, struct mapping **out, struct err *e)
{
	struct mapping *m = xalloc(sizeof(*m));
	struct conf_item item;
	struct conf conf;
	enum step step = STEP_BAD;

	m->delimiter = ',';
	arena_init(&m->memory, 2 * MAPPING_BYTES_MAX);
	if (slice_ends(name, S(".conf")))
		name.len -= 5;
	if (slice_rfind_byte(name, '/') != SIZE_MAX)
		name = slice_from(name, slice_rfind_byte(name, '/') + 1);
	m->name = arena_copy(&m->memory, name);
	text = arena_copy(&m->memory, text);
	if (text.p == NULL || m->name.p == NULL) {
		(void)err_set(e, ERR_LIMIT, "a mapping of more than %zu bytes", MAPPING_BYTES_MAX);
		goto out;
	}
	conf = conf_of(text);
	while ((step = conf_next(&conf, &item, e)) == STEP_ITEM) {
		if (!take(m, &item, e)) {
			step = STEP_BAD;
			goto out;
		}
	}
	if (step == STEP_END && m->field_count == 0) {
		(void)err_set(e, ERR_INPUT, "[fields] is empty: nothing says where the values are");
		step = STEP_BAD;
	}
out:
	if (step != STEP_END) {
		mapping_free(&m);
		return err_within(e, "%.*s", SLICE_ARG(name));
	}
	*out = m;
	return true;
}

void
mapping_free(struct mapping **m)
{
	if (*m == NULL)
		return;
	arena_fini(&(*m)->memory);
	free(*m);
	*m = NULL;
}
