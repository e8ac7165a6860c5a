@NullMarked
package io.leat.features.online.backfill;

import org.jspecify.annotations.NullMarked;
