#include "model/protect.h"

#include "base/buf.h"
#include "base/hash.h"

#define CHILD_ABUSE "child-abuse"
#define FINGERPRINT 32 /* hexadecimal digits: 128 bits of SHA-256 */
#define REFERENCE_MAX 64

/* --- is it one? ----------------------------------------------------------------------- */

/* Written small, without what parts words: "Child_Sexual-Abuse" is childsexualabuse. */
static struct slice
folded(struct slice s, uint8_t out[64])
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < 64; i++) {
		uint8_t c = byte_lower(s.p[i]);

		if (byte_is_alpha(c) || byte_is_digit(c))
			out[n++] = c;
	}
	return slice_of(out, n);
}

/* The names of the trouble as taxonomies and tools have them. */
static bool
names_it(struct slice s)
{
	static const struct slice whole[] = { S_INIT("csam"), S_INIT("csem"), S_INIT("csea"),
		S_INIT("csai"), S_INIT("abusivechild"), S_INIT("pedopornography"), S_INIT("kinderpornographie"),
		S_INIT("pornografiainfantil"), S_INIT("pedopornografia"), S_INIT("pedopornographie") };
	static const struct slice begins[] = { S_INIT("childabuse"), S_INIT("childsex"),
		S_INIT("childporn"), S_INIT("childexploit"), S_INIT("sexualabuseofchild"),
		S_INIT("sexualexploitationofchild") };
	uint8_t small[64];
	struct slice f;

	/* Nearly every name ends here: the letters that these begin with. */
	if (s.len < 4 || (byte_lower(s.p[0]) != 'c' && byte_lower(s.p[0]) != 'a' && byte_lower(s.p[0]) != 'p' &&
	    byte_lower(s.p[0]) != 'k' && byte_lower(s.p[0]) != 's'))
		return false;
	f = folded(s, small);
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		if (slice_eq(f, whole[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (slice_starts(f, begins[i]))
			return true;
	}
	return false;
}

/* "other, hosts CSAM": a name of it anywhere in a sentence. */
static bool
tells_of_it(struct slice s)
{
	for (size_t i = 0; i + 4 <= s.len; i++) {
		uint8_t c = byte_lower(s.p[i]);

		if (c != 'c' || (i > 0 && (byte_is_alpha(s.p[i - 1]) || byte_is_digit(s.p[i - 1]))))
			continue;
		if ((slice_starts_nocase(slice_from(s, i), S("csam")) || slice_starts_nocase(slice_from(s, i), S("csem"))) &&
		    (i + 4 == s.len || !byte_is_alpha(s.p[i + 4])))
			return true;
		if (slice_starts_nocase(slice_from(s, i), S("child")) && names_it(slice_sub(s, i, 48)))
			return true;
	}
	return false;
}

bool
event_is_protected(const struct event *ev)
{
	return slice_eq(ev->v[FIELD_CLASSIFICATION_TYPE], class_type(CLASS_VIOLENCE)) ||
	    names_it(ev->v[FIELD_CLASSIFICATION_IDENTIFIER]) ||
	    names_it(ev->v[FIELD_MALWARE_NAME]) ||
	    tells_of_it(ev->v[FIELD_EVENT_DESCRIPTION_TEXT]);
}

bool
text_is_protected(struct slice record)
{
	for (size_t i = 0; i + 8 <= record.len; i++) {
		/* As a value: "violence", not a word in a sentence. */
		if (byte_lower(record.p[i]) == 'v' && slice_starts_nocase(slice_from(record, i), S("violence")) &&
		    (i == 0 || memchr("\"',;\t", record.p[i - 1], 5) != NULL))
			return true;
	}
	return tells_of_it(record);
}

/* --- what stays ------------------------------------------------------------------------ */

static bool
digits_hex(struct slice s, size_t count)
{
	if (s.len != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!byte_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	}
	return true;
}

bool
protected_name(struct slice s)
{
	if (slice_eq(s, S(CHILD_ABUSE)))
		return true;
	if (slice_starts(s, S(CHILD_ABUSE "-")))
		return digits_hex(slice_from(s, sizeof(CHILD_ABUSE)), FINGERPRINT);
	return slice_starts(s, S("page-")) && digits_hex(slice_from(s, 5), FINGERPRINT);
}

/* What leads there, the most exact first: its fingerprint stands for it. */
static struct slice
leads_there(const struct event *ev)
{
	static const enum field order[] = { FIELD_SOURCE_URL, FIELD_SOURCE_URLPATH,
		FIELD_SOURCE_ACCOUNT, FIELD_MALWARE_HASH_SHA256, FIELD_MALWARE_HASH_SHA1,
		FIELD_MALWARE_HASH_MD5, FIELD_DESTINATION_URL, FIELD_DESTINATION_FQDN,
		FIELD_DESTINATION_IP, FIELD_SOURCE_LOCAL_HOSTNAME, FIELD_SOURCE_LOCAL_IP };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (event_has(ev, order[i]))
			return ev->v[order[i]];
	}
	return SLICE_NONE;
}

static struct slice
name_of(const struct event *ev, struct arena *a)
{
	struct slice said = ev->v[FIELD_CLASSIFICATION_IDENTIFIER], page = leads_there(ev);
	bool child = names_it(said) || names_it(ev->v[FIELD_MALWARE_NAME]) ||
	    tells_of_it(ev->v[FIELD_EVENT_DESCRIPTION_TEXT]);
	char hex[SHA256_HEX + 1];
	struct sha256 sum;

	if (protected_name(said) && page.len == 0)
		return said;
	if (page.len == 0)
		return child ? S(CHILD_ABUSE) : SLICE_NONE;
	sum = sha256_of(page);
	sha256_hex(&sum, hex);
	return arena_printf(a, "%s-%.*s", child ? CHILD_ABUSE : "page", FINGERPRINT, hex);
}

/* A name or number that cannot be an address of anything. */
static bool
reference_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) && memchr("-_.: ", s.p[i], 5) == NULL)
			return false;
	}
	return s.len > 0 && s.len <= REFERENCE_MAX;
}

