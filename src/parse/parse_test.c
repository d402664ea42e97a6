/* What each parser takes and refuses, and that splits of the input do not matter. */
#include <stdio.h>
#include <stdlib.h>

#include "parse/base64.h"
#include "parse/conf.h"
#include "parse/csv.h"
#include "parse/date.h"
#include "parse/domain.h"
#include "parse/ip.h"
#include "parse/json.h"
#include "test.h"

static const struct { const char *text, *back; } ips[] = {
	{ "192.0.2.1", "192.0.2.1" }, { "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" }, { "256.0.0.1", NULL },
	{ "1.2.3", NULL }, { "1.2.3.4.5", NULL }, { "1.2.3.04", NULL },
	{ " 1.2.3.4", NULL }, { "", NULL }, { "::", "::" }, { "::1", "::1" },
	{ "2001:DB8::1", "2001:db8::1" }, { "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" }, { "1:2:3:4:5:6:7", NULL },
	{ "1:2:3:4:5:6:7:8:9", NULL }, { "1::2::3", NULL }, { ":1:2:3:4:5:6:7", NULL },
	{ "1:2:3:4:5:6:7:", NULL }, { "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
	{ "::ffff:192.0.2.1", "192.0.2.1" }, { "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
	{ "fe80::1%eth0", NULL }, { "12345::", NULL }, { "1:2:3:4:5:6:7:1.2.3.4", NULL },
	{ ":::", NULL }, { "::1:", NULL },
};

TEST(addresses)
{
	struct err e = ERR_INIT;
	struct prefix p;
	struct ip ip;
	char text[PREFIX_TEXT_MAX];

	for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++) {
		bool ok = ip_parse(slice_of_str(ips[i].text), &ip, &e);

		test_case("%s", ips[i].text);
		CHECK(ok == (ips[i].back != NULL));
		if (ok) {
			CHECK(ip_print(ip, text) == strlen(text));
			CHECK_STR(text, ips[i].back == NULL ? "" : ips[i].back);
		}
	}
	for (int i = 0; i < 100000; i++) {
		struct ip r = { test_random(), test_random() }, back;

		if (i % 3 == 0)
			r = ip_of_v4((uint32_t)r.lo);
		else if (i % 3 == 1)
			r = (struct ip){ r.hi & r.lo & test_random(), r.lo & test_random() & 0xffff00ff0000ffff };
		(void)ip_print(r, text);
		if (!ip_read(slice_of_str(text), &back) || ip_cmp(r, back) != 0) {
			test_case("%s", text);
			FAIL("print and read agree");
		}
	}
	CHECK_OK(prefix_parse(S("192.0.2.0/24"), &p, &e), &e);
	CHECK(p.bits == 120 && prefix_covers(&p, ip_of_v4(0xc00002ff)) && !prefix_covers(&p, ip_of_v4(0xc0000300)));
	(void)prefix_print(&p, text);
	CHECK_STR(text, "192.0.2.0/24");
	CHECK(!prefix_parse(S("192.0.2.1/24"), &p, &e));
	CHECK(strstr(e.text, "192.0.2.0/24 is meant") != NULL);
	CHECK(prefix_read_loose(S("192.0.2.1/24"), &p) && p.bits == 120);
	CHECK_OK(prefix_parse(S("2001:db8::/32"), &p, &e), &e);
	(void)prefix_print(&p, text);
	CHECK_STR(text, "2001:db8::/32");
	CHECK(!prefix_parse(S("192.0.2.0/33"), &p, &e) && !prefix_parse(S("::/129"), &p, &e));
	p = prefix_within(ip_of_v4(0x01000105), ip_of_v4(0x01000100), ip_of_v4(0x010003ff));
	(void)prefix_print(&p, text);
	CHECK_STR(text, "1.0.1.0/24");
}

/*
 * IANA's special-purpose registries for IPv4 and IPv6, each row; the last
 * address of a block is as special as its first. "not": globally reachable,
 * or no row at all.
 */
static const struct { const char *block; bool special; } registry[] = {
	{ "0.0.0.0/8", true }, { "0.0.0.0/32", true }, { "10.0.0.0/8", true }, { "100.64.0.0/10", true },
	{ "127.0.0.0/8", true }, { "169.254.0.0/16", true }, { "172.16.0.0/12", true }, { "192.0.0.0/24", true },
	{ "192.0.0.0/29", true }, { "192.0.0.8/32", true }, { "192.0.0.9/32", false }, { "192.0.0.10/32", false },
	{ "192.0.0.170/32", true }, { "192.0.0.171/32", true }, { "192.0.2.0/24", true }, { "192.31.196.0/24", false },
	{ "192.52.193.0/24", false }, { "192.88.99.0/24", true }, { "192.168.0.0/16", true }, { "192.175.48.0/24", false },
	{ "198.18.0.0/15", true }, { "198.51.100.0/24", true }, { "203.0.113.0/24", true }, { "240.0.0.0/4", true },
	{ "255.255.255.255/32", true }, { "224.0.0.0/4", true },
	/* beside them */
	{ "9.0.0.0/8", false }, { "11.0.0.0/8", false }, { "100.128.0.0/10", false }, { "172.32.0.0/12", false },
	{ "192.0.1.0/24", false }, { "198.20.0.0/15", false }, { "8.8.8.8/32", false },
	{ "::1/128", true }, { "::/128", true }, { "64:ff9b:1::/48", true }, { "100::/64", true }, { "100:0:0:1::/64", true },
	{ "2001:1::1/128", false }, { "2001:1::2/128", false }, { "2001:1::3/128", false }, { "2001:1::4/128", true },
	{ "2001:2::/48", true }, { "2001:3::/32", false }, { "2001:4:112::/48", false }, { "2001:10::/28", true },
	{ "2001:20::/28", false }, { "2001:30::/28", false }, { "2001:db8::/32", true }, { "2620:4f:8000::/48", false },
	{ "3fff::/20", true }, { "5f00::/16", true }, { "fc00::/7", true }, { "fe80::/10", true }, { "ff00::/8", true },
	{ "2001:200::/23", false }, { "2001:db9::/32", false }, { "3ffe::/20", false }, { "2001:4860:4860::8888/128", false },
	/* as special as the IPv4 address that they carry */
	{ "64:ff9b::808:808/128", false }, { "64:ff9b::a00:1/128", true }, { "2002:808:808::/48", false },
	{ "2002:a00:1::/48", true }, { "2002:c0a8::/32", true }, { "2001:0:1:2:3:4:f7f7:f7f7/128", false },
	{ "2001:0:1:2:3:4:f5ff:fffe/128", true }, { "::ffff:10.0.0.1/128", true }, { "::ffff:8.8.8.8/128", false },
};

TEST(special_addresses)
{
	for (size_t i = 0; i < sizeof(registry) / sizeof(registry[0]); i++) {
		struct prefix p;

		test_case("%s", registry[i].block);
		CHECK(prefix_read_loose(slice_of_str(registry[i].block), &p));
		CHECK(ip_is_special(p.ip) == registry[i].special);
		CHECK(ip_is_special(prefix_last(&p)) == registry[i].special);
	}
}

static const struct { const char *text, *back; } dates[] = {
	{ "2010-02-10 00:00:00", "2010-02-10T00:00:00+00:00" },
	{ "2010-02-10T00:00:00.123Z", "2010-02-10T00:00:00.123000+00:00" },
	{ "2015-08-31T08:16:10.1234+05:00", "2015-08-31T03:16:10.123400+00:00" },
	{ "2015-08-31T36:16:10+00:00", NULL }, { "2015-02-29", NULL },
	{ "2016-02-29", "2016-02-29T00:00:00+00:00" },
	{ "2016-07-19 06:40:01.617719+02:00 UTC", "2016-07-19T04:40:01.617719+00:00" },
	{ "2016-07-19 13:08:38 UTC", "2016-07-19T13:08:38+00:00" },
	{ "20100210", "2010-02-10T00:00:00+00:00" }, { "2010-02-10 09:30", "2010-02-10T09:30:00+00:00" },
	{ "Tue, 03 Mar 2015 16:56:01 +0100 (CET)", "2015-03-03T15:56:01+00:00" },
	{ "Tue, 3 Mar 2015 16:56:01 GMT", "2015-03-03T16:56:01+00:00" },
	{ "3 Mar 99 16:56 -0500", "1999-03-03T21:56:00+00:00" },
	{ "Mar  3 2015 16:56:01", "2015-03-03T16:56:01+00:00" },
	{ "Tue Mar  3 16:56:01 2015", "2015-03-03T16:56:01+00:00" },
	{ "1425400000", "2015-03-03T16:26:40+00:00" }, { "1425400000.5", "2015-03-03T16:26:40.500000+00:00" },
	{ "2017-01-01 00:00:60", "2017-01-01T00:00:59+00:00" },
	{ "not a date", NULL }, { "2010-13-01", NULL }, { "", NULL }, { "9999-12-31 23:59:59", "9999-12-31T23:59:59+00:00" },
};

TEST(moments)
{
	char text[DATE_TEXT_MAX];
	struct date d;

	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		bool ok = date_read(slice_of_str(dates[i].text), &d);

		test_case("%s", dates[i].text);
		if (!CHECK(ok == (dates[i].back != NULL)) || !ok)
			continue;
		CHECK(date_print(&d, text) == strlen(text));
		CHECK_STR(text, dates[i].back == NULL ? "" : dates[i].back);
	}
	for (int i = 0; i < 100000; i++) {
		struct date r = { (int64_t)(test_random() % 253402300800u), (uint32_t)(test_random() % 1000000) }, back;

		(void)date_print(&r, text);
		if (!date_read(slice_of_str(text), &back) || back.s != r.s || back.us != r.us) {
			test_case("%s", text);
			FAIL("print and read agree");
		}
	}
	(void)date_print_mail(1425400000, text);
	CHECK_STR(text, "Tue, 03 Mar 2015 16:26:40 +0000");
	(void)date_print_z(-1, text);
	CHECK_STR(text, "1969-12-31T23:59:59Z");
	CHECK(date_print_day(1425400000, text) == 10);
	CHECK_STR(text, "2015-03-03");
}

