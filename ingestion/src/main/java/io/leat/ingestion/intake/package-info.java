/**
 * From a record's bytes to an event: envelopes are opened, Avro and JSON decoded, always to the
 * contract's current schema. What cannot be is refused with a reason; nothing is judged here.
 *
 * <p>Bytes and headers enter, {@link io.leat.ingestion.intake.Opened} leaves. May import schemas
 * and pipeline.
 */
@NullMarked
package io.leat.ingestion.intake;

import org.jspecify.annotations.NullMarked;