static void
extras_keep(struct event *ev)
{
	/* Numbers of the reporter and of the authority, and who reported. */
	static const struct slice keep[] = { S_INIT("report_id"), S_INIT("reference"), S_INIT("reporter_domain") };
	size_t n = 0;

	for (size_t i = 0; i < ev->extra_count; i++) {
		for (size_t k = 0; k < sizeof(keep) / sizeof(keep[0]); k++) {
			if (slice_eq(ev->extras[i].key, keep[k]) && ev->extras[i].kind == EXTRA_TEXT &&
			    reference_ok(ev->extras[i].value)) {
				ev->extras[n++] = ev->extras[i];
				break;
			}
		}
	}
	ev->extra_count = n;
}

/* A part is named by who sent it: "evidence.zip/NAME.csv". Numbers may stay. */
static struct slice
part_of(struct slice part, struct arena *a)
{
	bool plain = true;

	for (size_t i = 0; i < part.len; i++)
		plain = plain && (byte_is_digit(part.p[i]) || part.p[i] == '/');
	if (plain || (slice_starts(part, S("part-")) && digits_hex(slice_from(part, 5), 16)))
		return part;
	return arena_printf(a, "part-%016llx", (unsigned long long)hash64(part, 0));
}

bool
event_protect(struct event *ev, struct arena *a)
{
	static const enum field stays[] = { FIELD_FEED_ACCURACY, FIELD_PROTOCOL_TRANSPORT,
		FIELD_RTIR_ID, FIELD_SOURCE_ASN, FIELD_SOURCE_FQDN, FIELD_SOURCE_GEOLOCATION_CC,
		FIELD_SOURCE_IP, FIELD_SOURCE_NETWORK, FIELD_SOURCE_PORT, FIELD_SOURCE_REGISTRY,
		FIELD_SOURCE_REVERSE_DNS, FIELD_TIME_OBSERVATION, FIELD_TIME_SOURCE, FIELD_TLP };
	struct slice kept[FIELD_COUNT] = { { NULL, 0 } }, feed = ev->v[FIELD_FEED_NAME];
	struct slice name = name_of(ev, a), part = part_of(ev->place.part, a);

	for (size_t i = 0; i < sizeof(stays) / sizeof(stays[0]); i++)
		kept[stays[i]] = ev->v[stays[i]];
	kept[FIELD_CLASSIFICATION_TYPE] = class_type(CLASS_VIOLENCE);
	kept[FIELD_CLASSIFICATION_TAXONOMY] = class_taxonomy(CLASS_VIOLENCE);
	kept[FIELD_CLASSIFICATION_IDENTIFIER] = name;
	if (reference_ok(feed))
		kept[FIELD_FEED_NAME] = feed;
	memcpy(ev->v, kept, sizeof(kept));
	extras_keep(ev);
	ev->place.part = part;
	return (name.p != NULL || !a->failed) && (part.p != NULL || !a->failed);
}
