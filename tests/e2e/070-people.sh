#!/bin/sh
# People are protected: reports of every format with planted secrets; then the
# store, every output and the notices are searched for them.
#
#   SecretPic      leads to material on the abuse of children (docs/privacy.md)
#   victim.person  a recipient, a victim   hunter2pw  a password   tok3nval  a token
#   carol.account  an account: for its own operator's eyes alone
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }
export ENTENTE_NOW=1781784000 # 2026-06-18

ok "init" "$ENTENTE" init --node n --name Test --country ES --mail csirt@demo.example
ok "networks" e networks --asn "$demo/asn.csv" --country "$demo/country.csv"
ok "contacts" e contacts "$demo/contacts.csv" --apply
for pack in gzip zstd bzip2 xz; do
	$pack -c "$demo/contacts.csv" >packed.csv.$pack
	ok "packed by $pack" e contacts packed.csv.$pack --source contacts.csv
	says "the same" "0 changes, 10 as before"
done
head -c 60 packed.csv.gzip >cut.csv.gz
exits 65 "cut short" e contacts cut.csv.gz
says "why" "damaged or cut short"
dd if=/dev/zero bs=1M count=200 status=none | bzip2 -9 >bomb.bz2
exits 65 "a bomb" e contacts bomb.bz2
says "how large" "more than 1000 times"
ok "an operator's contact" e contacts --add abuse@operator.example --scope domain --value operator.example
ok "a country's" e contacts --add focal@fr.example --scope country --value FR

