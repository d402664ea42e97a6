/*
 * desk_bench: the cooperation desk with 250 countries and 10,000 projects: how long a page
 * of each list takes. desk_bench FOLDER [PROJECTS]
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "desk/match.h"
#include "desk/readiness.h"
#include "model/country.h"
#include "store/desk.h"

static const struct who here = { .kind = WHO_HERE, .name = S_INIT("bench") };
static const struct desk_actor kim = { .login = S_INIT("kim"), .roles = 1u << DESK_K, .country = S_INIT("") };
static int64_t now_s = INT64_C(1780000000);

static struct slice
enter(struct store *s, struct arena *a, const struct desk_actor *x, enum desk_kind kind, struct buf *b)
{
	struct desk_deed d = { .verb = DESK_NEW, .kind = kind, .actor = x, .now_s = now_s };
	struct desk_record out;
	struct err e = ERR_INIT;

	now_s++;
	if (!json_parse(arena_copy(a, buf_view(b)), &JSON_LIMITS, a, &d.patch, &e) || !desk_deed(s, SLICE_NONE, &d, &here, a, &out, &e)) {
		fprintf(stderr, "%s\n", e.text);
		exit(1);
	}
	buf_clear(b);
	return out.id;
}

static void
fill(struct store *s, size_t projects)
{
	struct slice need[300], labs;
	struct arena a, kept;
	struct buf b;

	arena_init(&a, (size_t)64 << 20);
	arena_init(&kept, (size_t)16 << 20);
	buf_init(&b, 65536);
	buf_str(&b, "{\"name\":\"Labs\",\"sort\":\"expert\",\"topics\":[\"c\"]}");
	labs = arena_copy(&kept, enter(s, &a, &kim, DESK_ENTITY, &b));
	for (size_t i = 0; i < country_count; i++) {
		struct desk_actor dan = { .login = S("dan"), .roles = 1u << DESK_D, .country = slice_of_str(country_rows[i].code) };

		arena_reset(&a);
		buf_printf(&b, "{\"country\":\"%s\"}", country_rows[i].code);
		(void)enter(s, &a, &kim, DESK_COUNTRY, &b);
		for (int f = 0; f < 2; f++) {
			buf_printf(&b, "{\"country\":\"%s\",\"function\":\"%s\",\"name\":\"Desk\",\"mail\":\"a@x.example\",\"from\":\"2026-01-01\"}", country_rows[i].code, f == 0 ? "lead" : "deputy");
			(void)enter(s, &a, &kim, DESK_FOCAL, &b);
		}
		for (size_t j = 0; j < 40; j++) {
			buf_printf(&b, "{\"country\":\"%s\",\"indicator\":\"%s\",\"level\":\"1\"}", country_rows[i].code, ready_indicators[j].id);
			(void)enter(s, &a, &dan, DESK_ANSWER, &b);
		}
		buf_printf(&b, "{\"country\":\"%s\",\"title\":\"Need of %s\",\"problem\":\"None\",\"topics\":[\"c\",\"m\"]}", country_rows[i].code, country_rows[i].code);
		need[i] = arena_copy(&kept, enter(s, &a, &dan, DESK_NEED, &b));
	}
	for (size_t i = 0; i < projects; i++) {
		struct slice id;
		size_t c = i % country_count;

		arena_reset(&a);
		buf_printf(&b, "{\"title\":{\"en\":\"Project %zu\",\"fr\":\"Projet %zu\"},\"needs\":[\"%.*s\"],\"country\":\"%s\",\"entity\":\"%.*s\",\"topics\":[\"c\"],\"goals\":\"A team that answers\"}", i, i,
		    SLICE_ARG(need[c]), country_rows[c].code, SLICE_ARG(labs));
		id = enter(s, &a, &kim, DESK_PROJECT, &b);
		buf_printf(&b, "{\"project\":\"%.*s\",\"title\":\"Hosts\",\"sort\":\"outcome\",\"unit\":\"hosts\"}", SLICE_ARG(id));
		(void)enter(s, &a, &kim, DESK_INDICATOR, &b);
	}
	buf_fini(&b);
	arena_fini(&kept);
	arena_fini(&a);
}

static bool
count_take(void *cookie, const struct desk_record *r, struct err *e)
{
	(void)e;
	(void)r;
	(*(size_t *)cookie)++;
	return true;
}

static bool
sum_take(void *cookie, enum desk_kind kind, struct slice state, uint64_t count, struct err *e)
{
	(void)kind;
	(void)state;
	(void)e;
	*(size_t *)cookie += count;
	return true;
}

static void
page(struct store *s, const char *name, struct desk_query q)
{
	int64_t begun = clock_mono_ns();
	struct err e = ERR_INIT;
	uint64_t all;
	size_t n = 0;

	q.limit = q.limit == 0 ? 100 : q.limit;
	if (!desk_list(s, &q, count_take, &n, &e) || !desk_count(s, &q, &all, &e))
		exit(1);
	printf("%-28s %6zu of %6llu rows  %7.1f ms\n", name, n, (unsigned long long)all, (double)(clock_mono_ns() - begun) / 1e6);
}

int
main(int argc, char **argv)
{
	size_t projects = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 10000, n = 0;
	struct err e = ERR_INIT;
	struct store *s = NULL;
	char path[4096];
	int64_t begun;
	bool mine;

	(void)snprintf(path, sizeof(path), "%s/desk.db", argc > 1 ? argv[1] : ".");
	if (!store_open(path, &(struct db_options){ .cache_mib = 64 }, &s, &e) || !store_begin(s, &mine, &e))
		return 1;
	begun = clock_mono_ns();
	fill(s, projects);
	if (!store_end(s, mine, true, &e))
		return 1;
	printf("filled in %.1f s\n", (double)(clock_mono_ns() - begun) / 1e9);
	page(s, "projects, newest", (struct desk_query){ .has_kind = true, .kind = DESK_PROJECT });
	page(s, "projects, last page", (struct desk_query){ .has_kind = true, .kind = DESK_PROJECT, .before_s = INT64_C(1780012000), .before_id = S("project:0") });
	page(s, "projects of a country", (struct desk_query){ .has_kind = true, .kind = DESK_PROJECT, .country = S("KE") });
	page(s, "projects by state", (struct desk_query){ .has_kind = true, .kind = DESK_PROJECT, .state = S("pipeline") });
	page(s, "projects by text", (struct desk_query){ .has_kind = true, .kind = DESK_PROJECT, .text = S("projet 77") });
	page(s, "all that is of a country", (struct desk_query){ .of = S("country:KE") });
	page(s, "all 249 countries", (struct desk_query){ .has_kind = true, .kind = DESK_COUNTRY, .limit = 300 });
	page(s, "whose time has come", (struct desk_query){ .due_s = INT64_C(1990000000) });
	begun = clock_mono_ns();
	if (!desk_sums(s, SLICE_NONE, sum_take, &n, &e))
		return 1;
	printf("%-28s %6zu records        %7.1f ms\n", "sums by kind and state", n, (double)(clock_mono_ns() - begun) / 1e6);
	{
		struct readiness r;
		struct arena a;

		arena_init(&a, (size_t)16 << 20);
		begun = clock_mono_ns();
		if (!readiness_of(s, S("KE"), now_s, &a, &r, &e))
			return 1;
		printf("%-28s                       %7.1f ms\n", "readiness of a country", (double)(clock_mono_ns() - begun) / 1e6);
		begun = clock_mono_ns();
		n = 0;
		{
			struct desk_verdict v;

			if (!desk_verify(s, &a, &v, &e) || v.fault != DESK_WHOLE)
				return 1;
			printf("%-28s %6llu versions       %7.1f ms\n", "verify", (unsigned long long)v.versions, (double)(clock_mono_ns() - begun) / 1e6);
		}
		arena_fini(&a);
	}
	store_close(&s);
	return 0;
}
