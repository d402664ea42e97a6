#include "intake/mail.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "test.h"

/* What a reading gave, one line each, in order. */
static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	struct buf *out = cookie;

	(void)e;
	buf_printf(out, "event %.*s %llu+%u ", SLICE_ARG(ev->place.part),
	    (unsigned long long)ev->place.offset, ev->place.length);
	event_to_json(ev, out);
	buf_byte(out, '\n');
	return true;
}

static bool
take_bad(void *cookie, const struct place *place, struct slice column,
    struct slice reason, struct err *e)
{
	struct buf *out = cookie;

	(void)e;
	(void)column;
	buf_printf(out, "bad %llu+%u %.*s\n", (unsigned long long)place->offset,
	    place->length, SLICE_ARG(reason));
	return true;
}

static void
read_text(struct slice bytes, const char *options, struct buf *out)
{
	static struct intake in;
	struct source src;
	struct err e = ERR_INIT;

	intake_init(&in);
	in.name = S("report.eml");
	in.options = slice_of_str(options);
	in.sink = (struct intake_sink){ .cookie = out, .event = take_event, .bad = take_bad };
	source_of_slice(&src, bytes);
	if (!intake_read(&in, &src, &e))
		buf_printf(out, "failed %s\n", e.text);
	if (in.nothing[0] != '\0')
		buf_printf(out, "nothing %s\n", in.nothing);
	intake_fini(&in);
}

/* tests/golden/mail/NAME.eml read with options gives NAME.out. */
TEST(golden)
{
	static const struct { const char *name, *eml, *options; } cases[] = {
		{ "trap", "trap", "mail=spam\ntrusted=198.51.100.0/24" },
		{ "trap-untrusted", "trap", "mail=spam" },
		{ "trap-auto", "trap", "" },
		{ "arf", "arf", "" },
		{ "arf-cr", "arf-cr", "" },
		{ "returned", "returned", "" },
		{ "forensic", "forensic", "" },
		{ "arf-without-address", "arf-without-address", "" },
		{ "arf-not-spam", "arf-not-spam", "" },
		{ "arf-auth", "arf-auth", "" },
		{ "xarf-old", "xarf-old", "" },
		{ "bounce", "bounce", "" },
		{ "forwarded", "forwarded", "" },
		{ "copyright", "copyright", "" },
		{ "letter", "letter", "" },
		{ "letter-complaint", "letter", "mail=complaint" },
		{ "attachment", "attachment", "" },
		/* Complaints that came to a trap's address: not the complainant's server. */
		{ "arf", "arf", "mail=spam" },
		{ "arf-not-spam", "arf-not-spam", "mail=spam" },
		{ "xarf-old", "xarf-old", "mail=spam" },
		{ "bounce", "bounce", "mail=spam" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf eml, want, got;
		struct err e = ERR_INIT;
		char path[128];

		test_case("%s", cases[i].name);
		buf_init(&eml, 1 << 20);
		buf_init(&want, 1 << 20);
		buf_init(&got, 1 << 20);
		(void)snprintf(path, sizeof(path), "tests/golden/mail/%s.eml",
		    cases[i].eml);
		CHECK_OK(file_read(test_path(path), &eml, &e), &e);
		(void)snprintf(path, sizeof(path), "tests/golden/mail/%s.out",
		    cases[i].name);
		CHECK_OK(file_read(test_path(path), &want, &e), &e);
		read_text(buf_view(&eml), cases[i].options, &got);
		CHECK_SLICE(buf_view(&got), buf_view(&want));
		if (getenv("GOLDEN_WRITE") != NULL)
			CHECK_OK(file_write(test_path(path), buf_view(&got), &e), &e);
		buf_fini(&eml);
		buf_fini(&want);
		buf_fini(&got);
	}
}

/* No recipient's name may come out of any of them. */
TEST(recipients_are_kept_back)
{
	static const char *const names[] = { "trap", "arf", "arf-without-address" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf eml, got;
		struct err e = ERR_INIT;
		char path[128];

		test_case("%s", names[i]);
		buf_init(&eml, 1 << 20);
		buf_init(&got, 1 << 20);
		(void)snprintf(path, sizeof(path), "tests/golden/mail/%s.eml", names[i]);
		CHECK_OK(file_read(test_path(path), &eml, &e), &e);
		read_text(buf_view(&eml), i == 0 ? "mail=spam" : "", &got);
		CHECK(got.len > 0);
		CHECK_INT(slice_find(buf_view(&got), S("trap-4711")), SIZE_MAX);
		CHECK_INT(slice_find(buf_view(&got), S("person@")), SIZE_MAX);
		buf_fini(&eml);
		buf_fini(&got);
	}
}

TEST(recognised)
{
	static const struct { const char *name, *text; bool is; } cases[] = {
		{ "mail", "Received: x\nFrom: a\nSubject: b\n\nc", true },
		{ "mbox line first", "From a Thu Jan  1 00:00:00 1970\nFrom: a\nTo: b\n\n", true },
		{ "csv", "\"timestamp\",\"ip\"\n\"2026-01-01\",\"192.0.2.1\"\n", false },
		{ "json", "{\"a\": 1}", false },
		{ "xml", "<?xml version=\"1.0\"?>\n<a/>", false },
		{ "settings", "key: value\nother: value\n", false },
		{ "nothing", "", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct intake_head head = { .bytes = slice_of_str(cases[i].text) };

		test_case("%s", cases[i].name);
		CHECK(cases[i].is == (intake_mail.recognise(&head, NULL) > 0));
	}
}

int
main(void)
{
	intake_warmup();
	RUN(golden);
	RUN(recipients_are_kept_back);
	RUN(recognised);
	return test_end();
}
