/**
 * What a pipeline is: immutable, checked records of its contracts (how events come in, what stands
 * in for missing values, what is sensitive), views, services, models, monitors and retraining
 * policies. {@link io.leat.pipeline.reader.PipelineReader} reads them from a folder; jobs take them
 * from there.
 *
 * <p>A feature says itself what it is made of ({@link io.leat.pipeline.definition.FeatureInputs}),
 * and a service with it which views it needs: whoever asks takes it from here and compiles nothing.
 *
 * <p>Imports {@code schemas}, the catalogue of aggregate functions, {@code
 * feature-store/aggregations}, and of {@code .expression} the {@code Expression} alone. Knows no
 * engine: neither Kafka Streams nor Flink.
 */
@NullMarked
package io.leat.pipeline.definition;

import org.jspecify.annotations.NullMarked;
