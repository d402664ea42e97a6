/*
 * slice: a view of bytes. It never owns, no NUL ends it, it may hold any byte.
 * { NULL, 0 } is "nothing there", as opposed to an empty text.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_USE __attribute__((warn_unused_result))

struct slice {
	const uint8_t *p;
	size_t len;
};

/* A slice of a string literal: in an expression, and in a static table. */
#define S(text) ((struct slice){ (const uint8_t *)("" text), sizeof(text) - 1 })
#define S_INIT(text) { (const uint8_t *)("" text), sizeof(text) - 1 }
#define SLICE_NONE ((struct slice){ NULL, 0 })
/* For printf: "%.*s", SLICE_ARG(s). Text from outside goes through slice_quote(). */
#define SLICE_ARG(s) (int)((s).len > 65535 ? 65535 : (s).len), (const char *)((s).p == NULL ? (const uint8_t *)"" : (s).p)

static inline struct slice
slice_of(const void *p, size_t len)
{
	return (struct slice){ (const uint8_t *)p, len };
}

/* The bytes of a C string, or SLICE_NONE for NULL. */
static inline struct slice
slice_of_str(const char *s)
{
	return s == NULL ? SLICE_NONE : slice_of(s, strlen(s));
}

static inline bool
slice_eq(struct slice a, struct slice b)
{
	/* A length goes with a pointer, which the analyser cannot know. */
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* The bytes from off on; past the end an empty slice. */
static inline struct slice
slice_from(struct slice s, size_t off)
{
	size_t n = off < s.len ? off : s.len;

	/* Not even NULL + 0 is allowed. */
	return n == 0 ? s : slice_of(s.p + n, s.len - n);
}

/* At most len bytes from off on. */
static inline struct slice
slice_sub(struct slice s, size_t off, size_t len)
{
	struct slice t = slice_from(s, off);

	if (t.len > len)
		t.len = len;
	return t;
}

/* Order of bytes, as memcmp; a prefix comes first. */
int slice_cmp(struct slice a, struct slice b);

/* Equal but for the case of ASCII letters. */
bool slice_eq_nocase(struct slice a, struct slice b);

bool slice_starts(struct slice s, struct slice prefix);
bool slice_starts_nocase(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
bool slice_ends_nocase(struct slice s, struct slice suffix);

/* Without ASCII white space (space, \t \n \v \f \r) at both ends. */
struct slice slice_trim(struct slice s);

/* Where needle begins first in s, or SIZE_MAX. An empty needle is at 0. */
size_t slice_find(struct slice s, struct slice needle);
size_t slice_find_byte(struct slice s, uint8_t byte);
size_t slice_rfind_byte(struct slice s, uint8_t byte);

/*
 * Take the part before the next sep off *rest. False when *rest was used up
 * ({ NULL, 0 }); "a,," gives "a", "" and "".
 */
bool slice_cut(struct slice *rest, uint8_t sep, struct slice *part_out);

/* The next line off *rest, without its LF or CRLF. False when used up. */
bool slice_line(struct slice *rest, struct slice *line_out);

/* Decimal digits only, whole slice; false on anything else or overflow. */
bool slice_u64(struct slice s, uint64_t *v_out);
/* An optional '-' or '+', then digits. */
bool slice_i64(struct slice s, int64_t *v_out);

/* Valid UTF-8 (RFC 3629: no surrogates, nothing over U+10FFFF)? */
bool slice_utf8_ok(struct slice s);
/* The length of the well-formed UTF-8 sequence that s begins with, or 0. */
size_t slice_utf8_step(struct slice s);
/* Characters of UTF-8 (of what is not, bytes that could begin one). */
size_t slice_chars(struct slice s);
/*
 * The first byte off s, or what "%41" stands for (RFC 3986 section 2.1); -1, and s
 * as it was: a percent sign without two digits. s is not empty.
 */
int slice_percent(struct slice *s);

/* What the character that a text begins with may do to who looks at it. */
enum shown {
	SHOWN_PLAIN,
	/* Invisible, orders the writing: U+061C, U+200E, U+200F, isolates (U+2066 to U+2069), U+FEFF. */
	SHOWN_MARK,
	/*
	 * Obeyed by a terminal or a page: control bytes (also U+0080 to U+009F), ends
	 * of lines, what turns the writing around (U+202A to U+202E), no UTF-8.
	 */
	SHOWN_NEVER
};
/* Of a text that is not empty; *step_out: its bytes, one where they are no UTF-8. */
enum shown slice_shown(struct slice s, size_t *step_out);

static inline uint8_t
byte_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static inline bool
byte_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool
byte_is_alpha(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}

static inline bool
byte_is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* 0 to 15, or -1. */
int byte_hex(uint8_t c);

#endif
