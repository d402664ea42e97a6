/* civetweb: HTTP/1.1 only, a thread a connection. */
#include "peer.h"
#include <civetweb.h>

static int
answer(struct mg_connection *c, void *cookie)
{
	char b[65536];
	int n;
	(void)cookie;

	if (strcmp(mg_get_request_info(c)->request_method, "POST") == 0) {
		int fd = peer_file();

		while ((n = mg_read(c, b, sizeof(b))) > 0 && write(fd, b, (size_t)n) == n)
			;
		close(fd);
	}
	mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", DOC_BYTES);
	mg_write(c, doc, DOC_BYTES);
	return 200;
}

int
main(int argc, char **argv)
{
	static char ports[32], pem[256];
	const char *options[16] = { "listening_ports", ports, "num_threads", "64", "enable_keep_alive", "yes", "keep_alive_timeout_ms", "60000", NULL };
	struct mg_context *c;

	peer_begin(argc, argv);
	snprintf(ports, sizeof(ports), "127.0.0.1:%d%s", port, cert == NULL ? "" : "s");
	if (cert != NULL) {
		snprintf(pem, sizeof(pem), "%s.both", cert); /* certificate and key in one file */
		options[8] = "ssl_certificate";
		options[9] = pem;
	}
	mg_init_library(MG_FEATURES_TLS);
	if ((c = mg_start(NULL, NULL, options)) == NULL)
		return 1;
	mg_set_request_handler(c, "/", answer, NULL);
	for (;;)
		pause();
}
