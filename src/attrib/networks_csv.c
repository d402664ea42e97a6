#include "attrib/networks_csv.h"

#include <archive.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "parse/csv.h"

__extension__ typedef unsigned __int128 u128;

#define SOURCE_BYTES_MAX ((size_t)4 << 30)
#define UNPACK_BLOCK ((size_t)256 << 10)
#define WINDOW_MAX ((size_t)1 << 20)
#define PLACES_MAX ((size_t)1 << 20)

/* --- the file, unpacked as it is read --------------------------------------- */

struct input {
	struct file_map map; /* of a plain file */
	struct archive *a; /* of a compressed one */
	uint64_t unpacked;
	struct source src;
};

static bool
compressed(const char *path)
{
	static const struct slice magics[] = { S_INIT("\x1f\x8b"), S_INIT("\x28\xb5\x2f\xfd"),
		S_INIT("\xfd" "7zXZ"), S_INIT("BZh") };
	uint8_t head[8];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, head, sizeof(head));

	if (fd >= 0)
		(void)close(fd);
	for (size_t i = 0; n > 0 && i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (slice_starts(slice_of(head, (size_t)n), magics[i]))
			return true;
	}
	return false;
}

static bool
unpack(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct input *in = cookie;
	la_ssize_t n = archive_read_data(in->a, p, cap);

	if (n < 0)
		return err_set(e, ERR_INPUT, "it cannot be unpacked: it is damaged or cut short");
	in->unpacked += (uint64_t)n;
	if (in->unpacked > SOURCE_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "larger than %zu bytes", SOURCE_BYTES_MAX);
	*n_out = (size_t)n;
	return true;
}

static bool
input_open(struct input *in, const char *path, struct err *e)
{
	struct archive_entry *entry;

	*in = (struct input){ .map = FILE_MAP_NONE };
	if (!compressed(path)) {
		if (!file_map(path, SOURCE_BYTES_MAX, &in->map, e))
			return false;
		source_of_slice(&in->src, in->map.view);
		return true;
	}
	in->a = archive_read_new();
	(void)archive_read_support_filter_gzip(in->a);
	(void)archive_read_support_filter_zstd(in->a);
	(void)archive_read_support_filter_xz(in->a);
	(void)archive_read_support_filter_bzip2(in->a);
	(void)archive_read_support_format_raw(in->a);
	source_of_pull(&in->src, unpack, in, WINDOW_MAX);
	return (archive_read_open_filename(in->a, path, UNPACK_BLOCK) == ARCHIVE_OK &&
	    archive_read_next_header(in->a, &entry) == ARCHIVE_OK) ||
	    err_set(e, ERR_INPUT, "%s: it cannot be unpacked: it is damaged or cut short", path);
}

static void
input_close(struct input *in)
{
	source_fini(&in->src);
	if (in->a != NULL)
		(void)archive_read_free(in->a);
	file_unmap(&in->map);
}

/* --- columns ------------------------------------------------------------------ */

enum column { COL_NETWORK, COL_FIRST, COL_LAST, COL_ASN, COL_NAME, COL_COUNTRY, COL_PLACE, COL_PLACE_2, COL_COUNT };

static const struct { struct slice name; enum column column; } column_names[] = {
	{ S_INIT("network"), COL_NETWORK }, { S_INIT("cidr"), COL_NETWORK }, { S_INIT("prefix"), COL_NETWORK },
	{ S_INIT("first"), COL_FIRST }, { S_INIT("start_ip"), COL_FIRST }, { S_INIT("ip_start"), COL_FIRST }, { S_INIT("range_start"), COL_FIRST },
	{ S_INIT("last"), COL_LAST }, { S_INIT("end_ip"), COL_LAST }, { S_INIT("ip_end"), COL_LAST }, { S_INIT("range_end"), COL_LAST },
	{ S_INIT("asn"), COL_ASN }, { S_INIT("autonomous_system_number"), COL_ASN }, { S_INIT("as_number"), COL_ASN },
	{ S_INIT("as_name"), COL_NAME }, { S_INIT("autonomous_system_organization"), COL_NAME }, { S_INIT("as_description"), COL_NAME }, { S_INIT("name"), COL_NAME },
	{ S_INIT("country_code"), COL_COUNTRY }, { S_INIT("country_iso_code"), COL_COUNTRY }, { S_INIT("country"), COL_COUNTRY },
	{ S_INIT("geoname_id"), COL_PLACE }, { S_INIT("registered_country_geoname_id"), COL_PLACE_2 },
};

