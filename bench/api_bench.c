/*
 * api_bench: what the pages of the API cost on a node as it stands:
 * api_bench NODE [TIMES [COLUMNS]]. Wall and processor time of the best of TIMES
 * runs, by the function that a web process calls, without HTTP. With "columns"
 * they are made first, as the keeper does; with "none" they are not looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "server/api.h"
#include "store/findings.h"

/* Every kind of question that a page asks; at ten million findings none may cost over 200 ms. */
static const char *const pages[] = {
	"GET /api/v1/findings", "GET /api/v1/findings?order=id", "GET /api/v1/findings?order=count", "GET /api/v1/findings?order=first",
	"GET /api/v1/findings?limit=1000", "GET /api/v1/findings?cursor=l1795600000.5000000000000000",
	"GET /api/v1/findings?state=open", "GET /api/v1/findings?state=resolved", "GET /api/v1/findings?state=open&order=id",
	"GET /api/v1/findings?country=ZZ", "GET /api/v1/findings?country=ES", "GET /api/v1/findings?country=ES&state=open&class=infected-system&taxonomy=malicious-code",
	"GET /api/v1/findings?asn=64500", "GET /api/v1/findings?asn=64500&order=id", "GET /api/v1/findings?asn=1&order=id",
	"GET /api/v1/findings?class=infected-system&order=id", "GET /api/v1/findings?class=phishing&order=id",
	"GET /api/v1/findings?prefix=100.0.0.0/24", "GET /api/v1/findings?prefix=100.0.0.0/16", "GET /api/v1/findings?prefix=100.0.0.0/8",
	"GET /api/v1/findings?prefix=0.0.0.0/0", "GET /api/v1/findings?prefix=2001:db8::/32",
	"GET /api/v1/findings?report=1", "GET /api/v1/findings?feed=microsoft", "GET /api/v1/findings?since=2026-11-25T00:00:00Z&new_since=2026-11-20T00:00:00Z",
	"GET /api/v1/findings?text=necurs", "GET /api/v1/findings?text=example", "GET /api/v1/findings?text=nothing-like-it", "GET /api/v1/findings?text=nothing-like-it&order=id",
	"GET /api/v1/findings/count", "GET /api/v1/findings/count?country=ES", "GET /api/v1/findings/count?asn=1", "GET /api/v1/findings/count?text=nothing-like-it",
	"GET /api/v1/overview", "GET /api/v1/stats?by=day", "GET /api/v1/stats?by=country", "GET /api/v1/stats?by=asn", "GET /api/v1/stats?by=class",
	"GET /api/v1/stats?by=taxonomy", "GET /api/v1/stats?by=feed", "GET /api/v1/stats?by=state", "GET /api/v1/stats?by=state&class=infected-system",
	"GET /api/v1/stats?by=state&asn=64500", "GET /api/v1/reports", "GET /api/v1/reports/1", "GET /api/v1/contacts", "GET /api/v1/networks", "GET /api/v1/notices",
	"GET /api/v1/lookup?q=100.0.0.1", "GET /api/v1/lookup?q=100.0.0.0/8", "GET /api/v1/lookup?q=0.0.0.0/0", "GET /api/v1/lookup?q=2001:db8::/32",
	"GET /api/v1/lookup?q=AS64500", "GET /api/v1/lookup?q=host.example.net",
	"GET /api/v1/export/findings.csv?asn=1", "GET /api/v1/export/findings.csv?country=ES", "GET /api/v1/contacts/off", "GET /api/v1/notices/answers", "GET /api/v1/openapi.json",
};

static double
cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
ask(struct api *a, const char *page, double *wall_ms, double *used_ms, size_t *bytes)
{
	static const struct who who = { .kind = WHO_HERE, .name = S_INIT("bench"), .rights = WHO_RIGHTS_ALL };
	struct slice rest = slice_of_str(page), method;
	struct api_request r = { .method = API_GET, .body_fd = -1, .who = &who, .lang = LANG_EN, .now_s = clock_now_s() };
	struct api_response out;
	struct err e = ERR_INIT;
	int64_t begun;
	double used;
	bool end;
	int status;

	(void)slice_cut(&rest, ' ', &method);
	r.query = rest;
	(void)slice_cut(&r.query, '?', &r.path);
	api_response_init(&out);
	begun = clock_mono_ns();
	used = cpu_ms();
	api_handle(a, &r, &out);
	/* Of an export, the first page. */
	if (out.more != NULL && !out.more(out.more_cookie, &out.body, &end, &e))
		fprintf(stderr, "%s: %s\n", page, e.text);
	*used_ms = cpu_ms() - used;
	*wall_ms = (double)(clock_mono_ns() - begun) / 1e6;
	*bytes = out.body.len;
	status = out.status;
	api_response_fini(&out);
	return status;
}

/* As the keeper makes them when it is idle. */
static bool
columns_make(const char *dir, struct err *e)
{
	struct node n = NODE_NONE;
	int64_t begun = clock_mono_ns();
	double used = cpu_ms();
	bool more = true, ok = node_open(dir, NODE_WRITE, &n, e) && dir_make(node_path(&n, "columns"), e) && store_columns_keep(n.store, e);

	while (ok && more)
		ok = store_columns_work(n.store, 1, &more, e);
	if (ok)
		printf("columns made or taken over: %.0f ms, %.0f ms cpu\n", (double)(clock_mono_ns() - begun) / 1e6, cpu_ms() - used);
	node_close(&n);
	return ok;
}

int
main(int argc, char **argv)
{
	struct node n = NODE_NONE;
	struct api a = { .node = &n };
	struct err e = ERR_INIT;
	int times = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;

	const char *columns = argc > 3 ? argv[3] : "";

	if (argc < 2 || (strcmp(columns, "columns") == 0 && !columns_make(argv[1], &e)) || !node_open(argv[1], NODE_READ, &n, &e)) {
		fprintf(stderr, "api_bench NODE [TIMES [COLUMNS]]: %s\n", e.text);
		return 2;
	}
	if (strcmp(columns, "none") == 0)
		store_columns_open(n.store, "/nowhere");
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		double wall = 1e9, used = 1e9, w, u;
		size_t bytes = 0;
		int status = 0;

		for (int k = 0; k < times; k++) {
			status = ask(&a, pages[i], &w, &u, &bytes);
			wall = w < wall ? w : wall;
			used = u < used ? u : used;
		}
		printf("%3d %8.1f ms %8.1f ms cpu %8zu bytes  %s\n", status, wall, used, bytes, pages[i]);
	}
	api_fini(&a);
	node_close(&n);
	return 0;
}