static const struct { const char *in, *out; } jsons[] = {
	{ "{\"a\":[1,-2.5e3,true,null,\"x\"],\"b\":{}}", "{\"a\":[1,-2.5e3,true,null,\"x\"],\"b\":{}}" },
	{ " \n[ ] ", "[]" }, { "\"\\u00e9\\ud83d\\ude00\\n\"", "\"é😀\\n\"" },
	{ "\"\\ud83d\"", "\"\xef\xbf\xbd\"" }, { "\"\xff\"", "\"\xef\xbf\xbd\"" },
	{ "[1,]", NULL }, { "{\"a\":1,}", NULL }, { "{a:1}", NULL }, { "[1 2]", NULL },
	{ "01", NULL }, { "1.", NULL }, { "\"abc", NULL }, { "", NULL }, { "[", NULL },
	{ "{\"a\"", NULL }, { "tru", NULL }, { "1 x", NULL }, { "\"\t\"", NULL }, { "\"\\x\"", NULL },
	{ "[[[[[[[[[1]]]]]]]]]", NULL },
};

static void /* NOLINTNEXTLINE(misc-no-recursion): as deep as the tests are */
print(struct json_out *o, const struct json *j)
{
	switch (j->kind) {
	case JSON_OBJECT:
		json_out_object(o);
		JSON_EACH (m, j) {
			json_out_key(o, m->key);
			print(o, m);
		}
		json_out_object_end(o);
		break;
	case JSON_ARRAY:
		json_out_array(o);
		JSON_EACH (m, j)
			print(o, m);
		json_out_array_end(o);
		break;
	case JSON_STRING:
		json_out_text(o, j->text);
		break;
	case JSON_NUMBER:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		json_out_raw(o, j->raw);
		break;
	}
}

