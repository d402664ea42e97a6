/*
 * finding: the condition that repeated events tell of: one class of trouble
 * at one place. Its id is made from the condition alone, so that a replay, or
 * another node, gives the same finding the same name.
 */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "model/event.h"
#include "model/taxonomy.h"
#include "parse/ip.h"

enum finding_state {
	FINDING_NEW, /* seen, nobody told */
	FINDING_NOTIFIED, /* a notice about it has gone out */
	FINDING_ACKNOWLEDGED, /* somebody said that they look at it */
	FINDING_RESOLVED, /* said to be fixed, or silent for the class' period */
	FINDING_RETURNED, /* seen again after it was resolved; nobody told yet */
	FINDING_STATE_COUNT
};

const char *finding_state_name(enum finding_state s); /* "new" */
bool finding_state_find(struct slice name, enum finding_state *out);

/* What may cause a change of state; the table of moves is in finding.c. */
enum finding_act {
	FINDING_SEEN, /* another event */
	FINDING_TELL, /* a notice about it was sent */
	FINDING_ACKNOWLEDGE,
	FINDING_RESOLVE,
	FINDING_REOPEN,
	FINDING_SILENCE, /* the class' period passed without an event */
	FINDING_ACT_COUNT
};

/* False when the act means nothing in that state (then *to_out is from). */
bool finding_move(enum finding_state from, enum finding_act act,
    enum finding_state *to_out);

/*
 * PLACE_TARGET: an event names its destination only, and the destination is
 * whom it happens to. It is kept and counted, without network and country,
 * and nobody is told of it as of trouble of his own.
 */
enum place_kind {
	PLACE_IP, PLACE_NETWORK, PLACE_FQDN, PLACE_URL, PLACE_ASN, PLACE_ACCOUNT, PLACE_HASH, PLACE_TARGET,
	PLACE_KIND_COUNT
};

const char *place_kind_name(enum place_kind k);

/*
 * The condition of an event. Slices are the event's.
 *
 * id: bit 63 is 0; bits 62..31 the place (an IPv4 address as it is, so that
 * findings of one network lie side by side in the store; 32 bits of a hash
 * for all else), bits 30..0 of a hash over the whole condition. Two different
 * conditions at one IPv4 address collide once in 2^31 pairs.
 */
struct finding_key {
	int64_t id;
	enum class class;
	enum place_kind kind;
	struct ip ip; /* PLACE_IP, and where known beside others; zero: none */
	struct slice place; /* canonical text of the place */
	struct slice identifier; /* classification.identifier, else malware.name, else empty */
	uint16_t port; /* source.port where class_port_matters(), else 0 */
	struct slice transport; /* protocol.transport beside a port, else empty */
};

/* False (ERR_INPUT) for an event that event_finish() has not passed. */
bool finding_key_of(const struct event *ev, struct finding_key *out,
    struct err *e) MUST_USE;

/*
 * Between which ids all findings at one place lie, whatever their class: so
 * that what is known of an address or a name is found without an index of
 * places. place: canonical text. Others may lie there too.
 */
void finding_place_range(struct slice place, int64_t *first_out, int64_t *last_out);
/* The same of all addresses of a prefix of IPv4. */
void finding_hosts_range(const struct prefix *p, int64_t *first_out, int64_t *last_out);

#define FINDING_ID_TEXT_MAX 16
/* "F" and 13 characters of Crockford's base 32. */
void finding_id_print(int64_t id, char out[FINDING_ID_TEXT_MAX]);
bool finding_id_parse(struct slice s, int64_t *out);

#endif
