#include "intake/xarf.h"

#include "test.h"

#define HEAD4 "{\"xarf_version\":\"4.2.0\",\"report_id\":\"00000000-0000-4000-8000-000000000000\"," \
	"\"timestamp\":\"2026-01-02T03:04:05Z\"," \
	"\"reporter\":{\"org\":\"A\",\"contact\":\"a@example.org\",\"domain\":\"example.org\"}," \
	"\"sender\":{\"org\":\"A\",\"contact\":\"a@example.org\",\"domain\":\"example.org\"},"
#define HEAD3 "{\"Version\":\"3\",\"Disclosure\":true,\"ReporterInfo\":{\"ReporterOrg\":\"Abc\"," \
	"\"ReporterOrgDomain\":\"example.org\",\"ReporterOrgEmail\":\"a@example.org\"},"

static const struct {
	const char *name, *text, *why; /* NULL: valid */
} rows[] = {
	{ "port scan", HEAD4 "\"source_identifier\":\"192.0.2.1\",\"category\":\"connection\",\"type\":\"port_scan\",\"protocol\":\"tcp\",\"first_seen\":\"2026-01-02T03:04:05+01:00\",\"source_port\":80}", NULL },
	{ "a type of another category", HEAD4 "\"source_identifier\":\"192.0.2.1\",\"category\":\"messaging\",\"type\":\"ddos\"}",
	    "type: \"ddos\" is no type of the category \"messaging\"" },
	{ "no such category", HEAD4 "\"source_identifier\":\"192.0.2.1\",\"category\":\"x\",\"type\":\"ddos\"}",
	    "category: \"\\\"x\\\"\" is none of the values that may stand there" },
	{ "no source", HEAD4 "\"category\":\"connection\",\"type\":\"ddos\"}",
	    "the report lacks \"source_identifier\"" },
	{ "port over the range", HEAD4 "\"source_identifier\":\"192.0.2.1\",\"source_port\":65536,\"category\":\"connection\",\"type\":\"ddos\"}",
	    "source_port: \"65536\" is more than 65535" },
	{ "evidence that is no base64", HEAD4 "\"source_identifier\":\"192.0.2.1\",\"category\":\"copyright\",\"type\":\"copyright\",\"evidence\":[{\"content_type\":\"text/plain\",\"payload\":\"%%%\"}]}",
	    "evidence.0.payload is no base64" },
	{ "more than may stand there", HEAD4 "\"source_identifier\":\"192.0.2.1\",\"category\":\"copyright\",\"type\":\"copyright\",\"evidence\":[{\"content_type\":\"text/plain\",\"payload\":\"aGk=\",\"x\":1}]}",
	    "evidence.0.x is no property that may stand there" },
	{ "version 5", "{\"xarf_version\":\"5.0.0\"}", "xarf_version: \"5.0.0\" is no version that is known" },
	{ "login attack, 3", HEAD3 "\"Report\":{\"ReportClass\":\"Activity\",\"ReportType\":\"LoginAttack\",\"Date\":\"2026-01-02T03:04:05Z\",\"SourceIp\":\"192.0.2.1\",\"DestinationIp\":\"198.51.100.1\",\"DestinationPort\":22,\"ServiceName\":\"ssh\"}}", NULL },
	{ "no address, 3", HEAD3 "\"Report\":{\"ReportClass\":\"Activity\",\"ReportType\":\"Spam\",\"Date\":\"2026-01-02T03:04:05Z\"}}",
	    "Report lacks \"SourceIp\"" },
	{ "no date, 3", HEAD3 "\"Report\":{\"ReportClass\":\"Activity\",\"ReportType\":\"Spam\",\"Date\":\"soon\",\"SourceIp\":\"192.0.2.1\"}}",
	    "Report.Date: \"soon\" is no date-time" },
	{ "no report, 3", HEAD3 "\"x\":1}", "the report lacks \"Report\"" },
	{ "something else", "{\"a\":1}", "no X-ARF: it has neither \"xarf_version\" nor \"Version\"" },
	{ "a number", "1", "an X-ARF report is a JSON object" },
};

TEST(rules)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena a;
		const struct json *tree;
		struct err e = ERR_INIT;

		test_case("%s", rows[i].name);
		arena_init(&a, 1 << 20);
		if (CHECK_OK(json_parse(slice_of_str(rows[i].text), &JSON_LIMITS,
		    &a, &tree, &e), &e)) {
			if (rows[i].why == NULL) {
				CHECK_OK(xarf_valid(tree, &e), &e);
			} else {
				CHECK(!xarf_valid(tree, &e));
				CHECK_STR(e.text, rows[i].why);
			}
		}
		arena_fini(&a);
	}
}

TEST(recognised)
{
	struct intake_head head = { .bytes = S(" {\"xarf_version\":\"4.2.0\"}") };

	CHECK_INT(intake_xarf.recognise(&head, NULL), 95);
	head.bytes = S("{\"a\":1}");
	CHECK_INT(intake_xarf.recognise(&head, NULL), 0);
}

int
main(void)
{
	RUN(rules);
	RUN(recognised);
	return test_end();
}
