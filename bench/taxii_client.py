"""taxii_client.py partner URL PARTNER-NODE SERVER SECONDS FIRST LAST: pages of a hundred from anywhere, with
the partner's certificate; what they cost the server's processes. taxii_client.py sync URL TOKEN SERVER OBJECTS:
all of a collection, page by page of a thousand. For bench/taxii."""
import http.client
import json
import os
import random
import ssl
import subprocess
import sys
import time
import urllib.parse

TYPE = "application/taxii+json;version=2.1"


def cpu_s(pid):
    pids = [pid] + subprocess.run(["pgrep", "-P", pid], capture_output=True, text=True).stdout.split()
    total = 0
    for p in pids:
        with open("/proc/%s/stat" % p) as f:
            fields = f.read().rsplit(") ", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def connect(url, node=None):
    u = urllib.parse.urlsplit(url)
    if u.scheme == "http":
        return http.client.HTTPConnection(u.hostname, u.port)
    tls = ssl._create_unverified_context()
    if node:
        tls.load_cert_chain(node + "/tls/certificate.pem", node + "/tls/key.pem")
    return http.client.HTTPSConnection(u.hostname, u.port, context=tls)


def get(c, query, headers):
    c.request("GET", "/taxii2/entente/collections/local/objects/?" + query, headers=dict(headers, Accept=TYPE))
    r = c.getresponse()
    body = r.read()
    if r.status != 200:
        sys.exit("status %d: %s" % (r.status, body[:300]))
    return body


def partner(url, node, server, seconds, first, last):
    c = connect(url, node)
    n = 0
    size = len(get(c, "limit=100", {}))
    before, until = cpu_s(server), time.monotonic() + int(seconds)
    while time.monotonic() < until:
        get(c, "limit=100&next=%d" % random.randint(int(first), int(last)), {})
        n += 1
    cpu = cpu_s(server) - before
    print("  for a partner, by its agreement (%d bytes): %.0f a CPU second, %.0f us an object" % (size, n / cpu, cpu / n * 1e4))


def sync(url, token, server, objects):
    c = connect(url)
    headers = {"Authorization": "Bearer " + token}
    n, size, query, before, begin = 0, 0, "limit=1000", cpu_s(server), time.monotonic()
    while query:
        body = get(c, query, headers)
        size += len(body)
        n += body.count(b'"spec_version"')
        # "next" stands at the end.
        end = json.loads("{" + body[body.rindex(b"]") + 2:].decode()) if body[-2:] == b'"}' else {}
        query = "limit=1000&next=" + end["next"] if end.get("more") else None
    wall, cpu = time.monotonic() - begin, cpu_s(server) - before
    print("  all of it: %d objects (%s), %.0f MB in %.1f s, %.1f s of the server's CPU: %.0f objects a CPU second" %
          (n, "as many as there are" if n == int(objects) else "EXPECTED " + objects, size / 1e6, wall, cpu, n / max(cpu, .01)))


{"partner": partner, "sync": sync}[sys.argv[1]](*sys.argv[2:])
