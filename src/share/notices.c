#include "share/notices.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "model/protect.h"
#include "share/compose.h"
#include "share/gate.h"
#include "share/known.h"

/* Nobody is answered within a transaction: so long is one of the walk over findings, and one of the digests. */
#define SLICE_NS INT64_C(20000000)
#define DIGESTS_NS INT64_C(150000000)
/* So many pairs are sorted, or merged, at a time: some 10 ms. */
#define PIECE ((size_t)8192)
/* A digest of more is made apart: rows by rows, with others answered between them, and then written. */
#define APART ((size_t)4000)
#define APART_ROWS 1000

/* What makes one digest: mailbox, medium, language, interval. */
static int
group_cmp(const struct prepare *p, const struct pair *x, const struct pair *y)
{
	const struct contact *a = x->contact, *b = y->contact;
	int c = slice_cmp(pair_mailbox(x), pair_mailbox(y));

	if (c == 0)
		c = slice_cmp(a->medium, b->medium);
	if (c == 0)
		c = (int)prepare_lang(p, a) - (int)prepare_lang(p, b);
	if (c == 0)
		c = (prepare_interval(p, a) > prepare_interval(p, b)) - (prepare_interval(p, a) < prepare_interval(p, b));
	return c;
}

static int
pair_cmp(const void *a, const void *b, void *cookie)
{
	const struct pair *x = a, *y = b;
	int c = group_cmp(cookie, x, y);

	if (c != 0)
		return c;
	/* The same finding by two ways is told once (pairs_once): the nearer one stays. */
	if (x->finding != y->finding)
		return x->finding < y->finding ? -1 : 1;
	if (x->contact->scope != y->contact->scope)
		return x->contact->scope < y->contact->scope ? -1 : 1;
	return (x->contact->id > y->contact->id) - (x->contact->id < y->contact->id);
}

static struct slice
notice_id(const struct prepare *p, const struct pair *pairs, size_t n, char out[32])
{
	uint64_t h = hash64(pair_mailbox(&pairs[0]), (uint64_t)(p->options->now_s));

	for (size_t i = 0; i < n; i++)
		h = hash64(slice_of(&pairs[i].finding, sizeof(int64_t)), h);
	return slice_of(out, (size_t)snprintf(out, 32, "N%016llx", (unsigned long long)h));
}

/* What the designated authority asks us for. */
static bool
reference_of(struct store *s, const struct finding_row *r, struct arena *a,
    struct compose_reference *list, size_t *count, struct err *e)
{
	char hex[SHA256_HEX + 1];
	struct report report;

	if (!class_protected(r->class))
		return true;
	if (!report_get(s, r->last.report, a, &report, e))
		return false;
	sha256_hex(&report.sha, hex);
	list[(*count)++] = (struct compose_reference){ r->id, arena_printf(a, "%lld, SHA-256 %s", (long long)report.id, hex) };
	return true;
}

/* The rows of a notice as its recipient may know them, their texts kept in a. */
static bool
rows_load(struct store *s, struct finding_walk **by_id, const struct pair *pairs, size_t n, struct arena *a,
    struct finding_row *rows, struct compose_reference *references, struct compose *c, struct err *e)
{
	size_t *count = &c->count;
	struct policy_recipient to;
	struct finding_query q = { .id = 1 }; /* each is sought */
	enum step step = STEP_ITEM;

	*count = c->reference_count = 0;
	if (*by_id == NULL && !finding_open(s, &q, by_id, e))
		return false;
	for (size_t i = 0; i < n && step != STEP_FAIL; i++) {
		struct finding_row *r = &rows[*count];

		if (i % APART_ROWS == APART_ROWS - 1 && c->apart) {
			/* Nothing is left open in the database meanwhile. */
			finding_seek(*by_id, 0);
			if (!c->options->pause(c->options->pause_cookie, e))
				return false;
		}

		finding_seek(*by_id, pairs[i].finding);
		step = finding_next(*by_id, r, e);
		if (step == STEP_ITEM) {
			r->place = arena_copy(a, r->place);
			r->identifier = arena_copy(a, r->identifier);
			r->transport = arena_copy(a, r->transport);
			r->country = arena_copy(a, r->country);
			r->feed = arena_copy(a, r->feed);
			r->label = arena_copy(a, r->label);
			contact_recipient(pairs[i].contact, &to);
			known_row(r, to.role, a);
			(*count)++;
			if (!reference_of(s, r, a, references, &c->reference_count, e))
				step = STEP_FAIL;
		}
	}
	finding_seek(*by_id, 0);
	return step != STEP_FAIL;
}

