#include "intake/mapping_parse.h"

#include "base/buf.h"
#include "intake/mapping_run.h"
#include "parse/date.h"

#define COLUMN_LINES 1024 /* of calls, tests and parts that one value may have */

/* --- words -------------------------------------------------------------------------- */

/* Text in quotes, begun at rest->p[0]; without its end it goes to the line's. */
static struct slice
quoted_text(struct mapping *m, struct slice *rest)
{
	uint8_t *p = arena_bytes(&m->memory, rest->len + 1);
	size_t n = 0, i;

	if (p == NULL)
		return S("");
	for (i = 1; i < rest->len && rest->p[i] != '"'; i++) {
		uint8_t c = rest->p[i];

		if (c == '\\' && i + 1 < rest->len) {
			c = rest->p[++i];
			c = c == 't' ? '\t' : c == 'n' ? '\n' : c;
		}
		p[n++] = c;
	}
	*rest = slice_from(*rest, i + 1);
	return slice_of(p, n);
}

bool
mapping_token(struct mapping *m, struct slice *rest, struct slice *out, bool *quoted_out)
{
	size_t n = 0;

	*rest = slice_trim(*rest);
	if (quoted_out != NULL)
		*quoted_out = rest->len > 0 && rest->p[0] == '"';
	if (rest->len == 0)
		return false;
	if (rest->p[0] == '"') {
		*out = quoted_text(m, rest);
		return true;
	}
	while (n < rest->len && !byte_is_space(rest->p[n]))
		n++;
	*out = slice_sub(*rest, 0, n);
	*rest = slice_from(*rest, n);
	return true;
}

bool
mapping_item(struct mapping *m, struct slice *rest, struct slice *out)
{
	size_t comma;

	*rest = slice_trim(*rest);
	if (rest->len == 0)
		return false;
	if (rest->p[0] == '"') {
		*out = quoted_text(m, rest);
		comma = slice_find_byte(*rest, ',');
		*rest = comma == SIZE_MAX ? SLICE_NONE : slice_from(*rest, comma + 1);
		return true;
	}
	comma = slice_find_byte(*rest, ',');
	*out = slice_trim(slice_sub(*rest, 0, comma == SIZE_MAX ? rest->len : comma));
	*rest = comma == SIZE_MAX ? SLICE_NONE : slice_from(*rest, comma + 1);
	return true;
}

/* --- columns ------------------------------------------------------------------------ */

static bool
column_special(struct slice name, struct mapping_column *c, struct err *e)
{
	static const struct { struct slice name; enum column_kind kind; } words[] = {
		{ S_INIT("file"), COLUMN_FILE }, { S_INIT("origin"), COLUMN_ORIGIN },
		{ S_INIT("received"), COLUMN_RECEIVED }, { S_INIT("line"), COLUMN_LINE },
		{ S_INIT("key"), COLUMN_KEY },
	};
	enum field f = field_find(name);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (slice_eq(name, words[i].name)) {
			c->kind = words[i].kind;
			return true;
		}
	}
	if (slice_starts(name, S("head."))) {
		c->kind = COLUMN_HEAD;
		c->name = slice_from(name, 5);
		return true;
	}
	if (slice_starts(name, S("extra.")) && name.len > 6) {
		c->kind = COLUMN_EXTRA;
		c->name = slice_from(name, 6);
		return true;
	}
	c->kind = COLUMN_FIELD;
	c->index = (uint32_t)f;
	return f != FIELD_NONE || err_set(e, ERR_INPUT, "there is no %s: @ stands before file, origin, received, line, key, head.NAME or an event's field", QUOTE(name));
}

