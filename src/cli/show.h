/*
 * show: one finding or report with all that is known of it, and the bytes that
 * it rests on.
 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "cli/cli.h"
#include "cli/sheet.h"
#include "node.h"
#include "store/findings.h"

bool show_finding(struct cli *c, struct node *n, const struct finding_row *row,
    struct err *e) MUST_USE;
/* Report, SHA-256, offset, length and part as a JSON object. */
bool show_place_json(struct store *s, const struct finding_at *at, struct buf *out,
    struct err *e) MUST_USE;
/*
 * The bytes that its latest event was read from, to standard output. They come
 * from a reader, as they may be packed.
 */
struct flow_reader;
bool show_evidence(struct node *n, struct flow_reader *reader, const struct finding_row *row,
    struct err *e) MUST_USE;
/* The same of the first records of a report that were set aside, a line each. */
#define SHOW_BAD_MAX 20
bool show_bad_records(struct node *n, struct flow_reader *reader, struct report *r,
    struct arena *a, struct err *e) MUST_USE;
/* A report byte for byte, to standard output. */
bool show_report_bytes(struct node *n, const struct report *r, struct err *e) MUST_USE;

#endif
