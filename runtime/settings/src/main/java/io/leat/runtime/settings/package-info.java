/**
 * Settings, whatever runs what they are of. One is declared once, by picocli's {@code @Option} and
 * {@link io.leat.runtime.settings.Setting} on a field; {@link io.leat.runtime.settings.Settings}
 * parses, checks, prints and documents by that. The settings that every job takes are {@link
 * io.leat.runtime.settings.CommonOptions}. Those of the commands over the offline tables ({@link
 * io.leat.runtime.settings.ReplayOptions}) are here too: the command line reads them, and so does
 * the process that it starts.
 *
 * <p>Imports {@code platform}, {@code pipeline} and {@code schemas}. Knows no engine and no server.
 */
@NullMarked
package io.leat.runtime.settings;

import org.jspecify.annotations.NullMarked;
