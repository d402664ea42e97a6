#include "parse/json.h"

#include "base/buf.h"
#include "base/lang.h"

const struct json_limits JSON_LIMITS = {
	/* A report that must be held whole; larger ones come as lines. */
	.bytes = (size_t)64 << 20,
	/* No format that we read nests deeper than a dozen. */
	.depth = 64,
	/* About 400 MB of nodes: what a reader's memory limit allows. */
	.nodes = 4000000,
};

struct parser {
	struct slice text;
	size_t at;
	struct arena *a;
	struct err *e;
	const struct json_limits *limits;
	size_t nodes;
};

/* Where at is, for a person: line and column, from 1. */
static bool
wrong(struct parser *p, const char *what)
{
	size_t line = 1, begin = 0;

	for (size_t i = 0; i < p->at && i < p->text.len; i++) {
		if (p->text.p[i] == '\n') {
			line++;
			begin = i + 1;
		}
	}
	return err_set(p->e, ERR_INPUT, "JSON, line %zu, column %zu: %s", line,
	    p->at - begin + 1, T(what));
}

static void
white(struct parser *p)
{
	while (p->at < p->text.len) {
		uint8_t c = p->text.p[p->at];

		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return;
		p->at++;
	}
}

static bool
hex4(struct parser *p, uint32_t *out)
{
	uint32_t v = 0;

	if (p->text.len - p->at < 4)
		return wrong(p, N_("the text ends within \\u"));
	for (int i = 0; i < 4; i++) {
		int h = byte_hex(p->text.p[p->at + (size_t)i]);

		if (h < 0)
			return wrong(p, N_("\\u needs four hexadecimal digits"));
		v = v << 4 | (uint32_t)h;
	}
	p->at += 4;
	*out = v;
	return true;
}

static uint8_t *
put_utf8(uint8_t *o, uint32_t c)
{
	if (c < 0x80) {
		*o++ = (uint8_t)c;
	} else if (c < 0x800) {
		*o++ = (uint8_t)(0xc0 | c >> 6);
		*o++ = (uint8_t)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*o++ = (uint8_t)(0xe0 | c >> 12);
		*o++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		*o++ = (uint8_t)(0x80 | (c & 0x3f));
	} else {
		*o++ = (uint8_t)(0xf0 | c >> 18);
		*o++ = (uint8_t)(0x80 | (c >> 12 & 0x3f));
		*o++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		*o++ = (uint8_t)(0x80 | (c & 0x3f));
	}
	return o;
}

/* Behind the backslash: one escape to *o. */
static bool
escape(struct parser *p, uint8_t **o)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	uint32_t c, low;
	size_t mark;

	if (p->at >= p->text.len)
		return wrong(p, N_("the text ends within a string"));
	for (size_t i = 0; from[i] != '\0'; i++) {
		if (p->text.p[p->at] == from[i]) {
			*(*o)++ = (uint8_t)to[i];
			p->at++;
			return true;
		}
	}
	if (p->text.p[p->at] != 'u')
		return wrong(p, N_("there is no such escape"));
	p->at++;
	if (!hex4(p, &c))
		return false;
	if (c >= 0xd800 && c < 0xdc00 && p->text.len - p->at >= 6 &&
	    p->text.p[p->at] == '\\' && p->text.p[p->at + 1] == 'u') {
		mark = p->at;
		p->at += 2;
		if (!hex4(p, &low))
			return false;
		if (low >= 0xdc00 && low < 0xe000)
			c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
		else
			p->at = mark;
	}
	if (c >= 0xd800 && c < 0xe000)
		c = 0xfffd; /* a lone surrogate */
	*o = put_utf8(*o, c);
	return true;
}

#define BYTES(c) ((uint64_t)0x0101010101010101u * (c))

/* How many bytes from t on are ASCII that stands for itself: eight at a time. */
static size_t
plain_run(const uint8_t *t, size_t n)
{
	size_t i = 0;

	for (; n - i >= 8; i += 8) {
		uint64_t x, quote, back;

		memcpy(&x, t + i, 8);
		quote = x ^ BYTES('"');
		back = x ^ BYTES('\\');
		/* A byte's top bit is set where it is zero, under 0x20, or over 0x7f. */
		if ((((quote - BYTES(1)) | (back - BYTES(1)) | (x - BYTES(0x20)) | x) & BYTES(0x80)) != 0)
			break;
	}
	while (i < n && t[i] >= 0x20 && t[i] < 0x80 && t[i] != '"' && t[i] != '\\')
		i++;
	return i;
}

