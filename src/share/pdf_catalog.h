/*
 * pdf_catalog: what Cairo does not say of a PDF: its language, that its title is
 * shown, and that it is read from right to left. Appended as an incremental update
 * (ISO 32000-1 section 7.5.6): the bytes before stay as they are.
 */
#ifndef SHARE_PDF_CATALOG_H
#define SHARE_PDF_CATALOG_H

#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"

/* ERR_INTERNAL: it is no PDF with a plain table of objects, as Cairo writes them. */
bool pdf_catalog(struct buf *pdf, enum lang l, struct err *e) MUST_USE;

#endif
