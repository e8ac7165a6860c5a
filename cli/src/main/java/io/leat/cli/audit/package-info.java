/**
 * {@code leat audit}: who changed what, and whether it still stands as it was written. Arguments
 * and printing only; the work is {@code io.leat.schemas.audit}'s.
 */
@NullMarked
package io.leat.cli.audit;

import org.jspecify.annotations.NullMarked;
