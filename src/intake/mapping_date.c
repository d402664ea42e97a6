/*
 * Dates of feeds and logs: forms as strptime has them, moments without a zone,
 * times without a year. The reader opens no file, so the zones that feeds and
 * logs are kept in stand here as rows with the two rules of summer time.
 */
#include <string.h>

#include "base/buf.h"
#include "intake/mapping_parse.h"
#include "intake/mapping_run.h"
#include "parse/date.h"

static const struct zone_row {
	struct slice name;
	enum zone_rule rule;
	int minutes;
} zones[] = {
	{ S_INIT("UTC"), ZONE_FIXED, 0 }, { S_INIT("GMT"), ZONE_FIXED, 0 },
	{ S_INIT("WET"), ZONE_EU, 0 }, { S_INIT("CET"), ZONE_EU, 60 }, { S_INIT("EET"), ZONE_EU, 120 },
	{ S_INIT("MSK"), ZONE_FIXED, 180 }, { S_INIT("JST"), ZONE_FIXED, 540 },
	{ S_INIT("EST5EDT"), ZONE_US, -300 }, { S_INIT("CST6CDT"), ZONE_US, -360 },
	{ S_INIT("MST7MDT"), ZONE_US, -420 }, { S_INIT("PST8PDT"), ZONE_US, -480 },
	{ S_INIT("Europe/London"), ZONE_EU, 0 }, { S_INIT("Europe/Dublin"), ZONE_EU, 0 },
	{ S_INIT("Europe/Lisbon"), ZONE_EU, 0 },
	{ S_INIT("Europe/Amsterdam"), ZONE_EU, 60 }, { S_INIT("Europe/Belgrade"), ZONE_EU, 60 },
	{ S_INIT("Europe/Berlin"), ZONE_EU, 60 }, { S_INIT("Europe/Bratislava"), ZONE_EU, 60 },
	{ S_INIT("Europe/Brussels"), ZONE_EU, 60 }, { S_INIT("Europe/Budapest"), ZONE_EU, 60 },
	{ S_INIT("Europe/Copenhagen"), ZONE_EU, 60 }, { S_INIT("Europe/Ljubljana"), ZONE_EU, 60 },
	{ S_INIT("Europe/Luxembourg"), ZONE_EU, 60 }, { S_INIT("Europe/Madrid"), ZONE_EU, 60 },
	{ S_INIT("Europe/Malta"), ZONE_EU, 60 }, { S_INIT("Europe/Oslo"), ZONE_EU, 60 },
	{ S_INIT("Europe/Paris"), ZONE_EU, 60 }, { S_INIT("Europe/Podgorica"), ZONE_EU, 60 },
	{ S_INIT("Europe/Prague"), ZONE_EU, 60 }, { S_INIT("Europe/Rome"), ZONE_EU, 60 },
	{ S_INIT("Europe/Sarajevo"), ZONE_EU, 60 }, { S_INIT("Europe/Skopje"), ZONE_EU, 60 },
	{ S_INIT("Europe/Stockholm"), ZONE_EU, 60 }, { S_INIT("Europe/Tirane"), ZONE_EU, 60 },
	{ S_INIT("Europe/Vienna"), ZONE_EU, 60 }, { S_INIT("Europe/Warsaw"), ZONE_EU, 60 },
	{ S_INIT("Europe/Zagreb"), ZONE_EU, 60 }, { S_INIT("Europe/Zurich"), ZONE_EU, 60 },
	{ S_INIT("Europe/Athens"), ZONE_EU, 120 }, { S_INIT("Europe/Bucharest"), ZONE_EU, 120 },
	{ S_INIT("Europe/Helsinki"), ZONE_EU, 120 }, { S_INIT("Europe/Kyiv"), ZONE_EU, 120 },
	{ S_INIT("Europe/Riga"), ZONE_EU, 120 }, { S_INIT("Europe/Sofia"), ZONE_EU, 120 },
	{ S_INIT("Europe/Tallinn"), ZONE_EU, 120 }, { S_INIT("Europe/Vilnius"), ZONE_EU, 120 },
	{ S_INIT("Asia/Nicosia"), ZONE_EU, 120 },
	{ S_INIT("Europe/Istanbul"), ZONE_FIXED, 180 }, { S_INIT("Europe/Moscow"), ZONE_FIXED, 180 },
	{ S_INIT("Europe/Minsk"), ZONE_FIXED, 180 },
	{ S_INIT("America/New_York"), ZONE_US, -300 }, { S_INIT("America/Toronto"), ZONE_US, -300 },
	{ S_INIT("America/Chicago"), ZONE_US, -360 }, { S_INIT("America/Denver"), ZONE_US, -420 },
	{ S_INIT("America/Los_Angeles"), ZONE_US, -480 }, { S_INIT("America/Vancouver"), ZONE_US, -480 },
	{ S_INIT("America/Mexico_City"), ZONE_FIXED, -360 }, { S_INIT("America/Bogota"), ZONE_FIXED, -300 },
	{ S_INIT("America/Lima"), ZONE_FIXED, -300 }, { S_INIT("America/Sao_Paulo"), ZONE_FIXED, -180 },
	{ S_INIT("America/Buenos_Aires"), ZONE_FIXED, -180 }, { S_INIT("America/Montevideo"), ZONE_FIXED, -180 },
	{ S_INIT("Africa/Lagos"), ZONE_FIXED, 60 }, { S_INIT("Africa/Algiers"), ZONE_FIXED, 60 },
	{ S_INIT("Africa/Tunis"), ZONE_FIXED, 60 }, { S_INIT("Africa/Johannesburg"), ZONE_FIXED, 120 },
	{ S_INIT("Africa/Nairobi"), ZONE_FIXED, 180 }, { S_INIT("Africa/Accra"), ZONE_FIXED, 0 },
	{ S_INIT("Africa/Abidjan"), ZONE_FIXED, 0 }, { S_INIT("Africa/Dakar"), ZONE_FIXED, 0 },
	{ S_INIT("Asia/Riyadh"), ZONE_FIXED, 180 }, { S_INIT("Asia/Baghdad"), ZONE_FIXED, 180 },
	{ S_INIT("Asia/Dubai"), ZONE_FIXED, 240 }, { S_INIT("Asia/Tbilisi"), ZONE_FIXED, 240 },
	{ S_INIT("Asia/Karachi"), ZONE_FIXED, 300 }, { S_INIT("Asia/Tashkent"), ZONE_FIXED, 300 },
	{ S_INIT("Asia/Kolkata"), ZONE_FIXED, 330 }, { S_INIT("Asia/Dhaka"), ZONE_FIXED, 360 },
	{ S_INIT("Asia/Bangkok"), ZONE_FIXED, 420 }, { S_INIT("Asia/Jakarta"), ZONE_FIXED, 420 },
	{ S_INIT("Asia/Ho_Chi_Minh"), ZONE_FIXED, 420 }, { S_INIT("Asia/Shanghai"), ZONE_FIXED, 480 },
	{ S_INIT("Asia/Singapore"), ZONE_FIXED, 480 }, { S_INIT("Asia/Taipei"), ZONE_FIXED, 480 },
	{ S_INIT("Asia/Hong_Kong"), ZONE_FIXED, 480 }, { S_INIT("Asia/Manila"), ZONE_FIXED, 480 },
	{ S_INIT("Asia/Kuala_Lumpur"), ZONE_FIXED, 480 }, { S_INIT("Asia/Seoul"), ZONE_FIXED, 540 },
	{ S_INIT("Asia/Tokyo"), ZONE_FIXED, 540 },
};

