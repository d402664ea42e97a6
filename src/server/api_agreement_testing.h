/*
 * api_agreement_testing: for tests: this node is "a", the coordinator of its agreement
 * "x" with "b".
 */
#ifndef SERVER_API_AGREEMENT_TESTING_H
#define SERVER_API_AGREEMENT_TESTING_H

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "model/agreement_testing.h"
#include "server/api_kit.h"
#include "share/agree.h"

#define NONE SLICE_NONE
#define NOW_S 1781784000 /* the kit's: 2026-06-18T12:00:00Z */
#define PAPER "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* This node is "a", the coordinator of its agreement with "b". */
static inline void
self_named(struct kit *k)
{
	struct err e = ERR_INIT;
	struct ed25519 *key;

	CHECK_OK(ed25519_open(node_path(k->api.node, "party.key"), &key, &e), &e);
	CHECK_OK(party_self_put(k->api.node->store, S("a"), ed25519_public(key), &e), &e);
	ed25519_close(&key);
}

static inline void
partner_entered(struct kit *k)
{
	struct agreement_party b = kit_party(S("b"));
	char hex[ED25519_KEY_HEX + 1], body[300];
	struct answer a;

	ed25519_key_print(&b.key, hex);
	(void)snprintf(body, sizeof(body), "{\"name\":\"CERT B\",\"country\":\"FR\",\"key\":\"%s\"}", hex);
	a = kit_call(k, &kit_all, "PUT /api/v1/parties/b", slice_of_str(body));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "key"), slice_of_str(hex));
}

/* {"text": DRAFT, "wordings": {"en": "..."}}: of kit_text_put()'s, with our key as lead and first party. */
static inline struct slice
draft_body(struct kit *k, unsigned notice)
{
	struct kit_text t = { .id = "x", .kind = AGREEMENT_TECHNICAL, .parties = "a b", .notice = notice };
	struct agreement_party fake = kit_party(S("a")), lead = kit_party(S("lead")), us;
	char ours[ED25519_KEY_HEX + 1], theirs[ED25519_KEY_HEX + 1], leads[ED25519_KEY_HEX + 1];
	struct err e = ERR_INIT;
	struct buf b, out;
	struct slice rest;
	bool found;

	CHECK_OK(party_self(k->api.node->store, &k->a, &us, &found, &e) && found, &e);
	ed25519_key_print(&us.key, ours);
	ed25519_key_print(&fake.key, theirs);
	ed25519_key_print(&lead.key, leads);
	buf_init(&b, 1 << 20);
	buf_init(&out, 1 << 20);
	kit_text_put(&t, false, &b);
	buf_str(&out, "{\"text\":");
	rest = buf_view(&b);
	/* Other keys, another lead; without the hashes of wordings, which are put in. */
	while (rest.len > 0) {
		static const char wordings[] = "\"wordings\":{\"en\":\"" PAPER "\"},";

		if (slice_starts(rest, slice_of_str(theirs)) || slice_starts(rest, slice_of_str(leads))) {
			buf_str(&out, ours);
			rest = slice_from(rest, ED25519_KEY_HEX);
		} else if (slice_starts(rest, S("\"id\":\"lead\""))) {
			buf_str(&out, "\"id\":\"a\"");
			rest = slice_from(rest, 11);
		} else if (slice_starts(rest, slice_of_str(wordings))) {
			rest = slice_from(rest, sizeof(wordings) - 1);
		} else {
			buf_byte(&out, rest.p[0]);
			rest = slice_from(rest, 1);
		}
	}
	buf_str(&out, ",\"wordings\":{\"en\":\"The parties agree.\"}}");
	rest = arena_copy(&k->a, buf_view(&out));
	buf_fini(&b);
	buf_fini(&out);
	return rest;
}

/* What b would send us: its signature, as a body. */
static inline struct slice
line_of_b(struct kit *k, const char *key, int64_t date_s)
{
	struct agreement_deed d = { .kind = ACT_SIGNED, .party = S("b"), .paper = sha256_of(S("paper")), .date_s = date_s };
	struct ed25519 *b = kit_key(slice_of_str(key));
	struct err e = ERR_INIT;
	struct agreement *g;
	struct json_out j;
	struct buf out;
	struct slice line = S(""), body;

	CHECK_OK(agreement_load(k->api.node->store, S("x"), NOW_S, &g, &e), &e);
	CHECK_OK(agreement_act_make(g, &d, b, &k->a, &line, &e), &e);
	buf_init(&out, 1 << 20);
	json_out_init(&j, &out, false);
	json_out_object(&j);
	json_out_key_text(&j, S("line"), line);
	json_out_object_end(&j);
	body = arena_copy(&k->a, buf_view(&out));
	buf_fini(&out);
	agreement_free(&g);
	ed25519_close(&b);
	return body;
}

#define ACT(act) S("{\"act\":\"" act "\",\"paper\":\"" PAPER "\"}")

#endif
