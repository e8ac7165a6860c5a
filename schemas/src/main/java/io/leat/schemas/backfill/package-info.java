/**
 * The topic by which a view's first values come from the offline tables to the online store: what
 * stands in it, and what the store says in it of itself. Written by the offline side, taken in by
 * the online store.
 */
@NullMarked
package io.leat.schemas.backfill;

import org.jspecify.annotations.NullMarked;
