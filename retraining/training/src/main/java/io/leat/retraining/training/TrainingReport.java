package io.leat.retraining.training;

import java.time.Instant;

/**
 * How a model was trained and what it is worth.
 *
 * @param features number of features
 * @param from event time of the first row
 * @param holdOutFrom event time of the first row that was held out; training ended before it. Where
 *     none was, just behind the last row
 * @param until event time of the last row
 * @param training the model on the rows it learnt from
 * @param holdOut the model on the newest rows, which it has not seen; where none were held out, the
 *     candidate that was chosen on the later rows of the folds
 */
public record TrainingReport(
    int features,
    Instant from,
    Instant holdOutFrom,
    Instant until,
    Metrics training,
    Metrics holdOut) {}
