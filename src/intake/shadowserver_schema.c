/*
 * Reads the schema. Both forms become a list of rows (word, then up to four
 * values), so that there is one place that knows what a row means.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "intake/shadowserver.h"
#include "parse/json.h"

#define SCHEMA_BYTES_MAX ((size_t)16 << 20)
#define REPORTS_MAX 2000
#define ITEMS_MAX 1000 /* of one report */
#define CONSTANTS_MAX 32

static const struct {
	struct slice name;
	enum shadow_conv conv;
} convs[] = {
	{ S_INIT(""), SHADOW_TEXT },
	{ S_INIT("validate_to_none"), SHADOW_TO_NONE },
	{ S_INIT("convert_int"), SHADOW_INT },
	{ S_INIT("invalidate_zero"), SHADOW_NOT_ZERO },
	{ S_INIT("convert_float"), SHADOW_FLOAT },
	{ S_INIT("convert_bool"), SHADOW_BOOL },
	{ S_INIT("validate_ip"), SHADOW_IP },
	{ S_INIT("validate_network"), SHADOW_NETWORK },
	{ S_INIT("validate_fqdn"), SHADOW_FQDN },
	{ S_INIT("add_UTC_to_timestamp"), SHADOW_TIME_UTC },
	{ S_INIT("convert_date"), SHADOW_DATE },
	{ S_INIT("convert_date_utc"), SHADOW_DATE_UTC },
	{ S_INIT("extract_cve_from_tag"), SHADOW_CVE },
	{ S_INIT("convert_http_host_and_url"), SHADOW_HTTP_URL },
	{ S_INIT("category_or_detail"), SHADOW_CATEGORY },
	{ S_INIT("force_base64"), SHADOW_BASE64 },
	{ S_INIT("scan_exchange_taxonomy"), SHADOW_EXCHANGE_TAXONOMY },
	{ S_INIT("scan_exchange_type"), SHADOW_EXCHANGE_TYPE },
	{ S_INIT("scan_exchange_identifier"), SHADOW_EXCHANGE_IDENTIFIER },
};

struct builder {
	struct shadow_schema *s;
	/* of the report being built */
	struct shadow_item items[ITEMS_MAX];
	size_t item_count;
	struct shadow_constant constants[CONSTANTS_MAX];
	size_t constant_count;
};

static bool
no_memory(struct err *e)
{
	return err_set(e, ERR_LIMIT, "the schema is too large");
}

/* "source.ip", "extra." (the column's name), "extra.x", "-"; a field that we do not know is extra. */
static bool
target(struct builder *b, struct slice name, struct slice column,
    enum field *field, struct slice *extra, struct err *e)
{
	*field = field_find(name);
	if (*field != FIELD_NONE)
		return true;
	if (slice_eq(name, S("extra.")))
		name = column;
	else if (slice_starts(name, S("extra.")))
		name = slice_from(name, 6);
	*extra = arena_copy(&b->s->memory, name);
	return extra->p != NULL || no_memory(e);
}

static bool
add_item(struct builder *b, struct slice name, struct slice column,
    struct slice conv, bool need, struct err *e)
{
	struct shadow_item *i = &b->items[b->item_count];
	bool known = false;

	if (b->item_count == ITEMS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d columns in one report", ITEMS_MAX);
	*i = (struct shadow_item){ .need = need, .ignore = slice_eq(name, S("-")) };
	for (size_t k = 0; k < sizeof(convs) / sizeof(convs[0]) && !known; k++) {
		known = slice_eq(convs[k].name, conv);
		if (known)
			i->conv = convs[k].conv;
	}
	/* A newer schema's converter: better the text than no report at all. */
	i->column = arena_copy(&b->s->memory, column);
	if (i->column.p == NULL)
		return no_memory(e);
	b->item_count++;
	return target(b, name, column, &i->field, &i->extra, e);
}

static bool
add_constant(struct builder *b, struct slice name, struct slice value,
    struct err *e)
{
	struct shadow_constant *c = &b->constants[b->constant_count];
	struct slice clean;

