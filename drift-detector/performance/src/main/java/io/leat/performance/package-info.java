/**
 * The service that holds scores against what they were to predict: it joins scores with labels, by
 * the rule by which training sets are labelled.
 *
 * <p>Imports the feature engine, which has that rule, and the scoring engine, whose follower of the
 * registry it shares. Scores, vectors and events come in by their topics; outcomes leave by theirs.
 */
@NullMarked
package io.leat.performance;

import org.jspecify.annotations.NullMarked;
