#include "parse/conf.h"

#include "base/buf.h"

static struct slice
unquoted(struct slice v)
{
	if (v.len >= 2 && v.p[0] == '"' && v.p[v.len - 1] == '"')
		return slice_sub(v, 1, v.len - 2);
	return v;
}

/* Where the '=' behind the key is. */
static size_t
equals_find(struct slice line)
{
	size_t quote = line.p[0] == '"' ? slice_find_byte(slice_from(line, 1), '"') : SIZE_MAX, at;

	if (quote == SIZE_MAX)
		return slice_find_byte(line, '=');
	at = slice_find_byte(slice_from(line, quote + 2), '=');
	if (at == SIZE_MAX || slice_trim(slice_sub(line, quote + 2, at)).len > 0)
		return slice_find_byte(line, '=');
	return quote + 2 + at;
}

enum step
conf_next(struct conf *c, struct conf_item *out, struct err *e)
{
	struct slice line;

	while (slice_line(&c->rest, &line)) {
		size_t eq;

		c->line++;
		line = slice_trim(line);
		if (line.len == 0 || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] == '[' && line.p[line.len - 1] == ']') {
			c->section = slice_trim(slice_sub(line, 1, line.len - 2));
			continue;
		}
		eq = equals_find(line);
		if (eq == SIZE_MAX || eq == 0) {
			(void)err_set(e, ERR_INPUT, "line %u: expected \"key = value\" or \"[section]\", found %s",
			    c->line, QUOTE(line));
			return STEP_BAD;
		}
		*out = (struct conf_item){
			.section = c->section,
			.key = unquoted(slice_trim(slice_sub(line, 0, eq))),
			.raw = slice_trim(slice_from(line, eq + 1)),
			.value = unquoted(slice_trim(slice_from(line, eq + 1))),
			.line = c->line,
		};
		return STEP_ITEM;
	}
	return STEP_END;
}
