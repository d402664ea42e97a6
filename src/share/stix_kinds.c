#include "share/stix_kinds.h"

#include "model/stix_own.h"
#include "model/stix_value.h"
#include "parse/domain.h"

#define BEGAN_S 1623283200 /* the moment of what has none: that of the standard */

void
stix_out_kinds(struct buf *b)
{
	stix_own_maker(b);
	for (size_t i = 0; stix_own_at(i) != NULL; i++) {
		buf_byte(b, ',');
		stix_own_definition(stix_own_at(i), b);
	}
}

static void
moment(struct json_out *j, struct slice key, int64_t s)
{
	char text[STIX_TIME_TEXT_MAX];

	json_out_key_text(j, key, slice_of(text, stix_time_print(s * 1000000, text)));
}

/* One that has come or is set. */
static void
moment_if(struct json_out *j, struct slice key, int64_t s)
{
	if (s != 0 && s != AGREEMENT_NEVER)
		moment(j, key, s);
}

static void
open_object(const struct stix_out *x, struct json_out *j, const struct stix_own *k, const char *id, int64_t created_s, int64_t modified_s)
{
	char by[STIX_ID_MAX];

	stix_out_id(x, "identity", SLICE_NONE, by);
	json_out_object(j);
	json_out_key_text(j, S("type"), k->type.name);
	json_out_key_text(j, S("spec_version"), S("2.1"));
	json_out_key_text(j, S("id"), slice_of_str(id));
	json_out_key_text(j, S("created_by_ref"), slice_of_str(by));
	moment(j, S("created"), created_s);
	moment(j, S("modified"), modified_s < created_s ? created_s : modified_s);
	stix_own_extensions_put(k, j);
}

/* --- agreements ---------------------------------------------------------------- */

static void
words_put(struct json_out *j, struct slice key, uint32_t set, const char *(*word)(unsigned), unsigned n)
{
	if (set == 0)
		return;
	json_out_key(j, key);
	json_out_array(j);
	for (unsigned i = 0; i < n; i++) {
		if ((set >> i & 1) != 0)
			json_out_text(j, slice_of_str(word(i)));
	}
	json_out_array_end(j);
}

static const char *
purpose_word(unsigned i)
{
	return policy_purpose_name((enum policy_purpose)i);
}

static const char *
exclude_word(unsigned i)
{
	return exclude_name((enum exclude)i);
}

static void
clause_put(struct json_out *j, const struct agreement_clause *c)
{
	struct buf profile;

	buf_init(&profile, 300);
	agreement_profile_print(c, &profile);
	json_out_object(j);
	json_out_key_int(j, S("number"), c->number);
	json_out_key_text(j, S("category"), slice_of_str(policy_category_name(c->category)));
	words_put(j, S("purposes"), c->purposes, purpose_word, PURPOSE_COUNT);
	json_out_key_text(j, S("tlp"), slice_of_str(tlp_name(c->tlp)));
	json_out_key_int(j, S("retention_days"), c->retention_days);
	json_out_key_text(j, S("onward"), slice_of_str(c->onward == ONWARD_NAMED ? "named" : onward_name(c->onward)));
	if (c->onward == ONWARD_NAMED && c->named_count > 0) {
		json_out_key(j, S("onward_to"));
		json_out_array(j);
		for (uint32_t i = 0; i < c->named_count; i++)
			json_out_text(j, c->named[i]);
		json_out_array_end(j);
	}
	json_out_key_text(j, S("profile"), buf_view(&profile));
	words_put(j, S("excluded"), c->excluded, exclude_word, EXCLUDE_COUNT);
	json_out_object_end(j);
	buf_fini(&profile);
}

static void
party_put(struct json_out *j, const struct agreement *g, uint32_t party, int64_t date_s)
{
	const struct agreement_party *p = &g->parties[party];
	const struct adhesion *x = agreement_adhesion_at(g, party, date_s);
	char hex[ED25519_KEY_HEX + 1];

	ed25519_key_print(&p->key, hex);
	json_out_object(j);
	json_out_key_text(j, S("id"), p->id);
	json_out_key_text(j, S("name"), p->name);
	if (p->country.len > 0)
		json_out_key_text(j, S("country"), p->country);
	json_out_key_text(j, S("role"), slice_of_str(party_role_name(p->role)));
	json_out_key_text(j, S("key"), slice_of_str(hex));
	json_out_key_text(j, S("state"), slice_of_str(adhesion_state_name(adhesion_state_at(x, date_s))));
	if (x != NULL) {
		moment_if(j, S("in_force"), x->in_force_s);
		moment_if(j, S("leaves"), x->left_s);
	}
	json_out_object_end(j);
}

