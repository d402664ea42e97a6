#include "parse/date.h"

#include <stdio.h>

#include "base/buf.h"

int64_t
date_days(int64_t year, unsigned month, unsigned day)
{
	/* Years begin in March, so that the leap day is the last; 400 years have 146,097 days. */
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? (int64_t)month - 3 : (int64_t)month + 9) + 2) / 5 + (int64_t)day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void
date_civil(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (unsigned)(of_year - (153 * m + 2) / 5 + 1);
	*month = (unsigned)(m < 10 ? m + 3 : m - 9);
	*year = years + era * 400 + (*month <= 2);
}

static unsigned
month_days(int64_t year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* Check the parts; second 60 is a leap second and counts as 59. */
static bool
moment(int64_t year, unsigned month, unsigned day, unsigned h, unsigned m,
    unsigned s, int64_t *out)
{
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, month) ||
	    h > 23 || m > 59 || s > 60)
		return false;
	*out = date_days(year, month, day) * 86400 + h * 3600 + m * 60 + (s == 60 ? 59 : s);
	return true;
}

/* Reads off *s exactly n digits. */
static bool
digits(struct slice *s, size_t n, unsigned *out)
{
	unsigned v = 0;

	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!byte_is_digit(s->p[i]))
			return false;
		v = v * 10 + (unsigned)(s->p[i] - '0');
	}
	*s = slice_from(*s, n);
	*out = v;
	return true;
}

/* One or two digits, as in "9:05" and " 3 Mar". */
static bool
small(struct slice *s, unsigned *out)
{
	return digits(s, s->len > 1 && byte_is_digit(s->p[1]) ? 2 : 1, out);
}

static bool
byte(struct slice *s, uint8_t c)
{
	if (s->len == 0 || s->p[0] != c)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

static void
spaces(struct slice *s)
{
	while (s->len > 0 && byte_is_space(s->p[0]))
		*s = slice_from(*s, 1);
}

bool
date_read_fast(struct slice s, int64_t *out)
{
	const uint8_t *p = s.p;
	unsigned v[19];

	if (s.len != 19 || p[4] != '-' || p[7] != '-' ||
	    (p[10] != ' ' && p[10] != 'T') || p[13] != ':' || p[16] != ':')
		return false;
	for (size_t i = 0; i < 19; i++)
		v[i] = (unsigned)p[i] - '0';
	for (size_t i = 0; i < 19; i++) {
		if (v[i] > 9 && i != 4 && i != 7 && i != 10 && i != 13 && i != 16)
			return false;
	}
	return moment(v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3], v[5] * 10 + v[6],
	    v[8] * 10 + v[9], v[11] * 10 + v[12], v[14] * 10 + v[15],
	    v[17] * 10 + v[18], out);
}

/* ".123456789": microseconds, the rest is dropped. */
static bool
fraction(struct slice *s, uint32_t *us)
{
	uint32_t v = 0;
	size_t n = 0;

	if (s->len == 0 || (s->p[0] != '.' && s->p[0] != ','))
		return true;
	*s = slice_from(*s, 1);
	for (; n < s->len && byte_is_digit(s->p[n]); n++) {
		if (n < 6)
			v = v * 10 + (uint32_t)(s->p[n] - '0');
	}
	if (n == 0)
		return false;
	for (size_t i = n; i < 6; i++)
		v *= 10;
	*us = v;
	*s = slice_from(*s, n);
	return true;
}

