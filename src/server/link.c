#include "server/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/file.h"
#include "base/pass.h"
#include "intake/reader_wire.h"

#define FLAG_FD 1
#define READ_BYTES ((size_t)64 << 10)
/* What waits to be sent before link_room() says no; and what is never gone over. */
#define OUT_ROOM ((size_t)4 << 20)
#define OUT_MAX ((size_t)64 << 20)
#define FDS_MAX 64 /* descriptors that came and whose frames did not yet, or that wait to go */
#define FDS_AT_ONCE 8
#define TYPES_MAX 64

struct fd_at {
	size_t at; /* the byte of out that it goes with */
	int fd;
};

struct link {
	int sock;
	struct buf in, out;
	size_t read, sent; /* of in and out: used up */
	int came[FDS_MAX];
	size_t came_count;
	struct fd_at going[FDS_MAX];
	size_t going_count;
	bool ended; /* the other side has closed */
};

struct link *
link_new(int sock)
{
	struct link *l = xalloc(sizeof(*l));
	int flags = fcntl(sock, F_GETFL);

	(void)fcntl(sock, F_SETFL, flags | O_NONBLOCK);
	*l = (struct link){ .sock = sock };
	buf_init(&l->in, LINK_FRAME_MAX + LINK_HEAD + 2 * READ_BYTES);
	buf_init(&l->out, OUT_MAX);
	return l;
}

void
link_free(struct link **lp)
{
	struct link *l = *lp;

	*lp = NULL;
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->came_count; i++)
		(void)close(l->came[i]);
	for (size_t i = 0; i < l->going_count; i++)
		(void)close(l->going[i].fd);
	(void)close(l->sock);
	buf_fini(&l->in);
	buf_fini(&l->out);
	free(l);
}

int
link_fd(const struct link *l)
{
	return l->sock;
}

short
link_events(const struct link *l)
{
	return (short)(POLLIN | (l->out.len > l->sent ? POLLOUT : 0));
}

bool
link_room(const struct link *l)
{
	return l->out.len - l->sent < OUT_ROOM && l->going_count < FDS_MAX / 2;
}

bool
link_idle(const struct link *l)
{
	return l->out.len == l->sent;
}

/* --- the socket -------------------------------------------------------------------- */

union fds_room {
	char bytes[CMSG_SPACE(FDS_AT_ONCE * sizeof(int))];
	struct cmsghdr align;
};

/* One run of bytes, up to where the next descriptor goes along. *n_out: how many went. */
static ssize_t
send_run(struct link *l)
{
	bool with = l->going_count > 0 && l->going[0].at == l->sent;
	size_t next = with ? 1 : 0;
	size_t end = l->going_count > next ? l->going[next].at : l->out.len;
	struct iovec iov = { l->out.p + l->sent, end - l->sent };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	union pass_room room;
	ssize_t n;

	pass_put(&m, &room, with ? l->going[0].fd : -1);
	n = sendmsg(l->sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0 && with) {
		(void)close(l->going[0].fd);
		l->going_count--;
		memmove(l->going, l->going + 1, l->going_count * sizeof(l->going[0]));
	}
	return n;
}

/* What has gone makes room; one that is never quite empty must not grow for ever. */
static void
out_shift(struct link *l)
{
	if (l->sent < l->out.len && l->sent < OUT_ROOM)
		return;
	memmove(l->out.p, l->out.p + l->sent, l->out.len - l->sent);
	l->out.len -= l->sent;
	for (size_t i = 0; i < l->going_count; i++)
		l->going[i].at -= l->sent;
	l->sent = 0;
}

static bool
send_all(struct link *l, struct err *e)
{
	while (l->sent < l->out.len) {
		ssize_t n = send_run(l);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return err_set(e, ERR_ABSENT, "another process of ours has ended");
		if (n < 0)
			return err_sys(e, "sending to another process of ours failed");
		l->sent += (size_t)n;
	}
	if (l->sent > 0)
		out_shift(l);
	return true;
}

