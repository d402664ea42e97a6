#include "share/agree_model.h"

#include "base/embedded.h"
#include "parse/json_canon.h"

#define WORDING_MAX ((size_t)1 << 20)

static const struct json_limits limits = { 64 << 10, 8, 2000 };

static struct slice
shipped(struct arena *a, const char *name, const char *end)
{
	struct slice path = arena_printf(a, "agreements/%s.%s", name, end);

	for (size_t i = 0; i < embedded_count; i++) {
		if (slice_eq(embedded_files[i].name, path))
			return embedded_bytes(&embedded_files[i]);
	}
	return SLICE_NONE;
}

/* --- the text ------------------------------------------------------------------------------ */

static void
party_put(struct json_out *j, const struct agreement_party *p, bool role)
{
	char key[ED25519_KEY_HEX + 1];

	ed25519_key_print(&p->key, key);
	json_out_object(j);
	json_out_key_text(j, S("id"), p->id);
	json_out_key_text(j, S("name"), p->name);
	json_out_key_text(j, S("country"), p->country.p == NULL ? S("") : p->country);
	json_out_key_text(j, S("key"), slice_of_str(key));
	if (role)
		json_out_key_text(j, S("role"), slice_of_str(party_role_name(p->role)));
	json_out_object_end(j);
}

static struct slice
title_of(const struct agree_model *m, const struct json *model, enum lang lang)
{
	return m->titles[lang].p != NULL ? m->titles[lang] : json_text(json_get(json_get(model, S("titles")), slice_of_str(lang_tag(lang))));
}

static void
text_put(const struct agree_model *m, const struct json *model, struct buf *b)
{
	static const char *const same[] = { "in_force", "term", "notice_days", "clauses" };
	struct json_out j;

	json_out_init(&j, b, false);
	json_out_object(&j);
	json_out_key_text(&j, S("form"), S("entente agreement 1"));
	json_out_key_text(&j, S("id"), m->id);
	json_out_key_text(&j, S("kind"), slice_of_str(agreement_kind_name(m->kind)));
	json_out_key_int(&j, S("version"), 1);
	json_out_key(&j, S("titles"));
	json_out_object(&j);
	for (unsigned l = 0; l < LANG_COUNT; l++)
		json_out_key_text(&j, slice_of_str(lang_tag((enum lang)l)), title_of(m, model, (enum lang)l));
	json_out_object_end(&j);
	json_out_key(&j, S("authentic"));
	json_out_array(&j);
	for (unsigned l = 0; l < LANG_COUNT; l++) {
		if (m->authentic == 0 || (m->authentic >> l & 1) != 0)
			json_out_text(&j, slice_of_str(lang_tag((enum lang)l)));
	}
	json_out_array_end(&j);
	json_out_key(&j, S("lead"));
	party_put(&j, &m->lead, false);
	json_out_key(&j, S("parties"));
	json_out_array(&j);
	for (size_t i = 0; i < m->party_count; i++)
		party_put(&j, &m->parties[i], true);
	json_out_array_end(&j);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		json_out_key(&j, slice_of_str(same[i]));
		json_out_raw(&j, json_get(model, slice_of_str(same[i]))->raw);
	}
	json_out_object_end(&j);
}

/* --- its wordings ---------------------------------------------------------------------------- */

static void
parties_put(const struct agree_model *m, struct buf *b)
{
	for (size_t i = 0; i < m->party_count; i++) {
		const struct agreement_party *p = &m->parties[i];

		buf_printf(b, "%s- %.*s", i == 0 ? "" : "\n", SLICE_ARG(p->name));
		if (p->country.len > 0)
			buf_printf(b, " (%.*s)", SLICE_ARG(p->country));
	}
}

static void
number_put(const struct json *model, const char *of, const char *name, struct buf *b)
{
	const struct json *j = of == NULL ? model : json_get(model, slice_of_str(of));
	int64_t n = 0;

	(void)json_int(json_get(j, slice_of_str(name)), &n);
	buf_printf(b, "%lld", (long long)n);
}

