/*
 * schema_desk: the migration that brings the cooperation desk (store/desk.h).
 *
 * desk_version holds every version of every record, as the canonical document that
 * model/desk.h writes, and its SHA-256. desk_record is what lists are made of: the
 * last version's state and dates; it can be made again from desk_version. desk_link
 * says which records speak of which ("need:...", "country:ES", "account:ana").
 * due_s: when its next clock strikes (desk_due()); NULL: never. text: what a search
 * looks into. Kinds, states and functions stand by their names.
 *
 * desk_file: evidence, by its hash. desk_private: names of people, which records
 * hold the hash of. desk_check: whether a contact is alive; what was sent, by the
 * hash of its token, and what came back.
 */
#ifndef STORE_SCHEMA_DESK_H
#define STORE_SCHEMA_DESK_H

#define SCHEMA_DESK \
	"CREATE TABLE desk_version (" \
	" record TEXT NOT NULL, version BIGINT NOT NULL, sha $BLOB NOT NULL, json TEXT NOT NULL," \
	" PRIMARY KEY (record, version)) $CLUSTERED;" \
	"CREATE TABLE desk_record (" \
	" id TEXT PRIMARY KEY, kind TEXT NOT NULL, version BIGINT NOT NULL, state TEXT NOT NULL," \
	" country TEXT NOT NULL, changed_s BIGINT NOT NULL, due_s BIGINT, pending BIGINT NOT NULL," \
	" text TEXT NOT NULL);" \
	"CREATE INDEX desk_record_kind ON desk_record (kind, changed_s, id);" \
	"CREATE INDEX desk_record_state ON desk_record (kind, state, changed_s, id);" \
	"CREATE INDEX desk_record_country ON desk_record (country, kind, changed_s, id);" \
	"CREATE INDEX desk_record_due ON desk_record (due_s) WHERE due_s IS NOT NULL;" \
	"CREATE INDEX desk_record_pending ON desk_record (changed_s) WHERE pending = 1;" \
	"CREATE TABLE desk_link (" \
	" target TEXT NOT NULL, kind TEXT NOT NULL, record TEXT NOT NULL," \
	" PRIMARY KEY (target, kind, record)) $CLUSTERED;" \
	"CREATE INDEX desk_link_record ON desk_link (record);" \
	"CREATE TABLE desk_file (" \
	" sha $BLOB PRIMARY KEY, name TEXT NOT NULL, added_s BIGINT NOT NULL," \
	" added_by TEXT NOT NULL, bytes $BLOB NOT NULL);" \
	"CREATE TABLE desk_private (" \
	" token TEXT PRIMARY KEY, salt $BLOB NOT NULL, text TEXT NOT NULL, record TEXT NOT NULL);" \
	"CREATE TABLE desk_check (" \
	" id $ID PRIMARY KEY, record TEXT NOT NULL, way TEXT NOT NULL, step BIGINT NOT NULL," \
	" token $BLOB, sent_s BIGINT NOT NULL, answered_s BIGINT, result TEXT NOT NULL," \
	" by_first TEXT NOT NULL, by_second TEXT NOT NULL);" \
	"CREATE INDEX desk_check_record ON desk_check (record, sent_s);" \
	"CREATE UNIQUE INDEX desk_check_token ON desk_check (token) WHERE token IS NOT NULL;"

#endif
