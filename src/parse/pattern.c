#include "parse/pattern.h"

#include "base/buf.h"
#include "base/lang.h"
#include "parse/pattern_lex.h"
#include "parse/pattern_regex.h"

struct parser {
	struct pattern_lex l;
	struct pattern *out;
	size_t depth;
};

static bool
wrong(struct parser *p)
{
	return pattern_lex_wrong(&p->l);
}

static void *
take(struct parser *p, size_t n)
{
	void *v = arena_alloc(p->l.a, n);

	if (v == NULL)
		(void)err_set(p->l.e, ERR_LIMIT, "the pattern needs more memory than %zu bytes", p->l.a->max);
	return v;
}

static bool
next(struct parser *p)
{
	return pattern_lex_next(&p->l);
}

static bool
is_word(const struct parser *p, struct slice w)
{
	return p->l.token == TOKEN_WORD && slice_eq(p->l.word, w);
}

static bool
expect(struct parser *p, enum pattern_token t, const char *what)
{
	if (p->l.token == t)
		return next(p);
	return err_set(p->l.e, ERR_INPUT, "expected %s", T(what)) || wrong(p);
}

static bool
expect_word(struct parser *p, struct slice w)
{
	if (is_word(p, w))
		return next(p);
	return err_set(p->l.e, ERR_INPUT, "expected the word %.*s, in capitals", SLICE_ARG(w)) || wrong(p);
}

static bool
counted(struct parser *p)
{
	return ++p->out->tests <= PATTERN_TESTS_MAX ||
	    err_set(p->l.e, ERR_LIMIT, "the pattern has more than %d comparisons and values", PATTERN_TESTS_MAX);
}

static bool
deeper(struct parser *p)
{
	return ++p->depth <= PATTERN_DEPTH_MAX ||
	    err_set(p->l.e, ERR_LIMIT, "the pattern is nested deeper than %d", PATTERN_DEPTH_MAX) || wrong(p);
}

/* --- paths --------------------------------------------------------------- */

/* A name of a property, which has no hyphen unless it stands in quotes. */
static bool
path_key(struct parser *p, struct slice *out)
{
	if (p->l.token == TOKEN_WORD && !p->l.hyphen)
		*out = p->l.word;
	else if (p->l.token == TOKEN_VALUE && p->l.value.kind == PATTERN_TEXT && p->l.value.text.len > 0)
		*out = p->l.value.text;
	else if (p->l.token == TOKEN_WORD)
		return err_set(p->l.e, ERR_INPUT, "%s has a hyphen; put it in quotes: '%.*s'", QUOTE(p->l.word), SLICE_ARG(p->l.word)) || wrong(p);
	else
		return err_set(p->l.e, ERR_INPUT, "expected the name of a property") || wrong(p);
	return next(p);
}

static bool
path_index(struct parser *p, struct pattern_step *s)
{
	if (!next(p))
		return false;
	s->key = SLICE_NONE;
	if (p->l.token == TOKEN_STAR)
		s->index = PATTERN_ANY;
	else if (p->l.token == TOKEN_VALUE && p->l.value.kind == PATTERN_INTEGER)
		s->index = p->l.value.integer;
	else
		return err_set(p->l.e, ERR_INPUT, "expected a number or * between the brackets") || wrong(p);
	return next(p) && expect(p, TOKEN_BRACKET_END, N_("]"));
}

static bool
path(struct parser *p, struct pattern_test *t)
{
	struct pattern_step steps[PATTERN_PATH_MAX] = { { SLICE_NONE, 0 } };
	size_t n = 0;

	if (p->l.token != TOKEN_WORD)
		return err_set(p->l.e, ERR_INPUT, "expected a type and a property, as ipv4-addr:value") || wrong(p);
	t->type = p->l.word;
	if (!next(p) || !expect(p, TOKEN_COLON, N_(":")) || !path_key(p, &steps[n++].key))
		return false;
	while (p->l.token == TOKEN_DOT || p->l.token == TOKEN_BRACKET) {
		if (n == PATTERN_PATH_MAX)
			return err_set(p->l.e, ERR_LIMIT, "a path has more than %d steps", PATTERN_PATH_MAX) || wrong(p);
		if (p->l.token == TOKEN_BRACKET ? !path_index(p, &steps[n]) : !next(p) || !path_key(p, &steps[n].key))
			return false;
		n++;
	}
	t->steps = take(p, n * sizeof(steps[0]));
	if (t->steps == NULL)
		return false;
	memcpy(t->steps, steps, n * sizeof(steps[0]));
	t->step_count = n;
	return true;
}

