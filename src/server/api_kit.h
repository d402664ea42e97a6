/*
 * api_kit: for tests of the API: a node with something in it, and requests as
 * somebody. Every answer is held to the description that its route gives.
 */
#ifndef SERVER_API_KIT_H
#define SERVER_API_KIT_H

#include "server/api_route.h"
#include "test.h"

struct kit {
	struct flow *flow;
	struct api api;
	struct arena a; /* of the answers' trees */
	char changed[64]; /* what was told last: "report 1" */
	unsigned changes;
};

/* What came back. The tree and texts live until kit_close() or kit_forget(). */
struct answer {
	int status;
	struct slice type, body, headers;
	const struct json *json; /* NULL: none */
};

void kit_open(struct kit *k);
void kit_close(struct kit *k);
void kit_forget(struct kit *k);

extern const struct who kit_nobody, kit_all; /* of all roles */
struct who kit_role(enum who_role r);

/* "GET /api/v1/findings?limit=2"; body NONE: none. */
struct answer kit_call(struct kit *k, const struct who *who, const char *what, struct slice body);
/* The same with all of a request as the caller set it up. */
struct answer kit_send(struct kit *k, struct api_request *r);
/* A report by the API, and the work that follows it. Its id. */
int64_t kit_take(struct kit *k, struct slice bytes);
/* A text or number of the answer by its path ("items.0.id"), or NONE. */
struct slice kit_text(const struct answer *a, const char *path);
/* Is one that is wanted: a failing one prints what came. */
#define CHECK_STATUS(a, want) kit_status(&(a), want, __FILE__, __LINE__)
void kit_status(const struct answer *a, int want, const char *file, int line);

/* Three findings: an infected system, an open resolver and a phishing page, in ES, FR and unknown. */
extern const struct slice kit_events;

#endif
