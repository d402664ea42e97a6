#include "base/buf.h"
#include "parse/json.h"

void
json_quote(struct buf *b, struct slice s)
{
	static const char names[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };

	buf_byte(b, '"');
	while (s.len > 0) {
		size_t plain = 0, n;
		uint8_t c;

		while (plain < s.len && s.p[plain] >= 0x20 && s.p[plain] < 0x7f &&
		    s.p[plain] != '"' && s.p[plain] != '\\')
			plain++;
		buf_put(b, slice_of(s.p, plain));
		s = slice_from(s, plain);
		if (s.len == 0)
			break;
		c = s.p[0];
		n = slice_utf8_step(s);
		if (c == '"' || c == '\\') {
			buf_byte(b, '\\');
			buf_byte(b, c);
		} else if (n > 1 && slice_shown(s, &n) == SHOWN_NEVER) {
			/* JSON goes to terminals and pages, too; all of them have four digits. */
			buf_printf(b, "\\u%04x", n == 2 ? (unsigned)s.p[1] : 0x2000U | (unsigned)(s.p[1] & 0x3f) << 6 | (s.p[2] & 0x3f));
		} else if (n > 1) {
			buf_put(b, slice_of(s.p, n));
		} else if (n == 0) {
			buf_str(b, "\xef\xbf\xbd");
			n = 1;
		} else if (c < sizeof(names) && names[c] != 0) {
			buf_byte(b, '\\');
			buf_byte(b, (uint8_t)names[c]);
		} else {
			buf_printf(b, "\\u%04x", c);
		}
		s = slice_from(s, n);
	}
	buf_byte(b, '"');
}

void
json_out_init(struct json_out *o, struct buf *b, bool pretty)
{
	*o = (struct json_out){ .b = b, .pretty = pretty };
}

static void
line(struct json_out *o)
{
	if (!o->pretty)
		return;
	buf_byte(o->b, '\n');
	for (unsigned i = 0; i < o->depth; i++)
		buf_str(o->b, "  ");
}

/* Before each value or key. */
static void
separate(struct json_out *o)
{
	/* Behind a key: its value comes on the same line. */
	if (o->b->len > 0 && o->b->p[o->b->len - 1] == ':' && !o->comma)
		return;
	if (o->comma)
		buf_byte(o->b, ',');
	if (o->depth > 0)
		line(o);
}

static void
open_with(struct json_out *o, uint8_t c)
{
	separate(o);
	buf_byte(o->b, c);
	o->depth++;
	o->comma = false;
}

static void
close_with(struct json_out *o, uint8_t c)
{
	o->depth--;
	if (o->comma)
		line(o);
	buf_byte(o->b, c);
	o->comma = true;
}

void
json_out_object(struct json_out *o)
{
	open_with(o, '{');
}

void
json_out_object_end(struct json_out *o)
{
	close_with(o, '}');
}

void
json_out_array(struct json_out *o)
{
	open_with(o, '[');
}

void
json_out_array_end(struct json_out *o)
{
	close_with(o, ']');
}

void
json_out_key(struct json_out *o, struct slice key)
{
	separate(o);
	json_quote(o->b, key);
	buf_byte(o->b, ':');
	o->comma = false;
}

void
json_out_text(struct json_out *o, struct slice s)
{
	separate(o);
	json_quote(o->b, s);
	o->comma = true;
}

void
json_out_int(struct json_out *o, int64_t v)
{
	separate(o);
	buf_i64(o->b, v);
	o->comma = true;
}

void
json_out_raw(struct json_out *o, struct slice json)
{
	separate(o);
	buf_put(o->b, json);
	o->comma = true;
}

bool
json_number_ok(struct slice s)
{
	size_t i = s.len > 0 && s.p[0] == '-' ? 1 : 0, begin = i;

	while (i < s.len && byte_is_digit(s.p[i]))
		i++;
	if (i == begin || (i - begin > 1 && s.p[begin] == '0'))
		return false;
	if (i < s.len && s.p[i] == '.') {
		for (begin = ++i; i < s.len && byte_is_digit(s.p[i]);)
			i++;
		if (i == begin)
			return false;
	}
	if (i < s.len && (s.p[i] | 0x20) == 'e') {
		i++;
		if (i < s.len && (s.p[i] == '+' || s.p[i] == '-'))
			i++;
		for (begin = i; i < s.len && byte_is_digit(s.p[i]);)
			i++;
		if (i == begin)
			return false;
	}
	return i == s.len;
}

void
json_out_number(struct json_out *o, struct slice s)
{
	if (json_number_ok(s))
		json_out_raw(o, s);
	else
		json_out_text(o, s);
}

void
json_out_bool(struct json_out *o, bool v)
{
	json_out_raw(o, v ? S("true") : S("false"));
}

void
json_out_null(struct json_out *o)
{
	json_out_raw(o, S("null"));
}

void
json_out_key_text(struct json_out *o, struct slice key, struct slice s)
{
	json_out_key(o, key);
	json_out_text(o, s);
}

void
json_out_key_int(struct json_out *o, struct slice key, int64_t v)
{
	json_out_key(o, key);
	json_out_int(o, v);
}
