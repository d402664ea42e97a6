"""
The checks of IntelMQ's field types: is a value valid as it stands, valid once it is
cleaned, and what does it become? Each is asked as an event of one field more.
"""
import json
import os
import re

from common import Family, feeds, ingest, lines

# A field of each type; the event needs the others to be one.
FIELD = {
    'ASN': 'source.asn', 'Accuracy': 'feed.accuracy', 'Base64': 'raw', 'Boolean': 'source.tor_node',
    'ClassificationTaxonomy': 'classification.taxonomy', 'ClassificationType': 'classification.type',
    'DateTime': 'time.source', 'FQDN': 'destination.fqdn', 'Float': 'source.geolocation.latitude',
    'GenericType': 'comment', 'IPAddress': 'destination.ip', 'IPNetwork': 'destination.network',
    'Integer': 'rtir_id', 'JSON': 'output', 'JSONDict': 'extra', 'Registry': 'source.registry',
    'String': 'comment', 'TLP': 'tlp', 'URL': 'destination.url', 'UppercaseString': 'source.geolocation.city',
    'LowercaseString': 'malware.name',
}


def kept(field, want, got):
    """The names are those of DIFFERENCES.md."""
    if got == 'taken, in its canonical form':
        return 'canonical form'
    if field.startswith('Float ') and field.endswith(' true'):
        return 'a truth value is no number'
    if '{"py": "b' in field and want is False:
        return 'no bytes in JSON'
    return None


def plain(value):
    """A Python object as the text that an event would carry; None: JSON has no such thing."""
    if not isinstance(value, dict) or 'py' not in value:
        return value
    m = re.match(r"^(?:b|\w+\()'(.*)'\)?$", value['py'])
    return m.group(1) if m else None


def as_it_stands(value, ours):
    """Was it taken, and does it come out as it went in?"""
    if isinstance(ours, dict) and isinstance(value, str):
        value = json.loads(value) if value.startswith('{') else value
    if ours is None or isinstance(ours, bool) != isinstance(value, bool):
        return False
    return True if ours == value else 'taken, in its canonical form'


def families():
    cases, inputs = [], []
    for d in lines(os.path.join(feeds, 'intelmq-field-types', 'types.jsonl')):
        event = {'feed.name': 'types', 'classification.type': 'other', 'source.ip': '192.0.2.1'}
        field = FIELD.get(d['type'], 'comment')
        event[field] = plain(d['args'][0])
        cases.append((d, field, event[field]))
        # A line of its own number, so that no two are the same report.
        inputs.append(('types.json', ('%s%s\n' % (json.dumps(event), ' ' * len(inputs))).encode()))
    f = Family('intelmq-field-types', kept, 'calls')
    for (d, field, value), r in zip(cases, ingest(inputs, '--format', 'intelmq-json')):
        event = r.events[0] if r.events else {}
        ours = event.get(field)
        if field == 'extra':
            ours = {k[6:]: v for k, v in event.items() if k.startswith('extra.')} or None
        if field.startswith('classification.') and value is None:
            ours = None # the default, not the value
        if d['call'] == 'sanitize':
            want = d['result']
        elif (d['kwargs'] or {}).get('sanitize'):
            want, ours = d['result'], ours is not None
        else:
            want, ours = d['result'], as_it_stands(value, ours)
            if not want and ours is not True:
                ours = False
        f.check(d['id'], '%s %s %s' % (d['type'], d['call'], json.dumps(d['args'][0])), want, ours)
    return [f]
