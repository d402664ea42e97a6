/* The table against a plain scan over the same ranges, and damaged tables. */
#include <stdio.h>
#include <stdlib.h>

#include "attrib/networks.h"
#include "base/buf.h"
#include "base/file.h"
#include "test.h"

struct plain {
	struct ip first, last;
	uint32_t asn;
	char country[3];
};

static char dir_path[8][512];

static const char *
path_of(int i, const char *name)
{
	(void)snprintf(dir_path[i], sizeof(dir_path[i]), "%s/%s", test_dir(), name);
	return dir_path[i];
}

/* Disjoint random ranges of both families, with gaps, sorted as the real files are. */
static size_t
random_ranges(struct plain *out, size_t n, bool v6)
{
	struct ip at = v6 ? (struct ip){ 0x2001000000000000, 0 } : ip_of_v4(0);
	size_t count = 0;

	while (count < n) {
		uint64_t gap = test_random() % 3 == 0 ? test_random() % 5000 : 0;
		uint64_t len = 1 + test_random() % (v6 ? UINT64_C(1) << (test_random() % 60) : UINT64_C(1) << (test_random() % 21));
		struct plain p;

		if (v6) {
			p.first = (struct ip){ at.hi + gap * 4096, test_random() % 3 == 0 ? at.lo : 0 };
			if (ip_cmp(p.first, at) < 0)
				p.first = at;
			p.last = (struct ip){ p.first.hi + len / 65536, p.first.lo + (test_random() % 1000) };
			if (p.last.hi > 0x3fff000000000000 || ip_cmp(p.last, p.first) < 0)
				break;
		} else {
			if (ip_v4(at) + gap + len > UINT32_MAX)
				break;
			p.first = ip_of_v4((uint32_t)(ip_v4(at) + gap));
			p.last = ip_of_v4((uint32_t)(ip_v4(p.first) + len - 1));
		}
		p.asn = 1 + (uint32_t)(test_random() % 500);
		p.country[0] = (char)('A' + test_random() % 26);
		p.country[1] = (char)('A' + test_random() % 26);
		p.country[2] = '\0';
		out[count++] = p;
		at = p.last;
		at.lo++;
		at.hi += at.lo == 0;
	}
	return count;
}

static void
write_ranges(const char *path, const struct plain *p, size_t n, bool country)
{
	struct err e = ERR_INIT;
	char first[IP_TEXT_MAX], last[IP_TEXT_MAX];
	struct buf b;

	buf_init(&b, 64 << 20);
	for (size_t i = 0; i < n; i++) {
		(void)ip_print(p[i].first, first);
		(void)ip_print(p[i].last, last);
		if (country)
			buf_printf(&b, "%s,%s,%s\n", first, last, p[i].country);
		else if (i % 2 == 0 && ip_is_v4(p[i].first))
			buf_printf(&b, "%u,%u,%u,\"Net, %u\"\n", ip_v4(p[i].first), ip_v4(p[i].last), p[i].asn, p[i].asn);
		else
			buf_printf(&b, "%s,%s,AS%u,\"Net, %u\"\n", first, last, p[i].asn, p[i].asn);
	}
	CHECK_OK(file_write(path, buf_view(&b), &e), &e);
	buf_fini(&b);
}

static const struct plain *
plain_find(const struct plain *p, size_t n, struct ip ip)
{
	for (size_t i = 0; i < n; i++) {
		if (ip_cmp(p[i].first, ip) <= 0 && ip_cmp(ip, p[i].last) <= 0)
			return &p[i];
	}
	return NULL;
}

