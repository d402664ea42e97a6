/*
 * Shadowserver's CSV. The schema's rows for a report are compiled against the
 * header that stands in the file into a program: one step a value, in the
 * schema's order; steps whose value nobody takes are left out. Constants are
 * put once into a base event that each row starts from.
 */
#include "intake/shadowserver.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/lang.h"
#include "intake/formats.h"
#include "intake/shadowserver_which.h"
#include "parse/base64.h"
#include "parse/csv.h"
#include "parse/date.h"
#include "parse/ip.h"

#define COLUMN_NONE UINT16_MAX

struct step_row {
	uint16_t column;
	enum shadow_conv conv;
	enum field field; /* FIELD_NONE: extra */
	struct slice extra;
	bool need;
};

struct program {
	const struct shadow_report *report;
	struct slice *columns; /* the header, copied */
	size_t column_count;
	struct step_row *steps;
	size_t step_count;
	/* columns that converters look at besides their own */
	uint16_t host, path, application, category, detail;
	bool extras; /* somebody wants them */
	/* constants */
	struct slice base[FIELD_COUNT];
	struct extra base_extras[32];
	size_t base_extra_count;
	enum field base_fields[64];
	size_t base_field_count;
};

static uint16_t
column_find(const struct program *p, struct slice name)
{
	/* Of two columns of one name the last counts. */
	for (size_t i = p->column_count; i-- > 0;) {
		if (slice_eq(p->columns[i], name))
			return (uint16_t)i;
	}
	return COLUMN_NONE;
}

static uint16_t
column_first(const struct program *p, struct slice a, struct slice b)
{
	uint16_t c = column_find(p, a);

	return c != COLUMN_NONE ? c : column_find(p, b);
}

static void
base_put(struct program *p, enum field f, struct slice value)
{
	if (p->base_field_count == sizeof(p->base_fields) / sizeof(p->base_fields[0]))
		return;
	p->base[f] = value;
	p->base_fields[p->base_field_count++] = f;
}

static void
constants(const struct intake *in, struct program *p)
{
	const struct shadow_report *r = p->report;

	for (size_t i = 0; i < r->constant_count; i++) {
		const struct shadow_constant *c = &r->constants[i];

		if (c->field != FIELD_NONE)
			base_put(p, c->field, c->value);
		else if (p->extras && p->base_extra_count < 32)
			p->base_extras[p->base_extra_count++] =
			    (struct extra){ c->extra, c->value, EXTRA_TEXT };
	}
	base_put(p, FIELD_FEED_NAME, in->feed.len > 0 && slice_eq(intake_option(in, S("feed.keep")), S("yes")) ?
	    in->feed : r->feed_name);
	if (r->url.len > 0 && intake_wants(in, FIELD_FEED_DOCUMENTATION))
		base_put(p, FIELD_FEED_DOCUMENTATION, r->url);
}

/* Does event_finish() or the taker look at it? What says where always counts. */
static bool
wants(const struct intake *in, enum field f)
{
	switch ((int)f) {
	case FIELD_SOURCE_IP:
	case FIELD_SOURCE_NETWORK:
	case FIELD_SOURCE_FQDN:
	case FIELD_SOURCE_URL:
	case FIELD_SOURCE_ACCOUNT:
	case FIELD_TIME_SOURCE:
	case FIELD_CLASSIFICATION_TYPE:
	case FIELD_CLASSIFICATION_TAXONOMY:
	case FIELD_CLASSIFICATION_IDENTIFIER:
		return true;
	default:
		return intake_wants(in, f);
	}
}

