#include "model/who.h"

#include "test.h"

/*
 * The table once more, as a person would draw it on paper: a role a column in
 * the order of enum who_role, x where it may.
 */
struct right_case {
	enum who_right right;
	const char *may;
};

static const struct right_case cases[] = {
	/*                         a a f c e d a v    administrator analyst focal-point coordinator */
	/*                         d n o o x o u i    expert donor auditor viewer */
	{ RIGHT_PUBLIC,           "x x x x x x x x" },
	{ RIGHT_SELF,             "x x x x x x x x" },
	{ RIGHT_STATS_READ,       "x x x x x x x x" },
	{ RIGHT_FINDINGS_READ,    "- x x x - - x x" },
	{ RIGHT_FINDINGS_ACT,     "- x x - - - - -" },
	{ RIGHT_REPORTS_READ,     "- x - - - - x -" },
	{ RIGHT_REPORTS_RAW,      "- x - - - - - -" },
	{ RIGHT_REPORTS_ADD,      "- x - - - - - -" },
	{ RIGHT_CONTACTS_READ,    "- x x x - - x -" },
	{ RIGHT_CONTACTS_CHANGE,  "- x x x - - - -" },
	{ RIGHT_NOTICES_READ,     "- x x x - - x -" },
	{ RIGHT_NOTICES_MAKE,     "- x - - - - - -" },
	{ RIGHT_NOTICES_SEND,     "- x x - - - - -" },
	{ RIGHT_SETTINGS_READ,    "x x - x - - x -" },
	{ RIGHT_SETTINGS_CHANGE,  "x - - - - - - -" },
	{ RIGHT_ACCOUNTS_READ,    "x - - - - - x -" },
	{ RIGHT_ACCOUNTS,         "x - - - - - - -" },
	{ RIGHT_AUDIT_READ,       "x - - - - - x -" },
	{ RIGHT_METRICS,          "x - - - - - x -" },
	{ RIGHT_AGREEMENTS_READ,  "- x x x - - x -" },
	{ RIGHT_AGREEMENTS_CHANGE, "- - - x - - - -" },
};

TEST(role_and_right)
{
	CHECK_INT(sizeof(cases) / sizeof(cases[0]), RIGHT_COUNT);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_INT(cases[i].right, i);
		for (unsigned r = 0; r < WHO_ROLE_COUNT; r++) {
			struct who w = { .rights = who_role_rights((enum who_role)r) };

			test_case("%s, %s", who_role_name((enum who_role)r), who_right_name(cases[i].right));
			CHECK_INT(who_may(&w, cases[i].right), cases[i].may[2 * r] == 'x');
		}
	}
}

/* Whatever the table becomes: what may not be, whoever edits it. */
TEST(never)
{
	static const enum who_right changes[] = { RIGHT_FINDINGS_ACT, RIGHT_REPORTS_ADD, RIGHT_CONTACTS_CHANGE,
		RIGHT_NOTICES_MAKE, RIGHT_NOTICES_SEND, RIGHT_SETTINGS_CHANGE, RIGHT_ACCOUNTS };
	struct who nobody = { .kind = WHO_NOBODY };

	for (unsigned r = 0; r < RIGHT_COUNT; r++)
		CHECK_INT(who_may(&nobody, (enum who_right)r), r == RIGHT_PUBLIC);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		static const enum who_role readers[] = { WHO_AUDITOR, WHO_VIEWER, WHO_DONOR, WHO_EXPERT };

		for (size_t k = 0; k < sizeof(readers) / sizeof(readers[0]); k++)
			CHECK((who_role_rights(readers[k]) >> changes[i] & 1) == 0);
	}
	CHECK((who_scopes() >> RIGHT_ACCOUNTS & 1) == 0);
	CHECK((who_scopes() >> RIGHT_SELF & 1) == 0);
	CHECK((who_scopes() >> RIGHT_AGREEMENTS_CHANGE & 1) == 0); /* signing is a person's */
	CHECK_INT(who_role_rights(WHO_ROLE_COUNT), 1u << RIGHT_PUBLIC);
}

TEST(names)
{
	enum who_role role;
	enum who_right right;

	for (unsigned r = 0; r < WHO_ROLE_COUNT; r++) {
		CHECK(who_role_find(slice_of_str(who_role_name((enum who_role)r)), &role) && role == r);
		CHECK(who_role_title((enum who_role)r)[0] != '\0');
	}
	for (unsigned r = 0; r < RIGHT_COUNT; r++) {
		CHECK(who_right_find(slice_of_str(who_right_name((enum who_right)r)), &right) && right == r);
		CHECK(who_right_title((enum who_right)r)[0] != '\0');
	}
	CHECK(who_role_find(S("Focal-Point"), &role) && role == WHO_FOCAL_POINT);
	CHECK(!who_role_find(S("root"), &role));
	CHECK(!who_role_find(S(""), &role));
	CHECK(!who_right_find(S("findings"), &right));
	for (unsigned k = 0; k < WHO_KIND_COUNT; k++)
		CHECK(who_kind_name((enum who_kind)k)[0] != '\0');
}

