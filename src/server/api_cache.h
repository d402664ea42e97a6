/*
 * api_cache: what is dear to read and changes seldom, kept between requests of
 * one process and read again when the store says that it is another.
 */
#ifndef SERVER_API_CACHE_H
#define SERVER_API_CACHE_H

#include "attrib/contacts.h"
#include "server/api.h"
#include "store/agreements.h"

/* All contacts; they live until the next call. */
bool api_contacts(struct api *a, const struct contacts **out, struct err *e) MUST_USE;

/*
 * All agreements: verifying them costs some 0.2 ms an act. Read again after a
 * change, and each hour; they live until the next call.
 */
bool api_agreements(struct api *a, int64_t now_s, const struct agreements **out, struct err *e) MUST_USE;

#endif
