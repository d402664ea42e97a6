/*
 * api: one request in, one answer out, whatever brought it: HTTP, the keeper's
 * socket, a test. The table of routes (api_routes.c) is the one list of what
 * there is: method, path, the right it asks for, whether it changes anything
 * (then it runs in the keeper), its handler, and what OpenAPI says of it. What
 * is not in the table is refused.
 */
#ifndef SERVER_API_H
#define SERVER_API_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"
#include "flow.h"
#include "model/who.h"
#include "node.h"

enum api_method { API_GET, API_POST, API_PUT, API_PATCH, API_DELETE, API_METHOD_COUNT };
const char *api_method_name(enum api_method m);

/* All slices live as long as the request. */
struct api_request {
	enum api_method method; /* HEAD comes as GET */
	struct slice path; /* "/api/v1/findings/12": absolute, no dot segments, as sent (percent-encoded) */
	struct slice query; /* behind '?', without it */
	struct slice type; /* Content-Type's media type, lower case; "" where none */
	struct slice type_parameters; /* and what stands behind its semicolon, as sent; "" where nothing does */
	struct slice accept; /* Accept, or "" */
	struct slice if_match; /* or "" */
	struct slice cookie; /* the Cookie header, or "" */
	struct slice authorization; /* or "" */
	struct slice csrf; /* X-CSRF-Token, or "" */
	struct slice origin; /* Origin, or "" */
	struct slice host; /* Host or :authority ("node.example:8443"); a proxy has to pass it on; or "" */
	struct slice client_cert; /* SHA-256 of the client's certificate (DER), 32 bytes, once its key was proved; or "" */
	struct slice client_subject; /* and its subject as RFC 4514 text; or "" */
	struct slice if_none_match; /* or "" */
	struct slice encoding; /* Accept-Encoding, or "" */
	struct slice agent; /* User-Agent, cut to 200 bytes, or "" */
	struct slice body; /* small bodies, whole: at most API_BODY_MAX */
	int body_fd; /* a large body (a report) in a file of its own, at offset 0; -1: none */
	uint64_t body_bytes; /* of either */
	struct slice filename; /* of an upload: X-Filename (RFC 8187 decoded, cleaned), or "" */
	enum lang lang; /* Accept-Language, or the account's */
	struct ip from; /* the client: behind a trusted proxy, the address that it tells */
	bool tls;
	const struct who *who; /* set by auth_who() before the route is run; never NULL then */
	int64_t now_s;
};

#define API_BODY_MAX ((size_t)1 << 20)

/* More of a long answer (an export): into out, some 64 KiB a call. *end_out: that was all. */
typedef bool (*api_more)(void *cookie, struct buf *out, bool *end_out, struct err *e);

struct api_response {
	int status; /* HTTP's */
	bool events; /* it is the stream of server-sent events: http_events_begin() instead of an answer */
	const char *type; /* media type with charset; static text */
	struct buf body; /* the whole body, or its beginning where `more` is set */
	api_more more;
	void (*more_free)(void *cookie);
	void *more_cookie;
	int body_fd; /* a file to send instead of body (a report's raw bytes); -1: none */
	uint64_t body_bytes; /* of body_fd */
	struct buf headers; /* further ones, "Name: value\r\n" each; only from api_header() */
	bool no_store; /* Cache-Control: no-store; true unless a handler says otherwise */
};

void api_response_init(struct api_response *r);
void api_response_fini(struct api_response *r);
/* A header; what could end a line in value is refused (false). */
bool api_header(struct api_response *r, const char *name, struct slice value) MUST_USE;

/*
 * What the handlers work on. A web process has a store opened to read; the
 * keeper has the flow as well.
 */
struct api_cache;
struct api {
	struct node *node; /* its store and settings */
	struct api_cache *cache; /* the API's own, made as it is needed; given back by api_fini() */
	struct flow *flow; /* NULL where nothing may be changed: a web process */
	void *auth; /* of auth.c */
	/*
	 * Who asks, from cookie, token or certificate; proves that a changing
	 * request by cookie comes from our own page. What *out names lives in mem.
	 * NULL: whoever makes the request sets its who itself, or it is nobody.
	 */
	bool (*who)(struct api *a, const struct api_request *r, struct arena *mem, struct who *out, struct err *e);
	/* May this address ask so once more now? False: *retry_s_out says when. rate: enum api_rate. NULL: always. */
	bool (*rate)(struct api *a, int rate, struct ip from, int64_t *retry_s_out);
	/* Into the audit log: what ("POST /api/v1/findings/acts"), about what, and the answer's status. May be NULL. */
	bool (*audit)(struct api *a, const struct who *who, const char *what, struct slice about, int status, struct err *e);
	/* What went into it is committed. May be NULL. */
	void (*audited)(struct api *a);
	/*
	 * A report is to be read again: the keeper does it (flow_retry()) when no
	 * request waits. NULL: it is done at once. Reports that were taken are read
	 * by whoever runs the flow: changed("report", id) says that there is one.
	 */
	void (*retry)(void *cookie, int64_t report);
	/* Notices are to be sent (id NONE: all that are due) when no request waits. NULL: at once. */
	void (*send)(void *cookie, struct slice id);
	/* Others may be answered now: no transaction is open, and nothing is held that they could change. NULL: there are none. */
	bool (*pause)(void *cookie, struct err *e);
	/* After something changed: a kind ("finding", "report", "notice", ...) and an id (0: many). May be NULL. */
	void (*changed)(void *cookie, const char *kind, int64_t id);
	void *cookie;
};

/* Give back what the calls kept. Before the node is closed. */
void api_fini(struct api *a);

/* Where a request is to run. */
enum api_place {
	API_HERE, /* reads only */
	API_KEEPER /* changes something, or signs somebody in */
};
/* By the table alone, before anybody is asked who they are. What is not in it: API_HERE, where it is refused. */
enum api_place api_place(const struct api_request *r);
/* Does it take its time? The keeper runs one of these at a time, and answers others within (struct api's pause). */
bool api_is_long(const struct api_request *r);
/* Whether the route takes a large body into a file (body_fd), and how much at most; 0: API_BODY_MAX, in memory. */
uint64_t api_upload_max(const struct api *a, const struct api_request *r);

/*
 * Find the route, ask who it is and whether they may, check the form of the
 * request, run it. Always gives an answer; errors are
 * application/problem+json (RFC 9457) in r->lang with "title", "detail",
 * "status" and, for a field, "field". Never blocks for long.
 */
void api_handle(struct api *a, struct api_request *r, struct api_response *out);

#endif
