"""
Mails: what the samples' lists and the parsed forms beside them expect. A bounce is
no complaint and a feedback report is one; a parsed mail's subject, sender, date and
first relay stand in its event; X-ARF documents are judged; DMARC reports read.
"""
import csv
import datetime
import ipaddress
import json
import os
import re

from common import Family, ingest, spam

# What is expected of these families is no job of this part of the program.
ELSEWHERE = {
    'auth': 'whether signatures hold is asked of recorded DNS: with the scoring of spam',
    'auth-suite': 'the evaluation of SPF: with the scoring of spam',
    'sa-t-dkim': 'whether signatures hold: with the scoring of spam',
    'sms': 'text messages: with the scoring of spam',
    'spamassassin': 'spam or ham: with the scoring of spam',
    'sa-t-spam': 'spam or ham is a score; read as spam trap mails below',
    'sa-t-nice': 'spam or ham is a score; read as spam trap mails below',
    'rspamd-messages': 'scores of another filter; read as spam trap mails below',
    'xarf-schema': 'schemas, no reports',
    'charset-gmime': 'texts in character sets, no mails; read as whatever they are',
}
TRAP = ('mime', 'sa-t', 'rspamd', 'charset', 'auth')


def files(folder):
    out = []
    for root, _, names in os.walk(os.path.join(spam, folder)):
        for name in sorted(names):
            with open(os.path.join(root, name), 'rb') as f:
                out.append((os.path.relpath(os.path.join(root, name), spam), f.read()))
    return out


def manifest():
    path = os.path.join(spam, 'MANIFEST.tsv')
    if not os.path.exists(path):
        return {}
    with open(path, newline='') as f:
        return {row['path']: row['expected'] for row in csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE)}


def take(inputs, *options):
    return ingest([(os.path.basename(name), data) for name, data in inputs], *options, reasons='xarf' in options)


# --- feedback reports and bounces ----------------------------------------------------


def bounces(expected):
    f = Family('spam/bounce-arf', bounce_kept, 'mails')
    inputs = [x for d in ('bounce-arf', 'bounce-arf-odd') for x in files(d)]
    for (name, data), r in zip(inputs, take(inputs)):
        says = expected.get(name, '')
        if says.startswith('same as'): # "arf-01_2" is "arf-01" with other line ends
            says = 'feedback=abuse' if os.path.basename(name).startswith('arf-') else ''
        feedback = re.search(r'feedback=([\w-]+)', says)
        got = r.events[0].get('extra.feedback_type', 'a complaint') if r.events else 'no report'
        if not r.events and b'feedback-report' not in data:
            got = 'no feedback part' if feedback else got
        if 'not a bounce' in says:
            f.check(name, 'kind', True, got in ('no report', 'a complaint'))
        else:
            f.check(name, 'kind', feedback.group(1) if feedback else 'no report', got)
    return f


def bounce_kept(field, want, got):
    if want == 'abuse' and got == 'a complaint':
        return 'a forwarded mail without a feedback part'
    if got == 'no feedback part':
        return 'a complaint that names no address'
    return None


def notifiers(expected):
    """AbuseIO's samples again: each names a notifier, and reports something."""
    f = Family('spam/abuse-notifier', None, 'mails')
    inputs = files('abuse-notifier')
    for (name, data), r in zip(inputs, take(inputs)):
        want = {'reports': True}
        source = re.search(rb'^Source-IP:\s*([0-9a-fA-F.:]+)', data, re.M | re.I)
        if source:
            want['source.ip'] = str(ipaddress.ip_address(source.group(1).decode()))
        got = {'reports': bool(r.events)}
        if source and r.events:
            got['source.ip'] = r.events[0].get('source.ip')
        f.event(name, want, got)
    return f


# --- parsed forms --------------------------------------------------------------------


def text_of(value):
    if isinstance(value, dict):
        return value.get('Text')
    return None


