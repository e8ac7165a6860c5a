/** Tests of the maintenance, on real tables in a catalog on SQLite. */
@NullMarked
package io.leat.features.offline.maintenance;

import org.jspecify.annotations.NullMarked;
