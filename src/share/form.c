#include "share/form.h"

#include "base/hash.h"
#include "base/lang.h"
#include "parse/date.h"
#include "share/compose.h"

static const struct form *const forms[] = { &form_csv, &form_intelmq, &form_iodef, &form_misp, &form_stix, &form_plain,
	&form_nftables, &form_suricata, &form_dataset_ip, &form_dataset_name };

const struct form *
form_at(size_t i)
{
	return i < sizeof(forms) / sizeof(forms[0]) ? forms[i] : NULL;
}

const struct form *
form_find(struct slice name)
{
	for (size_t i = 0; form_at(i) != NULL; i++) {
		if (slice_eq(name, slice_of_str(forms[i]->name)))
			return forms[i];
	}
	return NULL;
}

void
form_begin(const struct form *f, struct form_run *r, struct buf *b)
{
	if (f->head != NULL)
		f->head(r, b);
}

void
form_row(const struct form *f, struct form_run *r, const struct finding_row *row, struct buf *b)
{
	if (f->list && row->state == FINDING_RESOLVED)
		return;
	if (row->tlp > r->most) {
		r->marked++;
		return;
	}
	if (f->list && r->warnings != NULL && warnings_text(r->warnings, row->place, NULL)) {
		r->warned++;
		return;
	}
	if (!f->row(r, row, b)) {
		r->without++;
		return;
	}
	r->rows++;
	if (row->tlp > r->strictest)
		r->strictest = row->tlp;
}

void
form_end(const struct form *f, struct form_run *r, struct buf *b)
{
	if (f->tail != NULL)
		f->tail(r, b);
}

void
form_fini(struct form_run *r)
{
	large_free(r->numbers, FORM_NUMBERS, sizeof(*r->numbers));
	r->numbers = NULL;
}

void
form_uuid(const struct form_run *r, const char *what, struct slice of, char out[40])
{
	/* RFC 9562's name space for URLs: ours name what they are of. */
	static const uint8_t space[16] = { 0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
	struct buf name;

	buf_init(&name, (size_t)64 << 10);
	buf_printf(&name, "entente:%s:", what);
	buf_put(&name, r->who->name);
	buf_byte(&name, ':');
	buf_put(&name, r->who->mail);
	buf_byte(&name, ':');
	buf_put(&name, of);
	uuid_of_name(space, buf_view(&name), out);
	buf_fini(&name);
}

struct slice
form_moment(struct form_run *r, int64_t s)
{
	char text[DATE_TEXT_MAX];

	return arena_copy(r->a, slice_of(text, date_print_z(s, text)));
}

void
form_xml(struct buf *b, struct slice s)
{
	while (s.len > 0) {
		size_t n = slice_utf8_step(s);
		uint8_t c = s.p[0];

		/* XML 1.0 section 2.2 has no controls but three, and no U+FFFE, U+FFFF. */
		if (n == 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f ||
		    (n == 3 && c == 0xef && s.p[1] == 0xbf && s.p[2] >= 0xbe))
			buf_str(b, "\xef\xbf\xbd");
		else if (c == '&')
			buf_str(b, "&amp;");
		else if (c == '<')
			buf_str(b, "&lt;");
		else if (c == '>')
			buf_str(b, "&gt;");
		else if (c == '"')
			buf_str(b, "&quot;");
		else
			buf_put(b, slice_sub(s, 0, n));
		s = slice_from(s, n == 0 ? 1 : n);
	}
}

bool
form_again(struct form_run *r, const struct finding_row *row)
{
	if (r->last.p != NULL && slice_eq(row->place, r->last))
		return true;
	r->last = SLICE_NONE;
	if (row->place.len > 0 && row->place.len <= sizeof(r->last_text)) {
		memcpy(r->last_text, row->place.p, row->place.len);
		r->last = slice_of(r->last_text, row->place.len);
	}
	return false;
}

/* --- CSV: as in notices ------------------------------------------------------- */

static void
csv_head(struct form_run *r, struct buf *b)
{
	compose_csv(r->who, NULL, b);
}

static bool
csv_row(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	compose_csv(r->who, row, b);
	return true;
}

const struct form form_csv = { .name = "csv", .summary = N_("for spreadsheets (CSV)"), .type = "text/csv; charset=utf-8",
	.file = "findings.csv", .head = csv_head, .row = csv_row };