def date_of(value):
    d = value.get('DateTime', value) if isinstance(value, dict) else None
    if not d or not d.get('year'):
        return None
    try:
        east = datetime.timedelta(hours=d['tz_hour'], minutes=d['tz_minute'])
        zone = datetime.timezone(-east if d['tz_before_gmt'] else east)
        return datetime.datetime(d['year'], d['month'], d['day'], d['hour'], d['minute'], d['second'],
                                 tzinfo=zone).astimezone(datetime.timezone.utc).isoformat()
    except ValueError:
        return None


def public(ip):
    try:
        a = ipaddress.ip_address(ip)
    except (TypeError, ValueError):
        return None
    a = getattr(a, 'ipv4_mapped', None) or a
    return str(a) if a.is_global else None


def squeeze(s):
    return re.sub(r'\s+', ' ', s).strip()


def headers_meaning(form):
    """What the headers of a parsed mail say that our event says too."""
    want = {}
    for h in form['parts'][0]['headers']:
        if h['name'] == 'subject' and text_of(h['value']):
            want['extra.subject'] = squeeze(text_of(h['value']))
        if h['name'] == 'from':
            a = h['value'].get('Address', {}) if isinstance(h['value'], dict) else {}
            first = (a.get('List') or [None])[0]
            if first and first.get('address') and '@' in first['address']:
                want['extra.sender_domain'] = first['address'].rsplit('@', 1)[1].lower().rstrip('.')
    return want


def relay(data):
    """A Received line of an outside host in front, so that the mail has a source."""
    return b'Received: from sender.example.net (sender.example.net [8.8.4.4]) by mx.example.org with ESMTP; Tue, 29 Aug 2023 16:20:12 +0000\r\n' + data


def mime_kept(field, want, got):
    if field == 'extra.subject' and got and want and re.search('[@\ufffd]|[0-9]{5}', want):
        return 'a person in a subject is left out'
    if field == 'extra.subject' and got and want and (want.startswith(got[:-1]) or got.startswith(want[:100])):
        return 'a long subject is cut'
    return None


def parsed(folder):
    f = Family('spam/' + folder, mime_kept, 'mails')
    cases, inputs = [], []
    for name in sorted(os.listdir(os.path.join(spam, folder))):
        base = os.path.join(spam, folder, name.split('.')[0] + '.eml')
        if not name.endswith('.json') or not os.path.exists(base):
            continue
        with open(base, 'rb') as m, open(os.path.join(spam, folder, name), encoding='utf-8') as j:
            data, form = m.read(), json.load(j)
        if '.crlf.' in name:
            data = re.sub(rb'\r?\n', b'\r\n', data)
        cases.append((folder + '/' + name, headers_meaning(form)))
        inputs.append((name.replace('.json', '.eml'), relay(data)))
    for (name, want), r in zip(cases, ingest(inputs, '--mail', 'spam', '--format', 'mail')):
        if r.events:
            f.event(name, want, {k: r.events[0][k] for k in want if k in r.events[0]})
        else:
            f.missing(name, want, r.reason)
    return f


def fields():
    f = Family('spam/mime-fields', received_kept, 'header fields')
    folder = os.path.join(spam, 'mime-fields')
    cases, inputs = [], []
    for kind, line in (('received', 'Received:'), ('unstructured', 'Subject:')):
        path = os.path.join(folder, kind + '.json')
        if not os.path.exists(path):
            continue
        with open(path, encoding='utf-8') as j:
            for i, d in enumerate(json.load(j)):
                head = (line + d['header'].rstrip('\r\n') + '\r\n').encode('utf-8', 'surrogatepass')
                mail = head + b'From: a@example.org\r\n\r\n%d\r\n' % i
                cases.append((kind, d))
                inputs.append(('%s-%d.eml' % (kind, i), mail if kind == 'received' else relay(mail)))
    for (kind, d), (name, _), r in zip(cases, inputs, ingest(inputs, '--mail', 'spam', '--format', 'mail')):
        e = r.events[0] if r.events else {}
        if kind == 'unstructured':
            f.check(name, 'extra.subject', squeeze(d['expected'] or '') or None, e.get('extra.subject'))
            continue
        x = d['expected'] or {}
        of = x.get('from') or {}
        want = {'source.ip': public(x.get('from_ip') or of.get('IpAddr'))}
        if want['source.ip'] and x.get('date'):
            want['time.source'] = date_of(x['date'])
        if want['source.ip'] is None:
            f.check(name, 'source.ip', None, e.get('source.ip'))
        else:
            f.event(name, want, {k: e[k] for k in want if k in e})
    return f


