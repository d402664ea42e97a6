"""
Put a built page into the program: embed_page.py OUT.c OUT.d WORK FOLDER. A file's
name is its path in the folder; NAME.br and NAME.gz beside it are what a browser
that takes them is sent. Where they are missing they are made here (in WORK, .br
where Debian's brotli is at hand), unless that would not be smaller.
"""
import gzip
import os
import shutil
import subprocess
import sys

out, depfile, work, folder = sys.argv[1:]
folder = os.path.abspath(folder)
work = os.path.abspath(work)
files = {}
folders = []
for top, _, names in os.walk(folder):
    folders.append(top)  # its time changes with the names in it
    for name in names:
        path = os.path.join(top, name)
        assert '"' not in path and '\\' not in path
        files[os.path.relpath(path, folder)] = path
files.pop('manifest.json', None)  # of the page's own tests
read = folders + list(files.values())


def pack(name, ending, data):
    plain = files[name]
    if name + ending in files or len(data) >= os.path.getsize(plain):
        return
    path = os.path.join(work, name.replace('/', '_') + ending)
    with open(path, 'wb') as f:
        f.write(data)
    files[name + ending] = path


os.makedirs(work, exist_ok=True)
brotli = shutil.which('brotli')
for name in [n for n in files if not n.endswith(('.br', '.gz'))]:
    with open(files[name], 'rb') as f:
        plain = f.read()
    if name + '.gz' not in files:
        pack(name, '.gz', gzip.compress(plain, 9, mtime=0))
    if brotli and name + '.br' not in files:
        pack(name, '.br', subprocess.run([brotli, '-q', '11', '-c', files[name]], check=True, stdout=subprocess.PIPE).stdout)

text = ['#include "server/page.h"\n']
rows = []
for i, name in enumerate(sorted(files)):
    text.append(
        f'__asm__(".pushsection .rodata\\n.balign 16\\n.globl page_{i}, page_{i}_end\\npage_{i}:\\n"\n'
        f'    ".incbin \\"{files[name]}\\"\\npage_{i}_end:\\n.byte 0\\n.popsection\\n");\n'
        f'extern const uint8_t page_{i}[] __attribute__((visibility("hidden")));\n'
        f'extern const uint8_t page_{i}_end[] __attribute__((visibility("hidden")));\n')
    rows.append(f'\t{{ S_INIT("{name}"), page_{i}, page_{i}_end }},\n')
text.append('const struct embedded page_files[] = {\n' + ''.join(rows) + '};\n')
text.append('const size_t page_count = sizeof(page_files) / sizeof(page_files[0]);\n')
with open(out, 'w', encoding='utf-8') as f:
    f.write(''.join(text))
with open(depfile, 'w', encoding='utf-8') as f:
    f.write(out + ': ' + ' '.join(p.replace(' ', '\\ ') for p in sorted(read)) + '\n')
