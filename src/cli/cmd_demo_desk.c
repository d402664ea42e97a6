/*
 * demo --desk: a region at work, so that every list and report has something in it:
 * countries with their contacts, readiness, needs in every state, offers, projects
 * from the pipeline to the check after a year, money. Roles and functions only; no
 * person's name is invented. All of it goes through the desk's own rules.
 */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/lang.h"
#include "cli/demo.h"
#include "desk/directory.h"
#include "desk/measure.h"
#include "model/agreement.h"
#include "model/country.h"
#include "model/desk_ready.h"
#include "store/agreements.h"

#define DAY_S INT64_C(86400)
#define AGREEMENT "demo-cooperation"

static const char *const countries[] = { "ES", "KE", "UG", "TZ", "RW", "ET", "MW", "ZM" };
#define COUNTRIES (sizeof(countries) / sizeof(countries[0]))

struct demo {
	struct store *s;
	struct who by;
	struct arena a;
	int64_t end_s, now_s;
	struct err *e;
	bool ok;
	struct slice experts[3], donors[2];
	struct buf b;
};

/* --- hands ------------------------------------------------------------------------ */

static const struct desk_actor kim = { S_INIT("desk-1"), 1u << DESK_K, S_INIT(""), NULL, 0 }, kai = { S_INIT("desk-2"), 1u << DESK_K, S_INIT(""), NULL, 0 };

static struct desk_actor
of_country(struct demo *d, const char *code, bool deputy)
{
	struct slice country = slice_of(code, 2);

	return (struct desk_actor){ arena_printf(&d->a, "%.*s-%s", SLICE_ARG(country), deputy ? "deputy" : "lead"), 1u << (deputy ? DESK_D : DESK_C), country, NULL, 0 };
}

static struct desk_actor
of_entity(const struct slice *entity, bool donor)
{
	return (struct desk_actor){ donor ? S("donor-desk") : S("expert-desk"), 1u << (donor ? DESK_F : DESK_X), S(""), entity, 1 };
}

/* What: "new KIND", "edit", "approve", or a move. Returns the record's id. */
static struct slice
go(struct demo *d, const struct desk_actor *x, const char *what, struct slice id, const char *reason)
{
	struct desk_deed deed = { .verb = DESK_MOVE, .move = slice_of_str(what), .reason = slice_of_str(reason), .actor = x, .now_s = d->now_s };
	struct desk_record out = { .id = S("") };

	if (!d->ok)
		return S("");
	if (strncmp(what, "new ", 4) == 0) {
		deed.verb = DESK_NEW;
		d->ok = desk_kind_find(slice_from(deed.move, 4), &deed.kind);
	} else if (strcmp(what, "edit") == 0) {
		deed.verb = DESK_EDIT;
	} else if (strcmp(what, "approve") == 0 && x->roles != 1u << DESK_X && d->b.len == 0) {
		struct desk_record r;
		bool found;

		/* A project has a move of this name, too. */
		d->ok = desk_load(d->s, id, 0, &d->a, &r, &found, d->e);
		if (d->ok && found && r.pending.move.p != NULL)
			deed.verb = DESK_APPROVE;
	}
	if (d->b.len > 0)
		d->ok = d->ok && json_parse(arena_copy(&d->a, buf_view(&d->b)), &JSON_LIMITS, &d->a, &deed.patch, d->e);
	d->ok = d->ok && desk_deed(d->s, id, &deed, &d->by, &d->a, &out, d->e);
	if (!d->ok)
		(void)err_within(d->e, "%s %.*s", what, SLICE_ARG(id));
	buf_clear(&d->b);
	d->now_s += 60;
	return out.id;
}

/* By two. */
static void
both(struct demo *d, const struct desk_actor *x, const struct desk_actor *second, const char *what, struct slice id, const char *reason)
{
	(void)go(d, x, what, id, reason);
	(void)go(d, second, "approve", id, NULL);
}

static const char *
day(struct demo *d, int64_t s)
{
	char text[DATE_TEXT_MAX];

	(void)date_print_day(s, text);
	return (const char *)arena_printf(&d->a, "%.10s%c", text, '\0').p;
}

