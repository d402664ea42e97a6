/*
 * evidence: the URLs and host names in a text, HTML or plain, as a mail or a
 * complaint carries them; each once, in the order they come.
 */
#ifndef INTAKE_EVIDENCE_H
#define INTAKE_EVIDENCE_H

#include "base/arena.h"
#include "base/buf.h"

#define EVIDENCE_URLS_MAX 200
#define EVIDENCE_URL_BYTES_MAX 2048

struct evidence {
	struct arena *a; /* urls and domains lie in it, or in the text */
	struct slice urls[EVIDENCE_URLS_MAX];
	uint64_t url_hash[EVIDENCE_URLS_MAX];
	size_t url_count;
	struct slice domains[EVIDENCE_URLS_MAX]; /* lower case; no addresses */
	uint64_t domain_hash[EVIDENCE_URLS_MAX];
	size_t domain_count;
	uint64_t seen; /* URLs met, also those over the limit and again */
};

/* Empty; the arrays are not wiped. */
void evidence_init(struct evidence *ev, struct arena *a);

/*
 * Find http, https, ftp and hxxp URLs ("hxxp", "http[:]//", "[.]" made plain)
 * and names that begin with "www."; in HTML also "//host/path" in quotes, with
 * character references decoded. text must live as long as ev is used.
 */
void evidence_scan(struct evidence *ev, struct slice text, bool html);

/* The host of a URL as it stands in it, without user, port and brackets. */
struct slice evidence_host(struct slice url);

/* ["a","b"]: as JSON, at most max of them. */
void evidence_json(const struct slice *list, size_t count, size_t max,
    struct buf *out);

#endif