bool
mapping_zone_parse(struct slice s, struct mapping_zone *out, struct err *e)
{
	struct slice digits = slice_from(s, 1);
	uint64_t h, m = 0;

	out->set = true;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (slice_eq_nocase(s, zones[i].name)) {
			out->rule = zones[i].rule;
			out->offset_s = zones[i].minutes * 60;
			return true;
		}
	}
	if (s.len >= 3 && (s.p[0] == '+' || s.p[0] == '-') && slice_u64(slice_sub(digits, 0, 2), &h) && h <= 14) {
		digits = slice_from(digits, 2);
		if (digits.len > 0 && digits.p[0] == ':')
			digits = slice_from(digits, 1);
		if (digits.len == 0 || (digits.len == 2 && slice_u64(digits, &m) && m < 60)) {
			out->rule = ZONE_FIXED;
			out->offset_s = (s.p[0] == '-' ? -1 : 1) * (int32_t)(h * 3600 + m * 60);
			return true;
		}
	}
	return err_set(e, ERR_INPUT, "%s is not a time zone that we know; +02:00 is always one", QUOTE(s));
}

/* The n-th Sunday of a month (-1: the last), as days since 1970. */
static int64_t
sunday(int64_t year, unsigned month, int n)
{
	int64_t first = date_days(year, month, 1), next = date_days(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1);

	if (n < 0) {
		next--;
		return next - ((next + 4) % 7 + 7) % 7; /* 1970 began on a Thursday */
	}
	return first + (7 - ((first + 4) % 7 + 7) % 7) % 7 + 7 * (int64_t)(n - 1);
}

