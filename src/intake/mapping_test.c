/* The language of mappings: values, conditions, maps, heads, and what wrong ones are told. */
#include <stdio.h>

#include "base/file.h"
#include "intake/intake.h"
#include "intake/mapping.h"
#include "intake/mapping_parse.h"
#include "intake/mapping_run.h"
#include "intake/tables.h"
#include "parse/date.h"
#include "test.h"

static bool
on_event(void *cookie, const struct event *ev, struct err *e)
{
	(void)e;
	event_to_json(ev, cookie);
	buf_byte(cookie, '\n');
	return true;
}

static bool
on_bad(void *cookie, const struct place *p, struct slice column, struct slice reason, struct err *e)
{
	(void)p, (void)e;
	buf_printf(cookie, "bad %.*s: %.*s\n", SLICE_ARG(column), SLICE_ARG(reason));
	return true;
}

/* One record's value through one right-hand side, as extra.x (or nothing). */
static void
value_of(const char *right, const char *row, struct buf *out)
{
	static struct intake_tables *t;
	struct err e = ERR_INIT;
	struct intake in;
	struct source src;
	char text[1024];

	(void)snprintf(text, sizeof(text), "[feed]\nformat = csv\ndelimiter = ;\ncolumns = a, b, c\nquote = none\nempty = -\n[head]\nat = \"# at <t>\"\n[constants]\nclassification.type = other\nsource.ip = 192.0.2.1\n[fields]\nextra.x = %s\n[map m]\nred = 1\nGREEN = 2\nblue* = 3\n\"\" = none\n[map all]\n* = *\n", right);
	if (t == NULL)
		t = intake_tables_new();
	buf_init(out, 65536);
	intake_init(&in);
	in.received_s = 1781690400; /* 2026-06-17T10:00:00 */
	in.tables = t;
	in.options = S("mapping=x");
	in.sink = (struct intake_sink){ .cookie = out, .event = on_event, .bad = on_bad };
	if (!intake_tables_add(t, S("x.conf"), slice_of_str(text), &e)) {
		buf_str(out, e.text);
	} else if (row != NULL) {
		source_of_slice(&src, slice_of_str(row));
		CHECK_OK(intake_read(&in, &src, &e), &e);
	}
	intake_fini(&in);
	/* One set of tables for all: each case's mapping takes the place of the last. */
	if (row == NULL)
		intake_tables_free(&t);
}

/* Only what stands behind "extra.x":, without the brace. */
static struct slice
extra_x(const struct buf *b)
{
	struct slice s = buf_view(b);
	size_t at = slice_find(s, S("\"extra.x\":"));

	if (slice_starts(s, S("bad ")))
		return slice_sub(s, 0, s.len - 1);
	return at == SIZE_MAX ? S("") : slice_sub(s, at + 10, s.len - at - 12);
}

