/*
 * desk_kind: what each kind of record is made of. Names are those that programs
 * use; a title is what a person reads. States and moves are desk_state.c's.
 */
#include "model/desk_room.h"

#include "base/lang.h"

#define LANGS "ar zh en fr ru es"
#define F(n, t, kind, set) { .name = n, .title = t, .type = kind, .flags = set }
#define FW(n, t, kind, set, list) { .name = n, .title = t, .type = kind, .flags = set, .words = list }
#define FR(n, t, kind, set, of) { .name = n, .title = t, .type = kind, .flags = set, .to = of }
#define FI(n, t, set, least, most) { .name = n, .title = t, .type = DESK_INT, .flags = set, .min = least, .max = most }
#define TITLE F("title", N_("Title"), DESK_TEXTS, DESK_NEEDED)
#define NOTE F("note", N_("Note"), DESK_TEXTS, 0)
#define EVIDENCE F("evidence", N_("Evidence"), DESK_EVIDENCE, 0)
#define COUNTRY F("country", N_("Country"), DESK_CODE, DESK_NEEDED | DESK_FIXED)
#define TOPICS FW("topics", N_("Topics"), DESK_WORDS, 0, DESK_TOPICS)
#define PROJECT FR("project", N_("Project"), DESK_REF, DESK_NEEDED | DESK_FIXED, DESK_PROJECT)
#define FILLED(v) v, sizeof(v) / sizeof((v)[0])

