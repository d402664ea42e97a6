"""
Is a document what IATI 2.03 asks for, as far as we write it? Element order, which
elements and attributes must be there, forms of dates and numbers, and the rules of the
standard's ruleset that a schema cannot say: written from the published standard.
   iati.py FILE   prints what is wrong, a line each; exit status 1 where anything is
With IATI_XSD=FOLDER (the official schemas), xmllint looks, too.
"""
import datetime
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

LANG = '{http://www.w3.org/XML/1998/namespace}lang'
# Children in their order: name, at least, at most (0: any number).
ORDER = {
    'iati-activities': [('iati-activity', 1, 0)],
    'iati-activity': [('iati-identifier', 1, 1), ('reporting-org', 1, 1), ('title', 1, 1), ('description', 1, 0),
                      ('participating-org', 1, 0), ('other-identifier', 0, 0), ('activity-status', 1, 1), ('activity-date', 1, 0),
                      ('contact-info', 0, 0), ('activity-scope', 0, 1), ('recipient-country', 0, 0), ('recipient-region', 0, 0),
                      ('location', 0, 0), ('sector', 0, 0), ('tag', 0, 0), ('country-budget-items', 0, 1), ('humanitarian-scope', 0, 0),
                      ('policy-marker', 0, 0), ('collaboration-type', 0, 1), ('default-flow-type', 0, 1), ('default-finance-type', 0, 1),
                      ('default-aid-type', 0, 0), ('default-tied-status', 0, 1), ('budget', 0, 0), ('planned-disbursement', 0, 0),
                      ('capital-spend', 0, 1), ('transaction', 0, 0), ('document-link', 0, 0), ('related-activity', 0, 0),
                      ('legacy-data', 0, 0), ('conditions', 0, 1), ('result', 0, 0), ('crs-add', 0, 1), ('fss', 0, 1)],
    'title': [('narrative', 1, 0)], 'description': [('narrative', 1, 0)], 'comment': [('narrative', 1, 0)],
    'reporting-org': [('narrative', 1, 0)], 'participating-org': [('narrative', 0, 0)], 'provider-org': [('narrative', 0, 0)],
    'budget': [('period-start', 1, 1), ('period-end', 1, 1), ('value', 1, 1)],
    'transaction': [('transaction-type', 1, 1), ('transaction-date', 1, 1), ('value', 1, 1), ('description', 0, 1),
                    ('provider-org', 0, 1), ('receiver-org', 0, 1)],
    'document-link': [('title', 1, 1), ('description', 0, 1), ('category', 1, 0), ('language', 0, 0), ('document-date', 0, 1)],
    'result': [('title', 1, 1), ('description', 0, 1), ('document-link', 0, 0), ('reference', 0, 0), ('indicator', 1, 0)],
    'indicator': [('title', 1, 1), ('description', 0, 1), ('document-link', 0, 0), ('reference', 0, 0), ('baseline', 0, 0), ('period', 0, 0)],
    'period': [('period-start', 1, 1), ('period-end', 1, 1), ('target', 0, 0), ('actual', 0, 0)],
    'actual': [('location', 0, 0), ('dimension', 0, 0), ('comment', 0, 1)], 'target': [], 'baseline': [],
}
# Attributes that must be there, and their form; all that may.
DATE = r'\d{4}-\d\d-\d\d'
NUMBER = r'-?\d+(\.\d+)?'
ATTRIBUTES = {
    'iati-activities': ({'version': r'2\.03', 'generated-datetime': DATE + r'T[\d:]+Z'}, set()),
    'iati-activity': ({LANG: '[a-z]{2}', 'last-updated-datetime': DATE + r'T[\d:]+Z'}, {'hierarchy', 'default-currency'}),
    'reporting-org': ({'ref': '.+', 'type': r'\d\d'}, {'secondary-reporter'}),
    'participating-org': ({'role': '[1-4]'}, {'ref', 'type', 'activity-id'}),
    'provider-org': ({}, {'ref', 'type', 'provider-activity-id'}),
    'other-identifier': ({'ref': '.+', 'type': '[AB][1-9]'}, set()),
    'activity-status': ({'code': '[1-6]'}, set()), 'activity-date': ({'iso-date': DATE, 'type': '[1-4]'}, set()),
    'recipient-country': ({'code': '[A-Z]{2}'}, {'percentage'}),
    'sector': ({'code': '.+'}, {'vocabulary', 'vocabulary-uri', 'percentage'}),
    'budget': ({}, {'type', 'status'}), 'period-start': ({'iso-date': DATE}, set()), 'period-end': ({'iso-date': DATE}, set()),
    'value': ({'value-date': DATE, 'currency': '[A-Z]{3}'}, set()),
    'transaction': ({}, {'ref', 'humanitarian'}), 'transaction-type': ({'code': r'\d\d?'}, set()), 'transaction-date': ({'iso-date': DATE}, set()),
    'document-link': ({'url': '.+', 'format': '.+/.+'}, set()), 'category': ({'code': r'[AB]\d\d'}, set()),
    'related-activity': ({'ref': '.+', 'type': '[1-5]'}, set()),
    'result': ({'type': '[1239]'}, {'aggregation-status'}), 'indicator': ({'measure': '[1-5]'}, {'ascending', 'aggregation-status'}),
    'baseline': ({'year': r'\d{4}'}, {'iso-date', 'value'}), 'target': ({}, {'value'}), 'actual': ({}, {'value'}),
    'description': ({}, {'type'}), 'narrative': ({}, {LANG}),
}
wrong = []


