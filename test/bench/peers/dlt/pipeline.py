"""Loads stores.csv, devices.csv and transactions.csv with dlt, in its own way: filesystem and read_csv, merged by key.

    BENCH_URL=postgresql://... python pipeline.py FOLDER STATE_FOLDER

It keeps no star, makes no card tokens and drops the card columns unread.
"""

import os
import sys

import dlt
from dlt.sources.filesystem import filesystem, read_csv

# Columns that are not text, by file. Each has a dictionary of its own: dlt writes into them.
SOURCES = {
    "stores": {"id": {"data_type": "bigint"}, "customer_id": {"data_type": "bigint"}},
    "devices": {
        "id": {"data_type": "bigint"},
        "type": {"data_type": "bigint"},
        "store_id": {"data_type": "bigint"},
    },
    "transactions": {
        "id": {"data_type": "bigint"},
        "device_id": {"data_type": "bigint"},
        "amount": {"data_type": "decimal", "precision": 18, "scale": 2},
    },
}
NEVER_KEPT = ("card_number", "cvv")


def records_of(folder: str, name: str):
    """One file as a resource. Pandas reads text as text, so that SKUs keep their digits."""
    reader = filesystem(bucket_url=folder, file_glob=f"{name}.csv") | read_csv(
        chunksize=10_000, dtype=str, keep_default_na=False, usecols=lambda column: column not in NEVER_KEPT
    )
    return reader.with_name(name).apply_hints(
        write_disposition="merge", primary_key="id", columns=SOURCES[name]
    )


def main(folder: str, state_folder: str) -> None:
    pipeline = dlt.pipeline(
        pipeline_name="tillhouse_bench",
        pipelines_dir=state_folder,
        destination=dlt.destinations.postgres(os.environ["BENCH_URL"]),
        dataset_name="dlt",
    )
    pipeline.run([records_of(folder, name) for name in SOURCES])


if __name__ == "__main__":
    main(*sys.argv[1:])
