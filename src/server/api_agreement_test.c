/*
 * Agreements by the API alone: partners, a draft with its wording, acts of ours
 * and of others, registers, what a partner would get, and what went.
 */
#include "server/api_agreement_testing.h"
#include "store/token.h"

TEST(from_draft_to_flow)
{
	struct err e = ERR_INIT;
	struct answer a;
	struct kit k;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	a = kit_call(&k, &kit_all, "GET /api/v1/parties", NONE);
	CHECK_STATUS(a, 200);
	CHECK(json_is(json_get(a.json, S("self")), JSON_NULL));
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("opened"));
	CHECK_STATUS(a, 409); /* without a name nothing is signed */
	self_named(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "GET /api/v1/parties", NONE);
	CHECK_SLICE(kit_text(&a, "self.id"), S("a"));
	CHECK_SLICE(kit_text(&a, "items.0.name"), S("CERT B"));
	a = kit_call(&k, &kit_all, "GET /api/v1/transfers/ask?partner=b", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "items.0.rule"), S("no-agreement"));
	CHECK_SLICE(kit_text(&a, "items.0.findings"), S("3"));

	a = kit_call(&k, &kit_all, "POST /api/v1/agreements", draft_body(&k, 0));
	CHECK_STATUS(a, 201);
	CHECK_SLICE(kit_text(&a, "state"), S("draft"));
	CHECK_SLICE(kit_text(&a, "wordings.0"), S("en"));
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("signed"));
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("opened"));
	CHECK_STATUS(a, 201);
	CHECK_SLICE(kit_text(&a, "kept"), S("true"));
	a = kit_call(&k, &kit_all, "DELETE /api/v1/agreements/x", NONE);
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("signed"));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x", NONE);
	CHECK_SLICE(kit_text(&a, "ours"), S("signed"));
	CHECK_SLICE(kit_text(&a, "parties.1.state"), S("invited"));

	/* b's signature: a false one, one dated ahead, the right one, and that again. */
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/receipts", line_of_b(&k, "c", NOW_S));
	CHECK_STATUS(a, 403);
	CHECK_SLICE(kit_text(&a, "field"), S("line"));
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/receipts", line_of_b(&k, "b", NOW_S + 86400));
	CHECK_STATUS(a, 400);
	{
		struct slice line = line_of_b(&k, "b", NOW_S);

		a = kit_call(&k, &kit_all, "POST /api/v1/agreements/receipts", line);
		CHECK_STATUS(a, 201);
		CHECK_SLICE(kit_text(&a, "kept"), S("true"));
		a = kit_call(&k, &kit_all, "POST /api/v1/agreements/receipts", line);
		CHECK_STATUS(a, 400);
	}
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.state"), S("in-force"));
	CHECK_SLICE(kit_text(&a, "refused"), S("0"));
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements?date=2026-06-18T11:00:00Z", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.state"), S("draft"));
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/acts", NONE);
	CHECK_SLICE(kit_text(&a, "items.2.party"), S("b"));

	/* What b would get. */
	a = kit_call(&k, &kit_all, "GET /api/v1/transfers/ask?partner=b&purpose=notify", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.rule"), S("agreement"));
	CHECK_SLICE(kit_text(&a, "items.0.agreement"), S("x"));
	CHECK_SLICE(kit_text(&a, "items.0.clause"), S("1"));
	CHECK_SLICE(kit_text(&a, "all"), S("true"));
	a = kit_call(&k, &kit_all, "GET /api/v1/transfers/ask?partner=b&purpose=statistics", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.rule"), S("purpose"));
	a = kit_call(&k, &kit_all, "GET /api/v1/transfers/ask?partner=b&limit=1", NONE);
	CHECK_SLICE(kit_text(&a, "findings"), S("1"));
	CHECK_SLICE(kit_text(&a, "all"), S("false"));
	a = kit_call(&k, &kit_all, "GET /api/v1/transfers/ask?partner=nobody", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "GET /api/v1/transfers", NONE);
	CHECK_STATUS(a, 200);
	CHECK_INT(json_get(a.json, S("items"))->count, 0);
	CHECK_OK(db_exec(store_db(k.api.node->store), "INSERT INTO transfer (id, at_s, recipient, purpose, rule, allowed, reason, record)"
	    " VALUES (1, 1781784000, 'b', 'protect', 'tlp', 0, '', 'tool--1'), (2, 1781784000, 'b', 'protect', 'agreement', 1, '', 'tool--2')", &e), &e);
	a = kit_call(&k, &kit_all, "GET /api/v1/transfers?allowed=false&partner=b", NONE);
	CHECK_INT(json_get(a.json, S("items"))->count, 1);
	CHECK_SLICE(kit_text(&a, "items.0.rule"), S("tlp"));
	a = kit_call(&k, &kit_all, "GET /api/v1/transfers?allowed=true", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.record"), S("tool--2"));
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", S("{\"act\":\"invited\",\"party\":\"b\",\"role\":\"expert\",\"paper\":\"" PAPER "\"}"));
	CHECK_STATUS(a, 409); /* it is in already */
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", S("{\"act\":\"invited\",\"party\":\"b\",\"role\":\"king\",\"paper\":\"" PAPER "\"}"));
	CHECK_STATUS(a, 400);

	/* A reservation, and its end. */
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", S("{\"act\":\"reserved\",\"clause\":1,\"paper\":\"" PAPER "\"}"));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &kit_all, "GET /api/v1/transfers/ask?partner=b&purpose=notify", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.rule"), S("reservation"));
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x", NONE);
	CHECK_SLICE(kit_text(&a, "parties.0.reserved.0"), S("1"));
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", S("{\"act\":\"reserved\",\"clause\":9,\"paper\":\"" PAPER "\"}"));
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", S("{\"act\":\"reserved\",\"clause\":1,\"paper\":\"none\"}"));
	CHECK_STATUS(a, 400);
	kit_close(&k);
}

