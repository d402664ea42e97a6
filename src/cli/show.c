#include "cli/show.h"

#include <stdio.h>
#include <unistd.h>

#include "base/lang.h"
#include "cli/table.h"
#include "flow.h"
#include "flow_reader.h"
#include "model/country.h"
#include "model/protect.h"
#include "share/original.h"

#define WINDOW ((size_t)1 << 20)

/* --- one finding -------------------------------------------------------------- */

static bool
report_of(struct store *s, int64_t id, struct report *out, struct arena *a, char hex[SHA256_HEX + 1],
    struct err *e)
{
	if (!report_get(s, id, a, out, e))
		return false;
	sha256_hex(&out->sha, hex);
	return true;
}

bool
show_place_json(struct store *s, const struct finding_at *at, struct buf *out, struct err *e)
{
	char hex[SHA256_HEX + 1];
	struct json_out j;
	struct report r;
	struct arena a;
	bool ok;

	arena_init(&a, (size_t)1 << 20);
	ok = report_of(s, at->report, &r, &a, hex, e);
	if (ok) {
		json_out_init(&j, out, false);
		json_out_object(&j);
		json_out_key_int(&j, S("report"), at->report);
		json_out_key_text(&j, S("sha256"), slice_of_str(hex));
		json_out_key_text(&j, S("part"), at->part);
		json_out_key_int(&j, S("offset"), (int64_t)at->offset);
		json_out_key_int(&j, S("length"), at->length);
		json_out_object_end(&j);
	}
	arena_fini(&a);
	return ok;
}

/* "report 4 (x.csv), 120 bytes from 2,011 on, part 2/x.csv" and its SHA-256. */
static bool
place(struct sheet *s, struct store *store, const char *key, const char *title,
    const struct finding_at *at, struct err *e)
{
	char hex[SHA256_HEX + 1];
	struct report r;
	struct arena a;
	bool ok;

	arena_init(&a, (size_t)1 << 20);
	ok = report_of(store, at->report, &r, &a, hex, e);
	if (ok && s->json) {
		sheet_object(s, key);
		sheet_int(s, "report", "", at->report);
		sheet_text(s, "name", "", r.name);
		sheet_text(s, "sha256", "", slice_of_str(hex));
		sheet_text(s, "part", "", at->part);
		sheet_int(s, "offset", "", (int64_t)at->offset);
		sheet_int(s, "length", "", at->length);
		sheet_object_end(s);
	} else if (ok) {
		struct slice text = arena_printf(&a, T("report %lld, %.*s: %lu bytes at %llu"), (long long)at->report,
		    SLICE_ARG(r.name), (unsigned long)at->length, (unsigned long long)at->offset);

		if (at->part.len > 0)
			text = arena_printf(&a, T("%.*s of its part %.*s"), SLICE_ARG(text), SLICE_ARG(at->part));
		sheet_text(s, key, title, text);
		sheet_text(s, key, "  SHA-256", slice_of_str(hex));
	}
	arena_fini(&a);
	return ok;
}

static struct slice
or_none(struct slice s)
{
	return s.len == 0 ? SLICE_NONE : s;
}

static void
number(struct sheet *s, const char *key, const char *title, int64_t n)
{
	if (n != 0)
		sheet_int(s, key, title, n);
	else
		sheet_text(s, key, title, SLICE_NONE);
}

/* For programs the code alone. */
static void
country(struct sheet *s, struct slice code)
{
	struct buf b;

	buf_init(&b, 512);
	if (!s->json && code.len > 0)
		country_print(code, lang_get(), &b);
	sheet_text(s, "country", N_("Country"), b.len > 0 ? buf_view(&b) : or_none(code));
	buf_fini(&b);
}

