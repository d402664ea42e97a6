"""RIPE role objects with odd abuse-mailbox lines: their addresses as contacts."""
import gzip
import json
import os
import tempfile

from common import Family, feeds, lines, node, run


def families():
    f = Family('ripe-roles', None, 'mailboxes')
    for d in lines(os.path.join(feeds, 'ripe-roles', 'expected.jsonl')):
        if not os.path.exists(os.path.join(feeds, d['file'])):
            continue
        with gzip.open(os.path.join(feeds, d['file']), 'rb') as g:
            text = g.read().decode('utf-8', 'replace')
        # Each role answers for a number of its own, so that its mailbox is a contact.
        for i, o in enumerate(d['expected']):
            text += '\n\naut-num: AS%d\nabuse-c: %s\n' % (64496 + i, o['nic-hdl'][0])
        with tempfile.TemporaryDirectory() as t:
            path, file = node(t), os.path.join(t, 'x.txt')
            with open(file, 'w', encoding='utf-8') as w:
                w.write(text)
            run('contacts', '--node', path, file, '--apply')
            got = [c['email'] for c in json.loads(run('contacts', '--node', path, '--json').stdout)]
        for box in (b for o in d['expected'] for b in o['abuse-mailbox']):
            f.check(d['file'], 'abuse-mailbox', box, box if box in got else None)
    return [f]
