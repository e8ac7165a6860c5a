"""Runs another tool's own defaults past streams that `benchmarks/run drift-alarms --write` wrote.

    watch.py TOOL FOLDER STREAMS WEEKS

Of streams without a change: alarms opened a week (a day that drifted after one that had not) and the share of days in alarm, over so
many weeks. Of changed ones: days until the first alarm, median and 90 %, and in brackets those that had none.
"""
import collections
import concurrent.futures
import importlib
import itertools
import math
import os
import pathlib
import sys

import pandas

WEEK = 7


def watched(job):
    """What the tool says of a stream's days; of a changed stream no more than up to its first alarm."""
    tool, file, weeks = job
    frame = pandas.read_csv(file)
    columns = [name for name in frame.columns if name != "day"]
    reference = frame.loc[frame["day"] < 0, columns].reset_index(drop=True)
    live = [day[columns].reset_index(drop=True) for _, day in frame[frame["day"] >= 0].groupby("day")]
    if is_still(file):
        live = live[: weeks * WEEK]
    said = []
    for drifted in importlib.import_module(tool).drifted_days(reference, live):
        said.append(bool(drifted))
        if drifted and not is_still(file):
            break
    return said


def is_still(file):
    return "_none_" in file.name


def quantile(delays, share):
    delay = sorted(delays)[math.ceil(share * len(delays)) - 1]
    return "-" if math.isinf(delay) else str(delay)


def row(files, said):
    if is_still(files[0]):
        days = sum(map(len, said))
        opened = sum(now and not before for one in said for before, now in zip([False] + one, one))
        return f"{opened / days * WEEK:.3f} | {sum(map(sum, said)) / days:.1%} | |"
    delays = [len(one) if one[-1] else math.inf for one in said]
    return f"| | {quantile(delays, 0.5)} / {quantile(delays, 0.9)} ({delays.count(math.inf)}) |"


def main():
    tool, folder, streams, weeks = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    scenarios = collections.defaultdict(list)
    for file in sorted(folder.glob("*.csv")):
        name, reference, seed = file.stem.rsplit("_", 2)
        if int(seed) <= streams:
            scenarios[int(reference), name].append(file)
    print("| stream and change | reference | streams | alarms a week | days in alarm | delay in days (misses) |")
    print("|---|---|---|---|---|---|")
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for (reference, name), files in sorted(scenarios.items()):
            said = list(pool.map(watched, zip(itertools.repeat(tool), files, itertools.repeat(weeks))))
            print(f"| {name.replace('_', ' ')} | {reference} d | {len(files)} | {row(files, said)}", flush=True)


if __name__ == "__main__":
    main()
