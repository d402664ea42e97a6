/*
 * annual_table: the parts of the annual report, their tables, and what the words in
 * them mean. A new table is a row here and a collector's lines (annual_*.c).
 */
#include "desk/annual.h"

static const char *const parts[ANNUAL_PARTS + 1] = { "",
	N_("Summary"), N_("Who takes part"), N_("Can they be reached"), N_("Agreements"), N_("Readiness"), N_("Needs"),
	N_("Projects"), N_("Results"), N_("Money"), N_("Awareness"), N_("Threats and spam"), N_("Evaluations and lessons"),
	N_("Rights of people"), N_("What we do not know"), N_("Decisions"),
};

const char *
annual_part_title(int part)
{
	return parts[part];
}

#define COLUMNS(name, ...) static const struct annual_column name##_columns[] = { __VA_ARGS__ }
#define C(n, t, kind) { n, t, ANNUAL_##kind, false }
#define P(n, t, kind) { n, t, ANNUAL_##kind, true }
#define AMOUNTS(X) X("pledged", N_("Pledged"), NUMBER), X("committed", N_("Committed"), NUMBER), X("paid", N_("Paid"), NUMBER), X("spent", N_("Spent"), NUMBER)

COLUMNS(figures, C("figure", N_("What is counted"), WORD), C("value", N_("This year"), COUNT), C("before", N_("Last year's report"), COUNT));
COLUMNS(members_region, C("region", N_("Region"), REGION), P("members", N_("Members"), COUNT), P("countries", N_("Countries that could be"), COUNT));
COLUMNS(members_group, C("group", N_("Group of countries"), WORD), P("members", N_("Members"), COUNT), P("countries", N_("Countries that could be"), COUNT));
COLUMNS(members_year, C("year", N_("Year"), TEXT), P("members", N_("Members at its end"), COUNT));
COLUMNS(members, C("country", N_("Country"), COUNTRY), C("since", N_("Member since"), DAY), C("contacts", N_("Functions with a contact"), COUNT));
COLUMNS(functions, C("function", N_("Function"), WORD), P("designated", N_("Designated"), COUNT), P("proposed", N_("Proposed"), COUNT));
COLUMNS(entities, C("sort", N_("Sort"), WORD), P("recognised", N_("Recognised"), COUNT), P("candidate", N_("Candidates"), COUNT), C("suspended", N_("Suspended"), COUNT));
COLUMNS(initiatives, C("topic", N_("Topic"), TEXT), P("initiatives", N_("Initiatives"), COUNT), P("entities", N_("Recognised entities"), COUNT));
COLUMNS(liveness, C("month", N_("Month"), MONTH), P("alive", N_("alive"), COUNT), P("due", N_("due"), COUNT), P("late", N_("late"), COUNT), P("dead", N_("dead"), COUNT),
    P("unverified", N_("never answered"), COUNT));
COLUMNS(answers, C("region", N_("Region"), REGION), C("asked", N_("Questions"), COUNT), C("answered", N_("Answers"), COUNT), P("median_hours", N_("Median hours to the answer"), COUNT));
COLUMNS(missing, C("group", N_("Group of countries"), WORD), P("members", N_("Members"), COUNT), P("no_deputy", N_("Without a deputy"), COUNT), P("no_duty", N_("Without a contact at any hour"), COUNT));
COLUMNS(agreements, C("agreement", N_("Agreement"), TEXTS), C("kind", N_("Kind"), WORD), C("state", N_("State"), WORD), C("opened", N_("Opened"), DAY), C("in_force", N_("In force since"), DAY),
    C("parties", N_("Parties"), COUNT), C("reservations", N_("Reservations"), COUNT));
COLUMNS(parties, C("party", N_("Party"), TEXT), C("agreement", N_("Agreement"), TEXT), P("in_force", N_("In force since"), DAY), P("left", N_("Left"), DAY));
COLUMNS(transfers, C("agreement", N_("Agreement or rule"), TEXT), P("allowed", N_("Records passed on"), COUNT), P("refused", N_("Records held back"), COUNT));
COLUMNS(ready_states, C("state", N_("State"), STATE), P("answers", N_("Answers"), COUNT), C("countries", N_("Countries"), COUNT));
COLUMNS(ready_ages, C("age", N_("Since acceptance"), WORD), P("answers", N_("Answers"), COUNT));
COLUMNS(minimum, C("indicator", N_("Indicator of readiness"), READY), C("minimum", N_("Minimum"), COUNT), P("met", N_("Met"), COUNT), P("below", N_("Below"), COUNT), P("unknown", N_("Not known"), COUNT));
COLUMNS(levels, C("indicator", N_("Indicator of readiness"), READY), P("0", "0", COUNT), P("1", "1", COUNT), P("2", "2", COUNT), P("3", "3", COUNT), P("4", "4", COUNT),
    C("na", N_("Does not apply"), COUNT), P("unknown", N_("Not known"), COUNT));
