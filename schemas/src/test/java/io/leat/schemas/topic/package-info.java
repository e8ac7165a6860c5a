@NullMarked
package io.leat.schemas.topic;

import org.jspecify.annotations.NullMarked;
