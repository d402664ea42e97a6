"""taxii_conformance.py URL TOKEN READER [CURSOR...]: what TAXII 2.1 (OASIS Standard, 10 June 2021) asks of a
server, asked of one. TOKEN may read and write, READER read alone; the collection "local" is there and empty.
Each line of output is a requirement with its section; the last one counts. Python's own library alone."""
import base64
import http.client
import json
import re
import ssl
import sys
import urllib.parse
import uuid

url, token, reader = sys.argv[1:4]
u = urllib.parse.urlsplit(url)
TYPE = "application/taxii+json;version=2.1"
STIX = "application/stix+json;version=2.1"
ROOT = "/taxii2/entente/"
passed = failed = 0


def ask(method, path, accept=TYPE, auth=token, body=None, type=TYPE, **headers):
    tls = ssl._create_unverified_context()
    c = http.client.HTTPSConnection(u.hostname, u.port, context=tls, timeout=60)
    h = {k.replace("_", "-"): v for k, v in headers.items()}
    if accept is not None:
        h["Accept"] = accept
    if auth:
        h.setdefault("Authorization", "Bearer " + auth)
    if body is not None and type:
        h["Content-Type"] = type
    c.request(method, path, body=json.dumps(body) if isinstance(body, dict) else body, headers=h)
    r = c.getresponse()
    r.data = r.read()
    c.close()
    try:
        r.json = json.loads(r.data)
    except ValueError:
        r.json = None
    return r


def get(path, **words):
    return ask("GET", path, **words)


def must(section, what, yes, found=""):
    global passed, failed
    if yes:
        passed += 1
    else:
        failed += 1
    print("%s %-7s %s%s" % ("ok    " if yes else "FAILED", section, what, "" if yes else ": " + str(found)[:300]))


def refused(section, what, r, *status):
    e = r.json if isinstance(r.json, dict) else {}
    must(section, what, r.status in status, "%d %s" % (r.status, r.data[:200]))
    must("3.6.1", "  its body is an error message: title, http_status as text, our media type",
         isinstance(e.get("title"), str) and e["title"] and e.get("http_status") == str(r.status) and r.getheader("Content-Type") == TYPE,
         "%s %s" % (r.getheader("Content-Type"), r.data[:200]))


def query(**words):
    return "?" + urllib.parse.urlencode({("match[%s]" % k[6:] if k.startswith("match_") else k): v for k, v in words.items()})


MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"
VERSION = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"

# --- 1.6: media types, authentication
for accept, status in ((TYPE, 200), ("application/taxii+json", 200), ("application/taxii+json; version=2.1", 200), ("APPLICATION/TAXII+JSON;VERSION=2.1", 200),
                       ("application/taxii+json;q=0.4;version=\"2.1\"", 200), ("text/html, */*;q=0.1", 200), ("application/*", 200), (None, 200),
                       ("application/taxii+json;version=2.0, application/taxii+json;version=2.1", 200),
                       ("application/taxii+json;version=2.0", 406), ("application/vnd.oasis.taxii+json; version=2.0", 406), ("application/json", 406),
                       (STIX, 406), ("text/html", 406), ("application/taxii+json;version=9.9", 406), ("application/taxii+json;version=2.1;q=0", 406)):
    r = get("/taxii2/", accept=accept)
    if status == 200:
        must("1.6.8", "Accept: %s is answered" % accept, r.status == 200 and r.getheader("Content-Type") == TYPE, "%d %s" % (r.status, r.getheader("Content-Type")))
    else:
        refused("1.6.8", "Accept: %s is not acceptable (406)" % accept, r, 406)
