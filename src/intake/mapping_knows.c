/*
 * Which mapping is a document's? Few bytes of its begin are looked at, and what
 * a mapping names must all be there: a document that is taken for another's
 * feed costs more than one that has to be named.
 */
#include "intake/mapping.h"

#define LOOK_BYTES ((size_t)16 << 10)
#define LOOK_LINES 64 /* for a header; what a feed says of itself stands sooner */
#define TEXT_LINES 12

/* Does the word stand in s by itself, not within another? */
static bool
holds_word(struct slice s, struct slice word)
{
	for (size_t at, from = 0; (at = slice_find(slice_from(s, from), word)) != SIZE_MAX; from += at + 1) {
		size_t begin = from + at, end = begin + word.len;
		bool left = begin == 0 || !(byte_is_alpha(s.p[begin - 1]) || byte_is_digit(s.p[begin - 1]) || s.p[begin - 1] == '_');
		bool right = end == s.len || !(byte_is_alpha(s.p[end]) || byte_is_digit(s.p[end]) || s.p[end] == '_');

		if (left && right)
			return true;
	}
	return false;
}

static bool
holds_all(const struct mapping *m, struct slice s)
{
	for (size_t i = 0; i < m->known_columns.n; i++) {
		if (!holds_word(s, m->known_columns.v[i]))
			return false;
	}
	return true;
}

/* A header is one line; the keys of an object may stand on several. */
static bool
columns_known(const struct mapping *m, struct slice bytes)
{
	struct slice line;

	if (m->format == MAPPING_JSON) {
		struct slice s = slice_trim(bytes);

		return s.len > 0 && (s.p[0] == '{' || s.p[0] == '[') && holds_all(m, s);
	}
	if (m->format != MAPPING_CSV)
		return holds_all(m, bytes);
	/* The first name alone tells most documents apart. */
	if (slice_find(bytes, m->known_columns.v[0]) == SIZE_MAX)
		return false;
	for (size_t n = 0; n < LOOK_LINES && slice_line(&bytes, &line); n++) {
		/* Names in an object are keys. */
		if (holds_all(m, line) && slice_find_byte(slice_sub(slice_trim(line), 0, 2), '{') == SIZE_MAX)
			return true;
	}
	return false;
}

static bool
text_known(const struct mapping *m, struct slice bytes)
{
	struct slice line;

	for (size_t n = 0; n < TEXT_LINES && slice_line(&bytes, &line); n++) {
		line = slice_trim(line);
		for (size_t i = 0; i < m->known_texts.n && line.len > 0; i++) {
			struct slice t = m->known_texts.v[i];

			if (byte_lower(t.p[0]) == byte_lower(line.p[0]) && mapping_glob(t, line))
				return true;
		}
	}
	return false;
}

int
mapping_knows(const struct mapping *m, struct slice name, struct slice bytes)
{
	bool named = false;

	if (m->known_names.n + m->known_texts.n + m->known_columns.n == 0)
		return 0;
	bytes = slice_sub(bytes, 0, LOOK_BYTES);
	for (size_t i = 0; i < m->known_names.n && !named; i++)
		named = name.len > 0 && mapping_glob(m->known_names.v[i], name);
	if (m->known_texts.n + m->known_columns.n == 0)
		return named ? 60 : 0;
	if ((m->known_columns.n > 0 && !columns_known(m, bytes)) || (m->known_texts.n > 0 && !text_known(m, bytes)))
		return 0;
	return 65 + (m->known_columns.n > 0 && m->known_texts.n > 0 ? 5 : 0) + (named ? 8 : 0);
}