TEST(registers)
{
	struct answer a, b;
	struct json_out j;
	struct buf body;
	struct kit k;

	kit_open(&k);
	self_named(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements", draft_body(&k, 0));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/register", NONE);
	CHECK_STATUS(a, 409); /* a draft */
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("opened"));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/register", NONE);
	CHECK_STATUS(a, 200);
	CHECK(slice_find(a.body, S("\"wording\":")) != SIZE_MAX);
	buf_init(&body, 1 << 20);
	json_out_init(&j, &body, false);
	json_out_object(&j);
	json_out_key_text(&j, S("register"), a.body);
	json_out_object_end(&j);
	b = kit_call(&k, &kit_all, "POST /api/v1/agreements/registers", buf_view(&body));
	CHECK_STATUS(b, 200);
	CHECK_SLICE(kit_text(&b, "acts"), S("1"));
	CHECK_SLICE(kit_text(&b, "new"), S("0"));
	b = kit_call(&k, &kit_all, "POST /api/v1/agreements/registers", S("{\"register\":\"{}\\n\"}"));
	CHECK_STATUS(b, 400);
	CHECK_SLICE(kit_text(&b, "field"), S("register"));
	buf_fini(&body);
	kit_close(&k);
}

/* What it says: titles, a wording in the language that is asked for or one that there is, the text itself. */
TEST(what_it_says)
{
	struct answer a, b;
	struct kit k;

	kit_open(&k);
	self_named(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements", draft_body(&k, 0));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/text", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "wording"), S("The parties agree."));
	CHECK_SLICE(kit_text(&a, "lang"), S("en"));
	CHECK_SLICE(kit_text(&a, "wordings.0.authentic"), S("true"));
	CHECK_SLICE(kit_text(&a, "waits"), S("false"));
	CHECK(slice_find(kit_text(&a, "json"), S("\"form\":\"entente agreement 1\"")) != SIZE_MAX);
	b = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/text?lang=ar", NONE);
	CHECK_SLICE(kit_text(&b, "lang"), S("en")); /* there is no other */
	b = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/text?version=2", NONE);
	CHECK_STATUS(b, 404);
	CHECK_SLICE(kit_text(&b, "field"), S("version"));
	b = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/text?lang=de", NONE);
	CHECK_STATUS(b, 400);
	b = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/wordings/en", NONE);
	CHECK_STATUS(b, 200);
	CHECK_SLICE(b.body, S("The parties agree."));
	CHECK(slice_find(b.headers, S("Content-Disposition: attachment")) != SIZE_MAX);
	b = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/wordings/fr", NONE);
	CHECK_STATUS(b, 404);
	kit_close(&k);
}

