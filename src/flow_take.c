/*
 * flow_take: what readers send of a report, into the batch that is open.
 * Observations are held until some are there: attribution and batch look into
 * large tables, and many looks at once wait for memory together.
 */
#include <unistd.h>

#include "attrib/networks.h"
#include "flow_room.h"
#include "model/protect.h"
#include "parse/date.h"

#define PROGRESS_EVERY 8192

/* What a finding is made of; a reader leaves the rest out. */
static const enum field wanted_fields[] = {
	FIELD_CLASSIFICATION_TYPE, FIELD_CLASSIFICATION_IDENTIFIER, FIELD_MALWARE_NAME,
	FIELD_SOURCE_IP, FIELD_SOURCE_NETWORK, FIELD_SOURCE_FQDN, FIELD_SOURCE_URL,
	FIELD_SOURCE_ASN, FIELD_SOURCE_ACCOUNT, FIELD_SOURCE_REVERSE_DNS, FIELD_SOURCE_PORT,
	FIELD_SOURCE_GEOLOCATION_CC, FIELD_SOURCE_LOCAL_IP, FIELD_SOURCE_LOCAL_HOSTNAME,
	FIELD_DESTINATION_IP, FIELD_DESTINATION_FQDN, FIELD_DESTINATION_URL,
	FIELD_MALWARE_HASH_MD5, FIELD_MALWARE_HASH_SHA1, FIELD_MALWARE_HASH_SHA256,
	FIELD_PROTOCOL_TRANSPORT, FIELD_TIME_SOURCE, FIELD_FEED_NAME, FIELD_EVENT_DESCRIPTION_TEXT, FIELD_TLP,
};

static struct field_set
wanted(void)
{
	struct field_set set = { { 0, 0 }, false };

	for (size_t i = 0; i < sizeof(wanted_fields) / sizeof(wanted_fields[0]); i++)
		field_set_add(&set, wanted_fields[i]);
	return set;
}

/* Whose it is, as the report says. */
static void
said_of(const struct event *ev, struct observation *o)
{
	struct slice cc = ev->v[FIELD_SOURCE_GEOLOCATION_CC];
	uint64_t asn;

	if (slice_u64(ev->v[FIELD_SOURCE_ASN], &asn) && asn <= UINT32_MAX)
		o->asn = (uint32_t)asn;
	if (cc.len == 2) {
		o->country[0] = cc.p[0];
		o->country[1] = cc.p[1];
	}
}

/* Our own table first; what the report says where that knows nothing. */
static void
attribute(const struct flow *f, struct observation *v, size_t n)
{
	struct network found[FLOW_HELD];
	struct ip ips[FLOW_HELD] = { { 0, 0 } };

	for (size_t i = 0; i < n; i++)
		ips[i] = v[i].key.ip;
	networks_find_many(f->node.networks, ips, n, found);
	for (size_t i = 0; i < n; i++) {
		if (ips[i].hi == 0 && ips[i].lo == 0)
			continue;
		if (found[i].asn != 0)
			v[i].asn = found[i].asn;
		if (found[i].country[0] != 0)
			memcpy(v[i].country, found[i].country, sizeof(v[i].country));
	}
}

/* What is held goes into the batch. */
static bool
observed_store(struct flow *f, struct err *e)
{
	size_t n = f->observed_count;

	f->observed_count = 0;
	attribute(f, f->observed, n);
	return store_observe_many(f->node.store, f->observed, n, e);
}

/* What the source allows; a word that we do not know allows nothing. */
static enum tlp
tlp_of(struct slice s)
{
	enum tlp tlp = TLP_CLEAR;

	return s.len == 0 || tlp_find(s, &tlp) ? tlp : TLP_RED;
}

/*
 * The readers bring protected events to their form; here nothing is believed
 * of a reader, so it is seen to once more before anything is kept or shown.
 */
const struct event *
flow_guarded(struct flow *f, const struct event *ev)
{
	if (!event_is_protected(ev))
		return ev;
	f->guarded = *ev;
	arena_reset(&f->guard);
	/* Where memory ran out a name is missing, and nothing is there that must not be. */
	(void)event_protect(&f->guarded, &f->guard);
	return &f->guarded;
}

bool
flow_report_closed(struct flow *f, struct err *e)
{
	f->protected = f->protected || report_protect(f->node.store, f->report.id, e);
	return f->protected;
}

