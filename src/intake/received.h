/*
 * received: the Received lines of a mail, from the top down to the host that
 * handed it to our own relays. Only what our relays wrote can be believed:
 * the walk passes over hops inside (local, private, trusted), and the first
 * other address is the source. Whatever stands below it may be forged.
 */
#ifndef INTAKE_RECEIVED_H
#define INTAKE_RECEIVED_H

#include "parse/date.h"
#include "parse/ip.h"

#define RECEIVED_HOPS_MAX 64

struct received {
	bool has_ip;
	struct ip ip; /* who handed the mail over, as the receiver saw it */
	struct slice rdns; /* its name, as the receiver looked it up; or NONE */
	struct slice helo; /* its name, as it said itself; or NONE */
	struct slice by; /* the receiver; or NONE */
	bool has_date;
	struct date date;
};

/*
 * Read one Received value (folded or not). Slices point into value. False
 * when it is no Received line of any known form (no "from" and no "by").
 */
bool received_read(struct slice value, struct received *out);

/*
 * Is the hop one of our own relays? trusted is a list "192.0.2.0/24,
 * 2001:db8::/32, relay.example.org, .example.net", by commas or spaces; a name
 * stands for itself and all below it, and is compared with rdns only.
 */
bool received_trusted(const struct received *r, struct slice trusted);

/*
 * Walk the Received lines of head (header lines, newest first). True when a
 * source was found; *date_out then says when our relay took the mail (has_date
 * in *out). At most RECEIVED_HOPS_MAX lines are looked at.
 */
bool received_walk(struct slice head, struct slice trusted,
    struct received *out);

/* Is the list of such networks and names well written? ERR_INPUT says which is not. */
bool received_trusted_check(struct slice trusted, struct err *e) MUST_USE;

#endif
