/* What a notice looks like: for people in six languages, for programs, and with hostile text in it. */
#include <stdio.h>
#include <stdlib.h>

#include "attrib/contacts.h"
#include "intake/xarf_rules.h"
#include "parse/csv.h"
#include "parse/mime.h"
#include "share/compose.h"
#include "test.h"

#define NOW 1781700000

static struct notices_options options = { .name = S_INIT("CSIRT de Éxample"), .mail = S_INIT("csirt@demo.example"),
	.reply_to = S_INIT("desk@demo.example"), .lang = LANG_EN, .interval_s = 86400, .tlp = TLP_AMBER, .now_s = NOW };

static const struct contact asn = { .id = 1, .scope = SCOPE_ASN, .value = S_INIT("64496") },
	prefix = { .id = 2, .scope = SCOPE_PREFIX, .value = S_INIT("192.0.2.0/24") },
	country = { .id = 3, .scope = SCOPE_COUNTRY, .value = S_INIT("ES") };

static struct finding_row
row(int64_t id, enum class class, const char *place, const char *identifier, int64_t last_s)
{
	return (struct finding_row){ .id = id, .class = class, .kind = PLACE_IP, .place = slice_of_str(place),
		.identifier = slice_of_str(identifier), .transport = S("tcp"), .country = S("ES"), .feed = S("f"), .label = S(""),
		.first_s = NOW - 86400, .last_s = last_s, .count = 1, .asn = 64496, .port = 443 };
}

static struct compose
notice(struct finding_row *rows, size_t n, unsigned formats)
{
	return (struct compose){ .options = &options, .to = S("abuse@a.example"), .lang = LANG_EN, .formats = formats,
		.contacts = { &asn, &prefix, &country }, .contact_count = 3, .id = S("N1"), .rows = rows, .count = n };
}

/* The text of the message's first part, decoded; the names of the others. */
static struct slice
body(struct slice bytes, struct arena *a, char names[200])
{
	struct mime m = MIME_NONE;
	struct slice text = SLICE_NONE, all = SLICE_NONE;
	struct err e = ERR_INIT;

	names[0] = '\0';
	if (!CHECK_OK(mime_open(&m, bytes, &MIME_LIMITS, a, &e), &e))
		return all;
	for (size_t i = 0; i < m.count; i++) {
		struct slice name = mime_name(&m.parts[i]);

		if (all.p == NULL && mime_is(&m.parts[i], "text", "plain") && mime_text(&m, &m.parts[i], &text))
			all = text;
		if (name.p != NULL)
			(void)snprintf(names + strlen(names), 200 - strlen(names), "%.*s ", SLICE_ARG(name));
	}
	mime_close(&m);
	return all;
}

