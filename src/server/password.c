#include "server/password.h"

#include <sodium.h>
#include <string.h>

#include "parse/opaque.h"
#include "server/secret.h"

/* Decision 0090: measured; the second recommended option of RFC 9106 section 4. */
#define OPS 3
#define MEMORY_BYTES ((size_t)64 << 20)

static bool cheap;

void
password_cheap_for_tests(bool on)
{
	cheap = on;
}

static unsigned long long
ops(void)
{
	return cheap ? crypto_pwhash_OPSLIMIT_MIN : OPS;
}

static size_t
memory(void)
{
	return cheap ? crypto_pwhash_MEMLIMIT_MIN : MEMORY_BYTES;
}

/* What is hashed; lies in mem, or is the password as it came. */
static struct slice
prepared(struct slice password, struct opaque *mem)
{
	struct err ignored = ERR_INIT;

	return opaque_read(password, mem, &ignored) ? slice_of(mem->b, mem->len) : password;
}

bool
password_hash(struct slice password, char out[PASSWORD_HASH_MAX], struct err *e)
{
	struct opaque mem;
	struct slice s = prepared(password, &mem);
	int bad;

	_Static_assert(PASSWORD_HASH_MAX == crypto_pwhash_STRBYTES, "libsodium's size");
	secret_init();
	bad = crypto_pwhash_str_alg(out, (const char *)s.p, s.len, ops(), memory(), crypto_pwhash_ALG_ARGON2ID13);
	sodium_memzero(&mem, sizeof(mem));
	return bad == 0 || err_set(e, ERR_SYSTEM, "there is no memory to hash a password; it takes 64 MiB");
}

bool
password_verify(const char *hash, struct slice password)
{
	struct opaque mem;
	struct slice s = prepared(password, &mem);
	int bad;

	secret_init();
	bad = crypto_pwhash_str_verify(hash, s.p == NULL ? "" : (const char *)s.p, s.len);
	sodium_memzero(&mem, sizeof(mem));
	return bad == 0;
}

bool
password_same(struct slice a, struct slice b)
{
	struct opaque x, y;
	bool same = slice_eq(prepared(a, &x), prepared(b, &y));

	sodium_memzero(&x, sizeof(x));
	sodium_memzero(&y, sizeof(y));
	return same;
}

bool
password_is_old(const char *hash)
{
	return crypto_pwhash_str_needs_rehash(hash, ops(), memory()) != 0;
}

/*
 * Of the passwords that are guessed first, those of twelve and more are nearly
 * all made of these, digits and signs; so it is the words that are listed.
 */
static const char *const common[] = {
	"abc", "abcdef", "abcdefgh", "access", "admin", "administrator", "asdf", "asdfgh", "asdfghjkl", "azerty", "azertyuiop",
	"bonjour", "changeit", "changeme", "computer", "contrasena", "default", "dragon", "entente", "football", "guest",
	"hello", "iloveyou", "internet", "letmein", "login", "marhaba", "master", "monkey", "motdepasse", "parol",
	"pass", "passphrase", "passwd", "password", "passw0rd", "p@ssword", "p@ssw0rd", "princess", "privet", "qazwsx", "qazwsxedc", "querty",
	"qwer", "qwert", "qwerty", "qwertyuiop", "qwertz", "qwertzuiop", "root", "secret", "security", "server", "sunshine", "superman",
	"temp", "test", "trustno", "user", "welcome", "woaini", "zaq", "zxcv", "zxcvbn", "zxcvbnm",
};

/* The longest common word at the front of s, or 0. */
static size_t
common_at(struct slice s)
{
	size_t best = 0;

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		struct slice w = slice_of_str(common[i]);

		if (w.len > best && slice_starts_nocase(s, w))
			best = w.len;
	}
	return best;
}

/*
 * Bytes of s that somebody would have to guess: what is left without common
 * words, the name, and what only repeats or goes on (aaaa, 1234, 4321). Digits
 * and signs count half, as those are what is put behind a word.
 */
static size_t
left_to_guess(struct slice s, struct slice name, struct slice mail)
{
	size_t halves = 0;

	while (s.len > 0) {
		size_t skip = common_at(s);
		int step;

		if (name.len >= 3 && name.len > skip && slice_starts_nocase(s, name))
			skip = name.len;
		if (mail.len >= 3 && mail.len > skip && slice_starts_nocase(s, mail))
			skip = mail.len;
		if (skip > 0) {
			s = slice_from(s, skip);
			continue;
		}
		halves += s.p[0] >= 0x80 || byte_is_alpha(s.p[0]) ? 2 : 1;
		step = s.len > 1 ? (int)s.p[1] - (int)s.p[0] : 2;
		s = slice_from(s, 1);
		/* the rest of a run is given with its first two */
		if (step < -1 || step > 1)
			continue;
		while (s.len > 1 && (int)s.p[1] - (int)s.p[0] == step)
			s = slice_from(s, 1);
		s = slice_from(s, 1);
	}
	return halves / 2;
}

static bool
check(struct slice password, struct slice name, struct slice mail, struct err *e)
{
	struct slice local = slice_sub(mail, 0, slice_find_byte(mail, '@'));
	bool seen[256] = { false };
	size_t distinct = 0;

	if (slice_chars(password) < PASSWORD_CHARS_MIN)
		return err_set(e, ERR_INPUT, "a password has at least %d characters; several words do well", PASSWORD_CHARS_MIN);
	for (size_t i = 0; i < password.len; i++) {
		distinct += !seen[password.p[i]];
		seen[password.p[i]] = true;
	}
	if (distinct < 5 || left_to_guess(password, name, local) < 5)
		return err_set(e, ERR_INPUT, "this password is among the first that are guessed: take several words that do not belong together");
	return true;
}

bool
password_check(struct slice password, struct slice name, struct slice mail, struct err *e)
{
	struct opaque mem;
	bool ok;

	_Static_assert(PASSWORD_BYTES_MAX == OPAQUE_IN_MAX, "what may be one can be prepared");
	ok = opaque_read(password, &mem, e);
	if (ok)
		ok = check(slice_of(mem.b, mem.len), name, mail, e);
	else
		e->code = ERR_INPUT;
	sodium_memzero(&mem, sizeof(mem));
	return ok;
}

void
password_make(char out[PASSWORD_MADE_BYTES])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";

	secret_init();
	for (size_t i = 0; i < PASSWORD_MADE_BYTES - 1; i++)
		out[i] = i % 5 == 4 ? '-' : letters[randombytes_uniform(sizeof(letters) - 1)];
	out[PASSWORD_MADE_BYTES - 1] = '\0';
}
