#include "parse/xml_tags.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Tags between what libxml2 has read and what it has told of. */
#define TAGS_MAX ((size_t)1 << 20)

void
xml_tags_init(struct xml_tags *t, uint64_t at)
{
	*t = (struct xml_tags){ .at = at };
}

void
xml_tags_fini(struct xml_tags *t)
{
	free(t->v);
	*t = (struct xml_tags){ 0 };
}

static void
put(struct xml_tags *t, uint64_t at)
{
	if (t->next == t->count)
		t->next = t->count = 0;
	if (t->count == t->cap && t->next > 0) {
		memmove(t->v, t->v + t->next, (t->count - t->next) * sizeof(*t->v));
		t->count -= t->next;
		t->next = 0;
	}
	if (t->count == t->cap) {
		if (t->cap >= TAGS_MAX) {
			t->lost = true;
			return;
		}
		t->cap = t->cap == 0 ? 256 : t->cap * 2;
		t->v = xrealloc(t->v, t->cap * sizeof(*t->v));
	}
	t->v[t->count++] = at;
}

/* Behind "<": what kind of tag it is. */
static enum xml_tags_state
opened(struct xml_tags *t, uint8_t b)
{
	t->n = 1;
	t->quote = 0;
	t->closing = b == '/';
	return b == '!' ? TAGS_BANG : b == '?' ? TAGS_PI : TAGS_TAG;
}

/* Behind "<!": a comment has "--", a section "[CDATA["; all else ends with ">". */
static enum xml_tags_state
bang(struct xml_tags *t, uint8_t b)
{
	t->n++;
	if (t->n == 3 && b == '-' && t->last[1] == '-')
		return TAGS_COMMENT;
	if (t->n == 2 && b == '[')
		return TAGS_CDATA;
	return b == '>' ? TAGS_TEXT : TAGS_BANG;
}

static enum xml_tags_state
tag(struct xml_tags *t, uint8_t b)
{
	bool empty = t->last[1] == '/' && !t->closing;

	t->n++;
	if (t->quote != 0) {
		t->quote = b == t->quote ? 0 : t->quote;
		return TAGS_TAG;
	}
	if (b == '"' || b == '\'')
		t->quote = b;
	if (b != '>')
		return TAGS_TAG;
	if (!t->closing)
		put(t, t->begin);
	if (t->closing || empty)
		put(t, t->at + 1);
	return TAGS_TEXT;
}

/* Does what is open end with b? "-->", "]]>", "?>", and not with the bytes that began it. */
static bool
ends(struct xml_tags *t, uint8_t b, uint8_t before, bool twice)
{
	t->n++;
	return b == '>' && t->last[1] == before && (!twice || t->last[0] == before) && t->n > (before == '-' ? 5 : 2);
}

static void
step(struct xml_tags *t, uint8_t b)
{
	switch (t->state) {
	case TAGS_TEXT:
		if (b == '<') {
			t->begin = t->at;
			t->state = TAGS_OPEN;
		}
		break;
	case TAGS_OPEN:
		t->state = opened(t, b);
		break;
	case TAGS_TAG:
		t->state = tag(t, b);
		break;
	case TAGS_BANG:
		t->state = bang(t, b);
		break;
	case TAGS_COMMENT:
		t->state = ends(t, b, '-', true) ? TAGS_TEXT : TAGS_COMMENT;
		break;
	case TAGS_CDATA:
		t->state = ends(t, b, ']', true) ? TAGS_TEXT : TAGS_CDATA;
		break;
	case TAGS_PI:
		t->state = ends(t, b, '?', false) ? TAGS_TEXT : TAGS_PI;
		break;
	}
	t->last[0] = t->last[1];
	t->last[1] = b;
	t->at++;
}

void
xml_tags_take(struct xml_tags *t, struct slice bytes)
{
	/* UTF-16 and its like: a character is more than a byte. */
	if (!t->lost && bytes.len > 0 && memchr(bytes.p, 0, bytes.len) != NULL)
		t->lost = true;
	for (size_t i = 0; i < bytes.len && !t->lost;) {
		/* Text is passed over at once. */
		if (t->state == TAGS_TEXT && bytes.p[i] != '<') {
			size_t n = slice_find_byte(slice_from(bytes, i), '<');

			n = n == SIZE_MAX ? bytes.len - i : n;
			t->at += n;
			i += n;
			continue;
		}
		step(t, bytes.p[i++]);
	}
}

uint64_t
xml_tags_next(struct xml_tags *t)
{
	if (t->next == t->count)
		t->lost = true;
	return t->lost ? UINT64_MAX : t->v[t->next++];
}
