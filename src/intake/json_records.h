/*
 * json_records: a document of JSON objects, whichever way its sender strings
 * them together: one a line, several over several lines each, or one array.
 */
#ifndef INTAKE_JSON_RECORDS_H
#define INTAKE_JSON_RECORDS_H

#include "intake/intake.h"
#include "parse/json.h"

/*
 * Call record() for each object. Its tree lives until record() returns, so one
 * record may give several events. What is no JSON becomes a bad record.
 */
bool json_records_read(struct intake *in, struct source *src,
    bool (*record)(struct intake *, const struct json *, const struct place *,
    struct err *), struct err *e) MUST_USE;

/*
 * The text that shows what kind of JSON it is: the begin of the first object,
 * or empty where there is none.
 */
struct slice json_records_head(const struct intake_head *head);

/* j as values: an array's items, or j alone. Use with JSON_VALUES. */
const struct json *json_first(const struct json *j);
const struct json *json_after(const struct json *list, const struct json *item);
#define JSON_VALUES(item, list) \
	for (const struct json *item = json_first(list); item != NULL; \
	    item = json_after((list), item))

#endif
