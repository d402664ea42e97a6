#include <string.h>

#include "model/agreement_room.h"
#include "parse/date.h"

const struct json_limits
	agreement_text_limits = { AGREEMENT_TEXT_BYTES_MAX, 8, 20000 },
	agreement_line_limits = { AGREEMENT_LINE_BYTES_MAX, 8, 200 };

bool
doc_object(const struct json *j, const char *const *names, struct err *e)
{
	if (!json_is(j, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "expected an object");
	JSON_EACH (m, j) {
		size_t i = 0;

		while (names[i] != NULL && !slice_eq(m->key, slice_of_str(names[i])))
			i++;
		if (names[i] == NULL)
			return err_set(e, ERR_INPUT, "this program does not know the member %s; a newer one may", QUOTE(m->key));
	}
	return true;
}

static bool
text_ok(struct slice s)
{
	for (size_t step; s.len > 0; s = slice_from(s, step)) {
		if (slice_shown(s, &step) == SHOWN_NEVER)
			return false;
	}
	return true;
}

bool
doc_text(const struct json *j, const char *name, size_t max, bool empty, struct slice *out, struct err *e)
{
	const struct json *m = json_get(j, slice_of_str(name));

	if (!json_is(m, JSON_STRING) || (m->text.len == 0 && !empty))
		return err_set(e, ERR_INPUT, "%s: expected a text", name);
	if (m->text.len > max)
		return err_set(e, ERR_INPUT, "%s: more than %zu bytes", name, max);
	*out = m->text;
	return text_ok(m->text) || err_set(e, ERR_INPUT, "%s: it holds control characters", name);
}

bool
doc_number(const struct json *j, const char *name, uint32_t min, uint32_t max, uint32_t *out, struct err *e)
{
	int64_t v;

	if (!json_int(json_get(j, slice_of_str(name)), &v) || v < min || v > max)
		return err_set(e, ERR_INPUT, "%s: expected a whole number from %u to %u", name, min, max);
	*out = (uint32_t)v;
	return true;
}

bool
doc_id(const struct json *j, const char *name, struct slice *out, struct err *e)
{
	*out = json_text(json_get(j, slice_of_str(name)));
	return agreement_id_ok(*out) ||
	    err_set(e, ERR_INPUT, "%s: expected a short name of a-z, 0-9 and \"-\", at most %d", name, AGREEMENT_ID_MAX);
}

bool
doc_sha(const struct json *j, const char *name, struct sha256 *out, struct err *e)
{
	struct slice s = json_text(json_get(j, slice_of_str(name)));
	char back[SHA256_HEX + 1];

	if (!sha256_parse(s, out) || (sha256_hex(out, back), !slice_eq(slice_of_str(back), s)))
		return err_set(e, ERR_INPUT, "%s: expected a SHA-256, 64 digits of 0-9 and a-f", name);
	return true;
}

bool
doc_date(const struct json *j, const char *name, int64_t *out, struct err *e)
{
	struct slice s = json_text(json_get(j, slice_of_str(name)));
	char back[DATE_TEXT_MAX];
	struct date d;

	/* One way to write it; and no year in which seconds would overflow with a term added. */
	if (!date_read(s, &d) || d.s < 0 || d.s > (int64_t)253402300799 ||
	    (date_print_z(d.s, back), !slice_eq(slice_of_str(back), s)))
		return err_set(e, ERR_INPUT, "%s: expected a moment as 2026-01-31T12:00:00Z", name);
	*out = d.s;
	return true;
}

static int
word_find(struct slice s, const char *(*word)(int), int n)
{
	for (int i = 0; i < n; i++) {
		if (slice_eq(s, slice_of_str(word(i))))
			return i;
	}
	return -1;
}

static bool
no_word(const char *name, struct slice s, const char *(*word)(int), int n, struct err *e)
{
	char all[200] = "";

	for (int i = 0; i < n; i++) {
		(void)strncat(all, i == 0 ? "" : ", ", sizeof(all) - strlen(all) - 1);
		(void)strncat(all, word(i), sizeof(all) - strlen(all) - 1);
	}
	return err_set(e, ERR_INPUT, "%s: %s is none of %s", name, QUOTE(s), all);
}

bool
doc_word(const struct json *j, const char *name, const char *(*word)(int), int n, int *out, struct err *e)
{
	struct slice s = json_text(json_get(j, slice_of_str(name)));

	*out = word_find(s, word, n);
	return *out >= 0 || no_word(name, s, word, n, e);
}

bool
doc_words(const struct json *j, const char *name, const char *(*word)(int), int n, uint32_t *out, struct err *e)
{
	const struct json *m = json_get(j, slice_of_str(name));

	*out = 0;
	if (!json_is(m, JSON_ARRAY))
		return err_set(e, ERR_INPUT, "%s: expected a list of words", name);
	JSON_EACH (item, m) {
		int i = word_find(json_text(item), word, n);

		if (i < 0)
			return no_word(name, json_text(item), word, n, e);
		if ((*out >> i & 1) != 0)
			return err_set(e, ERR_INPUT, "%s: %s stands there twice", name, QUOTE(item->text));
		*out |= 1u << i;
	}
	return true;
}

static const char *
role_word(int i)
{
	return party_role_name((enum party_role)i);
}

bool
doc_party(const struct json *j, bool with_role, struct agreement_party *out, struct err *e)
{
	static const char *const names[] = { "id", "name", "country", "key", "role", NULL }, *const lead[] = { "id", "name", "country", "key", NULL };
	int role = 0;

	*out = (struct agreement_party){ 0 };
	if (!doc_object(j, with_role ? names : lead, e) || !doc_id(j, "id", &out->id, e) ||
	    !doc_text(j, "name", 200, false, &out->name, e) || !doc_text(j, "country", 2, true, &out->country, e))
		return false;
	if (out->country.len != 0 && (out->country.len != 2 || out->country.p[0] < 'A' || out->country.p[0] > 'Z' ||
	    out->country.p[1] < 'A' || out->country.p[1] > 'Z'))
		return err_set(e, ERR_INPUT, "%s: expected two letters (ISO 3166), or none", "country");
	if (!ed25519_key_parse(json_text(json_get(j, S("key"))), &out->key))
		return err_set(e, ERR_INPUT, "%s: expected an Ed25519 key, 64 digits of 0-9 and a-f", "key");
	if (with_role && !doc_word(j, "role", role_word, PARTY_ROLE_COUNT, &role, e))
		return false;
	out->role = (enum party_role)role;
	return true;
}

void
doc_party_put(struct json_out *o, const struct agreement_party *p, bool with_role)
{
	char key[ED25519_KEY_HEX + 1];

	ed25519_key_print(&p->key, key);
	json_out_object(o);
	json_out_key_text(o, S("country"), p->country.p == NULL ? S("") : p->country);
	json_out_key_text(o, S("id"), p->id);
	json_out_key_text(o, S("key"), slice_of_str(key));
	json_out_key_text(o, S("name"), p->name);
	if (with_role)
		json_out_key_text(o, S("role"), slice_of_str(party_role_name(p->role)));
	json_out_object_end(o);
}
