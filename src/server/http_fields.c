/*
 * http_fields: what is said with every answer, and the answers that are given
 * before anybody is asked.
 */
#include <stdio.h>

#include "base/log.h"
#include "parse/json.h"
#include "server/http_in.h"

/* No script, style or frame but the node's own; nothing inline. */
#define CSP "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

static const struct http_field always[] = {
	{ S_INIT("content-security-policy"), S_INIT(CSP) },
	{ S_INIT("x-content-type-options"), S_INIT("nosniff") },
	{ S_INIT("referrer-policy"), S_INIT("no-referrer") },
	{ S_INIT("cross-origin-opener-policy"), S_INIT("same-origin") },
	{ S_INIT("cross-origin-resource-policy"), S_INIT("same-origin") },
	{ S_INIT("permissions-policy"), S_INIT("camera=(), geolocation=(), microphone=(), payment=(), usb=()") },
};

struct fields {
	struct http_field *out;
	size_t count, max;
};

/* What could end a line never gets out, wherever it came from. */
static void
add(struct fields *f, struct slice name, struct slice value)
{
	if (f->count == f->max || !http_token_ok(name) || !http_value_ok(value)) {
		log_error("http.field", "name=%s", LOG_TEXT(QUOTE(name)));
		return;
	}
	f->out[f->count++] = (struct http_field){ name, value };
}

size_t
exchange_fields(struct http_exchange *x, struct http_field *out, size_t max)
{
	struct fields f = { out, 0, max };
	struct slice lines = buf_view(&x->res.headers), line;
	bool cached = false;

	add(&f, S("date"), slice_of_str(http_date(x->h)));
	if (x->res.type != NULL && (x->res.status != 304 && x->res.status != 204))
		add(&f, S("content-type"), slice_of_str(x->res.type));
	while (slice_line(&lines, &line)) {
		size_t colon = slice_find_byte(line, ':');
		struct slice name;

		if (colon >= line.len)
			continue;
		name = arena_lower(&x->arena, slice_sub(line, 0, colon));
		cached |= slice_eq(name, S("cache-control"));
		add(&f, name, slice_trim(slice_from(line, colon + 1)));
	}
	if (x->res.no_store && !cached)
		add(&f, S("cache-control"), S("no-store"));
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]) && f.count < max; i++)
		out[f.count++] = always[i];
	if (x->r.tls)
		add(&f, S("strict-transport-security"), S("max-age=31536000"));
	return f.count;
}

static const char *
title_of(int status)
{
	switch (status) {
	case 400:
		return N_("This request cannot be understood");
	case 404:
		return N_("There is nothing at this address");
	case 405:
		return N_("This cannot be done with this method");
	case 408:
		return N_("The request took too long");
	case 413:
		return N_("The request is too large");
	case 417:
		return N_("What the request expects is not given here");
	case 431:
		return N_("The head of the request is too large");
	case 501:
		return N_("This method or coding is not known here");
	case 505:
		return N_("This version of HTTP is not spoken here");
	}
	return N_("The node is busy; please try again in a moment");
}

/* "GET, HEAD, POST" for what the handler says can be done there. */
static void
allow(struct http_exchange *x, struct api_response *r)
{
	unsigned methods = x->h->o.methods == NULL ? (1u << API_METHOD_COUNT) - 1 : x->h->o.methods(x->h->o.cookie, &x->r);
	char text[64];
	size_t n = 0;

	for (unsigned m = 0; m < API_METHOD_COUNT; m++) {
		if ((methods >> m & 1) != 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%s", n == 0 ? "" : ", ", api_method_name(m), m == API_GET ? ", HEAD" : "");
	}
	if (n == 0)
		r->status = 404;
	else if (!api_header(r, "Allow", slice_of(text, n)))
		r->status = 400;
}

void
exchange_refuse(struct http_exchange *x, int status)
{
	struct api_response r;
	struct json_out j;

	x->h->counts.refused++;
	api_response_init(&r);
	r.status = status;
	if (status == 405)
		allow(x, &r);
	r.type = "application/problem+json; charset=utf-8";
	json_out_init(&j, &r.body, false);
	json_out_object(&j);
	json_out_key_text(&j, S("type"), S("about:blank"));
	json_out_key_text(&j, S("title"), slice_of_str(lang_text(x->r.lang, title_of(r.status))));
	json_out_key(&j, S("status"));
	json_out_int(&j, r.status);
	json_out_object_end(&j);
	http_answer(x, &r);
	api_response_fini(&r);
}
