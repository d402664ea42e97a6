/*
 * compose: a notice as a mail: what was seen, for people, in their language,
 * and the same for programs, attached.
 */
#include "share/compose.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/country.h"
#include "parse/base64.h"
#include "parse/date.h"
#include "share/sign.h"

#define BODY_MAX ((size_t)1 << 20)
#define TABLE_ROWS 20
#define ABOUT_NAMES 3 /* in a subject */

/* Translated texts go through printf: msgfmt holds them to their arguments. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* Base64 in lines of 76 (RFC 2045 section 6.8). */
static void
base64_lines(struct buf *out, struct slice s)
{
	while (s.len > 0) {
		base64_put(out, slice_sub(s, 0, 57));
		buf_str(out, "\r\n");
		s = slice_from(s, 57);
	}
}

/* Quoted-printable (RFC 2045 section 6.7); text has LF line ends. */
static void
quoted_printable(struct buf *out, struct slice s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t width = 0;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];
		bool end = i + 1 == s.len || s.p[i + 1] == '\n';
		/* "From " would get a mark before it in some mailboxes, which breaks a signature. */
		bool from = width == 0 && slice_starts(slice_from(s, i), S("From "));
		bool coded = from || c >= 0x7f || c < 0x20 || c == '=' || (c == ' ' && end) || (c == '.' && width == 0);

		if (c == '\n') {
			buf_str(out, "\r\n");
			width = 0;
			continue;
		}
		if (width + (coded ? 3 : 1) > 75) {
			buf_str(out, "=\r\n");
			width = 0;
		}
		if (coded) {
			buf_byte(out, '=');
			buf_byte(out, (uint8_t)hex[c >> 4]);
			buf_byte(out, (uint8_t)hex[c & 15]);
			width += 3;
		} else {
			buf_byte(out, c);
			width++;
		}
	}
	buf_str(out, "\r\n");
}

const char *
compose_advice(enum class c)
{
	switch (c) {
	case CLASS_SPAM:
		return N_("Please stop the sending, and look for an account or host that was taken over.");
	case CLASS_INFECTED_SYSTEM:
		return N_("Please tell the customer, have the system cleaned, and have passwords changed that were used on it.");
	case CLASS_C2_SERVER:
	case CLASS_MALWARE_DISTRIBUTION:
	case CLASS_PHISHING:
		return N_("Please take it off the network, keep what may serve as evidence, and find out how it came there.");
	case CLASS_SYSTEM_COMPROMISE:
	case CLASS_APPLICATION_COMPROMISE:
		return N_("Please have the system rebuilt from a clean copy and brought up to date.");
	case CLASS_SCANNER:
	case CLASS_BRUTE_FORCE:
	case CLASS_EXPLOIT:
	case CLASS_IDS_ALERT:
	case CLASS_DDOS:
	case CLASS_DOS:
		return N_("The system attacks others: it was probably taken over. Please look at it and stop it.");
	case CLASS_VULNERABLE_SYSTEM:
	case CLASS_DDOS_AMPLIFIER:
	case CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE:
	case CLASS_INFORMATION_DISCLOSURE:
	case CLASS_WEAK_CRYPTO:
	case CLASS_MISCONFIGURATION:
		return N_("Please have the service closed to the Internet, limited to those who need it, or brought up to date.");
	default:
		return NULL;
	}
}

static void
line(struct buf *b, const char *text)
{
	buf_str(b, text);
	buf_byte(b, '\n');
}

static void
by_class(const struct compose *c, enum lang lang, struct buf *b)
{
	size_t counts[CLASS_COUNT] = { 0 };

	for (size_t i = 0; i < c->count; i++)
		counts[c->rows[i].class]++;
	for (unsigned k = 0; k < CLASS_COUNT; k++) {
		const char *text = compose_advice((enum class)k);

		if (counts[k] == 0)
			continue;
		buf_printf(b, lang_text(lang, "* %s: %zu"), lang_text(lang, class_title((enum class)k)), counts[k]);
		buf_byte(b, '\n');
		if (text != NULL)
			buf_printf(b, "  %s\n", lang_text(lang, text));
	}
}

/*
 * Rows of addresses and dates are left to right also within Arabic text: an
 * isolate (U+2066 … U+2069, UAX 9) keeps their order.
 */
