/**
 * YAML files as typed values that know where they stand and that report what is wrong with them.
 * Files of a folder enter, {@link io.leat.pipeline.yaml.Block}s leave; every mistake lands in one
 * list of {@link io.leat.pipeline.yaml.Problems}.
 *
 * <p>Knows YAML but not what a pipeline is. The only package that names the YAML library.
 */
@NullMarked
package io.leat.pipeline.yaml;

import org.jspecify.annotations.NullMarked;
