/* stix_value: values that stand in properties: identifiers, moments, and their like. */
#include "model/stix_value.h"

#include <stdio.h>

#include "model/stix.h"
#include "parse/date.h"
#include "parse/domain.h"
#include "parse/ip.h"

bool
stix_uuid_read(struct slice s, uint8_t out[16])
{
	/* What a digit counts, and one: each object has some five of these names. */
	static const uint8_t digits[256] = { ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,
		['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
		['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16 };
	size_t i = 0;

	if (s.len != 36)
		return false;
	for (size_t n = 0; n < 16; n++, i += 2) {
		unsigned high, low;

		if ((n == 4 || n == 6 || n == 8 || n == 10) && s.p[i++] != '-')
			return false;
		high = digits[s.p[i]];
		low = digits[s.p[i + 1]];
		if (high == 0 || low == 0)
			return false;
		out[n] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	return true;
}

bool
stix_type_name_ok(struct slice s)
{
	/* STIX 2.1 section 3.8: 3 to 250 of a-z, 0-9 and single hyphens. */
	if (s.len < 3 || s.len > 250 || s.p[0] == '-' || s.p[s.len - 1] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (!(byte_is_digit(c) || (c >= 'a' && c <= 'z') || (c == '-' && s.p[i + 1] != '-')))
			return false;
	}
	return true;
}

bool
stix_id_split(struct slice id, struct slice *type_out, struct slice *uuid_out)
{
	uint8_t b[16];

	if (id.len < 36 + 2 + 3 || id.len >= STIX_ID_MAX)
		return false;
	*uuid_out = slice_from(id, id.len - 36);
	*type_out = slice_sub(id, 0, id.len - 38);
	/* RFC 9562: a version from 1 to 8, the variant 10. */
	return id.p[id.len - 37] == '-' && id.p[id.len - 38] == '-' && stix_uuid_read(*uuid_out, b) &&
	    b[6] >> 4 >= 1 && b[6] >> 4 <= 8 && b[8] >> 6 == 2 && stix_type_name_ok(*type_out);
}

static bool
two(struct slice s, size_t at, unsigned max, unsigned *out)
{
	if (!byte_is_digit(s.p[at]) || !byte_is_digit(s.p[at + 1]))
		return false;
	*out = (unsigned)(s.p[at] - '0') * 10 + (unsigned)(s.p[at + 1] - '0');
	return *out <= max;
}

static unsigned
month_days(int64_t year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

bool
stix_time_read(struct slice s, int64_t *us_out, size_t *digits_out)
{
	unsigned century, year, month, day, hour, minute, second;
	size_t digits = 0;
	int64_t us = 0, y;

	if (s.len < 20 || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T' || s.p[13] != ':' || s.p[16] != ':' ||
	    s.p[s.len - 1] != 'Z' || !two(s, 0, 99, &century) || !two(s, 2, 99, &year) || !two(s, 5, 12, &month) ||
	    !two(s, 8, 31, &day) || !two(s, 11, 23, &hour) || !two(s, 14, 59, &minute) || !two(s, 17, 60, &second))
		return false;
	y = (int64_t)century * 100 + year;
	if (month == 0 || day == 0 || day > month_days(y, month))
		return false;
	if (s.len > 20) {
		if (s.p[19] != '.' || s.len == 21)
			return false;
		for (size_t i = 20; i < s.len - 1; i++, digits++) {
			if (!byte_is_digit(s.p[i]))
				return false;
			if (digits < 6)
				us = us * 10 + (s.p[i] - '0');
		}
		for (size_t i = digits; i < 6; i++)
			us *= 10;
	}
	*us_out = (((date_days(y, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000000 + us;
	if (digits_out != NULL)
		*digits_out = digits;
	return true;
}

size_t
stix_time_print(int64_t us, char out[STIX_TIME_TEXT_MAX])
{
	int64_t s = us / 1000000, rest = us % 1000000;
	char text[DATE_TEXT_MAX];
	size_t n;

	if (rest < 0) {
		rest += 1000000;
		s--;
	}
	n = date_print_z(s, text) - 1;
	if (rest % 1000 == 0)
		n = (size_t)snprintf(out, STIX_TIME_TEXT_MAX, "%.*s.%03dZ", (int)n, text, (int)(rest / 1000));
	else
		n = (size_t)snprintf(out, STIX_TIME_TEXT_MAX, "%.*s.%06dZ", (int)n, text, (int)rest);
	return n;
}

bool
stix_key_ok(struct slice s)
{
	if (s.len == 0 || s.len > 250)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_digit(s.p[i]) && !byte_is_alpha(s.p[i]) && s.p[i] != '_' && s.p[i] != '-')
			return false;
	}
	return true;
}

bool
stix_name_ok(struct slice s)
{
	if (s.len < 3 || s.len > 250)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '_')
			return false;
	}
	return true;
}

bool
stix_lang_ok(struct slice s)
{
	struct slice part;
	bool first = true;

	/* RFC 5646 section 2.1, by its shape. */
	if (s.len == 0 || s.len > 64)
		return false;
	while (slice_cut(&s, '-', &part)) {
		if (part.len == 0 || part.len > 8)
			return false;
		for (size_t i = 0; i < part.len; i++) {
			if (!byte_is_alpha(part.p[i]) && (first || !byte_is_digit(part.p[i])))
				return false;
		}
		first = false;
	}
	return true;
}

bool
stix_url_ok(struct slice s)
{
	size_t colon = slice_find_byte(s, ':');

	if (colon == SIZE_MAX || colon == 0 || colon + 1 == s.len || !byte_is_alpha(s.p[0]))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		/* RFC 3986 section 2: all else is written as %41. */
		if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}", c) != NULL)
			return false;
		if (i < colon && !byte_is_alpha(c) && !byte_is_digit(c) && c != '+' && c != '-' && c != '.')
			return false;
	}
	return true;
}

bool
stix_address_ok(struct slice s, bool v4)
{
	size_t slash = slice_find_byte(s, '/');
	struct prefix p;

	if ((slice_find_byte(s, ':') == SIZE_MAX) != v4)
		return false;
	return slash == SIZE_MAX ? ip_read(s, &p.ip) : prefix_read_loose(s, &p);
}

bool
stix_mac_ok(struct slice s)
{
	if (s.len != 17)
		return false;
	for (size_t i = 0; i < 17; i++) {
		uint8_t c = s.p[i];

		if (i % 3 == 2 ? c != ':' : !(byte_is_digit(c) || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

bool
stix_base64_ok(struct slice s)
{
	size_t pad = slice_ends(s, S("==")) ? 2 : slice_ends(s, S("=")) ? 1 : 0;

	if (s.len % 4 != 0)
		return false;
	for (size_t i = 0; i < s.len - pad; i++) {
		if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) && s.p[i] != '+' && s.p[i] != '/')
			return false;
	}
	return true;
}

bool
stix_hex_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (byte_hex(s.p[i]) < 0)
			return false;
	}
	return s.len % 2 == 0;
}

bool
stix_cpe_ok(struct slice s)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == ':')
			colons++;
	}
	return slice_starts(s, S("cpe:2.3:")) && colons == 12;
}

