/*
 * desk_state: the states of each kind, which moves lead from one to the other, who
 * begins a move and who approves it, and what must hold. Roles: C a country's focal
 * point, D its deputy, K coordinator, X expert, F donor, NODE what follows by itself.
 * Where two are named, the second is another person.
 */
#include "model/desk_room.h"

#include "base/lang.h"

#define R(x) (1u << DESK_##x)
#define CD (R(C) | R(D))
#define CDKX (CD | R(K) | R(X))
#define B(x) (1u << (x))
#define G(x) DESK_G(x)
/* A state, and what holds in it; one that nothing follows; a move. */
#define STATE(n, t, ...) { .name = n, .title = t, __VA_ARGS__ }
#define END(n, t, ...) { .name = n, .title = t, .final = true, .locked = true, __VA_ARGS__ }
#define MOVE(n, t, begins, ends, who, two, ...) { .name = n, .title = t, .from = begins, .to = ends, .by = who, .second = two, __VA_ARGS__ }
#define NONE_ .guards = 0
#define FLOW(k) const struct desk_flow desk_flow_##k = { k##_states, sizeof(k##_states) / sizeof(k##_states[0]), \
	k##_moves, sizeof(k##_moves) / sizeof(k##_moves[0]) }

/* --- the directory ------------------------------------------------------------ */

enum { CO_LISTED, CO_MEMBER, CO_LEFT };
static const struct desk_state country_states[] = {
	STATE("listed", N_("listed"), NONE_),
	STATE("member", N_("member"), .guards = G(MEMBER)),
	STATE("left", N_("left"), NONE_),
};
static const struct desk_move country_moves[] = {
	MOVE("join", N_("take in"), B(CO_LISTED) | B(CO_LEFT), CO_MEMBER, R(K), R(K), .guards = G(MEMBER) | G(LEAD), .needs = "language"),
	MOVE("leave", N_("note that it leaves"), B(CO_MEMBER), CO_LEFT, R(C) | R(K), R(K), .needs = "paper"),
};
FLOW(country);

enum { FP_PROPOSED, FP_DESIGNATED, FP_REPLACED, FP_ENDED, FP_REFUSED };
static const struct desk_state focal_states[] = {
	STATE("proposed", N_("proposed"), .guards = G(DAYS)),
	STATE("designated", N_("designated"), .guards = G(DAYS) | G(TERM), .needs = "letter checked_by"),
	END("replaced", N_("replaced"), .needs = "handover"),
	END("ended", N_("ended"), NONE_),
	END("refused", N_("refused"), NONE_),
};
static const struct desk_move focal_moves[] = {
	/* Workflow 1: a coordinator checks the letter by another channel, a second one approves. */
	MOVE("designate", N_("designate"), B(FP_PROPOSED), FP_DESIGNATED, R(K), R(K), .guards = G(TERM) | G(DAYS), .needs = "letter checked_by"),
	MOVE("refuse-it", N_("refuse"), B(FP_PROPOSED), FP_REFUSED, R(K), 0, .reason = true),
	MOVE("replace", N_("replace"), B(FP_DESIGNATED), FP_REPLACED, CD | R(K), R(K), .guards = G(SUCCESSOR), .needs = "handover"),
	MOVE("end", N_("end"), B(FP_DESIGNATED), FP_ENDED, R(C), R(K), .reason = true),
	MOVE("lapse", N_("let lapse"), B(FP_DESIGNATED), FP_ENDED, R(NODE), 0, NONE_),
};
FLOW(focal);

