/*
 * annual_testing: a desk with a year's work in it, for tests and measurements: put
 * into the store as versions are kept, without the deeds that lead to them. The
 * same numbers give the same records.
 */
#ifndef DESK_ANNUAL_TESTING_H
#define DESK_ANNUAL_TESTING_H

#include <stdio.h>

#include "model/desk_member.h"
#include "model/desk_ready.h"
#include "store/desk_check.h"
#include "store/desk_room.h"

#define FILL_YEAR 2026
#define FILL_DAY INT64_C(86400)
#define FILL_BEGIN INT64_C(1767225600) /* 2026-01-01 */

struct fill {
	struct store *s;
	struct arena a;
	uint64_t seed;
	unsigned records;
	struct err e;
	bool ok;
};

static inline unsigned
fill_any(struct fill *f, unsigned below)
{
	f->seed = f->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(f->seed >> 33) % below;
}

/* One version of one record. acts: "submit 10 accept 20": move and day of the year. */
static inline void
fill_put(struct fill *f, enum desk_kind k, const char *id, const char *state, const char *country, int day, const char *acts, const char *body)
{
	struct desk_record r = { .kind = k, .version = 1, .by = S("test"), .move = S("new"), .reason = S(""), .country = slice_of_str(country) };
	char ulid[DESK_ID_MAX];
	uint8_t chance[10] = { 0 };
	struct slice rest = slice_of_str(acts), move, at;
	struct buf b;
	size_t n = 0;

	f->records++;
	arena_reset(&f->a);
	for (size_t i = 0; i < 4; i++)
		chance[9 - i] = (uint8_t)(f->records >> (8 * i));
	desk_id_print(k, FILL_BEGIN * 1000, chance, ulid);
	r.id = slice_of_str(id == NULL ? ulid : id);
	f->ok = f->ok && desk_state_find(desk_kind_of(k), slice_of_str(state), &r.state);
	r.created_s = FILL_BEGIN - 300 * FILL_DAY;
	r.changed_s = r.state_s = FILL_BEGIN + day * FILL_DAY;
	r.created_s = r.changed_s < r.created_s ? r.changed_s : r.created_s;
	buf_init(&b, 4096);
	buf_byte(&b, '{');
	while (rest.len > 0 && slice_cut(&rest, ' ', &move) && slice_cut(&rest, ' ', &at)) {
		int64_t d = 0;

		(void)slice_i64(at, &d);
		buf_printf(&b, "%s\"%.*s\":{\"at\":%lld,\"by\":\"test\"}", n++ == 0 ? "" : ",", SLICE_ARG(move), (long long)(FILL_BEGIN + d * FILL_DAY));
	}
	buf_byte(&b, '}');
	f->ok = f->ok && json_parse(arena_copy(&f->a, buf_view(&b)), &JSON_LIMITS, &f->a, &r.acts, &f->e) &&
	    json_parse(slice_of_str(body), &JSON_LIMITS, &f->a, &r.body, &f->e) && desk_doc_write(&r, &f->a, &f->e) && desk_version_add(f->s, &r, &f->e);
	buf_fini(&b);
}

