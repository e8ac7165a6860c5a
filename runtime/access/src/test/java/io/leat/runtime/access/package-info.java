@NullMarked
package io.leat.runtime.access;

import org.jspecify.annotations.NullMarked;
