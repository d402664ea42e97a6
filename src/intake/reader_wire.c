#include "intake/reader_wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/pass.h"

void
frame_begin(struct buf *b, enum frame_kind kind)
{
	buf_clear(b);
	buf_be32(b, 0);
	buf_byte(b, (uint8_t)kind);
}

void
frame_end(struct buf *b)
{
	size_t n = b->len - FRAME_HEAD;

	if (!buf_ok(b) || b->len < FRAME_HEAD)
		return;
	for (size_t i = 0; i < 4; i++)
		b->p[i] = (uint8_t)(n >> (24 - 8 * i));
}

void
wire_text(struct buf *b, struct slice s)
{
	buf_varint(b, s.len);
	buf_put(b, s);
}

struct slice
wire_text_take(struct cursor *c)
{
	uint64_t n = cur_varint(c);

	if (n > c->rest.len) {
		c->failed = true;
		return SLICE_NONE;
	}
	return cur_take(c, (size_t)n);
}

bool
wire_send(int sock, struct slice s, int fd, struct err *e)
{
	union pass_room room;

	while (s.len > 0) {
		struct iovec iov = { (void *)(uintptr_t)s.p, s.len };
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
		ssize_t n;

		pass_put(&m, &room, fd);
		n = sendmsg(sock, &m, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "sending to another process of ours failed");
		fd = -1;
		s = slice_from(s, (size_t)n);
	}
	return true;
}

/* Exactly n bytes; *n_out is less at the end of the stream. A descriptor that comes along is kept. */
static bool
receive(int sock, uint8_t *p, size_t n, size_t *n_out, int *fd_out,
    struct err *e)
{
	union pass_room room;

	*n_out = 0;
	while (*n_out < n) {
		struct iovec iov = { p + *n_out, n - *n_out };
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
		ssize_t got;
		int fd;

		pass_expect(&m, &room);
		got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "receiving from another process of ours failed");
		if (got == 0)
			return true;
		fd = pass_take(&m);
		if (fd >= 0) {
			if (*fd_out >= 0)
				(void)close(*fd_out);
			*fd_out = fd;
		}
		*n_out += (size_t)got;
	}
	return true;
}

bool
wire_receive(int sock, struct buf *b, uint8_t *kind_out, int *fd_out,
    bool *end_out, struct err *e)
{
	uint8_t head[FRAME_HEAD], *room;
	struct cursor c;
	size_t n;

	*fd_out = -1;
	*end_out = false;
	if (!receive(sock, head, sizeof(head), &n, fd_out, e))
		return false;
	if (n == 0) {
		*end_out = true;
		return true;
	}
	c = cursor_of(slice_of(head, n));
	n = cur_be32(&c);
	*kind_out = cur_u8(&c);
	buf_clear(b);
	room = !cur_ok(&c) || n > FRAME_MAX ? NULL : buf_room(b, n + 1);
	if (room == NULL || !receive(sock, room, n, &b->len, fd_out, e) || b->len != n)
		return err_set(e, ERR_INTERNAL, "a damaged message between our own processes");
	return true;
}
