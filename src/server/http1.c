/*
 * http1: HTTP/1.1 on a connection: one exchange after the other. What a client
 * sends ahead waits in c->in, and in the kernel, until the answer before it
 * is made.
 */
#include "server/http_in.h"

#define PIECE ((size_t)16 << 10)

static const char *
reason_of(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 201:
		return "Created";
	case 202:
		return "Accepted";
	case 204:
		return "No Content";
	case 303:
		return "See Other";
	case 304:
		return "Not Modified";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 408:
		return "Request Timeout";
	case 409:
		return "Conflict";
	case 413:
		return "Content Too Large";
	case 429:
		return "Too Many Requests";
	case 431:
		return "Request Header Fields Too Large";
	case 500:
		return "Internal Server Error";
	case 503:
		return "Service Unavailable";
	}
	return "";
}

bool
http1_wants(const struct conn *c)
{
	/* A body that is coming is taken also where the connection ends behind its answer. */
	return (c->x == NULL ? !c->close : c->x->state == EXCHANGE_BODY) &&
	    c->in.len - c->in_at <= c->h->o.limits.header_bytes;
}

/* --- the request ---------------------------------------------------------------------- */

/* Refused before it was read to its end: what follows cannot be told apart from it. */
static bool
refuse(struct conn *c, int status)
{
	c->x->refused = status;
	c->close = true;
	exchange_ask(c->x);
	return true;
}

