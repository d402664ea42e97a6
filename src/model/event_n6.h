/*
 * event_n6: the events of n6 (n6.cert.pl): which of its categories is which
 * class of ours, and an event written with n6's field names.
 */
#ifndef MODEL_EVENT_N6_H
#define MODEL_EVENT_N6_H

#include "model/event.h"
#include "model/taxonomy.h"

/* CLASS_NONE for a category that n6 does not have. */
enum class n6_class(struct slice category);
/* What IntelMQ calls the category where the event has no better identifier. */
struct slice n6_identifier(struct slice category);
struct slice n6_category(enum class c);

/* One n6 object; times without "T" and zone, as n6 prints them. */
void event_to_n6(const struct event *ev, struct buf *out);

#endif
