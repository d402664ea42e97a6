#include "attrib/rpsl.h"

#include "base/buf.h"
#include "parse/domain.h"

#define LINE_MAX_BYTES ((size_t)64 << 10)

static bool
name_ok(struct slice s)
{
	if (s.len == 0 || s.len > 64)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) && s.p[i] != '-' && s.p[i] != '*')
			return false;
	}
	return true;
}

/* Without "# comment"; a '#' within double quotes belongs to the value. */
static struct slice
uncommented(struct slice s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == '#' && !quoted)
			return slice_trim(slice_sub(s, 0, i));
	}
	return slice_trim(s);
}

static bool
attribute(struct rpsl_reader *r, struct rpsl_object *o, struct slice line)
{
	size_t colon = slice_find_byte(line, ':');
	struct rpsl_attribute *last = o->count == 0 ? NULL : &o->v[o->count - 1];

	if (line.p[0] == ' ' || line.p[0] == '\t' || line.p[0] == '+') {
		struct slice more = uncommented(slice_from(line, 1));

		if (last == NULL)
			r->bad++;
		else if (more.len > 0)
			last->value = last->value.len == 0 ? arena_copy(r->a, more) :
			    arena_printf(r->a, "%.*s %.*s", SLICE_ARG(last->value), SLICE_ARG(more));
		return !r->a->failed;
	}
	if (colon == SIZE_MAX || !name_ok(slice_sub(line, 0, colon))) {
		r->bad++;
		return true;
	}
	if (o->count == RPSL_ATTRIBUTES_MAX)
		return true;
	o->v[o->count].name = arena_lower(r->a, slice_sub(line, 0, colon));
	o->v[o->count].value = arena_copy(r->a, uncommented(slice_from(line, colon + 1)));
	o->count++;
	return !r->a->failed;
}

enum step
rpsl_next(struct rpsl_reader *r, struct rpsl_object *out, struct err *e)
{
	bool bad = false;
	struct slice line;
	enum step step;

	arena_reset(r->a);
	*out = (struct rpsl_object){ .line = r->line + 1 };
	out->v = arena_array(r->a, RPSL_ATTRIBUTES_MAX, sizeof(*out->v));
	if (out->v == NULL) {
		(void)err_set(e, ERR_LIMIT, "an object of more than %zu bytes", r->a->max);
		return STEP_FAIL;
	}
	while ((step = source_line(r->src, LINE_MAX_BYTES, &line, NULL, e)) == STEP_ITEM || step == STEP_BAD) {
		r->line++;
		if (step == STEP_BAD) {
			bad = true;
			continue;
		}
		if (slice_trim(line).len == 0) {
			if (out->count > 0 || bad)
				break;
			out->line = r->line + 1;
			continue;
		}
		if (line.p[0] == '%' || line.p[0] == '#')
			continue;
		if (!bad && !attribute(r, out, line)) {
			(void)err_set(e, ERR_LIMIT, "an object of more than %zu bytes", r->a->max);
			bad = true;
		}
	}
	if (step == STEP_FAIL)
		return step;
	if (bad) {
		r->bad++;
		return STEP_BAD;
	}
	return out->count > 0 ? STEP_ITEM : STEP_END;
}

struct slice
rpsl_get(const struct rpsl_object *o, struct slice name)
{
	for (size_t i = 0; i < o->count; i++) {
		if (slice_eq(o->v[i].name, name))
			return o->v[i].value;
	}
	return SLICE_NONE;
}

/* Where a mail address ends that begins at s: its first byte that cannot be of it. */
static size_t
mailbox_end(struct slice s)
{
	size_t i = 0;

	if (s.len > 0 && s.p[0] == '"') {
		i = slice_find_byte(slice_from(s, 1), '"');
		if (i == SIZE_MAX)
			return s.len;
		i += 2;
	}
	while (i < s.len && s.p[i] > ' ' && memchr(",;<>()\"", s.p[i], 7) == NULL)
		i++;
	return i;
}

static bool
mailbox_next(struct slice *s, struct arena *a, struct slice *out)
{
	while (s->len > 0) {
		size_t end;
		struct slice word;

		while (s->len > 0 && (s->p[0] <= ' ' || memchr(",;<>()", s->p[0], 6) != NULL))
			*s = slice_from(*s, 1);
		if (slice_starts_nocase(*s, S("mailto:")))
			*s = slice_from(*s, 7);
		end = mailbox_end(*s);
		word = slice_sub(*s, 0, end);
		*s = slice_from(*s, end == 0 ? 1 : end);
		while (word.len > 0 && (word.p[word.len - 1] == '.' || word.p[word.len - 1] == ':'))
			word.len--;
		if (mailbox_ok(word)) {
			*out = arena_lower(a, word);
			return out->p != NULL;
		}
	}
	return false;
}

bool
mailbox_clean(struct slice s, struct arena *a, struct slice *out)
{
	return mailbox_next(&s, a, out);
}

bool
mailboxes_find(struct slice s, struct arena *a, struct slice *out)
{
	struct slice next;

	if (!mailbox_next(&s, a, out))
		return false;
	while (mailbox_next(&s, a, &next)) {
		*out = arena_printf(a, "%.*s,%.*s", SLICE_ARG(*out), SLICE_ARG(next));
		if (out->p == NULL)
			return false;
	}
	return true;
}