/* Local seconds to UTC. In the hour that autumn has twice, the later one is taken. */
static int64_t
to_utc(int64_t local, const struct mapping_zone *zone)
{
	int64_t utc = local - zone->offset_s, year, begin, end;
	unsigned month, day;

	date_civil((local - (local % 86400 + 86400) % 86400) / 86400, &year, &month, &day);
	switch (zone->rule) {
	case ZONE_FIXED:
		return utc;
	case ZONE_EU: /* since 1996: 01:00 UTC */
		begin = sunday(year, 3, -1) * 86400 + 3600;
		end = sunday(year, 10, -1) * 86400 + 3600;
		break;
	case ZONE_US: /* since 2007: 02:00 by the clock */
		begin = sunday(year, 3, 2) * 86400 + 7200 - zone->offset_s;
		end = sunday(year, 11, 1) * 86400 + 3600 - zone->offset_s;
		break;
	default:
		return utc;
	}
	return utc - 3600 >= begin && utc < end ? utc - 3600 : utc;
}

/* --- forms ------------------------------------------------------------------------------ */

struct moment {
	int64_t year;
	unsigned month, day, h, m, s, of_year;
	uint32_t us;
	int64_t epoch, offset_s;
	bool has_year, has_day, has_zone, has_epoch, pm, am;
};

static bool
number(struct slice *s, size_t max, unsigned *out)
{
	size_t n = 0;

	*out = 0;
	while (n < max && n < s->len && byte_is_digit(s->p[n]))
		*out = *out * 10 + (unsigned)(s->p[n++] - '0');
	*s = slice_from(*s, n);
	return n > 0;
}

/* One of names, three letters each; the rest of a longer word goes with it. */
static bool
word(struct slice *s, const char *names, unsigned count, unsigned *out)
{
	for (*out = 0; *out < count; (*out)++) {
		if (slice_starts_nocase(*s, slice_of(names + 3 * *out, 3))) {
			size_t n = 3;

			while (n < s->len && byte_is_alpha(s->p[n]))
				n++;
			*s = slice_from(*s, n);
			return true;
		}
	}
	return false;
}

static bool
zone_read(struct slice *s, struct moment *t)
{
	struct mapping_zone zone = { 0 };
	struct err ignored = ERR_INIT;
	size_t n = 0;

	while (n < s->len && !byte_is_space(s->p[n]) && s->p[n] != ']' && s->p[n] != ')')
		n++;
	t->has_zone = true;
	if (n == 1 && (s->p[0] == 'Z' || s->p[0] == 'z'))
		t->offset_s = 0;
	else if (mapping_zone_parse(slice_sub(*s, 0, n), &zone, &ignored) && zone.rule == ZONE_FIXED)
		t->offset_s = zone.offset_s;
	else
		return false;
	*s = slice_from(*s, n);
	return true;
}

static bool
fraction(struct slice *s, struct moment *t)
{
	size_t n = 0;

	t->us = 0;
	for (; n < s->len && byte_is_digit(s->p[n]); n++) {
		if (n < 6)
			t->us = t->us * 10 + (uint32_t)(s->p[n] - '0');
	}
	*s = slice_from(*s, n);
	for (size_t i = n; i < 6; i++)
		t->us *= 10;
	return n > 0;
}

static bool
epoch_read(struct slice *s, struct moment *t)
{
	size_t n = s->len > 0 && s->p[0] == '-' ? 1 : 0;

	while (n < s->len && byte_is_digit(s->p[n]))
		n++;
	if (n > 15 || !slice_i64(slice_sub(*s, 0, n), &t->epoch))
		return false;
	t->has_epoch = true;
	*s = slice_from(*s, n);
	return true;
}

static bool
one_letter(uint8_t letter, struct slice *s, struct moment *t)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	static const char days[] = "sunmontuewedthufrisat";
	unsigned n;

	switch (letter) {
	case 'Y':
		t->has_year = number(s, 4, &n);
		t->year = n;
		return t->has_year;
	case 'y':
		t->has_year = number(s, 2, &n);
		t->year = n < 69 ? 2000 + (int64_t)n : 1900 + (int64_t)n;
		return t->has_year;
	case 'm':
		return number(s, 2, &t->month);
	case 'd':
	case 'e':
		*s = slice_trim(*s);
		t->has_day = number(s, 2, &t->day);
		return t->has_day;
	case 'j':
		return number(s, 3, &t->of_year);
	case 'b':
	case 'B':
	case 'h':
		if (!word(s, months, 12, &t->month))
			return false;
		t->month++;
		return true;
	case 'a':
	case 'A':
		return word(s, days, 7, &n);
	case 'H':
	case 'I':
	case 'k':
		return number(s, 2, &t->h);
	case 'M':
		return number(s, 2, &t->m);
	case 'S':
		return number(s, 2, &t->s);
	case 'f':
		return fraction(s, t);
	case 'p':
		t->am = slice_starts_nocase(*s, S("am"));
		t->pm = slice_starts_nocase(*s, S("pm"));
		*s = slice_from(*s, 2);
		return t->am || t->pm;
	case 'z':
	case 'Z':
		return zone_read(s, t);
	case 's':
		return epoch_read(s, t);
	case '%':
		if (s->len == 0 || s->p[0] != '%')
			return false;
		*s = slice_from(*s, 1);
		return true;
	default:
		return false;
	}
}

