/* Documents of every shape, by shipped mappings and by ones of our own. */
#include "base/pieces.h"
#include "intake/intake.h"
#include "intake/mapping.h"
#include "intake/tables.h"
#include "test.h"

#define RECEIVED INT64_C(1781690400) /* 2026-06-17T10:00:00 */

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
	in.received_s = RECEIVED;
	in.tables = t;
	in.options = slice_of_str(options);
	in.sink = (struct intake_sink){ .cookie = s, .event = on_event, .bad = on_bad };
	source_of_slice(&src, slice_of_str(text));
	ok = intake_read(&in, &src, e);
	intake_fini(&in);
	return ok;
}

#define C "[constants]\nclassification.type = other\n"

/* Mappings of each shape, a document, and what comes of it; taxonomy is left out below. */
static const struct { const char *name, *mapping, *in, *out; } cases[] = {
	{ "csv with a header in a comment", "[feed]\nheader = yes\ncomment = #\n" C "[fields]\ntime.source = first\nsource.ip! = dst\nextra.n = n | int\n",
	    "# a comment\n# \"first\",\"dst\",\"n\"\n\"2026-06-17 10:00:00\",\"192.0.2.1\",\"4\"\n\"x\",\"192.0.2.2\",\"4\"\n,\"\",5\n# end, of\n",
	    "{C,\"source.ip\":\"192.0.2.1\",\"time.source\":\"2026-06-17T10:00:00+00:00\",\"extra.n\":4}\nbad time.source\nbad source.ip\n" },
	{ "csv with a header", "[feed]\nheader = yes\n" C "[fields]\nsource.ip = Address\n", "Name,address\n\"a, b\",192.0.2.1\n", "{C,\"source.ip\":\"192.0.2.1\"}\n" },
	{ "csv whose header is not there but known", "[feed]\nheader = yes\ncolumns = a, b\n" C "[fields]\nsource.ip = b\n", "x,192.0.2.1\ny,192.0.2.2\n", "{C,\"source.ip\":\"192.0.2.1\"}\n{C,\"source.ip\":\"192.0.2.2\"}\n" },
	{ "csv by numbers, the first two lines passed over", "[feed]\nskip = 2\ndelimiter = ;\n" C "[fields]\nsource.ip = -1\n", "junk\nmore;junk\nx;y;192.0.2.1\n", "{C,\"source.ip\":\"192.0.2.1\"}\n" },
	{ "csv by blanks with quotes", "[feed]\ndelimiter = blanks\n" C "[fields]\nsource.ip = 1\nextra.who = 2\n", "192.0.2.1   \"a b\"  c\n", "{C,\"source.ip\":\"192.0.2.1\",\"extra.who\":\"a b\"}\n" },
	{ "csv by runs of a sign", "[feed]\ndelimiter = \"\\t+\"\n" C "[fields]\nsource.ip = 1\nextra.x = 2\n", "192.0.2.1\t\t\tb\n", "{C,\"source.ip\":\"192.0.2.1\",\"extra.x\":\"b\"}\n" },
	{ "csv with blanks behind the commas", "[feed]\ndelimiter = \", \"\n" C "[fields]\nsource.ip = 2\nextra.x = 3\n", "\"a,b\", \"192.0.2.1\",\"c, d\"\n", "{C,\"source.ip\":\"192.0.2.1\",\"extra.x\":\"c, d\"}\n" },
	{ "csv whose comments begin with the delimiter", "[feed]\ndelimiter = ;\ncomment = \";\"\n" C "[fields]\nsource.ip = 1\n", "; a ; b\n192.0.2.1 ; x\n", "{C,\"source.ip\":\"192.0.2.1\"}\n" },
	{ "csv by a longer text", "[feed]\ndelimiter = \" | \"\n" C "[fields]\nsource.ip = 2\n", "a | 192.0.2.1 | c\n", "{C,\"source.ip\":\"192.0.2.1\"}\n" },
	{ "csv, all other columns kept", "[feed]\nheader = yes\nrest = extra.\nignore = secret*\nempty = -\n" C "[fields]\nsource.ip = ip\n", "ip,Device Name,secret_1,none\n192.0.2.1,bob,x,-\n", "{C,\"source.ip\":\"192.0.2.1\",\"extra.device_name\":\"bob\"}\n" },
	{ "a list with comments", "[feed]\nformat = list\ncomment = # ;\n" C "[fields]\nsource.ip|source.network|source.fqdn|source.url! = 1\nextra.why = 2\n",
	    "# list\n192.0.2.1 # spam\n\n2001:db8::/32\nwww.example.org ; x\nhttp://example.org/#top\nnonsense\n",
	    "{C,\"source.ip\":\"192.0.2.1\",\"extra.why\":\"spam\"}\n{C,\"source.network\":\"2001:db8::/32\"}\n{C,\"source.fqdn\":\"www.example.org\",\"extra.why\":\"x\"}\n{C,\"source.fqdn\":\"example.org\",\"source.url\":\"http://example.org/#top\"}\nbad source.ip\n" },
	{ "lines between data that say what follows", "[feed]\nformat = list\n[head]\nwhat = \"== <class> ==\"\n[fields]\nsource.ip = 1\nclassification.type = @head.what\n", "== spam ==\n192.0.2.1\n== phishing ==\n192.0.2.2\n",
	    "{\"classification.taxonomy\":\"abusive-content\",\"classification.type\":\"spam\",\"source.ip\":\"192.0.2.1\"}\n{\"classification.taxonomy\":\"fraud\",\"classification.type\":\"phishing\",\"source.ip\":\"192.0.2.2\"}\n" },
	{ "hashes go where their length belongs", "[feed]\nformat = list\n" C "[fields]\nmalware.hash.md5|malware.hash.sha1|malware.hash.sha256 = 1\n", "d41d8cd98f00b204e9800998ecf8427e\nda39a3ee5e6b4b0d3255bfef95601890afd80709\nx\n",
	    "{C,\"malware.hash.md5\":\"d41d8cd98f00b204e9800998ecf8427e\"}\n{C,\"malware.hash.sha1\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"}\nbad malware.hash.md5\n" },
	{ "a loose field is left out", C "[fields]\nsource.ip? = 1\nsource.fqdn = 2\n", "-,a.example.org\n192.0.2.1,b.example.org\n", "{C,\"source.fqdn\":\"a.example.org\"}\n{C,\"source.fqdn\":\"b.example.org\",\"source.ip\":\"192.0.2.1\"}\n" },
	{ "filters drop and keep", C "[fields]\nsource.ip = 1\n[filter]\ndrop = 2 is offline\nkeep = @source.ip in 192.0.2.0/24\n", "192.0.2.1,online\n192.0.2.2,offline\n198.51.100.1,online\n", "{C,\"source.ip\":\"192.0.2.1\"}\n" },
	{ "json: an array", "[feed]\nformat = json\n" C "[fields]\nsource.ip = ip\nextra.id = a.id\nextra.tags = t.*.n | join \"+\"\n", "[{\"ip\":\"192.0.2.1\",\"a\":{\"id\":7},\"t\":[{\"n\":\"x\"},{\"n\":\"y\"}]}, 5]", "{C,\"source.ip\":\"192.0.2.1\",\"extra.id\":7,\"extra.tags\":\"x+y\"}\nbad \n" },
	{ "json: objects a line", "[feed]\nformat = json\n" C "[fields]\nsource.ip = ip\n", "{\"ip\":\"192.0.2.1\"}\n{\"ip\":\n\n{\"ip\":\"192.0.2.3\"}\n", "{C,\"source.ip\":\"192.0.2.1\"}\nbad \n{C,\"source.ip\":\"192.0.2.3\"}\n" },
	{ "json: objects one behind the other", "[feed]\nformat = json\n" C "[fields]\nsource.ip = ip\n", "{\n \"ip\":\"192.0.2.1\"}\n{\"ip\":\n\"192.0.2.3\"}\n", "{C,\"source.ip\":\"192.0.2.1\"}\n{C,\"source.ip\":\"192.0.2.3\"}\n" },
	{ "json: arrays in arrays, and what is around them", "[feed]\nformat = json\nrecords = data.hosts\n" C "[fields]\nsource.ip = .\nextra.of = ^name\nextra.at = /at\n",
	    "{\"at\":\"now\",\"data\":[{\"name\":\"a\",\"hosts\":[\"192.0.2.1\",\"192.0.2.2\"]},{\"name\":\"b\",\"hosts\":[\"192.0.2.3\"]}]}",
	    "{C,\"source.ip\":\"192.0.2.1\",\"extra.of\":\"a\",\"extra.at\":\"now\"}\n{C,\"source.ip\":\"192.0.2.2\",\"extra.of\":\"a\",\"extra.at\":\"now\"}\n{C,\"source.ip\":\"192.0.2.3\",\"extra.of\":\"b\",\"extra.at\":\"now\"}\n" },
	{ "json: an object keyed by the value", "[feed]\nformat = json\nrecords = *\n" C "[fields]\nsource.ip = @key\nextra.n = n\n", "{\"192.0.2.1\":{\"n\":1},\"192.0.2.2\":[{\"n\":2},{\"n\":3}]}",
	    "{C,\"source.ip\":\"192.0.2.1\",\"extra.n\":1}\n{C,\"source.ip\":\"192.0.2.2\",\"extra.n\":2}\n{C,\"source.ip\":\"192.0.2.2\",\"extra.n\":3}\n" },
	{ "json: an array that may be missing", "[feed]\nformat = json\nrecords = list?\n" C "[fields]\nsource.ip = ip | or ^ip\n", "[{\"ip\":\"192.0.2.1\"},{\"ip\":\"192.0.2.2\",\"list\":[]},{\"ip\":\"x\",\"list\":[{\"ip\":\"192.0.2.3\"}]}]",
	    "{C,\"source.ip\":\"192.0.2.1\"}\n{C,\"source.ip\":\"192.0.2.2\"}\n{C,\"source.ip\":\"192.0.2.3\"}\n" },
	{ "json: several paths", "[feed]\nformat = json\nrecords = a\nrecords = e.a\n" C "[fields]\nsource.ip = ip\nextra.x = ^x\n", "[{\"e\":{\"x\":1,\"a\":[{\"ip\":\"192.0.2.1\"}]}}]", "{C,\"source.ip\":\"192.0.2.1\",\"extra.x\":1}\n" },
	{ "json: paths that are gone through both", "[feed]\nformat = json\nrecords = a, o.a\nrecords = b\n" C "[fields]\nsource.ip = ip\n", "{\"o\":[{\"a\":[{\"ip\":\"192.0.2.2\"}]},{}],\"a\":[{\"ip\":\"192.0.2.1\"}]}", "{C,\"source.ip\":\"192.0.2.1\"}\n{C,\"source.ip\":\"192.0.2.2\"}\n" },
	{ "json: only the second of both is there", "[feed]\nformat = json\nrecords = a, o.a\nrecords = b\n" C "[fields]\nsource.ip = ip\n", "{\"o\":[{\"a\":[{\"ip\":\"192.0.2.2\"}]}],\"b\":[{\"ip\":\"192.0.2.3\"}]}", "{C,\"source.ip\":\"192.0.2.2\"}\n" },
	{ "json: rows", "[feed]\nformat = json\nrecords = rows\n" C "[fields]\nsource.ip = 1\nextra.x = -1\n", "{\"rows\":[[\"192.0.2.1\",true,\"z\"]]}", "{C,\"source.ip\":\"192.0.2.1\",\"extra.x\":\"z\"}\n" },
	{ "json: the rest and members", "[feed]\nformat = json\nrest = extra.\nignore = no.*\n" C "[fields]\nsource.ip = ip\nextra.b.* = base\n", "{\"ip\":\"192.0.2.1\",\"a\":{\"B c\":1,\"e\":null},\"no\":{\"x\":1},\"base\":{\"k\":{\"l\":2}},\"l\":[1]}",
	    "{C,\"source.ip\":\"192.0.2.1\",\"extra.b.k.l\":2,\"extra.a.b_c\":1,\"extra.l\":[1]}\n" },
	{ "pairs", "[feed]\nformat = pairs\n" C "[fields]\nsource.ip = SRC\nextra.syn = SYN\nextra.m = msg\n", "x SRC=192.0.2.1 OUT= SYN msg=\"a b\"\n", "{C,\"source.ip\":\"192.0.2.1\",\"extra.syn\":true,\"extra.m\":\"a b\"}\n" },
	{ "pairs with other signs", "[feed]\nformat = pairs\npair = |\nequals = \":\"\n" C "[fields]\nsource.ip = src\nextra.m = m\n", "src: 192.0.2.1|m: a:b\n", "{C,\"source.ip\":\"192.0.2.1\",\"extra.m\":\"a:b\"}\n" },
	{ "pairs behind a prefix", "[feed]\nformat = pairs\nline = <mon> <day> <clock> <host> kernel: <> IN=<pairs>\nother_lines = skip\n" C "[fields]\nsource.ip = SRC\ntime.source = text \"{mon} {day} {clock}\" | date \"%b %d %T\"\n",
	    "Jun  7 09:00:00 fw kernel: [1.5] IN=eth0 SRC=192.0.2.1\nJun 17 09:00:00 fw cron[1]: x\n", "{C,\"source.ip\":\"192.0.2.1\",\"time.source\":\"2026-06-07T09:00:00+00:00\"}\n" },
	{ "text", "[feed]\nformat = text\nline = <date>,<> NOTICE [<jail>] Ban <ip>\nline = <date> <ip> banned\n" C "[fields]\nsource.ip = ip\nextra.jail = jail\ntime.source? = date\n",
	    "2026-06-17 10:00:00,123 fail2ban.actions [9]: NOTICE  [sshd] Ban 192.0.2.1\n2026-06-17 192.0.2.2 banned\nnothing of it\n",
	    "{C,\"source.ip\":\"192.0.2.1\",\"time.source\":\"2026-06-17T10:00:00+00:00\",\"extra.jail\":\"sshd\"}\n{C,\"source.ip\":\"192.0.2.2\",\"time.source\":\"2026-06-17T00:00:00+00:00\"}\nbad \n" },
	{ "text, several in a line", "[feed]\nformat = text\nline = <to> [<ips>] <word>\nline = <to> <word>\neach = ips \",\"\n" C "[fields]\nsource.ip? = ips\nextra.word = word\n",
	    "a [192.0.2.1, 192.0.2.2,,x] one\nb two\n",
	    "{C,\"source.ip\":\"192.0.2.1\",\"extra.word\":\"one\"}\n{C,\"source.ip\":\"192.0.2.2\",\"extra.word\":\"one\"}\nbad \nbad \n" },
	{ "html by number, with links", "[feed]\nformat = html\ntable = 2\nheader = yes\n" C "[fields]\nsource.ip = Host\nextra.link = Host.href\nextra.second = 2.href\n",
	    "<html><table><tr><td>no</td></tr></table><table><thead><tr><th>Host</th><th>Info&nbsp;</th></tr></thead><tr><td><a href=\"/x\">192.0.<!-- y -->2.1</a><td> a\n b <a href=/z>c</a></tr></table>",
	    "{C,\"source.ip\":\"192.0.2.1\",\"extra.link\":\"/x\",\"extra.second\":\"/z\"}\n" },
	{ "html by class, each of them", "[feed]\nformat = html\ntable = class bad\nskip = 1\n" C "[fields]\nsource.ip = 1\n",
	    "<table class='x bad'><tr><th>h</tr><tr><td>192.0.2.1</td></tr></table><table class=good><tr><td>a<tr><td>b</table><table class=bad><tr><th>h</tr><tr><td><input value=192.0.2.2></table>",
	    "{C,\"source.ip\":\"192.0.2.1\"}\n{C,\"source.ip\":\"192.0.2.2\"}\n" },
	{ "html without such a table", "[feed]\nformat = html\n" C "[fields]\nsource.ip = 1\n", "<p>none</p>", "error there is no such table in this page as mapping x says" },
	{ "xml", "[feed]\nformat = xml\nrecords = entry\nrest = extra.\n" C "[fields]\nsource.ip = host.ip\nextra.id = .@id\nextra.v = host@v\n",
	    "<?xml version=\"1.0\"?><o><entry id=\"7\"><host v=\"4\"><ip> 192.0.2.1 </ip></host><note><![CDATA[a <b>]]></note><empty/></entry><entry><host/></entry></o>",
	    "{C,\"source.ip\":\"192.0.2.1\",\"extra.id\":\"7\",\"extra.v\":\"4\",\"extra.note\":\"a <b>\"}\nbad \n" },
	{ "feed.* and what the bringer knows of it", "[feed]\nname = N\nprovider = P\nurl = http://p.example.org/\naccuracy = 50\n" C "[fields]\nsource.ip = 1\nsource.asn = @origin | after as=\n", "192.0.2.1\n",
	    "{C,\"feed.accuracy\":50.0,\"feed.name\":\"N\",\"feed.provider\":\"P\",\"feed.url\":\"http://x.example.org/?as=7\",\"source.asn\":7,\"source.ip\":\"192.0.2.1\"}\n" },
	{ "none of the columns", "[feed]\nheader = yes\n" C "[fields]\nsource.ip = addr\n", "a,b\n1,2\n", "error none of the columns that mapping x names is in this file" },
	{ "no array where it should be", "[feed]\nformat = json\nrecords = data\n" C "[fields]\nsource.ip = ip\n", "[{\"ip\":\"192.0.2.1\"}]", "error there is no array at \"data\", as mapping x says" },
};

