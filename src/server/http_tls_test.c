/* http over TLS: what is agreed on, who may come, tickets, new certificates. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "server/http_testing.h"
#include "test.h"

static struct http_testing t;
static char cert_path[PATH_TEXT_MAX], key_path[PATH_TEXT_MAX], ca_path[PATH_TEXT_MAX];
static EVP_PKEY *ca_key, *node_key, *partner_key;
static X509 *ca, *partner, *stranger;

/* --- certificates --------------------------------------------------------------------- */

/* Of name with key, signed by the authority; by itself where that is NULL. */
static X509 *
certify(const char *name, EVP_PKEY *key, X509 *by, EVP_PKEY *by_key)
{
	X509 *c = X509_new();
	X509_NAME *n = X509_get_subject_name(c);
	static long serial;

	CHECK(X509_set_version(c, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial) == 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(c), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(c), 86400);
	CHECK(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const uint8_t *)name, -1, -1, 0) == 1);
	CHECK(X509_set_pubkey(c, key) == 1);
	CHECK(X509_set_issuer_name(c, by == NULL ? n : X509_get_subject_name(by)) == 1);
	if (by == NULL) {
		X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");

		CHECK(X509_add_ext(c, x, -1) == 1);
		X509_EXTENSION_free(x);
	}
	CHECK(X509_sign(c, by == NULL ? key : by_key, EVP_sha256()) > 0);
	return c;
}

static void
cert_write(const char *path, X509 *c)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL && PEM_write_X509(f, c) == 1 && fclose(f) == 0);
}

static void
make_files(void)
{
	FILE *f;
	X509 *node;

	(void)path_join(cert_path, test_dir(), "cert.pem");
	(void)path_join(key_path, test_dir(), "key.pem");
	(void)path_join(ca_path, test_dir(), "ca.pem");
	ca_key = EVP_EC_gen("P-256");
	node_key = EVP_EC_gen("P-256");
	partner_key = EVP_EC_gen("P-256");
	ca = certify("authority", ca_key, NULL, NULL);
	node = certify("node one", node_key, NULL, NULL);
	partner = certify("partner, of \"somewhere\"", partner_key, ca, ca_key);
	stranger = certify("stranger", partner_key, NULL, NULL);
	cert_write(cert_path, node);
	cert_write(ca_path, ca);
	f = fopen(key_path, "w");
	CHECK(f != NULL && PEM_write_PrivateKey(f, node_key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(f) == 0);
	X509_free(node);
}

static struct http_options
options(void)
{
	struct http_options o = { .limits = HTTP_LIMITS, .tls_cert = cert_path, .tls_key = key_path };

	o.limits.header_s = 1;
	return o;
}

/* --- a client ------------------------------------------------------------------------- */

struct want {
	int version_max;
	const char *ciphers, *alpn; /* alpn in wire form */
	X509 *cert;
	SSL_SESSION *session;
};

struct got {
	bool connected, reused, http2;
	int version;
	char name[64]; /* of the node's certificate */
	struct buf bytes;
	SSL_SESSION *session; /* to be freed */
};

static int
on_session(SSL *ssl, SSL_SESSION *s)
{
	struct got *g = SSL_get_app_data(ssl);

	SSL_SESSION_free(g->session);
	g->session = s;
	return 1;
}

static SSL_CTX *
context(const struct want *w)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_security_level(ctx, 0);
	CHECK(SSL_CTX_set_min_proto_version(ctx, 0) == 1);
	if (w->version_max != 0)
		CHECK(SSL_CTX_set_max_proto_version(ctx, w->version_max) == 1);
	if (w->ciphers != NULL)
		CHECK(SSL_CTX_set_cipher_list(ctx, w->ciphers) == 1);
	if (w->alpn != NULL)
		CHECK(SSL_CTX_set_alpn_protos(ctx, (const uint8_t *)w->alpn, (unsigned)strlen(w->alpn)) == 0);
	if (w->cert != NULL)
		CHECK(SSL_CTX_use_certificate(ctx, w->cert) == 1 && SSL_CTX_use_PrivateKey(ctx, partner_key) == 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, on_session);
	return ctx;
}

