/*
 * An event on its way from a reader to the keeper:
 *
 *	varint offset, length, line; text part
 *	varint count of fields; then each: byte field, text value
 *	varint count of extras; then each: byte kind, text key, text value
 *	text: varint length, bytes
 */
#include "base/cursor.h"
#include "model/event.h"

static void
text_put(struct buf *out, struct slice s)
{
	buf_varint(out, s.len);
	buf_put(out, s);
}

void
event_encode(const struct event *ev, const struct field_set *wanted,
    struct buf *out)
{
	unsigned count = 0;
	bool extras = wanted == NULL || wanted->extras;

	buf_varint(out, ev->place.offset);
	buf_varint(out, ev->place.length);
	buf_varint(out, ev->place.line);
	text_put(out, ev->place.part);
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		count += event_has(ev, (enum field)f) && field_set_has(wanted, (enum field)f);
	buf_varint(out, count);
	for (unsigned f = 0; f < FIELD_COUNT && count > 0; f++) {
		if (!event_has(ev, (enum field)f) || !field_set_has(wanted, (enum field)f))
			continue;
		buf_byte(out, (uint8_t)f);
		text_put(out, ev->v[f]);
		count--;
	}
	buf_varint(out, extras ? ev->extra_count : 0);
	for (size_t i = 0; extras && i < ev->extra_count; i++) {
		buf_byte(out, (uint8_t)ev->extras[i].kind);
		text_put(out, ev->extras[i].key);
		text_put(out, ev->extras[i].value);
	}
}

static struct slice
text_take(struct cursor *c)
{
	uint64_t len = cur_varint(c);

	if (len > c->rest.len) {
		c->failed = true;
		return SLICE_NONE;
	}
	return cur_take(c, (size_t)len);
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
		uint8_t f = cur_u8(wire);
		struct slice v = text_take(wire);

		if (!cur_ok(wire) || f >= FIELD_COUNT)
			return err_set(e, ERR_INPUT, "a damaged event from a reader");
		ev->v[f] = v;
	}
	count = cur_varint(wire);
	if (count > EVENT_EXTRAS_MAX)
		return err_set(e, ERR_INPUT, "a damaged event from a reader");
	for (uint64_t i = 0; i < count; i++) {
		uint8_t kind = cur_u8(wire);
		struct slice key = text_take(wire), value = text_take(wire);

		if (!cur_ok(wire) || kind > EXTRA_JSON)
			return err_set(e, ERR_INPUT, "a damaged event from a reader");
		ev->extras[ev->extra_count++] = (struct extra){ key, value, (enum extra_kind)kind };
	}
	return cur_ok(wire) || err_set(e, ERR_INPUT, "a damaged event from a reader");
}
