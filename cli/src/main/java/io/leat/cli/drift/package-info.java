/**
 * {@code leat drift}: what monitors see, and what they would. Arguments, printing and {@code
 * simulate}'s replays; windows are evaluated by the drift engine.
 */
@NullMarked
package io.leat.cli.drift;

import org.jspecify.annotations.NullMarked;
