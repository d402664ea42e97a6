/* stix_table_room: what the files of the table share. For them alone. */
#ifndef MODEL_STIX_TABLE_ROOM_H
#define MODEL_STIX_TABLE_ROOM_H

#include "model/stix_table.h"

#define PROPS(a) .props = (a), .count = sizeof(a) / sizeof((a)[0])

extern const struct stix_type stix_types_object[], stix_types_sco[], stix_parts[];
extern const size_t stix_types_object_count, stix_types_sco_count, stix_parts_count;

#endif
