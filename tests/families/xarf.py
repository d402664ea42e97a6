"""X-ARF documents, good and bad: each is judged."""
import os

from common import Family, feeds, ingest, lines


def families():
    f = Family('xarf', None, 'documents')
    known = [d for d in lines(os.path.join(feeds, 'xarf', 'expected.jsonl')) if os.path.exists(os.path.join(feeds, d['file']))]
    inputs = []
    for i, d in enumerate(known):
        # Equal files are one report: each must differ, so blanks are put behind.
        with open(os.path.join(feeds, d['file']), 'rb') as x:
            inputs.append(('%04d.json' % i, x.read() + b' ' * (i + 1)))
    for d, r in zip(known, ingest(inputs, '--format', 'xarf')):
        f.check(d['file'], 'valid', d['valid'], r.state == 'done' and r.bad == 0)
    return [f]