enum { EN_CANDIDATE, EN_RECOGNISED, EN_SUSPENDED, EN_ENDED };
static const struct desk_state entity_states[] = {
	STATE("candidate", N_("candidate"), NONE_),
	STATE("recognised", N_("recognised"), .needs = "interests"),
	STATE("suspended", N_("suspended"), NONE_),
	END("ended", N_("ended"), NONE_),
};
static const struct desk_move entity_moves[] = {
	MOVE("recognise", N_("recognise"), B(EN_CANDIDATE) | B(EN_SUSPENDED), EN_RECOGNISED, R(K), R(K), .needs = "interests evidence"),
	/* Every 24 months; it counts from the move. */
	MOVE("review", N_("review"), B(EN_RECOGNISED), EN_RECOGNISED, R(K), R(K), .needs = "interests"),
	MOVE("suspend", N_("suspend"), B(EN_RECOGNISED), EN_SUSPENDED, R(K), R(K), .reason = true),
	MOVE("end", N_("end"), B(EN_CANDIDATE) | B(EN_RECOGNISED) | B(EN_SUSPENDED), EN_ENDED, R(K) | R(X) | R(F), R(K), .reason = true),
};
FLOW(entity);

enum { IN_LISTED, IN_RETIRED };
static const struct desk_state initiative_states[] = {
	STATE("listed", N_("listed"), NONE_),
	END("retired", N_("retired"), NONE_),
};
static const struct desk_move initiative_moves[] = {
	MOVE("retire", N_("retire"), B(IN_LISTED), IN_RETIRED, R(K), 0, .reason = true),
};
FLOW(initiative);

/* --- readiness ------------------------------------------------------------------- */

enum { AN_DRAFT, AN_SUBMITTED, AN_REVIEW, AN_ACCEPTED, AN_EXPIRED };
static const struct desk_state answer_states[] = {
	STATE("draft", N_("draft"), NONE_),
	STATE("submitted", N_("submitted"), .guards = G(CAP), .locked = true),
	STATE("in-review", N_("in review"), .guards = G(CAP), .locked = true),
	STATE("accepted", N_("accepted"), .guards = G(CAP) | G(ACCEPTED), .needs = "accepted accepted_on valid_until", .locked = true),
	STATE("expired", N_("expired"), .needs = "accepted valid_until", .locked = true),
};
static const struct desk_move answer_moves[] = {
	MOVE("submit", N_("submit"), B(AN_DRAFT), AN_SUBMITTED, CD, 0, .guards = G(CAP)),
	MOVE("take-up", N_("take up"), B(AN_SUBMITTED), AN_REVIEW, R(X), 0, .other_than = "new edit submit", .guards = G(REVIEWER)),
	MOVE("accept", N_("accept"), B(AN_REVIEW), AN_ACCEPTED, R(X), 0, .other_than = "new edit submit", .guards = G(REVIEWER) | G(CAP) | G(ACCEPTED)),
	MOVE("return", N_("return"), B(AN_SUBMITTED) | B(AN_REVIEW), AN_DRAFT, R(X), 0, .guards = G(REVIEWER), .reason = true),
	MOVE("withdraw", N_("withdraw"), B(AN_SUBMITTED), AN_DRAFT, CD, 0, NONE_),
	MOVE("reopen", N_("reopen"), B(AN_ACCEPTED) | B(AN_EXPIRED), AN_DRAFT, CD | R(NODE), 0, .reason = true),
	MOVE("expire", N_("let expire"), B(AN_ACCEPTED), AN_EXPIRED, R(NODE), 0, NONE_),
};
FLOW(answer);

/* --- needs and offers --------------------------------------------------------------- */

enum { NE_DRAFT, NE_SUBMITTED, NE_ACCEPTED, NE_PUBLISHED, NE_OFFERED, NE_MATCHED, NE_PROJECT, NE_DELIVERED, NE_CONFIRMED,
	NE_CLOSED, NE_WITHDRAWN, NE_DECLINED, NE_EXPIRED };
