#!/bin/sh
# The very bytes that an event was read from, however they are packed: the place
# that it carries leads there again.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }

# Each row of made.tsv: the file, the address of an event in it, the file that holds its bytes.
python3 - "$demo" <<'EOF' || exit 1
import gzip, io, sys, tarfile, warnings, zipfile
from email.message import EmailMessage

warnings.simplefilter('ignore')
demo, made, number = sys.argv[1], open('made.tsv', 'w'), 0


def rows():
    """Ten events as lines, of which the seventh is asked for."""
    global number
    number += 1
    lines = [b'{"source.ip":"192.0.%d.%d","classification.type":"phishing","time.source":"2026-06-01T00:00:0%d+00:00"}' % (number, i, i)
             for i in range(10)]
    return b'\n'.join(lines) + b'\n', '192.0.%d.7' % number, lines[7]


def dmarc():
    global number
    number += 1
    record = [b'<record><row><source_ip>192.0.%d.%d</source_ip><count>1</count><policy_evaluated><disposition>none</disposition>'
              b'<dkim>fail</dkim><spf>fail</spf></policy_evaluated></row><!-- <record> --><identifiers><header_from><![CDATA[example.org</record>]]>'
              b'</header_from></identifiers></record>' % (number, i) for i in range(40)]
    return (b'<?xml version="1.0"?>\n<feedback><report_metadata><org_name>a > b</org_name><report_id>1</report_id><date_range><begin>1780272000'
            b'</begin><end>1780358399</end></date_range></report_metadata><policy_published><domain>example.org</domain><p>none</p>'
            b'</policy_published>\n' + b'\n  '.join(record) + b'\n</feedback>'), '192.0.%d.33' % number, record[33]


