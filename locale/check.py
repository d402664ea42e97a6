"""
check: every text of a notice stands in every catalogue, translated, with its
placeholders; and no catalogue holds what no source has any more. For the other
texts it prints how many each catalogue still lacks.   check.py SOURCE-ROOT
"""
import os
import re
import sys

root = sys.argv[1]
string = r'"((?:[^"\\]|\\.)*)"'
call = re.compile(r'\b(?:T|N_|err_set|err_sys|err_within|lang_text|lang_plural|TN)\s*\(\s*(?:[^"();]*?,\s*)?' + string + r'(?:\s*,\s*' + string + r')?')
shown = re.compile(r'\b(?:N_|lang_text|lang_plural)\s*\(\s*(?:lang,\s*)?' + string + r'(?:\s*,\s*' + string + r')?')
NOTICES = ('src/share/compose.c', 'src/model/taxonomy.c')


def unescape(s):
    return s.replace('\\n', '\n').replace('\\"', '"').replace('\\\\', '\\')


def texts(path, pattern=call):
    with open(os.path.join(root, path), encoding='utf-8') as f:
        for m in pattern.finditer(f.read()):
            yield unescape(m.group(1))
            if m.group(2) is not None:
                yield unescape(m.group(2))


def catalogue(path):
    """msgid -> [translations]; msgid_plural counts as a message of its own."""
    out, key, value, keys = {}, None, None, []
    with open(path, encoding='utf-8') as f:
        for line in f:
            m = re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?) "(.*)"$', line.rstrip('\n'))
            if not m:
                continue
            text = unescape(m.group(2))
            if m.group(1) == 'msgid':
                keys = [text]
            elif m.group(1) == 'msgid_plural':
                keys.append(text)
            else:
                for k in keys:
                    out.setdefault(k, []).append(text)
    out.pop('', None)
    return out


needed, everything = set(), set()
for folder, _, names in os.walk(os.path.join(root, 'src')):
    for name in names:
        path = os.path.relpath(os.path.join(folder, name), root)
        if not name.endswith('.c') or name.endswith(('_test.c', '_fuzz.c')):
            continue
        found = set(t for t in texts(path) if re.search(r'[A-Za-z]{2}', t))
        everything |= found
        if path in NOTICES:
            needed |= set(texts(path, shown))
# Words that tables hold and T() is given by name.
everything |= {'new', 'notified', 'acknowledged', 'resolved', 'returned', 'received', 'reading', 'done', 'aside'}
placeholder = re.compile(r'%(?:\d\$)?[-0-9.*]*(?:ll|l|z)?[a-z]')
passed = failed = 0
for tag in ('ar', 'zh', 'fr', 'ru', 'es'):
    have = catalogue(os.path.join(root, 'locale', tag + '.po'))
    for t in sorted(needed):
        good = all(have.get(t, [''])) and all(
            sorted(placeholder.findall(v)) == sorted(placeholder.findall(t)) for v in have.get(t, ['']))
        passed += good
        failed += not good
        if not good:
            print(f'{tag}: missing, or its placeholders differ: {t!r}')
    for t in sorted(set(have) - everything - needed):
        failed += 1
        print(f'{tag}: no source has this any more: {t!r}')
    print(f'{tag}: {len(set(have) & (everything | needed))} of {len(everything | needed)} messages translated')
print(f'{passed} passed, {failed} failed')
sys.exit(failed > 0)
