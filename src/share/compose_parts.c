/*
 * compose_parts: what a notice is made of: words in headers, rows for
 * spreadsheets, X-ARF reports. Strangers had a hand in all of it.
 */
#include "share/compose.h"

#include <stdio.h>

#include "parse/base64.h"
#include "parse/csv.h"
#include "parse/date.h"
#include "parse/json.h"

#define CELL_MAX 2048
#define CELL_BYTES_MAX ((size_t)16 << 10)

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

void
compose_phrase(struct buf *out, struct slice name)
{
	bool atoms = name.len > 0, quotable = name.len < 60;

	for (size_t i = 0; i < name.len; i++) {
		atoms = atoms && (byte_is_alpha(name.p[i]) || byte_is_digit(name.p[i]) || memchr(" !#$%&'*+-/=?^_`{|}~", name.p[i], 20) != NULL);
		quotable = quotable && name.p[i] >= 0x20 && name.p[i] < 0x7f;
	}
	if (atoms || !quotable || slice_find(name, S("=?")) != SIZE_MAX) {
		compose_word(out, name);
		return;
	}
	buf_byte(out, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_byte(out, '\\');
		buf_byte(out, name.p[i]);
	}
	buf_byte(out, '"');
}

void
compose_plain(struct buf *out, struct slice text, size_t max, uint8_t mark)
{
	for (size_t i = 0, step; i < text.len; i += step) {
		struct slice rest = slice_from(text, i);
		enum shown shown = slice_shown(rest, &step);

		if (i + step > max)
			return;
		if (shown == SHOWN_PLAIN)
			buf_put(out, slice_sub(rest, 0, step));
		else
			buf_byte(out, mark);
	}
}

/* Does a spreadsheet take what begins here for a formula, also in the East Asian wide form? */
static bool
formula(struct slice s)
{
	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '"' || s.p[0] == '\''))
		s = slice_from(s, 1);
	return s.len > 0 && (memchr("=+-@", s.p[0], 4) != NULL || slice_starts(s, S("\xef\xbc\x9d")) ||
	    slice_starts(s, S("\xef\xbc\x8b")) || slice_starts(s, S("\xef\xbc\x8d")) || slice_starts(s, S("\xef\xbc\xa0")));
}

/*
 * A stranger's text as a cell: one line, and no formula, neither where it
 * begins nor behind a semicolon, which parts cells in half of the world.
 */
static void
cell(struct buf *out, struct slice text, bool first)
{
	struct buf plain, safe;

	buf_init(&plain, CELL_BYTES_MAX);
	buf_init(&safe, CELL_BYTES_MAX);
	compose_plain(&plain, text, CELL_MAX, ' ');
	for (size_t i = 0; i <= plain.len; i++) {
		if ((i == 0 || plain.p[i - 1] == ';') && formula(slice_from(buf_view(&plain), i)))
			buf_byte(&safe, '\'');
		if (i < plain.len)
			buf_byte(&safe, plain.p[i]);
	}
	csv_put(out, buf_view(&safe), first, true);
	buf_fini(&plain);
	buf_fini(&safe);
}

void
compose_csv(const struct notices_options *o, const struct finding_row *row, struct buf *out)
{
	static const char head[] = "finding,class,identifier,ip_or_name,port,transport,asn,country,first_seen,last_seen,events,feed,description,tlp\r\n";
	char id[FINDING_ID_TEXT_MAX], date[DATE_TEXT_MAX], number[24];

	if (row == NULL) {
		buf_str(out, head);
		return;
	}
	finding_id_print(row->id, id);
	csv_put(out, slice_of_str(id), true, true);
	csv_put(out, class_type(row->class), false, true);
	cell(out, row->identifier, false);
	cell(out, row->place, false);
	(void)snprintf(number, sizeof(number), "%u", row->port);
	csv_put(out, row->port == 0 ? S("") : slice_of_str(number), false, true);
	cell(out, row->transport, false);
	(void)snprintf(number, sizeof(number), "%u", row->asn);
	csv_put(out, row->asn == 0 ? S("") : slice_of_str(number), false, true);
	cell(out, row->country, false);
	csv_put(out, slice_of(date, date_print_z(row->first_s, date)), false, true);
	csv_put(out, slice_of(date, date_print_z(row->last_s, date)), false, true);
	(void)snprintf(number, sizeof(number), "%llu", (unsigned long long)row->count);
	csv_put(out, slice_of_str(number), false, true);
	cell(out, row->feed, false);
	cell(out, row->label, false);
	csv_put(out, slice_of_str(tlp_name(compose_tlp(o, row))), false, true);
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

/* X-ARF has no field for a mark; its tags are "namespace:value", in small letters. */
static void
tags(struct json_out *j, enum tlp tlp)
{
	const char *name = tlp_name(tlp);
	char text[32] = "tlp:";

	for (size_t i = 0; i < 20 && name[i] != '\0'; i++)
		text[4 + i] = (char)byte_lower((uint8_t)name[i]);
	json_out_key(j, S("tags"));
	json_out_array(j);
	json_out_text(j, slice_of_str(text));
	json_out_array_end(j);
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
	tags(&j, compose_tlp(o, row));
	json_out_object_end(&j);
	buf_byte(out, '\n');
	return true;
}