struct columns {
	int at[COL_COUNT]; /* -1: not there */
};

static void
columns_named(const struct csv_row *row, struct columns *c)
{
	for (int i = 0; i < COL_COUNT; i++)
		c->at[i] = -1;
	for (size_t i = 0; i < row->count; i++) {
		struct slice name = slice_trim(row->v[i]);

		if (slice_starts(name, S("\xef\xbb\xbf")))
			name = slice_from(name, 3);
		for (size_t k = 0; k < sizeof(column_names) / sizeof(column_names[0]); k++) {
			if (slice_eq_nocase(name, column_names[k].name) && c->at[column_names[k].column] < 0)
				c->at[column_names[k].column] = (int)i;
		}
	}
}

static bool
is_heading(const struct columns *c)
{
	return c->at[COL_NETWORK] >= 0 || (c->at[COL_FIRST] >= 0 && c->at[COL_LAST] >= 0);
}

/* Rows without a heading: a network, or the two ends, then what is known. */
static void
columns_usual(const struct csv_row *row, enum networks_kind kind, struct columns *c)
{
	bool network = row->count > 0 && slice_find_byte(row->v[0], '/') != SIZE_MAX;
	int value = network ? 1 : 2;

	for (int i = 0; i < COL_COUNT; i++)
		c->at[i] = -1;
	c->at[network ? COL_NETWORK : COL_FIRST] = 0;
	if (!network)
		c->at[COL_LAST] = 1;
	c->at[kind == NETWORKS_ASN ? COL_ASN : COL_COUNTRY] = value;
	if (kind == NETWORKS_ASN)
		c->at[COL_NAME] = value + 1;
}

static struct slice
cell(const struct csv_row *row, const struct columns *c, enum column col)
{
	return c->at[col] < 0 || (size_t)c->at[col] >= row->count ? S("") : slice_trim(row->v[c->at[col]]);
}

/* An address, or the number of one in decimal: up to 2^32 IPv4, above it IPv6. */
static bool
address_read(struct slice s, bool numbers_v6, struct ip *out)
{
	u128 v = 0;

	if (ip_read(s, out))
		return true;
	if (s.len == 0 || s.len > 39)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_digit(s.p[i]) ||
		    __builtin_mul_overflow(v, (u128)10, &v) ||
		    __builtin_add_overflow(v, (u128)(s.p[i] - '0'), &v))
			return false;
	}
	if (v <= UINT32_MAX && !numbers_v6)
		*out = ip_of_v4((uint32_t)v);
	else
		*out = (struct ip){ (uint64_t)(v >> 64), (uint64_t)v };
	return true;
}

static bool
country_letters(struct slice s, uint32_t *out)
{
	if (s.len != 2 || !byte_is_alpha(s.p[0]) || !byte_is_alpha(s.p[1]))
		return false;
	*out = (uint32_t)(s.p[0] & ~0x20) << 8 | (uint32_t)(s.p[1] & ~0x20);
	return true;
}

/* --- GeoLite2's places: numbers, with a country each in a file beside ----------- */

struct place {
	uint64_t id;
	uint32_t country;
};

struct places {
	struct place *v;
	size_t count, cap;
};