/* A zone: nothing, "Z", "UTC", "GMT", "+01:00", "+0100", "+01", "EST", and "+02:00 UTC" after it. */
static bool
zone(struct slice s, int64_t *offset_out)
{
	static const struct { struct slice name; int hours; } names[] = {
		{ S_INIT("UTC"), 0 }, { S_INIT("GMT"), 0 }, { S_INIT("UT"), 0 }, { S_INIT("Z"), 0 },
		{ S_INIT("EST"), -5 }, { S_INIT("EDT"), -4 }, { S_INIT("CST"), -6 },
		{ S_INIT("CDT"), -5 }, { S_INIT("MST"), -7 }, { S_INIT("MDT"), -6 },
		{ S_INIT("PST"), -8 }, { S_INIT("PDT"), -7 }, { S_INIT("CET"), 1 },
		{ S_INIT("CEST"), 2 }, { S_INIT("MSK"), 3 }, { S_INIT("JST"), 9 },
		{ S_INIT("BST"), 1 }, { S_INIT("WET"), 0 }, { S_INIT("WEST"), 1 },
		{ S_INIT("EET"), 2 }, { S_INIT("EEST"), 3 },
	};
	unsigned h, m = 0;

	*offset_out = 0;
	s = slice_trim(s);
	if (s.len > 2 && s.p[0] == '(' && s.p[s.len - 1] == ')')
		s = slice_trim(slice_sub(s, 1, s.len - 2));
	if (s.len == 0)
		return true;
	if (s.p[0] == '+' || s.p[0] == '-') {
		bool west = s.p[0] == '-';

		s = slice_from(s, 1);
		if (!digits(&s, 2, &h))
			return false;
		if (s.len > 0 && s.p[0] == ':')
			s = slice_from(s, 1);
		if (s.len > 0 && byte_is_digit(s.p[0]) && !digits(&s, 2, &m))
			return false;
		if (h > 23 || m > 59)
			return false;
		*offset_out = (west ? -1 : 1) * (int64_t)(h * 3600 + m * 60);
		/* What follows repeats the zone as a word: "(CET)", " UTC". */
		s = slice_trim(s);
		return s.len < 64 && (s.len == 0 || byte_is_alpha(s.p[0]) || s.p[0] == '(');
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (slice_eq_nocase(s, names[i].name)) {
			*offset_out = names[i].hours * 3600;
			return true;
		}
	}
	/* RFC 5322 section 4.3: an unknown military or other letter zone is -0000. */
	return s.len == 1 && byte_is_alpha(s.p[0]);
}

/* "HH:MM", "HH:MM:SS", "HH:MM:SS.ffffff", then perhaps AM or PM. */
static bool
clock_time(struct slice *s, unsigned *h, unsigned *m, unsigned *sec, uint32_t *us)
{
	*sec = 0;
	*us = 0;
	if (!small(s, h) || !byte(s, ':') || !digits(s, 2, m))
		return false;
	if (byte(s, ':') && (!small(s, sec) || !fraction(s, us)))
		return false;
	if (slice_starts_nocase(slice_trim(*s), S("AM")) ||
	    slice_starts_nocase(slice_trim(*s), S("PM"))) {
		bool pm;

		spaces(s);
		pm = byte_lower(s->p[0]) == 'p';
		*s = slice_from(*s, 2);
		if (*h < 1 || *h > 12)
			return false;
		*h = *h % 12 + (pm ? 12 : 0);
	}
	return true;
}

static bool
read_iso(struct slice s, struct date *out)
{
	unsigned year, month, day, h = 0, m = 0, sec = 0;
	int64_t offset = 0;
	uint8_t sep;

	out->us = 0;
	if (!digits(&s, 4, &year) || s.len == 0)
		return false;
	sep = s.p[0];
	if (byte_is_digit(sep)) {
		/* "20100210", and "20100210T000000" of ISO 8601's basic form */
		if (!digits(&s, 2, &month) || !digits(&s, 2, &day))
			return false;
		if (s.len >= 7 && (s.p[0] == 'T' || s.p[0] == ' ') && byte_is_digit(s.p[6])) {
			s = slice_from(s, 1);
			if (!digits(&s, 2, &h) || !digits(&s, 2, &m) || !digits(&s, 2, &sec) ||
			    !fraction(&s, &out->us) || !zone(s, &offset))
				return false;
			s = SLICE_NONE;
		}
	} else {
		if ((sep != '-' && sep != '/' && sep != '.') || !byte(&s, sep) ||
		    !small(&s, &month) || !byte(&s, sep) || !small(&s, &day))
			return false;
	}
	if (s.len > 0) {
		bool t = s.p[0] == 'T' || s.p[0] == 't' || s.p[0] == '_';

		if (t)
			s = slice_from(s, 1);
		else
			spaces(&s);
		/* "2010-02-10 UTC": midnight */
		if (s.len > 0 && byte_is_digit(s.p[0]) &&
		    !clock_time(&s, &h, &m, &sec, &out->us))
			return false;
		if (!zone(s, &offset))
			return false;
	}
	if (!moment(year, month, day, h, m, sec, &out->s))
		return false;
	out->s -= offset;
	return true;
}

