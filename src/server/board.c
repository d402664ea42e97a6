#include "server/board.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/finding.h"

/* Longer without a sign of life, and it does not answer: the largest batch takes a fraction of it. */
#define BEAT_MS_MAX 15000

const char *const board_notice_states[8] = { "draft", "queued", "sending", "sent", "failed", "refused", "uncertain", "withdrawn" };

/* Upper bounds of the classes of times; the last is all. */
static const uint32_t times_us[BOARD_TIMES - 1] = { 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 2500000, 10000000 };

bool
board_make(struct board **out, struct err *e)
{
	void *p = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return err_sys(e, "memory that the processes share");
	*out = p;
	return true;
}

void
board_time(struct board_web *w, uint64_t us)
{
	size_t i = 0;

	while (i < BOARD_TIMES - 1 && us > times_us[i])
		i++;
	board_add(&w->times[i], 1);
	board_add(&w->times_count, 1);
	board_add(&w->times_us, us);
}

void
board_beat(struct board *b)
{
	board_put(&b->keeper.beat_ms, (uint64_t)(clock_mono_ns() / 1000000));
}

bool
board_keeper_alive(const struct board *b)
{
	uint64_t beat = board_get(&b->keeper.beat_ms), now = (uint64_t)(clock_mono_ns() / 1000000);

	return board_get(&b->keeper.pid) != 0 && beat != 0 && now < beat + BEAT_MS_MAX;
}

void
board_web_gone(struct board_web *w)
{
	board_put(&w->pid, 0);
	board_put(&w->memory, 0);
	board_put(&w->open, 0);
	board_put(&w->streams, 0);
	board_put(&w->waiting, 0);
}

void
board_memory(board_number *n, int statm_fd)
{
	char text[128];
	ssize_t len = statm_fd < 0 ? -1 : pread(statm_fd, text, sizeof(text) - 1, 0);
	struct slice rest = slice_of(text, len < 0 ? 0 : (size_t)len), first, part;
	uint64_t pages;

	/* The second number is what lies in memory. */
	if (slice_cut(&rest, ' ', &first) && slice_cut(&rest, ' ', &part) && slice_u64(part, &pages))
		board_put(n, pages * (uint64_t)sysconf(_SC_PAGESIZE));
}

/* --- the text ---------------------------------------------------------------------- */

static void
head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP entente_%s %s\n# TYPE entente_%s %s\n", name, help, name, type);
}

static void
one(struct buf *b, const char *name, const char *type, const char *help, uint64_t v)
{
	head(b, name, type, help);
	buf_printf(b, "entente_%s %" PRIu64 "\n", name, v);
}

static uint64_t
sum(const struct board *b, size_t offset)
{
	uint64_t n = 0;

	for (size_t i = 0; i < BOARD_WEBS; i++)
		n += board_get((const board_number *)(const void *)((const char *)&b->webs[i] + offset));
	return n;
}

#define SUM(member) sum(b, offsetof(struct board_web, member))

static void
http(const struct board *b, struct buf *out)
{
	uint64_t below = 0;

	one(out, "http_connections_total", "counter", "Connections taken.", SUM(connections));
	one(out, "http_connections", "gauge", "Connections open now.", SUM(open));
	one(out, "http_refused_total", "counter", "Connections and requests refused by a limit.", SUM(refused));
	one(out, "http_bytes_received_total", "counter", "Bytes received.", SUM(bytes_in));
	one(out, "http_bytes_sent_total", "counter", "Bytes sent.", SUM(bytes_out));
	one(out, "http_streams", "gauge", "Streams of server-sent events open now.", SUM(streams));
	head(out, "http_requests_total", "counter", "Requests answered, by the class of their status.");
	for (size_t i = 1; i < 6; i++)
		buf_printf(out, "entente_http_requests_total{status=\"%zuxx\"} %" PRIu64 "\n", i,
		    sum(b, offsetof(struct board_web, status) + i * sizeof(board_number)));
	head(out, "http_seconds", "histogram", "How long answers took to make.");
	for (size_t i = 0; i < BOARD_TIMES; i++) {
		below += sum(b, offsetof(struct board_web, times) + i * sizeof(board_number));
		if (i < BOARD_TIMES - 1)
			buf_printf(out, "entente_http_seconds_bucket{le=\"%g\"} %" PRIu64 "\n", times_us[i] / 1e6, below);
		else
			buf_printf(out, "entente_http_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", below);
	}
	buf_printf(out, "entente_http_seconds_sum %.6f\nentente_http_seconds_count %" PRIu64 "\n",
	    (double)SUM(times_us) / 1e6, SUM(times_count));
}

