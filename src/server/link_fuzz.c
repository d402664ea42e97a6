/*
 * What a web process that was taken over could send to the keeper, and, as it is
 * read the same way, the other direction: a stream of frames.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
look(const struct link_frame *f)
{
	struct err e = ERR_INIT;
	struct link_changed changed;
	struct link_answer answer;
	struct api_response response;
	struct api_request request;
	uint64_t number;

	switch (f->kind) {
	case LINK_REQUEST:
		if (link_request_read(f, &number, &request, &e) && (request.path.len == 0 || request.body_fd >= 0))
			abort();
		break;
	case LINK_ANSWER:
		if (link_answer_read(f, &answer, &response, &e))
			api_response_fini(&response);
		break;
	case LINK_CHANGED:
		if (link_changed_read(f, &changed, &e) && changed.kind[0] == '\0')
			abort();
		break;
	case LINK_BYE:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct err e = ERR_INIT;
	struct link_frame f;
	struct link *l;
	int pair[2];

	if (n > 65536 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return 0;
	l = link_new(pair[1]);
	if (n == 0 || write(pair[0], p, n) == (ssize_t)n) {
		(void)close(pair[0]);
		if (link_pump(l, &e)) {
			while (link_next(l, &f, &e) == STEP_ITEM)
				look(&f);
		}
	} else {
		(void)close(pair[0]);
	}
	link_free(&l);
	return 0;
}
