/* indicator_eval: an event as objects of STIX, and a pattern's tree over it. For this room alone. */
#ifndef MODEL_INDICATOR_EVAL_H
#define MODEL_INDICATOR_EVAL_H

#include "model/indicator.h"

/* How the values of a path compare. */
enum view_kind { VIEW_TEXT, VIEW_NOCASE, VIEW_IP, VIEW_FQDN, VIEW_URL, VIEW_NUMBER };

/* What a path of a pattern is in an event. */
struct view_path {
	struct slice type, path; /* "network-traffic", "src_ref.value"; a list's index is not in it */
	enum view_kind kind;
	enum indicator_key key; /* a value of it is looked up so; INDICATOR_KEY_NONE: it is no anchor */
	enum field fields[6]; /* FIELD_NONE behind the last */
};

/* NULL: events say nothing of it. */
const struct view_path *view_path_find(const struct pattern_test *t);

/* Does one of the event's objects meet the comparison? */
bool indicator_test_meets(const struct pattern_test *t, const struct event *ev, struct arena *a);
/* Does the event, one observation, meet it? Watches that need several do not. */
bool indicator_meets(const struct pattern_watch *w, const struct event *ev, int64_t time_s, struct arena *a);
/* Which of its observation expressions it meets, each by itself; bit i is the i-th in the text, of at most 16. */
uint16_t indicator_leaves(const struct pattern_watch *w, const struct event *ev, struct arena *a);
/* Compile the regular expressions below w; they are freed with indicator_regex_free(). */
bool indicator_regex_make(struct pattern_watch *w, struct err *e) MUST_USE;
void indicator_regex_free(struct pattern_watch *w);

#endif
