"""The demo shop: four people, one knowledge base of eight documents, one simulated WeCom account.

The rooms above are reached by the names of their commands and models only; scrm imports nothing of them.
"""

import base64
import json
import secrets
import urllib.error
import urllib.request
from io import StringIO
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from scrm.access.grants import grant
from scrm.access.models import Team, User
from scrm.access.roles import ROLES
from scrm.access.services import team_create, user_create
from scrm.stack.errors import StackError

FOLDER = Path(__file__).parent / "demo_data"
MORE = Path(__file__).parent / "demo_more"
BASE = "演示店铺"
TEAM = "客服一组"
ACCOUNT = "demo"
WELCOME = "您好，这里是云朵家电官方店。退换货、配送、保修、会员、发票和商品的问题都可以问我。"
PASSWORD = "zhike-demo-2026"  # printed at the start; accounts with it exist only where the simulator does
PEOPLE = (
    ("admin", "administrator", "演示管理员"),
    ("manager", "knowledge_manager", "演示知识管理员"),
    ("agent", "agent", "演示客服"),
    ("user", "user", "演示用户"),
    ("auditor", "auditor", "演示审计员"),
)


def _marker() -> Path:
    return settings.SCRM_HOME / "demo.json"


def wanted() -> bool:
    """True for a database without people, or whose demo shop was not finished."""
    return not User.objects.exists() or (_marker().exists() and not _state()["finished"])


def _state() -> dict:
    try:
        return json.loads(_marker().read_text())
    except (FileNotFoundError, ValueError):
        return {"finished": False, "passwords": {}}


def load() -> None:
    """Everything, step by step; what an interrupted load has left is completed. Raises ScrmError or CommandError."""
    _marker().write_text(json.dumps({"finished": False, "passwords": {}}))
    team = Team.objects.filter(name=TEAM).first() or team_create(actor=None, name=TEAM)
    people = [_person(*row, team) for row in PEOPLE]
    base = fill_base()
    account = open_account()
    for container in (base, account):
        grant(actor=None, subject=team, container=container)
    passwords = {person.username: person.password for person in people if person.check_password(PASSWORD)}
    _marker().write_text(json.dumps({"finished": True, "passwords": passwords}))


def _person(username: str, role: str, name: str, team: Team) -> User:
    found = User.objects.filter(username=username).first()
    return found or user_create(actor=None, username=username, password=PASSWORD, role=role, display_name=name, team=team)


def fill_base():
    """The knowledge base with its documents, questions and answers and dictionary, through the product's own commands."""
    call_command("ingest", *sorted(str(path) for path in FOLDER.iterdir()), base=BASE)
    call_command("faq_import", str(MORE / "问答.csv"), base=BASE, stdout=StringIO())
    call_command("words_import", str(MORE / "词典.txt"), base=BASE, stdout=StringIO())
    return apps.get_model("knowledge", "KnowledgeBase").objects.get(name=BASE)


def open_account():
    """A WeCom account with invented credentials, answering from the base, known to the simulator."""
    aes_key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    call_command(
        "channel_add", "wecom_kf", name=ACCOUNT, corp_id="ww" + secrets.token_hex(8), secret=secrets.token_urlsafe(32),
        token=secrets.token_hex(12), aes_key=aes_key, open_kfid="wk" + secrets.token_hex(15), base=BASE, json=True, stdout=StringIO(),
    )  # fmt: skip
    account = apps.get_model("conversations", "ChannelAccount").objects.get(name=ACCOUNT)
    account.simulated, account.welcome_text, account.asks_satisfaction = True, account.welcome_text or WELCOME, True
    account.save(update_fields=["simulated", "welcome_text", "asks_satisfaction"])
    return account


def tell_simulator(url: str) -> None:
    """Give the simulator at `url` every simulated account and where its callbacks go now (the port may have changed)."""
    for account in apps.get_model("conversations", "ChannelAccount").objects.filter(simulated=True):
        callback = f"http://127.0.0.1:{settings.PORT}/hooks/{account.kind}/{account.name}/"
        asked = {**account.config, **account.secrets, "name": BASE if account.name == ACCOUNT else account.name, "callback_url": callback}
        _post(f"{url}/_sim/accounts", asked)


def _post(url: str, body: dict) -> None:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except (urllib.error.URLError, OSError) as error:
        raise StackError(_("The simulator did not take the demo account: %(reason)s") % {"reason": error}) from error


def account_lines() -> list[str]:
    """The demo accounts whose password has not been changed, a line each."""
    stored = _state()["passwords"]
    now = dict(User.objects.filter(username__in=stored, is_active=True).values_list("username", "password"))
    alive = [row for row in PEOPLE if row[0] in stored and now.get(row[0]) == stored[row[0]]]
    return [f"{username:<8} {PASSWORD}   {ROLES[role].label}" for username, role, _name in alive]
