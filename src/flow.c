#include "flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "attrib/networks.h"
#include "base/clock.h"
#include "base/log.h"
#include "flow_room.h"
#include "store/findings.h"

struct pending {
	struct archived archived;
	bool again; /* known bytes, and their reception counts */
	int64_t received_s;
	char *name, *feed, *format, *options;
};

bool
flow_open(const char *dir, const struct flow_options *options,
    struct flow **out, struct err *e)
{
	struct flow *f = xalloc(sizeof(*f));
	struct node conf = NODE_NONE;
	bool ok;

	f->options = *options;
	f->node.lock_fd = -1;
	arena_init(&f->arena, 1 << 20);
	arena_init(&f->guard, 1 << 16);
	/* The readers first: what is not open yet, they cannot inherit. */
	ok = node_conf_read(&conf, dir, e) && flow_reader_start(&conf, &f->reader, e) &&
	    node_open(dir, NODE_WRITE, &f->node, e);
	arena_fini(&conf.memory);
	if (!ok) {
		flow_close(&f);
		return false;
	}
	flow_aside_begin(f);
	*out = f;
	return true;
}

static void
pending_drop(struct flow *f)
{
	for (size_t i = 0; i < f->pending_count; i++) {
		free(f->pending[i].name);
		free(f->pending[i].feed);
		free(f->pending[i].format);
		free(f->pending[i].options);
	}
	f->pending_count = 0;
}

void
flow_close(struct flow **f)
{
	if (*f == NULL)
		return;
	pending_drop(*f);
	free((*f)->pending);
	ids_fini(&(*f)->later);
	flow_reader_stop(&(*f)->reader);
	node_close(&(*f)->node);
	arena_fini(&(*f)->arena);
	arena_fini(&(*f)->guard);
	indicators_free(&(*f)->indicators);
	free(*f);
	*f = NULL;
}

struct node *
flow_node(struct flow *f)
{
	return &f->node;
}

size_t
flow_pending(const struct flow *f)
{
	return f->pending_count;
}

/*
 * Known bytes of a list that holds when it is fetched: received on another day,
 * they are another observation, and the archive has to say so.
 */
static bool
receive_again(struct flow *f, struct pending *p, const struct report *said, struct slice note, struct err *e)
{
	uint32_t day = report_day(said);
	struct report first;
	struct arena a;
	bool known, found = true, ok;

	if (!p->archived.known)
		return true;
	arena_init(&a, (size_t)1 << 20);
	ok = report_find(f->node.store, &p->archived.sha, &a, &first, &known, e);
	if (ok && known && first.undated)
		ok = report_on_day(f->node.store, &p->archived.sha, day, &found, e);
	arena_fini(&a);
	p->again = ok && !found;
	return ok && (found || archive_note_add(f->node.archive, &p->archived.sha, day, note, e));
}

/* The node's own hops hold for every report, unless the command names others. */
static void
options_with_ours(struct flow *f, struct slice told, struct buf *out)
{
	struct slice trusted = f->node.conf.trusted;

	buf_put(out, told);
	if (trusted.len > 0 && intake_option_of(told, S("trusted")).p == NULL)
		buf_printf(out, "trusted=%.*s\n", SLICE_ARG(trusted));
}

bool
flow_receive(struct flow *f, struct source *src, const struct receipt *r,
    struct err *e)
{
	struct report said = { .received_s = clock_now_s(), .name = r->name, .feed = r->feed,
		.format = r->format };
	struct pending p = { .received_s = said.received_s };
	struct buf note, options;
	bool ok;

	buf_init(&note, ARCHIVE_NOTE_MAX);
	buf_init(&options, ARCHIVE_NOTE_MAX);
	options_with_ours(f, r->options, &options);
	said.options = buf_view(&options);
	report_note_print(&said, clock_order_ns(), &note);
	ok = (buf_ok(&note) && buf_ok(&options)) ||
	    err_set(e, ERR_LIMIT, "the name or the options of a report are too long");
	ok = ok && archive_put(f->node.archive, src, f->node.conf.report_bytes_max, buf_view(&note), &p.archived, e) &&
	    receive_again(f, &p, &said, buf_view(&note), e);
	if (ok) {
		p.name = xtext(r->name);
		p.feed = xtext(r->feed);
		p.format = xtext(r->format);
		p.options = xtext(said.options);
		if (f->pending_count == f->pending_cap) {
			f->pending_cap = f->pending_cap == 0 ? 64 : f->pending_cap * 2;
			f->pending = xrealloc(f->pending, f->pending_cap * sizeof(*f->pending));
		}
		f->pending[f->pending_count++] = p;
	}
	buf_fini(&note);
	buf_fini(&options);
	return ok;
}

