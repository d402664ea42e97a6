/*
 * desk_money: amounts with their currency and day; days, months, working days.
 */
#include "model/desk_room.h"

#include "parse/date.h"

/* ISO 4217, as of 2026: what is in circulation, without funds' codes and metals but XDR. */
static const char currencies[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY "
    "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR "
    "IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR "
    "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD "
    "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD "
    "XCG XDR XOF XPF YER ZAR ZMW ZWG";

#define AMOUNT_MAX (INT64_C(1000000000000) * DESK_AMOUNT_SCALE)

bool
desk_currency_ok(struct slice code)
{
	return code.len == 3 && desk_word_in(currencies, code);
}

bool
desk_amount_read(struct slice text, int64_t *out)
{
	struct slice rest = text, whole;
	int64_t v, part = 0;
	bool minus = false;

	if (rest.len > 0 && rest.p[0] == '-') {
		minus = true;
		rest = slice_from(rest, 1);
	}
	if (rest.len == 0 || rest.len > 17 || !slice_cut(&rest, '.', &whole) || whole.len == 0 || whole.len > 13 ||
	    !slice_i64(whole, &v) || !byte_is_digit(whole.p[0]))
		return false;
	if (rest.p != NULL && (rest.len == 0 || rest.len > 3))
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (i < rest.len && !byte_is_digit(rest.p[i]))
			return false;
		part = part * 10 + (i < rest.len ? rest.p[i] - '0' : 0);
	}
	v = v * DESK_AMOUNT_SCALE + part;
	*out = minus ? -v : v;
	return v <= AMOUNT_MAX;
}

void
desk_amount_print(int64_t amount, struct buf *out)
{
	uint64_t v = amount < 0 ? (uint64_t)-amount : (uint64_t)amount;
	unsigned part = (unsigned)(v % DESK_AMOUNT_SCALE);

	buf_printf(out, "%s%llu", amount < 0 ? "-" : "", (unsigned long long)(v / DESK_AMOUNT_SCALE));
	if (part % 10 != 0)
		buf_printf(out, ".%03u", part);
	else if (part != 0)
		buf_printf(out, ".%02u", part / 10);
}

bool
desk_day_read(struct slice text, int64_t *s_out)
{
	uint64_t year, month, day;
	int64_t y, days;
	unsigned m, d;

	if (text.len != 10 || text.p[4] != '-' || text.p[7] != '-' || !slice_u64(slice_sub(text, 0, 4), &year) ||
	    !slice_u64(slice_sub(text, 5, 2), &month) || !slice_u64(slice_sub(text, 8, 2), &day) || month < 1 || month > 12 ||
	    day < 1 || day > 31 || year < 1900)
		return false;
	days = date_days((int64_t)year, (unsigned)month, (unsigned)day);
	date_civil(days, &y, &m, &d);
	*s_out = days * 86400;
	return m == month && d == day;
}

bool
desk_money_read(const struct json *v, struct desk_money *out)
{
	out->currency = json_text(json_get(v, S("currency")));
	return desk_amount_read(json_text(json_get(v, S("amount"))), &out->amount) && desk_currency_ok(out->currency) &&
	    desk_day_read(json_text(json_get(v, S("date"))), &out->date_s);
}

static int64_t
day_of(int64_t s)
{
	return s / 86400 - (s % 86400 < 0);
}

int64_t
desk_working_days(int64_t from_s, unsigned days)
{
	int64_t day = day_of(from_s), rest = from_s - day * 86400;

	while (days > 0) {
		day++;
		/* 1970-01-01 was a Thursday: 0 is Monday. */
		if ((day % 7 + 10) % 7 < 5)
			days--;
	}
	return day * 86400 + rest;
}

int64_t
desk_months(int64_t from_s, int months)
{
	int64_t day = day_of(from_s), rest = from_s - day * 86400, y, n, back;
	unsigned m, d, bm, bd;

	date_civil(day, &y, &m, &d);
	n = y * 12 + (int64_t)m - 1 + months;
	y = n / 12;
	m = (unsigned)(n % 12) + 1;
	do {
		day = date_days(y, m, d);
		date_civil(day, &back, &bm, &bd);
	} while (bm != m && d-- > 0);
	return day * 86400 + rest;
}