/* The answers that allowed it are logged, and the notice holds just those findings. */
static bool
write_findings(struct prepare *p, struct slice id, const struct pair *pairs, size_t n, struct err *e)
{
	int64_t before = p->transfer_id, changed = 0;

	for (size_t i = 0; i < n; i++) {
		stmt_i64(p->insert_transfer, 1, ++p->transfer_id);
		stmt_i64(p->insert_transfer, 2, p->options->now_s);
		stmt_i64(p->insert_transfer, 3, pairs[i].finding);
		stmt_text(p->insert_transfer, 4, id);
		stmt_text(p->insert_transfer, 5, pair_mailbox(&pairs[i]));
		stmt_text(p->insert_transfer, 6, slice_of_str(pairs[i].rule));
		stmt_text(p->insert_transfer, 7, slice_of_str(pairs[i].reason));
		if (!stmt_run(p->insert_transfer, NULL, e))
			return false;
	}
	stmt_text(p->insert_findings, 1, id);
	stmt_i64(p->insert_findings, 2, before);
	return stmt_run(p->insert_findings, &changed, e) &&
	    (changed == (int64_t)n || err_set(e, ERR_INTERNAL, "a notice would hold what the policy did not allow"));
}

static bool
write_notice(struct prepare *p, const struct compose *c, const struct pair *pairs, size_t n,
    struct slice message, struct err *e)
{
	const struct contact *first = pairs[0].contact;

	stmt_text(p->insert, 1, c->id);
	stmt_i64(p->insert, 2, first->id);
	stmt_text(p->insert, 3, c->to);
	stmt_text(p->insert, 4, first->medium);
	stmt_text(p->insert, 5, slice_of_str(lang_tag(c->lang)));
	stmt_text(p->insert, 6, contact_formats_name(c->formats));
	stmt_i64(p->insert, 7, p->options->now_s);
	stmt_i64(p->insert, 8, (int64_t)n);
	stmt_i64(p->insert, 9, prepare_interval(p, first));
	stmt_text(p->insert, 10, p->options->by.p == NULL ? S("") : p->options->by);
	stmt_text(p->insert_message, 1, c->id);
	stmt_blob(p->insert_message, 2, message);
	return stmt_run(p->insert, NULL, e) && stmt_run(p->insert_message, NULL, e) &&
	    write_findings(p, c->id, pairs, n, e);
}

size_t
pairs_once(struct pair *pairs, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || pairs[kept - 1].finding != pairs[i].finding)
			pairs[kept++] = pairs[i];
	}
	return kept;
}

/* Which rows of contacts lead here: they are named, and their formats joined. */
void
pairs_contacts(const struct pair *pairs, size_t n, struct compose *c)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < c->contact_count && c->contacts[k] != pairs[i].contact)
			k++;
		if (k < c->contact_count)
			continue;
		c->formats |= contact_formats(pairs[i].contact->format);
		if (c->contact_count < COMPOSE_CONTACTS_MAX)
			c->contacts[c->contact_count++] = pairs[i].contact;
	}
	c->formats = c->formats == 0 ? CONTACT_CSV : c->formats;
}

bool
pairs_compose(struct store *s, struct finding_walk **by_id, struct compose *c,
    const struct pair *pairs, size_t n, struct buf *message, struct err *e)
{
	struct finding_row *rows = xarray(n, sizeof(*rows));
	struct compose_reference *references = xarray(n, sizeof(*references));
	struct arena a;
	bool ok;

	arena_init(&a, (size_t)256 << 20);
	c->rows = rows;
	c->references = references;
	ok = rows_load(s, by_id, pairs, n, &a, rows, references, c, e) &&
	    (c->count == n || err_set(e, ERR_INTERNAL, "a finding is gone while its notice is made")) &&
	    compose_notice(c, message, e);
	c->rows = NULL;
	free(rows);
	free(references);
	arena_fini(&a);
	return ok;
}

static bool
begin(struct prepare *p, struct err *e)
{
	return p->options->plan != NULL || (db_begin(store_db(p->store), e) && gate_again(p, e));
}

