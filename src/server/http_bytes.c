/*
 * http_bytes: a connection's bytes, in and out, with TLS or without, and the
 * memory that they lie in meanwhile.
 */
#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include "server/http_in.h"

struct slice
conn_unread(const struct conn *c)
{
	return slice_of(c->in.p == NULL ? NULL : c->in.p + c->in_at, c->in.len - c->in_at);
}

/* A client that only stays holds no memory. */
static void
drop(struct buf *b)
{
	size_t max = b->max;

	buf_fini(b);
	buf_init(b, max);
}

/*
 * What a connection has to send fits in a buffer that the next one can use when
 * it is gone: to get pages from the system each time costs as much as the answer.
 */
void
conn_lend(struct conn *c)
{
	struct http *h = c->h;

	if (c->out.p == NULL && h->outs_count > 0)
		c->out = h->outs[--h->outs_count];
}

void
conn_return(struct conn *c)
{
	struct http *h = c->h;

	if (c->out.p == NULL || c->out.len > 0)
		return;
	if (h->outs_count == sizeof(h->outs) / sizeof(h->outs[0])) {
		drop(&c->out);
		return;
	}
	h->outs[h->outs_count++] = c->out;
	buf_init(&c->out, c->out.max);
}

void
conn_took(struct conn *c, size_t n)
{
	c->in_at += n;
	if (c->in_at == c->in.len) {
		drop(&c->in);
		c->in_at = 0;
	}
}

void
conn_keep(struct conn *c, struct slice in)
{
	if (c->in_at > 0) {
		c->in.len -= c->in_at;
		memmove(c->in.p, c->in.p + c->in_at, c->in.len);
		c->in_at = 0;
	}
	buf_put(&c->in, in);
}

/* What an OpenSSL call that brought nothing means. */
enum moved
conn_tls_moved(struct conn *c, int rc)
{
	int why = SSL_get_error(c->ssl, rc);

	ERR_clear_error();
	if (why == SSL_ERROR_WANT_READ) {
		c->readable = false;
		return MOVED_NONE;
	}
	if (why != SSL_ERROR_WANT_WRITE)
		return MOVED_END;
	c->tls_wants_write = true;
	return MOVED_NONE;
}

enum moved
conn_read(struct conn *c, uint8_t *p, size_t cap, size_t *n_out)
{
	ssize_t n;

	if (c->ssl != NULL && c->state != CONN_LINGER) {
		int rc = SSL_read_ex(c->ssl, p, cap, n_out);

		return rc == 1 ? MOVED_SOME : conn_tls_moved(c, rc);
	}
	do {
		n = recv(c->fd.fd, p, cap, 0);
	} while (n < 0 && errno == EINTR);
	/* Less than there was room for: there is no more now, and epoll says when there is. */
	c->readable = n == (ssize_t)cap;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return MOVED_NONE;
	*n_out = n < 0 ? 0 : (size_t)n;
	return n > 0 ? MOVED_SOME : MOVED_END;
}

enum moved
conn_write(struct conn *c, struct slice s, size_t *n_out)
{
	ssize_t n;

	if (c->ssl != NULL) {
		int rc = SSL_write_ex(c->ssl, s.p, s.len, n_out);

		return rc == 1 ? MOVED_SOME : conn_tls_moved(c, rc);
	}
	do {
		n = send(c->fd.fd, s.p, s.len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return MOVED_NONE;
	*n_out = n < 0 ? 0 : (size_t)n;
	return n >= 0 ? MOVED_SOME : MOVED_END;
}
