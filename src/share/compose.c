#include "share/compose.h"

#include <stdio.h>
#include <stdlib.h>

#include "parse/base64.h"
#include "parse/csv.h"
#include "parse/date.h"
#include "share/sign.h"

#define BODY_MAX ((size_t)1 << 20)
#define TABLE_ROWS 20

/* Translated texts go through printf: msgfmt holds them to their arguments. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

void
compose_word(struct buf *out, struct slice text)
{
	bool plain = true;

	for (size_t i = 0; i < text.len; i++)
		plain = plain && text.p[i] >= 0x20 && text.p[i] < 0x7f;
	if (plain && text.len < 60 && slice_find(text, S("=?")) == SIZE_MAX) {
		buf_put(out, text);
		return;
	}
	/* Encoded words of whole characters, each under 75 bytes (RFC 2047 section 2). */
	for (bool first = true; text.len > 0; first = false) {
		size_t n = 0;

		while (n < text.len) {
			size_t step = slice_utf8_step(slice_from(text, n));

			step = step == 0 ? 1 : step;
			if (n + step > 42)
				break;
			n += step;
		}
		buf_str(out, first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
		base64_put(out, slice_sub(text, 0, n));
		buf_str(out, "?=");
		text = slice_from(text, n);
	}
}

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
		bool coded = c >= 0x7f || c < 0x20 || c == '=' || (c == ' ' && end) || (c == '.' && width == 0);

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

void
compose_csv(const struct finding_row *row, struct buf *out)
{
	static const char head[] = "finding,class,identifier,ip_or_name,port,transport,asn,country,first_seen,last_seen,events,feed\r\n";
	char id[FINDING_ID_TEXT_MAX], date[DATE_TEXT_MAX], number[24];

	if (row == NULL) {
		buf_str(out, head);
		return;
	}
	finding_id_print(row->id, id);
	csv_put(out, slice_of_str(id), true, true);
	csv_put(out, class_type(row->class), false, true);
	csv_put(out, row->identifier.len > 0 ? row->identifier : row->label, false, true);
	csv_put(out, row->place, false, true);
	(void)snprintf(number, sizeof(number), "%u", row->port);
	csv_put(out, row->port == 0 ? S("") : slice_of_str(number), false, true);
	csv_put(out, row->transport, false, true);
	(void)snprintf(number, sizeof(number), "%u", row->asn);
	csv_put(out, row->asn == 0 ? S("") : slice_of_str(number), false, true);
	csv_put(out, row->country, false, true);
	csv_put(out, slice_of(date, date_print_z(row->first_s, date)), false, true);
	csv_put(out, slice_of(date, date_print_z(row->last_s, date)), false, true);
	(void)snprintf(number, sizeof(number), "%llu", (unsigned long long)row->count);
	csv_put(out, slice_of_str(number), false, true);
	csv_put(out, row->feed, false, true);
	buf_str(out, "\r\n");
}

static const struct { enum class class; const char *category, *type; } xarf_types[] = {
	{ CLASS_INFECTED_SYSTEM, "infrastructure", "botnet" },
	{ CLASS_SYSTEM_COMPROMISE, "infrastructure", "compromised_server" },
	{ CLASS_C2_SERVER, "infrastructure", "botnet" },
	{ CLASS_VULNERABLE_SYSTEM, "vulnerability", "open_service" },
	{ CLASS_DDOS_AMPLIFIER, "vulnerability", "open_service" },
	{ CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE, "vulnerability", "open_service" },
	{ CLASS_INFORMATION_DISCLOSURE, "vulnerability", "open_service" },
	{ CLASS_WEAK_CRYPTO, "vulnerability", "open_service" },
};

static void
party(struct json_out *j, struct slice key, const struct notices_options *o)
{
	size_t at = slice_find_byte(o->mail, '@');

	json_out_key(j, key);
	json_out_object(j);
	json_out_key_text(j, S("org"), o->name);
	json_out_key_text(j, S("contact"), o->mail);
	json_out_key_text(j, S("domain"), at == SIZE_MAX ? S("") : slice_from(o->mail, at + 1));
	json_out_object_end(j);
}

/* A UUID (RFC 9562 version 8) made of the finding and the day: the same report has the same. */
static void
report_id(int64_t id, int64_t now_s, char out[40])
{
	uint64_t a = hash64(slice_of(&id, sizeof(id)), (uint64_t)(now_s / 86400));
	uint64_t b = hash64(slice_of(&id, sizeof(id)), a);

	(void)snprintf(out, 40, "%08x-%04x-8%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
	    (unsigned)(a & 0xfff), (unsigned)(0x8000 | (b >> 48 & 0x3fff)), (unsigned long long)(b & 0xffffffffffff));
}

