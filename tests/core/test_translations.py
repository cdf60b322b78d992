from io import StringIO

import polib
import pytest
from django.core.management import CommandError, call_command

from scrm.core import translations
from scrm.core.translations import Message

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
A = _("Colour")
B = ngettext("%(n)d apple", "%(n)d apples", 3)
C = pgettext("verb", "Ask")
D = _(A)
"""
TEMPLATE = """{% load i18n %}
    <h1>{% translate "Title's end" %}</h1>
  <p>{% blocktranslate with who=name %}Hello {{ who }}{% endblocktranslate %}</p>
      {% blocktranslate count n=n %}One{% plural %}Many{% endblocktranslate %}
"""


@pytest.fixture
def project(tmp_path, settings):
    """A project of one Python file and one template."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "scrm" / "locale").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "scrm" / "words.py").write_text(PYTHON)
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def test_messages_of_python_and_templates_are_found(project):
    assert set(translations.extract()) == {
        Message("Colour"),
        Message("%(n)d apple", "%(n)d apples"),
        Message("Ask", context="verb"),
        Message("Title's end"),
        Message("Hello %(who)s"),
        Message("One", "Many"),
    }


def test_check_names_each_fault(project):
    words = project / "fill.tsv"
    words.write_text("Colour\t颜色\nAsk\t提问\nTitle's end\t标题\nHello %(who)s\t你好\nOne\t几个\n")
    call_command("translations", fill=[words], stdout=StringIO())
    output = StringIO()
    with pytest.raises(CommandError):
        call_command("translations", check=True, stdout=output)
    assert output.getvalue().splitlines() == [
        "empty: '%(n)d apple' (scrm/words.py)",
        "placeholders differ: 'Hello %(who)s' (templates/page.html)",
    ]


def test_update_keeps_what_is_translated_and_drops_what_is_gone(project):
    translations.update({"Colour": "颜色", "One": "几个"})
    (project / "templates" / "page.html").write_text("")
    catalogue = translations.update({})
    assert {entry.msgid: entry.msgstr for entry in catalogue} == {"Colour": "颜色", "%(n)d apple": "", "Ask": ""}
    compiled = polib.mofile(str(translations.catalogue_path().with_suffix(".mo")))
    assert [entry.msgstr for entry in compiled] == ["颜色"]


def test_the_product_speaks_chinese_completely():
    assert translations.problems() == []


def test_a_sign_of_per_cent_beside_a_placeholder_must_be_doubled(project):
    translations.update({"Hello %(who)s": "95% 的 %(who)s"})
    assert "a lone % (write %%): 'Hello %(who)s' (templates/page.html)" in translations.problems()
    translations.update({"Hello %(who)s": "95 %% 的 %(who)s"})
    assert not any("Hello" in line for line in translations.problems())
