/*
 * http_request: from a head, of HTTP/1.1 or HTTP/2, to the request that the
 * handlers know; and what its body is framed by. One set of rules for both.
 * Pure: what it needs to know of the connection comes in struct http_peer.
 */
#ifndef SERVER_HTTP_REQUEST_H
#define SERVER_HTTP_REQUEST_H

#include "base/arena.h"
#include "parse/ip.h"
#include "server/api.h"
#include "server/http_head.h"

struct http_peer {
	struct ip ip;
	bool tls;
	struct slice cert_sha256, cert_subject; /* of its client certificate: 32 bytes, RFC 4514 text; or "" */
	const struct prefix *trusted; /* proxies */
	size_t trusted_count;
};

struct http_frame {
	enum { HTTP_BODY_NONE, HTTP_BODY_LENGTH, HTTP_BODY_CHUNKED, HTTP_BODY_STREAM } body; /* STREAM: HTTP/2, to its end */
	uint64_t length; /* of LENGTH, and of STREAM where it said so */
	bool length_known;
	bool head_only; /* HEAD: the answer has no body */
	bool options; /* OPTIONS: r->method means nothing */
	bool close; /* the connection ends with the answer */
	bool expects; /* 100 Continue */
};

/*
 * Slices of *r lie in the head or in a. 0, or the status to refuse with: 400,
 * 405, 413, 417, 501. r->body, body_fd and who are the caller's.
 */
int http_request_of(const struct http_head *h, const struct http_peer *peer, struct arena *a,
    struct api_request *r, struct http_frame *f);

/*
 * A path that means one thing to everybody: "/" and segments, none of them
 * empty but the last, none "." or ".." in any spelling; no encoded '/', '\',
 * control byte; valid UTF-8 when decoded.
 */
bool http_path_ok(struct slice path);
/* "name", "name:port", "192.0.2.1:80", "[2001:db8::1]:80". */
bool http_host_ok(struct slice host);
/* The best of the six that an Accept-Language asks for; English where it names none. */
enum lang http_language(struct slice accept);
/* X-Filename: plain, percent-encoded, or RFC 8187's UTF-8''; the last part of a path; "" where nothing is left of it. */
struct slice http_filename(struct slice value, struct arena *a);

/*
 * The client's address and scheme, as proxies that are trusted tell them
 * (Forwarded, X-Forwarded-For, X-Forwarded-Proto). Walks from the nearest
 * proxy outwards and stops at the first address that is none of ours. False:
 * what they say cannot be read, or Forwarded and X-Forwarded-For disagree,
 * one of which a client may have written.
 */
bool http_forwarded(const struct http_head *h, const struct http_peer *peer, struct arena *a,
    struct ip *from_out, bool *tls_out);
bool http_trusted(const struct http_peer *peer, struct ip ip);

#endif
