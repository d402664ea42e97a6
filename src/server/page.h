/*
 * page: the files of the web page, as web/tools/build.mjs makes them:
 * "index.html", "assets/NAME-HASH.js", and beside each the same packed
 * ("….br", "….gz"). What lies under assets/ never changes under its name;
 * index.html answers for every path of the page that a person may come to.
 */
#ifndef SERVER_PAGE_H
#define SERVER_PAGE_H

#include "base/embedded.h"

/* Sorted by name. page_count is 0 in a program that was built without npm. */
extern const struct embedded page_files[];
extern const size_t page_count;

#endif
