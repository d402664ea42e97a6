/*
 * json: records that are objects (or bare values), one a line or anywhere in a
 * document. records = PATH leads to them: each word goes to a member, '*' to
 * all of an object's, and an array on the way is gone through item by item.
 */
#include "base/buf.h"
#include "intake/generic.h"
#include "parse/json.h"

#define PATH_WORDS_MAX 16
#define COLLECT_MAX 1000 /* what a record asks of its parents, it asks again for each */

static const struct json_limits RECORD_LIMITS = {
	.bytes = (size_t)1 << 20, .depth = 32, .nodes = 50000,
};

struct walk {
	struct mapping_run *r;
	struct slice text; /* the document's, for places */
	uint64_t base;
	uint64_t line;
	const struct json *root;
	const struct json *parents[PATH_WORDS_MAX];
	size_t depth;
	struct slice key;
	bool found;
};

struct cell
mapping_json_cell(const struct json *j)
{
	switch (j->kind) {
	case JSON_STRING:
		return (struct cell){ j->text, EXTRA_TEXT };
	case JSON_NUMBER:
		return (struct cell){ j->raw, EXTRA_NUMBER };
	case JSON_TRUE:
	case JSON_FALSE:
		return (struct cell){ j->raw, EXTRA_BOOL };
	case JSON_ARRAY:
	case JSON_OBJECT:
		return (struct cell){ j->raw, EXTRA_JSON };
	case JSON_NULL:
		break;
	}
	return (struct cell){ SLICE_NONE, EXTRA_TEXT };
}

/* --- values ------------------------------------------------------------------------------- */

/* "tags.*.name": what is found in each, as an array. */
static struct cell
collect(struct mapping_run *r, const struct json *list, struct slice path)
{
	struct slice whole;
	size_t left = COLLECT_MAX;
	struct buf b;

	buf_init(&b, r->in->limits.record_bytes);
	buf_byte(&b, '[');
	JSON_EACH (j, list) {
		const struct json *x = path.len == 0 ? j : json_path(j, path);

		if (left-- == 0)
			break;
		if (x == NULL || x->kind == JSON_NULL)
			continue;
		if (b.len > 1)
			buf_byte(&b, ',');
		buf_put(&b, x->raw);
	}
	if (b.len == 1) {
		buf_fini(&b);
		return (struct cell){ SLICE_NONE, EXTRA_TEXT };
	}
	buf_byte(&b, ']');
	whole = buf_ok(&b) ? arena_copy(&r->in->record, buf_view(&b)) : SLICE_NONE;
	buf_fini(&b);
	return (struct cell){ whole, EXTRA_JSON };
}

static struct cell
value_at(struct walk *w, const struct json *j, struct slice path, int32_t number)
{
	const struct json *x;
	size_t star, up = 0;

	if (slice_starts(path, S("/"))) {
		j = w->root;
		path = slice_from(path, 1);
	} else {
		for (; slice_starts(path, S("^")); path = slice_from(path, 1))
			up++;
		if (up > 0)
			j = up <= w->depth ? w->parents[w->depth - up] : NULL;
	}
	if (j == NULL)
		return (struct cell){ SLICE_NONE, EXTRA_TEXT };
	if (slice_eq(path, S(".")) || path.len == 0)
		return mapping_json_cell(j);
	if (j->kind == JSON_ARRAY && number != 0) {
		number = number < 0 ? number + (int32_t)j->count : number - 1;
		for (x = j->first; x != NULL && number > 0; x = x->next)
			number--;
		return x == NULL || number < 0 ? (struct cell){ SLICE_NONE, EXTRA_TEXT } : mapping_json_cell(x);
	}
	star = slice_find(path, S(".*"));
	if (star != SIZE_MAX && (star + 2 == path.len || path.p[star + 2] == '.'))
		return collect(w->r, json_path(j, slice_sub(path, 0, star)), slice_from(path, star + 3));
	/* A name with points in it is a name first. */
	x = json_get(j, path);
	if (x == NULL)
		x = json_path(j, path);
	return x == NULL ? (struct cell){ SLICE_NONE, EXTRA_TEXT } : mapping_json_cell(x);
}

/* Does a line of the mapping name this path? */
static bool
is_named(const struct mapping *m, struct slice path)
{
	for (size_t i = 0; i < m->columns.n; i++) {
		const struct mapping_column *c = &m->columns.v[i];
		struct slice name = c->name;

		if (c->kind != COLUMN_NAMED)
			continue;
		if (slice_eq(name, path))
			return true;
		/* "hostnames.0" and "tags.*.name" are of hostnames and tags. */
		if (slice_starts(name, path) && name.len > path.len + 1 && name.p[path.len] == '.' &&
		    (name.p[path.len + 1] == '*' || byte_is_digit(name.p[path.len + 1])))
			return true;
	}
	return false;
}

