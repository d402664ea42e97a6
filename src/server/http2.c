/*
 * http2: HTTP/2 on a connection. nghttp2 knows the frames, the compression of
 * fields and the windows; what a request may be is http_request.c's, as for
 * HTTP/1.1. A body is taken as it comes, so that its window opens again when
 * it lies in memory or in its file; an answer is pulled as the window allows.
 */
#include <stdio.h>

#include "server/http_in.h"

/*
 * How much may be on its way to us: over a line of 300 ms the usual 64 KiB would
 * be 200 kB/s. It costs nothing, as what comes goes on to its file at once.
 */
#define STREAM_WINDOW_BYTES (1 << 20)
#define WINDOW_BYTES (2 << 20)
#define RESETS_A_SECOND 100 /* more streams taken back, and the connection ends */
#define FIELD_NGHTTP2 32 /* what RFC 9113 counts for a field beside its bytes */

static struct http_exchange *
exchange_of(nghttp2_session *s, int32_t stream)
{
	return nghttp2_session_get_stream_user_data(s, stream);
}

/* --- the request ---------------------------------------------------------------------- */

static int
on_begin_headers(nghttp2_session *s, const nghttp2_frame *frame, void *cookie)
{
	struct conn *c = cookie;
	struct http_exchange *x;

	if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	c->deadline_ms = 0;
	x = c->h->stop_ms != 0 ? NULL : exchange_new(c);
	if (x == NULL) {
		c->h->counts.refused++;
		return nghttp2_submit_rst_stream(s, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
	}
	x->stream = frame->hd.stream_id;
	x->head.http2 = true;
	x->head.http10 = false;
	x->head.method = x->head.target = x->head.authority = SLICE_NONE;
	x->deadline_ms = c->h->now_ms + (int64_t)c->h->o.limits.header_s * 1000;
	return nghttp2_session_set_stream_user_data(s, x->stream, x);
}

static void
add_field(struct http_exchange *x, struct slice name, struct slice value)
{
	struct http_head *head = &x->head;

	x->head_bytes += name.len + value.len + FIELD_NGHTTP2;
	if (x->head_bytes > x->h->o.limits.header_bytes || head->count == HTTP_FIELDS_MAX)
		x->refused = 431;
	if (x->refused != 0)
		return;
	name = arena_copy(&x->arena, name);
	value = arena_copy(&x->arena, value);
	if (x->arena.failed)
		x->refused = 431;
	else if (slice_eq(name, S(":method")))
		head->method = value;
	else if (slice_eq(name, S(":path")))
		head->target = value;
	else if (slice_eq(name, S(":authority")))
		head->authority = value;
	else if (name.len > 0 && name.p[0] != ':')
		head->fields[head->count++] = (struct http_field){ name, slice_trim(value) };
}

static int
on_header(nghttp2_session *s, const nghttp2_frame *frame, const uint8_t *name, size_t name_len,
    const uint8_t *value, size_t value_len, uint8_t flags, void *cookie)
{
	struct http_exchange *x = exchange_of(s, frame->hd.stream_id);

	(void)flags;
	(void)cookie;
	if (x != NULL && x->state == EXCHANGE_HEAD && frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
		add_field(x, slice_of(name, name_len), slice_of(value, value_len));
	return 0;
}

/* A field that HTTP does not allow: nghttp2 would leave it out in silence. */
static int
on_invalid_header(nghttp2_session *s, const nghttp2_frame *frame, const uint8_t *name, size_t name_len,
    const uint8_t *value, size_t value_len, uint8_t flags, void *cookie)
{
	struct http_exchange *x = exchange_of(s, frame->hd.stream_id);

	(void)name;
	(void)name_len;
	(void)value;
	(void)value_len;
	(void)flags;
	(void)cookie;
	if (x != NULL && x->state == EXCHANGE_HEAD)
		x->refused = 400;
	return 0;
}

static int
on_data(nghttp2_session *s, uint8_t flags, int32_t stream, const uint8_t *p, size_t len, void *cookie)
{
	struct http_exchange *x = exchange_of(s, stream);

	(void)flags;
	(void)cookie;
	/* What comes after an early answer is thrown away. */
	if (x != NULL && x->state == EXCHANGE_BODY && !exchange_body(x, slice_of(p, len)))
		exchange_ask(x);
	return 0;
}

/* Cancelling costs a client nothing and us the beginning of a request each. */
static int
on_reset(nghttp2_session *s, struct conn *c)
{
	int64_t now_s = c->h->now_ms / 1000;

	if (c->resets_s != now_s) {
		c->resets_s = now_s;
		c->resets = 0;
	}
	if (++c->resets <= RESETS_A_SECOND)
		return 0;
	c->h->counts.refused++;
	return nghttp2_session_terminate_session(s, NGHTTP2_ENHANCE_YOUR_CALM);
}

static int
on_frame(nghttp2_session *s, const nghttp2_frame *frame, void *cookie)
{
	struct http_exchange *x;

	if (frame->hd.type == NGHTTP2_RST_STREAM)
		return on_reset(s, cookie);
	if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
		return 0;
	x = exchange_of(s, frame->hd.stream_id);
	if (x == NULL)
		return 0;
	if (x->state == EXCHANGE_HEAD && !exchange_head(x)) {
		exchange_ask(x);
		return 0;
	}
	if (x->state == EXCHANGE_BODY)
		x->deadline_ms = x->h->now_ms + (int64_t)x->h->o.limits.body_stall_s * 1000;
	if (x->state == EXCHANGE_BODY && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
		exchange_ask(x);
	else if (x->state == EXCHANGE_BODY && frame->hd.type == NGHTTP2_HEADERS && x->frame.expects)
		return nghttp2_submit_headers(s, NGHTTP2_FLAG_NONE, x->stream, NULL, &(nghttp2_nv){ (uint8_t *)(uintptr_t)":status",
		    (uint8_t *)(uintptr_t)"100", 7, 3, NGHTTP2_NV_FLAG_NONE }, 1, NULL);
	return 0;
}

/* Answered before the request was there: nobody waits for the rest of it. */
static int
on_sent(nghttp2_session *s, const nghttp2_frame *frame, void *cookie)
{
	int32_t stream = frame->hd.stream_id;

	(void)cookie;
	if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
	    (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 && nghttp2_session_get_stream_remote_close(s, stream) == 0)
		return nghttp2_submit_rst_stream(s, NGHTTP2_FLAG_NONE, stream, NGHTTP2_NO_ERROR);
	return 0;
}

static int
on_close(nghttp2_session *s, int32_t stream, uint32_t code, void *cookie)
{
	struct conn *c = cookie;
	struct http_exchange *x = exchange_of(s, stream);

	(void)code;
	if (x != NULL) {
		nghttp2_session_set_stream_user_data(s, stream, NULL);
		exchange_free(x);
		c->since_ms = c->h->now_ms;
	}
	return 0;
}

/* --- the answer ----------------------------------------------------------------------- */

static ssize_t
on_read(nghttp2_session *s, int32_t stream, uint8_t *to, size_t cap, uint32_t *flags, nghttp2_data_source *source, void *cookie)
{
	struct http_exchange *x = exchange_of(s, stream);
	bool end;
	size_t n;

	(void)source;
	(void)cookie;
	if (x == NULL || !exchange_pull(x, to, cap, &n, &end))
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	if (end)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	else if (n == 0)
		return NGHTTP2_ERR_DEFERRED;
	return (ssize_t)n;
}

static void
put_nv(nghttp2_nv *nv, struct slice name, struct slice value)
{
	*nv = (nghttp2_nv){ (uint8_t *)(uintptr_t)name.p, (uint8_t *)(uintptr_t)value.p, name.len, value.len, NGHTTP2_NV_FLAG_NONE };
}

static bool
give(struct conn *c, struct http_exchange *x)
{
	struct http_field fields[64];
	nghttp2_nv nv[66];
	char status[16], length[24];
	size_t n = exchange_fields(x, fields, 64), k = 0;
	nghttp2_data_provider body = { .read_callback = on_read };

	x->head_sent = true;
	put_nv(&nv[k++], S(":status"), slice_of(status, (size_t)snprintf(status, sizeof(status), "%d", x->res.status)));
	for (size_t i = 0; i < n; i++)
		put_nv(&nv[k++], fields[i].name, fields[i].value);
	if (x->length_known && x->res.status != 204 && x->res.status != 304)
		put_nv(&nv[k++], S("content-length"),
		    slice_of(length, (size_t)snprintf(length, sizeof(length), "%llu", (unsigned long long)x->length)));
	return nghttp2_submit_response(c->h2, x->stream, nv, k, x->no_body ? NULL : &body) == 0;
}

void
http2_resume(struct http_exchange *x)
{
	if (x->head_sent)
		(void)nghttp2_session_resume_data(x->conn->h2, x->stream);
}

void
http2_reset(struct http_exchange *x, uint32_t code)
{
	(void)nghttp2_submit_rst_stream(x->conn->h2, NGHTTP2_FLAG_NONE, x->stream, code);
	http_again(x->conn);
}

/* --- the connection ------------------------------------------------------------------- */

bool
http2_set_up(struct http *h)
{
	nghttp2_session_callbacks *cb;

	if (nghttp2_session_callbacks_new(&h->h2_callbacks) != 0 || nghttp2_option_new(&h->h2_option) != 0)
		return false;
	cb = h->h2_callbacks;
	nghttp2_session_callbacks_set_on_begin_headers_callback(cb, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
	nghttp2_session_callbacks_set_on_invalid_header_callback(cb, on_invalid_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame);
	nghttp2_session_callbacks_set_on_frame_send_callback(cb, on_sent);
	nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_close);
	/* Streams that ended need not be remembered for priorities, which we do not use. */
	nghttp2_option_set_no_closed_streams(h->h2_option, 1);
	return true;
}

bool
http2_begin(struct conn *c)
{
	nghttp2_settings_entry settings[] = {
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, HTTP_STREAMS_MAX },
		{ NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)c->h->o.limits.header_bytes },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES },
	};

	return nghttp2_session_server_new2(&c->h2, c->h->h2_callbacks, c, c->h->h2_option) == 0 &&
	    nghttp2_submit_settings(c->h2, NGHTTP2_FLAG_NONE, settings, sizeof(settings) / sizeof(settings[0])) == 0 &&
	    nghttp2_session_set_local_window_size(c->h2, NGHTTP2_FLAG_NONE, 0, WINDOW_BYTES) == 0;
}