static bool
compile(struct intake *in, struct program *p, struct err *e)
{
	const struct shadow_report *r = p->report;
	bool used[2048] = { false };

	p->extras = intake_wants(in, FIELD_NONE);
	p->host = column_first(p, S("cc_dns"), S("http_host"));
	p->path = column_first(p, S("url"), S("http_url"));
	p->application = column_find(p, S("application"));
	p->category = column_find(p, S("category"));
	p->detail = column_find(p, S("detail"));
	p->steps = arena_array(&in->document, r->item_count + p->column_count, sizeof(*p->steps));
	if (p->steps == NULL)
		return err_set(e, ERR_LIMIT, "the header is too long");
	for (size_t i = 0; i < r->item_count; i++) {
		const struct shadow_item *it = &r->items[i];
		uint16_t column = column_find(p, it->column);

		if (column == COLUMN_NONE && it->need)
			return err_set(e, ERR_INPUT, "column %s, which a report of type %.*s must have, is missing",
			    QUOTE(it->column), SLICE_ARG(r->file_name));
		if (column == COLUMN_NONE)
			continue;
		used[column] = true;
		if (it->ignore || (it->field == FIELD_NONE ? !p->extras : !wants(in, it->field)))
			continue;
		p->steps[p->step_count++] = (struct step_row){ column, it->conv, it->field,
			it->extra, it->need };
	}
	/* What the schema does not name goes to extra under its own name. */
	for (size_t i = 0; p->extras && i < p->column_count; i++) {
		if (!used[i] && p->columns[i].len > 0)
			p->steps[p->step_count++] = (struct step_row){ (uint16_t)i,
				SHADOW_TEXT, FIELD_NONE, p->columns[i], false };
	}
	constants(in, p);
	return true;
}

/* The answer of a converter. */
enum got { GOT_VALUE, GOT_NOTHING, GOT_WRONG };

static enum got
clean_as(enum field_type type, struct slice s, struct arena *a,
    struct slice *out)
{
	struct err ignored = ERR_INIT;

	return field_type_clean(type, s, a, out, &ignored) ? GOT_VALUE : GOT_WRONG;
}

static struct slice
cell(const struct csv_row *row, uint16_t column)
{
	return column < row->count ? row->v[column] : S("");
}

static struct slice
until_space(struct slice s)
{
	size_t n = 0;

	while (n < s.len && !byte_is_space(s.p[n]))
		n++;
	return slice_sub(s, 0, n);
}

/* Of "GET /a/b HTTP/1.1" the second word; of "a/b" all of it. */
static struct slice
path_asked(struct slice path)
{
	struct slice method = until_space(path), rest = slice_trim(slice_from(path, method.len));

	for (size_t i = 0; i < method.len; i++) {
		if (!byte_is_alpha(method.p[i]))
			return method;
	}
	return rest.len > 0 ? until_space(rest) : method;
}

/*
 * "GET /a/b HTTP/1.1" or "/a/b": host and path make a URL. What was asked of a
 * proxy ("GET http://host/a HTTP/1.1") is one already.
 */
static enum got
http_url(const struct program *p, const struct csv_row *row, struct slice value,
    struct arena *a, struct slice *out)
{
	struct slice host = cell(row, p->host), path = cell(row, p->path);
	struct slice scheme = cell(row, p->application);
	size_t n;

	*out = value;
	if (host.len == 0 || path.len == 0)
		return value.len == 0 ? GOT_NOTHING : GOT_VALUE;
	n = slice_find_byte(path, '/');
	if (n >= 5 && n != SIZE_MAX && slice_starts(slice_from(path, n), S("//")) && path.p[n - 1] == ':') {
		while (n > 0 && !byte_is_space(path.p[n - 1]))
			n--;
		*out = until_space(slice_from(path, n));
		return GOT_VALUE;
	}
	path = path_asked(path);
	if (!slice_eq(scheme, S("http")) && !slice_eq(scheme, S("https")))
		scheme = S("http");
	*out = arena_join(a, (const struct slice[]){ scheme, S("://"), host, slice_starts(path, S("/")) ? S("") : S("/"), path }, 5);
	return out->p == NULL ? GOT_WRONG : GOT_VALUE;
}

static bool
cve_ok(struct slice s)
{
	if (s.len < 9 || !slice_starts_nocase(s, S("cve-")))
		return false;
	for (size_t i = 4; i < s.len; i++) {
		if (!byte_is_digit(s.p[i]) && s.p[i] != '-')
			return false;
	}
	return true;
}

/* The CVE names of a tag list, in order, each once, with ';' between. */
static enum got
cve_names(struct slice tags, struct arena *a, struct slice *out)
{
	struct slice names[32], tag;
	size_t count = 0, len = 0;
	uint8_t *o;

	while (count < 32 && slice_cut(&tags, ';', &tag)) {
		size_t at = 0;

		tag = slice_trim(tag);
		if (!cve_ok(tag))
			continue;
		while (at < count && slice_cmp(names[at], tag) < 0)
			at++;
		if (at < count && slice_eq(names[at], tag))
			continue;
		memmove(&names[at + 1 < 32 ? at + 1 : at], &names[at],
		    (at + 1 < 32 ? count - at : 0) * sizeof(names[0]));
		names[at] = tag;
		count++;
		len += tag.len + 1;
	}
	if (count == 0)
		return GOT_NOTHING;
	o = arena_bytes(a, len);
	if (o == NULL)
		return GOT_WRONG;
	*out = slice_of(o, len - 1);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			*o++ = ';';
		memcpy(o, names[i].p, names[i].len);
		o += names[i].len;
	}
	return GOT_VALUE;
}

