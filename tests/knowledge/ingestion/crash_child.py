"""What the crash test runs in processes of their own, on a Postgres of its own.

crash_child.py write SEED   uploads, replaces and removes documents until the server dies
crash_child.py check        compares search with a scan of the rows; prints JSON
"""

import json
import os
import random
import sys
from io import BytesIO
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scrm.settings.dev")
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import django

django.setup()

from django.db import Error  # noqa: E402
from django.utils import timezone  # noqa: E402

from knowledge.ingestion.bulk import load_documents  # noqa: E402
from knowledge.ingestion.claims import jobs_waiting  # noqa: E402
from knowledge.ingestion.pipeline import jobs_run  # noqa: E402
from knowledge.models import Chunk, ChunkEmbedding, ChunkLexical, Document, KnowledgeBase, TermStat  # noqa: E402
from knowledge.retrieval import search  # noqa: E402
from knowledge.retrieval.terms import words  # noqa: E402
from knowledge.services.bases import base_create  # noqa: E402
from knowledge.services.documents import document_remove  # noqa: E402
from knowledge.services.uploads import document_upload  # noqa: E402
from knowledge.types import Scope  # noqa: E402
from scrm.ai.choices import EncoderKind, Purpose, ReleaseState  # noqa: E402
from scrm.ai.models import Encoder, ModelRelease  # noqa: E402
from scrm.core.errors import ScrmError  # noqa: E402
from scrm.jobs.models import Job  # noqa: E402

PROBES = ("退货", "运费", "发票", "保修", "积分", "X200", "会员", "安装")


def prepare() -> KnowledgeBase:
    if not ModelRelease.objects.exists():
        encoder = Encoder.objects.create(
            kind=EncoderKind.OPENAI, source="openai:embedder-1", fingerprint="e" * 64, dimensions=8, max_tokens=512
        )
        ModelRelease.objects.create(
            purpose=Purpose.EMBEDDING,
            name="test",
            query_encoder=encoder,
            passage_encoder=encoder,
            state=ReleaseState.ACTIVE,
            activated_at=timezone.now(),
        )
    return KnowledgeBase.objects.first() or base_create(actor=None, name="崩溃")


def text(rng: random.Random) -> str:
    return "".join(
        f"## 节{n}\n\n" + "".join(f"{rng.choice(PROBES)}的规定第{rng.randint(1, 99)}条。" for _ in range(40)) + "\n\n"
        for n in range(rng.randint(1, 6))
    )


def write(seed: int) -> None:
    base, rng = prepare(), random.Random(seed)
    Job.objects.filter(state="running").update(lease_until=timezone.now())
    jobs_run(jobs_waiting(50))
    load_documents(base, [("第一篇", "短", f"{PROBES[0]}{seed}。")])
    sys.stdout.write("writing\n")
    sys.stdout.flush()
    while True:
        name = f"文件{rng.randint(1, 12)}.md"
        action = rng.random()
        if action < 0.6:
            upload = document_upload(actor=None, base=base, name=name, file=BytesIO(text(rng).encode()))
            jobs_run([upload.job.pk] if upload.job else [])
        elif action < 0.8:
            load_documents(base, [(f"短文{rng.randint(1, 60)}", "短", f"{rng.choice(PROBES)}{rng.random()}。") for _ in range(10)])
        elif document := Document.objects.filter(name=name).first():
            document_remove(actor=None, document=document)


def check() -> None:
    base = prepare()
    live = dict(Chunk.objects.filter(version__live_of__isnull=False).values_list("pk", "text"))
    lexical = {row.chunk_id: row for row in ChunkLexical.objects.filter(chunk__in=live)}
    counted: dict[int, int] = {}
    for row in lexical.values():
        for term in row.terms:
            counted[term] = counted.get(term, 0) + 1
    differences = []
    for probe in PROBES:
        scanned = {pk for pk, body in live.items() if probe.lower() in words(body)}
        found = {hit.chunk_id for hit in search(probe, Scope((base.pk,)), limit=5000, mode="lexical", threshold=0).hits}
        if not found <= scanned or len(found) != min(len(scanned), 100):
            differences.append([probe, len(scanned), len(found)])
    base.refresh_from_db()
    sys.stdout.write(json.dumps({
        "live": len(live), "documents": Document.objects.filter(live_version__isnull=False).count(), "lexical": len(lexical),
        "vectors": ChunkEmbedding.objects.filter(chunk__in=live).count(), "counted": base.live_chunks,
        "length": [base.live_length, sum(row.length for row in lexical.values())],
        "terms_equal": counted == dict(TermStat.objects.values_list("term", "df")), "differences": differences,
    }))  # fmt: skip


if __name__ == "__main__":
    try:
        write(int(sys.argv[2])) if sys.argv[1] == "write" else check()
    except (Error, ScrmError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
