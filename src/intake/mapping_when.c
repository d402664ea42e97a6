/* Conditions of a mapping: "port is 22, 2222 and not source in 10.0.0.0/8". */
#include "intake/mapping_run.h"
#include "parse/date.h"
#include "parse/domain.h"

/* What is compared of a value: more tells nothing and would cost time. */
#define COMPARE_BYTES ((size_t)64 << 10)
#define GLOB_BYTES ((size_t)4 << 10)

/* One star at a time: the one before need not be tried again, so no recursion. */
bool
mapping_glob(struct slice pattern, struct slice s)
{
	size_t p = 0, i = 0, star = SIZE_MAX, mark = 0;

	s = slice_sub(s, 0, GLOB_BYTES);
	while (i < s.len) {
		if (p < pattern.len && pattern.p[p] == '*') {
			star = p++;
			mark = i;
		} else if (p < pattern.len && (pattern.p[p] == '?' || byte_lower(pattern.p[p]) == byte_lower(s.p[i]))) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.p[p] == '*')
		p++;
	return p == pattern.len;
}

static bool
contains_nocase(struct slice s, struct slice small)
{
	for (size_t i = 0; small.len <= s.len && i <= s.len - small.len; i++) {
		if (small.len == 0 || (byte_lower(s.p[i]) == small.p[0] &&
		    slice_eq_nocase(slice_sub(s, i, small.len), small)))
			return true;
	}
	return false;
}

bool
mapping_number(struct slice s, int64_t *out)
{
	bool minus = s.len > 0 && s.p[0] == '-';
	size_t point = slice_find_byte(s, '.');
	struct slice whole = slice_sub(s, minus, (point == SIZE_MAX ? s.len : point) - minus);
	struct slice part = point == SIZE_MAX ? SLICE_NONE : slice_from(s, point + 1);
	uint64_t n;

	if (!slice_u64(whole, &n) || n > (uint64_t)INT64_MAX / 2000)
		return false;
	*out = (int64_t)n * 1000;
	for (size_t i = 0, unit = 100; i < part.len; i++, unit /= 10) {
		if (!byte_is_digit(part.p[i]))
			return false;
		*out += (int64_t)((size_t)(part.p[i] - '0') * unit);
	}
	*out = minus ? -*out : *out;
	return true;
}

static bool
hex_of(struct slice s, size_t len)
{
	for (size_t i = 0; i < s.len; i++) {
		if (byte_hex(s.p[i]) < 0)
			return false;
	}
	return s.len == len;
}

static bool
name_like(struct slice s)
{
	uint8_t small[254];

	if (s.len >= sizeof(small))
		return false;
	for (size_t i = 0; i < s.len; i++)
		small[i] = byte_lower(s.p[i]);
	return fqdn_ok(slice_of(small, s.len));
}

int
mapping_looks(struct slice s, struct slice kind)
{
	struct prefix net;
	struct date d;
	struct url u;
	struct ip ip;
	int64_t n;

	s = slice_trim(s);
	if (slice_eq(kind, S("ip")))
		return ip_read(s, &ip);
	if (slice_eq(kind, S("ipv4")))
		return ip_read(s, &ip) && ip_is_v4(ip);
	if (slice_eq(kind, S("ipv6")))
		return ip_read(s, &ip) && !ip_is_v4(ip);
	if (slice_eq(kind, S("network")))
		return slice_find_byte(s, '/') != SIZE_MAX && prefix_read_loose(s, &net);
	if (slice_eq(kind, S("fqdn")))
		return name_like(s);
	if (slice_eq(kind, S("url")))
		return url_split(s, &u);
	if (slice_eq(kind, S("email")))
		return mailbox_ok(s);
	if (slice_eq(kind, S("asn")))
		return slice_starts_nocase(s, S("AS")) && slice_i64(slice_from(s, 2), &n);
	if (slice_eq(kind, S("number")))
		return mapping_number(s, &n);
	if (slice_eq(kind, S("date")))
		return date_read(s, &d);
	if (slice_eq(kind, S("md5")))
		return hex_of(s, 32);
	if (slice_eq(kind, S("sha1")))
		return hex_of(s, 40);
	if (slice_eq(kind, S("sha256")))
		return hex_of(s, 64);
	return -1;
}

/* A network or an address of it, within the other. */
static bool
lies_in(struct slice s, const struct prefix *net)
{
	struct prefix p;

	return prefix_read_loose(s, &p) && p.bits >= net->bits && prefix_covers(net, p.ip);
}

static bool
value_holds(const struct mapping_run *r, const struct mapping_test *t, struct slice s,
    const struct test_value *v)
{
	int64_t n;
	struct date d;

	switch (t->op) {
	case TEST_IS:
		return slice_eq_nocase(s, v->text);
	case TEST_CONTAINS:
		return contains_nocase(s, v->text);
	case TEST_STARTS:
		return slice_starts_nocase(s, v->text);
	case TEST_ENDS:
		return slice_ends_nocase(s, v->text);
	case TEST_MATCHES:
		return mapping_glob(v->text, s);
	case TEST_IN:
		return lies_in(s, &v->net);
	case TEST_BEFORE:
	case TEST_AFTER:
		n = v->back ? r->in->received_s - v->number : v->number;
		return mapping_date(s, SLICE_NONE, &r->m->zone, r->in->received_s, &d.s, &d.us) &&
		    (t->op == TEST_BEFORE ? d.s < n : d.s > n);
	case TEST_LESS:
		return mapping_number(s, &n) && (n < v->number || (t->or_equal && n == v->number));
	case TEST_MORE:
		return mapping_number(s, &n) && (n > v->number || (t->or_equal && n == v->number));
	case TEST_LOOKS:
		return mapping_looks(s, v->text) == 1;
	case TEST_SAME:
		return slice_eq_nocase(s, slice_trim(mapping_cell(r, v->column).text));
	case TEST_EMPTY:
		break;
	}
	return false;
}

static bool
test_holds(const struct mapping_run *r, const struct mapping_test *t)
{
	struct slice s = slice_sub(slice_trim(mapping_cell(r, t->column).text), 0, COMPARE_BYTES);

	if (t->op == TEST_EMPTY)
		return (s.len == 0) != t->negate;
	for (uint32_t i = 0; i < t->values.count; i++) {
		if (value_holds(r, t, s, &r->m->values.v[t->values.first + i]))
			return !t->negate;
	}
	return t->negate;
}

bool
mapping_holds(const struct mapping_run *r, uint32_t condition)
{
	struct span tests = r->m->conditions.v[condition].tests;
	bool holds = true;

	for (uint32_t i = 0; i < tests.count; i++) {
		const struct mapping_test *t = &r->m->tests.v[tests.first + i];

		/* "a and b or c and d": what stands before an "or" is enough. */
		if (t->other) {
			if (holds)
				return true;
			holds = true;
		}
		holds = holds && test_holds(r, t);
	}
	return holds;
}
