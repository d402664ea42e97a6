/*
 * api_rooms: the rooms of the API, a file each. For api_routes.c.
 */
#ifndef SERVER_API_ROOMS_H
#define SERVER_API_ROOMS_H

struct api_room;

extern const struct api_room api_meta_room; /* openapi.c: the document itself */

#endif
