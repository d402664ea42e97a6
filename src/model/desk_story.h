/*
 * desk_story: a need from its first word to the check after a year, with what is
 * refused on the way. For tests: as a whole, and as far as chance has it.
 */
#ifndef MODEL_DESK_STORY_H
#define MODEL_DESK_STORY_H

#include "model/desk_testing.h"

struct deed_case {
	const char *who, *what, *id, *patch, *reason;
	const char *says; /* NULL: it is done; else it is refused, and the sentence holds this */
};

#define PROOF "[{\"url\":\"https://x.example/p\",\"seen\":\"2026-09-01\"}]"
#define USD(n) "{\"amount\":\"" n "\",\"currency\":\"USD\",\"date\":\"2026-09-01\"}"
#define EUR(n) "{\"amount\":\"" n "\",\"currency\":\"EUR\",\"date\":\"2026-09-01\"}"
#define NEW_FOCAL(f, from) "{\"country\":\"ES\",\"function\":\"" f "\",\"name\":\"Desk\",\"mail\":\"a@x.example\",\"from\":\"" from "\"}"
#define NEW_NEED "{\"country\":\"ES\",\"title\":\"CSIRT\",\"problem\":\"None\",\"wanted\":\"One\",\"topics\":[\"c\"]}"
#define NEW_PROJECT "{\"title\":\"CSIRT\",\"needs\":[\"need:1\"],\"country\":\"ES\",\"entity\":\"entity:LABS\"}"
#define PLAN "{\"from\":\"2026-10-01\",\"until\":\"2027-10-01\",\"budget\":" USD("1000") ",\"coherence\":\"Alone\",\"agreement\":\"mou-2026\"}"

static const struct deed_case entities[] = {
	{ "xena", "new entity", "entity:LABS", "{\"name\":\"Labs\",\"sort\":\"expert\",\"country\":\"FR\",\"sells_in\":[\"FR\"]}", NULL, NULL },
	{ "fred", "new entity", "entity:FUND", "{\"name\":\"Fund\",\"sort\":\"donor\"}", NULL, NULL },
	{ "ada", "new entity", "entity:A", "{\"name\":\"A\",\"sort\":\"donor\"}", NULL, "is for: coordinator, expert, donor" },
	{ "kim", "recognise", "entity:LABS", NULL, NULL, "interests is missing" },
	{ "xena", "edit", "entity:LABS", "{\"interests\":\"Sells training\",\"evidence\":" PROOF "}", NULL, NULL },
	{ "fred", "edit", "entity:LABS", "{\"name\":\"X\"}", NULL, "for the entity whose it is" },
	{ "fred", "edit", "entity:FUND", "{\"interests\":\"None\",\"evidence\":" PROOF "}", NULL, NULL },
	{ "kim", "recognise", "entity:LABS", NULL, NULL, NULL },
	{ "kim", "approve-it", "entity:LABS", NULL, NULL, "nobody approves what they proposed" },
	{ "xena", "approve-it", "entity:LABS", NULL, NULL, "is for: coordinator" },
	{ "kai", "approve-it", "entity:LABS", NULL, NULL, NULL },
	{ "kai", "approve-it", "entity:LABS", NULL, NULL, "nothing waits" },
	{ "kim", "recognise", "entity:FUND", NULL, NULL, NULL },
	{ "kai", "approve-it", "entity:FUND", NULL, NULL, NULL },
	{ "xena", "edit", "entity:LABS", "{\"interests\":null}", NULL, "interests is missing" },
};

