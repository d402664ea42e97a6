/*
 * page: the files of the web page that lie in the program itself, made by
 * data/embed_page.py; sorted by name. "assets/main-Y4ADJYT4.js.br" is what a
 * browser that takes Brotli is sent for "assets/main-Y4ADJYT4.js".
 */
#ifndef SERVER_PAGE_H
#define SERVER_PAGE_H

#include "base/embedded.h"

extern const struct embedded page_files[];
extern const size_t page_count;

#endif
