/*
 * IDEA0 messages (idea.cesnet.cz), as Warden hands them out. A message tells of
 * one thing with any number of sources and targets. Each address of each source
 * becomes an event; the target stands in it where there is one, and as a list
 * beside it where there are more.
 *
 *	Category         classification.type (all of them: extra.idea_category)
 *	EventTime        time.source (else WinStartTime, CreateTime, DetectTime)
 *	DetectTime       time.observation
 *	Source, Target   source.*, destination.*
 *	Description      event_description.text (else Note)
 *	Confidence       feed.accuracy, in hundredths
 *	Node, Attach, ConnCount ...   extra.*
 *
 * What a target holds is the victim's: a message without any source is set
 * aside rather than told to the victim as a fault of theirs.
 */
#include "base/lang.h"
#include "intake/formats.h"
#include "intake/json_records.h"
#include "model/event_idea.h"
#include "parse/date.h"
#include "parse/ip.h"

#define LISTED_MAX 64 /* values of one list that are kept beside an event */
#define EVENTS_MAX 10000 /* of one message */
/* A longer one is left out: it would stand in each of a message's events. */
#define VALUE_BYTES_MAX 8192

struct end_fields {
	enum field ip, network, fqdn, ptr, port, url, asn;
};

static const struct end_fields SOURCE = { FIELD_SOURCE_IP, FIELD_SOURCE_NETWORK,
	FIELD_SOURCE_FQDN, FIELD_SOURCE_REVERSE_DNS, FIELD_SOURCE_PORT,
	FIELD_SOURCE_URL, FIELD_SOURCE_ASN };
static const struct end_fields TARGET = { FIELD_DESTINATION_IP,
	FIELD_DESTINATION_NETWORK, FIELD_DESTINATION_FQDN,
	FIELD_DESTINATION_REVERSE_DNS, FIELD_DESTINATION_PORT, FIELD_DESTINATION_URL,
	FIELD_DESTINATION_ASN };

static bool
put(struct intake *in, enum field f, struct slice value, const char *key,
    struct err *e)
{
	return intake_put(in, f, slice_sub(value, 0, VALUE_BYTES_MAX), key, e);
}

static bool
extra_json(struct intake *in, const char *key, const struct json *j, struct err *e)
{
	enum extra_kind kind = EXTRA_JSON;
	struct slice value;

	if (j == NULL || j->kind == JSON_NULL || j->raw.len > VALUE_BYTES_MAX)
		return true;
	value = j->raw;
	if (j->kind == JSON_STRING) {
		kind = EXTRA_TEXT;
		value = j->text;
	} else if (j->kind == JSON_NUMBER) {
		kind = EXTRA_NUMBER;
	}
	return event_extra(&in->ev, slice_of_str(key), value, kind, e);
}

/* "tcp", "ssh": the transport and what runs over it, in any order. */
static bool
put_protocols(struct intake *in, const struct json *end, struct err *e)
{
	static const struct slice transports[] = { S_INIT("tcp"), S_INIT("udp"),
		S_INIT("icmp"), S_INIT("ipv6-icmp"), S_INIT("sctp"), S_INIT("dccp") };

	JSON_VALUES (p, json_get(end, S("Proto"))) {
		struct slice name = json_text(p);
		bool transport = false;

		for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
			transport = transport || slice_eq_nocase(name, transports[i]);
		if (slice_eq_nocase(name, S("icmp6")) || slice_eq_nocase(name, S("icmpv6"))) {
			name = S("ipv6-icmp");
			transport = true;
		}
		if (!put(in, transport ? FIELD_PROTOCOL_TRANSPORT : FIELD_PROTOCOL_APPLICATION,
		    name, "protocol", e))
			return false;
	}
	return true;
}

/* Ports: one is the field's, more are a list. IDEA takes ranges as texts too. */
static bool
put_ports(struct intake *in, const struct json *end, const struct end_fields *f,
    bool source, struct err *e)
{
	const struct json *ports = json_get(end, S("Port")), *first = json_first(ports);

	if (first == NULL)
		return true;
	if (json_after(ports, first) != NULL)
		return extra_json(in, source ? "source_ports" : "destination_ports", ports, e);
	return put(in, f->port, json_scalar(first), source ? "source_port" : "destination_port", e);
}

