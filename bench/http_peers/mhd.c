/* libmicrohttpd: HTTP/1.1 only; epoll, one thread. */
#include "peer.h"
#include <microhttpd.h>

static enum MHD_Result
answer(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *data, size_t *len, void **state)
{
	struct MHD_Response *r;
	enum MHD_Result ok;
	(void)cls; (void)url; (void)version;

	if (*state == NULL) {
		*state = (void *)(strcmp(method, "POST") == 0 ? (long)peer_file() : -1L);
		return MHD_YES;
	}
	if (*len > 0) {
		if (write((int)(long)*state, data, *len) < 0)
			return MHD_NO;
		*len = 0;
		return MHD_YES;
	}
	if ((long)*state > 0)
		close((int)(long)*state);
	r = MHD_create_response_from_buffer(DOC_BYTES, doc, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(r, "Content-Type", "application/json");
	ok = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return ok;
}

static char *
text(const char *path)
{
	static char mem[2][8192];
	static int i;
	char *t = mem[i++];
	FILE *f = fopen(path, "r");
	size_t n = f == NULL ? 0 : fread(t, 1, 8191, f);

	t[n] = '\0';
	return t;
}

int
main(int argc, char **argv)
{
	peer_begin(argc, argv);
	if (cert == NULL ? MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t)port, NULL, NULL, answer, NULL, MHD_OPTION_CONNECTION_LIMIT, 4096u, MHD_OPTION_END) == NULL
	    : MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS, (uint16_t)port, NULL, NULL, answer, NULL, MHD_OPTION_CONNECTION_LIMIT, 4096u,
	    MHD_OPTION_HTTPS_MEM_CERT, text(cert), MHD_OPTION_HTTPS_MEM_KEY, text(key), MHD_OPTION_END) == NULL)
		return 1;
	for (;;)
		pause();
}