#define NE_OPEN (B(NE_ACCEPTED) | B(NE_PUBLISHED) | B(NE_OFFERED))
static const struct desk_state need_states[] = {
	STATE("draft", N_("draft"), NONE_),
	STATE("submitted", N_("submitted"), .needs = "title problem wanted topics", .locked = true),
	STATE("accepted", N_("accepted"), .needs = "title problem wanted topics"),
	STATE("published", N_("published"), .guards = G(PUBLIC), .needs = "title problem wanted topics"),
	STATE("offered", N_("offered"), .guards = G(OFFERED), .needs = "title problem wanted topics"),
	STATE("matched", N_("matched"), .guards = G(CHOSEN), .locked = true),
	STATE("in-project", N_("in a project"), .guards = G(CHOSEN) | G(PROJECT), .locked = true),
	STATE("delivered", N_("delivered"), .guards = G(CHOSEN) | G(DELIVERED)),
	STATE("confirmed", N_("confirmed"), .guards = G(CHOSEN) | G(DELIVERED), .needs = "result"),
	/* Follow-up goes on in it: dates of checks. */
	STATE("closed", N_("closed"), .guards = G(CHOSEN) | G(DELIVERED) | G(FOLLOW), .needs = "result evidence follow_6 follow_12", .locked = true),
	END("withdrawn", N_("withdrawn"), NONE_),
	END("declined", N_("declined"), NONE_),
	END("expired", N_("expired"), NONE_),
};
static const struct desk_move need_moves[] = {
	MOVE("submit", N_("submit"), B(NE_DRAFT), NE_SUBMITTED, CD, 0, .needs = "title problem wanted topics"),
	MOVE("accept", N_("accept"), B(NE_SUBMITTED), NE_ACCEPTED, R(K), 0, .other_than = "new submit"),
	MOVE("return", N_("return"), B(NE_SUBMITTED), NE_DRAFT, R(K), 0, .reason = true),
	MOVE("decline", N_("decline"), B(NE_SUBMITTED), NE_DECLINED, R(K), 0, .reason = true),
	MOVE("publish", N_("publish"), B(NE_ACCEPTED), NE_PUBLISHED, R(K), 0, .guards = G(PUBLIC)),
	MOVE("offer", N_("note an offer"), NE_OPEN, NE_OFFERED, R(NODE), 0, .guards = G(OFFERED)),
	MOVE("match", N_("note the choice"), B(NE_OFFERED), NE_MATCHED, R(NODE), 0, .guards = G(CHOSEN)),
	MOVE("begin", N_("note the project"), B(NE_MATCHED), NE_PROJECT, R(NODE), 0, .guards = G(CHOSEN) | G(PROJECT)),
	MOVE("deliver", N_("note the end of the project"), B(NE_PROJECT), NE_DELIVERED, R(NODE), 0, .guards = G(DELIVERED)),
	MOVE("no-offer", N_("note that no offer is left"), B(NE_OFFERED), NE_ACCEPTED, R(NODE), 0, .guards = G(UNOFFERED)),
	MOVE("lose-project", N_("note that the project was given up"), B(NE_PROJECT), NE_ACCEPTED, R(NODE), 0, .guards = G(LOST), .reason = true),
	/* What was chosen, or done, is not it. */
	MOVE("ask-again", N_("ask again"), B(NE_MATCHED) | B(NE_DELIVERED), NE_ACCEPTED, CD, R(K), .reason = true),
	MOVE("confirm", N_("confirm"), B(NE_DELIVERED), NE_CONFIRMED, CD, R(C), .needs = "result"),
	MOVE("close", N_("close"), B(NE_CONFIRMED), NE_CLOSED, R(K), R(K), .guards = G(FOLLOW), .needs = "result evidence follow_6 follow_12"),
	/* Half a year and a year later the answers that it was about are asked again. */
	MOVE("check-6", N_("check after 6 months"), B(NE_CLOSED), NE_CLOSED, R(NODE), 0, NONE_),
	MOVE("check-12", N_("check after 12 months"), B(NE_CLOSED), NE_CLOSED, R(NODE), 0, NONE_),
	MOVE("withdraw", N_("withdraw"), B(NE_DRAFT) | B(NE_SUBMITTED) | NE_OPEN | B(NE_MATCHED), NE_WITHDRAWN, CD, 0, .reason = true),
	MOVE("expire", N_("let expire"), B(NE_DRAFT) | NE_OPEN, NE_EXPIRED, R(NODE), 0, NONE_),
};
FLOW(need);

