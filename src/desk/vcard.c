#include "desk/vcard.h"

#define LINE_BYTES_MAX ((size_t)64 << 10)

/* --- read ----------------------------------------------------------------------- */

/* A line with those that continue it (section 3.2), into b. False: used up. */
static bool
unfolded(struct slice *rest, size_t *line, struct buf *b)
{
	struct slice one;

	buf_clear(b);
	if (!slice_line(rest, &one))
		return false;
	(*line)++;
	buf_put(b, one);
	while (rest->len > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t')) {
		(void)slice_line(rest, &one);
		(*line)++;
		buf_put(b, slice_from(one, 1));
	}
	return true;
}

/* "\," "\;" "\\" "\n" (section 3.4). */
static struct slice
unescaped(struct slice s, struct arena *a)
{
	struct slice out = arena_copy(a, s);
	uint8_t *p = out.p == NULL ? NULL : arena_bytes(a, s.len + 1);
	size_t n = 0;

	if (p == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (c == '\\' && i + 1 < s.len) {
			c = s.p[++i];
			if (c == 'n' || c == 'N')
				c = ' ';
		}
		p[n++] = c;
	}
	return slice_of(p, n);
}

/* The n-th part of a value with parts (ORG, ADR), from 0. */
static struct slice
part(struct slice s, size_t n)
{
	size_t begin = 0, i = 0;

	for (; i < s.len; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == ';' && n-- == 0)
			break;
		else if (s.p[i] == ';')
			begin = i + 1;
	}
	if (i > s.len)
		i = s.len;
	return n == 0 || n == SIZE_MAX ? slice_sub(s, begin, i - begin) : SLICE_NONE;
}

static void
take_once(struct slice *to, struct slice value, struct arena *a)
{
	if (to->p == NULL && value.len > 0)
		*to = slice_trim(unescaped(value, a));
}

static void
list_take(struct slice *v, size_t *count, struct slice value, struct arena *a)
{
	size_t begin = 0;

	for (size_t i = 0; i <= value.len && *count < VCARD_LIST_MAX; i++) {
		struct slice one;

		if (i < value.len && value.p[i] == '\\') {
			i++;
			continue;
		}
		if (i < value.len && value.p[i] != ',')
			continue;
		one = slice_trim(unescaped(slice_sub(value, begin, i - begin), a));
		if (one.len > 0)
			v[(*count)++] = one;
		begin = i + 1;
	}
}

/* Without scheme: "tel:+34..." and "mailto:...". */
static struct slice
bare(struct slice value)
{
	if (slice_starts_nocase(value, S("tel:")))
		return slice_from(value, 4);
	return slice_starts_nocase(value, S("mailto:")) ? slice_from(value, 7) : value;
}

static void
property_take(struct vcard *v, struct slice name, struct slice value, struct arena *a)
{
	size_t dot = slice_find_byte(name, '.');

	if (dot != SIZE_MAX)
		name = slice_from(name, dot + 1); /* its group */
	if (slice_eq_nocase(name, S("FN")))
		take_once(&v->name, value, a);
	else if (slice_eq_nocase(name, S("UID")))
		take_once(&v->uid, value, a);
	else if (slice_eq_nocase(name, S("KIND")))
		take_once(&v->kind, value, a);
	else if (slice_eq_nocase(name, S("ORG")))
		take_once(&v->org, part(value, 0), a);
	else if (slice_eq_nocase(name, S("ROLE")))
		take_once(&v->role, value, a);
	else if (slice_eq_nocase(name, S("EMAIL")))
		take_once(&v->mail, bare(value), a);
	else if (slice_eq_nocase(name, S("TEL")))
		take_once(&v->phone, bare(value), a);
	else if (slice_eq_nocase(name, S("URL")))
		take_once(&v->url, value, a);
	else if (slice_eq_nocase(name, S("NOTE")))
		take_once(&v->note, value, a);
	else if (slice_eq_nocase(name, S("ADR")))
		take_once(&v->country, part(value, 6), a);
	else if (slice_eq_nocase(name, S("KEY")))
		take_once(&v->key, value, a);
	else if (slice_eq_nocase(name, S("LANG")))
		list_take(v->langs, &v->lang_count, value, a);
	else if (slice_eq_nocase(name, S("CATEGORIES")))
		list_take(v->categories, &v->category_count, value, a);
}

/* Where the name and its parameters end: a colon outside quotes. */
static size_t
colon(struct slice s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == ':' && !quoted)
			return i;
	}
	return SIZE_MAX;
}

