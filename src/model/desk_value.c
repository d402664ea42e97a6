/*
 * desk_value: what a field may hold, from JSON and from what a person types, and
 * how it reads.
 */
#include "model/desk_room.h"

#include <stdlib.h>

#include "base/lang.h"
#include "model/country.h"
#include "model/desk_ready.h"
#include "parse/domain.h"

#define LINE_MAX_CHARS 400
#define TEXT_BYTES_MAX ((size_t)8 << 10)
#define LANGS "ar zh en fr ru es"

static bool
too_long(size_t max, struct err *e)
{
	return err_set(e, ERR_LIMIT, "it is longer than %zu bytes", max);
}

/* A line: UTF-8 that a person can see, with neither its ends nor its turns. */
static bool
line_check(struct slice s, bool lines, size_t max, struct err *e)
{
	struct slice rest = s;
	size_t step;

	if (slice_trim(s).len == 0)
		return err_set(e, ERR_INPUT, "it is empty");
	if (s.len > max)
		return too_long(max, e);
	while (rest.len > 0) {
		if (slice_shown(rest, &step) == SHOWN_NEVER && !(lines && (rest.p[0] == '\n' || rest.p[0] == '\t')))
			return err_set(e, ERR_INPUT, "it holds a character that nobody can see");
		rest = slice_from(rest, step);
	}
	return true;
}

static bool
code_check(struct slice s, struct err *e)
{
	return country_name(s, LANG_EN).p != NULL || err_set(e, ERR_INPUT, "%s is no country (two letters of ISO 3166)", QUOTE(s));
}

static bool
ready_check(struct slice s, struct err *e)
{
	return ready_find(s) != NULL || err_set(e, ERR_INPUT, "%s is no indicator of readiness; one is \"LS-1\"", QUOTE(s));
}

static bool
ref_check(const struct desk_field *f, struct slice s, struct err *e)
{
	enum desk_kind k;

	if (!desk_id_kind(s, &k) || k != f->to)
		return err_set(e, ERR_INPUT, "%s is no id of this kind: %s", QUOTE(s), desk_kind_of(f->to)->name);
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) && s.p[i] != ':' && s.p[i] != '-' && s.p[i] != '.')
			return err_set(e, ERR_INPUT, "%s is no id of this kind: %s", QUOTE(s), desk_kind_of(f->to)->name);
	}
	return true;
}

static bool
url_check(struct slice s, struct err *e)
{
	struct slice rest = s;

	if (!slice_starts(s, S("https://")) && !slice_starts(s, S("http://")))
		return err_set(e, ERR_INPUT, "%s is no link; one begins with https://", QUOTE(s));
	while (rest.len > 0 && rest.p[0] > ' ' && rest.p[0] != '"' && rest.p[0] != '<' && rest.p[0] != '>' && rest.p[0] < 0x7f)
		rest = slice_from(rest, 1);
	if (rest.len > 0)
		return err_set(e, ERR_INPUT, "%s is no link: it has a character that links do not have", QUOTE(s));
	return s.len <= 2000 || too_long(2000, e);
}

static bool
word_check(const struct desk_field *f, struct slice s, struct err *e)
{
	return desk_word_in(f->words, s) || err_set(e, ERR_INPUT, "%s is none of %s", QUOTE(s), f->words);
}

static bool
text_check(const struct desk_field *f, struct slice s, struct err *e)
{
	struct sha256 sha;
	int64_t v;

	switch (f->type) {
	case DESK_LINE:
		if ((f->flags & DESK_PERSONAL) != 0)
			return (slice_starts(s, S("sha256:")) && sha256_parse(slice_from(s, 7), &sha)) ||
			    err_set(e, ERR_INPUT, "a person's name is kept beside the record");
		return line_check(s, false, LINE_MAX_CHARS, e);
	case DESK_LINES:
		return line_check(s, false, LINE_MAX_CHARS, e);
	case DESK_WORD:
	case DESK_WORDS:
		return word_check(f, s, e);
	case DESK_DAY:
		return desk_day_read(s, &v) || err_set(e, ERR_INPUT, "%s is no day; one is \"2026-11-29\"", QUOTE(s));
	case DESK_NUMBER:
		return desk_amount_read(s, &v) || err_set(e, ERR_INPUT, "%s is no number with at most three decimal places", QUOTE(s));
	case DESK_REF:
	case DESK_REFS:
		return ref_check(f, s, e);
	case DESK_CODE:
	case DESK_CODES:
		return code_check(s, e);
	case DESK_READY:
	case DESK_READIES:
		return ready_check(s, e);
	case DESK_MAILBOX:
		return mailbox_ok(s) || err_set(e, ERR_INPUT, "%s is not a mail address", QUOTE(s));
	case DESK_URL:
		return url_check(s, e);
	case DESK_TEXTS:
	case DESK_INT:
	case DESK_BOOL:
	case DESK_MONEY:
	case DESK_POINT:
	case DESK_EVIDENCE:
		break;
	}
	return err_set(e, ERR_INPUT, "it is no text");
}

