"""Every variable that settings read is explained in .env.example, and nothing else is."""

import re
from pathlib import Path

from dotenv import dotenv_values

ROOT = Path(__file__).parents[2]


def test_example_names_every_variable():
    read = {
        name
        for file in ROOT.glob("scrm/**/*.py")
        for name in re.findall(r'env\.(?:text|flag|numbers?|decimal|items|rows|path|choice)\(\s*"(\w+)"', file.read_text())
    }
    lines = (ROOT / ".env.example").read_text().splitlines()
    explained = {found.group(1) for line in lines if (found := re.match(r"# ([A-Z_]+)=", line))}
    assert explained == read


def test_example_can_be_used_uncommented(tmp_path):
    """Notes behind values are comments to the reader of .env, too."""
    uncommented = re.sub(r"^# (?=[A-Z_]+=)", "", (ROOT / ".env.example").read_text(), flags=re.M)
    (tmp_path / ".env").write_text(uncommented)
    values = dotenv_values(tmp_path / ".env")
    assert values["PORT"] == "8000"
    assert values["SCRM_SECRET_KEY"] == ""
    assert values["DATABASE_URL"] == "postgres://user:password@host:5432/zhike"
