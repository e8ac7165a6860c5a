/**
 * {@code leat model}: versions of models, how they stand and which of them score. Imports {@code
 * io.leat.models} and {@code io.leat.cli.command}.
 */
@NullMarked
package io.leat.cli.model;

import org.jspecify.annotations.NullMarked;
