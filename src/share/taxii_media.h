/*
 * taxii_media: TAXII's media type in requests' headers (TAXII 2.1 section 1.6.8,
 * RFC 9110 sections 8.3.1 and 12.5.1). Bytes of strangers in, yes or no out.
 */
#ifndef SHARE_TAXII_MEDIA_H
#define SHARE_TAXII_MEDIA_H

#include "base/slice.h"

/*
 * May an answer be application/taxii+json;version=2.1 by this Accept header? An
 * empty one takes all; of several ranges the closest decides, and q=0 is a no.
 */
bool taxii_media_accepted(struct slice accept);
/* Are these the parameters (behind the first semicolon) of a body in version 2.1? Without a version it is the latest. */
bool taxii_media_version_ok(struct slice parameters);

#endif
