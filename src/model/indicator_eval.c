#include "model/indicator_eval.h"

#include <stdlib.h>

#include "model/indicator_series.h"
#include "parse/ip.h"
#include "parse/pattern_regex.h"

#define F(x) FIELD_##x
#define END FIELD_NONE

static const struct view_path paths[] = {
	{ S_INIT("ipv4-addr"), S_INIT("value"), VIEW_IP, INDICATOR_KEY_IP,
	    { F(SOURCE_IP), F(DESTINATION_IP), F(SOURCE_LOCAL_IP), F(DESTINATION_LOCAL_IP), F(SOURCE_NETWORK), F(DESTINATION_NETWORK) } },
	{ S_INIT("ipv6-addr"), S_INIT("value"), VIEW_IP, INDICATOR_KEY_IP,
	    { F(SOURCE_IP), F(DESTINATION_IP), F(SOURCE_LOCAL_IP), F(DESTINATION_LOCAL_IP), F(SOURCE_NETWORK), F(DESTINATION_NETWORK) } },
	{ S_INIT("domain-name"), S_INIT("value"), VIEW_FQDN, INDICATOR_KEY_FQDN,
	    { F(SOURCE_FQDN), F(DESTINATION_FQDN), F(SOURCE_REVERSE_DNS), F(DESTINATION_REVERSE_DNS), END } },
	{ S_INIT("url"), S_INIT("value"), VIEW_URL, INDICATOR_KEY_URL, { F(SOURCE_URL), F(DESTINATION_URL), END } },
	{ S_INIT("autonomous-system"), S_INIT("number"), VIEW_NUMBER, INDICATOR_KEY_ASN, { F(SOURCE_ASN), F(DESTINATION_ASN), END } },
	{ S_INIT("email-addr"), S_INIT("value"), VIEW_NOCASE, INDICATOR_KEY_MAIL, { F(SOURCE_ACCOUNT), F(DESTINATION_ACCOUNT), END } },
	{ S_INIT("user-account"), S_INIT("user_id"), VIEW_TEXT, INDICATOR_KEY_ACCOUNT, { F(SOURCE_ACCOUNT), F(DESTINATION_ACCOUNT), END } },
	{ S_INIT("user-account"), S_INIT("account_login"), VIEW_TEXT, INDICATOR_KEY_ACCOUNT, { F(SOURCE_ACCOUNT), F(DESTINATION_ACCOUNT), END } },
	{ S_INIT("file"), S_INIT("hashes.MD5"), VIEW_NOCASE, INDICATOR_KEY_MD5, { F(MALWARE_HASH_MD5), END } },
	{ S_INIT("file"), S_INIT("hashes.SHA-1"), VIEW_NOCASE, INDICATOR_KEY_SHA1, { F(MALWARE_HASH_SHA1), END } },
	{ S_INIT("file"), S_INIT("hashes.SHA1"), VIEW_NOCASE, INDICATOR_KEY_SHA1, { F(MALWARE_HASH_SHA1), END } },
	{ S_INIT("file"), S_INIT("hashes.SHA-256"), VIEW_NOCASE, INDICATOR_KEY_SHA256, { F(MALWARE_HASH_SHA256), END } },
	{ S_INIT("file"), S_INIT("hashes.SHA256"), VIEW_NOCASE, INDICATOR_KEY_SHA256, { F(MALWARE_HASH_SHA256), END } },
	{ S_INIT("network-traffic"), S_INIT("src_ref.value"), VIEW_IP, INDICATOR_KEY_IP, { F(SOURCE_IP), F(SOURCE_LOCAL_IP), END } },
	{ S_INIT("network-traffic"), S_INIT("dst_ref.value"), VIEW_IP, INDICATOR_KEY_IP, { F(DESTINATION_IP), F(DESTINATION_LOCAL_IP), END } },
	{ S_INIT("network-traffic"), S_INIT("src_port"), VIEW_NUMBER, INDICATOR_KEY_NONE, { F(SOURCE_PORT), END } },
	{ S_INIT("network-traffic"), S_INIT("dst_port"), VIEW_NUMBER, INDICATOR_KEY_NONE, { F(DESTINATION_PORT), END } },
	{ S_INIT("network-traffic"), S_INIT("protocols"), VIEW_NOCASE, INDICATOR_KEY_NONE, { F(PROTOCOL_TRANSPORT), F(PROTOCOL_APPLICATION), END } },
	{ S_INIT("software"), S_INIT("name"), VIEW_TEXT, INDICATOR_KEY_NONE, { F(PRODUCT_NAME), F(PRODUCT_FULL_NAME), END } },
	{ S_INIT("software"), S_INIT("vendor"), VIEW_TEXT, INDICATOR_KEY_NONE, { F(PRODUCT_VENDOR), END } },
	{ S_INIT("software"), S_INIT("version"), VIEW_TEXT, INDICATOR_KEY_NONE, { F(PRODUCT_VERSION), END } },
};

