/*
 * The hot path of intake: 64 bytes at a time are turned into a mask of the
 * bytes that end a field, and fields are cut at its bits. Fields are views of
 * the source's window; only quoted ones with "" in them are copied.
 */
#include "parse/csv.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

const struct csv_limits CSV_LIMITS = {
	/* The longest real row we know of has 40 kB; a window must hold one. */
	.record_bytes = (size_t)1 << 20,
	/* Shadowserver's widest report has some 120 columns. */
	.fields = 2048,
};

void
csv_init(struct csv_reader *r, struct source *src)
{
	*r = (struct csv_reader){
		.src = src,
		.limits = CSV_LIMITS,
		.delimiter = ',',
		.quote = '"',
		.skip_empty = true,
		.line = 1,
	};
}

void
csv_fini(struct csv_reader *r)
{
	free(r->fields);
	free(r->unquoted);
	r->fields = NULL;
	r->unquoted = NULL;
}

/* A bit for each of the 64 bytes at p that is a delimiter or a line feed. */
static inline uint64_t
ends_mask(const uint8_t *p, uint8_t delimiter)
{
	uint64_t mask = 0;

#ifdef __SSE2__
	const __m128i d = _mm_set1_epi8((char)delimiter), n = _mm_set1_epi8('\n');

	for (unsigned i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, d), _mm_cmpeq_epi8(v, n));

		mask |= (uint64_t)(uint16_t)_mm_movemask_epi8(hit) << (16 * i);
	}
#else
	for (unsigned i = 0; i < 64; i++)
		mask |= (uint64_t)(p[i] == delimiter || p[i] == '\n') << i;
#endif
	return mask;
}

/* Where the next delimiter or line feed is, or end. */
static const uint8_t *
end_find(const uint8_t *p, const uint8_t *end, uint8_t delimiter)
{
	while (end - p >= 64) {
		uint64_t mask = ends_mask(p, delimiter);

		if (mask != 0)
			return p + __builtin_ctzll(mask);
		p += 64;
	}
	while (p < end && *p != delimiter && *p != '\n')
		p++;
	return p;
}

enum found { FOUND_RECORD, FOUND_CUT, FOUND_FIELDS };

struct scan {
	const uint8_t *p; /* where we are */
	const uint8_t *end; /* of the window */
	size_t count; /* of fields */
	uint64_t lines; /* line feeds in it, but the last */
	size_t copied; /* bytes in r->unquoted */
	bool eof;
};

static inline bool
field_put(struct csv_reader *r, struct scan *s, const uint8_t *p, size_t len)
{
	if (s->count == r->fields_cap) {
		size_t cap = r->fields_cap == 0 ? 64 : r->fields_cap * 2;

		if (s->count >= r->limits.fields)
			return false;
		r->fields = xrealloc(r->fields, cap * sizeof(*r->fields));
		r->fields_cap = cap;
	}
	r->fields[s->count++] = slice_of(p, len);
	return true;
}

/*
 * A field that begins with a quote at s->p: to the delimiter or line feed
 * behind its closing quote. What stands between is taken as it is.
 */
static enum found
quoted(struct csv_reader *r, struct scan *s, struct slice *out)
{
	const uint8_t *begin = s->p + 1, *p = begin, *close, *stop;
	bool copy = false;

	for (;;) {
		close = memchr(p, r->quote, (size_t)(s->end - p));
		/* At the window's end "x""y" cannot be told from "x" yet. */
		if (close == NULL || (close + 1 == s->end && !s->eof))
			return FOUND_CUT;
		if (close + 1 < s->end && close[1] == r->quote) {
			copy = true;
			p = close + 2;
			continue;
		}
		break;
	}
	stop = end_find(close + 1, s->end, r->delimiter);
	if (stop == s->end && !s->eof)
		return FOUND_CUT;
	for (p = begin; (p = memchr(p, '\n', (size_t)(close - p))) != NULL; p++)
		s->lines++;
	s->p = stop;
	/* A CR before the line's end belongs to the end. */
	if (stop == close + 1 || (stop == close + 2 && close[1] == '\r' && (stop == s->end || *stop == '\n'))) {
		*out = slice_of(begin, (size_t)(close - begin));
		if (!copy)
			return FOUND_RECORD;
	} else {
		*out = slice_of(begin, (size_t)(stop - begin));
	}
	/* Unquote into our own memory, which record_bytes bounds. */
	uint8_t *o = r->unquoted + s->copied, *o_begin = o;
	bool open = true;

	for (p = out->p; p < out->p + out->len; p++) {
		if (*p == r->quote && open) {
			if (p + 1 < out->p + out->len && p[1] == r->quote)
				*o++ = *p++;
			else
				open = p < close ? open : false;
			continue;
		}
		*o++ = *p;
	}
	while (!open && o > o_begin && o[-1] == '\r')
		o--;
	*out = slice_of(o_begin, (size_t)(o - o_begin));
	s->copied += out->len;
	return FOUND_RECORD;
}

