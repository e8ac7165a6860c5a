/**
 * The settings that every job takes, whatever runs it ({@link
 * io.leat.runtime.options.CommonOptions}): flags, the environment behind them, files of further
 * settings. Those of the commands over the offline tables ({@link
 * io.leat.runtime.options.ReplayOptions}) are here too: the command line reads them, and so does
 * the process that it starts.
 *
 * <p>Imports {@code pipeline} and {@code schemas}. Knows no engine and no server.
 */
@NullMarked
package io.leat.runtime.options;

import org.jspecify.annotations.NullMarked;