enum { OF_DRAFT, OF_PROPOSED, OF_SHORTLISTED, OF_CHOSEN, OF_NOT_CHOSEN, OF_WITHDRAWN, OF_EXPIRED };
static const struct desk_state offer_states[] = {
	STATE("draft", N_("draft"), .guards = G(DAYS)),
	STATE("proposed", N_("proposed"), .guards = G(DAYS), .locked = true),
	STATE("shortlisted", N_("shortlisted"), .guards = G(DAYS), .locked = true),
	STATE("chosen", N_("chosen"), .guards = G(DAYS), .locked = true),
	END("not-chosen", N_("not chosen"), NONE_),
	END("withdrawn", N_("withdrawn"), NONE_),
	END("expired", N_("expired"), NONE_),
};
static const struct desk_move offer_moves[] = {
	MOVE("propose", N_("propose"), B(OF_DRAFT), OF_PROPOSED, R(X) | R(F), 0, .guards = G(RECOGNISED) | G(ASKED), .needs = "cost"),
	MOVE("shortlist", N_("shortlist"), B(OF_PROPOSED), OF_SHORTLISTED, CD, 0, .guards = G(ASKED)),
	/* Only the country chooses; two of it. */
	MOVE("choose", N_("choose"), B(OF_PROPOSED) | B(OF_SHORTLISTED), OF_CHOSEN, CD, R(C), .guards = G(RECOGNISED) | G(ASKED), .reason = true),
	MOVE("pass-over", N_("pass over"), B(OF_PROPOSED) | B(OF_SHORTLISTED), OF_NOT_CHOSEN, CD | R(NODE), 0, .reason = true),
	MOVE("release", N_("release"), B(OF_CHOSEN), OF_NOT_CHOSEN, R(NODE), 0, .reason = true),
	MOVE("withdraw", N_("withdraw"), B(OF_DRAFT) | B(OF_PROPOSED) | B(OF_SHORTLISTED), OF_WITHDRAWN, R(X) | R(F), 0, .reason = true),
	MOVE("expire", N_("let expire"), B(OF_PROPOSED) | B(OF_SHORTLISTED), OF_EXPIRED, R(NODE), 0, NONE_),
};
FLOW(offer);

/* --- projects ------------------------------------------------------------------------ */

enum { PR_PIPELINE, PR_APPROVED, PR_RUNNING, PR_FINAL, PR_CLOSED, PR_SUSPENDED, PR_CANCELLED };
#define PR_PLAN (G(DAYS) | G(CIRCLE))
#define PR_DONE (PR_PLAN | G(BASELINE) | G(MILESTONES) | G(RESULTS))
#define PR_DAC "relevance coherent effectiveness efficiency impact sustainability accounts"
static const struct desk_state project_states[] = {
	STATE("pipeline", N_("in the pipeline"), .guards = PR_PLAN),
	STATE("approved", N_("approved"), .guards = PR_PLAN | G(BASELINE), .needs = "coherence agreement budget from until"),
	STATE("implementation", N_("being carried out"), .guards = PR_PLAN | G(BASELINE), .needs = "coherence agreement budget from until"),
	STATE("finalisation", N_("being finished"), .guards = PR_PLAN | G(BASELINE) | G(MILESTONES), .needs = "coherence agreement budget from until"),
	END("closed", N_("closed"), .guards = PR_DONE, .needs = PR_DAC),
	STATE("suspended", N_("suspended"), .guards = PR_PLAN, .locked = true),
	END("cancelled", N_("cancelled"), NONE_),
};
static const struct desk_move project_moves[] = {
	MOVE("approve", N_("approve"), B(PR_PIPELINE), PR_APPROVED, CDKX, R(C), .guards = PR_PLAN | G(MATCHED) | G(BASELINE) | G(MONEY) | G(AGREEMENT),
	    .needs = "coherence agreement budget from until"),
	MOVE("start", N_("start"), B(PR_APPROVED), PR_RUNNING, CDKX, R(C), .guards = G(MATCHED) | G(MONEY) | G(AGREEMENT)),
	MOVE("suspend", N_("suspend"), B(PR_RUNNING), PR_SUSPENDED, CDKX, R(C), .reason = true),
	MOVE("resume", N_("resume"), B(PR_SUSPENDED), PR_RUNNING, CDKX, R(C), .guards = G(BASELINE) | G(AGREEMENT), .needs = "coherence agreement budget from until"),
	MOVE("finish", N_("finish"), B(PR_RUNNING), PR_FINAL, CDKX, R(C), .guards = G(MILESTONES)),
	MOVE("close", N_("close"), B(PR_FINAL), PR_CLOSED, CDKX, R(C), .guards = PR_DONE, .needs = PR_DAC),
	MOVE("cancel", N_("cancel"), B(PR_PIPELINE) | B(PR_APPROVED) | B(PR_RUNNING) | B(PR_SUSPENDED), PR_CANCELLED, CDKX, R(C), .reason = true),
};
FLOW(project);

