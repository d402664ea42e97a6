/*
 * form: findings as a file for somebody else's program. A form is one file
 * here and one row in form.c; the command line and the API write the same.
 * Rows come one after the other, so that a file of any size is made in the
 * memory of one row.
 */
#ifndef SHARE_FORM_H
#define SHARE_FORM_H

#include "attrib/warnings.h"
#include "share/notices.h"

#define FORM_NUMBERS ((size_t)1 << 18) /* rules in one file are at most half of it */

struct form_run {
	const struct notices_options *who; /* we, and the moment (now_s) */
	struct slice question; /* what was asked: names of documents are made of it */
	const struct warnings *warnings; /* what no list may hold; NULL: none are known */
	struct arena *a; /* of one row: the caller resets it */
	enum tlp most; /* what is marked closer is left out */
	bool observed_only; /* of STIX: without indicators */
	/* kept by form.c */
	uint64_t rows; /* written */
	uint64_t without; /* left out: the form has no way to say them */
	uint64_t warned; /* left out: on a warning list */
	uint64_t marked; /* left out: by their TLP */
	enum tlp strictest;
	struct slice last; /* the place of the row before, in last_text */
	uint8_t last_text[512];
	uint32_t *numbers; /* FORM_NUMBERS, of rules: those that are given away */
};

struct form {
	const char *name; /* "iodef" */
	const char *summary; /* catalogue key */
	const char *type; /* MIME */
	const char *file; /* "findings.iodef.xml" */
	/* Machines act on it by themselves: what warning lists hold is left out, and what is resolved. */
	bool list;
	/* It marks what machines are to act on: what warning lists hold is told without that mark. */
	bool marks;
	void (*head)(struct form_run *r, struct buf *b); /* may be NULL */
	/* False: nothing is written, there is no form for such a finding. */
	bool (*row)(struct form_run *r, const struct finding_row *row, struct buf *b);
	void (*tail)(struct form_run *r, struct buf *b); /* may be NULL */
};

/* NULL: there is no such form. */
const struct form *form_find(struct slice name);
const struct form *form_at(size_t i); /* NULL behind the last */

void form_begin(const struct form *f, struct form_run *r, struct buf *b);
/* Does this form ask warning lists? */
static inline bool
form_warns(const struct form *f)
{
	return f->list || f->marks;
}
/* Reduced already to what its recipient may know (share/known.h). */
void form_row(const struct form *f, struct form_run *r, const struct finding_row *row, struct buf *b);
void form_end(const struct form *f, struct form_run *r, struct buf *b);
void form_fini(struct form_run *r);

/* --- for forms -------------------------------------------------------------- */

/* A UUID version 5 of something of this node: the same thing has the same name in every file. */
void form_uuid(const struct form_run *r, const char *what, struct slice of, char out[40]);
/* "2026-06-17T02:00:00Z" */
struct slice form_moment(struct form_run *r, int64_t s);
/* Text within XML: marks escaped, what XML 1.0 has no form for as U+FFFD. */
void form_xml(struct buf *b, struct slice s);
/* A place as it was in the row before: lists say it once. */
bool form_again(struct form_run *r, const struct finding_row *row);

extern const struct form form_csv, form_intelmq, form_iodef, form_misp, form_plain, form_nftables, form_suricata,
    form_stix, form_dataset_ip, form_dataset_name;

#endif
