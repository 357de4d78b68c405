"""The two families of errors that a client raises."""


class BotoCoreError(Exception):
    pass


class EndpointConnectionError(BotoCoreError):
    def __init__(self, endpoint_url, error):
        super().__init__(f'Could not connect to the endpoint URL: "{endpoint_url}" ({error})')


class ClientError(Exception):
    def __init__(self, error_response, operation_name):
        error = error_response['Error']
        super().__init__(
            f"An error occurred ({error['Code']}) when calling the {operation_name} operation: {error['Message']}"
        )
        self.response = error_response
        self.operation_name = operation_name
