#include "base/lang.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/lang_mo.h"

static const struct {
	const char *tag;
	const char *name;
} langs[LANG_COUNT] = {
	[LANG_AR] = { "ar", "العربية" },
	[LANG_ZH] = { "zh", "中文" },
	[LANG_EN] = { "en", "English" },
	[LANG_FR] = { "fr", "français" },
	[LANG_RU] = { "ru", "русский" },
	[LANG_ES] = { "es", "español" },
};

static enum lang current = LANG_EN;

bool
lang_parse(const char *tag, enum lang *out)
{
	size_t n = tag == NULL ? 0 : strcspn(tag, "_-.@");

	for (int i = 0; n == 2 && i < LANG_COUNT; i++) {
		if (strncasecmp(tag, langs[i].tag, 2) == 0) {
			*out = (enum lang)i;
			return true;
		}
	}
	return false;
}

const char *
lang_tag(enum lang lang)
{
	return langs[lang].tag;
}

const char *
lang_name(enum lang lang)
{
	return langs[lang].name;
}

bool
lang_is_rtl(enum lang lang)
{
	return lang == LANG_AR;
}

enum lang
lang_get(void)
{
	return current;
}

void
lang_set(enum lang lang)
{
	current = lang;
}

void
lang_init(void)
{
	static const char *const names[] = { "ENTENTE_LANG", "LC_ALL",
		"LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *v = getenv(names[i]);

		/* The first that is set decides, as in POSIX; "C" is English. */
		if (v != NULL && v[0] != '\0') {
			(void)lang_parse(v, &current);
			return;
		}
	}
}

/* The plural form of n, numbered as in the catalogue's Plural-Forms (CLDR's cardinal rules). */
static unsigned
plural_form(enum lang lang, unsigned long n)
{
	unsigned long n10 = n % 10, n100 = n % 100;

	switch (lang) {
	case LANG_AR:
		if (n < 3)
			return (unsigned)n;
		if (n100 >= 3 && n100 <= 10)
			return 3;
		return n100 >= 11 ? 4 : 5;
	case LANG_ZH:
		return 0;
	case LANG_FR:
		return n > 1;
	case LANG_RU:
		if (n10 == 1 && n100 != 11)
			return 0;
		if (n10 >= 2 && n10 <= 4 && (n100 < 12 || n100 > 14))
			return 1;
		return 2;
	case LANG_EN:
	case LANG_ES:
	case LANG_COUNT:
		break;
	}
	return n != 1;
}

const char *
lang_text(enum lang lang, const char *msgid)
{
	const char *text;

	if (lang == LANG_EN || msgid[0] == '\0')
		return msgid;
	text = mo_find(&lang_catalogues[lang], msgid, 0);
	return text == NULL ? msgid : text;
}

const char *
lang_plural(enum lang lang, const char *one, const char *many, unsigned long n)
{
	const char *text = NULL;

	if (lang != LANG_EN)
		text = mo_find(&lang_catalogues[lang], one, plural_form(lang, n));
	if (text != NULL)
		return text;
	return n == 1 ? one : many;
}
