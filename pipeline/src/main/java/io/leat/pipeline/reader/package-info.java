/**
 * From a pipeline's folder to its records: one reader a concept, each with the keys that it knows.
 * Definitions are read in the order in which they name each other: entities, contracts, views,
 * services, models, monitors and policies. What is broken is reported once; what only names
 * something broken is not.
 *
 * <p>Imports {@code io.leat.pipeline}, {@code .yaml} and {@code .expression}, and the catalogues of
 * aggregate functions and of drift statistics. A {@link io.leat.pipeline.yaml.Folder} enters, a
 * {@link io.leat.pipeline.definition.Pipeline} leaves.
 */
@NullMarked
package io.leat.pipeline.reader;

import org.jspecify.annotations.NullMarked;
