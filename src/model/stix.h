/*
 * stix: one object of STIX 2.1, checked against what the standard says must be
 * (model/stix_table.h). What it says should be is advice and refuses nothing;
 * properties that it does not know are kept, where their names are such as it
 * allows. The bytes stay as they came: nothing here changes an object.
 */
#ifndef MODEL_STIX_H
#define MODEL_STIX_H

#include "base/arena.h"
#include "base/err.h"
#include "model/policy.h"
#include "model/stix_table.h"
#include "parse/json.h"
#include "parse/pattern.h"

/* The longest text of an id: a type of 250 bytes, "--", a UUID. */
#define STIX_ID_MAX 288

/* One object: 8 MiB (an artifact holds a file), 100,000 values, 32 deep. */
extern const struct json_limits STIX_LIMITS;

struct stix_object {
	const struct json *json;
	const struct stix_type *type; /* NULL: not one of the standard's, nor of ours */
	enum stix_class class;
	struct slice type_name, id;
	bool has_created, has_modified;
	int64_t created_us, modified_us; /* microseconds UTC since 1970 */
	bool revoked;
	struct pattern *pattern; /* of an indicator in STIX's own language */
};

/*
 * Read one object and check it. The tree lies in a and points into text.
 * ERR_INPUT names the property ("external_references[0].url: ...") and what to
 * do; ERR_LIMIT the limit. Names that stand twice in an object are refused, as
 * two programs could read different things in it.
 */
bool stix_read(struct slice text, struct arena *a, struct stix_object *out,
    struct err *e) MUST_USE;
/* The same of a tree. */
bool stix_check(const struct json *j, struct arena *a, struct stix_object *out,
    struct err *e) MUST_USE;

/* "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f": its two parts. False: no identifier. */
bool stix_id_split(struct slice id, struct slice *type_out, struct slice *uuid_out);
/* 16 bytes of a UUID in text, letters of either case. */
bool stix_uuid_read(struct slice text, uint8_t out[16]);

/* RFC 3339 in UTC with T and Z; a fraction behind the sixth digit is cut. *digits_out (may be NULL): its length. */
bool stix_time_read(struct slice s, int64_t *us_out, size_t *digits_out);
#define STIX_TIME_TEXT_MAX 40
/* With three digits behind the second, six where it takes them. Returns the length. */
size_t stix_time_print(int64_t us, char out[STIX_TIME_TEXT_MAX]);

/* What the standard's and FIRST's fixed markings say: TLP 1 and TLP 2.0. */
bool stix_tlp_find(struct slice marking_id, enum tlp *out);
/* The marking of TLP 2.0 by its name, and the object itself as it is published. */
struct slice stix_tlp_id(enum tlp t);
void stix_tlp_object(enum tlp t, struct buf *out);
/* What an object's markings allow; the strictest of several; *known_out false: there is one that we do not know. */
enum tlp stix_object_tlp(const struct stix_object *o, enum tlp unmarked, bool *known_out);

/* "indicator--" and a UUID of name in a space of its own: the same thing has the same id. */
void stix_id_make(const char *type, struct slice name, char out[STIX_ID_MAX]);
/*
 * The id that an observable should have: a UUID version 5 over the properties
 * that make it what it is, as canonical JSON (STIX 2.1 section 2.9, RFC 8785).
 * False: it has none of them, or its type has no such id.
 */
bool stix_observable_id(const struct json *j, struct arena *a, char out[STIX_ID_MAX]);

#endif