/* Enter what lies in the archive. known_out: the report that it was before, if it was. */
static bool
enter(struct flow *f, const struct pending *p, struct arena *a, struct report *was,
    bool *known_out, int64_t *id_out, struct err *e)
{
	struct report r = { .sha = p->archived.sha, .received_s = p->received_s, .bytes = p->archived.bytes,
		.name = slice_of_str(p->name), .feed = slice_of_str(p->feed),
		.format = slice_of_str(p->format), .options = slice_of_str(p->options) }, first = r;
	int64_t order;

	if (!report_find(f->node.store, &r.sha, a, was, known_out, e))
		return false;
	*id_out = was->id;
	/* A kill came between archive and list: it is the reception of then. */
	if (!*known_out && p->archived.known)
		flow_note(&f->node, &r.sha, 0, a, &first, &order);
	if (!*known_out && first.received_s == 0)
		first = r;
	if (!*known_out && !report_add(f->node.store, &first, id_out, known_out, e))
		return false;
	return !p->again || report_add_again(f->node.store, &r, id_out, known_out, e);
}

bool
flow_commit(struct flow *f, struct flow_taken *out, struct err *e)
{
	return flow_commit_also(f, NULL, NULL, out, e);
}

bool
flow_commit_also(struct flow *f, bool (*also)(void *cookie, const struct flow_taken *taken, struct err *e),
    void *cookie, struct flow_taken *out, struct err *e)
{
	struct db *db = store_db(f->node.store);
	struct arena a;
	bool ok = true;

	*out = (struct flow_taken){ 0 };
	if (f->pending_count == 0)
		return true;
	if (!archive_commit(f->node.archive, e))
		return false;
	if (!db_durable(db, true, e) || !db_begin(db, e))
		return false;
	arena_init(&a, (size_t)4 << 20);
	for (size_t i = 0; i < f->pending_count && ok; i++) {
		const struct pending *p = &f->pending[i];
		struct report was = { 0 };
		bool known;

		ok = enter(f, p, &a, &was, &known, &out->id, e);
		out->sha = p->archived.sha;
		out->reports += ok && !known;
		out->known += ok && known;
		if (ok && known && was.id != 0 && f->options.known != NULL)
			f->options.known(f->options.cookie, &was, &(struct receipt){ slice_of_str(p->name),
			    slice_of_str(p->feed), slice_of_str(p->format), slice_of_str(p->options) });
		arena_reset(&a);
	}
	arena_fini(&a);
	ok = ok && (also == NULL || also(cookie, out, e)) && db_commit(db, e);
	if (!ok)
		store_rollback(f->node.store);
	/* What is derived can be made again: it need not wait for the disk. */
	if (!db_durable(db, false, e) || !ok)
		return false;
	pending_drop(f);
	return true;
}

bool
flow_tell_done(struct flow *f, int64_t id, struct err *e)
{
	struct report r;
	struct arena a;
	bool ok;

	if (f->options.done == NULL)
		return true;
	arena_init(&a, 1 << 16);
	ok = report_get(f->node.store, id, &a, &r, e);
	if (ok)
		f->options.done(f->options.cookie, &(struct flow_report){ .id = id, .sha = r.sha, .name = r.name,
		    .format = r.format, .state = r.state, .reason = r.reason, .bytes = r.bytes,
		    .events = r.events, .bad = r.bad });
	arena_fini(&a);
	return ok;
}

/* Read one report and store what it holds. */
static bool
work_one(struct flow *f, struct err *e)
{
	struct store *s = f->node.store;
	struct flow_read read;

	if (!report_begin(s, f->report.id, e) ||
	    !store_batch_begin(s, f->report.id, NULL, e))
		return false;
	if (flow_read_into_batch(f, &read, e))
		return store_batch_end(s, &(struct batch_end){ read.format, read.nothing, flow_undated(f, &read), f->protected }, e) &&
		    flow_tell_done(f, f->report.id, e);
	if (f->given_up) {
		bool kept = store_batch_flush(s, e);

		store_batch_drop(s);
		return kept;
	}
	if (!read.aside) {
		store_batch_drop(s);
		return false;
	}
	log_warn("report.aside", "id=%lld reason=%s cause=%s", (long long)f->report.id,
	    LOG_TEXT(e->text), LOG_TEXT(e->cause));
	/* What came before the fault is good and stays: a retry goes on behind it. */
	if (!store_batch_flush(s, e))
		return false;
	store_batch_drop(s);
	return report_aside(s, f->report.id, slice_of_str(e->text), e) &&
	    flow_tell_done(f, f->report.id, e);
}

bool
flow_stopped(const struct flow *f)
{
	return f->options.stop != NULL && *f->options.stop;
}

/* The next report that is taken and not read: first those that a kill cut off. */
static bool
next_report(struct flow *f, bool *found, struct err *e)
{
	arena_reset(&f->arena);
	return report_next(f->node.store, REPORT_READING, 0, &f->arena, &f->report, found, e) &&
	    (*found || report_next(f->node.store, REPORT_RECEIVED, 0, &f->arena, &f->report, found, e));
}

/*
 * What one report gave and the store does not take must not keep all others
 * waiting behind it: that report is set aside. A disk that fails is no report's.
 */
