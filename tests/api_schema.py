"""api_schema: the answers of the API's tests, held to the OpenAPI document that
the node serves, by python3-jsonschema: another's reading of the same rules.
Also that the document itself is whole: each reference leads somewhere, each
parameter of a path is described, each operation has a name of its own.

    api_schema.py TEST...     runs each with API_ANSWERS set
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema

passed = failed = 0


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        if failed < 20:
            print('FAILED: ' + what)


def refs(node):
    if isinstance(node, dict):
        if '$ref' in node:
            yield node['$ref']
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def document(doc):
    check(doc['openapi'].startswith('3.1.'), 'the version')
    for ref in refs(doc):
        at = doc
        for part in ref[2:].split('/'):
            at = at.get(part, {}) if isinstance(at, dict) else {}
        check(ref.startswith('#/') and bool(at), 'a reference to ' + ref)
    names = []
    for path, item in doc['paths'].items():
        for method, op in item.items():
            names.append(op['operationId'])
            described = [p['name'] for p in op.get('parameters', []) if p['in'] == 'path']
            check(sorted(described) == sorted(re.findall(r'{([^}]*)}', path)), '%s %s: the parts of its path' % (method, path))
            check(bool(op['summary']) and bool(op['x-right']), '%s %s: said what and for whom' % (method, path))
    check(len(names) == len(set(names)), 'names of operations')
    for name, schema in doc['components']['schemas'].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        check(True, name)


def validators(doc):
    """By method, path and good or bad: what the answer is held to."""
    made = {}

    def get(method, path, status):
        key = (method, path, status >= 400)
        if key not in made:
            if status >= 400 and path.startswith('/taxii2/'):
                schema = doc['components']['responses']['TaxiiError']['content']['application/taxii+json']['schema']
            elif status >= 400:
                schema = {'$ref': '#/components/schemas/Problem'}
            else:
                good = [v for k, v in doc['paths'][path][method.lower()]['responses'].items() if k != 'default']
                content = good[0].get('content', {})
                schema = content.get('application/json', {}).get('schema', {})
            made[key] = jsonschema.Draft202012Validator({**schema, 'components': doc['components']})
        return made[key]
    return get


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'answers')
        for test in sys.argv[1:]:
            run = subprocess.run([test], env={**os.environ, 'API_ANSWERS': path}, capture_output=True)
            check(run.returncode == 0, os.path.basename(test))
        with open(path, encoding='utf-8') as f:
            answers = [json.loads(line) for line in f]
    doc = next((a['body'] for a in answers if a['path'] == '/api/v1/openapi.json' and a['status'] == 200), None)
    if doc is None:
        print('FAILED: no test asked for the document')
        return 1
    document(doc)
    get = validators(doc)
    asked = set()
    for a in answers:
        error = jsonschema.exceptions.best_match(get(a['method'], a['path'], a['status']).iter_errors(a['body']))
        check(error is None, '%s %s: %s' % (a['method'], a['path'], error and error.message[:200]))
        if a['status'] < 400:
            asked.add((a['method'].lower(), a['path']))
    print('%d answers of %d routes' % (len(answers), len(asked)))
    print('%d passed, %d failed' % (passed, failed))
    return failed > 0


sys.exit(main())
