/*
 * static: the files of the page (server/page.h) as answers. What has a hash in
 * its name is kept by a browser for good; the page itself is asked for anew,
 * and is not sent where it is the same. The page's own addresses ("/findings/7")
 * are all index.html, which reads them.
 */
#ifndef SERVER_STATIC_H
#define SERVER_STATIC_H

#include "server/api.h"

/*
 * r is for the page: out (initialised) is the answer, a 404 included where no
 * such file is. False: it is not (the API's, or no GET); out is as it was.
 */
bool static_answer(const struct api_request *r, struct api_response *out);

/* Whether an Accept-Encoding takes a coding. */
bool static_takes(struct slice accept, struct slice coding);

#endif