static unsigned
month_of(struct slice *s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	size_t n = 0;

	for (unsigned i = 0; i < 12; i++) {
		if (!slice_starts_nocase(*s, slice_of(names + 3 * i, 3)))
			continue;
		while (n < s->len && byte_is_alpha(s->p[n]))
			n++;
		if (n > 9)
			return 0;
		*s = slice_from(*s, n);
		(void)byte(s, '.');
		return i + 1;
	}
	return 0;
}

static bool
year_of(struct slice *s, unsigned *out)
{
	size_t n = 0;

	while (n < s->len && byte_is_digit(s->p[n]))
		n++;
	if (n < 2 || n > 4 || !digits(s, n, out))
		return false;
	/* RFC 5322 section 4.3 */
	if (n == 2)
		*out += *out < 50 ? 2000 : 1900;
	else if (n == 3)
		*out += 1900;
	return true;
}

bool
date_read_mail(struct slice s, struct date *out)
{
	unsigned year, month, day, h = 0, m = 0, sec = 0;
	size_t comma = slice_find_byte(s, ',');
	int64_t offset = 0;

	s = slice_trim(s);
	out->us = 0;
	if (comma != SIZE_MAX && comma < 12)
		s = slice_from(slice_trim(s), slice_find_byte(slice_trim(s), ',') + 1);
	spaces(&s);
	/* A day's name without its comma. */
	if (s.len > 4 && byte_is_alpha(s.p[0]) && byte_is_alpha(s.p[2]) &&
	    byte_is_space(s.p[3]) && month_of(&(struct slice){ s.p, 3 }) == 0) {
		s = slice_from(s, 4);
		spaces(&s);
	}
	if (s.len > 0 && byte_is_alpha(s.p[0])) {
		/* asctime: "Mar  3 16:56:01 2015", or "Mar 3 2015 16:56:01" */
		if ((month = month_of(&s)) == 0)
			return false;
		spaces(&s);
		if (!small(&s, &day))
			return false;
		(void)byte(&s, ',');
		spaces(&s);
		if (s.len > 2 && (s.p[1] == ':' || s.p[2] == ':')) {
			if (!clock_time(&s, &h, &m, &sec, &out->us))
				return false;
			spaces(&s);
			/* "Tue Mar 3 16:56:01 CET 2015" */
			if (s.len > 0 && byte_is_alpha(s.p[0])) {
				size_t end = slice_find_byte(s, ' ');

				if (end == SIZE_MAX || !zone(slice_sub(s, 0, end), &offset))
					return false;
				s = slice_from(s, end);
				spaces(&s);
			}
			if (!year_of(&s, &year))
				return false;
			if (slice_trim(s).len > 0 && !zone(s, &offset))
				return false;
			s = SLICE_NONE;
		} else if (!year_of(&s, &year)) {
			return false;
		}
	} else {
		if (!small(&s, &day))
			return false;
		(void)byte(&s, '.');
		(void)byte(&s, '-');
		(void)byte(&s, '/');
		spaces(&s);
		if ((month = month_of(&s)) == 0)
			return false;
		(void)byte(&s, '-');
		(void)byte(&s, '/');
		spaces(&s);
		if (!year_of(&s, &year))
			return false;
	}
	if (byte(&s, ':') || (spaces(&s), s.len > 0)) {
		spaces(&s);
		if (byte_is_digit(s.len == 0 ? 0 : s.p[0]) &&
		    !clock_time(&s, &h, &m, &sec, &out->us))
			return false;
		if (!zone(s, &offset)) {
			/* A comment or junk behind a whole date is passed over. */
			size_t end;

			s = slice_trim(s);
			end = slice_find_byte(s, ' ');
			if (end == SIZE_MAX || !zone(slice_sub(s, 0, end), &offset))
				return false;
		}
	}
	if (!moment(year, month, day, h, m, sec, &out->s))
		return false;
	out->s -= offset;
	return true;
}

