/*
 * Drafts: a text that somebody wrote, or one of the models that ship.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/agreements.h"
#include "cli/sheet.h"
#include "share/agree_model.h"

bool
agreements_file(struct agreements_work *w, const char *path, size_t max, struct slice *out, struct err *e)
{
	struct buf b;
	bool ok;

	buf_init(&b, max);
	ok = file_read(path, &b, e);
	if (ok) {
		*out = arena_copy(&w->a, buf_view(&b));
		ok = out->p != NULL || b.len == 0 || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", w->a.max);
	}
	buf_fini(&b);
	return ok;
}

struct draft {
	struct slice json;
	struct agree_wording wordings[LANG_COUNT];
	size_t n;
	struct agreement_text text;
};

static bool
wordings_take(struct agreements_work *w, struct draft *d, struct err *e)
{
	const char *v;

	for (size_t i = 0; (v = cli_opt_nth(w->c, "wording", i)) != NULL; i++) {
		struct slice path = slice_of_str(v), tag;
		char lang[3] = "";

		if (d->n == LANG_COUNT)
			return err_set(e, ERR_USAGE, "more than %d wordings", LANG_COUNT);
		if (!slice_cut(&path, '=', &tag) || tag.len != 2 || path.len == 0)
			return err_set(e, ERR_USAGE, "--wording: expected LANG=FILE, found \"%s\"", v);
		memcpy(lang, tag.p, 2);
		if (!lang_parse(lang, &d->wordings[d->n].lang))
			return err_set(e, ERR_USAGE, "--%s: \"%s\" is none of ar, zh, en, fr, ru, es", "wording", lang);
		for (size_t k = 0; k < d->n; k++) {
			if (d->wordings[k].lang == d->wordings[d->n].lang)
				return err_set(e, ERR_USAGE, "--wording: \"%s\" is given twice", lang);
		}
		if (!agreements_file(w, (const char *)path.p, AGREEMENT_WORDING_BYTES_MAX, &d->wordings[d->n++].bytes, e))
			return false;
	}
	return true;
}

static bool
draft_do(struct agreements_work *w, void *cookie, struct err *e)
{
	struct draft *d = cookie;

	return agree_draft(w->node.store, d->json, d->wordings, d->n, &w->a, &d->text, e);
}

/* --- of a model ---------------------------------------------------------------------------- */

/* "es-cert" or "acme=expert": a partner, or this node. */
static bool
party_take(struct agreements_work *w, struct slice name, struct agreement_party *out, struct err *e)
{
	struct slice role = S("member"), id;
	int r = 0;

	if (!slice_cut(&name, '=', &id) || id.len == 0)
		return err_set(e, ERR_USAGE, "say which party, by its name");
	if (name.len > 0)
		role = name;
	while (r < PARTY_ROLE_COUNT && !slice_eq(role, slice_of_str(party_role_name((enum party_role)r))))
		r++;
	if (r == PARTY_ROLE_COUNT)
		return err_set(e, ERR_USAGE, "--role: \"%.*s\" is none of member, expert, donor", SLICE_ARG(role));
	return agree_model_party(&w->node, id, (enum party_role)r, &w->a, out, e);
}

static bool
model_langs(struct agreements_work *w, struct agree_model *m, struct err *e)
{
	const char *v;
	enum lang lang;

	for (size_t i = 0; (v = cli_opt_nth(w->c, "title", i)) != NULL; i++) {
		char tag[3] = { v[0], v[0] == '\0' ? '\0' : v[1], '\0' };

		if (strlen(v) < 4 || v[2] != '=' || !lang_parse(tag, &lang))
			return err_set(e, ERR_USAGE, "--title: expected LANG=TEXT, found \"%s\"", v);
		m->titles[lang] = slice_of_str(v + 3);
	}
	for (size_t i = 0; (v = cli_opt_nth(w->c, "authentic", i)) != NULL; i++) {
		if (strlen(v) != 2 || !lang_parse(v, &lang))
			return err_set(e, ERR_USAGE, "--%s: \"%s\" is none of ar, zh, en, fr, ru, es", "authentic", v);
		m->authentic |= 1u << lang;
	}
	return true;
}

