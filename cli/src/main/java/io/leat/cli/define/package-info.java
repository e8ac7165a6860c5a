/**
 * {@code leat validate}, {@code plan} and {@code apply}: a pipeline's definition, checked and
 * brought onto a cluster.
 */
@NullMarked
package io.leat.cli.define;

import org.jspecify.annotations.NullMarked;
