/**
 * What nothing behind ingestion may see: protected fields, and dead letters that hold them. Keys
 * come from the environment or from files and are never printed. May import pipeline.
 */
@NullMarked
package io.leat.ingestion.privacy;

import org.jspecify.annotations.NullMarked;