static const struct desk_field country[] = {
	COUNTRY,
	FW("language", N_("Language"), DESK_WORD, 0, LANGS),
	FW("open", N_("What it opens to all"), DESK_WORDS, 0, "contacts readiness needs projects"),
	F("paper", N_("Paper"), DESK_EVIDENCE, 0),
	NOTE,
};
static const struct desk_field focal[] = {
	COUNTRY,
	FW("function", N_("Function"), DESK_WORD, DESK_NEEDED | DESK_FIXED, "lead deputy duty spam-authority csirt child-protection"),
	F("name", N_("Name"), DESK_LINE, DESK_NEEDED),
	F("person", N_("Person"), DESK_LINE, DESK_PERSONAL),
	F("account", N_("Account"), DESK_LINE, 0),
	F("mail", N_("Mail"), DESK_MAILBOX, DESK_NEEDED),
	F("phone", N_("Telephone"), DESK_LINE, 0),
	F("hours", N_("Hours"), DESK_LINE, 0),
	F("languages", N_("Languages"), DESK_LINES, 0),
	FW("language", N_("Language of letters"), DESK_WORD, 0, LANGS),
	F("url", N_("Page"), DESK_URL, 0),
	F("openpgp", N_("OpenPGP key"), DESK_LINE, 0),
	F("letter", N_("Letter of designation"), DESK_EVIDENCE, 0),
	F("checked_by", N_("How the letter was checked"), DESK_LINE, 0),
	F("from", N_("Begins"), DESK_DAY, DESK_NEEDED),
	F("until", N_("Until"), DESK_DAY, 0),
	FR("handover", N_("Handed over to"), DESK_REF, 0, DESK_FOCAL),
	NOTE,
};
static const struct desk_field entity[] = {
	F("name", N_("Name"), DESK_LINE, DESK_NEEDED),
	FW("sort", N_("Sort"), DESK_WORD, DESK_NEEDED, "expert donor isp mobile-operator direct-marketing association csirt regulator university international initiative"),
	F("country", N_("Country"), DESK_CODE, DESK_FIXED),
	F("accounts", N_("Accounts"), DESK_LINES, 0),
	TOPICS,
	F("regions", N_("Countries it works in"), DESK_CODES, 0),
	F("languages", N_("Languages"), DESK_LINES, 0),
	F("mail", N_("Mail"), DESK_MAILBOX, 0),
	F("phone", N_("Telephone"), DESK_LINE, 0),
	F("url", N_("Page"), DESK_URL, 0),
	F("iati", N_("Identifier in IATI"), DESK_LINE, 0),
	F("interests", N_("Declared interests"), DESK_TEXTS, 0),
	F("sells_in", N_("Countries it sells in"), DESK_CODES, 0),
	FR("decision", N_("Recognised by"), DESK_REF, 0, DESK_DECISION),
	EVIDENCE,
	NOTE,
};
static const struct desk_field initiative[] = {
	TITLE,
	F("owner", N_("Owner"), DESK_LINE, DESK_NEEDED),
	TOPICS,
	F("regions", N_("Countries it works in"), DESK_CODES, 0),
	F("url", N_("Page"), DESK_URL, DESK_NEEDED),
	F("iati", N_("Identifier in IATI"), DESK_LINE, 0),
	F("checked", N_("Last looked at"), DESK_DAY, DESK_NEEDED),
	NOTE,
};
static const struct desk_field answer[] = {
	COUNTRY,
	F("indicator", N_("Indicator of readiness"), DESK_READY, DESK_NEEDED | DESK_FIXED),
	FW("level", N_("Level"), DESK_WORD, DESK_NEEDED, "0 1 2 3 4 na"),
	F("why", N_("Reason"), DESK_TEXTS, 0),
	EVIDENCE,
	FW("accepted", N_("Accepted level"), DESK_WORD, DESK_OURS, "0 1 2 3 4 na"),
	F("accepted_on", N_("Accepted on"), DESK_DAY, DESK_OURS),
	F("valid_until", N_("Valid until"), DESK_DAY, DESK_OURS),
	F("review", N_("What the reviewer says"), DESK_TEXTS, 0),
};
static const struct desk_field need[] = {
	COUNTRY,
	TITLE,
	F("problem", N_("Problem"), DESK_TEXTS, DESK_NEEDED),
	F("wanted", N_("Wanted result"), DESK_TEXTS, 0),
	F("own", N_("Own contribution"), DESK_TEXTS, 0),
	TOPICS,
	F("indicators", N_("Indicators"), DESK_READIES, 0),
	FW("urgency", N_("Urgency"), DESK_WORD, 0, "low normal high"),
	FI("order", N_("Order among the country's needs"), 0, 1, 1000),
	F("budget", N_("Idea of the budget"), DESK_MONEY, 0),
	F("deadline", N_("Wanted by"), DESK_DAY, 0),
	F("public", N_("May be seen by all"), DESK_BOOL, 0),
	F("languages", N_("Languages"), DESK_LINES, 0),
	F("result", N_("What came of it"), DESK_TEXTS, 0),
	EVIDENCE,
	F("follow_6", N_("Check after 6 months"), DESK_DAY, 0),
	F("follow_12", N_("Check after 12 months"), DESK_DAY, 0),
	NOTE,
};
static const struct desk_field offer[] = {
	FR("need", N_("Need"), DESK_REF, DESK_NEEDED | DESK_FIXED, DESK_NEED),
	FR("entity", N_("Entity"), DESK_REF, DESK_NEEDED | DESK_FIXED, DESK_ENTITY),
	TITLE,
	F("what", N_("What is offered"), DESK_TEXTS, DESK_NEEDED),
	F("cost", N_("Cost"), DESK_MONEY, 0),
	F("from", N_("Begins"), DESK_DAY, 0),
	F("until", N_("Until"), DESK_DAY, 0),
	F("valid_until", N_("Valid until"), DESK_DAY, 0),
	F("languages", N_("Languages"), DESK_LINES, 0),
	F("conditions", N_("Conditions"), DESK_TEXTS, 0),
	EVIDENCE,
};
static const struct desk_field project[] = {
	TITLE,
	FR("needs", N_("Needs"), DESK_REFS, DESK_NEEDED | DESK_EARLY, DESK_NEED),
	F("country", N_("Country"), DESK_CODE, DESK_NEEDED | DESK_FIXED),
	FR("entity", N_("Carried out by"), DESK_REF, DESK_NEEDED | DESK_EARLY, DESK_ENTITY),
	FR("offer", N_("Offer"), DESK_REF, DESK_EARLY, DESK_OFFER),
	F("agreement", N_("Agreement that covers it"), DESK_LINE, 0),
	F("goals", N_("Goals"), DESK_TEXTS, 0),
	TOPICS,
	F("from", N_("Begins"), DESK_DAY, DESK_TWO),
	F("until", N_("Until"), DESK_DAY, DESK_TWO),
	F("budget", N_("Budget"), DESK_MONEY, DESK_TWO),
	F("open_money", N_("Looks for money"), DESK_BOOL, 0),
	F("coherence", N_("How it fits with what others do"), DESK_TEXTS, 0),
	FR("part_of", N_("Part of"), DESK_REF, 0, DESK_PROJECT),
	F("relevance", N_("Relevance"), DESK_TEXTS, 0),
	F("coherent", N_("Coherence"), DESK_TEXTS, 0),
	F("effectiveness", N_("Effectiveness"), DESK_TEXTS, 0),
	F("efficiency", N_("Efficiency"), DESK_TEXTS, 0),
	F("impact", N_("Impact"), DESK_TEXTS, 0),
	F("sustainability", N_("Sustainability"), DESK_TEXTS, 0),
	F("accounts", N_("Financial accounts"), DESK_EVIDENCE, 0),
	F("iati", N_("Identifier in IATI"), DESK_LINE, 0),
	EVIDENCE,
	NOTE,
};
static const struct desk_field activity[] = {
	PROJECT,
	TITLE,
	FW("sort", N_("Sort"), DESK_WORD, DESK_NEEDED, "training law-drafting tool exercise translation equipment advice meeting"),
	F("place", N_("Place"), DESK_LINE, 0),
	F("from", N_("Begins"), DESK_DAY, 0),
	F("until", N_("Until"), DESK_DAY, 0),
	FI("people", N_("People"), 0, 0, 1000000),
	FI("women", N_("Of them women"), 0, 0, 1000000),
	F("cost", N_("Cost"), DESK_MONEY, DESK_TWO),
	EVIDENCE,
	NOTE,
};
static const struct desk_field milestone[] = {
	PROJECT,
	TITLE,
	F("due", N_("Due"), DESK_DAY, DESK_NEEDED | DESK_TWO),
	EVIDENCE,
	NOTE,
};
static const struct desk_field indicator[] = {
	PROJECT,
	TITLE,
	FW("sort", N_("Sort"), DESK_WORD, DESK_NEEDED, "output outcome impact"),
	F("unit", N_("Unit"), DESK_LINE, DESK_NEEDED),
	F("baseline", N_("Baseline"), DESK_POINT, DESK_TWO),
	F("target", N_("Target"), DESK_POINT, DESK_TWO),
	F("down", N_("Less is better"), DESK_BOOL, 0),
	FW("measure", N_("Measured by the node"), DESK_WORD, 0, "open-findings findings hours-to-close contacts-alive"),
	F("class", N_("Class of findings"), DESK_LINE, 0),
	F("text", N_("Text in findings"), DESK_LINE, 0),
	F("ready", N_("Indicator of readiness"), DESK_READY, 0),
	F("source", N_("Source"), DESK_LINE, 0),
	NOTE,
};
static const struct desk_field measurement[] = {
	FR("indicator", N_("Indicator of a project"), DESK_REF, DESK_NEEDED | DESK_FIXED, DESK_INDICATOR),
	F("value", N_("Value"), DESK_NUMBER, DESK_NEEDED),
	F("from", N_("Begins"), DESK_DAY, DESK_NEEDED),
	F("until", N_("Until"), DESK_DAY, DESK_NEEDED),
	F("source", N_("Source"), DESK_LINE, DESK_NEEDED),
	F("query", N_("Question that was asked"), DESK_LINE, DESK_OURS),
	EVIDENCE,
	NOTE,
};
static const struct desk_field contribution[] = {
	PROJECT,
	FR("entity", N_("Donor"), DESK_REF, DESK_NEEDED | DESK_FIXED, DESK_ENTITY),
	F("purpose", N_("Purpose"), DESK_TEXTS, 0),
	F("in_kind", N_("In kind"), DESK_BOOL, 0),
	F("pledged", N_("Pledged"), DESK_MONEY, DESK_NEEDED | DESK_TWO),
	F("committed", N_("Committed"), DESK_MONEY, DESK_TWO | DESK_LATER),
	F("paid", N_("Paid"), DESK_MONEY, DESK_TWO | DESK_LATER),
	F("spent", N_("Spent"), DESK_MONEY, DESK_TWO | DESK_LATER),
	F("conditions", N_("Conditions"), DESK_TEXTS, 0),
	F("iati", N_("Identifier in IATI"), DESK_LINE, 0),
	EVIDENCE,
	NOTE,
};
static const struct desk_field risk[] = {
	PROJECT,
	TITLE,
	FI("likelihood", N_("Likelihood"), DESK_NEEDED, 1, 5),
	FI("severity", N_("Severity"), DESK_NEEDED, 1, 5),
	F("answer", N_("What is done about it"), DESK_TEXTS, 0),
	F("owner", N_("Owner"), DESK_LINE, 0),
	NOTE,
};
static const struct desk_field material[] = {
	TITLE,
	FW("audience", N_("Audience"), DESK_WORDS, DESK_NEEDED, "consumers children parents teachers companies providers public-bodies judiciary"),
	TOPICS,
	F("languages", N_("Languages"), DESK_LINES, DESK_NEEDED),
	F("licence", N_("Licence"), DESK_LINE, DESK_NEEDED),
	F("accessible", N_("How accessibility was checked"), DESK_LINE, 0),
	FI("uses", N_("Times used"), 0, 0, 1000000000),
	F("country", N_("Country"), DESK_CODE, DESK_FIXED),
	EVIDENCE,
	NOTE,
};
static const struct desk_field meeting[] = {
	TITLE,
	F("from", N_("Begins"), DESK_DAY, DESK_NEEDED),
	F("until", N_("Until"), DESK_DAY, 0),
	F("place", N_("Place"), DESK_LINE, 0),
	F("agenda", N_("Agenda"), DESK_LINES, 0),
	F("documents", N_("Documents"), DESK_EVIDENCE, 0),
	FI("people", N_("Participants"), 0, 0, 1000000),
	F("countries", N_("Countries"), DESK_CODES, 0),
	NOTE,
};
static const struct desk_field decision[] = {
	TITLE,
	FR("meeting", N_("Meeting"), DESK_REF, DESK_FIXED, DESK_MEETING),
	F("what", N_("What was decided"), DESK_TEXTS, DESK_NEEDED),
	F("owner", N_("Owner"), DESK_LINE, DESK_NEEDED),
	F("deadline", N_("Deadline"), DESK_DAY, DESK_NEEDED),
	EVIDENCE,
	NOTE,
};
static const struct desk_field report[] = {
	TITLE,
	FI("year", N_("Year"), DESK_NEEDED | DESK_FIXED, 2000, 2200),
	F("snapshot", N_("Hash of the frozen data"), DESK_LINE, DESK_OURS),
	F("summary", N_("Summary"), DESK_TEXTS, 0),
	F("lessons", N_("Lessons"), DESK_TEXTS, 0),
	F("corrections", N_("Corrections"), DESK_TEXTS, 0),
	EVIDENCE,
};

