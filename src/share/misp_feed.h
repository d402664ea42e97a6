/*
 * misp_feed: a folder as MISP fetches it: UUID.json is the event,
 * manifest.json says which events there are, hashes.csv which values stand in
 * which. Events of other questions that lie in the folder stay.
 */
#ifndef SHARE_MISP_FEED_H
#define SHARE_MISP_FEED_H

#include "share/form.h"

struct misp_feed;

/* r is the caller's and outlives the feed. Free with misp_feed_free(), also after a failure. */
bool misp_feed_open(const char *folder, struct form_run *r, struct misp_feed **out, struct err *e) MUST_USE;
bool misp_feed_row(struct misp_feed *f, const struct finding_row *row, struct err *e) MUST_USE;
/* All is there or nothing new; the manifest comes last, so that who reads it finds the event. */
bool misp_feed_commit(struct misp_feed *f, struct err *e) MUST_USE;
void misp_feed_free(struct misp_feed **f);

/* --- of form_misp.c -------------------------------------------------------- */

void misp_event_uuid(const struct form_run *r, char out[40]);
/* What the manifest says of the event: a member of its object. */
void misp_manifest_entry(struct form_run *r, struct buf *b);
/* "192.0.2.1|80" or the place alone; NONE: MISP has no form for it. */
struct slice misp_value(struct form_run *r, const struct finding_row *row);

#endif
