/*
 * schema: a migration is a text in the table below; its number is its place.
 * What was released is never edited: a change is another row. Each migration
 * and the number it brings the database to are one transaction.
 *
 * Portable words only: $ID is the engine's 64-bit key, $BLOB its bytes,
 * $CLUSTERED says that the rows lie in the order of the key. Numbers are
 * BIGINT; dates are seconds UTC since 1970. Ids are given by us, not by the
 * engine.
 *
 * finding.id is made of the condition (model/finding.h): an IPv4 finding needs
 * no address beside it, so ip is NULL there (bits 62 to 31 of the id are the
 * address) and 16 bytes where an IPv6 address, or the address of a name, is
 * known. first_at and last_at are the places of the first and the last event:
 * LEB128 numbers report, offset, length, part (a term; 0: the report itself).
 * last_at is NULL while it equals first_at. first_cell is what the first event
 * counts under in count_day, "AS COUNTRY FEED", and NULL while that is the
 * finding's asn, country and feed, which are the last event's. state is what people and notices
 * made of it; silent_s, where set, is when its silence had lasted so long that
 * it counts as resolved. The view finding_now joins the two: state_now.
 * identifier, transport, feed and label are terms.
 */
#include "store/schema.h"


#include "base/buf.h"
#include "store/schema_desk.h"
#include "store/schema_object.h"