/* What one country's focal point sees of it; and a key that changes by accident. */
TEST(bounds)
{
	struct who fp = kit_role(WHO_FOCAL_POINT);
	struct agreement_party c = kit_party(S("c"));
	char hex[ED25519_KEY_HEX + 1], body[300];
	struct answer a;
	struct kit k;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	self_named(&k);
	partner_entered(&k);
	who_country_set(&fp, S("FR"));
	a = kit_call(&k, &fp, "GET /api/v1/transfers/ask?partner=b", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "findings"), S("1"));
	a = kit_call(&k, &fp, "GET /api/v1/transfers", NONE);
	CHECK_STATUS(a, 403);
	ed25519_key_print(&c.key, hex);
	(void)snprintf(body, sizeof(body), "{\"key\":\"%s\"}", hex);
	a = kit_call(&k, &kit_all, "PUT /api/v1/parties/b", slice_of_str(body));
	CHECK_STATUS(a, 409);
	(void)snprintf(body, sizeof(body), "{\"key\":\"%s\",\"replace\":true}", hex);
	a = kit_call(&k, &kit_all, "PUT /api/v1/parties/b", slice_of_str(body));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "name"), S("CERT B"));
	a = kit_call(&k, &kit_all, "DELETE /api/v1/parties/b", NONE);
	CHECK_STATUS(a, 204);
	a = kit_call(&k, &kit_all, "DELETE /api/v1/parties/b", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "PUT /api/v1/parties/Not%20a%20name", S("{}"));
	CHECK_STATUS(a, 400);
	kit_close(&k);
}