static void
first_rows(const struct compose *c, enum lang lang, struct buf *b)
{
	/* Isolates, in pairs. NOLINTNEXTLINE(misc-misleading-bidirectional) */
	const char *open = lang_is_rtl(lang) ? "\xe2\x81\xa6" : "", *close = lang_is_rtl(lang) ? "\xe2\x81\xa9" : "";

	for (size_t i = 0; i < c->count && i < TABLE_ROWS; i++) {
		const struct finding_row *r = &c->rows[i];
		char date[DATE_TEXT_MAX], port[16] = "";

		(void)date_print_z(r->last_s, date);
		if (r->port != 0)
			(void)snprintf(port, sizeof(port), " :%u", r->port);
		buf_printf(b, "%s  %s  ", open, date);
		compose_plain(b, r->place, 200, '?');
		buf_printf(b, "%s  ", port);
		compose_plain(b, r->identifier.len > 0 ? r->identifier : class_type(r->class), 200, '?');
		buf_printf(b, "%s\n", close);
	}
	if (c->count > TABLE_ROWS) {
		buf_printf(b, lang_plural(lang, "… and %lu more, see the attachment.", "… and %lu more, see the attachment.", c->count - TABLE_ROWS),
		    (unsigned long)(c->count - TABLE_ROWS));
		buf_byte(b, '\n');
	}
}

/* "AS64496, 192.0.2.0/24, …": what the recipient answers for, countries (by their names) or the rest. */
static void
about(const struct compose *c, bool countries, size_t max, struct buf *b)
{
	struct slice country;
	size_t named = 0;

	for (size_t i = 0; i < c->contact_count; i++) {
		if ((c->contacts[i]->scope == SCOPE_COUNTRY) != countries)
			continue;
		if (named > 0)
			buf_str(b, ", ");
		if (named++ == max) {
			buf_str(b, "…");
			return;
		}
		country = countries ? country_name(c->contacts[i]->value, c->lang) : SLICE_NONE;
		if (country.p != NULL)
			buf_put(b, country);
		else
			contact_about(c->contacts[i], b);
	}
}

static void
told_as(const struct compose *c, struct buf *b)
{
	struct buf names;

	for (int countries = 0; countries < 2; countries++) {
		buf_init(&names, BODY_MAX);
		about(c, countries == 1, COMPOSE_CONTACTS_MAX, &names);
		if (names.len > 0) {
			if (countries == 1)
				buf_printf(b, lang_text(c->lang, "You are told as the focal point of the country %.*s."), SLICE_ARG(buf_view(&names)));
			else
				buf_printf(b, lang_text(c->lang, "You are told as the contact of %s."), buf_cstr(&names));
			buf_byte(b, '\n');
		}
		buf_fini(&names);
	}
}

/* A notice is as strict as its strictest row; alike_out: all rows are. */
static enum tlp
strictest(const struct compose *c, bool *alike_out)
{
	enum tlp most = c->options->tlp;

	for (size_t i = 0; i < c->count; i++)
		most = c->rows[i].tlp > most ? c->rows[i].tlp : most;
	*alike_out = true;
	for (size_t i = 0; i < c->count; i++)
		*alike_out = *alike_out && compose_tlp(c->options, &c->rows[i]) == most;
	return most;
}

static void
marking(const struct compose *c, struct buf *b)
{
	bool alike;
	enum tlp tlp = strictest(c, &alike);

	buf_printf(b, lang_text(c->lang, "This notice is marked TLP:%s (first.org/tlp). Please use it to repair what is named, and pass it on only as the marking allows."), tlp_name(tlp));
	buf_byte(b, '\n');
	if (!alike)
		line(b, lang_text(c->lang, "It is the strictest marking of its findings; the attachment says which each of them has."));
}

/* What the designated authority can ask us for; model/protect.h says why no more. */
static void
protected_rows(const struct compose *c, enum lang lang, struct buf *b)
{
	if (c->reference_count == 0)
		return;
	buf_byte(b, '\n');
	line(b, lang_text(lang, "What concerns the sexual exploitation of children is told to you alone: the fact and a reference, no content. The reports lie in our archive as they came; ask us for them by these numbers, as the law provides:"));
	for (size_t i = 0; i < c->reference_count; i++) {
		char id[FINDING_ID_TEXT_MAX];

		finding_id_print(c->references[i].finding, id);
		buf_printf(b, lang_text(lang, "%s: report %.*s"), id, SLICE_ARG(c->references[i].text));
		buf_byte(b, '\n');
	}
}

