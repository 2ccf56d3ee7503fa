"""What the office asks for."""

import json
import os
import subprocess
import sys
from typing import Any


def exported(environment: dict[str, str], *arguments: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "omnia_com", "esporta", *arguments]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
