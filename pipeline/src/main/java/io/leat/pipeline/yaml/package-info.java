/**
 * YAML files as typed values that know where they stand and that report what is wrong with them.
 * Files of a folder enter, {@link io.leat.pipeline.yaml.Block}s leave; every mistake lands in one
 * list of {@link io.leat.pipeline.yaml.Problems}.
 *
 * <p>Knows YAML, and of a pipeline no more than how its problems are reported. The only package of
 * its module that names the YAML library.
 */
@NullMarked
package io.leat.pipeline.yaml;

import org.jspecify.annotations.NullMarked;