/* The values that no line names, objects opened; an array is one value. */
static void
rest_collect(struct walk *w, const struct json *record)
{
	struct mapping_run *r = w->r;
	struct { const struct json *next; size_t path_len; } stack[64];
	uint8_t path[512];
	size_t depth = 0;

	if (!json_is(record, JSON_OBJECT))
		return;
	stack[depth].next = record->first;
	stack[depth++].path_len = 0;
	while (depth > 0 && r->rest_count < REST_CELLS_MAX) {
		const struct json *j = stack[depth - 1].next;
		size_t len = stack[depth - 1].path_len;
		struct cell cell;

		if (j == NULL) {
			depth--;
			continue;
		}
		stack[depth - 1].next = j->next;
		if (len + j->key.len + 1 > sizeof(path))
			continue;
		if (len > 0)
			path[len++] = '.';
		if (j->key.len > 0)
			memcpy(path + len, j->key.p, j->key.len);
		len += j->key.len;
		if (is_named(r->m, slice_of(path, len)))
			continue;
		if (j->kind == JSON_OBJECT) {
			if (depth < sizeof(stack) / sizeof(stack[0])) {
				stack[depth].next = j->first;
				stack[depth++].path_len = len;
			}
			continue;
		}
		cell = mapping_json_cell(j);
		if (cell.text.p != NULL && !(j->kind == JSON_ARRAY && j->count == 0))
			r->rest[r->rest_count++] = (struct rest_cell){ arena_copy(&r->in->record, slice_of(path, len)), cell };
	}
}

/* --- records ------------------------------------------------------------------------------- */

static bool
record_take(struct walk *w, const struct json *j, struct err *e)
{
	struct mapping_run *r = w->r;
	const struct json *where = j != NULL ? j : w->parents[w->depth - 1];
	struct place place = {
		.offset = w->base + (uint64_t)(where->raw.p - w->text.p),
		.length = (uint32_t)(where->raw.len > UINT32_MAX ? UINT32_MAX : where->raw.len),
		.line = (uint32_t)w->line,
	};
	struct err why = ERR_INIT;

	w->found = true;
	mapping_record_begin(r, where->raw);
	if (where->raw.len > r->in->limits.record_bytes) {
		(void)err_set(&why, ERR_LIMIT, "a record of more than %zu bytes", r->in->limits.record_bytes);
		return mapping_record_bad(r, &place, &why, e);
	}
	if (j != NULL && j->kind != JSON_OBJECT && r->m->records.n == 0 && j->kind != JSON_ARRAY && j->kind != JSON_STRING) {
		(void)err_set(&why, ERR_INPUT, "expected an object");
		return mapping_record_bad(r, &place, &why, e);
	}
	for (size_t i = 0; i < r->m->columns.n; i++) {
		const struct mapping_column *c = &r->m->columns.v[i];

		if (c->kind == COLUMN_NAMED)
			r->cells[i] = value_at(w, j, c->name, c->number);
		else if (c->kind == COLUMN_KEY)
			r->cells[i].text = w->key;
	}
	if (r->m->rest.len > 0)
		rest_collect(w, j);
	return mapping_record_end(r, &place, e);
}

/* One step of the path: recursion is as deep as the mapping's path is long. */
static bool /* NOLINTNEXTLINE(misc-no-recursion): once a word of the path */
walk(struct walk *w, const struct json *j, struct slice path, struct err *e)
{
	const struct json *item;
	struct slice rest = path, word = SLICE_NONE;
	bool array = json_is(j, JSON_ARRAY);

	(void)slice_cut(&rest, '.', &word);
	for (item = array ? j->first : j; item != NULL; item = array ? item->next : NULL) {
		const struct json *child;

		if (path.len == 0) {
			if (!record_take(w, item, e))
				return false;
			continue;
		}
		if (w->depth == PATH_WORDS_MAX)
			return err_set(e, ERR_LIMIT, "records: more than %d words", PATH_WORDS_MAX);
		w->parents[w->depth++] = item;
		child = json_get(item, word);
		if (slice_eq(word, S("*"))) {
			w->found = w->found || json_is(item, JSON_OBJECT);
			JSON_EACH (member, item) {
				w->key = member->key;
				if (!walk(w, member, rest.p == NULL ? S("") : rest, e))
					return false;
			}
		} else if (child != NULL && child->kind != JSON_NULL) {
			w->found = true;
			if (!walk(w, child, rest.p == NULL ? S("") : rest, e))
				return false;
			/* An empty array is none, where none is fine. */
			if (w->r->m->records_optional && rest.p == NULL && child->first == NULL &&
			    (child->kind == JSON_ARRAY) && !record_take(w, NULL, e))
				return false;
		} else if (w->r->m->records_optional && !record_take(w, NULL, e)) {
			return false;
		}
		w->depth--;
	}
	return true;
}

