#include "server/http_tls.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

#define TICKET_HOUR_S 3600
/* TLS 1.2: forward secrecy and AEAD alone; TLS 1.3's own three are all like that. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

struct http_tls {
	SSL_CTX *ctx;
	const char *cert, *key, *client_ca;
	uint8_t secret[32]; /* what the tickets' keys come from */
};

struct ticket_key {
	uint8_t name[16], cipher[32], mac[32];
};

/* What OpenSSL says of it, for the log. */
static bool
tls_cause(struct err *e)
{
	char text[200];

	ERR_error_string_n(ERR_peek_last_error(), text, sizeof(text));
	ERR_clear_error();
	return err_cause(e, "%s", text);
}

/* --- tickets -------------------------------------------------------------------------- */

/* The keys of an hour: HKDF of the secret and the hour's number. */
static bool
key_of(const struct http_tls *t, int64_t hour, struct ticket_key *out)
{
	char info[48];
	int n = snprintf(info, sizeof(info), "entente ticket %lld", (long long)hour);
	EVP_PKEY_CTX *k = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	size_t len = sizeof(*out);
	bool ok = k != NULL && EVP_PKEY_derive_init(k) > 0 &&
	    EVP_PKEY_CTX_set_hkdf_md(k, EVP_sha256()) > 0 &&
	    EVP_PKEY_CTX_set1_hkdf_key(k, t->secret, (int)sizeof(t->secret)) > 0 &&
	    EVP_PKEY_CTX_add1_hkdf_info(k, (const uint8_t *)info, n) > 0 &&
	    EVP_PKEY_derive(k, (uint8_t *)out, &len) > 0;

	EVP_PKEY_CTX_free(k);
	return ok;
}

static bool
key_use(const struct ticket_key *k, uint8_t *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
	uint8_t mac_key[sizeof(k->mac)];
	char digest[] = "sha256";
	OSSL_PARAM params[3];

	memcpy(mac_key, k->mac, sizeof(mac_key));
	params[0] = OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key, sizeof(mac_key));
	params[1] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
	params[2] = OSSL_PARAM_construct_end();
	return EVP_MAC_CTX_set_params(mac, params) == 1 && (encrypt != 0 ?
	    EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, k->cipher, iv) :
	    EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, k->cipher, iv)) == 1;
}

/* OpenSSL's: 1 used, 2 used and to be renewed, 0 not known, -1 failed. */
static int
on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
	const struct http_tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	int64_t hour = clock_now_s() / TICKET_HOUR_S;
	struct ticket_key k;

	if (encrypt != 0) {
		if (!key_of(t, hour, &k) || RAND_bytes(iv, 16) != 1)
			return -1;
		memcpy(name, k.name, sizeof(k.name));
		return key_use(&k, iv, cipher, mac, 1) ? 1 : -1;
	}
	/* This hour's or the last one's; the clock of another process may be ahead of an hour's turn. */
	for (int64_t back = -1; back <= 1; back++) {
		if (!key_of(t, hour - back, &k))
			return -1;
		if (CRYPTO_memcmp(name, k.name, sizeof(k.name)) == 0)
			return !key_use(&k, iv, cipher, mac, 0) ? -1 : back == 0 ? 1 : 2;
	}
	return 0;
}

/* --- settings ------------------------------------------------------------------------- */