/* Cut one record at s->p into fields; s->p ends behind its line feed. */
static enum found
record(struct csv_reader *r, struct scan *s)
{
	const uint8_t *begin = s->p, *p = begin;
	const uint8_t delimiter = r->delimiter;
	struct slice field;
	enum found f;

	for (;;) {
		if (p < s->end && *p == r->quote && r->quote != 0) {
			s->p = p;
			f = quoted(r, s, &field);
			if (f != FOUND_RECORD)
				return f;
			if (!field_put(r, s, field.p, field.len))
				return FOUND_FIELDS;
			p = s->p;
			if (p == s->end)
				return FOUND_RECORD;
			if (*p++ == '\n')
				goto done;
			begin = p;
			continue;
		}
		/* Whole blocks: cut at each bit while no quote begins a field. */
		while (s->end - p >= 65) {
			uint64_t mask = ends_mask(p, delimiter);

			while (mask != 0) {
				const uint8_t *at = p + __builtin_ctzll(mask);

				mask &= mask - 1;
				if (!field_put(r, s, begin, (size_t)(at - begin)))
					return FOUND_FIELDS;
				begin = at + 1;
				if (*at == '\n') {
					p = begin;
					goto trim;
				}
				if (*begin == r->quote && r->quote != 0) {
					p = begin;
					goto again;
				}
			}
			p += 64;
		}
		p = end_find(p, s->end, delimiter);
		if (p == s->end && !s->eof)
			return FOUND_CUT;
		if (!field_put(r, s, begin, (size_t)(p - begin)))
			return FOUND_FIELDS;
		if (p == s->end)
			goto trim;
		begin = p + 1;
		if (*p++ == '\n')
			goto trim;
again:;
	}
trim:
	field = r->fields[s->count - 1];
	while (field.len > 0 && field.p[field.len - 1] == '\r')
		field.len--;
	r->fields[s->count - 1] = field;
done:
	s->p = p;
	return FOUND_RECORD;
}

/*
 * A bad record was looked at to scanned bytes, and only its first line is
 * skipped. Over a budget that grows with the document, the bytes behind are
 * not looked at again for records longer than a line.
 */
#define FAILED_FREE ((uint64_t)4 << 20)
#define FAILED_FACTOR 8

static void
charge(struct csv_reader *r, size_t scanned)
{
	r->failed_bytes += scanned;
	if (r->failed_bytes > FAILED_FREE + FAILED_FACTOR * r->src->offset)
		r->strict_until = r->src->offset + scanned;
}

/* Pass over the first line of what could not be read, in bounded memory. */
static enum step
skip_line(struct csv_reader *r, struct csv_row *row, struct err *e)
{
	struct source *src = r->src;
	struct err why = *e;

	row->length = 0;
	for (;;) {
		size_t at = slice_find_byte(src->window, '\n');
		size_t n = at == SIZE_MAX ? src->window.len : at + 1;

		row->length += (uint32_t)(n - (at == SIZE_MAX ? 0 : 1));
		source_advance(src, n);
		if (at != SIZE_MAX || src->eof)
			break;
		if (!source_more(src, e))
			return STEP_FAIL;
	}
	r->line++;
	*e = why;
	return STEP_BAD;
}

