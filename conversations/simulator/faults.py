"""What can be made to go wrong on the wire, on purpose and counted."""

import threading
from dataclasses import dataclass, field
from typing import Any

# kind -> what `value` means
KINDS = {
    "duplicate_doorbell": "each doorbell is sent this many times more",
    "drop_doorbell": "the doorbell is not sent",
    "delay_doorbell": "seconds before the doorbell is sent",
    "forge_doorbell": "the doorbell's signature is wrong",
    "error": "errcode that the call is answered with, without effect",
    "garbage": "the answer is not JSON",
    "drop_answer": "the call takes effect, then the connection closes without an answer",
    "duplicate_rows": "sync_msg repeats each row",
    "empty_page": "sync_msg answers an empty page with has_more=1",
    "page_size": "sync_msg gives at most this many rows a page",
    "send_fail": "an accepted send_msg is followed by msg_send_fail with this fail_type",
}


@dataclass
class Fault:
    """`api`: the path it applies to (kf/send_msg), or "" for all. `times`: how often it still applies."""

    kind: str
    api: str = ""
    value: Any = 0
    times: int = 1


@dataclass
class Faults:
    """The faults in force. In memory only: a restarted simulator behaves."""

    _active: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *, kind: str, api: str = "", value: Any = 0, times: int = 1) -> None:
        """ValueError for a kind that does not exist."""
        if kind not in KINDS:
            raise ValueError(kind)
        with self._lock:
            self._active.append(Fault(kind, api, value, times))

    def clear(self) -> None:
        with self._lock:
            self._active.clear()

    def take(self, kind: str, api: str = "") -> Fault | None:
        """The first fault of this kind that applies, used up by one; None when there is none."""
        with self._lock:
            for fault in self._active:
                if fault.kind == kind and fault.api in ("", api) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def listing(self) -> list[dict]:
        with self._lock:
            return [vars(fault) | {"meaning": KINDS[fault.kind]} for fault in self._active if fault.times > 0]
