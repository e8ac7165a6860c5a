/** Tests of batch scoring. */
@NullMarked
package io.leat.scoring.batch;

import org.jspecify.annotations.NullMarked;