bool
mapping_column(struct mapping *m, struct slice name, uint32_t *out, struct err *e)
{
	struct mapping_column c = { .name = name };
	int64_t n;

	if (name.len == 0)
		return err_set(e, ERR_INPUT, "a column's name is missing");
	if (name.p[0] == '@') {
		if (!column_special(slice_from(name, 1), &c, e))
			return false;
	} else if (slice_i64(name, &n) && n >= -2048 && n <= 2048) {
		c.number = (int32_t)n;
	}
	for (*out = 0; *out < m->columns.n; (*out)++) {
		const struct mapping_column *x = &m->columns.v[*out];

		if (x->kind == c.kind && slice_eq(x->name, c.name))
			return true;
	}
	if (m->columns.n == MAPPING_COLUMNS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d columns", MAPPING_COLUMNS_MAX);
	MAPPING_ADD(&m->columns, c);
	return true;
}

/* --- texts with columns in them -------------------------------------------------------- */

bool
mapping_parts_parse(struct mapping *m, struct slice text, struct span *out, struct err *e)
{
	out->first = (uint32_t)m->parts.n;
	while (text.len > 0) {
		size_t open = slice_find_byte(text, '{'), close = slice_find_byte(text, '}');
		struct mapping_part p = { slice_sub(text, 0, open == SIZE_MAX ? text.len : open), PART_LITERAL };
		uint32_t column;

		if (p.text.len > 0)
			MAPPING_ADD(&m->parts, p);
		if (open == SIZE_MAX)
			break;
		if (close == SIZE_MAX || close < open)
			return err_set(e, ERR_INPUT, "a { without its } in %s", QUOTE(text));
		p.text = slice_trim(slice_sub(text, open + 1, close - open - 1));
		p.column = PART_VALUE;
		if (p.text.len > 0) {
			if (!mapping_column(m, p.text, &column, e))
				return false;
			p.column = (int32_t)column;
		}
		MAPPING_ADD(&m->parts, p);
		text = slice_from(text, close + 1);
	}
	out->count = (uint32_t)m->parts.n - out->first;
	if (out->count > COLUMN_LINES)
		return err_set(e, ERR_LIMIT, "more than %d pieces", COLUMN_LINES);
	return true;
}

uint32_t
mapping_map_named(struct mapping *m, struct slice name)
{
	uint32_t i;

	for (i = 0; i < m->maps.n; i++) {
		if (slice_eq(m->maps.v[i].name, name))
			return i;
	}
	MAPPING_ADD(&m->maps, (struct mapping_map){ .name = name });
	return i;
}

/* --- values --------------------------------------------------------------------------- */

/* Up to the next '|' outside quotes. */
static bool
segment(struct slice *rest, struct slice *out)
{
	bool in_quotes = false;
	size_t i;

	if (rest->p == NULL)
		return false;
	for (i = 0; i < rest->len; i++) {
		if (rest->p[i] == '\\' && in_quotes)
			i++;
		else if (rest->p[i] == '"')
			in_quotes = !in_quotes;
		else if (rest->p[i] == '|' && !in_quotes)
			break;
	}
	if (i > rest->len)
		i = rest->len;
	*out = slice_trim(slice_sub(*rest, 0, i));
	*rest = i >= rest->len ? SLICE_NONE : slice_of(rest->p + i + 1, rest->len - i - 1);
	return true;
}

/* One argument as its converter's row asks for it: s text, n number, c column, m map, t text with columns. */
static bool
argument(struct mapping *m, char kind, struct slice word, struct mapping_call *call, struct err *e)
{
	switch (kind) {
	case 'n':
		return slice_i64(word, &call->n) || err_set(e, ERR_INPUT, "expected a number, found %s", QUOTE(word));
	case 'c':
		return mapping_column(m, word, &call->index, e);
	case 'm':
		call->index = mapping_map_named(m, word);
		return true;
	case 't':
		return mapping_parts_parse(m, word, &call->parts, e);
	default:
		if (call->a.p == NULL)
			call->a = word;
		else
			call->b = word;
		return true;
	}
}

static bool
call_parse(struct mapping *m, struct slice text, struct mapping_call *call, struct err *e)
{
	struct slice name, word;
	const char *args;

	if (!mapping_token(m, &text, &name, NULL))
		return err_set(e, ERR_INPUT, "nothing stands between two |");
	call->converter = converter_find(name);
	if (call->converter == NULL)
		return err_set(e, ERR_INPUT, "there is no converter %s", QUOTE(name));
	for (args = call->converter->args; *args != '\0'; args++) {
		bool optional = args[1] == '?';

		if (!mapping_token(m, &text, &word, NULL)) {
			if (optional)
				break;
			return err_set(e, ERR_INPUT, "%s needs more: %s", (const char *)call->converter->name.p, call->converter->usage);
		}
		if (!argument(m, *args, word, call, e))
			return err_within(e, "%s", (const char *)call->converter->name.p);
		args += optional;
	}
	if (mapping_token(m, &text, &word, NULL))
		return err_set(e, ERR_INPUT, "%s has no meaning after %s: %s", QUOTE(word), (const char *)call->converter->name.p, call->converter->usage);
	return call->converter->check == NULL || call->converter->check(call, e) ||
	    err_within(e, "%s", (const char *)call->converter->name.p);
}

bool
mapping_value_parse(struct mapping *m, struct slice text, struct mapping_value *out, struct err *e)
{
	struct slice source, part, word = SLICE_NONE;
	struct mapping_call calls[32];
	uint32_t column, count = 0;

	*out = (struct mapping_value){ .column = -1 };
	if (!segment(&text, &source) || source.len == 0)
		return err_set(e, ERR_INPUT, "nothing says where the value is");
	if (slice_starts(source, S("text \""))) {
		source = slice_from(source, 5);
		(void)mapping_token(m, &source, &word, NULL);
		if (!mapping_parts_parse(m, word, &out->parts, e))
			return false;
	} else {
		if (source.p[0] == '"')
			source = quoted_text(m, &source);
		if (!mapping_column(m, source, &column, e))
			return false;
		out->column = (int32_t)column;
	}
	while (segment(&text, &part)) {
		if (count == sizeof(calls) / sizeof(calls[0]))
			return err_set(e, ERR_LIMIT, "more than %u converters", count);
		calls[count] = (struct mapping_call){ 0 };
		if (!call_parse(m, part, &calls[count++], e))
			return false;
	}
	out->calls = (struct span){ (uint32_t)m->calls.n, count };
	for (uint32_t i = 0; i < count; i++)
		MAPPING_ADD(&m->calls, calls[i]);
	return true;
}

/* --- conditions ------------------------------------------------------------------------- */

static const struct { struct slice word; enum test_op op; bool or_equal; } ops[] = {
	{ S_INIT("is"), TEST_IS, false }, { S_INIT("contains"), TEST_CONTAINS, false },
	{ S_INIT("starts"), TEST_STARTS, false }, { S_INIT("ends"), TEST_ENDS, false },
	{ S_INIT("matches"), TEST_MATCHES, false }, { S_INIT("in"), TEST_IN, false },
	{ S_INIT("before"), TEST_BEFORE, false }, { S_INIT("after"), TEST_AFTER, false },
	{ S_INIT("<"), TEST_LESS, false }, { S_INIT("<="), TEST_LESS, true },
	{ S_INIT(">"), TEST_MORE, false }, { S_INIT(">="), TEST_MORE, true },
	{ S_INIT("looks"), TEST_LOOKS, false }, { S_INIT("same"), TEST_SAME, false },
};

/* Is the next word this one? Then it is taken. */
static bool
word_is(struct slice *rest, struct slice word)
{
	struct slice s = slice_trim(*rest);

	if (!slice_starts(s, word) || (s.len > word.len && !byte_is_space(s.p[word.len])))
		return false;
	*rest = slice_from(s, word.len);
	return true;
}

/* "-30d": so long before the report came. */
static bool
moment_parse(struct slice s, struct test_value *v, struct err *e)
{
	struct date d;
	uint64_t n;

	if (s.len > 2 && s.p[0] == '-' && slice_u64(slice_sub(s, 1, s.len - 2), &n) && n < 100000 &&
	    (s.p[s.len - 1] == 'd' || s.p[s.len - 1] == 'h')) {
		v->back = true;
		v->number = (int64_t)n * (s.p[s.len - 1] == 'd' ? 86400 : 3600);
		return true;
	}
	if (!date_read(s, &d))
		return err_set(e, ERR_INPUT, "%s is neither a date nor, as -30d and -12h are, a time before the report came", QUOTE(s));
	v->number = d.s;
	return true;
}

static bool
test_value(struct mapping *m, enum test_op op, struct slice s, struct err *e)
{
	struct test_value v = { .text = arena_lower(&m->memory, s) };
	bool ok = true;

	if (op == TEST_IN)
		ok = prefix_parse(s, &v.net, e);
	else if (op == TEST_BEFORE || op == TEST_AFTER)
		ok = moment_parse(s, &v, e);
	else if (op == TEST_LESS || op == TEST_MORE)
		ok = mapping_number(s, &v.number) || err_set(e, ERR_INPUT, "%s is not a number", QUOTE(s));
	else if (op == TEST_LOOKS)
		ok = mapping_looks(SLICE_NONE, v.text) >= 0 || err_set(e, ERR_INPUT, "%s is none of ip, ipv4, ipv6, network, fqdn, url, email, asn, number, date, md5, sha1, sha256", QUOTE(s));
	else if (op == TEST_SAME)
		ok = mapping_column(m, s, &v.column, e);
	MAPPING_ADD(&m->values, v);
	return ok;
}

/* Values up to the end, or to an "and" or "or" that stands free. */
static bool
test_values(struct mapping *m, enum test_op op, struct slice *rest, struct err *e)
{
	for (;;) {
		struct slice word, begin;
		bool quoted, more = false;

		*rest = slice_trim(*rest);
		begin = *rest;
		if (!mapping_token(m, rest, &word, &quoted))
			return err_set(e, ERR_INPUT, "a value is missing");
		if (!quoted) {
			/* Words up to a comma, "and" or "or" are one value. */
			while (word.len > 0 && word.p[word.len - 1] != ',' && rest->len > 0) {
				struct slice ahead = *rest, next;

				if (slice_starts(slice_trim(ahead), S("\"")) || !mapping_token(m, &ahead, &next, NULL) ||
				    slice_eq(next, S("and")) || slice_eq(next, S("or")) || slice_eq(next, S(",")))
					break;
				word = slice_of(begin.p, (size_t)(next.p + next.len - begin.p));
				*rest = ahead;
			}
			/* "a,b" */
			if (slice_find_byte(word, ',') != SIZE_MAX) {
				size_t comma = slice_find_byte(word, ',');

				*rest = slice_of(word.p + comma + 1, (size_t)(rest->p + rest->len - (word.p + comma + 1)));
				word = slice_sub(word, 0, comma);
				more = true;
			}
		}
		if (!test_value(m, op, slice_trim(word), e))
			return false;
		*rest = slice_trim(*rest);
		if (!more && rest->len > 0 && rest->p[0] == ',') {
			*rest = slice_from(*rest, 1);
			more = true;
		}
		if (!more)
			return true;
	}
}

static bool
test_parse(struct mapping *m, struct slice *rest, struct mapping_test *t, struct err *e)
{
	struct slice word;
	size_t i;

	if (!mapping_token(m, rest, &word, NULL))
		return err_set(e, ERR_INPUT, "a condition is missing");
	if (!mapping_column(m, word, &t->column, e))
		return false;
	t->negate = word_is(rest, S("not"));
	if (!mapping_token(m, rest, &word, NULL))
		return err_set(e, ERR_INPUT, "what shall be so? \"is\", \"contains\" or the like is missing");
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]) && !slice_eq(word, ops[i].word); i++)
		;
	if (i == sizeof(ops) / sizeof(ops[0]))
		return err_set(e, ERR_INPUT, "%s is none of is, contains, starts, ends, matches, in, before, after, <, <=, >, >=, looks, same (a column of several words stands in quotes)", QUOTE(word));
	t->op = ops[i].op;
	t->or_equal = ops[i].or_equal;
	if (t->op == TEST_IS) {
		t->negate = word_is(rest, S("not")) != t->negate;
		if (word_is(rest, S("empty"))) {
			t->op = TEST_EMPTY;
			return true;
		}
	}
	if (t->op == TEST_LOOKS)
		(void)word_is(rest, S("like"));
	t->values.first = (uint32_t)m->values.n;
	if (!test_values(m, t->op, rest, e))
		return false;
	t->values.count = (uint32_t)m->values.n - t->values.first;
	return true;
}