enum step
csv_next(struct csv_reader *r, struct csv_row *row, struct err *e)
{
	struct source *src = r->src;
	const size_t longest = r->limits.record_bytes;

	for (;;) {
		bool strict = src->offset < r->strict_until;
		struct scan s;
		enum found f;
		size_t used;

		*row = (struct csv_row){ .offset = src->offset, .line = r->line };
		if (src->window.len == 0) {
			if (src->eof)
				return STEP_END;
			if (!source_more(src, e))
				return STEP_FAIL;
			continue;
		}
		s = (struct scan){
			.p = src->window.p,
			.end = src->window.p + src->window.len,
			.eof = src->eof,
		};
		if (r->unquoted_cap < src->window.len && r->unquoted_cap < longest) {
			free(r->unquoted);
			r->unquoted_cap = longest;
			r->unquoted = xalloc(r->unquoted_cap);
		}
		/* Never look at more than one record may have. */
		if ((size_t)(s.end - s.p) > longest) {
			s.end = s.p + longest;
			s.eof = false;
		}
		if (strict) {
			const uint8_t *feed = memchr(s.p, '\n', (size_t)(s.end - s.p));

			if (feed == NULL && !src->eof && src->window.len <= longest) {
				if (!source_more(src, e))
					return STEP_FAIL;
				continue;
			}
			/* The line is all that there is to look at. */
			if (feed != NULL) {
				s.end = feed + 1;
				s.eof = true;
			}
		}
		f = record(r, &s);
		if (f == FOUND_CUT && strict && s.eof) {
			(void)err_set(e, ERR_INPUT, "a quote is opened and not closed in its line, as in many lines before");
			return skip_line(r, row, e);
		}
		/* One byte more than a record may have says that this one has more. */
		if (f == FOUND_CUT && src->window.len > longest) {
			(void)err_set(e, ERR_LIMIT, "a record of more than %zu bytes, or a quote that is never closed", longest);
			charge(r, longest);
			return skip_line(r, row, e);
		}
		if (f == FOUND_CUT && src->eof) {
			(void)err_set(e, ERR_INPUT, "a quote is opened and never closed");
			charge(r, src->window.len);
			return skip_line(r, row, e);
		}
		if (f == FOUND_CUT) {
			if (!source_more(src, e))
				return STEP_FAIL;
			continue;
		}
		if (f == FOUND_FIELDS) {
			struct slice last = r->fields[s.count - 1];

			/* Fields that were unquoted lie elsewhere: then the whole record counts. */
			charge(r, last.p >= src->window.p && last.p < s.end ? (size_t)(last.p - src->window.p) : longest);
			(void)err_set(e, ERR_LIMIT, "more than %zu columns", r->limits.fields);
			return skip_line(r, row, e);
		}
		used = (size_t)(s.p - src->window.p);
		row->v = r->fields;
		row->count = s.count;
		row->length = (uint32_t)used;
		if (used > 0 && s.p[-1] == '\n') {
			row->length--;
			r->line++;
		}
		r->line += s.lines;
		source_advance(src, used);
		if (r->skip_empty && s.count == 1 && r->fields[0].len == 0)
			continue;
		while (row->length > 0 && row->v[0].p != NULL &&
		    src->window.p[-(ptrdiff_t)(used - row->length) - 1] == '\r')
			row->length--;
		return STEP_ITEM;
	}
}

void
csv_put(struct buf *b, struct slice field, bool first, bool safe)
{
	bool quote = false;

	if (!first)
		buf_byte(b, ',');
	for (size_t i = 0; i < field.len && !quote; i++)
		quote = field.p[i] == ',' || field.p[i] == '"' || field.p[i] == '\n' ||
		    field.p[i] == '\r';
	/* A spreadsheet takes these for formulas (CSV injection). */
	safe = safe && field.len > 0 && (memchr("=+-@\t\r", field.p[0], 6) != NULL);
	if (!quote && !safe) {
		buf_put(b, field);
		return;
	}
	buf_byte(b, '"');
	if (safe)
		buf_byte(b, '\'');
	for (size_t i = 0; i < field.len; i++) {
		if (field.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, field.p[i]);
	}
	buf_byte(b, '"');
}
