/*
 * IODEF documents: version 2 (RFC 7970) and 1 (RFC 5070). Names are taken
 * without namespace; what is not looked at may stand anywhere.
 *
 *	IODEF-Document
 *	└── Incident *         IncidentID, times, Description, Assessment, Method
 *	    ├── EventData *    the same again for a part of it, and EventData within
 *	    │   └── Flow *     System *: source, target, what stood between
 *	    └── IndicatorData
 *	        └── Indicator *  Observable: a system, an address, a hash, a list
 *
 * Each address of each source is an event; the target stands in it where the
 * flow has one alone. Spoofed sources are nobody's. A flow without sources is
 * an event of its targets only where the impact left them something to mend.
 * Contacts of an incident are people: they stay in the archive.
 */
#include <stdlib.h>

#include "base/lang.h"
#include "intake/formats.h"
#include "intake/iodef.h"
#include "parse/xml.h"

#define SCOPES_MAX 16 /* EventData within EventData */
#define TEXT_MAX 8192 /* of one element; more is cut */
#define LIST_MAX ((size_t)16 << 20) /* of one BulkObservableList */

enum element {
	EL_OTHER, EL_INCIDENT, EL_INCIDENT_ID, EL_EVENT_DATA, EL_INDICATOR, EL_FLOW, EL_SYSTEM, EL_NODE_ROLE,
	EL_ADDRESS, EL_NAME, EL_NODE_NAME, EL_SERVICE, EL_SERVICE_NAME, EL_PORT, EL_PORTLIST, EL_START, EL_DETECT, EL_REPORT,
	EL_DESCRIPTION, EL_IMPACT, EL_CONFIDENCE, EL_URL, EL_REFERENCE_ID, EL_REFERENCE_NAME, EL_ADDITIONAL, EL_DIGEST,
	EL_BULK, EL_BULK_LIST, EL_CONTACT, EL_METHOD, EL_DISCOVERY, EL_COUNT
};

static const struct { struct slice name; enum element el; } elements[] = {
	{ S_INIT("Incident"), EL_INCIDENT }, { S_INIT("IncidentID"), EL_INCIDENT_ID }, { S_INIT("EventData"), EL_EVENT_DATA },
	{ S_INIT("Indicator"), EL_INDICATOR }, { S_INIT("Flow"), EL_FLOW }, { S_INIT("System"), EL_SYSTEM },
	{ S_INIT("NodeRole"), EL_NODE_ROLE }, { S_INIT("Address"), EL_ADDRESS }, { S_INIT("Name"), EL_NAME },
	{ S_INIT("NodeName"), EL_NODE_NAME }, { S_INIT("Service"), EL_SERVICE }, { S_INIT("ServiceName"), EL_SERVICE_NAME },
	{ S_INIT("Port"), EL_PORT }, { S_INIT("Portlist"), EL_PORTLIST }, { S_INIT("StartTime"), EL_START },
	{ S_INIT("DetectTime"), EL_DETECT }, { S_INIT("ReportTime"), EL_REPORT }, { S_INIT("GenerationTime"), EL_REPORT },
	{ S_INIT("Description"), EL_DESCRIPTION }, { S_INIT("SystemImpact"), EL_IMPACT }, { S_INIT("Impact"), EL_IMPACT },
	{ S_INIT("Confidence"), EL_CONFIDENCE }, { S_INIT("URL"), EL_URL }, { S_INIT("ID"), EL_REFERENCE_ID },
	{ S_INIT("ReferenceName"), EL_REFERENCE_NAME }, { S_INIT("AdditionalData"), EL_ADDITIONAL },
	{ S_INIT("DigestValue"), EL_DIGEST }, { S_INIT("BulkObservable"), EL_BULK },
	{ S_INIT("BulkObservableList"), EL_BULK_LIST }, { S_INIT("Contact"), EL_CONTACT }, { S_INIT("Method"), EL_METHOD },
	{ S_INIT("Discovery"), EL_DISCOVERY },
};

struct document {
	struct intake *in;
	struct arena flow_memory; /* of the flows that wait, and the open one */
	struct arena attributes; /* of the open element */
	struct iodef_scope scopes[SCOPES_MAX];
	unsigned scope; /* the one that counts; 0: the incident's */
	unsigned scopes_over; /* EventData that went deeper */
	struct slice incident;
	/* What <EventData> says of its flows may stand behind them: they wait for its end. */
	struct iodef_flow *waiting;
	struct iodef_flow *flow; /* the open one, or the latest */
	bool in_flow, in_indicator;
	struct iodef_system *system; /* the open one */
	struct slice category, meaning; /* of the element whose text is being taken */
	enum element stack[128]; /* by depth; XML_LIMITS.depth is below it */
	uint64_t begins[128]; /* where each of them does */
	unsigned blind; /* depth of an element whose content is not ours (a contact); 0: none */
	struct buf text; /* of the open element */
	uint64_t incidents;
};