bool
mapping_condition_parse(struct mapping *m, struct slice text, uint32_t *out, struct err *e)
{
	struct mapping_condition c = { .tests = { (uint32_t)m->tests.n, 0 } };
	bool other = false;

	for (;;) {
		struct mapping_test t = { .other = other };

		if (c.tests.count == COLUMN_LINES)
			return err_set(e, ERR_LIMIT, "more than %d pieces", COLUMN_LINES);
		if (!test_parse(m, &text, &t, e))
			return false;
		MAPPING_ADD(&m->tests, t);
		c.tests.count++;
		c.late = c.late || m->columns.v[t.column].kind == COLUMN_FIELD ||
		    m->columns.v[t.column].kind == COLUMN_EXTRA;
		if (slice_trim(text).len == 0)
			break;
		other = word_is(&text, S("or"));
		if (!other && !word_is(&text, S("and")))
			return err_set(e, ERR_INPUT, "expected \"and\" or \"or\", found %s", QUOTE(slice_trim(text)));
	}
	*out = (uint32_t)m->conditions.n;
	MAPPING_ADD(&m->conditions, c);
	return true;
}

/* --- templates ---------------------------------------------------------------------------- */

bool
mapping_template_parse(struct mapping *m, struct slice text, bool captures,
    struct mapping_template *out, struct err *e)
{
	bool after_capture = false, any = false;
	size_t count = 0;

