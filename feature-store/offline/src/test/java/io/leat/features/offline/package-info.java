/** Tests of the offline store, against a real broker, registry and catalog. */
@NullMarked
package io.leat.features.offline;

import org.jspecify.annotations.NullMarked;
