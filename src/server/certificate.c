#include "server/certificate.h"

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "parse/domain.h"

/*
 * Browsers take what a person let through once, whatever its dates; what asks
 * for a fresh one every year is a node that nobody looks after. Ten years.
 */
#define DAYS 3650

static bool
failed(struct err *e)
{
	(void)err_set(e, ERR_SYSTEM, "a certificate cannot be made");
	return err_cause(e, "openssl %lx", ERR_peek_last_error());
}

/* As it can stand in the list of names: no comma, no colon. */
static bool
host_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) && s.p[i] != '-' && s.p[i] != '.')
			return false;
	}
	return s.len > 0 && s.len <= 253;
}

/* "DNS:host,DNS:localhost,IP:127.0.0.1,IP:::1" */
static void
names(const struct node *n, struct buf *out)
{
	char host[256] = "";
	struct url url;

	buf_str(out, "DNS:localhost,IP:127.0.0.1,IP:::1");
	if (gethostname(host, sizeof(host) - 1) == 0 && host_ok(slice_of_str(host)) && strcmp(host, "localhost") != 0)
		buf_printf(out, ",DNS:%s", host);
	if (n->conf.server_url.len > 0 && url_split(n->conf.server_url, &url) && host_ok(url.host))
		buf_printf(out, ",DNS:%.*s", SLICE_ARG(url.host));
}

static bool
extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext != NULL && X509_add_ext(x, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return ok;
}

static bool
fill(X509 *x, EVP_PKEY *key, const struct node *n)
{
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char serial[16];
	char host[256] = "localhost";
	BIGNUM *number;
	struct buf alt;
	bool ok;

	(void)gethostname(host, sizeof(host) - 1);
	host[64] = '\0'; /* ub-common-name */
	buf_init(&alt, 2048);
	names(n, &alt);
	ok = RAND_bytes(serial, sizeof(serial)) == 1;
	serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40);
	number = BN_bin2bn(serial, sizeof(serial), NULL);
	ok = ok && number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL &&
	    X509_set_version(x, 2) == 1 && X509_gmtime_adj(X509_getm_notBefore(x), -3600) != NULL &&
	    X509_time_adj_ex(X509_getm_notAfter(x), DAYS, 0, NULL) != NULL && X509_set_pubkey(x, key) == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)host, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, name) == 1 && extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
	    extension(x, NID_key_usage, "critical,digitalSignature") && extension(x, NID_ext_key_usage, "serverAuth,clientAuth") &&
	    extension(x, NID_subject_alt_name, buf_cstr(&alt)) && extension(x, NID_subject_key_identifier, "hash") &&
	    /* Two nodes on machines of one name are told apart by it, where both are somebody's trusted clients. */
	    extension(x, NID_authority_key_identifier, "keyid:always") &&
	    X509_sign(x, key, EVP_sha256()) != 0;
	BN_free(number);
	buf_fini(&alt);
	return ok;
}

static bool
pem_write(BIO *bio, const char *path, struct err *e)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);

	/* Beside it under another name, synced and renamed: a half one is never there. */
	return file_write(path, slice_of(p, n < 0 ? 0 : (size_t)n), e) && (chmod(path, 0600) == 0 || err_sys(e, "%s", path));
}

static bool
make(const struct node *n, const char *certificate, const char *key_path, struct err *e)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	BIO *a = BIO_new(BIO_s_mem()), *b = BIO_new(BIO_s_mem());
	mode_t before = umask(077);
	bool ok = key != NULL && x != NULL && a != NULL && b != NULL && fill(x, key, n) &&
	    PEM_write_bio_PKCS8PrivateKey(a, key, NULL, NULL, 0, NULL, NULL) == 1 && PEM_write_bio_X509(b, x) == 1;

	if (!ok)
		(void)failed(e);
	ok = ok && pem_write(a, key_path, e) && pem_write(b, certificate, e);
	(void)umask(before);
	BIO_free(a);
	BIO_free(b);
	X509_free(x);
	EVP_PKEY_free(key);
	return ok;
}

bool
certificate_make(const struct node *n, struct err *e)
{
	const char *certificate = node_path_of(n, n->conf.certificate), *key = node_path_of(n, n->conf.key);

	if (certificate == NULL || key == NULL || file_exists(certificate) || file_exists(key))
		return true;
	return dir_make(node_path(n, "tls"), e) && make(n, certificate, key, e);
}


/* A key with a password would ask at the terminal. */
static int
no_password(char *buf, int size, int rwflag, void *u)
{
	(void)buf, (void)size, (void)rwflag, (void)u;
	return -1;
}

bool
certificate_check(const char *certificate, const char *key_path, int64_t *days_out, struct err *e)
{
	struct buf cert_text, key_text;
	X509 *x = NULL;
	EVP_PKEY *key = NULL;
	BIO *a, *b;
	int days = 0, seconds = 0;
	bool ok;

	if (certificate == NULL || key_path == NULL)
		return err_set(e, ERR_INPUT, "[server] certificate and key name no files, and tls is yes");
	buf_init(&cert_text, (size_t)1 << 20);
	buf_init(&key_text, (size_t)1 << 20);
	ok = file_read(certificate, &cert_text, e) && file_read(key_path, &key_text, e);
	a = BIO_new_mem_buf(cert_text.p, (int)cert_text.len);
	b = BIO_new_mem_buf(key_text.p, (int)key_text.len);
	if (ok && (x = PEM_read_bio_X509(a, NULL, no_password, NULL)) == NULL)
		ok = err_set(e, ERR_INPUT, "%s: this is no certificate in PEM", certificate);
	if (ok && (key = PEM_read_bio_PrivateKey(b, NULL, no_password, NULL)) == NULL)
		ok = err_set(e, ERR_INPUT, "%s: this is no private key in PEM, or it has a password", key_path);
	if (ok && X509_check_private_key(x, key) != 1)
		ok = err_set(e, ERR_INPUT, "%s: the certificate is for another key than %s", certificate, key_path);
	if (ok && days_out != NULL)
		*days_out = ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x)) == 1 ? days : 0;
	BIO_free(a);
	BIO_free(b);
	X509_free(x);
	EVP_PKEY_free(key);
	buf_fini(&cert_text);
	buf_fini(&key_text);
	return ok;
}

bool
certificate_of(struct slice pem, int64_t now_s, struct sha256 *sha_out, int64_t *expires_s_out, struct err *e)
{
	BIO *b = pem.len > INT32_MAX ? NULL : BIO_new_mem_buf(pem.p, (int)pem.len);
	X509 *x = b == NULL ? NULL : PEM_read_bio_X509(b, NULL, NULL, NULL);
	unsigned len = 0;
	struct tm tm;
	bool ok = x != NULL && X509_digest(x, EVP_sha256(), sha_out->b, &len) == 1 && len == SHA256_BYTES &&
	    ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) == 1;

	*expires_s_out = ok ? (int64_t)timegm(&tm) : 0;
	X509_free(x);
	BIO_free(b);
	if (!ok)
		return err_set(e, ERR_INPUT, "this is no certificate in PEM");
	return now_s < *expires_s_out || err_set(e, ERR_INPUT, "this certificate has expired");
}
