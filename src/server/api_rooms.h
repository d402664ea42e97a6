/*
 * api_rooms: the rooms of the API, a file each. For api_routes.c.
 */
#ifndef SERVER_API_ROOMS_H
#define SERVER_API_ROOMS_H

#include "attrib/contacts.h"
#include "flow.h"
#include "server/api_route.h"

extern const struct api_room api_agreement_room, api_agreement_do_room, api_agreement_text_room, api_contact_room, api_export_room, api_finding_room, api_indicator_room, api_lookup_room,
    api_meta_room, api_notice_room, api_object_room, api_party_room, api_proposal_room, api_public_room,
    api_report_room, api_setting_room, api_stats_room, api_sync_room, api_taxii_room;

/* Take the body of a request in as a report. */
bool api_report_take(struct api_call *c, const struct receipt *r, struct flow_taken *taken, struct err *e) MUST_USE;
extern const struct api_value api_taken; /* the answer to it */
/* Who answers for something, in a line; as: "contact" or "focal-point". x may be NULL. */
extern const struct api_value api_contact_short;
struct contact;
/* May the asker see a contact of this scope and value? */
bool api_contact_visible(const struct api_call *c, enum contact_scope scope, struct slice value);
void api_contact_short_put(struct json_out *j, const struct contact *x, const char *as);
extern const struct api_room api_session_room; /* signing in and out, who one is */
extern const struct api_room api_me_room; /* one's own account and tokens */
extern const struct api_room api_accounts_room; /* everybody's accounts, partners, the audit log */

#endif
