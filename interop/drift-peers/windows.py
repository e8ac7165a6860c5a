"""What it costs Evidently's preset for data drift to look at windows that `benchmarks/run drift` wrote: of all rows, and of each region's.

    windows.py FILE

A CSV with a column `day`, below 0 of the reference, and a column `region`. Prints reports, rows and seconds of CPU; reading the file is not in it.
"""
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import pandas
from evidently import Dataset, Report
from evidently.presets import DataDriftPreset

frame = pandas.read_csv(sys.argv[1])
columns = [name for name in frame.columns if name not in ("day", "region")]


def streams(rows):
    """All rows, and those of each region."""
    yield "", rows[columns]
    for region, own in rows.groupby("region"):
        yield region, own[columns]


reference = {name: Dataset.from_pandas(rows) for name, rows in streams(frame[frame["day"] < 0])}
live = frame[frame["day"] >= 0]
started = time.process_time()
reports = 0
for _, day in live.groupby("day"):
    for name, rows in streams(day):
        Report([DataDriftPreset()]).run(Dataset.from_pandas(rows), reference[name]).dict()
        reports += 1
print(reports, len(live), time.process_time() - started)