bool
stix_semver_ok(struct slice s)
{
	struct slice number, core = s;
	size_t n = 0, more;

	for (more = 0; more < s.len && s.p[more] != '-' && s.p[more] != '+'; more++)
		;
	core = slice_sub(s, 0, more);
	if (more + 1 == s.len)
		return false;
	while (slice_cut(&core, '.', &number)) {
		uint64_t v;

		if (!slice_u64(number, &v) || (number.len > 1 && number.p[0] == '0'))
			return false;
		n++;
	}
	return n == 3;
}

bool
stix_hive_short(struct slice key)
{
	static const struct slice hives[] = { S_INIT("HKLM"), S_INIT("HKCC"), S_INIT("HKCR"), S_INIT("HKCU"), S_INIT("HKU") };
	size_t end = slice_find_byte(key, '\\');
	struct slice hive = slice_sub(key, 0, end == SIZE_MAX ? key.len : end);

	for (size_t i = 0; i < sizeof(hives) / sizeof(hives[0]); i++) {
		if (slice_eq_nocase(hive, hives[i]))
			return true;
	}
	return false;
}

size_t
stix_hash_digits(struct slice algorithm)
{
	static const struct { struct slice name; size_t digits; } known[] = {
		{ S_INIT("MD5"), 32 }, { S_INIT("SHA-1"), 40 }, { S_INIT("SHA-256"), 64 }, { S_INIT("SHA-512"), 128 },
		{ S_INIT("SHA3-256"), 64 }, { S_INIT("SHA3-512"), 128 }, { S_INIT("SSDEEP"), 0 }, { S_INIT("TLSH"), 0 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (slice_eq(algorithm, known[i].name))
			return known[i].digits;
	}
	return SIZE_MAX;
}
