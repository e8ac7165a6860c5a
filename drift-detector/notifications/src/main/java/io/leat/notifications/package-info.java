/**
 * The service that tells people and systems of episodes. What a receiver is to be told stands in a
 * store ({@link io.leat.notifications.Outbox}) until it has answered; threads of their own ({@link
 * io.leat.notifications.Courier}) tell it, so that none holds the stream, or another.
 *
 * <p>Imports the runtime of Kafka Streams and the pipeline; it meets those who open episodes in
 * {@code drift-alerts} alone.
 */
@NullMarked
package io.leat.notifications;

import org.jspecify.annotations.NullMarked;