static inline void
fill_country(struct fill *f, const char *code, unsigned n)
{
	static const char *const functions[] = { "lead", "deputy", "duty", "csirt" };
	char id[64], body[1024], acts[64];
	int joined = (int)(n % 5) * -300 + (int)fill_any(f, 200);

	(void)snprintf(id, sizeof(id), "country:%s", code);
	(void)snprintf(body, sizeof(body), "{\"country\":\"%s\",\"language\":\"fr\"%s}", code, n % 3 == 0 ? "" : ",\"open\":[\"readiness\",\"needs\",\"projects\"]");
	(void)snprintf(acts, sizeof(acts), "join %d", joined);
	fill_put(f, DESK_COUNTRY, id, "member", code, joined, acts, body);
	for (unsigned i = 0; i < 4 - n % 3; i++) {
		char ulid[DESK_ID_MAX];
		uint8_t chance[10] = { 0 };
		int from = joined + (int)i;
		int64_t check = 0;

		(void)snprintf(body, sizeof(body), "{\"country\":\"%s\",\"function\":\"%s\",\"name\":\"%s\",\"mail\":\"%s@%s.example\",\"from\":\"2025-01-01\",\"checked_by\":\"called\","
		    "\"letter\":[{\"url\":\"https://x.example/l\",\"seen\":\"2025-01-01\"}]}", code, functions[i], functions[i], functions[i], code);
		(void)snprintf(acts, sizeof(acts), "designate %d", from);
		fill_put(f, DESK_FOCAL, NULL, "designated", code, from, acts, body);
		for (size_t b = 0; b < 4; b++)
			chance[9 - b] = (uint8_t)(f->records >> (8 * b));
		desk_id_print(DESK_FOCAL, FILL_BEGIN * 1000, chance, ulid);
		for (int day = from; day < 365 && (n + i) % 11 != 0; day += 110) {
			char token[64];
			struct slice record;
			bool again;

			(void)snprintf(token, sizeof(token), "T-%u-%u-%d", n, i, day);
			f->ok = f->ok && desk_check_sent(f->s, slice_of_str(ulid), WAY_MAIL, STEP_FIRST, slice_of_str(token), SLICE_NONE, FILL_BEGIN + day * FILL_DAY, &check, &f->e);
			if (f->ok && (n + i + (unsigned)(day + 4000)) % 7 != 0)
				f->ok = desk_check_answered(f->s, slice_of_str(token), SLICE_NONE, FILL_BEGIN + day * FILL_DAY + 3600 * (1 + fill_any(f, 90)), &f->a, &record, &again, &f->e);
		}
	}
}

static inline void
fill_answers(struct fill *f, const char *code, unsigned n)
{
	for (size_t i = n % 4; i < ready_count; i += 1 + n % 3) {
		const struct ready_indicator *x = &ready_indicators[i];
		bool accepted = fill_any(f, 4) > 0;
		char id[64], body[512], acts[64];
		int day = (int)fill_any(f, 600) - 300;
		unsigned level = fill_any(f, 5);

		(void)snprintf(id, sizeof(id), "answer:%s.%s", code, x->id);
		(void)snprintf(body, sizeof(body), accepted ? "{\"country\":\"%s\",\"indicator\":\"%s\",\"level\":\"%u\",\"evidence\":[{\"url\":\"https://x.example/e\",\"seen\":\"2026-01-01\"}],"
		    "\"accepted\":\"%u\",\"accepted_on\":\"%d-%02u-11\",\"valid_until\":\"%d-06-01\"}" : "{\"country\":\"%s\",\"indicator\":\"%s\",\"level\":\"%u\"}",
		    code, x->id, level, level, 2024 + (int)(n % 3), 1 + n % 6, 2026 + (int)(i % 3));
		(void)snprintf(acts, sizeof(acts), accepted ? "submit %d accept %d" : "submit %d", day, day + 5);
		fill_put(f, DESK_ANSWER, id, accepted ? "accepted" : "submitted", code, day + (accepted ? 5 : 0), acts, body);
	}
}

static inline void
fill_ref(struct fill *f, enum desk_kind k, char out[DESK_ID_MAX])
{
	uint8_t chance[10] = { 0 };

	for (size_t i = 0; i < 4; i++)
		chance[9 - i] = (uint8_t)(f->records >> (8 * i));
	desk_id_print(k, FILL_BEGIN * 1000, chance, out);
}

