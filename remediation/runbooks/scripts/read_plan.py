import json
import re

MEMBERS = (
    'Outcome', 'UserId', 'UserName', 'AccessKeyId', 'KeepAccessKeyId', 'Reason', 'UndoCommand', 'NextCommand', 'Basis',
    'Evidence',
)
# The maximum length of a failure message, in characters.
MAX_MESSAGE = 1000


def expect(holds, what):
    if not holds:
        raise ValueError(f'invalid plan: expected {what}')


def expect_match(pattern, text, what):
    expect(re.fullmatch(pattern, text, re.ASCII), what)


def decode(plan):
    if isinstance(plan, str):
        try:
            plan = json.loads(plan)
        except (ValueError, RecursionError):
            expect(False, 'JSON')
    # A planner that failed returns errorType and errorMessage instead of an Outcome.
    expect(isinstance(plan, dict), 'an object')
    expect('Outcome' in plan, f"an Outcome, got {plan.get('errorType')}: {plan.get('errorMessage')}"[:MAX_MESSAGE])
    expect(all(isinstance(plan.get(member), str) for member in MEMBERS), 'only text members')
    return plan


def expect_action(plan, events):
    dry_run = str(events['DryRun']).lower() == 'true'
    expect((plan['Outcome'] == 'DryRun') == dry_run, 'an Outcome that matches DryRun')
    expect_match(r'\w{16,128}', plan['AccessKeyId'], 'a key to act on')
    expect(events['AccessKeyId'] in ('', plan['AccessKeyId']), 'the named key')
    expect_match(r'[\w+=,.@-]{1,128}', plan['UserName'], 'a user name')
    if events['Expected'] == 'Deactivate':
        expect_match(r'\w{16,128}', plan['KeepAccessKeyId'], 'a key that stays active')
        expect(plan['AccessKeyId'] != plan['KeepAccessKeyId'], 'two different keys')
    if plan['Outcome'] == 'Delete':
        expect(plan['Evidence'] in ('CloudTrail', 'NoEvent'), 'an Evidence of the deactivation')


def require_unchanged(plan, expected, planned):
    now = f"{plan['AccessKeyId']} of {plan['UserName']} ({plan['Basis']})"
    if plan['Outcome'] == expected and now == planned:
        return
    seen = f'{expected} {now}' if plan['Outcome'] == expected else plan['Outcome']
    message = f"Refused: the plan has changed from {expected} {planned} to {seen}: {plan['Reason']}"
    raise RuntimeError(message[:MAX_MESSAGE])


def read_plan(events, context):
    plan = decode(events['Plan'])
    expect(plan['UserId'] == events['UserId'], 'the requested user')
    expect(plan['Outcome'] in (events['Expected'], 'DryRun', 'NothingToDo', 'Refused'), 'a known Outcome')
    if plan['Outcome'] not in ('NothingToDo', 'Refused'):
        expect_action(plan, events)
    if events['Planned']:
        require_unchanged(plan, events['Expected'], events['Planned'])
    if plan['Outcome'] == 'Refused':
        raise RuntimeError(f"Refused: {plan['Reason']}"[:MAX_MESSAGE])
    return {member: plan[member] for member in MEMBERS}
