/**
 * {@code leat retraining} and {@code leat runs}: a request by hand, and what became of requests.
 * Runs are read from {@code retraining-runs}; requests are written to {@code retraining-requests}.
 */
@NullMarked
package io.leat.cli.retraining;

import org.jspecify.annotations.NullMarked;
