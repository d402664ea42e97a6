#include "intake/mapping_run.h"

#include <stdlib.h>

#include "base/buf.h"
#include "parse/date.h"

/* feed.url=... and the like among the options: what the report's bringer knows. */
static void
feed_told(struct mapping_run *r)
{
	struct slice rest = r->in->options, line;
	struct err ignored = ERR_INIT;

	while (slice_line(&rest, &line) && r->told_count < sizeof(r->told) / sizeof(r->told[0])) {
		size_t eq = slice_find_byte(line, '=');
		struct slice clean;
		enum field f;

		if (eq == SIZE_MAX || !slice_starts(line, S("feed.")))
			continue;
		f = field_find(slice_trim(slice_sub(line, 0, eq)));
		if (f == FIELD_NONE || !field_clean(f, slice_from(line, eq + 1), &r->memory, &clean, &ignored))
			continue;
		r->told[r->told_count].field = f;
		r->told[r->told_count++].value = clean;
		if (f == FIELD_FEED_URL)
			r->origin = clean;
	}
}

void
mapping_run_init(struct mapping_run *r, struct intake *in, const struct mapping *m)
{
	size_t slash = slice_rfind_byte(in->part, '/');
	struct date received = { in->received_s, 0 };

	r->in = in;
	r->m = m;
	arena_init(&r->memory, 4 * in->limits.record_bytes);
	r->file = in->part.len == 0 ? in->name : slash == SIZE_MAX ? in->part : slice_from(in->part, slash + 1);
	r->origin = r->file;
	r->received_text = slice_of(r->received, date_print(&received, r->received));
	r->idle = xalloc(m->steps.n + 1);
	feed_told(r);
	for (size_t i = 0; i < m->steps.n; i++) {
		const struct mapping_step *s = &m->steps.v[i];
		bool idle = !s->required && !intake_wants(in, FIELD_NONE);

		for (uint32_t k = 0; k < s->targets.count; k++)
			idle = idle && m->targets.v[s->targets.first + k].field == FIELD_NONE;
		r->idle[i] = idle;
	}
	/* A condition may ask for an extra that nobody else wants. */
	for (size_t i = 0; i < m->columns.n; i++) {
		if (m->columns.v[i].kind == COLUMN_EXTRA)
			memset(r->idle, 0, m->steps.n);
	}
}

void
mapping_run_fini(struct mapping_run *r)
{
	free(r->idle);
	r->idle = NULL;
	arena_fini(&r->memory);
}

void
mapping_record_begin(struct mapping_run *r, struct slice line)
{
	for (size_t i = 0; i < r->m->columns.n; i++) {
		struct cell *c = &r->cells[i];

		c->text = r->m->columns.v[i].kind == COLUMN_LINE ? line : SLICE_NONE;
		c->kind = EXTRA_TEXT;
	}
	r->rest_count = 0;
	r->when = 0;
}

void
mapping_record_put(struct mapping_run *r, struct slice name, struct cell cell)
{
	bool named = false;

	for (size_t i = 0; i < r->m->columns.n; i++) {
		const struct mapping_column *c = &r->m->columns.v[i];

		if (c->kind == COLUMN_NAMED && slice_eq_nocase(c->name, name)) {
			/* Of two of a name the first is meant; a second one may be anybody's. */
			if (r->cells[i].text.p == NULL)
				r->cells[i] = cell;
			named = true;
		}
	}
	if (!named && r->m->rest.len > 0 && r->rest_count < REST_CELLS_MAX)
		r->rest[r->rest_count++] = (struct rest_cell){ name, cell };
}

/* --- values --------------------------------------------------------------------------- */

static bool
means_nothing(const struct mapping *m, struct slice s)
{
	for (size_t i = 0; i < m->empties.n; i++) {
		if (slice_eq_nocase(m->empties.v[i], s))
			return true;
	}
	return false;
}