static bool
fds_take(struct link *l, struct msghdr *m, struct err *e)
{
	bool ok = (m->msg_flags & MSG_CTRUNC) == 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		size_t count = c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS ?
		    (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;

		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (l->came_count < FDS_MAX) {
				l->came[l->came_count++] = fd;
				continue;
			}
			(void)close(fd);
			ok = false;
		}
	}
	return ok || err_set(e, ERR_INTERNAL, "a damaged message between our own processes");
}

/* Whole frames first: not more is read than one of the largest and a little. */
static bool
in_full(const struct link *l)
{
	return l->in.len - l->read >= LINK_FRAME_MAX + LINK_HEAD || l->came_count > FDS_MAX - FDS_AT_ONCE;
}

static bool
receive_all(struct link *l, struct err *e)
{
	while (!in_full(l) && !l->ended) {
		union fds_room control;
		uint8_t *room = buf_room(&l->in, READ_BYTES);
		struct iovec iov = { room, READ_BYTES };
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
		ssize_t n;

		if (room == NULL)
			return err_set(e, ERR_INTERNAL, "a damaged message between our own processes");
		n = recvmsg(l->sock, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0 && errno != ECONNRESET)
			return err_sys(e, "receiving from another process of ours failed");
		l->ended = n <= 0;
		if (n > 0 && !fds_take(l, &m, e))
			return false;
		l->in.len += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* The frames that were read go out of the buffer. */
static void
in_shift(struct link *l)
{
	if (l->read == 0)
		return;
	memmove(l->in.p, l->in.p + l->read, l->in.len - l->read);
	l->in.len -= l->read;
	l->read = 0;
}

bool
link_pump(struct link *l, struct err *e)
{
	in_shift(l);
	if (!receive_all(l, e))
		return false;
	/* What came before it went still counts. */
	if (l->ended)
		return l->in.len > 0 || err_set(e, ERR_ABSENT, "another process of ours has ended");
	return send_all(l, e);
}

static bool
kind_known(uint8_t kind)
{
	return kind == LINK_REQUEST || kind == LINK_ANSWER || kind == LINK_CHANGED || kind == LINK_BYE;
}

static enum step
bad(struct err *e)
{
	(void)err_set(e, ERR_INTERNAL, "a damaged message between our own processes");
	return STEP_BAD;
}

bool
link_has(const struct link *l)
{
	struct cursor c = cursor_of(slice_from(buf_view(&l->in), l->read));
	uint32_t len = cur_be32(&c);

	cur_skip(&c, 2);
	return cur_ok(&c) && c.rest.len >= len;
}

/* No frame is whole: what is here of one may have its own descriptor, and no more. */
static enum step
not_yet(const struct link *l, struct err *e)
{
	bool part = l->in.len > l->read;

	return l->came_count > (part ? 1 : 0) || (l->ended && part) ? bad(e) : STEP_END;
}

enum step
link_next(struct link *l, struct link_frame *out, struct err *e)
{
	struct cursor c = cursor_of(slice_from(buf_view(&l->in), l->read));
	uint32_t len = cur_be32(&c);
	uint8_t kind = cur_u8(&c), flags = cur_u8(&c);

	if (!cur_ok(&c))
		return not_yet(l, e);
	if (len > LINK_FRAME_MAX || !kind_known(kind) || (flags & ~FLAG_FD) != 0)
		return bad(e);
	if (c.rest.len < len)
		return not_yet(l, e);
	*out = (struct link_frame){ .kind = (enum link_kind)kind, .payload = cur_take(&c, len), .fd = -1 };
	l->read += LINK_HEAD + len;
	if ((flags & FLAG_FD) == 0)
		return STEP_ITEM;
	/* It goes with the frame's first byte, so it is here before the last. */
	if (l->came_count == 0)
		return bad(e);
	out->fd = l->came[0];
	l->came_count--;
	memmove(l->came, l->came + 1, l->came_count * sizeof(l->came[0]));
	return STEP_ITEM;
}

/* --- frames out ----------------------------------------------------------------------- */

/* Begin a frame behind what waits; fd (>= 0) becomes the link's. Where it begins. */
static size_t
begin(struct link *l, enum link_kind kind, int fd)
{
	size_t at = l->out.len;

	buf_be32(&l->out, 0);
	buf_byte(&l->out, (uint8_t)kind);
	buf_byte(&l->out, fd >= 0 ? FLAG_FD : 0);
	if (fd >= 0)
		l->going[l->going_count++] = (struct fd_at){ at, fd };
	return at;
}

/* The frame is whole: it goes. What did not fit is taken back. */
static bool
end(struct link *l, size_t at, struct err *e)
{
	size_t n = l->out.len - at - LINK_HEAD;

	if (buf_ok(&l->out) && n <= LINK_FRAME_MAX) {
		for (size_t i = 0; i < 4; i++)
			l->out.p[at + i] = (uint8_t)(n >> (24 - 8 * i));
		return send_all(l, e);
	}
	l->out.failed = false;
	l->out.len = at;
	if (l->going_count > 0 && l->going[l->going_count - 1].at == at)
		(void)close(l->going[--l->going_count].fd);
	return err_set(e, ERR_LIMIT, "too much waits for another process of ours");
}

static bool
fd_room(const struct link *l, struct err *e)
{
	return l->going_count < FDS_MAX || err_set(e, ERR_LIMIT, "too much waits for another process of ours");
}

/* The texts of a request in their order on the wire. */
#define REQUEST_TEXTS 17
static void
request_texts(struct api_request *r, struct slice *out[REQUEST_TEXTS])
{
	struct slice *texts[REQUEST_TEXTS] = { &r->path, &r->query, &r->type, &r->accept, &r->if_match, &r->cookie,
		&r->authorization, &r->csrf, &r->origin, &r->host, &r->client_cert, &r->client_subject,
		&r->if_none_match, &r->encoding, &r->agent, &r->filename, &r->type_parameters };

	memcpy(out, texts, sizeof(texts));
}

bool
link_request_send(struct link *l, uint64_t number, const struct api_request *r, struct err *e)
{
	struct api_request copy = *r;
	struct slice *texts[REQUEST_TEXTS];
	int fd = -1;
	size_t at;

	if (!fd_room(l, e))
		return false;
	if (r->body_fd >= 0 && (fd = fcntl(r->body_fd, F_DUPFD_CLOEXEC, 0)) < 0)
		return err_sys(e, "the body of a request");
	at = begin(l, LINK_REQUEST, fd);
	buf_varint(&l->out, number);
	buf_byte(&l->out, (uint8_t)r->method);
	buf_byte(&l->out, (uint8_t)r->lang);
	buf_byte(&l->out, r->tls);
	buf_be64(&l->out, r->from.hi);
	buf_be64(&l->out, r->from.lo);
	buf_varint(&l->out, r->body_bytes);
	request_texts(&copy, texts);
	for (size_t i = 0; i < REQUEST_TEXTS; i++)
		wire_text(&l->out, *texts[i]);
	wire_text(&l->out, fd >= 0 ? S("") : r->body);
	return end(l, at, e);
}

static bool
wrong(struct err *e)
{
	return err_set(e, ERR_INPUT, "a damaged message between our own processes");
}

/* No byte that could end a line or a text. */
static bool
text_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	}
	return s.len <= LINK_TEXT_MAX;
}

