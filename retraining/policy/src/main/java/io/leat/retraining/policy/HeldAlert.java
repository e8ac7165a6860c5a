package io.leat.retraining.policy;

import io.leat.records.DriftAlert;
import java.time.Instant;

/**
 * An episode that is open and may still ask.
 *
 * @param alert as it was last told
 * @param since event time from which on it waits
 */
record HeldAlert(DriftAlert alert, Instant since) {}
