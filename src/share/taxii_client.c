#include "share/taxii_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/lang.h"
#include "parse/domain.h"
#include "share/taxii.h"

/* So many bytes a second are too few, for so long. */
#define SLOW_BYTES 100L
#define SLOW_S 60L
#define CONNECT_S 30L
#define CALL_S 900L
#define FDS_MAX 16
#define SAID_MAX 200 /* bytes of a server's own words that are shown */

struct taxii_client {
	CURLM *multi;
};

struct taxii_call {
	struct taxii_client *client;
	CURL *easy;
	struct curl_slist *fields;
	struct buf body;
	struct taxii_head head;
	struct err head_e;
	int64_t now_s;
	bool done, too_large;
	CURLcode code;
	long status;
	char trouble[CURL_ERROR_SIZE]; /* libcurl's own words */
};

/* --- connections -------------------------------------------------------------------- */

bool
taxii_client_new(struct taxii_client **out, struct err *e)
{
	static bool ready;
	struct taxii_client *c;

	*out = NULL;
	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return err_set(e, ERR_SYSTEM, "libcurl cannot start");
	ready = true;
	c = xalloc(sizeof(*c));
	*c = (struct taxii_client){ .multi = curl_multi_init() };
	if (c->multi == NULL) {
		free(c);
		return err_set(e, ERR_SYSTEM, "libcurl cannot start");
	}
	*out = c;
	return true;
}

void
taxii_client_free(struct taxii_client **cp)
{
	struct taxii_client *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	(void)curl_multi_cleanup(c->multi);
	free(c);
}

static void
ended_take(struct taxii_client *c)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
		struct taxii_call *call = NULL;

		if (m->msg != CURLMSG_DONE || curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&call) != CURLE_OK || call == NULL)
			continue;
		call->done = true;
		call->code = m->data.result;
		(void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &call->status);
	}
}

void
taxii_client_pump(struct taxii_client *c)
{
	int running;

	(void)curl_multi_perform(c->multi, &running);
	ended_take(c);
}

void
taxii_client_wait(struct taxii_client *c, struct pollfd *fds, size_t n, int ms)
{
	struct curl_waitfd w[FDS_MAX];
	unsigned count = n < FDS_MAX ? (unsigned)n : FDS_MAX;

	for (unsigned i = 0; i < count; i++)
		w[i] = (struct curl_waitfd){ .fd = fds[i].fd, .events = (short)(((fds[i].events & POLLIN) != 0 ? CURL_WAIT_POLLIN : 0) |
		    ((fds[i].events & POLLOUT) != 0 ? CURL_WAIT_POLLOUT : 0)) };
	(void)curl_multi_poll(c->multi, w, count, ms, NULL);
	taxii_client_pump(c);
}

/* --- a call ------------------------------------------------------------------------------ */

static size_t
take_line(char *p, size_t size, size_t n, void *cookie)
{
	struct taxii_call *call = cookie;

	return taxii_head_line(&call->head, slice_of(p, size * n), call->now_s, &call->head_e) ? size * n : 0;
}

static size_t
take_body(char *p, size_t size, size_t n, void *cookie)
{
	struct taxii_call *call = cookie;

	buf_put(&call->body, slice_of(p, size * n));
	call->too_large = !buf_ok(&call->body);
	return call->too_large ? 0 : size * n;
}

static bool
field_add(struct taxii_call *call, const char *text)
{
	struct curl_slist *l = curl_slist_append(call->fields, text);

	if (l == NULL)
		return false;
	call->fields = l;
	return true;
}

static bool
fields_set(struct taxii_call *call, const struct taxii_access *x, bool post)
{
	char text[5000];
	bool ok = field_add(call, "Accept: " TAXII_TYPE) && (!post || (field_add(call, "Content-Type: " TAXII_TYPE) && field_add(call, "Expect:")));

	if (x->auth == SYNC_AUTH_TOKEN && x->secret != NULL) {
		ok = ok && snprintf(text, sizeof(text), "Authorization: Bearer %s", x->secret) < (int)sizeof(text) && field_add(call, text);
		explicit_bzero(text, sizeof(text));
	}
	return ok && curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->fields) == CURLE_OK;
}

static void
limits_set(struct taxii_call *call, size_t bytes_max)
{
	CURL *h = call->easy;

	(void)curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	(void)curl_easy_setopt(h, CURLOPT_TIMEOUT, CALL_S);
	(void)curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
	(void)curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, SLOW_S);
	(void)curl_easy_setopt(h, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)bytes_max);
	/* What is packed is unpacked into a buffer that ends: a bomb fills that and no more. */
	(void)curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "gzip");
	(void)curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	(void)curl_easy_setopt(h, CURLOPT_TCP_NODELAY, 1L);
	(void)curl_easy_setopt(h, CURLOPT_USERAGENT, "entente/" ENTENTE_VERSION);
	/* No files, no mail; no passwords of another program's. */
	(void)curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