TEST(six_languages)
{
	mime_warmup();

	struct finding_row rows[3] = { row(5, CLASS_INFECTED_SYSTEM, "192.0.2.1", "necurs", NOW),
		row(6, CLASS_VULNERABLE_SYSTEM, "192.0.2.2", "=1+1\r\nBcc: x@y.example", NOW),
		row(7, CLASS_C2_SERVER, "2001:db8::1", "x", NOW) };
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	buf_init(&b, 1 << 20);
	arena_init(&a, 1 << 22);
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		struct compose c = notice(rows, 3, CONTACT_CSV | CONTACT_XARF);
		struct slice rest, line, text, head;
		char names[200];

		test_case("%s", lang_tag((enum lang)lang));
		c.lang = (enum lang)lang;
		buf_clear(&b);
		CHECK_OK(compose_notice(&c, &b, &e), &e);
		head = mime_head(buf_view(&b));
		CHECK_SLICE(slice_trim(mime_header_find(head, S("To"))), S("<abuse@a.example>"));
		CHECK_SLICE(slice_trim(mime_header_find(head, S("Reply-To"))), S("<desk@demo.example>"));
		CHECK_SLICE(slice_trim(mime_header_find(head, S("Auto-Submitted"))), S("auto-generated"));
		CHECK_SLICE(slice_trim(mime_header_find(head, S("Message-ID"))), S("<N1@demo.example>"));
		CHECK(slice_find(mime_header_text(mime_header_find(head, S("Subject")), 500, &a), S("AS64496, 192.0.2.0/24")) != SIZE_MAX);
		CHECK(slice_find(mime_header_text(mime_header_find(head, S("Subject")), 500, &a), S("3")) != SIZE_MAX);
		CHECK(slice_find(buf_view(&b), S("\nBcc:")) == SIZE_MAX); /* a stranger's text begins no line */
		text = body(buf_view(&b), &a, names);
		CHECK(slice_find(text, S("\nBcc:")) == SIZE_MAX);
		CHECK(slice_find(text, S("=1+1??Bcc")) != SIZE_MAX);
		CHECK_STR(names, "xarf-F0000000000005.json xarf-F0000000000006.json xarf-F0000000000007.json findings.csv ");
		/* Rows of addresses stay left to right: an isolate each, in Arabic alone. */
		CHECK((slice_find(text, S("\xe2\x81\xa6")) != SIZE_MAX) == (lang == LANG_AR));
		rest = buf_view(&b);
		for (size_t n = 0; slice_cut(&rest, '\n', &line) && rest.p != NULL; n++) {
			if (!CHECK(line.len > 0 && line.p[line.len - 1] == '\r' && line.len <= 79))
				break;
		}
	}
	arena_fini(&a);
	buf_fini(&b);
}

TEST(latest_first)
{
	struct finding_row rows[30];
	struct compose c = notice(rows, 30, CONTACT_CSV);
	struct err e = ERR_INIT;
	struct slice text;
	struct arena a;
	struct buf b;
	char names[200], place[30][32];

	for (int i = 0; i < 30; i++) {
		/* Ids grow, dates go up and down. */
		(void)snprintf(place[i], sizeof(place[i]), "192.0.2.%d", i);
		rows[i] = row(100 + i, CLASS_SCANNER, place[i], "", NOW - 60 * ((i * 7) % 30));
	}
	buf_init(&b, 1 << 20);
	arena_init(&a, 1 << 22);
	CHECK_OK(compose_notice(&c, &b, &e), &e);
	text = body(buf_view(&b), &a, names);
	CHECK(slice_find(text, S("  192.0.2.0 :443")) != SIZE_MAX); /* the latest, of 20 that are shown */
	CHECK(slice_find(text, S("192.0.2.0 ")) < slice_find(text, S("192.0.2.13 "))); /* (13 * 7) % 30 = 1 */
	CHECK(slice_find(text, S("192.0.2.13 ")) < slice_find(text, S("192.0.2.26 ")));
	CHECK(slice_find(text, S("192.0.2.17 ")) == SIZE_MAX); /* (17 * 7) % 30 = 29: the oldest */
	CHECK_STR(names, "findings.csv ");
	arena_fini(&a);
	buf_fini(&b);
}

TEST(formats)
{
	static const struct {
		const char *name, *format;
		enum class class; /* of the second finding */
		const char *attached;
	} cases[] = {
		{ "csv", "csv", CLASS_SCANNER, "findings.csv " },
		{ "nothing said", "", CLASS_SCANNER, "findings.csv " },
		{ "both", "csv,xarf", CLASS_C2_SERVER, "xarf-F0000000000005.json xarf-F0000000000006.json findings.csv " },
		{ "both in a word", "both", CLASS_C2_SERVER, "xarf-F0000000000005.json xarf-F0000000000006.json findings.csv " },
		{ "xarf", "X-ARF", CLASS_C2_SERVER, "xarf-F0000000000005.json xarf-F0000000000006.json " },
		/* X-ARF would leave one out: then the table comes, too. */
		{ "xarf that has no form for all", "xarf", CLASS_SPAM, "xarf-F0000000000005.json findings.csv " },
	};
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;
	char names[200];

	buf_init(&b, 1 << 20);
	arena_init(&a, 1 << 22);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding_row rows[2] = { row(5, CLASS_INFECTED_SYSTEM, "192.0.2.1", "necurs", NOW), row(6, cases[i].class, "192.0.2.2", "x", NOW) };
		unsigned formats = contact_formats(slice_of_str(cases[i].format));
		struct compose c = notice(rows, 2, formats == 0 ? CONTACT_CSV : formats);

		test_case("%s", cases[i].name);
		buf_clear(&b);
		CHECK_OK(compose_notice(&c, &b, &e), &e);
		(void)body(buf_view(&b), &a, names);
		CHECK_STR(names, cases[i].attached);
	}
	arena_fini(&a);
	buf_fini(&b);
}