static const struct deed_case directory[] = {
	{ "kim", "new country", "", "{\"country\":\"AI\",\"language\":\"en\"}", NULL, NULL },
	{ "kim", "join", "country:AI", NULL, NULL, "no Member of the United Nations" },
	{ "kim", "new country", "", "{\"country\":\"ES\",\"language\":\"en\"}", NULL, NULL },
	{ "kim", "new country", "", "{\"country\":\"ES\"}", NULL, "is there already" },
	{ "kim", "join", "country:ES", NULL, NULL, "no lead focal point" },
	{ "carl", "new focal-point", "focal-point:1", NEW_FOCAL("lead", "2026-01-01"), NULL, "for the focal points of ES" },
	{ "cora", "new focal-point", "focal-point:1", NEW_FOCAL("lead", "2026-01-01"), NULL, NULL },
	{ "cora", "designate", "focal-point:1", NULL, NULL, "is for: coordinator" },
	{ "kim", "designate", "focal-point:1", NULL, NULL, "letter is missing" },
	{ "kim", "designate", "focal-point:1", "{\"letter\":" PROOF ",\"checked_by\":\"called the ministry\"}", NULL, NULL },
	{ "kim", "approve-it", "focal-point:1", NULL, NULL, "nobody approves" },
	{ "cora", "edit", "focal-point:1", "{\"name\":\"X\"}", NULL, "waits for a second person" },
	{ "kai", "approve-it", "focal-point:1", NULL, NULL, NULL },
	{ "cora", "new focal-point", "focal-point:2", NEW_FOCAL("lead", "2026-05-01"), NULL, NULL },
	{ "kim", "designate", "focal-point:2", "{\"letter\":" PROOF ",\"checked_by\":\"called\"}", NULL, "another is designated for this function" },
	{ "cora", "edit", "focal-point:1", "{\"until\":\"2025-01-01\"}", NULL, "ends before it begins" },
	{ "cora", "edit", "focal-point:1", "{\"until\":\"2026-04-30\"}", NULL, NULL },
	{ "kim", "designate", "focal-point:2", "{\"letter\":" PROOF ",\"checked_by\":\"called\"}", NULL, NULL },
	{ "kai", "approve-it", "focal-point:2", NULL, NULL, NULL },
	{ "cora", "edit", "focal-point:1", "{\"until\":\"2026-06-30\"}", NULL, "another is designated for this function" },
	{ "cora", "replace", "focal-point:1", "{\"handover\":\"focal-point:2\"}", NULL, NULL },
	{ "kai", "refuse", "focal-point:1", NULL, NULL, "say why" },
	{ "kai", "approve-it", "focal-point:1", NULL, NULL, NULL },
	{ "cora", "edit", "focal-point:1", "{\"name\":\"X\"}", NULL, "nothing is edited in this state" },
	{ "kim", "join", "country:ES", NULL, NULL, NULL },
	{ "kai", "approve-it", "country:ES", NULL, NULL, NULL },
};

static const struct deed_case readiness[] = {
	{ "dan", "new answer", "", "{\"country\":\"ES\",\"indicator\":\"LS-1\",\"level\":\"3\"}", NULL, NULL },
	{ "dan", "submit", "answer:ES.LS-1", NULL, NULL, "a level above 1 needs evidence" },
	{ "dan", "edit", "answer:ES.LS-1", "{\"accepted\":\"3\"}", NULL, "comes of what is done" },
	{ "dan", "edit", "answer:ES.LS-1", "{\"evidence\":" PROOF "}", NULL, NULL },
	{ "dan", "submit", "answer:ES.LS-1", NULL, NULL, NULL },
	{ "cora", "take-up", "answer:ES.LS-1", NULL, NULL, "is for: expert" },
	{ "xena", "take-up", "answer:ES.LS-1", NULL, NULL, NULL },
	{ "xena", "accept", "answer:ES.LS-1", "{\"accepted\":\"4\"}", NULL, "raising it is for the country" },
	{ "xena", "accept", "answer:ES.LS-1", "{\"accepted\":\"2\"}", NULL, NULL },
	{ "carl", "new answer", "", "{\"country\":\"FR\",\"indicator\":\"LS-1\",\"level\":\"na\"}", NULL, NULL },
	{ "carl", "submit", "answer:FR.LS-1", NULL, NULL, "needs a reason" },
	{ "carl", "submit", "answer:FR.LS-1", "{\"why\":\"No such law\"}", NULL, NULL },
	{ "xena", "take-up", "answer:FR.LS-1", NULL, NULL, "where it sells" },
};