TEST(json)
{
	struct json_limits limits = { 1 << 20, 8, 1000 };
	struct err e = ERR_INIT;
	struct json_out o;
	struct arena a;
	struct buf b;
	const struct json *j;

	arena_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(jsons) / sizeof(jsons[0]); i++) {
		bool ok = json_parse(slice_of_str(jsons[i].in), &limits, &a, &j, &e);

		test_case("%s", jsons[i].in);
		if (!CHECK(ok == (jsons[i].out != NULL)) || !ok)
			continue;
		buf_clear(&b);
		json_out_init(&o, &b, false);
		print(&o, j);
		CHECK_SLICE(buf_view(&b), slice_of_str(jsons[i].out));
		arena_reset(&a);
	}
	CHECK(!json_parse(S("{\n \"a\": x}"), &limits, &a, &j, &e));
	CHECK_STR(e.text, "JSON, line 2, column 7: expected a value");
	CHECK_OK(json_parse(S("{\"a\":{\"b\":[7,\"z\"]},\"a\":{\"b\":[8]}}"), &limits, &a, &j, &e), &e);
	CHECK_SLICE(json_scalar(json_path(j, S("a.b.0"))), S("8"));
	CHECK(json_path(j, S("a.b.9")) == NULL && json_path(j, S("x.y")) == NULL);
	test_case("what a terminal obeys, on its way out");
	buf_clear(&b);
	json_quote(&b, S("\x1b\x7f\xc2\x9b\xe2\x80\xae\xe2\x80\xa8\xff\xc3\xa9\xe2\x81\xa8"));
	CHECK_SLICE(buf_view(&b), S("\"\\u001b\\u007f\\u009b\\u202e\\u2028\xef\xbf\xbd\xc3\xa9\xe2\x81\xa8\""));
	buf_fini(&b);
	arena_fini(&a);
}

