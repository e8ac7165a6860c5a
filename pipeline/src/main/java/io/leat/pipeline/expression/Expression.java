package io.leat.pipeline.expression;

/**
 * A CEL expression as it was written, with the place it was written at. {@link Program} compiles
 * it.
 *
 * @param text the expression
 * @param file file it stands in, relative to the pipeline's folder
 * @param line line it begins on, from 1
 */
public record Expression(String text, String file, int line) {}
