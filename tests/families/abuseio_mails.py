"""
Notifiers' mails. An independent reader's facts say what stands in each (feedback
report, attachments, subject, sender); what they mean for an event is compared.
"""
import datetime
import email.utils
import ipaddress
import os
import re

from common import Family, feeds, ingest, lines


def utc(text):
    """A mail's date as our events write it; None where it is none."""
    try:
        d = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if d.tzinfo is None:
        d = d.replace(tzinfo=datetime.timezone.utc)
    return d.astimezone(datetime.timezone.utc).isoformat()


def address(text):
    try:
        return str(ipaddress.ip_address(text.strip().strip('[]')))
    except ValueError:
        return None


def domain(text):
    m = re.search(r'@([\w.-]+)', text or '')
    return m.group(1).lower() if m else None


def meaning(d):
    """The fields that a mail's event must have, by what stands in the mail. -> ({field: value}, events or None)"""
    want, f = {}, d['feedback']
    subject = d['subject'] or ''
    if f:
        one = {k: v[0] for k, v in f.items()}
        if one.get('source-ip'):
            want['source.ip'] = address(one['source-ip'])
        want['extra.feedback_type'] = one['feedback-type'].lower()
        want['time.source'] = utc(one.get('arrival-date') or one.get('received-date') or d['date'])
        if one.get('user-agent'):
            want['extra.user_agent'] = one['user-agent']
        if domain(one.get('original-mail-from')):
            want['extra.mail_from_domain'] = domain(one['original-mail-from'])
        if f.get('reported-domain'):
            want['extra.reported_domains'] = [x.lower() for x in f['reported-domain']]
    else:
        ip = next((a for a in map(address, re.findall(r'[0-9a-fA-F:.]{7,}', subject)) if a), None)
        if ip:
            want['source.ip'] = ip
        url = re.search(r'https?://([^/\s]+)\S*', subject)
        if url:
            want['source.fqdn'] = url.group(1).lower()
        case = re.search(r'Case ID (\w+)', subject)
        if case:
            want['extra.case_id'] = case.group(1)
    rows = [z['csv_rows'] for a in d['attachments'] for z in a.get('zip') or [] if 'csv_rows' in z]
    if not rows and not any((a['filename'] or '').endswith('.csv') for a in d['attachments']) and domain(d['from']):
        want['extra.reporter_domain'] = domain(d['from'])
    return {k: v for k, v in want.items() if v is not None}, sum(rows) if rows else None


def kept(field, want, got):
    if field == 'source.fqdn' and got:
        return 'the URL of the report part'
    return None


def families():
    folder = os.path.join(feeds, 'abuseio-mails')
    facts = [d for d in lines(os.path.join(folder, 'facts.jsonl')) if os.path.exists(os.path.join(feeds, d['file']))]
    inputs = []
    for d in facts:
        with open(os.path.join(feeds, d['file']), 'rb') as f:
            inputs.append((os.path.basename(d['file']), f.read()))
    f = Family('abuseio-mails', kept, 'mails')
    for d, r in zip(facts, ingest(inputs)):
        want, rows = meaning(d)
        if not r.events:
            f.missing(d['file'], want, r.reason)
            continue
        if rows is not None:
            f.check(d['file'], 'rows', rows, len(r.events) + r.bad)
            continue
        # Of a mail's several events each is about the same; the first stands for all.
        f.event(d['file'], want, {k: r.events[0].get(k) for k in want if k in r.events[0]})
    return [f]
