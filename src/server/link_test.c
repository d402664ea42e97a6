#include "server/link.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "intake/reader_wire.h"
#include "test.h"

struct pair {
	struct link *web, *keeper;
};

static struct pair
pair_make(void)
{
	int s[2] = { -1, -1 };

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) == 0);
	return (struct pair){ link_new(s[0]), link_new(s[1]) };
}

static void
pair_end(struct pair *p)
{
	link_free(&p->web);
	link_free(&p->keeper);
}

static struct api_request
request_of(struct slice path, struct slice body)
{
	return (struct api_request){ .method = API_POST, .path = path, .query = S("a=b"), .type = S("text/csv"),
		.accept = S(""), .if_match = S(""), .cookie = S("__Host-entente=x"), .authorization = S(""),
		.csrf = S("c"), .origin = S("https://a.example"), .host = S("a.example"), .client_cert = S(""),
		.filename = S("r.csv"), .body = body, .body_fd = -1, .body_bytes = body.len, .lang = LANG_AR,
		.from = { 0, 0xffffc0000201u }, .tls = true };
}

/* The next frame that is whole; what is on its way is moved meanwhile. */
static bool
next(struct link *from, struct link *to, struct link_frame *f)
{
	struct err e = ERR_INIT;
	enum step step;

	while ((step = link_next(to, f, &e)) == STEP_END) {
		bool ok = link_pump(from, &e);

		ok = CHECK_OK(ok, &e) && CHECK_OK(link_pump(to, &e), &e);
		if (!ok)
			return false;
	}
	return CHECK_OK(step == STEP_ITEM, &e);
}

static int
file_of(struct slice s)
{
	struct err e = ERR_INIT;
	int fd = memfd_create("test", MFD_CLOEXEC);

	CHECK_OK(fd_write_all(fd, s, &e), &e);
	return fd;
}

static struct slice
file_text(int fd, struct buf *b)
{
	struct err e = ERR_INIT;

	buf_clear(b);
	CHECK_OK(fd_read_all(fd, b, &e), &e);
	return buf_view(b);
}

TEST(a_request_comes_as_it_went)
{
	static uint8_t large[LINK_INLINE_MAX];
	const struct { const char *name; struct slice body; bool file; } cases[] = {
		{ "no body", S_INIT(""), false },
		{ "a small one", S_INIT("x,y\n1,2\n"), false },
		{ "the largest in a frame", { large, sizeof(large) }, false },
		{ "a file", S_INIT("bytes of a report"), true },
		{ "an empty file", S_INIT(""), true },
	};
	struct pair p = pair_make();

	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (uint8_t)test_random();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct api_request r = request_of(S("/api/v1/reports"), cases[i].file ? S("") : cases[i].body), got;
		struct err e = ERR_INIT;
		struct link_frame f = { .fd = -1 };
		uint64_t number = 0;
		struct buf b;

		test_case("%s", cases[i].name);
		if (cases[i].file) {
			r.body_fd = file_of(cases[i].body);
			r.body_bytes = cases[i].body.len;
		}
		CHECK_OK(link_request_send(p.web, 1000 + i, &r, &e), &e);
		if (!next(p.web, p.keeper, &f) || !CHECK_OK(link_request_read(&f, &number, &got, &e), &e))
			continue;
		CHECK_INT(number, 1000 + i);
		CHECK_INT(got.method, API_POST);
		CHECK_SLICE(got.path, r.path);
		CHECK_SLICE(got.query, r.query);
		CHECK_SLICE(got.cookie, r.cookie);
		CHECK_SLICE(got.host, r.host);
		CHECK_SLICE(got.filename, r.filename);
		CHECK_SLICE(got.body, r.body);
		CHECK_INT(got.body_bytes, cases[i].body.len);
		CHECK(got.lang == LANG_AR && got.tls && ip_cmp(got.from, r.from) == 0 && got.who == NULL);
		CHECK((got.body_fd >= 0) == cases[i].file);
		buf_init(&b, 65536);
		if (got.body_fd >= 0) {
			CHECK_SLICE(file_text(got.body_fd, &b), cases[i].body);
			(void)close(got.body_fd);
			(void)close(r.body_fd);
		}
		buf_fini(&b);
	}
	pair_end(&p);
}

struct counting { int left; };

static bool
more(void *cookie, struct buf *out, bool *end_out, struct err *e)
{
	struct counting *c = cookie;

	(void)e;
	for (int i = 0; i < 1000; i++)
		buf_str(out, "0123456789");
	*end_out = --c->left == 0;
	return true;
}