enum { AC_PLANNED, AC_RUNNING, AC_DONE, AC_CANCELLED };
static const struct desk_state activity_states[] = {
	STATE("planned", N_("planned"), .guards = G(DAYS)),
	STATE("running", N_("running"), .guards = G(DAYS)),
	END("done", N_("done"), .guards = G(DAYS), .needs = "evidence"),
	END("cancelled", N_("cancelled"), NONE_),
};
static const struct desk_move activity_moves[] = {
	MOVE("start", N_("start"), B(AC_PLANNED), AC_RUNNING, CDKX, 0, .guards = G(PARENT)),
	MOVE("finish", N_("finish"), B(AC_PLANNED) | B(AC_RUNNING), AC_DONE, CDKX, 0, .guards = G(PARENT), .needs = "evidence"),
	MOVE("cancel", N_("cancel"), B(AC_PLANNED) | B(AC_RUNNING), AC_CANCELLED, CDKX, 0, .reason = true),
};
FLOW(activity);

enum { MI_OPEN, MI_DONE, MI_DROPPED };
static const struct desk_state milestone_states[] = {
	STATE("open", N_("still open"), NONE_),
	END("done", N_("done"), .needs = "evidence"),
	END("dropped", N_("dropped"), NONE_),
};
static const struct desk_move milestone_moves[] = {
	MOVE("finish", N_("finish"), B(MI_OPEN), MI_DONE, CDKX, 0, .guards = G(PARENT), .needs = "evidence"),
	/* Less is done than was planned: the scope changes, by two. */
	MOVE("drop", N_("drop"), B(MI_OPEN), MI_DROPPED, CDKX, R(C), .reason = true),
};
FLOW(milestone);

enum { ID_OPEN, ID_DROPPED };
static const struct desk_state indicator_states[] = {
	STATE("open", N_("still open"), NONE_),
	END("dropped", N_("dropped"), NONE_),
};
static const struct desk_move indicator_moves[] = {
	MOVE("drop", N_("drop"), B(ID_OPEN), ID_DROPPED, CDKX, R(C), .reason = true),
};
FLOW(indicator);

enum { ME_REPORTED, ME_ACCEPTED, ME_REFUSED };
static const struct desk_state measurement_states[] = {
	STATE("reported", N_("reported"), .guards = G(DAYS)),
	STATE("accepted", N_("accepted"), .guards = G(DAYS), .locked = true),
	END("refused", N_("refused"), NONE_),
};
static const struct desk_move measurement_moves[] = {
	MOVE("accept", N_("accept"), B(ME_REPORTED), ME_ACCEPTED, R(C), 0, .other_than = "new edit", .guards = G(DAYS)),
	/* What the node counted itself, with the question that it asked. */
	MOVE("count", N_("take as counted"), B(ME_REPORTED), ME_ACCEPTED, R(NODE), 0, .needs = "query"),
	MOVE("refuse-it", N_("refuse"), B(ME_REPORTED) | B(ME_ACCEPTED), ME_REFUSED, R(C), 0, .reason = true),
};
FLOW(measurement);