static const struct { const char *right, *row, *out; } values[] = {
	{ "a", "1;2;3", "\"1\"" },
	{ "2", "1;2;3", "\"2\"" },
	{ "-1", "1;2;3", "\"3\"" },
	{ "a", "-;2;3", "" },
	{ "a | or b | or c", "-;;z", "\"z\"" },
	{ "a | default \"none of it\"", ";2;3", "\"none of it\"" },
	{ "text \"{a}-{b}\"", "1;2;3", "\"1-2\"" },
	{ "text \"{a}-{b}\"", "1;;3", "" },
	{ "a | text \"<{}|{c}>\"", "1;;3", "\"<1|3>\"" },
	{ "a | lower", "AbC;", "\"abc\"" },
	{ "a | upper", "AbC;", "\"ABC\"" },
	{ "a | strip \"[]\"", "[x];", "\"x\"" },
	{ "a | replace \"o\" \"00\"", "foo;", "\"f0000\"" },
	{ "a | remove \"o\"", "foo;", "\"f\"" },
	{ "a | after \": \"", "k: v: w;", "\"v: w\"" },
	{ "a | after-last \": \"", "k: v: w;", "\"w\"" },
	{ "a | before \":\"", "k: v: w;", "\"k\"" },
	{ "a | before-last \":\"", "k: v: w;", "\"k: v\"" },
	{ "a | after \"#\"", "plain;", "\"plain\"" },
	{ "a | between \"(\" \")\"", "x (y) z;", "\"y\"" },
	{ "a | between \"(\" \")\"", "x y z;", "" },
	{ "a | part 2 \"/\"", "x/y/z;", "\"y\"" },
	{ "a | part -1 \"/\"", "x/y/z;", "\"z\"" },
	{ "a | part 4 \"/\"", "x/y/z;", "" },
	{ "a | word 2", "one  two three;", "\"two\"" },
	{ "a | word -1", "one  two three;", "\"three\"" },
	{ "a | digits", "port 8080/tcp;", "\"8080\"" },
	{ "a | map m", "Red;", "\"1\"" },
	{ "a | map m", "green;", "\"2\"" },
	{ "a | map m", "bluebell;", "\"3\"" },
	{ "a | map m", ";", "\"none\"" },
	{ "a | map m", "other;", "" },
	{ "a | map all", "other;", "\"other\"" },
	{ "a | map m | int", "red;", "1" },
	{ "a | date", "2026-06-17 10:00;", "\"2026-06-17T10:00:00+00:00\"" },
	{ "a | date \"%d/%b/%Y:%H:%M:%S %z\"", "01/Aug/2018:09:49:41 +0200;", "\"2018-08-01T07:49:41+00:00\"" },
	{ "a | date \"%d.%m.%y\"", "17.06.26;", "\"2026-06-17T00:00:00+00:00\"" },
	{ "a | date \"%b %d %T\"", "Jun 17 09:59:59;", "\"2026-06-17T09:59:59+00:00\"" },
	{ "a | date \"%b %d %T\"", "Dec 31 23:59:59;", "\"2025-12-31T23:59:59+00:00\"" },
	{ "a | date \"%I:%M %p %F\"", "12:05 am 2026-01-02;", "\"2026-01-02T00:05:00+00:00\"" },
	{ "a | date \"%Y-%j\"", "2026-168;", "\"2026-06-17T00:00:00+00:00\"" },
	{ "a | date \"%F\"", "2026-02-30;", "bad extra.x: extra.x: \"2026-02-30\" is not a date of the form \"%F\"" },
	{ "a | epoch", "1781690400;", "\"2026-06-17T10:00:00+00:00\"" },
	{ "a | epoch", "1781690400123;", "\"2026-06-17T10:00:00.123000+00:00\"" },
	{ "a | epoch filetime", "131349599830000000;", "\"2017-03-25T23:59:43+00:00\"" },
	{ "a | epoch", "never;", "bad extra.x: extra.x: \"never\" is not a time since 1970" },
	{ "a | int", "007;", "7" },
	{ "a | number", "1.50;", "1.5" },
	{ "a | bool", "Yes;", "true" },
	{ "a | json", "[1, 2];", "[1, 2]" },
	{ "a | json", "[1, 2;", "bad extra.x: extra.x: JSON, line 1, column 6: the text ends within an object or array" },
	{ "a | list \",\"", "x, y,,z;", "[\"x\",\"y\",\"z\"]" },
	{ "a | list \",\" | item 2", "x, y;", "\"y\"" },
	{ "a | list \",\" | item -1", "x, y;", "\"y\"" },
	{ "a | list \",\" | join \"+\"", "x, y;", "\"x+y\"" },
	{ "a | json | get b.c", "{\"b\":{\"c\":7}};", "7" },
	{ "a | json | get nothing", "{\"b\":1};", "" },
	{ "a | json | keys", "{\"b\":1,\"c\":2};", "[\"b\",\"c\"]" },
	{ "a | json | keys \"b, d\"", "{\"b\":1,\"c\":2};", "[\"c\"]" },
	{ "a | json | named id", "{\"b\":{\"x\":1}};", "[{\"id\":\"b\",\"x\":1}]" },
	{ "a | json | find k v | get x", "[{\"k\":\"u\",\"x\":1},{\"k\":\"v\",\"x\":2}];", "2" },
	{ "a | ascii", "caf\xc3\xa9 x;", "\"caf x\"" },
	{ "a | refang", "hxxps://evil[.]example/;", "\"https://evil.example/\"" },
	{ "a | scheme http", "www.example.org/x;", "\"http://www.example.org/x\"" },
	{ "a | scheme http", "ftp://www.example.org/x;", "\"ftp://www.example.org/x\"" },
	{ "a | host", "192.0.2.7:8080;", "\"192.0.2.7\"" },
	{ "a | port", "192.0.2.7:8080;", "\"8080\"" },
	{ "a | host", "[2001:db8::1]:443;", "\"2001:db8::1\"" },
	{ "a | host", "2001:db8::1;", "\"2001:db8::1\"" },
	{ "a | port", "https://example.org:8443/x;", "\"8443\"" },
	{ "a | path", "https://example.org:8443/x?y;", "\"/x?y\"" },
	{ "a | asn", "AS64500 Example;", "\"64500\"" },
	{ "a | asn", "NA;", "" },
	{ "a | network", "192.0.2.0 - 192.0.2.255;", "\"192.0.2.0/24\"" },
	{ "a | network", "192.0.2.0/255.255.255.128;", "\"192.0.2.0/25\"" },
	{ "a | network", "192.0.2.1-192.0.2.9;", "bad extra.x: extra.x: \"192.0.2.1-192.0.2.9\" is more than one network" },
	{ "a | octets", "109.230.155.061;", "\"109.230.155.61\"" },
	{ "a | unbase64", "aGk=;", "\"hi\"" },
	{ "a | unescape", "a%20b%zz;", "\"a b%zz\"" },
	{ "@head.at", "# at 12:00\n1;2;3", "\"12:00\"" },
	{ "@received", "1;2;3", "\"2026-06-17T10:00:00+00:00\"" },
	{ "@line", "1;2;3", "\"1;2;3\"" },
	{ "@source.ip", "1;2;3", "\"192.0.2.1\"" },
	/* what is wrong */
	{ "a | nothing", "1;2;3", "x: line 13: extra.x: there is no converter \"nothing\"" },
	{ "a | part 2", "1;2;3", "x: line 13: extra.x: part needs more: part 2 \"separator\"" },
	{ "a | part x \"/\"", "1;2;3", "x: line 13: extra.x: part: expected a number, found \"x\"" },
	{ "a | lower x", "1;2;3", "x: line 13: extra.x: \"x\" has no meaning after lower: lower" },
	{ "a | map nowhere", "1;2;3", "x: there is no [map nowhere], though a line goes through it" },
	{ "a | date \"%Q\"", "1;2;3", "x: line 13: extra.x: date: \"%Q\" is not a form of dates: there are %Y %y %m %d %b %a %H %I %M %S %f %p %z %s %j %F %T %D" },
	{ "@head.nowhere", "1;2;3", "x: [head] has no \"nowhere\", which @head.nowhere asks for" },
	{ "@nothing", "1;2;3", "x: line 13: extra.x: there is no \"nothing\": @ stands before file, origin, received, line, key, head.NAME or an event's field" },
	{ "text \"{a\"", "1;2;3", "x: line 13: extra.x: a { without its } in \"{a\"" },
};

