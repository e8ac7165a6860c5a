"""What Evidently's preset for data drift, as it comes, says of each day of a stream."""
import warnings

warnings.filterwarnings("ignore")
from evidently import Dataset, Report
from evidently.presets import DataDriftPreset


def drifted_days(reference, days):
    """Whether the preset calls the day's data drifted, one day after the other: half of the columns or more, as is its default."""
    before = Dataset.from_pandas(reference)
    for day in days:
        snapshot = Report([DataDriftPreset()]).run(Dataset.from_pandas(day), before)
        columns = snapshot.dict()["metrics"][0]
        yield columns["value"]["share"] >= columns["config"].get("drift_share", 0.5)