for path in "", "entente/", "entente/collections/", "entente/collections/local/", "entente/collections/local/objects/", "entente/collections/local/manifest/":
    refused("1.6.8", "406 at /taxii2/%s" % path, get("/taxii2/" + path, accept="application/json"), 406)
    r = get("/taxii2/" + path, auth=None)
    refused("4, 5", "401 without a name at /taxii2/%s" % path, r, 401)
    challenges = ", ".join(r.headers.get_all("WWW-Authenticate") or [])
    must("1.6.7", "  with WWW-Authenticate, that offers Basic (RFC 7617)", "Basic realm=" in challenges, challenges)
refused("4.1", "401 with a wrong token", get("/taxii2/", auth="ente_wrong"), 401)
basic = "Basic " + base64.b64encode(("anybody:" + token).encode()).decode()
must("1.6", "Basic is taken, with the token as password", get("/taxii2/", auth=None, Authorization=basic).status == 200)
refused("1.6", "Basic with a wrong password is not", get("/taxii2/", auth=None, Authorization="Basic " + base64.b64encode(b"ana:x").decode()), 401)
refused("1.6", "Basic that is no base64 is not", get("/taxii2/", auth=None, Authorization="Basic $$$"), 401)

# --- 4.1 discovery, 4.2 API root
r = get("/taxii2/")
d = r.json
must("4.1.1", "title is there", isinstance(d.get("title"), str) and d["title"])
must("4.1.1", "api_roots is a list of addresses with a slash at the end", all(isinstance(x, str) and x.endswith("/") for x in d.get("api_roots", [None])), d)
must("4.1.1", "default is one of them", d.get("default") in d.get("api_roots", []), d)
must("4.1.1", "no member beside those of the standard", set(d) <= {"title", "description", "contact", "default", "api_roots"}, d)
must("3.1", "Date is given", r.getheader("Date"))
root = urllib.parse.urlsplit(urllib.parse.urljoin(url + "taxii2/", d["default"])).path
r = get(root)
d = r.json
must("4.2.1", "title is there", isinstance(d.get("title"), str) and d["title"])
must("4.2.1", "versions names " + TYPE, TYPE in d.get("versions", []), d)
must("4.2.1", "max_content_length is a whole number over 0", isinstance(d.get("max_content_length"), int) and d["max_content_length"] > 0, d)
most = d.get("max_content_length", 0)
refused("4.2", "404 for an API root that is not there", get("/taxii2/nothing/"), 404)
refused("4.2", "404 without the slash at the end", get(root[:-1]), 404)
for path in "/taxii2/", root, root + "collections/", root + "collections/local/", root + "collections/local/objects/":
    for method in "PUT", "PATCH":
        r = ask(method, path, body={})
        refused("4, 5", "%s of %s is no method (405)" % (method, path), r, 405)
        must("4, 5", "  Allow says which are", "GET" in (r.getheader("Allow") or ""), r.getheader("Allow"))
    r = ask("HEAD", path)
    must("4, 5", "HEAD of %s is GET without the body" % path, r.status == 200 and r.data == b"" and r.getheader("Content-Type") == TYPE, r.status)
r = ask("OPTIONS", root)
must("4, 5", "OPTIONS is refused like any method that there is not, and says which are", r.status == 405 and "GET" in (r.getheader("Allow") or ""), r.status)

