/*
 * http_head: the bytes of HTTP/1.1 (RFC 9112): a request's head and the frame of
 * a chunked body. Strict, as what two programs read differently is a way to
 * smuggle: lines end in CRLF and nothing else, no folded lines, no white space
 * before a colon, no control bytes. Pure; knows no socket. HTTP/2's heads come
 * from nghttp2 in the same form.
 */
#ifndef SERVER_HTTP_HEAD_H
#define SERVER_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define HTTP_FIELDS_MAX 100

struct http_field {
	struct slice name; /* lower case */
	struct slice value; /* without white space around it */
};

struct http_head {
	struct slice method;
	struct slice target; /* of HTTP/1.1 as sent; of HTTP/2 :path */
	struct slice authority; /* of HTTP/2; "" where there was none */
	bool http2, http10;
	size_t count;
	struct http_field fields[HTTP_FIELDS_MAX];
};

/* Where a head ends in what has come so far. */
enum http_end { HTTP_END_MORE, HTTP_END_HERE, HTTP_END_BAD };
/*
 * *scanned: how far it was looked at before; 0 at first. HERE: *scanned is the
 * head's length, with its empty line. BAD: a line that ends in a bare LF.
 */
enum http_end http_head_end(struct slice in, size_t *scanned);

/*
 * A whole head, as http_head_end() found it. Names are put into lower case in
 * place; out's slices lie in bytes. 0, or the status to refuse it with: 400,
 * 431 (too many fields), 501, 505.
 */
int http_head_parse(uint8_t *bytes, size_t len, struct http_head *out);

/* The first field of that name, or NULL. */
const struct http_field *http_head_field(const struct http_head *h, struct slice name);
/* How often it is there. */
size_t http_head_count(const struct http_head *h, struct slice name);
/* The lists behind all fields of that name know this word, whatever its case? */
bool http_head_lists(const struct http_head *h, struct slice name, struct slice word);

/* RFC 9110's tchar: of names and methods. */
bool http_token_ok(struct slice s);
/* No control bytes but a tab. */
bool http_value_ok(struct slice s);

/* A chunked body, in whatever pieces it comes. */
struct http_chunks {
	enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_SIZE_LF, CHUNK_DATA, CHUNK_DATA_CR, CHUNK_DATA_LF,
		CHUNK_TRAILER, CHUNK_TRAILER_LF, CHUNK_LAST_LF, CHUNK_DONE } state;
	uint64_t left; /* of this chunk */
	unsigned digits;
	size_t extra; /* bytes of extensions and trailers, of the whole body */
	bool line; /* the trailer line has begun */
};

/*
 * Take bytes off *in; *data_out is the next piece of the body (it lies in *in),
 * empty where more has to come. False: not chunked as it should be, or over
 * 8 KiB of extensions and trailers. Call until *in is empty or state is CHUNK_DONE.
 */
bool http_chunks_take(struct http_chunks *c, struct slice *in, struct slice *data_out);

#endif