/* --- comparisons ----------------------------------------------------------- */

static bool
one_value(struct parser *p, struct pattern_test *t, bool ordered)
{
	if (p->l.token != TOKEN_VALUE)
		return err_set(p->l.e, ERR_INPUT, "expected a value; a text stands in quotes: 'text'") || wrong(p);
	if (ordered && p->l.value.kind == PATTERN_BOOLEAN)
		return err_set(p->l.e, ERR_INPUT, "true and false have no order") || wrong(p);
	t->values = take(p, sizeof(*t->values));
	if (t->values == NULL)
		return false;
	t->values[0] = p->l.value;
	t->value_count = 1;
	return next(p);
}

/* Values are gathered in one array that grows by halves, so that a long list costs its length. */
static bool
list(struct parser *p, struct pattern_test *t)
{
	size_t cap = 0;

	if (!expect(p, TOKEN_OPEN, N_("( and a list of values")))
		return false;
	while (p->l.token != TOKEN_CLOSE || t->value_count > 0) {
		if (p->l.token != TOKEN_VALUE)
			return err_set(p->l.e, ERR_INPUT, "expected a value; a text stands in quotes: 'text'") || wrong(p);
		if (!counted(p))
			return false;
		if (t->value_count == cap) {
			struct pattern_value *v = take(p, (cap = cap == 0 ? 4 : cap * 2) * sizeof(*v));

			if (v == NULL)
				return false;
			if (t->value_count > 0)
				memcpy(v, t->values, t->value_count * sizeof(*v));
			t->values = v;
		}
		t->values[t->value_count++] = p->l.value;
		if (!next(p))
			return false;
		if (p->l.token != TOKEN_COMMA)
			break;
		if (!next(p))
			return false;
	}
	return expect(p, TOKEN_CLOSE, N_(", or ) at the end of the list"));
}

static bool
text_value(struct parser *p, struct pattern_test *t)
{
	if (p->l.token != TOKEN_VALUE || p->l.value.kind != PATTERN_TEXT)
		return err_set(p->l.e, ERR_INPUT, "expected a text in quotes: 'text'") || wrong(p);
	if (t->op == PATTERN_MATCHES && !pattern_regex_check(p->l.value.text, p->l.e))
		return wrong(p);
	return one_value(p, t, false);
}

static const struct { enum pattern_token token; struct slice word; enum pattern_op op; } ops[] = {
	{ TOKEN_EQ, S_INIT(""), PATTERN_EQ }, { TOKEN_NE, S_INIT(""), PATTERN_NE }, { TOKEN_LT, S_INIT(""), PATTERN_LT },
	{ TOKEN_LE, S_INIT(""), PATTERN_LE }, { TOKEN_GT, S_INIT(""), PATTERN_GT }, { TOKEN_GE, S_INIT(""), PATTERN_GE },
	{ TOKEN_WORD, S_INIT("IN"), PATTERN_IN }, { TOKEN_WORD, S_INIT("LIKE"), PATTERN_LIKE },
	{ TOKEN_WORD, S_INIT("MATCHES"), PATTERN_MATCHES }, { TOKEN_WORD, S_INIT("ISSUBSET"), PATTERN_ISSUBSET },
	{ TOKEN_WORD, S_INIT("ISSUPERSET"), PATTERN_ISSUPERSET },
};

