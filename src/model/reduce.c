/*
 * The texts. One pass from left to right; what goes out is never longer than
 * what came in, so one buffer of that size does. Most texts have nothing to
 * take out: nothing is copied before the first change.
 */
#include "model/reduce.h"

#include "parse/ip.h"

/* Who signs in, in a URL: longer is something else. */
#define USER_INFO_MAX 512

struct out {
	uint8_t *p; /* NULL: as in the text so far */
	size_t n;
	struct slice s;
	struct arena *a;
	size_t floor; /* what stands before is the "x" of an announced value: no part of an address */
	size_t user; /* where the last "://" ended, whose user may stand there; SIZE_MAX: none */
	bool full;
};

/* From now on in a copy of its own: only needed where something changes. */
static bool
own(struct out *o)
{
	if (o->p != NULL)
		return true;
	o->p = arena_bytes(o->a, o->s.len);
	if (o->p == NULL) {
		o->full = true;
		return false;
	}
	memcpy(o->p, o->s.p, o->n);
	return true;
}

static inline const uint8_t *
written(const struct out *o)
{
	return o->p != NULL ? o->p : o->s.p;
}

static inline void
copy(struct out *o, size_t at, size_t n)
{
	if (o->p != NULL && n > 0)
		memcpy(o->p + o->n, o->s.p + at, n);
	o->n += n;
}

/* "x" for n bytes of the text. */
static void
cross_out(struct out *o, size_t at, size_t n)
{
	if (n == 1 && o->s.p[at] == 'x') {
		copy(o, at, 1);
	} else if (n > 0 && own(o)) {
		o->p[o->n++] = 'x';
	}
}

/* --- mail addresses --------------------------------------------------------------- */

/* How "@" is written: its length here, or 0. */
static size_t
at_sign(struct slice s)
{
	static const struct slice signs[] = { S_INIT("%40"), S_INIT("%2540"),
		S_INIT("[at]"), S_INIT("(at)"), S_INIT("[@]"), S_INIT("(@)"),
		S_INIT("{at}"), S_INIT("&#64;"), S_INIT("&#x40;"), S_INIT("&commat;"),
		S_INIT("\\u0040"), S_INIT("\xef\xbc\xa0") };

	switch (s.p[0]) {
	case '@':
		return 1;
	case '%':
	case '[':
	case '(':
	case '{':
	case '&':
	case '\\':
	case 0xef:
		for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
			if (slice_starts_nocase(s, signs[i]))
				return signs[i].len;
		}
	}
	return 0;
}

static bool
local_byte(uint8_t c)
{
	return byte_is_alpha(c) || byte_is_digit(c) || c == '.' || c == '_' ||
	    c == '-' || c == '+' || c >= 0x80;
}

static bool
host_byte(uint8_t c)
{
	return byte_is_alpha(c) || byte_is_digit(c) || c == '.' || c == '-' || c >= 0x80;
}

/* Where the run of bytes of a local part begins that ends at n; not before floor. */
static size_t
local_begin(const uint8_t *p, size_t n, size_t floor)
{
	for (;;) {
		if (n > floor && local_byte(p[n - 1])) {
			n--;
			/* "%2B": the sign that it stands for, not its digits. */
			if (n >= floor + 2 && p[n - 2] == '%' && byte_hex(p[n - 1]) >= 0 && byte_hex(p[n]) >= 0) {
				int c = byte_hex(p[n - 1]) << 4 | byte_hex(p[n]);

				if (!local_byte((uint8_t)c) && c != '\'')
					return n + 1;
				n -= 2;
			}
			continue;
		}
		/* o'brien */
		if (n > floor + 1 && p[n - 1] == '\'' && local_byte(p[n - 2])) {
			n--;
			continue;
		}
		return n;
	}
}

