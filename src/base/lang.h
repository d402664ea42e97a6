/*
 * lang: the message catalogue. A message's key is its English text (a printf
 * format where it has arguments), as with gettext; the catalogues are
 * locale/LANG.po, compiled by msgfmt -c and embedded. A text that a catalogue
 * lacks comes back in English.
 *
 * T("...") is translated into the process' language; N_("...") only marks a
 * text in a static table for extraction: translate it where it is shown.
 */
#ifndef BASE_LANG_H
#define BASE_LANG_H

#include <stdbool.h>
#include <stddef.h>

enum lang { LANG_AR, LANG_ZH, LANG_EN, LANG_FR, LANG_RU, LANG_ES, LANG_COUNT };

/* "ar", "zh", ...; also "fr_FR.UTF-8" and "zh-Hant". False when not one of the six. */
bool lang_parse(const char *tag, enum lang *out);
const char *lang_tag(enum lang lang);
/* The language's name in itself: "français". */
const char *lang_name(enum lang lang);
bool lang_is_rtl(enum lang lang);

/* The process' language; English until lang_set() or lang_init(). */
enum lang lang_get(void);
void lang_set(enum lang lang);
/* From ENTENTE_LANG, LC_ALL, LC_MESSAGES, LANG: the first that names one. */
void lang_init(void);

const char *lang_text(enum lang lang, const char *msgid)
    __attribute__((format_arg(2)));
/* With plural forms; the numeral rule is CLDR's for the language. */
const char *lang_plural(enum lang lang, const char *one, const char *many,
    unsigned long n) __attribute__((format_arg(2), format_arg(3)));

#define T(msgid) lang_text(lang_get(), msgid)
#define TN(one, many, n) lang_plural(lang_get(), one, many, n)
#define N_(msgid) msgid

#endif
