/* From a mapping's text to its tables: sections and what they hold; [feed] is mapping_feed.c. */
#include "intake/mapping.h"

#include <stdlib.h>

#include "base/buf.h"
#include "intake/mapping_parse.h"
#include "intake/mapping_run.h"
#include "parse/conf.h"

#define MAPPING_BYTES_MAX ((size_t)1 << 20)
#define MAPPING_LINES_MAX 8192

void *
mapping_grown(void *v, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return v;
	return xrealloc(v, (n == 0 ? 1 : 2 * n) * size);
}

/* --- [constants], [fields] -------------------------------------------------------- */

/* "source.ip|source.fqdn!" */
static bool
targets_parse(struct mapping *m, struct slice key, struct mapping_step *s, struct err *e)
{
	struct slice name;

	if (key.len > 0 && (key.p[key.len - 1] == '!' || key.p[key.len - 1] == '?')) {
		s->required = key.p[key.len - 1] == '!';
		s->loose = !s->required;
		key.len--;
	}
	s->targets.first = (uint32_t)m->targets.n;
	while (slice_cut(&key, '|', &name)) {
		struct mapping_target t = { .name = slice_trim(name) };

		t.field = field_find(t.name);
		if (t.field == FIELD_NONE) {
			if (!slice_starts(t.name, S("extra.")) || t.name.len == 6)
				return err_set(e, ERR_INPUT, "there is no field %s; others go under \"extra.\"", QUOTE(t.name));
			t.extra = slice_from(t.name, 6);
			t.members = slice_ends(t.extra, S("*")) && (t.extra.len == 1 || slice_ends(t.extra, S(".*")));
			if (t.members)
				t.extra.len--;
		}
		MAPPING_ADD(&m->targets, t);
	}
	s->targets.count = (uint32_t)m->targets.n - s->targets.first;
	return true;
}

static bool
step_add(struct mapping *m, const struct conf_item *i, bool constant, uint32_t when, struct err *e)
{
	struct mapping_step s = { .when = when, .value = { .column = -1 } };
	struct err why = ERR_INIT;
	struct slice clean;

	if (!targets_parse(m, i->key, &s, e))
		return false;
	if (!constant) {
		if (!mapping_value_parse(m, i->raw, &s.value, e))
			return err_within(e, "%.*s", SLICE_ARG(i->key));
	} else {
		/* What is wrong in a constant would set every record aside: say so now. */
		enum field f = m->targets.v[s.targets.first].field;

		if (s.targets.count != 1)
			return err_set(e, ERR_INPUT, "%s: a constant has one field", QUOTE(i->key));
		if (i->value.len == 0)
			return err_set(e, ERR_INPUT, "%.*s: the value is empty", SLICE_ARG(i->key));
		clean = i->value;
		if (f != FIELD_NONE && !field_clean(f, i->value, &m->memory, &clean, &why))
			return err_set(e, ERR_INPUT, "%.*s: %s", SLICE_ARG(i->key), why.text);
		s.value.parts = (struct span){ (uint32_t)m->parts.n, 1 };
		MAPPING_ADD(&m->parts, (struct mapping_part){ clean, PART_LITERAL });
	}
	MAPPING_ADD(&m->steps, s);
	return true;
}

/* --- [map NAME], [head], [filter], [recognise] --------------------------------------- */

static bool
map_key(struct mapping *m, struct slice name, const struct conf_item *i, struct err *e)
{
	uint32_t at = mapping_map_named(m, name); /* which may move the maps */
	struct mapping_map *map = &m->maps.v[at];
	struct map_row row = { .result = i->value, .keep = slice_eq(i->raw, S("*")) };

	map->written = true;
	if (slice_eq(i->key, S("*"))) {
		map->other = row;
		map->has_other = true;
		return true;
	}
	row.key = arena_lower(&m->memory, i->key);
	if (row.key.p == NULL)
		return err_set(e, ERR_LIMIT, "a mapping of more than %zu bytes", MAPPING_BYTES_MAX);
	if (slice_find_byte(i->key, '*') != SIZE_MAX || slice_find_byte(i->key, '?') != SIZE_MAX)
		MAPPING_ADD(&map->patterns, row);
	else
		MAPPING_ADD(&map->exact, row);
	return true;
}

