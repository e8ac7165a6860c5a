/**
 * {@code leat dlq}: dead letters, looked at and produced again. Arguments and printing only; the
 * work is {@code io.leat.deadletters}'.
 */
@NullMarked
package io.leat.cli.dlq;

import org.jspecify.annotations.NullMarked;
