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

#endif
