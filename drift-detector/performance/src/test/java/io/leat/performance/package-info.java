@NullMarked
package io.leat.performance;

import org.jspecify.annotations.NullMarked;
