/*
 * schema_object: the migration that brings objects of STIX (store/object.h).
 *
 * object.name is the 16 bytes of the id's UUID and the name of its type, so that
 * all versions of an object lie side by side in one index that is small. version_us
 * is modified, else created, else when it was added (TAXII 2.1 section 3.1).
 * collection_object: what TAXII asks for, in its order; added_us is different for
 * each object of a collection and grows, flags say first (1) and last (2) version.
 * indicator.id is the number of the object's first version, object that of its last.
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
	" id $ID PRIMARY KEY, name $BLOB NOT NULL, type BIGINT NOT NULL," \
	" version_us BIGINT NOT NULL, added_us BIGINT NOT NULL," \
	" revoked BIGINT NOT NULL, bytes $BLOB NOT NULL);" \
	"CREATE UNIQUE INDEX object_name ON object (name, version_us);" \
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
	"CREATE TABLE indicator_seen (" \
	" indicator $ID PRIMARY KEY, count BIGINT NOT NULL," \
	" first_s BIGINT NOT NULL, last_s BIGINT NOT NULL);"

#endif