/* "C" stands for what each event here has. */
static void
spell_out(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++) {
		buf_byte(out, (uint8_t)*text);
		if (text[0] == '{' && text[1] == 'C') {
			buf_str(out, "\"classification.taxonomy\":\"other\",\"classification.type\":\"other\"");
			text++;
		}
	}
}

TEST(shapes)
{
	struct intake_tables *t = intake_tables_new();
	struct err e = ERR_INIT;
	struct buf wanted;
	struct seen s;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool told = strstr(cases[i].mapping, "provider") != NULL;

		test_case("%s", cases[i].name);
		buf_init(&wanted, 65536);
		spell_out(cases[i].out, &wanted);
		CHECK_OK(intake_tables_add(t, S("x.conf"), slice_of_str(cases[i].mapping), &e), &e);
		if (!run(t, told ? "mapping=x\nfeed.url=http://x.example.org/?as=7" : "mapping=x", cases[i].in, &s, &e)) {
			buf_clear(&s.text);
			buf_printf(&s.text, "error %s", e.text);
		}
		CHECK_SLICE(buf_view(&s.text), buf_view(&wanted));
		buf_fini(&s.text);
		buf_fini(&wanted);
	}
	CHECK(!run(t, "mapping=nowhere", "x\n", &s, &e));
	CHECK_STR(e.text, "there is no mapping \"nowhere\"; put it into the node's folder as feeds/NAME.conf");
	buf_fini(&s.text);
	intake_tables_free(&t);
}