/* What somebody changed in the database lets nothing flow, and is told. */
TEST(damaged)
{
	struct answer a;
	struct err e = ERR_INIT;
	struct kit k;

	kit_open(&k);
	self_named(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements", draft_body(&k, 0));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("opened"));
	CHECK_STATUS(a, 201);
	CHECK_OK(db_exec(store_db(k.api.node->store), "UPDATE agreement_text SET json = replace(json, 'AMBER', 'GREEN');"
	    "UPDATE setting SET value = '1000' WHERE key = 'agreement.change'", &e), &e);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements", NONE);
	CHECK_SLICE(kit_text(&a, "refused"), S("1"));
	CHECK_INT(json_get(a.json, S("items"))->count, 0);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x", NONE);
	CHECK_STATUS(a, 400);
	CHECK(slice_find(kit_text(&a, "detail"), S("act 1: it is about another text")) != SIZE_MAX);
	kit_close(&k);
}

/* A node that asks by its certificate: the agreements that it is named in. */
TEST(partners_ask)
{
	struct who b = { .kind = WHO_PARTNER, .session = 1, .name = S("partner:b"), .rights = 1u << RIGHT_PUBLIC | 1u << RIGHT_AGREEMENTS_READ | 1u << RIGHT_FINDINGS_READ };
	struct partner_cert cert = { .name = S("b") };
	struct who c = b;
	struct answer a;
	struct kit k;
	struct err e = ERR_INIT;
	int64_t id;

	c.session = 2;
	kit_open(&k);
	CHECK_OK(partner_cert_add(k.api.node->store, &cert, NOW_S, &id, &e), &e);
	CHECK_INT(id, 1);
	(void)kit_take(&k, kit_events);
	self_named(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements", draft_body(&k, 0));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &kit_all, "PUT /api/v1/parties/b", S("{\"certificate\":1}"));
	CHECK_STATUS(a, 200);
	a = kit_call(&k, &b, "GET /api/v1/agreements/x", NONE);
	CHECK_STATUS(a, 404); /* a draft is ours */
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("opened"));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &b, "GET /api/v1/agreements", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.id"), S("x"));
	a = kit_call(&k, &b, "GET /api/v1/agreements/x/register", NONE);
	CHECK_STATUS(a, 200);
	a = kit_call(&k, &c, "GET /api/v1/agreements", NONE);
	CHECK_INT(json_get(a.json, S("items"))->count, 0);
	a = kit_call(&k, &c, "GET /api/v1/agreements/x", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &c, "GET /api/v1/agreements/x/acts", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &c, "GET /api/v1/agreements/x/register", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &c, "GET /api/v1/agreements/x/text", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &b, "GET /api/v1/agreements/x/text", NONE);
	CHECK_STATUS(a, 200);
	a = kit_call(&k, &b, "GET /api/v1/parties", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &b, "GET /api/v1/transfers", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &b, "GET /api/v1/transfers/ask?partner=b", NONE);
	CHECK_STATUS(a, 403);
	/* Another key: another party, whatever the certificate is. */
	a = kit_call(&k, &kit_all, "PUT /api/v1/parties/b", S("{\"replace\":true,\"key\":\"3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29\"}"));
	CHECK_STATUS(a, 200);
	a = kit_call(&k, &b, "GET /api/v1/agreements/x/register", NONE);
	CHECK_STATUS(a, 404);
	kit_close(&k);
}

/* Model texts, and the wording in the language that is asked for, or an authentic one. */
TEST(wordings)
{
	struct who fp = kit_role(WHO_VIEWER);
	struct answer a;
	struct slice text, ar;
	struct kit k;

	kit_open(&k);
	self_named(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/models/memorandum?id=m&parties=a,b", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "text.parties.1.name"), S("CERT B"));
	CHECK_SLICE(kit_text(&a, "text.lead.id"), S("a"));
	ar = arena_copy(&k.a, kit_text(&a, "wordings.ar"));
	CHECK(ar.len > 1000);
	text = arena_copy(&k.a, a.body);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/models/memorandum?id=m&parties=a,z", NONE);
	CHECK_STATUS(a, 404);
	CHECK_SLICE(kit_text(&a, "field"), S("parties"));
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/models/treaty?id=m", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/models/project?id=M_1", NONE);
	CHECK_STATUS(a, 400);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements", text);
	CHECK_STATUS(a, 201);
	CHECK_INT(json_get(a.json, S("wordings"))->count, 6);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/m/text?lang=ar", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "wording"), ar);
	CHECK_SLICE(kit_text(&a, "lang"), S("ar"));
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/m/text", NONE);
	CHECK_SLICE(kit_text(&a, "lang"), S("en"));
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/m/wordings/ar", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(a.body, ar);
	a = kit_call(&k, &fp, "GET /api/v1/agreements/m/wordings/ar", NONE);
	CHECK_STATUS(a, 403);
	/* One language alone, asked for in another. */
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements", draft_body(&k, 0));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/text?lang=fr", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "wording"), S("The parties agree."));
	CHECK_SLICE(kit_text(&a, "lang"), S("en"));
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/text?lang=de", NONE);
	CHECK_STATUS(a, 400);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/x/wordings/fr", NONE);
	CHECK_STATUS(a, 404);
	kit_close(&k);
}