static const struct deed_case story[] = {
	{ "xena", "new need", "need:0", NEW_NEED, NULL, "is for: focal-point, deputy" },
	{ "carl", "new need", "need:0", NEW_NEED, NULL, "for the focal points of ES" },
	{ "dan", "new need", "need:1", NEW_NEED, NULL, NULL },
	{ "dan", "accept", "need:1", NULL, NULL, "is no move from this state (draft)" },
	{ "dan", "submit", "need:1", NULL, NULL, NULL },
	{ "dan", "edit", "need:1", "{\"urgency\":\"high\"}", NULL, "nothing is edited" },
	{ "kim", "decline", "need:1", NULL, NULL, "say why" },
	{ "kim", "accept", "need:1", NULL, NULL, NULL },
	{ "kim", "publish", "need:1", NULL, NULL, "has not said that it may be seen" },
	{ "dan", "edit", "need:1", "{\"public\":true}", NULL, NULL },
	{ "kim", "publish", "need:1", NULL, NULL, NULL },
	{ "dan", "edit", "need:1", "{\"public\":false}", NULL, "has not said that it may be seen" },
	{ "xena", "new offer", "offer:1", "{\"need\":\"need:9\",\"entity\":\"entity:LABS\",\"title\":\"T\",\"what\":\"W\"}", NULL, "there is no" },
	{ "xena", "new offer", "offer:1", "{\"need\":\"need:1\",\"entity\":\"entity:FUND\",\"title\":\"T\",\"what\":\"W\"}", NULL, "whose it is" },
	{ "xena", "new offer", "offer:1", "{\"need\":\"need:1\",\"entity\":\"entity:LABS\",\"title\":\"T\",\"what\":\"W\"}", NULL, NULL },
	{ "xena", "propose", "offer:1", NULL, NULL, "cost is missing" },
	{ "xena", "propose", "offer:1", "{\"cost\":" USD("900") "}", NULL, NULL },
	{ "fred", "new offer", "offer:2", "{\"need\":\"need:1\",\"entity\":\"entity:FUND\",\"title\":\"T\",\"what\":\"W\",\"cost\":" USD("1") "}", NULL, NULL },
	{ "fred", "propose", "offer:2", NULL, NULL, NULL },
	{ "kim", "choose", "offer:1", NULL, "best", "is for: focal-point, deputy" },
	{ "dan", "choose", "offer:1", NULL, NULL, "say why" },
	{ "xena", "new project", "project:1", NEW_PROJECT, NULL, NULL },
	{ "xena", "approve", "project:1", PLAN, NULL, "need:1 is not matched" },
	{ "dan", "choose", "offer:1", NULL, "best fit", NULL },
	{ "dan", "approve-it", "offer:1", NULL, NULL, "nobody approves" },
	{ "cora", "approve-it", "offer:1", NULL, NULL, NULL },
	{ "xena", "approve", "project:1", PLAN, NULL, "has no indicator" },
	{ "xena", "new indicator", "indicator:1", "{\"project\":\"project:1\",\"title\":\"Open resolvers\",\"sort\":\"outcome\",\"unit\":\"hosts\"}", NULL, NULL },
	{ "xena", "approve", "project:1", PLAN, NULL, "no baseline" },
	{ "xena", "edit", "indicator:1", "{\"baseline\":{\"value\":\"90\",\"date\":\"2026-09-01\"},\"target\":{\"value\":\"10\",\"date\":\"2027-09-01\"}}", NULL, NULL },
	{ "xena", "approve", "project:1", PLAN, NULL, "does not cover the budget" },
	{ "fred", "new contribution", "contribution:1", "{\"project\":\"project:1\",\"entity\":\"entity:FUND\",\"pledged\":" USD("1000") "}", NULL, NULL },
	{ "fred", "edit", "contribution:1", "{\"committed\":" USD("1000") "}", NULL, "comes with a later step" },
	{ "fred", "pledge", "contribution:1", NULL, NULL, NULL },
	{ "kim", "approve-it", "contribution:1", NULL, NULL, NULL },
	{ "fred", "commit", "contribution:1", NULL, NULL, "committed is missing" },
	{ "fred", "commit", "contribution:1", "{\"committed\":" EUR("1000") "}", NULL, "has one currency" },
	{ "fred", "commit", "contribution:1", "{\"committed\":" USD("1000") "}", NULL, NULL },
	{ "fred", "approve-it", "contribution:1", NULL, NULL, "nobody approves" },
	{ "kim", "approve-it", "contribution:1", NULL, NULL, NULL },
	{ "fred", "edit", "contribution:1", "{\"committed\":" USD("1200") "}", NULL, NULL },
	{ "kim", "approve-it", "contribution:1", NULL, NULL, NULL },
	{ "xena", "approve", "project:1", "{\"from\":\"2026-10-01\",\"until\":\"2027-10-01\",\"budget\":" USD("1000") ",\"coherence\":\"Alone\",\"agreement\":\"other\"}", NULL, "is not in force" },
	{ "xena", "edit", "project:1", "{\"part_of\":\"project:1\"}", NULL, "does not refer to itself" },
	{ "xena", "new project", "project:2", NEW_PROJECT, NULL, NULL },
	{ "xena", "edit", "project:2", "{\"part_of\":\"project:1\"}", NULL, NULL },
	{ "xena", "edit", "project:1", "{\"part_of\":\"project:2\"}", NULL, "is not part of itself" },
	{ "xena", "approve", "project:1", PLAN, NULL, NULL },
	{ "dan", "approve-it", "project:1", NULL, NULL, "is for: focal-point" },
	{ "cora", "approve-it", "project:1", NULL, NULL, NULL },
	{ "xena", "edit", "project:1", "{\"needs\":[]}", NULL, "stays as it was" },
	{ "xena", "edit", "indicator:1", "{\"target\":null}", NULL, NULL },
	{ "cora", "approve-it", "indicator:1", NULL, NULL, "no baseline or no target" },
	{ "cora", "refuse", "indicator:1", NULL, "a target stays", NULL },
};