/* Others may be answered behind it. */
static bool
end(struct prepare *p, bool ok, struct err *e)
{
	const struct notices_options *o = p->options;

	if (o->plan == NULL && !(ok && db_commit(store_db(p->store), e))) {
		store_rollback(p->store);
		return false;
	}
	return ok && (o->pause == NULL || o->pause(o->pause_cookie, e));
}

/* The message is there: it is written with what the policy said of each finding. */
static bool
written(struct prepare *p, struct compose *c, const struct pair *pairs, size_t n, struct slice message, struct err *e)
{
	if (!c->apart)
		return write_notice(p, c, pairs, n, message, e);
	return begin(p, e) && end(p, write_notice(p, c, pairs, n, message, e), e);
}

static bool
make(struct prepare *p, struct compose *c, const struct pair *pairs, size_t n, struct err *e)
{
	struct buf message;
	char id[32];
	bool ok;

	if (n > COMPOSE_FINDINGS_MAX)
		n = COMPOSE_FINDINGS_MAX;
	buf_init(&message, COMPOSE_BYTES_MAX);
	c->id = notice_id(p, pairs, n, id);
	ok = (p->out->notices > 0 || p->options->first == NULL || p->options->first(p->options->first_cookie, e)) &&
	    pairs_compose(p->store, &p->by_id, c, pairs, n, &message, e) && written(p, c, pairs, n, buf_view(&message), e);
	p->out->notices += ok;
	p->out->told += ok ? n : 0;
	buf_fini(&message);
	return ok;
}

/* One digest: n pairs of one group. All ways by which it is told are named, each finding stands once. */
static bool
digest(struct prepare *p, struct pair *pairs, size_t n, bool apart, struct err *e)
{
	const struct contact *first = pairs[0].contact;
	struct compose c = { .options = p->options, .to = pair_mailbox(&pairs[0]), .lang = prepare_lang(p, first), .apart = apart };
	int64_t next_s;

	if (!gate_due(p, first, c.to, &next_s, e))
		return false;
	p->out->waiting += next_s != 0;
	pairs_contacts(pairs, n, &c);
	n = pairs_once(pairs, n);
	if (p->options->plan != NULL) {
		struct notice_plan plan = { .email = c.to, .medium = first->medium, .format = contact_formats_name(c.formats),
			.lang = c.lang, .interval_s = prepare_interval(p, first), .findings = n, .next_s = next_s };

		p->out->notices += next_s == 0;
		p->out->told += next_s == 0 ? n : 0;
		return p->options->plan(p->options->cookie, &plan, e);
	}
	return next_s != 0 || make(p, &c, pairs, n, e);
}

/* --- in slices ------------------------------------------------------------------------- */

static bool
silence(struct prepare *p, struct err *e)
{
	const struct notices_options *o = p->options;
	struct silence_slice s = { .now_s = o->now_s };

	while (o->silence && o->plan == NULL && !s.end) {
		if (!store_silence_slice(p->store, &s, e) || (o->pause != NULL && !o->pause(o->pause_cookie, e)))
			return false;
	}
	return true;
}

/* Findings behind *after, until the slice is over. */
static bool
walk_slice(struct prepare *p, struct finding_query *q, bool *end_out, struct err *e)
{
	int64_t begun_ns = clock_mono_ns();
	struct finding_walk *w = NULL;
	struct finding_row row;
	enum step step;

	if (!finding_open(p->store, q, &w, e))
		return false;
	while ((step = finding_next(w, &row, e)) == STEP_ITEM) {
		q->after_id = row.id;
		if (!gate_consider(p, &row, e)) {
			step = STEP_FAIL;
			break;
		}
		if (clock_mono_ns() - begun_ns > SLICE_NS)
			break;
	}
	finding_close(&w);
	*end_out = step == STEP_END;
	return step != STEP_FAIL;
}

static bool
walk(struct prepare *p, struct err *e)
{
	/* What a plan does not sweep counts as silent all the same. */
	struct finding_query q = { .order = FINDING_BY_ID, .now_s = p->options->silence ? p->options->now_s : 0,
		.states = 1u << FINDING_NEW | 1u << FINDING_RETURNED | 1u << FINDING_NOTIFIED };
	bool done = false;

	while (!done) {
		if (!begin(p, e) || !end(p, walk_slice(p, &q, &done, e), e))
			return false;
	}
	return true;
}

