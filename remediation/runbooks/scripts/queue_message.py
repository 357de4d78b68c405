import json

import boto3
from botocore.config import Config

# A call takes at most two attempts of 13 s, so that calls that hang leave time for the others.
CALLS = Config(connect_timeout=3, read_timeout=10, retries={'mode': 'standard', 'total_max_attempts': 2})


# The key has changed although the message failed. The outputs say so.
def queue_message(queue_url, message):
    if not queue_url:
        return 'None'
    try:
        boto3.client('sqs', config=CALLS).send_message(QueueUrl=queue_url, MessageBody=json.dumps(message))
        return 'Queued'
    except Exception as error:
        print(f'The message could not be queued: {error}')
        return 'Failed'
