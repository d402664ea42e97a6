/* Documents of every shape, by shipped mappings and by ones of our own. */
#include "intake/intake.h"
#include "intake/mapping.h"
#include "intake/tables.h"
#include "test.h"

struct seen {
	struct buf text;
	size_t events, bad;
};

static bool
on_event(void *cookie, const struct event *ev, struct err *e)
{
	struct seen *s = cookie;

	(void)e;
	s->events++;
	event_to_json(ev, &s->text);
	buf_byte(&s->text, '\n');
	return true;
}

static bool
on_bad(void *cookie, const struct place *p, struct slice column, struct slice reason, struct err *e)
{
	struct seen *s = cookie;

	(void)p, (void)reason, (void)e;
	s->bad++;
	buf_printf(&s->text, "bad %.*s\n", SLICE_ARG(column));
	return true;
}

static bool
run(const struct intake_tables *t, const char *options, const char *text, struct seen *s, struct err *e)
{
	struct intake in;
	struct source src;
	bool ok;

	*s = (struct seen){ 0 };
	buf_init(&s->text, 1 << 20);
	intake_init(&in);
	in.tables = t;
	in.options = slice_of_str(options);
	in.sink = (struct intake_sink){ .cookie = s, .event = on_event, .bad = on_bad };
	source_of_slice(&src, slice_of_str(text));
	ok = intake_read(&in, &src, e);
	intake_fini(&in);
	return ok;
}

static const struct { const char *name, *options, *in, *out; } cases[] = {
	{ "csv with a header in a comment", "mapping=feodotracker", "# a comment\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\",\"malware\"\n\"2026-06-17 10:00:00\",\"192.0.2.1\",\"443\",\"online\",\"2026-06-17\",\"QakBot\"\n\"x\",\"192.0.2.2\",\"443\",\"\",\"\",\"\"\n",
	    "{\"classification.taxonomy\":\"malicious-code\",\"classification.type\":\"c2-server\",\"feed.name\":\"Feodo Tracker\",\"malware.name\":\"qakbot\",\"source.ip\":\"192.0.2.1\",\"source.port\":443,\"time.source\":\"2026-06-17T10:00:00+00:00\",\"extra.status\":\"online\",\"extra.last_online\":\"2026-06-17\"}\nbad time.source\n" },
	{ "a list", "mapping=blocklist_de", "# list\n192.0.2.1\n\n2001:db8::1\nnonsense\n",
	    "{\"classification.taxonomy\":\"intrusion-attempts\",\"classification.type\":\"brute-force\",\"feed.name\":\"Blocklist.de\",\"source.ip\":\"192.0.2.1\"}\n{\"classification.taxonomy\":\"intrusion-attempts\",\"classification.type\":\"brute-force\",\"feed.name\":\"Blocklist.de\",\"source.ip\":\"2001:db8::1\"}\nbad source.ip\n" },
	{ "an array of objects", "mapping=phishtank", "[{\"phish_id\":7,\"url\":\"http://login.example.org/x\",\"target\":\"Bank, \\\"A\\\"\",\"submission_time\":\"2026-06-17T10:00:00+00:00\"}, 5]",
	    "{\"classification.taxonomy\":\"fraud\",\"classification.type\":\"phishing\",\"event_description.target\":\"Bank, \\\"A\\\"\",\"feed.name\":\"PhishTank\",\"source.fqdn\":\"login.example.org\",\"source.url\":\"http://login.example.org/x\",\"time.source\":\"2026-06-17T10:00:00+00:00\",\"extra.phish_id\":7}\nbad \n" },
	{ "objects a line", "mapping=spamhaus_drop", "{\"cidr\":\"192.0.2.0/24\",\"sblid\":\"SBL1\"}\n{\"cidr\":\n",
	    "{\"classification.taxonomy\":\"other\",\"classification.type\":\"other\",\"feed.name\":\"Spamhaus DROP\",\"source.network\":\"192.0.2.0/24\",\"extra.sblid\":\"SBL1\"}\nbad \n" },
};

TEST(feeds)
{
	struct intake_tables *t = intake_tables_new();
	struct err e = ERR_INIT;
	struct seen s;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%s", cases[i].name);
		CHECK_OK(run(t, cases[i].options, cases[i].in, &s, &e), &e);
		CHECK_SLICE(buf_view(&s.text), slice_of_str(cases[i].out));
		buf_fini(&s.text);
	}
	CHECK(!run(t, "mapping=nowhere", "x\n", &s, &e));
	CHECK_STR(e.text, "there is no mapping \"nowhere\"; put it into the node's folder as feeds/NAME.conf");
	buf_fini(&s.text);
	/* A node's own, and a newer one of the same name. */
	CHECK_OK(intake_tables_add(t, S("mine.conf"), S("[feed]\nformat = csv\ndelimiter = ;\n[constants]\nclassification.type = scanner\n[fields]\nsource.ip = 2\n"), &e), &e);
	CHECK_OK(run(t, "mapping=mine", "a;192.0.2.9\n", &s, &e), &e);
	CHECK_INT(s.events, 1);
	buf_fini(&s.text);
	CHECK_OK(intake_tables_add(t, S("mine.conf"), S("[constants]\nclassification.type = scanner\n[fields]\nsource.ip = addr\n"), &e), &e);
	CHECK(!run(t, "mapping=mine", "a,192.0.2.9\n", &s, &e));
	buf_fini(&s.text);
	intake_tables_free(&t);
}

int
main(void)
{
	RUN(feeds);
	return test_end();
}
