/**
 * From a record's bytes to an event: envelopes are opened, Avro and JSON decoded, always to the
 * contract's current schema. What cannot be is refused with a reason; nothing is validated here.
 *
 * <p>Bytes and headers enter, {@link io.leat.ingestion.decoding.Opened} leaves. May import schemas
 * and pipeline.
 */
@NullMarked
package io.leat.ingestion.decoding;

import org.jspecify.annotations.NullMarked;