static const char *
proof(struct demo *d, const char *what)
{
	return (const char *)arena_printf(&d->a, "[{\"url\":\"https://demo.example/%s\",\"seen\":\"%s\",\"kind\":\"document\"}]%c", what, day(d, d->now_s), '\0').p;
}

static const char *
money(struct demo *d, unsigned amount)
{
	return (const char *)arena_printf(&d->a, "{\"amount\":\"%u\",\"currency\":\"USD\",\"date\":\"%s\"}%c", amount, day(d, d->now_s), '\0').p;
}

static unsigned
chance(size_t i, size_t j)
{
	uint64_t v[2] = { i, j };

	return (unsigned)(hash64(slice_of(v, sizeof(v)), 7) % 1000);
}

/* --- the agreement that covers projects ----------------------------------------------- */

static struct ed25519 *
key_of(const char *name)
{
	struct sha256 seed = sha256_of(slice_of_str(name));

	return ed25519_of_seed(seed.b);
}

static void
party_put(struct buf *b, const char *id, const char *country, bool role)
{
	struct ed25519 *k = key_of(id);
	char hex[ED25519_KEY_HEX + 1];

	ed25519_key_print(ed25519_public(k), hex);
	buf_printf(b, "{\"id\":\"%s\",\"name\":\"%s\",\"country\":\"%s\",\"key\":\"%s\"%s}", id, id, country, hex, role ? ",\"role\":\"member\"" : "");
	ed25519_close(&k);
}

static const char *
party_id(struct demo *d, size_t i)
{
	return (const char *)arena_printf(&d->a, "demo-%c%c%c", countries[i][0] | 0x20, countries[i][1] | 0x20, '\0').p;
}

static bool
sign(struct demo *d, struct agreement *g, enum act_kind kind, const char *party)
{
	struct agreement_deed deed = { .kind = kind, .party = slice_of_str(party), .paper = sha256_of(S("demo")), .date_s = d->now_s };
	struct ed25519 *k = key_of(party);
	struct slice line;
	bool ok = agreement_act_make(g, &deed, k, &d->a, &line, d->e) && agreement_act_add(g, line, d->now_s, d->e) &&
	    agreement_act_put(d->s, S(AGREEMENT), &g->acts[g->act_count - 1], d->e);

	ed25519_close(&k);
	return ok;
}

/* Its keys are made of names, which nobody would do outside a demo; nothing but aggregates may flow by it. */
static bool
agreement_make(struct demo *d)
{
	struct agreement *g = NULL;
	struct agreement_text text;
	struct buf b, canonical;
	bool ok;

	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	buf_init(&canonical, AGREEMENT_TEXT_BYTES_MAX);
	buf_str(&b, "{\"form\":\"entente agreement 1\",\"id\":\"" AGREEMENT "\",\"kind\":\"technical-cooperation\",\"version\":1,\"titles\":{\"en\":\"Demo cooperation\"},"
		    "\"wordings\":{\"en\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"},\"authentic\":[\"en\"],\"lead\":");
	party_put(&b, "demo-desk", "", false);
	buf_str(&b, ",\"parties\":[");
	for (size_t i = 0; i < COUNTRIES; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		party_put(&b, party_id(d, i), countries[i], true);
	}
	buf_str(&b, "],\"in_force\":{\"count\":2,\"delay_days\":0},\"term\":{\"days\":3650,\"renewals\":0},\"notice_days\":90,\"clauses\":[{\"number\":1,\"category\":\"statistics\","
		    "\"purposes\":[\"statistics\"],\"tlp\":\"GREEN\",\"personal\":{\"recipients\":\"removed\",\"accounts\":\"removed\",\"victims\":\"removed\",\"v4_bits\":24,\"v6_bits\":48,"
		    "\"ground\":\"\"},\"retention_days\":365,\"onward\":\"none\",\"excluded\":[\"expression\",\"children\"]}]}");
	ok = agreement_draft_read(buf_view(&b), &d->a, &text, &canonical, d->e) && agreement_text_put(d->s, &text, d->e) &&
	    agreement_load(d->s, S(AGREEMENT), d->now_s, &g, d->e) && sign(d, g, ACT_OPENED, "demo-desk");
	for (size_t i = 0; ok && i < COUNTRIES; i++)
		ok = sign(d, g, ACT_SIGNED, party_id(d, i));
	agreement_free(&g);
	buf_fini(&canonical);
	buf_fini(&b);
	return ok;
}

