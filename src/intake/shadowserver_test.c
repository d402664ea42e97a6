/* Shadowserver's reports: which one a file is, and the values that need more than a column. */
#include "intake/intake.h"
#include "intake/tables.h"
#include "test.h"

struct seen {
	struct buf json; /* of the last event */
	size_t events;
};

static bool
on_event(void *cookie, const struct event *ev, struct err *e)
{
	struct seen *s = cookie;

	(void)e;
	s->events++;
	buf_clear(&s->json);
	event_to_json(ev, &s->json);
	return true;
}

static bool
on_bad(void *cookie, const struct place *p, struct slice column, struct slice reason, struct err *e)
{
	(void)cookie, (void)p, (void)column, (void)reason, (void)e;
	return true;
}

#define DRONE "\"timestamp\",\"ip\",\"port\",\"asn\",\"geo\",\"region\",\"city\",\"hostname\",\"type\",\"infection\",\"url\",\"agent\",\"cc\",\"cc_port\",\"cc_asn\",\"cc_geo\",\"cc_dns\",\"count\",\"proxy\",\"application\",\"p0f_genre\",\"p0f_detail\",\"machine_name\",\"id\",\"naics\",\"sic\",\"cc_naics\",\"cc_sic\"\n"
#define DRONE_ROW "\"2026-06-17 00:45:59\",\"192.0.2.1\",2005,64496,\"ZZ\",,,,\"udp\",\"ZeroAccess\",,,\"198.51.100.6\",16465,64511,\"ZZ\",\"c2.example.net\",,,,,,,,0,0,0,0\n"
#define SINKHOLE "\"timestamp\",\"protocol\",\"src_ip\",\"src_port\",\"dst_ip\",\"dst_port\",\"infection\",\"http_url\",\"http_host\"\n\"2026-06-17 00:00:00\",\"tcp\",\"192.0.2.1\",2222,\"198.51.100.2\",80,\"avalanche\","

/* in: the report; out: a part of its event's JSON, or NULL where nothing is read. */
static const struct { const char *name, *file, *in, *out; } cases[] = {
	{ "a report no longer sent, by its columns", "x.csv", DRONE DRONE_ROW,
	    "\"classification.identifier\":\"ZeroAccess\",\"classification.taxonomy\":\"malicious-code\",\"classification.type\":\"infected-system\",\"destination.asn\":64511,\"destination.fqdn\":\"c2.example.net\"" },
	{ "and by its name", "2015-01-01-dns_openresolver-x.csv", "\"timestamp\",\"ip\",\"asn\",\"port\",\"protocol\"\n\"2015-01-01 00:00:00\",\"192.0.2.1\",64496,53,\"udp\"\n",
	    "\"classification.identifier\":\"dns-open-resolver\"" },
	{ "columns of which most are strange are no report of the schema", "x.csv",
	    "\"timestamp\",\"ip\",\"url\",\"host\",\"asn\",\"geo\",\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\"\n\"2026-06-17 00:00:00\",\"192.0.2.1\",\"http://a.example/\",\"a.example\",1,\"ZZ\",,,,,,,,\n", NULL },
	{ "a report by its name, with a column before the first", "2026-06-17-scan_rdp-x.csv", "\"strange\",\"timestamp\",\"ip\",\"port\"\n\"a\",\"2026-06-17 00:00:00\",\"192.0.2.1\",3389\n",
	    "\"extra.strange\":\"a\"" },
	{ "a path and its host", "2026-06-17-event4_sinkhole_http-x.csv", SINKHOLE "\"GET /a?b=1 HTTP/1.1\",\"c2.example.net\"\n",
	    "\"destination.url\":\"http://c2.example.net/a?b=1\"" },
	{ "a whole URL stays as it is", "2026-06-17-event4_sinkhole_http-x.csv", SINKHOLE "\"http://c2.example.net/a.php\",\"c2.example.net\"\n",
	    "\"destination.url\":\"http://c2.example.net/a.php\"" },
	{ "a request to a proxy too", "2026-06-17-event4_sinkhole_http-x.csv", SINKHOLE "\"GET http://c2.example.net/a.php HTTP/1.1\",\"c2.example.net\"\n",
	    "\"destination.url\":\"http://c2.example.net/a.php\"" },
	{ "a path without a slash is a path", "2026-06-17-event4_sinkhole_http-x.csv", SINKHOLE "\"a/b/c.php\",\"c2.example.net\"\n",
	    "\"destination.url\":\"http://c2.example.net/a/b/c.php\"" },
	{ "and one of a single word", "2026-06-17-event4_sinkhole_http-x.csv", SINKHOLE "\"index\",\"c2.example.net\"\n",
	    "\"destination.url\":\"http://c2.example.net/index\"" },
	{ "and a query alone", "2026-06-17-event4_sinkhole_http-x.csv", SINKHOLE "\"?a=b\",\"c2.example.net\"\n",
	    "\"destination.url\":\"http://c2.example.net/?a=b\"" },
	{ "a URL in a path is part of it", "2026-06-17-event4_sinkhole_http-x.csv", SINKHOLE "\"GET /go?to=http://x.example/ HTTP/1.1\",\"c2.example.net\"\n",
	    "\"destination.url\":\"http://c2.example.net/go?to=http://x.example/\"" },
};

TEST(reports)
{
	struct intake_tables *t = intake_tables_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct seen s;
		struct err e = ERR_INIT;
		struct intake in;
		struct source src;

		test_case("%s", cases[i].name);
		s = (struct seen){ .events = 0 };
		buf_init(&s.json, 1 << 20);
		intake_init(&in);
		in.tables = t;
		in.name = slice_of_str(cases[i].file);
		in.sink = (struct intake_sink){ .cookie = &s, .event = on_event, .bad = on_bad };
		source_of_slice(&src, slice_of_str(cases[i].in));
		CHECK(intake_read(&in, &src, &e) == (cases[i].out != NULL));
		CHECK(s.events == (cases[i].out != NULL));
		if (cases[i].out != NULL && slice_find(buf_view(&s.json), slice_of_str(cases[i].out)) == SIZE_MAX)
			CHECK_SLICE(buf_view(&s.json), slice_of_str(cases[i].out));
		intake_fini(&in);
		buf_fini(&s.json);
	}
	intake_tables_free(&t);
}

int
main(void)
{
	RUN(reports);
	return test_end();
}
