/**
 * {@code leat up}, {@code down} and {@code status}: the whole platform on one machine, each part a
 * process of its own, with all state in one folder. {@link io.leat.cli.up.LocalStack} starts and
 * stops them in order; {@link io.leat.cli.up.StatusBoard} reads how they do from their own metrics
 * and from the broker.
 */
@NullMarked
package io.leat.cli.up;

import org.jspecify.annotations.NullMarked;