COLUMNS(domains, C("domain", N_("Domain"), DOMAIN), C("countries", N_("Countries"), COUNT), P("before", N_("At the beginning of the year, %"), COUNT), P("now", N_("At its end, %"), COUNT));
COLUMNS(need_steps, C("step", N_("Step"), WORD), P("needs", N_("Needs"), COUNT));
COLUMNS(need_ages, C("age", N_("Open for"), WORD), P("needs", N_("Needs"), COUNT));
COLUMNS(need_topics, C("topic", N_("Topic"), TEXT), P("asked", N_("Asked in the year"), COUNT), P("open", N_("Open at its end"), COUNT), P("met", N_("Met in the year"), COUNT));
COLUMNS(need_refused, C("country", N_("Country"), COUNTRY), C("need", N_("Need"), TEXTS), C("state", N_("State"), STATE), C("reason", N_("Reason"), TEXT));
COLUMNS(unfunded, C("country", N_("Country"), COUNTRY), C("need", N_("Need"), TEXTS), C("topics", N_("Topics"), TEXT), C("since", N_("Since"), DAY), C("budget", N_("Idea of the budget"), NUMBER), C("currency", N_("Currency"), TEXT));
COLUMNS(project_states, C("state", N_("State"), STATE), P("projects", N_("Projects"), COUNT));
COLUMNS(project_topics, C("topic", N_("Topic"), TEXT), P("running", N_("Under way"), COUNT), P("closed", N_("Closed in the year"), COUNT));
COLUMNS(milestones, C("month", N_("Due in"), MONTH), P("planned", N_("Planned"), COUNT), P("done", N_("Done"), COUNT), P("late", N_("Late"), COUNT), C("dropped", N_("Dropped"), COUNT));
COLUMNS(projects, C("project", N_("Project"), TEXTS), C("country", N_("Country"), COUNTRY), C("state", N_("State"), STATE), P("from", N_("Begins"), DAY), P("until", N_("Until"), DAY));
COLUMNS(result_sorts, C("sort", N_("Sort"), WORD), P("indicators", N_("Indicators"), COUNT), P("measured", N_("Measured"), COUNT), P("reached", N_("Target reached"), COUNT));
COLUMNS(results, C("indicator", N_("Indicator of a project"), TEXTS), C("country", N_("Country"), COUNTRY), C("unit", N_("Unit"), TEXT), P("baseline", N_("Baseline"), NUMBER), P("target", N_("Target"), NUMBER),
    P("actual", N_("Actual"), NUMBER), C("measured", N_("Measured on"), DAY));
COLUMNS(follow_ups, C("check", N_("Check"), WORD), P("due", N_("Due in the year"), COUNT), P("done", N_("Done"), COUNT));
COLUMNS(money, C("currency", N_("Currency"), TEXT), C("contributions", N_("Contributions"), COUNT), AMOUNTS(P), C("in_kind", N_("In kind"), NUMBER));
COLUMNS(donors, C("donor", N_("Donor"), TEXT), C("currency", N_("Currency"), TEXT), AMOUNTS(C));
COLUMNS(money_groups, C("group", N_("Group of countries"), WORD), C("currency", N_("Currency"), TEXT), AMOUNTS(C));
COLUMNS(materials, C("topic", N_("Topic"), TEXT), P("ar", "العربية", COUNT), P("zh", "中文", COUNT), P("en", "English", COUNT), P("fr", "Français", COUNT), P("ru", "Русский", COUNT),
    P("es", "Español", COUNT), P("other", N_("Other"), COUNT));
