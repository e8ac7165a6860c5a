/**
 * Benchmarks: what the parts of Leat cost, each beside the floor that it stands on, measured in the
 * same run. Started by {@code benchmarks/run}; no build runs them. Imports ingestion and the stack;
 * nothing imports it.
 */
@NullMarked
package io.leat.benchmarks;

import org.jspecify.annotations.NullMarked;
