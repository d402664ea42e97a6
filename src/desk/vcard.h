/*
 * vcard: RFC 6350, as far as a directory needs it; versions 2.1 and 3.0 are read,
 * too, where they say the same in the same way.
 */
#ifndef DESK_VCARD_H
#define DESK_VCARD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define VCARD_BYTES_MAX ((size_t)8 << 20)
#define VCARD_LIST_MAX 16

/* One card; texts lie in the arena, NONE where the card has none. */
struct vcard {
	struct slice uid, kind, name, org, role, mail, phone, url, note, country, key;
	struct slice langs[VCARD_LIST_MAX];
	size_t lang_count;
	struct slice categories[VCARD_LIST_MAX];
	size_t category_count;
};

/*
 * The next card off *rest. *found_out false: no more. ERR_INPUT: a card without its
 * end, a line without a colon, a name that is missing; the text names the line,
 * counted from *line, which goes on behind the card.
 */
bool vcard_next(struct slice *rest, size_t *line, struct arena *a, struct vcard *out, bool *found_out, struct err *e) MUST_USE;
/* As version 4.0, lines folded at 75 bytes. */
void vcard_put(const struct vcard *v, struct buf *out);

#endif
