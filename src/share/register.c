#include "share/register.h"

#include <stdlib.h>

#include "parse/base64.h"
#include "parse/json_canon.h"

/* A wording in base64 is the longest. */
static const struct json_limits limits = { AGREEMENT_WORDING_BYTES_MAX / 3 * 4 + 1024, 10, 20000 };
#define LINE_MEMORY_MAX ((size_t)32 << 20)

/* --- out ------------------------------------------------------------------------ */

static bool
wording_put(struct store *s, const struct sha256 *sha, struct buf *out, struct err *e)
{
	char hex[SHA256_HEX + 1];
	struct slice bytes;
	struct arena a;
	bool found, ok;

	arena_init(&a, LINE_MEMORY_MAX);
	ok = agreement_wording_get(s, sha, &a, &bytes, &found, e);
	if (ok && found) {
		sha256_hex(sha, hex);
		buf_str(out, "{\"base64\":\"");
		base64_put(out, bytes);
		buf_printf(out, "\",\"wording\":\"%s\"}\n", hex);
	}
	arena_fini(&a);
	return ok;
}

/* Was it named by a version before this one? */
static bool
named_before(const struct agreement *g, uint32_t version, enum lang lang)
{
	const struct sha256 *sha = &g->texts[version]->wordings[lang].sha;

	for (uint32_t v = 0; v <= version; v++) {
		for (unsigned l = 0; l < (v == version ? (unsigned)lang : LANG_COUNT); l++) {
			if (g->texts[v]->wordings[l].there && memcmp(&g->texts[v]->wordings[l].sha, sha, sizeof(*sha)) == 0)
				return true;
		}
	}
	return false;
}

static bool
wordings_put(struct store *s, const struct agreement *g, struct buf *out, struct err *e)
{
	for (uint32_t v = 0; v < g->version; v++) {
		for (unsigned l = 0; l < LANG_COUNT; l++) {
			if (g->texts[v]->wordings[l].there && !named_before(g, v, (enum lang)l) &&
			    !wording_put(s, &g->texts[v]->wordings[l].sha, out, e))
				return false;
		}
	}
	return true;
}

bool
register_export(struct store *s, struct slice id, int64_t now_s, struct buf *out, struct err *e)
{
	struct agreement *g;
	bool ok;

	if (!agreement_load(s, id, now_s, &g, e))
		return false;
	ok = g->act_count > 0 || err_set(e, ERR_CONFLICT, "%s is a draft; a register begins when it is opened", QUOTE(id));
	if (ok) {
		buf_printf(out, "{\"form\":\"entente register 1\",\"id\":\"%.*s\"}\n", SLICE_ARG(id));
		for (uint32_t v = 0; v < g->version; v++) {
			buf_str(out, "{\"text\":");
			buf_put(out, g->texts[v]->json);
			buf_str(out, "}\n");
		}
		for (uint32_t i = 0; i < g->act_count; i++) {
			buf_put(out, g->acts[i].line);
			buf_byte(out, '\n');
		}
		ok = wordings_put(s, g, out, e);
	}
	agreement_free(&g);
	return ok && (buf_ok(out) || err_set(e, ERR_LIMIT, "a register of more than %zu bytes", out->max));
}

/* --- in ------------------------------------------------------------------------- */

struct reading {
	struct agreement *g;
	struct slice id;
	char id_text[AGREEMENT_ID_MAX + 1];
	int64_t now_s;
	bool (*wording)(void *cookie, struct slice bytes, struct err *e);
	void *cookie;
	struct arena a; /* of a line */
};

static bool
head_read(struct reading *r, const struct json *j, struct err *e)
{
	struct slice id = json_text(json_get(j, S("id")));

	if (!slice_eq(json_text(json_get(j, S("form"))), S("entente register 1")) || !agreement_id_ok(id) || j->count != 2)
		return err_set(e, ERR_INPUT, "this is no register of an agreement");
	memcpy(r->id_text, id.p, id.len);
	r->id = slice_of(r->id_text, id.len);
	return true;
}