/* A need, what became of it, and its project with all that is part of it. */
static inline void
fill_project(struct fill *f, const char *code, unsigned n, const char *donor)
{
	static const char *const needs[] = { "submitted", "published", "declined", "in-project", "in-project", "in-project", "confirmed", "closed" };
	static const char *const states[] = { "", "", "", "implementation", "finalisation", "suspended", "closed", "closed" };
	static const char *const topics[] = { "\"1\",\"b\"", "\"2\",\"k\"", "\"3\"", "\"c\",\"m\"", "\"4\",\"a\"" };
	static const char *const currencies[] = { "USD", "EUR", "CHF" };
	char body[2048], acts[160], need[DESK_ID_MAX], project[DESK_ID_MAX], indicator[DESK_ID_MAX];
	unsigned kind = n % 8, day = fill_any(f, 300);
	const char *dac = kind < 6 ? "" : ",\"relevance\":{\"en\":\"It answered what the country asked for.\",\"es\":\"Respondió a lo que el país pidió.\"},\"coherent\":{\"en\":\"It fitted with two others.\"},"
		"\"effectiveness\":{\"en\":\"Three of four targets.\"},\"efficiency\":{\"en\":\"A tenth below its budget.\"},\"impact\":{\"en\":\"Fewer open resolvers.\"},\"sustainability\":{\"en\":\"The team is paid by the ministry.\"}";

	(void)snprintf(body, sizeof(body), "{\"country\":\"%s\",\"title\":{\"en\":\"A national CSIRT, number %u, that answers at any hour\",\"es\":\"Un CSIRT nacional, número %u, que responde a cualquier hora\","
	    "\"ar\":\"فريق وطني للاستجابة رقم %u\",\"zh\":\"全天候响应的国家计算机安全事件响应小组（第%u号）\",\"ru\":\"Национальная группа реагирования № %u\"},\"problem\":{\"en\":\"Nobody answers\"},\"wanted\":{\"en\":\"A team\"},\"topics\":[%s],"
	    "\"public\":%s,\"budget\":{\"amount\":\"%u\",\"currency\":\"USD\",\"date\":\"2026-01-05\"}%s}", code, n, n, n, n, n, topics[n % 5], n % 3 == 0 ? "false" : "true", 1000 * (1 + n % 90),
	    kind == 7 ? ",\"follow_6\":\"2026-06-01\",\"follow_12\":\"2026-12-01\"" : "");
	(void)snprintf(acts, sizeof(acts), "submit %u%s", day, kind == 2 ? " decline 320" : kind > 2 ? " accept 301 match 302 begin 303" : kind == 1 ? " accept 310 publish 311" : "");
	if (kind > 5)
		(void)snprintf(acts, sizeof(acts), "submit %d accept %d match %d begin %d deliver 200 confirm 210%s", -300, -290, -280, -270, kind == 7 ? " close 220 check-6 230" : "");
	fill_put(f, DESK_NEED, NULL, needs[kind], code, 340, acts, body);
	fill_ref(f, DESK_NEED, need);
	if (kind < 3)
		return;
	(void)snprintf(body, sizeof(body), "{\"title\":{\"en\":\"Response team and its training %u\",\"es\":\"Equipo de respuesta y su formación %u\"},\"needs\":[\"%s\"],\"country\":\"%s\",\"entity\":\"%s\",\"topics\":[%s],\"from\":\"2026-0%u-01\",\"until\":\"202%u-11-30\"%s%s}",
	    n, n, need, code, donor, topics[n % 5], 1 + n % 9, 6 + n % 3, n % 4 == 0 ? "" : ",\"budget\":{\"amount\":\"50000\",\"currency\":\"USD\",\"date\":\"2026-01-05\"}", dac);
	fill_put(f, DESK_PROJECT, NULL, states[kind], code, 345, "approve 10 start 20", body);
	fill_ref(f, DESK_PROJECT, project);
	(void)snprintf(body, sizeof(body), "{\"project\":\"%s\",\"title\":{\"en\":\"Curriculum\"},\"due\":\"2026-%02u-15\"%s}", project, 1 + n % 12, n % 3 == 0 ? "" : ",\"evidence\":[{\"url\":\"https://x.example/m\",\"seen\":\"2026-02-01\"}]");
	fill_put(f, DESK_MILESTONE, NULL, n % 3 == 0 ? "open" : "done", code, 100, n % 3 == 0 ? "" : "finish 150", body);
	(void)snprintf(body, sizeof(body), "{\"project\":\"%s\",\"title\":{\"en\":\"Open resolvers in the country\"},\"sort\":\"%s\",\"unit\":\"hosts\",\"down\":true,\"baseline\":{\"value\":\"%u\",\"date\":\"2026-01-01\"},\"target\":{\"value\":\"%u\",\"date\":\"2026-12-01\"}}",
	    project, n % 3 == 0 ? "output" : n % 3 == 1 ? "outcome" : "impact", 100 + n % 900, 50 + n % 100);
	fill_put(f, DESK_INDICATOR, NULL, "open", code, 30, "", body);
	fill_ref(f, DESK_INDICATOR, indicator);
	if (n % 5 != 0) {
		(void)snprintf(body, sizeof(body), "{\"indicator\":\"%s\",\"value\":\"%u.5\",\"from\":\"2026-10-01\",\"until\":\"2026-10-31\",\"source\":\"node\"}", indicator, 40 + n % 300);
		fill_put(f, DESK_MEASUREMENT, NULL, "accepted", code, 310, "accept 310", body);
	}
	(void)snprintf(body, sizeof(body), "{\"project\":\"%s\",\"entity\":\"%s\",\"pledged\":{\"amount\":\"%u\",\"currency\":\"%s\",\"date\":\"2026-01-05\"},\"committed\":{\"amount\":\"%u\",\"currency\":\"%s\",\"date\":\"2026-02-05\"}%s}", project, donor,
	    20000 + n, currencies[n % 3], 18000 + n, currencies[n % 3], n % 6 == 0 ? ",\"in_kind\":true" : "");
	fill_put(f, DESK_CONTRIBUTION, NULL, "committed", code, 60, "pledge 30 commit 60", body);
}

