/*
 * Each form of the same findings against tests/golden/forms/, and what it says
 * read again: by our own reader of IODEF, as JSON.
 */
#include "share/form.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "intake/intake.h"
#include "parse/json.h"
#include "test.h"

static const struct row { enum place_kind kind; const char *place; enum class class; uint16_t port; const char *label; enum finding_state state; enum tlp tlp; } rows[] = {
	{ PLACE_IP, "45.33.32.156", CLASS_C2_SERVER, 8443, "Emotet & <kin>", FINDING_NEW, TLP_GREEN },
	{ PLACE_IP, "45.33.32.156", CLASS_SCANNER, 0, "", FINDING_NOTIFIED, TLP_CLEAR },
	{ PLACE_IP, "8.8.8.8", CLASS_C2_SERVER, 53, "a resolver that somebody reported", FINDING_NEW, TLP_CLEAR },
	{ PLACE_IP, "45.33.32.157", CLASS_SPAM, 0, "seen no more", FINDING_RESOLVED, TLP_CLEAR },
	{ PLACE_IP, "2a00:1450:4001::1", CLASS_INFECTED_SYSTEM, 0, "quotes \" and \\ and \x01 and \xff", FINDING_NEW, TLP_CLEAR },
	{ PLACE_NETWORK, "45.40.0.0/16", CLASS_BLACKLIST, 0, "", FINDING_NEW, TLP_CLEAR },
	{ PLACE_FQDN, "bad.example.com", CLASS_PHISHING, 0, "", FINDING_NEW, TLP_CLEAR },
	{ PLACE_FQDN, "co.uk", CLASS_PHISHING, 0, "a registry", FINDING_NEW, TLP_CLEAR },
	{ PLACE_URL, "http://Bad.example.com:8080/kit/;a\"|?x=1#top", CLASS_MALWARE_DISTRIBUTION, 0, "", FINDING_NEW, TLP_CLEAR },
	{ PLACE_URL, "ftp://bad.example.com/", CLASS_MALWARE_DISTRIBUTION, 0, "", FINDING_NEW, TLP_CLEAR },
	{ PLACE_ASN, "64496", CLASS_SPAM, 0, "", FINDING_NEW, TLP_CLEAR },
	{ PLACE_HASH, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", CLASS_MALWARE, 0, "", FINDING_NEW, TLP_CLEAR },
	{ PLACE_TARGET, "victim.example.com", CLASS_DDOS, 0, "", FINDING_NEW, TLP_CLEAR },
	{ PLACE_IP, "45.33.32.158", CLASS_SPAM, 0, "for those in the room", FINDING_NEW, TLP_RED },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct finding_row
row_of(size_t i)
{
	struct finding_row r = { .id = (int64_t)(i + 1) << 40, .class = rows[i].class, .kind = rows[i].kind,
		.place = slice_of_str(rows[i].place), .label = slice_of_str(rows[i].label), .port = rows[i].port, .asn = rows[i].kind == PLACE_ASN ? 64496 : 0,
		.transport = rows[i].port != 0 ? S("tcp") : S(""), .first_s = 1781600000, .last_s = 1781700000, .count = 3 + i,
		.tlp = rows[i].tlp, .state = rows[i].state };

	r.has_ip = rows[i].kind == PLACE_IP && ip_read(r.place, &r.ip);
	return r;
}

static void
write_all(const struct form *f, struct form_run *run, struct arena *a, struct buf *out)
{
	form_begin(f, run, out);
	for (size_t i = 0; i < ROWS; i++) {
		struct finding_row r = row_of(i);

		arena_reset(a);
		form_row(f, run, &r, out);
	}
	form_end(f, run, out);
}

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	struct buf *b = cookie;

	(void)e;
	for (size_t f = 0; f < FIELD_COUNT; f++) {
		if (f == FIELD_SOURCE_IP || f == FIELD_SOURCE_NETWORK || f == FIELD_SOURCE_FQDN || f == FIELD_SOURCE_URL ||
		    f == FIELD_SOURCE_ASN || f == FIELD_CLASSIFICATION_TYPE || f == FIELD_SOURCE_PORT || f == FIELD_TLP)
			buf_printf(b, " %.*s", SLICE_ARG(ev->v[f]));
	}
	buf_byte(b, '\n');
	return true;
}

static bool
take_bad(void *cookie, const struct place *place, struct slice column, struct slice reason, struct err *e)
{
	struct buf *b = cookie;

	(void)place;
	(void)e;
	buf_printf(b, " bad %.*s: %.*s\n", SLICE_ARG(column), SLICE_ARG(reason));
	return true;
}

/* As another node takes it in. */
static void
read_again(struct slice text, struct buf *out)
{
	struct err e = ERR_INIT;
	struct source src;
	struct intake in;

	intake_init(&in);
	in.name = S("again");
	in.sink = (struct intake_sink){ .cookie = out, .event = take_event, .bad = take_bad };
	source_of_slice(&src, text);
	CHECK_OK(intake_read(&in, &src, &e), &e);
	CHECK(in.format != NULL && slice_eq(in.format->name, S("iodef")));
	intake_fini(&in);
}

static void
one(const struct form *f)
{
	struct notices_options who = { .name = S("CSIRT <Example>"), .mail = S("csirt@example.org"), .now_s = 1781800000, .tlp = TLP_CLEAR };
	struct warnings *w = warnings_new();
	struct err e = ERR_INIT;
	struct arena a;
	struct form_run run = { .who = &who, .question = S("all"), .warnings = w, .a = &a, .most = TLP_AMBER };
	const struct json *tree;
	struct buf got, want;
	char path[128];

	test_case("%s", f->name);
	arena_init(&a, (size_t)1 << 20);
	buf_init(&got, (size_t)1 << 20);
	buf_init(&want, (size_t)1 << 20);
	write_all(f, &run, &a, &got);
	CHECK(run.marked == 1);
	CHECK(run.warned == (f->list ? 2 : 0));
	CHECK(run.rows + run.without + run.warned + run.marked + (f->list ? 1 : 0) == ROWS);
	if (f == &form_misp) {
		arena_reset(&a);
		CHECK_OK(json_parse(slice_trim(buf_view(&got)), &JSON_LIMITS, &a, &tree, &e), &e);
		CHECK_INT(json_path(tree, S("Event.Attribute"))->count, run.rows);
	}
	if (f == &form_iodef)
		read_again(buf_view(&got), &got);
	(void)snprintf(path, sizeof(path), "tests/golden/forms/%s", f->file);
	CHECK_OK(file_read(test_path(path), &want, &e), &e);
	CHECK_SLICE(buf_view(&got), buf_view(&want));
	if (getenv("GOLDEN_WRITE") != NULL)
		CHECK_OK(file_write(test_path(path), buf_view(&got), &e), &e);
	form_fini(&run);
	warnings_free(&w);
	buf_fini(&got);
	buf_fini(&want);
	arena_fini(&a);
}

TEST(golden)
{
	size_t n = 0;

	for (; form_at(n) != NULL; n++)
		one(form_at(n));
	CHECK(n >= 9);
	CHECK(form_find(S("nonsense")) == NULL && form_find(S("iodef")) == &form_iodef);
}

/* Numbers of rules are unique even where their hashes meet. */
TEST(rule_numbers)
{
	struct notices_options who = { .name = S("x"), .now_s = 1 };
	struct arena a;
	struct form_run run = { .who = &who, .a = &a, .most = TLP_RED };
	struct finding_row r = row_of(0);
	struct buf b;
	size_t written = 0;

	arena_init(&a, (size_t)1 << 20);
	buf_init(&b, (size_t)1 << 20);
	for (size_t i = 0; i < FORM_NUMBERS / 2 + 10; i++) {
		arena_reset(&a);
		buf_clear(&b);
		/* The same finding again and again: each hash meets all those before it. */
		if (i >= 2000)
			r.id = (int64_t)i;
		written += form_suricata.row(&run, &r, &b);
		run.rows = written;
	}
	CHECK_INT(written, FORM_NUMBERS / 2);
	form_fini(&run);
	buf_fini(&b);
	arena_fini(&a);
}

int
main(void)
{
	RUN(golden);
	RUN(rule_numbers);
	return test_end();
}