bool
compose_xarf(const struct notices_options *o, const struct finding_row *row, struct buf *out)
{
	struct slice what = row->identifier.len > 0 ? row->identifier : row->label.len > 0 ? row->label : class_type(row->class);
	char uuid[40], date[DATE_TEXT_MAX];
	struct json_out j;
	size_t i = 0;

	while (i < sizeof(xarf_types) / sizeof(xarf_types[0]) && xarf_types[i].class != row->class)
		i++;
	/* Other types ask for a source port, a sender or a URL, which a finding does not keep. */
	if (i == sizeof(xarf_types) / sizeof(xarf_types[0]) || row->kind != PLACE_IP)
		return false;
	report_id(row->id, o->now_s, uuid);
	json_out_init(&j, out, true);
	json_out_object(&j);
	json_out_key_text(&j, S("xarf_version"), S("4.2.0"));
	json_out_key_text(&j, S("report_id"), slice_of_str(uuid));
	json_out_key_text(&j, S("timestamp"), slice_of(date, date_print_z(row->last_s, date)));
	party(&j, S("reporter"), o);
	party(&j, S("sender"), o);
	json_out_key_text(&j, S("source_identifier"), row->place);
	if (row->port != 0)
		json_out_key_int(&j, S("source_port"), row->port);
	json_out_key_text(&j, S("category"), slice_of_str(xarf_types[i].category));
	json_out_key_text(&j, S("type"), slice_of_str(xarf_types[i].type));
	json_out_key_text(&j, S("first_seen"), slice_of(date, date_print_z(row->first_s, date)));
	if (row->class == CLASS_SYSTEM_COMPROMISE) {
		json_out_key_text(&j, S("compromise_method"), what);
	} else if (row->class == CLASS_INFECTED_SYSTEM || row->class == CLASS_C2_SERVER) {
		json_out_key_text(&j, S("compromise_evidence"), what);
		if (row->class == CLASS_INFECTED_SYSTEM)
			json_out_key_text(&j, S("malware_family"), slice_sub(what, 0, 100));
	} else {
		json_out_key_text(&j, S("service"), what);
	}
	json_out_object_end(&j);
	buf_byte(out, '\n');
	return true;
}

/* What can be done, in a sentence; NULL: nothing general to say. */
static const char *
advice(enum class c)
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
		const char *text = advice((enum class)k);

		if (counts[k] == 0)
			continue;
		buf_printf(b, "* %s: %zu\n", lang_text(lang, class_title((enum class)k)), counts[k]);
		if (text != NULL)
			buf_printf(b, "  %s\n", lang_text(lang, text));
	}
}

/* A stranger's text within a line of ours: no line of its own, no controls. */
static void
plain(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len && i < 200; i++)
		buf_byte(b, s.p[i] < 0x20 || s.p[i] == 0x7f ? '?' : s.p[i]);
}

/*
 * Rows of addresses and dates are left to right also within Arabic text: an
 * isolate (U+2066 … U+2069, UAX 9) keeps their order.
 */
static void
first_rows(const struct compose *c, enum lang lang, struct buf *b)
{
	const char *open = lang_is_rtl(lang) ? "\xe2\x81\xa6" : "", *close = lang_is_rtl(lang) ? "\xe2\x81\xa9" : "";

	for (size_t i = 0; i < c->count && i < TABLE_ROWS; i++) {
		const struct finding_row *r = &c->rows[i];
		char date[DATE_TEXT_MAX], port[16] = "";

		(void)date_print_z(r->last_s, date);
		if (r->port != 0)
			(void)snprintf(port, sizeof(port), " :%u", r->port);
		buf_printf(b, "%s  %s  ", open, date);
		plain(b, r->place);
		buf_printf(b, "%s  ", port);
		plain(b, r->identifier.len > 0 ? r->identifier : class_type(r->class));
		buf_printf(b, "%s\n", close);
	}
	if (c->count > TABLE_ROWS) {
		buf_printf(b, lang_plural(lang, "… and %lu more, see the attachment.", "… and %lu more, see the attachment.", c->count - TABLE_ROWS),
		    (unsigned long)(c->count - TABLE_ROWS));
		buf_byte(b, '\n');
	}
}