static bool
text_take(struct reading *r, const struct json *text, struct err *e)
{
	if (r->g != NULL)
		return agreement_text_add(r->g, text->raw, e);
	return agreement_new(text->raw, &r->g, e) && (slice_eq(r->g->texts[0]->id, r->id) ||
	    err_set(e, ERR_INPUT, "the text is of the agreement %s", QUOTE(r->g->texts[0]->id)));
}

static bool
wording_take(struct reading *r, const struct json *j, struct err *e)
{
	struct slice bytes;
	struct sha256 named, is;
	bool wanted = false;

	if (j->count != 2 || !base64_read(json_text(json_get(j, S("base64"))), &r->a, &bytes) ||
	    !sha256_parse(json_text(json_get(j, S("wording"))), &named))
		return err_set(e, ERR_INPUT, "expected a wording in base64 with its SHA-256");
	is = sha256_of(bytes);
	if (memcmp(&is, &named, sizeof(is)) != 0)
		return err_set(e, ERR_INPUT, "the wording is not what its SHA-256 says");
	for (uint32_t v = 0; r->g != NULL && v < r->g->text_count; v++) {
		for (unsigned l = 0; l < LANG_COUNT; l++)
			wanted = wanted || (r->g->texts[v]->wordings[l].there && memcmp(&r->g->texts[v]->wordings[l].sha, &is, sizeof(is)) == 0);
	}
	if (!wanted)
		return err_set(e, ERR_INPUT, "no text names this wording");
	return r->wording == NULL || r->wording(r->cookie, bytes, e);
}

