/**
 * A dead letter: the key, value and headers of a record that was refused, untouched, and behind
 * them headers that say why. {@link io.leat.schemas.deadletter.DeadLetterWriter} alone writes
 * these, {@link io.leat.schemas.deadletter.DeadLetterReader} alone reads them; whatever job
 * refuses, and whatever tool looks. The headers' names are in {@link
 * io.leat.schemas.RecordHeaders}.
 *
 * <p>Imports of Leat {@code io.leat.schemas} and the records.
 */
@NullMarked
package io.leat.schemas.deadletter;

import org.jspecify.annotations.NullMarked;
