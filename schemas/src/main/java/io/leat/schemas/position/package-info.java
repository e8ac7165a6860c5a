/**
 * Where a reader stands in a topic's log, and what to do when the log no longer has that position.
 * Knows Kafka's consumer and nothing else of the platform; every reader of a topic meets it here.
 */
@NullMarked
package io.leat.schemas.position;

import org.jspecify.annotations.NullMarked;