/* Everything of the local part that was written: "ann lee" in quotes, too. */
static size_t
local_part(const uint8_t *p, size_t n, size_t floor)
{
	size_t begin = local_begin(p, n, floor), wider;

	if (begin == n && n > floor + 1 && p[n - 1] == '"') {
		for (size_t i = n - 1; i > floor && n - i < 66; i--) {
			/* With what stands right before it: the "x" would become a part of that. */
			if (p[i - 1] != '"')
				continue;
			wider = local_begin(p, i - 1, floor);
			/* "" alone is nobody. */
			return i == n - 1 && wider == i - 1 ? n : wider;
		}
		/* "pa55"ann lee"@: the quote before closed a value. */
		if (floor > 0 && p[floor - 1] == '"' && n - floor < 66)
			return floor;
	}
	/* bounce+ann=example.org@list: the recipient within (VERP). */
	if (begin < n && begin > 1 && p[begin - 1] == '=') {
		wider = local_begin(p, begin - 1, floor);
		if (memchr(p + begin, '.', n - begin) != NULL && wider < begin - 1 &&
		    (wider == 0 || memchr("?&;#", p[wider - 1], 4) == NULL) &&
		    (memchr(p + wider, '+', begin - wider) != NULL || memchr(p + wider, '-', begin - wider) != NULL))
			return wider;
	}
	return begin;
}

/* Where a token that may be a secret ends. */
static size_t
token_end(struct slice s, size_t i, const char *stops)
{
	while (i < s.len && s.p[i] != 0 && !byte_is_space(s.p[i]) && strchr(stops, s.p[i]) == NULL)
		i++;
	return i;
}

/* "@host:8080/" and "@host:22." end a number; in "@host:22.b@d" a password begins with it. */
static bool
number_ends(struct slice s, size_t i)
{
	if (i < s.len && s.p[i] == '.')
		i++;
	return i >= s.len || byte_is_space(s.p[i]) || strchr("/?#\"'<>,;)]}|&", s.p[i]) != NULL;
}

/* "ann@example.org:pa55", as stolen lists have it; i is behind the at sign. */
static size_t
behind_address(struct out *o, size_t i)
{
	struct slice s = o->s;
	size_t begin = i, end;

	while (i < s.len && host_byte(s.p[i]))
		i++;
	copy(o, begin, i - begin);
	if (i == begin || i + 1 >= s.len || (s.p[i] != ':' && s.p[i] != '|') || byte_is_space(s.p[i + 1]))
		return i;
	/* "@host:8080/": a port. */
	for (end = i + 1; end < s.len && end < i + 6 && byte_is_digit(s.p[end]); end++)
		;
	if (end > i + 1 && number_ends(s, end))
		return i;
	end = token_end(s, i + 1, "\"'<>,;");
	copy(o, i, 1);
	cross_out(o, i + 1, end - i - 1);
	o->floor = o->n;
	return end;
}

/* "curve25519-sha256@libssh.org": names of methods in SSH (RFC 4251 section 6), nobody's. */
static bool
method_name(struct slice domain)
{
	static const struct slice owners[] = { S_INIT("openssh.com"), S_INIT("libssh.org"),
		S_INIT("lysator.liu.se"), S_INIT("tinyssh.org") };

	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		if (slice_starts(domain, owners[i]) && (domain.len == owners[i].len || !host_byte(domain.p[owners[i].len])))
			return true;
	}
	return false;
}

/* May the byte stand in "ann:pa55@" of a URL? */
static bool
user_byte(uint8_t c)
{
	return c != 0 && !byte_is_space(c) && strchr("/?#\"<>\\", c) == NULL;
}

/*
 * "://foo:ann "lee"@": without the quoted name all before it is who signs in, and
 * would be taken for it if the text were looked at again.
 */
static size_t
user_part(const struct out *o, size_t begin)
{
	const uint8_t *p = written(o);

	if (o->user > begin || begin - o->user + 4 >= USER_INFO_MAX)
		return begin;
	for (size_t i = o->user; i < begin; i++) {
		if (!user_byte(p[i]))
			return begin;
	}
	return o->user;
}

