"""
n6's parser tests: the input of each through the format or the mapping that is ours for
its source, and the events written as n6's (--as n6) beside those that it expects.
"""
import base64
import collections
import ipaddress
import json
import os
import re

from common import Family, feeds, ingest, lines

# Shadowserver's reports that n6 calls otherwise; the others are "scan_" and the name.
SHADOWSERVER = {
    'compromised-website': 'compromised_website', 'sinkhole': 'event4_sinkhole', 'sinkhole-dns': 'event4_sinkhole_dns',
    'sinkhole-http': 'event4_sinkhole_http', 'sinkhole-http-referer': 'event4_sinkhole_http_referer',
    'darknet': 'event4_honeypot_darknet', 'ddos-amp-victim': 'event4_honeypot_ddos_amp', 'ddos-participant': 'event4_ddos_participant',
    'brute-force': 'event4_honeypot_brute_force', 'bruteforce': 'event4_honeypot_brute_force', 'modbus': 'scan_ics',
    'device-id': 'device_id', 'drone': 'event4_sinkhole', 'netis': 'scan_netis_router', 'portmapper': 'scan_portmapper',
    'natpmp': 'scan_nat_pmp', 'snmp': 'scan_snmp', 'ntp-monitor': 'scan_ntpmonitor', 'ntp-version': 'scan_ntp',
    'open-resolver': 'scan_dns', 'ssl-freak': 'scan_ssl_freak', 'ssl-poodle': 'scan_ssl_poodle', 'ldap': 'scan_ldap_udp',
    'ldap-tcp': 'scan_ldap_tcp', 'ms-sql': 'scan_mssql', 'mssql': 'scan_mssql', 'exchange': 'scan_exchange',
    'rdp': 'scan_rdp', 'http-scan': 'event4_honeypot_http_scan', 'msmq': 'population_msmq', 'vnc': 'scan_vnc',
    'microsoft-sinkhole': 'event4_microsoft_sinkhole', 'microsoft-sinkhole-http': 'event4_microsoft_sinkhole_http',
    'smart-install': 'scan_cisco_smart_install', 'dvr': 'scan_dvr_dhcpdiscover', 'blacklist': 'blocklist',
}
# The mapping that ships, by the part before the dot.
SHIPPED = {'dataplane': 'dataplane', 'openphish': 'openphish', 'spamhaus': 'spamhaus_drop', 'phishtank': 'phishtank'}
# Those that a person would write for the others lie in n6/, by source or by the part before the dot.
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'n6')


def mappings():
    out = {}
    for name in sorted(os.listdir(HERE)):
        with open(os.path.join(HERE, name)) as f:
            out[name[:-len('.conf')]] = f.read()
    return out


MAPPINGS = mappings()
CLASS = {'bots': 'infected-system', 'cnc': 'c2-server', 'phish': 'phishing', 'spam': 'spam', 'scanning': 'scanner',
         'malurl': 'malware-distribution', 'proxy': 'proxy', 'tor': 'tor', 'dos-attacker': 'ddos'}


def manual(d):
    """n6's manual uploads say their columns and constants beside the file."""
    info, base = d['headers']['meta']['parsing_info'], d['headers']['meta'].get('event_base', {})
    field = {'ip': 'source.ip', 'dip': 'destination.ip', 'fqdn': 'source.fqdn', 'url': 'source.url', 'time': 'time.source',
             'sport': 'source.port', 'dport': 'destination.port', 'proto': 'protocol.transport', 'name': 'malware.name'}
    rows = ['%s = %d' % (field.get(c, 'extra.' + c), i) for i, c in enumerate(info['column_spec'].split(','), 1) if c != '-']
    return '[feed]\nformat = csv\ndelimiter = "%s"\ncomment = %s\n[constants]\nclassification.type = %s\nextra.n6_category = %s\n[fields]\n%s\n' % (
        info.get('field_separator', ','), info.get('comment_prefix') or '#', CLASS.get(base.get('category'), 'other'), base.get('category', 'other'), '\n'.join(rows))


# The constants that n6's parser gives to a source and that stand in no input.
BOOKS = ('source', 'confidence', 'restriction', 'expires', 'origin', 'rid')