def zipped(*members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()


def tarred(name, data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as t:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def mail(*attachments):
    m = EmailMessage()
    m['From'], m['To'], m['Subject'], m['Date'] = 'a@example.net', 'b@example.org', 'Report', 'Mon, 01 Jun 2026 00:00:00 +0000'
    m.set_content('see the attachment\n')
    for name, data in attachments:
        m.add_attachment(data, maintype='application', subtype='octet-stream', filename=name)
    return bytes(m)


def case(name, data, address, bytes_):
    with open(name, 'wb') as f:
        f.write(data)
    with open(name + '.want', 'wb') as f:
        f.write(bytes_)
    made.write('%s\t%s\n' % (name, address))


other = rows()[0]
for name, wrap in (('plain.jsonl', lambda d: d),
                   ('a.zip', lambda d: zipped(('x/one.jsonl', other), ('x/two.jsonl', d))),
                   ('same-names.zip', lambda d: zipped(('one.jsonl', other), ('one.jsonl', d))),
                   ('a.jsonl.gz', gzip.compress),
                   ('zip-of-gzip.zip', lambda d: zipped(('one.jsonl.gz', gzip.compress(d)))),
                   ('a.tar', lambda d: tarred('one.jsonl', d)),
                   ('a.tar.gz', lambda d: gzip.compress(tarred('one.jsonl', d))),
                   ('mail.eml', lambda d: mail(('one.jsonl', other), ('two.jsonl', d))),
                   ('mail-zip.eml', lambda d: mail(('one.zip', zipped(('two.jsonl', d))))),
                   ('mails.zip', lambda d: zipped(('1.eml', mail(('one.jsonl', other))), ('2.eml', mail(('two.jsonl', d))))),
                   ('a.mbox', lambda d: b'From a@example.net Mon Jun  1 00:00:00 2026\n' + mail(('one.jsonl', other)) +
                    b'\nFrom a@example.net Mon Jun  1 00:00:00 2026\n' + mail(('two.jsonl.gz', gzip.compress(d))) + b'\n'),
                   ('long.zip', lambda d: zipped(('x' * 300 + '.jsonl', other), ('x' * 299 + 'y.jsonl', d)))):
    text, address, bytes_ = rows()
    case(name, wrap(text), address, bytes_)
text, address, bytes_ = dmarc()
case('report.xml', text, address, bytes_)
text, address, bytes_ = dmarc()
case('report.xml.gz', gzip.compress(text), address, bytes_)
text, address, bytes_ = dmarc()
case('bom.zip', zipped(('report.xml', b'\xef\xbb\xbf' + text)), address, bytes_)
# What is told in a mail is the mail, and a message in it that message.
arf = open(demo + '/complaint-arf.eml', 'rb').read()
with open('arf.zip', 'wb') as f:
    f.write(zipped(('a.jsonl', other), ('complaint.eml', arf)))
# Formats of several kinds in one file: read again, each is still what it is.
with open('mixed.zip', 'wb') as f:
    f.write(zipped(('2026-06-17-scan_rdp-demo.csv', open(demo + '/2026-06-17-scan_rdp-demo.csv', 'rb').read()),
                   ('ev.jsonl', b'{"source.ip":"203.0.113.250","classification.type":"phishing"}\n'), ('complaint.eml', arf)))
# What is never shown stays so where it is packed.
with open('closed.zip', 'wb') as f:
    f.write(zipped(('a.jsonl', b'{"source.ip":"203.0.113.251","classification.type":"phishing"}\n'),
                   ('b.jsonl', b'{"source.ip":"203.0.113.252","classification.type":"child-sexual-abuse","source.url":"http://example.net/x"}\n')))
EOF
tar --zstd -cf a.tar.zst a.zip mail.eml || exit 1
export ENTENTE_NOW=1781870400 # 2026-06-19
node n || exit 1
cut -f1 made.tsv >made
# shellcheck disable=SC2046 # names of our own, without blanks
ok "take them" e ingest -q $(cat made)
while IFS='	' read -r file address; do
	id=$(e query "$address" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
	ok "$file" e query "$id" --evidence
	mv "$work/.out" got
	ok "$file: its own bytes" cmp got "$file.want"
done <made.tsv

# The same in a tar of archives: the latest event is now there.
export ENTENTE_NOW=1781956800
ok "a tar of them" e ingest -q a.tar.zst
for file in a.zip mail.eml; do
	address=$(sed -n "s/^$file	//p" made.tsv)
	id=$(e query "$address" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
	ok "$file in it" e query "$id" --evidence
	mv "$work/.out" got
	ok "$file in it: its own bytes" cmp got "$file.want"
done

rm -rf n && node n
ok "a complaint in a ZIP" e ingest -q arf.zip
id=$(e query --class spam --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
ok "the message in it" e query "$id" --evidence
says "itself" "Received:"

rm -rf n && node n
ok "several formats in one" e ingest -q mixed.zip
before=$(e reports --json | python3 -c 'import json,sys; r=json.load(sys.stdin)[0]; print(r["events"], r["bad"])')
same "all are read" "${before#* }" 0
same "asked for again" "$(e query --events --report 1 | wc -l | tr -d ' ') 0" "$before"
ok "replay" e replay -q
same "made again from the archive" "$(e reports --json | python3 -c 'import json,sys; r=json.load(sys.stdin)[0]; print(r["events"], r["bad"])')" "$before"

# Records that were set aside, where they lie.
python3 - <<'EOF'
import zipfile
with zipfile.ZipFile('bad.zip', 'w') as z:
    z.writestr('2026-06-17-scan_rdp-x.csv', 'timestamp,ip,port\n2026-06-17 25:00:00,192.0.2.1,3389\n2026-06-17 00:00:00,192.0.2.2,3389\nnever,192.0.2.3,3389\n')
EOF
exits 1 "bad records" e ingest -q bad.zip
report=$(e reports --json | python3 -c 'import json,sys; print(max(r["report"] for r in json.load(sys.stdin)))')
ok "their bytes" e reports "$report" --evidence
same "each in a line" "$(cat "$work/.out")" "2026-06-17 25:00:00,192.0.2.1,3389
never,192.0.2.3,3389"
exits 66 "a report without any" e reports 1 --evidence
exits 64 "of none" e reports --evidence

ok "what is never shown" e ingest -q closed.zip
id=$(e query 203.0.113.251 --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
exits 77 "stays closed" e query "$id" --evidence
says "why" "its content is not shown"
done_
