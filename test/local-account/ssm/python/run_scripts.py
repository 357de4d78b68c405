"""Runs scripts of runbooks: one process that has imported what they import, and forks another for each.

It says on stdout where it listens, and lives until its stdin ends. A connection is one script: the process that is to
run it says its id; then comes a JSON request; then what the script says on stderr, and after a NUL its JSON answer.
"""

import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback

FOLDER = os.path.dirname(os.path.abspath(__file__))

# A script finds what is installed first: the stand-in for boto3 is for machines without it.
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != FOLDER]
sys.path.append(os.path.join(FOLDER, 'stand-in'))


def quicken(speed):
    """Makes sleep shorter. The script's clock moves by what it sleeps, so a slow machine does not use up its time."""
    sleep, slept = time.sleep, 0.0

    def sleep_briefly(seconds):
        nonlocal slept
        slept += seconds
        sleep(seconds / speed)

    time.sleep = sleep_briefly
    time.monotonic = lambda: slept


def run(request):
    if request['speed'] != 1:
        quicken(request['speed'])
    scope = {'__name__': 'script'}
    exec(compile(request['script'], 'script', 'exec'), scope)
    handler = scope.get(request['handler'])
    if handler is None:
        raise NameError(f"the script has no function {request['handler']}")
    return handler(request['events'], {})


def describe(error):
    """The way Systems Manager writes an exception: where it was raised, then its type and message."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == 'script']
    where = ''.join(f'  File "script", line {frame.lineno}, in {frame.name}\n' for frame in frames)
    return f'Traceback (most recent call last):\n{where}\n{type(error).__name__} - {error}'


def answer(request):
    try:
        return json.dumps({'Payload': run(request)})
    except BaseException as error:  # whatever ends a script ends it alone
        return json.dumps({'error': describe(error)})


def silence(*descriptors):
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(null, descriptor)
    os.close(null)


def serve_one(connection):
    """The whole life of a script's process: it sees of its parent neither environment nor descriptors."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    silence(0)
    os.dup2(connection.fileno(), 2)
    connection.sendall(str(os.getpid()).encode())
    with connection.makefile('rb') as asked:
        text = asked.read()
    if text == b'':  # nobody waits for it any more
        return
    request = json.loads(text)
    os.environ.clear()
    os.environ.update(request['environment'])
    said = answer(request)
    sys.stderr.flush()
    connection.sendall(b'\0' + said.encode())


def serve(listener):
    while 0 not in (ready := select.select([0, listener], [], [])[0]):
        connection, _ = listener.accept()
        if os.fork() == 0:
            try:
                listener.close()
                serve_one(connection)
            finally:
                os._exit(0)
        connection.close()


def main():
    os.setsid()  # a group of its own, so that all its scripts can be ended with it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a process that ended leaves nothing behind
    try:
        import boto3  # noqa: F401  once, so that no script has to wait for it
    except Exception:
        pass  # a script that imports it says so
    folder = tempfile.mkdtemp(prefix='runbook-scripts-')
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(folder, 'socket'))
    listener.listen(128)
    os.write(1, listener.getsockname().encode())
    silence(1, 2)
    try:
        serve(listener)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)


main()