static void
compare(const struct networks *n, struct ip ip, const struct plain *asn, size_t asn_n,
    const struct plain *cc, size_t cc_n)
{
	const struct plain *a = plain_find(asn, asn_n, ip), *c = plain_find(cc, cc_n, ip);
	struct network got;
	bool found = networks_find(n, ip, &got);
	struct ip first, last;
	struct network many[70];
	struct ip ips[70];
	char text[IP_TEXT_MAX], name[32];

	(void)ip_print(ip, text);
	test_case("%s", text);
	/* Among many of both families it is found as alone. */
	for (size_t i = 0; i < 70; i++)
		ips[i] = i == 67 ? ip : i % 2 == 0 ? ip_of_v4((uint32_t)test_random()) :
						    (struct ip){ test_random(), test_random() };
	networks_find_many(n, ips, 70, many);
	CHECK(many[67].asn == got.asn && memcmp(many[67].country, got.country, 2) == 0);
	CHECK(found == (a != NULL || c != NULL));
	CHECK_INT(got.asn, a == NULL ? 0 : a->asn);
	CHECK(memcmp(got.country, c == NULL ? "\0\0" : c->country, 2) == 0);
	networks_range(n, ip, &first, &last);
	CHECK(ip_cmp(first, ip) <= 0 && ip_cmp(ip, last) <= 0);
	/* The whole range has these facts: so its ends do. */
	CHECK(plain_find(asn, asn_n, first) == a && plain_find(asn, asn_n, last) == a);
	CHECK(plain_find(cc, cc_n, first) == c && plain_find(cc, cc_n, last) == c);
	if (a != NULL) {
		(void)snprintf(name, sizeof(name), "Net, %u", a->asn);
		CHECK_SLICE(networks_as_name(n, a->asn), slice_of_str(name));
	}
}

TEST(against_a_plain_scan)
{
	static struct plain asn[1200], cc[1200];
	size_t asn_n = random_ranges(asn, 600, false), cc_n = random_ranges(cc, 600, false);
	struct networks_built built;
	struct networks *n = NULL;
	struct err e = ERR_INIT;

	asn_n += random_ranges(asn + asn_n, 600, true);
	cc_n += random_ranges(cc + cc_n, 600, true);
	write_ranges(path_of(0, "asn.csv"), asn, asn_n, false);
	write_ranges(path_of(1, "cc.csv"), cc, cc_n, true);
	CHECK_OK(networks_build((struct networks_source[]){ { NETWORKS_ASN, dir_path[0] }, { NETWORKS_COUNTRY, dir_path[1] } },
	    2, path_of(2, "t"), &built, &e), &e);
	if (!CHECK_OK(networks_open(dir_path[2], &n, &e), &e))
		return;
	CHECK_INT(built.bad_lines, 0);
	for (int i = 0; i < 4000; i++) {
		struct ip v6 = { 0x2001000000000000 + (test_random() >> (8 + test_random() % 24)), test_random() };

		compare(n, ip_of_v4((uint32_t)test_random()), asn, asn_n, cc, cc_n);
		compare(n, v6, asn, asn_n, cc, cc_n);
	}
	/* The edges are where it goes wrong. */
	for (size_t i = 0; i < asn_n; i++) {
		compare(n, asn[i].first, asn, asn_n, cc, cc_n);
		compare(n, asn[i].last, asn, asn_n, cc, cc_n);
	}
	compare(n, ip_of_v4(0), asn, asn_n, cc, cc_n);
	compare(n, ip_of_v4(UINT32_MAX), asn, asn_n, cc, cc_n);
	compare(n, (struct ip){ UINT64_MAX, UINT64_MAX }, asn, asn_n, cc, cc_n);
	compare(n, (struct ip){ 0, 1 }, asn, asn_n, cc, cc_n);
	networks_close(&n);
}

static uint32_t
asn_at(const struct networks *n, const char *text)
{
	struct network got;
	struct ip ip;

	CHECK(ip_read(slice_of_str(text), &ip));
	(void)networks_find(n, ip, &got);
	return got.asn;
}

TEST(layers)
{
	struct networks_built built;
	struct networks *n = NULL;
	struct err e = ERR_INIT;

	CHECK_OK(file_write(path_of(0, "a.csv"), S("10.0.0.0,10.255.255.255,1,One\n10.1.0.0,10.1.255.255,2,Two\n10.1.2.0,10.1.2.255,3,Three\n"), &e), &e);
	CHECK_OK(file_write(path_of(1, "b.csv"), S("10.1.1.0,10.1.3.255,4,Four\n11.0.0.0,11.0.0.0,5,Five\n"), &e), &e);
	CHECK_OK(networks_build((struct networks_source[]){ { NETWORKS_ASN, dir_path[0] }, { NETWORKS_ASN, dir_path[1] } },
	    2, path_of(2, "t"), &built, &e), &e);
	if (!CHECK_OK(networks_open(dir_path[2], &n, &e), &e))
		return;
	CHECK_INT(asn_at(n, "10.0.0.1"), 1);
	CHECK_INT(asn_at(n, "10.1.0.1"), 2);
	CHECK_INT(asn_at(n, "10.1.2.1"), 4); /* the later source wins */
	CHECK_INT(asn_at(n, "10.1.4.0"), 2);
	CHECK_INT(asn_at(n, "10.2.0.0"), 1);
	CHECK_INT(asn_at(n, "11.0.0.0"), 5);
	CHECK_INT(asn_at(n, "11.0.0.1"), 0);
	CHECK_INT(asn_at(n, "9.255.255.255"), 0);
	networks_close(&n);
	CHECK_OK(networks_build((struct networks_source[]){ { NETWORKS_ASN, dir_path[0] } }, 1, dir_path[2], &built, &e), &e);
	if (!CHECK_OK(networks_open(dir_path[2], &n, &e), &e))
		return;
	CHECK_INT(asn_at(n, "10.1.2.1"), 3); /* in one source the narrower */
	networks_close(&n);
}

