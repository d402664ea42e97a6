/*
 * api_response: an answer as a thing of its own, which HTTP and the keeper's
 * socket know without knowing any route.
 */
#include "server/api.h"

#include <unistd.h>

#define ANSWER_MAX ((size_t)32 << 20)
#define HEADERS_MAX ((size_t)16 << 10)

const char *
api_method_name(enum api_method m)
{
	static const char *const names[] = { [API_GET] = "GET", [API_POST] = "POST", [API_PUT] = "PUT",
		[API_PATCH] = "PATCH", [API_DELETE] = "DELETE" };

	return m < API_METHOD_COUNT ? names[m] : "";
}

void
api_response_init(struct api_response *r)
{
	*r = (struct api_response){ .status = 200, .type = "application/json; charset=utf-8", .body_fd = -1, .no_store = true };
	buf_init(&r->body, ANSWER_MAX);
	buf_init(&r->headers, HEADERS_MAX);
}

void
api_response_fini(struct api_response *r)
{
	if (r->more_free != NULL)
		r->more_free(r->more_cookie);
	r->more_free = NULL;
	if (r->body_fd >= 0)
		close(r->body_fd);
	r->body_fd = -1;
	buf_fini(&r->body);
	buf_fini(&r->headers);
}

bool
api_header(struct api_response *r, const char *name, struct slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] < 0x20 || value.p[i] > 0x7e)
			return false;
	}
	buf_printf(&r->headers, "%s: ", name);
	buf_put(&r->headers, value);
	buf_str(&r->headers, "\r\n");
	return buf_ok(&r->headers);
}
