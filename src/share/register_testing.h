/*
 * register_testing: for tests: a store in which a script was done, its register,
 * and a node that takes it.
 */
#ifndef SHARE_REGISTER_TESTING_H
#define SHARE_REGISTER_TESTING_H

#include "model/agreement_testing.h"
#include "share/register.h"
#include "store/store_testing.h"
#include "test.h"

#define NOW KIT_NOW
#define MOU AGREEMENT_MEMORANDUM
#define BOTH "open 0; sign a 1; sign b 2; deposit a 3; deposit b 4"

/* The wording that kit_text's hash stands for is the empty one, which is none: another is put in. */
static inline void
text_with_wording(const struct kit_text *t, struct buf *out)
{
	struct sha256 sha = sha256_of(S("The parties agree."));
	struct buf b, plain;
	char hex[SHA256_HEX + 1];
	size_t at;

	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	buf_init(&plain, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(t, true, &b);
	sha256_hex(&sha, hex);
	at = slice_find(buf_view(&b), S("e3b0c442"));
	CHECK(at != SIZE_MAX);
	buf_put(out, slice_sub(buf_view(&b), 0, at));
	buf_str(out, hex);
	buf_put(out, slice_from(buf_view(&b), at + SHA256_HEX));
	buf_fini(&b);
	buf_fini(&plain);
}

/* A store in which the script was done. */
static inline struct store *
made_of(const char *name, const struct kit_text *text, const char *script)
{
	struct store *s = open_new(name);
	struct agreement_text t;
	struct agreement *g;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	arena_init(&a, 4 << 20);
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	text_with_wording(text, &b);
	CHECK_OK(agreement_text_read(buf_view(&b), &a, &t, &e), &e);
	CHECK_OK(agreement_text_put(s, &t, &e), &e);
	CHECK_OK(agreement_wording_put(s, S("The parties agree."), &e), &e);
	CHECK_OK(agreement_load(s, S("mou"), NOW, &g, &e), &e);
	CHECK_OK(kit_run(g, script, &e), &e);
	for (uint32_t i = 0; i < g->act_count; i++)
		CHECK_OK(agreement_act_put(s, S("mou"), &g->acts[i], &e), &e);
	agreement_free(&g);
	buf_fini(&b);
	arena_fini(&a);
	return s;
}

static inline struct store *
made(const char *name, const char *script)
{
	return made_of(name, &(struct kit_text){ .kind = MOU, .notice = 90 }, script);
}

static inline void
exported(struct store *s, struct buf *out)
{
	struct err e = ERR_INIT;

	buf_clear(out);
	CHECK_OK(register_export(s, S("mou"), NOW, out, &e), &e);
}

static inline void
lead_enter(struct store *s, const char *key)
{
	struct agreement_party lead = kit_party(slice_of_str(key));
	struct partner p = { .id = S("lead"), .kind = S("node"), .has_key = true, .key = lead.key };
	struct err e = ERR_INIT;

	CHECK_OK(partner_put(s, &p, true, T0, &e), &e);
}

static inline bool
import(struct store *s, struct slice file, struct register_result *r, struct err *e)
{
	struct agreement *g;
	bool ok = register_import(s, file, NOW, &g, r, e);

	agreement_free(&g);
	return ok;
}

#endif
