/**
 * The online feature store: a Kafka Streams service that keeps every view's state in RocksDB and
 * makes the feature vectors of every service.
 *
 * <p>Data enters from {@code <event>.valid} and leaves to {@code features.<service>} and {@code
 * <event>.late}; the stores' changelog topics, {@code <application id>-<view>-v<n>-changelog}, are
 * the way by which others follow the state. {@link io.leat.features.online.ChainPlan} says which
 * way an event goes, {@link io.leat.features.online.OnlineStore} wires it, the processors do the
 * work.
 *
 * <p><b>Order.</b> Events of one key of an entity update that entity's state in the order in which
 * they reach its partition. Vectors of one spine key are written in the order of its events only
 * where every entity is the one that the spine is keyed by, or where there is one partition; where
 * events are re-keyed to a further entity, two vectors of one spine key may change places. Each
 * carries its event time.
 *
 * <p>Imports {@code features.engine}, {@code runtime.streams}, {@code pipeline} and {@code
 * schemas}.
 */
@NullMarked
package io.leat.features.online;

import org.jspecify.annotations.NullMarked;
