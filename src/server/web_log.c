#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/web.h"

/* A part of this length is an id of a finding (made of an address), a token or a hash. */
#define PART_SHOWN 10

static bool
part_plain(struct slice part, bool secret)
{
	bool digits = part.len > 0;

	for (size_t i = 0; i < part.len; i++) {
		uint8_t c = part.p[i];

		if (!byte_is_alpha(c) && !byte_is_digit(c) && c != '-' && c != '_' && c != '.')
			return false;
		digits = digits && byte_is_digit(c);
	}
	return !secret && part.len <= (digits ? PART_SHOWN : 2 * PART_SHOWN);
}

void
log_path(struct slice path, char *out, size_t cap)
{
	struct slice part;
	size_t n = 0;
	bool secret = false, first = true;

	while (slice_cut(&path, '/', &part)) {
		bool plain = part_plain(part, secret);
		int len = snprintf(out + n, cap - n, "%s%.*s", first ? "" : "/", plain ? (int)part.len : 1, plain ? (const char *)(part.p == NULL ? (const uint8_t *)"" : part.p) : "*");

		n += len > 0 && (size_t)len < cap - n ? (size_t)len : 0;
		/* Whoever has the link may answer: what stands behind is a key. */
		secret = slice_eq(part, S("reply"));
		first = false;
	}
	out[n] = '\0';
}

void
log_request_name(const struct web *w, const struct ask *a, char out[40])
{
	(void)snprintf(out, 40, "%llx-%x-%llx", (unsigned long long)(uint64_t)w->start->board->started_s, w->start->slot, (unsigned long long)a->number);
}

void
log_request(const struct web *w, const struct ask *a, int status, uint64_t bytes)
{
	int64_t us = (clock_mono_ns() - a->begun_ns) / 1000;
	char name[40];

	board_time(w->mine, us < 0 ? 0 : (uint64_t)us);
	log_request_name(w, a, name);
	log_info("http.request", "method=%s path=%s status=%d ms=%lld.%03lld bytes=%llu account=%lld request=%s",
	    api_method_name(a->method), LOG_TEXT(a->path), status, (long long)(us / 1000), (long long)(us % 1000),
	    (unsigned long long)bytes, (long long)a->account, name);
}
