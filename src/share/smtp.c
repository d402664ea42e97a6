/*
 * smtp: messages to a mail server by libcurl, one connection for many.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "share/way.h"

struct smtp {
	CURL *curl;
	char *url, *user, *password, *ca;
	const volatile bool *stop;
	/* the message on its way */
	const struct message *message;
	struct slice rest;
	bool all_read;
	bool addressed; /* RCPT went out: an answer is about this message */
	bool refused; /* line is the 4xx or 5xx; the good-bye after it says nothing */
	/* the server's last line */
	char line[WAY_REPLY_MAX];
	char trouble[CURL_ERROR_SIZE]; /* libcurl's own words */
};

static size_t
give(char *p, size_t size, size_t n, void *cookie)
{
	struct smtp *s = cookie;
	struct slice part = slice_sub(s->rest, 0, size * n);
	const struct message *m = s->message;

	/* The last bytes: behind them the final dot follows by itself. */
	if (part.len == s->rest.len && !s->all_read && m->committing != NULL && !m->committing(m->cookie))
		return CURL_READFUNC_ABORT;
	if (part.len > 0)
		memcpy(p, part.p, part.len);
	s->rest = slice_from(s->rest, part.len);
	s->all_read = s->all_read || s->rest.len == 0;
	return part.len;
}

static size_t
take_line(char *p, size_t size, size_t n, void *cookie)
{
	struct smtp *s = cookie;
	struct slice line = slice_trim(slice_of(p, size * n));

	if (s->refused || line.len == 0)
		return size * n;
	s->refused = line.p[0] == '4' || line.p[0] == '5';
	(void)snprintf(s->line, sizeof(s->line), "%.*s", (int)(line.len > 190 ? 190 : line.len), (const char *)line.p);
	return size * n;
}

/* libcurl's codes do not tell which command was refused; its log does. */
static int
watch(CURL *curl, curl_infotype type, char *p, size_t n, void *cookie)
{
	struct smtp *s = cookie;

	(void)curl;
	if (type == CURLINFO_HEADER_OUT && slice_starts(slice_of(p, n), S("RCPT ")))
		s->addressed = true;
	return 0;
}

/* libcurl asks every second. Once the whole message may be there, only its answer ends the doubt. */
static int
go_on(void *cookie, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct smtp *s = cookie;

	(void)a, (void)b, (void)c, (void)d;
	return s->stop != NULL && *s->stop && !s->all_read;
}

static void
smtp_close(void **state)
{
	struct smtp *s = *state;

	if (s == NULL)
		return;
	if (s->curl != NULL)
		curl_easy_cleanup(s->curl);
	free(s->url);
	free(s->user);
	free(s->password);
	free(s->ca);
	free(s);
	*state = NULL;
}

static bool
password_read(struct smtp *s, struct slice file, struct err *e)
{
	struct buf b;
	char *path = xtext(file);
	bool ok;

	buf_init(&b, 4096);
	ok = file_read(path, &b, e);
	if (ok)
		s->password = xtext(slice_trim(buf_view(&b)));
	buf_fini(&b);
	free(path);
	return ok;
}

static bool
tls_read(const struct way_options *o, long *out, struct err *e)
{
	*out = CURLUSESSL_ALL;
	if (slice_eq(o->tls, S("try")))
		*out = CURLUSESSL_TRY;
	else if (slice_eq(o->tls, S("off")))
		*out = CURLUSESSL_NONE;
	else if (!slice_eq(o->tls, S("require")))
		return err_set(e, ERR_INPUT, "[smtp] tls: %s is none of require, try, off", QUOTE(o->tls));
	/* Whoever sits between takes STARTTLS out of the answer, and has the password. */
	if (o->user.len > 0 && slice_eq(o->tls, S("try")))
		return err_set(e, ERR_INPUT, "[smtp] tls: with a user it must be require (or off, within one machine)");
	return true;
}

/* Files that are named must be there: libcurl would say so for each message. */
static bool
files_read(struct smtp *s, const struct way_options *o, struct err *e)
{
	if (o->password_file.len > 0 && !password_read(s, o->password_file, e))
		return err_within(e, "[smtp] password_file");
	if (o->ca.len == 0)
		return true;
	s->ca = xtext(o->ca);
	return file_exists(s->ca) || err_set(e, ERR_ABSENT, "[smtp] ca: there is no file %s", s->ca);
}

