/* [feed] of a mapping: the document's shape, and what is known of the feed. */
#include "base/buf.h"
#include "intake/mapping_parse.h"
#include "parse/conf.h"

/* --- [feed] ---------------------------------------------------------------------- */

static bool
word_of(const struct conf_item *i, const char *const *words, size_t count, size_t *out, struct err *e)
{
	struct buf b;
	bool ok;

	for (*out = 0; *out < count; (*out)++) {
		if (slice_eq(i->value, slice_of_str(words[*out])))
			return true;
	}
	buf_init(&b, 512);
	for (size_t k = 0; k < count; k++)
		buf_printf(&b, "%s%s", k == 0 ? "" : ", ", words[k]);
	ok = err_set(e, ERR_INPUT, "%s is none of %s", QUOTE(i->value), buf_cstr(&b));
	buf_fini(&b);
	return ok;
}

static bool
set_format(struct mapping *m, const struct conf_item *i, struct err *e)
{
	static const char *const words[] = { "csv", "list", "json", "pairs", "text", "html", "xml" };
	size_t n;

	if (!word_of(i, words, sizeof(words) / sizeof(words[0]), &n, e))
		return false;
	m->format = (enum mapping_format)n;
	return true;
}

static bool
set_header(struct mapping *m, const struct conf_item *i, struct err *e)
{
	static const char *const words[] = { "no", "yes" };
	size_t n;

	if (!word_of(i, words, 2, &n, e))
		return false;
	m->header = (enum mapping_header)n;
	return true;
}

static bool
set_other(struct mapping *m, const struct conf_item *i, struct err *e)
{
	static const char *const words[] = { "bad", "skip" };
	size_t n;

	if (!word_of(i, words, 2, &n, e))
		return false;
	m->other_skip = n == 1;
	return true;
}

/* A text as it stands, or in quotes with \t and the like; "\t" alone needs none. */
static bool
one_text(struct mapping *m, const struct conf_item *i, struct slice *out, struct err *e)
{
	struct slice rest = i->raw;

	if (slice_starts(rest, S("\""))) {
		if (mapping_token(m, &rest, out, NULL) && slice_trim(rest).len == 0 && out->len > 0)
			return true;
		return err_set(e, ERR_INPUT, "%s is not one text in quotes", QUOTE(i->raw));
	}
	*out = rest;
	if (slice_starts(rest, S("\\t")))
		*out = arena_printf(&m->memory, "\t%.*s", SLICE_ARG(slice_from(rest, 2)));
	return out->len > 0 || err_set(e, ERR_INPUT, "the value is empty");
}

static bool
set_delimiter(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice s;

	if (slice_eq(i->raw, S("blanks"))) {
		m->delimiter_blanks = true;
		return true;
	}
	if (!one_text(m, i, &s, e))
		return false;
	if (s.len > 1 && s.p[s.len - 1] == '+') {
		m->delimiter_runs = true;
		s.len--;
	}
	m->delimiter = slice_trim(s).len == 0 ? s : slice_trim(s);
	m->delimiter_loose = m->delimiter.len < s.len;
	return true;
}

static bool
set_quote(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice s = i->raw;

	if (slice_eq(s, S("none"))) {
		m->quote = 0;
		return true;
	}
	if (s.len != 1)
		return err_set(e, ERR_INPUT, "expected one character or none, found %s", QUOTE(s));
	m->quote = s.p[0];
	return true;
}

static bool
set_number(const struct conf_item *i, uint32_t max, uint32_t *out, struct err *e)
{
	uint64_t n;

	if (!slice_u64(i->value, &n) || n > max)
		return err_set(e, ERR_INPUT, "expected a number up to %u, found %s", max, QUOTE(i->value));
	*out = (uint32_t)n;
	return true;
}

static bool
set_skip(struct mapping *m, const struct conf_item *i, struct err *e)
{
	return set_number(i, 100000, &m->skip, e);
}

static bool
set_comment(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice rest = i->raw, s;

	(void)e;
	while (mapping_token(m, &rest, &s, NULL)) {
		if (s.len > 0)
			MAPPING_ADD(&m->comments, s);
	}
	return true;
}

static bool
set_empty(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice rest = i->raw, s;

	(void)e;
	while (mapping_item(m, &rest, &s))
		MAPPING_ADD(&m->empties, s);
	return true;
}

static bool
set_columns(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice rest = i->raw, s;

	while (mapping_item(m, &rest, &s)) {
		if (m->names.n >= 2048)
			return err_set(e, ERR_LIMIT, "more than %d columns", 2048);
		MAPPING_ADD(&m->names, s);
	}
	return true;
}

static bool
set_ignore(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice rest = i->raw, s;

	(void)e;
	while (mapping_item(m, &rest, &s))
		MAPPING_ADD(&m->ignored, s);
	return true;
}

static bool
set_records(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice path = i->value;

	if (slice_ends(path, S("?"))) {
		path.len--;
		m->records_optional = true;
	}
	if (path.len == 0)
		return err_set(e, ERR_INPUT, "the value is empty");
	if (m->records.n >= 16)
		return err_set(e, ERR_LIMIT, "more than %d lines", 16);
	MAPPING_ADD(&m->records, path);
	return true;
}

static bool
set_pair(struct mapping *m, const struct conf_item *i, struct err *e)
{
	if (slice_eq(i->raw, S("blanks"))) {
		m->pair = S("");
		return true;
	}
	return one_text(m, i, &m->pair, e);
}