/* What was not counted yet is not shown: unknown is no zero. */
static void
store(const struct board *b, struct buf *out)
{
	if (board_get(&b->store.at_s) == 0)
		return;
	head(out, "reports", "gauge", "Reports by state.");
	for (size_t i = 0; i < REPORT_STATE_COUNT; i++)
		buf_printf(out, "entente_reports{state=\"%s\"} %" PRIu64 "\n", report_state_name((enum report_state)i), board_get(&b->store.reports[i]));
	one(out, "report_bytes", "gauge", "Bytes of all reports as received.", board_get(&b->store.bytes));
	one(out, "events", "gauge", "Events stored.", board_get(&b->store.events));
	one(out, "bad_records", "gauge", "Records set aside.", board_get(&b->store.bad));
	head(out, "findings", "gauge", "Findings by state.");
	for (size_t i = 0; i < FINDING_STATE_COUNT; i++)
		buf_printf(out, "entente_findings{state=\"%s\"} %" PRIu64 "\n", finding_state_name((enum finding_state)i), board_get(&b->store.findings[i]));
	head(out, "notices", "gauge", "Notices by state.");
	for (size_t i = 0; i < 8; i++)
		buf_printf(out, "entente_notices{state=\"%s\"} %" PRIu64 "\n", board_notice_states[i], board_get(&b->store.notices[i]));
	one(out, "counted_timestamp_seconds", "gauge", "When the store was counted last.", board_get(&b->store.at_s));
	head(out, "count_seconds", "gauge", "How long counting the store took.");
	buf_printf(out, "entente_count_seconds %.3f\n", (double)board_get(&b->store.took_ms) / 1e3);
}

static void
herald(const struct board *b, struct buf *out)
{
	const struct { const char *result; const board_number *n; } rows[] = { { "sent", &b->herald.sent }, { "deferred", &b->herald.later },
		{ "refused", &b->herald.refused }, { "uncertain", &b->herald.uncertain }, { "withdrawn", &b->herald.withdrawn } };

	one(out, "herald_up", "gauge", "1: the process that sends notices is there.", board_get(&b->herald.pid) != 0);
	one(out, "herald_queue", "gauge", "Orders to send that are not done; entente_notices has the notices that wait.", board_get(&b->herald.asked));
	one(out, "herald_working", "gauge", "1: notices are being sent.", board_get(&b->herald.working));
	head(out, "herald_messages_total", "counter", "Notices that a way out was tried for, or that were taken back, by what came of it.");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		buf_printf(out, "entente_herald_messages_total{result=\"%s\"} %" PRIu64 "\n", rows[i].result, board_get(rows[i].n));
	one(out, "herald_runs_total", "counter", "Times that it went through what was to be sent.", board_get(&b->herald.runs));
	one(out, "herald_errors_total", "counter", "Times that it could not: the log says why.", board_get(&b->herald.errors));
	if (board_get(&b->herald.last_s) == 0)
		return;
	one(out, "herald_last_run_timestamp_seconds", "gauge", "When it went through them last.", board_get(&b->herald.last_s));
	head(out, "herald_last_run_seconds", "gauge", "How long that took.");
	buf_printf(out, "entente_herald_last_run_seconds %.3f\n", (double)board_get(&b->herald.last_ms) / 1e3);
}

