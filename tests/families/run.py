"""
families: third-party samples with expected results, read by the program itself.
They are no part of the project; where they are ($ENTENTE_SAMPLES, or
../shared/samples beside the source), this runs them and holds each family to its
floor in floors.tsv. What is found in the folders counts, so that more files of a
family need no change here.   run.py [--verbose]
"""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile

entente = os.environ['ENTENTE']
source = os.environ['ENTENTE_SOURCE']
samples = os.environ.get('ENTENTE_SAMPLES') or os.path.join(source, '..', 'shared', 'samples')
feeds, spam = os.path.join(samples, 'feeds'), os.path.join(samples, 'spam')
verbose = '--verbose' in sys.argv
passed = failed = 0
rows = []


def run(*args, **kw):
    return subprocess.run([entente, *args], capture_output=True, text=True, errors='replace', timeout=600, **kw)


def node(folder):
    path = os.path.join(folder, 'n')
    subprocess.run([entente, 'init', '--node', path, '-q'], check=True)
    return path


def family(name, cases, good, unit):
    """One row of the table; good of cases must reach the family's floor."""
    global passed, failed
    floor = floors.get(name, 0.0)
    rate = good / cases if cases else 1.0
    ok = rate >= floor
    passed += ok
    failed += not ok
    rows.append((name, cases, good, unit, 100 * rate, 100 * floor, '' if ok else 'UNDER ITS FLOOR'))


def shadowserver(kind, differences):
    """Each expected event field by field. -> events, events equal, fields, fields equal"""
    n = collections.Counter()
    manifest = {}
    with open(os.path.join(feeds, 'manifest.jsonl')) as f:
        for line in f:
            d = json.loads(line)
            if 'report_file_name' in d:
                manifest[d['file']] = d['report_file_name']
    folder = os.path.join(feeds, 'shadowserver-csv')
    for name in sorted(os.listdir(folder)):
        expected = os.path.join(folder, name[:-4] + '.expected-' + kind + '.jsonl')
        if not name.endswith('.csv') or not os.path.exists(expected):
            continue
        with tempfile.TemporaryDirectory() as t:
            report = os.path.join(t, manifest.get('shadowserver-csv/' + name, '2019-01-01-' + name[:-4] + '-test.csv'))
            shutil.copyfile(os.path.join(folder, name), report)
            out = run('ingest', '--node', node(t), '--print-events', report).stdout
        ours = [json.loads(line) for line in out.splitlines() if line.startswith('{"')]
        with open(expected) as f:
            wanted = [json.loads(line) for line in f]
        for i, w in enumerate(wanted):
            at = w['row'] - 1
            got = dict(ours[at] if at < len(ours) else ours[i] if i < len(ours) else {})
            # IntelMQ 3.5 has these as fields of their own, and so have we.
            for k in [k for k in got if k == 'severity' or k.startswith('product.')]:
                got['extra.' + k] = got.pop(k)
            want = {k: v for k, v in w['event'].items() if k not in ('__type', 'raw', 'time.observation')}
            equal = sum(got.get(k) == v for k, v in want.items())
            n['events'] += 1
            n['equal'] += got == want
            n['fields'] += len(want)
            n['fields equal'] += equal
            for k, v in want.items():
                if got.get(k) != v:
                    differences[(kind, name, k, str(v)[:40], str(got.get(k))[:40])] += 1
    return n['events'], n['equal'], n['fields'], n['fields equal']


def ingest_each(folder, *options):
    """Every file of a folder as a report of its own. -> {name: row}"""
    with tempfile.TemporaryDirectory() as t:
        out = run('ingest', '--json', '--node', node(t), *options, folder)
        if out.returncode not in (0, 1):
            return None, out.stderr
        return json.loads(out.stdout), ''


