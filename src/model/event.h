/*
 * event: one observation in a report, normalised. Values are canonical texts
 * (model/field.h says which), kept as borrowed slices: an event lives as long
 * as the arena or document its reader took the bytes from, usually one record.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "model/field.h"
#include "parse/json.h"

#define EVENT_SCHEMA_VERSION 1
#define EVENT_EXTRAS_MAX 256

/* Where an event stands in its report. */
struct place {
	uint64_t offset; /* in bytes, in the part */
	uint32_t length;
	uint32_t line; /* from 1; 0: not a thing of lines */
	struct slice part; /* "" for the report itself; "2/report.csv" in a mail or ZIP */
};

enum extra_kind { EXTRA_TEXT, EXTRA_NUMBER, EXTRA_BOOL, EXTRA_JSON };

struct extra {
	struct slice key; /* without "extra." */
	struct slice value; /* text; a number or JSON as written; "true"/"false" */
	enum extra_kind kind;
};

struct event {
	struct slice v[FIELD_COUNT]; /* .p == NULL: absent */
	struct extra extras[EVENT_EXTRAS_MAX];
	size_t extra_count;
	struct place place;
};

/* Make it empty. Cheap: extras are forgotten, not wiped. */
void event_clear(struct event *ev);

static inline bool
event_has(const struct event *ev, enum field f)
{
	return ev->v[f].p != NULL;
}

/*
 * Clean value for the field and put it in; an empty value is "absent" and
 * fine. ERR_INPUT names the field and quotes the value; ev is then unchanged.
 */
bool event_set(struct event *ev, enum field f, struct slice value,
    struct arena *a, struct err *e) MUST_USE;

/* Put in what is canonical already (a constant, a value just printed). */
static inline void
event_put(struct event *ev, enum field f, struct slice canonical)
{
	ev->v[f] = canonical;
}

/* The last of two equal keys wins. ERR_LIMIT over EVENT_EXTRAS_MAX. */
bool event_extra(struct event *ev, struct slice key, struct slice value,
    enum extra_kind kind, struct err *e) MUST_USE;

/*
 * By name: a field's, or "extra.KEY" (kind by what value looks like only if
 * json says so). An unknown name without "extra." is ERR_INPUT.
 */
bool event_set_named(struct event *ev, struct slice name, struct slice value,
    enum extra_kind kind, struct arena *a, struct err *e) MUST_USE;
const struct extra *event_extra_find(const struct event *ev, struct slice key);

/*
 * What makes an event whole before it leaves its reader: classification.taxonomy
 * from classification.type, source.fqdn and source.ip from source.url's host
 * (also destination), time.source absent stays absent. ERR_INPUT when it has no
 * classification.type or nothing that says where (ip, network, fqdn, url, asn,
 * account, hash, or reverse_dns).
 */
bool event_finish(struct event *ev, struct arena *a, struct err *e) MUST_USE;

/*
 * IntelMQ JSON: one flat object, fields by name in order, "extra.KEY" beside
 * them. Reading takes nested objects too ({"source": {"ip": ...}}, "extra":
 * {...}), and flattens them.
 */
void event_to_json(const struct event *ev, struct buf *out);
bool event_from_json(const struct json *j, struct event *ev, struct arena *a,
    struct err *e) MUST_USE;

/*
 * The compact form in which a reader's process hands events over. Decoding
 * checks every length and every field number; slices point into wire.
 * Only fields in wanted are encoded (NULL: all, and extras).
 */
struct field_set {
	uint64_t bits[2];
	bool extras;
};

static inline bool
field_set_has(const struct field_set *s, enum field f)
{
	return s == NULL || (s->bits[f >> 6] >> (f & 63) & 1) != 0;
}

static inline void
field_set_add(struct field_set *s, enum field f)
{
	s->bits[f >> 6] |= (uint64_t)1 << (f & 63);
}

_Static_assert(FIELD_COUNT <= 128, "a field_set holds 128 fields");

void event_encode(const struct event *ev, const struct field_set *wanted,
    struct buf *out);
bool event_decode(struct cursor *wire, struct event *ev, struct err *e) MUST_USE;

#endif