TEST(damage)
{
	struct networks_built built;
	struct networks *n = NULL;
	struct err e = ERR_INIT;
	struct buf b;

	CHECK_OK(file_write(path_of(0, "a.csv"), S("192.0.2.0,192.0.2.255,64496,Example\n"), &e), &e);
	CHECK_OK(networks_build((struct networks_source[]){ { NETWORKS_ASN, dir_path[0] } }, 1, path_of(1, "t"), &built, &e), &e);
	buf_init(&b, 64 << 20);
	CHECK_OK(file_read(dir_path[1], &b, &e), &e);
	for (int i = 0; i < 200; i++) {
		size_t at = (size_t)(test_random() % (i < 100 ? 256 : b.len));
		uint8_t was = b.p[at];

		b.p[at] ^= (uint8_t)(1u << test_random() % 8);
		CHECK_OK(file_write(path_of(2, "bad"), buf_view(&b), &e), &e);
		CHECK(!networks_open(dir_path[2], &n, &e));
		b.p[at] = was;
	}
	CHECK_OK(file_write(dir_path[2], slice_sub(buf_view(&b), 0, b.len / 2), &e), &e);
	CHECK(!networks_open(dir_path[2], &n, &e));
	CHECK_OK(file_write(dir_path[2], S("not a table"), &e), &e);
	CHECK(!networks_open(dir_path[2], &n, &e));
	CHECK(!networks_open("/nonexistent", &n, &e) && e.code == ERR_ABSENT);
	CHECK_OK(file_write(dir_path[0], S("this,is,not\nat,all,it\n"), &e), &e);
	CHECK(!networks_build((struct networks_source[]){ { NETWORKS_ASN, dir_path[0] } }, 1, dir_path[1], &built, &e));
	buf_fini(&b);
}

static const struct {
	const char *name, *asn, *country;
	uint32_t want_asn;
	const char *want_name, *want_country;
} forms[] = {
	{ "first,last", "192.0.2.0,192.0.2.255,64496,Net", "192.0.2.0,192.0.2.255,ES", 64496, "Net", "ES" },
	{ "network without a heading", "192.0.2.0/24,AS64496,Net\n", "192.0.2.0/24,es\n", 64496, "Net", "ES" },
	{ "GeoLite2 ASN Blocks", "network,autonomous_system_number,autonomous_system_organization\n192.0.2.0/24,64496,\"Net, SA\"\n",
	    "network,geoname_id,registered_country_geoname_id,represented_country_geoname_id,is_anonymous_proxy\n"
	    "198.51.100.0/24,,,,0\n192.0.2.0/24,2510769,2510769,,0\n", 64496, "Net, SA", "ES" },
	{ "only the registered country", "192.0.2.0/24,64496,Net",
	    "network,geoname_id,registered_country_geoname_id\n192.0.2.0/24,,3017382\n", 64496, "Net", "FR" },
	{ "start_ip,end_ip", "start_ip,end_ip,asn,as_name\n192.0.2.0,192.0.2.255,AS64496,Net\n",
	    "start_ip,end_ip,country\n192.0.2.0,192.0.2.255,ES\n", 64496, "Net", "ES" },
	{ "columns in another order", "asn,network,name\n64496,192.0.2.0/24,Net\n", "country_code,network\nES,192.0.2.0/24\n", 64496, "Net", "ES" },
};

static void
text_write(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	CHECK_OK(file_write(path, slice_of_str(text), &e), &e);
}