struct chunks {
	struct slice rest;
	size_t most;
};

static bool
pull(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct chunks *c = cookie;
	size_t n = 1 + (size_t)(test_random() % c->most);

	(void)e;
	n = n > cap ? cap : n > c->rest.len ? c->rest.len : n;
	n = n > c->rest.len ? c->rest.len : n;
	if (n > 0)
		memcpy(p, c->rest.p, n);
	c->rest = slice_from(c->rest, n);
	*n_out = n;
	return true;
}

/* Records as text: fields end with 0x1f, records with 0x1e. */
static void
flatten(struct source *src, size_t record_bytes, struct buf *out)
{
	struct err e = ERR_INIT;
	struct csv_reader r;
	struct csv_row row;
	enum step step;

	csv_init(&r, src);
	r.limits.record_bytes = record_bytes;
	while ((step = csv_next(&r, &row, &e)) == STEP_ITEM || step == STEP_BAD) {
		buf_printf(out, "%llu:%llu:", (unsigned long long)row.line, (unsigned long long)row.offset);
		if (step == STEP_BAD)
			buf_str(out, "BAD");
		for (size_t i = 0; step == STEP_ITEM && i < row.count; i++) {
			buf_put(out, row.v[i]);
			buf_byte(out, '|');
		}
		buf_byte(out, ';');
	}
	csv_fini(&r);
}

