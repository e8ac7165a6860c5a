/**
 * Files of model versions, by what they hold: {@link io.leat.models.artifact.ArtifactStore} keeps
 * them under their SHA-256, in a directory or in a bucket of S3, and checks it whenever one is
 * read. Alone in naming {@code software.amazon.awssdk}.
 *
 * <p>Imports nothing else of Leat's.
 */
@NullMarked
package io.leat.models.artifact;

import org.jspecify.annotations.NullMarked;