TEST(rows_in_all_their_forms)
{
	const char *asn = path_of(0, "x-ASN-Blocks-IPv4.csv"), *country = path_of(1, "x-Country-Blocks-IPv4.csv");
	const char *table = path_of(2, "forms.tbl");

	text_write(path_of(3, "x-Country-Locations-en.csv"), "geoname_id,locale_code,continent_code,continent_name,country_iso_code,country_name,is_in_european_union\n"
	    "2510769,en,EU,Europe,ES,Spain,1\n3017382,en,EU,Europe,FR,France,1\n6255147,en,AS,Asia,,,0\n");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct networks_source sources[] = { { NETWORKS_ASN, asn }, { NETWORKS_COUNTRY, country } };
		struct networks_built built = { 0 };
		struct networks *n = NULL;
		struct network got;
		struct err e = ERR_INIT;

		test_case("%s", forms[i].name);
		text_write(asn, forms[i].asn);
		text_write(country, forms[i].country);
		if (!CHECK_OK(networks_build(sources, 2, table, &built, &e) && networks_open(table, &n, &e), &e))
			continue;
		CHECK(networks_find(n, ip_of_v4(0xc0000207), &got));
		CHECK_INT(got.asn, forms[i].want_asn);
		CHECK_SLICE(networks_as_name(n, got.asn), slice_of_str(forms[i].want_name));
		CHECK(memcmp(got.country, forms[i].want_country, 2) == 0);
		networks_close(&n);
	}
}

/* A first line with too many columns is not the heading; the next is. */
TEST(a_bad_line_before_the_heading)
{
	const char *country = path_of(0, "y-Country-Blocks-IPv4.csv"), *table = path_of(2, "bad.tbl");
	struct networks_source source = { NETWORKS_COUNTRY, country };
	struct networks_built built = { 0 };
	static char places[4096];
	struct networks *n = NULL;
	struct network got;
	struct err e = ERR_INIT;

	memset(places, ',', 3000);
	(void)snprintf(places + 3000, sizeof(places) - 3000, "\n%s",
	    "geoname_id,country_iso_code\n2510769,ES\n");
	text_write(path_of(3, "y-Country-Locations-en.csv"), places);
	text_write(country, "network,geoname_id\n192.0.2.0/24,2510769\n");
	if (!CHECK_OK(networks_build(&source, 1, table, &built, &e) && networks_open(table, &n, &e), &e))
		return;
	CHECK(networks_find(n, ip_of_v4(0xc0000207), &got));
	CHECK(memcmp(got.country, "ES", 2) == 0);
	networks_close(&n);
}

/* printf '192.0.2.0/24,64496,Net\n' | gzip -n9, and | zstd */
static const uint8_t packed_gz[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x33, 0xb4,
	0x34, 0xd2, 0x33, 0xd0, 0x03, 0x62, 0x7d, 0x23, 0x13, 0x1d, 0x33, 0x13,
	0x13, 0x4b, 0x33, 0x1d, 0xbf, 0xd4, 0x12, 0x2e, 0x00, 0xd9, 0x0c, 0xa1,
	0x3c, 0x17, 0x00, 0x00, 0x00
};
static const uint8_t packed_zst[] = {
	0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0xb9, 0x00, 0x00, 0x31, 0x39, 0x32,
	0x2e, 0x30, 0x2e, 0x32, 0x2e, 0x30, 0x2f, 0x32, 0x34, 0x2c, 0x36, 0x34,
	0x34, 0x39, 0x36, 0x2c, 0x4e, 0x65, 0x74, 0x0a, 0x9a, 0x28, 0xc0, 0xf8
};

TEST(packed_rows)
{
	const struct slice packed[] = { slice_of(packed_gz, sizeof(packed_gz)), slice_of(packed_zst, sizeof(packed_zst)),
		slice_of(packed_gz, sizeof(packed_gz) / 2) };
	const char *table = path_of(2, "packed.tbl"), *path = path_of(4, "asn.csv.packed");

	for (size_t i = 0; i < 3; i++) {
		struct networks_source source = { NETWORKS_ASN, path };
		struct networks_built built = { 0 };
		struct err e = ERR_INIT;

		test_case("packed %zu", i);
		CHECK_OK(file_write(path, packed[i], &e), &e);
		CHECK(networks_build(&source, 1, table, &built, &e) == (i < 2));
		CHECK(i == 2 || built.ranges_v4 > 0);
	}
}

int
main(void)
{
	RUN(against_a_plain_scan);
	RUN(layers);
	RUN(damage);
	RUN(rows_in_all_their_forms);
	RUN(a_bad_line_before_the_heading);
	RUN(packed_rows);
	return test_end();
}