/* Any split of a document into windows gives the same; here: pulled byte by byte. */
TEST(bytewise)
{
	struct intake_tables *t = intake_tables_new();
	struct err e = ERR_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pieces text = { slice_of_str(cases[i].in), 1 };
		struct seen whole, pieces = { 0 };
		struct source src;
		struct intake in;
		bool a, b;

		test_case("%s", cases[i].name);
		CHECK_OK(intake_tables_add(t, S("x.conf"), slice_of_str(cases[i].mapping), &e), &e);
		a = run(t, "mapping=x", cases[i].in, &whole, &e);
		buf_init(&pieces.text, 1 << 20);
		intake_init(&in);
		in.received_s = RECEIVED;
		in.tables = t;
		in.options = S("mapping=x");
		in.sink = (struct intake_sink){ .cookie = &pieces, .event = on_event, .bad = on_bad };
		source_of_pull(&src, pieces_pull, &text, 8 << 20);
		b = intake_read(&in, &src, &e);
		source_fini(&src);
		intake_fini(&in);
		CHECK(a == b);
		CHECK_SLICE(buf_view(&pieces.text), buf_view(&whole.text));
		buf_fini(&whole.text);
		buf_fini(&pieces.text);
	}
	intake_tables_free(&t);
}

/* A line of blanks, or of what a template looks for, costs its length and not its square. */
TEST(long_lines)
{
	struct intake_tables *t = intake_tables_new();
	struct err e = ERR_INIT;
	struct seen s;
	struct buf line;

	CHECK_OK(intake_tables_add(t, S("x.conf"), S("[feed]\nformat = text\nline = a <ip> b <> c d\nother_lines = skip\n" C "[fields]\nsource.ip = ip\n"), &e), &e);
	for (size_t i = 0; i < 3; i++) {
		static const char *const pieces[] = { "        ", " b  c ", "a b c d " };

		test_case("%s", pieces[i]);
		buf_init(&line, 1 << 20);
		for (size_t k = 1; k <= 5; k++) {
			buf_str(&line, "a 192.0.2.1");
			while (line.len < k * 60000)
				buf_str(&line, pieces[i]);
			buf_str(&line, " z\n");
		}
		CHECK_OK(run(t, "mapping=x", buf_cstr(&line), &s, &e), &e);
		buf_fini(&s.text);
		buf_fini(&line);
	}
	intake_tables_free(&t);
}

