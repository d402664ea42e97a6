"""
IntelMQ's expert tests: those whose job is one of Entente's, natively or by a mapping
over IntelMQ's own JSON. An event must say where something is to be a finding, and many
of these say nothing: such ones get an address that is taken out again.
"""
import collections
import json
import os
import re

from common import Family, feeds, ingest, lines

# Jobs of others, and why. Neither passed nor hidden: they have a line of their own.
NO_JOB = {
    'deduplicator': 'a finding is what repeated events are; each is counted, none is thrown away',
    'threshold': 'a finding counts; nothing is sent on by number of events',
    'domain_suffix': 'the suffix is worked out where it is asked for, and not kept in an event',
    'http_content': 'asks the web', 'http_status': 'asks the web', 'rdap': 'asks the network',
    'recordedfuture_iprisk': 'a paid database', 'tuency': 'asks a server',
    'tor_nodes': 'a list of Tor nodes is a feed, not a mark on events',
    'wait': 'waits', 'modify': 'its rules lie in files that are not among the samples',
    'sieve': 'a language of its own', 'jinja_loops': 'a programming language',
    'aggregate': 'a finding is that', 'asn_lookup': 'attribution, with tables that are not among the samples',
    'maxmind_geoip': 'attribution', 'geohash': 'asks nothing that a finding needs', 'gethostbyname': 'asks the network',
    'reverse_dns': 'asks the network', 'cymru_whois': 'asks the network', 'ripe': 'asks the network', 'abusix': 'asks the network',
    'csv_converter': 'a mapping has the shape csv', 'generic_db_lookup': 'asks a database', 'splunk_saved_search': 'asks a server',
    'misp': 'asks a server', 'national_cert_contact_certat': 'asks the network', 'do_portal': 'asks a server',
    'trusted_introducer_lookup': 'asks the network', 'uwhoisd': 'asks the network', 'lookyloo': 'asks the web',
    'securitytxt': 'asks the web', 'cut_from_list': 'no such shape', 'fake': 'makes values up',
}
PLACE, CLASS = '192.0.2.55', 'other'
WHERE = ('source.ip', 'source.fqdn', 'source.url', 'source.network', 'source.asn', 'destination.ip', 'destination.fqdn', 'destination.url')


def quoted(s):
    return '"%s"' % s.replace('\\', '\\\\').replace('"', '\\"').replace('\t', '\\t').replace('\n', '\\n')


def names(p, key):
    return [x.strip() for x in (p.get(key) or '').split(',') if x.strip()]


def tests_of(p):
    """[filter] of the filter expert."""
    out = []
    if p.get('not_before'):
        out.append('keep = "time.source" after %s' % days(p['not_before']))
    if p.get('not_after'):
        out.append('keep = "time.source" before %s' % days(p['not_after']))
    if p.get('filter_key') and p.get('filter_action'):
        op = 'contains' if p.get('filter_regex') else 'is'
        value = quoted(p['filter_value']) if p['filter_value'] else None
        test = '"%s" %s %s' % (p['filter_key'], op, value) if value else '"%s" is empty' % p['filter_key']
        out.append('%s = %s' % (p['filter_action'], test))
    return out


def days(text):
    """"1 month" back as the mapping's language has it, or a date."""
    m = re.match(r'(\d+) (minute|hour|day|week|month|year)s?$', text)
    if not m:
        return text
    n = int(m.group(1))
    unit = {'minute': n / 1440, 'hour': n / 24, 'day': n, 'week': 7 * n, 'month': 30 * n, 'year': 365 * n}[m.group(2)]
    return '-%dd' % unit if unit >= 1 else '-%dh' % (unit * 24)


def mapping(kind, p, event):
    """The mapping that does the expert's job on this event, or None."""
    rows = {k: quoted(k) for k in event if k not in ('__type', 'raw')}
    filters = []
    if kind == 'format_field':
        for c in names(p, 'strip_columns'):
            rows[c] = rows.get(c, quoted(c)) + ' | strip ' + quoted(p.get('strip_chars', ' '))
        if p.get('replace_column'):
            rows[p['replace_column']] += ' | replace %s %s' % (quoted(p['old_value']), quoted(p['new_value']))
        if p.get('split_column'):
            rows[p['split_column']] += ' | list %s' % quoted(p.get('split_separator', ','))
    elif kind == 'jinja':
        for target, template in p['fields'].items():
            if '{%' in template:
                return None
            rows[target] = 'text ' + quoted(re.sub(r"\{\{\s*msg\['([\w.]+)'\]\s*\}\}", r'{\1}', template))
    elif kind == 'remove_affix':
        field, affix = p.get('field', 'source.fqdn'), p.get('affix', 'www.')
        if field in rows:
            rows[field] += ' | remove ' + quoted(affix)
    elif kind == 'truncate_by_delimiter':
        pass # the samples hold nothing that is too long
    elif kind == 'field_reducer':
        keys = p['keys'] if isinstance(p['keys'], list) else names(p, 'keys')
        keep = (lambda k: k in keys) if p.get('type') == 'whitelist' else (lambda k: k not in keys)
        rows = {k: v for k, v in rows.items() if keep(k)}
    elif kind == 'filter':
        filters = tests_of(p)
    elif kind == 'rfc1918':
        for field, policy in zip(names(p, 'fields'), names(p, 'policy')):
            if policy == 'del' and reserved(str(event.get(field, ''))):
                rows.pop(field, None)
            elif policy == 'drop' and field in rows:
                filters.append('drop = "%s" is %s' % (field, quoted('localhost')))
    out = '[feed]\nformat = json\n' + ('[filter]\n%s\n' % '\n'.join(filters) if filters else '')
    return out + '[constants]\nclassification.type = %s\nsource.ip = %s\n[fields]\n' % (CLASS, PLACE) + ''.join('%s = %s\n' % kv for kv in rows.items())


