import boto3
from botocore.config import Config

# A call takes at most two attempts of 13 s.
CALLS = Config(connect_timeout=3, read_timeout=10, retries={'mode': 'standard', 'total_max_attempts': 2})
ACTIONS = ('Deactivate', 'Reactivate', 'Delete')


def publish(topic_arn, subject, message):
    try:
        sns = boto3.client('sns', config=CALLS)
        sns.publish(TopicArn=topic_arn, Subject=subject, Message=message)
        return 'Published'
    # The key has changed although nobody is notified. The output says so.
    except Exception as error:
        print(f'The message could not be published: {error}')
        return 'Failed'


def report(events, context):
    topic_arn, subject, message = (events.pop(name) for name in ('NotificationTopicArn', 'Subject', 'Message'))
    acted = events['Outcome'] in ACTIONS
    notification = publish(topic_arn, subject, message) if acted and topic_arn else 'None'
    return {**events, 'Outcome': 'Acted' if acted else events['Outcome'], 'Notification': notification}
