/* libevent's evhttp: HTTP/1.1 only; bodies are held in memory whole. */
#include "peer.h"
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/ssl.h>

static void
answer(struct evhttp_request *r, void *cookie)
{
	struct evbuffer *out = evbuffer_new();
	struct evbuffer *in = evhttp_request_get_input_buffer(r);
	(void)cookie;

	if (evbuffer_get_length(in) > 0) {
		int fd = peer_file();

		while (evbuffer_get_length(in) > 0 && evbuffer_write(in, fd) > 0)
			;
		close(fd);
	}
	evbuffer_add_reference(out, doc, DOC_BYTES, NULL, NULL);
	evhttp_add_header(evhttp_request_get_output_headers(r), "Content-Type", "application/json");
	evhttp_send_reply(r, 200, "OK", out);
	evbuffer_free(out);
}

static struct bufferevent *
tls(struct event_base *base, void *ctx)
{
	return bufferevent_openssl_socket_new(base, -1, SSL_new(ctx), BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

int
main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *h = evhttp_new(base);

	peer_begin(argc, argv);
	evhttp_set_allowed_methods(h, EVHTTP_REQ_GET | EVHTTP_REQ_POST);
	evhttp_set_gencb(h, answer, NULL);
	if (cert != NULL) {
		SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

		if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 || SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
			return 1;
		SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
		evhttp_set_bevcb(h, tls, ctx);
	}
	if (evhttp_bind_socket(h, "127.0.0.1", (uint16_t)port) != 0)
		return 1;
	return event_base_dispatch(base);
}