/* --- money ----------------------------------------------------------------------------- */

enum { FU_DRAFT, FU_PLEDGED, FU_COMMITTED, FU_PAID, FU_SPENT, FU_REPORTED, FU_WITHDRAWN };
static const struct desk_state contribution_states[] = {
	STATE("draft", N_("draft"), .guards = G(AMOUNTS)),
	STATE("pledged", N_("pledged"), .guards = G(AMOUNTS)),
	STATE("committed", N_("committed"), .guards = G(AMOUNTS), .needs = "committed"),
	STATE("paid", N_("paid"), .guards = G(AMOUNTS), .needs = "committed paid"),
	STATE("spent", N_("spent"), .guards = G(AMOUNTS), .needs = "committed paid spent"),
	END("reported", N_("reported"), .guards = G(AMOUNTS), .needs = "committed paid spent evidence"),
	END("withdrawn", N_("withdrawn"), .guards = G(AMOUNTS)),
};
static const struct desk_move contribution_moves[] = {
	MOVE("pledge", N_("pledge"), B(FU_DRAFT), FU_PLEDGED, R(F) | R(K), R(K), .guards = G(AMOUNTS)),
	MOVE("commit", N_("commit"), B(FU_PLEDGED), FU_COMMITTED, R(F) | R(K), R(K), .guards = G(AMOUNTS), .needs = "committed"),
	MOVE("pay", N_("pay"), B(FU_COMMITTED), FU_PAID, R(F) | R(K), R(K), .guards = G(AMOUNTS), .needs = "paid"),
	MOVE("spend", N_("spend"), B(FU_PAID), FU_SPENT, R(X) | R(K), R(K), .guards = G(AMOUNTS), .needs = "spent"),
	MOVE("report", N_("report"), B(FU_SPENT), FU_REPORTED, R(X) | R(K), R(K), .guards = G(AMOUNTS), .needs = "evidence"),
	MOVE("withdraw", N_("withdraw"), B(FU_DRAFT) | B(FU_PLEDGED) | B(FU_COMMITTED), FU_WITHDRAWN, R(F), R(K), .reason = true),
};
FLOW(contribution);

enum { RI_OPEN, RI_OCCURRED, RI_CLOSED };
static const struct desk_state risk_states[] = {
	STATE("open", N_("still open"), NONE_),
	STATE("occurred", N_("occurred"), NONE_),
	END("closed", N_("closed"), NONE_),
};
static const struct desk_move risk_moves[] = {
	MOVE("occur", N_("note that it occurred"), B(RI_OPEN), RI_OCCURRED, CDKX, 0, .reason = true),
	MOVE("close", N_("close"), B(RI_OPEN) | B(RI_OCCURRED), RI_CLOSED, CDKX, 0, .reason = true),
};
FLOW(risk);

/* --- awareness, meetings, the report ------------------------------------------------------- */

enum { MA_DRAFT, MA_PUBLISHED, MA_WITHDRAWN };
static const struct desk_state material_states[] = {
	STATE("draft", N_("draft"), NONE_),
	STATE("published", N_("published"), .needs = "evidence licence languages"),
	END("withdrawn", N_("withdrawn"), NONE_),
};
static const struct desk_move material_moves[] = {
	MOVE("publish", N_("publish"), B(MA_DRAFT), MA_PUBLISHED, CDKX | R(F), R(K), .needs = "evidence licence languages accessible"),
	MOVE("withdraw", N_("withdraw"), B(MA_DRAFT) | B(MA_PUBLISHED), MA_WITHDRAWN, R(K), 0, .reason = true),
};
FLOW(material);

