/*
 * Two people: who proposes to sign does not confirm it.
 */
#include "server/api_agreement_testing.h"
#include "store/account.h"

static struct who
person(struct kit *k, const char *name, int64_t account)
{
	struct who w = kit_role(WHO_COORDINATOR);

	(void)k;
	w.account = account;
	w.name = slice_of_str(name);
	return w;
}

static void
begin(struct kit *k, const char *two)
{
	struct answer a;

	kit_open(k);
	k->api.node->conf.agreements_two = slice_of_str(two);
	self_named(k);
	partner_entered(k);
	a = kit_call(k, &kit_all, "POST /api/v1/agreements", draft_body(k, 0));
	CHECK_STATUS(a, 201);
}

/* How many acts there are. */
static size_t
acts(struct kit *k)
{
	struct answer a = kit_call(k, &kit_all, "GET /api/v1/agreements/x/acts", NONE);

	CHECK_STATUS(a, 200);
	return json_get(a.json, S("items"))->count;
}

TEST(two)
{
	struct who ana, bob, eve = kit_role(WHO_ANALYST);
	struct answer a;
	struct slice line;
	struct kit k;

	begin(&k, "yes");
	ana = person(&k, "ana", 1);
	bob = person(&k, "bob", 2);
	eve.account = 3;
	test_case("proposed, not signed");
	a = kit_call(&k, &ana, "POST /api/v1/agreements/x/acts", ACT("opened"));
	CHECK_STATUS(a, 201);
	CHECK_SLICE(kit_text(&a, "kept"), S("false"));
	CHECK_SLICE(kit_text(&a, "proposal"), S("1"));
	CHECK(json_is(json_get(a.json, S("line")), JSON_NULL));
	CHECK_INT(acts(&k), 0);
	a = kit_call(&k, &bob, "GET /api/v1/agreements/proposals", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "two_people"), S("true"));
	CHECK_SLICE(kit_text(&a, "items.0.act"), S("opened"));
	CHECK_SLICE(kit_text(&a, "items.0.by"), S("ana"));
	CHECK_SLICE(kit_text(&a, "items.0.own"), S("false"));
	CHECK_SLICE(kit_text(&a, "items.0.paper"), S(PAPER));
	a = kit_call(&k, &ana, "GET /api/v1/agreements/proposals", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.own"), S("true"));
	test_case("not by who proposed it, nor by who may not sign");
	a = kit_call(&k, &ana, "POST /api/v1/agreements/proposals/1/confirm", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &eve, "POST /api/v1/agreements/proposals/1/confirm", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &eve, "DELETE /api/v1/agreements/proposals/1", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/2/confirm", NONE);
	CHECK_STATUS(a, 404);
	CHECK_INT(acts(&k), 0);
	test_case("by another: signed");
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/1/confirm", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "kept"), S("true"));
	CHECK_INT(acts(&k), 1);
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/1/confirm", NONE);
	CHECK_STATUS(a, 409);
	CHECK_INT(acts(&k), 1);
	test_case("what cannot be done is not proposed");
	a = kit_call(&k, &ana, "POST /api/v1/agreements/x/acts", ACT("opened"));
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &ana, "POST /api/v1/agreements/y/acts", ACT("opened"));
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &ana, "POST /api/v1/agreements/x/acts", S("{\"act\":\"invited\",\"party\":\"z\",\"paper\":\"" PAPER "\"}"));
	CHECK_STATUS(a, 400);
	test_case("refused");
	a = kit_call(&k, &ana, "POST /api/v1/agreements/x/acts", ACT("signed"));
	CHECK_SLICE(kit_text(&a, "proposal"), S("2"));
	a = kit_call(&k, &bob, "DELETE /api/v1/agreements/proposals/2", NONE);
	CHECK_STATUS(a, 204);
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/2/confirm", NONE);
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &bob, "GET /api/v1/agreements/proposals", NONE);
	CHECK_INT(json_get(a.json, S("items"))->count, 0);
	a = kit_call(&k, &bob, "GET /api/v1/agreements/proposals?state=all", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.state"), S("refused"));
	CHECK_SLICE(kit_text(&a, "items.0.decided_by"), S("bob"));
	CHECK_SLICE(kit_text(&a, "items.1.state"), S("done"));

	test_case("a receipt, the same");
	line = line_of_b(&k, "b", NOW_S);
	a = kit_call(&k, &ana, "POST /api/v1/agreements/receipts", line_of_b(&k, "c", NOW_S));
	CHECK_STATUS(a, 403); /* forged: said at once */
	a = kit_call(&k, &ana, "POST /api/v1/agreements/receipts", line);
	CHECK_STATUS(a, 201);
	CHECK_SLICE(kit_text(&a, "proposal"), S("3"));
	CHECK_INT(acts(&k), 1);
	a = kit_call(&k, &ana, "POST /api/v1/agreements/proposals/3/confirm", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/3/confirm", NONE);
	CHECK_STATUS(a, 200);
	CHECK_INT(acts(&k), 2);
	test_case("proposed twice: the second one finds it done");
	a = kit_call(&k, &ana, "POST /api/v1/agreements/x/acts", ACT("signed"));
	a = kit_call(&k, &bob, "POST /api/v1/agreements/x/acts", ACT("signed"));
	CHECK_SLICE(kit_text(&a, "proposal"), S("5"));
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/4/confirm", NONE);
	CHECK_STATUS(a, 200);
	a = kit_call(&k, &ana, "POST /api/v1/agreements/proposals/5/confirm", NONE);
	CHECK_STATUS(a, 409);
	CHECK_INT(acts(&k), 3);
	kit_close(&k);
}

/* What it was about is another thing by now. */
TEST(changed)
{
	struct agreement_party c = kit_party(S("c")), x = kit_party(S("x"));
	struct partner p = { .id = S("c"), .name = S("C"), .kind = S("node"), .has_key = true, .key = c.key };
	struct who ana, bob;
	struct err e = ERR_INIT;
	struct answer a;
	struct kit k;

	begin(&k, "yes");
	ana = person(&k, "ana", 1);
	bob = person(&k, "bob", 2);
	test_case("another draft");
	a = kit_call(&k, &ana, "POST /api/v1/agreements/x/acts", ACT("opened"));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &ana, "POST /api/v1/agreements", draft_body(&k, 7));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/1/confirm", NONE);
	CHECK_STATUS(a, 409);
	CHECK(slice_find(kit_text(&a, "detail"), S("another one than when this was proposed")) != SIZE_MAX);
	a = kit_call(&k, &ana, "POST /api/v1/agreements/x/acts", ACT("opened"));
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/2/confirm", NONE);
	CHECK_STATUS(a, 200);
	test_case("another key of who is invited");
	CHECK_OK(partner_put(k.api.node->store, &p, false, NOW_S, &e), &e);
	a = kit_call(&k, &ana, "POST /api/v1/agreements/x/acts", S("{\"act\":\"invited\",\"party\":\"c\",\"paper\":\"" PAPER "\"}"));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &bob, "GET /api/v1/agreements/proposals", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.party"), S("c"));
	CHECK(kit_text(&a, "items.0.fingerprint").len > 0);
	p.key = x.key;
	CHECK_OK(partner_put(k.api.node->store, &p, true, NOW_S, &e), &e);
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/3/confirm", NONE);
	CHECK_STATUS(a, 409);
	p.key = c.key;
	CHECK_OK(partner_put(k.api.node->store, &p, true, NOW_S, &e), &e);
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/3/confirm", NONE);
	CHECK_STATUS(a, 200);
	test_case("too old");
	a = kit_call(&k, &ana, "POST /api/v1/agreements/x/acts", ACT("signed"));
	CHECK_OK(db_exec(store_db(k.api.node->store), "UPDATE agreement_proposal SET at_s = at_s - 31 * 86400 WHERE id = 4", &e), &e);
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/4/confirm", NONE);
	CHECK_STATUS(a, 409);
	test_case("a row that somebody changed");
	CHECK_OK(db_exec(store_db(k.api.node->store), "UPDATE agreement_proposal SET at_s = at_s + 31 * 86400, act = 77 WHERE id = 4", &e), &e);
	a = kit_call(&k, &bob, "POST /api/v1/agreements/proposals/4/confirm", NONE);
	CHECK_STATUS(a, 500);
	kit_close(&k);
}

