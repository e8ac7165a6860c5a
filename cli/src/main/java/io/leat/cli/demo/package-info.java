/**
 * {@code leat demo}: the platform shows what it does, by its own commands, on a stack of its own.
 * {@link io.leat.cli.demo.DriftDemo} takes a simulated town through a change that its model does
 * not see; {@link io.leat.cli.demo.Loop} follows what the services make of it in the topics, and
 * {@link io.leat.cli.demo.DriftFigures} says whether the loop closed, and what it was worth.
 */
@NullMarked
package io.leat.cli.demo;

import org.jspecify.annotations.NullMarked;
