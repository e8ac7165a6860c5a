/**
 * The service that holds scores against what they were to predict: it joins scores with labels, by
 * the rule by which training sets are labelled, measures windows of them, and says when the
 * champion does worse.
 *
 * <p>Imports the feature engine, which has that rule; the drift engine, which tells segments apart;
 * the models' guards, whose bounds it shares; and the evaluation. Scores, vectors and events come
 * in by their topics; outcomes, figures and alerts leave by theirs.
 */
@NullMarked
package io.leat.performance;

import org.jspecify.annotations.NullMarked;
