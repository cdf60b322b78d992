"""Masking that can be undone: values go encrypted into the vault, and texts keep their placeholders.

A namespace is a conversation (or a customer's card): within one, the same value has the same placeholder for good. Whoever masks in it
holds its row's lock, so that numbers are given in turn.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scrm.core.crypto import SecretUnreadable, decrypt, encrypt, keyed_digests
from scrm.core.errors import NotFound, ScrmError
from scrm.privacy.models import PersonalValue
from scrm.privacy.patterns import find
from scrm.privacy.reading import Read, read
from scrm.privacy.types import PLACEHOLDER, Finding

PURGE_ROWS = 1_000
MOST_SHOWN = 200  # namespaces that a search by value looks in
_NUMBERING = ("pk", "namespace", "kind", "number", "digest", "expires_at")
_DAY = timedelta(days=1)  # a value said again is written again at most so often

Key = tuple[str, str, str]  # namespace, kind, digest


class ValueGone(ScrmError):
    code, status = "value_gone", 410
    default_message = _("This value has been deleted: personal data is kept only for a limited time.")


def text_mask_in_tx(namespace: str, text: str, *, public: str = "") -> str:
    """One text masked; see texts_mask_in_tx. `public`: published words, whose numbers stay readable."""
    return texts_mask_in_tx([(namespace, read(text, public=public))])[0]


def texts_mask_in_tx(reads: Sequence[tuple[str, Read]], rows=None) -> list[str]:
    """The texts with placeholders, in order; new values go into the vault. No query when nothing is personal.

    The caller holds a lock on what each namespace is named after. `rows`: the manager to store with, in migrations.
    """
    digests = {(ns, finding): _digests(finding) for ns, one in reads for finding in one.findings}
    if not digests:
        return [one.text for _ns, one in reads]
    numbers = _numbers_in_tx(reads, digests, PersonalValue.objects if rows is None else rows)
    return [_replaced(ns, one, digests, numbers) for ns, one in reads]


def values_of(namespace: str, texts: Iterable[str]) -> dict[str, str]:
    """What the placeholders in the texts stand for. A value that is gone or unreadable is given as its kind: 「[手机号]」."""
    found = {(match["kind"], int(match["number"])) for text in texts for match in PLACEHOLDER.finditer(text)}
    if not found:
        return {}
    wanted = PersonalValue.objects.filter(
        namespace=namespace, kind__in={kind for kind, _n in found}, number__in={number for _kind, number in found}
    )
    return {row.placeholder: _value_or_kind(row) for row in wanted if (row.kind, row.number) in found}


def value_of(namespace: str, placeholder: str) -> tuple[PersonalValue, str]:
    """(row, value). NotFound for what is no placeholder of the namespace, ValueGone when it has expired, SecretUnreadable."""
    match = PLACEHOLDER.fullmatch(placeholder)
    if match is None:
        raise NotFound
    row = PersonalValue.objects.filter(namespace=namespace, kind=match["kind"], number=int(match["number"])).first()
    if row is None:
        raise NotFound
    if not row.secret or row.expires_at <= timezone.now():
        raise ValueGone
    return row, decrypt(row.secret)


def require_kept(namespace: str, text: str) -> None:
    """ValueGone when the text speaks of a value that has been deleted; what is no placeholder of the namespace is passed over."""
    found = values_of(namespace, [text])
    if any(value == f"[{PLACEHOLDER.fullmatch(placeholder)['kind']}]" for placeholder, value in found.items()):
        raise ValueGone


def namespaces_with(text: str) -> list[str]:
    """Namespaces in which every personal value of the text was said; [] when it holds none. Nothing is decrypted."""
    findings = find(text)
    found: set[str] | None = None
    for finding in findings:
        rows = PersonalValue.objects.filter(kind=finding.kind, digest__in=_digests(finding)).order_by("-id")
        here = set(rows.values_list("namespace", flat=True)[:MOST_SHOWN])
        found = here if found is None else found & here
    return sorted(found or ())


def vault_purge() -> int:
    """Empty values past their time. Their numbers stay taken, so an old placeholder never speaks of another value."""
    emptied = 0
    old = PersonalValue.objects.filter(digest__gt="", expires_at__lte=timezone.now()).order_by("expires_at")
    while ids := list(old.values_list("pk", flat=True)[:PURGE_ROWS]):
        with transaction.atomic(durable=True):
            emptied += PersonalValue.objects.filter(pk__in=ids, expires_at__lte=timezone.now()).update(digest="", secret="")
    return emptied


def values_erase_in_tx(namespaces: Iterable[str]) -> int:
    """Empty every value of the namespaces at once."""
    return PersonalValue.objects.filter(namespace__in=list(namespaces), digest__gt="").update(
        digest="", secret="", expires_at=timezone.now()
    )


def _digests(finding: Finding) -> list[str]:
    """By the key in force first, then by earlier ones."""
    return keyed_digests(f"{finding.kind}\x1f{finding.value}", purpose="vault")


def _numbers_in_tx(reads: Sequence[tuple[str, Read]], digests: dict, rows) -> dict[Key, int]:
    """The number of every value, by the digest it is stored under. New values are numbered on from the highest there has been."""
    namespaces = {ns for ns, one in reads if one.findings}
    known: dict[Key, int] = {}
    highest: dict[tuple[str, str], int] = defaultdict(int)
    stale: list[int] = []
    expires_at = timezone.now() + timedelta(days=settings.VAULT_KEEP_DAYS)
    wanted = {(ns, finding.kind.value, digest) for (ns, finding), found in digests.items() for digest in found}
    for pk, ns, kind, number, digest, until in rows.filter(namespace__in=namespaces).values_list(*_NUMBERING):
        highest[ns, kind] = max(highest[ns, kind], number)
        if (ns, kind, digest) in wanted:
            known[ns, kind, digest] = number
            stale += [pk] * (until < expires_at - _DAY)
    made = []
    for ns, one in reads:
        for finding in one.findings:
            kind, ours = finding.kind.value, digests[ns, finding]
            if any((ns, kind, digest) in known for digest in ours):
                continue
            highest[ns, kind] += 1
            known[ns, kind, ours[0]] = highest[ns, kind]
            secret = encrypt(one.text[finding.start : finding.end])
            made.append(rows.model(namespace=ns, kind=kind, number=highest[ns, kind], digest=ours[0], secret=secret, expires_at=expires_at))
    rows.bulk_create(made)
    if stale:
        rows.filter(pk__in=stale).update(expires_at=expires_at)
    return known


def _replaced(ns: str, one: Read, digests: dict, numbers: dict[Key, int]) -> str:
    pieces, position = [], 0
    for finding in one.findings:
        kind = finding.kind.value
        number = next(numbers[ns, kind, digest] for digest in digests[ns, finding] if (ns, kind, digest) in numbers)
        pieces += [one.text[position : finding.start], f"<{kind}_{number}>"]
        position = finding.end
    return "".join([*pieces, one.text[position:]])


def _value_or_kind(row: PersonalValue) -> str:
    if row.secret and row.expires_at > timezone.now():
        try:
            return decrypt(row.secret)
        except SecretUnreadable:
            pass  # a changed key: what is sent then names the kind, as for a value that is gone
    return f"[{row.kind}]"
