"""Runs one script of a runbook: a JSON request on stdin, a JSON answer on descriptor 3."""

import json
import os
import sys
import time
import traceback

FOLDER = os.path.dirname(os.path.abspath(__file__))

# A script finds what is installed first: the stand-in for boto3 is for machines without it.
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != FOLDER]
sys.path.append(os.path.join(FOLDER, 'stand-in'))


def quicken(speed):
    """Lets time pass faster for the script: what it waits for, and the clock that it measures with."""
    sleep, monotonic, start = time.sleep, time.monotonic, time.monotonic()
    time.sleep = lambda seconds: sleep(seconds / speed)
    time.monotonic = lambda: start + (monotonic() - start) * speed


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


def main():
    try:
        answer = json.dumps({'Payload': run(json.load(sys.stdin))})
    except (Exception, SystemExit) as error:
        answer = json.dumps({'error': describe(error)})
    with os.fdopen(3, 'w') as out:
        out.write(answer)


main()