TEST(xarf_by_its_own_rules)
{
	struct finding_row rows[3] = { row(5, CLASS_INFECTED_SYSTEM, "192.0.2.1", "necurs", NOW),
		row(6, CLASS_VULNERABLE_SYSTEM, "192.0.2.2", "=1+1\r\nBcc: x@y.example", NOW),
		row(7, CLASS_C2_SERVER, "2001:db8::1", "x", NOW) };
	struct err e = ERR_INIT;
	const struct json *j;
	struct arena a;
	struct buf b;

	buf_init(&b, 1 << 20);
	arena_init(&a, 1 << 20);
	xarf_rules_warmup();
	for (size_t i = 0; i < 3; i++) {
		buf_clear(&b);
		CHECK(compose_xarf(&options, &rows[i], &b));
		CHECK_OK(json_parse(buf_view(&b), &JSON_LIMITS, &a, &j, &e), &e);
		CHECK_OK(xarf_rules_check("v4__xarf-core", j, &e), &e);
		CHECK_OK(xarf_rules_check(i == 1 ?
		    "v4__types__vulnerability-open-service" : "v4__types__infrastructure-botnet", j, &e), &e);
	}
	rows[0].class = CLASS_SPAM;
	CHECK(!compose_xarf(&options, &rows[0], &b));
	arena_fini(&a);
	buf_fini(&b);
}

/* Cells that a spreadsheet would run, and what stands there instead. */
TEST(no_formulas)
{
	static const struct { const char *name, *in, *out; } cases[] = {
		{ "equals", "=1+1", "'=1+1" },
		{ "plus", "+1", "'+1" },
		{ "minus", "-1+1|cmd", "'-1+1|cmd" },
		{ "at", "@SUM(1)", "'@SUM(1)" },
		{ "tab before", "\t=1", "' =1" },
		{ "line end before", "\r\n=1", "'  =1" },
		{ "spaces before", "  =1", "'  =1" },
		{ "quote before", "\"=1", "'\"\"=1" },
		{ "wide form", "\xef\xbc\x9d" "1", "'\xef\xbc\x9d" "1" },
		{ "behind a semicolon", "a;=1", "a;'=1" },
		{ "behind a semicolon and a quote", "a; \"=1", "a;' \"\"=1" },
		{ "line ends within", "a\r\nF000,=1", "a  F000,=1" },
		{ "NUL and escape", "a\x1b[31m", "a [31m" },
		{ "writing turned around", "a\xe2\x80\xae" "b", "a b" },
		{ "no UTF-8", "a\xff" "b", "a b" },
		{ "as it should be", "open-rdp; a=b", "open-rdp; a=b" },
		{ "Arabic", "\xd8\xa7\xd8\xb3\xd9\x85", "\xd8\xa7\xd8\xb3\xd9\x85" },
	};
	struct buf b;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding_row r = row(5, CLASS_SCANNER, cases[i].in, "", NOW);
		struct slice rest, cell;

		test_case("%s", cases[i].name);
		r.feed = r.identifier = r.place;
		buf_clear(&b);
		compose_csv(&options, &r, &b);
		CHECK_INT(slice_find_byte(buf_view(&b), '\n'), b.len - 1);
		/* The last cell, as it stands: quotes doubled within quotes. */
		CHECK(slice_ends(buf_view(&b), S(",,AMBER\r\n")));
		rest = slice_sub(buf_view(&b), 0, b.len - 9);
		cell = slice_from(rest, slice_find(rest, S("Z,1,")) + 4);
		if (cell.len > 1 && cell.p[0] == '"')
			cell = slice_sub(cell, 1, cell.len - 2);
		CHECK_SLICE(cell, slice_of_str(cases[i].out));
	}
	buf_fini(&b);
}