/* --- from JSON ---------------------------------------------------------------- */

static bool
list_put(const struct desk_field *f, const struct json *v, struct buf *out, struct err *e)
{
	size_t n = 0;

	if (!json_is(v, JSON_ARRAY))
		return err_set(e, ERR_INPUT, "expected a list");
	if (v->count > DESK_LIST_MAX)
		return err_set(e, ERR_LIMIT, "more than %d items", DESK_LIST_MAX);
	buf_byte(out, '[');
	JSON_EACH(item, v) {
		struct slice s = json_text(item);

		if (s.p == NULL || !text_check(f, s, e))
			return s.p == NULL ? err_set(e, ERR_INPUT, "expected a list of texts") : false;
		for (const struct json *before = v->first; before != item; before = before->next) {
			if (slice_eq(json_text(before), s))
				return err_set(e, ERR_INPUT, "%s is in it twice", QUOTE(s));
		}
		if (n++ > 0)
			buf_byte(out, ',');
		json_quote(out, s);
	}
	buf_byte(out, ']');
	return true;
}

static bool
texts_put(const struct json *v, struct buf *out, struct err *e)
{
	size_t n = 0;

	if (json_is(v, JSON_STRING)) {
		if (!line_check(v->text, true, TEXT_BYTES_MAX, e))
			return false;
		buf_str(out, "{\"en\":");
		json_quote(out, v->text);
		buf_byte(out, '}');
		return true;
	}
	if (!json_is(v, JSON_OBJECT) || v->count == 0)
		return err_set(e, ERR_INPUT, "expected a text, or texts by language");
	buf_byte(out, '{');
	JSON_EACH(item, v) {
		if (!desk_word_in(LANGS, item->key))
			return err_set(e, ERR_INPUT, "%s is none of %s", QUOTE(item->key), LANGS);
		if (!json_is(item, JSON_STRING) || !line_check(item->text, true, TEXT_BYTES_MAX, e))
			return err_within(e, "%.*s", SLICE_ARG(item->key));
		if (n++ > 0)
			buf_byte(out, ',');
		json_quote(out, item->key);
		buf_byte(out, ':');
		json_quote(out, item->text);
	}
	buf_byte(out, '}');
	return true;
}

