/*
 * What is known of people where: the table of docs/privacy.md as data, and the
 * names under which formats put what we have no field for.
 */
#include <stdio.h>
#include <stdlib.h>

#include "model/reduce.h"
#include "parse/base64.h"

enum how {
	HOW_KEEP,
	HOW_WORD, /* a name as machines give it: looked at only where it has signs of more */
	HOW_NAME, /* of a feed: addresses alone */
	HOW_TEXT,
	HOW_ACCOUNT,
	HOW_JSON,
	HOW_RAW
};

/* A field that is not here is kept: it holds an address, a number, a date, a word of a list. */
static const struct { enum field f; uint8_t how[REDUCE_COUNT]; } fields[] = {
	/* the field, and how it is: kept, for its owner, for others */
	{ FIELD_CLASSIFICATION_IDENTIFIER, { HOW_WORD, HOW_WORD, HOW_WORD } },
	{ FIELD_COMMENT, { HOW_TEXT, HOW_TEXT, HOW_TEXT } },
	{ FIELD_DESTINATION_ACCOUNT, { HOW_ACCOUNT, HOW_ACCOUNT, HOW_ACCOUNT } },
	{ FIELD_DESTINATION_URL, { HOW_TEXT, HOW_TEXT, HOW_TEXT } },
	{ FIELD_DESTINATION_URLPATH, { HOW_TEXT, HOW_TEXT, HOW_TEXT } },
	{ FIELD_EVENT_DESCRIPTION_TARGET, { HOW_TEXT, HOW_TEXT, HOW_TEXT } },
	{ FIELD_EVENT_DESCRIPTION_TEXT, { HOW_TEXT, HOW_TEXT, HOW_TEXT } },
	{ FIELD_EVENT_DESCRIPTION_URL, { HOW_TEXT, HOW_TEXT, HOW_TEXT } },
	{ FIELD_FEED_DOCUMENTATION, { HOW_NAME, HOW_NAME, HOW_NAME } },
	{ FIELD_FEED_NAME, { HOW_NAME, HOW_NAME, HOW_NAME } },
	{ FIELD_FEED_URL, { HOW_WORD, HOW_WORD, HOW_WORD } },
	{ FIELD_MALWARE_NAME, { HOW_WORD, HOW_WORD, HOW_WORD } },
	{ FIELD_OUTPUT, { HOW_JSON, HOW_JSON, HOW_JSON } },
	{ FIELD_SCREENSHOT_URL, { HOW_TEXT, HOW_TEXT, HOW_TEXT } },
	/* Whose customer it is must learn which one; nobody else need. */
	{ FIELD_SOURCE_ACCOUNT, { HOW_KEEP, HOW_KEEP, HOW_ACCOUNT } },
	{ FIELD_SOURCE_LOCAL_HOSTNAME, { HOW_WORD, HOW_WORD, HOW_WORD } },
	{ FIELD_SOURCE_URL, { HOW_TEXT, HOW_TEXT, HOW_TEXT } },
	{ FIELD_SOURCE_URLPATH, { HOW_TEXT, HOW_TEXT, HOW_TEXT } },
	{ FIELD_STATUS, { HOW_WORD, HOW_WORD, HOW_WORD } },
	/* The last one: it goes where anything before it was personal. */
	{ FIELD_RAW, { HOW_RAW, HOW_RAW, HOW_RAW } },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))
/* A record as it was, for the look at whether it may stay. */
#define RAW_MAX ((size_t)1 << 20)
/* JSON within an event; a larger one is more than somebody will read. */
#define JSON_MAX ((size_t)256 << 10)

/* --- by name ------------------------------------------------------------------------ */

enum named { NAMED_NOTHING, NAMED_SECRET, NAMED_PERSON, NAMED_NUMBER /* a report's, also "17@host" */ };