static bool
model_parties(struct agreements_work *w, struct agree_model *m, struct err *e)
{
	struct agreement_party us, *v = arena_array(&w->a, AGREEMENT_PARTIES_MAX, sizeof(*v));
	const char *lead = cli_opt(w->c, "lead"), *name;
	bool self;

	if (!party_self(w->node.store, &w->a, &us, &self, e))
		return false;
	if (lead == NULL && !self)
		return err_set(e, ERR_CONFLICT, "this node has no name as a party yet; give it one: entente partners self NAME");
	if (!party_take(w, lead == NULL ? us.id : slice_of_str(lead), &m->lead, e))
		return false;
	while ((name = cli_opt_nth(w->c, "party", m->party_count)) != NULL) {
		if (m->party_count == AGREEMENT_PARTIES_MAX)
			return err_set(e, ERR_LIMIT, "more than %d parties", AGREEMENT_PARTIES_MAX);
		if (!party_take(w, slice_of_str(name), &v[m->party_count++], e))
			return false;
	}
	m->parties = v;
	return true;
}

/* For people to change before it is kept: the text and its wordings as files. */
static bool
model_write(struct agreements_work *w, const struct draft *d, const char *folder, struct err *e)
{
	struct slice path = arena_printf(&w->a, "%s/agreement.json%c", folder, 0);

	if (!dir_make(folder, e) || !file_write((const char *)path.p, d->json, e))
		return false;
	for (size_t i = 0; i < d->n; i++) {
		path = arena_printf(&w->a, "%s/%s.txt%c", folder, lang_tag(d->wordings[i].lang), 0);
		if (!file_write((const char *)path.p, d->wordings[i].bytes, e))
			return false;
	}
	return true;
}

static bool
model_take(struct agreements_work *w, struct draft *d, struct err *e)
{
	struct agree_model m = { .id = slice_of_str(cli_opt(w->c, "id")) };

	if (!agreement_id_ok(m.id))
		return err_set(e, ERR_USAGE, "say what the agreement is called: --id NAME (a-z, 0-9, -)");
	if (!agree_model_kind(slice_of_str(cli_opt(w->c, "model")), &m.kind))
		return err_set(e, ERR_USAGE, "--model: \"%s\" is none of memorandum, technical-cooperation, project", cli_opt(w->c, "model"));
	if (!model_langs(w, &m, e) || !model_parties(w, &m, e) ||
	    !agree_model_make(&m, &w->a, &d->json, d->wordings, e))
		return false;
	d->n = LANG_COUNT;
	return true;
}

/* --- the verb ------------------------------------------------------------------------------- */

static bool
draft_take(struct agreements_work *w, struct draft *d, struct err *e)
{
	if (cli_has(w->c, "model"))
		return w->c->arg_count == 1 ? model_take(w, d, e) : err_set(e, ERR_USAGE, "a draft is of a file or of a model, not of both");
	if (w->c->arg_count == 1)
		return err_set(e, ERR_USAGE, "say which file, or --model: memorandum, technical-cooperation, project");
	return agreements_file(w, w->c->args[1], AGREEMENT_TEXT_BYTES_MAX, &d->json, e) && wordings_take(w, d, e);
}

bool
cli_agreements_draft(struct agreements_work *w, struct err *e)
{
	struct draft d = { .n = 0 };
	char hex[SHA256_HEX + 1];
	struct sheet s;

	if (!draft_take(w, &d, e))
		return false;
	if (cli_has(w->c, "model") && cli_has(w->c, "out"))
		return model_write(w, &d, cli_opt(w->c, "out"), e);
	if (!agreements_change(w, draft_do, &d, "agreement.draft", slice_of_str(cli_has(w->c, "model") ? cli_opt(w->c, "id") : w->c->args[1]), SLICE_NONE, e))
		return e->code == ERR_INPUT && w->c->arg_count > 1 ? err_within(e, "%s", w->c->args[1]) : false;
	if (w->c->quiet)
		return true;
	if (cli_has(w->c, "model"))
		cli_tell(T("A model text is no legal advice: have it read by those who answer for it. With --out FOLDER it is written as files, to be changed and drafted from there."));
	sha256_hex(&d.text.sha, hex);
	sheet_begin(&s, w->c->json);
	sheet_text(&s, "id", N_("Name"), d.text.id);
	sheet_int(&s, "version", N_("Version"), d.text.version);
	sheet_text(&s, "sha256", "SHA-256", slice_of_str(hex));
	return sheet_finish(&s, true, e);
}
