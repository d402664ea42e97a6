/*
 * rows: a Shadowserver report of event4_microsoft_sinkhole_http (39 columns) on
 * standard output, the same for the same arguments: rows ROWS [ADDRESSES [SEED]].
 * Rows look like real ones: a dozen families, addresses from ADDRESSES different
 * ones (default: as many as rows), half of the columns empty, some quoted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;

static uint64_t
random_next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dU;
}

/* One to one on 32 bits, so that n different numbers are n different addresses. */
static uint32_t
scatter(uint32_t x)
{
	x *= 0x9e3779b1u;
	x ^= x >> 15;
	x *= 0x85ebca6bu;
	x ^= x >> 13;
	return x;
}

static const char *const families[] = { "avalanche-andromeda", "necurs", "ramnit",
	"trickbot", "zloader", "gozi", "dorkbot", "qsnatch", "nymaim", "bamital",
	"rovnix", "caphaw" };
static const char *const sectors[] = { "", "",
	"\"Communications, Service Provider, and Hosting Service\"", "Education",
	"\"Retail, Wholesale Trade\"", "" };

static void
row(uint64_t i, uint32_t address)
{
	const char *family = families[random_next() % 12];
	unsigned second = (unsigned)(i % 86400);
	uint64_t r = random_next();

	/* First octet 1 to 223, so that the whole unicast space is met. */
	address = (uint32_t)(1 + (address >> 24) % 223) << 24 | (address & 0xffffff);
	printf("\"2026-06-17 %02u:%02u:%02u\",\"tcp\",\"%u.%u.%u.%u\",%u,%u,\"%s\",\"REGION %u\",\"CITY %u\","
	    "host-%u.example.net,%u,%s,,,,%s,\"184.105.%u.%u\",%u,6939,\"US\",\"CALIFORNIA\",\"FREMONT\","
	    ",518210,\"Communications, Service Provider, and Hosting Service\",,\"%s\",,%s,,,"
	    "\"ev-%016" PRIx64 "\",/gate.php?id=%u,c2-%u.example.org,"
	    "\"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1)\",,,,,\n",
	    second / 3600, second / 60 % 60, second % 60, address >> 24,
	    address >> 16 & 255, address >> 8 & 255, address & 255,
	    1024 + (unsigned)(r % 60000), 64496 + (unsigned)(r >> 16) % 1000, "ZZ",
	    (unsigned)(r >> 20) % 50, (unsigned)(r >> 26) % 500,
	    (unsigned)(r >> 30) % 65536, (unsigned)(r >> 8) % 2 == 0 ? 0u : 518210u,
	    sectors[(r >> 12) % 6], r % 3 == 0 ? "high" : "medium",
	    (unsigned)(r >> 40) % 256, (unsigned)(r >> 48) % 256,
	    r % 2 == 0 ? 80u : 443u, family, family, random_next(),
	    (unsigned)(r >> 32) % 100000, (unsigned)(r >> 36) % 200);
}

int
main(int argc, char **argv)
{
	uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t addresses = argc > 2 ? strtoull(argv[2], NULL, 10) : rows;
	static char out[1 << 20];

	if (rows == 0 || addresses == 0 || addresses > UINT32_MAX) {
		fprintf(stderr, "usage: rows ROWS [ADDRESSES [SEED]]\n");
		return 64;
	}
	state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	state = state == 0 ? 1 : state;
	(void)setvbuf(stdout, out, _IOFBF, sizeof(out));
	puts("timestamp,protocol,src_ip,src_port,src_asn,src_geo,src_region,src_city,src_hostname,src_naics,src_sector,"
	    "device_vendor,device_type,device_model,severity,dst_ip,dst_port,dst_asn,dst_geo,dst_region,dst_city,dst_hostname,"
	    "dst_naics,dst_sector,public_source,infection,family,tag,application,version,event_id,http_url,http_host,"
	    "http_agent,forwarded_by,ssl_cipher,http_referer,ssl_servername,machine_name");
	for (uint64_t i = 0; i < rows; i++)
		row(i, scatter((uint32_t)(addresses == rows ? i : random_next() % addresses)));
	return fflush(stdout) == 0 && ferror(stdout) == 0 ? 0 : 74;
}