/* The last part of a key counts: "http.password", "user.email". */
static enum named
named(struct slice key)
{
	static const struct { struct slice key; enum named what; } names[] = {
		{ S_INIT("password"), NAMED_SECRET }, { S_INIT("passwords"), NAMED_SECRET },
		{ S_INIT("passwd"), NAMED_SECRET }, { S_INIT("pwd"), NAMED_SECRET },
		{ S_INIT("pass"), NAMED_SECRET }, { S_INIT("passphrase"), NAMED_SECRET },
		{ S_INIT("credential"), NAMED_SECRET }, { S_INIT("credentials"), NAMED_SECRET },
		{ S_INIT("token"), NAMED_SECRET }, { S_INIT("access_token"), NAMED_SECRET },
		{ S_INIT("refresh_token"), NAMED_SECRET }, { S_INIT("auth_token"), NAMED_SECRET },
		{ S_INIT("secret"), NAMED_SECRET }, { S_INIT("client_secret"), NAMED_SECRET },
		{ S_INIT("api_key"), NAMED_SECRET }, { S_INIT("apikey"), NAMED_SECRET },
		{ S_INIT("authorization"), NAMED_SECRET }, { S_INIT("iban"), NAMED_SECRET },
		{ S_INIT("credit_card"), NAMED_SECRET }, { S_INIT("phone"), NAMED_SECRET },
		{ S_INIT("telephone"), NAMED_SECRET }, { S_INIT("mobile"), NAMED_SECRET },
		{ S_INIT("msisdn"), NAMED_SECRET },
		{ S_INIT("report_id"), NAMED_NUMBER }, { S_INIT("reference"), NAMED_NUMBER },
		{ S_INIT("username"), NAMED_PERSON }, { S_INIT("usernames"), NAMED_PERSON },
		{ S_INIT("user"), NAMED_PERSON }, { S_INIT("user_name"), NAMED_PERSON },
		{ S_INIT("login"), NAMED_PERSON }, { S_INIT("account"), NAMED_PERSON },
		{ S_INIT("accounts"), NAMED_PERSON }, { S_INIT("account_name"), NAMED_PERSON },
		{ S_INIT("email"), NAMED_PERSON }, { S_INIT("emails"), NAMED_PERSON },
		{ S_INIT("e_mail"), NAMED_PERSON }, { S_INIT("mail"), NAMED_PERSON },
		{ S_INIT("email_address"), NAMED_PERSON }, { S_INIT("recipient"), NAMED_PERSON },
		{ S_INIT("recipients"), NAMED_PERSON }, { S_INIT("rcpt"), NAMED_PERSON },
		{ S_INIT("rcpt_to"), NAMED_PERSON }, { S_INIT("mail_from"), NAMED_PERSON },
		{ S_INIT("victim"), NAMED_PERSON }, { S_INIT("victims"), NAMED_PERSON },
		{ S_INIT("victim_name"), NAMED_PERSON }, { S_INIT("first_name"), NAMED_PERSON },
		{ S_INIT("last_name"), NAMED_PERSON }, { S_INIT("full_name"), NAMED_PERSON },
		{ S_INIT("surname"), NAMED_PERSON }, { S_INIT("given_name"), NAMED_PERSON },
	};
	size_t dot = slice_rfind_byte(key, '.');
	uint8_t plain[24];

	if (dot != SIZE_MAX)
		key = slice_from(key, dot + 1);
	if (key.len == 0 || key.len > sizeof(plain))
		return NAMED_NOTHING;
	for (size_t i = 0; i < key.len; i++)
		plain[i] = key.p[i] == '-' || key.p[i] == ' ' ? '_' : byte_lower(key.p[i]);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (slice_eq(slice_of(plain, key.len), names[i].key))
			return names[i].what;
	}
	return NAMED_NOTHING;
}

struct slice
reduce_named(struct slice key, struct slice value, struct arena *a)
{
	switch (named(key)) {
	case NAMED_SECRET:
		return value.len == 0 ? value : S("x");
	case NAMED_PERSON:
		return value.len == 0 ? value : reduce_account(value, a);
	case NAMED_NUMBER:
		return value;
	case NAMED_NOTHING:
		break;
	}
	return reduce_text(value, a);
}

/* --- JSON ----------------------------------------------------------------------------- */

struct json_walk {
	struct json_out out;
	struct arena *a;
	bool changed;
};

static void
value_out(struct json_walk *w, struct slice key, const struct json *j)
{
	struct slice s;

	if (j->kind == JSON_STRING) {
		s = reduce_named(key, j->text, w->a);
		w->changed = w->changed || !slice_eq(s, j->text);
		json_out_text(&w->out, s);
	} else if (j->kind == JSON_NUMBER && named(key) == NAMED_SECRET) {
		w->changed = true;
		json_out_text(&w->out, S("x"));
	} else {
		json_out_raw(&w->out, j->raw);
	}
}

