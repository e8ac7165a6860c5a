/**
 * How a view's first values come in from its backfill topic: until then its store keeps the view's
 * events aside; then it takes the entries in, folds what it kept, and from there on every event
 * that the entries do not hold. Everything is in the view's store, under names that are no keys, so
 * that it is restored, committed and read as the state itself is.
 */
@NullMarked
package io.leat.features.online.backfill;

import org.jspecify.annotations.NullMarked;