COLUMNS(audiences, C("audience", N_("Audience"), WORD), P("materials", N_("Materials"), COUNT), C("uses", N_("Times used"), COUNT), C("uncounted", N_("Uses not known"), COUNT));
COLUMNS(stream_months, C("month", N_("Month"), MONTH), P("events", N_("Events"), COUNT), P("findings", N_("New findings"), COUNT), C("sources", N_("Sources"), COUNT));
COLUMNS(stream_classes, C("class", N_("Class"), CLASS), P("findings", N_("New findings"), COUNT), C("events", N_("Events"), COUNT));
COLUMNS(feedback, C("what", N_("What is counted"), WORD), C("value", N_("This year"), COUNT));
COLUMNS(evaluations, C("project", N_("Project"), TEXTS), C("country", N_("Country"), COUNTRY), C("criterion", N_("Criterion"), WORD), C("answer", N_("Answer"), TEXTS));
COLUMNS(rights, C("what", N_("What is counted"), WORD), C("value", N_("This year"), COUNT));
COLUMNS(unknown, C("what", N_("What is not known"), WORD), P("count", N_("Records"), COUNT), C("of", N_("Of"), COUNT));
COLUMNS(asked, C("decision", N_("Decision"), TEXTS), C("what", N_("What is asked"), TEXTS), C("owner", N_("Owner"), TEXT), C("deadline", N_("Deadline"), DAY));
COLUMNS(decided, C("decision", N_("Decision"), TEXTS), C("owner", N_("Owner"), TEXT), C("deadline", N_("Deadline"), DAY), C("state", N_("State"), STATE), C("since", N_("Since"), DAY));

