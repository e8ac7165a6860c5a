/**
 * What tests share: a cluster (broker and schema registry), readers and writers of its topics,
 * services that can be killed, and a checker of exactly-once.
 *
 * <p>Imports {@code io.leat.schemas} and {@code io.leat.stack} of Leat; used in test scope only.
 */
@NullMarked
package io.leat.testing;

import org.jspecify.annotations.NullMarked;
