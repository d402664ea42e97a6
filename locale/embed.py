"""Compile LANG.po files with msgfmt and write them as C: embed.py LANG.po... OUT.c"""
import os
import subprocess
import sys
import tempfile

*catalogues, out = sys.argv[1:]
text = ['#include "base/lang_mo.h"\n']
rows = []
for path in catalogues:
    tag = os.path.basename(path).removesuffix('.po')
    with tempfile.TemporaryDirectory() as folder:
        mo = os.path.join(folder, 'mo')
        subprocess.run(['msgfmt', '--check-format', '--no-hash',
                        '--endianness=little', '-o', mo, path], check=True)
        with open(mo, 'rb') as f:
            data = f.read()
    bytes_ = ','.join(str(b) for b in data)
    text.append(f'static const uint8_t mo_{tag}[] = {{{bytes_}}};\n')
    rows.append(f'\t[LANG_{tag.upper()}] = {{ mo_{tag}, sizeof(mo_{tag}) }},\n')
text.append('const struct slice lang_catalogues[LANG_COUNT] = {\n')
with open(out, 'w', encoding='ascii') as f:
    f.write(''.join(text + rows) + '};\n')
