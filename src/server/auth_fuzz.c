/*
 * What a stranger's headers say: the first line is a Cookie header, the second
 * an Authorization, the third an Origin, the fourth a Host. What is found lies
 * within, has the form it should have, and an Origin that is taken is the
 * host's.
 */
#include <stdlib.h>

#include "server/auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
within(struct slice part, struct slice whole)
{
	return part.p >= whole.p && part.p + part.len <= whole.p + whole.len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), line[4] = { S(""), S(""), S(""), S("") }, found;
	struct arena a;

	for (int i = 0; i < 4 && rest.p != NULL; i++) {
		if (!slice_cut(&rest, '\n', &line[i]))
			line[i] = S("");
	}
	found = auth_cookie_find(line[0], S("__Host-entente"));
	if (found.p != NULL && (found.len == 0 || !within(found, line[0]) || slice_find_byte(found, ';') != SIZE_MAX))
		abort();
	found = auth_bearer(line[1]);
	if (found.p != NULL && (found.len != 48 || !within(found, line[1]) || !slice_starts(found, S("ente_"))))
		abort();
	arena_init(&a, 65536);
	found = auth_token(line[1], &a);
	if (found.p != NULL && (found.len != 48 || !slice_starts(found, S("ente_"))))
		abort();
	arena_fini(&a);
	/* Of http nothing but the machine itself, and never without a host. */
	if (auth_origin_ok(line[2], line[3], S("")) &&
	    (line[3].len == 0 || line[2].len < line[3].len ||
		(!slice_starts_nocase(line[2], S("https://")) && !slice_starts_nocase(line[2], S("http://localhost")) &&
		    !slice_starts_nocase(line[2], S("http://127.0.0.1")) && !slice_starts_nocase(line[2], S("http://[::1]")))))
		abort();
	return 0;
}
