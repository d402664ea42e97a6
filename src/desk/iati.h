/*
 * iati: projects as donors know them: IATI 2.03 activities, out and in
 * (https://iatistandard.org; the element order is the schema's).
 *
 *	project, needs		iati-activity, with the need as an element of our own
 *	entity, donor, country	participating-org role 4, 1, 2
 *	topics			sector of vocabulary 99, beside one code of the DAC's
 *	budget			budget, by years
 *	contribution		transaction 13 pledge, 11 commitment, 1 funds, 4 expenditure
 *	indicator, measurement	result, indicator, baseline, period, target, actual
 *	part_of			related-activity
 */
#ifndef DESK_IATI_H
#define DESK_IATI_H

#include "store/desk.h"

#define IATI_BYTES_MAX ((size_t)64 << 20)
#define IATI_NAMESPACE "urn:entente:iati:1"
#define IATI_VOCABULARY "urn:entente:topics:1"

struct iati_options {
	struct slice org; /* our identifier as an organisation: "XM-EXAMPLE-1" */
	struct slice name;
	int64_t now_s;
};
struct iati_result { uint64_t written, left_out; };
/*
 * One project, or all (NONE). Left out are those without dates, which the standard
 * asks for. ERR_INPUT: an identifier that is none.
 */
bool iati_export(struct store *s, struct slice project, const struct iati_options *o, struct buf *out, struct iati_result *result, struct err *e) MUST_USE;

/* What a document brought; texts live as long as the call. */
struct iati_row {
	struct slice identifier, title;
	struct slice id; /* the record, NONE: it is bad */
	const char *what; /* "initiative", "contribution" */
	bool known;
	const struct err *why;
};
struct iati_taken { uint64_t activities, initiatives, contributions, known, bad; };
/*
 * Activities of others become initiatives: a pointer with a date, no second copy.
 * Of an activity that is one of our projects, by its identifier, pledges and
 * commitments become contributions in draft, of the donor that they name; money
 * counts when two persons have looked at it. Each is a transaction of its own.
 */
bool iati_import(struct store *s, struct slice text, const struct desk_actor *actor, const struct who *by, int64_t now_s,
    void (*each)(void *cookie, const struct iati_row *row), void *cookie, struct iati_taken *out, struct err *e) MUST_USE;

/* The identifier of a project: its own, or ours with the end of its id. */
void iati_identifier(const struct desk_record *project, struct slice org, struct buf *out);

#endif