static const struct { const char *name; struct slice in; const char *out; } csvs[] = {
	{ "plain", S_INIT("a,b\nc,d\n"), "1:0:a|b|;2:4:c|d|;" },
	{ "no last line end", S_INIT("a,b"), "1:0:a|b|;" },
	{ "crlf, and empty lines", S_INIT("a,b\r\n\r\nc,\r\n"), "1:0:a|b|;3:7:c||;" },
	{ "quotes", S_INIT("\"a,b\",\"c \"\"d\"\"\"\n"), "1:0:a,b|c \"d\"|;" },
	{ "line end in quotes", S_INIT("\"a\nb\",c\nd,e\n"), "1:0:a\nb|c|;3:8:d|e|;" },
	{ "quote inside", S_INIT("a\"b,c\"\n"), "1:0:a\"b|c\"|;" },
	{ "text behind a quote", S_INIT("\"a\"b,c\n"), "1:0:ab|c|;" },
	{ "quoted, then crlf", S_INIT("\"a\"\r\n\"b\"\r\n"), "1:0:a|;2:5:b|;" },
	{ "empty quotes", S_INIT("\"\",\"\"\n"), "1:0:||;" },
	{ "never closed", S_INIT("a,\"b\nc,d\ne,f\n"), "1:0:BAD;2:5:c|d|;3:9:e|f|;" },
	{ "only delimiters", S_INIT(",,\n"), "1:0:|||;" },
	{ "nothing", S_INIT(""), "" },
};

TEST(csv)
{
	struct csv_reader reader;
	struct err e = ERR_INIT;
	struct csv_row row;
	enum step step;
	struct source src;
	struct buf b, c, text;

	buf_init(&b, 64 << 20);
	buf_init(&c, 64 << 20);
	buf_init(&text, 64 << 20);
	for (size_t i = 0; i < sizeof(csvs) / sizeof(csvs[0]); i++) {
		test_case("%s", csvs[i].name);
		buf_clear(&b);
		source_of_slice(&src, csvs[i].in);
		flatten(&src, 1000, &b);
		CHECK_SLICE(buf_view(&b), slice_of_str(csvs[i].out));
	}
	/* Any split gives the same records, on text that likes to be difficult. */
	for (int round = 0; round < 60; round++) {
		static const char alphabet[] = "abcdefgh,,,\"\"\n\r\nxyz0123456789        ";
		struct chunks chunks;

		buf_clear(&text);
		for (int i = 0; i < 20000; i++)
			buf_byte(&text, (uint8_t)alphabet[test_random() % (round % 2 == 0 ? sizeof(alphabet) - 1 : 12)]);
		test_case("round %d", round);
		buf_clear(&b);
		source_of_slice(&src, buf_view(&text));
		flatten(&src, 300, &b);
		buf_clear(&c);
		chunks = (struct chunks){ buf_view(&text), 1 + (size_t)(test_random() % 500) };
		source_of_pull(&src, pull, &chunks, 1 << 20);
		flatten(&src, 300, &c);
		source_fini(&src);
		CHECK(slice_eq(buf_view(&b), buf_view(&c)));
	}
	/*
	 * Lines that each leave a quote open: what is looked at in vain is bounded
	 * (before: a megabyte for each line), and splits still agree.
	 */
	test_case("a quote open in each line");
	buf_clear(&text);
	for (int i = 0; i < 20000; i++)
		buf_str(&text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\",\n");
	source_of_slice(&src, buf_view(&text));
	csv_init(&reader, &src);
	while ((step = csv_next(&reader, &row, &e)) == STEP_BAD || step == STEP_ITEM)
		continue;
	CHECK(step == STEP_END);
	CHECK(reader.failed_bytes <= ((uint64_t)6 << 20) + 9 * text.len);
	csv_fini(&reader);
	for (int round = 0; round < 5; round++) {
		struct chunks chunks = { buf_view(&text), 1 + (size_t)(test_random() % 200000) };

		buf_clear(&b);
		source_of_slice(&src, buf_view(&text));
		flatten(&src, 300, &b);
		buf_clear(&c);
		source_of_pull(&src, pull, &chunks, 1 << 20);
		flatten(&src, 300, &c);
		source_fini(&src);
		CHECK(slice_eq(buf_view(&b), buf_view(&c)));
	}
	/* What csv_put() writes reads back. */
	buf_clear(&b);
	csv_put(&b, S("a"), true, true);
	csv_put(&b, S("b,\"c\"\n"), false, true);
	csv_put(&b, S("=1+1"), false, true);
	CHECK_SLICE(buf_view(&b), S("a,\"b,\"\"c\"\"\n\",\"'=1+1\""));
	buf_fini(&b);
	buf_fini(&c);
	buf_fini(&text);
}