struct list_case {
	const char *name;
	struct slice text;
	bool ok;
	uint32_t want;
};

static const struct list_case lists[] = {
	{ "nothing", S_INIT(""), true, 0 },
	{ "spaces alone", S_INIT(" , "), true, 0 },
	{ "one", S_INIT("viewer"), true, 1u << WHO_VIEWER },
	{ "commas", S_INIT("viewer,donor"), true, 1u << WHO_VIEWER | 1u << WHO_DONOR },
	{ "twice", S_INIT("viewer  viewer"), true, 1u << WHO_VIEWER },
	{ "one that is none", S_INIT("viewer,king"), false, 0 },
	{ "a NUL in it", S_INIT("viewer\0"), false, 0 },
};

TEST(lists_parse)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct err e = ERR_INIT;
		uint32_t got = 0;

		test_case("%s", lists[i].name);
		CHECK_INT(who_roles_parse(lists[i].text, &got, &e), lists[i].ok);
		if (lists[i].ok)
			CHECK_INT(got, lists[i].want);
		else
			CHECK_INT(e.code, ERR_INPUT);
	}
}

TEST(lists_print_back)
{
	for (unsigned n = 0; n < 500; n++) {
		uint32_t want = (uint32_t)test_random() & WHO_RIGHTS_ALL, got = 0;
		struct err e = ERR_INIT;
		struct buf b;

		buf_init(&b, 4096);
		who_rights_print(want, &b);
		CHECK_OK(who_rights_parse(buf_view(&b), &got, &e), &e);
		CHECK_INT(got, want);
		buf_clear(&b);
		who_roles_print(want & 0xff, &b);
		CHECK_OK(who_roles_parse(buf_view(&b), &got, &e), &e);
		CHECK_INT(got, want & 0xff);
		buf_fini(&b);
	}
}

TEST(bound_to_a_country)
{
	static const struct { const char *name; uint32_t roles; struct slice country; bool bound; } rows[] = {
		{ "a focal point", 1u << WHO_FOCAL_POINT, S_INIT("ES"), true },
		{ "a focal point of none", 1u << WHO_FOCAL_POINT, S_INIT(""), false },
		{ "and donor", 1u << WHO_FOCAL_POINT | 1u << WHO_DONOR, S_INIT("ES"), true },
		{ "and administrator", 1u << WHO_FOCAL_POINT | 1u << WHO_ADMINISTRATOR, S_INIT("ES"), true },
		{ "and analyst", 1u << WHO_FOCAL_POINT | 1u << WHO_ANALYST, S_INIT("ES"), false },
		{ "an analyst", 1u << WHO_ANALYST, S_INIT("ES"), false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct who w = { .roles = rows[i].roles };

		test_case("%s", rows[i].name);
		who_country_set(&w, rows[i].country);
		CHECK_INT(who_is_bound(&w), rows[i].bound);
	}
}

TEST(counts_for_whom)
{
	static const struct { const char *name; uint32_t roles; uint64_t n; bool told; uint64_t want; } rows[] = {
		{ "none", 1u << WHO_DONOR, 0, true, 0 },
		{ "one", 1u << WHO_DONOR, 1, false, 0 },
		{ "nine", 1u << WHO_DONOR, 9, false, 0 },
		{ "ten", 1u << WHO_DONOR, 10, true, 10 },
		{ "between", 1u << WHO_EXPERT, 1239, true, 1230 },
		{ "who keeps the machine", 1u << WHO_ADMINISTRATOR, 3, false, 0 },
		{ "nobody", 0, 3, false, 0 },
		{ "who sees findings", 1u << WHO_VIEWER, 3, true, 3 },
		{ "with another role", 1u << WHO_DONOR | 1u << WHO_AUDITOR, 1239, true, 1239 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct who w = { .roles = rows[i].roles, .rights = who_roles_rights(rows[i].roles) };
		uint64_t got = 0;

		test_case("%s", rows[i].name);
		CHECK_INT(who_count(&w, rows[i].n, &got), rows[i].told);
		if (rows[i].told)
			CHECK_INT(got, rows[i].want);
	}
}

int
main(void)
{
	RUN(role_and_right);
	RUN(never);
	RUN(names);
	RUN(lists_parse);
	RUN(lists_print_back);
	RUN(bound_to_a_country);
	RUN(counts_for_whom);
	return test_end();
}