static enum got
as_base64(struct slice s, struct arena *a, struct slice *out)
{
	struct slice decoded;
	struct buf b;

	*out = s;
	if (base64_read(s, a, &decoded))
		return GOT_VALUE;
	buf_init(&b, 2 * s.len + 8);
	base64_put(&b, s);
	*out = arena_copy(a, buf_view(&b));
	buf_fini(&b);
	return out->p == NULL ? GOT_WRONG : GOT_VALUE;
}

static enum got
as_int(struct slice s, struct arena *a, bool zero, struct slice *out)
{
	s = slice_trim(s);
	/* The common case: digits that are canonical already. */
	if (s.len > 0 && s.len < 16 && s.p[0] != '0') {
		size_t i = 0;

		while (i < s.len && byte_is_digit(s.p[i]))
			i++;
		if (i == s.len) {
			*out = s;
			return GOT_VALUE;
		}
	}
	if (s.len == 0)
		return GOT_NOTHING;
	if (clean_as(TYPE_INTEGER, s, a, out) != GOT_VALUE)
		return GOT_WRONG;
	return !zero && slice_eq(*out, S("0")) ? GOT_NOTHING : GOT_VALUE;
}

static enum got
as_bool(struct slice s, struct slice *out)
{
	if (slice_eq_nocase(s, S("y")) || slice_eq_nocase(s, S("yes")) || slice_eq_nocase(s, S("true")) ||
	    slice_eq_nocase(s, S("enabled")) || slice_eq(s, S("1"))) {
		*out = S("true");
		return GOT_VALUE;
	}
	if (slice_eq_nocase(s, S("n")) || slice_eq_nocase(s, S("no")) || slice_eq_nocase(s, S("false")) ||
	    slice_eq_nocase(s, S("disabled")) || slice_eq(s, S("0"))) {
		*out = S("false");
		return GOT_VALUE;
	}
	return GOT_NOTHING;
}

/* "2010-02-10 00:00:00": the one form of nearly every row. */
static enum got
as_date(struct slice s, struct arena *a, struct slice *out)
{
	int64_t t;
	uint8_t *o;

	/* A leap second has a text of its own; the general way takes it. */
	if (!date_read_fast(s, &t) || s.p[17] == '6')
		return clean_as(TYPE_DATE, s, a, out);
	o = arena_bytes(a, 25);
	if (o == NULL)
		return GOT_WRONG;
	memcpy(o, s.p, 19);
	o[10] = 'T';
	memcpy(o + 19, "+00:00", 6);
	*out = slice_of(o, 25);
	return GOT_VALUE;
}

static enum got
as_ip(struct slice s, struct arena *a, struct slice *out)
{
	if (s.len == 0 || slice_eq(s, S("0.0.0.0")) || slice_find_byte(s, '/') != SIZE_MAX)
		return GOT_NOTHING;
	return clean_as(TYPE_IP, s, a, out) == GOT_VALUE ? GOT_VALUE : GOT_NOTHING;
}

static enum got
convert(const struct program *p, const struct csv_row *row,
    const struct step_row *st, struct slice s, struct arena *a,
    struct slice *out, enum extra_kind *kind)
{
	bool webshell = slice_eq(s, S("exchange;webshell"));
	enum got got;

