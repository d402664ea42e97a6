/*
 * http_bench: our HTTP server with a handler that does nothing but hold a
 * document of 20,000 bytes, for bench/http_peers/run beside other libraries and
 * nginx:  http_bench PORT [CERT KEY]
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/http.h"

#define DOC_BYTES 20000

static uint8_t doc[DOC_BYTES];

static void
answer(void *cookie, struct http_exchange *x, struct api_request *r)
{
	struct api_response out;

	(void)cookie;
	(void)r;
	api_response_init(&out);
	buf_put(&out.body, slice_of(doc, sizeof(doc)));
	http_answer(x, &out);
}

static uint64_t
body_max(void *cookie, const struct api_request *head)
{
	(void)cookie;
	(void)head;
	return 1u << 30;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct http_options o = { .limits = HTTP_LIMITS, .request = answer, .body_max = body_max,
		.trusted_proxies = S_INIT("127.0.0.0/8") };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
	struct err e = ERR_INIT;
	struct http *h;

	if (argc < 2)
		return 64;
	if (argc > 3) {
		o.tls_cert = argv[2];
		o.tls_key = argv[3];
	}
	for (size_t i = 0; i < sizeof(doc); i++)
		doc[i] = (uint8_t)"{\"class\":\"open-resolver\",\"ip\":\"192.0.2.7\"},"[i % 44];
	a.sin_port = htons((uint16_t)strtol(argv[1], NULL, 10));
	o.listen_fds = &fd;
	o.listen_count = 1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, 1024) != 0)
		return 71;
	if (!http_open(&o, &h, &e) || !http_run(h, &e)) {
		fprintf(stderr, "%s (%s)\n", e.text, e.cause);
		return 1;
	}
	http_close(&h);
	return 0;
}
