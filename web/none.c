/* The program without its page: where node or the packages of web/ are not there. */
#include "server/page.h"

const struct embedded page_files[] = { { { NULL, 0 }, NULL, NULL } };
const size_t page_count = 0;
