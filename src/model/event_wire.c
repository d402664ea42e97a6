/*
 * An event on its way from a reader to the keeper:
 *
 *	varint offset, length, line; text part
 *	varint count of fields; then each: byte field, text value
 *	varint count of extras; then each: byte kind, text key, text value
 *	text: varint length, bytes
 *
 * Every event of every report passes here, so sizes are summed first and the
 * bytes then written without asking for room at each.
 */
#include "base/cursor.h"
#include "model/event.h"

/* The longest varint of 64 bits; fields and extras have a byte before a text. */
#define VARINT_MAX 10

_Static_assert(FIELD_COUNT < 128, "the count of fields is one byte");

static uint8_t *
varint_put(uint8_t *p, uint64_t v)
{
	while (v >= 0x80) {
		*p++ = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	*p++ = (uint8_t)v;
	return p;
}

static uint8_t *
text_put(uint8_t *p, struct slice s)
{
	p = varint_put(p, s.len);
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return p + s.len;
}

/* An upper bound of what event_encode() will write. */
static size_t
room_of(const struct event *ev, const uint8_t *fields, size_t field_count,
    size_t extra_count)
{
	size_t n = 6 * VARINT_MAX + ev->place.part.len;

	for (size_t i = 0; i < field_count; i++)
		n += 1 + VARINT_MAX + ev->v[fields[i]].len;
	for (size_t i = 0; i < extra_count; i++)
		n += 1 + 2 * VARINT_MAX + ev->extras[i].key.len + ev->extras[i].value.len;
	return n;
}

/* The numbers of the fields to write, in order. */
static size_t
fields_of(const struct event *ev, const struct field_set *wanted,
    uint8_t out[FIELD_COUNT])
{
	size_t n = 0;

	for (unsigned word = 0; word < 2; word++) {
		uint64_t bits = wanted == NULL ? UINT64_MAX : wanted->bits[word];

		for (; bits != 0; bits &= bits - 1) {
			unsigned f = word * 64 + (unsigned)__builtin_ctzll(bits);

			if (f >= FIELD_COUNT)
				break;
			if (event_has(ev, (enum field)f))
				out[n++] = (uint8_t)f;
		}
	}
	return n;
}

void
event_encode(const struct event *ev, const struct field_set *wanted,
    struct buf *out)
{
	size_t field_count, extra_count;
	uint8_t fields[FIELD_COUNT], *p, *begin;

	field_count = fields_of(ev, wanted, fields);
	extra_count = wanted == NULL || wanted->extras ? ev->extra_count : 0;
	begin = p = buf_room(out, room_of(ev, fields, field_count, extra_count));
	if (p == NULL)
		return; /* buf_ok() tells */
	p = varint_put(p, ev->place.offset);
	p = varint_put(p, ev->place.length);
	p = varint_put(p, ev->place.line);
	p = text_put(p, ev->place.part);
	*p++ = (uint8_t)field_count;
	for (size_t i = 0; i < field_count; i++) {
		*p++ = fields[i];
		p = text_put(p, ev->v[fields[i]]);
	}
	p = varint_put(p, extra_count);
	for (size_t i = 0; i < extra_count; i++) {
		*p++ = (uint8_t)ev->extras[i].kind;
		p = text_put(p, ev->extras[i].key);
		p = text_put(p, ev->extras[i].value);
	}
	out->len += (size_t)(p - begin);
}

/* Most texts are shorter than 128 bytes: their length is one byte. */
static inline struct slice
text_take(struct cursor *c)
{
	uint64_t len;

	if (!c->failed && c->rest.len > 0 && c->rest.p[0] < 0x80) {
		len = c->rest.p[0];
		c->rest = slice_of(c->rest.p + 1, c->rest.len - 1);
	} else {
		len = cur_varint(c);
	}
	if (c->failed || len > c->rest.len) {
		c->failed = true;
		return SLICE_NONE;
	}
	return cur_take(c, (size_t)len);
}

static inline uint8_t
byte_take(struct cursor *c)
{
	uint8_t b;

	if (c->failed || c->rest.len == 0) {
		c->failed = true;
		return 0;
	}
	b = c->rest.p[0];
	c->rest = slice_of(c->rest.p + 1, c->rest.len - 1);
	return b;
}

bool
event_decode(struct cursor *wire, struct event *ev, struct err *e)
{
	uint64_t length, line, count;

	event_clear(ev);
	ev->place.offset = cur_varint(wire);
	length = cur_varint(wire);
	line = cur_varint(wire);
	ev->place.part = text_take(wire);
	count = cur_varint(wire);
	if (!cur_ok(wire) || length > UINT32_MAX || line > UINT32_MAX || count > FIELD_COUNT)
		return err_set(e, ERR_INPUT, "a damaged event from a reader");
	ev->place.length = (uint32_t)length;
	ev->place.line = (uint32_t)line;
	for (uint64_t i = 0; i < count; i++) {
		uint8_t f = byte_take(wire);
		struct slice v = text_take(wire);

		if (!cur_ok(wire) || f >= FIELD_COUNT)
			return err_set(e, ERR_INPUT, "a damaged event from a reader");
		ev->v[f] = v;
	}
	count = cur_varint(wire);
	if (count > EVENT_EXTRAS_MAX)
		return err_set(e, ERR_INPUT, "a damaged event from a reader");
	for (uint64_t i = 0; i < count; i++) {
		uint8_t kind = byte_take(wire);
		struct slice key = text_take(wire), value = text_take(wire);

		if (!cur_ok(wire) || kind > EXTRA_JSON)
			return err_set(e, ERR_INPUT, "a damaged event from a reader");
		ev->extras[ev->extra_count++] = (struct extra){ key, value, (enum extra_kind)kind };
	}
	return cur_ok(wire) || err_set(e, ERR_INPUT, "a damaged event from a reader");
}
