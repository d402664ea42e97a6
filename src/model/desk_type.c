/*
 * desk_type: values as a person types them, and as a person reads them.
 */
#include "model/desk_room.h"

#include "base/lang.h"

/* --- typed --------------------------------------------------------------------- */

/* "a, b" into ["a","b"]. */
static void
list_type(struct slice text, struct buf *b)
{
	struct slice rest = text, one;
	size_t n = 0;

	buf_byte(b, '[');
	while (rest.len > 0 && slice_cut(&rest, ',', &one)) {
		one = slice_trim(one);
		if (one.len == 0)
			continue;
		if (n++ > 0)
			buf_byte(b, ',');
		json_quote(b, one);
	}
	buf_byte(b, ']');
}

/* "1000 USD 2026-11-29", "12.5 2026-11-29": words into members. */
static void
members_type(struct slice text, const char *const *names, size_t n, struct buf *b)
{
	struct slice rest = text, word;
	size_t i = 0;

	buf_byte(b, '{');
	while (rest.len > 0 && i < n && slice_cut(&rest, ' ', &word)) {
		if (word.len == 0)
			continue;
		buf_printf(b, "%s\"%s\":", i == 0 ? "" : ",", names[i]);
		json_quote(b, i == n - 1 && rest.len > 0 ? slice_of(word.p, word.len + 1 + rest.len) : word);
		i++;
	}
	buf_byte(b, '}');
}

/* "es: texto", "en: text | es: texto", or English. */
static void
texts_type(struct slice text, struct buf *b)
{
	struct slice rest = text, part;
	size_t n = 0;

	if (text.len < 3 || text.p[2] != ':' || !desk_word_in("ar zh en fr ru es", slice_sub(text, 0, 2))) {
		json_quote(b, text);
		return;
	}
	buf_byte(b, '{');
	while (rest.len > 0 && slice_cut(&rest, '|', &part)) {
		part = slice_trim(part);
		buf_str(b, n++ == 0 ? "" : ",");
		json_quote(b, slice_sub(part, 0, part.len >= 3 && part.p[2] == ':' ? 2 : 0));
		buf_byte(b, ':');
		json_quote(b, slice_trim(slice_from(part, part.len >= 3 && part.p[2] == ':' ? 3 : 0)));
	}
	buf_byte(b, '}');
}