/* A plain file whose bytes are all there: reading it neither waits nor asks a stranger. */
static bool
file_ok(int fd, uint64_t bytes)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 && (uint64_t)st.st_size == bytes &&
	    lseek(fd, 0, SEEK_SET) == 0;
}

static bool
request_take(struct cursor *c, int fd, uint64_t *number_out, struct api_request *out)
{
	struct slice *texts[REQUEST_TEXTS];
	uint8_t method, lang;
	bool ok = true;

	*number_out = cur_varint(c);
	method = cur_u8(c);
	lang = cur_u8(c);
	out->tls = cur_u8(c) != 0;
	out->from.hi = cur_be64(c);
	out->from.lo = cur_be64(c);
	out->body_bytes = cur_varint(c);
	request_texts(out, texts);
	for (size_t i = 0; i < REQUEST_TEXTS; i++) {
		*texts[i] = wire_text_take(c);
		ok = ok && (texts[i] == &out->client_cert || text_ok(*texts[i]));
	}
	out->body = wire_text_take(c);
	out->method = (enum api_method)method;
	out->lang = (enum lang)lang;
	return ok && cur_ok(c) && c->rest.len == 0 && method < API_METHOD_COUNT && lang < LANG_COUNT &&
	    out->path.len > 0 && out->path.p[0] == '/' &&
	    (out->client_cert.len == 0 || out->client_cert.len == SHA256_BYTES) &&
	    out->body.len <= LINK_INLINE_MAX &&
	    (fd < 0 ? out->body.len == out->body_bytes : out->body.len == 0 && file_ok(fd, out->body_bytes));
}

