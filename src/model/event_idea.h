/*
 * event_idea: IDEA0 (idea.cesnet.cz, the format of Warden): which category is
 * which class of ours, and an event written as an IDEA0 message.
 */
#ifndef MODEL_EVENT_IDEA_H
#define MODEL_EVENT_IDEA_H

#include "model/event.h"
#include "model/taxonomy.h"

/*
 * The class for a category ("Attempt.Login"); for one we do not know, that of
 * the part before its dot. CLASS_NONE where that is unknown too.
 */
enum class idea_class(struct slice category);
/* The category for a class: "Recon.Scanning". */
struct slice idea_category(enum class c);

/*
 * One IDEA0 object. Its ID is made from the event's content, so that the same
 * event written twice has one ID. a is for what must be put together.
 */
void event_to_idea(const struct event *ev, struct arena *a, struct buf *out);

#endif