/* A line's paths, with commas between: the records are those of all of them. */
static bool
line_walk(struct walk *w, const struct json *root, struct slice paths, struct err *e)
{
	struct slice path;

	do {
		path = SLICE_NONE;
		(void)slice_cut(&paths, ',', &path);
		w->depth = 0;
		w->key = SLICE_NONE;
		if (!walk(w, root, slice_trim(path), e))
			return false;
	} while (paths.p != NULL);
	return true;
}

/* Of several lines the first that leads anywhere is the document's. */
static bool
document_walk(struct walk *w, const struct json *root, bool *missing, struct err *e)
{
	const struct mapping *m = w->r->m;
	size_t i = 0;

	w->root = root;
	w->found = false;
	do {
		if (!line_walk(w, root, m->records.n == 0 ? S("") : m->records.v[i], e))
			return false;
	} while (!w->found && ++i < m->records.n);
	*missing = m->records.n > 0 && !w->found;
	return true;
}

static bool
missing_say(const struct mapping *m, struct err *e)
{
	return err_set(e, ERR_INPUT, "there is no array at %s, as mapping %.*s says", QUOTE(m->records.v[0]), SLICE_ARG(m->name));
}

/* --- documents ------------------------------------------------------------------------------ */

/* The whole document, or several one behind the other. */
static bool
read_whole(struct mapping_run *r, struct source *src, struct err *e)
{
	struct walk w = { .r = r, .base = src->offset };
	struct slice rest;
	bool missing;

	if (!source_all(src, r->in->limits.document_bytes, &w.text, e))
		return false;
	rest = slice_trim(w.text);
	do {
		const struct json *root;
		size_t used;

		arena_reset(&r->in->document);
		if (!json_parse_prefix(rest, &JSON_LIMITS, &r->in->document, &root, &used, e) ||
		    !document_walk(&w, root, &missing, e))
			return false;
		if (missing)
			return missing_say(r->m, e);
		rest = slice_trim(slice_from(rest, used));
	} while (rest.len > 0);
	return true;
}

static bool
line_take(struct walk *w, struct arena *tree, struct slice line, const struct place *place, struct err *e)
{
	const struct json *root;
	struct err why = ERR_INIT;
	bool missing;

	arena_reset(tree);
	w->text = line;
	w->base = place->offset;
	w->line = place->line;
	if (!json_parse(line, &RECORD_LIMITS, tree, &root, &why))
		return mapping_record_bad(w->r, place, &why, e);
	if (!document_walk(w, root, &missing, e))
		return false;
	if (!missing)
		return true;
	(void)missing_say(w->r->m, &why);
	return mapping_record_bad(w->r, place, &why, e);
}

static bool
read_lines(struct mapping_run *r, struct source *src, struct err *e)
{
	struct walk w = { .r = r };
	struct place place = { 0 };
	struct err why = ERR_INIT;
	struct arena tree;
	struct slice line;
	enum step step;
	bool ok = true;

	arena_init(&tree, 16 * RECORD_LIMITS.bytes);
	while (ok && ((step = source_line(src, r->in->limits.record_bytes, &line, &place.offset, &why)) == STEP_ITEM ||
	    step == STEP_BAD)) {
		place.line++;
		place.length = (uint32_t)line.len;
		if (step == STEP_BAD)
			ok = mapping_record_bad(r, &place, &why, e);
		else if (slice_trim(line).len > 0 && !generic_comment(r->m, line))
			ok = line_take(&w, &tree, line, &place, e);
	}
	arena_fini(&tree);
	if (ok && step == STEP_FAIL)
		*e = why;
	return ok && step == STEP_END;
}

/* One object a line: the first line that is not empty is JSON by itself, and not all there is. */
static bool
is_lines(struct mapping_run *r, const struct source *src)
{
	struct slice rest = src->window, line = SLICE_NONE;
	struct err ignored = ERR_INIT;
	const struct json *j;
	struct arena tree;
	bool ok = false;

	while (slice_line(&rest, &line) && (slice_trim(line).len == 0 || generic_comment(r->m, line)))
		;
	line = slice_trim(line);
	if (line.len == 0 || line.p[0] != '{')
		return false;
	arena_init(&tree, 16 * RECORD_LIMITS.bytes);
	ok = json_parse(line, &RECORD_LIMITS, &tree, &j, &ignored);
	arena_fini(&tree);
	return ok;
}

bool
generic_json(struct mapping_run *r, struct source *src, struct err *e)
{
	return is_lines(r, src) ? read_lines(r, src, e) : read_whole(r, src, e);
}
