"""A web process never pays for models, OCR or document parsers."""

import json
import subprocess
import sys

HEAVY = ("torch", "transformers", "sentence_transformers", "onnxruntime", "onnx", "tokenizers", "jieba", "rapidocr")
PARSERS = (
    "docx", "pypdfium2", "openpyxl", "lxml", "markdown_it", "pandas", "sklearn", "scipy", "PIL", "cv2", "xlrd", "olefile", "doc2docx",
)  # fmt: skip
PROGRAM = """
import json, sys
import scrm.wsgi
from django.urls import get_resolver

def walk(patterns):
    for pattern in patterns:
        walk(pattern.url_patterns) if hasattr(pattern, "url_patterns") else pattern.callback

walk(get_resolver().url_patterns)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_web_process_imports_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "django" in loaded
    assert sorted(loaded & {*HEAVY, *PARSERS}) == []
