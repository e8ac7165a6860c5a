/**
 * Dead letters, looked at and produced again: what the commands {@code leat dlq} do.
 *
 * <p>{@link io.leat.deadletters.DeadLetterLog} reads {@code <event>.dlq} and holds none of it;
 * {@link io.leat.deadletters.DeadLetterReplay} produces dead letters to {@code <event>} and writes
 * to {@code audit} which, in one transaction; {@link io.leat.deadletters.DeadLetterText} says for a
 * person what is in one. Whether a dead letter would pass is for the stream's own check to say.
 *
 * <p>May import schemas, pipeline, {@code runtime} and the rest of ingestion; prints nothing.
 */
@NullMarked
package io.leat.deadletters;

import org.jspecify.annotations.NullMarked;