static bool
put_names(struct intake *in, const struct json *end, const struct end_fields *f,
    bool source, struct err *e)
{
	const struct json *hosts = json_get(end, S("Hostname")), *urls = json_get(end, S("URL"));
	const struct json *macs = json_get(end, S("MAC"));

	if (!put(in, f->fqdn, json_text(json_first(hosts)), source ? "source_hostname" : "destination_hostname", e) ||
	    !put(in, f->ptr, json_text(json_first(json_get(end, S("PTR")))), source ? "source_ptr" : "destination_ptr", e) ||
	    !put(in, f->url, json_text(json_first(urls)), source ? "source_url" : "destination_url", e) ||
	    !put(in, f->asn, json_scalar(json_first(json_get(end, S("ASN")))), source ? "source_asn" : "destination_asn", e) ||
	    !put_ports(in, end, f, source, e))
		return false;
	if (json_is(hosts, JSON_ARRAY) && hosts->count > 1 && hosts->count <= LISTED_MAX &&
	    !extra_json(in, source ? "source_hostnames" : "destination_hostnames", hosts, e))
		return false;
	if (json_is(urls, JSON_ARRAY) && urls->count > 1 && urls->count <= LISTED_MAX &&
	    !extra_json(in, source ? "source_urls" : "destination_urls", urls, e))
		return false;
	if (macs != NULL && !extra_json(in, source ? "source_mac" : "destination_mac", macs, e))
		return false;
	return !source || extra_json(in, "source_type", json_get(end, S("Type")), e);
}

/*
 * An address, a network or a range. A range that is one network is that; of
 * any other one its begin and end stay as they are written, under extra.
 */
static bool
put_address(struct intake *in, struct slice text, const struct end_fields *f,
    bool source, struct err *e)
{
	size_t dash = slice_find_byte(text, '-');
	struct ip first, last;
	struct prefix p;
	char out[PREFIX_TEXT_MAX];

	if (dash == SIZE_MAX)
		return put(in, slice_find_byte(text, '/') == SIZE_MAX ? f->ip : f->network, text,
		    source ? "source_address" : "destination_address", e);
	if (ip_read(slice_trim(slice_sub(text, 0, dash)), &first) &&
	    ip_read(slice_trim(slice_from(text, dash + 1)), &last) && ip_cmp(first, last) <= 0) {
		p = prefix_within(first, first, last);
		if (ip_cmp(prefix_last(&p), last) == 0)
			return put(in, f->network, arena_copy(&in->record,
			    slice_of(out, prefix_print(&p, out))), "range", e);
	}
	return event_extra(&in->ev, source ? S("source_range") : S("destination_range"),
	    text, EXTRA_TEXT, e);
}

static const struct json *
address_list(const struct json *end, size_t i)
{
	static const struct slice keys[] = { S_INIT("IP4"), S_INIT("IP6"), S_INIT("IP") };

	return i < sizeof(keys) / sizeof(keys[0]) ? json_get(end, keys[i]) : NULL;
}

static struct slice
first_address(const struct json *end)
{
	for (size_t i = 0; i < 3; i++) {
		struct slice s = json_text(json_first(address_list(end, i)));

		if (s.len > 0)
			return s;
	}
	return SLICE_NONE;
}

static bool
put_time(struct intake *in, const struct json *m, struct err *why)
{
	static const struct slice keys[] = { S_INIT("EventTime"), S_INIT("WinStartTime"),
		S_INIT("DetectTime"), S_INIT("CreateTime") };
	struct slice detected = json_text(json_get(m, S("DetectTime")));

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct slice when = json_text(json_get(m, keys[i]));

		if (when.len == 0)
			continue;
		if (!event_set(&in->ev, FIELD_TIME_SOURCE, when, &in->record, why))
			return err_within(why, "%s", (const char *)keys[i].p);
		break;
	}
	if (!event_set(&in->ev, FIELD_TIME_OBSERVATION, detected, &in->record, why))
		return err_within(why, "DetectTime");
	return true;
}

