"""The exception that a user is meant to read, and what to say of a missing package."""

from latent_atlas.program import install_command


class UserError(Exception):
    """Something the user can mend; its text is one clear sentence, printed without a traceback."""


def how_to_install(error: ModuleNotFoundError) -> str:
    """Return the sentence for a user who has not installed the packages of training and export.

    Raises:
        ModuleNotFoundError: the module is the project's own, so installing packages will not help.
    """
    package = (error.name or "").partition(".")[0]
    if package in ("", "latent_atlas"):
        raise error
    return (
        f"The package '{package}' is missing; install the training tools with "
        f"{install_command('train')}."
    )
