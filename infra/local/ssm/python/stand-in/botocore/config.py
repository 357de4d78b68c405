"""What a client is made with; the stand-in looks at `retries['max_attempts']` only."""


class Config:
    def __init__(self, retries=None, **_others):
        self.retries = retries
