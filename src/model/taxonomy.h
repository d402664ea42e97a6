/*
 * taxonomy: the Reference Security Incident Taxonomy (RSIT, version 1003)
 * as IntelMQ's classification.type, and what Entente needs to know of each
 * class: is the port part of the condition, and after how long a silence does
 * a finding of it count as resolved. The rows are model/class_list.h.
 */
#ifndef MODEL_TAXONOMY_H
#define MODEL_TAXONOMY_H

#include "base/slice.h"

enum class {
#define X(id, type, taxonomy, port, silence_d) CLASS_##id,
#include "model/class_list.h"
#undef X
	CLASS_COUNT,
	CLASS_NONE = CLASS_COUNT
};

struct slice class_type(enum class c); /* "infected-system" */
struct slice class_taxonomy(enum class c); /* "malicious-code" */
/* By classification.type; CLASS_NONE when there is none. */
enum class class_find(struct slice type);
/* The name of today for an old one ("botnet drone", "c&c"), or SLICE_NONE. */
struct slice class_modern(struct slice old);
bool taxonomy_ok(struct slice taxonomy);
struct slice taxonomy_modern(struct slice old);

/* Two ports at one address are two findings (an open service, a C2)? */
bool class_port_matters(enum class c);
/* Days without an event after which a finding is resolved. */
unsigned class_silence_d(enum class c);
/* For people: a catalogue key, "Infected system". */
const char *class_title(enum class c);

#endif
