#include "attrib/contact_text.h"

#include "attrib/rpsl.h"
#include "base/buf.h"
#include "parse/date.h"

#define TEXT_BYTES_MAX ((size_t)1 << 20)
/* Every word of the date's is looked at for one that begins it. */
#define PARAGRAPH_BYTES_MAX ((size_t)4096)

static bool
once(struct slice *slot, struct slice value, const char *name, struct err *e)
{
	if (slot->p != NULL)
		return err_set(e, ERR_INPUT, "more than one %s", name);
	*slot = value;
	return true;
}

static bool
security_field(struct slice name, struct slice value, struct arena *a,
    struct security_txt *out, struct slice *expires, struct err *e)
{
	if (slice_eq_nocase(name, S("Contact"))) {
		if (out->contact_count < CONTACT_TEXT_LIST_MAX)
			out->contacts[out->contact_count++] = value;
		if (out->email.p == NULL && slice_starts_nocase(value, S("mailto:")))
			(void)mailbox_clean(value, a, &out->email);
		return true;
	}
	if (slice_eq_nocase(name, S("Expires")))
		return once(expires, value, "Expires", e);
	if (slice_eq_nocase(name, S("Preferred-Languages")))
		return once(&out->languages, value, "Preferred-Languages", e);
	/* These may stand more than once; the first is kept. */
	if (slice_eq_nocase(name, S("Encryption")) && out->encryption.p == NULL)
		out->encryption = value;
	else if (slice_eq_nocase(name, S("Policy")) && out->policy.p == NULL)
		out->policy = value;
	else if (slice_eq_nocase(name, S("Canonical")) && out->canonical.p == NULL)
		out->canonical = value;
	return true;
}

bool
security_txt_read(struct slice text, struct arena *a, struct security_txt *out,
    struct err *e)
{
	struct slice line, expires = SLICE_NONE;
	bool armour = false; /* the header lines of the OpenPGP frame */
	struct date d;
	unsigned n = 0;

	*out = (struct security_txt){ 0 };
	if (text.len > TEXT_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "larger than %zu bytes", TEXT_BYTES_MAX);
	while (slice_line(&text, &line)) {
		size_t colon;

		n++;
		line = slice_trim(line);
		if (slice_starts(line, S("-----BEGIN PGP SIGNED MESSAGE"))) {
			out->is_signed = armour = true;
			continue;
		}
		if (slice_starts(line, S("-----BEGIN PGP SIGNATURE")))
			break;
		if (line.len == 0) {
			armour = false;
			continue;
		}
		if (line.p[0] == '#' || armour)
			continue;
		/* RFC 4880 section 7.1: dash-escaped */
		if (out->is_signed && slice_starts(line, S("- ")))
			line = slice_from(line, 2);
		colon = slice_find_byte(line, ':');
		if (colon == SIZE_MAX || colon == 0)
			return err_set(e, ERR_INPUT, "line %u: expected \"Field: value\", found %s", n, QUOTE(line));
		if (!security_field(slice_sub(line, 0, colon), slice_trim(slice_from(line, colon + 1)), a, out, &expires, e))
			return err_within(e, "line %u", n);
	}
	if (out->contact_count == 0)
		return err_set(e, ERR_INPUT, "no Contact field (RFC 9116 section 2.5.3)");
	if (expires.p == NULL)
		return err_set(e, ERR_INPUT, "no Expires field (RFC 9116 section 2.5.5)");
	if (!date_parse(expires, &d, e))
		return err_within(e, "Expires");
	out->expires_s = d.s;
	return true;
}