static void
prepare(struct smtp *s, long tls)
{
	(void)curl_easy_setopt(s->curl, CURLOPT_URL, s->url);
	(void)curl_easy_setopt(s->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	(void)curl_easy_setopt(s->curl, CURLOPT_USE_SSL, tls);
	(void)curl_easy_setopt(s->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (s->ca != NULL)
		(void)curl_easy_setopt(s->curl, CURLOPT_CAINFO, s->ca);
	(void)curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(s->curl, CURLOPT_CONNECTTIMEOUT, 30L);
	/* RFC 5321 section 4.5.3.2: up to ten minutes for the answer to the final dot. */
	(void)curl_easy_setopt(s->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, 600L);
	(void)curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, 1800L);
	(void)curl_easy_setopt(s->curl, CURLOPT_TCP_NODELAY, 1L);
	(void)curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(s->curl, CURLOPT_READFUNCTION, give);
	(void)curl_easy_setopt(s->curl, CURLOPT_READDATA, s);
	(void)curl_easy_setopt(s->curl, CURLOPT_HEADERFUNCTION, take_line);
	(void)curl_easy_setopt(s->curl, CURLOPT_HEADERDATA, s);
	(void)curl_easy_setopt(s->curl, CURLOPT_DEBUGFUNCTION, watch);
	(void)curl_easy_setopt(s->curl, CURLOPT_DEBUGDATA, s);
	(void)curl_easy_setopt(s->curl, CURLOPT_VERBOSE, 1L);
	(void)curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, s->trouble);
	(void)curl_easy_setopt(s->curl, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(s->curl, CURLOPT_XFERINFOFUNCTION, go_on);
	(void)curl_easy_setopt(s->curl, CURLOPT_XFERINFODATA, s);
	if (s->user == NULL)
		return;
	(void)curl_easy_setopt(s->curl, CURLOPT_USERNAME, s->user);
	(void)curl_easy_setopt(s->curl, CURLOPT_PASSWORD, s->password == NULL ? "" : s->password);
}

static bool
smtp_open(const struct way_options *o, void **state_out, struct err *e)
{
	static bool ready;
	struct smtp *s;
	long tls;

	if (!slice_starts(o->url, S("smtp://")) && !slice_starts(o->url, S("smtps://")))
		return err_set(e, ERR_INPUT, "[smtp] url: expected smtp://host:25 or smtps://host:465, found %s", QUOTE(o->url));
	if (!tls_read(o, &tls, e))
		return false;
	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return err_set(e, ERR_SYSTEM, "libcurl cannot start");
	ready = true;
	s = xalloc(sizeof(*s));
	*state_out = s;
	s->stop = o->stop;
	s->url = xtext(o->url);
	s->user = o->user.len > 0 ? xtext(o->user) : NULL;
	s->curl = curl_easy_init();
	if (s->curl == NULL)
		(void)err_set(e, ERR_SYSTEM, "libcurl cannot start");
	if (s->curl == NULL || !files_read(s, o, e)) {
		smtp_close(state_out);
		return false;
	}
	prepare(s, tls);
	return true;
}

/*
 * A 5xx is the contact's only after its RCPT: one to the greeting, the
 * password or our own address would otherwise refuse all notices for good.
 */
static enum way_result
outcome(const struct smtp *s, CURLcode code, long status)
{
	if (code == CURLE_OK)
		return WAY_SENT;
	if (!s->addressed)
		return WAY_AWAY;
	if (status >= 500 && status < 600)
		return WAY_NEVER;
	if (status >= 400 && status < 500)
		return WAY_LATER;
	/* Once the final dot may have arrived, only an answer tells (RFC 5321 section 4.5.3.2.6). */
	return s->all_read ? WAY_UNCERTAIN : WAY_LATER;
}

static enum way_result
dialogue(struct smtp *s, CURLcode *code_out)
{
	long status = 0;

	s->rest = s->message->bytes;
	s->all_read = s->addressed = s->refused = false;
	s->line[0] = s->trouble[0] = '\0';
	*code_out = curl_easy_perform(s->curl);
	(void)curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	return outcome(s, *code_out, status);
}

static enum way_result
smtp_send(void *state, const struct message *m, char reply[WAY_REPLY_MAX])
{
	struct smtp *s = state;
	char from[300], to[300];
	struct curl_slist *rcpt;
	enum way_result result;
	CURLcode code;
	long fresh = 1;

	(void)snprintf(from, sizeof(from), "<%.*s>", (int)(m->from.len > 254 ? 254 : m->from.len), (const char *)m->from.p);
	(void)snprintf(to, sizeof(to), "<%.*s>", (int)(m->to.len > 254 ? 254 : m->to.len), (const char *)m->to.p);
	rcpt = curl_slist_append(NULL, to);
	if (rcpt == NULL)
		return WAY_LATER;
	s->message = m;
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, from);
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, rcpt);
	(void)curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->bytes.len);
	result = dialogue(s, &code);
	/* A server may have enough of one connection, and take the same on another. */
	if (result == WAY_AWAY && curl_easy_getinfo(s->curl, CURLINFO_NUM_CONNECTS, &fresh) == CURLE_OK && fresh == 0) {
		(void)curl_easy_setopt(s->curl, CURLOPT_FRESH_CONNECT, 1L);
		result = dialogue(s, &code);
		(void)curl_easy_setopt(s->curl, CURLOPT_FRESH_CONNECT, 0L);
	}
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(rcpt);
	/* Before any recipient it is about the connection: libcurl knows best, unless the server said no. */
	(void)snprintf(reply, WAY_REPLY_MAX, "%.190s", s->line[0] != '\0' && (s->refused || s->addressed) ? s->line :
	    s->trouble[0] != '\0' ? s->trouble : curl_easy_strerror(code));
	return result;
}

const struct way way_smtp = {
	.name = "smtp",
	.batch_max = 64,
	.open = smtp_open,
	.close = smtp_close,
	.send = smtp_send,
};