/* A line of its own, so that no reader of mail breaks or decorates it. */
static void
reply_link(const struct compose *c, struct buf *b)
{
	const struct notices_options *o = c->options;
	char token[REPLY_TOKEN_MAX];

	if (o->reply_url.len == 0 || !o->reply_key.there)
		return;
	reply_token_print(&o->reply_key, c->id, c->to, o->now_s + (int64_t)REPLY_DAYS * 86400, token);
	line(b, lang_text(c->lang, "Or answer here in a moment, without an account:"));
	buf_printf(b, "%.*s%sreply/%s\n", SLICE_ARG(o->reply_url), slice_ends(o->reply_url, S("/")) ? "" : "/", token);
}

static void
body_text(const struct compose *c, struct buf *b)
{
	const struct notices_options *o = c->options;
	enum lang lang = c->lang;

	line(b, lang_text(lang, "Dear colleagues,"));
	buf_byte(b, '\n');
	buf_printf(b, lang_text(lang, "%.*s received reports about systems that you answer for:"), SLICE_ARG(o->name));
	buf_str(b, "\n\n");
	by_class(c, lang, b);
	buf_byte(b, '\n');
	line(b, lang_text(lang, "The latest (times are UTC):"));
	first_rows(c, lang, b);
	protected_rows(c, lang, b);
	buf_byte(b, '\n');
	told_as(c, b);
	buf_byte(b, '\n');
	line(b, lang_text(lang, "All of it stands in the attachment. If you repaired something, if it is not yours, or if you need help, please answer this mail; the number of the finding is enough."));
	reply_link(c, b);
	buf_byte(b, '\n');
	marking(c, b);
	buf_str(b, "\n-- \n");
	buf_printf(b, "%.*s\n%.*s\n", SLICE_ARG(o->name), SLICE_ARG(o->reply_to.len > 0 ? o->reply_to : o->mail));
	if (o->url.len > 0)
		buf_printf(b, "%.*s\n", SLICE_ARG(o->url));
	buf_printf(b, lang_text(lang, "Notice %.*s"), SLICE_ARG(c->id));
	buf_byte(b, '\n');
}

