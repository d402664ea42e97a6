/*
 * lang_mo: look-ups in a compiled gettext catalogue (the .mo format of the
 * gettext manual, "The Format of GNU MO Files"), embedded in the program.
 */
#ifndef BASE_LANG_MO_H
#define BASE_LANG_MO_H

#include "base/lang.h"
#include "base/slice.h"

/* One catalogue a language, empty where there is none; generated in locale/. */
extern const struct slice lang_catalogues[LANG_COUNT];

/*
 * The text of a message (the singular where it has plurals) in its form-th
 * plural form; NULL where the catalogue has none. Lives as long as mo.
 */
const char *mo_find(const struct slice *mo, const char *msgid, unsigned form);

#endif