	if (b->constant_count == CONSTANTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d constants in one report", CONSTANTS_MAX);
	*c = (struct shadow_constant){ .field = FIELD_NONE };
	if (!target(b, name, name, &c->field, &c->extra, e))
		return false;
	clean = value;
	if (c->field != FIELD_NONE && !field_clean(c->field, value, &b->s->memory, &clean, e))
		return err_within(e, "%s", (const char *)field_name(c->field).p);
	c->value = arena_copy(&b->s->memory, clean);
	b->constant_count++;
	return c->value.p != NULL || no_memory(e);
}

/* Put the report that was built into its place. */
static bool
end_report(struct builder *b, struct err *e)
{
	struct shadow_report *r;
	struct shadow_item *items;
	struct shadow_constant *constants;

	if (b->s->report_count == 0 || b->s->reports == NULL)
		return true;
	r = &b->s->reports[b->s->report_count - 1];
	items = arena_array(&b->s->memory, b->item_count + 1, sizeof(*items));
	constants = arena_array(&b->s->memory, b->constant_count + 1, sizeof(*constants));
	if (items == NULL || constants == NULL)
		return no_memory(e);
	memcpy(items, b->items, b->item_count * sizeof(*items));
	memcpy(constants, b->constants, b->constant_count * sizeof(*constants));
	r->items = items;
	r->item_count = b->item_count;
	r->constants = constants;
	r->constant_count = b->constant_count;
	b->item_count = b->constant_count = 0;
	return true;
}

static bool
add_report(struct builder *b, struct slice key, struct slice file_name,
    struct slice feed_name, struct slice url, struct err *e)
{
	struct arena *a = &b->s->memory;

