/** Tests of the data files. */
@NullMarked
package io.leat.features.offline.files;

import org.jspecify.annotations.NullMarked;
