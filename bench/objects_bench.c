/*
 * objects_bench: envelopes of a thousand indicators, checked and stored durably,
 * one transaction each as a POST of TAXII is; then the index of them, events
 * against it, and pages of a hundred. "mix": POSTs alone, of what partners send
 * each other: of ten objects four indicators, three addresses, two relationships, a sighting.
 *
 *	objects_bench DATABASE OBJECTS [mix]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "share/taxii.h"

static double
cpu_s(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void
must(bool ok, const struct err *e)
{
	if (ok)
		return;
	fprintf(stderr, "%s (%s)\n", e->text, e->cause);
	exit(1);
}

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Half addresses, the rest names, URLs, hashes, and a tenth of two comparisons. */
static void
pattern_put(struct buf *b, unsigned i)
{
	unsigned long long r = mix(i);

	switch (i % 10) {
	case 5:
	case 6:
		buf_printf(b, "[domain-name:value = 'h%llx.example.org']", r);
		break;
	case 7:
		buf_printf(b, "[url:value = 'http://h%llx.example.org/%x']", r >> 20, i);
		break;
	case 8:
		buf_printf(b, "[file:hashes.'SHA-256' = '%016llx%016llx%016llx%016llx']", r, r, r, r);
		break;
	case 9:
		buf_printf(b, "[ipv4-addr:value = '%u.%u.%u.%u' AND network-traffic:dst_port = %u]", (unsigned)(r % 223) + 1, (unsigned)(r >> 8 & 255), (unsigned)(r >> 16 & 255), (unsigned)(r >> 24 & 255), i % 65536);
		break;
	default:
		buf_printf(b, "[ipv4-addr:value = '%u.%u.%u.%u']", (unsigned)(r % 223) + 1, (unsigned)(r >> 8 & 255), (unsigned)(r >> 16 & 255), (unsigned)(r >> 24 & 255));
		break;
	}
}

static void
object_put_text(struct buf *b, unsigned i)
{
	uint64_t r = mix(i + ((uint64_t)1 << 40));

	buf_printf(b, "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%08x-%04x-4%03x-8%03x-%012llx\","
	    "\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-01T00:00:00.000Z\",\"name\":\"Indicator %u\","
	    "\"indicator_types\":[\"malicious-activity\"],\"pattern\":\"", (unsigned)(r >> 32), (unsigned)(r >> 16 & 0xffff), (unsigned)(r & 0xfff),
	    (unsigned)(r >> 52), (unsigned long long)i, i);
	pattern_put(b, i);
	buf_str(b, "\",\"pattern_type\":\"stix\",\"valid_from\":\"2020-01-01T00:00:00Z\",\"labels\":[\"x\"],"
	    "\"object_marking_refs\":[\"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\"]}");
}

#define HEAD(type) "{\"type\":\"" type "\",\"spec_version\":\"2.1\",\"id\":\"" type "--"
#define DATES "\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-01T00:00:00.000Z\","
#define MARK "\"object_marking_refs\":[\"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\"]}"

static const char *
uuid_of(unsigned i)
{
	uint64_t r = mix(i + ((uint64_t)1 << 40));
	static char text[40];

	(void)snprintf(text, sizeof(text), "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(r >> 32), (unsigned)(r >> 16 & 0xffff), (unsigned)(r & 0xfff),
	    (unsigned)(r >> 52), (unsigned long long)i);
	return text;
}

/* Of ten objects four are indicators; what stands behind one tells of it. */
static void
mixed_put_text(struct buf *b, unsigned i)
{
	unsigned of = i - i % 10, r = (unsigned)mix(i);

	switch (i % 10) {
	case 4:
	case 5:
	case 6:
		buf_printf(b, HEAD("ipv4-addr") "%s\",\"value\":\"%u.%u.%u.%u\"}", uuid_of(i), (r & 127) + 1, r >> 8 & 255, r >> 16 & 255, r >> 24);
		break;
	case 7:
	case 8:
		buf_printf(b, HEAD("relationship") "%s\"," DATES "\"relationship_type\":\"based-on\",\"source_ref\":\"indicator--", uuid_of(i));
		buf_printf(b, "%s\",", uuid_of(of));
		buf_printf(b, "\"target_ref\":\"ipv4-addr--%s\"," MARK, uuid_of(of + 4));
		break;
	case 9:
		buf_printf(b, HEAD("sighting") "%s\"," DATES "\"first_seen\":\"2020-01-01T00:00:00Z\",\"last_seen\":\"2020-01-02T00:00:00Z\",\"count\":%u,", uuid_of(i), r % 1000 + 1);
		buf_printf(b, "\"sighting_of_ref\":\"indicator--%s\"," MARK, uuid_of(of));
		break;
	default:
		object_put_text(b, i);
		break;
	}
}