/* "LINK|sha256:HEX [DAY] [page ...]", several with commas. */
static void
evidence_type(struct slice text, struct buf *b)
{
	struct slice rest = text, one, word;
	size_t n = 0;

	buf_byte(b, '[');
	while (rest.len > 0 && slice_cut(&rest, ',', &one)) {
		one = slice_trim(one);
		if (one.len == 0 || !slice_cut(&one, ' ', &word))
			continue;
		buf_str(b, n++ == 0 ? "" : ",");
		buf_str(b, slice_starts(word, S("sha256:")) ? "{\"sha256\":" : "{\"url\":");
		json_quote(b, slice_starts(word, S("sha256:")) ? slice_from(word, 7) : word);
		one = slice_trim(one);
		if (one.len > 0 && slice_cut(&one, ' ', &word)) {
			buf_str(b, ",\"seen\":");
			json_quote(b, word);
		}
		one = slice_trim(one);
		if (one.len > 0) {
			buf_str(b, ",\"page\":");
			json_quote(b, one);
		}
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void
typed(const struct desk_field *f, struct slice text, struct buf *b)
{
	static const char *const money[] = { "amount", "currency", "date" }, *const point[] = { "value", "date" };

	/* Whoever writes JSON means it. */
	if (text.len > 0 && (text.p[0] == '{' || text.p[0] == '[')) {
		buf_put(b, text);
		return;
	}
	switch (f->type) {
	case DESK_LINES:
	case DESK_WORDS:
	case DESK_REFS:
	case DESK_CODES:
	case DESK_READIES:
		list_type(text, b);
		break;
	case DESK_TEXTS:
		texts_type(text, b);
		break;
	case DESK_MONEY:
		members_type(text, money, 3, b);
		break;
	case DESK_POINT:
		members_type(text, point, 2, b);
		break;
	case DESK_EVIDENCE:
		evidence_type(text, b);
		break;
	case DESK_BOOL:
		buf_str(b, slice_eq(text, S("yes")) || slice_eq(text, S("true")) ? "true" :
		    slice_eq(text, S("no")) || slice_eq(text, S("false")) ? "false" : "\"\"");
		break;
	case DESK_INT:
		if (json_number_ok(text))
			buf_put(b, text);
		else
			json_quote(b, text);
		break;
	case DESK_LINE:
	case DESK_WORD:
	case DESK_DAY:
	case DESK_NUMBER:
	case DESK_REF:
	case DESK_CODE:
	case DESK_READY:
	case DESK_MAILBOX:
	case DESK_URL:
		json_quote(b, text);
		break;
	}
}

bool
desk_value_type(const struct desk_field *f, struct slice text, struct buf *out, struct err *e)
{
	const struct json *v;
	struct arena a;
	struct buf b;
	bool ok;

	arena_init(&a, (size_t)1 << 20);
	buf_init(&b, DESK_DOC_BYTES_MAX);
	typed(f, slice_trim(text), &b);
	ok = (buf_ok(&b) || err_set(e, ERR_LIMIT, "it is longer than %zu bytes", DESK_DOC_BYTES_MAX)) &&
	    json_parse(buf_view(&b), &JSON_LIMITS, &a, &v, e) && desk_value_put(f, v, out, e);
	buf_fini(&b);
	arena_fini(&a);
	return ok;
}

/* --- read ------------------------------------------------------------------------ */

static struct slice
said(const struct json *v, const char *lang)
{
	const struct json *t = json_get(v, slice_of_str(lang));

	if (t == NULL)
		t = json_get(v, S("en"));
	if (t == NULL && json_is(v, JSON_OBJECT))
		t = v->first;
	return json_text(t);
}

void
desk_value_print(const struct desk_field *f, const struct json *v, const char *lang, struct buf *out)
{
	size_t n = 0;

	switch (f->type) {
	case DESK_TEXTS:
		buf_put(out, said(v, lang));
		return;
	case DESK_MONEY:
		buf_put(out, json_text(json_get(v, S("amount"))));
		buf_byte(out, ' ');
		buf_put(out, json_text(json_get(v, S("currency"))));
		buf_printf(out, " (%.*s)", SLICE_ARG(json_text(json_get(v, S("date")))));
		return;
	case DESK_POINT:
		buf_put(out, json_text(json_get(v, S("value"))));
		buf_printf(out, " (%.*s)", SLICE_ARG(json_text(json_get(v, S("date")))));
		return;
	case DESK_EVIDENCE:
		JSON_EACH(item, v) {
			struct slice sha = json_text(json_get(item, S("sha256")));

			buf_str(out, n++ == 0 ? "" : ", ");
			if (sha.p != NULL)
				buf_printf(out, "sha256:%.12s…", (const char *)sha.p);
			else
				buf_put(out, json_text(json_get(item, S("url"))));
			buf_printf(out, " (%.*s)", SLICE_ARG(json_text(json_get(item, S("seen")))));
		}
		return;
	case DESK_LINES:
	case DESK_WORDS:
	case DESK_REFS:
	case DESK_CODES:
	case DESK_READIES:
		JSON_EACH(item, v) {
			buf_str(out, n++ == 0 ? "" : ", ");
			buf_put(out, json_text(item));
		}
		return;
	case DESK_BOOL:
		buf_str(out, v != NULL && v->kind == JSON_TRUE ? T("yes") : T("no"));
		return;
	case DESK_LINE:
	case DESK_WORD:
	case DESK_DAY:
	case DESK_INT:
	case DESK_NUMBER:
	case DESK_REF:
	case DESK_CODE:
	case DESK_READY:
	case DESK_MAILBOX:
	case DESK_URL:
		break;
	}
	buf_put(out, json_scalar(v));
}
