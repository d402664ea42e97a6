#include "intake/json_records.h"

/* One record: as deep as any format of ours goes, and no more than its limit. */
static const struct json_limits RECORD_LIMITS = {
	.bytes = (size_t)1 << 20, .depth = 32, .nodes = 50000,
};

struct slice
json_records_head(const struct intake_head *head)
{
	struct slice s = slice_trim(head->bytes);

	if (s.len > 0 && s.p[0] == '[')
		s = slice_trim(slice_from(s, 1));
	return s.len > 0 && s.p[0] == '{' ? s : SLICE_NONE;
}

const struct json *
json_first(const struct json *j)
{
	return json_is(j, JSON_ARRAY) ? j->first : j;
}

const struct json *
json_after(const struct json *list, const struct json *item)
{
	return json_is(list, JSON_ARRAY) ? item->next : NULL;
}

static struct place
place_at(struct slice text, uint64_t base, struct slice raw)
{
	return (struct place){
		.offset = base + (uint64_t)(raw.p - text.p),
		.length = (uint32_t)(raw.len > UINT32_MAX ? UINT32_MAX : raw.len),
	};
}

static bool
read_array(struct intake *in, struct slice text, uint64_t base,
    bool (*record)(struct intake *, const struct json *, const struct place *,
    struct err *), struct err *e)
{
	const struct json *root;

	if (!json_parse(text, &JSON_LIMITS, &in->document, &root, e))
		return false;
	JSON_EACH (j, root) {
		struct place place = place_at(text, base, j->raw);

		struct err why = ERR_INIT;

		if (j->raw.len > RECORD_LIMITS.bytes) {
			(void)err_set(&why, ERR_LIMIT, "a record of more than %zu bytes", RECORD_LIMITS.bytes);
			if (!intake_bad(in, &place, S(""), &why, e))
				return false;
		} else if (!record(in, j, &place, e)) {
			return false;
		}
	}
	return true;
}

/*
 * A text that cannot be read costs its first line, and the next is tried. An
 * object that is never closed is read once a level of its depth at most, so
 * that the work stays in proportion.
 */
static bool
read_row(struct intake *in, struct slice text, uint64_t base, struct arena *tree,
    bool (*record)(struct intake *, const struct json *, const struct place *,
    struct err *), struct err *e)
{
	struct slice rest = text;

	for (;;) {
		struct err why = ERR_INIT;
		const struct json *j;
		struct slice line;
		size_t used;
		struct place place;

		while (rest.len > 0 && (byte_is_space(rest.p[0]) || rest.p[0] == 0x1e))
			rest = slice_from(rest, 1);
		if (rest.len == 0)
			return true;
		arena_reset(tree);
		if (rest.p[0] == '{' && json_parse_prefix(slice_sub(rest, 0, RECORD_LIMITS.bytes),
		    &RECORD_LIMITS, tree, &j, &used, &why)) {
			place = place_at(text, base, slice_sub(rest, 0, used));
			rest = slice_from(rest, used);
			if (!record(in, j, &place, e))
				return false;
			continue;
		}
		if (why.code == ERR_NONE)
			(void)err_set(&why, ERR_INPUT, "a line that does not begin a JSON object: %s",
			    QUOTE(slice_sub(rest, 0, 40)));
		if (!slice_line(&rest, &line))
			return true;
		place = place_at(text, base, line);
		intake_look(in, line);
		if (!intake_bad(in, &place, S(""), &why, e))
			return false;
	}
}

bool
json_records_read(struct intake *in, struct source *src,
    bool (*record)(struct intake *, const struct json *, const struct place *,
    struct err *), struct err *e)
{
	uint64_t base = src->offset;
	struct arena tree;
	struct slice text;
	bool ok;

	if (!source_all(src, in->limits.document_bytes, &text, e))
		return false;
	if (slice_starts(slice_trim(text), S("[")))
		return read_array(in, text, base, record, e);
	arena_init(&tree, 16 * RECORD_LIMITS.bytes);
	ok = read_row(in, text, base, &tree, record, e);
	arena_fini(&tree);
	return ok;
}