enum { MT_PLANNED, MT_HELD, MT_CANCELLED };
static const struct desk_state meeting_states[] = {
	STATE("planned", N_("planned"), .guards = G(DAYS)),
	STATE("held", N_("held"), .guards = G(DAYS), .needs = "people"),
	END("cancelled", N_("cancelled"), NONE_),
};
static const struct desk_move meeting_moves[] = {
	MOVE("hold", N_("note that it was held"), B(MT_PLANNED), MT_HELD, R(K), 0, .needs = "people"),
	MOVE("cancel", N_("cancel"), B(MT_PLANNED), MT_CANCELLED, R(K), 0, .reason = true),
};
FLOW(meeting);

enum { DE_PROPOSED, DE_TAKEN, DE_DONE, DE_DROPPED };
static const struct desk_state decision_states[] = {
	STATE("proposed", N_("proposed"), NONE_),
	STATE("taken", N_("taken"), .locked = true),
	END("done", N_("done"), .needs = "evidence"),
	END("dropped", N_("dropped"), NONE_),
};
static const struct desk_move decision_moves[] = {
	MOVE("take", N_("take"), B(DE_PROPOSED), DE_TAKEN, R(C) | R(K) | R(X), R(K), NONE_),
	MOVE("finish", N_("finish"), B(DE_TAKEN), DE_DONE, R(K), 0, .needs = "evidence"),
	MOVE("drop", N_("drop"), B(DE_PROPOSED) | B(DE_TAKEN), DE_DROPPED, R(K), R(K), .reason = true),
};
FLOW(decision);

enum { RE_COLLECTING, RE_FROZEN, RE_REVIEWED, RE_APPROVED, RE_PUBLISHED, RE_CORRECTED };
static const struct desk_state report_states[] = {
	STATE("collecting", N_("collecting"), NONE_),
	STATE("frozen", N_("frozen"), .needs = "snapshot"),
	STATE("reviewed", N_("reviewed"), .needs = "snapshot", .locked = true),
	STATE("approved", N_("approved"), .needs = "snapshot", .locked = true),
	STATE("published", N_("published"), .needs = "snapshot", .locked = true),
	STATE("corrected", N_("corrected"), .needs = "snapshot corrections", .locked = true),
};
static const struct desk_move report_moves[] = {
	MOVE("freeze", N_("freeze"), B(RE_COLLECTING), RE_FROZEN, R(K), 0, .needs = "snapshot"),
	MOVE("review", N_("review"), B(RE_FROZEN), RE_REVIEWED, R(K), R(K), .needs = "summary"),
	/* What reviewers find wrong before it is published is not published: it is frozen anew. */
	MOVE("return", N_("return"), B(RE_FROZEN) | B(RE_REVIEWED), RE_COLLECTING, R(K), 0, .reason = true),
	MOVE("approve", N_("approve"), B(RE_REVIEWED), RE_APPROVED, R(K), R(K), NONE_),
	MOVE("publish", N_("publish"), B(RE_APPROVED), RE_PUBLISHED, R(K), 0, NONE_),
	/* Added, with its reason; what was published stays as it was. */
	MOVE("correct", N_("correct"), B(RE_PUBLISHED) | B(RE_CORRECTED), RE_CORRECTED, R(K), R(K), .needs = "corrections", .reason = true),
};
FLOW(report);

/* --- what follows by itself -------------------------------------------------------------------- */

