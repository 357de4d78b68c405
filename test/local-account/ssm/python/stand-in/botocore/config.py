"""What a client is made with; the stand-in looks at `retries['total_max_attempts']` only."""


class Config:
    def __init__(self, retries=None, **_others):
        self.retries = retries