TEST(names_in_headers)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "CSIRT of Exampleland", "CSIRT of Exampleland" },
		{ "CERT.br", "\"CERT.br\"" },
		{ "Foo, Inc. (\"x\")", "\"Foo, Inc. (\\\"x\\\")\"" },
		{ "CSIRT de Éxample", "=?utf-8?B?Q1NJUlQgZGUgw4l4YW1wbGU=?=" },
		{ "=?utf-8?Q?x?=", "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?=" },
		{ "a\r\nBcc: x@y.example", "=?utf-8?B?YQ0KQmNjOiB4QHkuZXhhbXBsZQ==?=" },
	};
	struct buf b;

	buf_init(&b, 1 << 12);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&b);
		compose_phrase(&b, slice_of_str(cases[i].in));
		CHECK_SLICE(buf_view(&b), slice_of_str(cases[i].out));
	}
	buf_fini(&b);
}

/* The mark of a notice, of its rows in the table and in X-ARF. */
TEST(marks)
{
	static const struct {
		const char *name;
		enum tlp set, rows[2];
		const char *notice, *tag;
		bool alike;
	} cases[] = {
		{ "by the setting", TLP_AMBER, { TLP_CLEAR, TLP_GREEN }, "AMBER", "\"tlp:amber\"", true },
		{ "a row is stricter", TLP_CLEAR, { TLP_CLEAR, TLP_AMBER }, "AMBER", "\"tlp:clear\"", false },
		{ "both rows are", TLP_CLEAR, { TLP_GREEN, TLP_GREEN }, "GREEN", "\"tlp:green\"", true },
		{ "ours alone", TLP_AMBER_STRICT, { TLP_CLEAR, TLP_CLEAR }, "AMBER+STRICT", "\"tlp:amber+strict\"", true },
		{ "red, to an authority", TLP_AMBER, { TLP_AMBER, TLP_RED }, "RED", "\"tlp:amber\"", false },
	};
	struct err e = ERR_INIT;
	const struct json *j;
	struct arena a;
	struct buf b;

	buf_init(&b, 1 << 20);
	arena_init(&a, 1 << 22);
	xarf_rules_warmup();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding_row rows[2] = { row(5, CLASS_INFECTED_SYSTEM, "192.0.2.1", "x", NOW), row(6, CLASS_SCANNER, "192.0.2.2", "", NOW - 1) };
		struct notices_options o = options;
		struct compose c = notice(rows, 2, CONTACT_CSV);
		char names[200], want[64];
		struct slice text;
		enum tlp marked = TLP_CLEAR;

		test_case("%s", cases[i].name);
		o.tlp = cases[i].set;
		c.options = &o;
		rows[0].tlp = cases[i].rows[0];
		rows[1].tlp = cases[i].rows[1];
		buf_clear(&b);
		CHECK_OK(compose_notice(&c, &b, &e), &e);
		CHECK(compose_marked(slice_sub(buf_view(&b), 0, COMPOSE_HEAD_MAX), &marked));
		CHECK_STR(tlp_name(marked), cases[i].notice);
		(void)snprintf(want, sizeof(want), "[TLP:%s]", cases[i].notice);
		CHECK(slice_find(mime_header_text(mime_header_find(mime_head(buf_view(&b)), S("Subject")), 500, &a), slice_of_str(want)) != SIZE_MAX);
		text = body(buf_view(&b), &a, names);
		(void)snprintf(want, sizeof(want), "is marked TLP:%s (", cases[i].notice);
		CHECK(slice_find(text, slice_of_str(want)) != SIZE_MAX);
		CHECK((slice_find(text, S("strictest")) == SIZE_MAX) == cases[i].alike);
		buf_clear(&b);
		compose_csv(&o, &rows[1], &b);
		(void)snprintf(want, sizeof(want), ",%s\r\n", cases[i].notice);
		CHECK(slice_ends(buf_view(&b), slice_of_str(want)));
		buf_clear(&b);
		CHECK(compose_xarf(&o, &rows[0], &b));
		CHECK(slice_find(buf_view(&b), slice_of_str(cases[i].tag)) != SIZE_MAX);
		CHECK_OK(json_parse(buf_view(&b), &JSON_LIMITS, &a, &j, &e), &e);
		CHECK_OK(xarf_rules_check("v4__xarf-core", j, &e), &e);
	}
	CHECK(!compose_marked(S("From: a\r\n"), &(enum tlp){ TLP_CLEAR }));
	arena_fini(&a);
	buf_fini(&b);
}

