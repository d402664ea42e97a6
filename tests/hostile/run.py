#!/usr/bin/env python3
"""Give each case of make.py to `entente ingest` and print what it cost and what
became of it: run.py PROGRAM WORK-FOLDER small|full [CASE...]. Exits 1 where a
run crashed, hung, went over its memory or left the node not whole."""
import glob, json, os, subprocess, sys, threading, time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
import make  # noqa: E402

# What one process may hold: the reader's 512 MiB (its setting) are of address
# space; the keeper's batch is 30 MiB.
PEAK_MIB_MAX = int(os.environ.get('PEAK_MIB_MAX', '512'))
SECONDS_MAX = int(os.environ.get('SECONDS_MAX', '900'))
MAPPING = '[feed]\nname = hostile\nformat = %s\n[constants]\nclassification.type = scanner\n[fields]\nsource.ip = %s\n'
MAPPINGS = {'hostile-json': MAPPING % ('json', 'ip'), 'hostile-list': MAPPING % ('list', '1')}


# Ten gigabytes need not lie on a disk to be read.
WAYS = {'line-csv': ['file', 'standard input']}
WAYS.update({'line-' + k: ['standard input'] for k in ('quote', 'mail', 'mbox', 'json', 'generic-json', 'list', 'xml')})


def children(pid):
    """pid and all that came of it."""
    found, left = [], [pid]
    while left:
        p = left.pop()
        found.append(p)
        for f in glob.glob('/proc/%d/task/*/children' % p):
            try:
                left += map(int, open(f).read().split())
            except OSError:
                pass
    return found


def hwm_kib(pid):
    try:
        for line in open('/proc/%d/status' % pid):
            if line.startswith('VmHWM:'):
                return int(line.split()[1])
    except (OSError, ProcessLookupError):
        pass
    return 0


def run(args, stdin=None):
    """status, (seconds by the clock, of processors), largest process in MiB, what it said."""
    begun = time.monotonic()
    p = subprocess.Popen(args, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, peak = [], 0
    t = threading.Thread(target=lambda: said.append(p.stdout.read()))
    t.start()
    while True:
        peak = max([peak] + [hwm_kib(c) for c in children(p.pid)])
        done, status, usage = os.wait4(p.pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() - begun > SECONDS_MAX:
            for c in children(p.pid):
                os.kill(c, 9)
            _, status, usage = os.wait4(p.pid, 0)
            break
        time.sleep(0.005)
    seconds = time.monotonic() - begun
    p.returncode = os.waitstatus_to_exitcode(status)
    t.join()
    # ru_maxrss has the readers' peaks too, as each was waited for.
    return p.returncode, (seconds, usage.ru_utime + usage.ru_stime), max(peak, usage.ru_maxrss) / 1024, said[0].decode('utf-8', 'replace')


def node_make(entente, work):
    node = work + '/n'
    subprocess.run([entente, 'init', '--node', node, '--mail', 'a@b.example', '-q'], check=True)
    for name, text in MAPPINGS.items():
        with open('%s/feeds/%s.conf' % (node, name), 'w') as f:
            f.write(text)
    return node


def size(path):
    return '%.1f MB' % (os.stat(path).st_size / 1e6)


def outcome(entente, node, status, said):
    rows = json.loads(subprocess.run([entente, 'reports', '--node', node, '--json', '--limit', '1'],
        capture_output=True, check=True).stdout)
    r = rows[0] if rows else None
    if r is None or r['name'] not in said and status != 0 and 'entente: ' in said and r['report'] == outcome.last:
        return 'refused: ' + said.strip().splitlines()[-1]
    outcome.last = r['report']
    text = '%s, %d events, %d bad' % (r['state'], r['events'], r['bad'])
    if r['reason']:
        return text + ': ' + r['reason']
    if r['bad']:
        bad = json.loads(subprocess.run([entente, 'reports', '--node', node, '--json', str(r['report'])],
            capture_output=True, check=True).stdout)
        if bad:
            return text + ': ' + bad[0]['reason']
    return text


outcome.last = 0


def main():
    entente, work, scale, only = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    make.FULL = scale == 'full'
    node = node_make(entente, work)
    worst = 0
    print('| case | bytes | wall s | processor s | largest process MiB | outcome |\n|---|---|---|---|---|---|', flush=True)
    for name, (file, options, maker) in make.CASES.items():
        if only and name not in only:
            continue
        os.mkdir(work + '/in')
        path = work + '/in/' + file
        # Another process makes it: what we hold would count as ingest's own peak.
        made = [sys.executable, here + '/make.py', name, scale]
        for way in WAYS.get(name, ['file']):
            args = [entente, 'ingest', '--node', node, *options]
            if way == 'file':
                with open(path, 'wb') as f:
                    if name == 'line-of-nothing':
                        f.truncate(make.LINE())  # no disk for nothing
                    else:
                        subprocess.run(made, stdout=f, check=True)
                n = size(path)
                status, s, peak, said = run(args + [path])
            else:
                # One line more than the file: the same bytes would be known.
                p = subprocess.Popen(['sh', '-c', '"$@"; echo', 'sh', *made], stdout=subprocess.PIPE)
                status, s, peak, said = run(args + ['--name', file, '-'], p.stdout)
                p.stdout.close()
                p.wait()
                n = '%.1f MB' % (make.LINE() / 1e6)
            what = outcome(entente, node, status, said)
            fine = status in (0, 1) and peak <= PEAK_MIB_MAX
            worst |= not fine
            print('| %s%s | %s | %.1f | %.1f | %.0f | %s%s |' % (name, '' if way == 'file' else ' (' + way + ')', n, *s, peak,
                '' if fine else 'WRONG (exit %d): ' % status, what.replace('|', '\\|')[:300]), flush=True)
            if not fine:
                print(said[-2000:], file=sys.stderr, flush=True)
        if os.path.exists(path):
            os.unlink(path)
        os.rmdir(work + '/in')
    status, s, peak, said = run([entente, 'doctor', '--full', '--node', node])
    print('| doctor --full after all of it | | %.1f | %.1f | %.0f | exit %d |' % (*s, peak, status))
    return worst or status != 0


if __name__ == '__main__':
    sys.exit(main())
