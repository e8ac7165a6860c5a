/**
 * A topic's log, read by position from anywhere to its end and on from there: {@link
 * io.leat.schemas.topic.TopicLog}; and what a compacted topic holds, the last value of each key:
 * {@link io.leat.schemas.topic.CompactedTopic}. Committed records only. Knows Kafka's consumer, and
 * of Leat the error that a user can mend and {@code io.leat.schemas.position}.
 */
@NullMarked
package io.leat.schemas.topic;

import org.jspecify.annotations.NullMarked;