static bool
put_class(struct intake *in, const struct json *m, struct err *why)
{
	const struct json *list = json_get(m, S("Category"));
	enum class class = CLASS_NONE;
	bool test = false;

	JSON_VALUES (c, list) {
		enum class one = idea_class(json_text(c));

		test = test || one == CLASS_TEST;
		if (one != CLASS_NONE && (class == CLASS_NONE || class == CLASS_OTHER))
			class = one;
	}
	/* A test of the way is nobody's trouble, whatever else it says it is. */
	if (test)
		class = CLASS_TEST;
	if (class == CLASS_NONE)
		return err_set(why, ERR_INPUT, "the category %s is none of IDEA's",
		    QUOTE(json_text(json_first(list))));
	event_put(&in->ev, FIELD_CLASSIFICATION_TYPE, class_type(class));
	return true;
}

/* 0 to 1 as 0 to 100. */
static bool
put_confidence(struct intake *in, const struct json *m, struct err *e)
{
	struct slice s = json_scalar(json_get(m, S("Confidence")));
	uint64_t percent = 0;

	if (s.len == 0)
		return true;
	if (s.p[0] == '1')
		percent = 100;
	else if (slice_starts(s, S("0.")) && s.len > 2)
		percent = (uint64_t)(byte_is_digit(s.p[2]) ? s.p[2] - '0' : 0) * 10 +
		    (uint64_t)(s.len > 3 && byte_is_digit(s.p[3]) ? s.p[3] - '0' : 0);
	else if (!slice_eq(s, S("0")))
		return event_extra(&in->ev, S("confidence"), s, EXTRA_TEXT, e);
	return put(in, FIELD_FEED_ACCURACY, arena_printf(&in->record, "%u.0", (unsigned)percent),
	    "confidence", e);
}

static bool
put_references(struct intake *in, const struct json *m, struct err *e)
{
	JSON_VALUES (r, json_get(m, S("Ref"))) {
		struct slice ref = json_text(r);
		struct err why = ERR_INIT;

		if (slice_starts(ref, S("http://")) || slice_starts(ref, S("https://"))) {
			if (!put(in, FIELD_EVENT_DESCRIPTION_URL, ref, "reference", e))
				return false;
		} else if (slice_starts(ref, S("misp_event:"))) {
			/* No UUID: it stays among the references. */
			if (!event_set(&in->ev, FIELD_MISP_EVENT_UUID,
			    slice_from(ref, sizeof("misp_event:") - 1), &in->record, &why))
				continue;
		}
	}
	return extra_json(in, "references", json_get(m, S("Ref")), e);
}

/*
 * What stands beside: kept as it is written. Of attachments only what they are,
 * not their contents: these hold passwords and people's mail.
 */
static bool
put_beside(struct intake *in, const struct json *m, struct err *e)
{
	static const struct { struct slice key; const char *extra; } kept[] = {
		{ S_INIT("ID"), "idea_id" }, { S_INIT("AltNames"), "alt_names" },
		{ S_INIT("CorrelID"), "correlated" }, { S_INIT("AggrID"), "aggregated" },
		{ S_INIT("PredID"), "predecessors" }, { S_INIT("RelID"), "related" },
		{ S_INIT("ConnCount"), "conn_count" }, { S_INIT("FlowCount"), "flow_count" },
		{ S_INIT("PacketCount"), "packet_count" }, { S_INIT("ByteCount"), "byte_count" },
		{ S_INIT("CeaseTime"), "cease_time" }, { S_INIT("CreateTime"), "create_time" },
		{ S_INIT("WinStartTime"), "window_start" }, { S_INIT("WinEndTime"), "window_end" },
	};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (!extra_json(in, kept[i].extra, json_get(m, kept[i].key), e))
			return false;
	}
	if (json_is(json_get(m, S("Attach")), JSON_ARRAY) &&
	    !event_extra(&in->ev, S("attachments"), arena_printf(&in->record, "%u",
	    (unsigned)json_get(m, S("Attach"))->count), EXTRA_NUMBER, e))
		return false;
	return extra_json(in, "node", json_get(m, S("Node")), e);
}

