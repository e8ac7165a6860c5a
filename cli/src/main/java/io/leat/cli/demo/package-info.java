/**
 * {@code leat demo}: the platform shows what it does, by its own commands, on a stack of its own.
 * {@link io.leat.cli.demo.DriftDemo} takes a simulated town through a change that its model does
 * not see, or through payments that lack a value. A {@link io.leat.cli.demo.Story} follows in the
 * topics what the services make of it: {@link io.leat.cli.demo.Loop} or {@link
 * io.leat.cli.demo.Incident}. Its {@link io.leat.cli.demo.Figures} say whether all held.
 */
@NullMarked
package io.leat.cli.demo;

import org.jspecify.annotations.NullMarked;
