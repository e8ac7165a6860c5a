/**
 * What every job shares: its settings ({@link io.leat.runtime.JobOptions}), the port that tells its
 * health and metrics ({@link io.leat.runtime.ServiceServer}) and what readiness means ({@link
 * io.leat.runtime.Readiness}).
 *
 * <p>Imports {@code pipeline} and {@code schemas}. Knows no engine.
 */
@NullMarked
package io.leat.runtime;

import org.jspecify.annotations.NullMarked;