/* No others than these members. */
static bool
members_only(const struct json *v, const char *names, struct err *e)
{
	if (!json_is(v, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "expected an object with %s", names);
	JSON_EACH(item, v) {
		if (!desk_word_in(names, item->key))
			return err_set(e, ERR_INPUT, "%s is none of %s", QUOTE(item->key), names);
	}
	return true;
}

static bool
money_put(const struct json *v, struct buf *out, struct err *e)
{
	struct slice currency, date;
	int64_t amount, day;

	if (!members_only(v, "amount currency date", e))
		return false;
	currency = json_text(json_get(v, S("currency")));
	date = json_text(json_get(v, S("date")));
	if (!desk_amount_read(json_scalar(json_get(v, S("amount"))), &amount) || amount < 0)
		return err_set(e, ERR_INPUT, "an amount is a number with at most three decimal places, not below zero");
	if (currency.len == 0)
		return err_set(e, ERR_INPUT, "an amount has a currency");
	if (!desk_currency_ok(currency))
		return err_set(e, ERR_INPUT, "%s is no currency by ISO 4217; one is \"USD\"", QUOTE(currency));
	if (date.len == 0)
		return err_set(e, ERR_INPUT, "an amount has a date, on which it was worth that");
	if (!desk_day_read(date, &day))
		return err_set(e, ERR_INPUT, "%s is no day; one is \"2026-11-29\"", QUOTE(date));
	buf_str(out, "{\"amount\":\"");
	desk_amount_print(amount, out);
	buf_printf(out, "\",\"currency\":\"%.*s\",\"date\":\"%.*s\"}", SLICE_ARG(currency), SLICE_ARG(date));
	return true;
}

static bool
point_put(const struct json *v, struct buf *out, struct err *e)
{
	struct slice date;
	int64_t value, day;

	if (!members_only(v, "value date", e))
		return false;
	date = json_text(json_get(v, S("date")));
	if (!desk_amount_read(json_scalar(json_get(v, S("value"))), &value))
		return err_set(e, ERR_INPUT, "expected a number with at most three decimal places");
	if (!desk_day_read(date, &day))
		return err_set(e, ERR_INPUT, "a figure has a date, on which it was true");
	buf_str(out, "{\"date\":");
	json_quote(out, date);
	buf_str(out, ",\"value\":\"");
	desk_amount_print(value, out);
	buf_str(out, "\"}");
	return true;
}

/* A file by its hash or a link, with the day it was seen. */
static bool
proof_put(const struct json *v, struct buf *out, struct err *e)
{
	static const char *const rest[] = { "page", "note" };
	struct slice sha = json_text(json_get(v, S("sha256"))), url = json_text(json_get(v, S("url"))), seen = json_text(json_get(v, S("seen")));
	struct slice kind = json_text(json_get(v, S("kind"))), lang = json_text(json_get(v, S("lang")));
	struct sha256 hash;
	int64_t day;

	if (!members_only(v, "sha256 url seen kind lang page note confidential", e))
		return false;
	if ((sha.p == NULL) == (url.p == NULL))
		return err_set(e, ERR_INPUT, "evidence is a file, by its SHA-256, or a link: one of them");
	if (sha.p != NULL && !sha256_parse(sha, &hash))
		return err_set(e, ERR_INPUT, "%s is no SHA-256", QUOTE(sha));
	if (url.p != NULL && !url_check(url, e))
		return false;
	if (!desk_day_read(seen, &day))
		return err_set(e, ERR_INPUT, "evidence has the day on which it was seen");
	if (kind.p != NULL && !desk_word_in("document register statistics live_check", kind))
		return err_set(e, ERR_INPUT, "%s is none of %s", QUOTE(kind), "document register statistics live_check");
	if (lang.p != NULL && !line_check(lang, false, 35, e))
		return false;
	buf_printf(out, "{\"%s\":", sha.p != NULL ? "sha256" : "url");
	json_quote(out, sha.p != NULL ? sha : url);
	buf_str(out, ",\"seen\":");
	json_quote(out, seen);
	if (kind.p != NULL) {
		buf_str(out, ",\"kind\":");
		json_quote(out, kind);
	}
	if (lang.p != NULL) {
		buf_str(out, ",\"lang\":");
		json_quote(out, lang);
	}
	for (size_t i = 0; i < 2; i++) {
		struct slice s = json_text(json_get(v, slice_of_str(rest[i])));

		if (s.p == NULL)
			continue;
		if (!line_check(s, false, LINE_MAX_CHARS, e))
			return err_within(e, "%s", rest[i]);
		buf_printf(out, ",\"%s\":", rest[i]);
		json_quote(out, s);
	}
	if (json_is(json_get(v, S("confidential")), JSON_TRUE))
		buf_str(out, ",\"confidential\":true");
	buf_byte(out, '}');
	return true;
}

static bool
evidence_put(const struct json *v, struct buf *out, struct err *e)
{
	size_t n = 0;

	if (!json_is(v, JSON_ARRAY))
		return err_set(e, ERR_INPUT, "expected a list");
	if (v->count > DESK_LIST_MAX)
		return err_set(e, ERR_LIMIT, "more than %d items", DESK_LIST_MAX);
	buf_byte(out, '[');
	JSON_EACH(item, v) {
		if (n++ > 0)
			buf_byte(out, ',');
		if (!proof_put(item, out, e))
			return err_within(e, "item %zu", n);
	}
	buf_byte(out, ']');
	return true;
}

bool
desk_value_put(const struct desk_field *f, const struct json *v, struct buf *out, struct err *e)
{
	int64_t n;

	switch (f->type) {
	case DESK_LINES:
	case DESK_WORDS:
	case DESK_REFS:
	case DESK_CODES:
	case DESK_READIES:
		return list_put(f, v, out, e);
	case DESK_TEXTS:
		return texts_put(v, out, e);
	case DESK_MONEY:
		return money_put(v, out, e);
	case DESK_POINT:
		return point_put(v, out, e);
	case DESK_EVIDENCE:
		return evidence_put(v, out, e);
	case DESK_BOOL:
		if (!json_is(v, JSON_TRUE) && !json_is(v, JSON_FALSE))
			return err_set(e, ERR_INPUT, "expected true or false");
		buf_str(out, v->kind == JSON_TRUE ? "true" : "false");
		return true;
	case DESK_INT:
		if (!json_int(v, &n) || n < f->min || n > f->max)
			return err_set(e, ERR_INPUT, "expected a number from %lld to %lld", (long long)f->min, (long long)f->max);
		buf_i64(out, n);
		return true;
	case DESK_LINE:
	case DESK_WORD:
	case DESK_DAY:
	case DESK_NUMBER:
	case DESK_REF:
	case DESK_CODE:
	case DESK_READY:
	case DESK_MAILBOX:
	case DESK_URL:
		break;
	}
	if (json_is(v, JSON_NUMBER) && f->type == DESK_NUMBER) {
		if (!text_check(f, v->text, e))
			return false;
		json_quote(out, v->text);
		return true;
	}
	if (!json_is(v, JSON_STRING))
		return err_set(e, ERR_INPUT, "expected a text");
	if (!text_check(f, v->text, e))
		return false;
	json_quote(out, v->text);
	return true;
}
