/**
 * {@code leat maintain}: reads the settings and starts the process that cares for the offline
 * tables, out of the distribution's {@code lib/flink}, where Iceberg is.
 */
@NullMarked
package io.leat.cli.maintain;

import org.jspecify.annotations.NullMarked;