static enum element
element_find(struct slice name)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (slice_eq(name, elements[i].name))
			return elements[i].el;
	}
	return EL_OTHER;
}

static bool
within(const struct document *d, unsigned depth, enum element el)
{
	for (unsigned i = 1; i < depth; i++) {
		if (d->stack[i] == el)
			return true;
	}
	return false;
}

/* RFC 7970 section 3.3.1 says which words mean the same. */
static enum tlp_said
tlp_of(struct slice restriction, enum tlp_said before)
{
	static const struct { struct slice name; enum tlp_said tlp; } words[] = {
		{ S_INIT("public"), TLP_SAID_CLEAR }, { S_INIT("white"), TLP_SAID_CLEAR }, { S_INIT("clear"), TLP_SAID_CLEAR },
		{ S_INIT("partner"), TLP_SAID_GREEN }, { S_INIT("green"), TLP_SAID_GREEN },
		{ S_INIT("need-to-know"), TLP_SAID_AMBER }, { S_INIT("amber"), TLP_SAID_AMBER },
		{ S_INIT("private"), TLP_SAID_RED }, { S_INIT("red"), TLP_SAID_RED },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		/* A part may be kept closer than the whole, never less close. */
		if (slice_eq_nocase(restriction, words[i].name) && words[i].tlp > before)
			return words[i].tlp;
	}
	return before;
}

static bool
flow_begin(struct document *d, uint64_t line)
{
	struct iodef_flow *f;

	d->system = NULL;
	if (d->waiting == NULL)
		arena_reset(&d->flow_memory);
	f = arena_alloc(&d->flow_memory, sizeof(*f));
	d->flow = f;
	if (f == NULL)
		return false;
	*f = (struct iodef_flow){ .incident = d->incident, .scope = &d->scopes[d->scope],
		.line = line > UINT32_MAX ? UINT32_MAX : (uint32_t)line, .next = d->waiting };
	f->end = &f->first;
	d->waiting = f;
	return true;
}

