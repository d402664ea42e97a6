/*
 * listed: would handing this object out put something on a list that must never be
 * on one? An indicator of 8.8.8.8 or of a root zone, whoever made it, is kept as
 * it came, and goes to no machine.
 */
#ifndef SHARE_LISTED_H
#define SHARE_LISTED_H

#include "attrib/warnings.h"
#include "store/object.h"

/*
 * An object of STIX as it is kept: an indicator whose pattern, in STIX's language,
 * names an address, a network, a domain or a URL that a warning list holds. Other
 * languages' patterns (Suricata, Sigma) are not looked into.
 */
bool listed_warned(const struct warnings *w, struct slice object);

/*
 * The same of objects by their rows, remembered: pages of them are asked for again
 * and again, and a row is never changed. Of a process; not for two threads at once.
 */
struct listed;
#define LISTED_ROWS_MAX 8000000 /* 4 bytes each; what lies behind is looked at each time */
struct listed *listed_new(const struct warnings *w); /* w lives as long */
void listed_free(struct listed **l);
bool listed_object(struct listed *l, const struct object_row *r);

#endif
