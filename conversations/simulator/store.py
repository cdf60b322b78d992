"""The simulator's memory: one SQLite file, so that a restart loses nothing and cursors stay valid."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
  open_kfid TEXT PRIMARY KEY, corp_id TEXT NOT NULL, secret TEXT NOT NULL, token TEXT NOT NULL, aes_key TEXT NOT NULL,
  callback_url TEXT NOT NULL, name TEXT NOT NULL, granted INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS access_token (
  token TEXT PRIMARY KEY, corp_id TEXT NOT NULL, secret TEXT NOT NULL, expires_at REAL NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS customer (
  external_userid TEXT PRIMARY KEY, open_kfid TEXT NOT NULL, nickname TEXT NOT NULL, created_at REAL NOT NULL,
  state INTEGER NOT NULL DEFAULT 4, servicer TEXT NOT NULL DEFAULT '', quota INTEGER NOT NULL DEFAULT 0,
  last_customer_at REAL NOT NULL DEFAULT 0, welcomed_at REAL NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS customer_account ON customer (open_kfid);
CREATE TABLE IF NOT EXISTS item (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, open_kfid TEXT NOT NULL, external_userid TEXT NOT NULL, msgid TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('customer', 'event', 'servicer', 'api')), at REAL NOT NULL, body TEXT NOT NULL,
  rung_at REAL, UNIQUE (open_kfid, msgid));
CREATE INDEX IF NOT EXISTS item_sync ON item (open_kfid, seq) WHERE side <> 'api';
CREATE INDEX IF NOT EXISTS item_chat ON item (external_userid, seq);
CREATE TABLE IF NOT EXISTS code (
  code TEXT PRIMARY KEY, kind TEXT NOT NULL, external_userid TEXT NOT NULL, state INTEGER, expires_at REAL NOT NULL,
  used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS sync_token (token TEXT PRIMARY KEY, open_kfid TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS doorbell (
  id INTEGER PRIMARY KEY AUTOINCREMENT, open_kfid TEXT NOT NULL, seq INTEGER NOT NULL, attempt INTEGER NOT NULL,
  started_at REAL NOT NULL, ended_at REAL NOT NULL, status INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS wire (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, open_kfid TEXT NOT NULL, name TEXT NOT NULL, request TEXT NOT NULL,
  answer TEXT NOT NULL, ms REAL NOT NULL);
"""


class Store:
    """One connection behind one lock: every transaction is a few statements, so waiting is shorter than opening another."""

    def __init__(self, file: Path):
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")  # survives a killed process; only a power cut can lose the last moments
        self._db.executescript(SCHEMA)

    @contextmanager
    def tx(self) -> Iterator[sqlite3.Connection]:
        """One transaction; rolled back when the block raises."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def one(self, sql: str, *values) -> sqlite3.Row | None:
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    def all(self, sql: str, *values) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def run(self, sql: str, *values) -> None:
        with self._lock:
            self._db.execute(sql, values)

    def close(self) -> None:
        with self._lock:
            self._db.close()