/* --- the directory ------------------------------------------------------------------------ */

static struct slice
entity(struct demo *d, const char *name, const char *sort, const char *country, const char *topics)
{
	struct slice id;

	buf_printf(&d->b, "{\"name\":\"%s\",\"sort\":\"%s\",\"country\":\"%s\",\"topics\":[%s],\"regions\":[\"KE\",\"UG\",\"TZ\",\"RW\"],\"languages\":[\"en\",\"fr\",\"sw\"],"
			   "\"mail\":\"desk@%s.example\",\"interests\":\"Declared: none beyond its own services\",\"evidence\":%s}", name, sort, country, topics, sort, proof(d, "statutes"));
	id = go(d, &kim, "new entity", SLICE_NONE, NULL);
	both(d, &kim, &kai, "recognise", id, NULL);
	return id;
}

static void
contact(struct demo *d, size_t i, const char *function)
{
	struct slice name = country_name(slice_of_str(countries[i]), LANG_EN), id;
	int64_t was = d->now_s, call;
	unsigned age = chance(i, (uint8_t)function[0]) % 8;

	buf_printf(&d->b, "{\"country\":\"%s\",\"function\":\"%s\",\"name\":\"%s of %.*s\",\"mail\":\"%s@%s.example\",\"from\":\"%s\",\"language\":\"en\"}", countries[i], function,
	    strcmp(function, "csirt") == 0 ? "National CSIRT" : strcmp(function, "duty") == 0 ? "Duty desk" : "Ministry desk", SLICE_ARG(name), function, countries[i], day(d, d->now_s));
	id = go(d, &kim, "new focal-point", SLICE_NONE, NULL);
	buf_printf(&d->b, "{\"letter\":%s,\"checked_by\":\"call to the ministry\"}", proof(d, "letter"));
	both(d, &kim, &kai, "designate", id, NULL);
	/* Some answered lately, some long ago, some never. */
	if (d->ok && age < 6) {
		d->now_s = d->end_s - (int64_t)age * 30 * DAY_S;
		d->ok = desk_check_sent(d->s, id, WAY_CALL, STEP_NONE, SLICE_NONE, kim.login, d->now_s, &call, d->e) && desk_check_confirm(d->s, call, kai.login, d->now_s, d->e);
		if (d->ok && age == 5)
			d->ok = desk_check_sent(d->s, id, WAY_MAIL, STEP_FIRST, id, S("node"), d->end_s - 25 * DAY_S, NULL, d->e);
	}
	d->now_s = was;
}

static void
country(struct demo *d, size_t i)
{
	static const char *const functions[] = { "lead", "deputy", "csirt", "duty" };

	for (size_t f = 0; f < (i % 3 == 2 ? 3 : 4); f++)
		contact(d, i, functions[f]);
	buf_printf(&d->b, "{\"country\":\"%s\",\"language\":\"%s\",\"open\":[\"contacts\",\"projects\"]}", countries[i], i == 0 ? "es" : i == 4 ? "fr" : "en");
	(void)go(d, &kim, "new country", SLICE_NONE, NULL);
	both(d, &kim, &kai, "join", arena_printf(&d->a, "country:%s", countries[i]), NULL);
}

/* --- readiness ---------------------------------------------------------------------------- */