static size_t
address(struct out *o, size_t i, size_t sign)
{
	const uint8_t *p = written(o);
	size_t begin = method_name(slice_from(o->s, i + sign)) ? o->n : user_part(o, local_part(p, o->n, o->floor));

	/* pa55"ann lee"@: the quote ended the value before it, and goes on to. */
	if (begin == o->floor && begin > 0 && begin < o->n && p[begin] == '"' && p[begin - 1] != '"')
		begin++;
	if (begin < o->n && !(o->n - begin == 1 && p[begin] == 'x') && own(o)) {
		o->p[begin] = 'x';
		o->n = begin + 1;
	}
	copy(o, i, sign);
	return behind_address(o, i + sign);
}

/* "://ann:pa55@": who signs in there; i is at the ':'. */
static size_t
user_info(struct out *o, size_t i)
{
	struct slice s = o->s;
	size_t at = SIZE_MAX, k;

	copy(o, i, 3);
	o->user = o->n;
	if (memchr(s.p + i + 3, '@', s.len - i - 3) == NULL)
		return i + 3;
	for (k = i + 3; k < s.len && k - i < USER_INFO_MAX && user_byte(s.p[k]); k++) {
		if (s.p[k] == '@')
			at = k;
	}
	if (at == SIZE_MAX)
		return i + 3;
	cross_out(o, i + 3, at - i - 3);
	copy(o, at, 1);
	return at + 1;
}

/* --- words that announce a secret or a name ----------------------------------------- */

enum word_kind {
	WORD_SECRET, /* the value goes, whatever it is */
	WORD_NAME, /* an account's or a person's: a domain in it stays */
};

static const struct word {
	struct slice text; /* small letters */
	enum word_kind kind;
	bool bare; /* the value may follow a space alone: "password pa55" */
} words[] = {
	{ S_INIT("password"), WORD_SECRET, true }, { S_INIT("passwort"), WORD_SECRET, true },
	{ S_INIT("passphrase"), WORD_SECRET, true }, { S_INIT("passcode"), WORD_SECRET, true },
	{ S_INIT("passwd"), WORD_SECRET, true }, { S_INIT("passw"), WORD_SECRET, false },
	{ S_INIT("pass"), WORD_SECRET, false }, { S_INIT("pwd"), WORD_SECRET, true },
	{ S_INIT("pw"), WORD_SECRET, false }, { S_INIT("pin"), WORD_SECRET, false },
	{ S_INIT("kennwort"), WORD_SECRET, true }, { S_INIT("mot de passe"), WORD_SECRET, true },
	{ S_INIT("contrase\xc3\xb1" "a"), WORD_SECRET, true }, { S_INIT("contrasena"), WORD_SECRET, true },
	{ S_INIT("senha"), WORD_SECRET, true },
	{ S_INIT("\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"), WORD_SECRET, true }, /* пароль */
	{ S_INIT("\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"), WORD_SECRET, true }, /* Пароль */
	{ S_INIT("\xe5\xaf\x86\xe7\xa0\x81"), WORD_SECRET, true }, /* 密码 */
	{ S_INIT("\xe5\x8f\xa3\xe4\xbb\xa4"), WORD_SECRET, true }, /* 口令 */
	{ S_INIT("\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x85\xd8\xb1\xd9\x88\xd8\xb1"), WORD_SECRET, true }, /* كلمة المرور */
	{ S_INIT("\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 \xd8\xa7\xd9\x84\xd8\xb3\xd8\xb1"), WORD_SECRET, true }, /* كلمة السر */
	{ S_INIT("bearer"), WORD_SECRET, true },
	{ S_INIT("token"), WORD_SECRET, false }, { S_INIT("access_token"), WORD_SECRET, false },
	{ S_INIT("id_token"), WORD_SECRET, false }, { S_INIT("refresh_token"), WORD_SECRET, false },
	{ S_INIT("secret"), WORD_SECRET, false }, { S_INIT("client_secret"), WORD_SECRET, false },
	{ S_INIT("api_key"), WORD_SECRET, false }, { S_INIT("apikey"), WORD_SECRET, false },
	{ S_INIT("api-key"), WORD_SECRET, false }, { S_INIT("access_key"), WORD_SECRET, false },
	{ S_INIT("auth"), WORD_SECRET, false }, { S_INIT("session"), WORD_SECRET, false },
	{ S_INIT("sessionid"), WORD_SECRET, false }, { S_INIT("session_id"), WORD_SECRET, false },
	{ S_INIT("phpsessid"), WORD_SECRET, false }, { S_INIT("jsessionid"), WORD_SECRET, false },
	{ S_INIT("sid"), WORD_SECRET, false }, { S_INIT("iban"), WORD_SECRET, false },
	{ S_INIT("cvv"), WORD_SECRET, false }, { S_INIT("ssn"), WORD_SECRET, false },
	{ S_INIT("username"), WORD_NAME, true }, { S_INIT("user name"), WORD_NAME, true },
	{ S_INIT("login name"), WORD_NAME, true }, { S_INIT("user_name"), WORD_NAME, false },
	{ S_INIT("user"), WORD_NAME, false }, { S_INIT("login"), WORD_NAME, false },
	{ S_INIT("account"), WORD_NAME, false }, { S_INIT("acct"), WORD_NAME, false },
	{ S_INIT("konto"), WORD_NAME, false }, { S_INIT("cuenta"), WORD_NAME, false },
	{ S_INIT("compte"), WORD_NAME, false }, { S_INIT("usuario"), WORD_NAME, false },
	{ S_INIT("email"), WORD_NAME, false }, { S_INIT("e-mail"), WORD_NAME, false },
	{ S_INIT("mail"), WORD_NAME, false }, { S_INIT("mail_from"), WORD_NAME, false },
	{ S_INIT("email_address"), WORD_NAME, false }, { S_INIT("rcpt"), WORD_NAME, false },
	{ S_INIT("rcpt_to"), WORD_NAME, false }, { S_INIT("recipient"), WORD_NAME, false },
	{ S_INIT("victim"), WORD_NAME, false }, { S_INIT("phone"), WORD_NAME, false },
	{ S_INIT("msisdn"), WORD_NAME, false }, { S_INIT("first_name"), WORD_NAME, false },
	{ S_INIT("firstname"), WORD_NAME, false }, { S_INIT("last_name"), WORD_NAME, false },
	{ S_INIT("lastname"), WORD_NAME, false }, { S_INIT("full_name"), WORD_NAME, false },
};

