/*
 * object_sql: how an object's versions, and its places in a collection, are found in
 * SQL. For the files of this room alone.
 *
 * Nearly every object has one version and lies in one collection since it came. An
 * index over all of them would be written for each and asked for a few, so that
 * only the exceptions are in one (decision 0143):
 *  - what came first has its own number as "first"; later versions are in object_later;
 *  - its first place is at the moment that it was added at itself; places that it got
 *    later have OBJECT_PLACE_LATER in flags and are in collection_object_later.
 * The words of the indexes' conditions are the words here, or they are not used;
 * "+": nor is the collection walked, which begins the key of all its places.
 */
#ifndef STORE_OBJECT_SQL_H
#define STORE_OBJECT_SQL_H

/* In collection_object.flags, beside 1 and 2: this place is not at object.added_us. */
#define OBJECT_PLACE_LATER 4

/* Columns of all versions of an object; the one that came first may be gone. more: "" or " AND ..." */
#define SQL_VERSIONS(first_, columns, more) \
	"SELECT " columns " FROM object WHERE id = " first_ " AND first = id" more \
	" UNION ALL SELECT " columns " FROM object WHERE first = " first_ " AND first <> id" more

/* The number of the newest version. */
#define SQL_NEWEST(first_) \
	"SELECT id FROM (" SQL_VERSIONS(first_, "id, version_us", "") ") v ORDER BY version_us DESC LIMIT 1"

/* Moments at which versions of an object may lie in a collection; another object may lie at one of them. */
#define SQL_PLACES(first_, collection_) \
	SQL_VERSIONS(first_, "added_us", "") \
	" UNION ALL SELECT n.added_us FROM collection_object n WHERE n.flags > 3 AND +n.collection = " collection_ \
	" AND n.object IN (" SQL_VERSIONS(first_, "id", "") ")"

/* Collections that object o lies in; o is a row of table object. */
#define SQL_HOME_OF_O \
	"SELECT m.collection FROM collection c CROSS JOIN collection_object m" \
	" WHERE m.collection = c.id AND m.added_us = o.added_us AND m.object = o.id"
#define SQL_LATER_OF_O "SELECT m.collection FROM collection_object m WHERE m.object = o.id AND m.flags > 3"

/* Which versions of object ?2 are the first and the last of those in collection ?1. */
#define SQL_VERSIONS_THERE " FROM collection_object m JOIN object x ON x.id = m.object" \
	" WHERE m.collection = ?1 AND m.added_us IN (" SQL_PLACES("?2", "?1") ") AND x.first = ?2"
#define SQL_FLAGS \
	"UPDATE collection_object SET flags = CASE WHEN flags > 3 THEN 4 ELSE 0 END + (SELECT" \
	"  CASE WHEN o.version_us = (SELECT min(x.version_us)" SQL_VERSIONS_THERE ") THEN 1 ELSE 0 END" \
	"  + CASE WHEN o.version_us = (SELECT max(x.version_us)" SQL_VERSIONS_THERE ") THEN 2 ELSE 0 END" \
	"  FROM object o WHERE o.id = collection_object.object)" \
	" WHERE collection = ?1 AND added_us IN (" SQL_PLACES("?2", "?1") ")" \
	" AND object IN (" SQL_VERSIONS("?2", "id", "") ")"

#endif
