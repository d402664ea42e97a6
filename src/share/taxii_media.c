#include "share/taxii_media.h"

/* How close a range comes to our type; one that does not take it has 0. */
enum { CLOSE_ANY = 1, CLOSE_APPLICATION, CLOSE_TYPE, CLOSE_VERSION };

/* Up to mark, but not within quotation marks; *rest behind it, or NONE at the end. */
static struct slice
cut_quoted(struct slice *rest, uint8_t mark)
{
	struct slice all = *rest;
	bool quoted = false;

	for (size_t i = 0; i < all.len; i++) {
		if (all.p[i] == '"') {
			quoted = !quoted;
		} else if (quoted && all.p[i] == '\\') {
			i++;
		} else if (!quoted && all.p[i] == mark) {
			*rest = slice_from(all, i + 1);
			return slice_sub(all, 0, i);
		}
	}
	*rest = SLICE_NONE;
	return all;
}

static struct slice
unquoted(struct slice s)
{
	return s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"' ? slice_sub(s, 1, s.len - 2) : s;
}

struct parameters {
	bool versioned, version_ok, none; /* none: q=0 */
};

static struct parameters
parameters_read(struct slice rest)
{
	struct parameters p = { .version_ok = true };

	while (rest.len > 0) {
		struct slice value = cut_quoted(&rest, ';'), name = SLICE_NONE;

		if (!slice_cut(&value, '=', &name) || value.p == NULL)
			continue;
		name = slice_trim(name);
		value = unquoted(slice_trim(value));
		if (slice_eq_nocase(name, S("version"))) {
			p.versioned = true;
			p.version_ok = p.version_ok && slice_eq(value, S("2.1"));
		} else if (slice_eq_nocase(name, S("q"))) {
			/* RFC 9110 section 12.4.2: 0, 0.0 to 0.000 */
			p.none = value.len > 0;
			for (size_t i = 0; i < value.len; i++)
				p.none = p.none && (value.p[i] == '0' || (i == 1 && value.p[i] == '.'));
		}
	}
	return p;
}

static int
closeness(struct slice type, const struct parameters *p)
{
	if (slice_eq_nocase(type, S("application/taxii+json")))
		return !p->version_ok ? 0 : p->versioned ? CLOSE_VERSION : CLOSE_TYPE;
	/* TAXII's version is no parameter of these. */
	if (p->versioned && !p->version_ok)
		return 0;
	if (slice_eq_nocase(type, S("application/*")))
		return CLOSE_APPLICATION;
	return slice_eq(type, S("*/*")) ? CLOSE_ANY : 0;
}

bool
taxii_media_accepted(struct slice accept)
{
	int best = 0;
	bool yes = slice_trim(accept).len == 0;

	while (accept.len > 0) {
		struct slice range = cut_quoted(&accept, ','), parameters = range, type = cut_quoted(&parameters, ';');
		struct parameters p = parameters_read(parameters);
		int close = closeness(slice_trim(type), &p);

		if (close == 0 || close < best)
			continue;
		yes = close == best ? yes || !p.none : !p.none;
		best = close;
	}
	return yes;
}

bool
taxii_media_version_ok(struct slice parameters)
{
	return parameters_read(parameters).version_ok;
}