struct cell
mapping_cell(const struct mapping_run *r, uint32_t column)
{
	const struct mapping_column *c = &r->m->columns.v[column];
	struct cell cell = { SLICE_NONE, EXTRA_TEXT };
	const struct extra *x;

	switch (c->kind) {
	case COLUMN_NAMED:
	case COLUMN_KEY:
	case COLUMN_LINE:
		cell = r->cells[column];
		break;
	case COLUMN_FILE:
		cell.text = r->file;
		break;
	case COLUMN_ORIGIN:
		cell.text = r->origin;
		break;
	case COLUMN_RECEIVED:
		cell.text = r->received_text;
		break;
	case COLUMN_HEAD:
		cell.text = slice_of(r->heads[c->index], r->head_lens[c->index]);
		break;
	case COLUMN_FIELD:
		cell.text = r->in->ev.v[c->index];
		break;
	case COLUMN_EXTRA:
		x = event_extra_find(&r->in->ev, c->name);
		if (x != NULL)
			cell = (struct cell){ x->value, x->kind };
		break;
	}
	if (cell.text.len == 0 || (r->m->empties.n > 0 && means_nothing(r->m, slice_trim(cell.text))))
		cell.text = SLICE_NONE;
	return cell;
}

struct slice
mapping_parts(struct mapping_run *r, struct span parts, struct slice value)
{
	struct slice whole = SLICE_NONE;
	struct buf b;

	if (parts.count == 1 && r->m->parts.v[parts.first].column == PART_LITERAL)
		return r->m->parts.v[parts.first].text;
	buf_init(&b, r->in->limits.record_bytes);
	for (uint32_t i = 0; i < parts.count; i++) {
		const struct mapping_part *p = &r->m->parts.v[parts.first + i];
		struct slice s = p->column == PART_LITERAL ? p->text : p->column == PART_VALUE ? value :
		    mapping_cell(r, (uint32_t)p->column).text;

		/* "http:///" says less than nothing. */
		if (s.p == NULL)
			goto out;
		buf_put(&b, p->column == PART_LITERAL ? s : slice_trim(s));
	}
	if (buf_ok(&b))
		whole = arena_copy(&r->in->record, buf_view(&b));
out:
	buf_fini(&b);
	return whole;
}

bool
mapping_value(struct mapping_run *r, const struct mapping_value *v, struct cell *out, struct err *why)
{
	if (v->column >= 0)
		*out = mapping_cell(r, (uint32_t)v->column);
	else
		*out = (struct cell){ mapping_parts(r, v->parts, SLICE_NONE), EXTRA_TEXT };
	for (uint32_t i = 0; i < v->calls.count; i++) {
		const struct mapping_call *call = &r->m->calls.v[v->calls.first + i];

		if (out->text.p == NULL && !call->converter->on_empty)
			continue;
		if (!call->converter->convert(r, call, out, why))
			return false;
		if (out->text.len == 0)
			out->text = SLICE_NONE;
	}
	return true;
}

/* --- into the event --------------------------------------------------------------------- */

/* Where a line offers several fields, a hash goes to the one of its length. */
static bool
hash_fits(enum field f, struct slice s)
{
	size_t len = f == FIELD_MALWARE_HASH_MD5 ? 32 : f == FIELD_MALWARE_HASH_SHA1 ? 40 :
	    f == FIELD_MALWARE_HASH_SHA256 ? 64 : 0;

	if (len == 0)
		return true;
	s = slice_trim(s);
	for (size_t i = 0; i < s.len; i++) {
		if (byte_hex(s.p[i]) < 0)
			return false;
	}
	return s.len == len;
}

/* Keys as IntelMQ wants them: small letters, digits, '_' and '.'. */
static struct slice
extra_key(struct mapping_run *r, struct slice prefix, struct slice name)
{
	uint8_t *p = arena_bytes(&r->in->record, prefix.len + name.len);

	if (p == NULL)
		return SLICE_NONE;
	if (prefix.len > 0)
		memcpy(p, prefix.p, prefix.len);
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = byte_lower(name.p[i]);

		p[prefix.len + i] = byte_is_alpha(c) || byte_is_digit(c) || c == '.' || c >= 0x80 ? c : '_';
	}
	return slice_of(p, prefix.len + name.len);
}

static const struct json_limits MEMBERS_LIMITS = { .bytes = (size_t)1 << 20, .depth = 32, .nodes = 20000 };

