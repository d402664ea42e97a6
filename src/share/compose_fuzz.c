/*
 * A notice with strangers' texts in every place that takes one, the byte 0
 * between them: its headers are ours and no more, its lines end as lines of mail
 * do, and its parts are the ones we put in.
 */
#include <stdlib.h>

#include "attrib/contacts.h"
#include "parse/domain.h"
#include "parse/mime.h"
#include "share/compose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice names[] = { S_INIT("X-Entente-TLP:"), S_INIT("From:"), S_INIT("Reply-To:"), S_INIT("To:"),
	S_INIT("Subject:"), S_INIT("Date:"), S_INIT("Message-ID:"), S_INIT("MIME-Version:"), S_INIT("Auto-Submitted:"),
	S_INIT("X-Entente-Notice:"), S_INIT("Content-Language:"), S_INIT("Content-Type:") };
#define NAMES (sizeof(names) / sizeof(names[0]))

/* Each header once and in order; each line plain text (RFC 6532 for a mailbox), as long as mail allows. */
static void
headers_ok(struct slice message)
{
	struct slice line;
	size_t at = 0;

	while (slice_cut(&message, '\n', &line)) {
		if (line.len == 0 || line.len > 998 || line.p[line.len - 1] != '\r')
			abort();
		line.len--;
		if (line.len == 0)
			break;
		for (size_t i = 0, step; i < line.len; i += step) {
			if (slice_shown(slice_from(line, i), &step) != SHOWN_PLAIN)
				abort();
		}
		if (line.p[0] == ' ')
			continue;
		if (at == NAMES || !slice_starts(line, names[at++]))
			abort();
	}
	if (at != NAMES)
		abort();
	/* The body: lines of mail, in seven bits. */
	while (slice_cut(&message, '\n', &line) && message.p != NULL) {
		if (line.len == 0 || line.len > 999 || line.p[line.len - 1] != '\r' || slice_find_byte(line, '\r') != line.len - 1)
			abort();
	}
}

static void
parts_ok(struct slice message, struct arena *a, bool xarf)
{
	struct mime m = MIME_NONE;
	struct err e = ERR_INIT;
	size_t leaves = 0;

	if (!mime_open(&m, message, &MIME_LIMITS, a, &e))
		abort();
	for (size_t i = 0; i < m.count; i++)
		leaves += m.parts[i].kind != MIME_MULTIPART;
	if (leaves != 2 + (size_t)xarf)
		abort();
	mime_close(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool warm;
	struct notices_options o = { .mail = S("csirt@demo.example"), .reply_to = S("desk@demo.example"), .lang = LANG_EN,
		.interval_s = 86400, .tlp = TLP_AMBER, .now_s = 1781700000 };
	struct contact contact = { .id = 1, .scope = SCOPE_DOMAIN };
	struct finding_row row = { .id = 5, .class = CLASS_INFECTED_SYSTEM, .kind = PLACE_IP, .first_s = 1781700000,
		.last_s = 1781700000, .count = 1, .port = 443 };
	struct compose c = { .options = &o, .to = S("abuse@a.example"), .lang = LANG_EN, .formats = CONTACT_CSV | CONTACT_XARF,
		.contacts = { &contact }, .contact_count = 1, .id = S("N1"), .rows = &row, .count = 1 };
	struct slice *const texts[] = { &o.name, &row.place, &row.identifier, &row.label, &row.transport, &row.country,
		&row.feed, &contact.value };
	struct slice rest = slice_of(data, size > 32768 ? 32768 : size), text, mailbox;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	if (!warm)
		mime_warmup();
	warm = true;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = S("x");
	if (!slice_cut(&rest, 0, &mailbox) || rest.len == 0)
		return 0;
	arena_init(&a, 1 << 24);
	/* As an import lets it in. */
	if (mailbox_ok(mailbox))
		c.to = mailbox;
	c.lang = rest.p[0] % 2 == 0 ? LANG_EN : LANG_AR;
	rest = slice_from(rest, 1);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && slice_cut(&rest, 0, &text); i++)
		*texts[i] = text;
	/* It is kept as a name of the DNS alone. */
	if (!fqdn_ok(contact.value))
		contact.value = S("example.org");
	/* Our own name stands in our own file: one line of text. */
	if (!slice_utf8_ok(o.name) || o.name.len > 200 || slice_find_byte(o.name, '\n') != SIZE_MAX || slice_find_byte(o.name, '\r') != SIZE_MAX)
		o.name = S("CSIRT");
	buf_init(&b, COMPOSE_BYTES_MAX);
	if (!compose_notice(&c, &b, &e))
		abort();
	headers_ok(buf_view(&b));
	parts_ok(buf_view(&b), &a, true);
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
