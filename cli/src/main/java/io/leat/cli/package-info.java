/**
 * The {@code leat} command: {@link io.leat.cli.Leat} names its subcommands, each of which lives in
 * the package of what it is about. {@code up} holds the embedded stack.
 *
 * <p>May import every module that is not Flink; Flink jobs run in a process of their own.
 */
@NullMarked
package io.leat.cli;

import org.jspecify.annotations.NullMarked;
