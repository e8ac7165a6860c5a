@NullMarked
package io.leat.schemas.deadletter;

import org.jspecify.annotations.NullMarked;
