/*
 * api_cache: what is dear to read and changes seldom, kept between requests of
 * one process and read again when the store says that it is another.
 */
#ifndef SERVER_API_CACHE_H
#define SERVER_API_CACHE_H

#include "attrib/contacts.h"
#include "server/api.h"

/* All contacts; they live until the next call. */
bool api_contacts(struct api *a, const struct contacts **out, struct err *e) MUST_USE;

#endif
