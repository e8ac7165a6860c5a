package io.leat.drift.job;

import io.leat.drift.ColumnValues;
import io.leat.drift.VectorOrigin;
import org.jspecify.annotations.Nullable;

/**
 * What monitors see of a feature vector, or of a score of one.
 *
 * @param current whether the vector was made by the definition that the models were trained on;
 *     others are counted and passed over
 * @param definition which definition made it, for people; empty of scores
 * @param afterGap whether records before it in its partition were never read
 * @param eventTime milliseconds since 1970-01-01 UTC
 * @param partition where it lies, from 0
 * @param offset where it lies in its partition
 * @param version number of the model version that gave the score; {@link #NO_SCORE} of a vector
 * @param row the watched features' values in the order of {@link ServiceWatch#features()}, and the
 *     vector's segments in that of {@link ServiceWatch#segments()}; of a score the watched columns
 *     in the order of {@link ScoreWatch#columns()}; empty if not current
 * @param origin of a current vector; null of all else
 */
public record WatchedVector(
    boolean current,
    String definition,
    boolean afterGap,
    long eventTime,
    int partition,
    long offset,
    int version,
    ColumnValues row,
    @Nullable VectorOrigin origin) {
  static final int NO_SCORE = -1;
}