/* At the opening quote. Without an escape the result lies in the text itself. */
static bool
string(struct parser *p, struct slice *out)
{
	size_t begin = ++p->at;
	const uint8_t *t = p->text.p;
	uint8_t *mem, *o;
	size_t end, bad = 0;
	bool ascii = true;

	for (;;) {
		p->at += plain_run(t + p->at, p->text.len - p->at);
		if (p->at >= p->text.len || t[p->at] < 0x80)
			break;
		ascii = false;
		p->at++;
	}
	if (p->at >= p->text.len)
		return wrong(p, N_("the text ends within a string"));
	if (t[p->at] < 0x20)
		return wrong(p, N_("a control character in a string"));
	*out = slice_of(t + begin, p->at - begin);
	if (t[p->at] == '"' && (ascii || slice_utf8_ok(*out))) {
		p->at++;
		return true;
	}
	/* Find the end, to know how much memory it takes: a bad byte becomes three. */
	for (end = begin; end < p->text.len && t[end] != '"'; end++) {
		if (t[end] >= 0x80)
			bad++;
		if (t[end] == '\\')
			end++;
	}
	if (end >= p->text.len)
		return wrong(p, N_("the text ends within a string"));
	mem = arena_bytes(p->a, end - begin + 2 * bad + 1);
	if (mem == NULL)
		return err_set(p->e, ERR_LIMIT, "JSON: more memory than %zu bytes", p->a->max);
	o = mem;
	p->at = begin;
	while (t[p->at] != '"') {
		size_t n;

		if (t[p->at] == '\\') {
			p->at++;
			if (!escape(p, &o))
				return false;
			continue;
		}
		if (t[p->at] < 0x20)
			return wrong(p, N_("a control character in a string"));
		n = slice_utf8_step(slice_of(t + p->at, p->text.len - p->at));
		if (n == 0) {
			o = put_utf8(o, 0xfffd);
			p->at++;
		} else {
			memcpy(o, t + p->at, n);
			o += n;
			p->at += n;
		}
	}
	p->at++;
	*out = slice_of(mem, (size_t)(o - mem));
	return true;
}

static size_t
digit_run(struct parser *p)
{
	size_t begin = p->at;

	while (p->at < p->text.len && byte_is_digit(p->text.p[p->at]))
		p->at++;
	return p->at - begin;
}

/* RFC 8259 section 6, kept as written. */
static bool
number(struct parser *p, struct json *j)
{
	size_t begin = p->at;
	const uint8_t *t = p->text.p;

	if (t[p->at] == '-')
		p->at++;
	if (p->at < p->text.len && t[p->at] == '0')
		p->at++;
	else if (digit_run(p) == 0)
		return wrong(p, N_("expected a value"));
	if (p->at < p->text.len && t[p->at] == '.') {
		p->at++;
		if (digit_run(p) == 0)
			return wrong(p, N_("a number ends in a point"));
	}
	if (p->at < p->text.len && (t[p->at] | 0x20) == 'e') {
		p->at++;
		if (p->at < p->text.len && (t[p->at] == '+' || t[p->at] == '-'))
			p->at++;
		if (digit_run(p) == 0)
			return wrong(p, N_("a number has an empty exponent"));
	}
	j->kind = JSON_NUMBER;
	j->text = slice_of(t + begin, p->at - begin);
	return true;
}

static bool
word(struct parser *p, struct json *j)
{
	static const struct { struct slice text; enum json_kind kind; } words[] = {
		{ S_INIT("true"), JSON_TRUE }, { S_INIT("false"), JSON_FALSE }, { S_INIT("null"), JSON_NULL },
	};

	for (size_t i = 0; i < 3; i++) {
		if (slice_starts(slice_from(p->text, p->at), words[i].text)) {
			j->kind = words[i].kind;
			p->at += words[i].text.len;
			return true;
		}
	}
	return number(p, j);
}

static struct json *
node_new(struct parser *p)
{
	struct json *j;

	if (++p->nodes > p->limits->nodes) {
		(void)err_set(p->e, ERR_LIMIT, "JSON: more than %zu values", p->limits->nodes);
		return NULL;
	}
	j = arena_alloc(p->a, sizeof(*j));
	if (j == NULL)
		(void)err_set(p->e, ERR_LIMIT, "JSON: more memory than %zu bytes", p->a->max);
	return j;
}

struct level {
	struct json *parent, *last;
};

/* Put a finished value behind its siblings. */
static void
join(struct level *l, struct json *j)
{
	if (l->last == NULL)
		l->parent->first = j;
	else
		l->last->next = j;
	l->last = j;
	l->parent->count++;
}

/* At the begin of a member: its key and colon. */
static bool
member_key(struct parser *p, struct slice *key)
{
	white(p);
	if (p->at >= p->text.len || p->text.p[p->at] != '"')
		return wrong(p, N_("expected a name in quotes"));
	if (!string(p, key))
		return false;
	white(p);
	if (p->at >= p->text.len || p->text.p[p->at] != ':')
		return wrong(p, N_("expected a colon behind the name"));
	p->at++;
	return true;
}

/*
 * One loop, an explicit stack: depth is bounded by us, not by the C stack.
 * Each turn reads one value, then closes what ends behind it.
 */