#define R(x) (1u << DESK_##x)
#define TYPE(k, flow, name, title, many, fields, create, edit, natural, parent, entity) \
	[DESK_##k] = { DESK_##k, name, title, many, FILLED(fields), &desk_flow_##flow, create, edit, natural, parent, entity }

static const struct desk_type_of types[DESK_KIND_COUNT] = {
	TYPE(COUNTRY, country, "country", N_("Country"), N_("Countries"), country, R(K), R(K) | R(C), "country", NULL, NULL),
	TYPE(FOCAL, focal, "focal-point", N_("Focal point"), N_("Focal points"), focal, R(C) | R(D) | R(K), R(C) | R(D) | R(K), NULL, NULL, NULL),
	TYPE(ENTITY, entity, "entity", N_("Entity"), N_("Entities"), entity, R(K) | R(X) | R(F), R(K) | R(X) | R(F), NULL, NULL, ""),
	TYPE(INITIATIVE, initiative, "initiative", N_("Initiative"), N_("Initiatives"), initiative, R(K) | R(C) | R(X), R(K), NULL, NULL, NULL),
	TYPE(ANSWER, answer, "answer", N_("Answer"), N_("Answers"), answer, R(C) | R(D), R(C) | R(D), "country indicator", NULL, NULL),
	TYPE(NEED, need, "need", N_("Need"), N_("Needs"), need, R(C) | R(D), R(C) | R(D), NULL, NULL, NULL),
	TYPE(OFFER, offer, "offer", N_("Offer"), N_("Offers"), offer, R(X) | R(F), R(X) | R(F), NULL, "need", "entity"),
	TYPE(PROJECT, project, "project", N_("Project"), N_("Projects"), project, R(C) | R(D) | R(K) | R(X), R(C) | R(D) | R(K) | R(X), NULL, NULL, "entity"),
	TYPE(ACTIVITY, activity, "activity", N_("Activity"), N_("Activities"), activity, R(C) | R(D) | R(K) | R(X), R(C) | R(D) | R(K) | R(X), NULL, "project", NULL),
	TYPE(MILESTONE, milestone, "milestone", N_("Milestone"), N_("Milestones"), milestone, R(C) | R(D) | R(K) | R(X), R(C) | R(D) | R(K) | R(X), NULL, "project", NULL),
	TYPE(INDICATOR, indicator, "indicator", N_("Indicator of a project"), N_("Indicators of projects"), indicator, R(C) | R(D) | R(K) | R(X), R(C) | R(D) | R(K) | R(X), NULL, "project", NULL),
	TYPE(MEASUREMENT, measurement, "measurement", N_("Measurement"), N_("Measurements"), measurement, R(C) | R(D) | R(X) | R(NODE), R(C) | R(D) | R(X), NULL, "indicator", NULL),
	TYPE(CONTRIBUTION, contribution, "contribution", N_("Contribution"), N_("Contributions"), contribution, R(K) | R(F), R(K) | R(F) | R(X), NULL, "project", "entity"),
	TYPE(RISK, risk, "risk", N_("Risk"), N_("Risks"), risk, R(C) | R(D) | R(K) | R(X), R(C) | R(D) | R(K) | R(X), NULL, "project", NULL),
	TYPE(MATERIAL, material, "material", N_("Material"), N_("Materials"), material, R(C) | R(D) | R(K) | R(X) | R(F), R(C) | R(D) | R(K), NULL, NULL, NULL),
	TYPE(MEETING, meeting, "meeting", N_("Meeting"), N_("Meetings"), meeting, R(K), R(K), NULL, NULL, NULL),
	TYPE(DECISION, decision, "decision", N_("Decision"), N_("Decisions"), decision, R(C) | R(K) | R(X), R(K), NULL, "meeting", NULL),
	TYPE(REPORT, report, "report", N_("Annual report"), N_("Annual reports"), report, R(K), R(K), "year", NULL, NULL),
};

const struct desk_type_of *
desk_kind_of(enum desk_kind k)
{
	return &types[k];
}

bool
desk_kind_find(struct slice name, enum desk_kind *out)
{
	for (int k = 0; k < DESK_KIND_COUNT; k++) {
		if (slice_eq(name, slice_of_str(types[k].name))) {
			*out = (enum desk_kind)k;
			return true;
		}
	}
	return false;
}

const struct desk_field *
desk_field_find(const struct desk_type_of *t, struct slice name)
{
	for (size_t i = 0; i < t->field_count; i++) {
		if (slice_eq(name, slice_of_str(t->fields[i].name)))
			return &t->fields[i];
	}
	return NULL;
}

const struct desk_move *
desk_move_find(const struct desk_type_of *t, struct slice name, unsigned state)
{
	for (size_t i = 0; i < t->flow->move_count; i++) {
		if ((t->flow->moves[i].from >> state & 1) != 0 && slice_eq(name, slice_of_str(t->flow->moves[i].name)))
			return &t->flow->moves[i];
	}
	return NULL;
}

bool
desk_state_find(const struct desk_type_of *t, struct slice name, unsigned *out)
{
	for (unsigned i = 0; i < t->flow->state_count; i++) {
		if (slice_eq(name, slice_of_str(t->flow->states[i].name))) {
			*out = i;
			return true;
		}
	}
	return false;
}

bool
desk_id_kind(struct slice id, enum desk_kind *out)
{
	struct slice rest = id, kind;

	return id.len <= DESK_ID_MAX && slice_cut(&rest, ':', &kind) && rest.len > 0 && desk_kind_find(kind, out);
}

void
desk_id_print(enum desk_kind k, int64_t now_ms, const uint8_t chance[10], char out[DESK_ID_MAX])
{
	/* ULID: 48 bits of time, 80 of chance, in Crockford's base 32. */
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char text[27];
	uint8_t b[16];
	size_t n = 0;

	for (int i = 0; i < 6; i++)
		b[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
	memcpy(b + 6, chance, 10);
	/* 130 bits, the first two of them zero. */
	for (int bit = -2; bit < 128; bit += 5) {
		unsigned v = 0;

		for (int i = bit; i < bit + 5; i++)
			v = v << 1 | (i < 0 ? 0u : (unsigned)(b[i / 8] >> (7 - i % 8) & 1));
		text[n++] = digits[v];
	}
	text[n] = '\0';
	(void)snprintf(out, DESK_ID_MAX, "%s:%s", types[k].name, text);
}

bool
desk_word_in(const char *words, struct slice word)
{
	struct slice rest = slice_of_str(words), w;

	while (rest.len > 0 && slice_cut(&rest, ' ', &w)) {
		if (word.len > 0 && slice_eq(w, word))
			return true;
	}
	return false;
}
