/* indicator_plan: what a pattern is watched by. */
#include "model/indicator.h"

#include "base/lang.h"
#include "model/indicator_eval.h"
#include "model/indicator_series.h"
#include "parse/ip.h"

static const char *const key_names[INDICATOR_KEY_COUNT] = { "pattern", "ip", "domain", "url", "md5", "sha1", "sha256", "mail", "asn", "account" };

const char *
indicator_key_name(enum indicator_key k)
{
	return (unsigned)k < INDICATOR_KEY_COUNT ? key_names[k] : "pattern";
}

static bool
ip_clean(struct slice value, struct arena *a, struct slice *out)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix p;
	size_t n;

	if (ip_read(value, &p.ip))
		n = ip_print(p.ip, text);
	else if (slice_find_byte(value, '/') != SIZE_MAX && prefix_read_loose(value, &p))
		n = p.bits == 128 ? ip_print(p.ip, text) : prefix_print(&p, text);
	else
		return false;
	*out = arena_copy(a, slice_of(text, n));
	return out->p != NULL;
}

bool
indicator_value_clean(enum indicator_key k, struct slice value, struct arena *a, struct slice *out)
{
	struct err none = ERR_INIT;

	switch (k) {
	case INDICATOR_KEY_IP:
		return ip_clean(value, a, out);
	case INDICATOR_KEY_FQDN:
		return field_type_clean(TYPE_FQDN, value, a, out, &none);
	case INDICATOR_KEY_URL:
		return field_type_clean(TYPE_URL, value, a, out, &none);
	case INDICATOR_KEY_MD5:
	case INDICATOR_KEY_SHA1:
	case INDICATOR_KEY_SHA256:
	case INDICATOR_KEY_MAIL:
		*out = arena_lower(a, value);
		return out->p != NULL && value.len > 0;
	case INDICATOR_KEY_ASN:
		return field_type_clean(TYPE_ASN, value, a, out, &none);
	case INDICATOR_KEY_ACCOUNT:
		*out = value;
		return value.len > 0;
	case INDICATOR_KEY_NONE:
	case INDICATOR_KEY_COUNT:
		break;
	}
	return false;
}

/* The one comparison of one value that a pattern may be. */
static const struct pattern_test *
single(const struct pattern *p)
{
	const struct pattern_watch *w = p->root;

	while (w->expr == NULL && w->first->next == NULL && !w->bounded && w->repeats <= 1)
		w = w->first;
	if (w->expr == NULL || w->expr->join != PATTERN_LEAF || w->bounded || w->repeats > 1)
		return NULL;
	return w->expr->test->negated || w->expr->test->value_count != 1 ? NULL : w->expr->test;
}

static bool
value_plan(const struct pattern_test *t, struct arena *a, struct indicator_plan *out)
{
	const struct view_path *path = view_path_find(t);
	bool set = t->op == PATTERN_ISSUBSET && path != NULL && path->kind == VIEW_IP;
	struct prefix p;

	if (path == NULL || path->key == INDICATOR_KEY_NONE || !(t->op == PATTERN_EQ || t->op == PATTERN_IN || set))
		return false;
	/* Of one direction or of one family alone: more than a value. */
	if (slice_eq(path->type, S("network-traffic")))
		return false;
	if (!indicator_value_clean(path->key, t->values[0].text, a, &out->value))
		return false;
	/* '198.51.100.0/24' as a value is the network itself, not what lies in it. */
	if (path->kind == VIEW_IP && (!prefix_read_loose(out->value, &p) || prefix_is_v4(&p) != (path->type.p[3] == '4') ||
		(!set && p.bits < 128)))
		return false;
	out->watch = INDICATOR_VALUE;
	out->key = path->key;
	return true;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as a pattern may be (parse/pattern.h) */
/* Is one event enough? */
static bool
needs_more(const struct pattern_watch *w)
{
	if (w->repeats > 1 || w->join == PATTERN_FOLLOWEDBY || (w->join == PATTERN_AND && w->first->next != NULL))
		return true;
	for (const struct pattern_watch *i = w->first; i != NULL; i = i->next) {
		if (needs_more(i))
			return true;
	}
	return false;
}

/* Could an event meet it? What events say nothing of is never so. */
static bool
expr_possible(const struct pattern_expr *x)
{
	if (x->join == PATTERN_LEAF)
		return view_path_find(x->test) != NULL;
	for (const struct pattern_expr *i = x->first; i != NULL; i = i->next) {
		if (expr_possible(i) == (x->join == PATTERN_OR))
			return x->join == PATTERN_OR;
	}
	return x->join == PATTERN_AND;
}

static bool
possible(const struct pattern_watch *w)
{
	if (w->expr != NULL)
		return expr_possible(w->expr);
	for (const struct pattern_watch *i = w->first; i != NULL; i = i->next) {
		if (possible(i) == (w->join == PATTERN_OR))
			return w->join == PATTERN_OR;
	}
	return w->join != PATTERN_OR;
}
/* NOLINTEND(misc-no-recursion) */

void
indicator_plan(const struct pattern *p, struct arena *a, struct indicator_plan *out)
{
	const struct pattern_test *t = single(p);

	struct series *series;

	*out = (struct indicator_plan){ .watch = INDICATOR_NOT_WATCHED };
	if (!possible(p->root))
		out->why = N_("events say nothing of what it asks for");
	else if (t != NULL && value_plan(t, a, out))
		return;
	else if (!needs_more(p->root))
		out->watch = INDICATOR_PATTERN;
	else if (series_new(p, a, &series))
		out->watch = INDICATOR_SERIES;
	else
		out->why = N_("it asks for more observations or repetitions than are watched");
}