static bool
set_equals(struct mapping *m, const struct conf_item *i, struct err *e)
{
	return one_text(m, i, &m->equals, e);
}

/* "2", or "class ExploitTable" */
static bool
set_table(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice rest = i->raw;
	uint64_t n;

	if (slice_u64(i->value, &n))
		return set_number(i, 10000, &m->table_number, e);
	if (!mapping_token(m, &rest, &m->table, NULL) || (rest = slice_trim(rest)).len == 0)
		return err_set(e, ERR_INPUT, "expected the table's number, or an attribute and its value, found %s", QUOTE(i->raw));
	if (rest.p[0] != '"')
		m->table_value = rest;
	else if (!mapping_token(m, &rest, &m->table_value, NULL))
		return err_set(e, ERR_INPUT, "the value is empty");
	m->table_number = 0;
	return true;
}

static bool
set_rest(struct mapping *m, const struct conf_item *i, struct err *e)
{
	if (!slice_starts(i->value, S("extra.")))
		return err_set(e, ERR_INPUT, "expected \"extra.\" or a name under it, found %s", QUOTE(i->value));
	m->rest = i->value;
	if (m->rest.len > 6 && m->rest.p[m->rest.len - 1] != '.')
		m->rest = arena_printf(&m->memory, "%.*s.", SLICE_ARG(i->value));
	return true;
}

static bool
set_timezone(struct mapping *m, const struct conf_item *i, struct err *e)
{
	return mapping_zone_parse(i->value, &m->zone, e);
}

static bool
set_line(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct mapping_template t;

	if (m->lines.n >= 64)
		return err_set(e, ERR_LIMIT, "more than %d lines", 64);
	if (!mapping_template_parse(m, i->value, true, &t, e))
		return false;
	MAPPING_ADD(&m->lines, t);
	return true;
}

/* ips "," */
static bool
set_each(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice rest = i->raw, name;
	uint32_t column;

	if (!mapping_token(m, &rest, &name, NULL) || !mapping_token(m, &rest, &m->each_by, NULL) || m->each_by.len == 0 || slice_trim(rest).len > 0)
		return err_set(e, ERR_INPUT, "expected a part's name and what stands between its pieces, found %s", QUOTE(i->raw));
	if (m->format != MAPPING_TEXT && m->format != MAPPING_PAIRS)
		return err_set(e, ERR_INPUT, "it is for text and pairs; write it behind format");
	if (!mapping_column(m, name, &column, e))
		return false;
	m->each_column = (int32_t)column;
	return true;
}

static const struct setting {
	struct slice key;
	bool (*set)(struct mapping *m, const struct conf_item *i, struct err *e);
} settings[] = {
	{ S_INIT("format"), set_format }, { S_INIT("header"), set_header },
	{ S_INIT("delimiter"), set_delimiter }, { S_INIT("quote"), set_quote },
	{ S_INIT("columns"), set_columns }, { S_INIT("comment"), set_comment },
	{ S_INIT("skip"), set_skip }, { S_INIT("empty"), set_empty },
	{ S_INIT("records"), set_records }, { S_INIT("array"), set_records },
	{ S_INIT("pair"), set_pair }, { S_INIT("equals"), set_equals },
	{ S_INIT("line"), set_line }, { S_INIT("each"), set_each }, { S_INIT("other_lines"), set_other },
	{ S_INIT("table"), set_table }, { S_INIT("rest"), set_rest },
	{ S_INIT("ignore"), set_ignore }, { S_INIT("timezone"), set_timezone },
};

/* name, url, provider ...: the event's feed.*, unless the report itself tells. */
static bool
feed_field(struct mapping *m, const struct conf_item *i, enum field f, struct err *e)
{
	struct mapping_step step = { .value = { .column = -1 } };
	struct slice clean;

	if (!field_clean(f, i->value, &m->memory, &clean, e))
		return false;
	step.value.parts = (struct span){ (uint32_t)m->parts.n, 1 };
	MAPPING_ADD(&m->parts, (struct mapping_part){ clean, PART_LITERAL });
	step.targets = (struct span){ (uint32_t)m->targets.n, 1 };
	MAPPING_ADD(&m->targets, (struct mapping_target){ field_name(f), f, SLICE_NONE, false });
	MAPPING_ADD(&m->feed, step);
	return true;
}

bool
mapping_feed_key(struct mapping *m, const struct conf_item *i, struct err *e)
{
	struct slice name;
	enum field f;

	for (size_t k = 0; k < sizeof(settings) / sizeof(settings[0]); k++) {
		if (slice_eq(i->key, settings[k].key))
			return settings[k].set(m, i, e) || err_within(e, "%s", (const char *)settings[k].key.p);
	}
	name = arena_printf(&m->memory, "feed.%.*s", SLICE_ARG(i->key));
	f = name.p == NULL ? FIELD_NONE : field_find(name);
	if (f == FIELD_NONE)
		return err_set(e, ERR_INPUT, "there is no setting %s in [feed]", QUOTE(i->key));
	return feed_field(m, i, f, e) || err_within(e, "%.*s", SLICE_ARG(i->key));
}

struct slice
mapping_feed(const struct mapping *m, enum field f)
{
	for (size_t i = 0; i < m->feed.n; i++) {
		const struct mapping_step *s = &m->feed.v[i];

		if (m->targets.v[s->targets.first].field == f)
			return m->parts.v[s->value.parts.first].text;
	}
	return SLICE_NONE;
}