	out->parts.first = (uint32_t)m->parts.n;
	out->literal = SLICE_NONE;
	while (text.len > 0) {
		size_t open = slice_find_byte(text, '<'), close;
		struct mapping_part p = { slice_sub(text, 0, open == SIZE_MAX ? text.len : open), PART_LITERAL };
		uint32_t column;

		/* "<<" is the sign itself. */
		if (open != SIZE_MAX && open + 1 < text.len && text.p[open + 1] == '<') {
			p.text.len = open + 1;
			open = SIZE_MAX;
		}
		if (p.text.len > 0) {
			MAPPING_ADD(&m->parts, p);
			if (count++ == 0)
				out->literal = p.text;
			after_capture = false;
		}
		if (open == SIZE_MAX) {
			text = slice_from(text, p.text.len + (p.text.len > 0 && p.text.len < text.len ? 1 : 0));
			continue;
		}
		/* One that stands before it, as in "->", is its own sign. */
		close = slice_find_byte(slice_from(text, open), '>');
		close = close == SIZE_MAX ? close : close + open;
		if (close == SIZE_MAX)
			return err_set(e, ERR_INPUT, "a < without its > in %s; the sign itself is written <<", QUOTE(text));
		if (after_capture)
			return err_set(e, ERR_INPUT, "nothing stands between two <> in %s: where would one end?", QUOTE(text));
		if (count + 2 > TEMPLATE_PARTS_MAX)
			return err_set(e, ERR_LIMIT, "more than %d pieces", TEMPLATE_PARTS_MAX);
		p.text = slice_trim(slice_sub(text, open + 1, close - open - 1));
		p.column = PART_VALUE;
		if (p.text.len > 0 && captures) {
			if (!mapping_column(m, p.text, &column, e))
				return false;
			p.column = (int32_t)column;
			if (slice_eq(p.text, S("pairs")))
				m->pairs_column = (int32_t)column;
		} else if (p.text.len > 0) {
			p.column = 0;
		}
		any = any || p.text.len > 0;
		MAPPING_ADD(&m->parts, p);
		count++;
		after_capture = true;
		text = slice_from(text, close + 1);
	}
	out->parts.count = (uint32_t)count;
	return any || err_set(e, ERR_INPUT, "there is no <name> in it that says which part is wanted");
}
