"""lint_stale STAMPS: of the sources that `ninja -t deps` names on standard input (a line each, what they
include below), those whose stamp is older than one of these: "SOURCE STAMP", a line each."""

import os
import sys

stamps = sys.argv[1]
newest = {}


def changed(path):
    if path not in newest:
        newest[path] = os.stat(path).st_mtime_ns if os.path.exists(path) else 0
    return newest[path]


seen = set()
for block in sys.stdin.read().split("\n\n"):
    deps = [line.strip() for line in block.split("\n")[1:] if line.strip()]
    # Names as the build folder, build-lint/clang, has them.
    deps = [d[len("../../"):] if d.startswith("../../") else os.path.join("build-lint/clang", d) for d in deps]
    if not deps or not deps[0].endswith(".c") or deps[0] in seen or deps[0].startswith("build-lint"):
        continue
    seen.add(deps[0])
    stamp = os.path.join(stamps, deps[0].replace("/", "_"))
    if not os.path.exists(stamp) or os.stat(stamp).st_mtime_ns < max(map(changed, deps)):
        print(deps[0], stamp)