#define TABLE(id, p, lower, title, chart, kind, print, note) \
	[ANNUAL_##id] = { #lower, p, title, note, ANNUAL_##chart, DESK_##kind, print, lower##_columns, sizeof(lower##_columns) / sizeof(lower##_columns[0]) }

const struct annual_table annual_tables[ANNUAL_TABLES] = {
	TABLE(FIGURES, 1, figures, N_("Five figures"), PLAIN, REPORT, 0, N_("Last year's figures are those that last year's report froze.")),
	TABLE(MEMBERS_REGION, 2, members_region, N_("Members by region"), BARS, COUNTRY, 0, N_("Regions by the United Nations' M49; countries that could be members are Members of the United Nations.")),
	TABLE(MEMBERS_GROUP, 2, members_group, N_("Members by group of countries"), BARS, COUNTRY, 0, N_("A country may be in more than one group.")),
	TABLE(MEMBERS_YEAR, 2, members_year, N_("Members by year"), LINES, COUNTRY, 0, N_("Those that are members at the end, by the year they joined in.")),
	TABLE(MEMBERS, 2, members, N_("Members"), PLAIN, COUNTRY, 0, N_("In the order of country codes.")),
	TABLE(FUNCTIONS, 2, functions, N_("Focal points"), BARS, FOCAL, 0, N_("Functions, not persons.")),
	TABLE(ENTITIES, 2, entities, N_("Entities"), BARS, ENTITY, 0, N_("Expert organisations, donors, providers and associations in the register.")),
	TABLE(INITIATIVES, 2, initiatives, N_("Initiatives and entities by topic"), BARS, INITIATIVE, 0, N_("An initiative or entity may work on several topics, and counts in each.")),
	TABLE(LIVENESS, 3, liveness, N_("Contacts by month"), STACK, FOCAL, 0, N_("Designated focal points at each month's end, by when they last answered.")),
	TABLE(ANSWERS, 3, answers, N_("How long an answer takes"), DOTS, FOCAL, 0, N_("A median of fewer than five answers is not told.")),
	TABLE(MISSING, 3, missing, N_("Functions without a contact"), BARS, FOCAL, 0, N_("A country may be in more than one group.")),
	TABLE(AGREEMENTS, 4, agreements, N_("Agreements"), PLAIN, REPORT, 0, N_("As verified from the signed acts of their parties.")),
	TABLE(PARTIES, 4, parties, N_("Parties"), SPANS, REPORT, 60, N_("One line for each party, from the day the agreement holds for it.")),
	TABLE(TRANSFERS, 4, transfers, N_("What was passed on"), BARS, REPORT, 0, N_("Every record that leaves is asked for and logged. Fewer than ten are told as fewer than ten.")),
	TABLE(READY_STATES, 5, ready_states, N_("Answers by state"), BARS, ANSWER, 0, N_("Answers of all countries, counted alone.")),
	TABLE(READY_AGES, 5, ready_ages, N_("Age of accepted answers"), BARS, ANSWER, 0, N_("What is older says less about today.")),
	TABLE(MINIMUM, 5, minimum, N_("The minimum"), BARS, ANSWER, 0, N_("Over the countries that open their readiness. Not known: no accepted answer that is still valid.")),
	TABLE(LEVELS, 5, levels, N_("Indicators by level"), HEAT, ANSWER, 0, N_("Counts over the countries that open their readiness.")),
	TABLE(DOMAINS, 5, domains, N_("Change in the year"), DOTS, ANSWER, 0, N_("Mean of the accepted levels as a percentage of the highest, over the countries that open their readiness; of fewer than three countries it is not told.")),
	TABLE(NEED_STEPS, 6, need_steps, N_("From asking to closing"), BARS, NEED, 0, N_("Needs that took each step in the year; a need may take several.")),
	TABLE(NEED_AGES, 6, need_ages, N_("Age of open needs"), BARS, NEED, 0, N_("Since the country submitted them.")),
	TABLE(NEED_TOPICS, 6, need_topics, N_("Needs by topic"), BARS, NEED, 0, N_("A need may have several topics, and counts in each.")),
	TABLE(NEED_REFUSED, 6, need_refused, N_("Needs returned or declined"), PLAIN, NEED, 40, N_("Those that the country lets everybody see.")),
	TABLE(UNFUNDED, 6, unfunded, N_("Needs that nobody meets yet"), PLAIN, NEED, 60, N_("Those that the country lets everybody see, in the order of country codes.")),
	TABLE(PROJECT_STATES, 7, project_states, N_("Projects by state"), BARS, PROJECT, 0, N_("At the end of the period.")),
	TABLE(PROJECT_TOPICS, 7, project_topics, N_("Projects by topic"), BARS, PROJECT, 0, N_("A project may have several topics, and counts in each.")),
	TABLE(MILESTONES, 7, milestones, N_("Milestones"), BARS, MILESTONE, 0, N_("By the month they were due in. Late: done after that day, or open past it.")),
	TABLE(PROJECTS, 7, projects, N_("Projects under way"), SPANS, PROJECT, 40, N_("Of the countries that open their projects.")),
	TABLE(RESULT_SORTS, 8, result_sorts, N_("Indicators and targets"), BARS, INDICATOR, 0, N_("Measured: with a measurement that the country accepted, or that the node counted.")),
	TABLE(RESULTS, 8, results, N_("Baseline, target, actual"), DOTS, INDICATOR, 40, N_("Of the countries that open their projects. In the chart each row has a scale of its own, from zero to its largest figure, as they have different units.")),
	TABLE(FOLLOW_UPS, 8, follow_ups, N_("Checks after the end"), BARS, NEED, 0, N_("Six and twelve months after a need was closed the answers that it was about are asked again.")),
	TABLE(MONEY, 9, money, N_("Money by currency"), BARS, CONTRIBUTION, 0, N_("Currencies are not added up. Each figure is that of all contributions not withdrawn, whenever they were pledged.")),
	TABLE(DONORS, 9, donors, N_("Money by donor"), PLAIN, CONTRIBUTION, 60, N_("In the order of names.")),
	TABLE(MONEY_GROUPS, 9, money_groups, N_("Money by group of countries"), PLAIN, CONTRIBUTION, 0, N_("A country may be in more than one group.")),
	TABLE(MATERIALS, 10, materials, N_("Material by topic and language"), HEAT, MATERIAL, 0, N_("Published material; a zero is a gap.")),
	TABLE(AUDIENCES, 10, audiences, N_("Material by audience"), BARS, MATERIAL, 0, N_("Material for several audiences counts in each.")),
	TABLE(STREAM_MONTHS, 11, stream_months, N_("Reports by month"), LINES, REPORT, 0, N_("What sources reported to this node: it says as much about them as about the network. Fewer than ten are told as fewer than ten.")),
	TABLE(STREAM_CLASSES, 11, stream_classes, N_("Findings by class"), BARS, REPORT, 0, N_("Fewer than ten are told as fewer than ten.")),
	TABLE(FEEDBACK, 11, feedback, N_("Notices and answers"), PLAIN, REPORT, 0, N_("Fewer than ten are told as fewer than ten.")),
	TABLE(EVALUATIONS, 12, evaluations, N_("Six questions at the end of a project"), PLAIN, PROJECT, 60, N_("The criteria of the Development Assistance Committee; of the countries that open their projects.")),
	TABLE(RIGHTS, 13, rights, N_("Rights of people"), PLAIN, REPORT, 0, N_("What the node keeps no record of is not known; it is not zero.")),
	TABLE(UNKNOWN, 14, unknown, N_("Gaps"), BARS, REPORT, 0, N_("What the figures before rest on, and what they lack.")),
	TABLE(ASKED, 15, asked, N_("Asked of the Council"), PLAIN, DECISION, 0, N_("Proposed, and not yet taken.")),
	TABLE(DECIDED, 15, decided, N_("Taken, and what became of them"), PLAIN, DECISION, 60, N_("Open ones, and those of the year.")),
};

static const struct { const char *word, *title; } words[] = {
	{ "members", N_("Member countries") }, { "contacts_alive", N_("Focal points that answered in time") }, { "needs_met", N_("Needs confirmed as met") },
	{ "projects_running", N_("Projects under way") }, { "targets_reached", N_("Indicators that reached their target") },
	{ "all", N_("All") }, { "ldc", N_("Least developed countries") }, { "lldc", N_("Landlocked developing countries") },
	{ "sids", N_("Small island developing States") }, { "no_group", N_("In none of these groups") },
	{ "lead", N_("Lead") }, { "deputy", N_("Deputy") }, { "duty", N_("At any hour") }, { "spam-authority", N_("Spam authority") }, { "csirt", N_("CSIRT") },
	{ "child-protection", N_("Child protection") }, { "expert", N_("Expert entity") }, { "donor", N_("Donor") }, { "isp", N_("Internet service provider") },
	{ "mobile-operator", N_("Mobile operator") }, { "direct-marketing", N_("Direct marketing") }, { "association", N_("Association") }, { "regulator", N_("Regulator") },
	{ "university", N_("University") }, { "international", N_("International organisation") }, { "initiative", N_("Initiative") },
	{ "memorandum", N_("Memorandum of understanding") }, { "technical-cooperation", N_("Technical-cooperation agreement") }, { "project", N_("Project") },
	{ "draft", N_("draft") }, { "open", N_("open") }, { "in-force", N_("in force") }, { "amended", N_("amended") }, { "ended", N_("ended") },
	{ "under-6", N_("Less than 6 months") }, { "6-12", N_("6 to 12 months") }, { "12-24", N_("12 to 24 months") }, { "over-24", N_("More than 24 months") },
	{ "under-1", N_("Less than a month") }, { "1-3", N_("1 to 3 months") }, { "3-6", N_("3 to 6 months") }, { "over-12", N_("More than 12 months") },
	{ "submitted", N_("Submitted") }, { "returned", N_("Returned") }, { "declined", N_("Declined") }, { "accepted", N_("Accepted") }, { "published", N_("Published") },
	{ "offered", N_("With an offer") }, { "matched", N_("Matched") }, { "in-project", N_("In a project") }, { "delivered", N_("Delivered") },
	{ "confirmed", N_("Confirmed by the country") }, { "closed", N_("Closed") }, { "withdrawn", N_("Withdrawn") }, { "expired", N_("Expired") },
	{ "output", N_("Output") }, { "outcome", N_("Outcome") }, { "impact", N_("Impact") },
	{ "after-6", N_("After 6 months") }, { "after-12", N_("After 12 months") },
	{ "consumers", N_("Consumers") }, { "children", N_("Children") }, { "parents", N_("Parents") }, { "teachers", N_("Teachers") }, { "companies", N_("Companies") },
	{ "providers", N_("Providers") }, { "public-bodies", N_("Public bodies") }, { "judiciary", N_("Judiciary") },
	{ "notices_sent", N_("Notices sent") }, { "notices_answered", N_("Notices answered") }, { "relevance", N_("Relevance") }, { "coherent", N_("Coherence") },
	{ "effectiveness", N_("Effectiveness") }, { "efficiency", N_("Efficiency") }, { "sustainability", N_("Sustainability") },
	{ "refused_rights", N_("Requests refused because of rights") }, { "privacy_incidents", N_("Incidents of privacy") },
	{ "protected_reports", N_("Reports on the sexual exploitation of children, passed on as a reference alone") },
	{ "contacts_unverified", N_("Focal points that never answered") }, { "contacts_silent", N_("Focal points that did not answer in time") },
	{ "answers_expired", N_("Answers whose time is over") }, { "answers_unproven", N_("Accepted answers without proof") },
	{ "countries_silent", N_("Members without an answer on readiness") }, { "countries_closed", N_("Members that open no readiness") },
	{ "indicators_unmeasured", N_("Indicators without a measurement") }, { "projects_no_budget", N_("Projects under way without a budget") },
	{ "initiatives_stale", N_("Initiatives not looked at for a year") }, { "uses_unknown", N_("Material whose use nobody counted") },
	{ "agreements_unverified", N_("Agreements that could not be verified") }, { "desk_cost", N_("Cost of the desk: not recorded") },
};

const char *
annual_word(const char *word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, word) == 0)
			return words[i].title;
	}
	return word;
}