static void
courier(const struct board *b, struct buf *out)
{
	one(out, "courier_up", "gauge", "1: the process that exchanges objects with partners is there.", board_get(&b->courier.pid) != 0);
	one(out, "courier_exchanges", "gauge", "Exchanges under way, or about to begin.", board_get(&b->courier.working));
	head(out, "courier_objects_total", "counter", "Objects that came from partners, and that went to them.");
	buf_printf(out, "entente_courier_objects_total{direction=\"poll\"} %" PRIu64 "\nentente_courier_objects_total{direction=\"push\"} %" PRIu64 "\n",
	    board_get(&b->courier.received), board_get(&b->courier.sent));
	one(out, "courier_runs_total", "counter", "Times that an exchange went well to its end.", board_get(&b->courier.runs));
	one(out, "courier_failures_total", "counter", "Times that one failed: the log, and the list of exchanges, say why.", board_get(&b->courier.failures));
	if (board_get(&b->courier.last_s) != 0)
		one(out, "courier_last_run_timestamp_seconds", "gauge", "When one was over last.", board_get(&b->courier.last_s));
}

static void
processes(const struct board *b, struct buf *out)
{
	head(out, "resident_memory_bytes", "gauge", "Memory of each process.");
	if (board_get(&b->keeper.pid) != 0)
		buf_printf(out, "entente_resident_memory_bytes{role=\"keeper\"} %" PRIu64 "\n", board_get(&b->keeper.memory));
	if (board_get(&b->herald.pid) != 0)
		buf_printf(out, "entente_resident_memory_bytes{role=\"herald\"} %" PRIu64 "\n", board_get(&b->herald.memory));
	if (board_get(&b->courier.pid) != 0)
		buf_printf(out, "entente_resident_memory_bytes{role=\"courier\"} %" PRIu64 "\n", board_get(&b->courier.memory));
	for (size_t i = 0; i < BOARD_WEBS; i++) {
		if (board_get(&b->webs[i].pid) != 0)
			buf_printf(out, "entente_resident_memory_bytes{role=\"web\",slot=\"%zu\"} %" PRIu64 "\n", i, board_get(&b->webs[i].memory));
	}
	head(out, "restarts_total", "counter", "Processes that died and were started again.");
	buf_printf(out, "entente_restarts_total{role=\"keeper\"} %" PRIu64 "\n", board_get(&b->keeper.restarts));
	buf_printf(out, "entente_restarts_total{role=\"herald\"} %" PRIu64 "\n", board_get(&b->herald.restarts));
	buf_printf(out, "entente_restarts_total{role=\"courier\"} %" PRIu64 "\n", board_get(&b->courier.restarts));
	buf_printf(out, "entente_restarts_total{role=\"web\"} %" PRIu64 "\n", board_get(&b->web_restarts));
}

void
board_metrics(const struct board *b, struct buf *out)
{
	uint64_t now = (uint64_t)clock_now_s(), started = board_get(&b->started_s);

	head(out, "build_info", "gauge", "The version that runs.");
	buf_printf(out, "entente_build_info{version=\"%s\"} 1\n", ENTENTE_VERSION);
	one(out, "uptime_seconds", "gauge", "Since the server was started.", now > started ? now - started : 0);
	one(out, "config_loaded_timestamp_seconds", "gauge", "When the configuration was read last.", board_get(&b->loaded_s));
	one(out, "keeper_up", "gauge", "1: the process that writes answers.", board_keeper_alive(b) ? 1 : 0);
	one(out, "keeper_queue", "gauge", "Requests that wait in the keeper.", board_get(&b->keeper.queue));
	one(out, "keeper_waiting", "gauge", "Requests of web processes that wait for the keeper.", SUM(waiting));
	one(out, "keeper_requests_total", "counter", "Requests answered by the keeper.", board_get(&b->keeper.requests));
	one(out, "keeper_working", "gauge", "1: reports are being read.", board_get(&b->keeper.working));
	one(out, "reports_read_total", "counter", "Reports read since the server was started.", board_get(&b->keeper.taken));
	http(b, out);
	herald(b, out);
	courier(b, out);
	store(b, out);
	processes(b, out);
}
