/* pairs and text: a line is a record; firewalls, fail2ban and their like. */
#include "intake/generic.h"

/* --- key=value ------------------------------------------------------------------------- */

/* Up to the separator; in quotes to the closing one. *rest ends behind it. */
static struct slice
pair_value(const struct mapping *m, struct slice *rest)
{
	struct slice value;
	size_t end = 0;

	if (m->quote != 0 && rest->len > 1 && rest->p[0] == m->quote) {
		size_t close = 1;

		while (close < rest->len && rest->p[close] != m->quote)
			close += rest->p[close] == '\\' && close + 1 < rest->len ? 2 : 1;
		if (close < rest->len) {
			value = slice_sub(*rest, 1, close - 1);
			*rest = slice_from(*rest, close + 1);
			return value;
		}
	}
	if (m->pair.len == 0) {
		while (end < rest->len && !byte_is_space(rest->p[end]))
			end++;
	} else {
		end = slice_find(*rest, m->pair);
		if (end == SIZE_MAX)
			end = rest->len;
	}
	value = slice_sub(*rest, 0, end);
	*rest = slice_from(*rest, end);
	return value;
}

static void
separator_skip(const struct mapping *m, struct slice *rest)
{
	if (m->pair.len == 0) {
		*rest = slice_trim(*rest);
		return;
	}
	while (slice_starts(*rest, m->pair))
		*rest = slice_from(*rest, m->pair.len);
	*rest = slice_trim(*rest);
}

/* A key goes up to the sign; a word without one says that it is there. */
static void
pairs_put(struct mapping_run *r, struct slice rest)
{
	const struct mapping *m = r->m;

	separator_skip(m, &rest);
	while (rest.len > 0) {
		struct slice before = rest, word = pair_value(m, &rest), key;
		size_t at = slice_find(word, m->equals);

		if (at == SIZE_MAX || before.p[0] == m->quote) {
			if (word.len > 0 && word.len < 64)
				mapping_record_put(r, slice_trim(word), (struct cell){ S("true"), EXTRA_BOOL });
		} else {
			key = slice_trim(slice_sub(before, 0, at));
			rest = slice_from(before, at + m->equals.len);
			word = pair_value(m, &rest);
			mapping_record_put(r, key, (struct cell){ slice_trim(word), EXTRA_TEXT });
		}
		separator_skip(m, &rest);
	}
}

/* --- lines ------------------------------------------------------------------------------- */

/* The first template that fits puts its captures. */
static bool
template_put(struct mapping_run *r, struct slice line, struct slice *pairs)
{
	struct slice values[TEMPLATE_PARTS_MAX];

	for (size_t i = 0; i < r->m->lines.n; i++) {
		const struct mapping_template *t = &r->m->lines.v[i];

		if (!mapping_template_match(r->m, t, line, values))
			continue;
		for (size_t k = 0; k < t->parts.count; k++) {
			int32_t column = r->m->parts.v[t->parts.first + k].column;

			if (column < 0)
				continue;
			r->cells[column].text = values[k];
			if (column == r->m->pairs_column)
				*pairs = values[k];
		}
		return true;
	}
	return false;
}

static bool
line_take(struct mapping_run *r, struct slice line, const struct place *place, struct err *e)
{
	const struct mapping *m = r->m;
	struct err why = ERR_INIT;
	struct slice pairs = line;
	bool comment = generic_comment(m, line);

	r->head_line = place->line - 1;
	if (comment || place->line <= m->skip) {
		(void)mapping_head_line(r, line, false);
		return true;
	}
	if (slice_trim(line).len == 0 || (m->heads.n > 0 && mapping_head_line(r, line, true)))
		return true;
	mapping_record_begin(r, line);
	if (m->lines.n > 0 && !template_put(r, line, &pairs)) {
		if (m->other_skip)
			return true;
		(void)err_set(&why, ERR_INPUT, "no line of mapping %.*s fits %s", SLICE_ARG(m->name), QUOTE(line));
		return mapping_record_bad(r, place, &why, e);
	}
	if (m->format == MAPPING_PAIRS)
		pairs_put(r, pairs);
	return mapping_record_end(r, place, e);
}

bool
generic_lines(struct mapping_run *r, struct source *src, struct err *e)
{
	struct place place = { 0 };
	struct err why = ERR_INIT;
	struct slice line;
	enum step step;

	while ((step = source_line(src, r->in->limits.record_bytes, &line, &place.offset, &why)) == STEP_ITEM ||
	    step == STEP_BAD) {
		place.line++;
		place.length = (uint32_t)line.len;
		if (step == STEP_BAD ? !mapping_record_bad(r, &place, &why, e) : !line_take(r, line, &place, e))
			return false;
	}
	if (step == STEP_FAIL)
		*e = why;
	return step == STEP_END;
}