/* So many countries and needs (of eight five become projects), and a little of all else. False: err says why. */
static inline bool
fill(struct store *s, unsigned countries, unsigned needs, struct err *e)
{
	static const char *const sorts[] = { "expert", "donor", "isp", "university", "international" };
	struct fill f = { .s = s, .seed = 1, .ok = true };
	char body[1024], donors[5][DESK_ID_MAX];
	size_t step = desk_member_count / (countries < desk_member_count ? countries : desk_member_count);

	arena_init(&f.a, (size_t)4 << 20);
	f.ok = db_begin(store_db(s), &f.e);
	for (unsigned n = 0; n < 5; n++) {
		(void)snprintf(body, sizeof(body), "{\"name\":\"%s %u\",\"sort\":\"%s\",\"topics\":[\"1\",\"c\"],\"interests\":{\"en\":\"None\"}}", n == 1 ? "Fonds für Entwicklung & Netze" : "Entity", n, sorts[n]);
		fill_put(&f, DESK_ENTITY, NULL, "recognised", "", -100, "recognise -100", body);
		fill_ref(&f, DESK_ENTITY, donors[n]);
	}
	for (unsigned n = 0; n < countries && n * step < desk_member_count; n++) {
		fill_country(&f, desk_members[n * step].code, n);
		fill_answers(&f, desk_members[n * step].code, n);
	}
	for (unsigned n = 0; n < needs; n++)
		fill_project(&f, desk_members[n % countries * step % desk_member_count].code, n, donors[n % 5]);
	for (unsigned n = 0; n < 12; n++) {
		(void)snprintf(body, sizeof(body), "{\"title\":{\"en\":\"Leaflet\"},\"audience\":[\"children\",\"parents\"],\"topics\":[\"4\",\"a\"],\"languages\":[\"%s\",\"sw\"],\"licence\":\"CC-BY-4.0\"%s,\"evidence\":[{\"url\":\"https://x.example/p\",\"seen\":\"2026-01-01\"}]}",
		    n % 2 == 0 ? "es" : "ar", n % 3 == 0 ? ",\"uses\":1200" : "");
		fill_put(&f, DESK_MATERIAL, NULL, "published", "", 40, "publish 40", body);
	}
	fill_put(&f, DESK_INITIATIVE, NULL, "listed", "", -50, "", "{\"title\":{\"en\":\"GFCE\"},\"owner\":\"x\",\"topics\":[\"1\",\"m\"],\"url\":\"https://x.example/\",\"checked\":\"2025-03-01\"}");
	fill_put(&f, DESK_DECISION, NULL, "taken", "", 100, "take 100", "{\"title\":{\"en\":\"Ask members for a contact at any hour\",\"ru\":\"Просить членов о круглосуточном контакте\"},\"what\":{\"en\":\"Each member names one.\"},\"owner\":\"desk\",\"deadline\":\"2026-12-01\"}");
	fill_put(&f, DESK_DECISION, NULL, "proposed", "", 300, "", "{\"title\":{\"en\":\"A fund for translations\"},\"what\":{\"en\":\"The Council is asked to open a fund of 50 000 CHF.\"},\"owner\":\"desk\",\"deadline\":\"2027-06-01\"}");
	f.ok = f.ok && db_commit(store_db(s), &f.e);
	if (!f.ok) {
		db_rollback(store_db(s));
		*e = f.e;
	}
	arena_fini(&f.a);
	return f.ok;
}

#endif