/* *said: the error names its place already. */
static bool
line_take(struct reading *r, struct slice line, bool *said, struct err *e)
{
	const struct json *j;

	*said = false;
	if (!json_canon_check(line, &limits, &r->a, &j, e))
		return false;
	if (!json_is(j, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "expected an object");
	if (r->id.p == NULL)
		return head_read(r, j, e);
	if (json_get(j, S("text")) != NULL && j->count == 1)
		return text_take(r, json_get(j, S("text")), e);
	if (json_get(j, S("wording")) != NULL)
		return wording_take(r, j, e);
	if (json_get(j, S("act")) == NULL)
		return err_set(e, ERR_INPUT, "expected a text, an act or a wording");
	if (r->g == NULL)
		return err_set(e, ERR_INPUT, "an act comes before any text");
	*said = true;
	return agreement_act_add(r->g, line, r->now_s, e);
}

static bool
lines_take(struct reading *r, struct slice file, struct err *e)
{
	struct slice line;
	size_t n = 0;

	if (file.len == 0 || file.p[file.len - 1] != '\n')
		return err_set(e, ERR_INPUT, "the file ends within a line, or is empty");
	file.len--;
	while (slice_cut(&file, '\n', &line)) {
		bool said;

		n++;
		arena_reset(&r->a);
		if (!line_take(r, line, &said, e))
			return said ? false : err_within(e, "line %zu", n);
	}
	if (r->g == NULL || r->g->act_count == 0)
		return err_set(e, ERR_INPUT, "the register holds no act");
	return r->g->text_count == r->g->version || err_set(e, ERR_INPUT, "a text is there that no act has put in force");
}

bool
register_verify(struct slice file, int64_t now_s, struct agreement **out,
    bool (*wording)(void *cookie, struct slice bytes, struct err *e), void *cookie, struct err *e)
{
	struct reading r = { .now_s = now_s, .wording = wording, .cookie = cookie };
	bool ok;

	*out = NULL;
	if (file.len > REGISTER_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "a register of more than %zu bytes", REGISTER_BYTES_MAX);
	arena_init(&r.a, LINE_MEMORY_MAX);
	ok = lines_take(&r, file, e);
	arena_fini(&r.a);
	if (ok && r.g != NULL)
		*out = r.g;
	else
		agreement_free(&r.g);
	return ok && *out != NULL;
}

/* Whose key is it? The file cannot say. */
static bool
lead_known(struct store *s, const struct agreement *g, struct err *e)
{
	const struct agreement_party *lead = &g->lead;
	char mark[ED25519_FINGERPRINT_TEXT];
	struct agreement_party us;
	struct partner p;
	struct arena a;
	bool found, self, ok;

	ed25519_fingerprint_print(&lead->key, mark);
	arena_init(&a, 64 << 10);
	ok = party_self(s, &a, &us, &self, e) && partner_get(s, lead->id, &a, &p, &found, e);
	if (ok && !(self && agreement_lead_is(g, us.id, &us.key))) {
		if (!found || !p.has_key)
			ok = err_set(e, ERR_DENIED, "%s keeps this register, and its key is not known here; compare its fingerprint (%s) by another way than the file's, then enter it: entente partners key", QUOTE(lead->id), mark);
		else if (!agreement_lead_is(g, lead->id, &p.key))
			ok = err_set(e, ERR_DENIED, "%s is known here under another key than the one of this register (%s)", QUOTE(lead->id), mark);
	}
	arena_fini(&a);
	return ok;
}

/* The hashes are what people compare; and the two lines are the proof. */
static bool
two_stories(const struct agreement_act *ours, const struct agreement_act *theirs, const struct agreement *g, struct err *e)
{
	char a[SHA256_HEX + 1], b[SHA256_HEX + 1];

	sha256_hex(&ours->sha, a);
	sha256_hex(&theirs->sha, b);
	return err_set(e, ERR_CONFLICT, "act %u is another one than we hold (%.16s here, %.16s there); both are signed, so ask %s which one stands", ours->number, a, b, QUOTE(g->lead.id));
}

/* Both hold the same as far as both go; else somebody signed two stories. */
static bool
follows(const struct agreement *ours, const struct agreement *theirs, struct err *e)
{
	for (uint32_t v = 0; v < ours->version && v < theirs->version; v++) {
		if (memcmp(&ours->texts[v]->sha, &theirs->texts[v]->sha, sizeof(struct sha256)) != 0)
			return err_set(e, ERR_CONFLICT, "version %u of the text is another one than we hold", v + 1);
	}
	for (uint32_t i = 0; i < ours->act_count && i < theirs->act_count; i++) {
		if (memcmp(&ours->acts[i].sha, &theirs->acts[i].sha, sizeof(struct sha256)) != 0)
			return two_stories(&ours->acts[i], &theirs->acts[i], theirs, e);
	}
	return true;
}

static bool
wording_keep(void *cookie, struct slice bytes, struct err *e)
{
	return agreement_wording_put(cookie, bytes, e);
}

static bool
take(struct store *s, struct slice file, int64_t now_s, struct agreement **out, struct register_result *result, struct err *e)
{
	struct agreement *ours = NULL, *g;
	uint32_t texts = 0, acts = 0;
	bool ok;

	if (!register_verify(file, now_s, out, wording_keep, s, e))
		return false;
	g = *out;
	if (g == NULL || !lead_known(s, g, e))
		return false;
	ok = agreement_load(s, g->texts[0]->id, now_s, &ours, e) || (ours == NULL && e->code == ERR_ABSENT);
	/* A draft of ours gives way to what was opened. */
	if (ok && ours != NULL && ours->act_count > 0) {
		ok = follows(ours, g, e);
		texts = ours->version;
		acts = ours->act_count;
	}
	agreement_free(&ours);
	*result = (struct register_result){ .id = g->texts[0]->id, .acts = g->act_count,
		.acts_new = g->act_count > acts ? g->act_count - acts : 0, .texts_new = g->version > texts ? g->version - texts : 0 };
	return ok && agreement_put(s, g, texts, acts, e);
}

bool
register_import(struct store *s, struct slice file, int64_t now_s, struct agreement **out,
    struct register_result *result, struct err *e)
{
	bool mine;

	*out = NULL;
	if (!store_begin(s, &mine, e))
		return false;
	if (store_end(s, mine, take(s, file, now_s, out, result, e), e))
		return true;
	agreement_free(out);
	return false;
}
