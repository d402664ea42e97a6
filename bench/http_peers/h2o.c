/* libh2o 2.2: HTTP/1.1 and HTTP/2; bodies are held in memory whole. */
#include "peer.h"
#define H2O_USE_EPOLL 1
#define H2O_USE_LIBUV 0
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <h2o.h>
#include <h2o/http1.h>
#include <h2o/http2.h>

static h2o_globalconf_t config;
static h2o_context_t ctx;
static h2o_accept_ctx_t accept_ctx;

static int
answer(h2o_handler_t *self, h2o_req_t *req)
{
	static h2o_generator_t generator = { NULL, NULL };
	h2o_iovec_t body = h2o_iovec_init(doc, DOC_BYTES);
	(void)self;

	if (req->entity.len > 0) {
		int fd = peer_file();

		if (write(fd, req->entity.base, req->entity.len) < 0)
			return -1;
		close(fd);
	}
	req->res.status = 200;
	req->res.reason = "OK";
	req->res.content_length = DOC_BYTES;
	h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_CONTENT_TYPE, NULL, H2O_STRLIT("application/json"));
	h2o_start_response(req, &generator);
	h2o_send(req, &body, 1, H2O_SEND_STATE_FINAL);
	return 0;
}

static void
on_accept(h2o_socket_t *listener, const char *err)
{
	h2o_socket_t *s;

	if (err != NULL)
		return;
	while ((s = h2o_evloop_socket_accept(listener)) != NULL)
		h2o_accept(&accept_ctx, s);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	h2o_hostconf_t *host;
	h2o_pathconf_t *path;

	peer_begin(argc, argv);
	a.sin_port = htons((uint16_t)port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&a, sizeof(a)) != 0 || listen(fd, 1024) != 0)
		return 1;
	h2o_config_init(&config);
	host = h2o_config_register_host(&config, h2o_iovec_init(H2O_STRLIT("default")), 65535);
	path = h2o_config_register_path(host, "/", 0);
	h2o_create_handler(path, sizeof(h2o_handler_t))->on_req = answer;
	h2o_context_init(&ctx, h2o_evloop_create(), &config);
	accept_ctx.ctx = &ctx;
	accept_ctx.hosts = config.hosts;
	if (cert != NULL) {
		accept_ctx.ssl_ctx = SSL_CTX_new(TLS_server_method());
		if (SSL_CTX_use_certificate_chain_file(accept_ctx.ssl_ctx, cert) != 1 || SSL_CTX_use_PrivateKey_file(accept_ctx.ssl_ctx, key, SSL_FILETYPE_PEM) != 1)
			return 1;
		h2o_ssl_register_alpn_protocols(accept_ctx.ssl_ctx, h2o_http2_alpn_protocols);
	}
	h2o_socket_read_start(h2o_evloop_socket_create(ctx.loop, fd, H2O_SOCKET_FLAG_DONT_READ), on_accept);
	while (h2o_evloop_run(ctx.loop, INT32_MAX) == 0)
		;
}