/* What stands for a "{name}"; another one is written as it is. */
static void
filled(const struct agree_model *m, const struct json *model, enum lang lang, struct slice name, struct buf *b)
{
	if (slice_eq(name, S("title")))
		buf_put(b, title_of(m, model, lang));
	else if (slice_eq(name, S("parties")))
		parties_put(m, b);
	else if (slice_eq(name, S("lead")))
		buf_put(b, m->lead.name);
	else if (slice_eq(name, S("count")) || slice_eq(name, S("delay_days")))
		number_put(model, "in_force", slice_eq(name, S("count")) ? "count" : "delay_days", b);
	else if (slice_eq(name, S("notice_days")))
		number_put(model, NULL, "notice_days", b);
	else if (slice_eq(name, S("term_days")) || slice_eq(name, S("renewals")))
		number_put(model, "term", slice_eq(name, S("renewals")) ? "renewals" : "days", b);
	else
		buf_printf(b, "{%.*s}", SLICE_ARG(name));
}

static void
line_put(const struct agree_model *m, const struct json *model, enum lang lang, struct slice line, struct buf *b)
{
	for (size_t open; (open = slice_find_byte(line, '{')) != SIZE_MAX;) {
		size_t close = slice_find_byte(slice_from(line, open), '}');

		if (close == SIZE_MAX)
			break;
		buf_put(b, slice_sub(line, 0, open));
		filled(m, model, lang, slice_sub(line, open + 1, close - 1), b);
		line = slice_from(line, open + close + 1);
	}
	buf_put(b, line);
	buf_byte(b, '\n');
}

/* "@ all", "@ project memorandum": are the lines behind it for this kind? */
static bool
for_kind(struct slice words, enum agreement_kind kind)
{
	struct slice word;

	while (slice_cut(&words, ' ', &word)) {
		if (slice_eq(word, S("all")) || slice_eq(word, slice_of_str(agreement_kind_name(kind))))
			return true;
	}
	return false;
}

static void
wording_put(const struct agree_model *m, const struct json *model, enum lang lang, struct slice text, struct buf *b)
{
	unsigned article = 0;
	bool ours = true;
	struct slice line;

	while (slice_line(&text, &line)) {
		if (slice_starts(line, S("@ "))) {
			ours = for_kind(slice_from(line, 2), m->kind);
		} else if (ours && slice_starts(line, S("# "))) {
			buf_printf(b, "%u. ", ++article);
			line_put(m, model, lang, slice_from(line, 2), b);
		} else if (ours) {
			line_put(m, model, lang, line, b);
		}
	}
}

bool
agree_model_make(const struct agree_model *m, struct arena *a, struct slice *json_out,
    struct agree_wording wordings[LANG_COUNT], struct err *e)
{
	struct slice model = shipped(a, agreement_kind_name(m->kind), "json");
	const struct json *j;
	struct buf b;
	bool ok;

	if (!json_parse(model, &limits, a, &j, e))
		return false;
	buf_init(&b, WORDING_MAX);
	text_put(m, j, &b);
	*json_out = arena_copy(a, buf_view(&b));
	ok = buf_ok(&b) && json_out->p != NULL;
	for (unsigned l = 0; ok && l < LANG_COUNT; l++) {
		buf_clear(&b);
		wording_put(m, j, (enum lang)l, shipped(a, lang_tag((enum lang)l), "txt"), &b);
		wordings[l] = (struct agree_wording){ (enum lang)l, arena_copy(a, buf_view(&b)) };
		ok = buf_ok(&b) && wordings[l].bytes.p != NULL;
	}
	buf_fini(&b);
	return ok || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", WORDING_MAX);
}

bool
agree_model_party(struct node *n, struct slice id, enum party_role role, struct arena *a,
    struct agreement_party *out, struct err *e)
{
	struct agreement_party us;
	struct partner p;
	bool self, found;

	*out = (struct agreement_party){ .id = id, .role = role };
	if (!party_self(n->store, a, &us, &self, e) || !partner_get(n->store, id, a, &p, &found, e))
		return false;
	if (self && slice_eq(us.id, id)) {
		out->name = n->conf.name.len > 0 ? n->conf.name : us.id;
		out->country = n->conf.country;
		out->key = us.key;
		return true;
	}
	if (!found || !p.has_key)
		return err_set(e, ERR_ABSENT, "%s is no partner whose key is known; enter it: entente partners key", QUOTE(id));
	out->name = p.name;
	out->country = p.country;
	out->key = p.key;
	return true;
}

bool
agree_model_kind(struct slice name, enum agreement_kind *out)
{
	for (int k = 0; k < AGREEMENT_KIND_COUNT; k++) {
		*out = (enum agreement_kind)k;
		if (slice_eq(name, slice_of_str(agreement_kind_name(*out))))
			return true;
	}
	return false;
}
