"""Settings from the environment: its variables, and a file .env in the working directory behind them."""

from __future__ import annotations

import os

from dotenv import dotenv_values

from sim.settings import VARIABLES, BadSetting


def environment() -> dict[str, str | None]:
    """The environment's values by setting, as text: what they mean is the settings' own matter.

    An empty variable counts as unset. Raises BadSetting when .env can't be read.
    """
    try:
        behind = dotenv_values(".env", encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f".env: the file can't be read: {error}") from error
    return {name: os.environ.get(variable) or behind.get(variable) or None for name, variable in VARIABLES.items()}
