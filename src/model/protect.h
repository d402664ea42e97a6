/*
 * protect: events about the sexual exploitation of children. What they lead to
 * is never kept, shown or passed on: of such an event stay the fact, when and
 * where in the network, and a reference. The page is a fingerprint, by which
 * repeats are one finding; the report itself lies in the archive as it came.
 *
 * It is a list of what stays: a field that is not on it goes, whatever a format
 * puts there. It holds for the whole class "violence", whose definition (RSIT)
 * begins with child sexual exploitation.
 */
#ifndef MODEL_PROTECT_H
#define MODEL_PROTECT_H

#include "base/arena.h"
#include "model/event.h"
#include "model/taxonomy.h"

/* What a finding and its notice may show of nothing but the fact. */
static inline bool
class_protected(enum class c)
{
	return c == CLASS_VIOLENCE;
}

/*
 * Is it such an event, by its class, or by the name of the trouble whatever the
 * class says ("other" with the identifier "csam")?
 */
bool event_is_protected(const struct event *ev);

/* Does a record as it stands, in any format, name the trouble? For records that give no event. */
bool text_is_protected(struct slice record);

/*
 * Bring such an event to the form that may be kept; doing it again changes
 * nothing. False where a is full: what leads there is gone all the same, but a
 * name for the finding may be missing.
 */
bool event_protect(struct event *ev, struct arena *a);

/* "child-abuse-" or "page-" and 32 hexadecimal digits, or "child-abuse": what names such a finding. */
bool protected_name(struct slice identifier);

#endif
