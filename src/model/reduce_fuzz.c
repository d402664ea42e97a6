/*
 * Hostile texts, JSON and events through what protects people: what comes out
 * is no longer, stays as it is when done again, and is still what it was.
 */
#include <stdlib.h>

#include "model/finding.h"
#include "model/protect.h"
#include "model/reduce.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "%0e@": the letter belongs to what the three stand for. */
static bool
in_escape(struct slice s, size_t i)
{
	return i >= 2 && s.p[i - 2] == '%' && byte_hex(s.p[i - 1]) >= 0 && byte_hex(s.p[i]) >= 0;
}

static void
texts(struct slice s, struct arena *a)
{
	struct slice once = reduce_text(s, a), account = reduce_account(s, a), json;
	const struct json *j;
	struct err e = ERR_INIT;

	if (once.len > s.len && s.len > 0)
		abort();
	if (!slice_eq(reduce_text(once, a), once))
		abort();
	if (!slice_eq(reduce_account(account, a), account))
		abort();
	/* An address that is left has "x" before its sign, or nothing. */
	for (size_t i = 0; i + 1 < once.len; i++) {
		if (once.p[i + 1] == '@' && byte_is_alpha(once.p[i]) && once.p[i] != 'x' && !in_escape(once, i) &&
		    !slice_starts(slice_from(once, i + 2), S("openssh.com")) && !slice_starts(slice_from(once, i + 2), S("libssh.org")) &&
		    !slice_starts(slice_from(once, i + 2), S("lysator.liu.se")) && !slice_starts(slice_from(once, i + 2), S("tinyssh.org")))
			abort();
	}
	if (s.len > 4096 || !json_parse(s, &JSON_LIMITS, a, &j, &e))
		return;
	json = reduce_json(S(""), s, a);
	if (!json_parse(json, &JSON_LIMITS, a, &j, &e) || !slice_eq(reduce_json(S(""), json, a), json))
		abort();
}

static void
events(struct slice s, struct arena *a)
{
	static struct event ev;
	struct err e = ERR_INIT;
	const struct json *j;
	struct finding_key k, again;

	event_clear(&ev);
	if (!json_parse(s, &JSON_LIMITS, a, &j, &e) || !event_from_json(j, &ev, a, &e) || !event_finish(&ev, a, &e))
		return;
	if (!event_is_protected(&ev)) {
		event_reduce(&ev, NULL, a);
		if (!finding_key_of(&ev, &k, &e))
			abort();
		return;
	}
	if (!event_protect(&ev, a) || !event_is_protected(&ev))
		abort();
	/* What leads there is gone; a place is left. */
	if (event_has(&ev, FIELD_SOURCE_URL) || event_has(&ev, FIELD_EVENT_DESCRIPTION_TEXT) ||
	    event_has(&ev, FIELD_RAW) || ev.extra_count > 3 || !finding_key_of(&ev, &k, &e))
		abort();
	if (!event_protect(&ev, a) || !finding_key_of(&ev, &again, &e) || again.id != k.id)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size > 65536 ? 65536 : size);
	struct err why = ERR_INIT;
	struct arena a;

	arena_init(&a, 1 << 25);
	texts(s, &a);
	events(s, &a);
	(void)err_set(&why, ERR_INPUT, "%.*s", SLICE_ARG(s));
	reduce_reason(&why, true);
	arena_fini(&a);
	return 0;
}
