"""
Shadowserver's reports with the events that IntelMQ makes of them: every row by the
schema of 2026, and those that IntelMQ's own tests of 2023 state.
"""
import os

from common import Family, feeds, ingest, lines


def kept_2026(field, want, got):
    if field == 'extra.end_time':
        return 'a date of the recording'
    if field == 'event' and want and 'nothing says where' in want:
        return 'nothing says where'
    if field == 'source.reverse_dns' and want and '.' not in want or field == 'extra.hostname' and got and '.' not in got:
        return 'a name of one label'
    return None


def kept_2023(field, want, got):
    if field == 'event' and want and ('must have, is missing' in want or 'does not have; load a newer schema' in want):
        return 'columns that the schema requires'
    if field.startswith('feed.') or field in ('classification.identifier', 'classification.type', 'classification.taxonomy', 'malware.name'):
        return 'words of 2023'
    if kept_2026(field, want, got):
        return kept_2026(field, want, got)
    # A column that was an extra of one name and is one of another, or a field.
    return 'columns of 2023' if field.startswith('extra.') or field in ('status', 'destination.fqdn') else None


def families():
    folder = os.path.join(feeds, 'shadowserver-csv')
    known = {d['file']: d['report_file_name'] for d in lines(os.path.join(feeds, 'manifest.jsonl')) if 'report_file_name' in d}
    names = [n for n in sorted(os.listdir(folder)) if n.endswith('.csv')]
    inputs = []
    for n in names:
        with open(os.path.join(folder, n), 'rb') as f:
            inputs.append((known.get('shadowserver-csv/' + n, '2019-01-01-%s-test.csv' % n[:-4]), f.read()))
    reports = ingest(inputs, reasons=True)
    out = [Family('shadowserver-csv schema2026', kept_2026), Family('shadowserver-csv asserted', kept_2023)]
    for f, kind in zip(out, ('schema2026', 'asserted')):
        for n, r in zip(names, reports):
            ours = [plain(e) for e in r.events]
            for i, w in enumerate(lines(os.path.join(folder, '%s.expected-%s.jsonl' % (n[:-4], kind)))):
                want = {k: v for k, v in w['event'].items() if k not in ('__type', 'raw', 'time.observation')}
                at = w['row'] - 1 if w['row'] - 1 < len(ours) else i
                if at < len(ours):
                    f.event('%s row %d' % (n, w['row']), want, ours[at])
                else:
                    f.missing('%s row %d' % (n, w['row']), want, r.reason)
    return out


def plain(e):
    """IntelMQ 3.5 has severity and product.* as fields of their own, and so have we."""
    return {('extra.' + k if k == 'severity' or k.startswith('product.') else k): v for k, v in e.items()}