bool
link_request_read(const struct link_frame *f, uint64_t *number_out, struct api_request *out, struct err *e)
{
	struct cursor c = cursor_of(f->payload);

	*out = (struct api_request){ .body_fd = -1 };
	if (f->kind == LINK_REQUEST && request_take(&c, f->fd, number_out, out)) {
		out->body_fd = f->fd;
		return true;
	}
	if (f->fd >= 0)
		(void)close(f->fd);
	return wrong(e);
}

/* --- answers ---------------------------------------------------------------------------- */

static bool
file_put(int *fd, struct slice s, struct err *e)
{
	if (*fd < 0 && (*fd = memfd_create("entente-answer", MFD_CLOEXEC)) < 0)
		return err_sys(e, "the body of an answer");
	return fd_write_all(*fd, s, e);
}

/* What does not go into a frame, or is still to be made, into a file. */
static bool
answer_whole(struct api_response *r, struct err *e)
{
	struct buf more;
	bool last = r->more == NULL, ok = true;
	int fd = -1;

	if (r->body_fd >= 0 || (last && r->body.len <= LINK_INLINE_MAX))
		return true;
	buf_init(&more, (size_t)16 << 20);
	ok = file_put(&fd, buf_view(&r->body), e);
	r->body_bytes = r->body.len;
	while (ok && !last) {
		buf_clear(&more);
		ok = r->more(r->more_cookie, &more, &last, e) && buf_ok(&more) && file_put(&fd, buf_view(&more), e);
		r->body_bytes += more.len;
	}
	buf_fini(&more);
	buf_clear(&r->body);
	r->more = NULL;
	r->body_fd = fd;
	return ok && (lseek(fd, 0, SEEK_SET) == 0 || err_sys(e, "the body of an answer"));
}

bool
link_answer_send(struct link *l, const struct link_answer *a, struct api_response *r, struct err *e)
{
	size_t at;
	int fd;

	if (!fd_room(l, e) || !answer_whole(r, e))
		return false;
	fd = r->body_fd;
	r->body_fd = -1;
	at = begin(l, LINK_ANSWER, fd);
	buf_varint(&l->out, a->number);
	buf_be64(&l->out, (uint64_t)a->account);
	buf_be16(&l->out, (uint16_t)r->status);
	buf_byte(&l->out, r->no_store);
	buf_varint(&l->out, fd >= 0 ? r->body_bytes : r->body.len);
	wire_text(&l->out, slice_of_str(r->type));
	wire_text(&l->out, buf_view(&r->headers));
	wire_text(&l->out, fd >= 0 ? S("") : buf_view(&r->body));
	return end(l, at, e);
}

