#include "parse/opaque.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* Code points of a text that was composed; three times the bytes is more than enough. */
struct points {
	ucs4_t p[OPAQUE_OUT_MAX];
	size_t n;
};

static bool
within(ucs4_t c, ucs4_t from, ucs4_t to)
{
	return c >= from && c <= to;
}

/* --- where a character may stand (RFC 5892, appendix A) ---------------------------------- */

static bool
in_script(ucs4_t c, const char *name)
{
	const uc_script_t *script = uc_script(c);

	return script != NULL && strcmp(script->name, name) == 0;
}

static bool
behind_virama(const struct points *t, size_t i)
{
	return i > 0 && uc_combining_class(t->p[i - 1]) == UC_CCC_VR;
}

/* A letter that joins to its right (back: left) stands there, with nothing but transparent ones between. */
static bool
joins(const struct points *t, size_t i, bool back)
{
	int type;

	for (;;) {
		if (back ? i == 0 : i + 1 == t->n)
			return false;
		i = back ? i - 1 : i + 1;
		type = uc_joining_type(t->p[i]);
		if (type != UC_JOINING_TYPE_T)
			return type == UC_JOINING_TYPE_D || type == (back ? UC_JOINING_TYPE_L : UC_JOINING_TYPE_R);
	}
}

static bool
any_within(const struct points *t, ucs4_t from, ucs4_t to)
{
	for (size_t i = 0; i < t->n; i++) {
		if (within(t->p[i], from, to))
			return true;
	}
	return false;
}

static bool
any_kana_or_han(const struct points *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (in_script(t->p[i], "Hiragana") || in_script(t->p[i], "Katakana") || in_script(t->p[i], "Han"))
			return true;
	}
	return false;
}

/* Characters that are good in some surroundings; *good_out: in these. */
static bool
by_context(const struct points *t, size_t i, bool *good_out)
{
	ucs4_t c = t->p[i], before = i > 0 ? t->p[i - 1] : 0, behind = i + 1 < t->n ? t->p[i + 1] : 0;

	switch (c) {
	case 0x200c: /* zero width non-joiner */
		*good_out = behind_virama(t, i) || (joins(t, i, true) && joins(t, i, false));
		return true;
	case 0x200d: /* zero width joiner */
		*good_out = behind_virama(t, i);
		return true;
	case 0xb7: /* middle dot: l·l */
		*good_out = before == 'l' && behind == 'l';
		return true;
	case 0x375: /* Greek lower numeral sign */
		*good_out = behind != 0 && in_script(behind, "Greek");
		return true;
	case 0x5f3: /* Hebrew geresh and gershayim */
	case 0x5f4:
		*good_out = before != 0 && in_script(before, "Hebrew");
		return true;
	case 0x30fb: /* Katakana middle dot */
		*good_out = any_kana_or_han(t);
		return true;
	default:
		break;
	}
	/* The two rows of Arabic digits look alike: one or the other. */
	if (within(c, 0x660, 0x669))
		*good_out = !any_within(t, 0x6f0, 0x6f9);
	else if (within(c, 0x6f0, 0x6f9))
		*good_out = !any_within(t, 0x660, 0x669);
	else
		return false;
	return true;
}

/* --- FreeformClass (RFC 8264, sections 4.3, 8 and 9) ----------------------------------------- */

static bool
is_exception(ucs4_t c, bool *good_out)
{
	static const ucs4_t good[] = { 0xdf, 0x3c2, 0x6fd, 0x6fe, 0xf0b, 0x3007 };
	static const ucs4_t bad[] = { 0x640, 0x7fa, 0x302e, 0x302f, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303b };

	*good_out = true;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (c == good[i])
			return true;
	}
	*good_out = false;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (c == bad[i])
			return true;
	}
	return false;
}

