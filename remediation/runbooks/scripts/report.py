# queue_message.py precedes this script in a document.
ACTIONS = ('Deactivate', 'Reactivate', 'Delete')
# What only the message needs.
ORIGIN = ('ExecutionId', 'MessageRuleName')


def report(events, context):
    queue_url = events.pop('MessageQueueUrl')
    execution_id, rule_name = (events.pop(name) for name in ORIGIN)
    acted = events['Outcome'] in ACTIONS
    message = {**events, 'ExecutionId': execution_id, 'ConfigRuleName': rule_name}
    notification = queue_message(queue_url, message) if acted else 'None'
    return {**events, 'Outcome': 'Acted' if acted else events['Outcome'], 'Notification': notification}
