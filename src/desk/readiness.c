#include "desk/readiness.h"

#include <stdlib.h>

/* --- a country on a date ---------------------------------------------------------- */

struct load {
	struct store *s;
	struct arena *a;
	struct readiness *out;
};

static size_t
index_of(struct slice id)
{
	const struct ready_indicator *i = ready_find(id);

	return i == NULL ? SIZE_MAX : (size_t)(i - ready_indicators);
}

/* Of a date that is past: the version that held then. */
static bool
then_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct load *x = cookie;
	size_t i = index_of(desk_text(r, "indicator"));

	(void)e;
	if (i != SIZE_MAX && r->changed_s <= x->out->date_s)
		ready_judge(r, x->out->date_s, &x->out->v[i]);
	return true;
}

static bool
answer_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct load *x = cookie;

	if (r->changed_s <= x->out->date_s)
		return then_take(cookie, r, e);
	return r->created_s > x->out->date_s || desk_history(x->s, r->id, then_take, cookie, e);
}

bool
readiness_of(struct store *s, struct slice country, int64_t date_s, struct arena *a, struct readiness *out, struct err *e)
{
	struct desk_query q = { .has_kind = true, .kind = DESK_ANSWER, .country = country };
	struct load x = { s, a, out };

	*out = (struct readiness){ arena_array(a, ready_count, sizeof(struct ready_answer)), date_s };
	if (out->v == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	for (size_t i = 0; i < ready_count; i++)
		ready_judge(NULL, date_s, &out->v[i]);
	return desk_list(s, &q, answer_take, &x, e);
}

void
readiness_sum(const struct readiness *r, const char *domain, struct readiness_domain *out)
{
	int sum = 0;

	*out = (struct readiness_domain){ .value = -1 };
	for (size_t i = 0; i < ready_count; i++) {
		const struct ready_indicator *x = &ready_indicators[i];
		const struct ready_answer *a = &r->v[i];
		int counted = ready_counted(a);

		if (strcmp(x->domain, domain) != 0)
			continue;
		out->indicators++;
		out->answered += a->there;
		out->accepted += a->accepted;
		out->proof += a->accepted && a->proof;
		out->expired += a->expired;
		if (counted >= 0) {
			out->counted++;
			sum += counted;
		}
		out->minimum += x->minimum > 0;
		out->met += x->minimum > 0 && ready_holds(x, a);
	}
	if (out->counted > 0)
		out->value = (sum * 100 + (int)out->counted * 2) / ((int)out->counted * 4);
}

/* --- gaps become needs -------------------------------------------------------------- */

struct named {
	bool *v; /* indicators that an open need names */
};

static bool
named_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct named *x = cookie;

	(void)e;
	if (desk_kind_of(r->kind)->flow->states[r->state].final || desk_in(r, "closed"))
		return true;
	JSON_EACH(id, desk_get(r, "indicators")) {
		size_t i = index_of(json_text(id));

		if (i != SIZE_MAX)
			x->v[i] = true;
	}
	return true;
}

static void
texts_put(const char *key, const struct ready_text *t, struct buf *b)
{
	buf_printf(b, ",\"%s\":{", key);
	for (int l = 0; l < LANG_COUNT; l++) {
		buf_printf(b, "%s\"%s\":", l == 0 ? "" : ",", lang_tag((enum lang)l));
		json_quote(b, slice_of_str(t->t[l]));
	}
	buf_byte(b, '}');
}

/* The questions that are not met, a line each, in every language. */
static void
problem_put(const bool *missing, const char *domain, struct buf *b)
{
	buf_str(b, ",\"problem\":{");
	for (int l = 0; l < LANG_COUNT; l++) {
		struct buf text;
		size_t n = 0;

		buf_init(&text, 8000);
		for (size_t i = 0; i < ready_count; i++) {
			const struct ready_indicator *x = &ready_indicators[i];

			if (missing[i] && strcmp(x->domain, domain) == 0)
				buf_printf(&text, "%s%s: %s", n++ == 0 ? "" : "\n", x->id, x->question.t[l]);
		}
		buf_printf(b, "%s\"%s\":", l == 0 ? "" : ",", lang_tag((enum lang)l));
		json_quote(b, buf_view(&text));
		buf_fini(&text);
	}
	buf_byte(b, '}');
}