	*kind = EXTRA_TEXT;
	*out = s;
	switch (st->conv) {
	case SHADOW_TEXT:
		return s.len == 0 ? GOT_NOTHING : GOT_VALUE;
	case SHADOW_TO_NONE:
		return s.len == 0 || (s.len == 1 && s.p[0] == '0') ||
		    (s.len == 7 && memcmp(s.p, "unknown", 7) == 0) ? GOT_NOTHING : GOT_VALUE;
	case SHADOW_INT:
	case SHADOW_NOT_ZERO:
		*kind = EXTRA_NUMBER;
		return as_int(s, a, st->conv == SHADOW_INT, out);
	case SHADOW_FLOAT:
		*kind = EXTRA_NUMBER;
		return s.len == 0 ? GOT_NOTHING : clean_as(TYPE_FLOAT, s, a, out);
	case SHADOW_BOOL:
		*kind = EXTRA_BOOL;
		return as_bool(s, out);
	case SHADOW_IP:
		return as_ip(s, a, out);
	case SHADOW_NETWORK:
		if (slice_find_byte(s, '/') == SIZE_MAX)
			return GOT_NOTHING;
		return clean_as(TYPE_NETWORK, s, a, out) == GOT_VALUE ? GOT_VALUE : GOT_NOTHING;
	case SHADOW_FQDN:
		if (s.len == 0)
			return GOT_NOTHING;
		return clean_as(TYPE_FQDN, s, a, out) == GOT_VALUE ? GOT_VALUE : GOT_NOTHING;
	case SHADOW_TIME_UTC:
		return s.len == 0 ? GOT_WRONG : as_date(s, a, out);
	case SHADOW_DATE:
	case SHADOW_DATE_UTC:
		if (s.len == 0)
			return GOT_NOTHING;
		got = as_date(s, a, out);
		return got == GOT_VALUE || st->need ? got : GOT_NOTHING;
	case SHADOW_CVE:
		return cve_names(s, a, out);
	case SHADOW_HTTP_URL:
		return http_url(p, row, s, a, out);
	case SHADOW_CATEGORY:
		*out = cell(row, p->category);
		if (out->len == 0)
			*out = cell(row, p->detail);
		return out->len == 0 ? GOT_NOTHING : GOT_VALUE;
	case SHADOW_BASE64:
		return s.len == 0 ? GOT_NOTHING : as_base64(s, a, out);
	case SHADOW_EXCHANGE_TAXONOMY:
		*out = webshell ? S("intrusions") : S("vulnerable");
		return GOT_VALUE;
	case SHADOW_EXCHANGE_TYPE:
		*out = webshell ? S("system-compromise") : S("infected-system");
		return GOT_VALUE;
	case SHADOW_EXCHANGE_IDENTIFIER:
		*out = webshell ? S("exchange-server-webshell") : S("vulnerable-exchange-server");
		return GOT_VALUE;
	}
	return GOT_WRONG;
}

/* Is the converter's answer canonical for a field of this type already? */
static bool
canonical(const struct step_row *st)
{
	switch (st->conv) {
	case SHADOW_IP:
		return field_type(st->field) == TYPE_IP;
	case SHADOW_TIME_UTC:
	case SHADOW_DATE:
	case SHADOW_DATE_UTC:
		return field_type(st->field) == TYPE_DATE;
	default:
		return false;
	}
}

static void
put_extra(struct event *ev, struct slice key, struct slice value,
    enum extra_kind kind)
{
	struct err ignored = ERR_INIT;

	/* Too many: the record keeps those that fit. */
	if (!event_extra(ev, key, value, kind, &ignored))
		return;
}

/* One row into in->ev; false: it is bad, *column_out says where. */
static bool
row_read(struct intake *in, const struct program *p, const struct csv_row *row,
    struct slice *column_out, struct err *e)
{
	struct event *ev = &in->ev;
	struct arena *a = &in->record;

	for (size_t i = 0; i < p->step_count; i++) {
		const struct step_row *st = &p->steps[i];
		struct slice raw = cell(row, st->column), v;
		enum extra_kind kind;
		enum got got;

		if (raw.len == 0 && !st->need && st->conv != SHADOW_HTTP_URL &&
		    st->conv != SHADOW_CATEGORY && st->conv < SHADOW_EXCHANGE_TAXONOMY)
			continue;
		got = convert(p, row, st, raw, a, &v, &kind);
		if (got == GOT_VALUE && st->field != FIELD_NONE) {
			if (canonical(st))
				ev->v[st->field] = v;
			else if (!event_set(ev, st->field, v, a, e))
				got = GOT_WRONG;
		} else if (got == GOT_VALUE) {
			put_extra(ev, st->extra, v, kind);
		}
		if (got == GOT_WRONG && st->need) {
			*column_out = p->columns[st->column];
			/* Past the last reason that is handed on, none is worded. */
			if (in->bad >= in->limits.bad_max) {
				e->code = ERR_INPUT;
				return false;
			}
			return raw.len == 0 ? err_set(e, ERR_INPUT, "the column is empty") :
			    err_set(e, ERR_INPUT, "%s cannot be read", QUOTE(raw));
		}
		/* What does not fit its field is kept beside it. */
		if (p->extras && (got == GOT_WRONG || (got == GOT_NOTHING && st->need && raw.len > 0)))
			put_extra(ev, p->columns[st->column], raw, EXTRA_TEXT);
	}
	return true;
}

