/*
 * A request as a stranger writes it: "METHOD TARGET\nCONTENT-TYPE\nBODY". Read
 * and checked by its row as far as it goes without a node; the handlers are
 * not run. What fits no row must be refused in words.
 */
#include "server/api_route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
decode(struct slice s, struct arena *a)
{
	struct err e = ERR_INIT;
	struct slice out;

	if (api_decode(s, true, a, &out, &e) && (!slice_utf8_ok(out) || out.len > s.len))
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), line, method, type = S("");
	struct api_request r = { .body_fd = -1 };
	struct api_response out;
	struct api_call c = { .r = &r, .out = &out };
	struct err e = ERR_INIT;
	struct arena a;
	unsigned allow;

	if (size > 1 << 16 || !slice_line(&rest, &line))
		return 0;
	(void)slice_line(&rest, &type);
	(void)slice_cut(&line, ' ', &method);
	for (int m = 0; m < API_METHOD_COUNT; m++) {
		if (slice_eq(method, slice_of_str(api_method_name((enum api_method)m))))
			r.method = (enum api_method)m;
	}
	arena_init(&a, API_MEMORY_MAX);
	decode(line, &a);
	r.query = line;
	(void)slice_cut(&r.query, '?', &r.path);
	r.type = type;
	r.body = rest;
	r.body_bytes = rest.len;
	c.a = &a;
	api_response_init(&out);
	c.route = api_route_find(&r, &allow);
	if (c.route != NULL && !api_args_read(&c, &e) && e.text[0] == '\0')
		__builtin_trap();
	(void)api_place(&r);
	api_response_fini(&out);
	arena_fini(&a);
	return 0;
}