static int64_t
later(int64_t last, int64_t at, int64_t date_s)
{
	return at != AGREEMENT_NEVER && at <= date_s && at > last ? at : last;
}

/* When it became what it is on that date: by an act, or by a day that came. */
static int64_t
changed_s(const struct agreement *g, int64_t date_s)
{
	int64_t last = later(later(g->opened_s, g->in_force_s, date_s), agreement_end_s(g), date_s);

	for (uint32_t i = 0; i < g->adhesion_count; i++)
		last = later(later(last, g->adhesions[i].in_force_s, date_s), g->adhesions[i].left_s, date_s);

	for (uint32_t i = 0; i < g->act_count; i++)
		last = later(last, act_effective_s(&g->acts[i]), date_s);
	return last;
}

bool
stix_out_agreement(const struct stix_out *x, const struct agreement *g, int64_t date_s, struct buf *b)
{
	const struct agreement_text *t = agreement_text_now(g);
	const struct stix_own *k = stix_own_find(S("entente-agreement"));
	char id[STIX_ID_MAX], sha[SHA256_HEX + 1];
	struct json_out j;
	int64_t end_s = agreement_end_s(g);

	if (g->opened_s == AGREEMENT_NEVER || g->opened_s > date_s || g->party_count == 0)
		return false;
	/* An agreement is the same whoever tells of it; the object is the teller's own. */
	stix_out_id(x, "entente-agreement", t->id, id);
	sha256_hex(&t->sha, sha);
	json_out_init(&j, b, false);
	open_object(x, &j, k, id, g->opened_s, changed_s(g, date_s));
	json_out_key_text(&j, S("name"), agreement_title(t, LANG_EN));
	json_out_key_text(&j, S("agreement_id"), t->id);
	json_out_key_text(&j, S("agreement_kind"), slice_of_str(agreement_kind_name(t->kind)));
	json_out_key_int(&j, S("agreement_version"), t->version);
	json_out_key_text(&j, S("state"), slice_of_str(agreement_state_name(agreement_state_at(g, date_s))));
	json_out_key_text(&j, S("lead"), t->lead.id);
	json_out_key(&j, S("text_hashes"));
	json_out_object(&j);
	json_out_key_text(&j, S("SHA-256"), slice_of_str(sha));
	json_out_object_end(&j);
	moment_if(&j, S("in_force"), g->in_force_s);
	if (g->in_force_s == AGREEMENT_NEVER || end_s > g->in_force_s)
		moment_if(&j, S("ends"), end_s);
	json_out_key(&j, S("parties"));
	json_out_array(&j);
	for (uint32_t p = 0; p < g->party_count; p++)
		party_put(&j, g, p, date_s);
	json_out_array_end(&j);
	json_out_key(&j, S("clauses"));
	json_out_array(&j);
	for (uint32_t i = 0; i < t->clause_count; i++)
		clause_put(&j, &t->clauses[i]);
	json_out_array_end(&j);
	json_out_object_end(&j);
	return true;
}

/* --- contacts --------------------------------------------------------------------- */

static size_t
mailboxes(const struct contact *c, struct json_out *j)
{
	struct slice rest = c->email, one;
	size_t n = 0;

	while (contact_mailbox(&rest, &one)) {
		if (!mailbox_ok(one))
			continue;
		if (n++ == 0 && j != NULL) {
			json_out_key(j, S("emails"));
			json_out_array(j);
		}
		if (j != NULL)
			json_out_text(j, one);
	}
	if (n > 0 && j != NULL)
		json_out_array_end(j);
	return n;
}