	if (!end_report(b, e))
		return false;
	if (b->s->report_count == REPORTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d reports in the schema", REPORTS_MAX);
	b->s->reports[b->s->report_count++] = (struct shadow_report){
		.key = arena_copy(a, key),
		.file_name = arena_copy(a, file_name),
		.feed_name = arena_copy(a, feed_name),
		.url = url.len == 0 ? SLICE_NONE : arena_copy(a, url),
	};
	return !a->failed || no_memory(e);
}

/* Our own form: see data/shadowserver/make.py. */
static bool
read_rows(struct builder *b, struct slice text, struct err *e)
{
	struct slice line;
	unsigned number = 0;

	while (slice_line(&text, &line)) {
		struct slice v[5] = { { NULL, 0 } };
		bool ok;

		number++;
		if (line.len == 0 || line.p[0] == '#')
			continue;
		for (size_t i = 0; i < 5 && slice_cut(&line, '\t', &v[i]); i++)
			;
		if (slice_eq(v[0], S("report")))
			ok = add_report(b, v[1], v[2], v[3], v[4], e);
		else if (slice_eq(v[0], S("date")))
			ok = (b->s->date = arena_copy(&b->s->memory, v[1])).p != NULL || no_memory(e);
		else if (b->s->report_count == 0)
			ok = err_set(e, ERR_INPUT, "expected \"report\", found %s", QUOTE(v[0]));
		else if (slice_eq(v[0], S("constant")))
			ok = add_constant(b, v[1], v[2], e);
		else if (slice_eq(v[0], S("need")) || slice_eq(v[0], S("take")))
			ok = add_item(b, v[1], v[2], v[3], v[0].p[0] == 'n', e);
		else
			ok = err_set(e, ERR_INPUT, "%s is no word of a schema", QUOTE(v[0]));
		if (!ok)
			return err_within(e, "line %u", number);
	}
	return true;
}

static bool
json_items(struct builder *b, const struct json *list, bool need, struct err *e)
{
	JSON_EACH(item, list) {
		const struct json *field = item->first;
		const struct json *column = field == NULL ? NULL : field->next;
		const struct json *conv = column == NULL ? NULL : column->next;

		if (!json_is(item, JSON_ARRAY) || !json_is(column, JSON_STRING))
			return err_set(e, ERR_INPUT, "expected [field, column, converter]");
		if (!add_item(b, field->kind == JSON_STRING ? field->text : S("-"),
		    column->text, json_is(conv, JSON_STRING) ? conv->text : S(""), need, e))
			return false;
	}
	return true;
}

/* Shadowserver's form: an object of reports, "_meta" beside them. */
static bool
read_json(struct builder *b, struct slice text, struct err *e)
{
	const struct json *root;
	struct arena a;
	bool ok = false;

	arena_init(&a, 16 * SCHEMA_BYTES_MAX);
	if (!json_parse(text, &JSON_LIMITS, &a, &root, e))
		goto out;
	if (root->kind != JSON_OBJECT) {
		(void)err_set(e, ERR_INPUT, "a schema is a JSON object of reports");
		goto out;
	}
	b->s->date = arena_copy(&b->s->memory, json_text(json_path(root, S("_meta.date_created"))));
	JSON_EACH(r, root) {
		struct slice file_name = json_text(json_get(r, S("file_name")));

		if (slice_eq(r->key, S("_meta")))
			continue;
		if (r->kind != JSON_OBJECT || file_name.len == 0) {
			(void)err_set(e, ERR_INPUT, "%s has no file_name", QUOTE(r->key));
			goto out;
		}
		if (!add_report(b, r->key, file_name, json_text(json_get(r, S("feed_name"))),
		    json_text(json_get(r, S("url"))), e))
			goto out;
		JSON_EACH(c, json_get(r, S("constant_fields"))) {
			if (!add_constant(b, c->key, json_scalar(c), e)) {
				(void)err_within(e, "%s", QUOTE(r->key));
				goto out;
			}
		}
		if (!json_items(b, json_get(r, S("required_fields")), true, e) ||
		    !json_items(b, json_get(r, S("optional_fields")), false, e)) {
			(void)err_within(e, "%s", QUOTE(r->key));
			goto out;
		}
	}
	ok = true;
out:
	arena_fini(&a);
	return ok;
}

bool
shadow_schema_read(struct slice bytes, struct shadow_schema **out,
    struct err *e)
{
	struct builder *b;
	struct shadow_schema *s;
	struct slice text = slice_trim(bytes);
	bool ok;