static bool
put_words(struct intake *in, const struct json *m, struct err *e)
{
	struct slice text = json_text(json_get(m, S("Description")));
	struct slice note = json_text(json_get(m, S("Note")));

	if (text.len == 0) {
		text = note;
		note = SLICE_NONE;
	}
	return put(in, FIELD_EVENT_DESCRIPTION_TEXT, text, "description", e) &&
	    (note.len == 0 || event_extra(&in->ev, S("note"), slice_sub(note, 0, VALUE_BYTES_MAX),
	    EXTRA_TEXT, e));
}

/* All of one event. *why: it is a bad record; *e: reading cannot go on. */
static bool
build(struct intake *in, const struct json *m, const struct json *source,
    struct slice address, struct err *why)
{
	const struct json *targets = json_get(m, S("Target")), *target = json_first(targets);

	if (!put_class(in, m, why) || !put_time(in, m, why))
		return false;
	if (address.len > 0 && !put_address(in, address, &SOURCE, true, why))
		return false;
	if (!put_names(in, source, &SOURCE, true, why) || !put_protocols(in, source, why) ||
	    !put_words(in, m, why) || !put_confidence(in, m, why) ||
	    !put_references(in, m, why) || !put_beside(in, m, why))
		return false;
	if (target != NULL) {
		struct slice where = first_address(target);

		if ((where.len > 0 && !put_address(in, where, &TARGET, false, why)) ||
		    !put_names(in, target, &TARGET, false, why) || !put_protocols(in, target, why))
			return false;
		if (json_after(targets, target) != NULL && targets->count <= LISTED_MAX &&
		    !extra_json(in, "targets", targets, why))
			return false;
	}
	/* All of them, where one class cannot say it. */
	return extra_json(in, "idea_category", json_get(m, S("Category")), why);
}

static bool
give(struct intake *in, const struct json *m, const struct json *source,
    struct slice address, const struct place *place, struct err *e)
{
	struct err why = ERR_INIT;

	event_clear(&in->ev);
	if (!build(in, m, source, address, &why)) {
		intake_look(in, m->raw);
		return intake_bad(in, place, S(""), &why, e);
	}
	in->ev.place = *place;
	return intake_event(in, &in->ev, e);
}

static bool
message(struct intake *in, const struct json *m, const struct place *place,
    struct err *e)
{
	const struct json *sources = json_get(m, S("Source"));
	struct err why = ERR_INIT;
	size_t given = 0;

	JSON_VALUES (s, sources) {
		size_t before = given;

		if (!json_is(s, JSON_OBJECT))
			continue;
		for (size_t i = 0; i < 3; i++) {
			JSON_VALUES (a, address_list(s, i)) {
				if (given++ == EVENTS_MAX) {
					(void)err_set(&why, ERR_LIMIT, "a message with more than %d sources", EVENTS_MAX);
					return intake_bad(in, place, S("Source"), &why, e);
				}
				if (!give(in, m, s, json_text(a), place, e))
					return false;
			}
		}
		/* A source may be a name or a URL alone. */
		if (given == before) {
			given++;
			if (!give(in, m, s, SLICE_NONE, place, e))
				return false;
		}
	}
	if (given > 0)
		return true;
	if (!json_is(m, JSON_OBJECT))
		(void)err_set(&why, ERR_INPUT, "an IDEA message is a JSON object");
	else
		(void)err_set(&why, ERR_INPUT, "an IDEA message without Source: nothing says whose it is");
	return intake_bad(in, place, S("Source"), &why, e);
}

static bool
read(struct intake *in, struct source *src, struct err *e)
{
	return json_records_read(in, src, message, e);
}

static int
recognise(const struct intake_head *head, const struct intake *in)
{
	struct slice s = slice_sub(json_records_head(head), 0, 16384);

	(void)in;
	if (s.len == 0)
		return 0;
	if (slice_find(s, S("\"IDEA0\"")) != SIZE_MAX)
		return 95;
	return slice_find(s, S("\"DetectTime\"")) != SIZE_MAX &&
	    slice_find(s, S("\"Category\"")) != SIZE_MAX ? 80 : 0;
}

const struct intake_format intake_idea0 = {
	.name = S_INIT("idea0"),
	.summary = N_("IDEA0 messages, as from Warden (JSON)"),
	.recognise = recognise,
	.read = read,
};
