/**
 * {@code leat drift}: what monitors see, what they would, and what is said of it. Arguments,
 * printing and {@code simulate}'s replays; windows are evaluated by the drift engine, episodes are
 * read and spoken of by {@code io.leat.notifications}.
 */
@NullMarked
package io.leat.cli.drift;

import org.jspecify.annotations.NullMarked;
