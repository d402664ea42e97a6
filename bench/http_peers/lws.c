/* libwebsockets: HTTP/1.1 and HTTP/2. */
#include "peer.h"
#include <libwebsockets.h>

struct state { size_t at; int fd; };

static int
answer(struct lws *w, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	static uint8_t mem[LWS_PRE + DOC_BYTES];
	struct state *s = user;
	uint8_t *p = mem + LWS_PRE, *start = p, *end = mem + sizeof(mem) - 1;
	size_t n;

	switch (why) {
	case LWS_CALLBACK_HTTP:
		s->at = 0;
		s->fd = -1;
		if (lws_hdr_total_length(w, WSI_TOKEN_POST_URI) > 0 || lws_hdr_total_length(w, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0) {
			s->fd = peer_file();
			return 0;
		}
		/* fall through */
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		if (why == LWS_CALLBACK_HTTP_BODY_COMPLETION) {
			close(s->fd);
			s->at = 0;
		}
		if (lws_add_http_common_headers(w, 200, "application/json", DOC_BYTES, &p, end) != 0 || lws_finalize_write_http_header(w, start, &p, end) != 0)
			return 1;
		lws_callback_on_writable(w);
		return 0;
	case LWS_CALLBACK_HTTP_BODY:
		return write(s->fd, in, len) < 0;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		n = DOC_BYTES - s->at;
		if (n > 10000)
			n = 10000;
		memcpy(start, doc + s->at, n);
		s->at += n;
		if (lws_write(w, start, n, s->at == DOC_BYTES ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < (int)n)
			return 1;
		if (s->at == DOC_BYTES)
			return lws_http_transaction_completed(w) != 0 ? -1 : 0;
		lws_callback_on_writable(w);
		return 0;
	default:
		return lws_callback_http_dummy(w, why, user, in, len);
	}
}

int
main(int argc, char **argv)
{
	static const struct lws_protocols protocols[] = { { "http", answer, sizeof(struct state), 0, 0, NULL, 0 }, { NULL, NULL, 0, 0, 0, NULL, 0 } };
	static const struct lws_http_mount mount = { .mountpoint = "/", .mountpoint_len = 1, .origin_protocol = LWSMPRO_CALLBACK, .protocol = "http" };
	struct lws_context_creation_info i = { 0 };
	struct lws_context *c;

	peer_begin(argc, argv);
	lws_set_log_level(LLL_ERR, NULL);
	i.port = port;
	i.protocols = protocols;
	i.mounts = &mount;
	if (cert != NULL) {
		i.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
		i.ssl_cert_filepath = cert;
		i.ssl_private_key_filepath = key;
	}
	if ((c = lws_create_context(&i)) == NULL)
		return 1;
	while (lws_service(c, 0) >= 0)
		;
}
