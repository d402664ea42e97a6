/*
 * warnings: what must not be listed, whatever a report says: public resolvers,
 * root servers, names of registries, and what an organisation adds itself. The
 * lists are MISP's warning lists (JSON): those that ship lie in the program,
 * a node's own in DIR/warnings/. Also never: special-purpose addresses
 * (RFC 6890) and names under which others register (the public suffix list).
 */
#ifndef ATTRIB_WARNINGS_H
#define ATTRIB_WARNINGS_H

#include "base/err.h"
#include "base/slice.h"

struct warnings;

#define WARNINGS_FILE_BYTES_MAX ((size_t)64 << 20)

/* Those that ship. */
struct warnings *warnings_new(void);
/*
 * Add one list: cidr, hostname, string, substring or regex. ERR_INPUT: it is none;
 * entries that cannot be used (addresses that are none, expressions that PCRE2 does
 * not take or that fit anything) are counted in *skipped_out and the rest counts.
 */
bool warnings_add(struct warnings *w, struct slice json, size_t *skipped_out, struct err *e) MUST_USE;
/*
 * Add all *.json of a folder, which need not be there. said() is called for
 * each: why is NULL, or the reason for which it is left out.
 */
void warnings_add_folder(struct warnings *w, const char *folder,
    void (*said)(void *cookie, const char *path, const struct err *why), void *cookie);
void warnings_free(struct warnings **w);

/*
 * Is it on a list? An address, a network (one warned address within it is enough),
 * a name, a URL, any other value. Not for two threads at once. The list's name in *list_out (may be NULL), valid
 * as long as w.
 */
bool warnings_text(const struct warnings *w, struct slice s, const char **list_out);

size_t warnings_lists(const struct warnings *w);
size_t warnings_entries(const struct warnings *w);

#endif