/* "2.7 Public keys" or "2.7. Public Keys:" → its title, or NONE. */
static struct slice
heading(struct slice line)
{
	size_t i = 0;

	line = slice_trim(line);
	while (line.len > 0 && (line.p[0] == '#' || line.p[0] == '*'))
		line = slice_trim(slice_from(line, 1));
	while (i < line.len && (byte_is_digit(line.p[i]) || line.p[i] == '.'))
		i++;
	if (i == 0 || i == line.len || i > 8 || !byte_is_space(line.p[i]))
		return SLICE_NONE;
	line = slice_trim(slice_from(line, i));
	while (line.len > 0 && (line.p[line.len - 1] == ':' || line.p[line.len - 1] == '*'))
		line.len--;
	return line.len > 0 && line.len < 80 ? line : SLICE_NONE;
}

static bool
titled(struct slice title, struct slice word)
{
	for (size_t i = 0; i + word.len <= title.len; i++) {
		if (slice_eq_nocase(slice_sub(title, i, word.len), word))
			return true;
	}
	return false;
}

bool
rfc2350_read(struct slice text, struct arena *a, struct rfc2350 *out,
    struct err *e)
{
	static const struct { struct slice word; size_t at; } titles[] = {
		{ S_INIT("name of the team"), offsetof(struct rfc2350, name) },
		{ S_INIT("electronic mail"), offsetof(struct rfc2350, email) },
		{ S_INIT("e-mail"), offsetof(struct rfc2350, email) },
		{ S_INIT("email"), offsetof(struct rfc2350, email) },
		{ S_INIT("telephone"), offsetof(struct rfc2350, phone) },
		{ S_INIT("address"), offsetof(struct rfc2350, address) },
		{ S_INIT("time zone"), offsetof(struct rfc2350, time_zone) },
		{ S_INIT("public key"), offsetof(struct rfc2350, keys) },
		{ S_INIT("constituency"), offsetof(struct rfc2350, constituency) },
		{ S_INIT("locations where"), offsetof(struct rfc2350, url) },
	};
	struct slice *slot = NULL, updated = SLICE_NONE, line, whole = text, word;
	struct date d;

	*out = (struct rfc2350){ 0 };
	if (text.len > TEXT_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "larger than %zu bytes", TEXT_BYTES_MAX);
	while (slice_line(&text, &line)) {
		struct slice title = heading(line), body = slice_trim(line);

		if (title.p != NULL) {
			slot = NULL;
			if (titled(title, S("date of last update")) && updated.p == NULL)
				slot = &updated;
			for (size_t i = 0; slot == NULL && i < sizeof(titles) / sizeof(titles[0]); i++) {
				struct slice *field = (struct slice *)(void *)((char *)out + titles[i].at);

				if (titled(title, titles[i].word) && field->p == NULL)
					slot = field;
			}
			continue;
		}
		if (slot == NULL || body.len == 0)
			continue;
		/* The paragraph grows over its lines; they lie side by side in the text. */
		if (slot->p == NULL)
			*slot = slice_sub(body, 0, PARAGRAPH_BYTES_MAX);
		else
			*slot = slice_sub(slice_of(slot->p, (size_t)(body.p + body.len - slot->p)), 0, PARAGRAPH_BYTES_MAX);
	}
	if (out->email.p != NULL && !mailbox_clean(out->email, a, &out->email))
		out->email = SLICE_NONE;
	/* No such heading: the first address of the document, if it has one. */
	while (out->email.p == NULL && slice_line(&whole, &word)) {
		if (slice_find_byte(word, '@') != SIZE_MAX)
			(void)mailbox_clean(word, a, &out->email);
	}
	if (out->email.p == NULL)
		return err_set(e, ERR_INPUT, "no mail address in it: is this a document by RFC 2350?");
	while (updated.len > 0 && out->updated_s == 0) {
		struct slice rest = slice_trim(slice_sub(updated, 0, slice_find_byte(updated, '\n')));

		while (rest.len > 0 && rest.p[rest.len - 1] == '.')
			rest.len--;
		if (date_read(rest, &d))
			out->updated_s = d.s;
		/* "This is version 1.2, published on 3 March 2026." */
		updated = slice_from(updated, slice_find_byte(updated, ' ') == SIZE_MAX ? updated.len : slice_find_byte(updated, ' ') + 1);
	}
	return true;
}
