/**
 * Training sets as {@code leat training-set} writes them, and what a model learns of them: rows of
 * Parquet files enter, and leave as samples, a part each, and as the reference profile of them all.
 */
@NullMarked
package io.leat.retraining.samples;

import org.jspecify.annotations.NullMarked;