/* What follows "password" in a sentence about passwords, and is none. */
static const struct slice no_values[] = {
	S_INIT("attack"), S_INIT("attacks"), S_INIT("attempt"), S_INIT("attempts"), S_INIT("auth"),
	S_INIT("authentication"), S_INIT("based"), S_INIT("brute"), S_INIT("bruteforce"), S_INIT("change"),
	S_INIT("changed"), S_INIT("cracker"), S_INIT("cracking"), S_INIT("data"), S_INIT("disclosed"),
	S_INIT("dump"), S_INIT("dumps"), S_INIT("exposed"), S_INIT("field"), S_INIT("file"), S_INIT("form"),
	S_INIT("found"), S_INIT("guess"), S_INIT("guesses"), S_INIT("guessing"), S_INIT("hash"),
	S_INIT("hashes"), S_INIT("leak"), S_INIT("leaked"), S_INIT("leaks"), S_INIT("list"), S_INIT("lists"),
	S_INIT("login"), S_INIT("logins"), S_INIT("manager"), S_INIT("phishing"), S_INIT("policies"),
	S_INIT("policy"), S_INIT("protected"), S_INIT("protection"), S_INIT("recovery"), S_INIT("required"),
	S_INIT("reset"), S_INIT("resets"), S_INIT("reuse"), S_INIT("spray"), S_INIT("spraying"),
	S_INIT("stealer"), S_INIT("stealing"), S_INIT("theft"), S_INIT("and"), S_INIT("or"), S_INIT("in"),
	S_INIT("on"), S_INIT("at"), S_INIT("by"), S_INIT("with"), S_INIT("without"), S_INIT("not"),
	S_INIT("to"), S_INIT("via"), S_INIT("from"), S_INIT("was"), S_INIT("is"), S_INIT("are"),
	S_INIT("has"), S_INIT("have"), S_INIT("had"), S_INIT("can"), S_INIT("may"), S_INIT("must"),
	S_INIT("of"), S_INIT("for"), S_INIT("the"), S_INIT("x"),
};

