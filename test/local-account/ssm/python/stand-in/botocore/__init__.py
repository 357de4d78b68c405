"""A stand-in for botocore, as far as the scripts of our runbooks use it."""
