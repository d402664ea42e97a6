/*
 * flow_reader: the readers as the flow uses them: started before the store is
 * opened, given one report at a time, started again when one dies, and given
 * newer tables between two reports.
 */
#ifndef FLOW_READER_H
#define FLOW_READER_H

#include "intake/intake.h"
#include "node.h"

struct flow_reader;

/* Start with the tables that ship and those in the node's folder. */
bool flow_reader_start(const struct node *conf, struct flow_reader **out,
    struct err *e) MUST_USE;
/* The same for the node in a folder, before it is opened: what is open they would inherit. */
bool flow_reader_at(const char *dir, struct flow_reader **out, struct err *e) MUST_USE;
void flow_reader_stop(struct flow_reader **r);

/* What a reading ended with; texts lie in its arena. */
struct flow_read {
	struct slice format;
	struct slice nothing; /* why there was nothing to report, or empty */
	bool protected; /* as the reader says: something in it is (model/protect.h) */
	bool aside; /* of a failure: the report is to blame (or what it did to its reader), not the node */
};

/* Read the archived report behind fd; events and bad records go to sink. */
bool flow_reader_run(struct flow_reader *r, int fd, const struct report *report,
    const struct intake_sink *sink, struct flow_read *out, struct arena *a, struct err *e) MUST_USE;

/*
 * The bytes of a place in the archived report behind fd, wherever it is packed.
 * ERR_ABSENT: there is no such place; ERR_DENIED: it is not shown.
 */
bool flow_reader_excerpt(struct flow_reader *r, int fd, const struct report *report,
    const struct place *place, bool (*bytes)(void *cookie, struct slice s, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/* A newer schema or mapping for the reports that follow. */
bool flow_reader_table(struct flow_reader *r, const char *path, struct err *e) MUST_USE;

/* Each of the tables in the node's folder, with what is wrong with it, or NULL. */
void flow_tables_check(const char *dir, void (*each)(void *cookie, const char *path,
    const struct err *why), void *cookie);

#endif