/* An object's members under their own names; of objects in it, too. */
static bool
members_put(struct mapping_run *r, struct slice prefix, const struct cell *v, struct err *why)
{
	struct { const struct json *next; struct slice prefix; } stack[32];
	const struct json *j;
	size_t depth = 1;

	if (v->kind != EXTRA_JSON || !json_parse(v->text, &MEMBERS_LIMITS, &r->in->record, &j, why) ||
	    j->kind != JSON_OBJECT)
		return err_set(why, ERR_INPUT, "%s is not a JSON object", QUOTE(v->text));
	stack[0].next = j->first;
	stack[0].prefix = prefix;
	while (depth > 0) {
		struct slice key;
		struct cell c;

		j = stack[depth - 1].next;
		if (j == NULL) {
			depth--;
			continue;
		}
		stack[depth - 1].next = j->next;
		key = extra_key(r, stack[depth - 1].prefix, j->key);
		if (j->kind == JSON_OBJECT && depth < sizeof(stack) / sizeof(stack[0])) {
			stack[depth].next = j->first;
			stack[depth++].prefix = arena_printf(&r->in->record, "%.*s.", SLICE_ARG(key));
			continue;
		}
		c = mapping_json_cell(j);
		if (c.text.len == 0 || means_nothing(r->m, c.text) || (j->kind == JSON_ARRAY && j->count == 0))
			continue;
		if (key.p == NULL)
			return err_set(why, ERR_LIMIT, "a record of more than %zu bytes", r->in->limits.record_bytes);
		if (!event_extra(&r->in->ev, key, c.text, c.kind, why))
			return false;
	}
	return true;
}

static bool
target_put(struct mapping_run *r, const struct mapping_target *t, const struct cell *v, struct err *why)
{
	struct intake *in = r->in;
	struct slice text = v->text;
	char date[DATE_TEXT_MAX];
	struct date d;

	if (t->members)
		return members_put(r, t->extra, v, why);
	if (t->field == FIELD_NONE)
		return event_extra(&in->ev, t->extra, text, v->kind, why);
	if (r->m->zone.set && field_type(t->field) == TYPE_DATE &&
	    mapping_date(text, SLICE_NONE, &r->m->zone, in->received_s, &d.s, &d.us))
		text = arena_copy(&in->record, slice_of(date, date_print(&d, date)));
	return event_set(&in->ev, t->field, text, &in->record, why);
}

static bool
step_put(struct mapping_run *r, const struct mapping_step *s, const struct cell *v, struct err *why)
{
	const struct mapping_target *targets = &r->m->targets.v[s->targets.first];

	r->column = targets[0].name;
	if (s->targets.count == 1)
		return target_put(r, &targets[0], v, why);
	for (uint32_t i = 0; i < s->targets.count; i++) {
		if (hash_fits(targets[i].field, v->text) && target_put(r, &targets[i], v, why))
			return true;
	}
	return err_set(why, ERR_INPUT, "%s fits none of the fields from %.*s to %.*s", QUOTE(v->text),
	    SLICE_ARG(targets[0].name), SLICE_ARG(targets[s->targets.count - 1].name));
}

/* The name under which a value's column stands in the mapping. */
static struct slice
value_name(const struct mapping *m, const struct mapping_value *v)
{
	return v->column < 0 ? S("text") : m->columns.v[v->column].name;
}

static bool
step_do(struct mapping_run *r, const struct mapping_step *s, struct err *why)
{
	struct cell v;

	r->column = r->m->targets.v[s->targets.first].name;
	if (!mapping_value(r, &s->value, &v, why))
		return s->loose || err_within(why, "%.*s", SLICE_ARG(r->column));
	if (v.text.p == NULL)
		return !s->required || err_set(why, ERR_INPUT, "%.*s must be there, and %s is empty", SLICE_ARG(r->column),
		    QUOTE(value_name(r->m, &s->value)));
	if (step_put(r, s, &v, why))
		return true;
	return s->loose;
}

