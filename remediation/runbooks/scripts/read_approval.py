def read_approval(events, context):
    status = events['ApprovalStatus']
    if status != 'Approved':
        raise RuntimeError(f'Refused: the request for approval is {status}, so the key stays as it is')
