/*
 * desk_room: what the files of the desk's model share. For them alone.
 */
#ifndef MODEL_DESK_ROOM_H
#define MODEL_DESK_ROOM_H

#include <stdio.h>

#include "model/desk.h"

/* desk_state.c: states and moves of each kind. */
extern const struct desk_flow desk_flow_country, desk_flow_focal, desk_flow_entity, desk_flow_initiative,
    desk_flow_answer, desk_flow_need, desk_flow_offer, desk_flow_project, desk_flow_activity, desk_flow_milestone,
    desk_flow_indicator, desk_flow_measurement, desk_flow_contribution, desk_flow_risk, desk_flow_material,
    desk_flow_meeting, desk_flow_decision, desk_flow_report;

/* A guard that does not hold is ERR_CONFLICT, with its sentence. by: who is about to do it; NULL: it is only looked at. */
bool desk_guards(uint64_t set, const struct desk_record *r, const struct desk_actor *by, int64_t now_s,
    const struct desk_world *w, struct arena *a, struct err *e) MUST_USE;

/* Is there anything in a field? Empty lists and texts are nothing, false is something. */
bool desk_filled(const struct desk_record *r, const char *field);
/* A list of field names with one space between: ERR_INPUT names the first that is empty. */
bool desk_needs(const char *names, const struct desk_record *r, struct err *e) MUST_USE;

/* A JSON text into a tree in a. What we wrote ourselves; it cannot be wrong, only too large. */
bool desk_tree(struct slice text, struct arena *a, const struct json **out, struct err *e) MUST_USE;
/* The members of body and those of patch over them (null: taken out), each checked; OURS and FIXED by rule. */
bool desk_body(const struct desk_type_of *t, const struct json *was, const struct json *patch, bool fresh, bool ours,
    struct arena *a, const struct json **out, struct err *e) MUST_USE;

#endif
