@NullMarked
package io.leat.stack;

import org.jspecify.annotations.NullMarked;