static void
account_made(struct kit *k, const char *name, uint32_t roles)
{
	struct account x = { .name = slice_of_str(name), .display = S(""), .mail = S(""), .country = S(""), .roles = roles };
	struct err e = ERR_INIT;
	int64_t id;

	CHECK_OK(account_add(k->api.node->store, &x, S("none"), NOW_S, &id, &e), &e);
}

/* auto: as soon as two people may sign. */
TEST(automatic)
{
	struct answer a;
	struct kit k;

	begin(&k, "auto");
	account_made(&k, "adm", 1u << WHO_ADMINISTRATOR);
	account_made(&k, "co", 1u << WHO_COORDINATOR);
	account_made(&k, "an", 1u << WHO_ANALYST);
	a = kit_call(&k, &kit_all, "GET /api/v1/agreements/proposals", NONE);
	CHECK_SLICE(kit_text(&a, "two_people"), S("false"));
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("opened"));
	CHECK_SLICE(kit_text(&a, "kept"), S("true"));
	account_made(&k, "co2", 1u << WHO_COORDINATOR);
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("signed"));
	CHECK_SLICE(kit_text(&a, "proposal"), S("1"));
	k.api.node->conf.agreements_two = S("no");
	a = kit_call(&k, &kit_all, "POST /api/v1/agreements/x/acts", ACT("signed"));
	CHECK_SLICE(kit_text(&a, "kept"), S("true"));
	kit_close(&k);
}

int
main(void)
{
	RUN(two);
	RUN(changed);
	RUN(automatic);
	return test_end();
}
