#!/usr/bin/env python3
"""A report of which every record is bad, beside the same one with good records,
for each format that is read record by record: bad.py PROGRAM WORK-FOLDER RECORDS.
Prints processor seconds of both and how many kinds the summary has; exits 1 where bad
ones cost more than FACTOR_MAX (2) times the good ones or are not summed up."""
import json, os, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run  # noqa: E402

T = '2026-06-17T00:00:00Z'


def ip(i):
    return '192.%d.%d.%d' % (i >> 16 & 255, i >> 8 & 255, i & 255)


IDEA = '{"Format": "IDEA0", "ID": "%s", "DetectTime": "%s", "Category": ["Recon.Scanning"], "Source": [{"IP4": ["%s"]}]}\n'
N6 = '{"id": "%032x", "rid": "%032x", "source": "a.b", "restriction": "public", "confidence": "low", "category": "scanning", "time": "%s", "address": [{"ip": "%s"}]}\n'
MAIL = 'From x Wed Jun 17 00:00:00 2026\nReceived: from a (a [%s]) by b; Wed, 17 Jun 2026 00:00:00 +0000\nFrom: a@example.com\nTo: b@example.net\nSubject: x\n\nhttp://spam.example/%d\n\n'
# name: file, options, before the records, good record, bad record
FORMATS = {
    'shadowserver-csv': ('2026-06-17-scan_rdp-%s.csv', [], 'timestamp,ip,port\n',
        lambda i: '2026-06-17 00:00:00,%s,3389\n' % ip(i), lambda i: '2026-06-17 00:00:00,nowhere%d,3389\n' % i),
    'generic csv': ('g-%s.csv', ['--mapping', 'bad-csv'], 'ip,port\n', lambda i: ip(i) + ',22\n', lambda i: 'nowhere%d,22\n' % i),
    'generic list': ('l-%s.txt', ['--mapping', 'bad-list'], '', lambda i: ip(i) + '\n', lambda i: 'nowhere%d\n' % i),
    'generic JSON': ('j-%s.json', ['--mapping', 'bad-json'], '', lambda i: '{"ip": "%s"}\n' % ip(i), lambda i: '{"ip": "nowhere%d"}\n' % i),
    'generic JSON, no JSON': ('k-%s.json', ['--mapping', 'bad-json'], '', lambda i: '{"ip":"%s"}\n' % ip(i), lambda i: '{"ip": nowhere%d\n' % i),
    'IntelMQ JSON': ('i-%s.json', [], '', lambda i: '{"classification.type": "scanner", "source.ip": "%s"}\n' % ip(i),
        lambda i: '{"classification.type": "scanner", "source.ip": "nowhere%d"}\n' % i),
    'IntelMQ JSON, no JSON': ('h-%s.json', [], '{"classification.type": "scanner", "source.ip": "192.0.2.1"}\n',
        lambda i: '{"classification.type":"scanner","source.ip":"%s"}\n' % ip(i), lambda i: '{"classification.type": "scanner", "source.ip": %d\n' % i),
    'n6': ('n-%s.json', [], '', lambda i: N6 % (i, i, T, ip(i)), lambda i: N6 % (i, i, T, 'nowhere%d' % i)),
    'IDEA0': ('d-%s.idea', [], IDEA % ('x', T, '192.0.2.1'), lambda i: IDEA % (i, T, ip(i)), lambda i: IDEA % (i, 'never%d' % i, 'nowhere')),
    'mbox': ('m-%s.mbox', ['--mail', 'spam'], '', lambda i: MAIL % (ip(i), i), lambda i: 'From x Wed Jun 17 00:00:00 2026\nFrom: a@example.com\nTo: b@example.net\nSubject: x\n\n%d\n\n' % i),
}
FACTOR_MAX = float(os.environ.get('FACTOR_MAX', '2'))


def main():
    entente, work, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
    for f in ('csv', 'list', 'json'):
        run.MAPPINGS['bad-' + f] = run.MAPPING % (f, '1' if f == 'list' else 'ip')
    run.MAPPINGS['bad-csv'] = run.MAPPINGS['bad-csv'].replace('[constants]', 'header = yes\n[constants]')
    node = run.node_make(entente, work)
    worst = 0
    print('| %d records | good s | bad s | ratio | largest process MiB | set aside | kinds |\n|---|---|---|---|---|---|---|' % n)
    for name, (file, options, head, good, bad) in FORMATS.items():
        cost = {}
        for word, record in (('good', good), ('bad', bad)):
            path = work + '/' + file % word
            with open(path, 'w') as f:
                f.write(head)
                f.writelines(record(i) for i in range(n))
            status, (_, seconds), peak, said = run.run([entente, 'ingest', '--node', node, '-q', *options, path])
            cost[word] = seconds, peak
            os.unlink(path)
        r = json.loads(subprocess.run([entente, 'reports', '--node', node, '--json', '--limit', '1'], capture_output=True, check=True).stdout)[0]
        one = subprocess.run([entente, 'reports', '--node', node, str(r['report'])], capture_output=True, check=True, text=True).stdout
        kinds = [line for line in one.split('\n\n')[0].splitlines()[1:] if line.strip()]
        fine = r['state'] == 'done' and r['bad'] >= n and cost['bad'][0] <= max(FACTOR_MAX * cost['good'][0], 1) and 1 <= len(kinds) <= 5
        worst |= not fine
        print('| %s | %.1f | %.1f | %.2f | %.0f | %d | %s%s |' % (name, cost['good'][0], cost['bad'][0], cost['bad'][0] / cost['good'][0],
            max(c[1] for c in cost.values()), r['bad'], ' '.join(kinds[0].split())[:90] if kinds else '', '' if fine else ' WRONG ' + r['state'] + r['reason']), flush=True)
    return worst


sys.exit(main())
