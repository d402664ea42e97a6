#include "model/event.h"

#include "model/taxonomy.h"
#include "parse/domain.h"
#include "parse/ip.h"

void
event_clear(struct event *ev)
{
	memset(ev->v, 0, sizeof(ev->v));
	ev->extra_count = 0;
	ev->place = (struct place){ 0 };
}

bool
event_set(struct event *ev, enum field f, struct slice value, struct arena *a,
    struct err *e)
{
	struct slice clean;

	if (slice_trim(value).len == 0)
		return true;
	if (!field_clean(f, value, a, &clean, e))
		return err_within(e, "%s", (const char *)field_name(f).p);
	ev->v[f] = clean;
	return true;
}

/* Keys of one report look alike ("http_code", "http_date") but at their ends. */
static inline bool
key_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 ||
	    (a.p[a.len - 1] == b.p[a.len - 1] && memcmp(a.p, b.p, a.len) == 0));
}

const struct extra *
event_extra_find(const struct event *ev, struct slice key)
{
	for (size_t i = 0; i < ev->extra_count; i++) {
		if (key_eq(ev->extras[i].key, key))
			return &ev->extras[i];
	}
	return NULL;
}

bool
event_extra(struct event *ev, struct slice key, struct slice value,
    enum extra_kind kind, struct err *e)
{
	/* A row's worth of keys: a scan is quicker than a table. */
	for (size_t i = 0; i < ev->extra_count; i++) {
		if (key_eq(ev->extras[i].key, key)) {
			ev->extras[i] = (struct extra){ key, value, kind };
			return true;
		}
	}
	if (ev->extra_count == EVENT_EXTRAS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d fields under \"extra.\"", EVENT_EXTRAS_MAX);
	ev->extras[ev->extra_count++] = (struct extra){ key, value, kind };
	return true;
}

bool
event_set_named(struct event *ev, struct slice name, struct slice value,
    enum extra_kind kind, struct arena *a, struct err *e)
{
	enum field f = field_find(name);

	if (f != FIELD_NONE)
		return event_set(ev, f, value, a, e);
	if (!slice_starts(name, S("extra.")) || name.len == 6)
		return err_set(e, ERR_INPUT, "there is no field %s; others go under \"extra.\"", QUOTE(name));
	if (value.len == 0 && kind == EXTRA_TEXT)
		return true;
	return event_extra(ev, slice_from(name, 6), value, kind, e);
}

/* The host of a URL says where, when nothing else does. */
static void
host_from_url(struct event *ev, enum field url, enum field fqdn, enum field ip,
    struct arena *a)
{
	struct slice name;
	struct url u;
	struct ip address;

	if (!event_has(ev, url) || !url_split(ev->v[url], &u))
		return;
	if (ip_read(u.host, &address)) {
		if (!event_has(ev, ip)) {
			char text[IP_TEXT_MAX];

			ev->v[ip] = arena_copy(a, slice_of(text, ip_print(address, text)));
		}
	} else if (!event_has(ev, fqdn) && fqdn_read(u.host, a, &name)) {
		ev->v[fqdn] = name;
	}
}

bool
event_finish(struct event *ev, struct arena *a, struct err *e)
{
	static const enum field places[] = { FIELD_SOURCE_IP, FIELD_SOURCE_NETWORK,
		FIELD_SOURCE_FQDN, FIELD_SOURCE_URL, FIELD_SOURCE_ASN,
		FIELD_SOURCE_ACCOUNT, FIELD_SOURCE_REVERSE_DNS, FIELD_MALWARE_HASH_SHA256,
		FIELD_MALWARE_HASH_SHA1, FIELD_MALWARE_HASH_MD5, FIELD_SOURCE_LOCAL_IP,
		FIELD_SOURCE_LOCAL_HOSTNAME, FIELD_DESTINATION_IP, FIELD_DESTINATION_FQDN,
		FIELD_DESTINATION_URL };
	enum class class;

	/* A source that knows the kind of trouble and no more: IntelMQ's experts say so too. */
	if (!event_has(ev, FIELD_CLASSIFICATION_TYPE) && event_has(ev, FIELD_CLASSIFICATION_TAXONOMY))
		ev->v[FIELD_CLASSIFICATION_TYPE] = class_type(CLASS_UNDETERMINED);
	if (!event_has(ev, FIELD_CLASSIFICATION_TYPE))
		return err_set(e, ERR_INPUT, "nothing says what it is: classification.type is missing");
	class = class_find(ev->v[FIELD_CLASSIFICATION_TYPE]);
	if (class == CLASS_NONE)
		return err_set(e, ERR_INPUT, "%s is not a class of RSIT",
		    QUOTE(ev->v[FIELD_CLASSIFICATION_TYPE]));
	if (!event_has(ev, FIELD_CLASSIFICATION_TAXONOMY))
		ev->v[FIELD_CLASSIFICATION_TAXONOMY] = class_taxonomy(class);
	host_from_url(ev, FIELD_SOURCE_URL, FIELD_SOURCE_FQDN, FIELD_SOURCE_IP, a);
	host_from_url(ev, FIELD_DESTINATION_URL, FIELD_DESTINATION_FQDN, FIELD_DESTINATION_IP, a);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (event_has(ev, places[i]))
			return true;
	}
	return err_set(e, ERR_INPUT, "nothing says where it is: no address, network, name, URL, AS, account or hash");
}