/* A tree written again; JSON_LIMITS.depth bounds the stack. */
static void
tree_out(struct json_walk *w, struct slice key, const struct json *root)
{
	struct { const struct json *at, *of; struct slice key; } stack[65];
	size_t depth = 0;
	const struct json *j = root;

	for (;;) {
		if (j != NULL && (j->kind == JSON_OBJECT || j->kind == JSON_ARRAY) && depth < 65) {
			if (j->kind == JSON_OBJECT)
				json_out_object(&w->out);
			else
				json_out_array(&w->out);
			stack[depth].of = stack[depth].at = j;
			stack[depth++].key = key;
			j = j->first;
		} else if (j != NULL) {
			value_out(w, key, j);
			j = depth == 0 ? NULL : j->next;
		}
		while (j == NULL && depth > 0) {
			depth--;
			if (stack[depth].of->kind == JSON_OBJECT)
				json_out_object_end(&w->out);
			else
				json_out_array_end(&w->out);
			j = depth == 0 ? NULL : stack[depth].at->next;
		}
		if (j == NULL)
			return;
		/* Items of a list go by the list's name. */
		if (stack[depth - 1].of->kind == JSON_OBJECT) {
			struct slice name = reduce_text(j->key, w->a);

			w->changed = w->changed || !slice_eq(name, j->key);
			json_out_key(&w->out, name);
			key = j->key;
		} else {
			key = stack[depth - 1].key;
		}
	}
}

struct slice
reduce_json(struct slice key, struct slice json, struct arena *a)
{
	struct json_walk w = { .a = a };
	struct err e = ERR_INIT;
	const struct json *j;
	struct arena tree;
	struct slice out = S("\"x\"");
	struct buf b;

	/* Numbers and words alone tell of nobody, unless the name says so. */
	if (named(key) == NAMED_NOTHING && slice_find_byte(json, '"') == SIZE_MAX)
		return reduce_text(json, a);
	if (json.len > JSON_MAX)
		return out;
	arena_init(&tree, 64 * json.len + 65536);
	buf_init(&b, 6 * json.len + 1024);
	if (json_parse(json, &JSON_LIMITS, &tree, &j, &e)) {
		w.a = &tree;
		json_out_init(&w.out, &b, false);
		tree_out(&w, key, j);
		if (!w.changed)
			out = json;
		else if (buf_ok(&b))
			out = arena_copy(a, buf_view(&b));
		if (out.p == NULL)
			out = S("\"x\"");
	} else {
		out = reduce_named(key, json, a);
	}
	buf_fini(&b);
	arena_fini(&tree);
	return out;
}

/* --- fields and events ----------------------------------------------------------------- */

/* "exchange-server": nothing in it could be a person. */
static bool
plain_word(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (!byte_is_alpha(c) && !byte_is_digit(c) && c != '-' && c != '.' && c != '_')
			return false;
	}
	return true;
}

static bool
signs_of_address(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (c == '@' || c == '%' || c == '[' || c == '(' || c == '{' || c == '&' || c == '\\' || c >= 0x80)
			return true;
	}
	return false;
}

static struct slice
by(enum how how, struct slice s, struct arena *a)
{
	switch (how) {
	case HOW_KEEP:
		return s;
	case HOW_WORD:
		return plain_word(s) ? s : reduce_text(s, a);
	case HOW_NAME:
		return signs_of_address(s) ? reduce_addresses(s, a) : s;
	case HOW_TEXT:
		return reduce_text(s, a);
	case HOW_ACCOUNT:
		return reduce_account(s, a);
	case HOW_JSON:
		return reduce_json(S(""), s, a);
	case HOW_RAW:
		break;
	}
	return SLICE_NONE;
}

struct slice
reduce_field(enum reduce_profile p, enum field f, struct slice s, struct arena *a)
{
	if (s.len == 0)
		return s;
	for (size_t i = 0; i < FIELDS; i++) {
		if (fields[i].f == f)
			return by((enum how)fields[i].how[p], s, a);
	}
	return s;
}

