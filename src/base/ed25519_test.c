#include "base/ed25519.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/keyfile.h"
#include "test.h"

/* RFC 8032 section 7.1, tests 1 and 3: seed, public key. */
static const struct { const char *seed, *public; } vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025" },
};

static struct ed25519 *
of_hex(const char *hex)
{
	struct ed25519_key seed;

	CHECK(ed25519_key_parse(slice_of_str(hex), &seed));
	return ed25519_of_seed(seed.b);
}

TEST(keys)
{
	char text[ED25519_KEY_HEX + 1], mark[ED25519_FINGERPRINT_TEXT];
	struct ed25519_key k;

	for (size_t i = 0; i < 2; i++) {
		struct ed25519 *s = of_hex(vectors[i].seed);

		ed25519_key_print(ed25519_public(s), text);
		CHECK_STR(text, vectors[i].public);
		ed25519_fingerprint_print(ed25519_public(s), mark);
		CHECK_INT(strlen(mark), ED25519_FINGERPRINT_TEXT - 1);
		ed25519_close(&s);
		CHECK(s == NULL);
	}
	CHECK(!ed25519_key_parse(S("d75a"), &k));
	CHECK(!ed25519_key_parse(S("D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A"), &k));
	CHECK(!ed25519_key_parse(S("g75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), &k));
}

TEST(signatures)
{
	struct ed25519 *a = of_hex(vectors[0].seed), *b = of_hex(vectors[1].seed);
	struct ed25519_signature s, back, changed;
	char text[ED25519_SIGNATURE_HEX + 1];

	ed25519_sign(a, "entente agreement act 1", S("text"), &s);
	CHECK(ed25519_verify(ed25519_public(a), "entente agreement act 1", S("text"), &s));
	CHECK(!ed25519_verify(ed25519_public(b), "entente agreement act 1", S("text"), &s));
	CHECK(!ed25519_verify(ed25519_public(a), "entente agreement receipt 1", S("text"), &s));
	CHECK(!ed25519_verify(ed25519_public(a), "entente agreement act 1", S("texts"), &s));
	CHECK(!ed25519_verify(ed25519_public(a), "entente agreement act 1", S(""), &s));
	/* A purpose does not run into the text. */
	CHECK(!ed25519_verify(ed25519_public(a), "entente agreement act", S("1\ntext"), &s));
	for (size_t i = 0; i < sizeof(s.b); i++) {
		changed = s;
		changed.b[i] ^= 1;
		CHECK(!ed25519_verify(ed25519_public(a), "entente agreement act 1", S("text"), &changed));
	}
	ed25519_signature_print(&s, text);
	CHECK(ed25519_signature_parse(slice_of_str(text), &back));
	CHECK(memcmp(back.b, s.b, sizeof(s.b)) == 0);
	ed25519_close(&a);
	ed25519_close(&b);
}

/* A key of small order verifies anything, with a library that lets it. */
TEST(small_order)
{
	struct ed25519_key zero = { { 1 } };
	struct ed25519_signature s = { { 1 } };

	CHECK(!ed25519_verify(&zero, "x", S("text"), &s));
}

TEST(files)
{
	struct err e = ERR_INIT;
	struct ed25519 *a, *b;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/party.key", test_dir());
	CHECK_OK(ed25519_open(path, &a, &e), &e);
	CHECK_OK(ed25519_open(path, &b, &e), &e);
	CHECK(ed25519_key_eq(ed25519_public(a), ed25519_public(b)));
	ed25519_close(&a);
	ed25519_close(&b);
	CHECK(chmod(path, 0640) == 0);
	CHECK(!ed25519_open(path, &a, &e));
	CHECK_INT(e.code, ERR_DENIED);
}

int
main(void)
{
	RUN(keys);
	RUN(signatures);
	RUN(small_order);
	RUN(files);
	return test_end();
}
