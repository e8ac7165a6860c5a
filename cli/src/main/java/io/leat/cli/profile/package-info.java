/**
 * {@code leat profile}: what a model's training data were like, out of the files that {@code leat
 * train} writes. Arguments and printing only; the work is {@code io.leat.drift}'s.
 */
@NullMarked
package io.leat.cli.profile;

import org.jspecify.annotations.NullMarked;
