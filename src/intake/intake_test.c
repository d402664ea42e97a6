#include "intake/intake.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "intake/tables.h"
#include "test.h"

/* Gathers what a reading gives: events as JSON lines, bad records as lines. */
struct taken {
	struct buf events, bad;
};

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	struct taken *t = cookie;

	(void)e;
	event_to_json(ev, &t->events);
	buf_byte(&t->events, '\n');
	return true;
}

static bool
take_bad(void *cookie, const struct place *place, struct slice column,
    struct slice reason, struct err *e)
{
	struct taken *t = cookie;

	(void)e;
	buf_printf(&t->bad, "%u %.*s: %.*s\n", place->line, SLICE_ARG(column), SLICE_ARG(reason));
	return true;
}

static struct intake_tables *tables;

static bool
take(struct slice name, struct slice bytes, struct taken *t, struct intake *in,
    struct err *e)
{
	struct source src;

	buf_init(&t->events, (size_t)1 << 24);
	buf_init(&t->bad, (size_t)1 << 24);
	intake_init(in);
	in->name = name;
	in->tables = tables;
	in->sink = (struct intake_sink){ .cookie = t, .event = take_event, .bad = take_bad };
	source_of_slice(&src, bytes);
	return intake_read(in, &src, e);
}

static void
taken_fini(struct taken *t, struct intake *in)
{
	buf_fini(&t->events);
	buf_fini(&t->bad);
	intake_fini(in);
}

#define HEADER "timestamp,severity,ip,protocol,port,hostname,tag,asn,geo,region,city,naics,sector,banner\n"

#define NTP "timestamp,ip,port,severity,protocol,hostname,tag,asn,geo,region,city,naics,hostname_source,sector,packets,response_size,amplification"
#define NTP_ROW "2026-06-17 14:57:55,203.0.113.14,123,medium,udp,,ntpmonitor,64498,KE,,,,,,88,36852,78.48\n"