static bool
ignored(const struct mapping *m, struct slice name)
{
	for (size_t i = 0; i < m->ignored.n; i++) {
		if (mapping_glob(m->ignored.v[i], name))
			return true;
	}
	return false;
}

static bool
rest_put(struct mapping_run *r, struct err *why)
{
	for (size_t i = 0; i < r->rest_count; i++) {
		struct rest_cell *c = &r->rest[i];
		struct slice key;

		if (c->cell.text.len == 0 || c->name.len == 0 || ignored(r->m, c->name) ||
		    means_nothing(r->m, slice_trim(c->cell.text)))
			continue;
		key = extra_key(r, slice_from(r->m->rest, 6), c->name);
		r->column = key;
		if (key.p == NULL)
			return err_set(why, ERR_LIMIT, "a record of more than %zu bytes", r->in->limits.record_bytes);
		/* What a line has said stands. */
		if (event_extra_find(&r->in->ev, key) == NULL &&
		    !event_extra(&r->in->ev, key, c->cell.text, c->cell.kind, why))
			return false;
	}
	return true;
}

/* False: the record is not wanted. */
static bool
filters_pass(struct mapping_run *r, bool late)
{
	const struct mapping *m = r->m;

	for (size_t i = 0; i < m->filters.n; i++) {
		const struct mapping_filter *f = &m->filters.v[i];

		if (m->conditions.v[f->condition].late == late && mapping_holds(r, f->condition) != f->keep)
			return false;
	}
	return true;
}

static void
feed_put(struct mapping_run *r)
{
	struct event *ev = &r->in->ev;

	for (size_t i = 0; i < r->m->feed.n; i++) {
		const struct mapping_step *s = &r->m->feed.v[i];

		event_put(ev, r->m->targets.v[s->targets.first].field, r->m->parts.v[s->value.parts.first].text);
	}
	if (r->in->feed.len > 0)
		event_put(ev, FIELD_FEED_NAME, r->in->feed);
	for (size_t i = 0; i < r->told_count; i++)
		event_put(ev, r->told[i].field, r->told[i].value);
}

static bool
steps_do(struct mapping_run *r, struct err *why)
{
	const struct mapping *m = r->m;

	for (size_t i = 0; i < m->steps.n; i++) {
		const struct mapping_step *s = &m->steps.v[i];

		if (r->idle[i])
			continue;
		if (s->when != 0 && s->when != r->when) {
			r->when = s->when;
			r->when_holds = mapping_holds(r, s->when - 1);
		}
		if (s->when != 0 && !r->when_holds)
			continue;
		if (!step_do(r, s, why))
			return false;
	}
	return r->rest_count == 0 || !intake_wants(r->in, FIELD_NONE) || rest_put(r, why);
}

static bool
record_one(struct mapping_run *r, const struct place *place, struct err *e)
{
	struct err why = ERR_INIT;

	event_clear(&r->in->ev);
	r->in->ev.place = *place;
	feed_put(r);
	r->column = S("");
	if (!filters_pass(r, false)) {
		arena_reset(&r->in->record);
		return true;
	}
	if (!steps_do(r, &why))
		return intake_bad(r->in, place, r->column, &why, e);
	if (!filters_pass(r, true)) {
		arena_reset(&r->in->record);
		return true;
	}
	return intake_event(r->in, &r->in->ev, e);
}

/* A line that names several is a record for each: as many as its bytes can hold. */
bool
mapping_record_end(struct mapping_run *r, const struct place *place, struct err *e)
{
	struct cell *each = r->m->each_column < 0 ? NULL : &r->cells[r->m->each_column];
	struct slice rest;

	if (each == NULL || each->text.p == NULL)
		return record_one(r, place, e);
	rest = each->text;
	while (rest.len > 0) {
		size_t at = slice_find(rest, r->m->each_by);

		each->text = slice_trim(slice_sub(rest, 0, at == SIZE_MAX ? rest.len : at));
		rest = at == SIZE_MAX ? S("") : slice_from(rest, at + r->m->each_by.len);
		if (each->text.len > 0 && !record_one(r, place, e))
			return false;
	}
	return true;
}