/* One that is as long as the limit is one, however it comes; a longer one never is, nor its pieces. */
TEST(csv_longest_record)
{
	struct chunks chunks;
	struct source src;
	struct buf text, b;

	buf_init(&text, 1 << 20);
	buf_init(&b, 1 << 20);
	for (size_t len = 19; len <= 22; len++) {
		for (int ended = 0; ended < 2; ended++) {
			test_case("%zu of 20 bytes%s", len, ended ? ", with its line end" : "");
			buf_clear(&text);
			for (size_t i = ended ? 1 : 0; i < len; i++)
				buf_byte(&text, 'a');
			if (ended)
				buf_byte(&text, '\n');
			buf_clear(&b);
			source_of_slice(&src, buf_view(&text));
			flatten(&src, 20, &b);
			CHECK((slice_find(buf_view(&b), S("BAD")) == SIZE_MAX) == (len <= 20));
			buf_clear(&b);
			chunks = (struct chunks){ buf_view(&text), 3 };
			source_of_pull(&src, pull, &chunks, 1 << 20);
			flatten(&src, 20, &b);
			source_fini(&src);
			CHECK((slice_find(buf_view(&b), S("BAD")) == SIZE_MAX) == (len <= 20));
		}
	}
	/* Also where so much was looked at in vain (4 MiB) that only lines are looked at. */
	for (unsigned lines = 27580; lines < 27640; lines += 10) {
		test_case("behind %u open quotes", lines);
		buf_clear(&text);
		for (unsigned i = 0; i < lines; i++)
			buf_str(&text, "a\",\",\n");
		for (int i = 0; i < 1000; i++)
			buf_byte(&text, 'x');
		buf_str(&text, "\nend\n");
		buf_clear(&b);
		source_of_slice(&src, buf_view(&text));
		flatten(&src, 200, &b);
		CHECK(slice_find(buf_view(&b), S("x")) == SIZE_MAX);
		CHECK(slice_ends(buf_view(&b), S(":end|;")));
	}
	buf_fini(&text);
	buf_fini(&b);
}

static const struct { const char *in, *out; } names[] = {
	{ "example.org", "example.org" }, { "exAmple.com.", "example.com" },
	{ "ö1.at", "xn--1-0ga.at" }, { "localhost", NULL }, { "a..b", NULL },
	{ "-a.example", NULL }, { "a-.example", NULL }, { "_dmarc.example.org", "_dmarc.example.org" },
	{ "192.0.2.1", NULL }, { "exa mple.org", NULL }, { "", NULL }, { "xn--fiqs8s.example", "xn--fiqs8s.example" },
};