def received_kept(field, want, got):
    if field == 'time.source' and want is None:
        return 'a date that theirs does not read'
    if field == 'time.source' and want and want.startswith('19') and got and got[2:] == want[2:]:
        return 'a year of two digits'
    if field == 'time.source' and want and got:
        return 'a zone by its name'
    if field == 'source.ip' and want is None:
        return 'an address that theirs does not find'
    if field == 'extra.subject' and want and got and re.sub(r'\s+', '', want) == re.sub(r'\s+', '', got):
        return 'white space of folded lines'
    if field == 'extra.subject' and got and '<x@' in got:
        return 'a person in a subject is left out'
    return None


# --- documents -----------------------------------------------------------------------


def xarf_kept(field, want, got):
    return got if got == 'nothing says where' and want else None


def xarf(folder, expected):
    f = Family('spam/' + folder, xarf_kept, 'judged')
    inputs = [(n, d + b' ' * (i + 1)) for i, (n, d) in enumerate(files(folder)) if expected.get(n, '').split(' ')[0].split(':')[0] in ('valid', 'invalid')]
    for (name, _), r in zip(inputs, take(inputs, '--format', 'xarf')):
        good = r.state == 'done' and r.bad == 0
        f.check(name, 'valid', expected[name].startswith('valid'), 'nothing says where' if expected[name].startswith('valid') and 'nothing says where' in r.reason else good)
    return f


def dmarc_kept(field, want, got):
    if want is False and got is True:
        return 'results in capitals'
    if field == 'read' and got == 'not well-formed':
        return 'XML that is not well-formed'
    return None


def dmarc(expected):
    f = Family('spam/dmarc', dmarc_kept, 'reports')
    inputs = [x for x in files('dmarc') if re.search(r'parses|invalid|opendmarc', expected.get(x[0], '')) and not x[0].endswith('.dat')]
    for (name, _), r in zip(inputs, take(inputs)):
        says = expected[name]
        read = r.state == 'done' and r.bad == 0
        f.check(name, 'read', 'invalid' not in says, 'not well-formed' if 'invalid' not in says and 'not well-formed' in r.reason else read)
        if 'failure' in says: # who failed stands in it
            f.check(name, 'event', True, bool(r.events))
    return f


def read_all(folder):
    """Nothing is expected of the values: each is read, or set aside with a reason."""
    f = Family('spam/%s read' % folder, None, 'files')
    inputs = [x for x in files(folder) if not x[0].endswith('.json')]
    for (name, _), r in zip(inputs, take(inputs, *(('--mail', 'spam') if folder.startswith(TRAP) else ()))):
        f.check(name, 'told', True, bool(r.events) or r.bad > 0 or bool(r.reason))
    return f


def families():
    if not os.path.isdir(spam):
        return []
    expected = manifest()
    folders = sorted(d for d in os.listdir(spam) if os.path.isdir(os.path.join(spam, d)))
    out = [bounces(expected), notifiers(expected), fields(), dmarc(expected)]
    out += [parsed(d) for d in folders if any(n.endswith('.json') for n in os.listdir(os.path.join(spam, d)))
            and d.startswith('mime') and d != 'mime-fields']
    out += [xarf(d, expected) for d in folders if d.startswith('xarf') and d not in ELSEWHERE]
    out += [read_all(d) for d in folders if d.startswith(TRAP) and d != 'auth-suite' and d != 'mime-fields']
    return out
