"""Text of pictures, offline: PP-OCR through rapidocr, lines with their boxes. Only in the sandbox: it takes 0.5 GB."""

import math
from functools import cache

from knowledge.ingestion.parsers.glyphs import repair
from knowledge.ingestion.parsers.pdf_characters import Segment

WIDTH = 1400  # pixels a page is rendered to: 170 a printed inch
_LONGEST = 2000  # side of a picture that is read in one piece; larger ones are shrunk
_DETECTED = 1152  # side at which lines are looked for: half the time of 2000, the same lines on printed pages
# Lines are recognised one at a time: six at once took 830 MB instead of 490, and were not faster on one thread.
_SURE = 0.5  # lines read with less confidence are stains
_SLANTED = (15, 75)  # degrees: watermarks


def read_picture(image) -> list[list[Segment]]:
    """Rows of text from top to bottom, as shown. image: RGB Pillow image; coordinates are its pixels, but y grows upwards."""
    import numpy

    result = _engine()(numpy.asarray(image)[:, :, ::-1])
    if result.boxes is None:
        return []
    found = zip(result.boxes, result.txts, result.scores, strict=True)
    return rows_of(
        [_segment(box, text, image.height) for box, text, score in found if score >= _SURE and text.strip() and not _slanted(box)]
    )


@cache
def _engine():
    from rapidocr import RapidOCR

    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    sizes = {"Global.max_side_len": _LONGEST, "Det.limit_type": "max", "Det.limit_side_len": _DETECTED, "Rec.rec_batch_num": 1}
    return RapidOCR(params={**threads, **sizes, "Global.log_level": "critical"})


def _slanted(box) -> bool:
    """Whether a line of some length runs across the page."""
    (left, top), (right, other) = box[0], box[1]
    length, height = math.dist(box[0], box[1]), math.dist(box[0], box[3])
    angle = abs(math.degrees(math.atan2(other - top, right - left))) % 180
    return length > 3 * height and _SLANTED[0] < min(angle, 180 - angle) < _SLANTED[1]


def _segment(box, text: str, height: int) -> Segment:
    across, down = [float(point[0]) for point in box], [float(point[1]) for point in box]
    return Segment(repair(text.strip()), min(across), max(across), height - max(down), height - min(down))


def rows_of(segments: list[Segment]) -> list[list[Segment]]:
    """Segments whose middles lie within half a line of each other, from left to right; rows from top to bottom."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda each: -each.middle):
        last = rows[-1][-1] if rows else None
        if last and abs(last.middle - segment.middle) < 0.5 * min(last.size, segment.size):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [sorted(row, key=lambda each: each.left) for row in rows]
