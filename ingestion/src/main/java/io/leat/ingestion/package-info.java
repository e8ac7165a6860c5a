/**
 * Ingestion: every event that a producer wrote becomes a valid event or a dead letter, once.
 *
 * <p>Data enters from the raw topics {@code <event>} and leaves to {@code <event>.valid} and {@code
 * <event>.dlq}. {@link io.leat.ingestion.IngestionTopology} shows the way from top to bottom;
 * {@link io.leat.ingestion.ContractCheck} decides; {@link
 * io.leat.ingestion.refusal.DeadLetterReason} lists why an event may be refused.
 *
 * <p>Imports {@code schemas}, {@code pipeline} and {@code runtime}; no other job.
 *
 * <p>Trade-offs that are meant: an event whose schema the registry cannot be asked for holds up its
 * partition until the registry answers ({@link io.leat.ingestion.SchemaGate}); and keyed events are
 * spread over the partitions of {@code <event>.valid} by Kafka's own hash of the key, whatever the
 * producer's client used.
 */
@NullMarked
package io.leat.ingestion;

import org.jspecify.annotations.NullMarked;