/* Seconds since 1970, with a fraction; 9 to 11 digits, so that a year is none. */
static bool
read_epoch(struct slice s, struct date *out)
{
	size_t n = 0;
	int64_t v;

	while (n < s.len && byte_is_digit(s.p[n]))
		n++;
	if (n < 9 || n > 11 || !slice_i64(slice_sub(s, 0, n), &v))
		return false;
	s = slice_from(s, n);
	out->us = 0;
	if (!fraction(&s, &out->us) || s.len > 0)
		return false;
	out->s = v;
	return true;
}

bool
date_read(struct slice s, struct date *out)
{
	s = slice_trim(s);
	if (s.len < 8 || s.len > 128)
		return false;
	out->us = 0;
	return date_read_fast(s, &out->s) || read_iso(s, out) ||
	    date_read_mail(s, out) || read_epoch(s, out);
}

bool
date_parse(struct slice s, struct date *out, struct err *e)
{
	return date_read(s, out) ||
	    err_set(e, ERR_INPUT, "%s is not a date that we know", QUOTE(s));
}

struct parts {
	int64_t year;
	unsigned month, day, h, m, s;
};

static struct parts
parts_of(int64_t t)
{
	int64_t days = t / 86400, rest = t % 86400;
	struct parts p;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	date_civil(days, &p.year, &p.month, &p.day);
	p.h = (unsigned)(rest / 3600);
	p.m = (unsigned)(rest / 60 % 60);
	p.s = (unsigned)(rest % 60);
	return p;
}

static char *
two(char *p, unsigned v, char sep)
{
	*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	*p++ = sep;
	return p;
}

/* "YYYY-MM-DD" and a separator; years out of four digits take what they need. */
static char *
put_day(char *p, const struct parts *t, char sep)
{
	if (t->year >= 0 && t->year <= 9999) {
		p = two(p, (unsigned)t->year / 100, '0');
		p = two(p - 1, (unsigned)t->year % 100, '-');
	} else {
		p += snprintf(p, 16, "%lld-", (long long)t->year % 10000000000);
	}
	p = two(p, t->month, '-');
	return two(p, t->day, sep);
}

size_t
date_print(const struct date *d, char out[DATE_TEXT_MAX])
{
	struct parts t = parts_of(d->s);
	char *p = put_day(out, &t, 'T');

	p = two(p, t.h, ':');
	p = two(p, t.m, ':');
	p = two(p, t.s, '.');
	if (d->us != 0) {
		uint32_t us = d->us;

		for (int i = 5; i >= 0; i--) {
			p[i] = (char)('0' + us % 10);
			us /= 10;
		}
		p += 6;
	} else {
		p--;
	}
	memcpy(p, "+00:00", 7);
	return (size_t)(p + 6 - out);
}

size_t
date_print_z(int64_t s, char out[DATE_TEXT_MAX])
{
	struct parts t = parts_of(s);
	char *p = put_day(out, &t, 'T');

	p = two(p, t.h, ':');
	p = two(p, t.m, ':');
	p = two(p, t.s, 'Z');
	*p = '\0';
	return (size_t)(p - out);
}

size_t
date_print_mail(int64_t s, char out[DATE_TEXT_MAX])
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct parts t = parts_of(s);
	int64_t day = (s - (s % 86400 + 86400) % 86400) / 86400;
	int n = snprintf(out, DATE_TEXT_MAX, "%.3s, %02u %.3s %04lld %02u:%02u:%02u +0000",
	    days + 3 * ((day % 7 + 7) % 7), t.day % 100, months + 3 * (t.month - 1),
	    (long long)t.year % 10000, t.h % 100, t.m % 100, t.s % 100);

	return (size_t)n;
}

size_t
date_print_day(int64_t s, char out[DATE_TEXT_MAX])
{
	struct parts t = parts_of(s);
	char *p = put_day(out, &t, '\0');

	return (size_t)(p - 1 - out);
}
