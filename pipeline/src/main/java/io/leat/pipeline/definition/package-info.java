/**
 * What a pipeline is: immutable, checked records of its contracts (how events come in, what stands
 * in for missing values, what is sensitive), views, services, models, monitors and retraining
 * policies. {@link io.leat.pipeline.reader.PipelineReader} reads them from a folder; jobs take them
 * from there.
 *
 * <p>Imports {@code schemas} and the catalogue of aggregate functions, {@code
 * feature-store/aggregations}. Knows no engine: neither Kafka Streams nor Flink.
 */
@NullMarked
package io.leat.pipeline.definition;

import org.jspecify.annotations.NullMarked;
