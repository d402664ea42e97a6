/*
 * report_note: a store that is lost is made again from the archive, so what was
 * said of a report beside its bytes must lie there too: a Shadowserver report's
 * type stands in its name alone.
 */
#include "parse/json.h"
#include "store/store.h"

static const struct json_limits NOTE_LIMITS = { .bytes = (size_t)64 << 10, .depth = 4, .nodes = 64 };

void
report_note_print(const struct report *r, int64_t order, struct buf *out)
{
	struct json_out o;

	json_out_init(&o, out, false);
	json_out_object(&o);
	json_out_key_int(&o, S("order"), order);
	json_out_key_int(&o, S("received_s"), r->received_s);
	json_out_key_text(&o, S("name"), r->name);
	json_out_key_text(&o, S("feed"), r->feed);
	json_out_key_text(&o, S("format"), r->format);
	json_out_key_text(&o, S("options"), r->options);
	json_out_object_end(&o);
	buf_byte(out, '\n');
}

static struct slice
text_or_empty(const struct json *j, struct slice key)
{
	struct slice s = json_text(json_get(j, key));

	return s.p == NULL ? S("") : s;
}

bool
report_note_read(struct slice note, struct arena *a, struct report *out, int64_t *order_out)
{
	struct err e = ERR_INIT;
	const struct json *j;

	*out = (struct report){ .name = S(""), .feed = S(""), .format = S(""), .options = S("") };
	*order_out = 0;
	if (note.len == 0 || !json_parse(note, &NOTE_LIMITS, a, &j, &e) || !json_is(j, JSON_OBJECT))
		return false;
	(void)json_int(json_get(j, S("order")), order_out);
	(void)json_int(json_get(j, S("received_s")), &out->received_s);
	out->name = text_or_empty(j, S("name"));
	out->feed = text_or_empty(j, S("feed"));
	out->format = text_or_empty(j, S("format"));
	out->options = text_or_empty(j, S("options"));
	return true;
}