static const struct { const char *name, *in, *wants; } known[] = {
	{ "list.csv", "\"phish_id\",\"url\"\n", NULL },
	{ "x", "[{\"phish_id\":1,\"url\":\"http://a.example.org/\",\"phish_detail_url\":\"x\",\"submission_time\":\"2026\"}]", "phishtank" },
	{ "x", "# DataPlane.org - for operators, by operators\n# sshclient\n", "dataplane" },
	{ "ci-badguys.txt", "192.0.2.1\n", "ci_army" },
	{ "other.txt", "192.0.2.1\n", NULL },
	{ "x", "{\"source.ip\":\"192.0.2.1\",\"classification.type\":\"spam\",\"feed.name\":\"x\"}\n", NULL },
	{ "x", "From: a@example.org\nDate: Wed, 17 Jun 2026 10:00:00 +0000\nSubject: # DataPlane.org\n\n# DataPlane.org\n", NULL },
	{ "x", "", NULL },
};

TEST(recognition)
{
	struct intake_tables *t = intake_tables_new();
	const struct intake_format *f;
	struct intake in;

	intake_init(&in);
	in.tables = t;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct intake_head head = { .name = slice_of_str(known[i].name), .bytes = slice_of_str(known[i].in), .whole = true };
		const struct mapping *m;
		int sure;

		test_case("%s: %s", known[i].name, known[i].in);
		f = intake_recognise(&head, &in);
		CHECK((f != NULL && slice_eq(f->name, S("generic"))) == (known[i].wants != NULL));
		m = intake_tables_known(t, head.name, head.bytes, &sure);
		if (known[i].wants != NULL)
			CHECK_SLICE(m == NULL ? SLICE_NONE : m->name, slice_of_str(known[i].wants));
	}
	intake_fini(&in);
	intake_tables_free(&t);
}

int
main(void)
{
	RUN(shapes);
	RUN(bytewise);
	RUN(long_lines);
	RUN(recognition);
	return test_end();
}
