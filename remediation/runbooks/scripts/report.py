# message.py precedes this script in a document.
ACTIONS = ('Deactivate', 'Reactivate', 'Delete')
REQUEST = ('NotificationTopicArn', 'Subject', 'Message', 'ExecutionId')


def notify(request):
    try:
        publish(request)
        return 'Published'
    # The key has changed although the message failed. The output says so.
    except Exception as error:
        print(f'The message could not be published: {error}')
        return 'Failed'


def report(events, context):
    request = {name: events.pop(name) for name in REQUEST}
    acted = events['Outcome'] in ACTIONS
    notification = notify(request) if acted and request['NotificationTopicArn'] else 'None'
    return {**events, 'Outcome': 'Acted' if acted else events['Outcome'], 'Notification': notification}