def kept(field, want, got):
    """The names are those of DIFFERENCES.md."""
    if field == 'name' and want is not None and got is not None:
        return 'two categories of a row' if want.startswith('cve-') else 'names of n6'
    if field == 'category':
        return 'two categories of a row' if (want, got) == ('vulnerable', 'amplifier') else 'class by the schema'
    if want is None and field in ('mac_address', 'subject_common_name', 'proto', 'url', 'fqdn', 'device_model', 'device_version', 'name', 'sport', 'time', 'cert_length'):
        return 'ours says more'
    if got is None and field in ('request', 'detected_since', 'header', 'version', 'cert_length', 'additional_data', 'email'):
        return 'columns under our names'
    if field == 'min_amplification' and float(want) == float(got or 0):
        return 'numbers without their last zeros'
    if field == 'dport':
        return 'at which end a port is'
    if field == 'time' and want and got and got <= want:
        return 'when it happened'
    if field == 'time' and want and got is None:
        return 'when the list was fetched'
    if field == 'fqdn' and got is None:
        return 'a reverse name is no service'
    if field == 'proto' and got is None:
        return 'an empty column is empty'
    if field == 'address' and got is None:
        return 'a network is no address'
    return events_kept(want, got) if field == 'event' else None


def events_kept(want, got):
    """A whole event: want is the reason why there is none of ours, got one that they have not."""
    for word, why in (('nothing says where', 'nothing says where'), ('is empty', 'nothing says where'), ('is not a URL', 'a URL with a blank'),
                      ('never closed', 'a row that is cut off'), ('one event a record', 'one event a record'), ('no mapping', 'a form that no mapping reads')):
        if got is None and want and word in want:
            return why
    if want is None and got and re.search(r'"ip": "[0-9a-f]*:', got):
        return 'IPv6 too'
    if want is None and got and ('"fqdn"' in got or '"ip"' in got):
        return 'rows that theirs passes over'
    return None


def way(d):
    """The options and the file name that a test's input is read with."""
    source, _, name = d['source'].partition('.')
    if source == 'shadowserver':
        kind = SHADOWSERVER.get(name, 'scan_' + name.replace('-', '_'))
        return ('--format', 'shadowserver-csv'), '2022-04-20-%s-pl.csv' % kind
    if name == 'warden':
        return ('--format', 'idea0'), 'warden.json'
    if 'parsing_info' in (d['headers'].get('meta') or {}):
        MAPPINGS['manual-' + d['source']] = manual(d)
    for mapping in ('manual-' + d['source'], d['source'], source, name):
        if mapping in MAPPINGS:
            return ('--format', 'generic', '--mapping', mapping), mapping + '.txt'
    if source in SHIPPED:
        return ('--format', 'generic', '--mapping', SHIPPED[source]), SHIPPED[source] + '.txt'
    return None, d['source']


def plain(event):
    # A list's own time is when n6 fetched it.
    when = event.get('_bl-time')
    event = {k: v for k, v in event.items() if k not in BOOKS and not k.startswith('_') and (k, v) != ('time', when)}
    # "1.1.1.1/24" is meant as 1.1.1.0/24, which is how we write it.
    if 'ip_network' in event:
        event['ip_network'] = str(ipaddress.ip_network(event['ip_network'], strict=False))
    # Whose an address is says n6's enrichment, or our table: not the input.
    if 'address' in event:
        event['address'] = [{'ip': a['ip']} for a in event['address']]
    return event


def families():
    out = {k: Family('n6-parsers ' + k, kept) for k in ('shadowserver', 'warden', 'feeds')}
    absent = Family('n6-parsers without a mapping', kept, 'tests', asked=False)
    groups = collections.defaultdict(list)
    for name in sorted(os.listdir(os.path.join(feeds, 'n6-parsers'))):
        for d in lines(os.path.join(feeds, 'n6-parsers', name)):
            options, file = way(d)
            groups[options].append((d, file))
    for options, cases in groups.items():
        if options is None:
            for d, _ in cases:
                absent.missing(d['id'], {'source': d['source']}, 'no mapping')
            continue
        f = out['shadowserver' if 'shadowserver-csv' in options else 'warden' if 'idea0' in options else 'feeds']
        inputs = [(file, base64.b64decode(d['raw_base64'])) for d, file in cases]
        for (d, _), r in zip(cases, ingest(inputs, *options, '--as', 'n6', mappings=MAPPINGS, reasons=True)):
            expected = d['expected']
            if isinstance(expected, dict): # {"error": ...}: what cannot be read
                f.check(d['id'], 'refused', True, not r.events)
                continue
            # n6 makes an event a category of one row: an amplifier, and vulnerable.
            f.match(d['id'], [plain(e) for e in expected], [plain(e) for e in r.events],
                    r.reason or ('one event a record' if r.events and not r.bad else ''),
                    reuse='shadowserver-csv' in options)
    return list(out.values()) + ([absent] if absent.events else [])