/* The first bytes that a word may have, also in upper case. */
static inline bool
word_starts(uint8_t c)
{
	static const bool starts[256] = { ['a'] = true, ['b'] = true, ['c'] = true, ['e'] = true,
		['f'] = true, ['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true, ['m'] = true,
		['p'] = true, ['r'] = true, ['s'] = true, ['t'] = true, ['u'] = true, ['v'] = true,
		[0xd0] = true, [0xd9] = true, [0xe5] = true };

	return starts[byte_lower(c)];
}

static const struct word *
word_at(struct slice s)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = words[i].text.len;

		/* Its first two bytes tell nearly all of them apart. */
		if (words[i].text.p[0] != byte_lower(s.p[0]) || s.len < n ||
		    words[i].text.p[1] != byte_lower(s.p[1]) || !slice_starts_nocase(s, words[i].text))
			continue;
		/* "password1=": a form's second field; "user_agent" is another word. */
		while (n < s.len && byte_is_digit(s.p[n]))
			n++;
		if (n == s.len || !(byte_is_alpha(s.p[n]) || s.p[n] == '_' || s.p[n] == '-' ||
		    (s.p[n] >= 0x80 && words[i].text.p[0] < 0x80)))
			return &words[i];
	}
	return NULL;
}

static size_t
spaces(struct slice s, size_t i)
{
	while (i < s.len && byte_is_space(s.p[i]))
		i++;
	return i;
}

/* "=", ":", "%3D", "=>": behind it, or i where there is none. */
static size_t
separator(struct slice s, size_t i)
{
	if (slice_starts(slice_from(s, i), S("://")))
		return i;
	if (slice_starts_nocase(slice_from(s, i), S("%3d")) || slice_starts_nocase(slice_from(s, i), S("%3a")))
		return i + 3;
	/* The wide colon of Chinese texts. */
	if (slice_starts(slice_from(s, i), S("\xef\xbc\x9a")))
		return i + 3;
	if (i < s.len && (s.p[i] == '=' || s.p[i] == ':')) {
		i++;
		return i < s.len && (s.p[i] == '>' || s.p[i] == '=') ? i + 1 : i;
	}
	return i;
}

static size_t
plain_word(struct slice s, size_t i)
{
	while (i < s.len && byte_is_alpha(s.p[i]))
		i++;
	return i;
}

static bool
no_value(struct slice w)
{
	for (size_t i = 0; i < sizeof(no_values) / sizeof(no_values[0]); i++) {
		if (slice_eq_nocase(no_values[i], w))
			return true;
	}
	return false;
}

/* "password is pa55", "for invalid user ann": where the value begins; SIZE_MAX: none follows. */
static size_t
value_behind_space(struct slice s, size_t i)
{
	bool whose = false;

	for (unsigned n = 0; n < 4 && i < s.len; n++) {
		size_t end = plain_word(s, i);
		struct slice word = slice_sub(s, i, end - i);
		bool skip = slice_eq_nocase(word, S("for")) || slice_eq_nocase(word, S("of"));

		/* Letters and more, or none: a value. */
		if (end == i || (end < s.len && !byte_is_space(s.p[end]) && memchr(".,;:!?)", s.p[end], 7) == NULL))
			return i;
		if (whose || skip)
			skip = skip || slice_eq_nocase(word, S("invalid")) || slice_eq_nocase(word, S("illegal")) ||
			    slice_eq_nocase(word, S("user")) || slice_eq_nocase(word, S("account")) ||
			    slice_eq_nocase(word, S("the"));
		whose = whose || skip;
		if (n == 0 && (slice_eq_nocase(word, S("is")) || slice_eq_nocase(word, S("was"))))
			skip = true;
		if (!skip)
			return no_value(word) ? SIZE_MAX : i;
		i = spaces(s, end);
	}
	return SIZE_MAX;
}