static const char *const migrations[] = {
	/* 1: the first release */
	"CREATE TABLE setting ("
	" key TEXT PRIMARY KEY, value TEXT NOT NULL);"

	"CREATE TABLE term ("
	" id $ID PRIMARY KEY, text TEXT NOT NULL UNIQUE);"

	/* seen: events and bad records stored; retry_*: see store/bad.h */
	"CREATE TABLE report ("
	" id $ID PRIMARY KEY, sha $BLOB NOT NULL UNIQUE,"
	" received_s BIGINT NOT NULL, bytes BIGINT NOT NULL,"
	" name TEXT NOT NULL, feed TEXT NOT NULL, format TEXT NOT NULL,"
	" options TEXT NOT NULL, state BIGINT NOT NULL, reason TEXT NOT NULL,"
	" events BIGINT NOT NULL, bad BIGINT NOT NULL, reads BIGINT NOT NULL,"
	" seen BIGINT NOT NULL, retry_last BIGINT, retry_end BIGINT,"
	" retry_seen BIGINT NOT NULL);"
	"CREATE INDEX report_state ON report (state, id);"

	"CREATE TABLE finding ("
	" id $ID PRIMARY KEY, class BIGINT NOT NULL, kind BIGINT NOT NULL,"
	" ip $BLOB, place TEXT, identifier BIGINT, port BIGINT NOT NULL, tlp BIGINT NOT NULL,"
	" transport BIGINT, asn BIGINT NOT NULL, country TEXT,"
	" first_s BIGINT NOT NULL, last_s BIGINT NOT NULL,"
	" count BIGINT NOT NULL, state BIGINT NOT NULL,"
	" state_s BIGINT NOT NULL, silent_s BIGINT, notified_s BIGINT,"
	" feed BIGINT, label BIGINT, first_at $BLOB NOT NULL, last_at $BLOB);"
	"CREATE VIEW finding_now AS SELECT finding.*,"
	" CASE WHEN silent_s IS NULL THEN state ELSE 3 END AS state_now"
	" FROM finding;"

	/* What people and notices did; kept through a replay. */
	"CREATE TABLE finding_act ("
	" id $ID PRIMARY KEY, finding BIGINT NOT NULL, act BIGINT NOT NULL,"
	" to_state BIGINT NOT NULL, at_s BIGINT NOT NULL,"
	" by_whom TEXT NOT NULL, comment TEXT NOT NULL);"
	"CREATE INDEX finding_act_finding ON finding_act (finding, id);"

	/* day: since 1970; country: '' unknown; asn: 0 unknown; feed: a term or 0 */
	"CREATE TABLE count_day ("
	" day BIGINT NOT NULL, class BIGINT NOT NULL, country TEXT NOT NULL,"
	" asn BIGINT NOT NULL, feed BIGINT NOT NULL, events BIGINT NOT NULL,"
	" findings_new BIGINT NOT NULL,"
	" PRIMARY KEY (day, class, country, asn, feed)) $CLUSTERED;"

	/* Where the bad records of a report lie (store/bad.c), by runs. */
	"CREATE TABLE bad_place ("
	" report BIGINT NOT NULL, seq BIGINT NOT NULL, part BIGINT NOT NULL,"
	" n BIGINT NOT NULL, places $BLOB NOT NULL,"
	" PRIMARY KEY (report, seq)) $CLUSTERED;"
	"CREATE TABLE bad_count ("
	" report BIGINT NOT NULL, col TEXT NOT NULL, kind TEXT NOT NULL,"
	" n BIGINT NOT NULL, PRIMARY KEY (report, col, kind)) $CLUSTERED;"
	"CREATE TABLE bad_example ("
	" report BIGINT NOT NULL, n BIGINT NOT NULL, part BIGINT NOT NULL,"
	" at_byte BIGINT NOT NULL, length BIGINT NOT NULL, line BIGINT NOT NULL,"
	" col TEXT NOT NULL, reason TEXT NOT NULL,"
	" PRIMARY KEY (report, n)) $CLUSTERED;"

	/* Who answers for what; lo and hi: 16 bytes each, of a prefix. */
	"CREATE TABLE contact ("
	" id $ID PRIMARY KEY, layer BIGINT NOT NULL, source TEXT NOT NULL,"
	" scope BIGINT NOT NULL, value TEXT NOT NULL, lo $BLOB, hi $BLOB,"
	" name TEXT NOT NULL, email TEXT NOT NULL, lang TEXT NOT NULL,"
	" medium TEXT NOT NULL, interval_s BIGINT NOT NULL,"
	" format TEXT NOT NULL, openpgp TEXT NOT NULL, url TEXT NOT NULL,"
	" checked_s BIGINT NOT NULL, expires_s BIGINT NOT NULL);"
	"CREATE INDEX contact_value ON contact (scope, value);"
	"CREATE TABLE contact_off ("
	" id $ID PRIMARY KEY, scope BIGINT, value TEXT NOT NULL,"
	" lo $BLOB, hi $BLOB, class TEXT NOT NULL, feed TEXT NOT NULL,"
	" reason TEXT NOT NULL, from_s BIGINT NOT NULL,"
	" until_s BIGINT NOT NULL, by_whom TEXT NOT NULL,"
	" created_s BIGINT NOT NULL);"

	/* What was told; its states: share/notices.h. */
	"CREATE TABLE notice ("
	" id TEXT PRIMARY KEY, contact BIGINT, email TEXT NOT NULL,"
	" medium TEXT NOT NULL, lang TEXT NOT NULL, format TEXT NOT NULL,"
	" created_s BIGINT NOT NULL, state TEXT NOT NULL,"
	" state_s BIGINT NOT NULL, attempts BIGINT NOT NULL,"
	" next_s BIGINT NOT NULL, reply TEXT NOT NULL,"
	" findings BIGINT NOT NULL);"
	/* Apart, as a change of state would write the whole row again. */
	"CREATE TABLE notice_message ("
	" notice TEXT PRIMARY KEY, message $BLOB NOT NULL);"
	"CREATE INDEX notice_email ON notice (email, created_s);"
	"CREATE INDEX notice_state ON notice (state, next_s);"
	"CREATE INDEX notice_contact ON notice (contact, created_s);"
	"CREATE TABLE notice_finding ("
	" notice TEXT NOT NULL, finding BIGINT NOT NULL,"
	" PRIMARY KEY (notice, finding)) $CLUSTERED;"
	"CREATE INDEX notice_finding_finding ON notice_finding (finding);"

	/* Every answer of the policy to something that would leave. */
	"CREATE TABLE transfer ("
	" id $ID PRIMARY KEY, at_s BIGINT NOT NULL, finding BIGINT,"
	" notice TEXT, recipient TEXT NOT NULL, purpose TEXT NOT NULL,"
	" rule TEXT NOT NULL, allowed BIGINT NOT NULL,"
	" reason TEXT NOT NULL);"
	"CREATE INDEX transfer_finding ON transfer (finding);",

	/* 2: a recipient is written to by interval; as it was when the notice was made */
	"ALTER TABLE notice ADD COLUMN interval_s BIGINT NOT NULL DEFAULT 86400;",

	/* 3: the same bytes may be received again, which is an observation where undated is 1 */
	"CREATE TABLE report_next ("
	" id $ID PRIMARY KEY, sha $BLOB NOT NULL,"
	" received_s BIGINT NOT NULL, bytes BIGINT NOT NULL,"
	" name TEXT NOT NULL, feed TEXT NOT NULL, format TEXT NOT NULL,"
	" options TEXT NOT NULL, state BIGINT NOT NULL, reason TEXT NOT NULL,"
	" events BIGINT NOT NULL, bad BIGINT NOT NULL, reads BIGINT NOT NULL,"
	" seen BIGINT NOT NULL, retry_last BIGINT, retry_end BIGINT,"
	" retry_seen BIGINT NOT NULL, undated BIGINT NOT NULL DEFAULT 0);"
	"INSERT INTO report_next SELECT id, sha, received_s, bytes, name, feed, format,"
	" options, state, reason, events, bad, reads, seen, retry_last, retry_end,"
	" retry_seen, 0 FROM report;"
	"DROP TABLE report;"
	"ALTER TABLE report_next RENAME TO report;"
	"CREATE INDEX report_state ON report (state, id);"
	"CREATE UNIQUE INDEX report_reception ON report (sha, received_s);",

	/* 4: what a finding counts as new for, where that is not what it was seen as last */
	"ALTER TABLE finding ADD COLUMN first_cell TEXT;",

	/* 5: something in it is protected (model/protect.h) */
	"ALTER TABLE report ADD COLUMN protected BIGINT NOT NULL DEFAULT 0;",

	/* 6: who may do what, and what was done (store/account.h, store/audit.h) */
	"CREATE TABLE account ("
	" id $ID PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" display TEXT NOT NULL, mail TEXT NOT NULL, lang TEXT NOT NULL,"
	" country TEXT NOT NULL, roles BIGINT NOT NULL,"
	" locked BIGINT NOT NULL, must_change BIGINT NOT NULL,"
	" password $BLOB NOT NULL, totp $BLOB, totp_step BIGINT NOT NULL,"
	" created_s BIGINT NOT NULL, changed_s BIGINT NOT NULL,"
	" signed_s BIGINT NOT NULL);"
	"CREATE TABLE account_code ("
	" account BIGINT NOT NULL, hash $BLOB NOT NULL,"
	" PRIMARY KEY (account, hash)) $CLUSTERED;"
	"CREATE TABLE account_session ("
	" id $ID PRIMARY KEY, hash $BLOB NOT NULL UNIQUE, account BIGINT NOT NULL,"
	" created_s BIGINT NOT NULL, seen_s BIGINT NOT NULL,"
	" second_factor BIGINT NOT NULL, ip TEXT NOT NULL);"
	"CREATE INDEX account_session_account ON account_session (account);"
	"CREATE TABLE account_token ("
	" id $ID PRIMARY KEY, hash $BLOB NOT NULL UNIQUE, account BIGINT NOT NULL,"
	" prefix TEXT NOT NULL, name TEXT NOT NULL, scopes BIGINT NOT NULL,"
	" created_s BIGINT NOT NULL, expires_s BIGINT NOT NULL,"
	" seen_s BIGINT NOT NULL);"
	"CREATE INDEX account_token_account ON account_token (account);"
	"CREATE TABLE partner_cert ("
	" id $ID PRIMARY KEY, sha $BLOB NOT NULL UNIQUE, name TEXT NOT NULL,"
	" scopes BIGINT NOT NULL, created_s BIGINT NOT NULL,"
	" expires_s BIGINT NOT NULL);"
	/* ip and salt go after some months; their hash stays in the chain. */
	"CREATE TABLE audit ("
	" id $ID PRIMARY KEY, at_s BIGINT NOT NULL, kind BIGINT NOT NULL,"
	" account BIGINT NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL,"
	" object TEXT NOT NULL, detail TEXT NOT NULL, ip TEXT, salt $BLOB,"
	" ip_hash $BLOB NOT NULL, hash $BLOB NOT NULL);"
	"CREATE INDEX audit_at ON audit (at_s);",

	/*
	 * 7: what pages ask for. finding_tally: store/tally.h; country '': unknown.
	 * A second engine needs the trigger in its own words.
	 */
	"CREATE TABLE finding_tally ("
	" country TEXT NOT NULL, state BIGINT NOT NULL, findings BIGINT NOT NULL,"
	" PRIMARY KEY (country, state)) $CLUSTERED;"
	"INSERT INTO finding_tally (country, state, findings)"
	" SELECT coalesce(country, ''), CASE WHEN silent_s IS NULL THEN state ELSE 3 END, count(*)"
	" FROM finding GROUP BY 1, 2;"
	"CREATE TRIGGER finding_moves AFTER UPDATE OF state, silent_s, country ON finding"
	" WHEN old.state <> new.state OR (old.silent_s IS NULL) <> (new.silent_s IS NULL)"
	"  OR coalesce(old.country, '') <> coalesce(new.country, '')"
	" BEGIN"
	"  UPDATE finding_tally SET findings = findings - 1 WHERE country = coalesce(old.country, '')"
	"   AND state = CASE WHEN old.silent_s IS NULL THEN old.state ELSE 3 END;"
	"  INSERT INTO finding_tally (country, state, findings) VALUES (coalesce(new.country, ''),"
	"   CASE WHEN new.silent_s IS NULL THEN new.state ELSE 3 END, 1)"
	"   ON CONFLICT (country, state) DO UPDATE SET findings = findings + 1;"
	" END;"
	/*
	 * Names and IPv6 within a network; IPv4 findings have no ip here, so that it
	 * costs the great feeds nothing (decision 0096).
	 */
	"CREATE INDEX finding_ip ON finding (ip) WHERE ip IS NOT NULL;"
	"CREATE TABLE time_day ("
	" day BIGINT NOT NULL, kind BIGINT NOT NULL, bucket BIGINT NOT NULL, n BIGINT NOT NULL,"
	" PRIMARY KEY (day, kind, bucket)) $CLUSTERED;"
	/* Who prepared a notice ('': the clock) and who approved it; what its recipient answered. */
	"ALTER TABLE notice ADD COLUMN prepared_by TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE notice ADD COLUMN approved_by TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE notice ADD COLUMN approved_s BIGINT NOT NULL DEFAULT 0;"
	"CREATE TABLE notice_reply ("
	" notice TEXT NOT NULL, answer BIGINT NOT NULL, at_s BIGINT NOT NULL,"
	" comment TEXT NOT NULL, PRIMARY KEY (notice, answer)) $CLUSTERED;"
	"CREATE INDEX notice_reply_at ON notice_reply (at_s);"
	/* A recipient said that it is not theirs: a person looks at the contact. */
	"ALTER TABLE contact ADD COLUMN disputed_s BIGINT NOT NULL DEFAULT 0;",

	/* 8: what a process beside the keeper changed, until the keeper has seen it (store/columns_keep.c) */
	"CREATE TABLE finding_beside (id $ID PRIMARY KEY);",

	/* 9: what the first page sums of reports (report_totals) lies side by side */
	"DROP INDEX report_state;"
	"CREATE INDEX report_state ON report (state, id, events, bad, bytes, received_s);",

	/* 10: objects of STIX, their collections, and what indicators were seen (store/schema_object.h) */
	SCHEMA_OBJECT,

	/* 11: agreements, who is a party to them, and what flowed by them (store/agreements.h) */
	"CREATE TABLE partner ("
	" id TEXT PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL,"
	" kind TEXT NOT NULL, key $BLOB, url TEXT NOT NULL,"
	" cert BIGINT NOT NULL, created_s BIGINT NOT NULL);"
	"CREATE TABLE agreement_text ("
	" agreement TEXT NOT NULL, version BIGINT NOT NULL, json TEXT NOT NULL,"
	" PRIMARY KEY (agreement, version)) $CLUSTERED;"
	"CREATE TABLE agreement_act ("
	" agreement TEXT NOT NULL, number BIGINT NOT NULL, line TEXT NOT NULL,"
	" PRIMARY KEY (agreement, number)) $CLUSTERED;"
	"CREATE TABLE agreement_wording ("
	" sha $BLOB PRIMARY KEY, bytes $BLOB NOT NULL);"
	/* Records that came from others, and until when we may have them. */
	"CREATE TABLE record_origin ("
	" record TEXT PRIMARY KEY, agreement TEXT NOT NULL, version BIGINT NOT NULL,"
	" clause BIGINT NOT NULL, party TEXT NOT NULL,"
	" received_s BIGINT NOT NULL, until_s BIGINT NOT NULL);"
	"CREATE INDEX record_origin_until ON record_origin (until_s);"
	/* record: what is no finding; of refusals by agreement, what came nearest. */
	"ALTER TABLE transfer ADD COLUMN record TEXT;"
	"ALTER TABLE transfer ADD COLUMN agreement TEXT;"
	"ALTER TABLE transfer ADD COLUMN clause BIGINT;"
	"ALTER TABLE transfer ADD COLUMN profile TEXT;"
	"CREATE INDEX transfer_record ON transfer (record, recipient) WHERE record IS NOT NULL;",

	/* 12: acts and receipts that one person proposed and another decides on (store/agreements.h) */
	"CREATE TABLE agreement_proposal ("
	" id $ID PRIMARY KEY, agreement TEXT NOT NULL, act BIGINT NOT NULL, text TEXT NOT NULL,"
	" paper TEXT NOT NULL, date_s BIGINT NOT NULL, clause BIGINT NOT NULL, party TEXT NOT NULL,"
	" role BIGINT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, line TEXT NOT NULL,"
	" by_kind BIGINT NOT NULL, by_account BIGINT NOT NULL, by_name TEXT NOT NULL, at_s BIGINT NOT NULL,"
	" state BIGINT NOT NULL, decided_by TEXT NOT NULL, decided_s BIGINT NOT NULL);"
	"CREATE INDEX agreement_proposal_open ON agreement_proposal (id) WHERE state = 0;",
	/* 13: sightings by the mark of what was seen, what of them was told, parts of patterns over several events (store/schema_object.h) */
	SCHEMA_SEEN,
	/* 14: what is exchanged with whom by TAXII, and how far it is (store/sync.h) */
	"CREATE TABLE sync ("
	" id $ID PRIMARY KEY, partner TEXT NOT NULL, url TEXT NOT NULL, remote TEXT NOT NULL,"
	" local TEXT NOT NULL, direction BIGINT NOT NULL, purpose BIGINT NOT NULL, paused BIGINT NOT NULL,"
	" every_s BIGINT NOT NULL, auth BIGINT NOT NULL, user_name TEXT NOT NULL, ca TEXT NOT NULL, pin TEXT NOT NULL,"
	" created_s BIGINT NOT NULL, after_us BIGINT NOT NULL, next TEXT NOT NULL, terms TEXT NOT NULL,"
	" received BIGINT NOT NULL, known BIGINT NOT NULL, refused BIGINT NOT NULL, sent BIGINT NOT NULL,"
	" begun_s BIGINT NOT NULL, last_try_s BIGINT NOT NULL, last_ok_s BIGINT NOT NULL, next_try_s BIGINT NOT NULL,"
	" failures BIGINT NOT NULL, error TEXT NOT NULL, last_us BIGINT NOT NULL);",
	/* 15: pages of one type are read from an index alone; of transfers only refusals are looked for by record (decision 0142) */
	"DROP INDEX collection_object_type;"
	"CREATE INDEX collection_object_type ON collection_object (collection, type, added_us, object, flags);"
	"DROP INDEX transfer_record;"
	"CREATE INDEX transfer_record ON transfer (record, recipient) WHERE record IS NOT NULL AND allowed = 0;",
	/* 16: the cooperation desk (store/schema_desk.h) */
	SCHEMA_DESK,
	/* 17: of objects' versions and places only those that came later are in an index (store/object_sql.h, decision 0143) */
	SCHEMA_OBJECT_LATER,
};