TEST(right_hand_sides)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct slice wanted = slice_of_str(values[i].out);
		struct buf b;

		test_case("%s: %s", values[i].right, values[i].row);
		value_of(values[i].right, values[i].row, &b);
		CHECK_SLICE(slice_starts(wanted, S("x: ")) ? buf_view(&b) : extra_x(&b), wanted);
		buf_fini(&b);
	}
}

static const struct { const char *when, *row; bool holds; } conditions[] = {
	{ "a is red", "Red;", true },
	{ "a is red, green", "green;", true },
	{ "a is red, green", "blue;", false },
	{ "a is not red", "blue;", true },
	{ "a not is red", "red;", false },
	{ "a is Malicious Host, Scanning Host", "scanning host;", true },
	{ "a is \"x, y\"", "x, y;", true },
	{ "a is x,y", "y;", true },
	{ "a is empty", ";1;2", true },
	{ "a is empty", "-;", true },
	{ "a is not empty", "x;", true },
	{ "a contains bot", "A BOTnet;", true },
	{ "a not contains bot", "A BOTnet;", false },
	{ "a starts http", "HTTPS://;", true },
	{ "a ends .txt", "x.TXT;", true },
	{ "a matches *b?t*", "a bat;", true },
	{ "a matches b?t", "a bat;", false },
	{ "a in 192.0.2.0/24, 2001:db8::/32", "192.0.2.77;", true },
	{ "a in 192.0.2.0/24, 2001:db8::/32", "2001:db8::1;", true },
	{ "a in 192.0.2.0/24", "192.0.3.1;", false },
	{ "a in 192.0.2.0/24", "192.0.2.128/25;", true },
	{ "a in 192.0.2.0/24", "192.0.0.0/16;", false },
	{ "a > 5", "5.5;", true },
	{ "a > 5", "5;", false },
	{ "a >= 5", "5;", true },
	{ "a < 5", "x;", false },
	{ "a < -1.5", "-2;", true },
	{ "a before 2026-01-01", "2025-12-31 23:59:59;", true },
	{ "a after 2026-01-01", "2025-12-31 23:59:59;", false },
	{ "a before -30d", "2026-05-01;", true },
	{ "a before -30d", "2026-06-01;", false },
	{ "a after -12h", "2026-06-17 00:00:00;", true },
	{ "a looks like ip", "192.0.2.1;", true },
	{ "a looks like ip", "192.0.2.0/24;", false },
	{ "a looks like network", "192.0.2.0/24;", true },
	{ "a looks like fqdn", "WWW.example.org;", true },
	{ "a looks like fqdn", "192.0.2.1;", false },
	{ "a looks like url", "http://example.org/;", true },
	{ "a looks like md5, sha1", "d41d8cd98f00b204e9800998ecf8427e;", true },
	{ "a looks like sha256", "d41d8cd98f00b204e9800998ecf8427e;", false },
	{ "a looks like email", "a@example.org;", true },
	{ "a same b", "x;X;", true },
	{ "a not same b", "x;y;", true },
	{ "a is 1 and b is 2", "1;2;3", true },
	{ "a is 1 and b is 3", "1;2;3", false },
	{ "a is 9 or b is 2", "1;2;3", true },
	{ "a is 9 and b is 2 or c is 3", "1;2;3", true },
	{ "a is 1 or b is 9 and c is 9", "1;2;3", true },
	{ "a is 9 or b is 9 and c is 3", "1;2;3", false },
	{ "@source.ip in 192.0.2.0/24", "1;2;3", true },
	{ "@line contains ;2;", "1;2;3", true },
};

