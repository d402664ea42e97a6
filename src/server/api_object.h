/*
 * api_object.h: what api_object (collections and what lies in them) and
 * api_indicator (what is watched for) share.
 */
#ifndef SERVER_API_OBJECT_H
#define SERVER_API_OBJECT_H

#include "server/api_route.h"
#include "share/stix_in.h"
#include "store/agreements.h"
#include "store/object_browse.h"

/*
 * Who sees objects here: the node's own people. A partner has TAXII, where each
 * object passes its agreements; who answers for one country sees none, as an
 * object says of no country that it is theirs (as api_taxii). False: e says why.
 */
bool api_objects_ours(const struct api_call *c, struct err *e) MUST_USE;
/* "origin": from whom, under which agreement, until when; null: ours, or brought in by hand. */
bool api_origin_put(struct api_call *c, struct json_out *j, struct slice record, struct err *e) MUST_USE;
/* "tlp": the mark, or null where none is known. */
void api_tlp_put(struct json_out *j, const struct json *object);
/* A row of indicators and sightings. */
bool api_indicator_put(struct api_call *c, struct json_out *j, const struct indicator_row *r, struct err *e) MUST_USE;
/* A moment in microseconds as STIX has it: it names a version. */
void api_put_us(struct json_out *j, struct slice key, int64_t us);

extern const struct api_value api_stix_id, api_origin_value, api_indicator_value, api_objects_limit, api_objects_q, api_objects_cursor;

#endif
