@NullMarked
package io.leat.schemas;

import org.jspecify.annotations.NullMarked;