TEST(conditions_hold)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		struct buf b;
		char right[256];

		/* The same as a section's condition and as a filter. */
		test_case("%s: %s", conditions[i].when, conditions[i].row);
		(void)snprintf(right, sizeof(right), "text \"no\"\n[constants when %s]\nextra.x = yes", conditions[i].when);
		value_of(right, conditions[i].row, &b);
		CHECK_SLICE(extra_x(&b), conditions[i].holds ? S("\"yes\"") : S("\"no\""));
		buf_fini(&b);
		(void)snprintf(right, sizeof(right), "text \"no\"\n[filter]\nkeep = %s", conditions[i].when);
		value_of(right, conditions[i].row, &b);
		CHECK_SLICE(extra_x(&b), conditions[i].holds ? S("\"no\"") : S(""));
		buf_fini(&b);
	}
}

static const struct { const char *text, *says; } wrong[] = {
	{ "[fields]\nsource.pi = 1\n", "x: line 2: there is no field \"source.pi\"; others go under \"extra.\"" },
	{ "[feed]\nformat = exe\n", "x: line 2: format: \"exe\" is none of csv, list, json, pairs, text, html, xml" },
	{ "[feed]\nnaem = x\n", "x: line 2: there is no setting \"naem\" in [feed]" },
	{ "[feed]\naccuracy = much\n", "x: line 2: accuracy: \"much\" is not a number from 0 to 100" },
	{ "[feed]\ntimezone = Mars/North\n", "x: line 2: timezone: \"Mars/North\" is not a time zone that we know; +02:00 is always one" },
	{ "[feed]\nline = <a><b>\n", "x: line 2: line: nothing stands between two <> in \"<b>\": where would one end?" },
	{ "[feed]\nline = no capture\n", "x: line 2: line: there is no <name> in it that says which part is wanted" },
	{ "[feed]\nformat = text\n[fields]\nsource.ip = ip\n", "x: [feed] has no line: format = text needs at least one" },
	{ "[feed]\nformat = xml\n[fields]\nsource.ip = ip\n", "x: [feed] has no records: format = xml needs the name of the element that is a record" },
	{ "[other]\na = b\n", "x: line 2: [other] is none of [feed], [recognise], [head], [constants], [fields], [filter], [map NAME], [constants when ...], [fields when ...]" },
	{ "[feed]\nname = x\n", "x: [fields] is empty: nothing says where the values are" },
	{ "nonsense\n", "x: line 1: expected \"key = value\" or \"[section]\", found \"nonsense\"" },
	{ "[constants]\nclassification.type = dorne\n", "x: line 2: classification.type: \"dorne\" is not a class of RSIT" },
	{ "[constants]\nsource.port = http\n", "x: line 2: source.port: \"http\" is not a whole number" },
	{ "[filter]\ndorp = a is b\n", "x: line 2: there is no setting \"dorp\" in [filter]; there are keep and drop" },
	{ "[filter]\ndrop = a si b\n", "x: line 2: drop: \"si\" is none of is, contains, starts, ends, matches, in, before, after, <, <=, >, >=, looks, same (a column of several words stands in quotes)" },
	{ "[filter]\ndrop = a is\n", "x: line 2: drop: a value is missing" },
	{ "[filter]\ndrop = a in 192.0.2.1/24\n", "x: line 2: drop: \"192.0.2.1/24\" has bits behind its length; 192.0.2.0/24 is meant?" },
	{ "[filter]\ndrop = a < b\n", "x: line 2: drop: \"b\" is not a number" },
	{ "[filter]\ndrop = a before then\n", "x: line 2: drop: \"then\" is neither a date nor, as -30d and -12h are, a time before the report came" },
	{ "[filter]\ndrop = a looks like spam\n", "x: line 2: drop: \"spam\" is none of ip, ipv4, ipv6, network, fqdn, url, email, asn, number, date, md5, sha1, sha256" },
	{ "[fields when a is]\nsource.ip = 1\n", "x: line 2: [fields when a is]: a value is missing" },
	{ "[map m]\na = 1\nA = 2\n[fields]\nextra.x = 1 | map m\n", "x: [map m] has \"a\" twice" },
	{ "[recognise]\ntext = *\n", "x: line 2: text: expected what a line begins with, at least four characters of it, found \"*\"" },
};