static bool
card(struct slice *rest, size_t *line, struct arena *a, struct vcard *v, struct buf *b, struct err *e)
{
	size_t begun = *line;

	while (unfolded(rest, line, b)) {
		struct slice s = buf_view(b), name;
		size_t at = colon(s);

		if (!buf_ok(b))
			return err_set(e, ERR_LIMIT, "line %zu: a line of more than %zu bytes", *line, LINE_BYTES_MAX);
		if (slice_trim(s).len == 0)
			continue;
		if (at == SIZE_MAX)
			return err_set(e, ERR_INPUT, "line %zu: expected NAME:VALUE, found %s", *line, QUOTE(s));
		name = slice_sub(s, 0, at);
		if (slice_find_byte(name, ';') != SIZE_MAX)
			name = slice_sub(name, 0, slice_find_byte(name, ';'));
		if (slice_eq_nocase(name, S("END")))
			return v->name.len > 0 || err_set(e, ERR_INPUT, "line %zu: a card without a name (FN)", begun);
		property_take(v, name, slice_from(s, at + 1), a);
		if (a->failed)
			return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	}
	return err_set(e, ERR_INPUT, "line %zu: a card without its end (END:VCARD)", begun);
}

bool
vcard_next(struct slice *rest, size_t *line, struct arena *a, struct vcard *out, bool *found_out, struct err *e)
{
	struct buf b;
	bool ok = true;

	*out = (struct vcard){ 0 };
	*found_out = false;
	buf_init(&b, LINE_BYTES_MAX);
	while (!*found_out && unfolded(rest, line, &b))
		*found_out = slice_eq_nocase(slice_trim(buf_view(&b)), S("BEGIN:VCARD"));
	if (*found_out)
		ok = card(rest, line, a, out, &b, e);
	buf_fini(&b);
	return ok;
}

/* --- written ---------------------------------------------------------------------- */

static void
escaped(struct slice s, struct buf *b)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\n' || s.p[i] == '\r') {
			buf_str(b, s.p[i] == '\n' ? "\\n" : "");
			continue;
		}
		if (s.p[i] == ',' || s.p[i] == ';' || s.p[i] == '\\')
			buf_byte(b, '\\');
		buf_byte(b, s.p[i]);
	}
}

/* A line of at most 75 bytes, and what is longer on further ones; no character is cut. */
static void
folded(struct slice s, struct buf *out)
{
	size_t room = 75;

	while (s.len > room) {
		size_t n = room;

		while (n > 1 && (s.p[n] & 0xc0) == 0x80)
			n--;
		buf_put(out, slice_sub(s, 0, n));
		buf_str(out, "\r\n ");
		s = slice_from(s, n);
		room = 74;
	}
	buf_put(out, s);
	buf_str(out, "\r\n");
}

static void
property_put(const char *name, struct slice value, struct buf *out)
{
	struct buf b;

	if (value.len == 0)
		return;
	buf_init(&b, LINE_BYTES_MAX);
	buf_str(&b, name);
	buf_byte(&b, ':');
	escaped(value, &b);
	folded(buf_view(&b), out);
	buf_fini(&b);
}

static void
list_put(const char *name, const struct slice *v, size_t n, bool apart, struct buf *out)
{
	struct buf b;

	buf_init(&b, LINE_BYTES_MAX);
	for (size_t i = 0; i < n; i++) {
		if (apart) {
			property_put(name, v[i], out);
			continue;
		}
		buf_printf(&b, "%s%s", i == 0 ? name : "", i == 0 ? ":" : ",");
		escaped(v[i], &b);
	}
	if (b.len > 0)
		folded(buf_view(&b), out);
	buf_fini(&b);
}

void
vcard_put(const struct vcard *v, struct buf *out)
{
	buf_str(out, "BEGIN:VCARD\r\nVERSION:4.0\r\n");
	property_put("KIND", v->kind, out);
	property_put("UID", v->uid, out);
	property_put("FN", v->name, out);
	property_put("ORG", v->org, out);
	property_put("ROLE", v->role, out);
	property_put("EMAIL", v->mail, out);
	property_put("TEL", v->phone, out);
	list_put("LANG", v->langs, v->lang_count, true, out);
	list_put("CATEGORIES", v->categories, v->category_count, false, out);
	property_put("URL", v->url, out);
	property_put("KEY", v->key, out);
	if (v->country.len > 0) {
		struct buf b;

		buf_init(&b, LINE_BYTES_MAX);
		buf_str(&b, "ADR:;;;;;;");
		escaped(v->country, &b);
		folded(buf_view(&b), out);
		buf_fini(&b);
	}
	property_put("NOTE", v->note, out);
	buf_str(out, "END:VCARD\r\n");
}
