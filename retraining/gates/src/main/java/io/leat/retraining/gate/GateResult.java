package io.leat.retraining.gate;

import java.util.Optional;

/**
 * What one gate says of all rows, or of those of a segment. A number that there is not is NaN.
 *
 * @param gate in words
 * @param metric its {@link Metric#label}
 * @param field of the segment or the groups, if any
 * @param segment value of the field; empty of all rows, and of groups
 * @param champion its figure; NaN where there is no champion or it is not compared
 * @param challenger its figure
 * @param value by how much the challenger is worse than the champion, in the metric's unit and less
 *     than 0 where it is better; of a limit the challenger's figure
 * @param bound the least favourable that {@code value} may be at {@code level}
 * @param margin what {@code bound} may be: the margin, or the limit
 * @param level chance with which such a bound is wrong: 0.05, of segments less
 * @param verdict what follows
 * @param reason why nothing can be said, or what to know; empty of most
 * @param rows number of rows looked at
 * @param entities number of entities among them
 * @param seed of what is drawn at random
 */
public record GateResult(
    String gate,
    String metric,
    Optional<String> field,
    Optional<String> segment,
    double champion,
    double challenger,
    double value,
    double bound,
    double margin,
    double level,
    Verdict verdict,
    Optional<String> reason,
    int rows,
    int entities,
    long seed) {}
