/**
 * The HTTP gateway: events of producers that do not speak Kafka.
 *
 * <p>{@code POST /events/{event}} enters at {@link io.leat.ingestion.gateway.EventService}; {@link
 * io.leat.ingestion.gateway.RequestBody} takes it apart, {@link
 * io.leat.ingestion.gateway.ContractValidator} has the stream's own check validate each item, and
 * {@link io.leat.ingestion.gateway.EventSender} writes what passes to the raw topic {@code
 * <event>}, where the stream takes it as it takes every producer's. It is answered when the brokers
 * have it.
 *
 * <p>May import schemas, pipeline, {@code runtime} and the rest of ingestion.
 */
@NullMarked
package io.leat.ingestion.gateway;

import org.jspecify.annotations.NullMarked;
