/*
 * indicator: patterns against events. A pattern is planned once, when its
 * object is stored: most are one comparison by equality, and are then a key and
 * a value. An index holds the plans of all indicators and finds those that an
 * event meets by looking up the event's own values; what is more than a value
 * is looked at only when one of its values, an anchor, was met.
 *
 * An event is one observation: each comparison asks whether one of its objects
 * is so. The table of what an event's fields are as objects is indicator_eval.c.
 * Of a pattern over several events the index tells which of its observations an
 * event is; indicator_series.h joins them.
 */
#ifndef MODEL_INDICATOR_H
#define MODEL_INDICATOR_H

#include "base/arena.h"
#include "base/err.h"
#include "model/event.h"
#include "parse/pattern.h"

/* What a value is of. The numbers are stored; add behind the last. */
enum indicator_key {
	INDICATOR_KEY_NONE, /* not one value */
	INDICATOR_KEY_IP, /* an address or a network, canonical */
	INDICATOR_KEY_FQDN,
	INDICATOR_KEY_URL,
	INDICATOR_KEY_MD5, /* hashes in lower case */
	INDICATOR_KEY_SHA1,
	INDICATOR_KEY_SHA256,
	INDICATOR_KEY_MAIL,
	INDICATOR_KEY_ASN,
	INDICATOR_KEY_ACCOUNT,
	INDICATOR_KEY_COUNT
};

const char *indicator_key_name(enum indicator_key k); /* "ip" */

/* The numbers are stored; add behind the last. */
enum indicator_watch {
	INDICATOR_VALUE, /* met by one look-up */
	INDICATOR_PATTERN, /* looked at when an anchor is met, or, without one, at each event that has such objects */
	INDICATOR_NOT_WATCHED, /* it speaks of what events do not say, or is too large (model/indicator_series.h) */
	INDICATOR_SERIES /* it needs several events: its observations are matched alone */
};

struct indicator_plan {
	enum indicator_watch watch;
	enum indicator_key key; /* INDICATOR_VALUE */
	struct slice value;
	const char *why; /* INDICATOR_NOT_WATCHED: a catalogue key */
};

/* Of a pattern that was parsed; texts lie in a. */
void indicator_plan(const struct pattern *p, struct arena *a, struct indicator_plan *out);

/* A value as it is looked up: canonical for its kind. False: it is none of that kind. */
bool indicator_value_clean(enum indicator_key k, struct slice value, struct arena *a, struct slice *out);

struct indicators;

/* What one indicator is to the index. */
struct indicator_entry {
	int64_t id, version; /* version: of a pattern, whatever says which it is */
	int64_t from_s, until_s; /* valid; until 0: open */
	enum indicator_watch watch; /* any but INDICATOR_NOT_WATCHED */
	enum indicator_key key;
	struct slice text; /* the value, or the pattern */
};

struct indicators *indicators_new(void);
void indicators_free(struct indicators **x);
/*
 * Texts are copied. A second entry of an id takes the place of the first. ERR_LIMIT
 * over INDICATORS_MAX; ERR_INPUT: the pattern cannot be read.
 */
#define INDICATORS_MAX 50000000u
bool indicators_add(struct indicators *x, const struct indicator_entry *entry, struct err *e) MUST_USE;
/* Fine where it is not there. */
void indicators_drop(struct indicators *x, int64_t id);
size_t indicators_count(const struct indicators *x);
/* Bytes that it holds. */
size_t indicators_memory(const struct indicators *x);
/* What events have to say for it, beside what findings are made of. */
void indicators_fields(const struct indicators *x, struct field_set *wanted);

/* So many of one event are told; more are not counted for it. */
#define INDICATORS_MATCHES_MAX 64
struct indicator_met {
	int64_t id, version; /* version: the entry's */
	uint16_t leaves; /* of INDICATOR_SERIES: the observations that the event is (struct series_moment); else 0 */
};
/*
 * The indicators that are valid at the moment and that the event meets, each
 * once; of those that need several events, whose part it may be. Returns how many.
 * Not for two threads at once, as it remembers what it compiled.
 */
size_t indicators_match(struct indicators *x, const struct event *ev, int64_t time_s, struct indicator_met met[INDICATORS_MATCHES_MAX]);

#endif
