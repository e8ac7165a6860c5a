/**
 * How well scores predict labels that are true or false: each figure with a 95 % interval where it
 * has one, and two models on the same rows by their paired difference.
 *
 * <p>Arrays in, records out: rows are places of arrays of one length, in any order, since no figure
 * hangs on it. Nothing here knows where rows come from. A figure that the rows do not have is NaN.
 */
@NullMarked
package io.leat.evaluation;

import org.jspecify.annotations.NullMarked;
