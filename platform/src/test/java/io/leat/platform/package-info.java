@NullMarked
package io.leat.platform;

import org.jspecify.annotations.NullMarked;
