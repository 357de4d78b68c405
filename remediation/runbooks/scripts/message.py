import json
import re

import boto3
from botocore.config import Config

# A call takes at most two attempts of 13 s, so that calls that hang leave time for the others.
CALLS = Config(connect_timeout=3, read_timeout=10, retries={'mode': 'standard', 'total_max_attempts': 2})
# The maximum length of a principal in a message. IAM allows an ARN of about 650 characters.
MAX_PRINCIPAL = 700
MAX_APPROVERS = 10


# A caller chooses parts of its ARN, such as the name of its session. A message shows it as one word of ASCII.
def show(principal):
    if not isinstance(principal, str) or not principal:
        raise ValueError(f'expected a principal, got {principal!r}'[:MAX_PRINCIPAL])
    return re.sub(r'[^!-~]', '?', principal)[:MAX_PRINCIPAL]


def show_starter(execution):
    return show(execution['ExecutedBy'])


def show_approvers(execution):
    outputs = [step['Outputs'] for step in execution['StepExecutions'] if step['StepName'] == 'Approve']
    if not outputs and execution.get('StepExecutionsTruncated'):
        raise ValueError('expected all steps')
    if not outputs:
        return 'not required'
    # AWS documents a list of maps, but not whether each map or the list is one text.
    decoded = [json.loads(text) for text in outputs[0]['ApproverDecisions']]
    decisions = [one for value in decoded for one in (value if isinstance(value, list) else [value])]
    approvers = [show(one['Approver']) for one in decisions if one['Decision'] == 'Approve']
    if not approvers:
        raise ValueError('expected an approver')
    return ', '.join(approvers[:MAX_APPROVERS])


# The key has changed, so nothing that is missing here fails the step.
def or_unknown(read, source):
    try:
        return read(source)
    except Exception as error:
        print(f'{read.__name__}: {error}')
        return 'unknown'


def read_execution(execution_id):
    ssm = boto3.client('ssm', config=CALLS)
    return ssm.get_automation_execution(AutomationExecutionId=execution_id)['AutomationExecution']


def publish(request):
    execution = or_unknown(read_execution, request['ExecutionId'])
    starter, approvers = or_unknown(show_starter, execution), or_unknown(show_approvers, execution)
    message = f"{request['Message']}\nStarted by: {starter}\nApproved by: {approvers}"
    sns = boto3.client('sns', config=CALLS)
    sns.publish(TopicArn=request['NotificationTopicArn'], Subject=request['Subject'], Message=message)
