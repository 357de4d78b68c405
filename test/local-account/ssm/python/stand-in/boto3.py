"""A stand-in for boto3 with the calls that the scripts of our runbooks make: access keys of IAM, and SendMessage of SQS."""

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree
from datetime import datetime

from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

NAMESPACE = '{https://iam.amazonaws.com/doc/2010-05-08/}'
RETRIED = ('Throttling', 'ThrottlingException', 'InternalFailure', 'InternalServerError', 'ServiceUnavailable')
FIRST_PAUSE_SECONDS = 0.05


VERSIONS = {'iam': '2010-05-08'}


def client(service, config=None):
    if service not in CLIENTS:
        raise NotImplementedError(f'the stand-in for boto3 has a client for {", ".join(CLIENTS)}, not for {service}')
    return CLIENTS[service](service, config or Config())


class Client:
    def __init__(self, service, config):
        self._service = service
        self._attempts = (config.retries or {}).get('total_max_attempts', 5)

    def _call(self, operation, members):
        for attempt in range(1, self._attempts + 1):
            try:
                return self._send(operation, members)
            except (ClientError, EndpointConnectionError) as error:
                code = getattr(error, 'response', {}).get('Error', {}).get('Code', 'ServiceUnavailable')
                if code not in RETRIED or attempt == self._attempts:
                    raise
                time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)

    def _send(self, operation, members):
        return send_query(self._service, operation, members)


class Sqs(Client):
    def send_message(self, **members):
        return self._call('SendMessage', members)

    def _send(self, operation, members):
        return send_json('AmazonSQS', self._service, operation, members)


class Iam(Client):

    def list_access_keys(self, **members):
        result = self._call('ListAccessKeys', members).find(f'{NAMESPACE}ListAccessKeysResult')
        answer = {
            'AccessKeyMetadata': [to_key(key) for key in result.find(f'{NAMESPACE}AccessKeyMetadata')],
            'IsTruncated': result.findtext(f'{NAMESPACE}IsTruncated') == 'true',
        }
        marker = result.findtext(f'{NAMESPACE}Marker')
        return {**answer, 'Marker': marker} if marker else answer

    def update_access_key(self, **members):
        self._call('UpdateAccessKey', members)
        return {}

    def get_paginator(self, operation):
        if operation != 'list_access_keys':
            raise NotImplementedError(f'the stand-in for boto3 does not page {operation}')
        return Paginator(self.list_access_keys)


class Paginator:
    def __init__(self, operation):
        self._operation = operation

    def paginate(self, **members):
        page = self._operation(**members)
        yield page
        while page['IsTruncated']:
            page = self._operation(**members, Marker=page['Marker'])
            yield page


def to_key(element):
    key = {member.tag.removeprefix(NAMESPACE): member.text for member in element}
    return {**key, 'CreateDate': datetime.fromisoformat(key['CreateDate'].replace('Z', '+00:00'))}


CLIENTS = {'iam': Iam, 'sqs': Sqs}


def send(service, body, headers):
    endpoint = os.environ['AWS_ENDPOINT_URL']
    # The simulated account identifies callers by the key id and does not check signatures.
    scope = f"{os.environ['AWS_ACCESS_KEY_ID']}/20260101/{os.environ['AWS_REGION']}/{service}/aws4_request"
    authorization = f'AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none'
    request = urllib.request.Request(endpoint, body.encode(), {'Authorization': authorization, **headers})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read()
    except urllib.error.HTTPError:
        raise
    except urllib.error.URLError as error:
        raise EndpointConnectionError(endpoint, error.reason) from None


def send_query(service, operation, members):
    body = urllib.parse.urlencode({'Action': operation, 'Version': VERSIONS[service], **members})
    try:
        return ElementTree.fromstring(send(service, body, {}))
    except urllib.error.HTTPError as refusal:
        error = ElementTree.fromstring(refusal.read()).find('{*}Error')
        response = {'Error': {name: error.findtext(f'{{*}}{name}') for name in ('Code', 'Message')}}
        raise ClientError(response, operation) from None


def send_json(target, service, operation, members):
    headers = {'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': f'{target}.{operation}'}
    try:
        return json.loads(send(service, json.dumps(members), headers))
    except urllib.error.HTTPError as refusal:
        error = json.loads(refusal.read())
        response = {'Error': {'Code': error['__type'].split('#')[-1], 'Message': error.get('message', '')}}
        raise ClientError(response, operation) from None
