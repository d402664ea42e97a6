/*
 * n6 events (n6.cert.pl: REST and STOMP), a JSON object each. An event's
 * "address" is a list; each of it becomes an event of ours, as each may be
 * another network's. One without an address stands for itself.
 *
 *	category         classification.type, classification.identifier
 *	name             malware.name, for the classes whose name is one
 *	address          source.ip, source.asn, source.geolocation.cc
 *	source, id       extra.feed_source, extra.feed_id (n6's own)
 *	confidence       extra.confidence
 *	restriction      tlp, and extra.restriction
 *
 * Client's own fields, "adip" (the target's address with its network hidden)
 * and all else that we have no field for go under extra. by their n6 names.
 */
#include "base/lang.h"
#include "intake/formats.h"
#include "intake/json_records.h"
#include "model/event_n6.h"

/* n6 itself gives the addresses of one name: some tens. */
#define ADDRESSES_MAX 1000

static const struct { struct slice key; enum field field; } fields[] = {
	{ S_INIT("dip"), FIELD_DESTINATION_IP },
	{ S_INIT("dport"), FIELD_DESTINATION_PORT },
	{ S_INIT("fqdn"), FIELD_SOURCE_FQDN },
	{ S_INIT("md5"), FIELD_MALWARE_HASH_MD5 },
	{ S_INIT("proto"), FIELD_PROTOCOL_TRANSPORT },
	{ S_INIT("sha1"), FIELD_MALWARE_HASH_SHA1 },
	{ S_INIT("sha256"), FIELD_MALWARE_HASH_SHA256 },
	{ S_INIT("sport"), FIELD_SOURCE_PORT },
	{ S_INIT("target"), FIELD_EVENT_DESCRIPTION_TARGET },
	{ S_INIT("time"), FIELD_TIME_SOURCE },
	{ S_INIT("url"), FIELD_SOURCE_URL },
	{ S_INIT("ip_network"), FIELD_SOURCE_NETWORK },
	{ S_INIT("misp_event_uuid"), FIELD_MISP_EVENT_UUID },
	{ S_INIT("misp_attr_uuid"), FIELD_MISP_ATTRIBUTE_UUID },
};

/* Dealt with one by one, or of no use behind n6's door. */
static const struct slice passed[] = { S_INIT("address"), S_INIT("category"),
	S_INIT("name"), S_INIT("type"), S_INIT("origin"), S_INIT("client") };

/* ASCII alone: a malware's name is looked up in tables by it. */
static struct slice
plain_name(struct intake *in, struct slice name)
{
	uint8_t *p = arena_bytes(&in->record, name.len);
	size_t n = 0;

	if (p == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] < 0x80)
			p[n++] = name.p[i];
	}
	return slice_of(p, n);
}

static bool
put_name(struct intake *in, struct slice category, struct slice name,
    struct err *why)
{
	struct slice id = n6_identifier(category), plain = plain_name(in, name);

	if (id.len == 0)
		id = plain.len > 0 ? plain : S("malware-generic");
	if (!event_set(&in->ev, FIELD_CLASSIFICATION_IDENTIFIER, id, &in->record, why) ||
	    !event_set(&in->ev, FIELD_MALWARE_NAME, plain, &in->record, why))
		return false;
	/* What is not ASCII is a sentence, or a name that must not lose letters. */
	return plain.len == name.len ||
	    event_set(&in->ev, FIELD_EVENT_DESCRIPTION_TEXT, name, &in->record, why);
}

