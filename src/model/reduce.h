/*
 * reduce: personal data in what reports say, taken out before it is kept,
 * shown or passed on: the local parts of mail addresses, names of accounts,
 * passwords, tokens. Pure and bounded: no I/O, time in proportion to the text,
 * and nothing comes out longer than it went in. What is reduced already stays
 * as it is, so it may be done at every gate.
 *
 * docs/privacy.md has the table for people; the one that counts is in
 * reduce_event.c. Not seen: what is encoded further (base64, encrypted), names
 * in running text, and secrets that nothing announces.
 */
#ifndef MODEL_REDUCE_H
#define MODEL_REDUCE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/event.h"

/*
 * Free text and URLs, without what names a person or opens a door:
 *
 *	ann.lee@example.org   x@example.org   (also %40, [at], &#64;, \u0040)
 *	ann@example.org:pa55  x@example.org:x
 *	http://ann:pa55@host/ http://x@host/
 *	?email=..&token=..    ?email=x&token=x
 *	password pa55         password x
 *
 * Hosts, paths, addresses and numbers stay. The result lies in s or in a;
 * where a is full it is "x", never the text itself.
 */
struct slice reduce_text(struct slice s, struct arena *a);
/* The same of addresses and who signs in, but for words: our own sentences have "mail=spam". */
struct slice reduce_addresses(struct slice s, struct arena *a);
/* The name of an account or a person: "x@example.org" where it has a domain, else "x". */
struct slice reduce_account(struct slice s, struct arena *a);
/* JSON: each string in it by the name of its member (key: the outermost one's, or empty). */
struct slice reduce_json(struct slice key, struct slice json, struct arena *a);
/* An extra's text: by its key. */
struct slice reduce_named(struct slice key, struct slice value, struct arena *a);

/*
 * Why a record was set aside, as it may be kept: quoted values that are or may
 * be URLs or addresses become "...". quiet: all that is quoted does.
 */
void reduce_reason(struct err *why, bool quiet);

/* For whom: the strictest one is for whoever is none of the others. */
enum reduce_profile {
	REDUCE_KEPT, /* our own store, screens and pipes */
	REDUCE_OWNER, /* the contact of the network or domain itself */
	REDUCE_OTHER, /* a country's focal point, and anybody else */
	REDUCE_COUNT
};

/* One value of a field, as it may be known there. */
struct slice reduce_field(enum reduce_profile p, enum field f, struct slice s,
    struct arena *a);

/*
 * An event as it may be kept: its fields in wanted (NULL: all, and extras) by
 * REDUCE_KEPT. The raw record goes where anything of it was personal.
 */
void event_reduce(struct event *ev, const struct field_set *wanted, struct arena *a);

#endif