# --- 5.1, 5.2 collections
r = get(root + "collections/")
all_ = r.json.get("collections", [])
c = [x for x in all_ if x.get("alias") == "local"][0]
must("5.1", "collections is a list", isinstance(all_, list) and all_)
for x in all_:
    must("5.2.1", "id is a UUID, title a text, can_read and can_write are said, no other member",
         re.match(r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$", x.get("id", "")) and x.get("title") and isinstance(x.get("can_read"), bool) and
         isinstance(x.get("can_write"), bool) and set(x) <= {"id", "title", "description", "alias", "can_read", "can_write", "media_types"}, x)
    must("5.2.1", "media_types names STIX 2.1", x.get("media_types", [STIX]) == [STIX], x)
    must("5.2", "each is there by its id, the same", get(root + "collections/%s/" % x["id"]).json == x)
must("5.2.1", "an alias names the collection", get(root + "collections/local/").json == c)
must("5.2.1", "who may write is told so", c["can_write"] is True)
must("5.2.1", "who may not is told so", get(root + "collections/local/", auth=reader).json["can_write"] is False)
refused("5.2", "404 for a collection that is not there", get(root + "collections/%s/" % uuid.uuid4()), 404)
for rest in "objects/", "manifest/", "objects/tool--%s/" % uuid.uuid4(), "objects/tool--%s/versions/" % uuid.uuid4():
    refused("5", "404 for %s of it" % rest.split("--")[0], get(root + "collections/%s/%s" % (uuid.uuid4(), rest)), 404)
home = root + "collections/%s/" % c["id"]

# --- 5.4 an empty one
for rest in "objects/", "manifest/":
    r = get(home + rest)
    must("3.7", "%s of an empty collection is {}" % rest, r.status == 200 and r.json == {}, r.data)
    must("5", "  without headers of dates", r.getheader("X-TAXII-Date-Added-First") is None and r.getheader("X-TAXII-Date-Added-Last") is None)


# --- 5.5 add
def thing(type, n, modified="2026-01-01T00:00:00.000Z", **more):
    return dict({"type": type, "spec_version": "2.1", "id": "%s--00000000-0000-4000-8000-%012d" % (type, n),
                 "created": "2026-01-01T00:00:00.000Z", "modified": modified}, **more)


def tool(n, modified="2026-01-01T00:00:00.000Z", **more):
    return thing("tool", n, modified, name="tool %d" % n, **more)


def post(body, **words):
    return ask("POST", home + "objects/", body=body, **words)


def status_ok(s):
    return (isinstance(s.get("id"), str) and s.get("status") in ("complete", "pending") and all(isinstance(s.get(k), int) for k in ("total_count", "success_count", "failure_count", "pending_count")) and
            s["total_count"] == s["success_count"] + s["failure_count"] + s["pending_count"] and re.match(VERSION, s.get("request_timestamp", "2026-01-01T00:00:00Z")) and
            all(len(s.get(k, [])) in (0, s[n]) and all(isinstance(x.get("id"), str) and re.match(VERSION, x.get("version", "")) for x in s.get(k, []))
                for k, n in (("successes", "success_count"), ("failures", "failure_count"), ("pendings", "pending_count"))))


own = tool(1, x_own={"any": [1.50, "thing"]}, description="ü")
r = post({"objects": [own, tool(2), {"type": "tool", "id": "tool--none"}]})
must("5.5", "202 and a status, in our media type", r.status == 202 and r.getheader("Content-Type") == TYPE, "%d %s" % (r.status, r.data[:200]))
s = r.json
must("4.3.1", "the status has all that it must, and its counts add up", status_ok(s), s)
must("4.3.1", "two were taken, one was not, and it says why", s["success_count"] == 2 and s["failure_count"] == 1 and s["failures"][0].get("message"), s)
must("4.3", "the status can be asked for, the same", get(root + "status/%s/" % s["id"]).json == s)
refused("4.3", "404 for a status that is not there", get(root + "status/%s/" % uuid.uuid4()), 404)
for type_, status in (("application/taxii+json", 202), ("application/taxii+json; version=2.1", 202), ("Application/TAXII+JSON;version=\"2.1\";charset=utf-8", 202),
                      ("application/taxii+json;version=2.0", 415), ("application/json", 415), (STIX, 415), ("text/plain", 415), (None, 415)):
    r = post({"objects": [tool(2)]}, type=type_)
    if status == 202:
        must("1.6.8", "Content-Type: %s is taken" % type_, r.status == 202, "%d %s" % (r.status, r.data[:200]))
    else:
        refused("1.6.8", "Content-Type: %s is not (415)" % type_, r, 415)
must("5.5", "an object that is there already is no failure", post({"objects": [tool(2)]}).json["failure_count"] == 0)
for name, body in (("no JSON", b"{"), ("cut short", b'{"objects":[{"type":"tool"'), ("a list", b"[]"), ("an object alone", json.dumps(tool(3)).encode()), ("objects that is no list", b'{"objects":{}}'),
                   ("two envelopes", b'{"objects":[]}{"objects":[]}'), ("bytes", b"\xff\xfe"), ("nothing", b"")):
    refused("5.5", "a body that is malformed: %s (422)" % name, post(body), 422, 400)
must("5.5", "  of which nothing was stored", get(home + "objects/" + query(match_id=tool(3)["id"])).json == {})
r = post({"objects": [thing("tool", 4, spec_version="2.0", name="x")]})
must("5.5", "an object of another version of STIX is a failure that says so", r.status == 202 and r.json["failure_count"] == 1 or r.status == 422, r.data)
refused("5.5", "406 for a POST whose answer is not taken", post({"objects": []}, accept="application/json"), 406)
refused("5.5", "403 for who may not write", post({"objects": [tool(3)]}, auth=reader), 403)
refused("5.5", "401 for nobody", post({"objects": [tool(3)]}, auth=None), 401)
refused("5.5", "404 where there is no such collection", ask("POST", root + "collections/%s/objects/" % uuid.uuid4(), body={"objects": []}), 404)
refused("5.5", "413 for more than max_content_length", post(b'{"objects":[' + b" " * most + b"]}"), 413)

# --- 3.4 filters, on objects of several types, versions and moments
for n, modified in ((10, "2026-01-02T00:00:00.000Z"), (10, "2026-01-03T00:00:00.000Z"), (10, "2026-01-01T00:00:00.123456Z")):
    post({"objects": [tool(n, modified)]})
post({"objects": [thing("campaign", 11, name="c"), {"type": "mutex", "spec_version": "2.1", "id": "mutex--00000000-0000-4000-8000-000000000012", "name": "m"}]})


def ids(**words):
    r = get(home + "objects/" + query(**words))
    return [(o["id"][-2:], o.get("modified", "")[8:10] + o.get("modified", "")[19:-1]) for o in r.json.get("objects", [])]


first, second, ten = ("01", "01.000"), ("02", "01.000"), [("10", "02.000"), ("10", "03.000"), ("10", "01.123456")]
rest = [("11", "01.000"), ("12", "")]
must("3.4", "without match[version]: the last of each", ids() == [first, second, ten[1]] + rest, ids())
must("3.4", "match[version]=last is the same", ids(match_version="last") == ids())
must("3.4", "match[version]=first", ids(match_version="first") == [first, second, ten[2]] + rest, ids(match_version="first"))
must("3.4", "match[version]=first,last: either", ids(match_version="first,last") == [first, second, ten[1], ten[2]] + rest, ids(match_version="first,last"))
must("3.4", "match[version]=all", ids(match_version="all") == [first, second] + ten + rest, ids(match_version="all"))
must("3.4", "match[version]=MOMENT", ids(match_version="2026-01-02T00:00:00.000Z") == [ten[0]], ids(match_version="2026-01-02T00:00:00.000Z"))
must("3.4", "match[version]=MOMENT in another precision", ids(match_version="2026-01-02T00:00:00Z") == [ten[0]] and ids(match_version="2026-01-01T00:00:00.123456Z") == [ten[2]])
must("3.4", "match[version]=MOMENT,MOMENT", ids(match_version="2026-01-02T00:00:00Z,2026-01-03T00:00:00Z") == ten[:2])
must("3.4", "match[type]", ids(match_type="campaign") == [rest[0]])
must("3.4", "match[type]=a,b: either", ids(match_type="mutex,campaign") == rest)
must("3.4", "match[id]=a,b", ids(match_id=tool(1)["id"] + "," + tool(10)["id"]) == [first, ten[1]])
must("3.4", "several filters: all of them", ids(match_type="tool", match_id=tool(10)["id"] + "," + rest[0][0], match_version="all") == ten)
must("3.4", "match[spec_version]=2.1", ids(match_spec_version="2.1") == ids())
must("3.4", "match[spec_version]=2.0: we have none", ids(match_spec_version="2.0") == [])
must("3.4", "match[spec_version]=2.0,2.1: either", ids(match_spec_version="2.0,2.1") == ids())
must("3.4", "what matches nothing is {}", get(home + "objects/" + query(match_type="nothing")).json == {})
for words in ({"match_name": "x"}, {"match_types": "tool"}, {"addedafter": "2026-01-01T00:00:00Z"}, {"match_version": "newest"}, {"match_version": "2026-01-01"}, {"added_after": "yesterday"},
              {"added_after": "2026-01-01T00:00:00"}, {"added_after": "2026-01-01T00:00:00+01:00"}, {"limit": "0"}, {"limit": "-1"}, {"limit": "x"}, {"limit": "1.5"}, {"limit": ""}, {"next": "' OR 1=1"}):
    refused("3.4", "400 for %s" % words, get(home + "objects/" + query(**words)), 400)
refused("3.4", "400 for a filter that comes twice", get(home + "objects/?match%5Btype%5D=tool&match%5Btype%5D=mutex"), 400)
must("3.4", "brackets as they are, not encoded", len(get(home + "objects/?match[type]=tool").json["objects"]) == 3)

# --- added_after, limit, next, dates
r = get(home + "objects/" + query(match_version="all"))
last = r.getheader("X-TAXII-Date-Added-Last", "")
must("5.4", "X-TAXII-Date-Added-First and -Last, with six digits", re.match(MOMENT, r.getheader("X-TAXII-Date-Added-First", "")) and re.match(MOMENT, last) and r.getheader("X-TAXII-Date-Added-First") < last)
m = get(home + "manifest/" + query(match_version="all"))
entries = m.json["objects"]
must("5.3", "the manifest has the same, in the same order", [e["id"] for e in entries] == [o["id"] for o in r.json["objects"]])
must("5.3.1", "each with id, date_added, version, media_type", all(set(e) == {"id", "date_added", "version", "media_type"} and re.match(MOMENT, e["date_added"]) and re.match(VERSION, e["version"]) and e["media_type"] == STIX for e in entries), entries[:1])
must("5.3", "its headers are the first and the last date_added", m.getheader("X-TAXII-Date-Added-First") == entries[0]["date_added"] and m.getheader("X-TAXII-Date-Added-Last") == entries[-1]["date_added"])
must("3.5", "ascending by the date of adding", [e["date_added"] for e in entries] == sorted({e["date_added"] for e in entries}))
must("3.4", "an object without modified has created or the date of adding as its version", entries[-1]["version"][:19] == entries[-1]["date_added"][:19], entries[-1])
for i in range(len(entries)):
    if [x[0] for x in ids(match_version="all", added_after=entries[i]["date_added"])] != [e["id"][-2:] for e in entries[i + 1:]]:
        must("3.4", "added_after is later than, not at", False, entries[i])
        break
else:
    must("3.4", "added_after is later than, not at", True)
must("3.4", "added_after in whole seconds and in milliseconds", ids(added_after="2020-01-01T00:00:00Z") == ids() == ids(added_after="2020-01-01T00:00:00.5Z"))
must("3.4", "added_after in the future is {}", get(home + "objects/" + query(added_after="2999-01-01T00:00:00Z")).json == {})
for kind in "objects/", "manifest/":
    got, words, more, writes = [], {"limit": "2", "match_version": "all"}, True, 0
    while more:
        r = get(home + kind + query(**words))
        if len(r.json["objects"]) > 2:
            must("3.4", "limit is kept to", False, len(r.json["objects"]))
        got += [(o["id"], o.get("modified", o.get("version"))) for o in r.json["objects"]]
        more = r.json.get("more", False)
        if more:
            words["next"] = r.json["next"]
        if writes < 2:
            writes += 1
            post({"objects": [tool((20 if kind[0] == "o" else 30) + writes)]})
    must("3.5", "%s by next: each once, also what comes meanwhile" % kind, len(got) == len(set(got)) and len(got) == len(get(home + "manifest/" + query(match_version="all")).json["objects"]), len(got))
    got, words, more = [], {"limit": "3"}, True
    while more:
        r = get(home + kind + query(**words))
        got += [o["id"] for o in r.json["objects"]]
        more = r.json.get("more", False)
        words["added_after"] = r.getheader("X-TAXII-Date-Added-Last")
    must("3.5", "%s by added_after and the header: each once" % kind, len(got) == len(set(got)) == len(ids()), len(got))
must("3.5", "the last page has no more, or false", get(home + "objects/").json.get("more", False) is False)
must("3.4", "a limit that is huge is lowered", get(home + "objects/?limit=999999999999999999999999").status == 200)
must("3.1", "Range is not looked at (it was TAXII 2.0's)", get(home + "objects/", Range="items=0-0").status == 200)

# --- 5.6 one object, 5.8 its versions
one = home + "objects/%s/" % tool(10)["id"]
must("5.6", "one object: its last version", [o["modified"] for o in get(one).json["objects"]] == ["2026-01-03T00:00:00.000Z"])
must("5.6", "  all of them", len(get(one + query(match_version="all")).json["objects"]) == 3)
must("5.6", "  by limit and next", get(one + query(match_version="all", limit="2")).json.get("more") is True)
must("5.6", "  with the headers of dates", re.match(MOMENT, get(one).getheader("X-TAXII-Date-Added-First", "")))
must("3.7", "custom properties come back as they were", get(home + "objects/%s/" % own["id"]).json["objects"] == [own])
refused("5.6", "404 for an object that is not there", get(home + "objects/tool--%s/" % uuid.uuid4()), 404)
refused("5.6", "404 for what is no identifier", get(home + "objects/nothing/"), 404)
r = get(one + "versions/")
must("5.8", "versions: a list of moments", r.status == 200 and sorted(r.json["versions"]) == ["2026-01-01T00:00:00.123456Z", "2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"], r.data)
must("5.8", "  with the headers of dates", re.match(MOMENT, r.getheader("X-TAXII-Date-Added-First", "")) and re.match(MOMENT, r.getheader("X-TAXII-Date-Added-Last", "")))
must("5.8", "  by limit and next", len(get(one + "versions/" + query(limit="2")).json["versions"]) == 2 and get(one + "versions/" + query(limit="2")).json.get("more") is True)
refused("5.8", "404 for versions of what is not there", get(home + "objects/tool--%s/versions/" % uuid.uuid4()), 404)

# --- 5.7 delete
refused("5.7", "403 for who may not write", ask("DELETE", one, auth=reader), 403)
refused("5.7", "404 for an object that is not there", ask("DELETE", home + "objects/tool--%s/" % uuid.uuid4()), 404)
refused("5.7", "406", ask("DELETE", one, accept="application/json"), 406)
must("5.7", "one version by match[version]", ask("DELETE", one + query(match_version="2026-01-02T00:00:00.000Z")).status == 200 and len(get(one + "versions/").json["versions"]) == 2)
must("5.7", "the first", ask("DELETE", one + query(match_version="first")).status == 200 and get(one + "versions/").json["versions"] == ["2026-01-03T00:00:00.000Z"])
refused("5.7", "404 where the filter leaves nothing", ask("DELETE", one + query(match_spec_version="2.0")), 404)
r = ask("DELETE", one)
must("5.7", "without a filter: all", r.status == 200, "%d %s" % (r.status, r.data))
refused("5.7", "  then it is gone", get(one), 404)
must("5.7", "  and the others are not", ("01", "01.000") in ids())
refused("5.7", "405 for a whole collection", ask("DELETE", home), 405)

print("%d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
