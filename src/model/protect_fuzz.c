/*
 * An event that concerns the sexual exploitation of children, whatever its
 * fields hold: nothing of what leads there is left. First byte: its class; then
 * values, with the byte 0 between them, whose first byte chooses the field.
 */
#include <stdlib.h>

#include "model/protect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fields that may hold what leads there; feed.name may stay, as a plain name. */
static const enum field leads[] = { FIELD_SOURCE_URL, FIELD_SOURCE_URLPATH, FIELD_SOURCE_ACCOUNT,
	FIELD_DESTINATION_URL, FIELD_DESTINATION_FQDN, FIELD_DESTINATION_IP, FIELD_SOURCE_LOCAL_HOSTNAME,
	FIELD_SOURCE_LOCAL_IP, FIELD_MALWARE_HASH_SHA256, FIELD_MALWARE_NAME, FIELD_EVENT_DESCRIPTION_TEXT,
	FIELD_CLASSIFICATION_IDENTIFIER, FIELD_FEED_NAME, FIELD_RAW };
#define LEADS (sizeof(leads) / sizeof(leads[0]))

static const struct slice keys[] = { S_INIT("report_id"), S_INIT("reference"), S_INIT("reporter_domain"), S_INIT("note") };

static void
fill(struct event *ev, struct slice rest)
{
	struct slice part;
	struct err e = ERR_INIT;

	while (slice_cut(&rest, 0, &part)) {
		unsigned which = part.len == 0 ? 0 : part.p[0] % (LEADS + 5);
		struct slice value = slice_from(part, 1);

		if (value.len == 0)
			continue;
		if (which < LEADS)
			ev->v[leads[which]] = value;
		else if (which < LEADS + 4)
			(void)!event_extra(ev, keys[which - LEADS], value, EXTRA_TEXT, &e);
		else
			ev->place.part = value;
	}
}

/* Has it a byte that no name, number or reference has? Then it may stand nowhere. */
static bool
telling(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) && memchr("-_.: /", s.p[i], 6) == NULL)
			return true;
	}
	return false;
}

static bool
holds(const struct event *ev, struct slice value)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (slice_find(ev->v[i], value) != SIZE_MAX)
			return true;
	}
	for (size_t i = 0; i < ev->extra_count; i++) {
		if (slice_find(ev->extras[i].value, value) != SIZE_MAX)
			return true;
	}
	return slice_find(ev->place.part, value) != SIZE_MAX;
}

static void
gone(const struct event *ev, struct slice rest)
{
	struct slice part;

	while (slice_cut(&rest, 0, &part)) {
		if (telling(slice_from(part, 1)) && holds(ev, slice_from(part, 1)))
			abort();
	}
}

static void
event_of(struct slice s, struct arena *a)
{
	static struct event ev;
	struct buf once, again;
	struct slice name;

	event_clear(&ev);
	event_put(&ev, FIELD_CLASSIFICATION_TYPE, class_type(s.p[0] % 2 == 0 ? CLASS_OTHER : CLASS_VIOLENCE));
	event_put(&ev, FIELD_SOURCE_IP, S("192.0.2.1"));
	fill(&ev, slice_from(s, 1));
	if (!event_is_protected(&ev))
		return;
	if (!event_protect(&ev, a) || !event_is_protected(&ev))
		abort();
	name = ev.v[FIELD_CLASSIFICATION_IDENTIFIER];
	if ((name.p != NULL && !protected_name(name)) || ev.extra_count > 3 || !event_has(&ev, FIELD_SOURCE_IP))
		abort();
	for (size_t i = 0; i < LEADS; i++) {
		if (leads[i] != FIELD_CLASSIFICATION_IDENTIFIER && leads[i] != FIELD_FEED_NAME && event_has(&ev, leads[i]))
			abort();
	}
	gone(&ev, slice_from(s, 1));
	buf_init(&once, 1 << 24);
	buf_init(&again, 1 << 24);
	event_encode(&ev, NULL, &once);
	if (!event_protect(&ev, a))
		abort();
	event_encode(&ev, NULL, &again);
	if (!slice_eq(buf_view(&once), buf_view(&again)))
		abort();
	buf_fini(&once);
	buf_fini(&again);
}

/* A record that tells of it does so in capitals, too, and as one cell of a row. */
static void
record(struct slice s, struct arena *a)
{
	uint8_t *p = arena_bytes(a, s.len + 2);

	p[0] = p[s.len + 1] = ',';
	for (size_t i = 0; i < s.len; i++)
		p[i + 1] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (uint8_t)(s.p[i] - 32) : s.p[i];
	if (text_is_protected(s) && !text_is_protected(slice_of(p, s.len + 2)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size > 65536 ? 65536 : size);
	struct arena a;

	if (size == 0)
		return 0;
	arena_init(&a, 1 << 20);
	event_of(s, &a);
	record(s, &a);
	arena_fini(&a);
	return 0;
}
