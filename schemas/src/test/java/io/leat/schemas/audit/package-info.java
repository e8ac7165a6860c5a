@NullMarked
package io.leat.schemas.audit;

import org.jspecify.annotations.NullMarked;
