#!/bin/sh
# The annual report: frozen by one, reviewed and approved by two, made in six languages;
# the same bytes again; corrected by addition; PDF whose text can be read and stays on
# its pages.
# shellcheck disable=SC1010 # "do" is a verb of ours
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"

at() { ENTENTE_NOW=$(date -u -d "$1" +%s); export ENTENTE_NOW; }
desk() { "$ENTENTE" desk "$@" --node n; }
annual() { "$ENTENTE" annual "$@" --node n; }
snapshot() { desk show report:2026 --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["body"]["snapshot"][7:])'; }
# cell FILE TABLE FIRST COLUMN: of the row that begins so.
cell() { python3 -c 'import json,sys
f, t, k, c = sys.argv[1:]
print([r[int(c)] for r in json.load(open(f))["tables"][t] if r[0] == k][0])' "$@"; }

at 2026-03-01
ok "a node" "$ENTENTE" init --node n --mail desk@x.example -q
for x in "kim coordinator" "kai coordinator" "xena expert"; do
	ok "account" "$ENTENTE" account add "${x% *}" --role "${x#* }" --node n -q </dev/null
done
ok "a focal point's account" "$ENTENTE" account add dan --role focal-point --country KE --node n -q </dev/null
ok "a country" desk new country country=KE language=en open=readiness,projects --as kim
desk new focal-point country=KE function=lead name=Unit mail=cert@ke.example from=2026-01-01 --as kim --json >focal.json
lead=$(python3 -c 'import json; print(json.load(open("focal.json"))["id"])')
ok "designated" desk do designate "$lead" "letter=https://x.example/l 2026-02-01" "checked_by=called back" --as kim
ok "by two" desk approve "$lead" --as kai
ok "taken in" desk do join country:KE --as kim
ok "by two" desk approve country:KE --as kai
desk new need country=KE title="A CSIRT" problem="Nobody answers" wanted="A team" topics=c,m public=yes --as dan --json >need.json
need=$(python3 -c 'import json; print(json.load(open("need.json"))["id"])')
ok "asked" desk do submit "$need" --as dan

exits 75 "a year that has not begun" annual freeze 2027 --as kim
exits 66 "nothing to make" annual make 2026 --out x
exits 64 "no year" annual freeze twenty --as kim
exits 64 "as whom" annual freeze 2026
exits 77 "no coordinator" annual freeze 2026 --as xena
at 2027-01-02
ok "shown" annual show 2026 --out show.json
ok "frozen" annual freeze 2026 --as kim
says "its hash is told" "sha256:"
first=$(snapshot)
same "the hash is the data's" "$(desk file "$first" | sha256sum | cut -d' ' -f1)" "$first"
same "what was shown is what was frozen" "$(sha256sum <show.json | cut -d' ' -f1)" "$first"
same "a member" "$(cell show.json figures members 1)" 1
same "last year is not known" "$(cell show.json figures members 2)" None
same "asked" "$(cell show.json need_topics c 1)" 1
same "no incident was recorded: unknown" "$(cell show.json rights privacy_incidents 1)" None
exits 75 "frozen once" annual freeze 2026 --as kim
at 2027-02-01
ok "what comes later" desk do accept "$need" --as kim
ok "counted again" annual verify 2026
says "the same" "byte for byte"

ok "made before it is approved" annual make 2026 --out early -l en
ok "says so" grep -q "not approved by two persons" early/annual-2026-en.html
ok "reviewed" desk do review report:2026 "summary=en: One country joined. | ar: انضمت دولة واحدة." --as kim
exits 77 "not by the same" desk approve report:2026 --as kim
ok "by two" desk approve report:2026 --as kai
ok "sent back" desk do return report:2026 --reason "The figures of needs" --as kai
ok "frozen anew" annual freeze 2026 --as kim
ok "reviewed" desk do review report:2026 --as kim
ok "by two" desk approve report:2026 --as kai
ok "approved" desk do approve report:2026 --as kai
ok "by two" desk approve report:2026 --as kim
ok "published" desk do publish report:2026 --as kim
echo "<iati-activities/>" >iati.xml
ok "made" annual make 2026 --out a --with iati.xml
ok "again" annual make 2026 --out b --with iati.xml
exits 66 "no such file" annual make 2026 --out d --with none.xml -l en
ok "the same bytes" diff -r a b
same "all files" "$(find a -type f | wc -l)" 14
same "no draft" "$(grep -c "not approved" a/annual-2026-en.html)" 0
ok "what people wrote" grep -q "One country joined" a/annual-2026-en.html
ok "in their language" grep -q "انضمت دولة واحدة" a/annual-2026-ar.html
exits 64 "no such language" annual make 2026 --out a -l de
same "the data are the frozen ones" "$(sha256sum <a/annual-2026.json | cut -d' ' -f1)" "$(snapshot)"
ok "the package" python3 - a/annual-2026-data.zip <<'PY'
import hashlib, json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
d = json.loads(z.read("datapackage.json"))
assert z.testzip() is None and len(d["resources"]) > 40
for r in d["resources"]:
    b = z.read(r["path"])
    assert len(b) == r["bytes"] and "sha256:" + hashlib.sha256(b).hexdigest() == r["hash"], r["path"]
PY

# The PDFs, where poppler and qpdf are there to look at them.
if command -v pdftotext >/dev/null && command -v qpdf >/dev/null; then
	for l in ar zh en fr ru es; do
		ok "$l is a PDF" qpdf --check "a/annual-2026-$l.pdf"
		pdftotext -bbox "a/annual-2026-$l.pdf" box.html
		ok "$l: no text outside its page, and on every one" python3 - box.html <<'PY'
import re, sys
pages = re.split(r"<page ", open(sys.argv[1], encoding="utf-8").read())[1:]
assert len(pages) > 15
for n, p in enumerate(pages, 1):
    w, h = map(float, re.match(r'width="([0-9.]+)" height="([0-9.]+)"', p).groups())
    words = re.findall(r'xMin="([-0-9.]+)" yMin="([-0-9.]+)" xMax="([-0-9.]+)" yMax="([-0-9.]+)"', p)
    assert words, "page %d is empty" % n
    for x1, y1, x2, y2 in words:
        assert float(x1) >= 40 and float(x2) <= w - 40 and float(y1) >= 20 and float(y2) <= h - 20, (n, x1, y1, x2, y2)
PY
		ok "$l: tagged" sh -c "pdfinfo 'a/annual-2026-$l.pdf' | grep -q 'Tagged: *yes'"
	done
	pdftotext -layout a/annual-2026-en.pdf text.txt
	ok "headings in their order" python3 - <<'PY'
import re
heads = [int(n) for n in re.findall(r"^\f?(\d+)\. [A-Z]", open("text.txt", encoding="utf-8").read(), re.M)]
assert heads == 2 * list(range(1, 17)), heads
PY
	pdftotext a/annual-2026-ar.pdf arabic.txt
	ok "Arabic comes out as Arabic" grep -q "كينيا" arabic.txt
fi

exits 65 "a correction says what it corrects" annual correct 2026 --as kim --reason "A need was missing"
at 2027-03-01
old=$(snapshot)
ok "a correction" annual correct 2026 --as kim --reason "A need was missing" "corrections=en: One need more."
same "nothing yet" "$(snapshot)" "$old"
ok "by two" desk approve report:2026 --as kai
same "another" "$([ "$(snapshot)" != "$old" ] && echo yes)" yes
ok "the old one stays" desk file "$old"
ok "made" annual make 2026 --out c -l en
ok "it names what it corrects" grep -q "$old" c/annual-2026-en.html
ok "and says what" grep -q "One need more" c/annual-2026-en.html
ok "the desk is whole" desk verify
done_
