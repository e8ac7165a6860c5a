@NullMarked
package io.leat.schemas.backfill;

import org.jspecify.annotations.NullMarked;