static void
row_begin(struct intake *in, const struct csv_row *row)
{
	event_clear(&in->ev);
	in->ev.place = (struct place){
		.offset = row->offset,
		.length = row->length,
		.line = row->line > UINT32_MAX ? 0 : (uint32_t)row->line,
	};
}

/* Constants last: they say what the report is, whatever a column says. */
static void
row_end(struct intake *in, const struct program *p)
{
	for (size_t i = 0; i < p->base_field_count; i++)
		in->ev.v[p->base_fields[i]] = p->base[p->base_fields[i]];
	for (size_t i = 0; i < p->base_extra_count; i++)
		put_extra(&in->ev, p->base_extras[i].key, p->base_extras[i].value, EXTRA_TEXT);
}

static bool
header_take(struct intake *in, const struct csv_row *row, struct program *p,
    struct err *e)
{
	p->columns = arena_array(&in->document, row->count, sizeof(*p->columns));
	if (p->columns == NULL)
		return err_set(e, ERR_LIMIT, "the header is too long");
	for (size_t i = 0; i < row->count; i++) {
		p->columns[i] = arena_copy(&in->document, slice_trim(row->v[i]));
		if (p->columns[i].p == NULL)
			return err_set(e, ERR_LIMIT, "the header is too long");
		if (slice_find_byte(p->columns[i], '\r') != SIZE_MAX)
			return err_set(e, ERR_INPUT, "its lines end in CR alone; give it line feeds");
	}
	p->column_count = row->count;
	return true;
}

static bool
read_rows(struct intake *in, struct csv_reader *csv, const struct program *p,
    struct err *e)
{
	struct csv_row row;
	struct slice column;
	struct err why = ERR_INIT;
	enum step step;

	while ((step = csv_next(csv, &row, &why)) == STEP_ITEM || step == STEP_BAD) {
		row_begin(in, &row);
		column = S("");
		if (step == STEP_BAD || !row_read(in, p, &row, &column, &why)) {
			if (!intake_bad(in, &in->ev.place, column, &why, e))
				return false;
			continue;
		}
		row_end(in, p);
		if (!intake_event(in, &in->ev, e))
			return false;
	}
	if (step == STEP_FAIL)
		*e = why;
	return step == STEP_END;
}

static bool
document_read(struct intake *in, struct source *src, struct err *e)
{
	struct program *p = arena_alloc(&in->document, sizeof(*p));
	struct csv_reader csv;
	struct csv_row row;
	bool ok = false;

	csv_init(&csv, src);
	csv.limits.record_bytes = in->limits.record_bytes;
	switch (csv_next(&csv, &row, e)) {
	case STEP_ITEM:
		break;
	case STEP_END:
		/* Shadowserver sends empty files on quiet days. */
		ok = true;
		goto out;
	case STEP_BAD:
	case STEP_FAIL:
		goto out;
	}
	if (p == NULL || !header_take(in, &row, p, e) || !shadow_report_choose(in, p->columns, p->column_count, &p->report, e) ||
	    !compile(in, p, e))
		goto out;
	ok = read_rows(in, &csv, p, e);
out:
	csv_fini(&csv);
	return ok;
}

static bool
yes_check(struct slice v, struct err *e)
{
	return slice_eq(v, S("yes")) || slice_eq(v, S("no")) ||
	    err_set(e, ERR_INPUT, "%s is neither yes nor no", QUOTE(v));
}

static const struct intake_option_row options[] = {
	{ S_INIT("type"), NULL },
	{ S_INIT("feed.keep"), yes_check },
	{ S_INIT(""), NULL },
};

const struct intake_format intake_shadowserver_csv = {
	.name = S_INIT("shadowserver-csv"),
	.summary = N_("Shadowserver report (CSV)"),
	.recognise = shadow_recognise,
	.read = document_read,
	.options = options,
};
