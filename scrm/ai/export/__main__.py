"""`python -m scrm.ai.export MODEL OUT MODELS_DIR`: the child process of `export_apart`."""

import json
import logging
import sys
import warnings
from pathlib import Path

import django


def say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


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
        print(json.dumps({"error": str(error)}))
        return 1
    except Exception as error:  # outermost boundary: exporters raise anything, and a person must read one sentence
        print(json.dumps({"error": f"{name}: {type(error).__name__}: {str(error)[:500]}"}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