static void
answers(struct demo *d, size_t i)
{
	struct desk_actor deputy = of_country(d, countries[i], true), expert = of_entity(&d->experts[0], false);

	for (size_t j = 0; j < ready_count; j++) {
		unsigned dice = chance(i, j), level = dice % 4;
		struct slice id;

		if (dice > 650)
			continue;
		buf_printf(&d->b, "{\"country\":\"%s\",\"indicator\":\"%s\",\"level\":\"%u\"", countries[i], ready_indicators[j].id, level);
		if (level > 1)
			buf_printf(&d->b, ",\"evidence\":%s", proof(d, ready_indicators[j].id));
		buf_byte(&d->b, '}');
		id = go(d, &deputy, "new answer", SLICE_NONE, NULL);
		if (dice < 120)
			continue;
		(void)go(d, &deputy, "submit", id, NULL);
		if (dice < 180)
			continue;
		(void)go(d, &expert, "take-up", id, NULL);
		if (dice % 9 == 0 && level > 0)
			buf_printf(&d->b, "{\"accepted\":\"%u\",\"review\":\"The evidence shows one level less\"}", level - 1);
		(void)go(d, &expert, "accept", id, NULL);
	}
}

/* --- needs and projects --------------------------------------------------------------------- */

static const struct {
	const char *title, *problem, *wanted, *topics, *indicator, *measure, *unit;
	unsigned budget;
} wishes[] = {
	{ "en: A national CSIRT that answers at all hours | fr: Un CSIRT national joignable à toute heure", "Reports of abuse find nobody at night", "A duty roster of four, with a tested number", "\"c\",\"m\"", "IR-1", "open-findings", "findings", 180000 },
	{ "en: A law against spam | es: Una ley contra el correo indeseado", "Nothing forbids bulk mail without consent", "A law in force, and an authority that applies it", "\"1\",\"b\"", "LA-1", "findings", "findings", 60000 },
	{ "en: Providers that clean up infected customers", "Notices of infected hosts are not passed on", "Providers act within a week", "\"2\",\"3\"", "PA-1", "hours-to-close", "hours", 95000 },
	{ "en: Schools that teach safe use of the internet", "Teachers have no material in the languages of the country", "Material in use in every district", "\"4\",\"a\"", "AW-1", "contacts-alive", "percent", 40000 },
};
#define WISHES (sizeof(wishes) / sizeof(wishes[0]))

static struct slice
need(struct demo *d, size_t i, size_t w, int stage)
{
	struct desk_actor deputy = of_country(d, countries[i], true);
	struct slice id;

	buf_printf(&d->b, "{\"country\":\"%s\",\"title\":", countries[i]);
	d->ok = d->ok && desk_value_type(desk_field_find(desk_kind_of(DESK_NEED), S("title")), slice_of_str(wishes[w].title), &d->b, d->e);
	buf_printf(&d->b, ",\"problem\":\"%s\",\"wanted\":\"%s\",\"topics\":[%s],\"indicators\":[\"%s\"],\"urgency\":\"%s\",\"public\":true,\"budget\":%s,\"languages\":[\"en\"]}", wishes[w].problem,
	    wishes[w].wanted, wishes[w].topics, wishes[w].indicator, i % 2 == 0 ? "high" : "normal", money(d, wishes[w].budget));
	id = go(d, &deputy, "new need", SLICE_NONE, NULL);
	if (stage >= 1)
		(void)go(d, &deputy, "submit", id, NULL);
	if (stage == 1)
		return id;
	if (stage >= 2)
		(void)go(d, &kim, "accept", id, NULL);
	if (stage >= 3)
		(void)go(d, &kim, "publish", id, NULL);
	return id;
}

static struct slice
offer(struct demo *d, struct slice id, size_t w, size_t expert)
{
	struct desk_actor x = of_entity(&d->experts[expert], false);
	struct slice o;

	buf_printf(&d->b, "{\"need\":\"%.*s\",\"entity\":\"%.*s\",\"title\":\"Offer of body %zu\",\"what\":\"Training on site, and advice for a year\",\"cost\":%s,\"languages\":[\"en\"]}", SLICE_ARG(id),
	    SLICE_ARG(d->experts[expert]), expert + 1, money(d, wishes[w].budget - 5000 * (unsigned)expert));
	o = go(d, &x, "new offer", SLICE_NONE, NULL);
	(void)go(d, &x, "propose", o, NULL);
	return o;
}

