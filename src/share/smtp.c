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
	char *url, *user, *password;
	/* the message on its way */
	struct slice rest;
	bool all_read;
	bool addressed; /* RCPT went out: an answer is about this message */
	bool refused; /* line is the 4xx or 5xx; the good-bye after it says nothing */
	/* the server's last line */
	char line[WAY_REPLY_MAX];
};

static size_t
give(char *p, size_t size, size_t n, void *cookie)
{
	struct smtp *s = cookie;
	struct slice part = slice_sub(s->rest, 0, size * n);

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
	free(s);
	*state = NULL;
}

static char *
text_of(struct slice s)
{
	char *p = xalloc(s.len + 1);

	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return p;
}

static bool
password_read(struct smtp *s, struct slice file, struct err *e)
{
	struct buf b;
	char *path = text_of(file);
	bool ok;

	buf_init(&b, 4096);
	ok = file_read(path, &b, e);
	if (ok)
		s->password = text_of(slice_trim(buf_view(&b)));
	buf_fini(&b);
	free(path);
	return ok;
}

static bool
smtp_open(const struct way_options *o, void **state_out, struct err *e)
{
	static bool ready;
	struct smtp *s;
	long tls = CURLUSESSL_ALL;

	if (!slice_starts(o->url, S("smtp://")) && !slice_starts(o->url, S("smtps://")))
		return err_set(e, ERR_INPUT, "[smtp] url: expected smtp://host:25 or smtps://host:465, found %s", QUOTE(o->url));
	if (slice_eq(o->tls, S("try")))
		tls = CURLUSESSL_TRY;
	else if (slice_eq(o->tls, S("off")))
		tls = CURLUSESSL_NONE;
	else if (!slice_eq(o->tls, S("require")))
		return err_set(e, ERR_INPUT, "[smtp] tls: %s is none of require, try, off", QUOTE(o->tls));
	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return err_set(e, ERR_SYSTEM, "libcurl cannot start");
	ready = true;
	s = xalloc(sizeof(*s));
	*state_out = s;
	s->curl = curl_easy_init();
	s->url = text_of(o->url);
	if (s->curl == NULL || (o->password_file.len > 0 && !password_read(s, o->password_file, e))) {
		smtp_close(state_out);
		return false;
	}
	(void)curl_easy_setopt(s->curl, CURLOPT_URL, s->url);
	(void)curl_easy_setopt(s->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	(void)curl_easy_setopt(s->curl, CURLOPT_USE_SSL, tls);
	(void)curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(s->curl, CURLOPT_CONNECTTIMEOUT, 30L);
	(void)curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, 300L);
	(void)curl_easy_setopt(s->curl, CURLOPT_TCP_NODELAY, 1L);
	(void)curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(s->curl, CURLOPT_READFUNCTION, give);
	(void)curl_easy_setopt(s->curl, CURLOPT_READDATA, s);
	(void)curl_easy_setopt(s->curl, CURLOPT_HEADERFUNCTION, take_line);
	(void)curl_easy_setopt(s->curl, CURLOPT_HEADERDATA, s);
	(void)curl_easy_setopt(s->curl, CURLOPT_DEBUGFUNCTION, watch);
	(void)curl_easy_setopt(s->curl, CURLOPT_DEBUGDATA, s);
	(void)curl_easy_setopt(s->curl, CURLOPT_VERBOSE, 1L);
	if (o->user.len > 0) {
		s->user = text_of(o->user);
		(void)curl_easy_setopt(s->curl, CURLOPT_USERNAME, s->user);
		(void)curl_easy_setopt(s->curl, CURLOPT_PASSWORD, s->password == NULL ? "" : s->password);
	}
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
smtp_send(void *state, const struct message *m, char reply[WAY_REPLY_MAX])
{
	struct smtp *s = state;
	char from[300], to[300];
	struct curl_slist *rcpt;
	CURLcode code;
	long status = 0;

	(void)snprintf(from, sizeof(from), "<%.*s>", (int)(m->from.len > 254 ? 254 : m->from.len), (const char *)m->from.p);
	(void)snprintf(to, sizeof(to), "<%.*s>", (int)(m->to.len > 254 ? 254 : m->to.len), (const char *)m->to.p);
	rcpt = curl_slist_append(NULL, to);
	if (rcpt == NULL)
		return WAY_LATER;
	s->rest = m->bytes;
	s->all_read = s->addressed = s->refused = false;
	s->line[0] = '\0';
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, from);
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, rcpt);
	(void)curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->bytes.len);
	code = curl_easy_perform(s->curl);
	(void)curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(rcpt);
	(void)snprintf(reply, WAY_REPLY_MAX, "%s", s->line[0] != '\0' && code != CURLE_COULDNT_CONNECT ? s->line : curl_easy_strerror(code));
	return outcome(s, code, status);
}

const struct way way_smtp = {
	.name = "smtp",
	.open = smtp_open,
	.send = smtp_send,
	.close = smtp_close,
};
