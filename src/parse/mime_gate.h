/*
 * mime_gate: what a stranger may make GMime do is bounded before GMime runs.
 * GMime 3.2 recurses once a ':' in an address list (128 KiB of "g:" end the
 * process), keeps 1.2 KB for each header line and 4 KB for each empty part,
 * and compares each line that begins with "--" with every open boundary.
 *
 * The gate walks the lines once: header blocks, boundaries that are open (a
 * stack), parts. What is over a limit is cut off there. A header that GMime
 * would take apart and that is too long gets another first letter in a copy,
 * so that GMime keeps it as it stands; all offsets stay.
 */
#ifndef PARSE_MIME_GATE_H
#define PARSE_MIME_GATE_H

#include "parse/mime.h"

/* Documents shorter than this cannot do harm; they are not walked. */
#define MIME_GATE_BYTES 16384

/*
 * *out_view is bytes, a begin of it, or a changed copy in a. *why is set where
 * something was cut off. False: the arena is full.
 */
bool mime_gate(struct slice bytes, const struct mime_limits *limits,
    struct arena *a, struct slice *out_view, bool *cut_out, struct err *why);

#endif
