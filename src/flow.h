/*
 * flow: the way of every report, on one page.
 *
 *   receive   bytes into the archive, under their SHA-256
 *   commit    on stable storage, and in the list of reports: now it is taken
 *   work      each report read in a reader, its events attributed, its
 *             findings and counts stored with how far it was read
 *
 * A kill between any two of these loses nothing that was taken and counts
 * nothing twice: work begins again at the report, the store passes over what
 * it holds already.
 */
#ifndef FLOW_H
#define FLOW_H

#include "intake/intake.h"
#include "node.h"

struct flow;

/* What is said of a report when it is received. */
struct receipt {
	struct slice name; /* the file's own name */
	struct slice feed, format, options; /* empty: not said */
};

struct flow_report {
	int64_t id;
	struct sha256 sha;
	struct slice name, format;
	enum report_state state;
	struct slice reason; /* of one set aside, or with nothing to report */
	uint64_t bytes, events, bad;
};

struct flow_options {
	/* Each report when it is done (may be NULL). */
	void (*done)(void *cookie, const struct flow_report *r);
	/* Now and then within a long one (may be NULL). */
	void (*progress)(void *cookie, struct slice name, uint64_t events);
	/* Every event as it comes, with all of its fields, and its report (may be NULL). */
	bool (*event)(void *cookie, const struct report *r, const struct event *ev, struct err *e);
	/* Bytes that were here before: as what, and what was said of them now (may be NULL). */
	void (*known)(void *cookie, const struct report *was, const struct receipt *now);
	void *cookie;
	/* Stop between two reports when it becomes true (may be NULL). */
	const volatile bool *stop;
	/*
	 * For a server, which has others to answer meanwhile (both or neither):
	 * waiting() is asked often. Where it says yes, idle() is called where no
	 * transaction is open: between reports, within a long one, while a reader
	 * takes its time. It may use the store and receive, commit and retry
	 * (which is then done behind the work that is under way) and ask for a
	 * report's events. It is called within these, too, and may then do none of
	 * them: one report is received, or asked for, at a time. With these set,
	 * stop ends a long report in the middle too: the next work goes on there.
	 */
	bool (*waiting)(void *cookie);
	bool (*idle)(void *cookie, struct err *e);
};

/*
 * Open the node at dir for writing with its readers beside it. The readers are
 * started before the store is opened, so that they hold nothing of it.
 */
bool flow_open(const char *dir, const struct flow_options *options,
    struct flow **out, struct err *e) MUST_USE;
void flow_close(struct flow **f);
struct node *flow_node(struct flow *f);

/* Take a report's bytes; not yet durable. ERR_LIMIT over the node's report_max. */
bool flow_receive(struct flow *f, struct source *src, const struct receipt *r,
    struct err *e) MUST_USE;
struct flow_taken {
	uint64_t reports, known;
	int64_t id; /* of the last one; of known bytes the report that they were */
	struct sha256 sha;
};
/* All received since the last commit is durable and listed when this returns. */
bool flow_commit(struct flow *f, struct flow_taken *out, struct err *e) MUST_USE;
/* The same, with what else is to be written in its transaction. */
bool flow_commit_also(struct flow *f, bool (*also)(void *cookie, const struct flow_taken *taken, struct err *e),
    void *cookie, struct flow_taken *out, struct err *e) MUST_USE;
/* How many wait for flow_commit(). */
size_t flow_pending(const struct flow *f);

/* Read all reports that are taken and not yet read. From idle(): true at once, they come in their turn. */
bool flow_work(struct flow *f, struct err *e) MUST_USE;
/*
 * While held, flow_work() returns at once and what it would do waits for the
 * next one: for whoever may retry and retell, but must not wait for it.
 */
void flow_hold(struct flow *f, bool on);
/*
 * Read again: reports that were set aside or had nothing to report whole, of
 * those that are done the bad records. Small ones share a transaction.
 */
bool flow_retry(struct flow *f, const int64_t *ids, size_t count, struct err *e) MUST_USE;

/* What is told anew of reports that were misread; a field without .p stays as it was. */
struct flow_told {
	struct slice name, feed;
	struct slice format; /* empty: recognise it */
	struct slice options; /* lines "key=value"; others stay, "key=" takes one away */
	/*
	 * A report that gave events can be read otherwise only if all that is
	 * derived is made again, as what it counted stands in sums. False: then
	 * ERR_CONFLICT, and nothing is changed.
	 */
	bool replay;
};
/* Tell it, in the archive too, and read them again. ERR_CONFLICT from idle(). */
bool flow_retell(struct flow *f, const int64_t *ids, size_t count,
    const struct flow_told *t, struct err *e) MUST_USE;
/*
 * Enter the reports that the archive holds and the store does not know, in the
 * order in which they came: a store that was lost is made again so.
 */
bool flow_recover(struct flow *f, uint64_t *count_out, struct err *e) MUST_USE;
/*
 * What the archive says of a report: as it came, or as it was told later. The
 * day (since 1970) says which reception; 0: the first. A note that cannot be
 * read leaves it without a name, not out. Texts lie in a.
 */
void flow_note(struct node *n, const struct sha256 *sha, uint32_t day, struct arena *a,
    struct report *out, int64_t *order_out);
/*
 * The format that a report's reader is told: what was asked for. Its row has
 * what was recognised, which says nothing of what else is packed beside it.
 */
struct slice flow_format_asked(struct node *n, const struct report *r, struct arena *a);
/* Make all that is derived again from the archive. */
bool flow_replay(struct flow *f, struct err *e) MUST_USE;

/*
 * Read one report's events again without storing anything: each event with all
 * of its fields to each().
 */
bool flow_events(struct flow *f, const struct report *r,
    bool (*each)(void *cookie, const struct event *ev, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/* A newer schema or mapping, between two reports. */
bool flow_tables_load(struct flow *f, const char *path, struct err *e) MUST_USE;
/* The table of networks was built again: use it. */
bool flow_networks_reload(struct flow *f, struct err *e) MUST_USE;

#endif
