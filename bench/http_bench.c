/*
 * http_bench: our HTTP server with a handler that does nothing but hold a
 * document of 20,000 bytes (/doc, and whatever is sent to it), and the files of
 * the page, for bench/http_peers/run beside other libraries and nginx; or the
 * bytes of FILE instead, for bench/taxii:
 * http_bench PORT [CERT KEY] [FILE]
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/http.h"
#include "server/static.h"

#define DOC_BYTES 20000

static uint8_t mem[DOC_BYTES];
static struct slice doc;

static void
answer(void *cookie, struct http_exchange *x, struct api_request *r)
{
	struct api_response out;

	(void)cookie;
	api_response_init(&out);
	if (slice_eq(r->path, S("/doc")) || !static_answer(r, &out))
		buf_put(&out.body, doc);
	http_answer(x, &out);
}

static struct slice
file_read(const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t n = f == NULL ? 0 : fread(bytes, 1, sizeof(bytes), f);

	if (n == 0 || n == sizeof(bytes) || fclose(f) != 0) {
		fprintf(stderr, "http_bench: %s: cannot be read, is empty, or has a MiB and more\n", path);
		exit(66);
	}
	return slice_of(bytes, n);
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
	for (size_t i = 0; i < sizeof(mem); i++)
		mem[i] = (uint8_t)"{\"class\":\"open-resolver\",\"ip\":\"192.0.2.7\"},"[i % 44];
	doc = argc == 3 || argc == 5 ? file_read(argv[argc - 1]) : slice_of(mem, sizeof(mem));
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