const struct desk_follow desk_follows[] = {
	{ DESK_OFFER, "propose", "need", NULL, DESK_NEED, "offer" },
	/* The others first: a need is matched by one offer alone. */
	{ DESK_OFFER, "choose", NULL, "need", DESK_OFFER, "pass-over" },
	{ DESK_OFFER, "choose", "need", NULL, DESK_NEED, "match" },
	{ DESK_PROJECT, "start", "needs", NULL, DESK_NEED, "begin" },
	{ DESK_PROJECT, "close", "needs", NULL, DESK_NEED, "deliver" },
	{ DESK_PROJECT, "cancel", "needs", NULL, DESK_NEED, "lose-project" },
	{ DESK_OFFER, "withdraw", "need", NULL, DESK_NEED, "no-offer" },
	{ DESK_OFFER, "expire", "need", NULL, DESK_NEED, "no-offer" },
	{ DESK_OFFER, "pass-over", "need", NULL, DESK_NEED, "no-offer" },
	/* Asked again, it is open for another offer. */
	{ DESK_NEED, "lose-project", NULL, "", DESK_OFFER, "release" },
	{ DESK_NEED, "ask-again", NULL, "", DESK_OFFER, "release" },
	{ DESK_NEED, "check-6", "indicators", NULL, DESK_ANSWER, "reopen" },
	{ DESK_NEED, "check-12", "indicators", NULL, DESK_ANSWER, "reopen" },
	{ DESK_NEED, "withdraw", NULL, "", DESK_OFFER, "release" },
	{ DESK_NEED, "withdraw", NULL, "", DESK_OFFER, "pass-over" },
	{ DESK_NEED, "expire", NULL, "", DESK_OFFER, "pass-over" },
};
const size_t desk_follow_count = sizeof(desk_follows) / sizeof(desk_follows[0]);

const struct desk_clock desk_clocks[] = {
	{ DESK_FOCAL, "designated", "until", 0, "lapse", 0 },
	{ DESK_ENTITY, "recognised", NULL, 24, NULL, 0 },
	{ DESK_ANSWER, "accepted", "valid_until", 0, "expire", 0 },
	{ DESK_ANSWER, "submitted", NULL, 0, NULL, 30 },
	{ DESK_NEED, "submitted", NULL, 0, NULL, 15 },
	{ DESK_NEED, "draft", NULL, 12, "expire", 0 },
	{ DESK_NEED, "accepted", NULL, 12, "expire", 0 },
	{ DESK_NEED, "published", NULL, 12, "expire", 0 },
	{ DESK_NEED, "offered", NULL, 12, "expire", 0 },
	{ DESK_NEED, "delivered", NULL, 1, NULL, 0 },
	{ DESK_NEED, "closed", "follow_6", 0, "check-6", 0 },
	{ DESK_NEED, "closed", "follow_12", 0, "check-12", 0 },
	{ DESK_OFFER, "proposed", "valid_until", 0, "expire", 0 },
	{ DESK_OFFER, "shortlisted", "valid_until", 0, "expire", 0 },
	{ DESK_PROJECT, "implementation", "until", 0, NULL, 0 },
	{ DESK_MILESTONE, "open", "due", 0, NULL, 0 },
	{ DESK_ACTIVITY, "running", "until", 0, NULL, 0 },
	{ DESK_DECISION, "taken", "deadline", 0, NULL, 0 },
	{ DESK_INITIATIVE, "listed", "checked", 12, NULL, 0 },
};
const size_t desk_clock_count = sizeof(desk_clocks) / sizeof(desk_clocks[0]);

int64_t
desk_due(const struct desk_record *r, const struct desk_clock **clock_out)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < desk_clock_count; i++) {
		const struct desk_clock *c = &desk_clocks[i];
		int64_t at = c->working_days > 0 ? r->state_s : r->changed_s;

		if (c->kind != r->kind || !desk_in(r, c->state))
			continue;
		/* What leaves a record in its state is done once. */
		if (c->then != NULL && desk_done_s(r, c->then) > 0 && slice_starts(slice_of_str(c->then), S("check-")))
			continue;
		/* A day that is named counts to its end. */
		if (c->day != NULL && (!desk_day(r, c->day, &at) || (at += 86400, false)))
			continue;
		at = c->working_days > 0 ? desk_working_days(at, c->working_days) : desk_months(at, c->months);
		if (at < due) {
			due = at;
			if (clock_out != NULL)
				*clock_out = c;
		}
	}
	return due;
}