static bool
head_key(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct mapping_head h = { .name = i->key };
	struct slice rest;
	uint64_t n;

	if (m->heads.n >= MAPPING_HEADS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d values of the head", MAPPING_HEADS_MAX);
	if (slice_starts(i->value, S("line ")) && slice_u64(slice_trim(slice_from(i->value, 5)), &n) && n >= 1 && n <= 1000) {
		h.line = (uint32_t)n;
	} else {
		rest = i->value;
		if (!mapping_template_parse(m, rest, false, &h.template, e))
			return err_within(e, "%.*s", SLICE_ARG(i->key));
	}
	MAPPING_ADD(&m->heads, h);
	return true;
}

static bool
filter_key(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct mapping_filter f = { .keep = slice_eq(i->key, S("keep")) };

	if (!f.keep && !slice_eq(i->key, S("drop")))
		return err_set(e, ERR_INPUT, "there is no setting %s in [filter]; there are keep and drop", QUOTE(i->key));
	if (!mapping_condition_parse(m, i->raw, &f.condition, e))
		return err_within(e, "%.*s", SLICE_ARG(i->key));
	MAPPING_ADD(&m->filters, f);
	return true;
}

static bool
known_key(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice rest = i->raw, s;

	if (slice_eq(i->key, S("name"))) {
		MAPPING_ADD(&m->known_names, i->value);
	} else if (slice_eq(i->key, S("text"))) {
		/* A first letter that may be any would be looked for in every document. */
		if (i->value.len < 4 || i->value.p[0] == '*' || i->value.p[0] == '?')
			return err_set(e, ERR_INPUT, "text: expected what a line begins with, at least four characters of it, found %s", QUOTE(i->value));
		MAPPING_ADD(&m->known_texts, arena_printf(&m->memory, "%.*s*", SLICE_ARG(i->value)));
	} else if (slice_eq(i->key, S("columns")) || slice_eq(i->key, S("keys"))) {
		while (mapping_item(m, &rest, &s))
			MAPPING_ADD(&m->known_columns, s);
	} else {
		return err_set(e, ERR_INPUT, "there is no setting %s in [recognise]; there are name, text, columns and keys", QUOTE(i->key));
	}
	return true;
}

/* --- the whole ------------------------------------------------------------------------ */

enum section_kind { IN_FEED, IN_CONSTANTS, IN_FIELDS, IN_MAP, IN_HEAD, IN_FILTER, IN_RECOGNISE };

/* The section at hand, looked at once. */
struct section {
	struct slice text;
	enum section_kind kind;
	struct slice name; /* of a map */
	uint32_t when;
};

static bool
section_begin(struct mapping *m, struct slice text, struct section *out, struct err *e)
{
	static const struct { struct slice name; enum section_kind kind; } plain[] = {
		{ S_INIT("feed"), IN_FEED }, { S_INIT("constants"), IN_CONSTANTS },
		{ S_INIT("fields"), IN_FIELDS }, { S_INIT("head"), IN_HEAD },
		{ S_INIT("filter"), IN_FILTER }, { S_INIT("recognise"), IN_RECOGNISE },
	};
	uint32_t condition;

	*out = (struct section){ .text = text };
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (slice_eq(text, plain[i].name)) {
			out->kind = plain[i].kind;
			return true;
		}
	}
	if (slice_starts(text, S("map ")) && slice_trim(slice_from(text, 4)).len > 0) {
		out->kind = IN_MAP;
		out->name = slice_trim(slice_from(text, 4));
		return true;
	}
	if (slice_starts(text, S("fields when ")) || slice_starts(text, S("constants when "))) {
		out->kind = text.p[0] == 'f' ? IN_FIELDS : IN_CONSTANTS;
		text = slice_from(text, slice_find(text, S("when ")) + 5);
		if (!mapping_condition_parse(m, text, &condition, e))
			return err_within(e, "[%.*s]", SLICE_ARG(out->text));
		out->when = condition + 1;
		return true;
	}
	return err_set(e, ERR_INPUT, "[%.*s] is none of [feed], [recognise], [head], [constants], [fields], [filter], [map NAME], [constants when ...], [fields when ...]", SLICE_ARG(text));
}

static bool
take(struct mapping *m, struct section *s, const struct conf_item *i, struct err *e)
{
	if (s->text.p != i->section.p && !section_begin(m, i->section, s, e))
		return false;
	switch (s->kind) {
	case IN_FEED:
		return mapping_feed_key(m, i, e);
	case IN_CONSTANTS:
		return step_add(m, i, true, s->when, e);
	case IN_FIELDS:
		return step_add(m, i, false, s->when, e);
	case IN_MAP:
		return map_key(m, s->name, i, e);
	case IN_HEAD:
		return head_key(m, i, e);
	case IN_FILTER:
		return filter_key(m, i, e);
	case IN_RECOGNISE:
		return known_key(m, i, e);
	}
	return false;
}

static int
row_order(const void *a, const void *b)
{
	const struct map_row *x = a, *y = b;

	return slice_cmp(x->key, y->key);
}