/* "user a.lee", "account ann_lee": no common word looks so. */
static bool
looks_like_name(struct slice v)
{
	bool sign = false;

	if (v.len == 0 || !byte_is_alpha(v.p[0]))
		return false;
	for (size_t i = 0; i + 1 < v.len; i++)
		sign = sign || byte_is_digit(v.p[i]) || v.p[i] == '.' || v.p[i] == '_' || v.p[i] == '\\' || v.p[i] == '+';
	return sign || byte_is_digit(v.p[v.len - 1]);
}

static bool
has_at(struct slice v)
{
	for (size_t i = 0; i < v.len; i++) {
		if (at_sign(slice_from(v, i)) > 0)
			return true;
	}
	return false;
}

/* A word at i: write it and what it announces. Where it goes on, or i: it was none. */
static size_t
announced(struct out *o, size_t i)
{
	struct slice s = o->s, v;
	bool in_url = i > 0 && memchr("?&;#", s.p[i - 1], 4) != NULL, said = false;
	const struct word *w = word_at(slice_from(s, i));
	size_t at, end;
	uint8_t quote = 0;
	struct ip ip;

	if (w == NULL)
		return i;
	for (at = i + w->text.len; at < s.len && byte_is_digit(s.p[at]); at++)
		;
	/* JSON and shells: "password":"pa55" */
	if (at < s.len && (s.p[at] == '"' || s.p[at] == '\'') && separator(s, at + 1) != at + 1)
		at++;
	else if (at + 1 < s.len && s.p[at] == '\\' && s.p[at + 1] == '"' && separator(s, at + 2) != at + 2)
		at += 2;
	end = in_url ? at : spaces(s, at);
	if (separator(s, end) != end) {
		at = separator(s, end);
		said = true;
		at = in_url ? at : spaces(s, at);
	} else if (end == at) {
		return i;
	} else {
		at = end;
		if (w->bare && (at >= s.len || (s.p[at] != '"' && s.p[at] != '\'')))
			at = value_behind_space(s, at);
		if (at == SIZE_MAX || at >= s.len)
			return i;
	}
	if (at + 1 < s.len && s.p[at] == '\\' && s.p[at + 1] == '"') {
		at += 2;
		end = slice_find(slice_from(s, at), S("\\\""));
		end = end == SIZE_MAX ? token_end(s, at, "\"") : at + end;
	} else if (at < s.len && (s.p[at] == '"' || s.p[at] == '\'') && memchr(s.p + at + 1, s.p[at], s.len - at - 1) != NULL) {
		quote = s.p[at++];
		end = at + (size_t)((const uint8_t *)memchr(s.p + at, quote, s.len - at) - (s.p + at));
	} else if (in_url) {
		end = token_end(s, at, "&;#?\"'<>");
	} else {
		end = token_end(s, at, w->kind == WORD_SECRET ? "\"<>" : "\"'<>,;)]}&");
	}
	v = slice_sub(s, at, end - at);
	if (v.len == 0 || ip_read(v, &ip))
		return i;
	/* What was crossed out once is a value still, and ends what stands before. */
	if (!said && quote == 0 && !w->bare && !looks_like_name(v) && !slice_eq(v, S("x")))
		return i;
	/* The address' own rule keeps its domain. */
	if (w->kind == WORD_NAME && has_at(v))
		return i;
	copy(o, i, at - i);
	cross_out(o, at, v.len);
	o->floor = o->n + (quote != 0);
	return end;
}

static bool
boundary(struct slice s, size_t i)
{
	uint8_t c;

	if (i == 0)
		return true;
	c = s.p[i - 1];
	return !byte_is_alpha(c) && !byte_is_digit(c) && (c < 0x80 || s.p[i] >= 0x80);
}

/* What a byte may begin; all others are passed over in runs. */
enum mark { MARK_NONE, MARK_SIGN = 1, MARK_COLON = 2, MARK_LETTER = 4 };

static inline uint8_t
mark_of(uint8_t c)
{
	static const uint8_t marks[128] = { ['@'] = MARK_SIGN, ['%'] = MARK_SIGN, ['['] = MARK_SIGN,
		['('] = MARK_SIGN, ['{'] = MARK_SIGN, ['&'] = MARK_SIGN, ['\\'] = MARK_SIGN, [':'] = MARK_COLON };

	if (c >= 0x80)
		return c == 0xef ? MARK_SIGN : MARK_LETTER;
	return byte_is_alpha(c) ? MARK_LETTER : marks[c];
}

