"""Whether two questions ask the same thing, so surely that the answer to one may be given to the other. No database, no model.

Meaning as an encoder sees it does not tell 北京到上海 from 上海到北京, nor 5天 from 6天 (multilingual-e5-small puts both above 0.99), so
nearness only proposes and words decide: a hit says the same things in the same order, in other grammar. Numbers, codes, negations,
names and the kind of question are equal by that. docs/benchmarks.md has the measured precision by set, and what else was tried.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from conversations.bot.grammar_words import ANYWHERE, ASKS, CLASSES, CONTENT_LEAST, OPENINGS, PHRASES, WITH_ASK, YES_NO
from conversations.bot.numerals import plain_numbers
from conversations.bot.polarity import negations
from knowledge.retrieval import terms
from knowledge.text import fold

LEAST_COSINE = 0.95  # of multilingual-e5-small; same questions in other grammar lie at 0.95-1.0
_SPELT = re.compile(r"(?<=[0-9a-z])[-./:+'](?=[0-9a-z])|[^\W_]|[%‰¥￥$€℃+#]")
_PIECES = re.compile(rf"[{terms.HAN}]+|[0-9a-z]+(?:[-./:+'%][0-9a-z]+)*[%+#]*|[^\W\s]+")
_PERSONS = re.compile(r"[你您我他她它咱]")
# About words and not about what they mean (…用英语怎么说), where the smallest one counts; and 什么都, which asks for nothing.
_OF_WORDS = re.compile(r"怎么[说念读写]|怎么翻译|翻译|拼音|英[语文]|组词|造句|[什啥谁哪怎][么里个样]?[都也的]|怎样$")
_PHRASE = re.compile("|".join(map(re.escape, sorted(PHRASES, key=len, reverse=True))))
_OPENING = re.compile(rf"^(?:(?:{OPENINGS})[，,：:。！!~～\s]*)+")


@dataclass(frozen=True)
class Skeleton:
    """What a question says (`content`, joined), what it asks for (`asks`, in no order), who is spoken of, and whether it is denied."""

    content: str
    asks: tuple[str, ...]
    persons: tuple[str, ...]
    denied: bool


def same_key(question: str) -> str:
    """Equal for questions that differ in case, width, traditional characters, spaces and punctuation only; 1.5 is not 15."""
    return "".join(_SPELT.findall(fold(question)))


def is_hit(one: str, other: str, cosine: float) -> bool:
    """Whether the cache gives the answer to one also to the other."""
    return same_key(one) == same_key(other) or same_question(one, other, cosine)


def same_question(one: str, other: str, cosine: float) -> bool:
    """Whether the answer to one may be given to the other. cosine: of the two questions as the query encoder sees them."""
    if cosine < LEAST_COSINE or _OF_WORDS.search(one) or _OF_WORDS.search(other):
        return False
    mine, theirs = skeleton(one), skeleton(other)
    return mine == theirs and bool(mine.asks) and len(mine.content) >= CONTENT_LEAST


@lru_cache(maxsize=20_000)
def skeleton(question: str) -> Skeleton:
    folded = plain_numbers(fold(question)).strip()
    found = _words(_OPENING.sub("", folded))
    asks = tuple(sorted({word for word in found if word in ASKS}))
    said = _plain([word for word in found if word not in ASKS], asks)
    persons = tuple(sorted(_PERSONS.findall("".join(said))))
    return Skeleton("".join(said), asks, persons, negations(folded) % 2 == 1)


def _words(text: str) -> list[str]:
    """Words in order, each as the head of its class, without those that say nothing."""
    found: list[str] = []
    for piece in _PIECES.findall(text):
        found += _han_words(piece) if re.match(rf"[{terms.HAN}]", piece) else [piece]
    heads = [head for word in found if (head := CLASSES.get(word, word)) not in ANYWHERE]
    return _yes_no(heads)


def _han_words(piece: str) -> list[str]:
    """Phrases whole, the rest cut by the segmenter."""
    found, position = [], 0
    for match in _PHRASE.finditer(piece):
        found += terms.segmenter().lcut(piece[position : match.start()]) if match.start() > position else []
        found += PHRASES[match[0]].split()
        position = match.end()
    return found + (terms.segmenter().lcut(piece[position:]) if position < len(piece) else [])


def _yes_no(words: list[str]) -> list[str]:
    """能不能…, 是否… and …吗 ask the same; beside another question word 吗 is only a sound."""
    if not any(word in YES_NO for word in words):
        return words
    plain = [YES_NO.get(word, word) for word in words]
    plain = [word for word in plain if word]
    return plain if any(word in ASKS for word in plain) else [*plain, "吗"]


def _plain(said: list[str], asks: tuple[str, ...]) -> list[str]:
    """Without who asks, at the beginning, and the modal verbs that a question for a place, a time or a way does not need."""
    if said and said[0] == "我" and asks and "吗" not in asks:
        said = said[1:]
    spare = WITH_ASK if asks and not {"吗", "为什么"} & set(asks) else frozenset()
    return [word for word in said if word not in spare]
