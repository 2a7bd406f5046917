"""The one exception that a user is meant to read."""


class UserError(Exception):
    """Something the user can mend; its text is one clear sentence, printed without a traceback."""
