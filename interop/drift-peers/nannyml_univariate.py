"""What NannyML's univariate calculator, with its own methods and thresholds, says of each day of a stream."""
import warnings

warnings.filterwarnings("ignore")
import logging

logging.disable(logging.CRITICAL)
import nannyml
import pandas


def drifted_days(reference, days):
    """Whether any column has an alert, one day after the other; a day is a chunk."""
    columns = list(reference.columns)
    rows = len(days[0])
    calculator = nannyml.UnivariateDriftCalculator(column_names=columns, chunk_size=rows)
    calculator.fit(reference)
    result = calculator.calculate(pandas.concat(days, ignore_index=True))
    frame = result.filter(period="analysis").to_df()
    alerts = [column for column in frame.columns if column[-1] == "alert"]
    return map(bool, frame[alerts].any(axis=1))