static void
what_and_where(struct sheet *s, struct node *n, const struct finding_row *row)
{
	char id[FINDING_ID_TEXT_MAX], ip[IP_TEXT_MAX];

	finding_id_print(row->id, id);
	sheet_text(s, "id", N_("Finding"), slice_of_str(id));
	sheet_text(s, "place", N_("Where"), row->place);
	sheet_word(s, "place_kind", N_("Kind of place"), place_kind_name(row->kind));
	if (row->has_ip && (s->json || row->kind != PLACE_IP))
		sheet_text(s, "address", N_("Address"), slice_of(ip, ip_print(row->ip, ip)));
	number(s, "port", N_("Port"), row->port);
	sheet_text(s, "transport", N_("Transport"), or_none(row->transport));
	sheet_text(s, "class", N_("Class"), class_type(row->class));
	sheet_text(s, "taxonomy", N_("Taxonomy"), class_taxonomy(row->class));
	sheet_text(s, "identifier", N_("What"), or_none(row->identifier));
	sheet_text(s, "label", N_("Description"), or_none(row->label));
	country(s, row->country);
	number(s, "asn", N_("AS"), row->asn);
	sheet_text(s, "as_name", N_("AS name"), or_none(networks_as_name(n->networks, row->asn)));
}

static void
when(struct sheet *s, const struct finding_row *row)
{
	sheet_date(s, "first_seen", N_("First seen"), row->first_s);
	sheet_date(s, "last_seen", N_("Last seen"), row->last_s);
	sheet_int(s, "count", N_("Events"), (int64_t)row->count);
	sheet_text(s, "tlp", "TLP", slice_of_str(tlp_name(row->tlp)));
	sheet_word(s, "state", N_("State"), finding_state_name(row->state));
	sheet_date(s, "state_since", N_("Since"), row->state_s);
	sheet_date(s, "notified", N_("Notified"), row->notified_s);
	sheet_text(s, "feed", N_("Feed"), or_none(row->feed));
}

static bool
act_item(void *cookie, const struct finding_act_row *a, struct err *e)
{
	struct sheet *s = cookie;

	(void)e;
	sheet_item(s);
	sheet_date(s, "at", "", a->at_s);
	sheet_word(s, "act", "", finding_act_name(a->act));
	sheet_word(s, "state", "", finding_state_name(a->to));
	sheet_text(s, "by", "", or_none(a->by));
	sheet_text(s, "comment", "", or_none(a->comment));
	sheet_item_end(s);
	return true;
}

static bool
notice_item(void *cookie, const struct finding_notice *n, struct err *e)
{
	struct sheet *s = cookie;

	(void)e;
	sheet_item(s);
	sheet_text(s, "id", "", n->id);
	sheet_date(s, "at", "", n->state_s);
	sheet_text(s, "email", "", n->email);
	sheet_text(s, "state", "", n->state);
	sheet_item_end(s);
	return true;
}

bool
show_finding(struct cli *c, struct node *n, const struct finding_row *row, struct err *e)
{
	struct sheet s;
	bool ok;

	sheet_begin(&s, c->json);
	what_and_where(&s, n, row);
	when(&s, row);
	ok = place(&s, n->store, "first", N_("First event"), &row->first, e) &&
	    place(&s, n->store, "last", N_("Latest event"), &row->last, e);
	sheet_list(&s, "history", N_("History"));
	ok = ok && finding_acts(n->store, row->id, act_item, &s, e);
	sheet_list_end(&s);
	sheet_list(&s, "notices", N_("Notices"));
	ok = ok && finding_notices(n->store, row->id, notice_item, &s, e);
	sheet_list_end(&s);
	/* A list of one, as any other question is answered. */
	if (ok && c->json)
		puts("[");
	ok = sheet_finish(&s, ok, e);
	if (ok && c->json)
		puts("]");
	return ok;
}

/* --- bytes --------------------------------------------------------------------- */

/* Without the character at its end that is cut there. */
static size_t
whole(struct slice s)
{
	for (size_t back = 1; back <= 3 && back < s.len; back++) {
		uint8_t c = s.p[s.len - back];

		if (c >= 0xc0)
			return back < (c < 0xe0 ? 2U : c < 0xf0 ? 3U : 4U) ? s.len - back : s.len;
	}
	return s.len;
}