static struct slice
funds(struct demo *d, struct slice project, size_t donor, unsigned amount, int steps)
{
	static const char *const names[] = { "pledge", "commit", "pay", "spend" }, *const fields[] = { "pledged", "committed", "paid", "spent" };
	struct desk_actor x = of_entity(&d->donors[donor], true);
	struct slice id;

	buf_printf(&d->b, "{\"project\":\"%.*s\",\"entity\":\"%.*s\",\"pledged\":%s}", SLICE_ARG(project), SLICE_ARG(d->donors[donor]), money(d, amount));
	id = go(d, &x, "new contribution", SLICE_NONE, NULL);
	for (int i = 0; i < steps; i++) {
		if (i > 0)
			buf_printf(&d->b, "{\"%s\":%s}", fields[i], money(d, i == 3 ? amount / 100 * 96 : amount));
		both(d, i == 3 ? &kai : &x, &kim, names[i], id, NULL);
	}
	return id;
}

static struct slice
milestone(struct demo *d, const struct desk_actor *x, struct slice project, const char *title, int64_t due_s, bool done)
{
	struct slice id;

	buf_printf(&d->b, "{\"project\":\"%.*s\",\"title\":\"%s\",\"due\":\"%s\"}", SLICE_ARG(project), title, day(d, due_s));
	id = go(d, x, "new milestone", SLICE_NONE, NULL);
	if (done) {
		buf_printf(&d->b, "{\"evidence\":%s}", proof(d, "milestone"));
		(void)go(d, x, "finish", id, NULL);
	}
	return id;
}

static void
finish(struct demo *d, size_t i, const struct desk_actor *x, const struct desk_actor *lead, struct slice need_id, struct slice project, struct slice indicator)
{
	struct desk_actor deputy = of_country(d, countries[i], true);
	struct slice m;

	both(d, x, lead, "finish", project, NULL);
	buf_printf(&d->b, "{\"indicator\":\"%.*s\",\"value\":\"18\",\"from\":\"%s\",\"until\":\"%s\",\"source\":\"final report\"}", SLICE_ARG(indicator), day(d, d->now_s - 30 * DAY_S), day(d, d->now_s));
	m = go(d, x, "new measurement", SLICE_NONE, NULL);
	(void)go(d, lead, "accept", m, NULL);
	buf_printf(&d->b, "{\"relevance\":\"It met what the country asked for\",\"coherent\":\"No other project on this topic ran beside it\",\"effectiveness\":\"The target was nearly met\","
			  "\"efficiency\":\"Within the budget\",\"impact\":\"Reports are answered\",\"sustainability\":\"The posts are in the state's budget\",\"accounts\":%s}", proof(d, "accounts"));
	(void)go(d, x, "edit", project, NULL);
	both(d, x, lead, "close", project, NULL);
	buf_str(&d->b, "{\"result\":\"The team answers; its number is tested each month\"}");
	both(d, &deputy, lead, "confirm", need_id, NULL);
	buf_printf(&d->b, "{\"evidence\":%s,\"follow_6\":\"%s\",\"follow_12\":\"%s\"}", proof(d, "result"), day(d, desk_months(d->now_s, 6)), day(d, desk_months(d->now_s, 12)));
	both(d, &kim, &kai, "close", need_id, NULL);
}