/* May the record stay as it was? Only where nothing was taken out, and nothing would be. */
static bool
raw_clean(struct slice raw, struct arena *a)
{
	struct slice text;

	return raw.len <= RAW_MAX && base64_read(raw, a, &text) && slice_eq(reduce_text(text, a), text);
}

static bool
extra_reduce(struct extra *x, struct arena *a)
{
	struct slice before = x->value;

	switch (x->kind) {
	case EXTRA_TEXT:
		x->value = reduce_named(x->key, before, a);
		break;
	case EXTRA_JSON:
		x->value = reduce_json(x->key, before, a);
		break;
	case EXTRA_NUMBER:
		if (named(x->key) == NAMED_SECRET) {
			x->value = S("x");
			x->kind = EXTRA_TEXT;
		}
		break;
	case EXTRA_BOOL:
		break;
	}
	return x->value.p != before.p || x->value.len != before.len;
}

void
event_reduce(struct event *ev, const struct field_set *wanted, struct arena *a)
{
	bool changed = false;

	for (size_t i = 0; (wanted == NULL || wanted->extras) && i < ev->extra_count; i++) {
		struct slice key = ev->extras[i].key;

		changed = extra_reduce(&ev->extras[i], a) || changed;
		ev->extras[i].key = reduce_text(key, a);
		changed = changed || ev->extras[i].key.p != key.p;
	}
	for (size_t i = 0; i < FIELDS; i++) {
		enum field f = fields[i].f;
		enum how how = (enum how)fields[i].how[REDUCE_KEPT];
		struct slice before = ev->v[f];

		if (before.p == NULL || !field_set_has(wanted, f))
			continue;
		/* Who takes findings alone takes it as a place, where there is no other. */
		if (wanted != NULL && f == FIELD_DESTINATION_URL && event_has(ev, FIELD_SOURCE_IP)) {
			ev->v[f] = SLICE_NONE;
			continue;
		}
		if (how == HOW_RAW) {
			if (changed || !raw_clean(before, a))
				ev->v[f] = SLICE_NONE;
			continue;
		}
		ev->v[f] = by(how, before, a);
		changed = changed || ev->v[f].p != before.p || ev->v[f].len != before.len;
	}
}

/* --- reasons ------------------------------------------------------------------------- */

/* Something that was quoted: may it be a page, or somebody's address? */
static bool
quote_shows(struct slice q)
{
	bool slash = false, letters = false, dot = false;

	if (slice_find_byte(q, '@') != SIZE_MAX || slice_find(q, S("//")) != SIZE_MAX ||
	    slice_find(q, S("%40")) != SIZE_MAX || slice_find(q, S("\\/")) != SIZE_MAX ||
	    (q.len >= 4 && slice_starts_nocase(q, S("www."))))
		return true;
	for (size_t i = 0; i < q.len; i++) {
		slash = slash || q.p[i] == '/';
		dot = dot || q.p[i] == '.';
		letters = letters || (byte_is_alpha(q.p[i]) && byte_hex(q.p[i]) < 0);
	}
	/* "192.0.2.0/33" and "image/png" are neither. */
	return slash && dot && letters;
}

void
reduce_reason(struct err *why, bool quiet)
{
	uint8_t memory[sizeof(why->text)];
	struct slice s = slice_of_str(why->text), rest;
	struct arena a;
	size_t n = 0, end;

	arena_init(&a, 4096);
	for (size_t i = 0; i < s.len;) {
		if (s.p[i] != '"') {
			memory[n++] = s.p[i++];
			continue;
		}
		for (end = i + 1; end < s.len && s.p[end] != '"'; end++)
			end += s.p[end] == '\\' && end + 1 < s.len;
		if (end > s.len)
			end = s.len;
		rest = slice_sub(s, i + 1, end - i - 1);
		memory[n++] = '"';
		if (rest.len > 3 && (quiet || quote_shows(rest))) {
			memcpy(memory + n, "...", 3);
			n += 3;
		} else if (rest.len > 0) {
			rest = reduce_text(rest, &a);
			memcpy(memory + n, rest.p, rest.len);
			n += rest.len;
		}
		if (end < s.len)
			memory[n++] = '"';
		i = end + 1;
	}
	s = reduce_addresses(slice_of(memory, n), &a);
	(void)snprintf(why->text, sizeof(why->text), "%.*s", SLICE_ARG(s));
	arena_fini(&a);
}
