/**
 * What a model is fed and what its file says of itself: the one way from a feature vector to a
 * model's input, taken by trainers and by scoring alike, and the names under which a model file
 * carries what it was made for.
 *
 * <p>Imports {@code io.leat.pipeline}. Vectors enter as lists of values; what a model reads leaves.
 */
@NullMarked
package io.leat.pipeline.model;

import org.jspecify.annotations.NullMarked;