static int
place_cmp(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void
place_add(struct places *p, const struct csv_row *row, const struct columns *c)
{
	struct place x;

	if (!slice_u64(cell(row, c, COL_PLACE), &x.id) || !country_letters(cell(row, c, COL_COUNTRY), &x.country) ||
	    p->count == PLACES_MAX)
		return;
	if (p->count == p->cap) {
		p->cap = p->cap == 0 ? 512 : p->cap * 2;
		p->v = xrealloc(p->v, p->cap * sizeof(*p->v));
	}
	p->v[p->count++] = x;
}

/* "x-Blocks-IPv4.csv" has "x-Locations-en.csv" beside it. */
static bool
places_path(const char *path, char out[PATH_TEXT_MAX])
{
	const char *slash = strrchr(path, '/'), *blocks = strstr(slash == NULL ? path : slash, "-Blocks-");
	static const char *const ends[] = { "csv", "csv.gz", "csv.zst" };

	for (size_t i = 0; blocks != NULL && i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (snprintf(out, PATH_TEXT_MAX, "%.*s-Locations-en.%s", (int)(blocks - path), path, ends[i]) < PATH_TEXT_MAX &&
		    file_exists(out))
			return true;
	}
	return false;
}

static bool
places_read(struct places *p, const char *path, struct err *e)
{
	char beside[PATH_TEXT_MAX];
	struct csv_reader reader;
	struct columns c;
	struct csv_row row;
	struct input in;
	enum step step = STEP_FAIL;
	bool head = true;

	if (!places_path(path, beside))
		return err_set(e, ERR_ABSENT, "%s: its countries are numbers (geoname_id); the file that names them, -Locations-en.csv, is not beside it", path);
	if (input_open(&in, beside, e)) {
		csv_init(&reader, &in.src);
		while ((step = csv_next(&reader, &row, e)) == STEP_ITEM || step == STEP_BAD) {
			/* What cannot be read is not the heading either. */
			if (step == STEP_BAD)
				continue;
			if (head)
				columns_named(&row, &c);
			else
				place_add(p, &row, &c);
			head = false;
		}
		csv_fini(&reader);
	}
	input_close(&in);
	if (p->count > 0)
		qsort(p->v, p->count, sizeof(*p->v), place_cmp);
	return step == STEP_END || err_within(e, "%s", beside);
}

/* --- rows ----------------------------------------------------------------------- */

struct reading {
	enum networks_kind kind;
	struct columns columns;
	struct places places;
};

static bool
range_of(const struct reading *r, const struct csv_row *row, struct networks_row *out)
{
	struct slice first = cell(row, &r->columns, COL_FIRST), last = cell(row, &r->columns, COL_LAST);
	struct prefix p;

	if (r->columns.at[COL_NETWORK] >= 0) {
		if (!prefix_read_loose(cell(row, &r->columns, COL_NETWORK), &p))
			return false;
		out->first = p.ip;
		out->last = prefix_last(&p);
		return ip_is_v4(out->first) == ip_is_v4(out->last);
	}
	/* A range whose end is over 2^32 is IPv6, also where it begins at 0. */
	return address_read(first, last.len > 10 && slice_find_byte(last, '.') == SIZE_MAX, &out->first) &&
	    address_read(last, last.len > 10 && slice_find_byte(last, '.') == SIZE_MAX, &out->last) &&
	    ip_cmp(out->first, out->last) <= 0 && ip_is_v4(out->first) == ip_is_v4(out->last);
}

/* *known_out false: the row is good and says that nothing is known. */
static bool
asn_of(const struct reading *r, const struct csv_row *row, struct networks_row *out, bool *known_out)
{
	struct slice number = cell(row, &r->columns, COL_ASN);
	uint64_t asn = 0;

	if (slice_starts_nocase(number, S("AS")))
		number = slice_from(number, 2);
	if (number.len > 0 && (!slice_u64(number, &asn) || asn > UINT32_MAX))
		return false;
	out->value = (uint32_t)asn;
	out->name = cell(row, &r->columns, COL_NAME);
	*known_out = asn != 0;
	return number.len > 0 || r->columns.at[COL_NETWORK] >= 0;
}

static bool
country_of(const struct reading *r, const struct csv_row *row, struct networks_row *out, bool *known_out)
{
	struct slice text = cell(row, &r->columns, COL_COUNTRY);
	static const enum column ids[] = { COL_PLACE, COL_PLACE_2 };

	*known_out = country_letters(text, &out->value);
	for (int i = 0; i < 2 && !*known_out && r->places.count > 0; i++) {
		struct place key = { 0, 0 }, *found;

		if (!slice_u64(cell(row, &r->columns, ids[i]), &key.id))
			continue;
		found = bsearch(&key, r->places.v, r->places.count, sizeof(key), place_cmp);
		*known_out = found != NULL;
		out->value = found == NULL ? 0 : found->country;
	}
	/* "None" and "-" say that nothing is known; so does a place without a country. */
	return *known_out || r->places.count > 0 || text.len == 0 || slice_eq(text, S("-")) || slice_eq(text, S("None"));
}

static bool
row_of(const struct reading *r, const struct csv_row *row, struct networks_row *out, bool *known_out)
{
	*out = (struct networks_row){ .name = S("") };
	*known_out = false;
	return row->count >= 2 && range_of(r, row, out) &&
	    (r->kind == NETWORKS_ASN ? asn_of(r, row, out, known_out) : country_of(r, row, out, known_out));
}

/* The first line: a heading, or what shows the usual order. *heading_out: it is no row. */
static bool
begin(struct reading *r, const struct networks_source *source, const struct csv_row *row, bool *heading_out, struct err *e)
{
	columns_named(row, &r->columns);
	*heading_out = is_heading(&r->columns);
	if (!*heading_out) {
		columns_usual(row, r->kind, &r->columns);
		return true;
	}
	if (r->kind == NETWORKS_COUNTRY && r->columns.at[COL_COUNTRY] < 0 && r->columns.at[COL_PLACE] >= 0)
		return places_read(&r->places, source->path, e);
	return r->columns.at[r->kind == NETWORKS_ASN ? COL_ASN : COL_COUNTRY] >= 0 ||
	    err_set(e, ERR_INPUT, "%s: its heading names no column of %s", source->path, r->kind == NETWORKS_ASN ? "asn" : "country");
}

bool
networks_csv_read(const struct networks_source *source,
    bool (*each)(void *cookie, const struct networks_row *row, struct err *e),
    void *cookie, uint64_t *bad_out, struct err *e)
{
	struct reading r = { .kind = source->kind };
	uint64_t lines = 0, bad = 0;
	struct csv_reader reader;
	struct networks_row out;
	struct csv_row row;
	struct input in;
	enum step step = STEP_FAIL;
	bool heading, known;

	if (!input_open(&in, source->path, e)) {
		input_close(&in);
		return false;
	}
	csv_init(&reader, &in.src);
	while ((step = csv_next(&reader, &row, e)) == STEP_ITEM || step == STEP_BAD) {
		heading = false;
		if (lines++ == 0 && step == STEP_ITEM && !begin(&r, source, &row, &heading, e)) {
			step = STEP_FAIL;
			break;
		}
		if (heading)
			continue;
		if (step == STEP_BAD || !row_of(&r, &row, &out, &known))
			bad += lines > 1; /* the first line may be a heading of other words */
		else if (known && !each(cookie, &out, e)) {
			step = STEP_FAIL;
			break;
		}
	}
	csv_fini(&reader);
	input_close(&in);
	free(r.places.v);
	*bad_out = bad;
	if (step == STEP_FAIL)
		return slice_starts(slice_of_str(e->text), slice_of_str(source->path)) ? false : err_within(e, "%s", source->path);
	return bad <= lines / 100 || err_set(e, ERR_INPUT, "%s: %llu of %llu lines are no range of addresses; expected first,last,%s",
	    source->path, (unsigned long long)bad, (unsigned long long)lines,
	    source->kind == NETWORKS_ASN ? "asn,name" : "country");
}
