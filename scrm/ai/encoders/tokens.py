"""Token ids, without transformers.

A Unigram tokenizer of 250,000 pieces takes 286 MB in `tokenizers` and 55 MB in `sentencepiece`, three times as fast, with
the same ids; so the export writes it as a sentencepiece model where both agree on its sample.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from scrm.ai.folders import Manifest

SENTENCEPIECE, TOKENIZERS = "tokenizer.model", "tokenizer.json"


class Tokens:
    """Texts to lists of token ids with the model's special tokens, cut to its longest input."""

    def __init__(self, folder: Path, manifest: Manifest):
        self.split = OPENERS[manifest.tokenizer](folder / manifest.tokenizer)
        self.head, self.tail = manifest.head, manifest.tail
        self.room = manifest.max_tokens - len(self.head) - len(self.tail)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        # Stripped: the two tokenizers differ at trailing white space, and it means nothing.
        pieces = self.split([text.strip() for text in texts])
        return [self.head + ids[: self.room] + self.tail for ids in pieces]


def sentencepiece_splitter(file: Path) -> Callable[[list[str]], list[list[int]]]:
    from sentencepiece import SentencePieceProcessor

    processor = SentencePieceProcessor(model_file=str(file))
    # One thread: as many as there are cores would be started for a single query.
    return lambda texts: processor.encode(texts, num_threads=1)


def tokenizers_splitter(file: Path) -> Callable[[list[str]], list[list[int]]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return lambda texts: [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]


OPENERS = {SENTENCEPIECE: sentencepiece_splitter, TOKENIZERS: tokenizers_splitter}
