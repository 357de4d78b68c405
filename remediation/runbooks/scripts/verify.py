# queue_message.py precedes this script in a document.
import time

VISIBLE_WITHIN_SECONDS = 60
SECONDS_BETWEEN_READS = 2
# IAM may show a change some seconds late. A second read after this time usually shows concurrent changes.
SECONDS_UNTIL_SETTLED = 10
# By expected status: the step that writes it, and what the step does.
WRITES = {
    'Inactive': ('DeactivateAccessKey', 'deactivation'),
    'Active': ('ReactivateAccessKey', 'reactivation'),
    'not listed': ('DeleteAccessKey', 'deletion'),
}


def read_status(iam, user_name):
    pages = iam.get_paginator('list_access_keys').paginate(UserName=user_name)
    keys = [key for page in pages for key in page['AccessKeyMetadata']]
    return {key['AccessKeyId']: key['Status'] for key in keys}


def wait_until_seen(iam, events):
    user_name, key_id, expected = events['UserName'], events['AccessKeyId'], events['ExpectedStatus']
    deadline = time.monotonic() + VISIBLE_WITHIN_SECONDS
    while True:
        try:
            status = read_status(iam, user_name)
            seen = status.get(key_id, 'not listed')
        # Reads again after any error, such as a denied call, a timeout or an unreadable answer. A missing user does not
        # prove that the key is gone: the user may have been renamed.
        except Exception as error:
            status, seen = {}, f'unknown ({error})'
        if seen == expected:
            return status
        if time.monotonic() >= deadline:
            undo = f". Undo: {events['UndoCommand']}" if events['UndoCommand'] else ''
            raise RuntimeError(
                f'Unverified: {key_id} of {user_name} should be {expected}, but is {seen}. '
                f'Check the step {WRITES[expected][0]} and the keys of the user{undo}'
            )
        time.sleep(SECONDS_BETWEEN_READS)


def restore(iam, user_name, key_id):
    for attempt in range(5):
        if attempt > 0:
            time.sleep(SECONDS_BETWEEN_READS)
        try:
            iam.update_access_key(UserName=user_name, AccessKeyId=key_id, Status='Active')
            return 'so it was set to Active again'
        except Exception as error:
            failure = error
    return f'AND IT COULD NOT BE MADE ACTIVE AGAIN ({failure})'


def notify(events, unverified):
    message = {
        'Outcome': 'Unverified',
        'Change': WRITES[events['ExpectedStatus']][1],
        'Reason': str(unverified),
        'ConfigRuleName': events['MessageRuleName'],
        **{name: events[name] for name in ('UserId', 'UserName', 'AccessKeyId', 'ExecutionId')},
    }
    return queue_message(events['MessageQueueUrl'], message)


def verify(events, context):
    try:
        return verify_or_restore(events)
    except RuntimeError as unverified:
        notification = notify(events, unverified)
        raise RuntimeError(f'{unverified} (Notification: {notification})') from None


def verify_or_restore(events):
    user_name, key_id = events['UserName'], events['AccessKeyId']
    iam = boto3.client('iam', config=CALLS)
    status = wait_until_seen(iam, events)
    if events['ExpectedStatus'] != 'Inactive':
        return {}
    # IAM has no conditional write, so somebody else may have deactivated the other key at the same time.
    if 'Active' in status.values():
        time.sleep(SECONDS_UNTIL_SETTLED)
        status = wait_until_seen(iam, events)
    if 'Active' in status.values():
        return {}
    restored = restore(iam, user_name, key_id)
    raise RuntimeError(
        f'Unverified: {user_name} had no active access key left when {key_id} was deactivated, {restored}. '
        f'If somebody deactivated all keys of this user on purpose, deactivate {key_id} again. '
        f"If it is not active, make it active: {events['UndoCommand']}"
    )