/* The path of a test against one of ours; indexes are passed over, as our lists have no order. */
static bool
path_is(const struct pattern_test *t, struct slice path)
{
	struct slice rest = path, name;
	bool nocase = slice_starts(path, S("hashes."));

	for (size_t i = 0; i < t->step_count; i++) {
		if (t->steps[i].key.p == NULL) {
			if (t->steps[i].index != PATTERN_ANY && t->steps[i].index != 0)
				return false;
			continue;
		}
		if (!slice_cut(&rest, '.', &name) || !(nocase ? slice_eq_nocase(name, t->steps[i].key) : slice_eq(name, t->steps[i].key)))
			return false;
	}
	return rest.p == NULL;
}

const struct view_path *
view_path_find(const struct pattern_test *t)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (slice_eq(paths[i].type, t->type) && path_is(t, paths[i].path))
			return &paths[i];
	}
	return NULL;
}

/* An address is an object of its own family; a mail address has its sign. */
static bool
value_is_of(const struct view_path *p, struct slice v)
{
	bool colon = slice_find_byte(v, ':') != SIZE_MAX;

	if (p->kind == VIEW_IP && p->path.len == 5 /* value */)
		return colon == (p->type.p[3] == '6');
	return p->key != INDICATOR_KEY_MAIL || slice_find_byte(v, '@') != SIZE_MAX;
}

static int
sign_of(double d)
{
	return d < 0 ? -1 : d > 0;
}

/* *cmp_out: the order of the two; false: they cannot be compared. */
static bool
compare(const struct view_path *p, struct slice v, const struct pattern_value *x, struct arena *a, int *cmp_out)
{
	char text[32] = "";
	struct slice clean;

	if (p->kind == VIEW_NUMBER) {
		if ((x->kind != PATTERN_INTEGER && x->kind != PATTERN_FLOAT) || v.len >= sizeof(text))
			return false;
		memcpy(text, v.p, v.len);
		*cmp_out = sign_of(strtod(text, NULL) - x->number);
		return true;
	}
	if (x->kind != PATTERN_TEXT)
		return false;
	if (p->key != INDICATOR_KEY_NONE && p->kind != VIEW_TEXT && indicator_value_clean(p->key, x->text, a, &clean) &&
	    (p->kind != VIEW_NOCASE || (v = arena_lower(a, v)).p != NULL))
		*cmp_out = slice_cmp(v, clean);
	else
		*cmp_out = p->kind == VIEW_NOCASE && slice_eq_nocase(v, x->text) ? 0 : slice_cmp(v, x->text);
	return true;
}

/* SQL's LIKE: % any run, _ one character, of the whole text; no step back but to the last %. */
static bool
like(struct slice s, struct slice pattern)
{
	size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

	while (i < s.len) {
		size_t step = slice_utf8_step(slice_from(s, i));

		if (k < pattern.len && pattern.p[k] == '%') {
			star = k++;
			from = i;
		} else if (k < pattern.len && pattern.p[k] == '_') {
			i += step > 0 ? step : 1;
			k++;
		} else if (k < pattern.len && pattern.p[k] == s.p[i]) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			k = star + 1;
			step = slice_utf8_step(slice_from(s, from));
			i = from += step > 0 ? step : 1;
		} else {
			return false;
		}
	}
	while (k < pattern.len && pattern.p[k] == '%')
		k++;
	return k == pattern.len;
}

static bool
within(struct slice inner, struct slice outer)
{
	struct prefix i, o;

	return prefix_read_loose(inner, &i) && prefix_read_loose(outer, &o) && ip_is_v4(i.ip) == ip_is_v4(o.ip) && o.bits <= i.bits &&
	    prefix_covers(&o, i.ip);
}

