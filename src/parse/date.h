/*
 * date: the forms of dates that reports come in, to int64_t seconds UTC.
 */
#ifndef PARSE_DATE_H
#define PARSE_DATE_H

#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define DATE_TEXT_MAX 40

/*
 * A moment with what stood behind its second; microseconds are kept because
 * IntelMQ and n6 print them.
 */
struct date {
	int64_t s;
	uint32_t us; /* 0 to 999,999 */
};

/*
 * ISO 8601 / RFC 3339 and its relatives: "2010-02-10 00:00:00",
 * "2010-02-10T00:00:00.123Z", "+00:00", "+0100", " UTC", " GMT", "2010-02-10"
 * (midnight), "20100210", "2010-02-10 00:00", RFC 5322 dates ("Tue, 03 Mar
 * 2015 16:56:01 +0100 (CET)"), "Mar  3 2015 16:56:01", seconds since 1970
 * ("1425400000", with fraction). A moment without a zone is UTC.
 */
bool date_parse(struct slice s, struct date *out, struct err *e) MUST_USE;
bool date_read(struct slice s, struct date *out);
/* Only the fixed form "YYYY-MM-DD HH:MM:SS" (or T), UTC: the hot path. */
bool date_read_fast(struct slice s, int64_t *out);
/* RFC 5322 section 3.3 with the obsolete zones. */
bool date_read_mail(struct slice s, struct date *out);

/* IntelMQ's form: "2010-02-10T00:00:00+00:00", with .ffffff when us != 0. Returns length. */
size_t date_print(const struct date *d, char out[DATE_TEXT_MAX]);
/* "2010-02-10T00:00:00Z" */
size_t date_print_z(int64_t s, char out[DATE_TEXT_MAX]);
/* RFC 5322: "Wed, 10 Feb 2010 00:00:00 +0000" */
size_t date_print_mail(int64_t s, char out[DATE_TEXT_MAX]);
/* "2010-02-10" */
size_t date_print_day(int64_t s, char out[DATE_TEXT_MAX]);

/* Days since 1970 of a civil date and back (proleptic Gregorian). */
int64_t date_days(int64_t year, unsigned month, unsigned day);
void date_civil(int64_t days, int64_t *year, unsigned *month, unsigned *day);

#endif