/* What can only be said when all lines are read. */
static bool
finish(struct mapping *m, struct err *e)
{
	bool any = m->steps.n > 0 || m->rest.len > 0;

	for (size_t i = 0; i < m->maps.n; i++) {
		struct mapping_map *map = &m->maps.v[i];

		if (!map->written)
			return err_set(e, ERR_INPUT, "there is no [map %.*s], though a line goes through it", SLICE_ARG(map->name));
		if (map->exact.n > 0)
			qsort(map->exact.v, map->exact.n, sizeof(*map->exact.v), row_order);
		for (size_t k = 1; k < map->exact.n; k++) {
			if (slice_eq(map->exact.v[k - 1].key, map->exact.v[k].key))
				return err_set(e, ERR_INPUT, "[map %.*s] has %s twice", SLICE_ARG(map->name), QUOTE(map->exact.v[k].key));
		}
	}
	for (size_t i = 0; i < m->columns.n; i++) {
		struct mapping_column *c = &m->columns.v[i];

		if (c->kind != COLUMN_HEAD)
			continue;
		for (c->index = 0; c->index < m->heads.n; c->index++) {
			if (slice_eq(m->heads.v[c->index].name, c->name))
				break;
		}
		if (c->index == m->heads.n)
			return err_set(e, ERR_INPUT, "[head] has no %s, which @head.%.*s asks for", QUOTE(c->name), SLICE_ARG(c->name));
	}
	if (m->format == MAPPING_TEXT && m->lines.n == 0)
		return err_set(e, ERR_INPUT, "[feed] has no line: format = text needs at least one");
	if (m->format == MAPPING_XML && m->records.n == 0)
		return err_set(e, ERR_INPUT, "[feed] has no records: format = xml needs the name of the element that is a record");
	return any || err_set(e, ERR_INPUT, "[fields] is empty: nothing says where the values are");
}

static bool
lines_read(struct mapping *m, struct slice text, struct err *e)
{
	struct section section = { .text = SLICE_NONE };
	struct conf conf = conf_of(text);
	struct conf_item item;
	enum step step;

	while ((step = conf_next(&conf, &item, e)) == STEP_ITEM) {
		if (m->steps.n >= MAPPING_LINES_MAX)
			return err_set(e, ERR_LIMIT, "line %u: more than %d lines", item.line, MAPPING_LINES_MAX);
		if (!take(m, &section, &item, e))
			return err_within(e, "line %u", item.line);
		if (m->memory.failed)
			return err_set(e, ERR_LIMIT, "a mapping of more than %zu bytes", MAPPING_BYTES_MAX);
	}
	return step == STEP_END && finish(m, e);
}

bool
mapping_read(struct slice name, struct slice text, struct mapping **out, struct err *e)
{
	struct mapping *m = xalloc(sizeof(*m));
	bool ok;

	m->delimiter = S(",");
	m->quote = '"';
	m->equals = S("=");
	m->table_number = 1;
	m->pairs_column = -1;
	m->each_column = -1;
	arena_init(&m->memory, 4 * MAPPING_BYTES_MAX);
	if (slice_ends(name, S(".conf")))
		name.len -= 5;
	if (slice_rfind_byte(name, '/') != SIZE_MAX)
		name = slice_from(name, slice_rfind_byte(name, '/') + 1);
	m->name = arena_copy(&m->memory, name);
	text = text.len > MAPPING_BYTES_MAX ? SLICE_NONE : arena_copy(&m->memory, text);
	ok = text.p == NULL || m->name.p == NULL ?
	    err_set(e, ERR_LIMIT, "a mapping of more than %zu bytes", MAPPING_BYTES_MAX) : lines_read(m, text, e);
	if (!ok) {
		mapping_free(&m);
		return err_within(e, "%.*s", SLICE_ARG(name));
	}
	*out = m;
	return true;
}

void
mapping_free(struct mapping **m)
{
	struct mapping *x = *m;

	if (x == NULL)
		return;
	for (size_t i = 0; i < x->maps.n; i++) {
		free(x->maps.v[i].exact.v);
		free(x->maps.v[i].patterns.v);
	}
	free(x->feed.v);
	free(x->names.v);
	free(x->records.v);
	free(x->comments.v);
	free(x->empties.v);
	free(x->ignored.v);
	free(x->lines.v);
	free(x->columns.v);
	free(x->parts.v);
	free(x->calls.v);
	free(x->targets.v);
	free(x->steps.v);
	free(x->tests.v);
	free(x->values.v);
	free(x->conditions.v);
	free(x->filters.v);
	free(x->maps.v);
	free(x->heads.v);
	free(x->known_names.v);
	free(x->known_texts.v);
	free(x->known_columns.v);
	arena_fini(&x->memory);
	free(x);
	*m = NULL;
}