/* Parts of Hangul syllables that make up none. */
static bool
is_old_jamo(ucs4_t c)
{
	return within(c, 0x1100, 0x11ff) || within(c, 0xa960, 0xa97c) || within(c, 0xd7b0, 0xd7c6) || within(c, 0xd7cb, 0xd7fb);
}

static bool
has_compatible(ucs4_t c)
{
	ucs4_t made[64];
	size_t n = sizeof(made) / sizeof(made[0]);
	ucs4_t *out = u32_normalize(UNINORM_NFKC, &c, 1, made, &n);
	bool other = out != NULL && (n != 1 || out[0] != c);

	if (out != made)
		free(out);
	return other;
}

static bool
is_good(const struct points *t, size_t i)
{
	static const uint32_t kinds = UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_Zs |
	    UC_CATEGORY_MASK_S | UC_CATEGORY_MASK_P;
	ucs4_t c = t->p[i];
	bool good;

	if (within(c, 0x20, 0x7e))
		return true;
	if (by_context(t, i, &good) || is_exception(c, &good))
		return good;
	/* Cn: not given out yet, or never to be. */
	if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Cc) || is_old_jamo(c) ||
	    uc_is_property_default_ignorable_code_point(c))
		return false;
	return uc_is_general_category_withtable(c, kinds) || has_compatible(c);
}

/* --- the profile -------------------------------------------------------------------------------- */

static bool
points_of(struct slice s, struct points *out, struct err *e)
{
	out->n = sizeof(out->p) / sizeof(out->p[0]);
	/* It has room for every text of that many bytes, so it allocates nothing. */
	if (u8_to_u32(s.p, s.len, out->p, &out->n) != out->p)
		return err_set(e, ERR_INPUT, "a password is text in UTF-8");
	for (size_t i = 0; i < out->n; i++) {
		if (uc_is_general_category_withtable(out->p[i], UC_CATEGORY_MASK_Zs))
			out->p[i] = ' ';
	}
	return true;
}

static bool
compose(const struct points *in, struct points *out, struct err *e)
{
	ucs4_t *made;

	out->n = sizeof(out->p) / sizeof(out->p[0]);
	made = u32_normalize(UNINORM_NFC, in->p, in->n, out->p, &out->n);
	if (made == out->p)
		return true;
	if (made != NULL)
		explicit_bzero(made, out->n * sizeof(*made));
	free(made);
	return err_set(e, ERR_LIMIT, "a password has at most %d bytes", OPAQUE_IN_MAX);
}

static bool
all_good(const struct points *t, struct err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		if (!is_good(t, i))
			return err_set(e, ERR_INPUT, "a password holds letters, digits, signs and spaces; U+%04X is none of these, or not at this place", (unsigned)t->p[i]);
	}
	return true;
}

static bool
is_plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	}
	return true;
}

static bool
prepare(struct slice s, struct points *read, struct points *composed, struct opaque *out, struct err *e)
{
	if (!points_of(s, read, e) || !compose(read, composed, e) || !all_good(composed, e))
		return false;
	out->len = sizeof(out->b);
	return u32_to_u8(composed->p, composed->n, out->b, &out->len) == out->b ||
	    err_set(e, ERR_LIMIT, "a password has at most %d bytes", OPAQUE_IN_MAX);
}

bool
opaque_read(struct slice s, struct opaque *out, struct err *e)
{
	struct points read, composed;
	bool ok;

	out->len = 0;
	if (s.len > OPAQUE_IN_MAX)
		return err_set(e, ERR_LIMIT, "a password has at most %d bytes", OPAQUE_IN_MAX);
	if (is_plain(s)) {
		if (s.len > 0)
			memcpy(out->b, s.p, s.len);
		out->len = s.len;
		return true;
	}
	ok = prepare(s, &read, &composed, out, e);
	explicit_bzero(&read, sizeof(read));
	explicit_bzero(&composed, sizeof(composed));
	if (!ok)
		out->len = 0;
	return ok;
}