bool
http2_wants(const struct conn *c)
{
	/* Acknowledgements that nobody takes must not pile up. */
	return c->out.len - c->out_at < HTTP_OUT_BYTES && nghttp2_session_want_read(c->h2) != 0;
}

void
http2_take(struct conn *c, struct slice in)
{
	ssize_t n = nghttp2_session_mem_recv(c->h2, in.p, in.len);

	if (n < 0 || (size_t)n != in.len) {
		c->h->counts.refused++;
		conn_kill(c);
	}
}

void
http2_work(struct conn *c)
{
	struct http_exchange *next;

	for (struct http_exchange *x = c->x; x != NULL; x = next) {
		next = x->next;
		if ((x->state == EXCHANGE_ANSWER || x->state == EXCHANGE_EVENTS) && !x->head_sent && !give(c, x))
			http2_reset(x, NGHTTP2_INTERNAL_ERROR);
	}
	while (c->out.len - c->out_at < HTTP_OUT_BYTES) {
		const uint8_t *p;
		ssize_t n = nghttp2_session_mem_send(c->h2, &p);

		if (n < 0) {
			conn_kill(c);
			return;
		}
		if (n == 0)
			break;
		buf_put(&c->out, slice_of(p, (size_t)n));
	}
	if (c->out.len == c->out_at && nghttp2_session_want_read(c->h2) == 0 && nghttp2_session_want_write(c->h2) == 0)
		c->close = true;
}