static struct iodef_system *
system_add(struct document *d)
{
	struct iodef_system *s = d->flow == NULL ? NULL : arena_alloc(&d->flow_memory, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->role = CLASS_NONE;
	s->end = &s->first;
	*d->flow->end = s;
	d->flow->end = &s->next;
	return s;
}

static bool
over(struct document *d, struct err *e)
{
	struct place place = { .line = d->flow == NULL ? 0 : d->flow->line };
	struct err why = ERR_INIT;

	d->waiting = d->flow = NULL;
	d->system = NULL;
	arena_reset(&d->flow_memory);
	(void)err_set(&why, ERR_LIMIT, "a flow with more addresses than the memory for one holds");
	return intake_bad(d->in, &place, S("Flow"), &why, e);
}

/* All that is said of the open scope's flows has been said. */
static bool
scope_end(struct document *d, const struct xml_item *item, struct err *e)
{
	const struct iodef_scope *scope = &d->scopes[d->scope];
	struct iodef_flow *own = NULL;

	if (d->flow_memory.failed)
		return over(d, e);
	/* Those of outer ones lie behind those of inner ones. */
	while (d->waiting != NULL && d->waiting->scope == scope) {
		struct iodef_flow *f = d->waiting;

		d->waiting = f->next;
		f->offset = d->begins[item->depth];
		xml_place(item, &f->offset, &f->length);
		f->next = own;
		own = f;
	}
	for (struct iodef_flow *f = own; f != NULL; f = f->next) {
		if (!iodef_events(d->in, f, e))
			return false;
	}
	return true;
}

static void
scope_push(struct document *d)
{
	if (d->scope + 1 == SCOPES_MAX) {
		d->scopes_over++;
		return;
	}
	d->scopes[d->scope + 1] = d->scopes[d->scope];
	d->scope++;
}

static void
scope_pop(struct document *d)
{
	if (d->scopes_over > 0)
		d->scopes_over--;
	else if (d->scope > 0)
		d->scope--;
}

static void
value_add(struct document *d, enum iodef_kind kind, struct slice text)
{
	struct iodef_value *v;

	text = slice_trim(text);
	if (d->system == NULL || text.len == 0)
		return;
	v = arena_alloc(&d->flow_memory, sizeof(*v));
	if (v == NULL)
		return;
	*v = (struct iodef_value){ .kind = kind, .text = arena_copy(&d->flow_memory, text) };
	*d->system->end = v;
	d->system->end = &v->next;
}

static void
system_begin(struct document *d, struct slice category, bool spoofed)
{
	bool target = slice_ends_nocase(category, S("target"));
	bool source = slice_ends_nocase(category, S("source")) || slice_eq_nocase(category, S("intermediate")) ||
	    (category.len == 0 && d->in_indicator);

	d->system = system_add(d);
	if (d->system == NULL)
		return;
	d->system->side = target ? IODEF_TARGET : source ? IODEF_SOURCE : IODEF_BYSTANDER;
	d->system->watchlist = d->in_indicator || slice_starts_nocase(category, S("watchlist"));
	d->system->spoofed = spoofed;
	if (!slice_eq_nocase(category, S("source")) && !slice_eq_nocase(category, S("target")))
		d->system->category = arena_copy(&d->flow_memory, slice_sub(category, 0, 64));
}

/* Those that RFC 768 and its like have numbers for; others stay numbers. */
static struct slice
transport_of(struct slice number)
{
	static const struct { struct slice number, name; } known[] = {
		{ S_INIT("1"), S_INIT("icmp") }, { S_INIT("6"), S_INIT("tcp") }, { S_INIT("17"), S_INIT("udp") },
		{ S_INIT("58"), S_INIT("ipv6-icmp") }, { S_INIT("132"), S_INIT("sctp") },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (slice_eq(number, known[i].number))
			return known[i].name;
	}
	return number;
}

/* What elements say in attributes. */
struct attributes {
	struct slice category, type, restriction, name, meaning, protocol, ext, rating;
	bool spoofed;
};

static struct attributes
attributes_read(struct xml_reader *xml, struct arena *a)
{
	struct attributes out = { .spoofed = false };
	const struct { struct slice name; struct slice *to; } wanted[] = {
		{ S("category"), &out.category }, { S("type"), &out.type }, { S("restriction"), &out.restriction },
		{ S("name"), &out.name }, { S("meaning"), &out.meaning }, { S("ip-protocol"), &out.protocol },
		{ S("ip_protocol"), &out.protocol }, { S("ext-type"), &out.ext }, { S("ext-category"), &out.ext },
		{ S("rating"), &out.rating },
	};
	struct slice name, value;

	while (xml_attribute(xml, &name, &value)) {
		if (slice_eq(name, S("spoofed")))
			out.spoofed = slice_eq_nocase(value, S("yes"));
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
			if (slice_eq(name, wanted[i].name))
				*wanted[i].to = arena_copy(a, slice_sub(value, 0, 256));
		}
	}
	return out;
}

static void
impact_take(struct iodef_scope *s, const struct attributes *a)
{
	enum class source, target;

	/* Another CSIRT's word for it may be RSIT's. */
	if (slice_eq_nocase(a->type, S("ext-value")) && class_find(a->ext) != CLASS_NONE)
		s->class_said = class_type(class_find(a->ext));
	if (s->at_source != CLASS_NONE || !iodef_impact(a->type, &source, &target))
		return;
	s->at_source = source;
	s->at_target = target;
}

static void
incident_begin(struct document *d, const struct attributes *a)
{
	d->incidents++;
	d->scope = d->scopes_over = 0;
	d->scopes[0] = (struct iodef_scope){ .at_source = CLASS_NONE, .at_target = CLASS_NONE,
		.tlp = tlp_of(a->restriction, TLP_NOT_SAID) };
	d->incident = SLICE_NONE;
	d->waiting = d->flow = NULL;
}

