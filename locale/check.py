"""
check: the catalogues say all that the sources say, in five languages, and
nothing else. A message fails where it is missing, left in English, has lost a
placeholder or a word that must stay as it is (an option, a command's name, a
setting, an RFC); a catalogue fails for each message that no source has.
   check.py SOURCE-ROOT [--complete]    --complete: what is missing fails too
"""
import os
import re
import subprocess
import sys
import tempfile

root = sys.argv[1]
complete = '--complete' in sys.argv
LANGS = ('ar', 'zh', 'fr', 'ru', 'es')
FORMS = {'ar': 6, 'zh': 1, 'fr': 2, 'ru': 3, 'es': 2}
placeholder = re.compile(r'%(?:(\d+)\$)?[-0+ #]*(?:\d+|\*(?:\d+\$)?)?(\.(?:\d+|\*(?:\d+\$)?))?((?:hh|h|ll|l|z|j)?[diuxXcsfgeaop%])')
# What a person types or looks up stays as it is in every language.
fixed = re.compile(r'--[a-z][a-z-]+|\bentente(?: (?:init|networks|contacts|ingest|watch|query|stats|reports|notices|retry|replay|doctor|demo|manual|completion)\b)?|\bRFC \d+|\$[A-Z_]+|\[[a-z]+\]|[a-z0-9_-]+\.(?:conf|csv|json|db|tbl)\b|https?://[^\s,;)]+')
passed = failed = 0


def parse(path):
    """[(msgid, msgid_plural or None, [msgstr...])] of a PO file, its header left out."""
    out, now, field = [], None, None
    quoted = re.compile(r'"((?:[^"\\]|\\.)*)"\s*$')
    with open(path, encoding='utf-8') as f:
        for line in f:
            if line.startswith('#'):
                continue
            m = re.match(r'(msgid_plural|msgid|msgstr)(?:\[(\d+)\])? ', line)
            if m:
                if m.group(1) == 'msgid':
                    now = {'msgid': '', 'msgid_plural': None, 'msgstr': []}
                    out.append(now)
                field = m.group(1)
                if field == 'msgstr':
                    now['msgstr'].append('')
                elif field == 'msgid_plural':
                    now[field] = ''
            q = quoted.search(line)
            if q and now is not None:
                text = re.sub(r'\\(.)', lambda x: {'n': '\n', 't': '\t'}.get(x.group(1), x.group(1)), q.group(1))
                if field == 'msgstr':
                    now['msgstr'][-1] += text
                else:
                    now[field] += text
    return [(e['msgid'], e['msgid_plural'], e['msgstr']) for e in out if e['msgid']]


def arguments(text):
    """What a text takes, as the compiler sees it: kinds by place."""
    out, n = {}, 0
    for place, precision, kind in placeholder.findall(text):
        if kind == '%':
            continue
        if place:
            n = int(place)
        else:
            n += 1 + ('*' in precision)
        out[n] = kind
    return out


def words(text):
    return set(re.findall(r'[A-Za-z]{2,}', fixed.sub('', placeholder.sub('', text))))


def faults(tag, msgid, plural, found):
    """What is wrong with a message's translations, as sentences."""
    if len(found) != (FORMS[tag] if plural else 1) or not all(found):
        yield 'missing'
        return
    for text in found:
        # One form of a plural may spell the number out ("one", "two").
        if arguments(text) != arguments(msgid) and not (plural and set(arguments(text).items()) < set(arguments(plural).items())):
            yield 'its placeholders differ: ' + repr(text)
        if msgid.endswith('\n') != text.endswith('\n'):
            yield 'the end of the line differs: ' + repr(text)
        # Names of fields may stay; a sentence may not.
        if text == msgid and len(words(text)) > 3:
            yield 'left in English'
        lost = set(fixed.findall(msgid)) - set(fixed.findall(text))
        if lost:
            yield 'lost ' + ', '.join(sorted(lost)) + ': ' + repr(text)


with tempfile.TemporaryDirectory() as folder:
    pot = os.path.join(folder, 'entente.pot')
    subprocess.run(['sh', os.path.join(root, 'locale', 'messages.sh'), root, pot], check=True)
    # "%s: %s" has nothing to translate.
    wanted = [(m, p) for m, p, _ in parse(pot) if words(m) or words(p or '')]
if len(wanted) < 500:
    sys.exit('only %d messages found: is the extraction broken?' % len(wanted))
for tag in LANGS:
    have = {(m, p): found for m, p, found in parse(os.path.join(root, 'locale', tag + '.po'))}
    for m, p in wanted:
        wrong = list(faults(tag, m, p, have.get((m, p), [])))
        if wrong == ['missing'] and not complete:
            continue
        passed += not wrong
        failed += len(wrong) > 0
        for w in wrong:
            print(f'{tag}: {m!r}: {w}')
    sources = set(wanted) | {(m, p) for m, p in have if not words(m)}
    for m, p in sorted(set(have) - sources, key=str) if complete else ():
        failed += 1
        print(f'{tag}: no source has this any more: {m!r}')
    print(f'{tag}: {sum(1 for k in wanted if k in have and all(have[k]))} of {len(wanted)} messages translated')
print(f'{passed} passed, {failed} failed')
sys.exit(failed > 0)
