#include <stdlib.h>

#include "share/taxii_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says what it is read as. What an envelope is said to hold lies in it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size), body = slice_from(text, 1), line;
	struct taxii_envelope env;
	struct taxii_head head = { 0 };
	struct taxii_collection c;
	struct taxii_status st;
	const struct json *j;
	struct err e = ERR_INIT;
	struct arena a;

	if (size == 0 || size > (size_t)1 << 20)
		return 0;
	arena_init(&a, (size_t)64 << 20);
	if (data[0] == 'h') {
		while (slice_line(&body, &line)) {
			if (!taxii_head_line(&head, line, 1700000000, &e))
				break;
		}
		if (head.retry_s < 0 || head.retry_s > TAXII_RETRY_MAX_S || strlen(head.type) >= sizeof(head.type))
			abort();
		(void)taxii_head_is_taxii(&head);
	} else if (data[0] == 't') {
		if (taxii_tree_read(body, &a, &j, &e)) {
			if (taxii_collection_read(j, &c, &e) && c.id.len == 0)
				abort();
			(void)taxii_root_max(j);
			if (taxii_status_read(j, 100, &st, &e) && st.success + st.failure > 100)
				abort();
		}
		(void)taxii_error_read(body, &a);
	} else if (taxii_envelope_read(body, &a, &env, &e) && env.objects.p != NULL) {
		if (env.objects.p < body.p || env.objects.p + env.objects.len > body.p + body.len || env.objects.p[0] != '[' || env.objects.p[env.objects.len - 1] != ']')
			abort();
	}
	arena_fini(&a);
	return 0;
}
