/**
 * The settings that every job takes, whatever runs it ({@link
 * io.leat.runtime.options.CommonOptions}): flags, the environment behind them, files of further
 * settings.
 *
 * <p>Imports {@code pipeline} and {@code schemas}. Knows no engine and no server.
 */
@NullMarked
package io.leat.runtime.options;

import org.jspecify.annotations.NullMarked;
