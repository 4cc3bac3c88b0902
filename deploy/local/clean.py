"""``python -m deploy.local.clean`` removes what local runs have left, unless one is running."""

import fcntl
import os
import shutil
import sys
from pathlib import Path

from deploy.local import output
from deploy.local.postgres import foreign_folder
from deploy.local.settings import LocalSettings, SettingWrong, mail_folder


def clean(state: Path) -> None:
    """Remove *state* and what lies elsewhere for it; a folder no platform ran in is left alone.

    Raises:
        BlockingIOError: when a platform runs in it; nothing is removed then.
        OSError: when something cannot be removed.
    """
    # Each run leaves its lock there. A folder without one is somebody else's, named by mistake.
    if (state / "lock").exists():
        lock = os.open(state / "lock", os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(state)
            # It lies elsewhere for a state that nobody named.
            shutil.rmtree(mail_folder(state), ignore_errors=True)
        finally:
            os.close(lock)
    elsewhere = foreign_folder(state)
    if elsewhere.is_dir() and not elsewhere.is_symlink():
        shutil.rmtree(elsewhere)


def main() -> int:
    """Clean; answers the exit code."""
    try:
        settings = LocalSettings.from_environment(os.environ, set())
        clean(settings.state)
    except SettingWrong as error:
        output.error(str(error))
    except BlockingIOError:
        output.error("the platform is running here; stop make run first")
    except OSError as error:
        output.error(f"{error.filename}: {error.strerror}; remove it as the user who made it")
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