bool
mapping_record_bad(struct mapping_run *r, const struct place *place, const struct err *why, struct err *e)
{
	return intake_bad(r->in, place, S(""), why, e);
}

/* --- templates ------------------------------------------------------------------------------ */

/* How much of s the literal takes at its begin; a blank is any number of them. SIZE_MAX: none. */
static size_t
literal_at(struct slice s, struct slice literal)
{
	size_t n = 0;

	for (size_t i = 0; i < literal.len;) {
		if (!byte_is_space(literal.p[i])) {
			if (n >= s.len || s.p[n] != literal.p[i])
				return SIZE_MAX;
			n++;
			i++;
			continue;
		}
		while (i < literal.len && byte_is_space(literal.p[i]))
			i++;
		if (n < s.len && !byte_is_space(s.p[n]))
			return SIZE_MAX;
		while (n < s.len && byte_is_space(s.p[n]))
			n++;
	}
	return n;
}

/* Where the literal is found from `from` on; *len_out what it takes there. */
static size_t
literal_find(struct slice s, size_t from, struct slice literal, size_t *len_out)
{
	bool blank = byte_is_space(literal.p[0]);

	for (size_t i = from; i < s.len; i++) {
		if (!blank) {
			size_t at = slice_find_byte(slice_from(s, i), literal.p[0]);

			if (at == SIZE_MAX)
				return SIZE_MAX;
			i += at;
		} else if (!byte_is_space(s.p[i]) || (i > from && byte_is_space(s.p[i - 1]))) {
			/* Once a run of blanks: else a line of blanks would cost its square. */
			continue;
		}
		*len_out = literal_at(slice_from(s, i), literal);
		if (*len_out != SIZE_MAX)
			return i;
	}
	return SIZE_MAX;
}

#define TEMPLATE_LINE_MAX ((size_t)64 << 10)

bool
mapping_template_match(const struct mapping *m, const struct mapping_template *t,
    struct slice line, struct slice values[TEMPLATE_PARTS_MAX])
{
	const struct mapping_part *parts = &m->parts.v[t->parts.first];
	size_t at = 0, len, found, n = t->parts.count;

	line = slice_trim(line);
	if (line.len > TEMPLATE_LINE_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].column == PART_LITERAL) {
			struct slice literal = parts[i].text;

			/* The line's own begin has no blanks any more. */
			while (i == 0 && literal.len > 0 && byte_is_space(literal.p[0]))
				literal = slice_from(literal, 1);
			len = literal_at(slice_from(line, at), literal);
			if (len == SIZE_MAX)
				return false;
			at += len;
			continue;
		}
		if (i + 1 == n) {
			values[i] = slice_trim(slice_from(line, at));
			return true;
		}
		found = literal_find(line, at, parts[i + 1].text, &len);
		/* The last piece stands at the line's end. */
		while (i + 2 == n && found != SIZE_MAX && found + len < line.len)
			found = literal_find(line, found + (len > 0 ? len : 1), parts[i + 1].text, &len);
		if (found == SIZE_MAX)
			return false;
		values[i] = slice_trim(slice_sub(line, at, found - at));
		at = found;
	}
	return at == line.len;
}

bool
mapping_head_line(struct mapping_run *r, struct slice line, bool data)
{
	struct slice values[TEMPLATE_PARTS_MAX];
	bool any = false;

	r->head_line++;
	for (size_t i = 0; i < r->m->heads.n; i++) {
		const struct mapping_head *h = &r->m->heads.v[i];
		struct slice value = SLICE_NONE;

		if (h->line != 0) {
			if (h->line == r->head_line)
				value = slice_trim(line);
		} else if ((!data || h->template.literal.len > 0) &&
		    mapping_template_match(r->m, &h->template, line, values)) {
			for (size_t k = 0; k < h->template.parts.count && value.p == NULL; k++) {
				if (r->m->parts.v[h->template.parts.first + k].column >= 0)
					value = values[k];
			}
			any = true;
		}
		if (value.p != NULL && value.len <= MAPPING_HEAD_BYTES) {
			memcpy(r->heads[i], value.p, value.len);
			r->head_lens[i] = value.len;
		}
	}
	return any;
}