def xarf():
    cases = good = 0
    expected = {}
    with open(os.path.join(feeds, 'xarf', 'expected.jsonl')) as f:
        for line in f:
            d = json.loads(line)
            expected[d['file']] = d['valid']
    with tempfile.TemporaryDirectory() as t:
        names = {}
        os.mkdir(os.path.join(t, 'in'))
        for i, file in enumerate(sorted(expected)):
            if os.path.exists(os.path.join(feeds, file)):
                # Equal files are one report: each must differ, so a space is put behind.
                with open(os.path.join(feeds, file), 'rb') as f:
                    data = f.read()
                with open(os.path.join(t, 'in', '%04d.json' % i), 'wb') as f:
                    f.write(data + b' ' * (i + 1))
                names['%04d.json' % i] = file
        out = run('ingest', '--json', '--format', 'xarf', '--node', node(t), os.path.join(t, 'in'))
        for row in json.loads(out.stdout):
            file = names[row['report']]
            valid = row['state'] == 'done' and row['bad'] == 0
            cases += 1
            good += valid == expected[file]
            if verbose and valid != expected[file]:
                print('xarf', file, 'expected', expected[file], row['reason'])
    return cases, good


def ripe():
    cases = good = 0
    with open(os.path.join(feeds, 'ripe-roles', 'expected.jsonl')) as f:
        for line in f:
            d = json.loads(line)
            boxes = [b for o in d['expected'] for b in o['abuse-mailbox']]
            import gzip
            with gzip.open(os.path.join(feeds, d['file']), 'rb') as g:
                text = g.read().decode('utf-8', 'replace')
            # Each role answers for a number of its own, so that its mailbox is a contact.
            for i, o in enumerate(d['expected']):
                text += '\n\naut-num: AS%d\nabuse-c: %s\n' % (64496 + i, o['nic-hdl'][0])
            with tempfile.TemporaryDirectory() as t:
                path = node(t)
                file = os.path.join(t, 'x.txt')
                with open(file, 'w') as w:
                    w.write(text)
                run('contacts', '--node', path, file, '--apply')
                got = [c['email'] for c in json.loads(run('contacts', '--node', path, '--json').stdout)]
            cases += len(boxes)
            good += sum(b in got for b in boxes)
            if verbose and sorted(got) != sorted(boxes):
                print('ripe-roles', d['file'], boxes, got)
    return cases, good


floors = {}
with open(os.path.join(source, 'tests', 'families', 'floors.tsv')) as f:
    for line in f:
        if not line.startswith('#') and line.strip():
            name, floor = line.split('\t')[:2]
            floors[name] = float(floor)
if not os.path.isdir(feeds):
    print('skipped: the families of third-party samples are not here')
    print('0 passed, 0 failed')
    sys.exit(0)

differences = collections.Counter()
for kind in ('schema2026', 'asserted'):
    events, equal, fields, fields_equal = shadowserver(kind, differences)
    family('shadowserver-csv ' + kind, events, equal, 'events equal')
    family('shadowserver-csv ' + kind + ' fields', fields, fields_equal, 'fields equal')
family('xarf', *xarf(), 'judged rightly')
family('ripe-roles', *ripe(), 'mailboxes')
# Mails and what is malformed: nothing crashes, each is read or set aside with a reason.
mails = [(feeds, 'abuseio-mails', ()), (feeds, 'intelmq-mails', ())]
if os.path.isdir(spam):
    mails += [(spam, d, ('--mail', 'spam') if d.startswith(('mime', 'sa-t', 'rspamd', 'charset', 'auth')) else ())
              for d in sorted(os.listdir(spam)) if os.path.isdir(os.path.join(spam, d)) and d not in ('sms', 'spamassassin', 'auth-suite')]
for root, name, options in mails:
    reports, error = ingest_each(os.path.join(root, name), *options)
    name = 'spam/' + name if root == spam else name
    if reports is None:
        family(name, 1, 0, 'readable (' + error.strip()[:60] + ')')
        continue
    told = sum(r['events'] > 0 or r['bad'] > 0 or bool(r['reason']) for r in reports)
    family(name, len(reports), told, 'read or set aside with a reason; %d gave %d events' % (
        sum(r['events'] > 0 for r in reports), sum(r['events'] for r in reports)))
if verbose:
    for d, count in differences.most_common(200):
        print(count, *d)
print('%-36s %6s %6s %7s %7s' % ('family', 'cases', 'good', 'rate', 'floor'))
for r in rows:
    print('%-36s %6d %6d %6.2f%% %6.1f%%  %s %s' % (r[0], r[1], r[2], r[4], r[5], r[3], r[6]))
print('families: %d passed, %d failed' % (passed, failed))
sys.exit(failed > 0)