static bool
operator(struct parser *p, struct pattern_test *t)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (p->l.token != ops[i].token || (p->l.token == TOKEN_WORD && !slice_eq(p->l.word, ops[i].word)))
			continue;
		t->op = ops[i].op;
		if (!next(p))
			return false;
		if (t->op <= PATTERN_GE)
			return one_value(p, t, t->op >= PATTERN_LT);
		return t->op == PATTERN_IN ? list(p, t) : text_value(p, t);
	}
	return err_set(p->l.e, ERR_INPUT, "expected a comparison: = != < <= > >= IN LIKE MATCHES ISSUBSET ISSUPERSET") || wrong(p);
}

static bool
test(struct parser *p, struct pattern_expr *x)
{
	struct pattern_test *t = take(p, sizeof(*t));

	if (t == NULL || !counted(p))
		return false;
	x->test = t;
	if (is_word(p, S("EXISTS"))) {
		t->op = PATTERN_EXISTS;
		return next(p) && path(p, t);
	}
	if (!path(p, t))
		return false;
	if (is_word(p, S("NOT"))) {
		t->negated = true;
		if (!next(p))
			return false;
	}
	return operator(p, t);
}

static bool expression(struct parser *p, struct pattern_expr **out);

static bool
part(struct parser *p, struct pattern_expr **out)
{
	if (p->l.token == TOKEN_OPEN) {
		if (!deeper(p) || !next(p) || !expression(p, out))
			return false;
		p->depth--;
		return expect(p, TOKEN_CLOSE, N_(")"));
	}
	*out = take(p, sizeof(**out));
	return *out != NULL && test(p, *out);
}

/* parts joined by one word; a single one stands for itself. */
static bool
chain(struct parser *p, bool (*each)(struct parser *, struct pattern_expr **), struct slice w, enum pattern_join join,
    struct pattern_expr **out)
{
	struct pattern_expr *head, *last;

	if (!each(p, out))
		return false;
	if (!is_word(p, w))
		return true;
	head = take(p, sizeof(*head));
	if (head == NULL)
		return false;
	*head = (struct pattern_expr){ .join = join, .first = *out };
	last = *out;
	while (is_word(p, w)) {
		if (!next(p) || !each(p, &last->next))
			return false;
		last = last->next;
	}
	*out = head;
	return true;
}

static bool
conjunction(struct parser *p, struct pattern_expr **out)
{
	return chain(p, part, S("AND"), PATTERN_AND, out);
}

static bool
expression(struct parser *p, struct pattern_expr **out)
{
	return chain(p, conjunction, S("OR"), PATTERN_OR, out);
}

/* --- observations ------------------------------------------------------------ */

static bool
seconds(struct parser *p, struct pattern_watch *w)
{
	bool number = p->l.token == TOKEN_VALUE && (p->l.value.kind == PATTERN_INTEGER || p->l.value.kind == PATTERN_FLOAT);

	if (w->within_s > 0)
		return err_set(p->l.e, ERR_INPUT, "WITHIN stands twice behind one observation") || wrong(p);
	if (!number || p->l.value.number <= 0)
		return err_set(p->l.e, ERR_INPUT, "expected a number of seconds over 0") || wrong(p);
	w->within_s = p->l.value.number;
	return next(p) && expect_word(p, S("SECONDS"));
}

static bool
times(struct parser *p, struct pattern_watch *w)
{
	if (w->repeats > 0)
		return err_set(p->l.e, ERR_INPUT, "REPEATS stands twice behind one observation") || wrong(p);
	if (p->l.token != TOKEN_VALUE || p->l.value.kind != PATTERN_INTEGER || p->l.value.integer <= 0)
		return err_set(p->l.e, ERR_INPUT, "expected a whole number over 0") || wrong(p);
	w->repeats = p->l.value.integer;
	w->within_each = w->within_s > 0;
	return next(p) && expect_word(p, S("TIMES"));
}

