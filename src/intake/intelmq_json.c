/*
 * IntelMQ events, one JSON object a line, as its file output writes them; also
 * one array of events, as some exports have it.
 */
#include "base/lang.h"
#include "intake/formats.h"
#include "parse/json.h"

static const struct json_limits RECORD_LIMITS = {
	.bytes = (size_t)1 << 20, .depth = 32, .nodes = 20000,
};

static bool
one(struct intake *in, const struct json *j, const struct place *place,
    struct err *e)
{
	struct err why = ERR_INIT;

	event_clear(&in->ev);
	if (!event_from_json(j, &in->ev, &in->record, &why)) {
		intake_look(in, j->raw);
		return intake_bad(in, place, S(""), &why, e);
	}
	in->ev.place = *place;
	return intake_event(in, &in->ev, e);
}

static bool
read_array(struct intake *in, struct source *src, struct err *e)
{
	const struct json *root;
	struct slice text;

	if (!source_all(src, in->limits.document_bytes, &text, e) ||
	    !json_parse(text, &JSON_LIMITS, &in->document, &root, e))
		return false;
	JSON_EACH(j, root) {
		struct place place = {
			.offset = (uint64_t)(j->raw.p - text.p),
			.length = (uint32_t)(j->raw.len > UINT32_MAX ? UINT32_MAX : j->raw.len),
		};

		if (!one(in, j, &place, e))
			return false;
	}
	return true;
}

static bool
read_lines(struct intake *in, struct source *src, struct err *e)
{
	struct place place = { 0 };
	struct err why = ERR_INIT;
	struct slice line;
	enum step step;

	while ((step = source_line(src, in->limits.record_bytes, &line, &place.offset, &why)) == STEP_ITEM ||
	    step == STEP_BAD) {
		const struct json *j;

		place.line++;
		place.length = (uint32_t)line.len;
		if (step == STEP_ITEM && slice_trim(line).len == 0)
			continue;
		if (step == STEP_BAD ||
		    !json_parse(line, &RECORD_LIMITS, &in->record, &j, &why)) {
			intake_look(in, line);
			if (!intake_bad(in, &place, S(""), &why, e))
				return false;
			continue;
		}
		if (!one(in, j, &place, e))
			return false;
	}
	if (step == STEP_FAIL)
		*e = why;
	return step == STEP_END;
}

static bool
document_read(struct intake *in, struct source *src, struct err *e)
{
	struct slice head = slice_trim(src->window);

	if (head.len > 0 && head.p[0] == '[')
		return read_array(in, src, e);
	return read_lines(in, src, e);
}

static int
recognise(const struct intake_head *head, const struct intake *in)
{
	struct slice s = slice_trim(head->bytes), line;

	(void)in;
	if (s.len == 0 || (s.p[0] != '{' && s.p[0] != '['))
		return 0;
	line = slice_sub(s, 0, 4096);
	if (s.p[0] == '{' && !slice_line(&s, &line))
		return 0;
	if (slice_find(line, S("\"classification.type\"")) != SIZE_MAX ||
	    slice_find(line, S("\"classification.taxonomy\"")) != SIZE_MAX)
		return 90;
	if (slice_find(line, S("\"feed.name\"")) != SIZE_MAX &&
	    slice_find(line, S("\"source.")) != SIZE_MAX)
		return 70;
	return 0;
}

const struct intake_format intake_intelmq_json = {
	.name = S_INIT("intelmq-json"),
	.summary = N_("IntelMQ events (JSON lines)"),
	.recognise = recognise,
	.read = document_read,
};
