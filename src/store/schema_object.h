/*
 * schema_object: the migration that brings objects of STIX (store/object.h).
 *
 * object.name is the 16 bytes of the id's UUID and the name of its type, first the
 * number of the first version that came, which all versions share. version_us is
 * modified, else created, else when it was added (TAXII 2.1 section 3.1).
 *
 * Where a name is, object_key says (store/object_key.c, decision 0131): UUIDs are
 * spread over all of an index, so that each of a thousand objects would write a
 * page of its own; all other indexes grow at their ends.
 * collection_object: what TAXII asks for, in its order; added_us is different for
 * each object of a collection and grows, flags say first (1) and last (2) version.
 * indicator.id is the object's first, object the number of its last version.
 */
#ifndef STORE_SCHEMA_OBJECT_H
#define STORE_SCHEMA_OBJECT_H

#define SCHEMA_OBJECT \
	"CREATE TABLE collection (" \
	" id $ID PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, alias TEXT NOT NULL UNIQUE," \
	" title TEXT NOT NULL, description TEXT NOT NULL, created_s BIGINT NOT NULL);" \
	"CREATE TABLE object_type (" \
	" id $ID PRIMARY KEY, name TEXT NOT NULL UNIQUE);" \
	"CREATE TABLE object (" \
	" id $ID PRIMARY KEY, first BIGINT NOT NULL, name $BLOB NOT NULL, type BIGINT NOT NULL," \
	" version_us BIGINT NOT NULL, added_us BIGINT NOT NULL," \
	" revoked BIGINT NOT NULL, bytes $BLOB NOT NULL);" \
	"CREATE UNIQUE INDEX object_first ON object (first, version_us);" \
	"CREATE TABLE object_key (key $ID PRIMARY KEY, first BIGINT NOT NULL);" \
	"CREATE TABLE collection_object (" \
	" collection BIGINT NOT NULL, added_us BIGINT NOT NULL, object BIGINT NOT NULL," \
	" type BIGINT NOT NULL, flags BIGINT NOT NULL," \
	" PRIMARY KEY (collection, added_us)) $CLUSTERED;" \
	"CREATE INDEX collection_object_type ON collection_object (collection, type, added_us);" \
	"CREATE UNIQUE INDEX collection_object_object ON collection_object (object, collection);" \
	"CREATE TABLE indicator (" \
	" id $ID PRIMARY KEY, object BIGINT NOT NULL, revoked BIGINT NOT NULL," \
	" from_s BIGINT NOT NULL, until_s BIGINT NOT NULL, watch BIGINT NOT NULL," \
	" key BIGINT NOT NULL, text TEXT NOT NULL);" \
	"CREATE TABLE object_status (" \
	" id TEXT PRIMARY KEY, at_s BIGINT NOT NULL, text TEXT NOT NULL);" \
	"CREATE INDEX object_status_at ON object_status (at_s);" \
	"CREATE TABLE indicator_seen (" \
	" indicator $ID PRIMARY KEY, count BIGINT NOT NULL," \
	" first_s BIGINT NOT NULL, last_s BIGINT NOT NULL);"

/*
 * indicator_seen: what met an indicator, by the mark (TLP) of what met it, so that
 * no sighting is made of what its source lets go less far than the indicator
 * (share/sight.h); told: so many are in the sighting that is there. What was counted
 * before is taken for AMBER, as nobody knows.
 * indicator_part: events that met parts of a pattern over several (model/indicator_series.h).
 */
#define SCHEMA_SEEN \
	"ALTER TABLE indicator_seen RENAME TO indicator_seen_before;" \
	"CREATE TABLE indicator_seen (" \
	" indicator BIGINT NOT NULL, tlp BIGINT NOT NULL, count BIGINT NOT NULL," \
	" first_s BIGINT NOT NULL, last_s BIGINT NOT NULL, told BIGINT NOT NULL DEFAULT 0," \
	" PRIMARY KEY (indicator, tlp)) $CLUSTERED;" \
	"INSERT INTO indicator_seen (indicator, tlp, count, first_s, last_s)" \
	" SELECT indicator, 2, count, first_s, last_s FROM indicator_seen_before;" \
	"DROP TABLE indicator_seen_before;" \
	"CREATE INDEX indicator_seen_due ON indicator_seen (indicator) WHERE told <> count;" \
	"CREATE INDEX indicator_seen_last ON indicator_seen (last_s);" \
	"CREATE TABLE indicator_part (" \
	" indicator $ID PRIMARY KEY, state $BLOB NOT NULL);"

/* What object_sql.h tells of. flags of collection_object: and 4, not at the object's own moment. */
#define SCHEMA_OBJECT_LATER \
	"CREATE UNIQUE INDEX object_later ON object (first, version_us) WHERE first <> id;" \
	"DROP INDEX object_first;" \
	"UPDATE collection_object SET flags = flags + 4" \
	" WHERE added_us <> (SELECT o.added_us FROM object o WHERE o.id = collection_object.object);" \
	"CREATE UNIQUE INDEX collection_object_later ON collection_object (object, collection) WHERE flags > 3;" \
	"DROP INDEX collection_object_object;"

#endif
