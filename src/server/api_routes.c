/*
 * api_routes: the one list of what there is. What is not in it is refused.
 */
#include "server/api_rooms.h"
#include "server/api_route.h"

const struct api_room *const api_rooms[] = {
	&api_finding_room,
	&api_report_room,
	&api_contact_room,
	&api_lookup_room,
	&api_stats_room,
	&api_export_room,
	&api_setting_room,
	&api_public_room,
	&api_notice_room,
	&api_party_room,
	&api_proposal_room,
	&api_sync_room,
	&api_agreement_do_room,
	&api_agreement_room,
	&api_agreement_text_room,
	&api_object_room,
	&api_indicator_room,
	&api_session_room,
	&api_me_room,
	&api_accounts_room,
	&api_taxii_room,
	&api_meta_room,
	NULL,
};

/* The part before the next '/', off *rest. False at the end. */
static bool
part(struct slice *rest, struct slice *out)
{
	return rest->p != NULL && slice_cut(rest, '/', out);
}

/* Most rows part from the path within their first letters; that is seen before either is cut. */
static bool
begins_otherwise(const char *row, struct slice path)
{
	size_t i = 0;

	if (row == NULL)
		return true;
	while (row[i] != '\0' && row[i] != '{') {
		if (i == path.len || (uint8_t)row[i] != path.p[i])
			return true;
		i++;
	}
	return row[i] == '\0' && i != path.len;
}

bool
api_path_fits(const struct api_route *route, struct slice path, struct slice *texts)
{
	struct slice mine, a, b;
	size_t n = 0;
	bool more_a, more_b;

	/* Before anything is made of the row: there are two hundred for each request. */
	if (begins_otherwise(route->path, path))
		return false;
	mine = slice_of_str(route->path);
	while ((more_a = part(&mine, &a), more_b = part(&path, &b), more_a && more_b)) {
		if (a.len > 0 && a.p[0] == '{') {
			if (b.len == 0 || n == API_PARAMS_MAX)
				return false;
			if (texts != NULL)
				texts[n] = b;
			n++;
		} else if (!slice_eq(a, b)) {
			return false;
		}
	}
	return !more_a && !more_b;
}

const struct api_route *
api_route_find(const struct api_request *r, unsigned *allow_out)
{
	const char *path = NULL;

	*allow_out = 0;
	for (size_t i = 0; api_rooms[i] != NULL; i++) {
		for (size_t k = 0; k < api_rooms[i]->count; k++) {
			const struct api_route *route = &api_rooms[i]->routes[k];

			if (!api_path_fits(route, r->path, NULL))
				continue;
			/* A literal row took the path: "{id}" behind it is another place. */
			if (path != NULL && strcmp(path, route->path) != 0)
				continue;
			if (route->method == r->method)
				return route;
			path = route->path;
			*allow_out |= 1u << route->method;
		}
	}
	return NULL;
}