/* The letters that stand for several. */
static struct slice
longer(uint8_t letter)
{
	switch (letter) {
	case 'F':
		return S("%Y-%m-%d");
	case 'T':
		return S("%H:%M:%S");
	case 'R':
		return S("%H:%M");
	case 'D':
		return S("%m/%d/%y");
	default:
		return SLICE_NONE;
	}
}

bool
mapping_date_form_ok(struct slice form)
{
	for (size_t i = 0; i < form.len; i++) {
		if (form.p[i] != '%')
			continue;
		if (++i >= form.len || memchr("YymdejbBhaAHIkMSfpzZs%FTRD", form.p[i], 26) == NULL)
			return false;
	}
	return form.len > 0;
}

static bool
form_read(struct slice form, struct slice *s, struct moment *t)
{
	for (size_t i = 0; i < form.len; i++) {
		if (byte_is_space(form.p[i])) {
			*s = slice_trim(*s);
		} else if (form.p[i] != '%') {
			if (s->len == 0 || s->p[0] != form.p[i])
				return false;
			*s = slice_from(*s, 1);
		} else {
			struct slice more = longer(form.p[++i]);

			/* These have none of these in them: no deeper than once. */
			if (more.len > 0) {
				for (size_t k = 0; k < more.len; k++) {
					if (more.p[k] == '%') {
						if (!one_letter(more.p[++k], s, t))
							return false;
					} else if (s->len == 0 || s->p[0] != more.p[k]) {
						return false;
					} else {
						*s = slice_from(*s, 1);
					}
				}
			} else if (!one_letter(form.p[i], s, t)) {
				return false;
			}
		}
	}
	return slice_trim(*s).len == 0;
}

static bool
moment_ok(const struct moment *t)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return t->month >= 1 && t->month <= 12 && t->day >= 1 && t->day <= days[t->month - 1] &&
	    t->h <= 23 && t->m <= 59 && t->s <= 60 && t->of_year <= 366;
}

/* A log's line has no year: the last time that day was, by the report's own date. */
static int64_t
seconds_of(struct moment *t, int64_t received_s)
{
	int64_t year, days, s;
	unsigned month, day;

	date_civil((received_s - (received_s % 86400 + 86400) % 86400) / 86400, &year, &month, &day);
	if (!t->has_year)
		t->year = year;
	for (;;) {
		days = t->of_year > 0 ? date_days(t->year, 1, 1) + (int64_t)t->of_year - 1 :
		    date_days(t->year, t->month, t->day);
		s = days * 86400 + t->h * 3600 + t->m * 60 + (t->s == 60 ? 59 : t->s);
		/* A day ahead is another zone's, or a clock that runs fast. */
		if (t->has_year || s <= received_s + 86400)
			return s;
		t->year--;
		t->has_year = true;
	}
}

static bool
by_form(struct slice s, struct slice form, const struct mapping_zone *zone, int64_t received_s,
    int64_t *s_out, uint32_t *us_out)
{
	struct moment t = { .month = 1, .day = 1 };

	if (!form_read(form, &s, &t))
		return false;
	*us_out = t.us;
	if (t.has_epoch) {
		*s_out = t.epoch;
		return true;
	}
	if ((t.am || t.pm) && (t.h < 1 || t.h > 12))
		return false;
	if (t.am || t.pm)
		t.h = t.h % 12 + (t.pm ? 12 : 0);
	if (!moment_ok(&t))
		return false;
	*s_out = seconds_of(&t, received_s);
	*s_out = t.has_zone ? *s_out - t.offset_s : to_utc(*s_out, zone);
	return true;
}

bool
mapping_date(struct slice s, struct slice form, const struct mapping_zone *zone,
    int64_t received_s, int64_t *s_out, uint32_t *us_out)
{
	uint8_t with_zone[140];
	struct date d;

	s = slice_trim(s);
	if (s.len > 128)
		return false;
	if (form.len > 0)
		return by_form(s, form, zone, received_s, s_out, us_out);
	/* Where another zone can be put behind it, it has none of its own. */
	if (zone->set && s.len > 0) {
		memcpy(with_zone, s.p, s.len);
		memcpy(with_zone + s.len, " +00:00", 7);
		if (date_read(slice_of(with_zone, s.len + 7), &d)) {
			*s_out = to_utc(d.s, zone);
			*us_out = d.us;
			return true;
		}
	}
	if (!date_read(s, &d))
		return false;
	*s_out = d.s;
	*us_out = d.us;
	return true;
}