static const struct deed_case run[] = {
	{ "xena", "start", "project:1", NULL, NULL, NULL },
	{ "cora", "approve-it", "project:1", NULL, NULL, NULL },
	{ "xena", "new milestone", "milestone:1", "{\"project\":\"project:1\",\"title\":\"Law\",\"due\":\"2027-01-01\"}", NULL, NULL },
	{ "xena", "finish", "milestone:1", NULL, NULL, "evidence is missing" },
	{ "xena", "finish", "project:1", NULL, NULL, "a milestone is still open" },
	{ "xena", "finish", "milestone:1", "{\"evidence\":" PROOF "}", NULL, NULL },
	{ "xena", "edit", "project:1", "{\"budget\":" USD("1100") "}", NULL, NULL },
	{ "cora", "refuse", "project:1", NULL, "no more", NULL },
	{ "xena", "finish", "project:1", NULL, NULL, NULL },
	{ "cora", "approve-it", "project:1", NULL, NULL, NULL },
	{ "xena", "new milestone", "milestone:2", "{\"project\":\"project:1\",\"title\":\"More\",\"due\":\"2027-01-01\"}", NULL, "a milestone is still open" },
	{ "xena", "close", "project:1", NULL, NULL, "is missing" },
	{ "xena", "edit", "project:1", "{\"relevance\":\"1\",\"coherent\":\"2\",\"effectiveness\":\"3\",\"efficiency\":\"4\",\"impact\":\"5\",\"sustainability\":\"6\",\"accounts\":" PROOF "}", NULL, NULL },
	{ "xena", "close", "project:1", NULL, NULL, "no accepted measurement" },
	{ "xena", "new measurement", "measurement:1", "{\"indicator\":\"indicator:1\",\"value\":\"12\",\"from\":\"2027-08-01\",\"until\":\"2027-09-01\",\"source\":\"scan\"}", NULL, NULL },
	{ "xena", "accept", "measurement:1", NULL, NULL, "is for: focal-point" },
	{ "cora", "accept", "measurement:1", NULL, NULL, NULL },
	{ "xena", "close", "project:1", NULL, NULL, NULL },
	{ "cora", "approve-it", "project:1", NULL, NULL, NULL },
	{ "cora", "refuse-it", "measurement:1", NULL, "wrong", "no accepted measurement" },
	{ "xena", "new risk", "risk:1", "{\"project\":\"project:1\",\"title\":\"R\",\"likelihood\":1,\"severity\":1}", NULL, "is over (closed)" },
	{ "cora", "confirm", "need:1", "{\"result\":\"Works\"}", NULL, NULL },
	{ "cora", "approve-it", "need:1", NULL, NULL, "nobody approves" },
	{ "cora", "refuse", "need:1", NULL, NULL, NULL },
	{ "dan", "confirm", "need:1", "{\"result\":\"Works\"}", NULL, NULL },
	{ "cora", "approve-it", "need:1", NULL, NULL, NULL },
	{ "kim", "close", "need:1", "{\"evidence\":" PROOF ",\"follow_6\":\"2026-09-25\",\"follow_12\":\"2027-09-25\"}", NULL, "6 and 12 months" },
	{ "kim", "close", "need:1", "{\"evidence\":" PROOF ",\"follow_6\":\"2027-04-01\",\"follow_12\":\"2027-10-01\"}", NULL, NULL },
	{ "kai", "approve-it", "need:1", NULL, NULL, NULL },
};

/* The parts in their order. */
static const struct { const struct deed_case *v; size_t n; } desk_story[] = {
	{ entities, sizeof(entities) / sizeof(entities[0]) }, { directory, sizeof(directory) / sizeof(directory[0]) },
	{ readiness, sizeof(readiness) / sizeof(readiness[0]) }, { story, sizeof(story) / sizeof(story[0]) }, { run, sizeof(run) / sizeof(run[0]) },
};

#endif