/* stage 5: in the pipeline, 6: approved, 7: under way, 8: closed. */
static void
project(struct demo *d, size_t i, size_t w, struct slice need_id, struct slice offer_id, int stage)
{
	struct desk_actor x = of_entity(&d->experts[1], false), lead = of_country(d, countries[i], false);
	struct slice id, indicator;

	buf_printf(&d->b, "{\"title\":");
	d->ok = d->ok && desk_value_type(desk_field_find(desk_kind_of(DESK_PROJECT), S("title")), slice_of_str(wishes[w].title), &d->b, d->e);
	buf_printf(&d->b, ",\"needs\":[\"%.*s\"],\"country\":\"%s\",\"entity\":\"%.*s\",\"offer\":\"%.*s\",\"topics\":[%s],\"goals\":\"%s\"}", SLICE_ARG(need_id), countries[i], SLICE_ARG(d->experts[1]),
	    SLICE_ARG(offer_id), wishes[w].topics, wishes[w].wanted);
	id = go(d, &x, "new project", SLICE_NONE, NULL);
	buf_printf(&d->b, "{\"project\":\"%.*s\",\"title\":\"%s\",\"sort\":\"outcome\",\"unit\":\"%s\",\"baseline\":{\"value\":\"%u\",\"date\":\"%s\"},\"target\":{\"value\":\"15\",\"date\":\"%s\"},\"down\":true,\"measure\":\"%s\"}",
	    SLICE_ARG(id), wishes[w].problem, wishes[w].unit, 60 + chance(i, w) % 60, day(d, d->now_s), day(d, desk_months(d->now_s, 14)), wishes[w].measure);
	indicator = go(d, &x, "new indicator", SLICE_NONE, NULL);
	(void)funds(d, id, i % 2, wishes[w].budget, stage >= 8 ? 4 : stage >= 7 ? 3 : 2);
	if (stage <= 5)
		return;
	buf_printf(&d->b, "{\"from\":\"%s\",\"until\":\"%s\",\"budget\":%s,\"coherence\":\"Checked against the register: no other project on this topic in the country\",\"agreement\":\"" AGREEMENT "\"}",
	    day(d, d->now_s), day(d, desk_months(d->now_s, 14)), money(d, wishes[w].budget));
	both(d, &x, &lead, "approve", id, NULL);
	if (stage <= 6)
		return;
	both(d, &x, &lead, "start", id, NULL);
	buf_printf(&d->b, "{\"project\":\"%.*s\",\"title\":\"Key staff leave during the project\",\"likelihood\":3,\"severity\":4,\"answer\":\"Two people for each post\"}", SLICE_ARG(id));
	(void)go(d, &x, "new risk", SLICE_NONE, NULL);
	buf_printf(&d->b, "{\"project\":\"%.*s\",\"title\":\"Course of two weeks\",\"sort\":\"training\",\"place\":\"the capital\",\"people\":24,\"women\":11,\"evidence\":%s}", SLICE_ARG(id), proof(d, "course"));
	(void)go(d, &x, "finish", go(d, &x, "new activity", SLICE_NONE, NULL), NULL);
	(void)milestone(d, &x, id, "The team is appointed", desk_months(d->now_s, 3), true);
	(void)milestone(d, &x, id, "The procedure is tested", desk_months(d->now_s, 6), stage >= 8);
	if (stage >= 8)
		finish(d, i, &x, &lead, need_id, id, indicator);
}

static void
work(struct demo *d, size_t i, size_t w)
{
	struct desk_actor deputy = of_country(d, countries[i], true), lead = of_country(d, countries[i], false);
	int stage = (int)((i * 3 + w * 2 + 7) % 9);
	struct slice id = need(d, i, w, stage), best;

	if (stage < 4)
		return;
	best = offer(d, id, w, 1);
	(void)offer(d, id, w, 2);
	if (stage == 4)
		return;
	both(d, &deputy, &lead, "choose", best, "It knows the language and the region");
	project(d, i, w, id, best, stage);
}

/* --- what is the desk's own --------------------------------------------------------------------- */

static void
rest(struct demo *d)
{
	struct slice m, x;

	buf_printf(&d->b, "{\"title\":\"Meeting of focal points\",\"from\":\"%s\",\"agenda\":[\"Contacts\",\"Needs\",\"Report of the year\"],\"place\":\"online\",\"people\":31}", day(d, d->now_s));
	m = go(d, &kim, "new meeting", SLICE_NONE, NULL);
	(void)go(d, &kim, "hold", m, NULL);
	buf_printf(&d->b, "{\"title\":\"Exercise twice a year\",\"meeting\":\"%.*s\",\"what\":\"Every duty desk is tested twice a year, unannounced\",\"owner\":\"the desk\",\"deadline\":\"%s\"}", SLICE_ARG(m), day(d, desk_months(d->end_s, -1)));
	x = go(d, &kim, "new decision", SLICE_NONE, NULL);
	both(d, &kim, &kai, "take", x, NULL);
	buf_printf(&d->b, "{\"title\":\"How to report spam\",\"audience\":[\"consumers\",\"teachers\"],\"topics\":[\"4\",\"a\"],\"languages\":[\"en\",\"fr\",\"sw\"],\"licence\":\"CC BY 4.0\",\"accessible\":\"WCAG 2.2 AA, by a person\",\"uses\":1200,\"evidence\":%s}", proof(d, "material"));
	x = go(d, &kim, "new material", SLICE_NONE, NULL);
	both(d, &kim, &kai, "publish", x, NULL);
	buf_printf(&d->b, "{\"title\":\"Regional anti-spam toolkit\",\"owner\":\"A regional organisation\",\"topics\":[\"2\",\"5\"],\"url\":\"https://toolkit.example/\",\"checked\":\"%s\"}", day(d, d->now_s));
	(void)go(d, &kim, "new initiative", SLICE_NONE, NULL);
	buf_str(&d->b, "{\"title\":\"Annual report\",\"year\":2026}");
	(void)go(d, &kim, "new report", SLICE_NONE, NULL);
}