static bool
put_member(struct intake *in, const struct json *m, struct err *why)
{
	struct slice value = json_scalar(m), key = m->key;

	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		if (slice_eq(key, passed[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (slice_eq(key, fields[i].key))
			return event_set(&in->ev, fields[i].field, value, &in->record, why);
	}
	if (slice_eq(key, S("source")))
		key = S("feed_source");
	else if (slice_eq(key, S("id")))
		key = S("feed_id");
	if (m->kind == JSON_NULL)
		return true;
	if (m->kind == JSON_STRING)
		return event_extra(&in->ev, key, m->text, EXTRA_TEXT, why);
	return event_extra(&in->ev, key, m->raw, m->kind == JSON_NUMBER ? EXTRA_NUMBER :
	    m->kind == JSON_TRUE || m->kind == JSON_FALSE ? EXTRA_BOOL : EXTRA_JSON, why);
}

/*
 * Who may see it, in n6's words: "public", "need-to-know" (those concerned) or
 * "internal" (n6's own people, so that it should not be here at all).
 */
static bool
put_restriction(struct intake *in, struct slice r, struct err *why)
{
	if (slice_eq(r, S("need-to-know")))
		return event_set(&in->ev, FIELD_TLP, S("amber"), &in->record, why);
	if (slice_eq(r, S("internal")))
		return event_set(&in->ev, FIELD_TLP, S("red"), &in->record, why);
	return true;
}

static bool
build(struct intake *in, const struct json *m, const struct json *address,
    struct err *why)
{
	struct slice category = json_text(json_get(m, S("category")));
	enum class class = n6_class(category);

	if (class == CLASS_NONE)
		return err_set(why, ERR_INPUT, "the category %s is none of n6's", QUOTE(category));
	event_put(&in->ev, FIELD_CLASSIFICATION_TYPE, class_type(class));
	if (!put_name(in, category, json_text(json_get(m, S("name"))), why) ||
	    !put_restriction(in, json_text(json_get(m, S("restriction"))), why))
		return false;
	if (!slice_eq(n6_category(class), category) &&
	    !event_extra(&in->ev, S("n6_category"), category, EXTRA_TEXT, why))
		return false;
	JSON_EACH (j, m) {
		if (!put_member(in, j, why))
			return false;
	}
	if (address == NULL)
		return true;
	return event_set(&in->ev, FIELD_SOURCE_IP, json_text(json_get(address, S("ip"))), &in->record, why) &&
	    event_set(&in->ev, FIELD_SOURCE_ASN, json_scalar(json_get(address, S("asn"))), &in->record, why) &&
	    event_set(&in->ev, FIELD_SOURCE_GEOLOCATION_CC, json_text(json_get(address, S("cc"))), &in->record, why) &&
	    event_set(&in->ev, FIELD_SOURCE_REVERSE_DNS, json_text(json_get(address, S("rdns"))), &in->record, why);
}

static bool
give(struct intake *in, const struct json *m, const struct json *address,
    const struct place *place, struct err *e)
{
	struct err why = ERR_INIT;

	event_clear(&in->ev);
	if (!build(in, m, address, &why)) {
		intake_look(in, m->raw);
		return intake_bad(in, place, S(""), &why, e);
	}
	in->ev.place = *place;
	return intake_event(in, &in->ev, e);
}

static bool
event(struct intake *in, const struct json *m, const struct place *place,
    struct err *e)
{
	const struct json *list = json_get(m, S("address"));
	struct err why = ERR_INIT;
	size_t given = 0;

	if (!json_is(m, JSON_OBJECT)) {
		(void)err_set(&why, ERR_INPUT, "an n6 event is a JSON object");
		return intake_bad(in, place, S(""), &why, e);
	}
	JSON_VALUES (a, list) {
		if (!json_is(a, JSON_OBJECT))
			continue;
		if (given++ == ADDRESSES_MAX) {
			(void)err_set(&why, ERR_LIMIT, "an event with more than %d addresses", ADDRESSES_MAX);
			return intake_bad(in, place, S("address"), &why, e);
		}
		if (!give(in, m, a, place, e))
			return false;
	}
	return given > 0 || give(in, m, NULL, place, e);
}

static bool
read(struct intake *in, struct source *src, struct err *e)
{
	return json_records_read(in, src, event, e);
}

/* Its category is one of n6's, and what every n6 event has stands beside it. */
static int
recognise(const struct intake_head *head, const struct intake *in)
{
	static const struct slice keys[] = { S_INIT("\"category\""), S_INIT("\"source\""),
		S_INIT("\"time\""), S_INIT("\"confidence\"") };
	struct slice s = slice_sub(json_records_head(head), 0, 8192);
	size_t found = 0;

	(void)in;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		found += slice_find(s, keys[i]) != SIZE_MAX;
	return found == sizeof(keys) / sizeof(keys[0]) ? 85 : 0;
}

const struct intake_format intake_n6 = {
	.name = S_INIT("n6"),
	.summary = N_("n6 events (JSON, REST and STOMP)"),
	.recognise = recognise,
	.read = read,
};