/* The rest of the ASCII word that i stands in: no other word begins within. */
static inline size_t
word_pass(struct slice s, size_t i)
{
	for (i++; i < s.len && (byte_is_alpha(s.p[i]) || byte_is_digit(s.p[i])); i++)
		;
	return i;
}

/* May a word that announces something begin at i? What follows it tells most apart. */
static inline bool
word_may(struct slice s, size_t i)
{
	static const bool follows[256] = { ['='] = true, [':'] = true, ['%'] = true, [' '] = true,
		['\t'] = true, ['\n'] = true, ['\r'] = true, ['\v'] = true, ['\f'] = true, ['"'] = true,
		['\''] = true, ['\\'] = true, ['_'] = true, ['-'] = true };
	size_t end;

	if (!word_starts(s.p[i]) || !boundary(s, i))
		return false;
	if (s.p[i] >= 0x80)
		return true;
	end = word_pass(s, i);
	return end < s.len && (follows[s.p[end]] || s.p[end] >= 0x80);
}

static struct slice
scan(struct slice s, bool with_words, struct arena *a)
{
	struct out o = { .s = s, .a = a, .user = SIZE_MAX };
	size_t i = 0, from = 0; /* what lies between is as it was, and yet to be written */

	while (i < s.len && !o.full) {
		uint8_t mark = mark_of(s.p[i]);
		size_t n = mark == MARK_SIGN ? at_sign(slice_from(s, i)) : 0;
		bool url = mark == MARK_COLON && i + 2 < s.len && s.p[i + 1] == '/' && s.p[i + 2] == '/';
		bool word = mark == MARK_LETTER && with_words && word_may(s, i);

		if (n == 0 && !url && !word) {
			i = mark == MARK_LETTER && s.p[i] < 0x80 ? word_pass(s, i) : i + 1;
			continue;
		}
		copy(&o, from, i - from);
		from = i;
		if (n > 0)
			i = address(&o, i, n);
		else if (url)
			i = user_info(&o, i);
		else
			i = announced(&o, i);
		if (i == from)
			i = s.p[i] < 0x80 ? word_pass(s, i) : i + 1;
		else
			from = i;
	}
	copy(&o, from, o.full ? 0 : s.len - from);
	if (o.full)
		return S("x");
	return o.p == NULL ? s : slice_of(o.p, o.n);
}

#define PASSES_MAX 8

/*
 * What is taken out may leave what reads otherwise; so it is looked at again until
 * nothing changes, and reducing twice gives the same. Most texts take one look,
 * nearly all others two.
 */
static struct slice
settle(struct slice s, bool with_words, struct arena *a)
{
	for (unsigned n = 0; n < PASSES_MAX; n++) {
		struct slice t = scan(s, with_words, a);

		if (t.len == s.len && (t.p == s.p || slice_eq(t, s)))
			return t;
		s = t;
	}
	return S("x");
}

struct slice
reduce_text(struct slice s, struct arena *a)
{
	return settle(s, true, a);
}

struct slice
reduce_addresses(struct slice s, struct arena *a)
{
	return settle(s, false, a);
}

struct slice
reduce_account(struct slice s, struct arena *a)
{
	size_t at = SIZE_MAX, sign = 0, end;
	uint8_t *p;

	for (size_t i = 0; i < s.len; i++) {
		size_t n = at_sign(slice_from(s, i));

		if (n > 0 && at != SIZE_MAX)
			return S("x"); /* several: a list of people */
		if (n > 0) {
			at = i;
			sign = n;
		}
	}
	if (at == SIZE_MAX)
		return S("x");
	for (end = at + sign; end < s.len && host_byte(s.p[end]); end++)
		;
	if (at == 1 && s.p[0] == 'x' && end == s.len)
		return s;
	p = arena_bytes(a, 1 + end - at);
	if (p == NULL)
		return S("x");
	p[0] = 'x';
	memcpy(p + 1, s.p + at, end - at);
	return slice_of(p, 1 + end - at);
}
