/**
 * What every part of Leat says to the others: the Avro records of the platform's own topics
 * (generated into {@code io.leat.records}), the Confluent wire format, the registry client, the
 * topics' names and the records' headers. Packages below it: a topic read to its end ({@code
 * .topic}), changes and their audit ({@code .audit}), dead letters ({@code .deadletter}), positions
 * that are lost ({@code .position}), a view's backfill ({@code .backfill}).
 *
 * <p>Imports nothing else of Leat. Only {@link io.leat.schemas.RegistryClient} names the registry's
 * client library.
 */
@NullMarked
package io.leat.schemas;

import org.jspecify.annotations.NullMarked;
