"""The machine below the product: embedded Postgres and Redis, `manage.py up`, health, demo data."""
