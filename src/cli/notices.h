/*
 * notices: preparing and sending, as several commands do it.
 */
#ifndef CLI_NOTICES_H
#define CLI_NOTICES_H

#include "cli/cli.h"
#include "node.h"
#include "share/notices.h"

/*
 * Prepare what is due and (send) send it; the summary goes to standard output.
 * silence: what was not seen for its class' period is resolved first.
 */
bool notices_run(struct cli *c, struct node *n, bool send, bool silence,
    struct err *e) MUST_USE;

#endif
