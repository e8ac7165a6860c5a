/**
 * What features are derived from, found out once: {@link
 * io.leat.pipeline.derivation.VectorExpressions} says which names an expression over an event and
 * views may use, compiles it, and notes what it is made of in the {@code DerivedFeature} that
 * carries it from then on. Used where pipelines are read and where vectors are made.
 *
 * <p>Imports {@code .definition} and {@code .expression}, and makes the one of the other: the
 * definitions cannot compile, and expressions know no feature view.
 */
@NullMarked
package io.leat.pipeline.derivation;

import org.jspecify.annotations.NullMarked;
