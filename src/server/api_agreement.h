/*
 * api_agreement.h: what the files about agreements share (api_agreement: how they
 * stand; api_agreement_text: what they say; api_agreement_do: what is done;
 * api_proposal: what waits for a second person; api_party: who our partners are,
 * what went to them and what would).
 */
#ifndef SERVER_API_AGREEMENT_H
#define SERVER_API_AGREEMENT_H

#include "server/api_rooms.h"
#include "server/auth_room.h"
#include "share/agree_two.h"

/* A change with its line in the audit log; what happened is told to who watches. */
bool api_agreement_done(struct api_call *c, struct auth_change *change, bool ok, const char *act,
    struct slice object, struct slice detail, struct err *e) MUST_USE;
/* One that the asker sees; else there is none. It is the cache's, until the next call. */
bool api_agreement_find(struct api_call *c, struct slice id, const struct agreement **out, struct err *e) MUST_USE;
/* One agreement as the answer, on the date that is asked for. */
bool api_agreement_show(struct api_call *c, struct slice id, struct err *e) MUST_USE;
void api_agreement_act(struct json_out *j, const struct agreement_act *x);
/* What came of an act: "kept", "line", and the proposal that it is (0: none). */
void api_agreement_signed(struct json_out *j, bool kept, struct slice line, int64_t proposal);
/* "key" and "fingerprint". */
void api_agreement_key(struct json_out *j, const struct ed25519_key *k, bool known);

extern const struct api_value api_agreement_name, api_agreement_sha, api_agreement_hex_key, api_agreement_value, api_agreement_act_value, api_agreement_signed_value;
/* What an act is, in the order of enum act_kind. */
extern const char *const api_agreement_acts[];

#endif