static size_t
group(const struct prepare *p, const struct pair *pairs, size_t n)
{
	size_t i = 1;

	while (i < n && group_cmp(p, &pairs[0], &pairs[i]) == 0)
		i++;
	return i;
}

/* Holding tens of thousands of findings, it is made where others can be answered: no transaction is open then. */
static bool
is_large(const struct prepare *p, size_t n)
{
	return n > APART && p->options->plan == NULL && p->options->pause != NULL;
}

/* Digests from *at on, until the slice is over: a transaction each would write the same pages again and again. */
static bool
digests_slice(struct prepare *p, size_t *at, struct err *e)
{
	int64_t begun_ns = clock_mono_ns();
	size_t n;

	for (; *at < p->count && clock_mono_ns() - begun_ns < DIGESTS_NS; *at += n) {
		n = group(p, p->pairs + *at, p->count - *at);
		if (is_large(p, n))
			break;
		if (!digest(p, p->pairs + *at, n, false, e))
			return false;
	}
	return true;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool
pause_between(const struct prepare *p, struct err *e)
{
	return p->options->pause == NULL || p->options->pause(p->options->pause_cookie, e);
}

/* The next of two runs that are in order, up to n of them, to out. */
static void
merge(const struct prepare *p, const struct pair **a, const struct pair *a_end, const struct pair **b, const struct pair *b_end,
    struct pair *out, size_t n)
{
	void *cookie = (void *)(uintptr_t)p;

	for (size_t i = 0; i < n; i++)
		out[i] = *b == b_end || (*a != a_end && pair_cmp(*a, *b, cookie) <= 0) ? *(*a)++ : *(*b)++;
}

/* Runs of width pairs in p->pairs, two and two, to out: others are answered every PIECE of them. */
static bool
merge_pass(struct prepare *p, size_t width, struct pair *out, struct err *e)
{
	for (size_t at = 0; at < p->count; at += 2 * width) {
		const struct pair *a = p->pairs + at, *a_end = p->pairs + least(at + width, p->count);
		const struct pair *b = a_end, *b_end = p->pairs + least(at + 2 * width, p->count);

		for (size_t done = at, end = (size_t)(b_end - p->pairs), n; done < end; done += n) {
			n = least(PIECE, end - done);
			merge(p, &a, a_end, &b, b_end, out + done, n);
			if (!pause_between(p, e))
				return false;
		}
	}
	return true;
}

/* A million of them take seconds: nobody has to wait for it. */
static bool
sort(struct prepare *p, struct err *e)
{
	struct pair *from, *to;
	bool ok = true;

	for (size_t at = 0; at < p->count && ok; at += PIECE) {
		qsort_r(p->pairs + at, least(PIECE, p->count - at), sizeof(*p->pairs), pair_cmp, p);
		ok = pause_between(p, e);
	}
	if (!ok || p->count <= PIECE)
		return ok;
	to = xarray(p->count, sizeof(*to));
	for (size_t width = PIECE; width < p->count && ok; width *= 2) {
		ok = merge_pass(p, width, to, e);
		from = p->pairs;
		p->pairs = to;
		to = from;
	}
	free(to);
	p->cap = p->count;
	return ok;
}

static bool
digests(struct prepare *p, struct err *e)
{
	size_t at = 0;

	if (!sort(p, e))
		return false;
	while (at < p->count) {
		size_t n = group(p, p->pairs + at, p->count - at);

		if (is_large(p, n)) {
			if (!digest(p, p->pairs + at, n, true, e))
				return false;
			at += n;
		} else if (!begin(p, e) || !end(p, digests_slice(p, &at, e), e)) {
			return false;
		}
	}
	return true;
}

bool
notices_prepare(struct store *s, const struct contacts *c,
    const struct notices_options *o, struct notices_summary *out, struct err *e)
{
	struct prepare p = { .store = s, .contacts = c, .options = o, .out = out };
	bool durable = db_is_durable(store_db(s)), ok;

	if (o->mail.len == 0)
		return err_set(e, ERR_INPUT, "notices need a sender: set mail in entente.conf");
	/* What a power cut takes is made again; sending waits for the disk, and what came before is then there. */
	ok = db_durable(store_db(s), false, e) && silence(&p, e) && prepare_init(&p, e) && walk(&p, e) && digests(&p, e);
	prepare_fini(&p);
	return db_durable(store_db(s), durable, e) && ok;
}
