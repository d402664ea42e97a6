/*
 * desk_verify: is what the desk holds what was written? Each version by its hash,
 * its place in the chain and its line in the audit log; the list by the last
 * versions. That the log is whole, its own chain says (audit_verify()).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/lang.h"
#include "store/desk_room.h"

const char *
desk_fault_text(enum desk_fault f)
{
	switch (f) {
	case DESK_WHOLE:
		return "";
	case DESK_VERSION_CHANGED:
		return N_("it is not what was written");
	case DESK_VERSION_MISSING:
		return N_("it is missing, or was put between others");
	case DESK_LIST_OTHER:
		return N_("it is the last one, and the list says something else");
	case DESK_UNLOGGED:
		return N_("the audit log does not tell of it");
	case DESK_LOG_OTHER:
		return N_("the audit log tells of it, and it is not there");
	}
	return "";
}

struct check {
	struct store *s;
	struct arena *a;
	struct desk_verdict *out;
	struct slice record; /* the one before, in id */
	char id[DESK_ID_MAX];
	struct sha256 sha;
	uint32_t version;
	struct stmt *list;
	/* what the audit log says of versions: hashes of (record, detail), sorted; seed: nobody makes two alike */
	uint64_t *log, seed;
	size_t log_count;
};

static void
fault(struct check *c, enum desk_fault f, struct slice record, uint32_t version)
{
	if (c->out->fault == DESK_WHOLE) {
		c->out->fault = f;
		c->out->record = arena_copy(c->a, record);
		c->out->version = version;
	}
}

/* The row of the list of the record whose versions have just ended. */
static bool
list_check(struct check *c, struct err *e)
{
	enum step step;

	if (c->record.p == NULL)
		return true;
	stmt_text(c->list, 1, c->record);
	step = stmt_step(c->list, e);
	if (step == STEP_FAIL)
		return false;
	if (step == STEP_END || stmt_col_i64(c->list, 0) != c->version)
		fault(c, DESK_LIST_OTHER, c->record, c->version);
	stmt_reset(c->list);
	return true;
}

static uint64_t
line_hash(const struct check *c, struct slice record, struct slice detail)
{
	return hash64(detail, hash64(record, c->seed));
}

static int
by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool
log_load(struct check *c, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	if (getrandom(&c->seed, sizeof(c->seed), 0) != (ssize_t)sizeof(c->seed))
		return err_sys(e, "no random bytes");
	if (db_prepare(c->s->db, "SELECT object, detail FROM audit WHERE act >= 'desk.' AND act < 'desk/'", &q, e)) {
		while ((step = stmt_step(q, e)) == STEP_ITEM) {
			c->log = xgrown(c->log, c->log_count, sizeof(*c->log));
			c->log[c->log_count++] = line_hash(c, stmt_col(q, 0), stmt_col(q, 1));
		}
	}
	stmt_free(&q);
	if (c->log_count > 0)
		qsort(c->log, c->log_count, sizeof(*c->log), by_hash);
	return step == STEP_END;
}

static void
log_check(struct check *c, const struct desk_record *r)
{
	struct buf detail;
	uint64_t h;

	buf_init(&detail, 256);
	desk_log_detail(r, &detail);
	h = line_hash(c, r->id, buf_view(&detail));
	if (c->log_count == 0 || bsearch(&h, c->log, c->log_count, sizeof(h), by_hash) == NULL)
		fault(c, DESK_UNLOGGED, r->id, r->version);
	buf_fini(&detail);
}

static bool
version_check(struct check *c, struct stmt *q, struct arena *work, struct err *e)
{
	struct slice record = stmt_col(q, 0), sha = stmt_col(q, 2), json = stmt_col(q, 3);
	uint32_t version = (uint32_t)stmt_col_i64(q, 1);
	struct sha256 is = sha256_of(json);
	struct err ignored = ERR_INIT;
	struct desk_record r;

	if (c->record.p == NULL || !slice_eq(record, c->record)) {
		if (!list_check(c, e))
			return false;
		(void)snprintf(c->id, sizeof(c->id), "%.*s", SLICE_ARG(record));
		c->record = slice_of_str(c->id);
		c->version = 0;
		c->sha = (struct sha256){ { 0 } };
		c->out->records++;
	}
	if (sha.len != SHA256_BYTES || memcmp(sha.p, is.b, SHA256_BYTES) != 0 || !desk_doc_read(json, work, &r, &ignored) ||
	    !slice_eq(r.id, record) || r.version != version)
		fault(c, DESK_VERSION_CHANGED, record, version);
	else if (version != c->version + 1 || memcmp(&r.before, &c->sha, sizeof(c->sha)) != 0)
		fault(c, DESK_VERSION_MISSING, record, c->version + 1);
	else
		log_check(c, &r);
	c->version = version;
	c->sha = is;
	c->out->versions++;
	return true;
}

/* As many lines in the log as there are versions: else the first that has none. */
static bool
log_lines(struct check *c, struct err *e)
{
	struct stmt *q = NULL;
	enum step step;
	bool ok;

	if (c->log_count == c->out->versions || c->out->fault != DESK_WHOLE)
		return true;
	ok = db_prepare(c->s->db, "SELECT object, detail FROM audit WHERE act >= 'desk.' AND act < 'desk/'"
	    " AND NOT EXISTS (SELECT 1 FROM desk_version v WHERE v.record = audit.object AND"
	    " detail LIKE 'version ' || v.version || ' sha256:%') ORDER BY id LIMIT 1", &q, e);
	if (ok) {
		uint64_t version = 0;

		step = stmt_step(q, e);
		ok = step != STEP_FAIL;
		if (step == STEP_ITEM) {
			struct slice detail = slice_from(stmt_col(q, 1), 8), number;

			if (slice_cut(&detail, ' ', &number))
				(void)slice_u64(number, &version);
			fault(c, DESK_LOG_OTHER, stmt_col(q, 0), (uint32_t)version);
		}
	}
	stmt_free(&q);
	return ok;
}

bool
desk_verify(struct store *s, struct arena *a, struct desk_verdict *out, struct err *e)
{
	struct check c = { .s = s, .a = a, .out = out };
	enum step step = STEP_FAIL;
	struct stmt *q = NULL;
	struct arena work;
	bool ok;

	*out = (struct desk_verdict){ .fault = DESK_WHOLE };
	arena_init(&work, (size_t)16 << 20);
	ok = db_prepare(s->db, "SELECT version FROM desk_record WHERE id = ?1", &c.list, e) &&
	    log_load(&c, e) &&
	    db_prepare(s->db, "SELECT record, version, sha, json FROM desk_version ORDER BY record, version", &q, e);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		arena_reset(&work);
		ok = version_check(&c, q, &work, e);
	}
	ok = ok && step == STEP_END && list_check(&c, e) && log_lines(&c, e);
	stmt_free(&q);
	free(c.log);
	stmt_free(&c.list);
	arena_fini(&work);
	return ok;
}