/* A proxy that the environment names is for what lies outside. */
static void
proxy_set(CURL *h, struct slice url)
{
	struct url u;

	if (url_split(url, &u) && (slice_eq(u.host, S("127.0.0.1")) || slice_eq(u.host, S("::1")) || slice_eq_nocase(u.host, S("localhost"))))
		(void)curl_easy_setopt(h, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void
tls_set(CURL *h, const struct taxii_access *x)
{
	struct curl_blob ca = { .data = NULL, .len = x->ca.len, .flags = CURL_BLOB_COPY };
	/* A key that was pinned says who it is; without a certificate given besides nobody else's word is needed. */
	bool pinned = x->pin.len > 0 && x->ca.len == 0;
	char pin[128];

	(void)curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, pinned ? 0L : 1L);
	(void)curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, pinned ? 0L : 2L);
	if (x->ca.len > 0) {
		memcpy(&ca.data, &x->ca.p, sizeof(ca.data)); /* libcurl copies it, and has no const */
		(void)curl_easy_setopt(h, CURLOPT_CAINFO_BLOB, &ca);
		(void)curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
	}
	if (x->pin.len > 0 && x->pin.len < sizeof(pin)) {
		(void)snprintf(pin, sizeof(pin), "%.*s", SLICE_ARG(x->pin));
		(void)curl_easy_setopt(h, CURLOPT_PINNEDPUBLICKEY, pin);
	}
	if (x->auth == SYNC_AUTH_CERTIFICATE) {
		(void)curl_easy_setopt(h, CURLOPT_SSLCERT, x->certificate);
		(void)curl_easy_setopt(h, CURLOPT_SSLKEY, x->key);
	}
	if (x->auth == SYNC_AUTH_BASIC) {
		(void)curl_easy_setopt(h, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		(void)curl_easy_setopt(h, CURLOPT_USERNAME, x->user == NULL ? "" : x->user);
		(void)curl_easy_setopt(h, CURLOPT_PASSWORD, x->secret == NULL ? "" : x->secret);
	}
}

static void
answer_set(struct taxii_call *call)
{
	CURL *h = call->easy;

	(void)curl_easy_setopt(h, CURLOPT_PRIVATE, call);
	(void)curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_line);
	(void)curl_easy_setopt(h, CURLOPT_HEADERDATA, call);
	(void)curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(h, CURLOPT_WRITEDATA, call);
	(void)curl_easy_setopt(h, CURLOPT_ERRORBUFFER, call->trouble);
}

bool
taxii_call_begin(struct taxii_client *c, const struct taxii_access *access, struct slice url, struct slice body,
    size_t bytes_max, int64_t now_s, struct taxii_call **out, struct err *e)
{
	struct taxii_call *call = xalloc(sizeof(*call));
	char *text = xtext(url);
	bool ok;

	*out = NULL;
	*call = (struct taxii_call){ .client = c, .easy = curl_easy_init(), .now_s = now_s, .head_e = ERR_INIT };
	buf_init(&call->body, bytes_max);
	ok = call->easy != NULL && curl_easy_setopt(call->easy, CURLOPT_URL, text) == CURLE_OK;
	free(text);
	if (ok) {
		limits_set(call, bytes_max);
		proxy_set(call->easy, url);
		tls_set(call->easy, access);
		answer_set(call);
		ok = fields_set(call, access, body.p != NULL);
	}
	if (ok && body.p != NULL)
		ok = curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len) == CURLE_OK &&
		    curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, (const char *)body.p) == CURLE_OK;
	ok = ok && curl_multi_add_handle(c->multi, call->easy) == CURLM_OK;
	if (!ok) {
		taxii_call_free(&call);
		return err_set(e, ERR_SYSTEM, "libcurl cannot start");
	}
	*out = call;
	taxii_client_pump(c);
	return true;
}

bool
taxii_call_done(const struct taxii_call *call)
{
	return call->done;
}

void
taxii_call_free(struct taxii_call **cp)
{
	struct taxii_call *call = *cp;

	*cp = NULL;
	if (call == NULL)
		return;
	if (call->easy != NULL) {
		(void)curl_multi_remove_handle(call->client->multi, call->easy);
		curl_easy_cleanup(call->easy);
	}
	for (struct curl_slist *l = call->fields; l != NULL; l = l->next)
		explicit_bzero(l->data, strlen(l->data));
	curl_slist_free_all(call->fields);
	buf_fini(&call->body);
	free(call);
}

long
taxii_call_status(const struct taxii_call *call)
{
	return call->status;
}

const struct taxii_head *
taxii_call_head(const struct taxii_call *call)
{
	return &call->head;
}

struct slice
taxii_call_body(const struct taxii_call *call)
{
	return buf_view(&call->body);
}

/* --- what came of it ------------------------------------------------------------------------ */