static bool
value_meets(const struct pattern_test *t, const struct view_path *p, struct slice v, struct arena *a)
{
	const struct pattern_value *x = t->values;
	struct slice nfc;
	int cmp = 0;

	switch (t->op) {
	case PATTERN_EXISTS:
		return true;
	case PATTERN_IN:
		for (size_t i = 0; i < t->value_count; i++) {
			if (compare(p, v, &t->values[i], a, &cmp) && cmp == 0)
				return true;
		}
		return false;
	case PATTERN_LIKE:
		return pattern_nfc(v, a, &nfc) && like(nfc, x->text);
	case PATTERN_MATCHES:
		return t->regex != NULL && pattern_nfc(v, a, &nfc) && pattern_regex_match(t->regex, nfc);
	case PATTERN_ISSUBSET:
		return within(v, x->text);
	case PATTERN_ISSUPERSET:
		return within(x->text, v);
	case PATTERN_EQ:
		return compare(p, v, x, a, &cmp) && cmp == 0;
	case PATTERN_NE:
		return compare(p, v, x, a, &cmp) && cmp != 0;
	case PATTERN_LT:
		return compare(p, v, x, a, &cmp) && cmp < 0;
	case PATTERN_LE:
		return compare(p, v, x, a, &cmp) && cmp <= 0;
	case PATTERN_GT:
		return compare(p, v, x, a, &cmp) && cmp > 0;
	case PATTERN_GE:
		return compare(p, v, x, a, &cmp) && cmp >= 0;
	}
	return false;
}

bool
indicator_test_meets(const struct pattern_test *t, const struct event *ev, struct arena *a)
{
	const struct view_path *p = view_path_find(t);

	for (size_t i = 0; p != NULL && i < sizeof(p->fields) / sizeof(p->fields[0]) && p->fields[i] != FIELD_NONE; i++) {
		struct slice v = ev->v[p->fields[i]];

		if (v.p != NULL && value_is_of(p, v) && value_meets(t, p, v, a) != t->negated)
			return true;
	}
	return false;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as a pattern may be (parse/pattern.h) */
/* Depth is bounded by PATTERN_DEPTH_MAX. */
static bool
expr_meets(const struct pattern_expr *x, const struct event *ev, struct arena *a)
{
	if (x->join == PATTERN_LEAF)
		return indicator_test_meets(x->test, ev, a);
	for (const struct pattern_expr *i = x->first; i != NULL; i = i->next) {
		if (expr_meets(i, ev, a) == (x->join == PATTERN_OR))
			return x->join == PATTERN_OR;
	}
	return x->join == PATTERN_AND;
}

bool
indicator_meets(const struct pattern_watch *w, const struct event *ev, int64_t time_s, struct arena *a)
{
	if (w->bounded && (time_s * 1000000 < w->start_us || time_s * 1000000 >= w->stop_us))
		return false;
	if (w->expr != NULL)
		return expr_meets(w->expr, ev, a);
	for (const struct pattern_watch *i = w->first; i != NULL; i = i->next) {
		if (indicator_meets(i, ev, time_s, a))
			return true;
	}
	return false;
}

static uint16_t
leaf_bit(unsigned at, const struct pattern_expr *x, const struct event *ev, struct arena *a)
{
	return at < SERIES_LEAVES_MAX && expr_meets(x, ev, a) ? (uint16_t)(1u << at) : 0;
}

static uint16_t
leaves_of(const struct pattern_watch *w, const struct event *ev, struct arena *a, unsigned *at)
{
	uint16_t met = 0;

	if (w->expr != NULL)
		return leaf_bit((*at)++, w->expr, ev, a);
	for (const struct pattern_watch *i = w->first; i != NULL; i = i->next)
		met |= leaves_of(i, ev, a, at);
	return met;
}

uint16_t
indicator_leaves(const struct pattern_watch *w, const struct event *ev, struct arena *a)
{
	unsigned at = 0;

	return leaves_of(w, ev, a, &at);
}

static bool
expr_regex(struct pattern_expr *x, bool make, struct err *e)
{
	if (x->join == PATTERN_LEAF) {
		if (!make)
			pattern_regex_free(&x->test->regex);
		return !make || x->test->op != PATTERN_MATCHES || pattern_regex_new(x->test->values[0].text, &x->test->regex, e);
	}
	for (struct pattern_expr *i = x->first; i != NULL; i = i->next) {
		if (!expr_regex(i, make, e))
			return false;
	}
	return true;
}

static bool
watch_regex(struct pattern_watch *w, bool make, struct err *e)
{
	if (w->expr != NULL)
		return expr_regex(w->expr, make, e);
	for (struct pattern_watch *i = w->first; i != NULL; i = i->next) {
		if (!watch_regex(i, make, e))
			return false;
	}
	return true;
}
/* NOLINTEND(misc-no-recursion) */

bool
indicator_regex_make(struct pattern_watch *w, struct err *e)
{
	return watch_regex(w, true, e);
}

void
indicator_regex_free(struct pattern_watch *w)
{
	struct err none = ERR_INIT;

	(void)watch_regex(w, false, &none);
}
