/*
 * api_route: a row of the table of routes, and what its handler is given. A
 * room of the API (api_finding.c, ...) exports one struct api_room of rows;
 * api_routes.c lists the rooms. All that a request may say is described in its
 * row, is checked by it before the handler runs, and is what OpenAPI prints.
 */
#ifndef SERVER_API_ROUTE_H
#define SERVER_API_ROUTE_H

#include "parse/json.h"
#include "server/api.h"

/* --- what a value may be ------------------------------------------------------ */

enum api_type {
	API_TEXT, /* min and max: its bytes; max 0: 1,000 */
	API_WORD, /* one of words */
	API_WORDS, /* in a query: one or more of words, with commas */
	API_INT, /* min and max; both 0: any */
	API_NUMBER,
	API_BOOL,
	API_MOMENT, /* RFC 3339, or a day; api_int() gives its seconds */
	API_FINDING, /* a finding's id: decimal text, or its name "F..."; api_int() gives it */
	API_OBJECT, /* members */
	API_ARRAY, /* items; min and max: how many; max 0: 1,000 */
	API_ANY
};

struct api_member;
struct api_value {
	enum api_type type;
	int64_t min, max;
	const char *const *words; /* NULL ends it */
	const struct api_member *members; /* a NULL name ends it */
	const struct api_value *items;
	const char *name; /* a schema of its own in OpenAPI ("Finding"); NULL: written where it is used */
	const char *format; /* JSON Schema's: "date-time", "email"; NULL: none. For readers alone */
	const char *about; /* English, for readers of OpenAPI; may be NULL */
};

enum api_member_flag {
	API_REQUIRED = 1, /* in an answer: always there */
	API_NULL = 2 /* null stands for: not known */
};
struct api_member {
	const char *name;
	const struct api_value *value;
	unsigned flags;
	const char *about; /* English; may be NULL */
};

/* The plain ones. */
extern const struct api_value api_text, api_int, api_count, api_bool, api_moment, api_finding_id, api_any;

/* --- a row -------------------------------------------------------------------- */

enum api_in { API_QUERY, API_PATH, API_HEADER /* described alone: the transport gives it */ };
struct api_param {
	const char *name;
	enum api_in in;
	const struct api_value *value;
	bool required;
	const char *about;
};

enum api_flag {
	API_CHANGES = 1, /* writes: it runs in the keeper */
	API_READS_KEEPER = 2, /* writes nothing, and still needs the keeper (its readers) */
	API_UPLOAD = 4, /* the body is bytes, maybe many: in body_fd or body */
	API_EVENTS = 8, /* server-sent events: the transport's own affair once it is allowed */
	API_AUDITS_ITSELF = 16, /* its handler writes to the audit log, or there is nothing to say */
	API_FIRST_PASSWORD = 32, /* open to who must change a password first (struct who) */
	API_FIRST_FACTOR = 64, /* open to who must set up a second factor first */
	API_LONG = 128, /* it takes its time, and lets others be answered within: one of them at a time */
	API_COMMITS_ITSELF = 256, /* its handler has a transaction of its own, with its line in the audit log (api_audit) */
	API_PARTNER_KEEPER = 512, /* from a partner it runs in the keeper: what goes to it is written down */
	/*
	 * Open to partners, as it asks agreements (or takes from them) by itself; with
	 * API_PARTNER_KEEPER, and where all may ask, as well. All else is for people:
	 * whatever scopes a certificate has, it is no way around the policy.
	 */
	API_PARTNER = 1024
};

/* How often a stranger may ask: buckets of server/limits.c. */
enum api_rate { API_RATE_NONE, API_RATE_LOOK, API_RATE_WRITE };

struct api_call;
struct api_route {
	enum api_method method;
	const char *path; /* "/api/v1/findings/{id}"; a literal row stands before one that would take it too */
	enum who_right right;
	unsigned flags;
	enum api_rate rate;
	/* False: a problem by e's code, or by c->status where that was set. */
	bool (*run)(struct api_call *c, struct err *e);
	const char *summary; /* English, one line */
	const struct api_param *params; /* a NULL name ends it; may be NULL */
	const struct api_value *body; /* of application/json; NULL: no body is taken (API_UPLOAD: any) */
	const struct api_value *answer; /* of application/json; NULL: type says what it is, or there is none */
	const char *type; /* of an answer that is not JSON: "text/csv" */
	int status; /* of a good answer; 0: 200 */
};