mkdir -p in feeds.d n/feeds
# --- children, in every spelling ------------------------------------------------
cat >in/child.jsonl <<'X'
{"classification.type":"violence","source.ip":"192.0.2.10","source.url":"http://SecretPic.host.example/SecretPic.jpg?SecretPic=1","event_description.text":"SecretPic found","raw":"U2VjcmV0UGlj","extra.content":"SecretPic","comment":"SecretPic","feed.name":"Hotline","screenshot_url":"http://h.example/SecretPic"}
{"classification.type":"violence","source.ip":"192.0.2.10","source.fqdn":"host.example","source.url":"http://host.example/SecretPic.jpg?SecretPic=1","time.source":"2026-06-17T10:00:00+00:00"}
{"classification.type":"violence","source.ip":"192.0.2.10","source.fqdn":"host.example","source.url":"http://host.example/SecretPic.jpg?SecretPic=1","time.source":"2026-06-17T11:00:00+00:00"}
{"classification.type":"child-sexual-abuse","source.ip":"192.0.2.11","extra":{"file":"SecretPic.jpg"},"malware.hash.sha256":"SecretPic"}
{"classification.type":"other","classification.identifier":"csam","source.ip":"192.0.2.12","source.url":"http://192.0.2.12/SecretPic"}
{"classification.type":"harmful-speech","event_description.text":"This site shares CSAM, see SecretPic","source.ip":"192.0.2.13","source.url":"http://192.0.2.13/SecretPic"}
{"classification.type":"violence","source.account":"SecretPic@host.example"}
{"source.url":"ht:SecretPic.jpg","classification.type":"violence","source.ip":"192.0.2.14"}
{"source.port":"SecretPic","source.ip":"192.0.2.14","classification.type":"violence"}
{"classification.type":"violence","source.url":"http://host.example/SecretPic
X
sed -i 's,http://SecretPic.host.example,http://host.example,' in/child.jsonl
cat >in/child-idea.json <<'X'
{"Format":"IDEA0","ID":"4390fc3f-c753-4a3e-bc83-1b44f24baf75","DetectTime":"2026-06-17T10:20:30Z","Category":["Abusive.Child"],
"Description":"SecretPic","Note":"SecretPic","Source":[{"IP4":["192.0.2.20"],"URL":["http://192.0.2.20/SecretPic"],"Hostname":["h.example"]}],
"Attach":[{"Content":"SecretPic","FileName":["SecretPic.jpg"]}],"Ref":["http://192.0.2.20/SecretPic"]}
X
cat >in/child-xarf4.json <<'X'
{"xarf_version":"4.2.0","report_id":"0192f3a0-5b1e-7c3a-9d2e-4f6a7b8c9d0e","timestamp":"2026-06-17T10:20:30Z",
"reporter":{"org":"Watch","contact":"r@watch.example","domain":"watch.example"},"sender":{"org":"Watch","contact":"r@watch.example","domain":"watch.example"},
"source_identifier":"192.0.2.21","source_port":80,"category":"content","type":"csam","classification":"A1","detection_method":"hash_match",
"url":"http://192.0.2.21/SecretPic","description":"SecretPic","ncmec_report_id":"NCMEC 77","hash_values":{"photodna":"SecretPic"},
"evidence":[{"content_type":"image/jpeg","description":"SecretPic","payload":"U2VjcmV0UGlj"}]}
X
cat >in/child-xarf3.json <<'X'
{"Version":"3","ReporterInfo":{"ReporterOrg":"Watch","ReporterOrgDomain":"watch.example","ReporterOrgEmail":"r@watch.example",
"ReporterContactEmail":"victim.person@watch.example","ReporterContactName":"victim.person","ReporterContactPhone":"+01 000"},"Disclosure":true,
"Report":{"ReportClass":"Content","ReportType":"ChildAbuse","Date":"2026-06-17T10:20:30Z","SourceIp":"192.0.2.22","SourcePort":80,
"SourceUrl":"http://192.0.2.22/SecretPic","ReporterCaseID":"case-9"}}
X
cat >in/child-mail.eml <<'X'
From: victim.person@watch.example
To: abuse@demo.example
Subject: SecretPic report
Date: Wed, 17 Jun 2026 10:20:30 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

Please see SecretPic.
--b
Content-Type: text/plain; name="report.txt"

---
Reported-From: victim.person@watch.example
Category: abuse
Report-Type: childabuse
Report-ID: 77
Version: 0.2
Date: Wed, 17 Jun 2026 10:20:30 +0000
Source-Type: url
Source: http://192.0.2.23/SecretPic.jpg
--b--
X
cat >in/child-attached.eml <<'X'
From: victim.person@watch.example
To: abuse@demo.example
Subject: SecretPic report
Date: Wed, 17 Jun 2026 10:20:30 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: application/json; name="SecretPic.json"

{"classification.type":"violence","source.ip":"192.0.2.24","source.url":"http://192.0.2.24/SecretPic"}
--b
Content-Type: application/json; name="victim.person@home.example.json"

{"classification.type":"spam","source.ip":"192.0.2.42"}
{"classification.type":"spam","source.ip":"hunter2pw@home.example"}
--b--
X
cat >n/feeds/hotline.conf <<'X'
[feed]
name = Hotline
format = csv
header = yes
[constants]
classification.type = violence
[fields]
source.ip = ip
source.url = url
time.source = time
event_description.text = note
X
cat >feeds.d/hotline.csv <<'X'
time,ip,url,note
2026-06-17 10:00:00,192.0.2.25,http://192.0.2.25/SecretPic,SecretPic
2026-06-17 10:00:00,192.0.2.26,ht:/SecretPic,SecretPic
SecretPic,192.0.2.26,http://192.0.2.26/SecretPic,SecretPic
X
# --- personal data ---------------------------------------------------------------
cat >in/people.jsonl <<'X'
{"classification.type":"system-compromise","source.ip":"192.0.2.30","event_description.text":"account victim.person@home.example password hunter2pw","extra.subject":"for victim.person@home.example","extra.password":"hunter2pw","extra.login":{"user":"victim.person","list":["victim.person%40home.example"]},"raw":"aHVudGVyMnB3","destination.account":"victim.person","comment":"Password: hunter2pw"}
{"classification.type":"phishing","source.ip":"192.0.2.31","source.url":"http://victim.person:hunter2pw@192.0.2.31/login.php?email=victim.person@home.example&token=tok3nval&id=4711"}
{"classification.type":"brute-force","source.ip":"192.0.2.32","event_description.text":"Failed password for invalid user victim.person from 192.0.2.32 port 22","malware.name":"victim.person@home.example"}
{"classification.type":"data-leak","source.account":"carol.account@operator.example","source.geolocation.cc":"ES"}
{"classification.type":"data-leak","source.ip":"192.0.2.33","classification.identifier":"victim.person@home.example:hunter2pw"}
{"classification.type":"spam","source.ip":"victim.person@home.example"}
{"classification.type":"spam","source.ip":"192.0.2.34","source.url":"xx:victim.person@home.example"}
X
cat >in/people-idea.json <<'X'
{"Format":"IDEA0","ID":"4390fc3f-c753-4a3e-bc83-1b44f24baf76","DetectTime":"2026-06-17T10:20:30Z","Category":["Attempt.Login"],
"Description":"login victim.person@home.example, password hunter2pw","Note":"victim.person[at]home.example","Source":[{"IP4":["192.0.2.35"]}],
"Target":[{"URL":["http://shop.example/reset/victim.person@home.example?token=tok3nval"]}]}
X
cat >in/people-xarf4.json <<'X'
{"xarf_version":"4.2.0","report_id":"0192f3a0-5b1e-7c3a-9d2e-4f6a7b8c9d0f","timestamp":"2026-06-17T10:20:30Z",
"reporter":{"org":"Watch","contact":"r@watch.example","domain":"watch.example"},"sender":{"org":"Watch","contact":"r@watch.example","domain":"watch.example"},
"source_identifier":"192.0.2.36","category":"infrastructure","type":"compromised_server","compromise_method":"password hunter2pw of victim.person@home.example",
"description":"victim.person@home.example","tags":["campaign:a"]}
X
cat >in/people-n6.json <<'X'
[{"id":"00000000000000000000000000000001","source":"src.ch","restriction":"public","confidence":"high","category":"bots","time":"2026-06-17T10:00:00Z","name":"victim.person@home.example","address":[{"ip":"192.0.2.37","cc":"ES","asn":64496}],"url":"http://192.0.2.37/?email=victim.person","username":"victim.person"}]
X
cat >in/2026-06-17-compromised_account-es.csv <<'X'
"timestamp","severity","username","detail","tag","email","infection","source_url","public_source","status","service"
"2026-06-17 10:00:00","high","carol.account@operator.example","password hunter2pw","leak","victim.person@home.example","","http://paste.example/?user=victim.person","x","","mail"
X
cp "$demo/2026-06-17-scan_rdp-demo.csv" in/
cat >in/people-arf.eml <<'X'
From: fbl@provider.example
To: abuse@demo.example
Subject: complaint of victim.person@home.example
Date: Wed, 17 Jun 2026 10:20:30 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

complaint
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: T/1
Version: 1
Source-IP: 192.0.2.38
Original-Rcpt-To: victim.person@home.example
Reported-URI: http://shop.example/u?email=victim.person%40home.example&token=tok3nval

--b
Content-Type: message/rfc822

Received: from mx.sender.example (mx.sender.example [192.0.2.38]) by mx.home.example; Wed, 17 Jun 2026 10:00:00 +0000
From: sales@sender.example
To: victim.person@home.example
Subject: Dear victim.person@home.example, your password hunter2pw
Date: Wed, 17 Jun 2026 10:00:00 +0000

Visit http://shop.example/unsub/victim.person@home.example or http://victim.person:hunter2pw@shop.example/
--b--
X
cat >trap.eml <<'X'
Received: from mx.sender.example (mx.sender.example [192.0.2.39]) by mx.trap.example; Wed, 17 Jun 2026 10:00:00 +0000
From: sales@sender.example
To: victim.person@home.example
Subject: victim.person@home.example, password hunter2pw
Date: Wed, 17 Jun 2026 10:00:00 +0000

Visit http://shop.example/?u=victim.person%2540home.example&session=tok3nval now
X
cat >n/feeds/leak.conf <<'X'
[feed]
name = Leak
format = csv
header = yes
[constants]
classification.type = data-leak
[fields]
source.ip = ip
event_description.text = note
extra.victim = who
X
cat >feeds.d/leak.csv <<'X'
ip,note,who
192.0.2.40,victim.person@home.example:hunter2pw,victim.person
192.0.2.41,пароль: hunter2pw,"victim.person, hunter2pw"
victim.person@home.example,x,y
X
cat >unknown.txt <<'X'
http://victim.person:hunter2pw@host.example/SecretPic.jpg
X

"$ENTENTE" ingest --node n --print-events in >out.events 2>out.events.err
"$ENTENTE" ingest --node n --mapping hotline feeds.d/hotline.csv >out.ingest 2>&1
"$ENTENTE" ingest --node n --mapping leak feeds.d/leak.csv --print-events >>out.events 2>&1
"$ENTENTE" ingest --node n --mail spam trap.eml --print-events >>out.events 2>&1
"$ENTENTE" ingest --node n unknown.txt >out.unknown 2>&1
"$ENTENTE" retry --node n >out.retry 2>&1
ok "what came is all in the archive" e doctor --full
same "events" "$(e stats --by class --json | python3 -c 'import json,sys; print({r["key"]: r["events"] for r in json.load(sys.stdin)}.get("violence"))')" 13

# --- every output -------------------------------------------------------------------
e query --limit 0 >out.query
e query --limit 0 --json >out.query.json
e query --limit 0 --events >out.evidence 2>&1
for i in $(e reports --limit 0 --json | python3 -c 'import json,sys; print(*[r["report"] for r in json.load(sys.stdin)])'); do
	e reports "$i"
	e reports "$i" --json
	e query --events --limit 0 --report "$i"
done >out.reports 2>&1
e reports --limit 0 >out.list
e reports --limit 0 --json >>out.list
for by in day country asn class taxonomy feed state; do e stats --by $by; done >out.stats 2>&1
e doctor --dump >out.dump 2>&1
ok "notices" e notices --prepare
cp .out out.notices
ok "notices are sent" e notices --send
cat .out .err >>out.notices
e notices --json >>out.notices
python3 - n/outbox/new >out.mails <<'P'
import email, glob, sys
from email import policy
for f in sorted(glob.glob(sys.argv[1] + '/*')):
    m = email.message_from_bytes(open(f, 'rb').read(), policy=policy.default)
    print('== ', m['to'], m['subject'])
    for p in m.walk():
        if not p.is_multipart():
            print(p.get_content() if p.get_content_maintype() == 'text' else p.get_payload(decode=True).decode())
P
for i in $(python3 -c 'import json; print(*[r["report"] for l in open("out.list") if l.startswith("{") for r in [json.loads(l.rstrip().rstrip(","))] if r["name"].startswith("child") or r["name"] == "hotline.csv"])'); do
	exits 77 "report $i is not shown" e reports "$i" --raw
	cat .out .err >>out.raw
done
same "nor any of them" "$(grep -c "concerns the sexual exploitation" out.raw)" 7
# The same page again, twice: neither the first nor the latest report of its finding.
for n in 1 2 3; do
	echo "{\"classification.type\":\"violence\",\"source.ip\":\"192.0.2.50\",\"source.url\":\"http://192.0.2.50/SecretPic\",\"time.source\":\"2026-06-17T1$n:00:00+00:00\"}" >again$n.jsonl
	e ingest again$n.jsonl >>out.raw 2>&1
done
number=$(e reports --limit 0 --json | python3 -c 'import json,sys; print([r["report"] for r in json.load(sys.stdin) if r["name"] == "again2.jsonl"][0])')
exits 77 "one in the middle is not shown either" e reports "$number" --raw
cat .out .err >>out.raw
# Packed, the text shows nothing: what was read of it is noted with the report.
python3 - <<'P'
import zipfile
row = '{"classification.type":"violence","source.ip":"192.0.2.50","source.url":"http://192.0.2.50/SecretPic","time.source":"2026-06-17T%s+00:00"}\n'
plain = '{"classification.type":"spam","source.ip":"192.0.2.51"}\n'
bad = '{"classification.type":"violence","source.ip":"nowhere","source.url":"http://192.0.2.50/SecretPic"}\n'
for name, text in (('middle', plain + row % '12:30:00'), ('bad', plain + bad), ('clean', plain)):
    with zipfile.ZipFile(name + '.zip', 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('rows.jsonl', text)
P
e ingest middle.zip bad.zip clean.zip >>out.raw 2>&1
id_of() { e reports --limit 0 --json | python3 -c 'import json,sys; print([r["report"] for r in json.load(sys.stdin) if r["name"] == sys.argv[1]][0])' "$1"; }
for turn in "as read" "after a replay"; do
	exits 77 "a packed one in the middle, $turn" e reports "$(id_of middle.zip)" --raw
	cat .out .err >>out.raw
	exits 77 "a packed bad record, $turn" e reports "$(id_of bad.zip)" --raw
	cat .out .err >>out.raw
	same "a packed one of other things, $turn" "$(e reports "$(id_of clean.zip)" --raw | sha256sum)" "$(sha256sum <clean.zip)"
	e replay -q >>out.raw 2>&1
done
for s in SecretPic U2VjcmV0UGlj victim.person hunter2pw tok3nval aHVudGVyMnB3; do
	same "nowhere in the store: $s" "$(find n -type f ! -path 'n/archive/*' ! -path 'n/outbox/*' -exec grep -aliF "$s" {} + )" ""
	same "in no output: $s" "$(grep -aliF "$s" out.*)" ""
done
same "but in the archive, as it came" "$(find n/archive -name '*.zst' -exec zstd -dqc {} + 2>/dev/null | grep -acF 'SecretPic.jpg?SecretPic=1')" 3

# --- what stays, so that somebody can act ---------------------------------------------
has() { same "$1" "$(grep -cF -- "$2" "$3" | sed 's/^[1-9][0-9]*$/some/')" some; }
page=$(printf %s 'http://host.example/SecretPic.jpg?SecretPic=1' | sha256sum | cut -c1-32)
has "the fact, and where" '"classification.type":"violence"' out.events
has "the page's fingerprint" "page-$page" out.query.json
same "a page seen three times is one finding" "$(python3 -c 'import json,sys; print([r["count"] for r in json.load(open("out.query.json")) if r["identifier"] == sys.argv[1]])' "page-$page")" "[3]"
has "by the fingerprint in each format" "child-abuse-$(printf %s http://192.0.2.22/SecretPic | sha256sum | cut -c1-32)" out.query.json
has "the authority's number" '"extra.reference":"NCMEC 77"' out.events
has "the page that phishes" "http://x@192.0.2.31/login.php?email=x@home.example&token=x&id=4711" out.query.json
has "in the mail, too" "login.php" out.mails
has "the victim's domain" "account x@home.example password x" out.events
has "who attacked" "Failed password for invalid user x from 192.0.2.32 port 22" out.events
for mail in telecom operator; do
	same "nothing of it to abuse@$mail.example" "$(python3 - $mail <<'P'
import re, sys
parts = re.split(r'^==  ', open('out.mails').read(), flags=re.M)[1:]
print(sum(p.startswith('abuse@%s' % sys.argv[1]) and ('violence' in p or 'page-' in p or 'child' in p) for p in parts))
P
)" 0
done
python3 - >to.focal <<'P'
import re
for p in re.split(r'^==  ', open('out.mails').read(), flags=re.M)[1:]:
    if p.startswith('csirt@csirt.example'):
        print(p)
P
has "the designated authority is told" "violence,page-$page,192.0.2.10" to.focal
sha=$(sha256sum <in/child.jsonl | cut -c1-64)
has "with the report to ask for" "SHA-256 $sha" to.focal
same "an account is not for the focal point" "$(grep -c carol.account to.focal)" 0
has "but its domain is" "x@operator.example" to.focal
same "nor for anybody but its own operator" "$(python3 - <<'P'
import re
print(*{p.split()[0] for p in re.split(r'^==  ', open('out.mails').read(), flags=re.M)[1:] if 'carol.account' in p})
P
)" abuse@operator.example
has "its own operator is told" "carol.account@operator.example" out.mails
before=$(e doctor --dump | sha256sum)
exits 1 "replay" e replay
same "a replay gives the same" "$(e doctor --dump | sha256sum)" "$before"
done_
