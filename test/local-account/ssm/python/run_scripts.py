"""Runs the scripts of runbooks: this process imports boto3 once and forks a process for each script.

It prints the path of its socket and runs until its stdin ends. Each connection runs one script: the new process sends
its id and reads a JSON request; then it sends what the script writes to stderr, a NUL, and the JSON answer.
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

# The stand-in for boto3 comes last, for machines without boto3.
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != FOLDER]
sys.path.append(os.path.join(FOLDER, 'stand-in'))


def quicken(speed):
    """Makes sleeps shorter, and counts only them as time, so that a slow machine does not change the script's result."""
    sleep, slept = time.sleep, [0.0]

    def sleep_shorter(seconds):
        slept[0] += seconds
        sleep(seconds / speed)

    time.sleep, time.monotonic = sleep_shorter, lambda: slept[0]


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
    """Describes an exception as Systems Manager does: where it was raised, its type and its message."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == 'script']
    where = ''.join(f'  File "script", line {frame.lineno}, in {frame.name}\n' for frame in frames)
    return f'Traceback (most recent call last):\n{where}\n{type(error).__name__} - {error}'


def answer(request):
    try:
        return json.dumps({'Payload': run(request)})
    except BaseException as error:  # SystemExit too
        return json.dumps({'error': describe(error)})


def silence(*descriptors):
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(null, descriptor)
    os.close(null)


def serve_one(connection):
    """Runs a script in its process, without the parent's environment and file descriptors."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    silence(0)
    os.dup2(connection.fileno(), 2)
    connection.sendall(str(os.getpid()).encode())
    with connection.makefile('rb') as stream:
        text = stream.read()
    if text == b'':  # the caller has gone
        return
    request = json.loads(text)
    os.environ.clear()
    os.environ.update(request['environment'])
    result = answer(request)
    sys.stderr.flush()
    connection.sendall(b'\0' + result.encode())


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
    os.setsid()  # a process group, so that its scripts can be killed with it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombie processes
    try:
        import boto3  # noqa: F401  once for all scripts
    except Exception:
        pass  # the script that imports it shows the error
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
