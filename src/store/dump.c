/*
 * dump: what a store holds, as text that two stores can be compared by.
 */
#include <inttypes.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/findings.h"
#include "store/store_room.h"

#define CHUNK ((size_t)64 << 10)

static void
put_text(struct buf *b, struct slice s)
{
	buf_byte(b, '\t');
	slice_quote(b, s, 4096);
}

static void
put_number(struct buf *b, int64_t v)
{
	buf_byte(b, '\t');
	buf_i64(b, v);
}

static void
put_at(struct buf *b, const struct finding_at *at)
{
	put_number(b, at->report);
	put_number(b, (int64_t)at->offset);
	put_number(b, at->length);
	put_text(b, at->part);
}

static bool
flush(struct buf *b, size_t from, int fd, struct err *e)
{
	if (b->len < from)
		return true;
	if (!buf_ok(b))
		return err_set(e, ERR_LIMIT, "a row is too large to print");
	if (!fd_write_all(fd, buf_view(b), e))
		return false;
	buf_clear(b);
	return true;
}

static bool
dump_findings(struct store *s, struct buf *b, int fd, struct err *e)
{
	struct finding_walk *w = NULL;
	struct finding_row r;
	enum step step = STEP_FAIL;

	if (!finding_open(s, &(struct finding_query){ 0 }, &w, e))
		return false;
	while ((step = finding_next(w, &r, e)) == STEP_ITEM) {
		char id[FINDING_ID_TEXT_MAX];

		finding_id_print(r.id, id);
		buf_str(b, "finding\t");
		buf_str(b, id);
		put_text(b, class_type(r.class));
		put_text(b, r.place);
		put_text(b, r.identifier);
		put_number(b, r.port);
		put_text(b, r.transport);
		put_number(b, r.asn);
		put_text(b, r.country);
		put_number(b, r.first_s);
		put_number(b, r.last_s);
		put_number(b, (int64_t)r.count);
		put_text(b, slice_of_str(finding_state_name(r.state)));
		put_number(b, r.state_s);
		put_number(b, r.notified_s);
		put_text(b, r.feed);
		put_text(b, r.label);
		put_at(b, &r.first);
		put_at(b, &r.last);
		buf_byte(b, '\n');
		if (!flush(b, CHUNK, fd, e)) {
			step = STEP_FAIL;
			break;
		}
	}
	finding_close(&w);
	return step == STEP_END;
}

/* Statements whose rows are texts and numbers, printed as they come. */
static const struct {
	const char *name;
	const char *columns; /* t: text, n: number */
	const char *sql;
} tables[] = {
	{ "count", "nntntnn",
	    "SELECT day, class, country, asn, coalesce(text, ''), events, findings_new"
	    " FROM count_day LEFT JOIN term ON term.id = feed"
	    " ORDER BY day, class, country, asn, text" },
	{ "report", "nntnn",
	    "SELECT id, state, format, events, bad FROM report ORDER BY id" },
	{ "bad", "nttn",
	    "SELECT report, col, kind, n FROM bad_count ORDER BY report, col, kind" },
	{ "example", "nntnnntt",
	    "SELECT report, n, coalesce(text, ''), at_byte, length, line, col, reason"
	    " FROM bad_example LEFT JOIN term ON term.id = part"
	    " ORDER BY report, n" },
};

static bool
dump_table(struct store *s, size_t i, struct buf *b, int fd, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	if (!db_prepare(s->db, tables[i].sql, &q, e))
		return false;
	while ((step = stmt_step(q, e)) == STEP_ITEM) {
		buf_str(b, tables[i].name);
		for (int c = 0; tables[i].columns[c] != '\0'; c++) {
			if (tables[i].columns[c] == 't')
				put_text(b, stmt_col(q, c));
			else
				put_number(b, stmt_col_i64(q, c));
		}
		buf_byte(b, '\n');
		if (!flush(b, CHUNK, fd, e)) {
			step = STEP_FAIL;
			break;
		}
	}
	stmt_free(&q);
	return step == STEP_END;
}

bool
store_dump(struct store *s, int fd, struct err *e)
{
	struct buf b;
	bool ok;

	buf_init(&b, (size_t)1 << 20);
	ok = dump_findings(s, &b, fd, e);
	for (size_t i = 0; ok && i < sizeof(tables) / sizeof(tables[0]); i++)
		ok = dump_table(s, i, &b, fd, e);
	ok = ok && flush(&b, 1, fd, e);
	buf_fini(&b);
	return ok;
}
