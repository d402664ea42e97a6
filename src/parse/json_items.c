#include "parse/json_items.h"

#include "base/lang.h"

void
json_items_init(struct json_items *it, struct source *src, size_t item_max)
{
	*it = (struct json_items){ .src = src, .item_max = item_max, .first = true };
}

static bool
wrong(const struct json_items *it, struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, "JSON, behind item %llu: %s", (unsigned long long)it->count, T(what));
}

/* The byte at an offset of the window; -1: the document ends before it; -2: e says why. */
static int
at(struct json_items *it, size_t i, struct err *e)
{
	struct source *s = it->src;

	while (i >= s->window.len) {
		if (s->eof)
			return -1;
		if (i >= it->item_max) {
			(void)err_set(e, ERR_LIMIT, "JSON, behind item %llu: an item is larger than %zu bytes", (unsigned long long)it->count, it->item_max);
			return -2;
		}
		if (!source_more(s, e))
			return -2;
	}
	return s->window.p[i];
}

static int
skip_white(struct json_items *it, size_t *i, struct err *e)
{
	int c = at(it, *i, e);

	while (c == ' ' || c == '\n' || c == '\r' || c == '\t')
		c = at(it, ++*i, e);
	return c;
}

/*
 * From an opening quote to behind the closing one. Each byte is looked at once for a
 * quote and once for a backslash, however many there are of either.
 */
static bool
skip_text(struct json_items *it, size_t *i, struct err *e)
{
	size_t looked = ++*i; /* before it, and from *i on, there is no quote */
	bool found = false; /* it is one itself */

	for (;;) {
		struct slice w;
		size_t slash, to;
		int c = at(it, *i, e);

		if (c < 0)
			return c == -1 && wrong(it, e, N_("the text ends within a string"));
		w = it->src->window;
		/* The one that was found was escaped, or there is more to look at. */
		if (looked < *i || !found) {
			size_t from = looked < *i ? *i : looked;
			size_t quote = slice_find_byte(slice_from(w, from), '"');

			found = quote != SIZE_MAX;
			looked = found ? from + quote : w.len;
		}
		to = looked;
		slash = slice_find_byte(slice_sub(w, *i, to - *i), '\\');
		if (slash != SIZE_MAX) {
			*i += slash + 2;
		} else if (found) {
			*i = to + 1;
			return true;
		} else {
			*i = to;
		}
	}
}

static const bool marks[256] = { ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true };

/* A value to behind its end, by brackets and quotes. */
static bool
skip_value(struct json_items *it, size_t *i, struct err *e)
{
	size_t depth = 0, begin = *i;

	for (;;) {
		int c;

		/* What neither opens, closes nor quotes, within brackets, is of no interest. */
		for (struct slice w = it->src->window; depth > 0 && *i < w.len && !marks[w.p[*i]];)
			++*i;
		c = at(it, *i, e);
		if (c < 0)
			return c == -1 && wrong(it, e, N_("the text ends within a value"));
		if (c == '"') {
			if (!skip_text(it, i, e))
				return false;
			if (depth == 0)
				return true;
			continue;
		}
		if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return *i > begin || wrong(it, e, N_("expected a value"));
			if (--depth == 0) {
				++*i;
				return true;
			}
		} else if (depth == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
			return *i > begin || wrong(it, e, N_("expected a value"));
		}
		/* A number or word that the document ends with. */
		if (depth == 0 && at(it, *i + 1, e) == -1) {
			++*i;
			return true;
		}
		++*i;
	}
}

/*
 * From behind a brace: members until "objects" with a list, or the end. The window
 * is kept from the brace on, as the object itself may be the item.
 */
static bool
scan_object(struct json_items *it, size_t *i, bool *list_out, size_t *head_out, struct err *e)
{
	bool first = true;

	*list_out = false;
	for (;;) {
		int c = skip_white(it, i, e);
		size_t key;

		if (c == '}') {
			++*i;
			return true;
		}
		if (!first && c == ',') {
			++*i;
			c = skip_white(it, i, e);
		} else if (!first) {
			return c != -2 && wrong(it, e, N_("expected a comma or the end of the object or array"));
		}
		first = false;
		key = *i;
		if (c != '"')
			return c != -2 && wrong(it, e, N_("expected a name in quotes"));
		if (!skip_text(it, i, e))
			return false;
		*head_out = key;
		key = *i - key;
		if ((c = skip_white(it, i, e)) != ':')
			return c != -2 && wrong(it, e, N_("expected a colon behind the name"));
		++*i;
		c = skip_white(it, i, e);
		if (c == '[' && slice_eq(slice_sub(it->src->window, *head_out, key), S("\"objects\""))) {
			*list_out = true;
			++*i;
			return true;
		}
		if (!skip_value(it, i, e))
			return false;
	}
}