TEST(an_answer_comes_as_it_went)
{
	struct counting counting = { 3 };
	struct pair p = pair_make();

	for (int kind = 0; kind < 4; kind++) {
		struct link_answer said = { 77, 5 }, a = { 0, 0 };
		struct api_response r, got;
		struct err e = ERR_INIT;
		struct link_frame f = { .fd = -1 };
		struct buf b;

		test_case("kind %d", kind);
		api_response_init(&r);
		r.status = 201;
		CHECK(api_header(&r, "Location", S("/api/v1/reports/1")));
		if (kind == 0)
			buf_str(&r.body, "{}");
		for (size_t i = 0; kind == 1 && i < 2 * LINK_INLINE_MAX; i += 16)
			buf_str(&r.body, "0123456789abcdef");
		if (kind == 2) {
			buf_str(&r.body, "first ");
			r.more = more;
			r.more_cookie = &counting;
		}
		if (kind == 3) {
			r.body_fd = file_of(S("raw"));
			r.body_bytes = 3;
		}
		CHECK_OK(link_answer_send(p.keeper, &said, &r, &e), &e);
		api_response_fini(&r);
		if (!next(p.keeper, p.web, &f) || !CHECK_OK(link_answer_read(&f, &a, &got, &e), &e))
			continue;
		CHECK(a.number == 77 && a.account == 5 && got.status == 201 && got.no_store);
		CHECK_STR(got.type, "application/json; charset=utf-8");
		CHECK_SLICE(buf_view(&got.headers), S("Location: /api/v1/reports/1\r\n"));
		buf_init(&b, (size_t)8 << 20);
		if (kind == 0)
			CHECK_SLICE(buf_view(&got.body), S("{}"));
		else
			CHECK_INT(file_text(got.body_fd, &b).len, got.body_bytes);
		CHECK_INT(got.body_bytes, kind == 0 ? 2 : kind == 1 ? 2 * LINK_INLINE_MAX : kind == 2 ? 30006 : 3);
		buf_fini(&b);
		api_response_fini(&got);
	}
	pair_end(&p);
}

/* Many at once, some with files, against a reader that takes its time: each file comes with its own request. */
TEST(descriptors_stay_with_their_frames)
{
	struct pair p = pair_make();
	struct err e = ERR_INIT;
	unsigned sent = 0, got = 0, full = 0;

	while (got < 400) {
		struct link_frame f = { .fd = -1 };
		enum step step;

		while (sent < 400 && link_room(p.web)) {
			char text[32];
			int n = snprintf(text, sizeof(text), "/%u", sent);
			struct api_request r = request_of(slice_of(text, (size_t)n), S(""));

			r.body_fd = sent % 3 == 0 ? file_of(r.path) : -1;
			r.body_bytes = sent % 3 == 0 ? r.path.len : 0;
			CHECK_OK(link_request_send(p.web, sent++, &r, &e), &e);
			if (r.body_fd >= 0)
				(void)close(r.body_fd);
		}
		full += sent < 400;
		if (!CHECK_OK(link_pump(p.web, &e), &e) || !CHECK_OK(link_pump(p.keeper, &e), &e))
			break;
		while ((step = link_next(p.keeper, &f, &e)) == STEP_ITEM) {
			struct api_request r;
			struct buf b;
			uint64_t number;

			if (!CHECK_OK(link_request_read(&f, &number, &r, &e), &e))
				break;
			CHECK_INT(number, got);
			CHECK((r.body_fd >= 0) == (number % 3 == 0));
			buf_init(&b, 64);
			if (r.body_fd >= 0) {
				CHECK_SLICE(file_text(r.body_fd, &b), r.path);
				(void)close(r.body_fd);
			}
			buf_fini(&b);
			got++;
		}
		if (!CHECK_OK(step == STEP_END, &e))
			break;
	}
	CHECK(full > 0);
	pair_end(&p);
}