static bool
set_aside(struct flow *f, struct err *e)
{
	struct err why = *e;
	bool protected = f->protected;

	if (why.code == ERR_SYSTEM || why.code == ERR_DENIED || f->report.id == 0)
		return false;
	store_batch_drop(f->node.store);
	store_rollback(f->node.store);
	f->protected = false; /* that was rolled back, too */
	log_error("report.refused", "id=%lld reason=\"%s\" cause=\"%s\"", (long long)f->report.id, why.text, why.cause);
	return (!protected || flow_report_closed(f, e)) &&
	    report_aside(f->node.store, f->report.id, slice_of_str(why.text), e) && flow_tell_done(f, f->report.id, e);
}

bool
flow_together_end(struct flow *f, struct err *e)
{
	bool open = f->together > 0;

	f->together = 0;
	return !open || db_commit(store_db(f->node.store), e);
}

/* A transaction costs more than a small report: they share one. */
bool
flow_together(struct flow *f, struct err *e)
{
	bool small = f->report.bytes <= SMALL_BYTES;

	if ((!small || f->together == SMALL_TOGETHER) && !flow_together_end(f, e))
		return false;
	if (!small)
		return true;
	if (f->together == 0 && !db_begin(store_db(f->node.store), e))
		return false;
	f->together++;
	return true;
}

/*
 * What is gathered of the report at hand is in memory alone, and goes into a
 * transaction of its own where that of its neighbours was ended for this.
 */
bool
flow_pause(struct flow *f, struct err *e)
{
	if (f->options.waiting == NULL || !f->options.waiting(f->options.cookie))
		return true;
	if (!flow_together_end(f, e) || !f->options.idle(f->options.cookie, e))
		return false;
	f->given_up = flow_stopped(f);
	return !f->given_up;
}

static bool
work_all(struct flow *f, struct err *e)
{
	bool found;

	for (;;) {
		if (!flow_pause(f, e) && !f->given_up)
			return false;
		if (!next_report(f, &found, e))
			return false;
		if (!found || flow_stopped(f))
			return flow_together_end(f, e);
		if (!flow_together(f, e))
			return false;
		if (work_one(f, e))
			continue;
		if (!set_aside(f, e))
			return false;
		f->together = 0;
	}
}

bool
flow_work(struct flow *f, struct err *e)
{
	bool ok;

	if (f->working || f->held)
		return true;
	f->working = true;
	/* What is told to be read again meanwhile comes behind. */
	do
		ok = work_all(f, e) && flow_retry_bad(f, e);
	while (ok && f->later.count > 0 && !flow_stopped(f));
	f->working = false;
	if (ok && f->acts_later && !flow_stopped(f)) {
		f->acts_later = false;
		return store_acts_again(f->node.store, e);
	}
	if (ok)
		return true;
	f->together = 0;
	store_batch_drop(f->node.store);
	store_rollback(f->node.store);
	return false;
}

bool
flow_idle_only(const struct flow *f, struct err *e)
{
	return !f->working || err_set(e, ERR_CONFLICT, "a report is being read; ask again when it is done");
}

bool
flow_replay(struct flow *f, struct err *e)
{
	if (!flow_idle_only(f, e) || !store_forget_derived(f->node.store, e))
		return false;
	f->acts_later = true;
	return flow_work(f, e);
}

void
flow_hold(struct flow *f, bool on)
{
	f->held = on;
}

struct each {
	struct flow *flow;
	bool (*event)(void *cookie, const struct event *ev, struct err *e);
	void *cookie;
	uint64_t items; /* now and then it is asked who waits */
};

static bool
each_event(void *cookie, const struct event *ev, struct err *e)
{
	struct each *x = cookie;

	return (++x->items % PAUSE_EVERY != 0 || flow_others(x->flow, e)) && x->event(x->cookie, flow_guarded(x->flow, ev), e);
}

static bool
each_pause(void *cookie, struct err *e)
{
	return flow_others(((struct each *)cookie)->flow, e);
}

bool
flow_events(struct flow *f, const struct report *r,
    bool (*each)(void *cookie, const struct event *ev, struct err *e),
    void *cookie, struct err *e)
{
	struct each x = { f, each, cookie, 0 };
	struct intake_sink sink = { .cookie = &x, .event = each_event, .pause = f->options.waiting == NULL ? NULL : each_pause };
	struct flow_read read;
	struct report asked = *r;
	struct arena a;
	bool ok;
	int fd;

	if (!archive_fd(f->node.archive, &r->sha, &fd, e))
		return false;
	arena_init(&a, 1 << 20);
	asked.format = flow_format_asked(&f->node, r, &a);
	ok = flow_reader_run(f->reader, fd, &asked, &sink, &read, &a, e);
	arena_fini(&a);
	(void)close(fd);
	return ok;
}

bool
flow_tables_load(struct flow *f, const char *path, struct err *e)
{
	return flow_reader_table(f->reader, path, e);
}

bool
flow_networks_reload(struct flow *f, struct err *e)
{
	struct networks *fresh = NULL;

	if (!networks_open(node_path(&f->node, "networks.tbl"), &fresh, e))
		return false;
	networks_close(&f->node.networks);
	f->node.networks = fresh;
	return true;
}