/* libcurl's codes as sentences; what it says itself is for the log. */
static bool
broken(const struct taxii_call *call, struct err *e)
{
	const char *words = call->trouble[0] != '\0' ? call->trouble : curl_easy_strerror(call->code);

	switch (call->code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		(void)err_set(e, ERR_SYSTEM, "its name is not known to the domain name system, or that does not answer");
		break;
	case CURLE_COULDNT_CONNECT:
		(void)err_set(e, ERR_SYSTEM, "it cannot be reached: nothing answers at its address");
		break;
	case CURLE_OPERATION_TIMEDOUT:
		(void)err_set(e, ERR_SYSTEM, "it did not answer in time");
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		(void)err_set(e, ERR_DENIED, "its certificate is not one that we trust; a node's own is given with --ca, or its key's hash with --pin");
		break;
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		(void)err_set(e, ERR_DENIED, "its key is another than the one that was pinned; ask its people by another way whether it changed");
		break;
	case CURLE_SSL_CERTPROBLEM:
		(void)err_set(e, ERR_SYSTEM, "our own certificate or key cannot be used: see [server] certificate and key");
		break;
	case CURLE_SSL_CONNECT_ERROR:
		(void)err_set(e, ERR_SYSTEM, "no TLS connection comes about with it");
		break;
	default:
		(void)err_set(e, ERR_SYSTEM, "the connection broke before its answer was whole");
		break;
	}
	return err_cause(e, "%.200s", words);
}

struct word { int status; const char *text; };

static const char *
status_text(long status)
{
	static const struct word words[] = {
		{ 400, N_("it does not understand what we ask (400)") },
		{ 401, N_("it does not know who we are (401); its people enter our certificate, or give us a token") },
		{ 403, N_("it knows us and lets us have nothing here (403); its people give us the right, or there is no agreement in force") },
		{ 404, N_("there is no such collection, or none that we may see (404); \"entente sync collections\" lists those that there are") },
		{ 406, N_("it does not speak TAXII 2.1 (406); look whether the address is that of its API root") },
		{ 413, N_("it takes less at once (413)") },
		{ 415, N_("it does not take TAXII 2.1's envelopes (415)") },
		{ 422, N_("it cannot read what we sent (422)") },
		{ 429, N_("it has been asked too often (429)") },
		{ 503, N_("it is busy or being looked after (503)") },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].status == status)
			return words[i].text;
	}
	return NULL;
}

/* Its own words behind ours: they are a stranger's, so quoted and cut. */
static void
said_add(const struct taxii_call *call, struct err *e)
{
	char before[sizeof(e->text)];
	struct slice said;
	struct arena a;
	struct buf b;

	arena_init(&a, (size_t)1 << 20);
	said = taxii_error_read(buf_view(&call->body), &a);
	if (said.len > 0) {
		buf_init(&b, 4096);
		slice_quote(&b, said, SAID_MAX);
		(void)snprintf(before, sizeof(before), "%s", e->text);
		(void)snprintf(e->text, sizeof(e->text), "%.250s: %.250s", before, buf_cstr(&b));
		buf_fini(&b);
	}
	arena_fini(&a);
}

static bool
refused(const struct taxii_call *call, struct err *e)
{
	const char *text = status_text(call->status);

	if (call->status >= 300 && call->status < 400)
		return err_set(e, ERR_INPUT, "it has moved to %s (%ld), and is not followed there; if that is right, enter the new address",
		    QUOTE(slice_of_str(call->head.location)), call->status);
	if (text != NULL)
		(void)err_set(e, call->status == 401 || call->status == 403 ? ERR_DENIED : call->status == 404 ? ERR_ABSENT : ERR_SYSTEM, "%s", T(text));
	else if (call->status >= 500)
		(void)err_set(e, ERR_SYSTEM, "it failed (%ld)", call->status);
	else
		(void)err_set(e, ERR_SYSTEM, "it refuses (%ld)", call->status);
	said_add(call, e);
	return false;
}

enum taxii_result
taxii_call_result(const struct taxii_call *call, struct err *e)
{
	if (call->too_large || call->code == CURLE_FILESIZE_EXCEEDED) {
		(void)err_set(e, ERR_LIMIT, "its answer has more than %zu bytes", call->body.max);
		return TAXII_SMALLER;
	}
	if (call->head_e.code != ERR_NONE)
		*e = call->head_e;
	else if (call->code != CURLE_OK)
		(void)broken(call, e);
	else if (call->status < 200 || call->status > 299)
		(void)refused(call, e);
	else if (!taxii_head_is_taxii(&call->head))
		(void)err_set(e, ERR_INPUT, "its answer is not TAXII 2.1 but %s; look whether the address is that of its API root",
		    QUOTE(call->head.type[0] == '\0' ? S("nothing") : slice_of_str(call->head.type)));
	else
		return TAXII_GOOD;
	return call->status == 413 && call->code == CURLE_OK ? TAXII_SMALLER : TAXII_FAILED;
}