static void
posts(struct store *s, int64_t collection, unsigned count, bool mixed)
{
	int64_t wall = 0;
	double cpu = 0;
	struct buf b;

	buf_init(&b, (size_t)4 << 20);
	for (unsigned i = 0; i < count;) {
		struct stix_in in = { .store = s, .collection = collection };
		struct err e = ERR_INIT;
		struct source src;
		int64_t t;
		double c;

		buf_clear(&b);
		buf_str(&b, "{\"objects\":[");
		for (unsigned k = 0; k < 1000 && i < count; k++, i++) {
			if (k > 0)
				buf_byte(&b, ',');
			if (mixed)
				mixed_put_text(&b, i);
			else
				object_put_text(&b, i);
		}
		buf_str(&b, "]}");
		t = clock_mono_ns();
		c = cpu_s();
		source_of_slice(&src, buf_view(&b));
		must(stix_in(&in, &src, &e), &e);
		wall += clock_mono_ns() - t;
		cpu += cpu_s() - c;
		if (in.failed > 0)
			exit(1);
	}
	buf_fini(&b);
	printf("objects_bench pass=post%s objects=%u wall_s=%.2f cpu_s=%.2f objects_per_s=%.0f objects_per_cpu_s=%.0f (limit 50,000)\n", mixed ? "-mix" : "", count,
	    (double)wall / 1e9, cpu, count / ((double)wall / 1e9), count / cpu);
}

static void
matching(struct indicators *x, unsigned events)
{
	static struct event ev;
	struct indicator_met ids[INDICATORS_MATCHES_MAX];
	char ip[IP_TEXT_MAX], fqdn[64], url[96];
	uint64_t met = 0;
	double c = cpu_s(), bare;

	for (unsigned pass = 0; pass < 2; pass++) {
		bare = c;
		c = cpu_s();
		for (unsigned i = 0; i < events; i++) {
			unsigned long long r = mix(i * 7u);

			event_clear(&ev);
			event_put(&ev, FIELD_SOURCE_IP, slice_of(ip, ip_print(ip_of_v4((uint32_t)r), ip)));
			event_put(&ev, FIELD_SOURCE_FQDN, slice_of(fqdn, (size_t)snprintf(fqdn, sizeof(fqdn), "h%llx.example.org", r)));
			event_put(&ev, FIELD_SOURCE_URL, slice_of(url, (size_t)snprintf(url, sizeof(url), "http://h%llx.example.org/%x", r >> 20, i)));
			met += pass == 0 ? ev.v[FIELD_SOURCE_IP].len : indicators_match(x, &ev, 1700000000, ids);
		}
	}
	bare = c - bare;
	c = cpu_s() - c;
	printf("objects_bench pass=match indicators=%zu memory_mib=%.0f events=%u ns_an_event=%.0f met=%llu\n", indicators_count(x),
	    (double)indicators_memory(x) / 1048576, events, (c - bare) / events * 1e9, (unsigned long long)(met % 1000000));
}

/* Pages of a hundred from anywhere in the collection, as TAXII answers them, and the same of one type. */
static void
pages(struct store *s, int64_t collection, int64_t first_us, int64_t last_us)
{
	static const char *const names[] = { "page", "page-of-a-type", "page-of-a-manifest" };
	const unsigned count = 2000;
	struct buf b;

	buf_init(&b, (size_t)16 << 20);
	for (unsigned kind = 0; kind < 3; kind++) {
		double c = cpu_s();
		uint64_t bytes = 0;

		for (unsigned i = 0; i < count; i++) {
			struct taxii_asked asked = { .types = kind == 1 ? S("indicator") : SLICE_NONE };
			struct taxii_query q;
			struct taxii_page page;
			struct err e = ERR_INIT;

			must(taxii_query_read(&asked, &q, &e), &e);
			q.q.collection = collection;
			q.q.has_after = true;
			q.q.after_us = first_us + (int64_t)(mix(i) % (uint64_t)(last_us - first_us));
			buf_clear(&b);
			must(taxii_page(s, &q, kind == 2 ? TAXII_MANIFEST : TAXII_OBJECTS, NULL, NULL, &b, &page, &e), &e);
			bytes += b.len;
		}
		c = cpu_s() - c;
		printf("objects_bench pass=%s pages_per_cpu_s=%.0f bytes_a_page=%.0f\n", names[kind], count / c, (double)bytes / count);
	}
	buf_fini(&b);
}

int
main(int argc, char **argv)
{
	unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1000000;
	bool mixed = argc > 3 && strcmp(argv[3], "mix") == 0;
	struct indicators *x = NULL;
	struct indicators_at at = { 0, 0 };
	struct err e = ERR_INIT;
	struct collection c;
	struct store *s;
	int64_t first_us = 0, last_us = 0;
	struct arena a;
	double t;

	if (argc < 2) {
		fprintf(stderr, "usage: objects_bench DATABASE OBJECTS [mix]\n");
		return 2;
	}
	arena_init(&a, 65536);
	must(store_open(argv[1], &(struct db_options){ .durable = true }, &s, &e), &e);
	must(collection_need(s, COLLECTION_LOCAL, &a, &c, &e), &e);
	posts(s, c.id, count, mixed);
	if (mixed) {
		store_close(&s);
		arena_fini(&a);
		return 0;
	}
	t = cpu_s();
	must(indicators_load(s, &x, &at, &e), &e);
	printf("objects_bench pass=load indicators=%u cpu_s=%.2f\n", count, cpu_s() - t);
	matching(x, 1000000);
	must(db_number(store_db(s), "SELECT min(added_us) FROM collection_object", &first_us, &e), &e);
	must(db_number(store_db(s), "SELECT max(added_us) FROM collection_object", &last_us, &e), &e);
	pages(s, c.id, first_us, last_us);
	indicators_free(&x);
	store_close(&s);
	arena_fini(&a);
	return 0;
}
