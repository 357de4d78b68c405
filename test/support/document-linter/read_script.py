"""Reads a script of a runbook from stdin, without running it, and prints what the linter asks about it as JSON."""
import ast
import builtins
import json
import sys


def names_bound(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split('.')[0]


def texts(tree):
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def reads(tree):
    """What is read of each variable: `events['UserId']`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
            yield [node.value.id, node.slice.value]


def unpacked(tree):
    """The variables that are taken whole: `{**events}`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (value.id for key, value in zip(node.keys, node.values) if key is None and isinstance(value, ast.Name))


def first_text(call):
    """The first argument of a call, where it is a constant text."""
    argument = call.args[0] if call.args else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ''


def is_method(node, name):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def clients(tree):
    """The service of each variable that is a client: `iam = boto3.client('iam')`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and is_method(node.value, 'client') and ast.unparse(node.value.func.value) == 'boto3':
            yield ast.unparse(node.targets[0]), first_text(node.value)


def calls(tree):
    """Each call of a service: the service, the operation, its parameters; null for a value that is not a constant."""
    services = dict(clients(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner, method = node.func.value, node.func.attr
        # `iam.get_paginator('list_access_keys').paginate(UserName=name)`
        if method == 'paginate' and is_method(owner, 'get_paginator'):
            owner, method = owner.func.value, first_text(owner)
        service = services.get(ast.unparse(owner))
        if service is not None and method != 'get_paginator':
            given = {one.arg or '**': getattr(one.value, 'value', None) if isinstance(one.value, ast.Constant) else None for one in node.keywords}
            yield [service, method, given]


def facts_of(source, minor):
    try:
        tree = ast.parse(source, feature_version=(3, minor))
        compile(source, 'script', 'exec')
    except SyntaxError as error:
        return {'error': f'line {error.lineno}: {error.msg}'}
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {
        'functions': {node.name: [arg.arg for arg in node.args.args] for node in functions},
        'undefined': sorted(loaded - set(names_bound(tree)) - set(dir(builtins))),
        'texts': sorted(texts(tree)),
        'reads': list(reads(tree)),
        'unpacked': list(unpacked(tree)),
        'calls': list(calls(tree)),
    }


json.dump(facts_of(sys.stdin.read(), int(sys.argv[1])), sys.stdout)