static void
element_begin(struct document *d, enum element el, const struct attributes *a, const struct xml_item *item)
{
	struct iodef_scope *s = &d->scopes[d->scope];

	switch (el) {
	case EL_INCIDENT:
		incident_begin(d, a);
		break;
	case EL_INDICATOR:
		scope_push(d);
		d->in_indicator = true;
		if (flow_begin(d, item->line))
			system_begin(d, SLICE_NONE, false);
		break;
	case EL_EVENT_DATA:
		scope_push(d);
		d->scopes[d->scope].tlp = tlp_of(a->restriction, d->scopes[d->scope].tlp);
		break;
	case EL_FLOW:
		if (!d->in_indicator)
			(void)flow_begin(d, item->line);
		d->in_flow = true;
		break;
	case EL_SYSTEM:
		/* Some put it into EventData itself. */
		if (!d->in_flow && !d->in_indicator)
			(void)flow_begin(d, item->line);
		system_begin(d, a->category, a->spoofed);
		break;
	case EL_NODE_ROLE:
		if (d->system != NULL && d->system->role == CLASS_NONE)
			d->system->role = iodef_role(a->category);
		break;
	case EL_SERVICE:
		if (d->system != NULL)
			d->system->transport = arena_copy(&d->flow_memory, transport_of(a->protocol));
		break;
	case EL_IMPACT:
		impact_take(s, a);
		break;
	case EL_CONFIDENCE:
		s->confidence = arena_copy(&d->in->document, a->rating);
		break;
	case EL_CONTACT:
		d->blind = item->depth;
		break;
	default:
		break;
	}
	d->category = el == EL_BULK_LIST ? d->category : el == EL_BULK ? a->type : a->category;
	d->meaning = a->meaning.len > 0 ? a->meaning : a->name;
}

static void
once(struct document *d, struct slice *to, struct slice text)
{
	if (to->len == 0)
		*to = arena_copy(&d->in->document, text);
}

/* A part that says when it was noticed began not when the whole did. */
static void
detect_take(struct document *d, struct slice text)
{
	struct iodef_scope *s = &d->scopes[d->scope];

	if (d->scope > 0 && s->start.p == s[-1].start.p)
		s->start = SLICE_NONE;
	s->detect = arena_copy(&d->in->document, text);
}

/* What a scope says of itself stands before what is within it; the nearest is the best. */
static void
scope_text(struct document *d, enum element el, unsigned depth, struct slice text)
{
	struct iodef_scope *s = &d->scopes[d->scope];
	enum element parent = depth > 1 ? d->stack[depth - 1] : EL_OTHER;
	bool own = parent == EL_INCIDENT || parent == EL_EVENT_DATA || parent == EL_INDICATOR;

	if (d->scopes_over > 0)
		return;
	if (own && el == EL_START)
		s->start = arena_copy(&d->in->document, text);
	else if (own && el == EL_DETECT)
		detect_take(d, text);
	else if (own && el == EL_REPORT)
		once(d, &s->report, text);
	else if (own && el == EL_DESCRIPTION)
		s->description = arena_copy(&d->in->document, text);
	else if (el == EL_URL && within(d, depth, EL_METHOD))
		once(d, &s->reference, text);
	else if ((el == EL_REFERENCE_ID || el == EL_REFERENCE_NAME) && within(d, depth, EL_METHOD))
		once(d, &s->vulnerability, text);
	else if (el == EL_ADDITIONAL && slice_eq_nocase(d->meaning, S("classification.type")) && class_find(text) != CLASS_NONE)
		s->class_said = arena_copy(&d->in->document, text);
	else if (el == EL_CONFIDENCE && text.len > 0 && slice_eq_nocase(s->confidence, S("numeric")))
		s->confidence = arena_copy(&d->in->document, text);
}

static void
system_text(struct document *d, enum element el, struct slice text)
{
	struct iodef_system *s = d->system;

	if (s == NULL)
		return;
	if (el == EL_ADDRESS)
		value_add(d, iodef_kind(d->category.len > 0 ? d->category : S("ipv4-addr")), text);
	else if (el == EL_NAME || el == EL_NODE_NAME)
		value_add(d, IODEF_NAME, text);
	else if (el == EL_DIGEST)
		value_add(d, IODEF_HASH, text);
	else if (el == EL_PORT && s->port.len == 0)
		s->port = arena_copy(&d->flow_memory, text);
	else if (el == EL_PORTLIST && s->ports.len == 0)
		s->ports = arena_copy(&d->flow_memory, text);
	else if (el == EL_SERVICE_NAME && s->service.len == 0)
		s->service = arena_copy(&d->flow_memory, text);
}

/* One a line, of a kind that the list says. */
static void
bulk_take(struct document *d, struct slice list)
{
	enum iodef_kind kind = iodef_kind(d->category);
	struct slice line;

	d->flow_memory.failed = d->flow_memory.failed || d->text.failed;
	if (slice_starts_nocase(d->category, S("domain-to-")))
		kind = IODEF_NAME;
	while (slice_line(&list, &line)) {
		line = slice_trim(line);
		if (kind == IODEF_NAME && slice_find_byte(line, ',') != SIZE_MAX)
			line = slice_sub(line, 0, slice_find_byte(line, ','));
		value_add(d, kind, line);
	}
}

