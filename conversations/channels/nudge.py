"""Publishing from a request without waiting for the broker: one daemon thread a process, the newest wish of a kind once."""

import threading

from scrm.core.tasks import send


class Nudger:
    """`nudge` returns at once. A nudge that is lost (process killed, broker down) is made good by the periodic drains."""

    def __init__(self):
        self._wanted: dict[tuple[str, int], None] = {}
        self._ready = threading.Condition()
        self._thread: threading.Thread | None = None

    def nudge(self, task: str, row_id: int) -> None:
        """Have `task` sent for this row soon; a wish that still waits is not doubled."""
        with self._ready:
            self._wanted[task, row_id] = None
            # Started on first use, after the web server has forked its workers.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="nudger", daemon=True)
                self._thread.start()
            self._ready.notify()

    def _run(self) -> None:
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self._wanted)
                task, row_id = next(iter(self._wanted))
                del self._wanted[task, row_id]
            send(task, row_id)


nudger = Nudger()
