/*
 * A report of any format: recognised, unpacked and read as in a reader. The
 * first byte chooses a name, so that formats known by name are reached too.
 */
#include "intake/intake.h"
#include "intake/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	struct buf *b = cookie;

	(void)e;
	buf_clear(b);
	event_encode(ev, NULL, b);
	event_to_json(ev, b);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct slice names[] = { S_INIT(""), S_INIT("2026-01-01-scan_http-x.csv"),
		S_INIT("event4_honeypot_http_scan.csv"), S_INIT("scan_exchange.csv"),
		S_INIT("compromised_website.csv"), S_INIT("x.csv.gz"), S_INIT("x.eml"), S_INIT("x.json") };
	static struct intake_tables *tables;
	struct err e = ERR_INIT;
	struct source src;
	struct intake in;
	struct buf b;
	bool ok;

	if (n == 0)
		return 0;
	if (tables == NULL) {
		intake_warmup();
		tables = intake_tables_new();
	}
	buf_init(&b, (size_t)64 << 20);
	intake_init(&in);
	in.tables = tables;
	in.name = names[p[0] % (sizeof(names) / sizeof(names[0]))];
	/* Small enough that a bomb is found out quickly. */
	in.limits.unpacked_bytes = (uint64_t)8 << 20;
	in.limits.document_bytes = (size_t)1 << 20;
	in.limits.parts = 50;
	in.sink = (struct intake_sink){ .cookie = &b, .event = take_event };
	source_of_slice(&src, slice_of(p + 1, n - 1));
	ok = intake_read(&in, &src, &e);
	(void)ok;
	intake_fini(&in);
	buf_fini(&b);
	return 0;
}
