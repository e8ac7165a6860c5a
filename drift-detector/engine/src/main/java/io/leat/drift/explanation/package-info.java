/**
 * What may have caused an episode: counted in the vectors of its windows and of those before them,
 * ranked by a rule that decision 77 writes down. Records of topics and vectors enter as values,
 * {@link io.leat.drift.explanation.Explanation} leaves; knows neither Kafka nor files.
 */
@NullMarked
package io.leat.drift.explanation;

import org.jspecify.annotations.NullMarked;
