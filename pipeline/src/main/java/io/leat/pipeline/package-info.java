/**
 * What a pipeline is: immutable, checked records of its contracts, views, services, models,
 * monitors and retraining policies. {@link io.leat.pipeline.PipelineReader} reads them from a
 * folder; jobs take them from there.
 *
 * <p>Imports {@code schemas} alone. Knows no engine: neither Kafka Streams nor Flink.
 */
@NullMarked
package io.leat.pipeline;

import org.jspecify.annotations.NullMarked;