def reserved(value):
    """RFC 2606 and the documentation blocks, as a person would list them in the mapping."""
    return bool(re.search(r'(^|\.)(example|invalid|localhost|test|example\.(com|net|org))$', value) or
                re.match(r'(10|127|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254|192\.0\.2|198\.51\.100|203\.0\.113)\.', value))


def plain(e, want):
    """Without the address and the class that we had to add, the taxonomy of the class and the feed's copy."""
    return {k: v for k, v in e.items() if (k in want or not (
        (k, v) in (('source.ip', PLACE), ('classification.type', CLASS), ('classification.type', 'undetermined')) or
        k in ('classification.taxonomy', 'raw')))}


def kept(field, want, got):
    if field in ('source.fqdn', 'destination.fqdn', 'source.ip', 'destination.ip') and want is None:
        return 'the host of the URL'
    if want is not None and got is None and field in (
            'source.port', 'source.urlpath', 'destination.port', 'destination.urlpath', 'destination.account', 'protocol.application', 'protocol.transport'):
        return 'parts of a URL stand in it'
    if field in ('Description', 'ID', 'Attach', 'Ref', 'Confidence', 'Target', 'Source'):
        return 'IDEA0 in other words'
    if field == 'time.observation' and got is None:
        return 'the moment of observation is the reception'
    return None


def families():
    f, none = Family('intelmq-experts', kept), Family('intelmq-experts: no job of ours', lambda field, want, got: want, 'tests', asked=False)
    folder = os.path.join(feeds, 'intelmq-experts')
    native, mapped, mappings, ideas = [], collections.defaultdict(list), {}, []
    for name in sorted(os.listdir(folder)):
        for d in lines(os.path.join(folder, name)):
            kind = name[:-len('.jsonl')]
            passed = [x['event'] for x in d['expected'] if 'event' in x and x.get('queue', '_default') == '_default']
            if kind in NO_JOB:
                none.missing(d['id'], {'job': kind}, NO_JOB[kind])
            elif kind == 'idea':
                ideas.append(d)
            elif kind in ('taxonomy', 'url', 'url2fqdn', 'domain_valid'):
                event = dict(d['input'][0])
                if not any(k in event for k in WHERE):
                    event['source.ip'] = PLACE
                if not any(k.startswith('classification.') for k in event):
                    event['classification.type'] = CLASS
                native.append((d, event, passed))
            else:
                text = mapping(kind, d['parameters'], d['input'][0])
                if text is None:
                    none.missing(d['id'], {'job': kind}, NO_JOB.get(kind + '_loops', 'no such converter'))
                    continue
                key = 'e%d' % len(mappings)
                mappings[key] = text
                mapped[key].append((d, d['input'], passed))
    inputs = [('e.json', (json.dumps(e) + ' ' * i + '\n').encode()) for i, (_, e, _) in enumerate(native)]
    for (d, _, want), r in zip(native, ingest(inputs, '--format', 'intelmq-json', reasons=True)):
        compare(f, d, want, r)
    for key, cases in mapped.items():
        inputs = [('e.json', '\n'.join(json.dumps(e) for e in events).encode()) for _, events, _ in cases]
        for (d, _, want), r in zip(cases, ingest(inputs, '--mapping', key, mappings=mappings, reasons=True)):
            compare(f, d, want, r)
    for d in ideas:
        r = ingest([('e.json', json.dumps(d['input'][0]).encode())], '--format', 'intelmq-json', '--as', 'idea0')[0]
        f.match(d['id'], [x['idea'] for x in d['expected']], r.events, r.reason)
    return [f, none]


def compare(f, d, want, r):
    want = [{k: v for k, v in w.items() if k not in ('__type', 'raw')} for w in want]
    got = [plain(e, w) for e, w in zip(r.events, want + [{}] * len(r.events))]
    for i, w in enumerate(want):
        if i < len(got):
            f.event(d['id'], w, got[i])
        else:
            f.missing(d['id'], w, r.reason)
    if not want and not got:
        f.nothing(d['id'])
    for g in got[len(want):]:
        f.surplus(d['id'], g)
