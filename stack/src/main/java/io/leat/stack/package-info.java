/**
 * A real broker and a real schema registry as processes of their own, for {@code leat up} and for
 * tests, and the means to run any main class that way.
 *
 * <p>Imports nothing of Leat but its errors. What is started comes from the distribution ({@link
 * io.leat.stack.LeatHome}); what it stores lies in the directory that the caller names; it listens
 * on loopback only.
 */
@NullMarked
package io.leat.stack;

import org.jspecify.annotations.NullMarked;
