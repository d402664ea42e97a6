"""
Put files into the program: embed.py OUT.c FILE... The bytes are taken by the
assembler, which is quicker than compiling them as numbers. A file's name is
that of its folder and its own: "shadowserver/schema.tsv".
"""
import os
import sys

out, *paths = sys.argv[1:]
text = ['#include "base/embedded.h"\n']
rows = []
for i, path in enumerate(sorted(paths)):
    path = os.path.abspath(path)
    assert '"' not in path and '\\' not in path
    name = '/'.join(path.split('/')[-2:])
    text.append(
        f'__asm__(".pushsection .rodata\\n.balign 16\\nembedded_{i}:\\n"\n'
        f'    ".incbin \\"{path}\\"\\nembedded_{i}_end:\\n.byte 0\\n.popsection\\n");\n'
        f'extern const uint8_t embedded_{i}[] __attribute__((visibility("hidden")));\n'
        f'extern const uint8_t embedded_{i}_end[] __attribute__((visibility("hidden")));\n')
    text[-1] = text[-1].replace(f'embedded_{i}:', f'.globl embedded_{i}, embedded_{i}_end\\n"\n    "embedded_{i}:', 1)
    rows.append(f'\t{{ S_INIT("{name}"), embedded_{i}, embedded_{i}_end }},\n')
text.append('const struct embedded embedded_files[] = {\n' + ''.join(rows) + '};\n')
text.append('const size_t embedded_count = sizeof(embedded_files) / sizeof(embedded_files[0]);\n')
with open(out, 'w', encoding='utf-8') as f:
    f.write(''.join(text))