/* As it came; to a terminal without what that would obey. */
static bool
bytes_put(struct slice s, bool terminal)
{
	struct buf b;
	size_t step;
	bool ok;

	if (!terminal)
		return fwrite(s.p, 1, s.len, stdout) == s.len;
	buf_init(&b, 2 * WINDOW);
	for (; s.len > 0; s = slice_from(s, step)) {
		if (slice_shown(s, &step) == SHOWN_PLAIN || s.p[0] == '\n' || s.p[0] == '\t')
			buf_put(&b, slice_sub(s, 0, step));
		else if (!slice_starts(s, S("\r\n")))
			buf_byte(&b, '?');
	}
	ok = fwrite(b.p == NULL ? (const uint8_t *)"" : b.p, 1, b.len, stdout) == b.len;
	buf_fini(&b);
	return ok;
}

static bool
copy_out(struct source *src, struct err *e)
{
	bool terminal = isatty(STDOUT_FILENO) == 1;

	for (;;) {
		size_t n;

		if (!source_want(src, 1, e))
			return false;
		n = src->window.len;
		if (n == 0)
			break;
		if (terminal && !src->eof)
			n = whole(src->window);
		if (!bytes_put(slice_sub(src->window, 0, n), terminal))
			return err_sys(e, "standard output");
		source_advance(src, n);
	}
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}

bool
show_report_bytes(struct node *n, const struct report *r, struct err *e)
{
	struct original o = ORIGINAL_NONE;
	bool ok = original_open(n->store, n->archive, r, 0, &o, e) && copy_out(archive_source_get(o.source), e);

	original_close(&o);
	return ok;
}

static bool
piece_out(void *cookie, struct slice s, struct err *e)
{
	(void)cookie;
	return bytes_put(s, isatty(STDOUT_FILENO) == 1) || err_sys(e, "standard output");
}

/* The bytes of places in one report, a line behind each where there are several. */
static bool
places_out(struct node *n, struct flow_reader *reader, struct report *r, const struct place *places,
    size_t count, struct arena *a, struct err *e)
{
	bool ok = true;
	int fd;

	if (!original_fd(n->store, n->archive, r, &fd, e))
		return false;
	r->format = flow_format_asked(n, r, a);
	for (size_t i = 0; ok && i < count; i++) {
		ok = flow_reader_excerpt(reader, fd, r, &places[i], piece_out, NULL, e);
		if (ok && count > 1)
			putchar('\n');
	}
	if (!ok && e->code == ERR_DENIED)
		(void)original_closed(r->id, e);
	(void)close(fd);
	return ok && (fflush(stdout) == 0 || err_sys(e, "standard output"));
}

bool
show_evidence(struct node *n, struct flow_reader *reader, const struct finding_row *row,
    struct err *e)
{
	struct place place = { row->last.offset, row->last.length, 0, row->last.part };
	struct report r;
	struct arena a;
	bool ok;

	if (class_protected(row->class))
		return original_closed(row->last.report, e);
	arena_init(&a, (size_t)1 << 20);
	ok = report_get(n->store, row->last.report, &a, &r, e) && places_out(n, reader, &r, &place, 1, &a, e);
	arena_fini(&a);
	return ok;
}

struct bad_places {
	struct arena *a;
	struct place v[SHOW_BAD_MAX];
	size_t count;
};

static bool
bad_place(void *cookie, const struct bad_row *b, struct err *e)
{
	struct bad_places *p = cookie;
	struct place *at = &p->v[p->count];

	(void)e;
	/* A record of which nothing is known but its line. */
	if (p->count == SHOW_BAD_MAX || b->length == 0)
		return true;
	*at = (struct place){ b->offset, b->length, b->line, arena_copy(p->a, b->part) };
	p->count += at->part.p != NULL;
	return true;
}

bool
show_bad_records(struct node *n, struct flow_reader *reader, struct report *r, struct arena *a,
    struct err *e)
{
	struct bad_places p = { .a = a };

	if (!bad_examples(n->store, r->id, SHOW_BAD_MAX, bad_place, &p, e))
		return false;
	if (p.count == 0)
		return err_set(e, ERR_ABSENT, "no record of report %lld was set aside", (long long)r->id);
	return places_out(n, reader, r, p.v, p.count, a, e);
}