static void
part_head(struct buf *b, const char *boundary, const char *type, const char *name, const char *encoding)
{
	buf_printf(b, "--%s\r\nContent-Type: %s", boundary, type);
	if (name != NULL)
		buf_printf(b, "; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"", name, name);
	buf_printf(b, "\r\nContent-Transfer-Encoding: %s\r\n\r\n", encoding);
}

static void
csv_part(const struct compose *c, const char *boundary, struct buf *b)
{
	struct buf csv;

	buf_init(&csv, b->max);
	compose_csv(c->options, NULL, &csv);
	for (size_t i = 0; i < c->count; i++)
		compose_csv(c->options, &c->rows[i], &csv);
	part_head(b, boundary, "text/csv; charset=utf-8", "findings.csv", "base64");
	base64_lines(b, buf_view(&csv));
	b->failed = b->failed || csv.failed;
	buf_fini(&csv);
}

/* True: every finding is in one of them. */
static bool
xarf_parts(const struct compose *c, const char *boundary, struct buf *b)
{
	struct buf json;
	size_t made = 0;

	buf_init(&json, BODY_MAX);
	for (size_t i = 0; i < c->count && made < COMPOSE_XARF_MAX; i++) {
		char id[FINDING_ID_TEXT_MAX], name[64];

		buf_clear(&json);
		if (!compose_xarf(c->options, &c->rows[i], &json))
			continue;
		finding_id_print(c->rows[i].id, id);
		(void)snprintf(name, sizeof(name), "xarf-%s.json", id);
		part_head(b, boundary, "application/json; charset=utf-8", name, "base64");
		base64_lines(b, buf_view(&json));
		made++;
	}
	buf_fini(&json);
	return made == c->count;
}

/* The MIME entity: content headers and body, to be signed or sent as it is. */
static void
entity(const struct compose *c, struct buf *b)
{
	bool latin = c->lang == LANG_EN || c->lang == LANG_FR || c->lang == LANG_ES;
	bool all = false;
	char boundary[64];
	struct buf text;

	(void)snprintf(boundary, sizeof(boundary), "=_%.*s", (int)(c->id.len > 40 ? 40 : c->id.len), (const char *)c->id.p);
	buf_printf(b, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n", boundary);
	buf_init(&text, BODY_MAX);
	body_text(c, &text);
	part_head(b, boundary, "text/plain; charset=utf-8", NULL, latin ? "quoted-printable" : "base64");
	if (latin)
		quoted_printable(b, buf_view(&text));
	else
		base64_lines(b, buf_view(&text));
	b->failed = b->failed || text.failed;
	buf_fini(&text);
	if ((c->formats & CONTACT_XARF) != 0)
		all = xarf_parts(c, boundary, b);
	/* Who wants X-ARF alone still gets what it has no form for. */
	if ((c->formats & CONTACT_CSV) != 0 || !all)
		csv_part(c, boundary, b);
	buf_printf(b, "--%s--\r\n", boundary);
}

static int
latest_first(const void *a, const void *b)
{
	const struct finding_row *x = a, *y = b;

	if (x->last_s != y->last_s)
		return x->last_s > y->last_s ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* TLP 2.0 asks for the mark in the subject, too. */
static void
subject(const struct compose *c, struct buf *out)
{
	unsigned long n = (unsigned long)c->count;
	struct buf names, text;
	struct slice s;
	bool alike;

	buf_init(&names, 4096);
	buf_init(&text, 8192);
	about(c, false, ABOUT_NAMES, &names);
	s = buf_view(&names);
	if (names.len > 0) {
		buf_printf(&text, lang_plural(c->lang, "%lu finding in your network (%.*s)", "%lu findings in your network (%.*s)", c->count), n, SLICE_ARG(s));
	} else {
		about(c, true, ABOUT_NAMES, &names);
		s = buf_view(&names);
		buf_printf(&text, lang_plural(c->lang, "%lu finding in your country (%.*s)", "%lu findings in your country (%.*s)", c->count), n, SLICE_ARG(s));
	}
	buf_printf(&text, " [TLP:%s]", tlp_name(strictest(c, &alike)));
	compose_word(out, buf_view(&text));
	buf_fini(&text);
	buf_fini(&names);
}

/*
 * RFC 5322; Auto-Submitted by RFC 3834, so that vacations and ticket systems do
 * not answer each other. No List- headers: nobody subscribes to being told.
 * The mark comes first: compose_marked() looks for it in the first bytes.
 */
static void
headers(const struct compose *c, struct buf *out)
{
	const struct notices_options *o = c->options;
	size_t at = slice_find_byte(o->mail, '@');
	char date[DATE_TEXT_MAX];
	bool alike;

	(void)date_print_mail(o->now_s, date);
	buf_printf(out, "X-Entente-TLP: %s\r\nFrom: ", tlp_name(strictest(c, &alike)));
	compose_phrase(out, o->name);
	buf_printf(out, " <%.*s>\r\n", SLICE_ARG(o->mail));
	if (o->reply_to.len > 0 && !slice_eq(o->reply_to, o->mail))
		buf_printf(out, "Reply-To: <%.*s>\r\n", SLICE_ARG(o->reply_to));
	buf_printf(out, "To: <%.*s>\r\nSubject: ", SLICE_ARG(c->to));
	subject(c, out);
	buf_printf(out, "\r\nDate: %s\r\nMessage-ID: <%.*s@%.*s>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nX-Entente-Notice: %.*s\r\n",
	    date, SLICE_ARG(c->id), SLICE_ARG(slice_from(o->mail, at + 1)), SLICE_ARG(c->id));
	buf_printf(out, "Content-Language: %s\r\n", lang_tag(c->lang));
}

bool
compose_marked(struct slice message, enum tlp *out)
{
	static const struct slice name = S_INIT("X-Entente-TLP: ");
	struct slice line;

	return slice_cut(&message, '\r', &line) && slice_starts(line, name) &&
	    tlp_find(slice_from(line, name.len), out);
}

bool
compose_notice(const struct compose *c, struct buf *out, struct err *e)
{
	const struct notices_options *o = c->options;
	struct buf mime;
	bool ok;

	qsort(c->rows, c->count, sizeof(*c->rows), latest_first);
	headers(c, out);
	buf_init(&mime, out->max);
	entity(c, &mime);
	ok = buf_ok(&mime) || err_set(e, ERR_LIMIT, "a notice of more than %zu bytes", out->max);
	if (ok && o->sign.len > 0)
		ok = sign_entity(&mime, o->sign, out, e);
	else
		buf_put(out, buf_view(&mime));
	buf_fini(&mime);
	return ok && (buf_ok(out) || err_set(e, ERR_LIMIT, "a notice of more than %zu bytes", out->max));
}