static void
talk(SSL *ssl, struct got *g)
{
	static const char request[] = "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	const uint8_t *alpn;
	unsigned alpn_len;
	uint8_t bytes[4096];
	X509 *node = SSL_get0_peer_certificate(ssl);
	int n;

	g->connected = true;
	g->version = SSL_version(ssl);
	g->reused = SSL_session_reused(ssl) == 1;
	SSL_get0_alpn_selected(ssl, &alpn, &alpn_len);
	g->http2 = alpn_len == 2;
	if (node != NULL)
		(void)X509_NAME_get_text_by_NID(X509_get_subject_name(node), NID_commonName, g->name, sizeof(g->name));
	if (!g->http2)
		(void)SSL_write(ssl, request, sizeof(request) - 1);
	while (!g->http2 && (n = SSL_read(ssl, bytes, sizeof(bytes))) > 0)
		buf_put(&g->bytes, slice_of(bytes, (size_t)n));
	(void)SSL_shutdown(ssl);
}

static void
ask(const struct want *w, struct got *g)
{
	SSL_CTX *ctx = context(w);
	SSL *ssl = SSL_new(ctx);
	struct timeval wait = { 5, 0 };
	int fd = testing_connect(&t);

	*g = (struct got){ 0 };
	buf_init(&g->bytes, 1 << 20);
	CHECK(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) == 0);
	CHECK(SSL_set_fd(ssl, fd) == 1 && SSL_set_app_data(ssl, g) == 1);
	if (w->session != NULL)
		CHECK(SSL_set_session(ssl, w->session) == 1);
	if (SSL_connect(ssl) == 1)
		talk(ssl, g);
	ERR_clear_error();
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
}

static void
got_fini(struct got *g)
{
	buf_fini(&g->bytes);
	SSL_SESSION_free(g->session);
}

static bool
answered(const struct got *g)
{
	return slice_starts(buf_view(&g->bytes), S("HTTP/1.1 200 OK\r\n"));
}

/* --- tests ---------------------------------------------------------------------------- */