static bool
value(struct parser *p, struct level *stack, const struct json **out)
{
	struct slice key = SLICE_NONE;
	size_t depth = 0;

	for (;;) {
		struct json *j = node_new(p);
		size_t begin;
		uint8_t c;

		if (j == NULL)
			return false;
		white(p);
		if (p->at >= p->text.len)
			return wrong(p, N_("the text ends where a value is expected"));
		begin = p->at;
		c = p->text.p[p->at];
		j->key = key;
		if (c == '{' || c == '[') {
			j->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
			j->raw = slice_of(p->text.p + begin, 0);
			p->at++;
			white(p);
			if (p->at < p->text.len && p->text.p[p->at] != (c == '{' ? '}' : ']')) {
				if (depth == p->limits->depth)
					return err_set(p->e, ERR_LIMIT, "JSON: nested deeper than %zu",
					    p->limits->depth);
				stack[depth++] = (struct level){ j, NULL };
				key = SLICE_NONE;
				if (c == '{' && !member_key(p, &key))
					return false;
				continue;
			}
			if (p->at >= p->text.len)
				return wrong(p, N_("the text ends within an object or array"));
			p->at++;
		} else if (c == '"') {
			j->kind = JSON_STRING;
			if (!string(p, &j->text))
				return false;
		} else if (!word(p, j)) {
			return false;
		}
		j->raw = slice_of(p->text.p + begin, p->at - begin);
		/* Close: j is finished; so may be its parents. */
		for (;;) {
			struct level *l;

			if (depth == 0) {
				*out = j;
				return true;
			}
			l = &stack[depth - 1];
			join(l, j);
			white(p);
			if (p->at >= p->text.len)
				return wrong(p, N_("the text ends within an object or array"));
			c = p->text.p[p->at++];
			if (c == ',') {
				key = SLICE_NONE;
				if (l->parent->kind == JSON_OBJECT && !member_key(p, &key))
					return false;
				break;
			}
			if (c != (l->parent->kind == JSON_OBJECT ? '}' : ']')) {
				p->at--;
				return wrong(p, N_("expected a comma or the end of the object or array"));
			}
			j = l->parent;
			j->raw.len = (size_t)(p->text.p + p->at - j->raw.p);
			depth--;
		}
	}
}

bool
json_parse_prefix(struct slice text, const struct json_limits *limits,
    struct arena *a, const struct json **out, size_t *used_out, struct err *e)
{
	struct parser p = { .text = text, .a = a, .e = e, .limits = limits };
	struct level *stack;

	if (text.len > limits->bytes)
		return err_set(e, ERR_LIMIT, "JSON: larger than %zu bytes", limits->bytes);
	if (slice_starts(text, S("\xef\xbb\xbf")))
		p.at = 3; /* a byte order mark, which RFC 8259 section 8.1 lets us pass over */
	stack = arena_array(a, limits->depth + 1, sizeof(*stack));
	if (stack == NULL)
		return err_set(e, ERR_LIMIT, "JSON: more memory than %zu bytes", a->max);
	if (!value(&p, stack, out))
		return false;
	*used_out = p.at;
	return true;
}

bool
json_parse(struct slice text, const struct json_limits *limits,
    struct arena *a, const struct json **out, struct err *e)
{
	struct parser p = { .text = text, .e = e };

	if (!json_parse_prefix(text, limits, a, out, &p.at, e))
		return false;
	white(&p);
	return p.at == text.len || wrong(&p, N_("something follows the value"));
}

const struct json *
json_get(const struct json *j, struct slice key)
{
	const struct json *found = NULL;

	if (j == NULL || j->kind != JSON_OBJECT)
		return NULL;
	JSON_EACH (m, j) {
		if (slice_eq(m->key, key))
			found = m;
	}
	return found;
}

const struct json *
json_path(const struct json *j, struct slice path)
{
	struct slice name;
	uint64_t n;

	while (j != NULL && slice_cut(&path, '.', &name)) {
		if (j->kind == JSON_ARRAY && slice_u64(name, &n)) {
			const struct json *item = j->first;

			while (item != NULL && n-- > 0)
				item = item->next;
			j = item;
		} else {
			j = json_get(j, name);
		}
	}
	return j;
}

struct slice
json_text(const struct json *j)
{
	return json_is(j, JSON_STRING) ? j->text : SLICE_NONE;
}

struct slice
json_scalar(const struct json *j)
{
	if (j == NULL)
		return SLICE_NONE;
	switch (j->kind) {
	case JSON_STRING:
	case JSON_NUMBER:
		return j->text;
	case JSON_TRUE:
		return S("true");
	case JSON_FALSE:
		return S("false");
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return SLICE_NONE;
}

bool
json_int(const struct json *j, int64_t *out)
{
	return json_is(j, JSON_NUMBER) && slice_i64(j->text, out);
}