void
http2_stop(struct conn *c)
{
	/* What is under way is answered; events have no end of their own. */
	for (struct http_exchange *x = c->x; x != NULL; x = x->next) {
		if (x->state == EXCHANGE_EVENTS)
			http2_reset(x, NGHTTP2_NO_ERROR);
	}
	if (c->x == NULL)
		(void)nghttp2_session_terminate_session(c->h2, NGHTTP2_NO_ERROR);
	else
		(void)nghttp2_submit_goaway(c->h2, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(c->h2), NGHTTP2_NO_ERROR, NULL, 0);
	http_again(c);
}

void
http2_expire(struct conn *c, int64_t now_ms)
{
	struct http_exchange *next;

	if (c->x == NULL && c->deadline_ms != 0 && now_ms >= c->deadline_ms) {
		conn_kill(c);
		return;
	}
	if (c->x == NULL && now_ms >= c->since_ms + (int64_t)c->h->o.limits.idle_s * 1000) {
		http2_stop(c);
		return;
	}
	for (struct http_exchange *x = c->x; x != NULL; x = next) {
		next = x->next;
		if (x->deadline_ms == 0 || now_ms < x->deadline_ms)
			continue;
		switch (x->state) {
		case EXCHANGE_HEAD: /* in the middle of a block of fields: nothing else can come */
			conn_kill(c);
			return;
		case EXCHANGE_BODY:
			x->refused = 408;
			exchange_ask(x);
			break;
		case EXCHANGE_ANSWER:
			if (c->out_at == c->out.len)
				http2_reset(x, NGHTTP2_CANCEL); /* the client opens no window */
			else /* the line is slow: see conn_expire() */
				x->deadline_ms = now_ms + (int64_t)c->h->o.limits.body_stall_s * 1000;
			break;
		case EXCHANGE_EVENTS:
			exchange_ping(x, now_ms);
			break;
		case EXCHANGE_ASKED:
			break;
		}
	}
}
