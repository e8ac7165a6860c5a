/**
 * Detectors of change that go from value to value: {@code adwin}, {@code page_hinkley_up}, {@code
 * ddm} and the others, one file each, and {@link io.leat.drift.sequential.SequentialDetectors},
 * their catalogue. A detector is told one number after the other and says after each whether it is
 * stable, warns or has seen a change. Its state is small and can be written and read ({@link
 * io.leat.drift.sequential.SequentialDetector#toBytes}); the same numbers give the same answers,
 * with or without a rest between.
 *
 * <p>Detectors of one name in the literature differ in what they detect. Each is therefore named
 * with its variant, and the tests hold it to what libraries published for that variant.
 *
 * <p>Imports nothing of Leat but {@code io.leat.drift.sample}; reads no clock and no file.
 */
@NullMarked
package io.leat.drift.sequential;

import org.jspecify.annotations.NullMarked;
