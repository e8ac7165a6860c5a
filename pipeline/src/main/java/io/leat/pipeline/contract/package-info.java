/**
 * What a contract says beside its schema and its rules: how events come in, what stands for missing
 * values, what is sensitive, which rules a registry holds.
 *
 * <p>Plain values, read by {@code reader} and run by ingestion. May import Avro's schemas and
 * {@code io.leat.pipeline}.
 */
@NullMarked
package io.leat.pipeline.contract;

import org.jspecify.annotations.NullMarked;