/* Nothing can be answered but this. */
static bool
busy(struct conn *c)
{
	c->h->counts.refused++;
	buf_str(&c->out, "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
	c->close = true;
	return false;
}

static bool
head_of(struct conn *c, size_t len)
{
	struct http_exchange *x = c->x;
	struct slice head = slice_sub(conn_unread(c), 0, len);
	uint8_t *bytes;

	/* RFC 9112 section 2.2: an empty line that an old client left behind its last body. */
	if (slice_starts(head, S("\r\n")))
		head = slice_from(head, 2);
	bytes = arena_bytes(&x->arena, head.len);
	if (bytes == NULL || head.len == 0)
		return refuse(c, 431);
	memcpy(bytes, head.p, head.len);
	conn_took(c, len);
	x->refused = http_head_parse(bytes, head.len, &x->head);
	if (!exchange_head(x)) {
		/* A method that is not for this path says nothing about where the request ends. */
		if (x->refused == 405 && x->frame.body == HTTP_BODY_NONE) {
			c->close |= x->frame.close || c->h->stop_ms != 0;
			exchange_ask(x);
			return true;
		}
		return refuse(c, x->refused);
	}
	c->close |= x->frame.close || c->h->stop_ms != 0;
	c->left = x->frame.length;
	c->chunks = (struct http_chunks){ .state = CHUNK_SIZE };
	x->deadline_ms = c->h->now_ms + (int64_t)c->h->o.limits.body_stall_s * 1000;
	if (x->frame.body == HTTP_BODY_NONE)
		exchange_ask(x);
	else if (x->frame.expects && conn_unread(c).len == 0)
		buf_str(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
	return true;
}

/* False: more has to come. */
static bool
take_head(struct conn *c)
{
	const struct http_limits *l = &c->h->o.limits;
	enum http_end end;
	size_t len;

	if (c->close || conn_unread(c).len == 0)
		return false;
	if (c->deadline_ms == 0)
		c->deadline_ms = c->h->now_ms + (int64_t)l->header_s * 1000;
	end = http_head_end(conn_unread(c), &c->scanned);
	if (end == HTTP_END_MORE && c->scanned <= l->header_bytes)
		return false;
	if (exchange_new(c) == NULL)
		return busy(c);
	len = c->scanned;
	c->scanned = 0;
	c->deadline_ms = 0;
	if (end == HTTP_END_BAD || len > l->header_bytes)
		return refuse(c, end == HTTP_END_BAD ? 400 : 431);
	return head_of(c, len);
}

static bool
take_body(struct conn *c)
{
	struct http_exchange *x = c->x;
	struct slice in = conn_unread(c), piece;
	size_t before = in.len;
	bool ok = true, done = false;

	if (in.len == 0)
		return false;
	if (x->frame.body == HTTP_BODY_LENGTH) {
		piece = slice_sub(in, 0, c->left < in.len ? (size_t)c->left : in.len);
		in = slice_from(in, piece.len);
		c->left -= piece.len;
		ok = exchange_body(x, piece);
		done = c->left == 0;
	} else {
		while (ok && in.len > 0 && c->chunks.state != CHUNK_DONE) {
			if (!http_chunks_take(&c->chunks, &in, &piece))
				return refuse(c, 400);
			ok = piece.len == 0 || exchange_body(x, piece);
		}
		done = c->chunks.state == CHUNK_DONE;
	}
	conn_took(c, before - in.len);
	if (!ok)
		return refuse(c, x->refused);
	if (done)
		exchange_ask(x);
	return true;
}

/* --- the answer ----------------------------------------------------------------------- */

static void
put_head(struct conn *c, struct http_exchange *x)
{
	struct http_field fields[64];
	size_t n = exchange_fields(x, fields, 64);

	x->head_sent = true;
	x->chunked = !x->no_body && !x->length_known && !x->head.http10;
	if (!x->no_body && !x->length_known && x->head.http10)
		c->close = true; /* its end is the connection's */
	buf_printf(&c->out, "HTTP/1.1 %d %s\r\n", x->res.status, reason_of(x->res.status));
	for (size_t i = 0; i < n; i++) {
		buf_put(&c->out, fields[i].name);
		buf_str(&c->out, ": ");
		buf_put(&c->out, fields[i].value);
		buf_str(&c->out, "\r\n");
	}
	if (x->length_known && x->res.status != 204 && x->res.status != 304)
		buf_printf(&c->out, "content-length: %llu\r\n", (unsigned long long)x->length);
	if (x->chunked)
		buf_str(&c->out, "transfer-encoding: chunked\r\n");
	if (c->close)
		buf_str(&c->out, "connection: close\r\n");
	else if (x->head.http10)
		buf_str(&c->out, "connection: keep-alive\r\n");
	buf_str(&c->out, "\r\n");
}

static bool
put_piece(struct conn *c, struct http_exchange *x, bool *end)
{
	uint8_t piece[PIECE], *room;
	size_t n;

	if (x->chunked) {
		if (!exchange_pull(x, piece, sizeof(piece), &n, end))
			return false;
		if (n > 0) {
			buf_printf(&c->out, "%zx\r\n", n);
			buf_put(&c->out, slice_of(piece, n));
			buf_str(&c->out, "\r\n");
		}
		if (*end)
			buf_str(&c->out, "0\r\n\r\n");
		return true;
	}
	room = buf_room(&c->out, PIECE);
	if (room == NULL || !exchange_pull(x, room, PIECE, &n, end))
		return false;
	c->out.len += n;
	return true;
}

/* False: it waits for the client to take what there is, or for an event. */
static bool
give(struct conn *c)
{
	struct http_exchange *x = c->x;
	bool end = false;
	size_t before;

	if (!x->head_sent)
		put_head(c, x);
	while (!end) {
		if (c->out.len - c->out_at >= HTTP_OUT_BYTES)
			return false;
		before = c->out.len;
		if (!put_piece(c, x, &end)) {
			/* The client sees that it is not whole: the length, or the last chunk, is missing. */
			conn_kill(c);
			return false;
		}
		if (!end && c->out.len == before)
			return false;
	}
	exchange_free(x);
	c->since_ms = c->h->now_ms;
	return true;
}

void
http1_work(struct conn *c)
{
	bool on = true;

	while (on && c->state == CONN_HTTP1) {
		if (c->x == NULL)
			on = take_head(c);
		else if (c->x->state == EXCHANGE_BODY)
			on = take_body(c);
		else if (c->x->state == EXCHANGE_ASKED)
			on = false;
		else
			on = give(c);
	}
}

void
http1_expire(struct conn *c, int64_t now_ms)
{
	struct http_exchange *x = c->x;

	if (x == NULL && c->deadline_ms != 0 && now_ms >= c->deadline_ms) {
		/* Who has not said a word is not answered either. */
		if (conn_unread(c).len == 0 || exchange_new(c) == NULL)
			conn_kill(c);
		else
			refuse(c, 408);
	} else if (x == NULL && c->deadline_ms == 0 && now_ms >= c->since_ms + (int64_t)c->h->o.limits.idle_s * 1000) {
		conn_kill(c);
	} else if (x != NULL && x->state == EXCHANGE_BODY && now_ms >= x->deadline_ms) {
		refuse(c, 408);
	} else if (x != NULL && x->state == EXCHANGE_EVENTS && now_ms >= x->deadline_ms) {
		exchange_ping(x, now_ms);
	}
}
