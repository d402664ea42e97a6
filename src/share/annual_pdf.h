/*
 * annual_pdf: the annual report as PDF, and the data package that goes with it.
 */
#ifndef SHARE_ANNUAL_PDF_H
#define SHARE_ANNUAL_PDF_H

#include "desk/annual.h"
#include "share/typeset.h"

#define ANNUAL_PDF_BYTES_MAX ((size_t)64 << 20)

bool annual_pdf(const struct annual *x, enum lang l, struct buf *out, struct typeset_made *made, struct err *e) MUST_USE;

/* Another file (name: letters, digits, "._-"; ERR_CONFLICT where one has it) that goes into the package, such as IATI. */
struct annual_file { const char *name, *type; struct slice bytes; }; /* "projects.xml", "application/xml" */
/*
 * One zip: data.json (the snapshot), a CSV a table, texts.json (what people wrote),
 * and datapackage.json (Frictionless Data's Data Package) with columns and hashes. Its
 * dates are the snapshot's.
 */
bool annual_zip(const struct annual *x, const struct annual_file *files, size_t count, struct buf *out, struct err *e) MUST_USE;

#endif