/* Whose, in words: of a network by its number, of a country as one. */
TEST(whose)
{
	static const struct {
		const char *name;
		const struct contact *as[2];
		const char *subject, *told;
	} cases[] = {
		{ "an AS", { &asn, NULL }, "1 finding in your network (AS64496) ", "contact of AS64496." },
		{ "a prefix", { &prefix, NULL }, "1 finding in your network (192.0.2.0/24) ", "contact of 192.0.2.0/24." },
		{ "a focal point", { &country, NULL }, "1 finding in your country (Spain) ", "focal point of the country Spain." },
		{ "both", { &country, &asn }, "1 finding in your network (AS64496) ", "contact of AS64496.\r\nYou are told as the focal point of the country Spain.\r\n" },
	};
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	buf_init(&b, 1 << 20);
	arena_init(&a, 1 << 22);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding_row rows[1] = { row(5, CLASS_SCANNER, "192.0.2.1", "", NOW) };
		struct compose c = notice(rows, 1, CONTACT_CSV);
		char names[200];
		struct slice text;

		test_case("%s", cases[i].name);
		c.contacts[0] = cases[i].as[0];
		c.contacts[1] = cases[i].as[1];
		c.contact_count = cases[i].as[1] == NULL ? 1 : 2;
		buf_clear(&b);
		CHECK_OK(compose_notice(&c, &b, &e), &e);
		CHECK(slice_starts(mime_header_text(mime_header_find(mime_head(buf_view(&b)), S("Subject")), 500, &a), slice_of_str(cases[i].subject)));
		text = body(buf_view(&b), &a, names);
		CHECK(slice_find(text, slice_of_str(cases[i].told)) != SIZE_MAX);
		/* What a colon announces comes next. */
		CHECK(slice_find(text, S("that you answer for:\r\n\r\n* ")) != SIZE_MAX);
	}
	arena_fini(&a);
	buf_fini(&b);
}

/* A free text is no identifier: it has a column of its own. */
TEST(columns)
{
	struct finding_row r = row(5, CLASS_SCANNER, "192.0.2.1", "", NOW);
	struct buf b;

	buf_init(&b, 1 << 16);
	r.label = S("=seen, knocking");
	compose_csv(&options, &r, &b);
	CHECK(slice_starts(buf_view(&b), S("F0000000000005,scanner,,192.0.2.1,443,")));
	CHECK(slice_ends(buf_view(&b), S(",f,\"'=seen, knocking\",AMBER\r\n")));
	buf_clear(&b);
	compose_csv(&options, NULL, &b);
	CHECK(slice_ends(buf_view(&b), S(",feed,description,tlp\r\n")));
	buf_fini(&b);
}

int
main(void)
{
	mime_warmup();
	RUN(six_languages);
	RUN(latest_first);
	RUN(formats);
	RUN(xarf_by_its_own_rules);
	RUN(no_formulas);
	RUN(names_in_headers);
	RUN(marks);
	RUN(whose);
	RUN(columns);
	return test_end();
}
