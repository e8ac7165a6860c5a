@NullMarked
package io.leat.console;

import org.jspecify.annotations.NullMarked;