TEST(a_broadcast_and_a_goodbye)
{
	struct pair p = pair_make();
	struct err e = ERR_INIT;
	struct link_frame f = { .fd = -1 };
	struct link_changed c;

	CHECK_OK(link_changed_send(p.keeper, "finding", INT64_MIN, &e), &e);
	CHECK_OK(link_bye_send(p.keeper, &e), &e);
	CHECK(next(p.keeper, p.web, &f));
	CHECK_OK(link_changed_read(&f, &c, &e), &e);
	CHECK_STR(c.kind, "finding");
	CHECK(c.id == INT64_MIN);
	CHECK(next(p.keeper, p.web, &f));
	CHECK(f.kind == LINK_BYE && f.payload.len == 0);
	/* What was on its way when the other ended still comes; then it is told. */
	CHECK_OK(link_changed_send(p.keeper, "report", 1, &e), &e);
	link_free(&p.keeper);
	CHECK_OK(link_pump(p.web, &e), &e);
	CHECK_INT(link_next(p.web, &f, &e), STEP_ITEM);
	CHECK_INT(link_next(p.web, &f, &e), STEP_END);
	CHECK(!link_pump(p.web, &e) && e.code == ERR_ABSENT);
	pair_end(&p);
}

/* Bytes that are no frame, or a frame that is no request. */
TEST(what_is_damaged_is_refused)
{
	static const struct { const char *name; struct slice bytes; enum step want; } cases[] = {
		{ "nothing", S_INIT(""), STEP_END },
		{ "half a head", S_INIT("\0\0\0"), STEP_END },
		{ "too long", S_INIT("\x7f\xff\xff\xffQ\0"), STEP_BAD },
		{ "an unknown kind", S_INIT("\0\0\0\0Z\0"), STEP_BAD },
		{ "an unknown flag", S_INIT("\0\0\0\0Q\2"), STEP_BAD },
		{ "a descriptor that did not come", S_INIT("\0\0\0\0Q\1"), STEP_BAD },
		{ "not whole", S_INIT("\0\0\0\2Q\0x"), STEP_END },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = ERR_INIT;
		struct link_frame f;
		struct link *l;
		int s[2];

		test_case("%s", cases[i].name);
		CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) == 0);
		l = link_new(s[1]);
		CHECK_OK(fd_write_all(s[0], cases[i].bytes, &e), &e);
		CHECK_OK(link_pump(l, &e), &e);
		CHECK_INT(link_next(l, &f, &e), cases[i].want);
		(void)close(s[0]);
		link_free(&l);
	}
}

/* A request with one thing wrong. */
TEST(a_request_that_is_none_is_refused)
{
	enum { GOOD, METHOD, LANG, PATH, LINE, CERT, LENGTH, TAIL, PIPE, FOLDER, SHORT_FILE, CASES };
	int pipes[2];

	CHECK(pipe(pipes) == 0);
	for (int wrong = GOOD; wrong < CASES; wrong++) {
		struct err e = ERR_INIT;
		struct link_frame f = { .kind = LINK_REQUEST, .fd = -1 };
		struct api_request r;
		uint64_t number;
		struct buf b;
		bool file = wrong >= PIPE;

		test_case("case %d", wrong);
		buf_init(&b, 65536);
		buf_varint(&b, 9);
		buf_byte(&b, wrong == METHOD ? API_METHOD_COUNT : API_GET);
		buf_byte(&b, wrong == LANG ? LANG_COUNT : LANG_EN);
		buf_byte(&b, 1);
		buf_be64(&b, 0);
		buf_be64(&b, 1);
		buf_varint(&b, file ? 10 : wrong == LENGTH ? 5 : 4);
		wire_text(&b, wrong == PATH ? S("api") : S("/api"));
		for (int i = 0; i < 9; i++)
			wire_text(&b, wrong == LINE && i == 4 ? S("a\nb") : S("x"));
		wire_text(&b, wrong == CERT ? S("short") : S(""));
		for (int i = 0; i < 6; i++)
			wire_text(&b, S("name"));
		wire_text(&b, file ? S("") : S("body"));
		if (wrong == TAIL)
			buf_byte(&b, 0);
		f.payload = buf_view(&b);
		f.fd = wrong == PIPE ? dup(pipes[0]) : wrong == FOLDER ? open("/", O_RDONLY | O_CLOEXEC) :
		    wrong == SHORT_FILE ? file_of(S("nine byte")) : -1;
		CHECK(link_request_read(&f, &number, &r, &e) == (wrong == GOOD));
		buf_fini(&b);
	}
	(void)close(pipes[0]);
	(void)close(pipes[1]);
}

int
main(void)
{
	RUN(a_request_comes_as_it_went);
	RUN(an_answer_comes_as_it_went);
	RUN(descriptors_stay_with_their_frames);
	RUN(a_broadcast_and_a_goodbye);
	RUN(what_is_damaged_is_refused);
	RUN(a_request_that_is_none_is_refused);
	return test_end();
}