static void
need_put(struct slice country, const struct ready_domain *d, const bool *missing, struct buf *b)
{
	char seen[64] = "";
	size_t n = 0;

	buf_printf(b, "{\"country\":\"%.*s\",\"indicators\":[", SLICE_ARG(country));
	for (size_t i = 0; i < ready_count; i++) {
		if (missing[i] && strcmp(ready_indicators[i].domain, d->id) == 0)
			buf_printf(b, "%s\"%s\"", n++ == 0 ? "" : ",", ready_indicators[i].id);
	}
	buf_str(b, "],\"topics\":[");
	n = 0;
	for (size_t i = 0; i < ready_count; i++) {
		struct slice rest = slice_of_str(ready_indicators[i].topics), topic;

		while (missing[i] && strcmp(ready_indicators[i].domain, d->id) == 0 && rest.len > 0 && slice_cut(&rest, ' ', &topic)) {
			if (topic.len != 1 || strchr(seen, topic.p[0]) != NULL)
				continue;
			(void)strncat(seen, (const char[]){ (char)topic.p[0], '\0' }, sizeof(seen) - strlen(seen) - 1);
			buf_printf(b, "%s\"%c\"", n++ == 0 ? "" : ",", topic.p[0]);
		}
	}
	buf_byte(b, ']');
	texts_put("title", &d->name, b);
	problem_put(missing, d->id, b);
	buf_byte(b, '}');
}

static bool
domain_propose(struct store *s, struct slice country, const struct ready_domain *d, const bool *missing,
    const struct desk_actor *actor, const struct who *by, int64_t now_s, struct arena *a, struct desk_record *out, struct err *e)
{
	struct desk_deed deed = { .verb = DESK_NEW, .kind = DESK_NEED, .actor = actor, .now_s = now_s };
	struct buf b;
	bool ok;

	buf_init(&b, DESK_DOC_BYTES_MAX);
	need_put(country, d, missing, &b);
	ok = (buf_ok(&b) || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", DESK_DOC_BYTES_MAX)) &&
	    json_parse(arena_copy(a, buf_view(&b)), &JSON_LIMITS, a, &deed.patch, e) && desk_deed(s, SLICE_NONE, &deed, by, a, out, e);
	buf_fini(&b);
	return ok;
}

bool
readiness_propose(struct store *s, struct slice country, const struct desk_actor *actor, const struct who *by, int64_t now_s,
    bool (*each)(void *cookie, const struct desk_record *r, struct err *e), void *cookie, size_t *count_out, struct err *e)
{
	struct desk_query q = { .has_kind = true, .kind = DESK_NEED, .country = country };
	struct named named;
	struct readiness r;
	struct arena a;
	bool ok;

	*count_out = 0;
	arena_init(&a, (size_t)64 << 20);
	named.v = arena_array(&a, ready_count, sizeof(bool));
	ok = (named.v != NULL || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a.max)) &&
	    readiness_of(s, country, now_s, &a, &r, e) && desk_list(s, &q, named_take, &named, e);
	for (size_t d = 0; ok && d < ready_domain_count; d++) {
		bool *missing = arena_array(&a, ready_count, sizeof(bool));
		struct desk_record out;
		bool any = false;

		for (size_t i = 0; missing != NULL && i < ready_count; i++) {
			missing[i] = !named.v[i] && !ready_holds(&ready_indicators[i], &r.v[i]) && strcmp(ready_indicators[i].domain, ready_domains[d].id) == 0;
			any = any || missing[i];
		}
		if (!any)
			continue;
		ok = domain_propose(s, country, &ready_domains[d], missing, actor, by, now_s, &a, &out, e) && each(cookie, &out, e);
		*count_out += ok;
	}
	arena_fini(&a);
	return ok;
}

/* --- laws ------------------------------------------------------------------------------ */

#define BUDAPEST "Budapest Convention Art. "
#define ARTICLES_MAX 64

/* The articles in a line of references; *rest goes behind it. */
static bool
article_next(struct slice *rest, unsigned *out)
{
	struct slice line;
	uint64_t n;

	while (rest->len > 0 && slice_cut(rest, '\n', &line)) {
		size_t digits = 0;

		if (!slice_starts(line, S(BUDAPEST)))
			continue;
		line = slice_from(line, sizeof(BUDAPEST) - 1);
		while (digits < line.len && byte_is_digit(line.p[digits]))
			digits++;
		if (slice_u64(slice_sub(line, 0, digits), &n) && n > 0 && n < ARTICLES_MAX) {
			*out = (unsigned)n;
			return true;
		}
	}
	return false;
}

bool
readiness_articles(const struct readiness *r,
    bool (*each)(void *cookie, unsigned article, const struct ready_indicator *i, const struct ready_answer *a, struct err *e),
    void *cookie, struct err *e)
{
	for (unsigned article = 1; article < ARTICLES_MAX; article++) {
		for (size_t i = 0; i < ready_count; i++) {
			struct slice rest = slice_of_str(ready_indicators[i].references);
			unsigned n;

			while (article_next(&rest, &n)) {
				if (n == article && !each(cookie, article, &ready_indicators[i], &r->v[i], e))
					return false;
			}
		}
	}
	return true;
}
