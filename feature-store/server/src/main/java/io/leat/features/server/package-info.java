/**
 * The feature server: answers {@code POST /get-online-features} as Feast's does, out of committed
 * state alone.
 *
 * <p>Data enters from the changelog topics of the online store's views, read as {@code
 * read_committed} by {@link io.leat.features.server.ChangelogFollower} into a RocksDB of the
 * server's own ({@link io.leat.features.server.CommittedState}); it leaves over HTTP. So a read
 * neither sees what a transaction may still take back nor waits for the store's processor.
 *
 * <p>Imports {@code features.engine}, {@code features.online} (names of stores, bytes of keys),
 * {@code runtime}, {@code pipeline} and {@code schemas}.
 */
@NullMarked
package io.leat.features.server;

import org.jspecify.annotations.NullMarked;