static int64_t
transfers(struct kit *k, const char *where)
{
	struct err e = ERR_INIT;
	int64_t n = -1;
	char sql[300];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM transfer WHERE recipient = 'b' AND %s", where);
	CHECK_OK(db_number(store_db(k->api.node->store), sql, &n, &e), &e);
	return n;
}

/* A partner's files of findings: what its agreement lets it have, for the purpose that it names; all of it in the log. */
TEST(partners_files)
{
	struct who b = { .kind = WHO_PARTNER, .session = 1, .name = S("partner:b"), .rights = 1u << RIGHT_PUBLIC | 1u << RIGHT_FINDINGS_READ };
	struct partner_cert cert = { .name = S("b") };
	struct who c = b;
	struct answer a;
	struct kit k;
	struct err e = ERR_INIT;
	struct buf many;
	char next[300] = "GET /api/v1/export/findings.txt?state=open&class=scanner";
	size_t lines = 0, files = 0;
	int64_t id;

	c.session = 2;
	kit_open(&k);
	CHECK_OK(partner_cert_add(k.api.node->store, &cert, NOW_S, &id, &e), &e);
	(void)kit_take(&k, kit_events);
	self_named(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "PUT /api/v1/parties/b", S("{\"certificate\":1}"));
	test_case("no agreement: a file without a row, and nothing to write down");
	a = kit_call(&k, &b, "GET /api/v1/export/findings.csv", NONE);
	CHECK_STATUS(a, 200);
	CHECK(slice_find(a.body, S("203.0.113.")) == SIZE_MAX && a.body.len > 20);
	CHECK_INT(transfers(&k, "1 = 1"), 0);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements", draft_body(&k, 0));
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("opened"));
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("signed"));
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/receipts", line_of_b(&k, "b", NOW_S));
	CHECK_STATUS(a, 201);
	test_case("in force");
	a = kit_call(&k, &b, "GET /api/v1/export/findings.csv?purpose=notify", NONE);
	CHECK(slice_find(a.body, S("203.0.113.7")) != SIZE_MAX && slice_find(a.body, S("203.0.113.99")) != SIZE_MAX);
	CHECK(slice_find(a.headers, S("Link:")) == SIZE_MAX);
	CHECK_INT(transfers(&k, "allowed = 1 AND purpose = 'notify' AND agreement = 'x' AND clause = 1"), 3);
	a = kit_call(&k, &b, "GET /api/v1/export/findings.jsonl?country=ES", NONE);
	CHECK(slice_find(a.body, S("203.0.113.7")) != SIZE_MAX && slice_find(a.body, S("203.0.113.99")) == SIZE_MAX);
	CHECK_INT(transfers(&k, "allowed = 1 AND purpose = 'protect'"), 1);
	test_case("not for statistics, and no other partner");
	a = kit_call(&k, &b, "GET /api/v1/export/findings.csv?purpose=statistics", NONE);
	CHECK(slice_find(a.body, S("203.0.113.")) == SIZE_MAX);
	CHECK_INT(transfers(&k, "allowed = 0 AND rule = 'purpose'"), 3);
	a = kit_call(&k, &c, "GET /api/v1/export/findings.csv", NONE);
	CHECK(slice_find(a.body, S("203.0.113.")) == SIZE_MAX);
	test_case("an indicator is of another category: its clause is for protection alone");
	a = kit_call(&k, &b, "GET /api/v1/export/findings.stix.json?purpose=notify", NONE);
	CHECK(slice_find(a.body, S("\"observed-data\"")) != SIZE_MAX && slice_find(a.body, S("\"indicator\"")) == SIZE_MAX);
	a = kit_call(&k, &b, "GET /api/v1/export/findings.stix.json?purpose=protect", NONE);
	CHECK(slice_find(a.body, S("\"observed-data\"")) != SIZE_MAX && slice_find(a.body, S("\"indicator\"")) != SIZE_MAX);
	CHECK(transfers(&k, "allowed = 1 AND clause = 2 AND record LIKE 'indicator--%'") > 0);
	test_case("contacts: no clause is about them; agreements as objects are for our own people");
	a = kit_call(&k, &kit_all, "POST /api/v1/contacts", S("{\"scope\":\"asn\",\"value\":\"64500\",\"email\":\"abuse@net.example\",\"name\":\"Net\"}"));
	CHECK(a.status == 200 || a.status == 201);
	b.rights |= 1u << RIGHT_CONTACTS_READ | 1u << RIGHT_AGREEMENTS_READ;
	a = kit_call(&k, &b, "GET /api/v1/export/contacts.stix.json", NONE);
	CHECK_STATUS(a, 200);
	CHECK(slice_find(a.body, S("abuse@net.example")) == SIZE_MAX);
	CHECK_INT(transfers(&k, "allowed = 0 AND rule = 'category' AND record LIKE 'identity--%'"), 1);
	a = kit_call(&k, &kit_all, "GET /api/v1/export/contacts.stix.json", NONE);
	CHECK(slice_find(a.body, S("\"entente-contact\"")) != SIZE_MAX && slice_find(a.body, S("abuse@net.example")) != SIZE_MAX);
	a = kit_call(&k, &b, "GET /api/v1/export/agreements.stix.json", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &kit_all, "GET /api/v1/export/agreements.stix.json", NONE);
	CHECK(slice_find(a.body, S("\"agreement_id\":\"x\"")) != SIZE_MAX);
	test_case("words");
	a = kit_call(&k, &b, "GET /api/v1/export/findings.csv?purpose=profit", NONE);
	CHECK_STATUS(a, 400);
	a = kit_call(&k, &kit_all, "GET /api/v1/export/findings.csv?purpose=protect", NONE);
	CHECK_STATUS(a, 400);
	test_case("what cannot be written down does not go");
	CHECK_OK(db_exec(store_db(k.api.node->store), "ALTER TABLE transfer RENAME TO transfer_gone", &e), &e);
	a = kit_call(&k, &b, "GET /api/v1/export/findings.csv", NONE);
	CHECK(a.status >= 500);
	CHECK(slice_find(a.body, S("203.0.113.")) == SIZE_MAX);
	CHECK_OK(db_exec(store_db(k.api.node->store), "ALTER TABLE transfer_gone RENAME TO transfer", &e), &e);
	test_case("many: file by file");
	buf_init(&many, 8 << 20);
	for (unsigned i = 0; i < 12000; i++)
		buf_printf(&many, "{\"classification.type\":\"scanner\",\"source.ip\":\"203.0.%u.%u\"}\n", 114 + (i >> 8), i & 255);
	(void)kit_take(&k, buf_view(&many));
	buf_fini(&many);
	while (next[0] != '\0' && files < 10) {
		struct slice rest, line;
		size_t from, to;

		a = kit_call(&k, &b, next, NONE);
		CHECK_STATUS(a, 200);
		files++;
		rest = a.body;
		while (slice_line(&rest, &line))
			lines += slice_starts(line, S("203.0."));
		from = slice_find(a.headers, S("Link: <"));
		to = slice_find(a.headers, S(">; rel=\"next\""));
		next[0] = '\0';
		if (from != SIZE_MAX && to != SIZE_MAX)
			(void)snprintf(next, sizeof(next), "GET %.*s", (int)(to - from - 7), (const char *)a.headers.p + from + 7);
	}
	CHECK_INT(files, 3);
	CHECK_INT(lines, 12000);
	kit_close(&k);
}

int
main(void)
{
	RUN(from_draft_to_flow);
	RUN(registers);
	RUN(what_it_says);
	RUN(bounds);
	RUN(damaged);
	RUN(partners_ask);
	RUN(wordings);
	RUN(partners_files);
	return test_end();
}
