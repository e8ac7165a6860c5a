/**
 * Files of model versions, by what they hold: {@link io.leat.models.artifact.ArtifactStore} keeps
 * them under their SHA-256 and checks it whenever one is read.
 */
@NullMarked
package io.leat.models.artifact;

import org.jspecify.annotations.NullMarked;
