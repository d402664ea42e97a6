/* security.txt and RFC 2350: what is read lies in the text or in the arena, and an address is one. */
#include <stdlib.h>

#include "attrib/contact_text.h"
#include "attrib/contacts_import.h"
#include "attrib/rpsl.h"
#include "parse/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every byte of it, so that a sanitizer sees one that is not there. */
static void
touch(struct slice s)
{
	static volatile uint8_t sink;

	for (size_t i = 0; i < s.len; i++)
		sink = (uint8_t)(sink + s.p[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size), again, email;
	struct security_txt txt;
	struct rfc2350 team;
	struct err e = ERR_INIT;
	struct arena a;

	arena_init(&a, 1 << 22);
	(void)contacts_kind_guess(text);
	if (security_txt_read(text, &a, &txt, &e)) {
		for (size_t i = 0; i < txt.contact_count; i++)
			touch(txt.contacts[i]);
		touch(txt.email);
		touch(txt.languages);
		touch(txt.encryption);
		touch(txt.policy);
		touch(txt.canonical);
	} else if (e.text[0] == '\0') {
		abort();
	}
	e = (struct err)ERR_INIT;
	if (rfc2350_read(text, &a, &team, &e)) {
		const struct slice all[] = { team.name, team.email, team.phone, team.address,
			team.time_zone, team.keys, team.constituency, team.url };

		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			touch(all[i]);
		if (!mailbox_ok(team.email))
			abort();
	} else if (e.text[0] == '\0') {
		abort();
	}
	if (mailbox_clean(text, &a, &email) &&
	    (!mailbox_ok(email) || !mailbox_clean(email, &a, &again) || !slice_eq(email, again)))
		abort();
	arena_fini(&a);
	return 0;
}