TEST(agreements)
{
	static const struct {
		const char *name;
		struct want w;
		bool connected, http2;
		int version;
	} cases[] = {
		{ "TLS 1.3", { 0 }, true, false, TLS1_3_VERSION },
		{ "TLS 1.2", { .version_max = TLS1_2_VERSION }, true, false, TLS1_2_VERSION },
		{ "TLS 1.1", { .version_max = TLS1_1_VERSION }, false, false, 0 },
		{ "TLS 1.0", { .version_max = TLS1_VERSION }, false, false, 0 },
		{ "without forward secrecy", { .version_max = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256" }, false, false, 0 },
		{ "CBC", { .version_max = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA" }, false, false, 0 },
		{ "ChaCha20", { .version_max = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305" }, true, false, TLS1_2_VERSION },
		{ "h2", { .alpn = "\x02h2\x08http/1.1" }, true, true, TLS1_3_VERSION },
		{ "http/1.1 first: ours is the choice", { .alpn = "\x08http/1.1\x02h2" }, true, true, TLS1_3_VERSION },
		{ "http/1.1", { .alpn = "\x08http/1.1" }, true, false, TLS1_3_VERSION },
		{ "another protocol", { .alpn = "\x04smtp" }, false, false, 0 },
	};

	testing_start(&t, options());
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct got g;

		test_case("%s", cases[i].name);
		ask(&cases[i].w, &g);
		CHECK(g.connected == cases[i].connected);
		CHECK(g.http2 == cases[i].http2);
		CHECK_INT(g.version, cases[i].version);
		if (g.connected && !g.http2) {
			CHECK(answered(&g));
			CHECK(slice_find(buf_view(&g.bytes), S("strict-transport-security: max-age=31536000")) != SIZE_MAX);
			CHECK(slice_find(buf_view(&g.bytes), S(" tls=1 ")) != SIZE_MAX);
		}
		got_fini(&g);
	}
	test_case("plain HTTP");
	{
		struct reply r;

		testing_ask(&t, S("GET /ok HTTP/1.1\r\nHost: a\r\n\r\n"), &r);
		CHECK(r.closed);
		reply_fini(&r);
		test_case("a handshake that does not come");
		testing_ask(&t, S("\x16\x03\x01"), &r);
		CHECK(r.closed);
		reply_fini(&r);
	}
	testing_stop(&t);
}

TEST(partners)
{
	struct http_options o = options();
	struct got g;

	o.tls_client_ca = ca_path;
	testing_start(&t, o);
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		test_case("without a certificate");
		ask(&(struct want){ .version_max = version }, &g);
		CHECK(answered(&g));
		CHECK(slice_find(buf_view(&g.bytes), S("subject= cert=0 ")) != SIZE_MAX);
		got_fini(&g);
		test_case("with one that is certified");
		ask(&(struct want){ .version_max = version, .cert = partner }, &g);
		CHECK(answered(&g));
		CHECK(slice_find(buf_view(&g.bytes), S("subject=CN=partner\\, of \\\"somewhere\\\" cert=32 ")) != SIZE_MAX);
		got_fini(&g);
		test_case("with one that anybody could have made");
		ask(&(struct want){ .version_max = version, .cert = stranger }, &g);
		CHECK(!answered(&g));
		got_fini(&g);
	}
	testing_stop(&t);
	test_case("where none is asked for, none is believed");
	testing_start(&t, options());
	ask(&(struct want){ .cert = partner }, &g);
	CHECK(answered(&g));
	CHECK(slice_find(buf_view(&g.bytes), S("cert=0 ")) != SIZE_MAX);
	got_fini(&g);
	testing_stop(&t);
}

static bool
resumed(int version, SSL_SESSION *session)
{
	/* A client of TLS 1.3 uses a ticket once. */
	SSL_SESSION *copy = SSL_SESSION_dup(session);
	struct got g;
	bool reused;

	ask(&(struct want){ .version_max = version, .session = copy }, &g);
	SSL_SESSION_free(copy);
	CHECK(answered(&g));
	reused = g.reused;
	got_fini(&g);
	return reused;
}

TEST(tickets)
{
	static const uint8_t secret[32] = "thirty-two bytes, known to all..", other[32] = "others";
	struct http_options o = options();
	int64_t now = clock_now_s() / 3600 * 3600 + 60;

	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		struct got g;

		clock_fix(now);
		o.tls_ticket_secret = slice_of(secret, sizeof(secret));
		testing_start(&t, o);
		ask(&(struct want){ .version_max = version }, &g);
		CHECK(answered(&g));
		CHECK(!g.reused && g.session != NULL);
		test_case("%x: at the same process", version);
		CHECK(resumed(version, g.session));
		testing_stop(&t);
		testing_start(&t, o);
		test_case("%x: at another process that knows the secret", version);
		CHECK(resumed(version, g.session));
		test_case("%x: in the next hour", version);
		clock_fix(now + 3600);
		CHECK(resumed(version, g.session));
		test_case("%x: two hours later its key is gone", version);
		clock_fix(now + 7200);
		CHECK(!resumed(version, g.session));
		clock_fix(now);
		testing_stop(&t);
		o.tls_ticket_secret = slice_of(other, sizeof(other));
		testing_start(&t, o);
		test_case("%x: at one that does not know it", version);
		CHECK(!resumed(version, g.session));
		testing_stop(&t);
		got_fini(&g);
	}
	clock_fix(INT64_MIN);
}

static void
reload(bool ok)
{
	t.reload_ok = !ok;
	testing_tell(&t, 'r');
	for (int i = 0; i < 1000 && t.reload_ok != ok; i++)
		(void)usleep(5000);
	CHECK(t.reload_ok == ok);
}

TEST(new_certificates)
{
	X509 *second = certify("node two", node_key, NULL, NULL);
	struct err e = ERR_INIT;
	struct got g;

	testing_start(&t, options());
	ask(&(struct want){ 0 }, &g);
	CHECK_STR(g.name, "node one");
	got_fini(&g);
	test_case("a new one");
	cert_write(cert_path, second);
	reload(true);
	ask(&(struct want){ 0 }, &g);
	CHECK_STR(g.name, "node two");
	got_fini(&g);
	test_case("one that cannot be read leaves the old one");
	CHECK_OK(file_write(cert_path, S("-----BEGIN CERTIFICATE-----\nAAAA\n"), &e), &e);
	reload(false);
	ask(&(struct want){ 0 }, &g);
	CHECK_STR(g.name, "node two");
	got_fini(&g);
	test_case("another one's certificate is not taken for this key");
	cert_write(cert_path, partner);
	reload(false);
	testing_stop(&t);
	X509_free(second);
}

TEST(bad_files)
{
	struct http_options o = options();
	struct err e = ERR_INIT;
	struct http *h;

	o.tls_cert = "/nowhere/cert.pem";
	CHECK(!http_open(&o, &h, &e));
	CHECK_INT(e.code, ERR_INPUT);
	o = options();
	o.tls_key = "/nowhere/key.pem";
	CHECK(!http_open(&o, &h, &e));
	o = options();
	o.trusted_proxies = S("10.0.0.0/8, 192.0.2.1/24");
	CHECK(!http_open(&o, &h, &e));
}

int
main(void)
{
	make_files();
	RUN(agreements);
	RUN(partners);
	RUN(tickets);
	RUN(new_certificates);
	RUN(bad_files);
	X509_free(ca);
	X509_free(partner);
	X509_free(stranger);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(node_key);
	EVP_PKEY_free(partner_key);
	return test_end();
}
