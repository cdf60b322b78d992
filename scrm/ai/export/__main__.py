"""`python -m scrm.ai.export MODEL OUT MODELS_DIR`: the child process of `export_apart`."""

import json
import logging
import sys
import warnings
from pathlib import Path

import django


def say(line: str) -> None:
    sys.stderr.write(f"  {line}\n")
    sys.stderr.flush()


def main(name: str, out: str, models: str) -> int:
    django.setup()
    from django.conf import settings

    from scrm.ai.export.build import export
    from scrm.ai.sources.quiet import hush
    from scrm.core.errors import ScrmError

    warnings.simplefilter("ignore")  # the exporter's own, about shapes
    logging.disable(logging.WARNING)  # hundreds of lines on single tensors
    hush()
    settings.MODELS_DIR = Path(models)
    try:
        export(name, Path(out), say)
    except ScrmError as error:
        return fail(str(error))
    except Exception as error:  # noqa: BLE001 outermost boundary: exporters raise anything; a person must read one sentence
        return fail(f"{name}: {type(error).__name__}: {str(error)[:500]}")
    return 0


def fail(sentence: str) -> int:
    sys.stdout.write(json.dumps({"error": sentence}) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