static void
body_text(const struct compose *c, enum lang lang, struct buf *b)
{
	const struct notices_options *o = c->options;

	line(b, lang_text(lang, "Dear colleagues,"));
	buf_byte(b, '\n');
	buf_printf(b, lang_text(lang, "%.*s received reports about systems that you answer for:"), SLICE_ARG(o->name));
	buf_byte(b, '\n');
	if (c->contact->scope == SCOPE_COUNTRY)
		buf_printf(b, lang_text(lang, "You are told as the focal point of the country %.*s."), SLICE_ARG(c->contact->value));
	else
		buf_printf(b, lang_text(lang, "You are told as the contact of %s."), (const char *)c->contact->value.p == NULL ? "" : QUOTE(c->contact->value));
	buf_str(b, "\n\n");
	by_class(c, lang, b);
	buf_byte(b, '\n');
	line(b, lang_text(lang, "The latest (times are UTC):"));
	first_rows(c, lang, b);
	buf_byte(b, '\n');
	line(b, lang_text(lang, "All of it stands in the attachment. If you repaired something, if it is not yours, or if you need help, please answer this mail; the number of the finding is enough."));
	buf_byte(b, '\n');
	buf_printf(b, lang_text(lang, "This notice is marked TLP:%s (first.org/tlp). Please use it to repair what is named, and pass it on only as the marking allows."), tlp_name(o->tlp));
	buf_str(b, "\n\n-- \n");
	buf_printf(b, "%.*s\n%.*s\n", SLICE_ARG(o->name), SLICE_ARG(o->mail));
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
	compose_csv(NULL, &csv);
	for (size_t i = 0; i < c->count; i++)
		compose_csv(&c->rows[i], &csv);
	part_head(b, boundary, "text/csv; charset=utf-8", "findings.csv", "base64");
	base64_lines(b, buf_view(&csv));
	b->failed = b->failed || csv.failed;
	buf_fini(&csv);
}

static void
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
}

/* The MIME entity: content headers and body, to be signed or sent as it is. */
static void
entity(const struct compose *c, enum lang lang, struct buf *b)
{
	bool latin = lang == LANG_EN || lang == LANG_FR || lang == LANG_ES;
	struct slice format = c->contact->format;
	char boundary[64];
	struct buf text;

	(void)snprintf(boundary, sizeof(boundary), "=_%.*s", (int)(c->id.len > 40 ? 40 : c->id.len), (const char *)c->id.p);
	buf_printf(b, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n", boundary);
	buf_init(&text, BODY_MAX);
	body_text(c, lang, &text);
	part_head(b, boundary, "text/plain; charset=utf-8", NULL, latin ? "quoted-printable" : "base64");
	if (latin)
		quoted_printable(b, buf_view(&text));
	else
		base64_lines(b, buf_view(&text));
	buf_fini(&text);
	csv_part(c, boundary, b);
	if (slice_find(format, S("xarf")) != SIZE_MAX)
		xarf_parts(c, boundary, b);
	buf_printf(b, "--%s--\r\n", boundary);
}

bool
compose_notice(const struct compose *c, struct buf *out, struct err *e)
{
	const struct notices_options *o = c->options;
	enum lang lang = c->contact->lang_known ? c->contact->lang : o->lang;
	size_t at = slice_find_byte(o->mail, '@');
	char date[DATE_TEXT_MAX], subject[512];
	struct buf mime;
	bool ok;

	(void)date_print_mail(o->now_s, date);
	buf_str(out, "From: ");
	compose_word(out, o->name);
	buf_printf(out, " <%.*s>\r\nTo: <%.*s>\r\nSubject: ", SLICE_ARG(o->mail), SLICE_ARG(c->contact->email));
	(void)snprintf(subject, sizeof(subject), lang_plural(lang, "%lu finding in your network (%.*s)", "%lu findings in your network (%.*s)", c->count),
	    (unsigned long)c->count, SLICE_ARG(c->contact->value));
	compose_word(out, slice_of_str(subject));
	buf_printf(out, "\r\nDate: %s\r\nMessage-ID: <%.*s@%.*s>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nX-Entente-Notice: %.*s\r\n",
	    date, SLICE_ARG(c->id), SLICE_ARG(slice_from(o->mail, at + 1)), SLICE_ARG(c->id));
	buf_printf(out, "Content-Language: %s\r\n", lang_tag(lang));
	buf_init(&mime, out->max);
	entity(c, lang, &mime);
	ok = buf_ok(&mime) || err_set(e, ERR_LIMIT, "a notice of more than %zu bytes", out->max);
	if (ok && o->sign.len > 0)
		ok = sign_entity(&mime, o->sign, out, e);
	else
		buf_put(out, buf_view(&mime));
	buf_fini(&mime);
	return ok && (buf_ok(out) || err_set(e, ERR_LIMIT, "a notice of more than %zu bytes", out->max));
}