static int
on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in, unsigned in_len, void *cookie)
{
	static const unsigned char ours[] = "\x02h2\x08http/1.1";
	unsigned char *chosen = NULL;

	(void)ssl;
	(void)cookie;
	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, in, in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static bool
certificate(const struct http_tls *t, SSL_CTX *ctx, struct err *e)
{
	if (SSL_CTX_use_certificate_chain_file(ctx, t->cert) != 1) {
		err_set(e, ERR_INPUT, "%s cannot be used as a certificate", t->cert);
		return tls_cause(e);
	}
	if (SSL_CTX_use_PrivateKey_file(ctx, t->key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
		err_set(e, ERR_INPUT, "%s cannot be used as the key of the certificate", t->key);
		return tls_cause(e);
	}
	if (t->client_ca == NULL)
		return true;
	SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(t->client_ca));
	if (SSL_CTX_load_verify_file(ctx, t->client_ca) != 1) {
		err_set(e, ERR_INPUT, "%s cannot be used as the list of those who certify partners", t->client_ca);
		return tls_cause(e);
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return true;
}

static bool
settings(struct http_tls *t, SSL_CTX *ctx)
{
	SSL_CTX_set_app_data(ctx, t);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
	    SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ctx, 1); /* several records by one call */
	/* Sessions lie in the tickets, not in our memory; one is enough for each connection. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_timeout(ctx, TICKET_HOUR_S);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 && SSL_CTX_set_cipher_list(ctx, CIPHERS) == 1 &&
	    SSL_CTX_set_num_tickets(ctx, 1) == 1 &&
	    SSL_CTX_set_session_id_context(ctx, (const uint8_t *)"entente", 7) == 1 &&
	    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket) == 1;
}

bool
http_tls_load(struct http_tls *t, struct err *e)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL || !settings(t, ctx)) {
		SSL_CTX_free(ctx);
		err_set(e, ERR_INTERNAL, "TLS cannot be set up");
		return tls_cause(e);
	}
	if (!certificate(t, ctx, e)) {
		SSL_CTX_free(ctx);
		return false;
	}
	/* Connections hold on to the one that they began with. */
	SSL_CTX_free(t->ctx);
	t->ctx = ctx;
	return true;
}

bool
http_tls_open(const char *cert, const char *key, const char *client_ca, struct slice ticket_secret,
    struct http_tls **out, struct err *e)
{
	struct http_tls *t = xalloc(sizeof(*t));
	bool ok = true;

	*t = (struct http_tls){ .cert = cert, .key = key, .client_ca = client_ca };
	if (ticket_secret.len == sizeof(t->secret))
		memcpy(t->secret, ticket_secret.p, sizeof(t->secret));
	else
		ok = RAND_bytes(t->secret, sizeof(t->secret)) == 1 || err_set(e, ERR_SYSTEM, "There are no random numbers to be had");
	if (ok && http_tls_load(t, e)) {
		*out = t;
		return true;
	}
	http_tls_close(&t);
	return false;
}

void
http_tls_close(struct http_tls **t)
{
	if (*t == NULL)
		return;
	SSL_CTX_free((*t)->ctx);
	OPENSSL_cleanse(*t, sizeof(**t));
	free(*t);
	*t = NULL;
}

/* --- connections ---------------------------------------------------------------------- */

SSL *
http_tls_accept(struct http_tls *t, int fd)
{
	SSL *ssl = SSL_new(t->ctx);

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		ERR_clear_error();
		return NULL;
	}
	SSL_set_accept_state(ssl);
	return ssl;
}

bool
http_tls_is_http2(const SSL *ssl)
{
	const unsigned char *name = NULL;
	unsigned len = 0;

	SSL_get0_alpn_selected(ssl, &name, &len);
	return len == 2 && memcmp(name, "h2", 2) == 0;
}

bool
http_tls_peer(const SSL *ssl, uint8_t sha256_out[32], char subject_out[512])
{
	X509 *cert = SSL_get0_peer_certificate(ssl);
	BIO *text;
	unsigned n = 0;
	int len;

	if (cert == NULL || SSL_get_verify_result(ssl) != X509_V_OK || X509_digest(cert, EVP_sha256(), sha256_out, &n) != 1)
		return false;
	text = BIO_new(BIO_s_mem());
	if (text == NULL)
		return false;
	X509_NAME_print_ex(text, X509_get_subject_name(cert), 0, XN_FLAG_RFC2253);
	len = BIO_read(text, subject_out, 511);
	subject_out[len < 0 ? 0 : len] = '\0';
	BIO_free(text);
	return true;
}