static const struct report_case {
	const char *label;
	struct slice name, bytes;
	bool ok;
	struct slice events; /* found in the events, or empty */
	struct slice bad; /* found in the bad records, or the error */
} reports[] = {
	{ "a row", S_INIT("2026-01-01-scan_ftp-x-y.csv"),
	    S_INIT(HEADER "2026-01-01 00:00:01,medium,192.0.2.1,tcp,21,,ftp,64496,ZZ,,,0,,220 hello\n"),
	    true, S_INIT("\"source.ip\":\"192.0.2.1\""), S_INIT("") },
	{ "severity is a field", S_INIT("scan_ftp.csv"),
	    S_INIT(HEADER "2026-01-01 00:00:01,medium,192.0.2.1,tcp,21,,ftp,64496,ZZ,,,0,,\n"),
	    true, S_INIT("\"severity\":\"medium\""), S_INIT("") },
	{ "BOM, CRLF, quotes and a line feed", S_INIT("scan_ftp.csv"),
	    S_INIT("\xef\xbb\xbf\"timestamp\",ip,port,banner\r\n\"2026-01-01 00:00:01\",192.0.2.1,21,\"a\r\nb \"\"c\"\"\"\r\n"),
	    true, S_INIT("\"extra.banner\":\"a\\r\\nb \\\"c\\\"\""), S_INIT("") },
	{ "an unknown column goes to extra", S_INIT("scan_ftp.csv"),
	    S_INIT("timestamp,ip,port,new_thing\n2026-01-01 00:00:01,192.0.2.1,21,x\n"),
	    true, S_INIT("\"extra.new_thing\":\"x\""), S_INIT("") },
	{ "a bad time is one record", S_INIT("scan_ftp.csv"),
	    S_INIT("timestamp,ip,port\nyesterday,192.0.2.1,21\n2026-01-01 00:00:01,192.0.2.2,21\n"),
	    true, S_INIT("192.0.2.2"), S_INIT("2 timestamp: \"yesterday\" cannot be read") },
	{ "a column that must be there", S_INIT("scan_ftp.csv"),
	    S_INIT("timestamp,address\n2026-01-01 00:00:01,192.0.2.1\n"),
	    false, S_INIT(""), S_INIT("column \"ip\"") },
	{ "what does not fit its field stays beside it", S_INIT("scan_ftp.csv"),
	    S_INIT("timestamp,ip,port,geo\n2026-01-01 00:00:01,192.0.2.1,21,Atlantis\n"),
	    true, S_INIT("\"extra.geo\":\"Atlantis\""), S_INIT("") },
	{ "a quiet day's file, by its name", S_INIT("2026-01-01-scan_ftp-x-y.csv"), S_INIT(""), true,
	    S_INIT(""), S_INIT("") },
	{ "a header and no row", S_INIT("2026-01-01-scan_ftp-x-y.csv"), S_INIT(HEADER), true, S_INIT(""), S_INIT("") },
	{ "an empty file of no name", S_INIT("x.csv"), S_INIT(""), false, S_INIT(""), S_INIT("it is empty") },
	{ "exactly one report's columns", S_INIT("x.csv"), S_INIT(NTP "\n" NTP_ROW), true,
	    S_INIT("\"classification.identifier\":\"ntp-monitor\""), S_INIT("") },
	{ "nearly those of several", S_INIT("x.csv"),
	    S_INIT("timestamp,severity,ip,protocol,port,hostname,tag,asn,geo,region,city,naics\n"
		   "2026-01-01 00:00:01,low,192.0.2.1,tcp,3389,,rdp,64496,ZZ,,,0\n"),
	    false, S_INIT(""), S_INIT("do not say for certain") },
	{ "nobody knows it", S_INIT("x.bin"), S_INIT("\x01\x02\x03"), false, S_INIT(""),
	    S_INIT("not one that we know") },
	{ "IntelMQ's lines", S_INIT("x.json"),
	    S_INIT("{\"classification.type\":\"c&c\",\"source.ip\":\"192.0.2.9\"}\n{\"a\"\n"),
	    true, S_INIT("\"classification.type\":\"c2-server\""), S_INIT("2 : ") },
	{ "lines end in CR alone", S_INIT("scan_ftp.csv"), S_INIT("timestamp,ip,port\r2026-01-01 00:00:01,192.0.2.1,21\r"),
	    false, S_INIT(""), S_INIT("CR alone") },
	{ "an empty ZIP", S_INIT("x.zip"), S_INIT("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), false, S_INIT(""), S_INIT("no file in it") },
	{ "UTF-16", S_INIT("scan_ftp.csv"), S_INIT("\xff\xfet\0i\0m\0e\0"), false, S_INIT(""), S_INIT("UTF-16") },
	{ "no class", S_INIT("x.json"), S_INIT("{\"classification.type\":\"\",\"source.ip\":\"192.0.2.9\"}\n"),
	    true, S_INIT(""), S_INIT("classification.type is missing") },
};

TEST(report_cases)
{
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		const struct report_case *c = &reports[i];
		struct err e = ERR_INIT;
		struct intake in;
		struct taken t;
		bool ok;

		test_case("%s", c->label);
		ok = take(c->name, c->bytes, &t, &in, &e);
		if (c->ok)
			CHECK_OK(ok, &e);
		else
			CHECK(!ok);
		CHECK(slice_find(buf_view(&t.events), c->events) != SIZE_MAX);
		CHECK(slice_find(ok ? buf_view(&t.bad) : slice_of_str(e.text), c->bad) != SIZE_MAX);
		if (c->bad.len == 0)
			CHECK_STR(buf_cstr(&t.bad), "");
		taken_fini(&t, &in);
	}
}

TEST(bad_records_are_counted)
{
	struct err e = ERR_INIT;
	struct buf text;
	struct intake in;
	struct taken t;

	buf_init(&text, (size_t)1 << 20);
	buf_str(&text, "timestamp,ip,port\n");
	for (int i = 0; i < 3000; i++)
		buf_str(&text, "never,192.0.2.1,21\n");
	CHECK_OK(take(S("scan_ftp.csv"), buf_view(&text), &t, &in, &e), &e);
	CHECK_INT(in.bad, 3000);
	CHECK_INT(in.tally_count, 1);
	CHECK_STR(in.tallies[0].column, "timestamp");
	CHECK_INT(in.tallies[0].count, 3000);
	taken_fini(&t, &in);
	buf_fini(&text);
}

TEST(options)
{
	static const struct { struct slice key, value; bool good; const char *says; } cases[] = {
		{ S_INIT("mail"), S_INIT("spam"), true, "" },
		{ S_INIT("mail"), S_INIT("foo"), false, "mail: \"foo\" is neither spam nor complaint" },
		{ S_INIT("mail"), S_INIT(""), true, "" },
		{ S_INIT("trusted"), S_INIT("192.0.2.0/24,mx.example.org .example.net 2001:db8::/32"), true, "" },
		{ S_INIT("trusted"), S_INIT("bogus//"), false, "\"bogus//\" is neither a network" },
		{ S_INIT("trusted"), S_INIT("192.0.2.0/33"), false, "\"192.0.2.0/33\"" },
		{ S_INIT("trusted"), S_INIT("192.0.2.300"), false, "\"192.0.2.300\"" },
		{ S_INIT("mapping"), S_INIT("mylist"), true, "" },
		{ S_INIT("type"), S_INIT("scan_rdp"), true, "" },
		{ S_INIT("bogus"), S_INIT("x"), false, "known are password, mail, trusted, type" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = ERR_INIT;

		test_case("%.*s=%.*s", SLICE_ARG(cases[i].key), SLICE_ARG(cases[i].value));
		CHECK(intake_option_check(cases[i].key, cases[i].value, &e) == cases[i].good);
		CHECK(strstr(e.text, cases[i].says) != NULL);
	}
}

int
main(void)
{
	intake_warmup();
	tables = intake_tables_new();
	RUN(report_cases);
	RUN(bad_records_are_counted);
	RUN(options);
	intake_tables_free(&tables);
	return test_end();
}
