package io.leat.retraining.worker;

import io.leat.pipeline.definition.FeatureService;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Which rows a run's training set has.
 *
 * @param from event time of the first; empty: all there are
 * @param to event time that all lie before: of later ones the label cannot be known yet
 */
public record TrainingSpan(Optional<Instant> from, Instant to) {
  /**
   * What is learnt from when somebody asks.
   *
   * @param window event time that it reaches back; empty: to the beginning
   * @param asked event time of the request
   */
  public static TrainingSpan of(FeatureService service, Optional<Duration> window, Instant asked) {
    Instant to =
        service
            .label()
            .filter(label -> !label.from().equals(service.spine()))
            .map(label -> asked.minus(label.within()))
            .orElse(asked);
    return new TrainingSpan(window.map(to::minus), to);
  }

  /** In a few words. */
  @Override
  public String toString() {
    return from.map(time -> "from %s and ".formatted(time)).orElse("") + "before " + to;
  }
}