	if (bytes.len > SCHEMA_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "a schema of more than %zu MiB", SCHEMA_BYTES_MAX >> 20);
	s = xalloc(sizeof(*s));
	*s = (struct shadow_schema){ 0 };
	arena_init(&s->memory, 4 * SCHEMA_BYTES_MAX);
	s->reports = arena_array(&s->memory, REPORTS_MAX, sizeof(*s->reports));
	b = xalloc(sizeof(*b));
	b->s = s;
	b->item_count = b->constant_count = 0;
	if (s->reports == NULL)
		ok = no_memory(e);
	else if (text.len > 0 && text.p[0] == '{')
		ok = read_json(b, text, e);
	else
		ok = read_rows(b, text, e);
	ok = ok && end_report(b, e);
	if (ok && s->report_count == 0)
		ok = err_set(e, ERR_INPUT, "no report is described in it");
	free(b);
	if (!ok)
		shadow_schema_free(&s);
	*out = s;
	return ok || err_within(e, "schema of Shadowserver reports");
}

void
shadow_schema_free(struct shadow_schema **s)
{
	if (*s == NULL)
		return;
	arena_fini(&(*s)->memory);
	free(*s);
	*s = NULL;
}

const struct shadow_report *
shadow_find(const struct shadow_schema *s, struct slice type)
{
	if (s == NULL || type.len == 0)
		return NULL;
	for (size_t i = 0; i < s->report_count; i++) {
		const struct shadow_report *r = &s->reports[i];

		if (slice_eq_nocase(r->file_name, type) || slice_eq_nocase(r->key, type) ||
		    slice_eq_nocase(r->feed_name, type))
			return r;
	}
	return NULL;
}

/*
 * "2019-01-01-scan_http-test-geo.csv": each word between '-' and '.' that
 * names a report, the first one found.
 */
const struct shadow_report *
shadow_find_file(const struct shadow_schema *s, struct slice name)
{
	size_t slash = slice_rfind_byte(name, '/');
	size_t begin = 0;

	if (slash != SIZE_MAX)
		name = slice_from(name, slash + 1);
	for (size_t i = 0; i <= name.len; i++) {
		bool word = i < name.len && (byte_is_alpha(name.p[i]) ||
		    byte_is_digit(name.p[i]) || name.p[i] == '_');
		const struct shadow_report *r;

		if (word)
			continue;
		r = i - begin < 4 ? NULL : shadow_find(s, slice_sub(name, begin, i - begin));
		if (r != NULL)
			return r;
		begin = i + 1;
	}
	return NULL;
}

static bool
has_column(const struct slice *columns, size_t count, struct slice name)
{
	for (size_t i = 0; i < count; i++) {
		if (slice_eq(columns[i], name))
			return true;
	}
	return false;
}

static bool
same_meaning(const struct shadow_report *a, const struct shadow_report *b)
{
	if (a->constant_count != b->constant_count)
		return false;
	for (size_t i = 0; i < a->constant_count; i++) {
		if (a->constants[i].field != b->constants[i].field ||
		    !slice_eq(a->constants[i].value, b->constants[i].value))
			return false;
	}
	return true;
}

/* How a header fits a report: columns of both, of the report alone, of the file alone. */
struct fit {
	size_t hits, missing, over;
};

static size_t
distance(const struct fit *f)
{
	return f->missing + f->over;
}

/* A report may make several fields of one column: it counts once. */
static bool
seen_before(const struct shadow_report *r, size_t item)
{
	for (size_t i = 0; i < item; i++) {
		if (slice_eq(r->items[i].column, r->items[item].column))
			return true;
	}
	return false;
}

static bool
fits(const struct shadow_report *r, const struct slice *columns, size_t count,
    struct fit *out)
{
	*out = (struct fit){ .over = count };
	for (size_t k = 0; k < r->item_count; k++) {
		if (seen_before(r, k))
			continue;
		if (has_column(columns, count, r->items[k].column)) {
			out->hits++;
			out->over -= out->over > 0;
		} else if (r->items[k].need) {
			return false;
		} else {
			out->missing++;
		}
	}
	/* Half of what the report should have, and most of what is there: else it is some other CSV. */
	return out->hits >= 6 && out->missing <= out->hits && out->over <= count / 4;
}

/* Columns by which a report that means something else must be further off. */
#define MARGIN 3

const struct shadow_report *
shadow_find_columns(const struct shadow_schema *s, const struct slice *columns,
    size_t count, bool *sure_out)
{
	const struct shadow_report *best = NULL;
	struct fit fit, best_fit = { 0 };
	size_t next = SIZE_MAX; /* distance of the nearest that means something else */

	for (size_t i = 0; s != NULL && i < s->report_count; i++) {
		const struct shadow_report *r = &s->reports[i];

		if (!fits(r, columns, count, &fit))
			continue;
		if (best == NULL || distance(&fit) < distance(&best_fit)) {
			best = r;
			best_fit = fit;
		}
	}
	for (size_t i = 0; best != NULL && i < s->report_count; i++) {
		const struct shadow_report *r = &s->reports[i];

		if (!same_meaning(best, r) && fits(r, columns, count, &fit) && distance(&fit) < next)
			next = distance(&fit);
	}
	/* Exactly its columns; or a few more or less, as the schema grows, and none near it. */
	*sure_out = best != NULL && next > distance(&best_fit) &&
	    (distance(&best_fit) == 0 || (5 * distance(&best_fit) <= best_fit.hits &&
		next - distance(&best_fit) >= MARGIN));
	return best;
}