static bool
moment(struct parser *p, int64_t *out)
{
	if (p->l.token != TOKEN_VALUE || p->l.value.kind != PATTERN_TIME)
		return err_set(p->l.e, ERR_INPUT, "expected a moment: t'2026-01-31T12:00:00Z'") || wrong(p);
	*out = p->l.value.integer;
	return next(p);
}

static bool
span(struct parser *p, struct pattern_watch *w)
{
	if (w->bounded)
		return err_set(p->l.e, ERR_INPUT, "START stands twice behind one observation") || wrong(p);
	w->bounded = true;
	if (!moment(p, &w->start_us) || !expect_word(p, S("STOP")))
		return false;
	if (!moment(p, &w->stop_us))
		return false;
	return w->stop_us > w->start_us || err_set(p->l.e, ERR_INPUT, "STOP must lie behind START") || wrong(p);
}

static bool
qualifiers(struct parser *p, struct pattern_watch *w)
{
	for (;;) {
		bool (*read)(struct parser *, struct pattern_watch *) = is_word(p, S("WITHIN")) ? seconds :
		    is_word(p, S("REPEATS")) ? times : is_word(p, S("START")) ? span : NULL;

		if (read == NULL)
			return true;
		if (!next(p) || !read(p, w))
			return false;
	}
}

static bool watches(struct parser *p, struct pattern_watch **out);

static bool
watch(struct parser *p, struct pattern_watch **out)
{
	if (p->l.token == TOKEN_OPEN) {
		struct pattern_watch *inner;

		if (!deeper(p) || !next(p) || !watches(p, &inner))
			return false;
		p->depth--;
		/* Its own qualifiers are not those of what it holds. */
		*out = take(p, sizeof(**out));
		if (*out == NULL)
			return false;
		**out = (struct pattern_watch){ .join = PATTERN_AND, .first = inner };
		return expect(p, TOKEN_CLOSE, N_(")")) && qualifiers(p, *out);
	}
	*out = take(p, sizeof(**out));
	if (*out == NULL || !expect(p, TOKEN_BRACKET, N_("[ and a comparison")))
		return false;
	p->out->leaves++;
	return expression(p, &(*out)->expr) && expect(p, TOKEN_BRACKET_END, N_("AND, OR or ]")) && qualifiers(p, *out);
}

static bool
watch_chain(struct parser *p, bool (*each)(struct parser *, struct pattern_watch **), struct slice w, enum pattern_join join,
    struct pattern_watch **out)
{
	struct pattern_watch *head, *last;

	if (!each(p, out))
		return false;
	if (!is_word(p, w))
		return true;
	head = take(p, sizeof(*head));
	if (head == NULL)
		return false;
	*head = (struct pattern_watch){ .join = join, .first = *out };
	last = *out;
	while (is_word(p, w)) {
		if (!next(p) || !each(p, &last->next))
			return false;
		last = last->next;
	}
	*out = head;
	return true;
}

static bool
watch_and(struct parser *p, struct pattern_watch **out)
{
	return watch_chain(p, watch, S("AND"), PATTERN_AND, out);
}

static bool
watch_or(struct parser *p, struct pattern_watch **out)
{
	return watch_chain(p, watch_and, S("OR"), PATTERN_OR, out);
}

static bool
watches(struct parser *p, struct pattern_watch **out)
{
	return watch_chain(p, watch_or, S("FOLLOWEDBY"), PATTERN_FOLLOWEDBY, out);
}

bool
pattern_parse(struct slice text, struct arena *a, struct pattern **out, struct err *e)
{
	struct parser p = { .l = { .text = text, .a = a, .e = e } };

	if (text.len > PATTERN_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "the pattern is larger than %zu bytes", PATTERN_BYTES_MAX);
	p.out = take(&p, sizeof(*p.out));
	if (p.out == NULL || !next(&p) || !watches(&p, &p.out->root))
		return false;
	*out = p.out;
	return p.l.token == TOKEN_END || err_set(e, ERR_INPUT, "expected AND, OR, FOLLOWEDBY, WITHIN, REPEATS, START or the end") || wrong(&p);
}