/* At the top: an array, an envelope, an object, or the end. */
static enum step
top(struct json_items *it, struct slice *out, struct err *e)
{
	size_t i = 0, head = 0;
	bool list;
	int c = skip_white(it, &i, e);

	if (c == 0xef && it->count == 0 && at(it, i + 2, e) >= 0 && slice_starts(slice_from(it->src->window, i), S("\xef\xbb\xbf"))) {
		i += 3; /* a byte order mark */
		c = skip_white(it, &i, e);
	}
	source_advance(it->src, c < 0 ? it->src->window.len : i);
	if (c < 0)
		return c == -1 ? STEP_END : STEP_FAIL;
	if (c == '[') {
		source_advance(it->src, 1);
		it->where = JSON_ITEMS_ARRAY;
		it->others++;
		it->first = true;
		return STEP_BAD; /* go on */
	}
	if (c != '{') {
		(void)wrong(it, e, N_("expected an object, in braces"));
		return STEP_FAIL;
	}
	i = 1;
	if (!scan_object(it, &i, &list, &head, e))
		return STEP_FAIL;
	if (list) {
		it->head_len = head - 1 < sizeof(it->head) ? head - 1 : sizeof(it->head);
		memcpy(it->head, it->src->window.p + 1, it->head_len);
		it->taken = i;
		it->where = JSON_ITEMS_OBJECTS;
		it->lists++;
		it->first = true;
		return STEP_BAD;
	}
	it->others++;
	*out = slice_sub(it->src->window, 0, i);
	it->taken = i;
	it->count++;
	return STEP_ITEM;
}

/* In a list: its next item, or its end. */
static enum step
item(struct json_items *it, struct slice *out, struct err *e)
{
	size_t i = 0, begin;
	int c = skip_white(it, &i, e);

	if (c == ']') {
		it->taken = i + 1;
		it->where = it->where == JSON_ITEMS_OBJECTS ? JSON_ITEMS_TAIL : JSON_ITEMS_TOP;
		return STEP_BAD;
	}
	if (!it->first && c == ',') {
		i++;
		c = skip_white(it, &i, e);
	} else if (!it->first) {
		if (c != -2)
			(void)wrong(it, e, N_("expected a comma or the end of the object or array"));
		return STEP_FAIL;
	}
	it->first = false;
	begin = i;
	if (c == -2 || !skip_value(it, &i, e))
		return STEP_FAIL;
	*out = slice_sub(it->src->window, begin, i - begin);
	it->taken = i;
	it->count++;
	return STEP_ITEM;
}

/* Behind the list of an envelope: the rest of its members. */
static enum step
tail(struct json_items *it, struct err *e)
{
	size_t i = 0, key;
	int c = skip_white(it, &i, e);

	if (c == '}') {
		it->taken = i + 1;
		it->where = JSON_ITEMS_TOP;
		return STEP_BAD;
	}
	if (c == ',') {
		i++;
		c = skip_white(it, &i, e);
		key = i;
		if (c == '"' && skip_text(it, &i, e) && skip_white(it, &i, e) == ':') {
			i++;
			if (slice_starts(slice_from(it->src->window, key), S("\"objects\""))) {
				(void)wrong(it, e, N_("\"objects\" stands twice"));
				return STEP_FAIL;
			}
			if (skip_white(it, &i, e) >= 0 && skip_value(it, &i, e)) {
				it->taken = i;
				return STEP_BAD;
			}
		}
	}
	if (e->code == ERR_NONE)
		(void)wrong(it, e, N_("expected a comma or the end of the object or array"));
	return STEP_FAIL;
}

enum step
json_items_next(struct json_items *it, struct slice *out, struct err *e)
{
	enum step step;

	/* A failure of before must not look like one of now. */
	*e = (struct err)ERR_INIT;
	do {
		/* The head is looked at before the first item of its list is asked for. */
		source_advance(it->src, it->taken);
		it->taken = 0;
		step = it->where == JSON_ITEMS_TOP ? top(it, out, e) : it->where == JSON_ITEMS_TAIL ? tail(it, e) : item(it, out, e);
	} while (step == STEP_BAD);
	return step;
}