bool
stix_out_contact_way(const struct stix_out *x, const struct contact *c, const char *identity, struct buf *b)
{
	const struct stix_own *k = stix_own_find(S("entente-contact"));
	bool url = stix_url_ok(c->url) && c->url.len > 0;
	int64_t at_s = c->checked_s > 0 ? c->checked_s : BEGAN_S;
	unsigned formats = contact_formats(c->format);
	char id[STIX_ID_MAX];
	struct json_out j;

	if (mailboxes(c, NULL) == 0 && !url)
		return false;
	stix_out_id(x, "entente-contact", slice_of_str(identity), id);
	json_out_init(&j, b, false);
	open_object(x, &j, k, id, at_s < BEGAN_S ? at_s : BEGAN_S, at_s);
	json_out_key_text(&j, S("identity_ref"), slice_of_str(identity));
	json_out_key_text(&j, S("scope"), slice_of_str(contact_scope_name(c->scope)));
	json_out_key_text(&j, S("value"), c->value);
	(void)mailboxes(c, &j);
	if (c->lang_known)
		json_out_key_text(&j, S("notice_lang"), slice_of_str(lang_tag(c->lang)));
	json_out_key(&j, S("formats"));
	json_out_array(&j);
	if ((formats & CONTACT_XARF) != 0)
		json_out_text(&j, S("xarf"));
	if ((formats & CONTACT_CSV) != 0 || formats == 0)
		json_out_text(&j, S("csv"));
	json_out_array_end(&j);
	if (c->openpgp.len > 0 && stix_hex_ok(c->openpgp))
		json_out_key_text(&j, S("openpgp"), c->openpgp);
	if (url)
		json_out_key_text(&j, S("url"), c->url);
	moment_if(&j, S("checked"), c->checked_s);
	moment_if(&j, S("expires"), c->expires_s);
	json_out_object_end(&j);
	return true;
}

/* --- documents ---------------------------------------------------------------------- */

void
stix_out_begin(const struct stix_out *x, struct slice of, bool kinds, struct buf *b)
{
	char id[STIX_ID_MAX];

	stix_out_bundle_id(x, of, id);
	buf_printf(b, "{\"type\":\"bundle\",\"id\":\"%s\",\"objects\":[", id);
	stix_out_identity(x, b);
	buf_byte(b, ',');
	stix_out_marks(b);
	if (kinds) {
		buf_byte(b, ',');
		stix_out_kinds(b);
	}
}

void
stix_out_end(struct buf *b)
{
	buf_str(b, "]}\n");
}

struct document {
	const struct stix_out *x;
	struct buf *b;
	const struct stix_out_way *way;
};

static bool
contact_one(void *cookie, const struct contact *c, struct err *e)
{
	struct document *d = cookie;
	char id[STIX_ID_MAX];
	bool may = true;

	if (d->way->may != NULL) {
		stix_out_contact_id(d->x, c, id);
		if (!d->way->may(d->way->cookie, slice_of_str(id), &may, e))
			return false;
	}
	if (!may)
		return true;
	buf_byte(d->b, ',');
	/* Taken back where there is nobody. */
	if (!stix_out_contact(d->x, c, d->b))
		d->b->len--;
	return d->way->put(d->way->cookie, d->b, e);
}

bool
stix_out_contacts(struct store *s, const struct stix_out *x, int64_t now_s, const struct stix_out_way *way, struct buf *b, struct err *e)
{
	struct document d = { x, b, way };
	struct buf of;

	buf_init(&of, 64);
	buf_printf(&of, "contacts %lld", (long long)now_s);
	stix_out_begin(x, buf_view(&of), true, b);
	buf_fini(&of);
	if (!contact_list(s, SLICE_NONE, contact_one, &d, e))
		return false;
	stix_out_end(b);
	return way->put(way->cookie, b, e);
}

bool
stix_out_agreements(struct store *s, const struct stix_out *x, int64_t now_s, const struct stix_out_way *way, struct buf *b, struct err *e)
{
	struct agreements all;
	struct buf of;
	bool ok = true;

	if (!agreements_load(s, now_s, &all, e))
		return false;
	buf_init(&of, 64);
	buf_printf(&of, "agreements %lld", (long long)now_s);
	stix_out_begin(x, buf_view(&of), true, b);
	buf_fini(&of);
	for (size_t i = 0; ok && i < all.n; i++) {
		buf_byte(b, ',');
		if (!stix_out_agreement(x, all.v[i], now_s, b))
			b->len--;
		ok = way->put(way->cookie, b, e);
	}
	agreements_fini(&all);
	stix_out_end(b);
	return ok && way->put(way->cookie, b, e);
}