TEST(wrong_mappings)
{
	struct err e = ERR_INIT;
	struct mapping *m = NULL;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		test_case("%s", wrong[i].text);
		CHECK(!mapping_read(S("x.conf"), slice_of_str(wrong[i].text), &m, &e));
		CHECK_STR(e.text, wrong[i].says);
	}
}

static const struct { const char *zone, *form, *local, *utc; } zones[] = {
	{ "Europe/Warsaw", "", "2026-06-17 12:00:00", "2026-06-17T10:00:00+00:00" },
	{ "Europe/Warsaw", "", "2026-01-17 12:00:00", "2026-01-17T11:00:00+00:00" },
	{ "Europe/Warsaw", "", "2026-03-29 01:59:59", "2026-03-29T00:59:59+00:00" },
	{ "Europe/Warsaw", "", "2026-03-29 03:00:00", "2026-03-29T01:00:00+00:00" },
	{ "Europe/Warsaw", "", "2026-10-25 01:59:59", "2026-10-24T23:59:59+00:00" },
	{ "Europe/Warsaw", "", "2026-10-25 03:00:00", "2026-10-25T02:00:00+00:00" },
	{ "Europe/Warsaw", "", "2026-06-17T12:00:00Z", "2026-06-17T12:00:00+00:00" },
	{ "Europe/Warsaw", "", "2026-06-17T12:00:00+05:00", "2026-06-17T07:00:00+00:00" },
	{ "America/New_York", "%m/%d/%Y %T", "11/01/2026 00:59:59", "2026-11-01T04:59:59+00:00" },
	{ "America/New_York", "%m/%d/%Y %T", "11/01/2026 02:00:00", "2026-11-01T07:00:00+00:00" },
	{ "America/New_York", "%m/%d/%Y %T", "03/08/2026 03:00:00", "2026-03-08T07:00:00+00:00" },
	{ "+05:30", "", "2026-06-17 05:30:00", "2026-06-17T00:00:00+00:00" },
	{ "Asia/Tokyo", "", "2026-06-17", "2026-06-16T15:00:00+00:00" },
};

