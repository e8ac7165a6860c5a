/**
 * The service that takes rollouts from stage to stage, or back: it folds what versions made of
 * vectors into evidence, and decides by it.
 *
 * <p>Imports the scoring engine, whose follower of the registry it shares; not the scoring job,
 * which it meets in {@code rollout-observations}, nor the service that holds scores against labels,
 * which it meets in {@code outcomes.<model>}.
 */
@NullMarked
package io.leat.scoring.rollouts;

import org.jspecify.annotations.NullMarked;
