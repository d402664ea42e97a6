#include "share/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"

#define FETCH_S 20L

struct fetch {
	struct buf *out;
	bool near, refused;
};

static bool
public_v4(uint32_t a)
{
	/* RFC 6890: this network, private, shared, loopback, link-local, protocol, documentation, benchmarks, multicast and above. */
	static const struct { uint32_t net; int bits; } closed[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 },
		{ 0xc0000200, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 }, { 0xcb007100, 24 }, { 0xe0000000, 3 },
	};

	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		if ((a ^ closed[i].net) >> (32 - closed[i].bits) == 0)
			return false;
	}
	return true;
}

static bool
public_address(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		return public_v4(ntohl(in.sin_addr.s_addr));
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		const uint8_t *b = in6.sin6_addr.s6_addr;

		memcpy(&in6, sa, sizeof(in6));
		/* Global unicast is 2000::/3; 2001:db8::/32 is documentation, 2002::/16 (6to4) and Teredo hide others. */
		return (b[0] & 0xe0) == 0x20 && !(b[0] == 0x20 && b[1] == 0x02) && !(b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8) &&
		    !(b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0);
	}
	return false;
}

/* The address is looked at where it is used: a name may answer otherwise the second time. */
static curl_socket_t
socket_open(void *cookie, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct fetch *f = cookie;

	(void)purpose;
	if (!f->near && !public_address(&address->addr)) {
		f->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take(char *p, size_t size, size_t n, void *cookie)
{
	struct fetch *f = cookie;

	buf_put(f->out, slice_of(p, size * n));
	return buf_ok(f->out) ? size * n : 0;
}

static bool
options_set(CURL *h, const char *url, struct fetch *f)
{
	(void)curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(h, CURLOPT_TIMEOUT, FETCH_S);
	(void)curl_easy_setopt(h, CURLOPT_USERAGENT, "entente/" ENTENTE_VERSION);
	(void)curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(h, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	return curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, f->near ? "http,https" : "https") == CURLE_OK &&
	    curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, socket_open) == CURLE_OK && curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, f) == CURLE_OK &&
	    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take) == CURLE_OK && curl_easy_setopt(h, CURLOPT_WRITEDATA, f) == CURLE_OK &&
	    curl_easy_setopt(h, CURLOPT_URL, url) == CURLE_OK;
}

bool
fetch_page(struct slice url, bool near, struct buf *out, struct err *e)
{
	struct fetch f = { .out = out, .near = near };
	CURL *h = curl_easy_init();
	char *text = xtext(url);
	long status = 0;
	CURLcode code;
	bool ok;

	ok = (h != NULL && options_set(h, text, &f)) || err_set(e, ERR_SYSTEM, "libcurl cannot start");
	if (ok) {
		code = curl_easy_perform(h);
		(void)curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
		if (f.refused)
			ok = err_set(e, ERR_INPUT, "%s is at an address that is not of the open Internet", QUOTE(url));
		else if (!buf_ok(out))
			ok = err_set(e, ERR_LIMIT, "the page has more than %zu bytes", out->max);
		else if (code != CURLE_OK)
			ok = err_set(e, ERR_SYSTEM, "%s was not reached: %s", QUOTE(url), curl_easy_strerror(code));
		else if (status != 200)
			ok = err_set(e, ERR_INPUT, "%s answers with status %ld", QUOTE(url), status);
	}
	if (h != NULL)
		curl_easy_cleanup(h);
	free(text);
	return ok;
}