/* A media type as a text that stays; there are few. NULL: too many, or too long. */
static const char *
type_of(struct slice s)
{
	static char types[TYPES_MAX][96];
	size_t i = 0;

	if (s.len == 0 || s.len >= sizeof(types[0]) || !text_ok(s))
		return NULL;
	for (; i < TYPES_MAX && types[i][0] != '\0'; i++) {
		if (slice_eq(s, slice_of_str(types[i])))
			return types[i];
	}
	if (i == TYPES_MAX)
		return NULL;
	memcpy(types[i], s.p, s.len);
	return types[i];
}

/* Lines "Name: value\r\n". */
static bool
headers_ok(struct slice s)
{
	struct slice line;

	while (s.len > 0) {
		size_t lf = slice_find_byte(s, '\n');

		if (lf == SIZE_MAX || lf == 0 || s.p[lf - 1] != '\r')
			return false;
		line = slice_sub(s, 0, lf - 1);
		s = slice_from(s, lf + 1);
		if (!text_ok(line) || slice_find(line, S(": ")) - 1 >= line.len)
			return false;
	}
	return true;
}

static bool
answer_take(struct cursor *c, int fd, struct link_answer *a, struct api_response *out)
{
	struct slice type, headers, body;
	int status;
	bool no_store;
	uint64_t bytes;

	a->number = cur_varint(c);
	a->account = (int64_t)cur_be64(c);
	status = cur_be16(c);
	no_store = cur_u8(c) != 0;
	bytes = cur_varint(c);
	type = wire_text_take(c);
	headers = wire_text_take(c);
	body = wire_text_take(c);
	if (!cur_ok(c) || c->rest.len != 0 || status < 200 || status > 599 || !headers_ok(headers) ||
	    (fd < 0 ? body.len != bytes : body.len != 0 || !file_ok(fd, bytes)))
		return false;
	out->status = status;
	out->no_store = no_store;
	out->type = type.len == 0 ? NULL : type_of(type);
	out->body_bytes = bytes;
	buf_put(&out->headers, headers);
	buf_put(&out->body, body);
	return (out->type != NULL || type.len == 0) && buf_ok(&out->headers) && buf_ok(&out->body);
}

bool
link_answer_read(const struct link_frame *f, struct link_answer *a_out, struct api_response *out, struct err *e)
{
	struct cursor c = cursor_of(f->payload);

	api_response_init(out);
	if (f->kind == LINK_ANSWER && answer_take(&c, f->fd, a_out, out)) {
		out->body_fd = f->fd;
		return true;
	}
	if (f->fd >= 0)
		(void)close(f->fd);
	api_response_fini(out);
	return wrong(e);
}

/* --- broadcasts ---------------------------------------------------------------------------- */

bool
link_changed_send(struct link *l, const char *kind, int64_t id, struct err *e)
{
	size_t at = begin(l, LINK_CHANGED, -1);

	wire_text(&l->out, slice_of_str(kind));
	buf_be64(&l->out, (uint64_t)id);
	return end(l, at, e);
}

bool
link_changed_read(const struct link_frame *f, struct link_changed *out, struct err *e)
{
	struct cursor c = cursor_of(f->payload);
	struct slice kind = wire_text_take(&c);

	out->id = (int64_t)cur_be64(&c);
	if (f->fd >= 0)
		(void)close(f->fd);
	if (f->kind != LINK_CHANGED || f->fd >= 0 || !cur_ok(&c) || c.rest.len != 0 || kind.len == 0 || kind.len >= sizeof(out->kind))
		return wrong(e);
	for (size_t i = 0; i < kind.len; i++) {
		if (!byte_is_alpha(kind.p[i]))
			return wrong(e);
	}
	memset(out->kind, 0, sizeof(out->kind));
	memcpy(out->kind, kind.p, kind.len);
	return true;
}

bool
link_bye_send(struct link *l, struct err *e)
{
	return end(l, begin(l, LINK_BYE, -1), e);
}
