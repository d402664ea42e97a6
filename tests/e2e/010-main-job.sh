#!/bin/sh
# The main job as a person runs it: init, networks, ingest, query, notices, replay.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }
export ENTENTE_NOW=1781870400 # 2026-06-19: later the findings would count as resolved by silence

ok "init" "$ENTENTE" init --node n --name Test --country ES --mail csirt@demo.example
exits 75 "a second init is refused" "$ENTENTE" init --node n
ok "networks" e networks --asn "$demo/asn.csv" --country "$demo/country.csv"
ok "look an address up" e networks 192.0.2.1
says "its AS" "Example Telecom"
ok "ingest" e ingest "$demo"/2026*.csv "$demo/complaint-arf.eml" "$demo/complaint-xarf.json"
says "all events" "234 events, 0 records set aside"
dump=$(e doctor --dump | sha256sum)
ok "ingest again" e ingest "$demo"/2026*.csv
says "known" "were here before"
same "nothing counted twice" "$(e doctor --dump | sha256sum)" "$dump"
ok "query" e query --class infected-system --country ES --limit 0
ok "query a network" e query 192.0.2.0/24
ok "query as JSON" e query --json --limit 3
cp "$work/.out" q.json
ok "that is JSON" python3 -m json.tool q.json
id=$(e query --class scanner --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
ok "evidence from the archive" e query "$id" --events
says "the event itself" '"source.ip":"198.51.100.23"'
ok "stats" e stats
same "events by class add up" "$(e stats --by class --json | python3 -c 'import json,sys; print(sum(r["events"] for r in json.load(sys.stdin)))')" 234
ok "contacts: the difference" e contacts "$demo/contacts.csv"
says "not yet" "Nothing is changed yet"
same "no contact yet" "$(e contacts --json)" "[]"
ok "contacts: apply" e contacts "$demo/contacts.csv" --apply
ok "contacts: again" e contacts "$demo/contacts.csv"
says "no difference" "0 changes, 10 as before"
ok "notices" e notices --prepare
says "made" "notices made"
same "not sent yet" "$(ls n/outbox/new 2>/dev/null | wc -l | tr -d ' ')" 0
ok "send" e notices --send
sent=$(ls n/outbox/new | wc -l | tr -d ' ')
same "one mail a contact" "$sent" 6
ok "send again" e notices --send
same "sends nothing twice" "$(ls n/outbox/new | wc -l | tr -d ' ')" "$sent"
ok "they are mails" python3 - n/outbox/new <<'P'
import email, glob, sys
from email import policy
for f in glob.glob(sys.argv[1] + '/*'):
    m = email.message_from_bytes(open(f, 'rb').read(), policy=policy.default)
    assert not m.defects and m['to'] and m['subject'] and m['auto-submitted'] == 'auto-generated', f
    names = [p.get_filename() for p in m.iter_attachments()]
    assert 'findings.csv' in names, names
    assert m.get_body().get_content().strip()
P
same "their findings are notified" "$(e query --state notified --limit 0 --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)) > 200)')" True
before=$(e doctor --dump | sha256sum)
ok "replay" e replay
same "a replay gives the same" "$(e doctor --dump | sha256sum)" "$before"
ok "doctor" e doctor --full
says "store" "its counters add up"
done_