def tell(path, what):
    wrong.append(path + ': ' + what)


def attributes(e, path):
    must, may = ATTRIBUTES.get(e.tag, ({}, set()))
    for name, form in must.items():
        v = e.get(name)
        if v is None:
            tell(path, 'without ' + name)
        elif not re.fullmatch(form, v):
            tell(path, '%s is "%s"' % (name, v))
        elif form == DATE:
            datetime.date.fromisoformat(v)
    for name in e.attrib:
        if name not in must and name not in may:
            tell(path, 'has ' + name)


def look(e, path):
    attributes(e, path)
    order = ORDER.get(e.tag)
    own = [c for c in e if not c.tag.startswith('{')]
    if any(c.tag.startswith('{') for c in list(e)[:len(own)]):
        tell(path, 'an element of our own before others')
    if order is None:
        if own:
            tell(path, 'children that are not known')
    else:
        names = [n for n, _, _ in order]
        at = [names.index(c.tag) if c.tag in names else -1 for c in own]
        if -1 in at:
            tell(path, 'a child that is none: ' + own[at.index(-1)].tag)
        elif at != sorted(at):
            tell(path, 'children out of order')
        for name, least, most in order:
            n = sum(c.tag == name for c in own)
            if n < least or (most and n > most):
                tell(path, '%d of %s' % (n, name))
    if e.tag == 'narrative' and not (e.text or '').strip():
        tell(path, 'empty')
    if e.tag == 'value' and not re.fullmatch(NUMBER, e.text or ''):
        tell(path, 'no number')
    for i, c in enumerate(own):
        look(c, '%s/%s[%d]' % (path, c.tag, i))


def rules(a, path):
    def day(e):
        return datetime.date.fromisoformat(e.get('iso-date'))
    ref = a.find('reporting-org').get('ref')
    if not a.find('iati-identifier').text.startswith(ref + '-'):
        tell(path, 'its identifier does not begin with the reporting organisation\'s')
    dates = {d.get('type'): day(d) for d in a.findall('activity-date')}
    if '1' not in dates and '2' not in dates:
        tell(path, 'no start')
    for start, end in (('1', '3'), ('2', '4')):
        if start in dates and end in dates and dates[start] > dates[end]:
            tell(path, 'ends before it starts')
    for b in a.findall('budget'):
        if not 0 < (day(b.find('period-end')) - day(b.find('period-start'))).days <= 366:
            tell(path, 'a budget of more than a year')
    shares = {}
    for s in a.findall('sector'):
        shares[s.get('vocabulary')] = shares.get(s.get('vocabulary'), 0) + round(float(s.get('percentage')) * 100)
        if s.get('vocabulary') == '99' and not s.get('vocabulary-uri'):
            tell(path, 'a vocabulary of our own without its address')
    if any(v != 10000 for v in shares.values()):
        tell(path, 'sectors do not add up: %s' % shares)
    for p in a.iter('period'):
        if day(p.find('period-start')) > day(p.find('period-end')):
            tell(path, 'a period that ends before it starts')
    for o in a.findall('participating-org'):
        if not o.get('ref') and o.find('narrative') is None:
            tell(path, 'an organisation without ref and name')
    if not any(o.get('role') in '14' for o in a.findall('participating-org')):
        tell(path, 'nobody funds or carries it out')


root = ET.parse(sys.argv[1]).getroot()
if root.tag != 'iati-activities':
    tell('/', root.tag)
look(root, '/iati-activities')
if not wrong:
    for i, a in enumerate(root.findall('iati-activity')):
        rules(a, 'activity %d' % i)
    known = [a.find('iati-identifier').text for a in root.findall('iati-activity')]
    if len(known) != len(set(known)):
        tell('/', 'an identifier twice')
xsd = os.environ.get('IATI_XSD')
if xsd and subprocess.run(['xmllint', '--noout', '--schema', os.path.join(xsd, 'iati-activities-schema.xsd'), sys.argv[1]]).returncode:
    tell('/', 'the official schema says no')
print('\n'.join(wrong) or '%d activities are as IATI 2.03 asks' % len(root))
sys.exit(bool(wrong))