TEST(domains)
{
	struct arena a;
	struct slice out;
	struct url u;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool ok = fqdn_read(slice_of_str(names[i].in), &a, &out);

		test_case("%s", names[i].in);
		if (CHECK(ok == (names[i].out != NULL)) && ok)
			CHECK_SLICE(out, slice_of_str(names[i].out));
	}
	CHECK_SLICE(domain_registered(S("www.example.co.uk"), &a), S("example.co.uk"));
	CHECK(domain_registered(S("co.uk"), &a).p == NULL);
	CHECK(url_split(S("http://u:p@Example.org:8080/a/b?c=d#e"), &u));
	CHECK_SLICE(u.userinfo, S("u:p"));
	CHECK_SLICE(u.host, S("Example.org"));
	CHECK_SLICE(u.port, S("8080"));
	CHECK_SLICE(u.path, S("/a/b"));
	CHECK_SLICE(u.query, S("c=d"));
	CHECK_SLICE(u.fragment, S("e"));
	CHECK(url_split(S("https://[2001:db8::1]:443"), &u) && slice_eq(u.host, S("2001:db8::1")));
	CHECK(!url_split(S("mailto:a@b.example"), &u) && !url_split(S("http:///x"), &u));
	CHECK(!url_split(S("http://a:99999/"), &u));
	CHECK_SLICE(url_refang(S("hxxps[:]//example[.]com/a"), &a), S("https://example.com/a"));
	CHECK(mailbox_ok(S("abuse@example.org")) && mailbox_ok(S("\"a b\"@example.org")));
	CHECK(mailbox_ok(S("a@[192.0.2.1]")) && !mailbox_ok(S("a@b")) && !mailbox_ok(S("@example.org")));
	test_case("one mailbox, not two");
	CHECK(!mailbox_ok(S("\"a\" <b@example.net>, \"c\"@example.org")) && !mailbox_ok(S("\"a\\\"@example.org")));
	CHECK(mailbox_ok(S("\"a\\\"b\"@example.org")) && !mailbox_ok(S("\"\"\"@example.org")));
	test_case("characters that are not seen");
	CHECK(!mailbox_ok(S("a\xe2\x80\xae@example.org")) && !mailbox_ok(S("a\xc2\x9b@example.org")) && !mailbox_ok(S("a\xff@example.org")));
	CHECK(mailbox_ok(S("\xc3\xa1@example.org")));
	CHECK(!mailbox_ok(S("a b@example.org")) && !mailbox_ok(S("a@example.org\nBcc: x@y.example")));
	arena_fini(&a);
}

static const struct { const char *plain, *coded; } codes[] = {
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" },
};

TEST(base64)
{
	struct arena a;
	struct slice out;
	struct buf b;

	arena_init(&a, 1 << 16);
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		buf_clear(&b);
		base64_put(&b, slice_of_str(codes[i].plain));
		CHECK_SLICE(buf_view(&b), slice_of_str(codes[i].coded));
		CHECK(base64_read(slice_of_str(codes[i].coded), &a, &out));
		CHECK_SLICE(out, slice_of_str(codes[i].plain));
	}
	CHECK(!base64_read(S("Zg="), &a, &out) && !base64_read(S("Zg"), &a, &out) && !base64_read(S("Z===") , &a, &out));
	CHECK(!base64_read(S("Zm 9v"), &a, &out) && !base64_read(S("Zg==Zg=="), &a, &out));
	CHECK(base64_read_loose(S("Zm9v\r\nYg"), &a, &out));
	CHECK_SLICE(out, S("foob"));
	buf_fini(&b);
	arena_fini(&a);
}

TEST(configuration)
{
	struct conf c = conf_of(S("# c\nx = 1\n[s]\n key =\"  v \"\nnonsense\ny=\n"));
	struct conf_item i;
	struct err e = ERR_INIT;

	CHECK(conf_next(&c, &i, &e) == STEP_ITEM && slice_eq(i.key, S("x")) && slice_eq(i.value, S("1")));
	CHECK(conf_next(&c, &i, &e) == STEP_ITEM && slice_eq(i.section, S("s")) && slice_eq(i.value, S("  v ")));
	CHECK(conf_next(&c, &i, &e) == STEP_BAD && c.line == 5);
	CHECK(conf_next(&c, &i, &e) == STEP_ITEM && i.value.len == 0 && i.line == 6);
	CHECK(conf_next(&c, &i, &e) == STEP_END);
}

int
main(void)
{
	RUN(special_addresses);
	RUN(addresses);
	RUN(moments);
	RUN(json);
	RUN(csv);
	RUN(csv_longest_record);
	RUN(domains);
	RUN(base64);
	RUN(configuration);
	return test_end();
}
