@NullMarked
package io.leat.testing;

import org.jspecify.annotations.NullMarked;
