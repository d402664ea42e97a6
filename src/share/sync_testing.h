/*
 * sync_testing: for the tests of exchanges: a server of others in a process of its
 * own on loopback, which says what a script has for each request, byte for byte;
 * and a node with an exchange to it.
 */
#ifndef SHARE_SYNC_TESTING_H
#define SHARE_SYNC_TESTING_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "model/agreement_testing.h"
#include "share/listed.h"
#include "share/sync_run.h"
#include "store/agreements.h"
#include "store/object.h"
#include "store/store_testing.h"

#define NOW KIT_DAY(100)
#define TAXII "Content-Type: application/taxii+json;version=2.1\r\n"

/* What a request is: its first line, its head and its body; n: how many came before it to this address. */
struct asked {
	const char *target; /* "GET /r/collections/c/objects/?limit=1000" */
	struct slice head, body;
	unsigned n;
};
/* Append the whole answer, status line and all. */
typedef void (*answer_fn)(const struct asked *a, struct buf *out);

/* "HTTP/1.1 200 OK", fields (lines), and a body with its length. */
static inline void
answer(struct buf *out, const char *status, const char *fields, struct slice body)
{
	buf_printf(out, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\nConnection: close\r\n\r\n", status, fields, body.len);
	buf_put(out, body);
}

static inline size_t
head_length(struct slice s)
{
	size_t at = slice_find(s, S("\r\n\r\n"));

	return at == SIZE_MAX ? 0 : at + 4;
}

static inline bool
request_read(int fd, struct buf *in, struct asked *out)
{
	size_t head, at, want = 0;
	struct slice line, rest;
	uint64_t n = 0;

	buf_clear(in);
	for (;;) {
		uint8_t *p = buf_room(in, 65536);
		ssize_t got;

		head = head_length(buf_view(in));
		if (head > 0) {
			rest = slice_sub(buf_view(in), 0, head);
			while (slice_line(&rest, &line)) {
				if (slice_starts_nocase(line, S("Content-Length:")) && slice_u64(slice_trim(slice_from(line, 15)), &n))
					want = (size_t)n;
			}
			if (in->len >= head + want)
				break;
		}
		got = p == NULL ? -1 : read(fd, p, 65536);
		if (got <= 0)
			return false;
		in->len += (size_t)got;
	}
	rest = buf_view(in);
	(void)slice_line(&rest, &line);
	at = slice_rfind_byte(line, ' ');
	in->p[at] = '\0';
	*out = (struct asked){ (const char *)in->p, slice_of(in->p, head), slice_sub(buf_view(in), head, want), 0 };
	return true;
}

/* How often each address was asked for: the script says other things the second time. */
#define TARGETS 4096
static inline void
server_main(int listener, answer_fn fn)
{
	static uint64_t seen[TARGETS];
	static unsigned counts[TARGETS];
	struct buf in, out;
	struct asked a;

	buf_init(&in, (size_t)128 << 20);
	buf_init(&out, (size_t)128 << 20);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		struct err e = ERR_INIT;

		if (fd < 0)
			_exit(1);
		if (request_read(fd, &in, &a)) {
			uint64_t h = hash64(slice_of_str(a.target), 0) | 1;
			size_t i = h % TARGETS;

			while (seen[i] != 0 && seen[i] != h)
				i = (i + 1) % TARGETS;
			seen[i] = h;
			a.n = counts[i]++;
			buf_clear(&out);
			fn(&a, &out);
			if (!fd_write_all(fd, buf_view(&out), &e))
				(void)0;
		}
		(void)close(fd);
	}
}

struct server { pid_t pid; int port; };

static inline struct server
server_start(answer_fn fn)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct server s = { .pid = -1 };

	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 64) == 0 && getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	s.port = ntohs(at.sin_port);
	s.pid = fork();
	if (s.pid == 0) {
		(void)signal(SIGPIPE, SIG_IGN);
		server_main(fd, fn);
	}
	(void)close(fd);
	return s;
}