TEST(time_zones)
{
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		struct mapping_zone zone = { 0 };
		struct err e = ERR_INIT;
		struct date d = { 0, 0 };
		char out[DATE_TEXT_MAX];

		test_case("%s %s", zones[i].zone, zones[i].local);
		CHECK_OK(mapping_zone_parse(slice_of_str(zones[i].zone), &zone, &e), &e);
		CHECK(mapping_date(slice_of_str(zones[i].local), slice_of_str(zones[i].form), &zone, 0, &d.s, &d.us));
		CHECK_SLICE(slice_of(out, date_print(&d, out)), slice_of_str(zones[i].utc));
	}
}

/* The fast form of globs agrees with the plain one, which goes back each time. */
static bool /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tests are */
glob_plain(struct slice p, struct slice s)
{
	if (p.len == 0)
		return s.len == 0;
	if (p.p[0] == '*')
		return glob_plain(slice_from(p, 1), s) || (s.len > 0 && glob_plain(p, slice_from(s, 1)));
	return s.len > 0 && (p.p[0] == '?' || p.p[0] == s.p[0]) && glob_plain(slice_from(p, 1), slice_from(s, 1));
}

TEST(globs)
{
	uint32_t seed = 20261128;

	for (size_t n = 0; n < 20000; n++) {
		uint8_t p[6], s[8];
		size_t plen, slen;

		for (size_t i = 0; i < sizeof(p); i++)
			p[i] = (uint8_t)"ab*?"[(seed = seed * 1664525 + 1013904223) >> 30];
		for (size_t i = 0; i < sizeof(s); i++)
			s[i] = (uint8_t)"ab"[(seed = seed * 1664525 + 1013904223) >> 31];
		plen = (seed >> 8) % 7;
		slen = (seed >> 16) % 9;
		test_case("%.*s on %.*s", (int)plen, (const char *)p, (int)slen, (const char *)s);
		CHECK(mapping_glob(slice_of(p, plen), slice_of(s, slen)) == glob_plain(slice_of(p, plen), slice_of(s, slen)));
	}
}

/* What docs/mappings.md shows is a mapping: each block of it that begins with [feed]. */
TEST(examples_of_the_page)
{
	struct err e = ERR_INIT;
	struct buf page, block;
	struct slice rest, line;
	size_t count = 0;
	bool inside = false, more = true;

	buf_init(&page, 1 << 20);
	buf_init(&block, 1 << 16);
	CHECK_OK(file_read(test_path("docs/mappings.md"), &page, &e), &e);
	rest = buf_view(&page);
	while (more) {
		struct mapping *m = NULL;

		more = slice_line(&rest, &line);
		inside = inside || slice_eq(line, S("    [feed]"));
		if (inside && more && slice_starts(line, S("    "))) {
			buf_put(&block, slice_from(line, 4));
			buf_byte(&block, '\n');
			continue;
		}
		if (!inside)
			continue;
		test_case("%.*s", SLICE_ARG(buf_view(&block)));
		CHECK_OK(mapping_read(S("page.conf"), buf_view(&block), &m, &e), &e);
		mapping_free(&m);
		buf_clear(&block);
		inside = false;
		count++;
	}
	CHECK_INT(count, 3);
	buf_fini(&page);
	buf_fini(&block);
}

int
main(void)
{
	struct buf b;

	RUN(right_hand_sides);
	RUN(conditions_hold);
	value_of("a", NULL, &b);
	buf_fini(&b);
	RUN(wrong_mappings);
	RUN(time_zones);
	RUN(globs);
	RUN(examples_of_the_page);
	return test_end();
}
