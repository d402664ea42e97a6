/*
 * taxii_client: requests to TAXII 2.1 servers of others, by libcurl: many at once
 * in one thread, over connections that stay open. Nothing that a server says is
 * believed: heads, bodies and time have limits, it is held to its certificate,
 * and where it sends us on to another address nobody follows.
 */
#ifndef SHARE_TAXII_CLIENT_H
#define SHARE_TAXII_CLIENT_H

#include <poll.h>

#include "share/taxii_read.h"
#include "store/sync.h"

/* An answer at the most; a page of ours has some 8 MiB (share/taxii.h). */
#define TAXII_ANSWER_BYTES_MAX ((size_t)64 << 20)
/* Of all but pages. */
#define TAXII_SMALL_BYTES_MAX ((size_t)4 << 20)

/* How a server is met, and what proves who we are. NUL-ended texts, the caller's, who keeps them. */
struct taxii_access {
	struct slice ca, pin; /* as in struct sync */
	enum sync_auth auth;
	const char *user, *secret; /* of token and basic */
	const char *certificate, *key; /* files, of SYNC_AUTH_CERTIFICATE */
};

struct taxii_client;
bool taxii_client_new(struct taxii_client **out, struct err *e) MUST_USE;
/* After its calls. */
void taxii_client_free(struct taxii_client **c);
/* Until something moves, on a connection or at one of these, ms at the most. */
void taxii_client_wait(struct taxii_client *c, struct pollfd *fds, size_t n, int ms);
/* Send and receive what goes without waiting; within other work. */
void taxii_client_pump(struct taxii_client *c);

struct taxii_call;
/*
 * Ask. body NONE: GET; else POST of an envelope, which lives until the call is
 * freed. bytes_max: of the answer's body, unpacked.
 */
bool taxii_call_begin(struct taxii_client *c, const struct taxii_access *access, struct slice url, struct slice body,
    size_t bytes_max, int64_t now_s, struct taxii_call **out, struct err *e) MUST_USE;
bool taxii_call_done(const struct taxii_call *call);
/* Under way or not. */
void taxii_call_free(struct taxii_call **call);

enum taxii_result {
	TAXII_GOOD,
	TAXII_SMALLER, /* it, or we, would take less at once */
	TAXII_FAILED
};
/* Of one that is done; where it is not good, e says why, and what to do. */
enum taxii_result taxii_call_result(const struct taxii_call *call, struct err *e);
long taxii_call_status(const struct taxii_call *call); /* HTTP's; 0: no answer came */
const struct taxii_head *taxii_call_head(const struct taxii_call *call);
/* Lives as long as the call. */
struct slice taxii_call_body(const struct taxii_call *call);

/*
 * What a server has: from its discovery (".../taxii2/") or from one of its API
 * roots. Waits for the answers.
 */
struct taxii_found {
	struct slice root, title; /* the API root's address */
	struct taxii_collection collection; /* id NONE: the root has none that we may see */
};
bool taxii_look(struct taxii_client *c, const struct taxii_access *access, struct slice url, int64_t now_s,
    bool (*each)(void *cookie, const struct taxii_found *f, struct err *e), void *cookie, struct err *e) MUST_USE;

#endif