static inline void
server_stop(struct server *s)
{
	(void)kill(s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
}

/* --- a node ----------------------------------------------------------------------------- */

struct sync_kit {
	struct node node;
	struct arena a;
	int64_t id;
};

static inline void
agreement_kept(struct store *s, const struct kit_text *t, const char *script)
{
	struct agreement_text text;
	struct agreement *g;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	arena_init(&a, 4 << 20);
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(t, true, &b);
	CHECK_OK(agreement_text_read(buf_view(&b), &a, &text, &e), &e);
	CHECK_OK(agreement_text_put(s, &text, &e), &e);
	CHECK_OK(agreement_load(s, text.id, KIT_NOW, &g, &e), &e);
	CHECK_OK(kit_run(g, script, &e), &e);
	for (uint32_t i = 0; i < g->act_count; i++)
		CHECK_OK(agreement_act_put(s, text.id, &g->acts[i], &e), &e);
	agreement_free(&g);
	buf_fini(&b);
	arena_fini(&a);
}

/* Partner "b", of a kind; "node" has an agreement with us ("a") on indicators up to GREEN. */
static inline void
kit_open(struct sync_kit *k, const char *name, const char *kind, enum sync_direction direction, int port)
{
	struct agreement_party us = kit_party(S("a")), them = kit_party(S("b"));
	struct partner p = { .id = S("b"), .kind = slice_of_str(kind), .has_key = true, .key = them.key };
	char url[64];
	struct sync x = { .partner = S("b"), .remote = S("c"), .local = S("local"), .direction = direction, .purpose = PURPOSE_PROTECT, .every_s = 300 };
	struct err e = ERR_INIT;

	*k = (struct sync_kit){ .node = NODE_NONE };
	arena_init(&k->a, 1 << 20);
	k->node.store = open_new(name);
	(void)snprintf(k->node.dir, sizeof(k->node.dir), "%s", test_dir());
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/r/", port);
	x.url = slice_of_str(url);
	CHECK_OK(party_self_put(k->node.store, S("a"), &us.key, &e), &e);
	CHECK_OK(partner_put(k->node.store, &p, false, T0, &e), &e);
	if (strcmp(kind, "node") == 0)
		agreement_kept(k->node.store, &(struct kit_text){ .id = "one", .kind = AGREEMENT_TECHNICAL }, "open 0; sign a 1; sign b 2");
	CHECK_OK(sync_add(k->node.store, &x, NOW, &k->id, &e), &e);
}

static inline void
kit_close(struct sync_kit *k)
{
	listed_free(&k->node.listed);
	warnings_free(&k->node.warnings);
	store_close(&k->node.store);
	arena_fini(&k->a);
}

/* Once; how it stands then. */
static inline struct sync
kit_sync(struct sync_kit *k)
{
	const struct sync_hooks hooks = { .stop = NULL };
	struct ids ids = { 0 };
	struct sync_run *run;
	struct err e = ERR_INIT;
	struct sync x = { 0 };

	CHECK_OK(sync_run_new(&k->node, &hooks, &run, &e), &e);
	ids_add(&ids, k->id);
	sync_run_add(run, &ids);
	while (sync_run_count(run) > 0)
		sync_run_step(run, NULL, 0, 500);
	sync_run_free(&run);
	ids_fini(&ids);
	arena_reset(&k->a);
	CHECK_OK(sync_get(k->node.store, k->id, &k->a, &x, &e), &e);
	return x;
}

static inline int64_t
kit_number(struct sync_kit *k, const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	CHECK_OK(db_number(store_db(k->node.store), sql, &n, &e), &e);
	return n;
}

#define KIT_OBJECTS "SELECT count(*) FROM collection_object"

/* Of an address that no warning list has: such are not pushed. */
static inline void
indicator_put(struct buf *b, unsigned n, const char *tlp)
{
	buf_printf(b, "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-%012u\",\"created\":\"2026-01-01T00:00:00.000Z\","
	    "\"modified\":\"2026-01-01T00:00:00.000Z\",\"pattern\":\"[ipv4-addr:value = '45.155.205.%u']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\","
	    "\"object_marking_refs\":[\"%.*s\"]}", n, n % 256, SLICE_ARG(stix_tlp_id(strcmp(tlp, "CLEAR") == 0 ? TLP_CLEAR : strcmp(tlp, "GREEN") == 0 ? TLP_GREEN : TLP_AMBER)));
}

/* --- what scripts have in common ------------------------------------------------------- */

#define FIRST_LAST "X-TAXII-Date-Added-First: 2026-04-01T00:00:00.000001Z\r\nX-TAXII-Date-Added-Last: 2026-04-01T00:00:00.000009Z\r\n"
#define COLLECTION "{\"id\":\"91a7b528-80eb-42ed-a74d-c6fbd5a26116\",\"title\":\"c\",\"can_read\":true,\"can_write\":true,\"media_types\":[\"application/stix+json;version=2.1\"]}"
#define OBJECTS "GET /r/collections/c/objects/"

static inline bool
is(const struct asked *a, const char *begin)
{
	return strncmp(a->target, begin, strlen(begin)) == 0;
}

static inline bool
says(const struct asked *a, const char *text)
{
	return strstr(a->target, text) != NULL;
}

/* What every server has in common. */
static inline bool
usual(const struct asked *a, struct buf *out)
{
	if (is(a, OBJECTS) || is(a, "POST ") || is(a, "GET /r/status/"))
		return false;
	if (is(a, "GET /r/collections/c/"))
		answer(out, "200 OK", TAXII, S(COLLECTION));
	else if (strcmp(a->target, "GET /r/") == 0)
		answer(out, "200 OK", TAXII, S("{\"title\":\"x\",\"versions\":[\"application/taxii+json;version=2.1\"],\"max_content_length\":5000}"));
	else
		answer(out, "404 Not Found", TAXII, S("{\"title\":\"nothing\"}"));
	return true;
}

/* One of each mark. */
static inline void
marks(const struct asked *a, struct buf *out)
{
	struct buf b;

	if (usual(a, out))
		return;
	buf_init(&b, 1 << 16);
	buf_str(&b, "{\"objects\":[");
	indicator_put(&b, 1, "CLEAR");
	buf_byte(&b, ',');
	indicator_put(&b, 2, "GREEN");
	buf_byte(&b, ',');
	indicator_put(&b, 3, "AMBER");
	buf_str(&b, "]}");
	answer(out, "200 OK", TAXII FIRST_LAST, buf_view(&b));
	buf_fini(&b);
}

#endif