static bool
event_take(struct flow *f, const struct event *ev, struct err *e)
{
	struct slice time = ev->v[FIELD_TIME_SOURCE];
	struct observation *o = &f->observed[f->observed_count];
	struct date d;

	*o = (struct observation){ .time_s = f->report.received_s, .offset = ev->place.offset,
		.length = ev->place.length, .part = ev->place.part };
	if (ev == &f->guarded && !flow_report_closed(f, e))
		return false;
	if (!finding_key_of(ev, &o->key, e))
		return false;
	/* Canonical, so the first 19 bytes are the moment in UTC. */
	if (time.len >= 19 && !date_read_fast(slice_sub(time, 0, 19), &o->time_s) &&
	    date_read(time, &d))
		o->time_s = d.s;
	o->feed = event_has(ev, FIELD_FEED_NAME) ? ev->v[FIELD_FEED_NAME] : f->report.feed;
	o->label = event_has(ev, FIELD_MALWARE_NAME) ? ev->v[FIELD_MALWARE_NAME] :
	    ev->v[FIELD_EVENT_DESCRIPTION_TEXT];
	o->tlp = tlp_of(ev->v[FIELD_TLP]);
	said_of(ev, o);
	if (f->indicators != NULL) {
		o->met = f->met[f->observed_count];
		o->met_count = indicators_match(f->indicators, ev, o->time_s, f->met[f->observed_count]);
	}
	/* What was guarded lasts until the next one is. */
	if ((++f->observed_count == FLOW_HELD || ev == &f->guarded) && !observed_store(f, e))
		return false;
	if (f->options.event != NULL && !f->options.event(f->options.cookie, &f->report, ev, e))
		return false;
	f->events++;
	f->dated += time.len > 0;
	if (f->options.progress != NULL && f->events % PROGRESS_EVERY == 0)
		f->options.progress(f->options.cookie, f->report.name, f->events);
	return true;
}

/* Others are answered between two items; a report of theirs may be read then. */
static bool
item_next(struct flow *f, struct err *e)
{
	return ++f->items % PAUSE_EVERY != 0 || (observed_store(f, e) && flow_pause(f, e));
}

static bool
event_in(void *cookie, const struct event *came, struct err *e)
{
	struct flow *f = cookie;

	return item_next(f, e) && event_take(f, flow_guarded(f, came), e);
}

static bool
bad_in(void *cookie, const struct place *place, struct slice column,
    struct slice reason, struct err *e)
{
	struct flow *f = cookie;

	/* Items are counted in their order. */
	return item_next(f, e) && observed_store(f, e) &&
	    store_bad(f->node.store, place->offset, place->length, place->line, place->part, column, reason, e);
}

static bool
settle_in(void *cookie, struct err *e)
{
	return observed_store(cookie, e);
}

static bool
pause_in(void *cookie, struct err *e)
{
	return flow_pause(cookie, e);
}

bool
flow_read_into_batch(struct flow *f, struct flow_read *out, struct err *e)
{
	struct field_set set = { .extras = false };
	struct intake_sink sink = { .cookie = f, .event = event_in, .bad = bad_in, .settle = settle_in,
		.pause = f->options.waiting == NULL ? NULL : pause_in,
		.wanted = f->options.event == NULL ? &set : NULL };
	struct err why = ERR_INIT;
	int fd;
	bool ok;

	*out = (struct flow_read){ 0 };
	/* What came since the last report is watched for in this one. */
	if (!indicators_load(f->node.store, &f->indicators, &f->indicators_at, e))
		return false;
	set = wanted();
	if (f->indicators != NULL)
		indicators_fields(f->indicators, &set);
	f->events = f->dated = 0;
	f->observed_count = 0;
	f->given_up = false;
	f->protected = false;
	if (!archive_fd(f->node.archive, &f->report.sha, &fd, e))
		return false;
	f->report.format = flow_format_asked(&f->node, &f->report, &f->arena);
	ok = flow_reader_run(f->reader, fd, &f->report, &sink, out, &f->arena, e);
	(void)close(fd);
	/* A bad record's text may be the one that names it: the reader alone saw it. */
	if (!out->protected || flow_report_closed(f, &why))
		return ok;
	*e = why;
	return out->aside = false;
}

bool
flow_undated(const struct flow *f, const struct flow_read *read)
{
	const struct intake_format *format = intake_format_find(read->format);

	return format != NULL && format->lists && f->events > 0 && f->dated == 0;
}
