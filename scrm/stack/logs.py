"""What the logs need not say."""

import logging


class ReadinessFilter(logging.Filter):
    """Drops Django's line for each /readyz that answers 503: the answer itself is the message, and it is asked often."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (getattr(record, "status_code", 0) == 503 and "/readyz" in record.getMessage())