struct api_room {
	const char *tag; /* "findings": groups the routes for readers */
	const struct api_route *routes;
	size_t count;
};
/* All rooms; NULL ends it. */
extern const struct api_room *const api_rooms[];

/* --- a call --------------------------------------------------------------------- */

#define API_PARAMS_MAX 24
#define API_MEMORY_MAX ((size_t)32 << 20)
#define API_ANSWER_MAX ((size_t)32 << 20)

struct api_call {
	struct api *api;
	struct api_request *r;
	struct api_response *out;
	const struct api_route *route;
	const struct who *who;
	struct arena *a; /* of this call */
	struct slice texts[API_PARAMS_MAX]; /* by the row's params; NONE: not given */
	int64_t numbers[API_PARAMS_MAX];
	const struct json *body; /* checked; NULL: none */
	struct json_out json; /* the answer, where api_json() began one */
	/* What a refusal or an answer says beside its text. */
	int status; /* HTTP's; 0: by the route, or by the error's code */
	const char *field; /* the parameter or member that is at fault */
	const char *flag; /* a further member of the problem, true: "code_required" */
	int64_t retry_s; /* Retry-After; 0: none */
	bool audited; /* it is in the audit log already, in the transaction of the change */
	struct slice audit; /* what the audit log says of it beside route and person; NONE: the path */
};

/* A parameter by its name, as the row has it. NONE, 0 and otherwise where it is not given. */
struct slice api_text_of(const struct api_call *c, const char *name);
int64_t api_int_of(const struct api_call *c, const char *name, int64_t otherwise);
bool api_given(const struct api_call *c, const char *name);

/* A member of the body: its kind was checked. NONE, otherwise: it is not there, or null. */
struct slice api_body_text(const struct api_call *c, const char *name);
int64_t api_body_int(const struct api_call *c, const char *name, int64_t otherwise);
int64_t api_member_int(const struct api_value *v, const struct json *of, const char *name, int64_t otherwise);
bool api_body_bool(const struct api_call *c, const char *name, bool otherwise);

/* Begin an answer in JSON; the writer is c->json. */
struct json_out *api_json(struct api_call *c);
/* Name the field that is at fault; returns false. */
bool api_fault(struct api_call *c, const char *field);
/* The answer is a problem with this status whatever the error's code is; returns false. */
bool api_status(struct api_call *c, int status);
/* Within the transaction of the change: its line in the audit log, as of a good answer. */
bool api_audit(struct api_call *c, struct err *e) MUST_USE;
/* Something changed: tell whoever watches. */
void api_changed(struct api_call *c, const char *kind, int64_t id);

/* Values as the API writes them: moments RFC 3339 or null for 0, ids of findings as texts. */
void api_put_moment(struct json_out *j, struct slice key, int64_t s);
void api_put_moment_always(struct json_out *j, struct slice key, int64_t s); /* 0 is 1970 */
void api_put_finding_id(struct json_out *j, struct slice key, int64_t id);
void api_put_text(struct json_out *j, struct slice key, struct slice s); /* null where empty */
void api_put_number(struct json_out *j, struct slice key, int64_t n); /* null where 0 */
void api_put_roles(struct json_out *j, struct slice key, uint32_t roles); /* their names, of 1u << role */
void api_put_rights(struct json_out *j, struct slice key, uint32_t rights);

/* --- between the files of the API ------------------------------------------------- */

/* The row for a path and method. NULL: *allow_out says which methods the path has (0: no such path). */
const struct api_route *api_route_find(const struct api_request *r, unsigned *allow_out);
/* Does a path fit a row's? Parts of "{name}" go to texts where that is not NULL, decoded later. */
bool api_path_fits(const struct api_route *route, struct slice path, struct slice *texts);
/* Read and check path, query and body by the row. */
bool api_args_read(struct api_call *c, struct err *e) MUST_USE;
/* Does a value in JSON have the form that is described? *field: where it has not. */
bool api_value_ok(const struct api_value *v, const struct json *j, const char **field, struct err *e) MUST_USE;
/* "%41" and, in a query, "+". ERR_INPUT: a broken one, a control character, no UTF-8. */
bool api_decode(struct slice s, bool query, struct arena *a, struct slice *out, struct err *e) MUST_USE;
/* The document of all rooms, OpenAPI 3.1. */
void openapi_print(const struct api_room *const *rooms, struct buf *out);

#endif
