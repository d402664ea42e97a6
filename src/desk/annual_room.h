/*
 * annual_room: what the collectors of the annual report share. For them alone.
 */
#ifndef DESK_ANNUAL_ROOM_H
#define DESK_ANNUAL_ROOM_H

#include "desk/annual.h"
#include "model/desk_member.h"

#define ANNUAL_TOPICS 18 /* of DESK_TOPICS */
#define ANNUAL_GROUPS 5

/* A row as it waits to be put in order. */
struct annual_line {
	struct slice key, json; /* key: what it is ordered by; equal ones by `at` */
	size_t at;
};
struct annual_lines {
	struct annual_line *v;
	size_t count;
};

/* Of a country (desk_members' place), as it stood. */
struct annual_country {
	bool listed, member, answered;
	bool opens_readiness, opens_projects;
	int64_t joined_s;
	unsigned functions; /* that have a designated contact, a bit each */
};

struct annual_work {
	struct store *s;
	const struct annual_ask *ask;
	struct arena *a; /* of the snapshot */
	int64_t from_s, as_of_s; /* the year's beginning; records as they stood */
	struct annual_lines lines[ANNUAL_TABLES];
	struct annual_country *countries; /* desk_member_count of them */
	/* The row being made. */
	enum annual_id table;
	struct slice key;
	struct buf row;
	size_t cells;
	/* What several parts count. */
	int64_t alive, never_answered, silent, designated; /* focal points at the end */
	int64_t needs_met, projects_running, projects_unbudgeted, projects_all, indicators, targets_reached, unmeasured;
	int64_t answers, accepted, expired, unproven, initiatives, stale, materials, uses_unknown, agreements, agreements_bad;
};

/* A row: its cells in the order of the table's columns. key is copied; NONE: in the order of coming. */
void annual_begin(struct annual_work *w, enum annual_id table, struct slice key);
void annual_int(struct annual_work *w, int64_t n);
void annual_none(struct annual_work *w); /* unknown */
void annual_few(struct annual_work *w, int64_t n); /* a count of the stream: below ANNUAL_FEW it is that, and no number */
void annual_put(struct annual_work *w, struct slice text); /* empty: unknown */
void annual_str(struct annual_work *w, const char *text);
void annual_texts(struct annual_work *w, const struct json *texts); /* NULL: unknown */
void annual_date(struct annual_work *w, int64_t s); /* 0, INT64_MAX: unknown */
void annual_month(struct annual_work *w, int64_t s);
void annual_thousandths(struct annual_work *w, int64_t n); /* "12.5" */
/* ERR_LIMIT where it does not fit. */
bool annual_done(struct annual_work *w, struct err *e) MUST_USE;

/*
 * Every record of a kind in the version that held at a moment; none that was entered
 * later. The record lives during the call.
 */
bool annual_each(struct annual_work *w, enum desk_kind kind, int64_t at_s,
    bool (*take)(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e), void *cookie, struct err *e) MUST_USE;

/* Of a country's code; NULL: none that we know. */
struct annual_country *annual_country_of(struct annual_work *w, struct slice code);
/* Topics of a record, a bit each in the order of DESK_TOPICS. */
unsigned annual_topics(const struct desk_record *r);
struct slice annual_topic(size_t n);
/* The words of a DESK_WORD field, each with its number; -1: none of them. */
int annual_word_at(const char *words, struct slice word);
/* Groups of countries that a country is in, a bit each: all, ldc, lldc, sids, no_group. */
extern const char *const annual_groups[ANNUAL_GROUPS];
unsigned annual_groups_of(struct slice code);
/* Within the year, up to the moment that counts? */
static inline bool
annual_in_year(const struct annual_work *w, int64_t s)
{
	return s >= w->from_s && s < w->as_of_s;
}
/* The last moment of month n (0 to 11) of the year, or the moment that counts where that is before. False: the month lies behind it. */
bool annual_month_end(const struct annual_work *w, unsigned n, int64_t *begin_out, int64_t *end_out);

/* A part each, or some. */
bool annual_who(struct annual_work *w, struct err *e) MUST_USE; /* annual_who.c: 2 */
bool annual_reach(struct annual_work *w, struct err *e) MUST_USE; /* annual_reach.c: 3 */
bool annual_agree(struct annual_work *w, struct err *e) MUST_USE; /* annual_stream.c: 4 */
bool annual_ready(struct annual_work *w, struct err *e) MUST_USE; /* annual_ready.c: 5 */
bool annual_needs(struct annual_work *w, struct err *e) MUST_USE; /* annual_need.c: 6, and follow-ups of 8 */
bool annual_projects(struct annual_work *w, struct err *e) MUST_USE; /* annual_project.c: 7, 8, 12 */
bool annual_money(struct annual_work *w, struct err *e) MUST_USE; /* annual_money.c: 9, 10 */
bool annual_stream(struct annual_work *w, struct err *e) MUST_USE; /* annual_stream.c: 11, 13 */
bool annual_decisions(struct annual_work *w, struct err *e) MUST_USE; /* annual_money.c: 15 */
bool annual_sums(struct annual_work *w, struct err *e) MUST_USE; /* annual_collect.c: 1, 14 */

#endif