static const struct schema own = { migrations, sizeof(migrations) / sizeof(migrations[0]) };

const struct schema *schema_now = &own;

#define SCHEMA_VERSION ((int64_t)schema_now->count)

static bool
version_get(struct db *db, int64_t *out, struct err *e)
{
	bool there = false;

	*out = 0;
	if (!db_has_table(db, "setting", &there, e))
		return false;
	return !there ||
	    db_number(db,
		"SELECT CAST(value AS BIGINT) FROM setting WHERE key='schema'",
		out, e);
}

static bool
version_put(struct db *db, int64_t version, struct err *e)
{
	struct stmt *s = NULL;
	struct buf b;
	bool ok;

	buf_init(&b, 32);
	buf_i64(&b, version);
	ok = db_prepare(db,
	    "INSERT INTO setting (key, value) VALUES ('schema', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
	    &s, e);
	if (ok) {
		stmt_text(s, 1, buf_view(&b));
		ok = stmt_run(s, NULL, e);
	}
	stmt_free(&s);
	buf_fini(&b);
	return ok;
}

static bool
migrate_one(struct db *db, int64_t from, struct err *e)
{
	int64_t now;
	bool ok;

	if (!db_begin(db, e))
		return false;
	/* Two that open a new database at once: the second finds it done. */
	ok = version_get(db, &now, e) &&
	    (now > from ||
		(db_exec_schema(db, schema_now->steps[from], e) &&
		    version_put(db, from + 1, e)));
	if (ok)
		return db_commit(db, e);
	db_rollback(db);
	return false;
}

static bool
newer(int64_t version, struct err *e)
{
	return err_set(e, ERR_INPUT,
	    "the database has schema %lld, this program knows up to %lld; install a newer entente",
	    (long long)version, (long long)SCHEMA_VERSION);
}

bool
schema_migrate(struct db *db, struct err *e)
{
	int64_t version;

	if (!version_get(db, &version, e))
		return false;
	if (version < 0 || version > SCHEMA_VERSION)
		return newer(version, e);
	for (; version < SCHEMA_VERSION; version++) {
		if (!migrate_one(db, version, e))
			return err_within(e, "schema %lld", (long long)version + 1);
	}
	return true;
}

bool
schema_check(struct db *db, struct err *e)
{
	int64_t version;

	if (!version_get(db, &version, e))
		return false;
	if (version < 0 || version > SCHEMA_VERSION)
		return newer(version, e);
	return version == SCHEMA_VERSION ||
	    err_set(e, ERR_CONFLICT,
		"the database has the older schema %lld; whoever may write to it brings it to %lld by any command",
		(long long)version, (long long)SCHEMA_VERSION);
}
