"""What the tests of the server do to it: uploads, loads, kills. Standard library only.

serve.py uploads URL TOKEN COUNT TAG        COUNT reports, each until it is taken; prints their SHA-256
serve.py storm URL TOKEN COUNT TAG PID N    the same by four at once, while the keeper or a web process
                                            of the server PID is killed N times; prints the same
serve.py load URL TOKEN SECONDS TAG         four clients, a new connection a request, GET and POST in
                                            turn; prints "requests failures", failures to standard error
serve.py waits URL TOKEN WINDOWS DONE       what the keeper answers, asked again and again until the file DONE is
                                            there, and at least ten times: prints the longest wait in ms, how many were
                                            asked, how many were refused, and whether others were answered meanwhile:
                                            in each window of a second or more of WINDOWS (tests/fault.c: SLOW_LOG) one
                                            was asked and answered; where there is none, nobody waited for half of
                                            the time, unless that was under a second
serve.py hold COMMAND...                    run COMMAND with a listening socket (LISTEN_FDS), again each
                                            time it ends with success, twice in all
"""
import hashlib
import http.client
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

# The node's certificate is its own; reading the machine's list for each connection takes a tenth of a second.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE

HEAD = "timestamp,src_ip,src_port,infection,tag,family,protocol,src_asn,src_geo\n"


def report(tag, n):
    """A small report of Shadowserver's; every number another one."""
    rows = [f"2026-06-17 0{k}:00:{n % 60:02},198.51.{n // 250 % 250}.{n % 250},{1024 + k},bot-{tag},,,tcp,64500,FR\n"
            for k in range(1 + n % 5)]
    return (HEAD + "".join(rows)).encode()


def connect(url):
    u = urllib.parse.urlsplit(url)
    if u.scheme == "http":
        return http.client.HTTPConnection(u.hostname, u.port, timeout=60)
    return http.client.HTTPSConnection(u.hostname, u.port, timeout=60, context=TLS)


def request(url, token, method, path, body=None, headers=()):
    c = connect(url)
    try:
        c.request(method, path, body, {"Authorization": "Bearer " + token, **dict(headers)})
        r = c.getresponse()
        return r.status, r.read()
    finally:
        c.close()


def upload(url, token, tag, n):
    """The answer's status; 202: it was taken."""
    name = f"2026-06-17-event4_sinkhole_http-{tag}-{n}.csv"
    status, _ = request(url, token, "POST", "/api/v1/reports", report(tag, n), {"X-Filename": name, "Content-Type": "text/csv"})
    return status


def until_taken(url, token, tag, n, end):
    while time.monotonic() < end:
        try:
            if upload(url, token, tag, n) == 202:
                return True
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    return False


def uploads(url, token, count, tag, threads=1):
    taken = []
    numbers = iter(range(count))
    lock = threading.Lock()
    end = time.monotonic() + 300

    def run():
        while True:
            with lock:
                n = next(numbers, None)
            if n is None:
                return
            if until_taken(url, token, tag, n, end):
                taken.append(hashlib.sha256(report(tag, n)).hexdigest())

    all_ = [threading.Thread(target=run) for _ in range(threads)]
    for t in all_:
        t.start()
    return all_, taken


def children(pid):
    out = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat") as f:
                text = f.read()
        except (OSError, ValueError):
            continue
        name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        if int(rest[1]) == pid and name in ("entente-keeper", "entente-web"):
            out.append(int(entry))
    return out


def storm(url, token, count, tag, pid, kills):
    rng = random.Random(int(os.environ.get("TEST_SEED", "1")))
    threads, taken = uploads(url, token, count, tag, 4)
    killed = 0
    while killed < kills and any(t.is_alive() for t in threads):
        time.sleep(rng.uniform(0.02, 0.4))
        victims = children(pid)
        if victims:
            try:
                os.kill(rng.choice(victims), signal.SIGKILL)
                killed += 1
            except ProcessLookupError:  # it ended by itself
                pass
    for t in threads:
        t.join()
    print(f"{killed} killed", file=sys.stderr)
    return taken


def load(url, token, seconds, tag):
    end = time.monotonic() + seconds
    counts = [0, 0]
    lock = threading.Lock()
    numbers = iter(range(10**9))

    def run():
        while time.monotonic() < end:
            with lock:
                n = next(numbers)
            try:
                if n % 2:
                    status = upload(url, token, tag, n)
                    ok, what = status == 202, f"upload: {status}"
                else:
                    status, _ = request(url, token, "GET", "/api/v1/findings?limit=5")
                    ok, what = status == 200, f"findings: {status}"
            except (OSError, http.client.HTTPException) as x:
                ok, what = False, repr(x)
            with lock:
                counts[0] += 1
                counts[1] += not ok
                if not ok:
                    print(what, file=sys.stderr)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(*counts)


def windows_of(path):
    try:
        with open(path) as f:
            return [tuple(int(n) for n in line.split()) for line in f]
    except OSError:
        return []


def meanwhile(asks, windows, begun, ended):
    """By the order of events: how quick the machine is, and what else it does, plays no part."""
    inside = [w for w in windows if begun <= w[0] and w[1] <= ended and w[1] - w[0] >= 1e9]
    if inside:
        return all(any(w[0] <= a[0] and a[1] <= w[1] for a in asks) for w in inside)
    return ended - begun < 1e9 or max(a[1] - a[0] for a in asks) < (ended - begun) / 2


def waits(url, token, windows, done):
    """The settings are read in the keeper; whether they are shown does not matter here."""
    asks, refused = [], 0
    begun, ended = time.monotonic_ns(), None
    c = connect(url)
    while ended is None or len(asks) < 10:
        asked = time.monotonic_ns()
        try:
            c.request("GET", "/api/v1/settings", None, {"Authorization": "Bearer " + token})
            r = c.getresponse()
            r.read()
            refused += r.status not in (200, 403)
        except (OSError, http.client.HTTPException):
            refused += 1
            c.close()
            c = connect(url)
        asks.append((asked, time.monotonic_ns()))
        if ended is None and os.path.exists(done):
            ended = asks[-1][1]
        time.sleep(0.005)
    c.close()
    fine = meanwhile(asks, windows_of(windows), begun, ended)
    print(f"{max(a[1] - a[0] for a in asks) / 1e6:.0f} {len(asks)} {refused} {'yes' if fine else 'no'}")


def hold(command):
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(4096)
    print(f"http://127.0.0.1:{s.getsockname()[1]}/", flush=True)

    def pass_on():
        os.dup2(s.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ["LISTEN_FDS"] = "1"
        os.environ["LISTEN_PID"] = str(os.getpid())

    for _ in range(2):
        child = subprocess.Popen(["/bin/sh", "-c", 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh", *command], preexec_fn=pass_on, pass_fds=(3,))
        signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGTERM))
        if child.wait() != 0:
            sys.exit(1)


if __name__ == "__main__":
    what, args = sys.argv[1], sys.argv[2:]
    if what == "uploads":
        threads, taken = uploads(args[0], args[1], int(args[2]), args[3])
        for t in threads:
            t.join()
        print("\n".join(taken))
    elif what == "storm":
        print("\n".join(storm(args[0], args[1], int(args[2]), args[3], int(args[4]), int(args[5]))))
    elif what == "load":
        load(args[0], args[1], float(args[2]), args[3])
    elif what == "waits":
        waits(*args)
    elif what == "hold":
        hold(args)
