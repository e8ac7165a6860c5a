@NullMarked
package io.leat.runtime.http;

import org.jspecify.annotations.NullMarked;
