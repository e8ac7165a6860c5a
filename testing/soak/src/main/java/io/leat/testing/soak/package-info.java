/** How long tests are, and how random. Imports nothing of Leat, so that all tests may use it. */
@NullMarked
package io.leat.testing.soak;

import org.jspecify.annotations.NullMarked;
