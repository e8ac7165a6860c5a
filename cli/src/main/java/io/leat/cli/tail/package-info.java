/**
 * {@code leat tail}, {@code leat alerts}, {@code leat requests}: what is in the platform's topics,
 * for people and programs. Reading alone: no offset is committed, nothing is written.
 */
@NullMarked
package io.leat.cli.tail;

import org.jspecify.annotations.NullMarked;
