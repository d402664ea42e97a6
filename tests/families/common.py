"""What the families share: the program run on many inputs at once, and the comparison."""
import collections
import json
import os
import re
import subprocess
import tempfile

entente = os.environ['ENTENTE']
source = os.environ['ENTENTE_SOURCE']
samples = os.environ.get('ENTENTE_SAMPLES') or os.path.join(source, '..', 'shared', 'samples')
feeds, spam = os.path.join(samples, 'feeds'), os.path.join(samples, 'spam')


def run(*args, **kw):
    return subprocess.run([entente, *args], capture_output=True, text=True, errors='replace', timeout=900, **kw)


def lines(path):
    """The objects of a file of JSON lines; none where there is no such file."""
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8', errors='surrogateescape') as f:
        return [json.loads(line) for line in f if line.strip()]


class Report:
    """What became of one input: its events, and its row in the table of reports."""

    def __init__(self, events, row):
        self.events, self.bad = events, row.get('bad', 0)
        self.state, self.reason, self.format = row.get('state'), row.get('reason') or '', row.get('format')


def node(folder):
    path = os.path.join(folder, 'n')
    subprocess.run([entente, 'init', '--node', path, '-q'], check=True)
    return path


def ingest(inputs, *options, mappings=None, reasons=False):
    """
    Read [(file name, bytes)] in one start of the program. -> [Report]
    A report's row closes the lines of its events. reasons: ask for those of bad
    records too, where there is no event at all (a start for each such report).
    """
    if not inputs:
        return []
    with tempfile.TemporaryDirectory() as t:
        path = node(t)
        for name, text in (mappings or {}).items():
            os.makedirs(os.path.join(path, 'feeds'), exist_ok=True)
            with open(os.path.join(path, 'feeds', name + '.conf'), 'w') as f:
                f.write(text)
        files, at, known = [], [], {}
        for name, data in inputs:
            # Equal bytes are one report: it is read once, and is the answer for both.
            if data not in known:
                known[data] = len(files)
                folder = os.path.join(t, str(len(files)))
                os.mkdir(folder)
                files.append(os.path.join(folder, name))
                with open(files[-1], 'wb') as f:
                    f.write(data)
            at.append(known[data])
        out = run('ingest', '--node', path, '--json', '--print-events', *options, *files)
        if out.returncode not in (0, 1):
            raise SystemExit('entente ingest %s: %s' % (' '.join(options), out.stderr[-2000:]))
        reports, events = [], []
        for line in out.stdout.split('\n'):
            if line.startswith('{"report":'):
                reports.append(Report(events, json.loads(line)))
                events = []
            elif line:
                events.append(json.loads(line))
        for i, r in enumerate(reports if reasons else []):
            if r.bad and not r.reason:
                bad = json.loads(run('reports', '--node', path, '--json', str(i + 1)).stdout)['set_aside']
                r.reason = bad[0]['reason'] if bad else ''
        assert len(reports) == len(files) and not events, (len(reports), len(files))
        return [reports[i] for i in at]


ABOUT = ('address', 'source.ip', 'source.url', 'url', 'fqdn', 'source.fqdn', 'source.network', 'ip_network', 'source.account',
         'malware.hash.md5', 'malware.hash.sha1', 'malware.hash.sha256')


def alike(want, got):
    """How much two events have in common; what they are about weighs most."""
    return sum((10 if k in ABOUT else 3 if k.startswith('time') else 1) for k, v in want.items() if got.get(k) == v)


def same_thing(want, got):
    about = [k for k in ABOUT if k in want]
    return any(got.get(k) == want[k] for k in about) if about else not any(k in got for k in ABOUT)


def people(want, got):
    """Is what differs personal data that was taken out (docs/privacy.md), if only within a list or an object?"""
    if type(want) is type(got) and isinstance(want, (list, dict)) and len(want) == len(got):
        pairs = zip(want, got) if isinstance(want, list) else ((want[k], got.get(k)) for k in want)
        return 'people are protected' if all(w == g or people(w, g) for w, g in pairs) else None
    if not isinstance(want, str) or not isinstance(got, str) or 'x' not in got:
        return None
    # Each "x" stands for something; the rest is as it was.
    pattern = r'[^\s"<>]+?'.join(re.escape(p) for p in re.split(r'(?<![A-Za-z0-9])x(?![A-Za-z0-9])', got))
    return 'people are protected' if pattern != re.escape(got) and re.fullmatch(pattern, want, re.S) else None


class Family:
    """
    The counts of a family. What differs is counted by kind: (field, "not here" |
    "not expected" | "other"), and kept is what DIFFERENCES.md explains: a function
    of (field, expected, ours) that says under which name, or None.
    """

    def __init__(self, name, kept=None, unit='events', asked=True):
        self.name, self.unit, self.kept = name, unit, kept or (lambda *a: None)
        self.asked = asked # False: no job of the program; listed, neither passed nor failed
        self.events = self.equal = self.fields = self.fields_equal = 0
        self.explained = 0 # events that differ, in nothing but what is explained
        self.kinds = collections.Counter() # of what is explained
        self.open = collections.Counter() # of what is not
        self.examples = {}

    def differ(self, case, field, want, got):
        why = self.kept(field, want, got) or people(want, got)
        kind = 'not here' if got is None else 'not expected' if want is None else 'other'
        if why:
            self.kinds[why] += 1
        else:
            self.open[(field, kind)] += 1
            self.examples.setdefault((field, kind), (case, want, got))
        return bool(why)

    def event(self, case, want, got):
        """One expected event against ours, field by field."""
        wrong = [k for k in want if got.get(k) != want[k]]
        more = [k for k in got if k not in want]
        self.events += 1
        self.fields += len(want)
        self.fields_equal += len(want) - len(wrong)
        if not wrong and not more:
            self.equal += 1
            return
        known = [self.differ(case, k, want.get(k), got.get(k)) for k in wrong + more]
        self.explained += all(known)

    def missing(self, case, want, reason):
        """An event that there is none of ours for; reason: what the report was set aside with."""
        self.events += 1
        self.fields += len(want)
        self.explained += self.differ(case, 'event', reason or 'an event', None)

    def surplus(self, case, got):
        self.events += 1
        self.explained += self.differ(case, 'event', None, json.dumps(got)[:200])

    def nothing(self, case):
        """Nothing was expected, and nothing came."""
        self.events += 1
        self.equal += 1

    def check(self, case, field, want, got):
        """A single fact instead of an event."""
        self.event(case, {field: want}, {} if got is None else {field: got})

    def match(self, case, want, got, reason='', whole=True, reuse=False):
        """
        Lists of events: each expected one against the most alike of ours that is left;
        whole: ours that are left over are a difference; reuse: one of ours may be the
        answer to several, as of a row that theirs makes two events of.
        """
        left, used = list(got), set()
        if not want and not left:
            self.nothing(case)
        for w in want:
            best = max(range(len(left)), key=lambda i: alike(w, left[i]), default=None)
            # One that is about nothing that ours is about is not there, rather than wrong in all.
            if best is None or not same_thing(w, left[best]):
                self.missing(case, w, reason)
            elif reuse:
                used.add(best)
                self.event(case, w, left[best])
            else:
                self.event(case, w, left.pop(best))
        for i, g in enumerate(left if whole else []):
            if i not in used:
                self.surplus(case, g)
