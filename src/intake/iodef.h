/*
 * iodef: what one flow of an IODEF document says, between the walk over the
 * XML (iodef.c) and the events that come of it (iodef_events.c).
 */
#ifndef INTAKE_IODEF_H
#define INTAKE_IODEF_H

#include "intake/intake.h"
#include "model/taxonomy.h"

/* What an incident, and each <EventData> or <Indicator> in it, says for all within. */
struct iodef_scope {
	struct slice start, detect, report; /* times, as they stand there */
	struct slice description, reference, vulnerability, confidence;
	struct slice class_said; /* RSIT by its name, in <AdditionalData> */
	enum tlp_said { TLP_NOT_SAID, TLP_SAID_CLEAR, TLP_SAID_GREEN, TLP_SAID_AMBER, TLP_SAID_RED } tlp;
	/* What the impact is called where it comes from, and where it was felt. */
	enum class at_source, at_target;
};

enum iodef_kind { IODEF_IP, IODEF_NETWORK, IODEF_ASN, IODEF_MAIL, IODEF_URL, IODEF_NAME, IODEF_HASH, IODEF_OTHER };

/* One address or name of a system. */
struct iodef_value {
	enum iodef_kind kind;
	struct slice text;
	struct iodef_value *next;
};

enum iodef_side { IODEF_SOURCE, IODEF_TARGET, IODEF_BYSTANDER };

struct iodef_system {
	enum iodef_side side;
	bool spoofed; /* its address is not where it came from (RFC 7970 section 3.17) */
	bool watchlist; /* or an indicator: to be looked for, not seen */
	enum class role; /* what it is used for, or CLASS_NONE */
	struct slice category, transport, port, ports, service;
	struct iodef_value *first, **end;
	struct iodef_system *next;
};

struct iodef_flow {
	struct slice incident; /* "csirt.example 189493", or empty */
	const struct iodef_scope *scope;
	struct iodef_system *first, **end;
	uint32_t line;
	/* Of the <EventData> or <Indicator> that it stands in. */
	uint64_t offset;
	uint32_t length;
	struct iodef_flow *next; /* of the same document, behind it */
};

/* "c2-server" and its like of <NodeRole>; CLASS_NONE: it says nothing of a class. */
enum class iodef_role(struct slice category);
/* "takeover-system" of RFC 7970, "recon" of RFC 5070; false: not one of theirs. */
bool iodef_impact(struct slice type, enum class *at_source_out, enum class *at_target_out);
enum iodef_kind iodef_kind(struct slice category);

/* An event for each address of each source; bad where nothing says where. False: no more. */
bool iodef_events(struct intake *in, const struct iodef_flow *flow, struct err *e) MUST_USE;

#endif