static bool
scope_element_end(struct document *d, enum element el, const struct xml_item *item, struct err *e)
{
	bool ok = true;

	if (el != EL_INDICATOR && el != EL_EVENT_DATA && el != EL_INCIDENT)
		return true;
	if (d->scopes_over == 0)
		ok = scope_end(d, item, e);
	if (el == EL_INDICATOR)
		d->in_indicator = false;
	if (el != EL_INCIDENT)
		scope_pop(d);
	return ok;
}

static bool
element_end(struct document *d, enum element el, const struct xml_item *item, struct err *e)
{
	struct slice text = slice_trim(buf_view(&d->text));

	if (d->blind != 0) {
		if (item->depth == d->blind)
			d->blind = 0;
		return true;
	}
	if (el == EL_BULK_LIST)
		bulk_take(d, text);
	text = slice_sub(text, 0, TEXT_MAX);
	if (el == EL_INCIDENT_ID && d->stack[item->depth - 1] == EL_INCIDENT)
		d->incident = arena_printf(&d->in->document, "%.*s%s%.*s", SLICE_ARG(d->meaning),
		    d->meaning.len > 0 ? " " : "", SLICE_ARG(text));
	scope_text(d, el, item->depth, text);
	system_text(d, el, text);
	if (el == EL_SYSTEM)
		d->system = d->in_indicator && d->flow != NULL ? d->flow->first : NULL;
	if (el == EL_FLOW && !d->in_indicator)
		d->in_flow = false;
	return scope_element_end(d, el, item, e);
}

static bool
take_start(struct document *d, struct xml_reader *xml, const struct xml_item *item, struct err *e)
{
	enum element el = element_find(item->name);
	struct attributes a;

	if (item->depth == 1 && !slice_eq(item->name, S("IODEF-Document")))
		return err_set(e, ERR_INPUT, "its root is <%.*s>, an IODEF document's is <IODEF-Document>",
		    SLICE_ARG(slice_sub(item->name, 0, 40)));
	d->stack[item->depth] = el;
	d->begins[item->depth] = item->at;
	buf_clear(&d->text);
	if (d->blind != 0 || el == EL_OTHER)
		return true;
	/* A list keeps what the element around it said of it. */
	if (el != EL_BULK_LIST)
		arena_reset(&d->attributes);
	a = attributes_read(xml, &d->attributes);
	element_begin(d, el, &a, item);
	return !d->in->document.failed || err_set(e, ERR_LIMIT, "the document says more than %zu bytes hold", d->in->document.max);
}

static bool
take(void *cookie, struct xml_reader *xml, const struct xml_item *item, struct err *e)
{
	struct document *d = cookie;
	bool ok;

	switch (item->kind) {
	case XML_ITEM_START:
		return take_start(d, xml, item, e);
	case XML_ITEM_TEXT:
		if (d->blind == 0 && d->stack[item->depth] != EL_OTHER)
			buf_put(&d->text, item->text);
		return true;
	case XML_ITEM_END:
		ok = element_end(d, d->stack[item->depth], item, e);
		buf_clear(&d->text);
		return ok;
	}
	return true;
}

static bool
read(struct intake *in, struct source *src, struct err *e)
{
	struct document *d = xalloc(sizeof(*d));
	bool ok;

	*d = (struct document){ .in = in };
	arena_init(&d->flow_memory, (size_t)128 << 20);
	arena_init(&d->attributes, 4096);
	buf_init(&d->text, LIST_MAX);
	ok = xml_each(src, &XML_LIMITS, take, d, e);
	if (ok && d->incidents == 0)
		ok = err_set(e, ERR_INPUT, "an IODEF document without a single incident");
	buf_fini(&d->text);
	arena_fini(&d->attributes);
	arena_fini(&d->flow_memory);
	free(d);
	return ok;
}

static int
recognise(const struct intake_head *head, const struct intake *in)
{
	struct slice s = slice_sub(slice_trim(head->bytes), 0, 4096);

	(void)in;
	if (s.len == 0 || s.p[0] != '<')
		return 0;
	return slice_find(s, S("<IODEF-Document")) != SIZE_MAX || slice_find(s, S(":IODEF-Document")) != SIZE_MAX ? 95 : 0;
}

const struct intake_format intake_iodef = {
	.name = S_INIT("iodef"),
	.summary = N_("IODEF incidents (XML, RFC 7970 and RFC 5070)"),
	.recognise = recognise,
	.read = read,
};