struct measured { struct demo *d; struct slice ids[64]; size_t count; };
static bool
measured_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct measured *x = cookie;

	(void)e;
	if (x->count < 64)
		x->ids[x->count++] = arena_copy(&x->d->a, r->id);
	return true;
}

/* What the node counts itself: where the demo's findings are, there are figures. */
static bool
measure(struct demo *d)
{
	struct measured x = { .d = d };
	bool ok = desk_list(d->s, &(struct desk_query){ .has_kind = true, .kind = DESK_INDICATOR, .state = S("open") }, measured_take, &x, d->e);

	for (size_t i = 0; ok && i < x.count; i++) {
		struct desk_record r, out;
		bool found, done;

		ok = desk_load(d->s, x.ids[i], 0, &d->a, &r, &found, d->e) && measure_note(d->s, &r, &d->by, d->end_s, 12, &d->a, &out, &done, d->e);
	}
	return ok;
}

static bool
fill(struct demo *d)
{
	d->ok = agreement_make(d);
	d->experts[0] = entity(d, "Review body", "international", "CH", "\"1\",\"b\",\"c\",\"d\"");
	d->experts[1] = entity(d, "Regional CSIRT academy", "expert", "FR", "\"c\",\"m\",\"2\",\"3\"");
	d->experts[2] = entity(d, "University law clinic", "university", "KE", "\"1\",\"b\",\"4\",\"a\"");
	d->donors[0] = entity(d, "Development fund", "donor", "FR", "\"c\"");
	d->donors[1] = entity(d, "Digital cooperation agency", "donor", "ES", "\"1\"");
	(void)entity(d, "Mobile operators of the region", "mobile-operator", "KE", "\"3\"");
	(void)entity(d, "Association of providers", "isp", "TZ", "\"3\"");
	(void)entity(d, "Direct marketing association", "direct-marketing", "ES", "\"3\"");
	for (size_t i = 0; i < COUNTRIES && d->ok; i++)
		country(d, i);
	for (size_t i = 0; i < COUNTRIES && d->ok; i++) {
		d->now_s = d->end_s - 300 * DAY_S + (int64_t)i * DAY_S;
		answers(d, i);
		for (size_t w = 0; w < WISHES && d->ok; w++) {
			d->now_s = d->end_s - 250 * DAY_S + (int64_t)(i * 4 + w) * DAY_S;
			work(d, i, w);
		}
	}
	d->now_s = d->end_s - 60 * DAY_S;
	rest(d);
	return d->ok && measure(d) && directory_contacts(d->s, d->end_s, d->e);
}

bool
demo_desk(struct node *n, int64_t now_s, struct err *e)
{
	struct demo d = { .s = n->store, .by = { .kind = WHO_HERE, .name = S("demo") }, .end_s = now_s, .now_s = now_s - 330 * DAY_S, .e = e, .ok = true };
	bool mine, ok;

	arena_init(&d.a, (size_t)1 << 30);
	buf_init(&d.b, DESK_DOC_BYTES_MAX);
	ok = store_begin(n->store, &mine, e) && store_end(n->store, mine, fill(&d), e);
	buf_fini(&d.b);
	arena_fini(&d.a);
	return ok;
}
